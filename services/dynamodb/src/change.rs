//! A change of one item as a request wants it: its condition, what it makes of the item, what it consumes. Shared by the single
//! operations, batches, transactions and PartiQL. What hangs on the change is `write.rs`.

use codec::Fault;
use dynamodb_language::expression::{Condition, Update, Updated};
use dynamodb_language::{Item, size};
use kernel::Cx;

use crate::capacity::{Consumed, write_units};
use crate::err::{condition_failed, refused};
use crate::item::Items;
use crate::keys::{self, KeyBytes};
use crate::table::Open;
use crate::wire::item_value;
use crate::write::{self, apply};

/// What is wanted of an item.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// It shall be this.
    Put(Item),
    /// It shall go.
    Delete(Item),
    /// It shall be changed so, or be made with its key alone.
    Update(Item, Option<Update>),
    /// Nothing: only its condition counts.
    Check(Item),
}

/// A change, wanted if its condition holds.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) what: What,
    pub(crate) condition: Option<Condition>,
    /// The item must not be there yet: PartiQL's INSERT.
    pub(crate) inserts: bool,
    /// A failed condition shows the item.
    pub(crate) shows_old: bool,
}

/// What became of a change.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) old: Option<Item>,
    pub(crate) new: Option<Item>,
    pub(crate) updated: Option<Updated>,
    pub(crate) consumed: Consumed,
}

/// A change on its way: its key is known, its item read.
#[derive(Clone, Debug)]
pub(crate) struct Ready<'a> {
    pub(crate) wanted: &'a Wanted,
    pub(crate) key: KeyBytes,
    pub(crate) old: Option<Item>,
}

impl Wanted {
    /// Finds the key.
    ///
    /// Errors: ValidationException: the key, an index's key, a path below a key, the size.
    pub(crate) fn key(&self, open: &Open) -> Result<KeyBytes, Fault> {
        let t = &open.t;
        let key = match &self.what {
            What::Put(item) => {
                let key = keys::of_new(t, item)?;
                size::check_put(item).map_err(refused)?;
                key
            }
            What::Delete(key) | What::Check(key) => keys::given(t, key)?,
            What::Update(key, update) => {
                let names: Vec<&str> = t.keys.iter().map(|k| k.name.as_str()).collect();
                let bytes = keys::given(t, key)?;
                if let Some(update) = update {
                    update.check_keys(&names).map_err(refused)?;
                    update.named().check_scalar_keys(&names, &index_keys(open)).map_err(refused)?;
                }
                bytes
            }
        };
        if let Some(condition) = &self.condition {
            let names: Vec<&str> = t.keys.iter().map(|k| k.name.as_str()).collect();
            condition.named().check_scalar_keys(&names, &index_keys(open)).map_err(refused)?;
        }
        Ok(key)
    }

    /// Reads the item.
    pub(crate) fn read(&self, cx: &Cx, open: &Open) -> Result<Ready<'_>, Fault> {
        let key = self.key(open)?;
        let old = cx.get::<Items>(&key.item_key(open.t.number))?.map(|s| s.item);
        Ok(Ready { wanted: self, key, old })
    }
}

fn index_keys(open: &Open) -> Vec<&str> {
    open.t.indexes.iter().flat_map(|i| &i.keys).map(|k| k.name.as_str()).collect()
}

impl Ready<'_> {
    /// Whether the condition holds.
    pub(crate) fn holds(&self) -> bool {
        let nothing = Item::new();
        let item = self.old.as_ref().unwrap_or(&nothing);
        self.wanted.condition.as_ref().is_none_or(|c| c.holds(item))
    }

    /// Whether an INSERT finds the item there.
    pub(crate) fn duplicates(&self) -> bool {
        self.wanted.inserts && self.old.is_some()
    }

    /// The refusal of a condition that doesn't hold.
    pub(crate) fn failed(&self) -> Result<Fault, Fault> {
        let fault = condition_failed();
        match self.old.as_ref().filter(|_| self.wanted.shows_old) {
            Some(item) => Ok(fault.with_field("Item", item_value(item)?)),
            None => Ok(fault),
        }
    }

    /// What the item becomes.
    ///
    /// Errors: ValidationException: an update that can't be done, makes the item too large, or spoils an index's key.
    pub(crate) fn becomes(&self, open: &Open) -> Result<(Option<Item>, Option<Updated>), Fault> {
        match &self.wanted.what {
            What::Put(item) => Ok((Some(item.clone()), None)),
            What::Delete(_) => Ok((None, None)),
            What::Check(_) => Ok((self.old.clone(), None)),
            What::Update(key, update) => {
                let before = self.old.as_ref().unwrap_or(key);
                let Some(update) = update else { return Ok((Some(before.clone()), None)) };
                let updated = update.apply(before, self.old.is_some()).map_err(refused)?;
                size::check_update(&updated.item).map_err(refused)?;
                keys::check_indexes(&open.t, &updated.item)?;
                // Taking something away from an item that isn't there makes none.
                let none = self.old.is_none() && updated.item == *key;
                Ok(((!none).then(|| updated.item.clone()), Some(updated)))
            }
        }
    }

    /// Makes the change.
    pub(crate) fn make(self, cx: &mut Cx, open: &Open) -> Result<Done, Fault> {
        let (new, updated) = self.becomes(open)?;
        let change =
            write::Change { key: &self.key, old: self.old.as_ref(), new: new.as_ref(), by: write::By::Call };
        let index_units = match &self.wanted.what {
            What::Check(_) => Vec::new(),
            _ => apply(cx, open, &change)?,
        };
        let bytes = |i: Option<&Item>| i.map_or(0, size::item);
        let larger = bytes(self.old.as_ref()).max(bytes(new.as_ref()));
        let mut consumed = Consumed { table: write_units(larger), ..Consumed::default() };
        index_units.into_iter().for_each(|(at, units)| consumed.add_index(open, at, units));
        Ok(Done { old: self.old, new, updated, consumed })
    }
}
