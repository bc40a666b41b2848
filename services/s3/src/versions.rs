//! Versions of a key: which is the latest, what a write or a delete does to the ones before. The only file that writes
//! [`Current`] and [`Past`].
//!
//! The latest version of a key stands in `Current` unless it is a delete marker; all others, and latest delete markers, stand in
//! `Past`, newest first. `seq` grows with every version of a key. Freeing the bytes of what is replaced or removed is
//! `content.rs`'s.

use codec::Fault;
use kernel::Cx;
use store::Table;

use crate::state::{Bucket, Current, NullVersions, Number, Past, Version, Versioning};
use crate::{content, uploads};

/// Bucket number, key, version id: the `seq` of a replica whose id says another one.
pub(crate) struct Elsewhere;
impl Table for Elsewhere {
    const NAME: &'static str = "s3.version_elsewhere";
    const VERSION: u16 = 1;
    type Key = (u64, String, String);
    type Row = Number;
}

/// The id that AWS shows for versions written while versioning was not on.
pub(crate) const NULL: &str = "null";
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

/// A new version id: 32 characters, of which the first eleven say where the version lies, to whoever knows the rest.
fn new_id(cx: &Cx, seq: u64) -> String {
    let tail = cx.ids.text("s3.version", 21, ALPHABET);
    let mut head = seq ^ mask(&tail);
    let mut id = String::with_capacity(32);
    for _ in 0..11 {
        id.push(char::from(ALPHABET[(head & 63) as usize]));
        head >>= 6;
    }
    id + &tail
}

/// The `seq` in a version id; `None` if it can't be one of ours.
pub(crate) fn seq_of(id: &str) -> Option<u64> {
    let (head, tail) = id.split_at_checked(11)?;
    if tail.len() != 21 {
        return None;
    }
    let digits = head.bytes().rev().map(|c| ALPHABET.iter().position(|a| *a == c));
    let seq = digits.into_iter().try_fold(0u128, |n, digit| Some((n << 6) | digit? as u128))?;
    Some(u64::try_from(seq).ok()? ^ mask(tail))
}

fn mask(tail: &str) -> u64 {
    // FNV-1a: spreads, and must never change, since ids are stored.
    tail.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3))
}

fn past_key(bucket: &Bucket, key: &str, seq: u64) -> (u64, String, u64) {
    (bucket.number, key.to_owned(), !seq)
}

/// The latest version of a key, which may be a delete marker.
pub(crate) fn latest(cx: &Cx, bucket: &Bucket, key: &str) -> Result<Option<Version>, Fault> {
    match cx.get::<Current>(&(bucket.number, key.to_owned()))? {
        Some(v) => Ok(Some(v)),
        None if bucket.versioning == Versioning::Off => Ok(None),
        None => newest_past(cx, bucket, key),
    }
}

fn newest_past(cx: &Cx, bucket: &Bucket, key: &str) -> Result<Option<Version>, Fault> {
    Ok(cx.scan_prefix::<Past>(&(bucket.number, key.to_owned()))?.next().map(|(_, v)| v))
}

/// The version of that `seq`.
pub(crate) fn at(cx: &Cx, bucket: &Bucket, key: &str, seq: u64) -> Result<Option<Version>, Fault> {
    match cx.get::<Current>(&(bucket.number, key.to_owned()))?.filter(|v| v.seq == seq) {
        Some(v) => Ok(Some(v)),
        None => cx.get::<Past>(&past_key(bucket, key, seq)),
    }
}

/// What a version id names.
pub(crate) enum Named {
    /// This version.
    Found(Box<Version>),
    /// Nothing, though it could.
    Absent,
    /// Nothing, ever.
    Malformed,
}

/// The version of that id.
pub(crate) fn find(cx: &Cx, bucket: &Bucket, key: &str, id: &str) -> Result<Named, Fault> {
    let current = cx.get::<Current>(&(bucket.number, key.to_owned()))?;
    if let Some(v) = current.filter(|v| v.id == id) {
        return Ok(Named::Found(Box::new(v)));
    }
    let seq = if id == NULL {
        cx.get::<NullVersions>(&(bucket.number, key.to_owned()))?.map(|n| n.n)
    } else {
        match seq_of(id) {
            Some(seq) => Some(seq),
            None => return Ok(Named::Malformed),
        }
    };
    let Some(seq) = seq else { return Ok(Named::Absent) };
    let mut past = cx.get::<Past>(&past_key(bucket, key, seq))?.filter(|v| v.id == id);
    if past.is_none()
        && let Some(moved) = cx.get::<Elsewhere>(&(bucket.number, key.to_owned(), id.to_owned()))?
    {
        past = cx.get::<Past>(&past_key(bucket, key, moved.n))?.filter(|v| v.id == id);
    }
    Ok(past.map_or(Named::Absent, |v| Named::Found(Box::new(v))))
}

/// Writes a version as the latest one, as the bucket's versioning wants it, and gives it its `seq` and id.
pub(crate) fn put(cx: &mut Cx, bucket: &Bucket, key: &str, mut new: Version) -> Result<Version, Fault> {
    let before = latest(cx, bucket, key)?;
    new.seq = before.as_ref().map_or(0, |v| v.seq) + 1;
    let keeps = bucket.versioning == Versioning::Enabled;
    new.id = if keeps { new_id(cx, new.seq) } else { NULL.to_owned() };
    if !keeps {
        remove_null(cx, bucket, key, before.as_ref())?;
    }
    place(cx, bucket, key, before, &new);
    Ok(new)
}

