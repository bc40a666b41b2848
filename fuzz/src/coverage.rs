//! Which edges of the program an input reached: LLVM's inline 8-bit counters, present when the build was made with
//! `-Cpasses=sancov-module`. Without them nothing is ever new, and fuzzing is blind.

#![expect(
    unsafe_code,
    reason = "the counters are bytes that compiled code writes behind the language's back"
)]

use std::sync::Mutex;

/// Address and length of each stretch of counters. Filled before `main`.
static STRETCHES: Mutex<Vec<(usize, usize)>> = Mutex::new(Vec::new());

/// Called by every instrumented object file as the program starts.
///
/// # Safety
///
/// `start..stop` are the counters of an object file, writable as long as the program runs. Only compiled code calls it.
// SAFETY: the name is the one that LLVM's pass calls; nothing else defines it.
#[unsafe(no_mangle)]
unsafe extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, stop: *mut u8) {
    let (start, stop) = (start as usize, stop as usize);
    let mut stretches = STRETCHES.lock().expect("nobody panics while holding it");
    // The linker joins the counters of all object files, each of which announces the whole.
    if start < stop && !stretches.contains(&(start, stop - start)) {
        stretches.push((start, stop - start));
    }
}

/// What has been reached so far, by how many times in an input (in classes: 1, 2, 3, 4–7, 8–15, …).
#[derive(Debug)]
pub struct Coverage {
    stretches: Vec<(usize, usize)>,
    seen: Vec<u8>,
}

impl Coverage {
    /// Nothing reached yet.
    pub fn new() -> Coverage {
        let stretches = STRETCHES.lock().expect("nobody panics while holding it").clone();
        let total = stretches.iter().map(|(_, len)| len).sum();
        Coverage { stretches, seen: vec![0; total] }
    }

    /// Whether the build has counters.
    pub fn is_there(&self) -> bool {
        !self.seen.is_empty()
    }

    /// Edges reached so far.
    pub fn edges(&self) -> usize {
        self.seen.iter().filter(|classes| **classes != 0).count()
    }

    /// Takes in what the counters say and sets them back. Tells whether anything was new.
    pub fn take(&mut self) -> bool {
        let mut is_new = false;
        let mut base = 0;
        for (start, len) in &self.stretches {
            // SAFETY: the stretch was announced by the program's own start-up code and lives as long as it does; this
            // is the only thread that runs a target, and no reference to the bytes is kept.
            let counters = unsafe { std::slice::from_raw_parts_mut(*start as *mut u8, *len) };
            is_new |= merge(counters, &mut self.seen[base..base + len]);
            base += len;
        }
        is_new
    }
}

fn merge(counters: &mut [u8], seen: &mut [u8]) -> bool {
    let mut is_new = false;
    for (counters, seen) in counters.chunks_mut(64).zip(seen.chunks_mut(64)) {
        if counters.iter().fold(0, |all, c| all | *c) == 0 {
            continue;
        }
        for (counter, seen) in counters.iter_mut().zip(seen) {
            if *counter != 0 {
                let class = class(*counter);
                is_new |= *seen & class == 0;
                *seen |= class;
                *counter = 0;
            }
        }
    }
    is_new
}

const fn class(count: u8) -> u8 {
    match count {
        1 => 1,
        2 => 2,
        3 => 4,
        4..=7 => 8,
        8..=15 => 16,
        16..=31 => 32,
        32..=127 => 64,
        _ => 128,
    }
}
