//! What an account has in a region before anybody makes anything there: the default VPC with a subnet in every zone, an
//! internet gateway, a main route table that leads to it, a network ACL, a security group and DHCP options. Made at the
//! first call, with ids that are the same in every Tabletop.
//! Source: VPC user guide, "Default VPCs", "Default VPC components" (2026-11-22).

use codec::Fault;
use kernel::{Cx, Founding};
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::dhcp_options::{self, DhcpOptions};
use crate::id;
use crate::internet_gateway::InternetGateway;
use crate::resource::save;
use crate::route_table::RouteRow;
use crate::subnet::Subnet;
use crate::vpc::{CidrAssociation, Naming, Vpc, furnish};
use crate::zones::{self, Zone};

/// Block of the default VPC.
pub(crate) const DEFAULT_CIDR: &str = "172.31.0.0/16";

/// For the kernel.
pub(crate) const FOUNDING: Founding = Founding { done, make };

/// The form in which rows are kept that follow from others. Raise it when they change: at its next call, a place of an older
/// form gets them anew.
const FORM: u32 = 1;

/// That a place was founded.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Foundation {
    at_ms: i64,
    form: u32,
}

impl Row for Foundation {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.at_ms);
        w.put(2, &self.form);
    }
    fn read(r: &mut RowReader) -> Result<Foundation, RowError> {
        Ok(Foundation { at_ms: r.get(1)?, form: r.get(2)? })
    }
}

/// Accounts and regions that were founded.
pub(crate) struct Founded;
impl Table for Founded {
    const NAME: &'static str = "ec2.founded";
    const VERSION: u16 = 1;
    type Key = (String, String);
    type Row = Foundation;
}

fn place(cx: &Cx) -> (String, String) {
    (cx.scope.account.clone(), cx.scope.region.to_owned())
}

fn done(cx: &Cx) -> Result<bool, Fault> {
    let row = cx.get_kept::<Founded>(&(cx.scope.account.as_str(), cx.scope.region))?;
    Ok(row.is_some_and(|f| f.form == FORM))
}

fn make(cx: &mut Cx) -> Result<(), Fault> {
    let key = place(cx);
    let at_ms = match cx.get::<Founded>(&key)? {
        Some(older) => {
            crate::instance::compose(cx)?;
            crate::addresses::compose(cx)?;
            older.at_ms
        }
        None => {
            found(cx)?;
            cx.now_ms
        }
    };
    cx.put::<Founded>(&key, &Foundation { at_ms, form: FORM });
    Ok(())
}

fn found(cx: &mut Cx) -> Result<(), Fault> {
    let options = DhcpOptions {
        id: id::settled(cx, "dopt", "default"),
        options: dhcp_options::amazon_provided(cx.scope.region),
    };
    save(cx, &options)?;
    default_vpc(cx, &options.id, id::settled)?;
    Ok(())
}

/// Makes a default VPC with its furniture.
pub(crate) fn default_vpc(cx: &mut Cx, dhcp_options: &str, naming: Naming) -> Result<Vpc, Fault> {
    let association =
        CidrAssociation { id: naming(cx, "vpc-cidr-assoc", "default"), block: DEFAULT_CIDR.to_owned() };
    let vpc = Vpc {
        id: naming(cx, "vpc", "default"),
        cidr: DEFAULT_CIDR.to_owned(),
        cidrs: vec![association],
        tenancy: "default".to_owned(),
        dhcp_options: dhcp_options.to_owned(),
        is_default: true,
        dns_support: true,
        dns_hostnames: true,
        ready_ms: cx.now_ms,
        ..Vpc::default()
    };
    let mut furniture = furnish(cx, &vpc, naming)?;
    let gateway = InternetGateway { id: naming(cx, "igw", "default"), vpc: Some(vpc.id.clone()) };
    save(cx, &gateway)?;
    furniture.main_table.routes.push(RouteRow::gateway("0.0.0.0/0", &gateway.id));
    save(cx, &furniture.main_table)?;
    for (n, zone) in zones::availability_zones(cx).iter().enumerate() {
        let subnet = default_subnet(cx, &vpc, zone, &format!("172.31.{}.0/20", n * 16), naming);
        save(cx, &subnet)?;
        furniture.acl.associations.push((naming(cx, "aclassoc", &zone.name), subnet.id.clone()));
    }
    save(cx, &furniture.acl)?;
    Ok(vpc)
}

/// A zone's default subnet, not stored yet.
pub(crate) fn default_subnet(cx: &Cx, vpc: &Vpc, zone: &Zone, cidr: &str, naming: Naming) -> Subnet {
    Subnet {
        id: naming(cx, "subnet", &zone.name),
        vpc: vpc.id.clone(),
        cidr: cidr.to_owned(),
        zone: zone.name.clone(),
        zone_id: zone.id.clone(),
        default_for_az: true,
        maps_public_ip: true,
        ready_ms: cx.now_ms,
        ..Subnet::default()
    }
}
