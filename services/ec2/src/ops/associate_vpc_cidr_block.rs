//! `AssociateVpcCidrBlock`: a further block of IPv4, or one of IPv6 from Amazon's pool.
//! Source: EC2 API reference, "AssociateVpcCidrBlock"; VPC user guide, "VPC CIDR blocks", "IPv4 CIDR block association
//! restrictions" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{AssociateVpcCidrBlockRequest, AssociateVpcCidrBlockResult};

use crate::cidr::{self, Cidr};
use crate::err::{self, fault, invalid_value, missing};
use crate::id;
use crate::network_acl::{Entry, NetworkAcl};
use crate::ops::create_vpc;
use crate::quotas::{self, room};
use crate::resource::{all, find, on, save};
use crate::route_table::{RouteRow, RouteTable};
use crate::security_group::SecurityGroup;
use crate::security_group_rule::GroupRule;
use crate::vpc::{self, CidrAssociation, Vpc};

/// Errors: InvalidVpcID.NotFound; InvalidVpc.Range; InvalidParameterValue; CidrConflict; CidrLimitExceeded.
pub(crate) fn decide(
    cx: &mut Cx,
    i: &AssociateVpcCidrBlockRequest,
) -> Result<AssociateVpcCidrBlockResult, Fault> {
    err::refuse(&[
        ("Ipv4IpamPoolId", i.ipv4_ipam_pool_id.is_some()),
        ("Ipv4NetmaskLength", i.ipv4_netmask_length.is_some()),
        ("Ipv6IpamPoolId", i.ipv6_ipam_pool_id.is_some()),
        ("Ipv6NetmaskLength", i.ipv6_netmask_length.is_some()),
        ("Ipv6Pool", i.ipv6_pool.is_some()),
        ("Ipv6CidrBlock", i.ipv6_cidr_block.is_some()),
    ])?;
    create_vpc::border_group(
        cx,
        i.ipv6_cidr_block_network_border_group.as_deref(),
        i.amazon_provided_ipv6_cidr_block == Some(true),
    )?;
    let vpc = find::<Vpc>(cx, &i.vpc_id)?;
    match (i.cidr_block.as_deref(), i.amazon_provided_ipv6_cidr_block) {
        (Some(_), Some(true)) => {
            Err(err::combination("Only one of cidrBlock and amazonProvidedIpv6CidrBlock"))
        }
        (Some(text), _) => further(cx, vpc, text),
        (None, Some(true)) => ipv6(cx, vpc),
        (None, _) => Err(missing("cidrBlock")),
    }
}

fn further(cx: &mut Cx, mut vpc: Vpc, text: &str) -> Result<AssociateVpcCidrBlockResult, Fault> {
    let block = create_vpc::block(text)?;
    if vpc.blocks().any(|b| b.overlaps(block)) {
        let text = format!("The CIDR '{block}' conflicts with another subnet");
        return Err(fault("CidrConflict", text));
    }
    restricted(&vpc, block)?;
    room(cx, &quotas::CIDRS_PER_VPC, vpc.cidrs.iter(), 1)?;
    let new = CidrAssociation { id: id::fresh(cx, "vpc-cidr-assoc"), block: block.to_string() };
    vpc.cidrs.push(new.clone());
    save(cx, &vpc)?;
    for mut table in on::<RouteTable>(cx, &vpc.id)? {
        table.routes.push(RouteRow::local(&new.block));
        save(cx, &table)?;
    }
    Ok(AssociateVpcCidrBlockResult {
        cidr_block_association: Some(vpc::show_cidr(&new, "associating")),
        vpc_id: Some(vpc.id),
        ..Default::default()
    })
}

/// Blocks of one private range can't be joined by blocks of another.
fn restricted(vpc: &Vpc, block: Cidr) -> Result<(), Fault> {
    const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
    let range = |b: Cidr| PRIVATE.iter().position(|p| Cidr::parse(p).is_some_and(|p| p.contains(b)));
    let first = Cidr::parse(&vpc.cidr).and_then(range);
    match (first, range(block)) {
        (Some(a), Some(b)) if a != b => {
            let text = format!(
                "The CIDR '{block}' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Subnets.html"
            );
            Err(fault("InvalidVpc.Range", text))
        }
        _ => Ok(()),
    }
}

