//! New resources of one call, many at once: rows and links are written as they are made, while what they count and what
//! instances' descriptions join is noted and written once at the end. Nothing is looked for that a new resource cannot have:
//! an older state, tags. Resources that may be there already are `resource.rs`'s.

use std::collections::BTreeMap;

use codec::Fault;
use kernel::Cx;

use crate::instance::{self, INSTANCE, Part, Whole};
use crate::kind::Kind;
use crate::resource::{self, Resource};
use crate::tags::{self, Tags};

/// What is noted of new resources.
#[derive(Debug, Default)]
pub(crate) struct Fresh {
    /// What they take, by the names of tallies.
    counts: BTreeMap<String, u64>,
    /// What they are to descriptions, by instances.
    instances: BTreeMap<String, (Vec<Part>, Tags)>,
}

impl Fresh {
    /// Stores a resource that wasn't there.
    pub(crate) fn add<R: Resource>(&mut self, cx: &mut Cx, row: &R) {
        resource::put_new(cx, row);
        if let Some((name, n)) = row.tally() {
            *self.counts.entry(name).or_default() += n;
        }
        for (id, part) in row.parts() {
            self.instances.entry(id).or_default().0.push(part);
        }
    }

    /// Tags a resource that had no tags.
    pub(crate) fn tag(&mut self, cx: &mut Cx, kind: &Kind, id: &str, new: &Tags) {
        if new.is_empty() {
            return;
        }
        tags::put_new(cx, kind, id, new);
        if kind.noun == INSTANCE.noun {
            self.instances.entry(id.to_owned()).or_default().1.clone_from(new);
        }
    }

    /// Writes what was noted; the answer is the instances that were described by it.
    pub(crate) fn finish(self, cx: &mut Cx) -> Result<Vec<Whole>, Fault> {
        for (name, n) in &self.counts {
            resource::take(cx, name, *n)?;
        }
        let begun = self.instances.into_iter();
        begun.map(|(id, (parts, tags))| instance::begin(cx, &id, parts, tags)).collect()
    }
}
