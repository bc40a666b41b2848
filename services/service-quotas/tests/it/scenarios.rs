//! Runs every scenario of Service Quotas.

use std::path::Path;

fn services() -> Vec<kernel::Service> {
    vec![service_service_quotas::service()]
}

#[test]
fn scenarios() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/service-quotas");
    let outcomes = testkit::scenario::run_tree(&dir, "", services);
    assert!(!outcomes.is_empty(), "no scenario matches");
    let failed: Vec<String> = outcomes
        .iter()
        .flat_map(|o| o.failures.iter().map(|f| format!("{}: {f}", o.file.display())))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
