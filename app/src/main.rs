//! The binary `tabletop`. Everything it does is in the library beside it.

mod allocator;

#[global_allocator]
static ALLOCATOR: allocator::MiMalloc = allocator::MiMalloc;

fn main() -> std::process::ExitCode {
    allocator::give_memory_back();
    tabletop::run(std::env::args().skip(1).collect(), std::env::vars_os().collect())
}
