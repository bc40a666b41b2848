//! Every pattern of every model, as it stands: which of them are no regular expression of Rust's. The codec translates Java's
//! dialect (surrogate pairs, ASCII classes) before it compiles; this list says how much rests on that, and sees a new one come.

use std::collections::BTreeSet;

use model::entries;

/// Patterns that neither `regex` nor `fancy-regex` takes as they stand.
const MISFITS: &[&str] = &[
    // Surrogate pairs stand for U+10000 to U+10FFFF.
    r"(?!.*[/:\\])[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]+",
    r"([\u0009\u000B\u000C\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF])*",
    r"([\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\s])*",
    r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*",
    r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\t]*",
    r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*",
    // A hyphen after a class is the character itself.
    r"[\w-_]*",
    // Too large when \w, \S and the dot mean all of Unicode.
    r"\S{1,8192}",
    r"^(?! )[\p{L}\p{N}\p{Z}-_]*(?<! )$",
    // A quantifier behind a lookahead.
    r"^(\/|(\/(?!\.)+[^$#<>;`|&?{}^*/\n]+){1,4})$",
    r"^.{1,100000}$",
    r"^arn:aws[a-z0-9-]*:iam::\d{12}:role\/[\w-\/.@+=,]{1,1017}$",
    r"^arn:aws[a-z\-]*:config:[a-z\-\d]+:\d+:stored-query/[a-zA-Z0-9-_]+/query-[a-zA-Z\d-_/]+$",
    r"arn:.*:s3:::[\w\.\-]{1,255}",
];

#[test]
fn the_misfits_are_known() {
    let models = entries().iter().map(|e| e.model());
    let patterns: BTreeSet<&str> = models.flat_map(|m| m.shapes.iter().filter_map(|s| s.pattern)).collect();
    assert!(patterns.len() > 800, "{}", patterns.len());
    let misfits: Vec<&str> = patterns
        .into_iter()
        .filter(|p| {
            let whole = format!("^(?:{p})$");
            regex::Regex::new(&whole).is_err() && fancy_regex::Regex::new(&whole).is_err()
        })
        .collect();
    assert_eq!(misfits, MISFITS);
}
