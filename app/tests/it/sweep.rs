//! The model sweep over every operation that is built, see `testkit::sweep`. `SWEEP=iam` keeps one service, `SWEEP=iam/Create`
//! the operations of that name. Beside it, what else is asked of every built operation: a scenario (`covered.rs`), and of
//! every list a walk by pages of one item (`walks.rs`).

mod covered;
mod ends;
mod launches;
mod traffic;
mod transit;
mod walks;

use testkit::sweep::sweep;

#[test]
fn every_operation_refuses_as_its_model_says() {
    let wanted = std::env::var("SWEEP").unwrap_or_default();
    let (only, filter) = wanted.split_once('/').unwrap_or((&wanted, ""));
    let ids: Vec<&str> = tabletop::services().iter().map(|s| s.id).filter(|id| id.contains(only)).collect();
    let (mut operations, mut cases, mut refused) = (0, 0, 0);
    let mut findings = Vec::new();
    for id in ids {
        let started = std::time::Instant::now();
        let swept = sweep(id, filter, tabletop::services());
        eprintln!(
            "{id}: {} operations, {} cases, {} of them refused, {} calls in {:?}; unread patterns: {:?}",
            swept.operations,
            swept.cases,
            swept.refused,
            swept.calls,
            started.elapsed(),
            swept.unread
        );
        operations += swept.operations;
        cases += swept.cases;
        refused += swept.refused;
        findings.extend(swept.findings);
    }
    for f in findings.iter().take(40) {
        eprintln!("{f}");
    }
    assert!(findings.is_empty(), "{} answers differ", findings.len());
    if wanted.is_empty() {
        let enough = operations >= 186 && cases >= 3_500 && refused >= 1_950;
        assert!(enough, "the sweep shrank: {operations} operations, {cases} cases, {refused} refused");
    }
}
