//! Trunk interfaces and the branch interfaces that share them, each under a VLAN or a GRE key of its own. How many branches
//! an instance's trunk carries is a fact of the instance's type.
//! Source: EC2 API reference, "AssociateTrunkInterface", "TrunkInterfaceAssociation" (2026-11-23); limits:
//! `facts/ec2-instance-types.tsv`.

use codec::Fault;
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::err::{fault, invalid_parameter};
use crate::filter::Accessor;
use crate::instance_type::InstanceType;
use crate::kind::Kind;
use crate::network_interface::NetworkInterface;
use crate::resource::{self, Listed, Resource, get, on, remove, save};
use crate::tags::{self, Tags};

pub(crate) static TRUNK_ASSOCIATION: Kind = Kind {
    noun: "trunk-interface-association",
    prefix: "trunk-assoc",
    not_found: ("InvalidAssociationID.NotFound", "The association ID '{}' does not exist"),
    malformed: None,
    seen: resource::seen::<TrunkAssociation>,
};

/// That a branch interface runs over a trunk.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TrunkAssociation {
    pub(crate) id: String,
    pub(crate) branch: String,
    pub(crate) trunk: String,
    /// Of the VLAN, or the key of GRE.
    pub(crate) number: i32,
    /// GRE instead of a VLAN.
    pub(crate) is_gre: bool,
}

impl Row for TrunkAssociation {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.branch);
        w.put(3, &self.trunk);
        w.put(4, &self.number);
        w.put(5, &self.is_gre);
    }
    fn read(r: &mut RowReader) -> Result<TrunkAssociation, RowError> {
        Ok(TrunkAssociation {
            id: r.get(1)?,
            branch: r.get(2)?,
            trunk: r.get(3)?,
            number: r.get(4)?,
            is_gre: r.get(5)?,
        })
    }
}

impl TrunkAssociation {
    fn protocol(&self) -> &'static str {
        if self.is_gre { "GRE" } else { "VLAN" }
    }
}

impl Listed for TrunkAssociation {
    const FILTERS: &'static [(&'static str, Accessor<TrunkAssociation>)] = &[
        ("gre-key", |a, p| {
            if a.is_gre {
                p.number(a.number);
            }
        }),
        ("interface-protocol", |a, p| p.text(a.protocol())),
    ];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for TrunkAssociation {
    const TABLE: &'static str = "ec2.trunk_association";
    const KIND: &'static Kind = &TRUNK_ASSOCIATION;
    fn parents(&self) -> Vec<String> {
        vec![self.branch.clone(), self.trunk.clone()]
    }
}

/// Associations of a trunk.
pub(crate) fn branches(cx: &Cx, trunk: &str) -> Result<Vec<TrunkAssociation>, Fault> {
    Ok(on::<TrunkAssociation>(cx, trunk)?.into_iter().filter(|a| a.trunk == trunk).collect())
}

/// Refuses a trunk with so many branches on an instance of that type, and interfaces that are no instance's own.
///
/// Errors: InvalidNetworkInterface.InUse: a branch; InvalidParameterValue: one that isn't associated yet; UnsupportedOperation: the type has no trunks; AttachmentLimitExceeded
/// (inferred).
pub(crate) fn fits(cx: &Cx, n: &NetworkInterface, kind: &InstanceType) -> Result<(), Fault> {
    if !n.trunk_association.is_empty() {
        return Err(in_use(n));
    }
    if n.kind == "branch" {
        let why = "A branch network interface is associated with a trunk, not attached.";
        return Err(invalid_parameter(&n.id, "networkInterfaceId", why));
    }
    if n.kind != "trunk" {
        return Ok(());
    }
    let there = branches(cx, &n.id)?.len();
    room(kind, there)
}

/// Refuses so many branches on an instance of that type.
pub(crate) fn room(kind: &InstanceType, branches: usize) -> Result<(), Fault> {
    let most = kind.branches();
    if most == 0 {
        let text = format!("Instance type {} does not support trunk network interfaces.", kind.name());
        return Err(fault("UnsupportedOperation", text));
    }
    match branches > most {
        true => {
            let text = format!("Branch interface count {branches} exceeds the limit for {}", kind.name());
            Err(fault("AttachmentLimitExceeded", text))
        }
        false => Ok(()),
    }
}

/// `InvalidNetworkInterface.InUse`
pub(crate) fn in_use(n: &NetworkInterface) -> Fault {
    fault("InvalidNetworkInterface.InUse", format!("Interface: [{}] in use.", n.id))
}

/// Ends an association: the branch is an interface like any other again.
pub(crate) fn end(cx: &mut Cx, row: &TrunkAssociation) -> Result<(), Fault> {
    if let Some(mut branch) = get::<NetworkInterface>(cx, &row.branch)? {
        branch.trunk_association.clear();
        "interface".clone_into(&mut branch.kind);
        save(cx, &branch)?;
    }
    remove(cx, row)
}

/// As answers show it.
pub(crate) fn show(a: &TrunkAssociation, tags: &Tags) -> s::TrunkInterfaceAssociation {
    s::TrunkInterfaceAssociation {
        association_id: Some(a.id.clone()),
        branch_interface_id: Some(a.branch.clone()),
        trunk_interface_id: Some(a.trunk.clone()),
        interface_protocol: Some(a.protocol().to_owned()),
        vlan_id: (!a.is_gre).then_some(a.number),
        gre_key: a.is_gre.then_some(a.number),
        tags: tags::shown(tags),
    }
}
