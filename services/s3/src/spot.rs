//! Spots: where some content lies, as it is found again when it turned out to be corrupt. Holds no bytes, and heals nothing.

use blobs::BlobId;
use codec::Fault;
use kernel::Cx;
use store::{Scan, Tx};

use crate::state::{Bucket, Buckets, Content, Part, Parts, Place, Version};
use crate::versions;

/// Where the content of a version, or of one of its parts, was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Number of the bucket.
    pub(crate) number: u64,
    pub(crate) key: String,
    pub(crate) seq: u64,
    /// Number of the part; 0: the version's own content.
    pub(crate) part: u32,
    /// Id of the content.
    pub(crate) content: String,
    /// The blob that it lay in; `None`: a row.
    pub(crate) blob: Option<BlobId>,
}

/// What a spot leads to.
pub(crate) struct Held {
    /// Name of the bucket, with its partition.
    pub(crate) bucket_key: (String, String),
    pub(crate) bucket: Bucket,
    pub(crate) version: Version,
    /// The part, where the spot is one.
    pub(crate) part: Option<Part>,
}

impl Held {
    /// The content itself.
    pub(crate) fn content(&self) -> &Content {
        self.part.as_ref().map_or(&self.version.content, |p| &p.content)
    }
}

impl Spot {
    /// The spot of a version's content, or of a part of it.
    pub(crate) fn of(number: u64, (key, seq): (&str, u64), part: u32, content: &Content) -> Spot {
        let blob = if let Place::Blob(id) = content.place { Some(id) } else { None };
        Spot { number, key: key.to_owned(), seq, part, content: content.id.clone(), blob }
    }

    /// Reads what [`Spot`]'s `Display` writes.
    pub(crate) fn parse(text: &str) -> Option<Spot> {
        let parts: Vec<&str> = text.splitn(6, '/').collect();
        let [number, seq, part, content, blob, key] = parts[..] else { return None };
        Some(Spot {
            number: number.parse().ok()?,
            key: key.to_owned(),
            seq: seq.parse().ok()?,
            part: part.parse().ok()?,
            content: content.to_owned(),
            blob: BlobId::parse(blob),
        })
    }

    /// What is there now; `None` when this content went.
    pub(crate) fn find(&self, cx: &Cx) -> Result<Option<Held>, Fault> {
        let Some((bucket_key, bucket)) = bucket(cx.tx(), self.number).map_err(Fault::internal)? else {
            return Ok(None);
        };
        let Some(version) = versions::at(cx, &bucket, &self.key, self.seq)? else { return Ok(None) };
        let part = match self.part {
            0 => None,
            n => cx.get::<Parts>(&(self.number, version.content.id.clone(), n))?,
        };
        let held = Held { bucket_key, bucket, version, part };
        let is_it = held.part.is_some() == (self.part > 0) && held.content().id == self.content;
        Ok(is_it.then_some(held))
    }
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Spot { number, key, seq, part, content, blob } = self;
        let blob = blob.map_or_else(|| "row".to_owned(), |id| id.to_string());
        write!(f, "{number}/{seq}/{part}/{content}/{blob}/{key}")
    }
}

/// The bucket of a number.
fn bucket(tx: &Tx, number: u64) -> Result<Option<((String, String), Bucket)>, store::StoreError> {
    Ok(tx.scan::<Buckets>(Scan::all())?.find(|(_, b)| b.number == number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spot_is_read_as_it_is_written() {
        let id = BlobId::from_bytes([7; 16]);
        for (key, blob) in [("a/b//c", Some(id)), ("", None), ("ü", None)] {
            let content = "c".to_owned();
            let spot = Spot { number: 3, key: key.to_owned(), seq: u64::MAX, part: 9, content, blob };
            assert_eq!(Spot::parse(&spot.to_string()), Some(spot));
        }
        assert_eq!(Spot::parse("1/2/3"), None);
    }
}
