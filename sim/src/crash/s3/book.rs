//! What one writer's keys hold: versions and uploads as they must be there, and what a call changes. Asks nobody.

use std::collections::{BTreeMap, BTreeSet};

use crate::crash::s3::content::Content;

/// A bucket of the two, and a key in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In the bucket that keeps versions.
    pub versioned: bool,
    /// The key.
    pub key: String,
}

/// A version of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// `None` where the call that made it was not answered.
    pub id: Option<String>,
    /// In as many pieces as it was uploaded in; `None`: a delete marker.
    pub content: Option<Vec<Content>>,
}

/// Parts of an upload by number; their ETags, where they were told.
pub type Parts = BTreeMap<u32, (Content, Option<String>)>;

/// A multipart upload under way.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Where to.
    pub place: Place,
    /// What was uploaded.
    pub parts: Parts,
}

/// What a call does.
#[derive(Clone, Debug)]
pub enum Change {
    /// A version is written.
    Put(Place, Version),
    /// The latest version goes, or is hidden by a marker with this id.
    Delete(Place, Option<String>),
    /// Versions go, one after the other.
    Remove(Vec<(Place, String)>),
    /// An upload begins; its id, if it was told.
    Begin(Place, Option<String>),
    /// A part is uploaded.
    Part { upload: String, number: u32, content: Content, etag: Option<String> },
    /// An upload becomes a version of so many of its parts.
    Complete { upload: String, numbers: Vec<u32>, id: Option<String> },
    /// An upload goes.
    Abort(String),
}

/// The id of versions in the bucket that keeps none.
pub const NULL: &str = "null";
/// Stands for the id of an upload whose beginning wasn't answered.
pub const UNTOLD: &str = "";

/// All that a writer has.
#[derive(Clone, Debug, Default)]
pub struct Holdings {
    /// Newest first; no key without versions.
    pub keys: BTreeMap<Place, Vec<Version>>,
    /// By id.
    pub uploads: BTreeMap<String, Upload>,
}

impl Holdings {
    /// The content of the latest version.
    pub fn latest(&self, place: &Place) -> Option<&Vec<Content>> {
        self.keys.get(place)?.first()?.content.as_ref()
    }

    /// Does what a call did.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Put(place, version) => self.add(place, version.clone()),
            Change::Delete(place, _) if !place.versioned => drop(self.keys.remove(place)),
            Change::Delete(place, id) => self.add(place, Version { id: id.clone(), content: None }),
            Change::Remove(versions) => {
                for (place, id) in versions {
                    let all = self.keys.entry(place.clone()).or_default();
                    all.retain(|v| v.id.as_ref() != Some(id));
                }
                self.keys.retain(|_, all| !all.is_empty());
            }
            Change::Begin(place, id) => {
                let upload = Upload { place: place.clone(), parts: Parts::new() };
                self.uploads.insert(id.clone().unwrap_or_else(|| UNTOLD.to_owned()), upload);
            }
            Change::Part { upload, number, content, etag } => {
                if let Some(u) = self.uploads.get_mut(upload) {
                    u.parts.insert(*number, (*content, etag.clone()));
                }
            }
            Change::Complete { upload, numbers, id } => {
                if let Some(u) = self.uploads.remove(upload) {
                    let content = numbers.iter().filter_map(|n| u.parts.get(n).map(|p| p.0)).collect();
                    self.add(&u.place, Version { id: id.clone(), content: Some(content) });
                }
            }
            Change::Abort(upload) => drop(self.uploads.remove(upload)),
        }
    }

    fn add(&mut self, place: &Place, mut version: Version) {
        let all = self.keys.entry(place.clone()).or_default();
        if !place.versioned {
            all.clear();
            version.id = Some(NULL.to_owned());
        }
        all.insert(0, version);
    }

    /// What lies in a file of its own each.
    pub fn stored_apart(&self) -> BTreeSet<Content> {
        let versions = self.keys.values().flatten().filter_map(|v| v.content.as_ref()).flatten();
        let parts = self.uploads.values().flat_map(|u| u.parts.values().map(|p| &p.0));
        versions.chain(parts).copied().filter(|c| c.is_stored_apart()).collect()
    }
}

impl Change {
    /// What may have been done of it when it wasn't answered, besides nothing: all, or of several removals the first.
    pub fn possible(&self) -> Vec<Change> {
        match self {
            Change::Remove(all) => (1..=all.len()).map(|n| Change::Remove(all[..n].to_vec())).collect(),
            one => vec![one.clone()],
        }
    }
}
