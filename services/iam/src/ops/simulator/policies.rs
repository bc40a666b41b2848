//! The policies of a simulation: given as texts, or held by somebody.

use authz::{NamedPolicy, PolicyDocument, PolicyKind, PolicySet};
use codec::Fault;
use directory::{Role, User};
use kernel::Cx;

use crate::err;
use crate::held::{self, Held};
use crate::holder::{self, Holder};

/// The policies of a simulation, by layer.
#[derive(Default)]
pub(super) struct Policies {
    identity: Vec<NamedPolicy>,
    /// The permissions boundary, where there is one.
    pub(super) boundary: Option<PolicySet>,
    /// Service control policies, by level, where a request brought them.
    pub(super) organization: Vec<PolicySet>,
    /// The policy of the resources.
    pub(super) resource: Option<PolicySet>,
}

/// A text as a policy.
///
/// Errors: InvalidInput: it is none.
fn read(name: &str, text: &str, kind: PolicyKind) -> Result<NamedPolicy, Fault> {
    let document = PolicyDocument::parse(text, kind).map_err(|e| err::invalid_input(e.message))?;
    Ok(NamedPolicy { name: name.into(), document: document.into() })
}

fn numbered(list: &str, texts: &[String], kind: PolicyKind) -> Result<Vec<NamedPolicy>, Fault> {
    let all = texts.iter().enumerate().map(|(n, text)| read(&format!("{list}.{}", n + 1), text, kind));
    all.collect()
}

impl Policies {
    /// With the policy of the resources, if there is one.
    pub(super) fn new(resource: &Option<String>) -> Result<Policies, Fault> {
        let resource = match resource {
            Some(text) => Some(PolicySet::new(vec![read("ResourcePolicy", text, PolicyKind::Resource)?])),
            None => None,
        };
        Ok(Policies { resource, ..Policies::default() })
    }

    /// Texts that come with the request.
    pub(super) fn add_inputs(&mut self, texts: &[String]) -> Result<(), Fault> {
        self.identity.extend(numbered("PolicyInputList", texts, PolicyKind::Identity)?);
        Ok(())
    }

    /// A boundary that comes with the request; it takes the place of the entity's own.
    pub(super) fn set_boundary_inputs(&mut self, texts: &Option<Vec<String>>) -> Result<(), Fault> {
        if let Some(texts) = texts.as_deref().filter(|t| !t.is_empty()) {
            let list = numbered("PermissionsBoundaryPolicyInputList", texts, PolicyKind::Boundary)?;
            self.boundary = Some(PolicySet::new(list));
        }
        Ok(())
    }

    /// Service control policies, level by level.
    pub(super) fn set_organization(
        &mut self,
        levels: &Option<Vec<shapes_iam::OrderedOrganizationPolicyType>>,
    ) -> Result<(), Fault> {
        for (n, level) in levels.iter().flatten().enumerate() {
            let texts = level.service_control_policy_input_list.as_deref().unwrap_or_default();
            let list = format!("OrderedOrganizationPolicyInputList.{}.ServiceControlPolicyInputList", n + 1);
            self.organization.push(PolicySet::new(numbered(&list, texts, PolicyKind::Scp)?));
        }
        Ok(())
    }

    /// What the entity of that ARN holds, its boundary too, but for what is excluded.
    pub(super) fn add_held(
        &mut self,
        cx: &Cx,
        arn: &str,
        excluded: &[shapes_iam::PolicyIdentifier],
    ) -> Result<(), Fault> {
        for h in held::of_arn(cx, arn)?.iter().filter(|h| !excluded.iter().any(|e| names(e, h))) {
            self.identity.push(read(&source_id(h), &h.document, PolicyKind::Identity)?);
        }
        let boundary = boundary_of(cx, arn)?.filter(|b| {
            let is_it = |e: &shapes_iam::PolicyIdentifier| e.policy_arn.as_ref() == Some(b);
            !excluded.iter().any(|e| e.policy_type.as_deref() == Some("permission-boundary") && is_it(e))
        });
        if let Some(arn) = boundary
            && let Some(text) = cx.directory.managed_document(cx.tx(), &arn).map_err(Fault::internal)?
        {
            let name = arn.rsplit('/').next().unwrap_or(&arn);
            self.boundary = Some(PolicySet::new(vec![read(name, &text, PolicyKind::Boundary)?]));
        }
        Ok(())
    }

    /// The identity-based policies, compiled.
    pub(super) fn identity(&self) -> PolicySet {
        PolicySet::new(self.identity.clone())
    }
}

/// How a policy is named among the sources: a managed one by its name, an inline one by its holder too.
/// Source: AWS CLI's examples of SimulatePrincipalPolicy; the form of inline ones: quoted in public issues.
fn source_id(h: &Held) -> String {
    match h.arn {
        Some(_) => h.name.clone(),
        None => format!("{}_{}_{}", h.kind.word(), h.holder, h.name),
    }
}

fn names(e: &shapes_iam::PolicyIdentifier, h: &Held) -> bool {
    match (&e.policy_arn, &e.inline_policy_identifier, &h.arn) {
        (Some(arn), _, Some(own)) => arn == own,
        (_, Some(inline), None) => {
            inline.policy_name == h.name
                && inline.attachment_name.eq_ignore_ascii_case(&h.holder)
                && inline.attachment_type == h.kind.word()
        }
        _ => false,
    }
}

fn boundary_of(cx: &Cx, arn: &str) -> Result<Option<String>, Fault> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let name = resource.rsplit('/').next().unwrap_or_default();
    Ok(match resource.split('/').next() {
        Some("user") => holder::find::<User>(cx, name)?.1.boundary().map(str::to_owned),
        Some("role") => holder::find::<Role>(cx, name)?.1.boundary().map(str::to_owned),
        _ => None,
    })
}
