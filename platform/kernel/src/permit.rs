//! From a call and its guard to the authorizer's question, and from its denial to the answer's words. What is done with a
//! verdict is `execute.rs`'s.

use std::borrow::Cow;

use codec::Fault;
use directory::Identity;

use crate::authorize::{Judgement, Question, judge};
use crate::execute::Call;
use crate::guard::{Guard, Target};
use crate::kernel::Kernel;
use crate::operation::Denial;

impl Kernel {
    /// The denials of what the guard asks besides.
    pub(crate) fn asked(
        &self,
        call: &Call<'_>,
        guard: &Guard,
        now_ms: i64,
    ) -> Result<Vec<Option<Fault>>, Fault> {
        let one = |target: &Target| {
            let judgement = self.judged_as(call, guard, std::slice::from_ref(target), now_ms)?;
            Ok(judgement.denial.map(|denial| self.denied(call, denial)))
        };
        guard.asks.iter().map(one).collect()
    }

    pub(crate) fn judged_as(
        &self,
        call: &Call<'_>,
        guard: &Guard,
        targets: &[Target],
        now_ms: i64,
    ) -> Result<Judgement, Fault> {
        let action = match call.operation.action {
            Some(a) => Cow::Borrowed(a),
            None => Cow::Owned([call.service.iam_prefix, ":", call.operation.name].concat()),
        };
        // Whoever a provider vouches for is nobody else, even if the request is signed.
        let nobody = guard.federated.is_some().then(|| Identity::anonymous(call.place.scope.partition));
        let question = Question {
            store: &self.store,
            directory: &self.directory,
            caller: nobody.as_ref().unwrap_or(call.caller),
            scope: &call.place.scope,
            meta: call.meta,
            now_ms,
            action: &action,
            guard,
            denied_in_lower_case: call.operation.denied_in_lower_case,
        };
        judge(&question, targets)
    }

    /// A denial as the operation words it.
    pub(crate) fn denied(&self, call: &Call<'_>, denial: Denial) -> Fault {
        match call.operation.deny {
            Some(deny) => deny(&self.cx(call.case(false, &[])), &denial),
            None => denied(denial.text),
        }
    }
}

/// AWS's denial: each protocol spells the code its own way.
fn denied(text: String) -> Fault {
    Fault::modelled("AccessDeniedException", "AccessDenied", 403, text)
}
