//! VPC endpoints: gateway endpoints, which are routes to a prefix list, and interface endpoints, which are managed network
//! interfaces. Other kinds aren't built. Source: AWS PrivateLink guide, "Access AWS services" (2026-11-22).

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::endpoint_services::{self, Service};
use crate::err::fault;
use crate::filter::Accessor;
use crate::kind::{Keys, Kind};
use crate::network_interface::{self, NetworkInterface, Plan};
use crate::prefix_list;
use crate::resource::{self, Listed, Resource, find, get, on, save};
use crate::route_table::{RouteRow, RouteTable};
use crate::security_group::SecurityGroup;
use crate::subnet::Subnet;
use crate::tags::{self, Tags};

pub(crate) static VPC_ENDPOINT: Kind = Kind {
    noun: "vpc-endpoint",
    prefix: "vpce",
    not_found: ("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"),
    malformed: Some(("InvalidVpcEndpointId.Malformed", "The Vpc Endpoint Id '{}' is malformed")),
    seen: resource::seen::<VpcEndpoint>,
};

/// What an endpoint lets through without a policy of its own.
pub(crate) const OPEN_POLICY: &str = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// An endpoint.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VpcEndpoint {
    /// Id.
    pub(crate) id: String,
    /// `Gateway` or `Interface`.
    pub(crate) kind: String,
    /// Its VPC.
    pub(crate) vpc: String,
    /// `com.amazonaws.us-east-1.s3`
    pub(crate) service: String,
    /// Policy, as given.
    pub(crate) policy: String,
    /// Route tables that lead to it.
    pub(crate) route_tables: Vec<String>,
    /// Subnets in which it has interfaces.
    pub(crate) subnets: Vec<String>,
    /// Security groups of its interfaces.
    pub(crate) groups: Vec<String>,
    /// PrivateDnsEnabled
    pub(crate) private_dns: bool,
    /// When it was made, milliseconds since the epoch.
    pub(crate) created_ms: i64,
    /// From when on it is available.
    pub(crate) ready_ms: i64,
}

impl Row for VpcEndpoint {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.kind);
        w.put(3, &self.vpc);
        w.put(4, &self.service);
        w.put(5, &self.policy);
        w.put(6, &self.route_tables);
        w.put(7, &self.subnets);
        w.put(8, &self.groups);
        w.put(9, &self.private_dns);
        w.put(10, &self.created_ms);
        w.put(11, &self.ready_ms);
    }
    fn read(r: &mut RowReader) -> Result<VpcEndpoint, RowError> {
        Ok(VpcEndpoint {
            id: r.get(1)?,
            kind: r.get(2)?,
            vpc: r.get(3)?,
            service: r.get(4)?,
            policy: r.get(5)?,
            route_tables: r.get(6)?,
            subnets: r.get(7)?,
            groups: r.get(8)?,
            private_dns: r.get(9)?,
            created_ms: r.get(10)?,
            ready_ms: r.get(11)?,
        })
    }
}

impl VpcEndpoint {
    pub(crate) fn state(&self, cx: &Cx) -> &'static str {
        if cx.now_ms >= self.ready_ms { "available" } else { "pending" }
    }

    fn is_gateway(&self) -> bool {
        self.kind == "Gateway"
    }
}

impl Listed for VpcEndpoint {
    const FILTERS: &'static [(&'static str, Accessor<VpcEndpoint>)] = &[
        ("ip-address-type", |_, p| p.text("ipv4")),
        ("service-name", |e, p| p.text(&e.service)),
        ("service-region", |_, p| p.text(p.cx.scope.region)),
        ("vpc-endpoint-id", |e, p| p.text(&e.id)),
        ("vpc-endpoint-state", |e, p| p.text(e.state(p.cx))),
        ("vpc-endpoint-type", |e, p| p.text(&e.kind)),
        ("vpc-id", |e, p| p.text(&e.vpc)),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for VpcEndpoint {
    const TABLE: &'static str = "ec2.vpc_endpoint";
    const KIND: &'static Kind = &VPC_ENDPOINT;
    const LINKED: &'static [&'static str] = &["vpc-id"];
    fn parents(&self) -> Vec<String> {
        let mut all = vec![self.vpc.clone()];
        all.extend(self.route_tables.iter().chain(&self.subnets).chain(&self.groups).cloned());
        all
    }
    fn keys(&self, _: &Cx) -> Keys {
        vec![
            ("ec2:VpceServiceName", vec![self.service.clone()]),
            ("ec2:VpceServiceOwner", vec!["amazon".to_owned()]),
        ]
    }
}

/// The service of that name, for an endpoint of that kind.
///
/// Errors: InvalidServiceName; InvalidParameter: another kind.
pub(crate) fn service(cx: &Cx, name: &str, kind: &str) -> Result<Service, Fault> {
    let there = endpoint_services::all(cx).into_iter().find(|s| s.name == name).ok_or_else(|| {
        fault("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"))
    })?;
    if !there.kinds.contains(&kind) {
        let text = format!(
            "Endpoint type ({kind}) does not match available service types ([{}]).",
            there.kinds.join(", ")
        );
        return Err(fault("InvalidParameter", text));
    }
    Ok(there)
}

/// The prefix list that stands for a gateway endpoint's service.
fn destination(cx: &Cx, endpoint: &VpcEndpoint) -> String {
    let lists = prefix_list::of_aws(cx);
    lists.into_iter().find(|l| l.name == endpoint.service).map(|l| l.id).unwrap_or_default()
}

