//! The binary `tabletop`. Everything it does is in the library beside it.

fn main() -> std::process::ExitCode {
    tabletop::run(std::env::args().skip(1).collect(), std::env::vars_os().collect())
}
