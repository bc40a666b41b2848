//! A line of an inventory: its columns, and what they say of a version.
//! Source: S3 user guide, "Amazon S3 Inventory list", "Inventory manifest" (the order of the columns).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_s3::InventoryConfiguration;

use crate::state::{Bucket, Version};
use crate::versions::NULL;
use crate::{access, inventory, lifecycle};

/// Columns that are there when asked for, in the order in which they stand. Those of access control lists aren't built.
pub(crate) const OPTIONAL: [&str; 15] = [
    "Size",
    "LastModifiedDate",
    "ETag",
    "StorageClass",
    "IsMultipartUploaded",
    "ReplicationStatus",
    "EncryptionStatus",
    "ObjectLockRetainUntilDate",
    "ObjectLockMode",
    "ObjectLockLegalHoldStatus",
    "IntelligentTieringAccessTier",
    "BucketKeyStatus",
    "ChecksumAlgorithm",
    "ObjectOwner",
    "LifecycleExpirationDate",
];

/// The columns of a list.
pub(crate) struct Columns {
    with_versions: bool,
    optional: Vec<&'static str>,
}

impl Columns {
    pub(crate) fn of(config: &InventoryConfiguration) -> Columns {
        let asked = config.optional_fields.as_deref().unwrap_or_default();
        let optional = OPTIONAL.into_iter().filter(|o| asked.iter().any(|a| a == o)).collect();
        Columns { with_versions: config.included_object_versions == "All", optional }
    }

    /// As a manifest names them.
    pub(crate) fn schema(&self) -> String {
        let mut all = vec!["Bucket", "Key"];
        if self.with_versions {
            all.extend(["VersionId", "IsLatest", "IsDeleteMarker"]);
        }
        all.extend(&self.optional);
        all.join(", ")
    }

    /// The line of a version.
    pub(crate) fn line(
        &self,
        cx: &Cx,
        (bucket, name): (&Bucket, &str),
        key: &str,
        v: &Version,
        is_latest: bool,
    ) -> Result<String, Fault> {
        let mut all = vec![name.to_owned(), inventory::shown_key(key)];
        if self.with_versions {
            let id = if v.id == NULL { "" } else { &v.id };
            all.extend([id.to_owned(), is_latest.to_string(), v.is_delete_marker.to_string()]);
        }
        for column in &self.optional {
            all.push(value(cx, bucket, key, v, (column, is_latest))?);
        }
        let quoted: Vec<String> = all.iter().map(|v| format!("\"{}\"", v.replace('"', "\"\""))).collect();
        Ok(quoted.join(",") + "\n")
    }
}

fn value(
    cx: &Cx,
    bucket: &Bucket,
    key: &str,
    v: &Version,
    (column, is_latest): (&str, bool),
) -> Result<String, Fault> {
    let time = |epoch_ms: i64| Timestamp { epoch_ms }.iso8601(true);
    if v.is_delete_marker && !matches!(column, "LastModifiedDate" | "ObjectOwner" | "ReplicationStatus") {
        return Ok(String::new());
    }
    let tiered = v.storage_class == "INTELLIGENT_TIERING";
    Ok(match column {
        "Size" => v.content.size_bytes.to_string(),
        "LastModifiedDate" => time(v.modified_ms),
        "ETag" => v.content.etag.clone(),
        "StorageClass" => v.storage_class.clone(),
        "IsMultipartUploaded" => (v.parts > 0).to_string(),
        "ReplicationStatus" => v.replication_status.clone().unwrap_or_default(),
        "EncryptionStatus" => match v.content.sse.algorithm.as_str() {
            "AES256" => "SSE-S3",
            "aws:kms" => "SSE-KMS",
            "aws:kms:dsse" => "DSSE-KMS",
            _ => "SSE-C",
        }
        .to_owned(),
        "ObjectLockRetainUntilDate" => v.lock_until_ms.map(time).unwrap_or_default(),
        "ObjectLockMode" => v.lock_mode.clone().unwrap_or_default(),
        "ObjectLockLegalHoldStatus" => match v.legal_hold {
            Some(true) => "ON",
            Some(false) => "OFF",
            None => "",
        }
        .to_owned(),
        "IntelligentTieringAccessTier" => if tiered { "FREQUENT" } else { "" }.to_owned(),
        "BucketKeyStatus" => "DISABLED".to_owned(),
        "ChecksumAlgorithm" => v.content.checksum.as_ref().map(|c| c.0.clone()).unwrap_or_default(),
        "ObjectOwner" => access::user_id(access::owner_of(bucket, v)),
        "LifecycleExpirationDate" if is_latest => {
            // `expiry-date="…", rule-id="…"`
            let said = lifecycle::expiration(cx, bucket, key, v)?.unwrap_or_default();
            let date = said.split('"').nth(1).and_then(Timestamp::parse);
            date.map(|d| time(d.epoch_ms)).unwrap_or_default()
        }
        _ => String::new(),
    })
}
