//! All files of one folder in another: saving and restoring. Not the rows, and not which files they name.

use std::path::Path;

use crate::{
    BlobError, BlobId, Blobs,
    folder::{each_in, place_in},
};

/// What was put into the other folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Files that were not there yet.
    pub files: u64,
    /// Files that were.
    pub there_already: u64,
}

impl Copied {
    fn add(&mut self, fresh: bool) {
        match fresh {
            true => self.files += 1,
            false => self.there_already += 1,
        }
    }
}

impl Blobs {
    /// Puts every finished file into a folder, as hard links or, where that cannot be, as copies. Nothing is removed
    /// meanwhile. Take a [`Hold`](crate::Hold) before the rows are saved and keep it until this is done: then every blob that
    /// the saved rows name is among them.
    ///
    /// Errors: Full, Io: the folder has some of the files.
    pub fn link_all_to(&self, dir: &Path) -> Result<Copied, BlobError> {
        let _hold = self.hold();
        let fail = |e| BlobError::io(format!("saving to {}", dir.display()), e);
        let mut copied = Copied::default();
        std::fs::create_dir_all(dir).map_err(fail)?;
        for shelf in (0..=u8::MAX).filter(|n| self.shared.folder.has_shelf(*n)) {
            let own = self.shared.folder.dir().map_err(fail)?;
            let link = |id| {
                let to = place_in(dir, id);
                let fresh = self.shared.folder.link(&place_in(own, id), &to, &to.with_extension("new"))?;
                copied.add(fresh);
                Ok(())
            };
            self.shared.folder.each(shelf, link).map_err(fail)?;
            self.shared.folder.settle_folder(&dir.join(format!("{shelf:02x}"))).map_err(fail)?;
        }
        self.shared.folder.settle_folder(dir).map_err(fail)?;
        Ok(copied)
    }

    /// Takes in every file that `link_all_to` put into a folder. Those that are here stay here, so that a crash at any
    /// moment leaves the files of the old rows and of the new ones: replace the rows after this, then sweep. Hold everything
    /// until the rows are replaced, or a sweep removes what was taken in.
    ///
    /// Errors: Full, Io: some of the files are taken in; a sweep removes them.
    pub fn restore_from(&self, dir: &Path) -> Result<Copied, BlobError> {
        let fail = |e| BlobError::io(format!("restoring from {}", dir.display()), e);
        let mut copied = Copied::default();
        for shelf in 0..=u8::MAX {
            let take = |id| self.take_in(dir, id).map(|fresh| copied.add(fresh));
            each_in(dir, shelf, take).map_err(fail)?;
        }
        Ok(copied)
    }

    fn take_in(&self, dir: &Path, id: BlobId) -> std::io::Result<bool> {
        let folder = &self.shared.folder;
        let own = folder.dir()?;
        let mut shelf = self.shared.shelf(id).lock();
        let fresh =
            folder.link(&place_in(dir, id), &place_in(own, id), &own.join("tmp").join(id.to_string()))?;
        if fresh {
            shelf.count_in(folder.len(id)?);
            folder.settle_name(id)?;
        }
        Ok(fresh)
    }
}
