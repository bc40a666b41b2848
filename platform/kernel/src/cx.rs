//! What a decision sees and may do: the time, the caller, the place, the tables, ids, timers, effects. A decision does no
//! I/O but through its transaction; what it writes is committed whole after it returned `Ok`, and forgotten on `Err`.

use std::sync::Arc;

use blobs::{BlobId, MasterKey};
use bytes::Bytes;
use codec::Fault;
use directory::{Directory, Identity, IdentityKind};
use http::request::Parts;
use store::{Key, Scan, Shared, StoreError, Table, Tx};

use crate::buckets::{Bucket, Buckets};
use crate::effects::{Effect, ITSELF};
use crate::ids::Ids;
use crate::meter::Usage;
use crate::page::PageKey;
use crate::parking::Park;
use crate::place::Place;
use crate::profile::Profile;
use crate::regions::home_region;
use crate::scope::Scope;
use crate::signed::SignedFor;
use crate::stage::faults::{Faults, Seen};
use crate::timers;

/// Facts of the request itself.
#[derive(Clone, Debug, Default)]
pub struct RequestMeta {
    /// The request's id, as shown to the client.
    pub request_id: String,
    /// Address of the caller.
    pub source_ip: String,
    /// `User-Agent`.
    pub user_agent: String,
    /// `Referer`.
    pub referer: String,
    /// Over TLS.
    pub secure: bool,
    /// `http://localhost:4566`: what URLs in answers start with.
    pub base_url: String,
    /// The call came in the query protocol (some services word their errors by it).
    pub query_protocol: bool,
    /// The regions that the request was signed for.
    pub signed_for: SignedFor,
    /// The request's head, for services whose rules are HTTP's own; `None` for calls from inside.
    pub head: Option<Arc<Parts>>,
    /// The request's body as sent, unless it is streamed.
    pub body: Bytes,
    /// Most items that a list answers with at once, though the caller asked for all: with a token for the rest, for which the
    /// kernel comes back. `None`: all.
    pub piece_items: Option<usize>,
}

/// The context of one decision.
pub struct Cx<'a> {
    /// Virtual now, milliseconds since the epoch.
    pub now_ms: i64,
    /// Real now: for codes of devices that only know the real time. Nothing that AWS shows comes from it.
    pub real_now_ms: i64,
    /// Where the call happens.
    pub scope: &'a Scope,
    /// The lanes that the decision holds, where they are finer than the service's own.
    pub(crate) lanes: &'a [String],
    /// By what way the input's names led to what it works on ([`Place::via`]).
    pub via: Option<&'a str>,
    /// Who calls.
    pub caller: &'a Identity,
    /// The request.
    pub request: &'a RequestMeta,
    /// Ids and randomness.
    pub ids: &'a Ids,
    /// Users, roles, policies, sessions.
    pub directory: &'a Directory,
    /// `dev` or `real`.
    pub profile: Profile,
    /// The key that wraps data keys of what rests encrypted.
    pub master_key: Arc<MasterKey>,
    /// A decision that parked before has waited long enough: it must answer now.
    pub last_chance: bool,
    pub(crate) asked: &'a [Option<Fault>],
    pub(crate) service: &'static str,
    pub(crate) global: bool,
    pub(crate) page_key: &'a PageKey,
    pub(crate) buckets: &'a Buckets,
    pub(crate) faults: &'a Faults,
    pub(crate) tx: Tx,
    pub(crate) effects: Vec<Effect>,
    /// Blobs that may lose their last entry in the ledger.
    pub(crate) dropped: Vec<BlobId>,
    pub(crate) usage: Vec<Usage>,
    pub(crate) wakes: Vec<String>,
    /// Earliest timer that was set.
    pub(crate) timer_due_ms: i64,
    pub(crate) park: Option<Park>,
}

