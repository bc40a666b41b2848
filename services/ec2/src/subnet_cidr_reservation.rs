//! Reservations of a subnet's addresses: kept from being assigned by AWS on its own.
//! Source: VPC user guide, "Subnet CIDR reservations" (2026-11-22).

use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::filter::Accessor;
use crate::kind::Kind;
use crate::resource::{self, Listed, Resource};
use crate::tags::{self, Tags};

pub(crate) static SUBNET_CIDR_RESERVATION: Kind = Kind {
    noun: "subnet-cidr-reservation",
    prefix: "scr",
    not_found: (
        "InvalidSubnetCidrReservationId.NotFound",
        "The subnet CIDR reservation ID '{}' does not exist",
    ),
    malformed: None,
    seen: resource::seen::<Reservation>,
};

/// A reservation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reservation {
    /// Id.
    pub(crate) id: String,
    /// Its subnet.
    pub(crate) subnet: String,
    /// The block.
    pub(crate) cidr: String,
    /// `prefix` or `explicit`.
    pub(crate) kind: String,
    /// Description.
    pub(crate) description: Option<String>,
}

impl Row for Reservation {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.subnet);
        w.put(3, &self.cidr);
        w.put(4, &self.kind);
        w.put(5, &self.description);
    }
    fn read(r: &mut RowReader) -> Result<Reservation, RowError> {
        Ok(Reservation {
            id: r.get(1)?,
            subnet: r.get(2)?,
            cidr: r.get(3)?,
            kind: r.get(4)?,
            description: r.get(5)?,
        })
    }
}

impl Listed for Reservation {
    const FILTERS: &'static [(&'static str, Accessor<Reservation>)] =
        &[("reservationType", |r, p| p.text(&r.kind)), ("subnet-id", |r, p| p.text(&r.subnet))];
    fn id(&self) -> &str {
        &self.id
    }
}

impl Resource for Reservation {
    const TABLE: &'static str = "ec2.subnet_cidr_reservation";
    const KIND: &'static Kind = &SUBNET_CIDR_RESERVATION;
    const LINKED: &'static [&'static str] = &["subnet-id"];
    fn parents(&self) -> Vec<String> {
        vec![self.subnet.clone()]
    }
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, r: &Reservation, tags: &Tags) -> s::SubnetCidrReservation {
    s::SubnetCidrReservation {
        subnet_cidr_reservation_id: Some(r.id.clone()),
        subnet_id: Some(r.subnet.clone()),
        cidr: Some(r.cidr.clone()),
        reservation_type: Some(r.kind.clone()),
        owner_id: Some(cx.scope.account.clone()),
        description: r.description.clone(),
        tags: Some(tags::all_shown(tags)),
    }
}