/// Makes a version of another bucket the latest one here, under its own id.
pub(crate) fn put_replica(
    cx: &mut Cx,
    bucket: &Bucket,
    key: &str,
    mut new: Version,
) -> Result<Version, Fault> {
    let before = latest(cx, bucket, key)?;
    let said = seq_of(&new.id).unwrap_or(0);
    new.seq = said.max(before.as_ref().map_or(0, |v| v.seq) + 1);
    if new.seq != said {
        // Its id says a number that is taken here, or would not make it the latest.
        let at = (bucket.number, key.to_owned(), new.id.clone());
        cx.put::<Elsewhere>(&at, &Number { n: new.seq });
    }
    place(cx, bucket, key, before, &new);
    Ok(new)
}

/// Writes the row of a new latest version, and moves the one before it out of its place.
fn place(cx: &mut Cx, bucket: &Bucket, key: &str, before: Option<Version>, new: &Version) {
    let keeps = bucket.versioning == Versioning::Enabled;
    if let Some(old) = before.filter(|old| !old.is_delete_marker && (keeps || old.id != NULL)) {
        to_past(cx, bucket, key, &old);
    }
    let current = (bucket.number, key.to_owned());
    if new.is_delete_marker {
        cx.delete::<Current>(&current);
        to_past(cx, bucket, key, new);
    } else {
        cx.put::<Current>(&current, new);
    }
}

/// Takes away the null version, wherever it is, since another one is about to be written.
fn remove_null(cx: &mut Cx, bucket: &Bucket, key: &str, latest: Option<&Version>) -> Result<(), Fault> {
    if let Some(old) = latest.filter(|v| v.id == NULL && !v.is_delete_marker) {
        return content::free(cx, bucket, &old.content);
    }
    if bucket.versioning == Versioning::Off {
        return Ok(());
    }
    let place = (bucket.number, key.to_owned());
    let Some(seq) = cx.get::<NullVersions>(&place)? else { return Ok(()) };
    let at = past_key(bucket, key, seq.n);
    if let Some(old) = cx.get::<Past>(&at)? {
        content::free(cx, bucket, &old.content)?;
    }
    cx.delete::<Past>(&at);
    cx.delete::<NullVersions>(&place);
    Ok(())
}

fn to_past(cx: &mut Cx, bucket: &Bucket, key: &str, version: &Version) {
    if version.id == NULL {
        cx.put::<NullVersions>(&(bucket.number, key.to_owned()), &Number { n: version.seq });
    }
    cx.put::<Past>(&past_key(bucket, key, version.seq), version);
}

/// Changes a version where it stands: its tags, its lock, its access control list.
pub(crate) fn update(cx: &mut Cx, bucket: &Bucket, key: &str, version: &Version) -> Result<(), Fault> {
    let current = (bucket.number, key.to_owned());
    match cx.get::<Current>(&current)?.is_some_and(|v| v.seq == version.seq) {
        true => cx.put::<Current>(&current, version),
        false => cx.put::<Past>(&past_key(bucket, key, version.seq), version),
    }
    Ok(())
}

/// Removes a version for good, and its bytes; the newest of the others becomes the latest.
pub(crate) fn remove(cx: &mut Cx, bucket: &Bucket, key: &str, version: &Version) -> Result<(), Fault> {
    content::free(cx, bucket, &version.content)?;
    if seq_of(&version.id).is_some_and(|said| said != version.seq) {
        cx.delete::<Elsewhere>(&(bucket.number, key.to_owned(), version.id.clone()));
    }
    uploads::disturb(cx, bucket, key)?;
    let current = (bucket.number, key.to_owned());
    let was_current = cx.get::<Current>(&current)?.is_some_and(|v| v.seq == version.seq);
    if was_current {
        cx.delete::<Current>(&current);
    } else {
        cx.delete::<Past>(&past_key(bucket, key, version.seq));
        if version.id == NULL {
            cx.delete::<NullVersions>(&current);
        }
        if cx.get::<Current>(&current)?.is_some() {
            return Ok(());
        }
    }
    if bucket.versioning == Versioning::Off {
        return Ok(());
    }
    let Some(next) = newest_past(cx, bucket, key)?.filter(|v| !v.is_delete_marker) else { return Ok(()) };
    cx.delete::<Past>(&past_key(bucket, key, next.seq));
    if next.id == NULL {
        cx.delete::<NullVersions>(&current);
    }
    cx.put::<Current>(&current, &next);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_id_says_where_its_version_lies() {
        for (seq, tail) in [(0, "a"), (1, "b"), (u64::MAX, "Z"), (77, "_")] {
            let tail = tail.repeat(21);
            let mut head = seq ^ mask(&tail);
            let mut id = String::new();
            for _ in 0..11 {
                id.push(char::from(ALPHABET[(head & 63) as usize]));
                head >>= 6;
            }
            assert_eq!(seq_of(&(id + &tail)), Some(seq));
        }
        for bad in ["", "null", "short", &"é".repeat(16), &"-".repeat(32), &"_".repeat(33)] {
            assert_eq!(seq_of(bad), None, "{bad}");
        }
    }
}
