//! How parameters are called in awsQuery and ec2Query, and how members are found by those names.

use std::borrow::Cow;

use model::{Flags, Kind, Member, Model, Protocol, Shape};

/// Whether the service speaks EC2's dialect.
pub(crate) fn speaks_ec2(model: &Model) -> bool {
    model.protocols.contains(&Protocol::Ec2)
}

/// The parameter that a member travels as.
pub(crate) fn parameter_name(model: &Model, m: &Member, target: &Shape) -> Cow<'static, str> {
    if let Some(name) = m.query_name {
        return Cow::Borrowed(name);
    }
    if speaks_ec2(model) {
        return capitalised(m.wire());
    }
    Cow::Borrowed(flat_item_name(m, target).unwrap_or(m.wire()))
}

/// A flattened list without a name of its own on the wire goes by its item's, where that has one.
pub(crate) fn flat_item_name(m: &Member, target: &Shape) -> Option<&'static str> {
    if target.kind != Kind::List || m.wire_name.is_some() || !flattened(m, target) {
        return None;
    }
    target.members.first()?.wire_name
}

/// Whether a list or map has no branch (or element) around its items.
pub(crate) fn flattened(m: &Member, target: &Shape) -> bool {
    m.flags.has(Flags::FLATTENED) || target.flags.has(Flags::FLATTENED)
}

/// Name of a map's `key` or `value`.
pub(crate) fn entry_part(m: &Member) -> &'static str {
    m.query_name.unwrap_or_else(|| m.wire())
}

/// Index of the member that a parameter's name stands for.
pub(crate) fn find(model: &Model, shape: &Shape, name: &str, ec2: bool) -> Option<usize> {
    if ec2 {
        return shape.members.iter().position(|m| match m.query_name {
            Some(query) => query == name,
            None => same_capitalised(m.wire(), name),
        });
    }
    if let Some(i) = shape.members.iter().position(|m| m.query_name == Some(name)) {
        return Some(i);
    }
    if let Some(i) = shape.by_name.get(name) {
        return Some(usize::from(*i));
    }
    shape.members.iter().position(|m| flat_item_name(m, model.shape(m.target)) == Some(name))
}

fn same_capitalised(wire: &str, name: &str) -> bool {
    let (Some(a), Some(b)) = (wire.as_bytes().first(), name.as_bytes().first()) else { return false };
    a.to_ascii_uppercase() == *b && wire.as_bytes()[1..] == name.as_bytes()[1..]
}

fn capitalised(name: &'static str) -> Cow<'static, str> {
    match name.as_bytes().first() {
        Some(b) if b.is_ascii_lowercase() => {
            let mut owned = name.to_owned();
            owned[..1].make_ascii_uppercase();
            Cow::Owned(owned)
        }
        _ => Cow::Borrowed(name),
    }
}
