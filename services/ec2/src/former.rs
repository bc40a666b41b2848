//! Blocks that were taken away from VPCs and subnets: for a while answers still show them, as `disassociated`. They hold
//! nothing any more and come into no decision.
//! Source: inferred. Ansible's `ec2_vpc_subnet` waits for a subnet with the filter `ipv6-cidr-block-association.state` =
//! `disassociated`, Terraform's provider takes that state for gone; neither says how long it is shown.

use kernel::Cx;
use store::{Row, RowError, RowReader, RowWriter};

use crate::vpc::CidrAssociation;

/// How long it is shown.
const SHOWN_MS: i64 = 3_600_000;
/// How many are, at most.
const MOST: usize = 10;

/// A block that was taken away.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Former {
    /// What it was.
    pub(crate) association: CidrAssociation,
    /// Since when it isn't, milliseconds since the epoch.
    pub(crate) gone_ms: i64,
}

impl Row for Former {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.association);
        w.put(2, &self.gone_ms);
    }
    fn read(r: &mut RowReader) -> Result<Former, RowError> {
        Ok(Former { association: r.get(1)?, gone_ms: r.get(2)? })
    }
}

impl Former {
    fn is_shown(&self, cx: &Cx) -> bool {
        cx.now_ms < self.gone_ms + SHOWN_MS
    }
}

/// Adds a block that is taken away now; forgets what isn't shown any more.
pub(crate) fn keep(cx: &Cx, former: &mut Vec<Former>, association: CidrAssociation) {
    former.retain(|f| f.is_shown(cx));
    former.push(Former { association, gone_ms: cx.now_ms });
    let too_many = former.len().saturating_sub(MOST);
    former.drain(..too_many);
}

/// Blocks of one family as they are shown, with their states: those that are held, then former ones.
pub(crate) fn with_states<'a>(
    cx: &'a Cx,
    held: &'a [CidrAssociation],
    former: &'a [Former],
) -> impl Iterator<Item = (&'a CidrAssociation, &'static str)> {
    let former = former.iter().filter(|f| f.is_shown(cx)).map(|f| (&f.association, "disassociated"));
    held.iter().map(|c| (c, "associated")).chain(former)
}
