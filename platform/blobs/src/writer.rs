//! Writing a blob: filling a group, encrypting it, handing it to the disk, giving the file its name.

use std::sync::Arc;

use crate::{
    BlobError, BlobId, BlobRef, DataKey, Pin,
    blobs::Shared,
    folder::Draft,
    format::{BLOCK_BYTES, Cipher, HEADER_BYTES, Layout},
    group::Group,
    random,
};

/// A finished blob, pinned.
#[derive(Debug)]
pub struct Finished {
    /// What a row keeps of it.
    pub blob: BlobRef,
    /// Keeps it from being swept. Drop it when the row is committed, or is known not to become so.
    pub pin: Pin,
}

/// A blob that is being written. Dropped without `finish`, it leaves nothing.
pub struct BlobWriter {
    sealer: Sealer,
    group: Group,
}

impl BlobWriter {
    pub(crate) fn new(shared: Arc<Shared>, key: &DataKey) -> BlobWriter {
        let group = Group::new(shared.for_writing.take());
        BlobWriter { sealer: Sealer::new(shared, key), group }
    }

    /// The content so far.
    pub fn len_bytes(&self) -> u64 {
        self.sealer.len_bytes() + self.group.len() as u64
    }

    /// Appends to the content.
    ///
    /// Errors: Full, Io: the blob is lost, and every later call fails too.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            // A full group stays until it is known not to be the last one.
            if self.group.is_full() {
                self.sealer.write(&mut self.group, false)?;
            }
            bytes = self.group.take(bytes);
        }
        Ok(())
    }

    /// Ends the content and gives the file its name, as durable as was asked for.
    ///
    /// Errors: Full, Io: nothing is left.
    pub fn finish(mut self) -> Result<Finished, BlobError> {
        self.sealer.write(&mut self.group, true)?;
        self.sealer.publish()
    }
}

impl Drop for BlobWriter {
    fn drop(&mut self) {
        let group = std::mem::replace(&mut self.group, Group::none());
        self.sealer.shared.for_writing.put(group.into_buffer());
    }
}

/// What encrypts groups and hands them to the disk, in order.
pub(crate) struct Sealer {
    pub(crate) shared: Arc<Shared>,
    id: BlobId,
    header: [u8; HEADER_BYTES],
    cipher: Cipher,
    /// Made by the first write.
    draft: Option<Draft>,
    len_bytes: u64,
    failed: bool,
}

impl Sealer {
    pub(crate) fn new(shared: Arc<Shared>, key: &DataKey) -> Sealer {
        let id = BlobId::random();
        let (header, cipher) = Cipher::begin(id, key, random::bytes());
        Sealer { shared, id, header, cipher, draft: None, len_bytes: 0, failed: false }
    }

    pub(crate) fn len_bytes(&self) -> u64 {
        self.len_bytes
    }

    /// Appends a group, which is full unless it is the last, and empties it.
    pub(crate) fn write(&mut self, group: &mut Group, last: bool) -> Result<(), BlobError> {
        // Also where this write fails: a nonce must not be used for other bytes.
        if std::mem::replace(&mut self.failed, true) {
            let why = std::io::Error::other("an earlier write of this blob failed");
            return Err(BlobError::io(format!("writing {}", self.id), why));
        }
        let len = group.len() as u64;
        self.append(group, last).map_err(|e| BlobError::io(format!("writing {}", self.id), e))?;
        self.len_bytes += len;
        self.failed = false;
        group.clear();
        Ok(())
    }

    fn append(&mut self, group: &mut Group, last: bool) -> std::io::Result<()> {
        let folder = &self.shared.folder;
        let header = self.draft.is_none().then_some(&self.header);
        let draft = match &mut self.draft {
            Some(draft) => draft,
            none => none.insert(folder.create(self.id)?),
        };
        let first_block = self.len_bytes / BLOCK_BYTES as u64;
        folder.write(draft, group.seal(&self.cipher, header, first_block, last))
    }

    /// After the last group.
    pub(crate) fn publish(&mut self) -> Result<Finished, BlobError> {
        let fail = |e| BlobError::io(format!("finishing {}", self.id), e);
        let mut draft = self.draft.take().expect("the last group was written");
        let blob = BlobRef { id: self.id, len_bytes: self.len_bytes };
        let layout = Layout::new(self.len_bytes).expect("no disk is that large");
        self.shared.folder.settle(&draft).map_err(fail)?;
        let pin = self.shared.publish(&mut draft, self.id, layout.file_bytes()).map_err(fail)?;
        if let Err(e) = self.shared.folder.settle_name(self.id) {
            // Its name may not last, so nobody shall have it. If it cannot be removed, the next sweep will.
            drop(pin);
            let _ = self.shared.unlink(self.id);
            return Err(fail(e));
        }
        Ok(Finished { blob, pin })
    }
}
