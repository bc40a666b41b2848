//! The binary `tabletop`. Everything it does is in the library beside it.

/// Requests are many small allocations that die together: glibc's allocator spent a tenth of a request on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    tabletop::run(std::env::args().skip(1).collect(), std::env::vars_os().collect())
}
