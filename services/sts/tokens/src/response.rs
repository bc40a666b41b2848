//! What an identity provider's answer says, once somebody made sure that the provider signed it.
//! Source: OASIS "SAML 2.0 Core"; IAM user guide, "Configure SAML assertions for the authentication response".

use kernel::text::parse_time;

use crate::xml::Element;

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// Prefix that AWS leaves out of formats of names.
const NAME_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

/// An answer's parts, as far as they are there.
pub struct Parts<'a> {
    /// The whole answer.
    pub response: &'a Element,
    /// Its assertion.
    pub assertion: &'a Element,
    /// The provider says that who came was authenticated.
    pub succeeded: bool,
}

/// Why an answer has no parts to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is no answer with one assertion.
    Malformed,
    /// Its assertion is encrypted.
    Encrypted,
}

/// Takes an answer apart.
pub fn parts(root: &Element) -> Result<Parts<'_>, Unreadable> {
    if !root.is(PROTOCOL, "Response") {
        return Err(Unreadable::Malformed);
    }
    let status = root.only(PROTOCOL, "Status").and_then(|s| s.only(PROTOCOL, "StatusCode"));
    let succeeded = status.and_then(|s| s.attribute("Value")) == Some(SUCCESS);
    if root.all(ASSERTION, "EncryptedAssertion").next().is_some() {
        return Err(Unreadable::Encrypted);
    }
    let assertion = root.only(ASSERTION, "Assertion").ok_or(Unreadable::Malformed)?;
    // One that lies deeper could be taken for this one.
    let mut assertions = 0;
    root.walk(&mut |e| assertions += usize::from(e.is(ASSERTION, "Assertion")));
    if assertions == 1 {
        Ok(Parts { response: root, assertion, succeeded })
    } else {
        Err(Unreadable::Malformed)
    }
}

/// What an assertion says.
#[derive(Debug, Default)]
pub struct Assertion {
    /// Who issued it.
    pub issuer: String,
    /// Whom it is about.
    pub subject: String,
    /// Format of the subject's name: `persistent`, `transient`, or the format's URI.
    pub subject_type: String,
    /// Where it was sent to.
    pub recipient: String,
    /// Whom it is for.
    pub audiences: Vec<String>,
    /// When it was issued, milliseconds since the epoch, as all times here.
    pub issued_ms: i64,
    /// From when it is good.
    pub not_before_ms: Option<i64>,
    /// Until when it is good: the earlier of what conditions and subject say.
    pub not_on_or_after_ms: Option<i64>,
    /// When the provider's own session ends.
    pub session_ends_ms: Option<i64>,
    /// Names and values.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// Reads an assertion; `None` if something is missing that every assertion has.
pub fn read(e: &Element) -> Option<Assertion> {
    let subject = e.only(ASSERTION, "Subject")?;
    let name = subject.only(ASSERTION, "NameID")?;
    let confirmation = subject.all(ASSERTION, "SubjectConfirmation");
    let data = confirmation.filter_map(|c| c.only(ASSERTION, "SubjectConfirmationData")).next()?;
    let conditions = e.only(ASSERTION, "Conditions")?;
    let restrictions = conditions.all(ASSERTION, "AudienceRestriction");
    let audiences = restrictions.flat_map(|r| r.all(ASSERTION, "Audience")).map(Element::text).collect();
    let statement = e.all(ASSERTION, "AuthnStatement").next();
    let format = name.attribute("Format").unwrap_or_default();
    let ends = [time(data, "NotOnOrAfter")?, time(conditions, "NotOnOrAfter")?];
    Some(Assertion {
        issuer: e.only(ASSERTION, "Issuer")?.text(),
        subject: name.text(),
        subject_type: format.strip_prefix(NAME_FORMAT).unwrap_or(format).to_owned(),
        recipient: data.attribute("Recipient")?.to_owned(),
        audiences,
        issued_ms: time(e, "IssueInstant")??,
        not_before_ms: time(conditions, "NotBefore")?,
        not_on_or_after_ms: ends.into_iter().flatten().min(),
        session_ends_ms: statement.map_or(Some(None), |s| time(s, "SessionNotOnOrAfter"))?,
        attributes: attributes(e),
    })
}

fn attributes(e: &Element) -> Vec<(String, Vec<String>)> {
    let statements = e.all(ASSERTION, "AttributeStatement").flat_map(|s| s.all(ASSERTION, "Attribute"));
    let mut out: Vec<(String, Vec<String>)> = Vec::new();
    for a in statements {
        let values: Vec<String> = a.all(ASSERTION, "AttributeValue").map(Element::text).collect();
        let name = a.attribute("Name").unwrap_or_default();
        match out.iter_mut().find(|(n, _)| n == name) {
            Some((_, there)) => there.extend(values),
            None => out.push((name.to_owned(), values)),
        }
    }
    out
}

/// A time in UTC, if the attribute is there; `None` if it is there and is no time.
#[expect(clippy::option_option, reason = "absent and unreadable are two things")]
fn time(e: &Element, attribute: &str) -> Option<Option<i64>> {
    let Some(text) = e.attribute(attribute) else { return Some(None) };
    let text = text.trim().strip_suffix('Z')?;
    let (whole, _) = text.split_once('.').unwrap_or((text, ""));
    parse_time(&format!("{whole}Z")).map(Some)
}
