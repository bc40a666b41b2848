//! Service models at run time: what botocore's JSON says about shapes and operations, compacted by `xtask gen`
//! into blobs under `models/` and loaded on first use. Holds facts only: no codec, no HTTP, no behaviour.

mod blob;
mod registry;
mod registry_table;
mod types;

pub use blob::{BlobError, MAGIC, checksum, load};
pub use registry::{Entry, by_signing_name, entries, entry, service};
pub use types::{
    ErrorInfo, Flags, HttpBinding, Kind, Location, Member, Model, Operation, Pagination, Protocol, Shape,
    ShapeId, TimestampFormat, ValidationStyle,
};
