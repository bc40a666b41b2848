//! Identity providers of an account: whom its roles may trust for tokens and assertions. IAM keeps them, STS asks for
//! them. The keys that verify an issuer's tokens are the issuer's, not the account's (`issuers.rs`).

use store::{Row, RowError, RowReader, RowWriter, Table};

/// An OpenID Connect provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OidcProvider {
    /// URL without `https://`.
    pub url: String,
    /// Audiences.
    pub client_ids: Vec<String>,
    /// SHA-1 of certificates, 40 hex digits each.
    pub thumbprints: Vec<String>,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Key and value, in the order of arrival.
    pub tags: Vec<(String, String)>,
}

impl Row for OidcProvider {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.url);
        w.put(2, &self.client_ids);
        w.put(3, &self.thumbprints);
        w.put(4, &self.created_ms);
        w.put(5, &self.tags);
    }
    fn read(r: &mut RowReader) -> Result<OidcProvider, RowError> {
        Ok(OidcProvider {
            url: r.get(1)?,
            client_ids: r.get(2)?,
            thumbprints: r.get(3)?,
            created_ms: r.get(4)?,
            tags: r.get(5)?,
        })
    }
}

/// OpenID Connect providers by partition, account, URL without scheme.
pub struct OidcProviders;
impl Table for OidcProviders {
    const NAME: &'static str = "iam.oidc_provider";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = OidcProvider;
}

/// A private key for encrypted assertions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SamlPrivateKey {
    /// Id that AWS gave it.
    pub id: String,
    /// The key.
    pub pem: String,
    /// Milliseconds since the epoch.
    pub added_ms: i64,
}

impl Row for SamlPrivateKey {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.pem);
        w.put(3, &self.added_ms);
    }
    fn read(r: &mut RowReader) -> Result<SamlPrivateKey, RowError> {
        Ok(SamlPrivateKey { id: r.get(1)?, pem: r.get(2)?, added_ms: r.get(3)? })
    }
}

/// A SAML provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SamlProvider {
    /// Name as created.
    pub name: String,
    /// What recipients of assertions may name the provider by.
    pub uuid: String,
    /// Metadata document.
    pub metadata: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Until when the metadata is good, milliseconds since the epoch.
    pub valid_until_ms: i64,
    /// Key and value, in the order of arrival.
    pub tags: Vec<(String, String)>,
    /// `Allowed` or `Required`.
    pub encryption: Option<String>,
    /// Keys that encrypted assertions may be for.
    pub keys: Vec<SamlPrivateKey>,
}

impl Row for SamlProvider {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
        w.put(2, &self.uuid);
        w.put(3, &self.metadata);
        w.put(4, &self.created_ms);
        w.put(5, &self.valid_until_ms);
        w.put(6, &self.tags);
        w.put(7, &self.encryption);
        w.put(8, &self.keys);
    }
    fn read(r: &mut RowReader) -> Result<SamlProvider, RowError> {
        Ok(SamlProvider {
            name: r.get(1)?,
            uuid: r.get(2)?,
            metadata: r.get(3)?,
            created_ms: r.get(4)?,
            valid_until_ms: r.get(5)?,
            tags: r.get(6)?,
            encryption: r.get(7)?,
            keys: r.get(8)?,
        })
    }
}

/// SAML providers by partition, account, name.
pub struct SamlProviders;
impl Table for SamlProviders {
    const NAME: &'static str = "iam.saml_provider";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = SamlProvider;
}
