//! Placeholder of the service sqs: no operation is built.

use kernel::Service;

/// The service, for the wiring.
pub fn service() -> Service {
    Service {
        id: shapes_sqs::SERVICE,
        model_hash: shapes_sqs::MODEL_HASH,
        iam_prefix: "sqs",
        global: false,
        keyspaces: &["sqs"],
        writes_directory: false,
        operations: Vec::new(),
        on_timer: |_, _| Ok(()),
        reset: |_| Ok(()),
        check: |_| Ok(()),
    }
}
