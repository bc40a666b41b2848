//! Service Quotas: shows how many of each thing an account may have, and raises it on request.
//!
//! Concepts. A *quota* is a fact of the kernel's (`facts/quotas.tsv`), as is what applies of it to an account: services read it
//! there. A *request* asks for more; once it is approved the new value applies to the very next decision.
//!
//! | file | holds |
//! | --- | --- |
//! | `catalogue.rs` | quotas and their services as answers show them |
//! | `request.rs` | requests: rows, states, how they are shown |
//! | `tags.rs` | tags of quotas |
//! | `ops/` | the operations |
//! | `state.rs`, `time.rs` | tables, resets, invariants; what the clock does |
//!
//! Invariants (`state.rs`): an open request asks for more than applies; no quota has two.
//!
//! Differs from AWS:
//! - Only quotas that some service here enforces are listed, for the account as a whole: none has a context of its own.
//! - Every request for an adjustable quota is approved: at once with `--profile dev`, after half an hour with `--profile
//!   real`, or earlier when the operator grants as much over the admin API. There are no support cases.
//! - Quota request templates are an organization's, and answer `NotImplemented`, as do utilization reports and automatic
//!   management.
//! - Texts of errors are those that users reported; `inferred` says where not.

mod catalogue;
mod ops;
mod request;
mod state;
mod tags;
mod time;

use kernel::Service;

/// The service, as `app` wires it. Operations without a row answer `NotImplemented`.
pub fn service() -> Service {
    Service {
        id: shapes_service_quotas::SERVICE,
        model_hash: shapes_service_quotas::MODEL_HASH,
        iam_prefix: "servicequotas",
        global: false,
        keyspaces: state::KEYSPACES,
        operations: ops::table(),
        on_timer: time::on_timer,
        writes_directory: false,
        reset: state::reset,
        check: state::check,
        plane: None,
    }
}
