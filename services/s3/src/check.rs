//! The invariants of S3's state.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Cx;
use store::Scan;

use crate::state::{Buckets, Content, Current, Inline, NullVersions, Parts, Past, Place};
use crate::uploads::Uploads;
use crate::versions::NULL;

/// Asserts the invariants; the error says what is wrong.
pub(crate) fn check(cx: &Cx) -> Result<(), String> {
    let fault = |f: codec::Fault| format!("{f:?}");
    let mut inline: BTreeMap<(u64, String), usize> = BTreeMap::new();
    let mut in_parts: BTreeMap<(u64, String), u64> = BTreeMap::new();
    let mut note = |number: u64, content: &Content| {
        if content.place == Place::Inline {
            *inline.entry((number, content.id.clone())).or_default() += 1;
        }
        if content.place == Place::Parts {
            in_parts.insert((number, content.id.clone()), content.size_bytes);
        }
    };
    let mut newest: BTreeMap<(u64, String), u64> = BTreeMap::new();
    for (at, v) in cx.scan::<Current>(Scan::all()).map_err(fault)? {
        if v.is_delete_marker {
            return Err(format!("a delete marker stands as current: {at:?}"));
        }
        note(at.0, &v.content);
        newest.insert(at, v.seq);
    }
    for ((number, key, turned), v) in cx.scan::<Past>(Scan::all()).map_err(fault)? {
        let at = (number, key);
        if v.seq != !turned {
            return Err(format!("a version lies under another's number: {at:?}"));
        }
        match newest.get(&at) {
            Some(seq) if *seq <= v.seq => {
                return Err(format!("a past version is newer than the current: {at:?}"));
            }
            None if !v.is_delete_marker => {
                return Err(format!("the latest version is no delete marker and not current: {at:?}"));
            }
            _ => {}
        }
        newest.entry(at.clone()).or_insert(v.seq);
        if v.id == NULL {
            let said = cx.get::<NullVersions>(&at).map_err(fault)?;
            if said.is_none_or(|n| n.n != v.seq) {
                return Err(format!("a null version isn't known as one: {at:?}"));
            }
        }
        note(number, &v.content);
    }
    for ((number, _, _), part) in cx.scan::<Parts>(Scan::all()).map_err(fault)? {
        note(number, &part.content);
    }
    check_parts(cx, &in_parts)?;
    if let Some((at, n)) = inline.iter().find(|(_, n)| **n != 1) {
        return Err(format!("content {at:?} is named {n} times"));
    }
    let mut there = 0;
    for (at, _) in cx.scan::<Inline>(Scan::all()).map_err(fault)? {
        if !inline.contains_key(&at) {
            return Err(format!("nobody names content {at:?}"));
        }
        there += 1;
    }
    if there != inline.len() {
        return Err(format!("{} contents in rows are named and {there} are there", inline.len()));
    }
    for ((partition, name), _) in cx.scan::<Buckets>(Scan::all()).map_err(fault)? {
        if partition.is_empty() || name.is_empty() {
            return Err("a bucket has no name".to_owned());
        }
    }
    Ok(())
}

/// Parts lie under an upload, or make up an object without a gap.
fn check_parts(cx: &Cx, objects: &BTreeMap<(u64, String), u64>) -> Result<(), String> {
    let fault = |f: codec::Fault| format!("{f:?}");
    let mut uploads = BTreeSet::new();
    for ((number, key, id), _) in cx.scan::<Uploads>(Scan::all()).map_err(fault)? {
        if objects.contains_key(&(number, id.clone())) {
            return Err(format!("an upload of {key} is an object already"));
        }
        uploads.insert((number, id));
    }
    let mut ends: BTreeMap<(u64, String), u64> = BTreeMap::new();
    for ((number, id, n), part) in cx.scan::<Parts>(Scan::all()).map_err(fault)? {
        let at = (number, id);
        if !objects.contains_key(&at) {
            if !uploads.contains(&at) {
                return Err(format!("part {n} belongs to nothing: {at:?}"));
            }
            continue;
        }
        let end = ends.entry(at.clone()).or_default();
        if part.offset_bytes != *end {
            return Err(format!("part {n} doesn't begin where the one before ends: {at:?}"));
        }
        *end += part.content.size_bytes;
    }
    match objects.iter().find(|(at, size)| ends.get(*at) != Some(size)) {
        Some((at, size)) => Err(format!("the parts of {at:?} don't make up its {size} bytes")),
        None => Ok(()),
    }
}
