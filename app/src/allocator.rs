//! The allocator of the binary: mimalloc. Requests are many small allocations that die together: glibc's allocator spent a
//! tenth of a request on them.
//!
//! Not the `mimalloc` crate's own type, which asks for an alignment on every call, even for what every block has anyway. And
//! without huge pages (`no_thp`): nine of them, mostly empty, made up half of an idle server, and calls were no faster for them.

#![expect(unsafe_code, reason = "an allocator has no safe interface, and mimalloc's is C's")]

use std::alloc::{GlobalAlloc, Layout};

use libmimalloc_sys as mi;

/// Number of mimalloc's option `purge_delay`, which its Rust interface doesn't name.
const PURGE_DELAY: mi::mi_option_t = 15;

/// mimalloc waits ten times as long before it gives back what belongs to no thread.
const PURGE_DELAY_MS: std::ffi::c_long = 5;

/// What every block of its size or more is aligned to.
const ALWAYS_ALIGNED: usize = 16;

/// mimalloc.
pub(crate) struct MiMalloc;

fn is_always_aligned(layout: &Layout) -> bool {
    layout.align() <= ALWAYS_ALIGNED && layout.align() <= layout.size()
}

// SAFETY: each function hands out blocks of at least the layout's size, aligned as it asks: mimalloc promises an alignment of
// `ALWAYS_ALIGNED` for blocks of that size or more, and of the size's power of two below it. All blocks are mimalloc's.
unsafe impl GlobalAlloc for MiMalloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: C functions without preconditions.
        let block = unsafe {
            match is_always_aligned(&layout) {
                true => mi::mi_malloc(layout.size()),
                false => mi::mi_malloc_aligned(layout.size(), layout.align()),
            }
        };
        block.cast()
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: C functions without preconditions.
        let block = unsafe {
            match is_always_aligned(&layout) {
                true => mi::mi_zalloc(layout.size()),
                false => mi::mi_zalloc_aligned(layout.size(), layout.align()),
            }
        };
        block.cast()
    }

    unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
        // SAFETY: the caller gives back what one of these functions gave it.
        unsafe { mi::mi_free(block.cast()) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller gives back what one of these functions gave it; the new block has the old one's alignment.
        let block = unsafe {
            match is_always_aligned(&layout) && layout.align() <= size {
                true => mi::mi_realloc(block.cast(), size),
                false => mi::mi_realloc_aligned(block.cast(), size, layout.align()),
            }
        };
        block.cast()
    }
}

/// Has the allocator give free memory back soon: a hostile client's buffers then don't stay. Not at once: the blocks of one
/// request are the next one's, and fetching their pages anew took a seventh of a SendMessage.
pub(crate) fn give_memory_back() {
    // SAFETY: the call stores a number in a table of the allocator's; nothing else runs yet.
    unsafe { mi::mi_option_set(PURGE_DELAY, PURGE_DELAY_MS) };
}
