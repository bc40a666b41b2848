//! A toy service to drive the kernel with. It borrows the names of three of IAM's operations, because effects find their
//! operation in a model, and does nothing that IAM does.

use std::sync::Arc;

use codec::{Empty, Fault, Op};
use directory::Identity;
use kernel::{
    Access, ClockState, Config, Cx, Effect, Flow, Flowing, Guard, Kernel, Operation, Scope, Service, Timer,
};
use store::{Row, RowError, RowReader, RowWriter, Scan, Store, Table};

/// A log entry: what happened when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    pub what: String,
    pub at_ms: i64,
}

impl Row for Entry {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.what);
        w.put(2, &self.at_ms);
    }
    fn read(r: &mut RowReader) -> Result<Entry, RowError> {
        Ok(Entry { what: r.get(1)?, at_ms: r.get(2)? })
    }
}

/// Log entries by number.
pub struct Log;
impl Table for Log {
    const NAME: &'static str = "toy.log";
    const VERSION: u16 = 1;
    type Key = u64;
    type Row = Entry;
}

pub fn log(cx: &mut Cx, what: &str) -> Result<(), Fault> {
    let n = cx.scan::<Log>(Scan::all().reverse())?.next().map_or(0, |(n, _)| n + 1);
    let entry = Entry { what: what.to_owned(), at_ms: cx.now_ms };
    cx.put::<Log>(&n, &entry);
    cx.wake("log".to_owned());
    Ok(())
}

/// Writes `poked` into the log.
pub struct Poke;
impl Op for Poke {
    type Input = Empty;
    type Output = Empty;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListUsers";
}

/// Wants `Poke` called after its commit.
pub struct Queue;
impl Op for Queue {
    type Input = Empty;
    type Output = Empty;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListRoles";
}

/// Waits up to ten seconds for the log to hold something.
pub struct Await;
impl Op for Await {
    type Input = Empty;
    type Output = Empty;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListGroups";
}

/// Logs what URLs would begin with.
pub struct Where;
impl Op for Where {
    type Input = Empty;
    type Output = Empty;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListPolicies";
}

/// Logs `begun`, and goes on with `step 1` to `step 3`.
pub struct Begin;
impl Op for Begin {
    type Input = Empty;
    type Output = Empty;
    const SERVICE: &'static str = "iam";
    const NAME: &'static str = "ListServerCertificates";
}

fn begin(cx: &mut Cx, _: &Empty) -> Result<Empty, Fault> {
    log(cx, "begun")?;
    cx.go_on("ListServerCertificates", "x");
    Ok(Empty {})
}

/// One step at a time, as the caller; the second one fails at first.
fn work<'f>(flow: &'f Flow<'_>, subject: &'f str) -> Flowing<'f, Option<i64>> {
    Box::pin(async move {
        let seen = flow.read(|cx| Ok(cx.scan::<Log>(Scan::all())?.count()))?;
        if seen == 2 && flow.now_ms() == START_MS {
            return Err(Fault::new("Busy", 503, "come again"));
        }
        let what = format!("step {seen} of {subject} for {}", flow.caller().arn);
        flow.decide(|cx| log(cx, &what)).await?;
        Ok((seen < 3).then_some(0))
    })
}

fn log_where(cx: &mut Cx) -> Result<(), Fault> {
    let url = cx.request.base_url.clone();
    log(cx, &url)
}

fn poke(cx: &mut Cx, _: &Empty) -> Result<Empty, Fault> {
    log(cx, "poked")?;
    Ok(Empty {})
}

fn queue(cx: &mut Cx, _: &Empty) -> Result<Empty, Fault> {
    log(cx, "queued")?;
    cx.effect(Effect::Call {
        service: "iam".to_owned(),
        operation: "ListUsers".to_owned(),
        scope_path: cx.scope.path(),
        principal: "toy.amazonaws.com".to_owned(),
        source_arn: "arn:aws:toy:us-east-1:000000000000:thing".to_owned(),
        input: "{}".to_owned(),
    });
    Ok(Empty {})
}

