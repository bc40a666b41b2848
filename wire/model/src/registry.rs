//! Which services there are. Light facts of each (enough to route a request) stand in a generated table; the model itself is
//! parsed from its embedded blob when it is first asked for, and kept. Not here: how a blob is read (`blob.rs`).

use std::sync::OnceLock;

use crate::registry_table::{BY_SIGNING_NAME, COUNT, ENTRIES};
use crate::{Model, Protocol, load};

/// What routing needs to know of a service before its model is loaded.
#[derive(Debug)]
pub struct Entry {
    /// Our service id: botocore's folder name.
    pub id: &'static str,
    /// botocore's `serviceId`: `SQS`.
    pub service_id: &'static str,
    /// Name in SigV4's credential scope.
    pub signing_name: &'static str,
    /// `sqs` of `sqs.us-east-1.amazonaws.com`.
    pub endpoint_prefix: &'static str,
    /// awsJson's target prefix and CBOR's service name, without the dot.
    pub target_prefix: Option<&'static str>,
    /// `2012-11-05`; query's `Version`.
    pub api_version: &'static str,
    /// Namespace of XML answers.
    pub xml_namespace: Option<&'static str>,
    /// Protocols, the preferred one first.
    pub protocols: &'static [Protocol],
    /// [`Model::hash`] of the blob.
    pub hash: u64,
    pub(crate) slot: usize,
    pub(crate) blob: &'static [u8],
}

static LOADED: [OnceLock<Model>; COUNT] = [const { OnceLock::new() }; COUNT];

impl Entry {
    /// The service's model, loaded on first use.
    pub fn model(&self) -> &'static Model {
        LOADED[self.slot]
            .get_or_init(|| load(self.blob).expect("embedded blobs are read by this crate's test"))
    }
}

/// All services, by id.
pub fn entries() -> &'static [Entry] {
    &ENTRIES
}

/// Light facts of the service of that id.
pub fn entry(id: &str) -> Option<&'static Entry> {
    ENTRIES.binary_search_by(|e| e.id.cmp(id)).ok().map(|i| &ENTRIES[i])
}

/// The model of the service of that id.
pub fn service(id: &str) -> Option<&'static Model> {
    entry(id).map(Entry::model)
}

/// Services that sign with that name, by id; mostly one, `rds` three.
pub fn by_signing_name(name: &str) -> &'static [&'static Entry] {
    BY_SIGNING_NAME.binary_search_by(|(n, _)| (*n).cmp(name)).map_or(&[], |i| BY_SIGNING_NAME[i].1)
}
