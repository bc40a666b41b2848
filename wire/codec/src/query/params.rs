//! Form parameters as a sorted list of dotted names, and cursors on the branches of that tree. Costs memory only in
//! proportion to the bytes received, whatever indices they name.

use std::borrow::Cow;

use crate::record::{R, WireError};

/// More parameters than this are refused.
const MAX_PARAMS: usize = 100_000;

/// One parameter, decoded.
#[derive(Debug)]
pub(crate) struct Param<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Cow<'a, str>,
}

/// A branch: the parameters `lo..hi`, whose names agree up to `off`. A name that ends just before `off` is its leaf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) lo: usize,
    pub(crate) hi: usize,
    pub(crate) off: usize,
}

/// Splits, decodes and sorts; dots sort first, so that a branch is one run.
pub(crate) fn parse<'a>(parts: &[&'a str]) -> R<Vec<Param<'a>>> {
    let mut params = Vec::with_capacity(16);
    for part in parts.iter().flat_map(|p| p.split('&')).filter(|p| !p.is_empty()) {
        if params.len() >= MAX_PARAMS {
            return Err(WireError("The request has too many parameters".into()));
        }
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        params.push(Param { name: decode(name)?, value: decode(value)? });
    }
    params.sort_by(|a, b| {
        let (a, b) = (a.name.as_bytes(), b.name.as_bytes());
        // Below every other byte, NUL too.
        let order = |b: u8| if b == b'.' { 0 } else { u16::from(b) + 1 };
        match a.iter().zip(b).find(|(a, b)| a != b) {
            Some((a, b)) => order(*a).cmp(&order(*b)),
            None => a.len().cmp(&b.len()),
        }
    });
    Ok(params)
}

/// Undoes form encoding: `+` is a space, `%XX` a byte. Escapes must be whole and make UTF-8.
fn decode(text: &str) -> R<Cow<'_, str>> {
    let bytes = text.as_bytes();
    let Some(first) = bytes.iter().position(|b| matches!(b, b'%' | b'+')) else {
        return Ok(Cow::Borrowed(text));
    };
    let hex = |b: u8| char::from(b).to_digit(16).map(|v| v as u8);
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(&bytes[..first]);
    let mut at = first;
    while at < bytes.len() {
        match bytes[at] {
            b'+' => out.push(b' '),
            b'%' => {
                let pair = bytes.get(at + 1).zip(bytes.get(at + 2));
                let byte = pair.and_then(|(h, l)| Some(hex(*h)? << 4 | hex(*l)?));
                out.push(byte.ok_or_else(|| WireError("A percent escape is malformed".into()))?);
                at += 2;
            }
            b => out.push(b),
        }
        at += 1;
    }
    let text = String::from_utf8(out).map_err(|_| WireError("A parameter is not UTF-8".into()))?;
    Ok(Cow::Owned(text))
}

impl Node {
    /// The branch that holds all parameters.
    pub(crate) fn root(params: &[Param<'_>]) -> Node {
        Node { lo: 0, hi: params.len(), off: 0 }
    }

    /// Index of the parameter that ends here; the last one when it was sent twice.
    pub(crate) fn leaf(self, params: &[Param<'_>]) -> Option<usize> {
        let ends_here = |p: &&Param<'_>| self.off > 0 && p.name.len() == self.off - 1;
        let n = params[self.lo..self.hi].iter().take_while(ends_here).count();
        n.checked_sub(1).map(|i| self.lo + i)
    }

    /// The first sub-branch that starts at `from` or later, with its own name and where the next one may start.
    pub(crate) fn child<'p>(self, params: &'p [Param<'_>], from: usize) -> Option<(&'p str, Node)> {
        let mut lo = from.max(self.lo);
        while lo < self.hi && params[lo].name.len() < self.off {
            lo += 1;
        }
        if lo >= self.hi {
            return None;
        }
        let rest = &params[lo].name[self.off..];
        let end = rest.bytes().position(|b| b == b'.').unwrap_or(rest.len());
        let name = &rest[..end];
        let same = |p: &Param<'_>| {
            let rest = p.name.get(self.off..).unwrap_or("");
            rest.strip_prefix(name).is_some_and(|r| r.is_empty() || r.starts_with('.'))
        };
        let n = params[lo..self.hi].iter().take_while(|p| same(p)).count();
        Some((name, Node { lo, hi: lo + n.max(1), off: self.off + name.len() + 1 }))
    }

    /// The numbered sub-branches in numeric order: directly below, or below a branch called by one of `wrappers`.
    pub(crate) fn numbered(self, params: &[Param<'_>], wrappers: &[&str]) -> R<Vec<Node>> {
        let mut found: Vec<(u32, Node)> = Vec::new();
        let mut from = self.lo;
        while let Some((name, node)) = self.child(params, from) {
            from = node.hi;
            match name.parse::<u32>() {
                Ok(index) if name.bytes().all(|b| b.is_ascii_digit()) => found.push((index, node)),
                _ if wrappers.contains(&name) => {
                    found.extend(
                        node.numbered(params, &[])?.into_iter().enumerate().map(|(i, n)| (i as u32, n)),
                    );
                }
                _ => return Err(WireError(format!("Unexpected key {name} where an index belongs"))),
            }
        }
        found.sort_by_key(|(index, _)| *index);
        Ok(found.into_iter().map(|(_, node)| node).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_runs_whatever_the_order() {
        let params = parse(&["A-b=1&A.2=two&A.10=ten&A=leaf&A.2.x=y&B=%41+%2B"]).unwrap();
        let root = Node::root(&params);
        let (name, a) = root.child(&params, 0).unwrap();
        assert_eq!(name, "A");
        assert_eq!(a.leaf(&params).map(|i| &*params[i].value), Some("leaf"));
        let items = a.numbered(&params, &[]).unwrap();
        let leaves: Vec<&str> = items.iter().map(|n| &*params[n.leaf(&params).unwrap()].value).collect();
        assert_eq!(leaves, ["two", "ten"]);
        assert!(items[0].child(&params, 0).is_some() && items[1].child(&params, 0).is_none());
        let (name, _) = root.child(&params, a.hi).unwrap();
        assert_eq!(name, "A-b");
        assert_eq!(params.last().unwrap().value, "A +");
    }

    #[test]
    fn names_with_nul_have_their_own_place() {
        let form: Vec<String> =
            (0..50).map(|i| format!("A{}{i}=", if i % 2 == 0 { "." } else { "%00" })).collect();
        let form = form.join("&");
        let params = parse(&[&form]).unwrap();
        let (name, a) = Node::root(&params).child(&params, 0).unwrap();
        assert_eq!((name, a.hi - a.lo), ("A", 25), "the branch is one run");
    }

    #[test]
    fn malformed_forms_are_refused() {
        for form in ["a=%", "a=%4", "a=%zz", "a=%ff", "%C3=1"] {
            assert!(parse(&[form]).is_err(), "{form}");
        }
        let params = parse(&["&&=&.=1&..=2&a..b=3"]).unwrap();
        assert!(Node::root(&params).child(&params, 0).is_some());
    }
}
