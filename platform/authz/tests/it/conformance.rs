//! Runs the conformance table (`conformance/*.txt`): every case against the evaluator, and every decision also against
//! the reference evaluator, so that the two can't drift apart where AWS's rules are written down.

use authz::{DenialDetail, PolicyDocument, PolicyKind, denial_text};
use serde_json::json;

use crate::cases::{self, Case, CaseKind};
use crate::reference;
use crate::world::{self, Who, World};

const TABLES: [(&str, &str); 9] = [
    ("operators.txt", include_str!("conformance/operators.txt")),
    ("sets.txt", include_str!("conformance/sets.txt")),
    ("wildcards.txt", include_str!("conformance/wildcards.txt")),
    ("variables.txt", include_str!("conformance/variables.txt")),
    ("principals.txt", include_str!("conformance/principals.txt")),
    ("layers.txt", include_str!("conformance/layers.txt")),
    ("accounts.txt", include_str!("conformance/accounts.txt")),
    ("denials.txt", include_str!("conformance/denials.txt")),
    ("grammar.txt", include_str!("conformance/grammar.txt")),
];

#[test]
fn the_table_holds() {
    let cases: Vec<Case> = TABLES.iter().flat_map(|(file, content)| cases::read(file, content)).collect();
    let mut failures = Vec::new();
    for case in &cases {
        assert!(!case.source.is_empty(), "{}: no source", case.place);
        if let Err(difference) = run(case) {
            failures.push(format!("{}: {difference}", case.place));
        }
    }
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), cases.len(), failures.join("\n"));
    assert!(cases.len() >= 400, "only {} cases", cases.len());
    println!("{} cases", cases.len());
}

#[test]
fn no_case_stands_twice() {
    let mut seen = std::collections::HashSet::new();
    for (file, content) in TABLES {
        for line in content.lines().filter(|line| line.contains(" => ") || line.starts_with("case ")) {
            assert!(seen.insert(line), "{file}: {line}");
        }
    }
}

fn run(case: &Case) -> Result<(), String> {
    match &case.kind {
        CaseKind::Decision { world, want, text, plain } => {
            decision(world, want, text.as_deref(), plain.as_deref())
        }
        CaseKind::Who { statement, who, want } => same(&naming(statement, who), want),
        CaseKind::Grammar { kind, text, want } => {
            let got = match PolicyDocument::parse(text, policy_kind(kind)) {
                Ok(_) => "ok".to_owned(),
                Err(error) => error.message,
            };
            same(&got, want)
        }
    }
}

fn same(got: &str, want: &str) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(format!("\n   got {got}\n  want {want}")) }
}

fn decision(world: &World, want: &str, text: Option<&str>, plain: Option<&str>) -> Result<(), String> {
    let (effect, got, reasons, bare) = world::decide(world, |decision| {
        let effect = world::effect_word(decision.effect);
        let mut got = format!("{effect} {}", world::layer_word(decision.layer));
        if let Some(sid) = decision.matched.and_then(|matched| matched.sid()) {
            got.push_str(&format!(" {sid}"));
        }
        let say =
            |detail| denial_text(decision, &world.who.arn, &world.action, Some(&world.resource), detail);
        (effect, got, say(DenialDetail::ReasonAndArn), say(DenialDetail::Plain))
    });
    same(&got, want)?;
    text.map_or(Ok(()), |want| same(&reasons, want))?;
    plain.map_or(Ok(()), |want| same(&bare, want))?;
    same(reference::decide(world), effect)
        .map_err(|difference| format!("the reference differs: {difference}"))
}

/// How strongly a statement of a resource-based policy names a principal, seen from outside: by what else has to allow.
fn naming(statement: &serde_json::Value, who: &Who) -> String {
    let mut statement = statement.clone();
    let deny = statement["Effect"] == "Deny";
    statement["Action"] = json!("s3:*");
    let policy = |statement: serde_json::Value| json!({ "Version": "2012-10-17", "Statement": statement });
    let everything =
        vec![("all".to_owned(), policy(json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })))];
    let mut world = World::new(who.clone(), "s3:GetObject", "arn:aws:s3:::b/k");
    world.required = true;
    if deny {
        let open = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" });
        world.resource_policy = Some(vec![("p".into(), policy(json!([open, statement])))]);
        return if reference::decide(&world) == "explicit" && allowed(&world).1 == "explicit" {
            "denied".into()
        } else {
            format!("spared{}", if allowed(&world).0 { "" } else { " but not allowed" })
        };
    }
    world.resource_policy = Some(vec![("p".into(), policy(statement))]);
    world.boundary = Some(Vec::new());
    if allowed(&world).0 && who.kind != authz::PrincipalKind::Root {
        return "direct".into();
    }
    world.boundary = None;
    world.session = Some(everything.clone());
    if allowed(&world).0 && who.kind != authz::PrincipalKind::Root {
        return "role".into();
    }
    world.identity = Some(everything);
    if allowed(&world).0 { "account".into() } else { "no".into() }
}

fn allowed(world: &World) -> (bool, &'static str) {
    let effect = world::decide(world, |decision| world::effect_word(decision.effect));
    assert_eq!(effect, reference::decide(world), "the reference differs: {world:#?}");
    (effect == "allow", effect)
}

fn policy_kind(word: &str) -> PolicyKind {
    match word {
        "identity" => PolicyKind::Identity,
        "managed" => PolicyKind::Managed,
        "resource" => PolicyKind::Resource,
        "trust" => PolicyKind::Trust,
        "boundary" => PolicyKind::Boundary,
        "session" => PolicyKind::Session,
        "scp" => PolicyKind::Scp,
        "rcp" => PolicyKind::Rcp,
        other => panic!("no such kind: {other}"),
    }
}