fn ipv6(cx: &mut Cx, mut vpc: Vpc) -> Result<AssociateVpcCidrBlockResult, Fault> {
    room(cx, &quotas::CIDRS_PER_VPC, vpc.ipv6.iter(), 1)?;
    let new = CidrAssociation { id: id::fresh(cx, "vpc-cidr-assoc"), block: amazon_block(cx)? };
    vpc.ipv6.push(new.clone());
    save(cx, &vpc)?;
    if let Some(mut main) = crate::route_table::main_of(cx, &vpc.id)? {
        open_ipv6(cx, &vpc, &mut main)?;
    }
    Ok(AssociateVpcCidrBlockResult {
        ipv6_cidr_block_association: Some(vpc::show_ipv6(cx, &new, "associating")),
        vpc_id: Some(vpc.id),
        ..Default::default()
    })
}

/// What a VPC's first or further block of IPv6 brings: local routes, and IPv6 beside the rules that let all IPv4 through.
pub(crate) fn open_ipv6(cx: &mut Cx, vpc: &Vpc, main: &mut RouteTable) -> Result<(), Fault> {
    save(cx, main)?;
    for mut table in on::<RouteTable>(cx, &vpc.id)? {
        for block in &vpc.ipv6 {
            if !table.routes.iter().any(|r| r.destination == block.block) {
                table.routes.push(RouteRow::local(&block.block));
            }
        }
        *main = if table.id == main.id { table.clone() } else { main.clone() };
        save(cx, &table)?;
    }
    for mut acl in on::<NetworkAcl>(cx, &vpc.id)? {
        let twins: Vec<Entry> = acl.entries.iter().filter(|e| e.block == "0.0.0.0/0").cloned().collect();
        for e in twins {
            let twin = Entry { number: e.number + 1, block: "::/0".to_owned(), ..e };
            if !acl.entries.iter().any(|e| e.egress == twin.egress && e.number == twin.number) {
                acl.entries.push(twin);
            }
        }
        acl.entries.sort_by_key(|e| (!e.egress, e.number));
        save(cx, &acl)?;
    }
    for group in on::<SecurityGroup>(cx, &vpc.id)? {
        let rules = on::<GroupRule>(cx, &group.id)?;
        let open = |r: &&GroupRule, v6: bool| {
            r.egress && r.protocol == "-1" && if v6 { r.ipv6 == "::/0" } else { r.ipv4 == "0.0.0.0/0" }
        };
        if rules.iter().any(|r| open(&r, false)) && !rules.iter().any(|r| open(&r, true)) {
            let v4 = GroupRule::open_egress(id::fresh(cx, "sgr"), &group.id);
            let v6 = GroupRule { ipv4: String::new(), ipv6: "::/0".to_owned(), ..v4 };
            save(cx, &v6)?;
        }
    }
    Ok(())
}

/// A /56 of Amazon's that no VPC of the account has: out of 2600:1f00::/24, at random.
///
/// Differs: AWS's blocks are unique among all accounts; ours collide between accounts with odds of one in four thousand
/// million.
pub(crate) fn amazon_block(cx: &Cx) -> Result<String, Fault> {
    for _ in 0..16 {
        let random = u128::from(u32::from_be_bytes(
            cx.ids.bytes("ec2.ipv6-block")[..4].try_into().expect("four bytes"),
        ));
        let base = (0x2600_1f00u128 << 96) | (random << 72);
        let block = Cidr::parse(&format!("{}/56", cidr::text(true, base))).expect("a block");
        if !all::<Vpc>(cx)?.any(|v| v.ipv6_blocks().any(|b| b == block)) {
            return Ok(block.to_string());
        }
    }
    Err(invalid_value("No IPv6 block is free"))
}
