//! Condition keys of an assertion: what AWS makes of its subject and of the attributes that it knows.
//! Source: IAM user guide, "Available keys for SAML-based AWS STS federation" and the tables of attributes there.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use sts_tokens::response::Assertion;

/// eduPerson and eduOrg, Active Directory, X.500: names of attributes, and the keys for them.
const ATTRIBUTES: [(&str, &str); 32] = [
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "edupersonaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "edupersonnickname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "edupersonorgdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "edupersonorgunitdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "edupersonprimaryaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "edupersonprincipalname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "edupersonentitlement"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "edupersonprimaryorgunitdn"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "edupersonscopedaffiliation"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "edupersontargetedid"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "edupersonassurance"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "eduorghomepageuri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "eduorgidentityauthnpolicyuri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "eduorglegalname"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "eduorgsuperioruri"),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "eduorgwhitepagesuri"),
    ("urn:oid:2.5.4.3", "cn"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "name"),
    ("http://schemas.xmlsoap.org/claims/CommonName", "commonName"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "givenName"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "surname"),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "mail"),
    ("http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", "primaryGroupSID"),
    ("urn:oid:2.5.4.4", "surname"),
    ("urn:oid:2.5.4.42", "givenName"),
    ("urn:oid:2.5.4.45", "x500UniqueIdentifier"),
    ("urn:oid:0.9.2342.19200300.100.1.1", "uid"),
    ("urn:oid:0.9.2342.19200300.100.1.3", "mail"),
    ("urn:oid:0.9.2342.19200300.100.1.45", "organizationStatus"),
    ("urn:oid:0.9.2342.19200300100.1.1", "uid"),
    ("urn:oid:0.9.2342.19200300100.1.3", "mail"),
    ("urn:oid:0.9.2342.19200300100.1.45", "organizationStatus"),
];

/// Condition keys of a call, and those that its session keeps.
pub(crate) type Keys = (Vec<(String, Vec<String>)>, Vec<(String, String)>);

/// BASE64(SHA1(issuer + account + "/" + provider)). Source: STS API reference, "AssumeRoleWithSAML".
pub(crate) fn name_qualifier(issuer: &str, account: &str, provider: &str) -> String {
    STANDARD.encode(Sha1::digest(format!("{issuer}{account}/{provider}")))
}

pub(crate) fn of(a: &Assertion, account: &str, provider: &str, name_qualifier: &str) -> Keys {
    let one = |name: &str, value: &str| (format!("saml:{name}"), vec![value.to_owned()]);
    let kept =
        [one("namequalifier", name_qualifier), one("sub", &a.subject), one("sub_type", &a.subject_type)];
    let mut asked =
        vec![one("aud", &a.recipient), one("doc", &format!("{account}/{provider}")), one("iss", &a.issuer)];
    asked.extend(kept.iter().cloned());
    for (name, values) in &a.attributes {
        let Some((_, key)) = ATTRIBUTES.iter().find(|(n, _)| n == name) else { continue };
        let key = format!("saml:{key}");
        match asked.iter_mut().find(|(k, _)| *k == key) {
            Some((_, there)) => there.extend(values.iter().cloned()),
            None => asked.push((key, values.clone())),
        }
    }
    asked.retain(|(_, values)| values.iter().any(|v| !v.is_empty()));
    let kept = kept.into_iter().flat_map(|(k, values)| values.into_iter().map(move |v| (k.clone(), v)));
    (asked, kept.filter(|(_, v)| !v.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::name_qualifier;

    /// The input is that of the STS API reference; its digest was computed apart from this program.
    #[test]
    fn qualifiers_of_names() {
        let found = name_qualifier("https://example.com/saml", "123456789012", "MySAMLIdP");
        assert_eq!(found, "1uAJanUnBc2XeUkHURMht+xam2c=");
    }
}
