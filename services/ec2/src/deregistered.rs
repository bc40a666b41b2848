//! Which images an account has deregistered of late: who asks for one of them by its id gets none, later an error.
//! Source: EC2 API reference, "DescribeImages": recently deregistered images are shown for a short interval, then the result is
//! empty, and "eventually" it is an error (2026-11-23). Differs: no interval in which they are shown; the error comes after an
//! hour, whether instances were launched from the image or not.

use codec::Fault;
use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::resource::{ResourceKey, key};

/// How long it is no error to ask for one.
const EMPTY_MS: i64 = 3_600_000;
/// How many are kept in mind.
const MOST: usize = 100;

/// An image that was deregistered.
#[derive(Clone, Debug, Default, PartialEq)]
struct Gone {
    id: String,
    at_ms: i64,
}

impl Row for Gone {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Gone, RowError> {
        Ok(Gone { id: r.get(1)?, at_ms: r.get(2)? })
    }
}

/// Those of an account in a region.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Deregistered {
    images: Vec<Gone>,
}

impl Row for Deregistered {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.images);
    }
    fn read(r: &mut RowReader) -> Result<Deregistered, RowError> {
        Ok(Deregistered { images: r.get(1)? })
    }
}

/// Account, region, nothing.
pub(crate) struct DeregisteredImages;
impl Table for DeregisteredImages {
    const NAME: &'static str = "ec2.deregistered-images";
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = Deregistered;
}

/// Keeps in mind that an image was deregistered now.
pub(crate) fn note(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let mut all = cx.get::<DeregisteredImages>(&key(cx, ""))?.unwrap_or_default();
    all.images.retain(|g| g.is_recent(cx));
    all.images.push(Gone { id: id.to_owned(), at_ms: cx.now_ms });
    let too_many = all.images.len().saturating_sub(MOST);
    all.images.drain(..too_many);
    cx.put::<DeregisteredImages>(&key(cx, ""), &all);
    Ok(())
}

/// Whether an image was deregistered of late.
pub(crate) fn is_recent(cx: &Cx, id: &str) -> Result<bool, Fault> {
    let all = cx.get::<DeregisteredImages>(&key(cx, ""))?.unwrap_or_default();
    Ok(all.images.iter().any(|g| g.id == id && g.is_recent(cx)))
}

impl Gone {
    fn is_recent(&self, cx: &Cx) -> bool {
        cx.now_ms < self.at_ms + EMPTY_MS
    }
}
