//! Transfers of Elastic IP addresses: one account offers an address, the account that it names takes it within seven days,
//! in the same region. The offer is kept with the account that made it, under the address's allocation id; one that was
//! taken is shown there for another fourteen days.
//! Source: EC2 user guide, "Transfer an Elastic IP address between AWS accounts" (2026-11-22).
//!
//! Inferred: the address keeps its allocation id, as the examples of AWS's command line reference show it; a new offer
//! replaces the one before; offers that expired or were disabled are no longer shown; releasing an address withdraws its offer.

use codec::{Fault, Timestamp};
use kernel::Cx;
use shapes_ec2 as s;
use store::{Row, RowError, RowReader, RowWriter, Table};

use crate::filter::Accessor;
use crate::resource::{Listed, ResourceKey, key};
use crate::time;

/// How long an offer stands.
pub(crate) const STANDS_MS: i64 = 7 * 24 * 3_600_000;
/// How long one that was taken is still shown.
const SHOWN_MS: i64 = 14 * 24 * 3_600_000;

/// An offer of an address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Offer {
    /// Allocation id.
    pub(crate) id: String,
    /// The address.
    pub(crate) public_ip: String,
    /// The account that may take it.
    pub(crate) to: String,
    /// When it expires, milliseconds since the epoch.
    pub(crate) expires_ms: i64,
    /// When it was taken.
    pub(crate) accepted_ms: Option<i64>,
}

impl Row for Offer {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.id);
        w.put(2, &self.public_ip);
        w.put(3, &self.to);
        w.put(4, &self.expires_ms);
        w.put(5, &self.accepted_ms);
    }
    fn read(r: &mut RowReader) -> Result<Offer, RowError> {
        Ok(Offer {
            id: r.get(1)?,
            public_ip: r.get(2)?,
            to: r.get(3)?,
            expires_ms: r.get(4)?,
            accepted_ms: r.get(5)?,
        })
    }
}

/// Offers, by who made them.
pub(crate) struct Offers;
impl Table for Offers {
    const NAME: &'static str = "ec2.address_transfer";
    const VERSION: u16 = 1;
    type Key = ResourceKey;
    type Row = Offer;
}

impl Offer {
    /// Until when it is shown.
    pub(crate) fn ends_ms(&self) -> i64 {
        self.accepted_ms.map_or(self.expires_ms, |at| at + SHOWN_MS)
    }

    /// Whether it can be taken.
    pub(crate) fn stands(&self, now_ms: i64) -> bool {
        self.accepted_ms.is_none() && now_ms < self.expires_ms
    }
}

impl Listed for Offer {
    const FILTERS: &'static [(&'static str, Accessor<Offer>)] = &[];
    fn id(&self) -> &str {
        &self.id
    }
}

/// Takes an offer back, if there is one that stands.
pub(crate) fn withdraw(cx: &mut Cx, id: &str) -> Result<Option<Offer>, Fault> {
    let key = key(cx, id);
    let Some(offer) = cx.get::<Offers>(&key)?.filter(|o| o.stands(cx.now_ms)) else { return Ok(None) };
    cx.delete::<Offers>(&key);
    cx.timer_clear(time::END_TRANSFER, id)?;
    Ok(Some(offer))
}

/// One that ended is forgotten.
pub(crate) fn end(cx: &mut Cx, id: &str) -> Result<(), Fault> {
    let key = key(cx, id);
    if cx.get::<Offers>(&key)?.is_some_and(|o| cx.now_ms >= o.ends_ms()) {
        cx.delete::<Offers>(&key);
    }
    Ok(())
}

/// As answers show it.
pub(crate) fn show(o: &Offer) -> s::AddressTransfer {
    let status = if o.accepted_ms.is_some() { "accepted" } else { "pending" };
    s::AddressTransfer {
        public_ip: Some(o.public_ip.clone()),
        allocation_id: Some(o.id.clone()),
        transfer_account_id: Some(o.to.clone()),
        transfer_offer_expiration_timestamp: Some(Timestamp { epoch_ms: o.expires_ms }),
        transfer_offer_accepted_timestamp: o.accepted_ms.map(|epoch_ms| Timestamp { epoch_ms }),
        address_transfer_status: Some(status.to_owned()),
    }
}
