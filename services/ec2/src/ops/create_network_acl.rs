//! `CreateNetworkAcl`: closed in both directions. Source: EC2 API reference, "CreateNetworkAcl" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{CreateNetworkAclRequest, CreateNetworkAclResult};

use crate::network_acl::{self, Entry, NETWORK_ACL, NetworkAcl};
use crate::quotas::{self, room};
use crate::resource::{children, find, save};
use crate::vpc::Vpc;
use crate::{id, tags, token};

/// Errors: InvalidVpcID.NotFound; NetworkAclLimitExceeded; IdempotentParameterMismatch.
pub(crate) fn decide(cx: &mut Cx, i: &CreateNetworkAclRequest) -> Result<CreateNetworkAclResult, Fault> {
    let tags = tags::for_new(i.tag_specifications.as_deref(), &NETWORK_ACL)?;
    let (made, token) = token::look_up(cx, "CreateNetworkAcl", i.client_token.as_deref(), i)?;
    let acl = match made {
        Some(id) => find::<NetworkAcl>(cx, &id)?,
        None => make(cx, &i.vpc_id)?,
    };
    tags::add(cx, &NETWORK_ACL, &acl.id, &tags)?;
    token::keep(cx, token, &acl.id);
    let shown = network_acl::show(cx, &acl, &tags::of(cx, &acl.id)?);
    Ok(CreateNetworkAclResult { network_acl: Some(shown), client_token: i.client_token.clone() })
}

fn make(cx: &mut Cx, vpc: &str) -> Result<NetworkAcl, Fault> {
    let vpc = find::<Vpc>(cx, vpc)?;
    room(cx, &quotas::ACLS_PER_VPC, children(cx, &vpc.id, &NETWORK_ACL)?, 1)?;
    let mut entries = network_acl::closed_entries();
    if !vpc.ipv6.is_empty() {
        let twin = |e: &Entry| Entry { number: e.number + 1, block: "::/0".to_owned(), ..e.clone() };
        entries = entries.iter().flat_map(|e| [e.clone(), twin(e)]).collect();
    }
    let acl = NetworkAcl { id: id::fresh(cx, "acl"), vpc: vpc.id, entries, ..NetworkAcl::default() };
    save(cx, &acl)?;
    Ok(acl)
}
