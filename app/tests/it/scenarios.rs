//! Every file under `scenarios/` against a kernel in memory. `SCN=sqs/receive` keeps files whose path contains that;
//! `BLESS=1` rewrites expected values.

use std::path::Path;

#[test]
fn every_scenario_holds() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios");
    let filter = std::env::var("SCN").unwrap_or_default();
    let outcomes = testkit::scenario::run_tree(&dir, &filter, tabletop::services);
    let failed: Vec<_> = outcomes.iter().filter(|o| !o.failures.is_empty()).collect();
    for o in &failed {
        eprintln!("{}\n  {}", o.file.display(), o.failures.join("\n  "));
    }
    assert!(failed.is_empty(), "{} of {} scenarios failed", failed.len(), outcomes.len());
    assert!(!outcomes.is_empty(), "no scenario matches '{filter}'");
}
