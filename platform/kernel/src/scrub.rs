//! The scrub: all stored content is read and verified, at a bounded rate, again and again. Services say what there is, page by
//! page; what isn't whole is healed where the service can (`healing.rs`), and named as its users know it.

use std::num::NonZeroU64;
use std::time::Duration;

use blobs::{BlobError, BlobId, MasterKey, ScrubItem};
use serde_json::{Value, json};
use store::{StoreError, Tx};

use crate::healing::{HealFn, Healing};
use crate::kernel::Kernel;
use crate::ledger::is_unreferenced;

/// Bytes a second that the scrub in the background reads.
const BACKGROUND_RATE: u64 = 4 * 1024 * 1024;
/// Real time between the start and the first scrub, and between two.
const PAUSE: Duration = Duration::from_secs(6 * 3_600);
/// Findings that are named at most; all are counted.
const MOST_NAMED: usize = 1_000;

/// Content that is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What its users call it, as members of an object.
    pub name: Value,
    /// Where it lies, in the service's words, for healing it; empty where it can't be healed.
    pub place: String,
    /// Its bytes.
    pub bytes: StoredBytes,
}

/// Where the bytes lie.
#[derive(Clone, Debug)]
pub enum StoredBytes {
    /// In a file.
    Blob(ScrubItem),
    /// In a row, which was verified while it was looked at: how many bytes, or what is wrong.
    Row(Result<u64, String>),
    /// Under a key that only a customer has.
    Foreign,
}

/// Some of what a service stores.
#[derive(Clone, Debug, Default)]
pub struct ScrubPage {
    /// The content.
    pub items: Vec<Stored>,
    /// From where the next page goes on; `None` after the last.
    pub next: Option<String>,
}

/// A page of what a service stores, from the given place on.
pub type ScrubFn = fn(&Tx, &MasterKey, Option<&str>) -> Result<ScrubPage, StoreError>;

/// How a service takes part in the scrub.
#[derive(Clone, Copy, Debug)]
pub struct Scrub {
    /// Its id.
    pub service: &'static str,
    /// What it stores.
    pub page: ScrubFn,
    /// How it makes whole what isn't.
    pub heal: HealFn,
}

/// What a scrub found so far.
#[derive(Clone, Debug, Default)]
struct Found {
    contents: u64,
    bytes: u64,
    foreign: u64,
    corrupt: u64,
    named: Vec<Value>,
    healed: u64,
    named_healed: Vec<Value>,
}

impl Found {
    fn note(&mut self, name: &Value, why: &str, healing: Healing) {
        let (count, named, told) = match healing {
            Healing::Gone => return,
            Healing::Failed => (&mut self.corrupt, &mut self.named, "is corrupt"),
            Healing::Healed => (&mut self.healed, &mut self.named_healed, "was corrupt and is healed"),
        };
        *count += 1;
        eprintln!("tabletop: scrub: {name} {told}: {why}");
        if named.len() < MOST_NAMED {
            let mut entry = name.clone();
            entry["why"] = json!(why);
            named.push(entry);
        }
    }

    fn said(&self) -> Value {
        json!({
            "contents": self.contents,
            "bytes": self.bytes,
            "not_verifiable": self.foreign,
            "corrupt": self.corrupt,
            "named": self.named,
            "healed": self.healed,
            "named_healed": self.named_healed,
        })
    }
}

impl Kernel {
    /// Reads and verifies all stored content once, at most so many bytes a second, and heals what it can. Tells what it found.
    pub async fn scrub(&self, bytes_per_s: NonZeroU64) -> Result<Value, StoreError> {
        let mut found = Found::default();
        for scrub in self.scrubs.get().into_iter().flatten() {
            let mut next = None;
            loop {
                let page = (scrub.page)(&self.store.tx(), &self.master_key.read().clone(), next.as_deref())?;
                self.scrub_page(scrub, page.items, bytes_per_s, &mut found).await;
                next = page.next;
                if next.is_none() {
                    break;
                }
            }
        }
        let said = found.said();
        *self.scrubbed.lock() = said.clone();
        Ok(said)
    }

    async fn scrub_page(
        &self,
        scrub: &Scrub,
        items: Vec<Stored>,
        bytes_per_s: NonZeroU64,
        found: &mut Found,
    ) {
        let mut in_files: Vec<(Value, String, ScrubItem)> = Vec::new();
        for item in items {
            found.contents += 1;
            match item.bytes {
                StoredBytes::Row(Ok(bytes)) => found.bytes += bytes,
                StoredBytes::Row(Err(why)) => {
                    let healing = self.try_to_heal(scrub, &item.place).await;
                    found.note(&item.name, &why, healing);
                }
                StoredBytes::Foreign => found.foreign += 1,
                StoredBytes::Blob(blob) => in_files.push((item.name, item.place, blob)),
            }
        }
        let mut reported: Vec<(BlobId, BlobError)> = Vec::new();
        let blobs = in_files.iter().map(|(_, _, item)| item.clone()).collect::<Vec<_>>();
        let done = self.config.blobs.scrub(blobs, bytes_per_s, |blob, e| reported.push((blob.id, e))).await;
        found.bytes += done.bytes;
        // What several share was reported as often.
        reported.sort_by_key(|(id, _)| *id);
        reported.dedup_by_key(|(id, _)| *id);
        for (id, e) in reported {
            // What was deleted since the page was looked at is missing rightly.
            if is_unreferenced(&self.store, id) {
                continue;
            }
            for (name, place, _) in in_files.iter().filter(|(_, _, item)| item.blob.id == id) {
                let healing = match e {
                    BlobError::Corrupt { .. } | BlobError::Missing { .. } => {
                        self.try_to_heal(scrub, place).await
                    }
                    _ => Healing::Failed,
                };
                found.note(name, &e.to_string(), healing);
            }
        }
    }

    async fn try_to_heal(&self, scrub: &Scrub, place: &str) -> Healing {
        self.heal(scrub.service, place).await.unwrap_or_else(|fault| {
            eprintln!("tabletop: scrub: healing {place}: {fault:?}");
            Healing::Failed
        })
    }

    /// What the last scrub found; null before the first.
    pub(crate) fn scrubbed(&self) -> Value {
        self.scrubbed.lock().clone()
    }

    /// Scrubs in the background for as long as the runtime runs.
    pub(crate) async fn scrub_loop(&self) {
        let rate = NonZeroU64::new(BACKGROUND_RATE).expect("it is not 0");
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(e) = self.scrub(rate).await {
                eprintln!("tabletop: scrub: {e}");
            }
        }
    }
}
