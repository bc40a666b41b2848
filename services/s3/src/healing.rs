//! Healing: content that is corrupt is made whole again from another version with the same bytes and bytes of its own. That is
//! its replica, or what it is the replica of: they have key and id in common. What shares the corrupt bytes is healed with it.
//! Finding corruption is `reading.rs`'s and `scrub.rs`'s.
//!
//! Not healed: what a customer's key encrypts, since replicas of it share its bytes; parts of uploads under way.

use std::collections::{BTreeMap, BTreeSet};

use blobs::BlobId;
use codec::Fault;
use kernel::{Cx, Flow, Flowing, Healing, Place as At, Scope};
use store::Scan;

use crate::checksum::{Algorithm, Kept, Wanted};
use crate::content::{self, Received};
use crate::encryption::Protection;
use crate::reading::{self, Found, Unread};
use crate::replication::REPLICA;
use crate::spot::{Held, Spot};
use crate::state::{Bucket, Buckets, Content, Current, Parts, Past, Place, Version};
use crate::versions::{self, NULL, Named};

/// For the scrub, and for what was reported.
pub(crate) fn at_place<'f>(flow: &'f Flow<'_>, place: &'f str) -> Flowing<'f, Healing> {
    Box::pin(async move {
        match Spot::parse(place) {
            Some(spot) => heal(flow, &spot).await,
            None => Ok(Healing::Failed),
        }
    })
}

/// What a look found at a spot.
enum Seen {
    Gone,
    /// Others healed it.
    Whole,
    /// What lies in the same bytes, and where else those bytes are.
    Corrupt(Vec<Spot>, Vec<Spot>),
}

/// Heals what was found to be corrupt at a spot.
pub(crate) async fn heal(flow: &Flow<'_>, spot: &Spot) -> Result<Healing, Fault> {
    let (sharers, sources) = match flow.read(|cx| look(cx, spot))? {
        Seen::Gone => return Ok(Healing::Gone),
        Seen::Whole => return Ok(Healing::Healed),
        Seen::Corrupt(sharers, sources) => (sharers, sources),
    };
    for source in &sources {
        let Some(received) = read_whole(flow, source).await else { continue };
        let lanes = flow.read(|cx| place(cx, &sharers))?;
        let healed = flow.decide_at(&lanes, |cx| replace(cx, &lanes, &sharers, &received)).await?;
        if healed {
            received.committed();
        }
        return Ok(match flow.read(|cx| look(cx, spot))? {
            Seen::Gone => Healing::Gone,
            Seen::Whole => Healing::Healed,
            Seen::Corrupt(..) => Healing::Failed,
        });
    }
    Ok(Healing::Failed)
}

fn look(cx: &Cx, spot: &Spot) -> Result<Seen, Fault> {
    let Some(held) = spot.find(cx)? else { return Ok(Seen::Gone) };
    if is_another(cx, spot, &held)? {
        return Ok(Seen::Whole);
    }
    let sharers = match spot.blob {
        Some(id) => sharers(cx, id)?,
        None => vec![spot.clone()],
    };
    let mut sources = Vec::new();
    for one in &sharers {
        sources.extend(counterparts(cx, one)?);
    }
    Ok(Seen::Corrupt(sharers, sources))
}

/// Whether what is at a spot now isn't what was found to be corrupt.
fn is_another(cx: &Cx, spot: &Spot, held: &Held) -> Result<bool, Fault> {
    let content = held.content();
    match (spot.blob, content.place) {
        (Some(id), Place::Blob(now)) => Ok(id != now),
        (None, Place::Inline) => content::is_whole(cx, &held.bucket, content),
        _ => Ok(true),
    }
}

/// All content that lies in a blob: copies share it.
fn sharers(cx: &Cx, id: BlobId) -> Result<Vec<Spot>, Fault> {
    let mut owners: BTreeMap<u64, BTreeSet<String>> = BTreeMap::new();
    for owner in cx.blob_owners(id)? {
        if let Some((number, content)) = content::owned(&owner) {
            owners.entry(number).or_default().insert(content.to_owned());
        }
    }
    let mut found = Vec::new();
    for (number, ids) in owners {
        let mut in_parts: BTreeMap<String, Vec<(u32, Content)>> = BTreeMap::new();
        for ((_, whole, n), part) in cx.scan::<Parts>(Scan::prefix(&(number,)))? {
            if ids.contains(&part.content.id) && part.content.place == Place::Blob(id) {
                in_parts.entry(whole).or_default().push((n, part.content));
            }
        }
        let mut note = |key: &str, v: &Version| {
            if ids.contains(&v.content.id) && v.content.place == Place::Blob(id) {
                found.push(Spot::of(number, (key, v.seq), 0, &v.content));
            }
            let parts = in_parts.get(&v.content.id).into_iter().flatten();
            found.extend(parts.map(|(n, content)| Spot::of(number, (key, v.seq), *n, content)));
        };
        cx.scan::<Current>(Scan::prefix(&(number,)))?.for_each(|((_, key), v)| note(&key, &v));
        cx.scan::<Past>(Scan::prefix(&(number,)))?.for_each(|((_, key, _), v)| note(&key, &v));
    }
    Ok(found)
}

