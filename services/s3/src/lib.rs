//! S3: objects under keys, in buckets.
//!
//! Concepts. A *bucket* has a name that nobody else in its partition has, an owner and a region. A *key* names an object in it. Where
//! *versioning* is on, a key has *versions*, of which one is the latest; a *delete marker* is a version without content. The
//! bytes of a version are its *content*; those of a multipart upload stay in its parts for good.
//!
//! | file | holds |
//! | --- | --- |
//! | `ops/` | the operations |
//! | `state.rs` | rows and tables |
//! | `buckets.rs`, `names.rs`, `address.rs` | finding buckets, what things may be called |
//! | `versions.rs` | which version is the latest, what writes and deletes do to the others |
//! | `uploads.rs`, `assembly.rs` | multipart uploads, and what their parts make together |
//! | `content.rs`, `reading.rs`, `encryption.rs`, `checksum.rs` | bytes: taken in, encrypted, checked, given out, freed |
//! | `integrity.rs` | digests of other bodies |
//! | `conditions.rs`, `range.rs`, `listing.rs`, `attributes.rs` | what requests ask of an object, and what answers say |
//! | `scrub.rs`, `spot.rs`, `healing.rs` | all that is stored, page by page; what is corrupt, and made whole again |
//! | `guard.rs`, `access.rs`, `acl.rs`, `policy.rs`, `actions.rs`, `mfa.rs` | who may |
//! | `settings.rs` | configurations of buckets, as they are kept |
//! | `plane.rs`, `cors.rs`, `website.rs`, `html.rs`, `post/` | what is answered beside the API |
//! | `access_log.rs`, `log_line.rs` | server access logs |
//! | `inventory.rs`, `inventory_row.rs` | lists of all that a bucket holds |
//! | `tags.rs` | tags of objects and buckets |
//! | `lock.rs` | object lock: what may not go before its time |
//! | `lifecycle.rs`, `lifecycle_check.rs`, `lifecycle_walk.rs` | rules by which objects move and go as they age |
//! | `archive.rs` | content that has to be restored before it is read |
//! | `replication.rs`, `replication_role.rs` | versions that are made again in other buckets, and by whom |
//! | `events.rs`, `notifications.rs` | what a change of an object leads to |
//! | `control/` | S3 Control: accounts, access points, jobs |
//! | `time.rs`, `check.rs` | what the clock does; the invariants |
//!
//! Bytes. Content up to 32 KiB lies in a row, larger content in a blob; copies share blobs, through the ledger of blobs. Everything
//! is encrypted with AES-256-GCM under a data key of its own. A replica has bytes of its own, from which its source is healed when
//! it turns out to be corrupt, as the replica is from its source.
//!
//! Invariants (`check.rs`): the latest version of a key, and no other one, stands in `Current`, unless it is a delete marker;
//! every content in a row or in parts is named by exactly one version or upload.
//!
//! Differs from AWS:
//! - The local endpoint is every region's endpoint: the region that a request was signed for tells which one is meant.
//! - In the `dev` profile restores and replicas are done at once; in `real` they take AWS's times, by the clock. Replicas lag
//!   further by a fault (`Replicate`).
//! - Lifecycle does what is due at the midnight at which it is; AWS's daily run may take longer. MFA delete needs no HTTPS.
//! - What GetObject shows of locks needs no permission of its own.
//! - A bucket policy that shuts its author out is taken without `ConfirmRemoveSelfBucketAccess`, too.
//! - A presigned URL and a header may be signed with version 4A for any bucket; AWS documents it for Multi-Region Access Points.
//! - KMS encryption, SelectObjectContent: `NotImplemented` until they are built; so is what AWS has retired (GetObjectTorrent) or
//!   offers in directory buckets and for Object Lambda alone (CreateSession, RenameObject, WriteGetObjectResponse), since what it
//!   answers elsewhere isn't documented. PutBucketLifecycle and PutBucketNotification, and what reads them, are the same requests
//!   as the operations that replaced them.

mod access;
mod access_log;
mod acl;
mod actions;
mod address;
mod archive;
mod assembly;
mod attributes;
mod buckets;
mod check;
mod checksum;
mod conditions;
mod content;
mod control;
mod cors;
mod encryption;
mod err;
mod events;
mod guard;
mod healing;
mod html;
mod integrity;
mod inventory;
mod inventory_row;
mod lifecycle;
mod lifecycle_check;
mod lifecycle_walk;
mod listing;
mod lock;
mod log_line;
mod mfa;
mod names;
mod notifications;
mod ops;
mod plane;
mod policy;
mod post;
mod range;
mod reading;
mod replication;
mod replication_role;
mod scrub;
mod settings;
mod spot;
mod state;
mod tags;
mod time;
mod uploads;
mod versions;
mod website;

use kernel::Service;

pub use control::service as control;
pub use scrub::SCRUB;

/// The service, for the wiring.
pub fn service() -> Service {
    Service {
        id: shapes_s3::SERVICE,
        model_hash: shapes_s3::MODEL_HASH,
        iam_prefix: "s3",
        global: false,
        keyspaces: state::KEYSPACES,
        operations: ops::table(),
        on_timer: time::on_timer,
        writes_directory: false,
        reset: time::reset,
        check: check::check,
        plane: Some(&plane::PLANE),
    }
}
