//! What identity providers send, as it is read: web identity tokens, SAML answers, the metadata that their signatures are
//! checked with. Pure: no state, no clock, no answer of AWS's. Whether a token is good for a role now, STS says.
//!
//! | file | holds |
//! | --- | --- |
//! | `jwt.rs` | tokens and their claims |
//! | `xml.rs`, `c14n.rs` | XML as a tree with namespaces; its canonical form |
//! | `signature.rs`, `metadata.rs` | who signed an element; an identity provider's name and keys |
//! | `response.rs` | what an answer and its assertion say |

pub mod c14n;
pub mod jwt;
pub mod metadata;
pub mod response;
pub mod signature;
pub mod xml;
