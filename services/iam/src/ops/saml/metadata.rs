//! What IAM reads out of a SAML metadata document: that it is well-formed XML of one identity provider, and until when it
//! is valid. Signatures of assertions are STS's to check.
//! Source: IAM API reference, "CreateSAMLProvider"; OASIS "Metadata for SAML V2.0".

use kernel::text::parse_time;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Namespace of SAML's metadata.
const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// Elements that a document may nest.
const DEPTH: usize = 64;

/// What a metadata document says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    /// Name of the identity provider.
    pub(super) entity_id: String,
    /// Milliseconds since the epoch.
    pub(super) valid_until_ms: Option<i64>,
}

/// Reads a metadata document; nothing for one that names no identity provider with a sign-on service.
pub(super) fn read(text: &str) -> Option<Metadata> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0usize;
    let mut found = None;
    let (mut provider, mut sign_on) = (false, false);
    loop {
        let event = reader.read_event().ok()?;
        let (start, opens) = match &event {
            Event::Start(s) => (s, true),
            Event::Empty(s) => (s, false),
            Event::End(_) => {
                depth = depth.checked_sub(1)?;
                continue;
            }
            Event::DocType(_) => return None,
            Event::Eof => break,
            _ => continue,
        };
        match start.local_name().as_ref() {
            "EntityDescriptor" if depth == 0 => found = Some(descriptor(start)?),
            _ if depth == 0 => return None,
            "IDPSSODescriptor" => provider = true,
            "SingleSignOnService" => sign_on = true,
            _ => {}
        }
        depth += usize::from(opens);
        if depth > DEPTH {
            return None;
        }
    }
    found.filter(|_| depth == 0 && provider && sign_on)
}

fn descriptor(start: &BytesStart<'_>) -> Option<Metadata> {
    let prefix = start.name().prefix().map(|p| p.as_ref().to_owned());
    let mut metadata = Metadata::default();
    let mut namespace = String::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = attribute.value.to_string();
        match (attribute.key.as_ref(), &prefix) {
            ("entityID", _) => metadata.entity_id = value,
            ("validUntil", _) => metadata.valid_until_ms = Some(parse_time(&whole_seconds(&value))?),
            ("xmlns", None) => namespace = value,
            (key, Some(p)) if key.strip_prefix("xmlns:") == Some(p) => namespace = value,
            _ => {}
        }
    }
    (namespace == METADATA && !metadata.entity_id.is_empty()).then_some(metadata)
}

/// `2027-01-01T00:00:00.123Z` without its fraction.
fn whole_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((whole, _)) => format!("{whole}Z"),
        None => time.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(head: &str, inside: &str) -> String {
        format!("<?xml version=\"1.0\"?><md:EntityDescriptor {head}>{inside}</md:EntityDescriptor>")
    }

    const HEAD: &str =
        r#"xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com""#;
    const INSIDE: &str =
        r#"<md:IDPSSODescriptor><md:SingleSignOnService Location="x"/></md:IDPSSODescriptor>"#;

    #[test]
    fn reads_the_provider_and_its_validity() {
        let m =
            read(&document(&format!("{HEAD} validUntil=\"2027-01-01T00:00:00.5Z\""), INSIDE)).expect("fine");
        assert_eq!(
            (m.entity_id.as_str(), m.valid_until_ms),
            ("https://idp.example.com", Some(1_798_761_600_000))
        );
    }

    #[test]
    fn refuses_what_is_no_metadata() {
        let bomb = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", document(HEAD, INSIDE));
        let deep = document(HEAD, &format!("{}{INSIDE}", "<a>".repeat(10_000)));
        for bad in [
            "",
            "not xml",
            "<a/>",
            &document(HEAD, ""),
            &document("entityID=\"x\"", INSIDE),
            &document(HEAD, "<md:IDPSSODescriptor></md:Other>"),
            &bomb,
            &deep,
        ] {
            assert_eq!(read(bad), None, "{}", &bad[..bad.len().min(80)]);
        }
    }
}
