//! What a service supplies: its table of operations. A row names the operation, who guards it (IAM action and resources),
//! and who decides. An operation of the model without a row answers `NotImplemented`. Running a row is the pipeline's.

use codec::{Fault, Op, Record};
use directory::Identity;
use store::{Store, StoreError, Tx};

use crate::cx::{Cx, RequestMeta};
use crate::denial_message::DenialMessage;
use crate::flow::{Flow, Flowing};
use crate::guard::Guard;
use crate::place::Place;
use crate::plane::Plane;
use crate::scope::Scope;

/// A service, as wired into the kernel.
pub struct Service {
    /// Service id: the model's folder name.
    pub id: &'static str,
    /// Hash of the model that the service's shapes were generated from.
    pub model_hash: u64,
    /// Prefix of its IAM actions: `sqs`.
    pub iam_prefix: &'static str,
    /// State is per partition and account, not per region.
    pub global: bool,
    /// Keyspaces of the store that hold its state, for `reset`.
    pub keyspaces: &'static [&'static str],
    /// Operations.
    pub operations: Vec<Operation>,
    /// What the clock does here: called once for each timer that fell due, in order of time.
    pub on_timer: fn(&mut Cx, timer: &Timer) -> Result<(), Fault>,
    /// Its changes change what principals may do.
    pub writes_directory: bool,
    /// Deletes the state of an account (in the scope's region, unless the service is global).
    pub reset: fn(&mut Cx) -> Result<(), Fault>,
    /// Asserts the invariants of the whole state, of every account and region; used by simulations and `restart` in scenarios. The error says what is wrong.
    pub check: fn(&Cx) -> Result<(), String>,
    /// What it answers over HTTP beside its API, if anything.
    pub plane: Option<&'static Plane>,
}

/// A timer that fell due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Kind, as the service named it.
    pub kind: String,
    /// Subject, as the service named it.
    pub subject: String,
    /// When it was due, milliseconds since the epoch.
    pub due_ms: i64,
}

/// Who may call an operation without the kernel's leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// IAM decides.
    Guarded,
    /// Signature needed, no permission (`sts:GetCallerIdentity`).
    Signed,
    /// IAM decides, for unsigned calls too: a resource's policy may let everybody in (`sqs:SendMessage`).
    Anonymous,
    /// Not even a signature (`sts:AssumeRoleWithWebIdentity`): the guard names who vouches for the caller.
    Open,
}

type PlaceFn = Box<dyn Fn(&Store, Scope, &dyn Record) -> Result<Place, StoreError> + Send + Sync>;
type ResolveFn = Box<
    dyn Fn(&Store, &Scope, &RequestMeta, Box<dyn Record>) -> Result<(Box<dyn Record>, Option<String>), Fault>
        + Send
        + Sync,
>;
type GuardFn = Box<dyn Fn(&Cx, &dyn Record) -> Result<Guard, Fault> + Send + Sync>;
type AdmitFn = fn(&Identity) -> Result<(), Fault>;
type CheckFn = Box<dyn Fn(&dyn Record) -> Result<(), Fault> + Send + Sync>;
type DenyFn = fn(&Cx, &Denial) -> Fault;
pub(crate) type DecideFn = Box<dyn Fn(&mut Cx, &dyn Record) -> Result<Box<dyn Record>, Fault> + Send + Sync>;

