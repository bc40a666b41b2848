//! Which attributes a receive shows: system attributes by name, message attributes by name, by prefix, or all.
//! Source: SQS API reference, "ReceiveMessage" (2026-11-22); filters recorded 2024.

use std::collections::BTreeMap;

use codec::{Blob, Fault};
use shapes_sqs::value::message_system_attribute_name as name;
use shapes_sqs::{MessageAttributeValue, ReceiveMessageRequest};

use crate::attributes;
use crate::err::unknown_attribute;
use crate::search::Standing;
use crate::state::{Message, Queue, StoredAttribute};
use crate::{fifo, md5};

const SYSTEM: [&str; 10] = [
    name::ALL,
    name::SENDER_ID,
    name::SENT_TIMESTAMP,
    name::APPROXIMATE_RECEIVE_COUNT,
    name::APPROXIMATE_FIRST_RECEIVE_TIMESTAMP,
    name::SEQUENCE_NUMBER,
    name::MESSAGE_DEDUPLICATION_ID,
    name::MESSAGE_GROUP_ID,
    name::AWS_TRACE_HEADER,
    name::DEAD_LETTER_QUEUE_SOURCE_ARN,
];

/// What a request wants to see.
pub(crate) struct Selection<'a> {
    system: Vec<&'a str>,
    user: Vec<&'a str>,
}

impl Selection<'_> {
    /// Reads a request; AttributeNames and MessageSystemAttributeNames mean the same.
    ///
    /// Errors: InvalidAttributeName: neither a system attribute nor a queue's (those are taken and show nothing).
    pub(crate) fn of(i: &ReceiveMessageRequest) -> Result<Selection<'_>, Fault> {
        let both = [&i.attribute_names, &i.message_system_attribute_names];
        let system: Vec<&str> = both.into_iter().flatten().flatten().map(String::as_str).collect();
        for n in &system {
            if !SYSTEM.contains(n) && !attributes::is_known(n) {
                return Err(unknown_attribute(n));
            }
        }
        let user = i.message_attribute_names.iter().flatten().map(String::as_str).collect();
        Ok(Selection { system, user })
    }

    /// System attributes of a message just received.
    pub(crate) fn system(&self, q: &Queue, at: &Standing, m: &Message) -> Option<BTreeMap<String, String>> {
        if self.system.is_empty() {
            return None;
        }
        let all = [
            (name::SENDER_ID, Some(m.sender_id.clone())),
            (name::SENT_TIMESTAMP, Some(m.sent_ms.to_string())),
            (name::APPROXIMATE_RECEIVE_COUNT, Some(at.place.receive_count.to_string())),
            (name::APPROXIMATE_FIRST_RECEIVE_TIMESTAMP, Some(at.place.first_received_ms.to_string())),
            (name::SEQUENCE_NUMBER, q.fifo.then(|| fifo::sequence_number(at.seq))),
            (name::MESSAGE_DEDUPLICATION_ID, m.deduplication_id.clone()),
            (name::MESSAGE_GROUP_ID, m.group.clone()),
            (name::AWS_TRACE_HEADER, m.trace_header.clone()),
            (name::DEAD_LETTER_QUEUE_SOURCE_ARN, m.dead_letter_source.clone()),
        ];
        let everything = self.system.contains(&name::ALL);
        let wanted = all.into_iter().filter(|(n, _)| everything || self.system.contains(n));
        let shown: BTreeMap<String, String> = wanted.filter_map(|(n, v)| Some((n.to_owned(), v?))).collect();
        (!shown.is_empty()).then_some(shown)
    }

    /// Message attributes, and the digest of those shown.
    pub(crate) fn user(
        &self,
        m: &Message,
    ) -> (Option<BTreeMap<String, MessageAttributeValue>>, Option<String>) {
        let shown: Vec<&StoredAttribute> = m.attributes.iter().filter(|a| self.wants(&a.name)).collect();
        if shown.is_empty() {
            return (None, None);
        }
        let digest = md5::of_attributes(shown.iter().copied());
        (Some(shown.into_iter().map(|a| (a.name.clone(), value(a))).collect()), Some(digest))
    }

    fn wants(&self, attribute: &str) -> bool {
        self.user.iter().any(|n| match n.strip_suffix(".*") {
            _ if *n == "All" => true,
            Some(prefix) => attribute.starts_with(prefix),
            None => *n == attribute,
        })
    }
}

fn value(a: &StoredAttribute) -> MessageAttributeValue {
    let text = (!a.binary).then(|| String::from_utf8_lossy(&a.value).into_owned());
    MessageAttributeValue {
        string_value: text,
        binary_value: a.binary.then(|| Blob(a.value.clone())),
        data_type: a.data_type.clone(),
        ..MessageAttributeValue::default()
    }
}
