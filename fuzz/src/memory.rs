//! An allocator that counts, per thread, what is held and the most that was; and refuses what no input may ask for.
//! It does not say who holds what.

#![expect(unsafe_code, reason = "an allocator is unsafe by its trait; this one only counts and passes on")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// More than this on one thread is refused, which ends the process: no target's bound is near it.
const HARD_LIMIT_BYTES: isize = 1 << 30;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, counted.
#[derive(Debug)]
pub struct Counting;

fn note(bytes: isize) {
    // A thread that ends has no counters any more, and nothing to measure.
    let _ = HELD.try_with(|held| {
        let now = held.get() + bytes;
        held.set(now);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now)));
    });
}

fn is_too_much(bytes: usize) -> bool {
    HELD.try_with(|held| held.get().saturating_add_unsigned(bytes) > HARD_LIMIT_BYTES).unwrap_or(false)
}

// SAFETY: every call is the system allocator's, or fails as an allocator may.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if is_too_much(layout.size()) {
            return std::ptr::null_mut();
        }
        note(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_too_much(layout.size()) {
            return std::ptr::null_mut();
        }
        note(layout.size() as isize);
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        note(-(layout.size() as isize));
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if is_too_much(size) {
            return std::ptr::null_mut();
        }
        // The old block may live until the new one is filled.
        note(size as isize);
        note(-(layout.size() as isize));
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Runs something, and tells the most bytes that this thread held meanwhile beyond what it held before.
/// Always 0 unless [`Counting`] is the program's allocator.
pub fn peak_of(f: impl FnOnce()) -> usize {
    let before = HELD.get();
    PEAK.set(before);
    f();
    usize::try_from(PEAK.get() - before).unwrap_or(0)
}
