//! Chores of this repository: `gen` makes models and records, `tidy` checks the house rules, `test` runs
//! everything, `new-service` lays out a crate.
//! A developer's tool: nothing of it is in the product.

use std::path::PathBuf;
use std::process::ExitCode;

mod generate;
mod new_service;
mod test;
mod tidy;

/// What a chore answers: nothing, or a text for people.
pub type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "\
usage: cargo run -p xtask -- <chore>
  gen models [--wheel FILE]  compact botocore's models into models/*.ttm (downloads the pinned wheel without --wheel)
  gen shapes [SERVICE…]      write shapes/<service>/src from models/*.ttm and shapes/<service>/ops.txt
  gen managed-policies [--wheel FILE]
                             pack moto's AWS managed policies into facts/managed-policies.bin (downloads the pinned wheel)
  gen --check                fail if anything generated differs from what the blobs give (no network)
  tidy                       check the house rules
  test [fast | STEP…]        everything that CI asks, its quick part, or steps by name
  new-service NAME           lay out services/NAME";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    match words {
        ["gen", "models"] => generate::models(None),
        ["gen", "models", "--wheel", file] => generate::models(Some(PathBuf::from(file))),
        ["gen", "shapes", services @ ..] if services.iter().all(|s| !s.starts_with('-')) => {
            generate::shapes(services, generate::Mode::Write)
        }
        ["gen", "managed-policies"] => generate::managed_policies(None),
        ["gen", "managed-policies", "--wheel", file] => generate::managed_policies(Some(PathBuf::from(file))),
        ["gen", "--check"] => generate::check(),
        ["tidy"] => tidy::run(),
        ["test", steps @ ..] => test::run(steps),
        ["new-service", name] => new_service::lay_out(name),
        _ => Err(USAGE.to_owned()),
    }
}

/// The repository's root, found from this crate's manifest.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_path_buf()
}
