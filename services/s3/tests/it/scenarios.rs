//! Runs every scenario of S3.

use std::path::Path;

fn services() -> Vec<kernel::Service> {
    vec![service_s3::service(), service_s3::control()]
}

#[test]
fn scenarios() {
    let folder = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(name);
    let run = |name: &str| testkit::scenario::run_tree(&folder(name), "", services);
    let outcomes: Vec<_> = ["s3", "s3control"].into_iter().flat_map(run).collect();
    assert!(!outcomes.is_empty(), "no scenario matches");
    let failed: Vec<String> = outcomes
        .iter()
        .flat_map(|o| o.failures.iter().map(|f| format!("{}: {f}", o.file.display())))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
