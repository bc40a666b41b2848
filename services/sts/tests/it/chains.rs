//! Sessions that make sessions: an hour at most, transitive tags, source identities.
//! Source: IAM user guide, "Chaining roles with session tags", "Monitor and control actions taken with assumed roles".

use shapes_sts::AssumeRoleRequest;

use crate::world::{HERE, THERE, World, allow, ask, refused, tags, trusts_account};

fn world() -> World {
    let w = World::new();
    w.role(HERE, "first", &trusts_account(HERE), &allow(r#""sts:*""#));
    w.role(THERE, "second", &trusts_account(HERE), &allow(r#""sts:*""#));
    w.role(HERE, "third", &trusts_account(THERE), &allow(r#""sts:*""#));
    w.change_role(THERE, "second", |r| r.max_session_s = 43_200);
    w
}

#[test]
fn a_chained_session_lasts_an_hour_at_most() {
    let w = world();
    let first = w.become_role(&w.user(HERE, "ana", &allow(r#""sts:*""#)), ask(HERE, "first"));
    let long = AssumeRoleRequest { duration_seconds: Some(3_601), ..ask(THERE, "second") };
    let (code, text) = refused(w.assume(&first, long));
    assert_eq!(code, "ValidationError");
    assert_eq!(
        text,
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    );
    let hour = AssumeRoleRequest { duration_seconds: Some(3_600), ..ask(THERE, "second") };
    let second = w.assume(&first, hour).unwrap().credentials.unwrap();
    assert!(w.session(&second).unwrap().chained);
    assert_eq!(w.session(&second).unwrap().account, THERE);
}

/// Tags of the first session, what the second asks for, and the second's tags or AWS's refusal.
#[test]
fn transitive_tags_go_on_and_others_stay() {
    type Pairs = &'static [(&'static str, &'static str)];
    type Case = (Pairs, &'static [&'static str], Pairs, Result<Pairs, &'static str>);
    let cases: [Case; 7] = [
        (&[("a", "1"), ("b", "2")], &["a"], &[], Ok(&[("a", "1")])),
        (&[("a", "1"), ("b", "2")], &["A", "B"], &[], Ok(&[("a", "1"), ("b", "2")])),
        (&[("a", "1")], &[], &[], Ok(&[])),
        (&[("a", "1"), ("b", "2")], &["a"], &[("b", "3")], Ok(&[("b", "3"), ("a", "1")])),
        (
            &[("a", "1")],
            &["a"],
            &[("A", "2")],
            Err(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key \
                 from the calling session.",
            ),
        ),
        (
            &[("a", "1"), ("A", "2")],
            &[],
            &[],
            Err("Duplicate tag keys found. Please note that Tag keys are case insensitive."),
        ),
        (
            &[("a", "1")],
            &["b"],
            &[],
            Err("The specified transitive tag key must be included in the requested tags."),
        ),
    ];
    for (first, transitive, second, want) in cases {
        let w = world();
        let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
        let asked = AssumeRoleRequest {
            tags: tags(first),
            transitive_tag_keys: Some(transitive.iter().map(|k| (*k).to_owned()).collect()),
            ..ask(HERE, "first")
        };
        let outcome = w.assume(&ana, asked).and_then(|out| {
            let first = w.with(&out.credentials.unwrap())?;
            w.assume(&first, AssumeRoleRequest { tags: tags(second), ..ask(THERE, "second") })
        });
        match (outcome, want) {
            (Ok(out), Ok(want)) => {
                let want: Vec<_> = want.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
                assert_eq!(w.session(&out.credentials.unwrap()).unwrap().tags, want, "{first:?}");
            }
            (outcome, want) => {
                let want = want.err().map(|text| ("InvalidParameterValue".to_owned(), text.to_owned()));
                assert_eq!(
                    outcome.err().map(|f| (f.code().to_owned(), f.message().to_owned())),
                    want,
                    "{first:?}"
                );
            }
        }
    }
}

#[test]
fn a_tag_stays_transitive_to_the_end_of_the_chain() {
    let w = world();
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let asked = AssumeRoleRequest {
        tags: tags(&[("team", "blue")]),
        transitive_tag_keys: Some(vec!["team".into()]),
        source_identity: Some("ana@example".into()),
        ..ask(HERE, "first")
    };
    let second = w.become_role(&w.become_role(&ana, asked), ask(THERE, "second"));
    let third = w.assume(&second, ask(HERE, "third")).unwrap();
    assert_eq!(third.source_identity.as_deref(), Some("ana@example"));
    let row = w.session(&third.credentials.unwrap()).unwrap();
    assert_eq!(row.tags, [("team".to_owned(), "blue".to_owned())]);
    assert_eq!(row.transitive_tag_keys, ["team"]);
}

#[test]
fn inherited_tags_and_identities_need_the_next_role_s_leave() {
    let w = world();
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let only_assume = crate::world::trust(&format!(r#"{{"AWS":"{HERE}"}}"#), r#""sts:AssumeRole""#);
    w.change_role(THERE, "second", |r| r.trust = only_assume);
    let tagged = AssumeRoleRequest {
        tags: tags(&[("team", "blue")]),
        transitive_tag_keys: Some(vec!["team".into()]),
        ..ask(HERE, "first")
    };
    let (_, text) = refused(w.assume(&w.become_role(&ana, tagged), ask(THERE, "second")));
    assert!(text.contains("not authorized to perform: sts:TagSession"), "{text}");
    let named = AssumeRoleRequest { source_identity: Some("ana".into()), ..ask(HERE, "first") };
    let (_, text) = refused(w.assume(&w.become_role(&ana, named), ask(THERE, "second")));
    assert!(text.contains("not authorized to perform: sts:SetSourceIdentity"), "{text}");
    assert!(w.assume(&w.become_role(&ana, ask(HERE, "first")), ask(THERE, "second")).is_ok());
}

#[test]
fn a_source_identity_stays() {
    let w = world();
    let ana = w.user(HERE, "ana", &allow(r#""sts:*""#));
    let named = AssumeRoleRequest { source_identity: Some("ana".into()), ..ask(HERE, "first") };
    let first = w.become_role(&ana, named);
    let other = AssumeRoleRequest { source_identity: Some("bob".into()), ..ask(THERE, "second") };
    assert_eq!(refused(w.assume(&first, other)).0, "AccessDenied");
    let same = AssumeRoleRequest { source_identity: Some("ana".into()), ..ask(THERE, "second") };
    assert!(w.assume(&first, same).is_ok());
}
