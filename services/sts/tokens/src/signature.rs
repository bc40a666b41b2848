//! Enveloped XML signatures, in the one shape that identity providers give their answers and assertions: one reference, to
//! the element that holds the signature, exclusive canonicalization, RSA with SHA-2. Any other shape isn't good.
//! Source: W3C "XML Signature Syntax and Processing 1.1"; OASIS "SAML 2.0 Core", section 5.4.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::{CertifiedKey, Digest};
use sha2::Digest as _;

use crate::c14n::canonical;
use crate::xml::Element;

/// Namespace of signatures.
pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// What became of an element's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It has none.
    No,
    /// One of the keys made it, over this element as it is.
    Well,
    /// It has one that isn't good.
    Badly,
}

/// Checks the signature of an element, which stands in `root` (or is it) under `ancestors`.
pub fn signed(element: &Element, ancestors: &[&Element], root: &Element, keys: &[CertifiedKey]) -> Signed {
    if element.all(DSIG, "Signature").next().is_none() {
        return Signed::No;
    }
    match checked(element, ancestors, root, keys) {
        Some(()) => Signed::Well,
        None => Signed::Badly,
    }
}

fn checked(element: &Element, ancestors: &[&Element], root: &Element, keys: &[CertifiedKey]) -> Option<()> {
    let signature = element.only(DSIG, "Signature")?;
    let info = signature.only(DSIG, "SignedInfo")?;
    let reference = info.only(DSIG, "Reference")?;
    let id = element.attribute("ID").filter(|id| !id.is_empty())?;
    let named = reference.attribute("URI")?.strip_prefix('#')? == id;
    if !named || count_ids(root, id) != 1 {
        return None;
    }
    let inclusive = transforms(reference)?;
    let digest = digest(reference.only(DSIG, "DigestMethod")?.attribute("Algorithm")?)?;
    let bytes = canonical(element, ancestors, Some(signature), &inclusive);
    if hash(digest, bytes.as_bytes()) != decoded(&reference.only(DSIG, "DigestValue")?.text())? {
        return None;
    }
    let method = info.only(DSIG, "CanonicalizationMethod")?;
    let inclusive = exclusive(method)?;
    let above: Vec<&Element> = ancestors.iter().copied().chain([element, signature]).collect();
    let bytes = canonical(info, &above, None, &inclusive);
    let digest = digest_of_signature(info.only(DSIG, "SignatureMethod")?.attribute("Algorithm")?)?;
    let value = decoded(&signature.only(DSIG, "SignatureValue")?.text())?;
    keys.iter().any(|k| k.signed(digest, bytes.as_bytes(), &value)).then_some(())
}

/// How many elements have that ID: a second one could be taken for the signed one.
fn count_ids(root: &Element, id: &str) -> usize {
    let mut n = 0;
    root.walk(&mut |e| {
        let named = |a: &crate::xml::Attribute| a.local.eq_ignore_ascii_case("id") && a.value == id;
        n += usize::from(e.attributes.iter().any(named));
    });
    n
}

/// The inclusive prefixes of a reference's transforms: the signature is taken out, then the rest is made canonical.
fn transforms(reference: &Element) -> Option<Vec<&str>> {
    let all: Vec<&Element> = reference.only(DSIG, "Transforms")?.all(DSIG, "Transform").collect();
    match all[..] {
        [taken_out, made_canonical] if taken_out.attribute("Algorithm") == Some(ENVELOPED) => {
            exclusive(made_canonical)
        }
        _ => None,
    }
}

/// The inclusive prefixes of an exclusive canonicalization; `None` for another.
fn exclusive(method: &Element) -> Option<Vec<&str>> {
    if method.attribute("Algorithm") != Some(EXCLUSIVE) {
        return None;
    }
    let listed = method.only(EXCLUSIVE, "InclusiveNamespaces").and_then(|e| e.attribute("PrefixList"));
    Some(listed.unwrap_or_default().split_ascii_whitespace().collect())
}

fn digest(algorithm: &str) -> Option<Digest> {
    Some(match algorithm {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Digest::Sha256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Digest::Sha384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => Digest::Sha512,
        _ => return None,
    })
}

fn digest_of_signature(algorithm: &str) -> Option<Digest> {
    Some(match algorithm {
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Digest::Sha256,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => Digest::Sha384,
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => Digest::Sha512,
        _ => return None,
    })
}

fn hash(digest: Digest, bytes: &[u8]) -> Vec<u8> {
    match digest {
        Digest::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
        Digest::Sha384 => sha2::Sha384::digest(bytes).to_vec(),
        Digest::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
    }
}

/// Base 64 with line breaks.
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(packed).ok()
}