fn wait(cx: &mut Cx, _: &Empty) -> Result<Empty, Fault> {
    if cx.scan::<Log>(Scan::all())?.next().is_some() {
        return Ok(Empty {});
    }
    if cx.last_chance {
        return Err(Fault::new("Nothing", 404, "nothing came"));
    }
    let until = cx.now_ms + 10_000;
    Err(cx.park(until, until, "log".to_owned()))
}

/// `chain`: sets the next timer a day later, up to three. `fail-once`: fails when first fired. Anything else is logged.
fn on_timer(cx: &mut Cx, timer: &Timer) -> Result<(), Fault> {
    match timer.kind.as_str() {
        "chain" if timer.subject != "3" => {
            let next = (timer.subject.parse::<u32>().unwrap_or(0) + 1).to_string();
            log(cx, &format!("chain {}", timer.subject))?;
            cx.timer_set("chain", &next, cx.now_ms + 86_400_000)
        }
        "fail-once" if cx.scan::<Log>(Scan::all())?.next().is_none() => {
            cx.timer_clear("other", "")?;
            Err(Fault::internal("the first time fails"))
        }
        "where" => log_where(cx),
        "queue" => queue(cx, &Empty {}).map(drop),
        "count" => {
            let key = 0;
            let n = cx.get::<Log>(&key)?.unwrap_or_default();
            assert!(n.at_ms <= cx.now_ms, "timers fire in order");
            let entry =
                Entry { what: format!("{}", n.what.parse::<u64>().unwrap_or(0) + 1), at_ms: cx.now_ms };
            cx.put::<Log>(&key, &entry);
            Ok(())
        }
        other => log(cx, &format!("{other} {}", timer.subject)),
    }
}

pub fn service() -> Service {
    let any = |_: &Cx, _: &Empty| Ok(Guard::default());
    Service {
        id: "iam",
        model_hash: 0,
        iam_prefix: "iam",
        global: false,
        keyspaces: &["toy"],
        writes_directory: false,
        operations: vec![
            Operation::write::<Poke>(any, poke).access(Access::Signed),
            Operation::write::<Queue>(any, queue).access(Access::Signed),
            Operation::write::<Where>(any, |cx, _| log_where(cx).map(|()| Empty {})).access(Access::Signed),
            Operation::write::<Await>(any, wait).access(Access::Signed),
            Operation::write::<Begin>(any, begin).access(Access::Signed).goes_on(work),
        ],
        on_timer,
        reset: |_| Ok(()),
        check: |_| Ok(()),
        plane: None,
    }
}

pub const START_MS: i64 = 1_767_225_600_000;

pub fn kernel(store: Store) -> Arc<Kernel> {
    let clock = ClockState { base_virtual_ms: START_MS, base_real_ms: 0, scale: 0.0 };
    kernel_with(store, Config { seed: Some([3; 32]), clock: Some(clock), ..Config::default() })
}

pub fn kernel_with(store: Store, config: Config) -> Arc<Kernel> {
    Kernel::open(config, store, vec![service()]).expect("it opens")
}

pub fn root() -> Identity {
    Identity::root("aws", "000000000000")
}

pub fn scope() -> Scope {
    Scope::new(kernel::region("us-east-1").expect("it exists"), "000000000000")
}

pub async fn call<O: Op<Input = Empty>>(k: &Arc<Kernel>) -> Result<O::Output, Fault> {
    k.call::<O>(&root(), scope(), Empty {}).await
}

pub fn entries(k: &Kernel) -> Vec<Entry> {
    k.store.tx().scan::<Log>(Scan::all()).expect("the store works").map(|(_, e)| e).collect()
}

/// Sets timers as a decision of the toy service would.
pub fn set_timers(k: &Kernel, timers: &[(&str, &str, i64)]) {
    k.within("iam", &scope(), |cx| {
        for (kind, subject, due_ms) in timers {
            cx.timer_set(kind, subject, *due_ms)?;
        }
        Ok(())
    })
    .expect("the store works");
}
