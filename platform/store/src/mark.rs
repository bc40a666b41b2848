//! The high-water mark: how a database notices that commits which were there are gone. Restores nothing.
//!
//! The engine takes a journal that ends early for one whose last writes were torn, and goes on from there, silently. So
//! every so many commits a batch carries a row with the number of commits so far, and once it is written that number goes
//! into a file beside the journal. A database that opens with a lower number in its row than in that file has lost commits.
//! What is lost within one step, a tenth of a second or 64 commits, is not noticed.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// The keyspace of the row; its name is not one that a table can have.
pub(crate) const KEYSPACE: &str = "~mark";
/// The key of the row.
pub(crate) const KEY: &[u8] = b"mark";
const FILE: &str = "high-water-mark";
const STEP_COMMITS: u64 = 64;
/// Real time: it decides about what is noticed alone.
const STEP: Duration = Duration::from_millis(100);

/// Counts commits, and remembers how many there were.
pub(crate) struct Mark {
    /// None where it cannot be written: then nothing is noticed.
    file: Option<File>,
    count: Mutex<Count>,
}

struct Count {
    commits: u64,
    marked: u64,
    at: Option<Instant>,
}

impl Mark {
    /// Compares a database's row with the file in its folder. Tells what is missing.
    pub(crate) fn open(dir: &Path, row: Option<&[u8]>) -> (Mark, Option<String>) {
        let found = row.and_then(|b| b.try_into().ok()).map_or(0, u64::from_be_bytes);
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(dir.join(FILE)).ok();
        let noted = file.as_mut().and_then(read).unwrap_or(0);
        let lost = (noted > found).then(|| {
            format!(
                "at least {} commits that were there are gone: the journal ends before them, damaged or cut short",
                noted - found
            )
        });
        let count = Count { commits: noted.max(found), marked: noted.max(found), at: None };
        (Mark { file, count: Mutex::new(count) }, lost)
    }

    /// Counts a commit. Tells the number that its batch has to carry, if it is time.
    pub(crate) fn next(&self) -> Option<u64> {
        let mut count = self.count.lock();
        count.commits += 1;
        let due =
            count.commits - count.marked >= STEP_COMMITS || count.at.is_none_or(|at| at.elapsed() > STEP);
        due.then_some(count.commits)
    }

    /// A batch that carried a number has been written. A failure only means that less is noticed.
    pub(crate) fn reached(&self, number: u64) {
        let mut count = self.count.lock();
        (count.marked, count.at) = (number, Some(Instant::now()));
        if let Some(mut file) = self.file.as_ref() {
            let mut bytes = number.to_be_bytes().to_vec();
            bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
            let _ = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(&bytes));
        }
    }
}

fn read(file: &mut File) -> Option<u64> {
    let mut bytes = [0; 12];
    file.read_exact(&mut bytes).ok()?;
    let (number, sum) = bytes.split_at(8);
    let sound = crc32fast::hash(number).to_be_bytes() == *sum;
    sound.then(|| u64::from_be_bytes(number.try_into().expect("it was split at 8")))
}
