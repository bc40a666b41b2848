//! AWS managed policies: names, versions and documents, as data packed into the program. Customer managed policies are
//! rows (`tables.rs`). The data lies in blocks that are inflated when one of their policies is asked for, so that idle
//! memory stays small; the policies asked for last are kept. `xtask gen managed-policies` writes it and describes its
//! layout.

use std::collections::HashMap;
use std::io::Read;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use flate2::read::ZlibDecoder;

static DATA: &[u8] = include_bytes!("../../../facts/managed-policies.bin");

/// Policies kept inflated; beyond that all are dropped and read again as needed.
const KEPT: usize = 128;

/// What there is to say about an AWS managed policy besides its document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagedSummary {
    /// `AmazonSQSFullAccess`
    pub name: String,
    /// `/`, `/service-role/`, `/aws-service-role/`, `/job-function/`, …
    pub path: String,
    /// `ANPA…`
    pub id: String,
    /// `v1`
    pub default_version: String,
    /// Milliseconds since the epoch.
    pub created_ms: i64,
    /// Milliseconds since the epoch.
    pub updated_ms: i64,
}

/// One AWS managed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// All but the document.
    pub about: ManagedSummary,
    /// The policy's text.
    pub document: String,
}

/// A policy as it is kept for whoever asks next.
pub type SharedPolicy = Arc<ManagedPolicy>;

/// Every AWS managed policy, in order of path and name. Reads the list anew at each call.
pub fn managed_policies() -> Vec<ManagedSummary> {
    inflate(file().list).lines().filter_map(summary).map(|(about, _)| about).collect()
}

/// The AWS managed policy with that path and name (`service-role/AWSLambdaBasicExecutionRole`).
pub fn managed_policy(path_and_name: &str) -> Option<SharedPolicy> {
    static KEPT_POLICIES: OnceLock<RwLock<HashMap<String, SharedPolicy>>> = OnceLock::new();
    let kept = KEPT_POLICIES.get_or_init(RwLock::default);
    if let Some(p) = kept.read().unwrap_or_else(PoisonError::into_inner).get(path_and_name) {
        return Some(p.clone());
    }
    let found = Arc::new(read(path_and_name)?);
    let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(path_and_name.to_owned(), found.clone());
    Some(found)
}

fn read(path_and_name: &str) -> Option<ManagedPolicy> {
    let blocks = &file().blocks;
    let after = blocks.partition_point(|b| b.first <= path_and_name);
    let block = blocks.get(after.checked_sub(1)?)?;
    let lines = inflate(block.bytes);
    let line = lines.lines().find(|l| l.split('\t').next() == Some(path_and_name))?;
    let (about, document) = summary(line)?;
    Some(ManagedPolicy { about, document: document?.to_owned() })
}

fn summary(line: &str) -> Option<(ManagedSummary, Option<&str>)> {
    let mut fields = line.splitn(6, '\t');
    let (path, name) = split(fields.next()?);
    let about = ManagedSummary {
        name: name.to_owned(),
        path,
        id: fields.next()?.to_owned(),
        default_version: fields.next()?.to_owned(),
        created_ms: fields.next()?.parse().ok()?,
        updated_ms: fields.next()?.parse().ok()?,
    };
    Some((about, fields.next()))
}

fn split(path_and_name: &str) -> (String, &str) {
    match path_and_name.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name),
        None => ("/".to_owned(), path_and_name),
    }
}

struct Block {
    first: &'static str,
    bytes: &'static [u8],
}

struct File {
    list: &'static [u8],
    blocks: Vec<Block>,
}

fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| parse(DATA).expect("the data is packed into the program, and a test reads all of it"))
}

fn parse(data: &'static [u8]) -> Option<File> {
    let mut rest = data.strip_prefix(b"TTMP")?;
    let mut take = |n: usize| {
        let (head, tail) = rest.split_at_checked(n)?;
        rest = tail;
        Some(head)
    };
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
    if number(take(4)?) != 1 {
        return None;
    }
    let (count, list_len) = (number(take(4)?), number(take(4)?));
    let mut heads = Vec::with_capacity(count);
    for _ in 0..count {
        let len = number(take(4)?);
        let name_len = number(take(2)?);
        heads.push((std::str::from_utf8(take(name_len)?).ok()?, len));
    }
    let list = take(list_len)?;
    let blocks = heads.into_iter().map(|(first, len)| Some(Block { first, bytes: take(len)? }));
    Some(File { list, blocks: blocks.collect::<Option<_>>()? })
}

fn inflate(bytes: &[u8]) -> String {
    let mut text = String::new();
    ZlibDecoder::new(bytes)
        .read_to_string(&mut text)
        .expect("the data is packed into the program, and a test reads all of it");
    text
}

#[cfg(test)]
mod tests {
    use authz::{PolicyDocument, PolicyKind};

    use super::*;

    #[test]
    fn every_policy_of_the_list_is_found_and_its_document_parses() {
        let all = managed_policies();
        assert!(all.len() > 1_500, "{}", all.len());
        let names: Vec<String> = all.iter().map(|p| format!("{}{}", p.path, p.name)).collect();
        assert!(names.is_sorted_by_key(|n| &n[1..]));
        for about in &all {
            let found = managed_policy(&format!("{}{}", about.path, about.name)[1..]).unwrap();
            assert_eq!(found.about, *about);
            assert!(found.about.id.starts_with("ANPA") && found.about.id.len() == 21, "{}", about.id);
            let parsed = PolicyDocument::parse(&found.document, PolicyKind::Identity);
            assert!(parsed.is_ok(), "{}: {parsed:?}", about.name);
        }
    }

    #[test]
    fn known_policies_and_unknown_ones() {
        let admin = managed_policy("AdministratorAccess").unwrap();
        assert_eq!(
            admin.document,
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#
        );
        let lambda = managed_policy("service-role/AWSLambdaBasicExecutionRole").unwrap();
        assert_eq!(
            (lambda.about.path.as_str(), lambda.about.name.as_str()),
            ("/service-role/", "AWSLambdaBasicExecutionRole")
        );
        for unknown in ["", "AAA", "zzz", "AWSLambdaBasicExecutionRole", "service-role/"] {
            assert!(managed_policy(unknown).is_none(), "{unknown}");
        }
    }
}
