//! What happens before a decision: a scope is founded once, an input is looked at after authorization, and a service words its
//! own denials, whose encoded messages open again.

use std::sync::Arc;

use codec::{Empty, Fault};
use directory::{Identity, IdentityKind};
use kernel::{Access, ClockState, Config, Cx, Founding, Guard, Kernel, Operation, Scope, Service};
use store::{Scan, Store};

use crate::toy::{self, Await, Log, Poke, Queue};

const FOUNDING: Founding = Founding {
    done: |cx| Ok(cx.scan::<Log>(Scan::all())?.next().is_some()),
    make: |cx| toy::log(cx, "founded"),
};

fn any(_: &Cx, _: &Empty) -> Result<Guard, Fault> {
    Ok(Guard::resource("arn:aws:toy:us-east-1:000000000000:thing"))
}

fn decide(_: &mut Cx, _: &Empty) -> Result<Empty, Fault> {
    Ok(Empty {})
}

fn service() -> Service {
    let refuse = |_: &dyn codec::Record| Err(Fault::new("DryRun", 412, "it would have succeeded"));
    let denied = |cx: &Cx, d: &kernel::Denial| Fault::new("Refused", 403, cx.encode_denial(&d.message));
    Service {
        operations: vec![
            Operation::read::<Poke>(any, decide).access(Access::Signed).founds(FOUNDING),
            Operation::write::<Queue>(any, decide).checked(refuse),
            Operation::write::<Await>(any, decide).denies(denied).checked(refuse),
        ],
        ..toy::service()
    }
}

fn kernel(store: Store) -> Arc<Kernel> {
    let clock = ClockState { base_virtual_ms: toy::START_MS, base_real_ms: 0, scale: 0.0 };
    let config = Config { seed: Some([3; 32]), clock: Some(clock), ..Config::default() };
    Kernel::open(config, store, vec![service()]).expect("it opens")
}

#[tokio::test]
async fn a_scope_is_founded_at_the_first_call_even_by_a_read() {
    let k = kernel(Store::memory());
    for _ in 0..3 {
        toy::call::<Poke>(&k).await.expect("it is answered");
    }
    let all: Vec<String> = toy::entries(&k).into_iter().map(|e| e.what).collect();
    assert_eq!(all, ["founded"]);
}

#[tokio::test]
async fn an_input_is_looked_at_after_authorization() {
    let k = kernel(Store::memory());
    let refused = toy::call::<Queue>(&k).await.expect_err("the check refuses");
    assert_eq!((refused.code(), refused.status()), ("DryRun", 412));
}

#[tokio::test]
async fn a_denial_is_the_services_and_its_message_opens() {
    let k = kernel(Store::memory());
    let nobody = Identity {
        kind: IdentityKind::User,
        arn: "arn:aws:iam::000000000000:user/nobody".to_owned(),
        user_id: "AIDANOBODY".to_owned(),
        name: "nobody".to_owned(),
        ..toy::root()
    };
    let denied = k.call::<Await>(&nobody, toy::scope(), Empty {}).await.expect_err("nobody may");
    assert_eq!(denied.code(), "Refused");
    let scope: Scope = toy::scope();
    k.within("iam", &scope, |cx| {
        let opened = cx.decode_denial(denied.message()).expect("it is one of ours");
        assert!(opened.contains("iam:ListGroups") && opened.contains("AIDANOBODY"), "{opened}");
        assert!(opened.contains("arn:aws:toy:us-east-1:000000000000:thing"), "{opened}");
        Ok(())
    })
    .expect("the store works");
}
