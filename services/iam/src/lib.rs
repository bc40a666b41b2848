//! Placeholder of the service iam: no operation is built.

use kernel::Service;

/// The service, for the wiring.
pub fn service() -> Service {
    Service {
        id: shapes_iam::SERVICE,
        model_hash: shapes_iam::MODEL_HASH,
        iam_prefix: "iam",
        global: true,
        keyspaces: &["iam"],
        writes_directory: true,
        operations: Vec::new(),
        on_timer: |_, _| Ok(()),
        reset: |_| Ok(()),
        check: |_| Ok(()),
    }
}
