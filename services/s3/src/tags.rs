//! Tags of objects and buckets: how many there may be and of what, and how the header spells them.
//! Source: S3 user guide, "Categorizing your storage using tags", "Using cost allocation S3 bucket tags"; texts recorded.

use codec::{Fault, Value};
use shapes_s3::Tag;

use crate::err;

/// What the tags are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Object,
    Bucket,
    /// A bucket that is being made.
    NewBucket,
}

const NOT_OF_USERS: &str = "User-defined tag keys can't start with \"aws:\". This prefix is reserved for system tags. Remove \"aws:\" from your tag keys and try again.";

impl On {
    fn most(self) -> usize {
        match self {
            On::Object => 10,
            On::Bucket | On::NewBucket => 50,
        }
    }
}

fn invalid(message: &str, key: &str) -> Fault {
    Fault::new("InvalidTag", 400, message).with_field("TagKey", Value::String(key.to_owned()))
}

/// Letters, digits and white space of any script, and some signs.
fn may_stand(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || "+-=._:/@".contains(c)
}

pub(crate) fn fits(text: &str, most: usize) -> bool {
    text.encode_utf16().count() <= most && text.chars().all(may_stand)
}

/// Checks a set of tags.
///
/// Errors: `MalformedXML`: a tag without a key or a value; `InvalidTag`; `BadRequest`: too many.
pub(crate) fn check(set: &[Tag], on: On) -> Result<Vec<(String, String)>, Fault> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for Tag { key, value } in set {
        let Some(value) = value.as_ref().filter(|_| !key.is_empty()) else {
            return Err(err::malformed_xml());
        };
        check_one(key, value, on)?;
        if tags.iter().any(|(known, _)| known == key) {
            return Err(invalid("Cannot provide multiple Tags with the same key", key));
        }
        tags.push((key.clone(), value.clone()));
    }
    check_count(tags.len(), on)?;
    Ok(tags)
}

fn check_one(key: &str, value: &str, on: On) -> Result<(), Fault> {
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(match on {
            On::Object => invalid("Your TagKey cannot be prefixed with aws:", key),
            On::NewBucket => Fault::new("InvalidTag", 400, NOT_OF_USERS),
            On::Bucket => invalid("System tags cannot be added/updated by requester", key),
        });
    }
    if !fits(key, 128) {
        return Err(invalid("The TagKey you have provided is invalid", key));
    }
    if !fits(value, 256) {
        return Err(invalid("The TagValue you have provided is invalid", key)
            .with_field("TagValue", Value::String(value.to_owned())));
    }
    Ok(())
}

pub(crate) fn check_count(count: usize, on: On) -> Result<(), Fault> {
    if count <= on.most() {
        return Ok(());
    }
    let message = match on {
        On::Object => "Object tags cannot be greater than 10",
        On::Bucket | On::NewBucket => "Bucket tag count cannot be greater than 50",
    };
    Err(Fault::new("BadRequest", 400, message))
}

/// The tags in `x-amz-tagging`: `key=value&key=value`, percent-encoded.
///
/// Errors: `InvalidArgument`: not of that form, or a key twice; `InvalidTag`; `BadRequest`: too many.
pub(crate) fn of_header(text: Option<&str>) -> Result<Vec<(String, String)>, Fault> {
    let text = text.unwrap_or_default();
    let malformed = || {
        let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
        err::invalid_argument(message, "x-amz-tagging", text)
    };
    let mut tags: Vec<(String, String)> = Vec::new();
    for pair in text.split('&').filter(|p| !p.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if value.contains('=') || key.is_empty() {
            return Err(malformed());
        }
        let [key, value] = [key, value].map(|part| codec::decode_path(&part.replace('+', " ")).into_owned());
        if tags.iter().any(|(known, _)| *known == key) {
            return Err(malformed());
        }
        check_one(&key, &value, On::Object)?;
        tags.push((key, value));
    }
    check_count(tags.len(), On::Object)?;
    Ok(tags)
}

/// As they were given, none of them checked.
pub(crate) fn pairs(set: &[Tag]) -> Vec<(String, String)> {
    set.iter().map(|t| (t.key.clone(), t.value.clone().unwrap_or_default())).collect()
}

/// Whether one of these tags is that one.
pub(crate) fn has(tags: &[(String, String)], one: &Tag) -> bool {
    tags.iter().any(|(key, value)| *key == one.key && Some(value) == one.value.as_ref())
}

/// As answers show them.
pub(crate) fn shown(tags: &[(String, String)]) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: Some(value.clone()) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_a_query() {
        let read = |text: &str| of_header(Some(text)).map_err(|f| f.code().to_owned());
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        assert_eq!(
            read("a=1&b=x%20y&c=&d"),
            Ok(vec![pair("a", "1"), pair("b", "x y"), pair("c", ""), pair("d", "")])
        );
        assert_eq!(read(""), Ok(vec![]));
        assert_eq!(read("key1=val1,key2=val2"), Err("InvalidArgument".to_owned()));
        assert_eq!(read("key1=val1&key1=val2"), Err("InvalidArgument".to_owned()));
        assert_eq!(read("aws:x=1"), Err("InvalidTag".to_owned()));
        assert_eq!(
            read(&(0..11).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join("&")),
            Err("BadRequest".to_owned())
        );
    }
}
