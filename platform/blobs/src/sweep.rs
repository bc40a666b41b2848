//! Files that no row names: found by walking all shelves, removed. Counts on its way. Not removal by request.

use crate::{BlobError, BlobId, Blobs, blobs::Shared};

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that stay.
    pub kept_files: u64,
    /// Files removed.
    pub removed_files: u64,
    /// Their bytes on disk.
    pub removed_bytes: u64,
}

impl Blobs {
    /// Removes every finished file that the caller says no row names, unless it is pinned or held. The caller is asked while
    /// the blob's shelf is locked; where in doubt, it says yes.
    ///
    /// Shelf by shelf, in memory that does not grow with the number of files; other work goes on meanwhile. The first sweep
    /// after opening makes [`Blobs::stats`] complete.
    ///
    /// Errors: Io: what was swept so far stays swept.
    pub fn sweep(&self, mut is_referenced: impl FnMut(BlobId) -> bool) -> Result<Swept, BlobError> {
        let mut swept = Swept::default();
        for shelf in 0..=u8::MAX {
            let fail = |e| BlobError::io(format!("sweeping shelf {shelf:02x}"), e);
            self.shared.count(shelf).map_err(fail)?;
            let each = |id| self.shared.sweep_one(id, &mut is_referenced, &mut swept);
            self.shared.folder.each(shelf, each).map_err(fail)?;
        }
        Ok(swept)
    }

    /// Removes every file that is neither pinned nor held: for a state that begins anew.
    ///
    /// Errors: as `sweep`'s.
    pub fn clear(&self) -> Result<Swept, BlobError> {
        self.sweep(|_| false)
    }
}

impl Shared {
    /// Counts a shelf, once, while nothing on it changes.
    fn count(&self, shelf: u8) -> std::io::Result<()> {
        let mut locked = self.shelves[usize::from(shelf)].lock();
        if locked.is_counted() {
            return Ok(());
        }
        let (mut files, mut bytes) = (0, 0);
        self.folder.each(shelf, |id| {
            bytes += self.folder.len(id)?;
            files += 1;
            Ok(())
        })?;
        locked.set_count(files, bytes);
        Ok(())
    }

    fn sweep_one(
        &self,
        id: BlobId,
        is_referenced: &mut impl FnMut(BlobId) -> bool,
        swept: &mut Swept,
    ) -> std::io::Result<()> {
        let mut shelf = self.shelf(id).lock();
        if self.is_held() || shelf.keeps(id) || is_referenced(id) {
            swept.kept_files += 1;
            return Ok(());
        }
        let bytes = match self.unlink_from(&mut shelf, id) {
            // Removed since it was listed.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            bytes => bytes?,
        };
        swept.removed_files += 1;
        swept.removed_bytes += bytes;
        Ok(())
    }
}
