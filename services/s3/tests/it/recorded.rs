//! Errors that AWS was recorded with: each has a scenario with its text, a test elsewhere, or a reason in `tests/recorded.tsv`.

use std::path::Path;

const RECORDED: &str = include_str!("../recorded.tsv");

/// Tests that show what a scenario can't.
const ELSEWHERE: [(&str, &str); 6] = [
    ("e2e/go/s3_test.go", include_str!("../../../../e2e/go/s3_test.go")),
    ("e2e/js/test/s3.test.js", include_str!("../../../../e2e/js/test/s3.test.js")),
    ("e2e/python/test_s3.py", include_str!("../../../../e2e/python/test_s3.py")),
    ("services/s3/tests/it/post.rs", include_str!("post.rs")),
    ("services/s3/tests/it/web.rs", include_str!("web.rs")),
    ("wire/sigv4/src/error.rs", include_str!("../../../../wire/sigv4/src/error.rs")),
];

/// Whether a scenario expects the error; its text may end early with `*`.
fn is_shown(texts: &[String], code: &str, message: &str) -> bool {
    let wanted = format!("expect error {code}: ");
    texts.iter().flat_map(|t| t.lines()).filter_map(|l| l.strip_prefix(&wanted)).any(|said| {
        match said.strip_suffix('*') {
            Some(start) => message.starts_with(start),
            None => said == message,
        }
    })
}

#[test]
fn every_recorded_error_is_shown_or_has_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let texts: Vec<String> = ["s3", "s3control", "cross"]
        .iter()
        .flat_map(|folder| testkit::scenario::texts(&root.join("scenarios").join(folder)))
        .collect();
    let mut wrong = Vec::new();
    for line in RECORDED.lines().filter(|l| !l.starts_with('#')) {
        let [code, message, elsewhere] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("a line has a code, a text and a place or none: {line}");
        };
        let shown = is_shown(&texts, code, message);
        // A place is a file that names the code, or what its numbers are called there.
        let there = ELSEWHERE.iter().find(|(file, _)| *file == elsewhere).map(|(_, text)| text);
        let start: String = message.chars().take(30).collect();
        match (shown, there) {
            (true, _) if elsewhere.is_empty() => {}
            (true, _) => wrong.push(format!("{code}: {message}: has a scenario, and a reason to have none")),
            (false, Some(text)) if text.contains(code) || text.contains(&start) => {}
            (false, Some(_)) => wrong.push(format!("{code}: {message}: is not in {elsewhere}")),
            (false, None) if elsewhere.is_empty() => {
                wrong.push(format!("{code}: {message}: has no scenario"))
            }
            (false, None) => {}
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
