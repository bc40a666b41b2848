//! Trust policies and the principals they name. AWS keeps a principal by its unique id: a trusted user that is renamed
//! stays trusted under its new ARN, and one that was deleted leaves its id behind, so that a namesake made later is not
//! trusted. Here the text is rewritten when either happens.
//! Source: IAM user guide, "AWS JSON policy elements: Principal" (the ARN "transforms to the unique principal ID").
//! Differs: only trust policies of the same account are rewritten.

use codec::Fault;
use directory::{EntityKey, Role, Roles};
use kernel::Cx;
use serde_json::Value;

use crate::state::home;

/// Names a principal otherwise in the trust policies of the account: by its new ARN, or by its id once it is gone.
pub(crate) fn rename_principal(cx: &mut Cx, arn: &str, new: &str) -> Result<(), Fault> {
    let naming: Vec<(EntityKey, Role)> =
        cx.scan_prefix::<Roles>(&home(cx))?.filter(|(_, r)| r.trust.contains(arn)).collect();
    for (key, mut role) in naming {
        if let Some(trust) = rewritten(&role.trust, arn, new) {
            role.trust = trust;
            cx.put::<Roles>(&key, &role);
        }
    }
    Ok(())
}

/// The policy with the principal named otherwise; `None` if it doesn't name it as one.
fn rewritten(text: &str, arn: &str, new: &str) -> Option<String> {
    let mut policy: Value = serde_json::from_str(text).ok()?;
    let mut changed = false;
    let statements = match policy.get_mut("Statement")? {
        Value::Array(all) => all.iter_mut().collect(),
        one => vec![one],
    };
    for statement in statements {
        let Some(named) = statement.get_mut("Principal").and_then(|p| p.get_mut("AWS")) else { continue };
        let names = match named {
            Value::Array(all) => all.iter_mut().collect(),
            one => vec![one],
        };
        for name in names.into_iter().filter(|n| n.as_str() == Some(arn)) {
            *name = Value::String(new.to_owned());
            changed = true;
        }
    }
    changed.then(|| policy.to_string())
}

#[cfg(test)]
mod tests {
    use super::rewritten;

    #[test]
    fn only_principals_are_rewritten() {
        let text = r#"{ "Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:a","arn:ab"]},"Action":"sts:AssumeRole","Condition":{"ArnEquals":{"aws:PrincipalArn":"arn:a"}}},{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;
        let want = text.replace("{ ", "{").replace(r#"["arn:a","#, r#"["AIDA1","#);
        assert_eq!(rewritten(text, "arn:a", "AIDA1"), Some(want));
        assert_eq!(rewritten(text, "arn:b", "AIDA1"), None);
        let one = r#"{"Statement":{"Principal":{"AWS":"arn:a"}}}"#;
        assert_eq!(
            rewritten(one, "arn:a", "x").as_deref(),
            Some(r#"{"Statement":{"Principal":{"AWS":"x"}}}"#)
        );
        assert_eq!(rewritten("not json", "arn:a", "x"), None);
    }
}
