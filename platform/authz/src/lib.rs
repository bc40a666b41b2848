//! The IAM policy language and its evaluator: text in, decision out.
//!
//! Pure: it reads no store, no clock and no network, and caches nothing. Who the caller is, which policies apply and
//! what the condition keys hold is told by the kernel.
//!
//! | file | holds |
//! | --- | --- |
//! | `json.rs` | a bounded JSON reader that keeps line, column and duplicate keys |
//! | `grammar.rs`, `checks.rs` | JSON to statements, and AWS's refusals in AWS's order |
//! | `document.rs`, `elements.rs` | the parsed policy |
//! | `glob.rs`, `arn.rs`, `variables.rs` | wildcards, ARNs, `${…}` |
//! | `operators.rs`, `values.rs`, `context.rs` | the `Condition` element |
//! | `principal.rs` | who calls, and what a `Principal` element says of them |
//! | `set.rs` | policies indexed by action |
//! | `layers.rs`, `evaluate.rs` | the layers of policies and the decision over them |
//! | `denial.rs` | AWS's sentence for a refusal |
//!
//! Source of the rules: IAM user guide (policy grammar, elements, condition operators, variables, evaluation logic,
//! access denied messages). Where AWS documents nothing, the choice made is said beside the code.

mod arn;
mod checks;
mod context;
mod denial;
mod document;
mod elements;
mod error;
mod evaluate;
mod glob;
mod grammar;
mod json;
mod layers;
mod operators;
mod principal;
mod set;
mod values;
mod variables;

pub use context::{ContextKeys, ContextMap, ContextValue};
pub use denial::{DenialDetail, denial_text};
pub use document::{Effect, PolicyDocument, PolicyKind, Position, Statement, policy_size};
pub use elements::Action;
pub use error::{PolicyError, PolicyErrorKind};
pub use evaluate::{evaluate, matched_statements};
pub use layers::{
    Decision, DecisionEffect, Exemptions, Layer, LayerKind, LayerResult, Layers, Matched, Request,
};
pub use principal::{Grant, PrincipalKind, PrincipalRef};
pub use set::{Candidates, NamedPolicy, PolicySet};
