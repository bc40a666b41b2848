//! `DescribeKeyPairs`: never paged. Source: EC2 API reference, "DescribeKeyPairs" (2026-11-22).

use codec::Fault;
use kernel::Cx;
use shapes_ec2::{DescribeKeyPairsRequest, DescribeKeyPairsResult};

use crate::describe::{Ask, stored};
use crate::key_pair::{KEY_PAIR, KeyPair, named, show};

/// Errors: InvalidKeyPair.NotFound; those of [`stored`].
pub(crate) fn decide(cx: &mut Cx, i: &DescribeKeyPairsRequest) -> Result<DescribeKeyPairsResult, Fault> {
    let mut ids = i.key_pair_ids.clone().unwrap_or_default();
    for name in i.key_names.iter().flatten() {
        ids.push(named(cx, name)?.ok_or_else(|| KEY_PAIR.not_found(name))?.id);
    }
    let ids = Some(ids);
    let found = stored::<KeyPair>(cx, &Ask::new("DescribeKeyPairs", &i.filters).ids(&ids))?;
    let public = i.include_public_key == Some(true);
    Ok(DescribeKeyPairsResult { key_pairs: found.show(|k, tags| show(k, tags, public)) })
}
