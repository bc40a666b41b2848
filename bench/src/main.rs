//! Benchmarks of the whole: Tabletop over loopback with signatures, IAM, store and trail on, beside a bare hyper server
//! that answers the same bytes, both in one run. Prints a report in Markdown. Not a test: nothing passes or fails here.
//!
//! `cargo run --release -p bench` measures the binary beside it (build it first: `cargo build --release -p tabletop`).

mod bare;
mod catalogue;
mod growth;
mod instances;
mod items;
mod items_growth;
mod load;
mod objects;
mod process;
mod report;

use std::path::PathBuf;

use bench::request;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare"] => bare::serve(),
        ["one", operation, connections] => {
            let connections = connections.parse().expect("connections are a number");
            print!("{}", report::one(&binary(), operation, connections));
        }
        ["load", addr, operation, connections] => {
            let connections = connections.parse().expect("connections are a number");
            println!("{:?}", report::load_only(addr, operation, connections));
        }
        ["instances"] => print!("{}", instances::run(&binary(), 50_000)),
        ["instances", most] => {
            print!("{}", instances::run(&binary(), most.parse().expect("instances are a number")));
        }
        ["churn"] => print!("{}", instances::churn(&binary())),
        ["items"] => print!("{}", items::run(&binary())),
        ["catalogue"] => print!("{}", catalogue::run(&binary())),
        ["growth"] => print!("{}", growth::run(&binary())),
        ["objects", part] => print!("{}", objects::run(&binary(), part)),
        [] => print!("{}", report::run(&binary())),
        other => {
            eprintln!(
                "bench takes no word, `one OPERATION CONNECTIONS`, `load ADDRESS OPERATION CONNECTIONS`, `catalogue`, `churn`, `growth`, `instances [MOST]`, `items` or `objects sizes|lists|large`, not {other:?}"
            );
            std::process::exit(2);
        }
    }
}

/// The binary under test: `tabletop` beside this one.
fn binary() -> PathBuf {
    let here = std::env::current_exe().expect("a running program has a path");
    here.with_file_name("tabletop")
}
