//! What S3 stores, page by page, for the scrub: the bytes of every version and of every part of an upload under way.

use std::collections::BTreeMap;

use blobs::{BlobRef, MasterKey, ScrubItem};
use kernel::{Scrub, ScrubPage, Stored, StoredBytes};
use serde_json::{Value, json};
use store::{Scan, StoreError, Tx};

use crate::content::CONTEXT;
use crate::healing;
use crate::spot::Spot;
use crate::state::{Buckets, Content, Current, Inline, Part, Parts, Past, Place, Version};
use crate::uploads::Uploads;

/// For the wiring.
pub const SCRUB: Scrub = Scrub { service: shapes_s3::SERVICE, page, heal: healing::at_place };

/// Versions or uploads on a page. Each may have thousands of parts.
const PAGE: usize = 200;

struct Look<'t> {
    tx: &'t Tx,
    master: &'t MasterKey,
    names: BTreeMap<u64, String>,
    items: Vec<Stored>,
}

/// A page of it.
fn page(tx: &Tx, master: &MasterKey, after: Option<&str>) -> Result<ScrubPage, StoreError> {
    let names = tx.scan::<Buckets>(Scan::all())?.map(|((_, name), b)| (b.number, name)).collect();
    let mut look = Look { tx, master, names, items: Vec::new() };
    // Phase, bucket number, version or upload, key: as the last page ended.
    let at: Vec<&str> = after.unwrap_or("current///").splitn(4, '/').collect();
    let [phase, number, within, key] = at[..] else { return Ok(ScrubPage::default()) };
    let number: Option<u64> = number.parse().ok();
    let next = match phase {
        "current" => look.current(number, key)?.or_else(|| Some("past///".to_owned())),
        "past" => look.past(number, within, key)?.or_else(|| Some("uploads///".to_owned())),
        _ => look.uploads(number, within, key)?,
    };
    Ok(ScrubPage { items: look.items, next })
}

impl Look<'_> {
    fn current(&mut self, number: Option<u64>, key: &str) -> Result<Option<String>, StoreError> {
        let scan = match number {
            Some(n) => Scan::all().from(&(n, format!("{key}\0"))),
            None => Scan::all(),
        };
        let rows: Vec<_> = self.tx.scan::<Current>(scan)?.take(PAGE).collect();
        for ((n, key), v) in &rows {
            self.version(*n, key, v)?;
        }
        let last = rows.last().filter(|_| rows.len() == PAGE);
        Ok(last.map(|((n, key), _)| format!("current/{n}//{key}")))
    }

    fn past(&mut self, number: Option<u64>, within: &str, key: &str) -> Result<Option<String>, StoreError> {
        let scan = match (number, within.parse::<u64>()) {
            (Some(n), Ok(turned)) => Scan::all().from(&(n, key.to_owned(), turned.saturating_add(1))),
            _ => Scan::all(),
        };
        let rows: Vec<_> = self.tx.scan::<Past>(scan)?.take(PAGE).collect();
        for ((n, key, _), v) in &rows {
            self.version(*n, key, v)?;
        }
        let last = rows.last().filter(|_| rows.len() == PAGE);
        Ok(last.map(|((n, key, turned), _)| format!("past/{n}/{turned}/{key}")))
    }

    fn uploads(
        &mut self,
        number: Option<u64>,
        within: &str,
        key: &str,
    ) -> Result<Option<String>, StoreError> {
        let scan = match number {
            Some(n) => Scan::all().from(&(n, key.to_owned(), format!("{within}\0"))),
            None => Scan::all(),
        };
        let rows: Vec<_> = self.tx.scan::<Uploads>(scan)?.take(PAGE).collect();
        for ((n, key, id), _) in &rows {
            for (part, kept) in self.parts(*n, id)? {
                let name = json!({ "key": key, "upload_id": id, "part": part });
                self.content(*n, &kept.content, &name, None)?;
            }
        }
        let last = rows.last().filter(|_| rows.len() == PAGE);
        Ok(last.map(|((n, key, id), _)| format!("uploads/{n}/{id}/{key}")))
    }

    fn version(&mut self, number: u64, key: &str, v: &Version) -> Result<(), StoreError> {
        let name = json!({ "key": key, "version_id": v.id });
        if v.content.place != Place::Parts {
            let spot = Spot::of(number, (key, v.seq), 0, &v.content);
            return self.content(number, &v.content, &name, Some(spot));
        }
        for (n, part) in self.parts(number, &v.content.id)? {
            let spot = Spot::of(number, (key, v.seq), n, &part.content);
            self.content(number, &part.content, &name, Some(spot))?;
        }
        Ok(())
    }

    fn parts(&self, number: u64, id: &str) -> Result<Vec<(u32, Part)>, StoreError> {
        let rows = self.tx.scan::<Parts>(Scan::prefix(&(number, id.to_owned())))?;
        Ok(rows.map(|((_, _, n), part)| (n, part)).collect())
    }

    fn content(
        &mut self,
        number: u64,
        content: &Content,
        name: &Value,
        spot: Option<Spot>,
    ) -> Result<(), StoreError> {
        if content.place == Place::Nowhere {
            return Ok(());
        }
        let mut shown = json!({ "bucket": self.names.get(&number) });
        for (k, v) in name.as_object().into_iter().flatten() {
            shown[k] = v.clone();
        }
        let bytes = self.bytes(number, content)?;
        // An upload under way can't be healed from anywhere: it has no spot.
        let place = spot.map(|s| s.to_string()).unwrap_or_default();
        self.items.push(Stored { name: shown, place, bytes });
        Ok(())
    }

    fn bytes(&self, number: u64, content: &Content) -> Result<StoredBytes, StoreError> {
        if !content.sse.customer_key_md5.is_empty() {
            return Ok(StoredBytes::Foreign);
        }
        let Ok(key) = self.master.unwrap(&content.sse.wrapped_key, CONTEXT) else {
            return Ok(StoredBytes::Row(Err("its data key doesn't open".to_owned())));
        };
        if let Place::Blob(id) = content.place {
            let blob = BlobRef { id, len_bytes: content.size_bytes };
            return Ok(StoredBytes::Blob(ScrubItem { blob, key }));
        }
        let row = match self.tx.get::<Inline>(&(number, content.id.clone())) {
            Err(StoreError::Corrupt(record)) => return Ok(StoredBytes::Row(Err(record.to_string()))),
            row => row?,
        };
        let opened = row.map(|sealed| key.open(&sealed.bytes, CONTEXT));
        Ok(StoredBytes::Row(match opened {
            Some(Ok(bytes)) => Ok(bytes.len() as u64),
            Some(Err(_)) => Err("its bytes are not those that were written".to_owned()),
            None => Err("its bytes are gone".to_owned()),
        }))
    }
}
