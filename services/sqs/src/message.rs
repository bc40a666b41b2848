//! A message on its way in: its checks, its size, what is stored of it. One form for SendMessage and the entries of a batch.
//! Source: SQS API reference, "SendMessage"; developer guide, "Amazon SQS message metadata" (2026-11-22).

use std::collections::BTreeMap;

use codec::Fault;
use kernel::Cx;
use shapes_sqs::value::message_system_attribute_name_for_sends::AWS_TRACE_HEADER;
use shapes_sqs::{
    MessageAttributeValue, MessageSystemAttributeValue, SendMessageBatchRequestEntry, SendMessageRequest, err,
};

use crate::attributes::MAX_DELAY_S;
use crate::err::{invalid_parameter, invalid_value, missing, wrong_queue_type};
use crate::md5;
use crate::place::Place;
use crate::state::{Message, Queue, StoredAttribute};

const MAX_ATTRIBUTES: usize = 10;
const MAX_NAME_BYTES: usize = 256;

/// A message as a request gives it.
pub(crate) struct Incoming<'a> {
    pub(crate) body: &'a str,
    pub(crate) delay_s: Option<i32>,
    pub(crate) attributes: Option<&'a BTreeMap<String, MessageAttributeValue>>,
    pub(crate) system: Option<&'a BTreeMap<String, MessageSystemAttributeValue>>,
    pub(crate) deduplication_id: Option<&'a str>,
    pub(crate) group: Option<&'a str>,
}

impl<'a> From<&'a SendMessageRequest> for Incoming<'a> {
    fn from(i: &'a SendMessageRequest) -> Incoming<'a> {
        Incoming {
            body: &i.message_body,
            delay_s: i.delay_seconds,
            attributes: i.message_attributes.as_ref(),
            system: i.message_system_attributes.as_ref(),
            deduplication_id: i.message_deduplication_id.as_deref(),
            group: i.message_group_id.as_deref(),
        }
    }
}

impl<'a> From<&'a SendMessageBatchRequestEntry> for Incoming<'a> {
    fn from(i: &'a SendMessageBatchRequestEntry) -> Incoming<'a> {
        Incoming {
            body: &i.message_body,
            delay_s: i.delay_seconds,
            attributes: i.message_attributes.as_ref(),
            system: i.message_system_attributes.as_ref(),
            deduplication_id: i.message_deduplication_id.as_deref(),
            group: i.message_group_id.as_deref(),
        }
    }
}

/// A message that passed its checks.
pub(crate) struct Checked {
    pub(crate) message: Message,
    pub(crate) place: Place,
    pub(crate) system: Vec<StoredAttribute>,
    pub(crate) bytes: usize,
}

