//! Condition keys that policies read, for the operations that tell them before a simulation.

use authz::PolicyKind;
use codec::Fault;

use crate::err;

/// Adds the keys of a policy's text to those known, once each without regard to case.
///
/// Errors: InvalidInput: the text is no policy.
pub(crate) fn add(known: &mut Vec<String>, text: &str) -> Result<(), Fault> {
    let parsed = authz::PolicyDocument::parse(text, PolicyKind::Identity)
        .map_err(|e| err::invalid_input(e.message))?;
    for key in parsed.context_keys() {
        if !known.iter().any(|k| k.eq_ignore_ascii_case(&key)) {
            known.push(key);
        }
    }
    Ok(())
}
