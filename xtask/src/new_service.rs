//! `xtask new-service`: lays out `services/<name>` and `shapes/<name>` from `xtask/template`, so that every service has the same
//! furniture. Writes nothing over anything.

use std::fs;
use std::path::Path;

use model::Model;

use crate::{Outcome, generate, root};

/// Where each template goes, from the root.
const FILES: &[(&str, &str)] = &[
    ("services/{{name}}/Cargo.toml", include_str!("../template/service/Cargo.toml.txt")),
    ("services/{{name}}/src/lib.rs", include_str!("../template/service/src/lib.rs.txt")),
    ("services/{{name}}/src/state.rs", include_str!("../template/service/src/state.rs.txt")),
    ("services/{{name}}/src/time.rs", include_str!("../template/service/src/time.rs.txt")),
    ("services/{{name}}/src/events.rs", include_str!("../template/service/src/events.rs.txt")),
    ("services/{{name}}/src/ops/mod.rs", include_str!("../template/service/src/ops/mod.rs.txt")),
    ("shapes/{{name}}/Cargo.toml", include_str!("../template/shapes/Cargo.toml.txt")),
    ("shapes/{{name}}/ops.txt", "# One operation per line; * is all.\n"),
];

/// Lays out a service whose model is among `models/`.
pub fn lay_out(name: &str) -> Outcome {
    let model = generate::load(name)?;
    let root = root();
    let files: Vec<(String, String)> =
        FILES.iter().map(|(path, text)| (filled(path, &model), filled(text, &model))).collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| root.join(path).exists()) {
        return Err(format!("{path} exists; nothing was written"));
    }
    for (path, text) in &files {
        write_new(&root.join(path), text)?;
    }
    generate::shapes(&[name], generate::Mode::Write)?;
    enrol(&root.join("Cargo.toml"), name)?;
    println!(
        "services/{name} and shapes/{name} are laid out and in Cargo.toml. Name the operations in shapes/{name}/ops.txt, \
         run `cargo run -p xtask -- gen shapes {name}`, and wire the service in app."
    );
    Ok(())
}

/// Names both crates in the root manifest, each behind the last of its kind.
fn enrol(path: &Path, name: &str) -> Outcome {
    let says = |e| format!("{}: {e}", path.display());
    let manifest = fs::read_to_string(path).map_err(says)?;
    fs::write(path, enrolled(&manifest, name)?).map_err(says)
}

fn enrolled(manifest: &str, name: &str) -> Outcome<String> {
    let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
    for (kind, folder) in [("shapes", "shapes"), ("service", "services")] {
        let last = lines.iter().rposition(|l| l.starts_with(&format!("{kind}-")));
        let last = last.ok_or_else(|| format!("Cargo.toml names no {kind}-… crate"))?;
        lines.insert(last + 1, format!("{kind}-{name} = {{ path = \"{folder}/{name}\" }}"));
    }
    Ok(lines.join("\n") + "\n")
}

fn filled(template: &str, model: &Model) -> String {
    template
        .replace("{{name}}", model.id)
        .replace("{{snake}}", &model.id.replace('-', "_"))
        .replace("{{full_name}}", model.full_name)
        .replace("{{signing_name}}", model.signing_name)
}

fn write_new(path: &Path, text: &str) -> Outcome {
    let says = |e| format!("{}: {e}", path.display());
    fs::create_dir_all(path.parent().expect("a file lies in a folder")).map_err(says)?;
    fs::write(path, text).map_err(says)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_manifest_learns_both_crates() {
        let before = "[workspace.dependencies]\nshapes-sqs = {}\nservice-sqs = {}\n\nbytes = \"1\"\n";
        let after = "[workspace.dependencies]\nshapes-sqs = {}\nshapes-sns = { path = \"shapes/sns\" }\nservice-sqs = {}\n\
                     service-sns = { path = \"services/sns\" }\n\nbytes = \"1\"\n";
        assert_eq!(enrolled(before, "sns").unwrap(), after);
    }

    #[test]
    fn templates_leave_no_blanks() {
        let model = generate::load("resource-groups").unwrap();
        for (path, text) in FILES {
            let (path, text) = (filled(path, &model), filled(text, &model));
            assert!(!path.contains("{{") && !text.contains("{{"), "{path}");
            assert!(!path.ends_with(".rs") || text.starts_with("//! "), "{path}");
        }
        assert!(filled(FILES[1].1, &model).contains("shapes_resource_groups::SERVICE"));
    }
}
