//! The binary `tabletop`. Everything it does is in the library beside it.

/// Requests are many small allocations that die together: glibc's allocator spent a tenth of a request on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Number of mimalloc's option `purge_delay`, which its Rust interface doesn't name.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

fn main() -> std::process::ExitCode {
    give_memory_back();
    tabletop::run(std::env::args().skip(1).collect(), std::env::vars_os().collect())
}

/// Has the allocator give free pages back at once: a hostile client's buffers then don't stay. Measured, it costs no speed.
#[expect(unsafe_code, reason = "the allocator's options have no other interface than C's")]
fn give_memory_back() {
    // SAFETY: the call stores a number in a table of the allocator's; nothing else runs yet.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, 0) };
}