impl Incoming<'_> {
    /// Bytes of body and attributes.
    pub(crate) fn bytes(&self) -> usize {
        let attributes = self.attributes.into_iter().flatten().map(|(name, v)| {
            let text = v.string_value.as_ref().map_or(0, String::len);
            let binary = v.binary_value.as_ref().map_or(0, |b| b.0.len());
            name.len() + v.data_type.len() + text + binary
        });
        self.body.len() + attributes.sum::<usize>()
    }

    /// Group and deduplication, as the type of the queue wants them. In a batch, what is missing fails the whole batch,
    /// with another code (recorded 2024).
    pub(crate) fn check_fifo(&self, q: &Queue, batch: bool) -> Result<(), Fault> {
        if let Some(group) = self.group {
            check_id("MessageGroupId", group)?;
        }
        if !q.fifo {
            return match self.deduplication_id {
                Some(id) => Err(wrong_queue_type(id, "MessageDeduplicationId")),
                None => Ok(()),
            };
        }
        if self.group.is_none() {
            return Err(match batch {
                true => invalid_parameter("The request must contain the parameter MessageGroupId."),
                false => missing("MessageGroupId"),
            });
        }
        if let Some(id) = self.deduplication_id {
            check_id("MessageDeduplicationId", id)?;
        } else if !q.content_deduplication {
            return Err(invalid_parameter(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided \
                 explicitly",
            ));
        }
        Ok(())
    }

    /// Checks everything else and makes what is stored.
    pub(crate) fn check(&self, cx: &Cx, q: &Queue, batch: bool) -> Result<Checked, Fault> {
        if self.body.is_empty() {
            return Err(missing("MessageBody"));
        }
        let bytes = self.bytes();
        if bytes > q.max_bytes as usize {
            let verb = if batch { "cannot be validated" } else { "are invalid" };
            return Err(invalid_parameter(format!(
                "One or more parameters {verb}. Reason: Message must be shorter than {} bytes.",
                q.max_bytes
            )));
        }
        // Mostly it is plain text, which a look at the bytes tells.
        let plain = self.body.bytes().all(|b| matches!(b, b' '..=b'~'));
        if let Some(c) = self.body.chars().find(|c| !plain && !allowed(*c)) {
            return Err(err::invalid_message_contents(format!(
                "Invalid binary character '#x{:X}' was found in the message body, the set of allowed characters is {SET}.",
                u32::from(c)
            )));
        }
        let delay_s = self.delay(q)?;
        let attributes = self.user_attributes()?;
        let system = self.system_attributes()?;
        let trace_header = system.first().map(|a| String::from_utf8_lossy(&a.value).into_owned());
        let message = Message {
            id: cx.ids.uuid("sqs.message"),
            body: self.body.to_owned(),
            body_md5: md5::of_body(self.body),
            attributes,
            sender_id: cx.caller.user_id.clone(),
            sent_ms: cx.now_ms,
            trace_header,
            group: self.group.map(str::to_owned),
            ..Message::default()
        };
        let visible_ms = cx.now_ms + i64::from(delay_s) * 1_000;
        let place = Place { enqueued_ms: cx.now_ms, visible_ms, ..Place::default() };
        Ok(Checked { message, place, system, bytes })
    }

    fn delay(&self, q: &Queue) -> Result<u32, Fault> {
        let Some(s) = self.delay_s else { return Ok(q.delay_s) };
        if !(0..=MAX_DELAY_S).contains(&s) {
            return Err(invalid_value(s, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900."));
        }
        match q.fifo {
            true if s > 0 => Err(wrong_queue_type(s, "DelaySeconds")),
            true => Ok(q.delay_s),
            false => Ok(s.unsigned_abs()),
        }
    }

    fn user_attributes(&self) -> Result<Vec<StoredAttribute>, Fault> {
        let given = self.attributes.into_iter().flatten();
        let n = given.clone().count();
        if n > MAX_ATTRIBUTES {
            return Err(invalid_parameter(format!(
                "Number of message attributes [{n}] exceeds the allowed maximum [{MAX_ATTRIBUTES}]."
            )));
        }
        given
            .map(|(name, v)| {
                check_name(name)?;
                if v.string_list_values.is_some() || v.binary_list_values.is_some() {
                    return Err(err::unsupported_operation(
                        "Message attribute list values in SendMessage operation are not supported.",
                    ));
                }
                let binary = v.binary_value.as_ref().map(|b| b.0.as_slice());
                attribute(name, &v.data_type, v.string_value.as_deref(), binary)
            })
            .collect()
    }

    fn system_attributes(&self) -> Result<Vec<StoredAttribute>, Fault> {
        self.system
            .into_iter()
            .flatten()
            .map(|(name, v)| {
                if name != AWS_TRACE_HEADER {
                    return Err(invalid_parameter(format!("Message system attribute name '{name}' is invalid.")));
                }
                let base = v.data_type.split('.').next().unwrap_or_default();
                if base != "String" {
                    return Err(invalid_parameter(format!(
                        "The type of message system attribute '{name}' is invalid. You must use only the following \
                         supported type prefixes: String."
                    )));
                }
                attribute(name, &v.data_type, v.string_value.as_deref(), None)
            })
            .collect()
    }
}

/// What a deduplication id or a group's name may be.
pub(crate) fn check_id(parameter: &str, id: &str) -> Result<(), Fault> {
    if (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    let reason =
        format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
    Err(invalid_value(id, parameter, &reason))
}

const SET: &str = "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]";

fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

fn check_name(name: &str) -> Result<(), Fault> {
    let refuse = |text: &str| Err(invalid_parameter(text));
    if name.is_empty() {
        return refuse("The request must contain non-empty message (user) attribute names.");
    }
    if name.len() > MAX_NAME_BYTES {
        return refuse("Message (user) attribute name must be shorter than 256 bytes.");
    }
    let lower = name.to_ascii_lowercase();
    if lower.starts_with("aws.") || lower.starts_with("amazon") {
        return refuse(
            "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. These strings are reserved for \
             internal use.",
        );
    }
    if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        return refuse(
            "You can't use message attribute names that start or end with a period or have successive ones.",
        );
    }
    let odd = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
    match odd {
        None => Ok(()),
        Some(c) => Err(invalid_parameter(format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. Can only include \
             alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(c)
        ))),
    }
}

/// Checks one attribute's type and value.
fn attribute(
    name: &str,
    data_type: &str,
    text: Option<&str>,
    binary: Option<&[u8]>,
) -> Result<StoredAttribute, Fault> {
    let refuse = |text: String| Err(invalid_parameter(text));
    if data_type.is_empty() {
        return refuse(format!(
            "The message (user) attribute '{name}' must contain a non-empty message attribute value."
        ));
    }
    let base = data_type.split('.').next().unwrap_or_default();
    if !matches!(base, "String" | "Number" | "Binary") {
        return refuse(format!(
            "The type of message (user) attribute '{name}' is invalid. You must use only the following supported type \
             prefixes: Binary, Number, String."
        ));
    }
    if data_type.len() > MAX_NAME_BYTES {
        return refuse("Message (user) attribute type must be shorter than 256 bytes.".to_owned());
    }
    let value = match base {
        "Binary" => binary.unwrap_or_default(),
        _ => text.unwrap_or_default().as_bytes(),
    };
    if value.is_empty() {
        return refuse(format!(
            "Message (user) attribute '{name}' must contain a non-empty value of type '{base}'."
        ));
    }
    if let Some(c) = text.filter(|_| base != "Binary").and_then(|t| t.chars().find(|c| !allowed(*c))) {
        return refuse(format!(
            "Invalid binary character '#x{:X}' was found in the message attribute '{name}' value, the set of allowed \
             characters is {SET}.",
            u32::from(c)
        ));
    }
    if base == "Number" && !is_number(text.unwrap_or_default()) {
        return refuse(format!("Can't cast the value of message (user) attribute '{name}' to a number."));
    }
    Ok(StoredAttribute {
        name: name.to_owned(),
        data_type: data_type.to_owned(),
        binary: base == "Binary",
        value: value.to_vec(),
    })
}

/// Digits with sign, fraction and exponent; no infinities.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
        && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for good in ["0", "-1.5", "1e10", "12345678901234567890123456789012345678", ".5"] {
            assert!(is_number(good), "{good}");
        }
        for bad in ["", "abc", "NaN", "inf", "1,5", "1 2", "0x10"] {
            assert!(!is_number(bad), "{bad}");
        }
    }

    #[test]
    fn characters() {
        assert!("\t\n\r a\u{D7FF}\u{E000}\u{FFFD}\u{10000}\u{10FFFF}".chars().all(allowed));
        for bad in ['\0', '\u{8}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert!(!allowed(bad), "{bad:?}");
        }
    }
}
