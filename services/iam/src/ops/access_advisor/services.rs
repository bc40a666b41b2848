//! Which services policies allow anything of. Data: `facts/service-namespaces.tsv`.

use authz::{Effect, PolicyKind};
use codec::Fault;
use kernel::Cx;

use crate::{documents, held};

static FACTS: &str = include_str!("../../../../../facts/service-namespaces.tsv");

/// Namespaces and names of the services that the policies of a user, group or role, or a policy, allow anything of.
pub(super) fn granted(cx: &Cx, arn: &str) -> Result<Vec<(&'static str, &'static str)>, Fault> {
    let texts: Vec<String> = match super::entities::is_policy(arn) {
        true => cx.directory.managed_document(cx.tx(), arn).map_err(Fault::internal)?.into_iter().collect(),
        false => held::of_arn(cx, arn)?.into_iter().map(|h| h.document).collect(),
    };
    let documents = texts.iter().map(|t| documents::parse(t, PolicyKind::Identity));
    let documents = documents.collect::<Result<Vec<_>, _>>()?;
    let allowing: Vec<_> =
        documents.iter().flat_map(|d| d.statements()).filter(|s| s.effect() == Effect::Allow).collect();
    let facts = FACTS.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'));
    Ok(facts.filter(|(namespace, _)| allowing.iter().any(|s| held::names(s, namespace))).collect())
}

#[cfg(test)]
mod tests {
    use super::FACTS;

    #[test]
    fn the_services_that_we_have_are_among_the_facts() {
        for namespace in ["iam", "sts", "sqs"] {
            assert!(FACTS.lines().any(|l| l.split('\t').next() == Some(namespace)), "{namespace}");
        }
    }
}