/// Where else the bytes at a spot are, in files or rows of their own.
fn counterparts(cx: &Cx, spot: &Spot) -> Result<Vec<Spot>, Fault> {
    let Some(held) = spot.find(cx)? else { return Ok(Vec::new()) };
    if held.version.id == NULL || !held.content().sse.customer_key_md5.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let buckets: Vec<_> = cx.scan_prefix::<Buckets>(&(held.bucket_key.0.clone(),))?.collect();
    for (_, bucket) in buckets.iter().filter(|(_, b)| b.number != spot.number) {
        let Named::Found(other) = versions::find(cx, bucket, &spot.key, &held.version.id)? else { continue };
        if !are_replicas(&held.version, &other) {
            continue;
        }
        let part = match spot.part {
            0 => None,
            n => cx.get::<Parts>(&(bucket.number, other.content.id.clone(), n))?,
        };
        let content = part.as_ref().map_or(&other.content, |p| &p.content);
        let apart = match (content.place, spot.blob) {
            (Place::Blob(id), Some(corrupt)) => id != corrupt,
            (Place::Blob(_) | Place::Inline, _) => true,
            (Place::Nowhere | Place::Parts, _) => false,
        };
        if apart && part.is_some() == (spot.part > 0) && is_same(held.content(), content) {
            found.push(Spot::of(bucket.number, (&spot.key, other.seq), spot.part, content));
        }
    }
    Ok(found)
}

/// Whether one of two versions is the replica of the other, or both are of a third.
fn are_replicas(a: &Version, b: &Version) -> bool {
    let is_replica = |v: &Version| v.replication_status.as_deref() == Some(REPLICA);
    !b.is_delete_marker && (is_replica(a) || is_replica(b)) && is_same(&a.content, &b.content)
}

fn is_same(a: &Content, b: &Content) -> bool {
    (a.size_bytes, &a.etag, &a.checksum, a.composite) == (b.size_bytes, &b.etag, &b.checksum, b.composite)
        && a.sse.customer_key_md5 == b.sse.customer_key_md5
}

/// Reads what is at a spot to its end, verifying it, into bytes of its own; `None` if it isn't whole either.
async fn read_whole(flow: &Flow<'_>, spot: &Spot) -> Option<Received> {
    let find = |cx: &mut Cx| -> Result<(Option<Content>, Found), Fault> {
        match spot.find(cx)? {
            None => Ok((None, Found::default())),
            Some(held) => {
                let found =
                    reading::find_one(flow.blobs(), cx, &held.bucket, held.content(), || spot.clone())?;
                Ok((Some(held.content().clone()), found))
            }
        }
    };
    let (content, found) = flow.read(find).ok()?;
    duplicate(flow, &content?, found).await.ok()
}

/// Takes in again what was found of some content: bytes of its own for what has the same.
pub(crate) async fn duplicate(flow: &Flow<'_>, content: &Content, found: Found) -> Result<Received, Unread> {
    let failed = Unread::Failed;
    let checksum = content.checksum.as_ref().filter(|_| !content.composite);
    let kept = match checksum {
        Some((name, _)) => Kept::Of(Algorithm::named(name).map_err(failed)?),
        None => Kept::Nothing,
    };
    let wanted = Wanted { kept, ..Wanted::default() };
    let mut body = reading::open(flow, found, &flow.master_key(), "a copy".to_owned()).await?;
    let received = content::receive(flow, &mut body, &Protection::Managed, &wanted, u64::MAX).await;
    let received = received.map_err(|fault| match body.broken() {
        Some(spot) => Unread::Broken(spot, fault),
        None => Unread::Failed(fault),
    })?;
    let is_it = received.content.size_bytes == content.size_bytes
        && (checksum.is_none() || received.content.checksum.as_ref() == checksum);
    match is_it {
        true => Ok(received),
        false => Err(failed(Fault::internal("content has another checksum than was kept of it"))),
    }
}

/// Where all of these are decided about.
fn place(cx: &Cx, spots: &[Spot]) -> Result<At, Fault> {
    let numbers: BTreeSet<u64> = spots.iter().map(|s| s.number).collect();
    let mut at: Option<At> = None;
    for ((partition, name), b) in
        cx.scan::<Buckets>(Scan::all())?.filter(|(_, b)| numbers.contains(&b.number))
    {
        let own = kernel::region(&b.region).filter(|r| r.partition == partition);
        let own = own.ok_or_else(|| Fault::internal("a bucket lies in no region"))?;
        at = Some(at.unwrap_or_else(|| At::at(Scope::new(own, &b.account))).lane(name));
    }
    at.ok_or_else(|| Fault::internal("what is to be healed lies in no bucket"))
}

/// Puts new bytes in the place of corrupt ones, wherever those still are. Tells whether anywhere.
fn replace(cx: &mut Cx, place: &At, spots: &[Spot], received: &Received) -> Result<bool, Fault> {
    let mut any = false;
    for spot in spots {
        let Some(held) = spot.find(cx)? else { continue };
        let content = held.content();
        let is_held = place.lanes.contains(&held.bucket_key.1);
        if !is_held || !content.sse.customer_key_md5.is_empty() || is_another(cx, spot, &held)? {
            continue;
        }
        any = true;
        let content = received.keep_instead(cx, &held.bucket, content)?;
        put(cx, &held.bucket, spot, &held, content)?;
    }
    Ok(any)
}

fn put(cx: &mut Cx, bucket: &Bucket, spot: &Spot, held: &Held, content: Content) -> Result<(), Fault> {
    match &held.part {
        None => versions::update(cx, bucket, &spot.key, &Version { content, ..held.version.clone() })?,
        Some(part) => {
            let at = (bucket.number, held.version.content.id.clone(), spot.part);
            cx.put::<Parts>(&at, &crate::state::Part { content, ..part.clone() });
        }
    }
    Ok(())
}
