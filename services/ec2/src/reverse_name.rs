//! The name that an Elastic IP address leads back to (its PTR record), and how a change of it comes with time.
//! Source: EC2 user guide, "Create a reverse DNS record for email on Amazon EC2" (2026-11-22).
//!
//! Differs from AWS: no name is served here, and none is looked up. That a record of type A leads to the address is AWS's
//! condition for the name; here it is the caller's word.

use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter};

use crate::elastic_ip::ElasticIp;
use crate::vpc;

/// AWS takes about this long.
const USUAL_MS: i64 = 60_000;

/// A name, and the one before it for as long as the change lasts. Empty: none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ReverseName {
    /// What was asked for last.
    pub(crate) name: String,
    /// What it was before.
    pub(crate) before: String,
    /// From when on it is the new one.
    pub(crate) ready_ms: i64,
}

impl Row for ReverseName {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.name);
        w.put(2, &self.before);
        w.put(3, &self.ready_ms);
    }
    fn read(r: &mut RowReader) -> Result<ReverseName, RowError> {
        Ok(ReverseName { name: r.get(1)?, before: r.get(2)?, ready_ms: r.get(3)? })
    }
}

impl ReverseName {
    fn is_settled(&self, cx: &Cx) -> bool {
        cx.now_ms >= self.ready_ms
    }

    /// The name that stands now.
    pub(crate) fn now(&self, cx: &Cx) -> &str {
        if self.is_settled(cx) { &self.name } else { &self.before }
    }
}

/// The address with another name, or none, from soon on.
pub(crate) fn renamed(cx: &Cx, address: ElasticIp, name: String) -> ElasticIp {
    let before = address.reverse.as_ref().map(|r| r.now(cx).to_owned()).unwrap_or_default();
    let reverse = Some(ReverseName { name, before, ready_ms: vpc::ready_ms(cx, USUAL_MS) });
    ElasticIp { reverse, ..address }
}

/// Whether it has a name, or a change of it is on its way.
pub(crate) fn is_named(cx: &Cx, address: &ElasticIp) -> bool {
    address.reverse.as_ref().is_some_and(|r| !r.is_settled(cx) || !r.name.is_empty())
}

/// As answers show it.
pub(crate) fn show(cx: &Cx, address: &ElasticIp) -> s::AddressAttribute {
    let name = address.reverse.clone().unwrap_or_default();
    let update = s::PtrUpdateStatus {
        value: Some(name.name.clone()).filter(|n| !n.is_empty()),
        status: Some("PENDING".to_owned()),
        reason: None,
    };
    s::AddressAttribute {
        public_ip: Some(address.public_ip.clone()),
        allocation_id: Some(address.id.clone()),
        ptr_record: Some(name.now(cx).to_owned()).filter(|n| !n.is_empty()),
        ptr_record_update: (!name.is_settled(cx)).then_some(update),
    }
}
