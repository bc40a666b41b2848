//! Words outside of the model's sets: every member of every built operation, at every depth, whose words the model lists refuses
//! another one, and names it. There are no exceptions.

use codec::{Spelling, Value};
use kernel::RequestMeta;
use model::{Kind, Model, Shape};
use testkit::Lab;

const WORD: &str = "no-such-word";

/// The smallest inputs of a shape with the word in one place, each with its path and its set.
fn with_word(model: &'static Model, shape: &'static Shape) -> Vec<(String, &'static str, Value)> {
    match shape.kind {
        Kind::String if !shape.enum_values.is_empty() => {
            vec![(String::new(), shape.name, Value::String(WORD.to_owned()))]
        }
        Kind::List => {
            let items = with_word(model, model.shape(shape.members[0].target)).into_iter();
            items.map(|(path, set, v)| (path, set, Value::List(vec![v]))).collect()
        }
        Kind::Structure => {
            let Value::Record(base) = testkit::sweep::smallest(model, shape) else { return Vec::new() };
            let mut all = Vec::new();
            for (m, i) in shape.members.iter().zip(0u16..) {
                for (path, set, v) in with_word(model, model.shape(m.target)) {
                    let mut members: Vec<_> = base.iter().filter(|b| b.0 != i).cloned().collect();
                    members.push((i, m.name, v));
                    members.sort_by_key(|b| b.0);
                    all.push((format!(".{}{path}", m.name), set, Value::Record(members)));
                }
            }
            all
        }
        _ => Vec::new(),
    }
}

#[test]
fn a_word_outside_of_its_set_is_refused_everywhere() {
    let lab = Lab::new(vec![service_ec2::service()]);
    let model = model::service(shapes_ec2::SERVICE).unwrap();
    let (mut words, mut wrong) = (0, Vec::new());
    for operation in service_ec2::service().operations {
        let shape = model.shape(model.operation(operation.name).unwrap().input.unwrap());
        for (path, set, input) in with_word(model, shape) {
            words += 1;
            let text = codec::to_json(model, shape, &input, Spelling::Model);
            let (who, meta) = (lab.root(), RequestMeta::default());
            let call = lab.kernel.call_json(&who, lab.scope(), &meta, "ec2", operation.name, &text);
            let answer = match lab.block_on(call) {
                Ok(out) => format!("success: {out}"),
                Err(f) => format!("{}: {}", f.code(), f.message()),
            };
            if !answer.contains(WORD) || answer.starts_with("success") {
                wrong.push(format!("{}{path} ({set}): {answer}", operation.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {words}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(words >= 380, "only {words} members with sets");
}
