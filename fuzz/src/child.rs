//! The loop of one target in a process of its own: make an input, write it where the parent finds it, run it, keep it if
//! it reached something new. What happens after a death is `parent.rs`'s.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::coverage::Coverage;
use crate::memory::peak_of;
use crate::mutate::Mutator;
use crate::targets::Target;
use crate::watch;

/// Exit status of a process that panicked, even where the panic would have been caught.
pub const EXIT_PANIC: i32 = 101;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Inputs run.
    pub runs: u64,
    /// Inputs kept because they reached something new.
    pub corpus: usize,
    /// Edges reached.
    pub edges: usize,
    /// The most memory that an input took, and that input's length.
    pub peak_bytes: (usize, usize),
}

/// Fuzzes a target for a while; the input under way is always in the file.
pub fn fuzz(target: &Target, time: Duration, seed: u64, current: &Path) -> io::Result<Tally> {
    end_on_panic();
    let current = File::create(current)?;
    let runs = watch::start();
    let mut coverage = Coverage::new();
    let mut corpus: Vec<Vec<u8>> = Vec::new();
    let mut tally = Tally::default();
    let mut one = |data: &[u8], coverage: &mut Coverage| -> io::Result<bool> {
        put_current(&current, data)?;
        tally.runs = runs.fetch_add(1, Ordering::Relaxed) + 1;
        let peak = run(target, data);
        if peak > tally.peak_bytes.0 {
            tally.peak_bytes = (peak, data.len());
        }
        Ok(coverage.take())
    };
    let known = crate::regressions(target.name).into_iter().filter_map(|path| std::fs::read(path).ok());
    for seed in (target.seeds)().into_iter().chain(known) {
        one(&seed, &mut coverage)?;
        corpus.push(seed);
    }
    let mut mutator = Mutator::new(seed, target.words, target.max_bytes);
    let end = Instant::now() + time;
    while Instant::now() < end {
        let data = mutator.next(&corpus);
        if one(&data, &mut coverage)? {
            corpus.push(data);
        }
    }
    tally.corpus = corpus.len();
    tally.edges = if coverage.is_there() { coverage.edges() } else { 0 };
    Ok(tally)
}

/// Runs inputs once each, as the fuzzer would.
pub fn replay(target: &Target, inputs: &[Vec<u8>]) {
    end_on_panic();
    let runs = watch::start();
    for data in inputs {
        runs.fetch_add(1, Ordering::Relaxed);
        run(target, data);
    }
}

/// Runs one input and holds it to the target's bound of memory. Tells how much it took.
///
/// # Panics
///
/// When the target does, or when it took too much.
pub fn run(target: &Target, data: &[u8]) -> usize {
    let bound = target.base_bytes + target.bytes_per_byte * data.len();
    let mut peak = peak_of(|| (target.run)(data));
    if peak > bound {
        // What is loaded or compiled on first use, and then kept, is no cost of this input.
        peak = peak_of(|| (target.run)(data));
    }
    assert!(peak <= bound, "{} bytes of input took {peak} bytes of memory, which may be {bound}", data.len());
    peak
}

/// Runs the seeds and `n` inputs made from them.
pub fn run_some(target: &Target, n: usize, seed: u64) {
    let corpus = (target.seeds)();
    let mut mutator = Mutator::new(seed, target.words, target.max_bytes.min(4096));
    for data in &corpus {
        run(target, data);
    }
    for _ in 0..n {
        run(target, &mutator.next(&corpus));
    }
}

fn put_current(file: &File, data: &[u8]) -> io::Result<()> {
    let mut framed = Vec::with_capacity(8 + data.len());
    framed.extend_from_slice(&(data.len() as u64).to_le_bytes());
    framed.extend_from_slice(data);
    file.write_all_at(&framed, 0)
}

/// The input that a process had under way.
pub fn read_current(path: &Path) -> Option<Vec<u8>> {
    let framed = std::fs::read(path).ok()?;
    let (len, rest) = framed.split_first_chunk::<8>()?;
    rest.get(..usize::try_from(u64::from_le_bytes(*len)).ok()?).map(<[u8]>::to_vec)
}

fn end_on_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        print(info);
        std::process::exit(EXIT_PANIC);
    }));
}
