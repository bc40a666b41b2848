//! The key that wraps keys: one a data folder, made at first use, or one that a customer brings. Not a key management
//! service: no versions, no policies.
//!
//! The file holds a line that names the format, 32 bytes of key, and 8 bytes of a SHA-256 over both, so that a damaged file is told from
//! a wrong key. It is made under another name, fsynced (losing it loses everything) and renamed; only its owner may read it.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use sha2::{Digest, Sha256};

use crate::DataKey;
use crate::seal::{self, CannotOpen, Kind};

const MAGIC: &[u8] = b"tabletop-master-key 1\n";
const CHECK_BYTES: usize = 8;

/// A key that wraps keys and seals small byte strings. Shows nothing of itself in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// The key in a file, which is made if it is not there.
    ///
    /// Errors: InvalidData: the file is damaged or no such key. Others as they come.
    pub fn open(path: &Path) -> io::Result<MasterKey> {
        match MasterKey::load(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let key = MasterKey::random();
                key.save(path)?;
                Ok(key)
            }
            loaded => loaded,
        }
    }

    /// The key in a file that must be there: where something is wrapped already, a fresh key opens nothing of it.
    ///
    /// Errors: NotFound. InvalidData: as `open`'s. Others as they come.
    pub fn load(path: &Path) -> io::Result<MasterKey> {
        MasterKey::parse(&fs::read(path)?).ok_or_else(|| damaged(path))
    }

    /// One that is kept nowhere.
    pub fn random() -> MasterKey {
        MasterKey(*DataKey::random().as_bytes())
    }

    /// A key that a customer brings.
    pub const fn from_bytes(bytes: [u8; 32]) -> MasterKey {
        MasterKey(bytes)
    }

    /// Writes it to a file, in place of what is there: after a crash, either is there whole.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let fresh = path.with_extension("new");
        let _ = fs::remove_file(&fresh);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&fresh)?;
        file.write_all(&self.to_file())?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()
    }

    /// Encrypts a key for a row. `context` (such as the name of the row) must be given again.
    pub fn wrap(&self, key: &DataKey, context: &[u8]) -> Vec<u8> {
        seal::seal(&self.0, Kind::Key, key.as_bytes(), context)
    }

    /// The key that `wrap` encrypted.
    ///
    /// Errors: CannotOpen: damaged, or of another key or context.
    pub fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<DataKey, CannotOpen> {
        let bytes = seal::open(&self.0, Kind::Key, wrapped, context)?;
        bytes.try_into().map(DataKey::from_bytes).map_err(|_| CannotOpen)
    }

    /// Encrypts a small byte string for a row, 41 bytes longer afterwards.
    pub fn seal(&self, plain: &[u8], context: &[u8]) -> Vec<u8> {
        seal::seal(&self.0, Kind::Bytes, plain, context)
    }

    /// What `seal` encrypted.
    ///
    /// Errors: CannotOpen: damaged, or of another key or context.
    pub fn open_sealed(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        seal::open(&self.0, Kind::Bytes, sealed, context)
    }

    fn to_file(&self) -> Vec<u8> {
        [MAGIC, &self.0, &check(&self.0)].concat()
    }

    fn parse(bytes: &[u8]) -> Option<MasterKey> {
        let (key, sum) = bytes.strip_prefix(MAGIC)?.split_at_checked(32)?;
        let key: [u8; 32] = key.try_into().ok()?;
        (sum == check(&key)).then_some(MasterKey(key))
    }
}

fn check(key: &[u8; 32]) -> [u8; CHECK_BYTES] {
    let digest = Sha256::new().chain_update(MAGIC).chain_update(key).finalize();
    std::array::from_fn(|i| digest[i])
}

fn damaged(path: &Path) -> io::Error {
    let why = format!("{} is damaged, or no master key of a format that this program reads", path.display());
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}