impl Cx<'_> {
    /// The row under that key.
    pub fn get<T: Table>(&self, key: &T::Key) -> Result<Option<T::Row>, Fault> {
        self.tx.get::<T>(key).map_err(internal)
    }

    /// As `get`, for a row that most calls read and few write: the store keeps the newest one at hand. The
    /// key may be of any type that encodes as the table's does (`&str` for `String`).
    pub fn get_kept<T: Table>(&self, key: &impl Key) -> Result<Option<Shared<T::Row>>, Fault>
    where
        T::Row: Send + Sync + 'static,
    {
        self.tx.get_kept::<T>(key).map_err(internal)
    }

    /// The denial of what the guard asked besides ([`crate::Guard::asks`]), by its place among the questions; `None` where
    /// it is allowed, or was not asked.
    pub fn denial(&self, question: usize) -> Option<&Fault> {
        self.asked.get(question)?.as_ref()
    }

    /// Writes a row.
    pub fn put<T: Table>(&mut self, key: &T::Key, row: &T::Row) {
        self.tx.put::<T>(key, row);
    }

    /// Deletes a row.
    pub fn delete<T: Table>(&mut self, key: &T::Key) {
        self.tx.delete::<T>(key);
    }

    /// The rows of a range, lazily. A failure of the store in the middle ends it; the kernel notices and answers the failure
    /// instead of the decision's output.
    pub fn scan<T: Table>(&self, range: Scan<T>) -> Result<impl Iterator<Item = (T::Key, T::Row)>, Fault> {
        self.tx.scan(range).map_err(internal)
    }

    /// The rows whose keys start with these leading parts, lazily.
    pub fn scan_prefix<T: Table>(
        &self,
        prefix: &impl Key,
    ) -> Result<impl Iterator<Item = (T::Key, T::Row)>, Fault> {
        self.scan::<T>(Scan::prefix(prefix))
    }

    /// The transaction, for the directory's functions that take one.
    pub fn tx(&self) -> &Tx {
        &self.tx
    }

    /// Sets a durable timer of this service in this scope, replacing the one of that kind and subject. It fires in the
    /// lanes of this decision.
    pub fn timer_set(&mut self, kind: &str, subject: &str, due_ms: i64) -> Result<(), Fault> {
        self.timer_set_in(self.lanes.to_vec(), kind, subject, due_ms)
    }

    /// As [`Cx::timer_set`], for a timer that fires in lanes of its own choice.
    pub fn timer_set_in(
        &mut self,
        lanes: Vec<String>,
        kind: &str,
        subject: &str,
        due_ms: i64,
    ) -> Result<(), Fault> {
        let place = Place { lanes, ..Place::at(self.home()) };
        self.timer_set_at(place, kind, subject, due_ms)
    }

    /// As [`Cx::timer_set_in`], for a timer of this service in another scope: how a decision has something done in another
    /// region, in that region's lanes.
    pub fn timer_set_at(
        &mut self,
        place: Place,
        kind: &str,
        subject: &str,
        due_ms: i64,
    ) -> Result<(), Fault> {
        self.timer_due_ms = self.timer_due_ms.min(due_ms);
        timers::set(&mut self.tx, self.service, place, kind, subject, due_ms).map_err(internal)
    }

    /// Whether there are faults at all: most often there are none, and [`Cx::lag`] need not be asked.
    pub fn may_lag(&self) -> bool {
        self.faults.are_any()
    }

    /// By how much faults hold up an activity of the service's own that no call does (copies between regions), in
    /// milliseconds of virtual time; `None`: it stands still, and is to be asked about again. Rules see the activity as an
    /// operation, in that region.
    pub fn lag(&self, activity: &str, region: &str, resource: &str) -> Option<i64> {
        let seen = Seen {
            partition: self.scope.partition,
            account: &self.scope.account,
            region,
            service: self.service,
            operation: activity,
            principal: "",
            resources: Some(&[resource]),
            zones: &[],
        };
        self.faults.lag(&seen, self.now_ms, self.ids)
    }

    /// Whether a zone, by its names, has room for one more of a kind of machine (`m5.large`): faults may have taken it. Rules
    /// see the kind as a resource.
    pub fn has_capacity(&self, zones: &[&str], kind: &str) -> bool {
        let seen = Seen {
            partition: self.scope.partition,
            account: &self.scope.account,
            region: self.scope.region,
            service: self.service,
            operation: "",
            principal: "",
            resources: Some(&[kind]),
            zones,
        };
        self.faults.leave_capacity(&seen, self.now_ms, self.ids)
    }

    /// Removes a timer, if it is set.
    pub fn timer_clear(&mut self, kind: &str, subject: &str) -> Result<(), Fault> {
        let home = self.home();
        timers::clear(&mut self.tx, self.service, &home, kind, subject).map_err(internal)
    }

    /// The scope in which the service's state lives: of a global service, the partition's home region, wherever the call
    /// came in.
    fn home(&self) -> Scope {
        match self.global {
            true => Scope { region: home_region(self.scope.partition), ..self.scope.clone() },
            false => self.scope.clone(),
        }
    }

    /// Adds an effect: it commits with the state and runs after it, at least once.
    pub fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Has what an operation of this service began go on after the commit, as this decision's caller and in its lanes, until
    /// it is done: through crashes and restarts ([`crate::Operation::goes_on`]).
    pub fn go_on(&mut self, operation: &str, subject: &str) {
        let is_root = self.caller.kind == IdentityKind::Root;
        let caller_account = match self.caller.kind {
            IdentityKind::Service => ITSELF.to_owned(),
            _ if is_root || !self.caller.access_key_id.is_empty() => self.caller.account.clone(),
            _ => String::new(),
        };
        self.effects.push(Effect::Work {
            service: self.service.to_owned(),
            operation: operation.to_owned(),
            scope_path: self.scope.path(),
            lanes: self.lanes.to_vec(),
            subject: subject.to_owned(),
            access_key_id: self.caller.access_key_id.clone(),
            caller_account,
        });
    }

    /// Records usage for the bill: AWS's usage type (without the region's prefix) and a quantity.
    pub fn meter(&mut self, usage_type: &'static str, quantity: f64) {
        self.usage.push(Usage { usage_type, quantity });
    }

    /// Takes from a token bucket of the service's own, on the virtual clock; `false` when it doesn't hold enough. What was
    /// taken stays taken, even if the decision then refuses. Buckets are not stored: they are full after a restart.
    pub fn draw(&self, key: &str, bucket: Bucket, amount: f64) -> bool {
        self.buckets.draw(
            &format!("{}/{}/{key}", self.service, self.scope.path()),
            bucket,
            amount,
            self.now_ms,
        )
    }

    /// Wakes the decisions parked on that key, once this one is committed.
    pub fn wake(&mut self, key: String) {
        self.wakes.push(key);
    }

    /// Parks the decision: `return Err(cx.park(…))`. It runs again, from the start, when `until_ms` comes or when
    /// something wakes `wake_on`; nothing of this run is kept.
    pub fn park(&mut self, until_ms: i64, deadline_ms: i64, wake_on: String) -> Fault {
        self.park = Some(Park { until_ms, deadline_ms, wake_on });
        Fault::internal("parked: the kernel runs the decision again")
    }

    /// Key of the pages' tokens.
    pub(crate) fn page_key(&self) -> &PageKey {
        self.page_key
    }
}

/// A failure of the store as clients see it.
pub(crate) fn internal(e: StoreError) -> Fault {
    let mut cause = e.to_string();
    let mut source = std::error::Error::source(&e);
    while let Some(s) = source {
        cause.push_str(": ");
        cause.push_str(&s.to_string());
        source = s.source();
    }
    Fault::internal(cause)
}
