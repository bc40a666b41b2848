//! The kernel: what every service stands on. One store, one clock, one authorizer, one meter, one trail, and the life of
//! a request through them. A service supplies a table of operations ([`Service`], [`Operation`]); each operation a guard
//! (what it touches) and a decision (what happens). No service is named here.
//!
//! | file | holds |
//! | --- | --- |
//! | `pipeline.rs`, `execute.rs`, `decide.rs` | the life of a request, of a call, of a decision |
//! | `flow.rs`, `upload.rs` | operations that stream bodies or string decisions together |
//! | `cx.rs`, `operation.rs`, `guard.rs`, `page.rs`, `effects.rs` | what services see |
//! | `authenticate.rs`, `authorize.rs`, `context.rs` | who calls, and may they |
//! | `clock.rs`, `timers.rs`, `parking.rs`, `run.rs` | time: the clock, what is due, who waits, the loops |
//! | `stage/`, `quotas.rs` | faults and throttles; how many of each there may be |
//! | `plane.rs`, `form.rs` | what a service answers beside its API, and forms that browsers post to it |
//! | `lift.rs` | what presigned URLs carry in place of headers |
//! | `ledger.rs` | which rows name which blobs |
//! | `scrub.rs`, `healing.rs` | whether what is stored is whole, and making it so again |
//! | `buckets.rs` | token buckets of services' own capacity |
//! | `meter.rs`, `trail/` | usage and calls |
//! | `slo/`, `underway.rs` | how long calls took, and which clients didn't wait for their answers |
//! | `replace.rs` | resets and snapshots: what is derived anew when the whole state is replaced |
//! | `admin/`, `well_known.rs`, `front.rs` | the admin API, issuers' documents, and what is answered before AWS's own requests |

mod admin;
mod authenticate;
mod authorize;
mod buckets;
mod clock;
mod config;
mod context;
mod cx;
mod decide;
mod denial_message;
mod effects;
mod erase;
mod execute;
mod flow;
mod form;
mod front;
mod guard;
mod healing;
mod ids;
mod kernel;
mod lanes;
mod ledger;
mod lift;
mod listing;
mod meta;
mod meter;
pub mod nearest;
mod operation;
mod page;
mod parking;
mod permit;
mod pipeline;
mod place;
mod plane;
mod principals;
mod profile;
mod quotas;
mod refused;
mod regions;
mod replace;
mod run;
mod scope;
mod scrub;
mod signed;
mod slo;
pub mod stage;
pub mod text;
mod timers;
mod trail;
mod underway;
mod upload;
mod well_known;

pub use buckets::Bucket;
pub use clock::{Clock, ClockState};
pub use config::Config;
pub use cx::{Cx, RequestMeta};
pub use denial_message::{DenialMessage, MatchedStatement};
pub use edge::{OutBody, Outgoing};
pub use effects::{Effect, ITSELF};
pub use flow::{Flow, FlowUpload, Flowing, Source};
pub use form::{FileName, Form};
pub use front::Front;
pub use guard::{Guard, Target, Through};
pub use healing::{Alarm, HealFn, Healing};
pub use ids::{BASE32, BASE64, HEX, Ids};
pub use kernel::{Kernel, OpenError};
pub use ledger::Fresh;
pub use meter::{Meter, Usage};
pub use operation::{Access, Denial, Founding, Operation, Service, Timer, WorkFn};
pub use page::{BadToken, Page, PageKey};
pub use place::Place;
pub use plane::{Finished, Look, Plane, Serving, SignedText, Visit, Visitor};
pub use profile::Profile;
pub use quotas::{Applied, Granted, Quota, quota, quotas};
pub use regions::{Region, dns_suffix, region, regions};
pub use scope::Scope;
pub use scrub::{Scrub, ScrubFn, ScrubPage, Stored, StoredBytes};
pub use signed::SignedFor;
pub use trail::{Event, Trail};
pub use upload::{Upload, UploadError};