/// Leads a route table to a gateway endpoint.
///
/// Errors: InvalidRouteTableID.NotFound; InvalidParameter: of another VPC; RouteAlreadyExists.
pub(crate) fn route(cx: &mut Cx, endpoint: &VpcEndpoint, table: &str) -> Result<(), Fault> {
    let mut table = find::<RouteTable>(cx, table)?;
    if table.vpc != endpoint.vpc {
        let text = format!("Route table {} does not belong to VPC {}", table.id, endpoint.vpc);
        return Err(fault("InvalidParameter", text));
    }
    let list = destination(cx, endpoint);
    if table.routes.iter().any(|r| r.destination == list) {
        let text =
            format!("route table {} already has a route with destination-prefix-list-id {list}", table.id);
        return Err(fault("RouteAlreadyExists", text));
    }
    table.routes.push(RouteRow::gateway(&list, &endpoint.id));
    save(cx, &table)
}

/// Takes the route to a gateway endpoint out of a table.
pub(crate) fn unroute(cx: &mut Cx, endpoint: &VpcEndpoint, table: &str) -> Result<(), Fault> {
    let Some(mut table) = get::<RouteTable>(cx, table)? else { return Ok(()) };
    table.routes.retain(|r| r.target != endpoint.id);
    save(cx, &table)
}

/// Gives an interface endpoint an interface in a subnet.
///
/// Errors: InvalidSubnetID.NotFound; InvalidParameter: of another VPC; DuplicateSubnetsInSameZone; no free address.
pub(crate) fn place(cx: &mut Cx, endpoint: &VpcEndpoint, subnet: &str) -> Result<(), Fault> {
    let subnet = find::<Subnet>(cx, subnet)?;
    if subnet.vpc != endpoint.vpc {
        let text = format!("Subnet {} does not belong to VPC {}", subnet.id, endpoint.vpc);
        return Err(fault("InvalidParameter", text));
    }
    for there in on::<NetworkInterface>(cx, &endpoint.id)? {
        if there.zone == subnet.zone {
            let text = format!("Found another VPC endpoint subnet in the availability zone of {}", subnet.id);
            return Err(fault("DuplicateSubnetsInSameZone", text));
        }
    }
    let description = format!("VPC Endpoint Interface {}", endpoint.id);
    let plan = Plan {
        subnet: &subnet.id,
        groups: &endpoint.groups,
        description: &description,
        kind: "vpc_endpoint",
        manager: &endpoint.id,
        ..Plan::default()
    };
    let mut interface = network_interface::make(cx, &plan)?;
    interface.attachment = Some(network_interface::Attachment {
        id: crate::id::fresh(cx, "ela-attach"),
        instance_owner: "amazon-aws".to_owned(),
        device_index: 1,
        attached_ms: cx.now_ms,
        ..Default::default()
    });
    save(cx, &interface)
}

/// Takes an endpoint's interfaces away, or those in one subnet.
pub(crate) fn leave(cx: &mut Cx, endpoint: &VpcEndpoint, subnet: Option<&str>) -> Result<(), Fault> {
    for interface in on::<NetworkInterface>(cx, &endpoint.id)? {
        if subnet.is_none_or(|s| s == interface.subnet) {
            network_interface::destroy(cx, &interface)?;
        }
    }
    Ok(())
}

fn dns_entries(cx: &Cx, e: &VpcEndpoint, zones: &[String]) -> Vec<s::DnsEntry> {
    let service = e.service.rsplit('.').next().unwrap_or_default();
    let (head, region) = (format!("{}-{}", e.id, &e.id[e.id.len() - 8..]), cx.scope.region);
    let suffix = format!("{service}.{region}.vpce.amazonaws.com");
    let entry = |name: String| s::DnsEntry { dns_name: Some(name), hosted_zone_id: None };
    let mut all = vec![entry(format!("{head}.{suffix}"))];
    all.extend(zones.iter().map(|z| entry(format!("{head}-{z}.{suffix}"))));
    if e.private_dns {
        all.push(entry(format!("{service}.{region}.amazonaws.com")));
    }
    all
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, e: &VpcEndpoint, tags: &Tags) -> Result<s::VpcEndpoint, Fault> {
    let interfaces = on::<NetworkInterface>(cx, &e.id)?;
    let zones: Vec<String> = interfaces.iter().map(|n| n.zone.clone()).collect();
    let group = |id: &String| {
        let group = get::<SecurityGroup>(cx, id)?;
        Ok(s::SecurityGroupIdentifier { group_id: Some(id.clone()), group_name: group.map(|g| g.name) })
    };
    let groups: Result<Vec<_>, Fault> = e.groups.iter().map(group).collect();
    let own = !e.is_gateway();
    Ok(s::VpcEndpoint {
        vpc_endpoint_id: Some(e.id.clone()),
        vpc_endpoint_type: Some(e.kind.clone()),
        vpc_id: Some(e.vpc.clone()),
        service_name: Some(e.service.clone()),
        state: Some(e.state(cx).to_owned()),
        policy_document: Some(e.policy.clone()),
        route_table_ids: Some(e.route_tables.clone()),
        subnet_ids: Some(e.subnets.clone()),
        groups: Some(groups?),
        ip_address_type: Some("ipv4".to_owned()),
        dns_options: own
            .then(|| s::DnsOptions { dns_record_ip_type: Some("ipv4".to_owned()), ..Default::default() }),
        private_dns_enabled: Some(e.private_dns),
        requester_managed: Some(false),
        network_interface_ids: Some(interfaces.into_iter().map(|n| n.id).collect()),
        dns_entries: Some(if own { dns_entries(cx, e, &zones) } else { Vec::new() }),
        creation_timestamp: Some(Timestamp { epoch_ms: e.created_ms }),
        tags: Some(tags::all_shown(tags)),
        owner_id: Some(cx.scope.account.clone()),
        service_region: Some(cx.scope.region.to_owned()),
        ..s::VpcEndpoint::default()
    })
}
