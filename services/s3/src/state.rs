//! What S3 keeps: rows and tables, in the keyspace `s3`. Objects lie under the number of their bucket, never under its name: a
//! name may belong to another bucket tomorrow. How versions follow each other is `versions.rs`'s.

use std::collections::BTreeMap;

use blobs::BlobId;
use store::{Row, RowError, RowReader, RowWriter, Table};

/// Keyspaces that hold this service's state.
pub const KEYSPACES: &[&str] = &["s3"];

/// Whether a bucket keeps versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Versioning {
    /// Never turned on.
    #[default]
    Off,
    Enabled,
    Suspended,
}

impl Versioning {
    fn number(self) -> u8 {
        self as u8
    }

    fn of(number: u8) -> Versioning {
        match number {
            1 => Versioning::Enabled,
            2 => Versioning::Suspended,
            _ => Versioning::Off,
        }
    }
}

/// A bucket: what every call needs to know of it. Configurations are rows of their own ([`Configs`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) number: u64,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) created_ms: i64,
    pub(crate) versioning: Versioning,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`.
    pub(crate) ownership: String,
    pub(crate) object_lock: bool,
    /// MFA delete is on.
    pub(crate) mfa_delete: bool,
    /// Requests to it are logged.
    pub(crate) logs: bool,
    /// Policies see its tags.
    pub(crate) abac: bool,
}

impl Row for Bucket {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.number);
        w.put(2, &self.account);
        w.put(3, &self.region);
        w.put(4, &self.created_ms);
        w.put(5, &self.versioning.number());
        w.put(6, &self.ownership);
        w.put(7, &self.object_lock);
        w.put(8, &self.mfa_delete);
        w.put(9, &self.logs);
        w.put(10, &self.abac);
    }
    fn read(r: &mut RowReader) -> Result<Bucket, RowError> {
        Ok(Bucket {
            number: r.get(1)?,
            account: r.get(2)?,
            region: r.get(3)?,
            created_ms: r.get(4)?,
            versioning: Versioning::of(r.get(5)?),
            ownership: r.get(6)?,
            object_lock: r.get(7)?,
            mfa_delete: r.get(8)?,
            logs: r.get(9)?,
            abac: r.get(10)?,
        })
    }
}

/// Partition, name.
pub(crate) type BucketKey = (String, String);

/// Buckets: one namespace in each partition.
pub(crate) struct Buckets;
impl Table for Buckets {
    const NAME: &'static str = "s3.bucket";
    const VERSION: u16 = 1;
    type Key = BucketKey;
    type Row = Bucket;
}

/// A row that says only that it is there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct There;
impl Row for There {
    fn write(&self, _: &mut RowWriter) {}
    fn read(_: &mut RowReader) -> Result<There, RowError> {
        Ok(There)
    }
}

/// Partition, account, name of each bucket.
pub(crate) struct Owned;
impl Table for Owned {
    const NAME: &'static str = "s3.owned";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = There;
}

/// A configuration of a bucket, as text: policies as given, the rest as JSON by the model's names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Config {
    pub(crate) text: String,
    pub(crate) changed_ms: i64,
}

impl Row for Config {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.text);
        w.put(2, &self.changed_ms);
    }
    fn read(r: &mut RowReader) -> Result<Config, RowError> {
        Ok(Config { text: r.get(1)?, changed_ms: r.get(2)? })
    }
}

/// Bucket number, kind (`policy`, `cors`, `inventory`…), id (empty where there is only one).
pub(crate) struct Configs;
impl Table for Configs {
    const NAME: &'static str = "s3.config";
    const VERSION: u16 = 1;
    type Key = (u64, String, String);
    type Row = Config;
}

/// Partition, account, kind: configurations of accounts.
pub(crate) struct AccountConfigs;
impl Table for AccountConfigs {
    const NAME: &'static str = "s3.account_config";
    const VERSION: u16 = 1;
    type Key = (String, String, String);
    type Row = Config;
}

/// Where the bytes of an object or of a part lie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Place {
    /// There are none.
    #[default]
    Nowhere,
    /// In [`Inline`].
    Inline,
    /// In a blob.
    Blob(BlobId),
    /// In those of its parts ([`Parts`]).
    Parts,
}

/// How the bytes are encrypted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sse {
    /// `AES256`, `aws:kms`, `aws:kms:dsse`; empty: with the customer's key.
    pub(crate) algorithm: String,
    /// The data key, wrapped by the master key or the customer's; empty where there are no bytes.
    pub(crate) wrapped_key: Vec<u8>,
    /// MD5 of the customer's key, in base64.
    pub(crate) customer_key_md5: String,
    pub(crate) kms_key_id: String,
}

impl Row for Sse {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.algorithm);
        w.put(2, &self.wrapped_key);
        w.put(3, &self.customer_key_md5);
        w.put(4, &self.kms_key_id);
    }
    fn read(r: &mut RowReader) -> Result<Sse, RowError> {
        Ok(Sse {
            algorithm: r.get(1)?,
            wrapped_key: r.get(2)?,
            customer_key_md5: r.get(3)?,
            kms_key_id: r.get(4)?,
        })
    }
}

/// Content of an object or of a part: its bytes' place, length and digests.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Content {
    /// Random; under it lie inline bytes and parts, and the blob's ledger has it as the owner.
    pub(crate) id: String,
    pub(crate) place: Place,
    pub(crate) size_bytes: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) sse: Sse,
    /// Name of the algorithm (`CRC32`), value in base64 with the number of parts for a composite one.
    pub(crate) checksum: Option<(String, String)>,
    /// The checksum is one of the parts' checksums.
    pub(crate) composite: bool,
}

impl Row for Content {
    fn write(&self, w: &mut RowWriter) {
        let (place, blob) = match self.place {
            Place::Nowhere => (0u8, BlobId::default()),
            Place::Inline => (1, BlobId::default()),
            Place::Blob(id) => (2, id),
            Place::Parts => (3, BlobId::default()),
        };
        w.put(1, &place);
        w.put(2, &blob);
        w.put(3, &self.size_bytes);
        w.put(4, &self.etag);
        w.put(5, &self.sse);
        w.put(6, &self.checksum.as_ref().map(|c| c.0.clone()));
        w.put(7, &self.checksum.as_ref().map(|c| c.1.clone()));
        w.put(8, &self.composite);
        w.put(9, &self.id);
    }
    fn read(r: &mut RowReader) -> Result<Content, RowError> {
        let (place, blob): (u8, BlobId) = (r.get(1)?, r.get(2)?);
        let place = match place {
            0 => Place::Nowhere,
            1 => Place::Inline,
            2 => Place::Blob(blob),
            3 => Place::Parts,
            other => return Err(RowError::new(format!("bytes at a place of unknown kind {other}"))),
        };
        Ok(Content {
            place,
            size_bytes: r.get(3)?,
            etag: r.get(4)?,
            sse: r.get(5)?,
            checksum: Option::zip(r.get(6)?, r.get(7)?),
            composite: r.get(8)?,
            id: r.get(9)?,
        })
    }
}

/// A version of an object, or a delete marker.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Version {
    /// Greater than that of every version of the same key before it.
    pub(crate) seq: u64,
    /// As AWS shows it; `null` for one written while versioning was not on.
    pub(crate) id: String,
    pub(crate) is_delete_marker: bool,
    pub(crate) modified_ms: i64,
    /// Account that wrote it.
    pub(crate) owner: String,
    pub(crate) content: Content,
    pub(crate) storage_class: String,
    /// System metadata by header (`content-type`), as given.
    pub(crate) headers: BTreeMap<String, String>,
    /// User metadata.
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) tags: Vec<(String, String)>,
    /// Its access control list, where it has one of its own, in the form of `acl.rs`.
    pub(crate) acl: Option<String>,
    /// `GOVERNANCE` or `COMPLIANCE` until then.
    pub(crate) lock_mode: Option<String>,
    pub(crate) lock_until_ms: Option<i64>,
    /// `None`: never set.
    pub(crate) legal_hold: Option<bool>,
    /// Number of parts that it was uploaded in; 0: in one go.
    pub(crate) parts: u32,
    pub(crate) replication_status: Option<String>,
    /// A copy of an archived object is there until then.
    pub(crate) restored_until_ms: Option<i64>,
    /// A restore is under way until then.
    pub(crate) restoring_until_ms: Option<i64>,
}

impl Row for Version {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.seq);
        w.put(2, &self.id);
        w.put(3, &self.is_delete_marker);
        w.put(4, &self.modified_ms);
        w.put(5, &self.owner);
        w.put(6, &self.content);
        w.put(7, &self.storage_class);
        w.put(8, &self.headers);
        w.put(9, &self.metadata);
        w.put(10, &self.tags);
        w.put(11, &self.acl);
        w.put(12, &self.lock_mode);
        w.put(13, &self.lock_until_ms);
        w.put(14, &self.legal_hold);
        w.put(15, &self.parts);
        w.put(16, &self.replication_status);
        w.put(17, &self.restored_until_ms);
        w.put(18, &self.restoring_until_ms);
    }
    fn read(r: &mut RowReader) -> Result<Version, RowError> {
        Ok(Version {
            seq: r.get(1)?,
            id: r.get(2)?,
            is_delete_marker: r.get(3)?,
            modified_ms: r.get(4)?,
            owner: r.get(5)?,
            content: r.get(6)?,
            storage_class: r.get(7)?,
            headers: r.get(8)?,
            metadata: r.get(9)?,
            tags: r.get(10)?,
            acl: r.get(11)?,
            lock_mode: r.get(12)?,
            lock_until_ms: r.get(13)?,
            legal_hold: r.get(14)?,
            parts: r.get(15)?,
            replication_status: r.get(16)?,
            restored_until_ms: r.get(17)?,
            restoring_until_ms: r.get(18)?,
        })
    }
}

/// Bucket number, key: the latest version of each key, unless that is a delete marker.
pub(crate) struct Current;
impl Table for Current {
    const NAME: &'static str = "s3.current";
    const VERSION: u16 = 1;
    type Key = (u64, String);
    type Row = Version;
}

/// Bucket number, key, all bits of `seq` turned over (so that the newest comes first): versions that are not the latest, and
/// latest delete markers.
pub(crate) struct Past;
impl Table for Past {
    const NAME: &'static str = "s3.past";
    const VERSION: u16 = 1;
    type Key = (u64, String, u64);
    type Row = Version;
}

/// A number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Number {
    pub(crate) n: u64,
}
impl Row for Number {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.n);
    }
    fn read(r: &mut RowReader) -> Result<Number, RowError> {
        Ok(Number { n: r.get(1)? })
    }
}

/// Bucket number, key: the `seq` of the null version, where it lies in [`Past`].
pub(crate) struct NullVersions;
impl Table for NullVersions {
    const NAME: &'static str = "s3.null_version";
    const VERSION: u16 = 1;
    type Key = (u64, String);
    type Row = Number;
}

/// Sealed bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sealed {
    pub(crate) bytes: Vec<u8>,
}
impl Row for Sealed {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.bytes);
    }
    fn read(r: &mut RowReader) -> Result<Sealed, RowError> {
        Ok(Sealed { bytes: r.get(1)? })
    }
}

/// Bucket number, content id: small content, sealed.
pub(crate) struct Inline;
impl Table for Inline {
    const NAME: &'static str = "s3.inline";
    const VERSION: u16 = 1;
    type Key = (u64, String);
    type Row = Sealed;
}

/// A part, of an upload or of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Part {
    pub(crate) content: Content,
    pub(crate) modified_ms: i64,
    /// Where in the object it begins.
    pub(crate) offset_bytes: u64,
}
impl Row for Part {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.content);
        w.put(2, &self.modified_ms);
        w.put(3, &self.offset_bytes);
    }
    fn read(r: &mut RowReader) -> Result<Part, RowError> {
        Ok(Part { content: r.get(1)?, modified_ms: r.get(2)?, offset_bytes: r.get(3)? })
    }
}

/// Bucket number, content id of the object (which is the upload's id), part number.
pub(crate) struct Parts;
impl Table for Parts {
    const NAME: &'static str = "s3.part";
    const VERSION: u16 = 1;
    type Key = (u64, String, u32);
    type Row = Part;
}