type FlowFn =
    Box<dyn for<'f, 'a> Fn(&'f mut Flow<'a>, &'f dyn Record) -> Flowing<'f, Box<dyn Record>> + Send + Sync>;

/// What goes on after an operation's answer: `subject` is what [`Cx::go_on`] said. `None`: it is done; else it is to be called
/// again after so many milliseconds. It may be called again for what it did before.
pub type WorkFn = for<'f, 'a> fn(&'f Flow<'a>, &'f str) -> Flowing<'f, Option<i64>>;

/// What an operation does.
pub(crate) enum Act {
    /// Decides once.
    Decide(DecideFn),
    /// Flows.
    Flow(FlowFn),
}

/// A call that IAM denied, for services that word their denials themselves ([`Operation::denies`]).
#[derive(Clone, Debug)]
pub struct Denial {
    /// AWS's sentence: `User: … is not authorized to perform: …`.
    pub text: String,
    /// The same as an encoded message would tell it, see [`Cx::encode_denial`].
    pub message: DenialMessage,
}

/// What an account has in a region before anybody makes anything there (EC2's default VPC): made at the first call, whoever
/// makes it, even if it only reads or is refused.
#[derive(Clone, Copy, Debug)]
pub struct Founding {
    /// Whether the call's scope has been founded.
    pub done: fn(&Cx) -> Result<bool, Fault>,
    /// Founds it, with no decision beside it, in a commit of its own.
    pub make: fn(&mut Cx) -> Result<(), Fault>,
}

/// One row of a service's table.
pub struct Operation {
    /// AWS's name.
    pub name: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Changes state: runs in its lane, is a management event that writes.
    pub writes: bool,
    /// A data event, in CloudTrail's sense: its trail record doesn't go with the commit.
    pub data_event: bool,
    /// IAM action, when it isn't the operation's name.
    pub action: Option<&'static str>,
    /// Denials name the action in lower case (`sqs:sendmessage`).
    pub denied_in_lower_case: bool,
    pub(crate) new_input: fn() -> Box<dyn Record>,
    pub(crate) resolve: Option<ResolveFn>,
    pub(crate) place: Option<PlaceFn>,
    pub(crate) admit: Option<AdmitFn>,
    pub(crate) founding: Option<Founding>,
    pub(crate) deny: Option<DenyFn>,
    pub(crate) check: Option<CheckFn>,
    pub(crate) check_request: Option<fn(&RequestMeta) -> Result<(), Fault>>,
    pub(crate) guard: GuardFn,
    pub(crate) act: Act,
    pub(crate) work: Option<WorkFn>,
}

impl Operation {
    /// An operation that changes nothing. It runs beside others, on a snapshot.
    pub fn read<O: Op>(
        guard: fn(&Cx, &O::Input) -> Result<Guard, Fault>,
        decide: fn(&mut Cx, &O::Input) -> Result<O::Output, Fault>,
    ) -> Operation {
        Operation {
            name: O::NAME,
            access: Access::Guarded,
            writes: false,
            data_event: false,
            action: None,
            denied_in_lower_case: false,
            resolve: None,
            place: None,
            admit: None,
            founding: None,
            deny: None,
            check: None,
            check_request: None,
            new_input: || Box::<O::Input>::default(),
            guard: Box::new(move |cx, input| guard(cx, typed::<O>(input))),
            act: Act::Decide(Box::new(move |cx, input| {
                decide(cx, typed::<O>(input)).map(|out| Box::new(out) as Box<dyn Record>)
            })),
            work: None,
        }
    }

    /// As [`Operation::read`], with an answer that writes itself: it has the output, and says in which order its members are
    /// written.
    pub fn read_in_order<O: Op>(
        guard: fn(&Cx, &O::Input) -> Result<Guard, Fault>,
        decide: fn(&mut Cx, &O::Input) -> Result<Box<dyn Record>, Fault>,
    ) -> Operation {
        let decide: DecideFn = Box::new(move |cx, input| decide(cx, typed::<O>(input)));
        let unused = |_: &mut Cx, _: &O::Input| Ok(O::Output::default());
        Operation { act: Act::Decide(decide), ..Operation::read::<O>(guard, unused) }
    }

    /// An operation that streams a body, or strings several decisions together. A data event, and none that reads only: what
    /// the flow decides runs in its lanes, looks beside others.
    pub fn flow<O: Op>(
        guard: fn(&Cx, &O::Input) -> Result<Guard, Fault>,
        flow: for<'f, 'a> fn(&'f mut Flow<'a>, &'f O::Input) -> Flowing<'f, O::Output>,
    ) -> Operation {
        Operation {
            name: O::NAME,
            access: Access::Guarded,
            writes: true,
            data_event: true,
            action: None,
            denied_in_lower_case: false,
            resolve: None,
            place: None,
            admit: None,
            founding: None,
            deny: None,
            check: None,
            check_request: None,
            new_input: || Box::<O::Input>::default(),
            guard: Box::new(move |cx, input| guard(cx, typed::<O>(input))),
            act: Act::Flow(Box::new(move |cx, input| {
                let flowing = flow(cx, typed::<O>(input));
                Box::pin(async move { Ok(Box::new(flowing.await?) as Box<dyn Record>) })
            })),
            work: None,
        }
    }

    /// An operation that changes state: one at a time per lane.
    pub fn write<O: Op>(
        guard: fn(&Cx, &O::Input) -> Result<Guard, Fault>,
        decide: fn(&mut Cx, &O::Input) -> Result<O::Output, Fault>,
    ) -> Operation {
        Operation { writes: true, ..Operation::read::<O>(guard, decide) }
    }

    /// IAM action where AWS names it otherwise (`iam:ListUserTags` and the like are the operation's name already).
    #[must_use]
    pub fn action(self, action: &'static str) -> Operation {
        Operation { action: Some(action), ..self }
    }

    /// Has denials name the action in lower case, as SQS does.
    #[must_use]
    pub fn denied_in_lower_case(self) -> Operation {
        Operation { denied_in_lower_case: true, ..self }
    }

    /// Says which account's state the call works on, when the input names one: the decision runs in that account's scope,
    /// for a caller who may belong to another.
    #[must_use]
    pub fn owned_by<O: Op>(self, owner: fn(&O::Input) -> Option<String>) -> Operation {
        let place = move |_: &Store, scope: Scope, input: &dyn Record| {
            Ok(Place::at(match owner(typed::<O>(input)) {
                Some(account) => Scope { account, ..scope },
                None => scope,
            }))
        };
        Operation { place: Some(Box::new(place)), ..self }
    }

    /// Says where the call is decided, by a look into the state: in the scope of whoever owns what it works on, and in which
    /// lanes. The scope that is given is the caller's own.
    #[must_use]
    pub fn placed_by<O: Op>(
        self,
        place: fn(&Tx, Scope, &O::Input) -> Result<Place, StoreError>,
    ) -> Operation {
        Operation {
            place: Some(Box::new(move |store, scope, input| place(&store.tx(), scope, typed::<O>(input)))),
            ..self
        }
    }

    /// Says what the names in the input lead to, before anything else is made of it: `resolve` may put the thing itself where
    /// the input has another name of it, and tells the way that it took ([`crate::Cx::via`]). The scope is the caller's own.
    #[must_use]
    pub fn resolved_by<O: Op>(
        self,
        resolve: fn(&Tx, &Scope, &RequestMeta, &mut O::Input) -> Result<Option<String>, Fault>,
    ) -> Operation {
        let resolve = move |store: &Store, scope: &Scope, meta: &RequestMeta, input: Box<dyn Record>| {
            let input = input.into_any().downcast::<O::Input>();
            let mut input = input.expect("the pipeline hands a row the input that the row itself made");
            let via = resolve(&store.tx(), scope, meta, &mut input)?;
            Ok((input as Box<dyn Record>, via))
        };
        Operation { resolve: Some(Box::new(resolve)), ..self }
    }

    /// Says which callers it serves at all, before any policy is asked: IAM's operations don't take sessions without an
    /// MFA code ([`Identity::is_unproven_session`]).
    #[must_use]
    pub fn admits(self, rule: fn(&Identity) -> Result<(), Fault>) -> Operation {
        Operation { admit: Some(rule), ..self }
    }

    /// Founds the scope before the first call.
    #[must_use]
    pub fn founds(self, founding: Founding) -> Operation {
        Operation { founding: Some(founding), ..self }
    }

    /// Words the denials of IAM, where the service has its own error for them (EC2: `UnauthorizedOperation`).
    #[must_use]
    pub fn denies(self, fault: fn(&Cx, &Denial) -> Fault) -> Operation {
        Operation { deny: Some(fault), ..self }
    }

    /// Looks at the request itself once the call is authorized and valid, before the decision; its error is the answer (digests
    /// of bodies).
    #[must_use]
    pub fn checks_request(self, check: fn(&RequestMeta) -> Result<(), Fault>) -> Operation {
        Operation { check_request: Some(check), ..self }
    }

    /// Looks at the input once the call is authorized and valid, before the decision; its error is the answer (EC2's `DryRun`).
    #[must_use]
    pub fn checked(
        self,
        check: impl Fn(&dyn Record) -> Result<(), Fault> + Send + Sync + 'static,
    ) -> Operation {
        Operation { check: Some(Box::new(check)), ..self }
    }

    /// Says how what it begins goes on after its answer, once a decision of it has asked for that ([`Cx::go_on`]).
    #[must_use]
    pub fn goes_on(self, work: WorkFn) -> Operation {
        Operation { work: Some(work), ..self }
    }

    /// Marks it as a data event.
    #[must_use]
    pub fn data(self) -> Operation {
        Operation { data_event: true, ..self }
    }

    /// Says who may call it without IAM.
    #[must_use]
    pub fn access(self, access: Access) -> Operation {
        Operation { access, ..self }
    }
}

fn typed<O: Op>(input: &dyn Record) -> &O::Input {
    input.as_any().downcast_ref().expect("the pipeline hands a row the input that the row itself made")
}
