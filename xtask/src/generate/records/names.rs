//! Rust names of AWS's names.

use std::collections::HashSet;

/// Words that no identifier may be in edition 2024.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];

/// Types of Rust's that generated code leans on; a structure of that name gets a longer one.
const TAKEN: &[&str] = &[
    "Box", "Clone", "Debug", "Default", "Err", "None", "Ok", "Option", "Result", "Self", "Some", "String",
    "Vec",
];

/// `existingUserNameType` → `ExistingUserNameType`; RDS's `Option` → `OptionRecord`.
pub fn type_name(shape: &str) -> String {
    let mut chars = shape.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    let name: String = first.into_iter().chain(chars).filter(|c| c.is_ascii_alphanumeric()).collect();
    if TAKEN.contains(&name.as_str()) { name + "Record" } else { name }
}

/// `MD5OfMessageBody` → `md5_of_message_body`; `type` → `type_`.
pub fn field_name(name: &str) -> String {
    let snake = snake(name);
    if KEYWORDS.contains(&snake.as_str()) { snake + "_" } else { snake }
}

/// `aws:kms` → `AWS_KMS`; `2014-11-12` → `_2014_11_12`.
pub fn const_name(value: &str) -> String {
    let name = snake(value).to_ascii_uppercase();
    if name.is_empty() {
        return "EMPTY".to_owned();
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// Words in lower case with underscores: a word starts at a capital after a small letter or digit, and at the last capital of a
/// run that a small letter follows (but `ARNs` is one word).
fn snake(name: &str) -> String {
    let c: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for i in 0..c.len() {
        if !c[i].is_ascii_alphanumeric() {
            if !out.is_empty() && !out.ends_with('_') {
                out.push('_');
            }
            continue;
        }
        if i > 0 && c[i].is_ascii_uppercase() && !out.is_empty() && !out.ends_with('_') {
            let after_small = c[i - 1].is_ascii_lowercase() || c[i - 1].is_ascii_digit();
            let next_small = c.get(i + 1).is_some_and(char::is_ascii_lowercase);
            let plural = c.get(i + 1) == Some(&'s') && c.get(i + 2).is_none_or(char::is_ascii_uppercase);
            if after_small || (next_small && !plural) {
                out.push('_');
            }
        }
        out.push(c[i].to_ascii_lowercase());
    }
    while out.ends_with('_') {
        out.pop();
    }
    out
}

/// Makes names distinct by numbering later ones.
pub fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names
        .map(|name| {
            let mut unique = name.clone();
            let mut n = 2;
            while !seen.insert(unique.clone()) {
                unique = format!("{name}_{n}");
                n += 1;
            }
            unique
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case() {
        for (aws, rust) in [
            ("QueueUrl", "queue_url"),
            ("MD5OfMessageBody", "md5_of_message_body"),
            ("AWSAccountIds", "aws_account_ids"),
            ("OpenIDConnectProviderArn", "open_id_connect_provider_arn"),
            ("SAMLMetadataDocument", "saml_metadata_document"),
            ("PolicyARNs", "policy_arns"),
            ("S3Bucket", "s3_bucket"),
            ("ListObjectsV2", "list_objects_v2"),
            ("x-amz-id", "x_amz_id"),
            ("Type", "type_"),
        ] {
            assert_eq!(field_name(aws), rust);
        }
    }

    #[test]
    fn constants_and_types_are_legal() {
        assert_eq!(const_name("aws:kms"), "AWS_KMS");
        assert_eq!(const_name("2014-11-12"), "_2014_11_12");
        assert_eq!(const_name("ApproximateNumberOfMessages"), "APPROXIMATE_NUMBER_OF_MESSAGES");
        assert_eq!(const_name("*"), "EMPTY");
        assert_eq!(type_name("statusType"), "StatusType");
        assert_eq!(type_name("Option"), "OptionRecord");
        assert_eq!(distinct(["a", "b", "a", "a"].map(str::to_owned).into_iter()), ["a", "b", "a_2", "a_3"]);
    }
}
