//! Who may: the authorization facts of every operation, from `facts/ec2-actions.tsv`. An operation says there which of its
//! parameters name which resources, and what it makes; here each becomes a target with ARN, tags and condition keys. Tags
//! given on creation ask for `ec2:CreateTags`, too, with `ec2:CreateAction`.
//! Source: EC2 user guide, "Example policies to control access", "Grant permission to tag resources during creation".

use codec::{Fault, Op, Record, Value};
use kernel::{Cx, Guard, Target};

use crate::kind::{self, Kind, Seen};
use crate::tags;

static FACTS: &str = include_str!("../../../facts/ec2-actions.tsv");

/// What an action touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Touches {
    /// The resource that a parameter names; without type, of whatever type the id is.
    Named { noun: &'static str, path: &'static str },
    /// One that is made, under a parameter's name if that is part of its ARN.
    Made { noun: &'static str, path: &'static str, only_tagged: bool },
}

/// The row of an action: the facts are sorted, so that a row is found by halving them.
fn facts(action: &str) -> Option<impl Iterator<Item = Touches>> {
    let (mut from, mut to) = (0, FACTS.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let start = FACTS[..middle].rfind('\n').map_or(0, |n| n + 1).max(from);
        let end = FACTS[start..].find('\n').map_or(FACTS.len(), |n| start + n);
        let (name, words) = FACTS[start..end].split_once('\t').unwrap_or((&FACTS[start..end], ""));
        match name.cmp(action) {
            std::cmp::Ordering::Equal => return Some(words.split(' ').map(touches)),
            std::cmp::Ordering::Less => from = end + 1,
            std::cmp::Ordering::Greater => to = start,
        }
    }
    None
}

fn touches(word: &'static str) -> Touches {
    let (noun, path) = word.split_once('=').unwrap_or((word, ""));
    match noun.strip_prefix('+') {
        Some(noun) => Touches::Made { noun, path, only_tagged: false },
        None => match noun.strip_prefix('~') {
            Some(noun) => Touches::Made { noun, path, only_tagged: true },
            None => Touches::Named { noun, path },
        },
    }
}

/// The guard of an operation.
pub(crate) fn of<O: Op>(cx: &Cx, input: &O::Input) -> Result<Guard, Fault> {
    let Some(row) = facts(O::NAME) else {
        let mut target = in_region(cx, Target::on("*"));
        if UNFILTERED.contains(&O::NAME) && asks_for_all(&read::<O>(input)?) {
            target.throttle_class = Some("ec2.unfiltered");
        }
        return Ok(Guard::of(target));
    };
    let value = read::<O>(input)?;
    let call = Call { cx, operation: O::NAME, input: &value };
    let mut guard = Guard::default();
    for touched in row {
        match touched {
            Touches::Named { noun, path } => call.named(&mut guard, noun, path)?,
            Touches::Made { noun, path, only_tagged } => call.made(&mut guard, noun, path, only_tagged),
        }
    }
    if guard.targets.is_empty() {
        guard = Guard::of(in_region(cx, Target::on("*")));
    }
    Ok(guard)
}

/// Lists that AWS throttles apart when they are asked for as a whole.
const UNFILTERED: [&str; 7] = [
    "DescribeInstances",
    "DescribeInstanceStatus",
    "DescribeNetworkInterfaces",
    "DescribeSecurityGroups",
    "DescribeSnapshots",
    "DescribeSpotInstanceRequests",
    "DescribeVolumes",
];

fn asks_for_all(input: &Value) -> bool {
    ["Filters", "MaxResults"].into_iter().all(|name| member(input, name).is_none())
}

fn read<O: Op>(input: &O::Input) -> Result<Value, Fault> {
    let model = model::service(O::SERVICE).expect("the model is built in");
    let shape = model.operation(O::NAME).and_then(|o| o.input).expect("it has an input");
    let record: &dyn Record = input;
    codec::to_value(model, model.shape(shape), record).map_err(|e| Fault::internal(e.0))
}

struct Call<'a> {
    cx: &'a Cx<'a>,
    operation: &'static str,
    input: &'a Value,
}

impl Call<'_> {
    /// Targets of the resources that a parameter names. One that isn't there is named all the same.
    fn named(&self, guard: &mut Guard, noun: &str, path: &str) -> Result<(), Fault> {
        for name in texts(self.input, path) {
            let kind = match noun {
                "*" => kind::of_id(name),
                // A name may look like any id.
                noun if path.ends_with("Name") => kind::by_noun(noun),
                noun => kind::by_noun(noun).filter(|k| kind::of_id(name).is_none_or(|n| n.noun == k.noun)),
            };
            let Some(kind) = kind else {
                if noun == "*" {
                    guard.targets.push(self.on(Target::on(self.cx.scope.arn("ec2", &format!("*/{name}")))));
                }
                continue;
            };
            let target = match (kind.seen)(self.cx, name)? {
                Some(seen) => existing(self.cx, kind, seen)?,
                None => Target::on(kind.arn(self.cx, name)),
            };
            guard.targets.push(self.on(target));
        }
        Ok(())
    }

    /// What every target of the call carries.
    fn on(&self, target: Target) -> Target {
        let mut target = in_region(self.cx, target);
        match self.operation {
            "CreateTags" => target.request_tags = Some(pairs(member(self.input, "Tags"))),
            "DeleteTags" => {
                target.tag_keys = Some(pairs(member(self.input, "Tags")).into_iter().map(|t| t.0).collect());
            }
            name if name.starts_with("Modify") => {
                let changed: Vec<String> = self.attributes();
                if let ([attribute], Some(value)) = (changed.as_slice(), self.attribute_value(&changed)) {
                    target.claims.push((format!("ec2:Attribute/{attribute}"), vec![value]));
                }
                if !changed.is_empty() {
                    target.keys.push(("ec2:Attribute", changed));
                }
            }
            _ => {}
        }
        target
    }

    /// Names of the members that change something.
    fn attributes(&self) -> Vec<String> {
        let Value::Record(members) = self.input else { return Vec::new() };
        let names = members.iter().map(|(_, name, _)| *name);
        names.filter(|n| *n != "DryRun" && !n.ends_with("Id")).map(str::to_owned).collect()
    }

    fn attribute_value(&self, changed: &[String]) -> Option<String> {
        match member(self.input, changed.first()?)? {
            Value::Record(inner) => {
                inner.iter().find(|(_, n, _)| *n == "Value").and_then(|(.., v)| scalar(v))
            }
            other => scalar(other),
        }
    }

    /// Targets for what is made, and for tagging it.
    fn made(&self, guard: &mut Guard, noun: &str, path: &str, only_tagged: bool) {
        let given = tags_for(self.input, noun);
        if only_tagged && given.is_none() {
            return;
        }
        let name = texts(self.input, path).first().copied().unwrap_or("*");
        let arn = kind::arn(self.cx, noun, name);
        let mut target = in_region(self.cx, Target::on(&arn));
        if let Some(tags) = given {
            let tagging = in_region(self.cx, Target::on(arn)).action("ec2:CreateTags");
            let tagging = tagging.key("ec2:CreateAction", vec![self.operation.to_owned()]);
            guard.targets.push(tagging.request_tags(tags.clone()));
            target.request_tags = Some(tags);
        }
        // Making is asked first.
        let at = guard.targets.len().saturating_sub(usize::from(target.request_tags.is_some()));
        if !only_tagged {
            guard.targets.insert(at, target);
        }
    }
}

/// The target of a resource, for guards that name more than a call's parameters do.
pub(crate) fn on(cx: &Cx, kind: &Kind, id: &str) -> Result<Target, Fault> {
    let target = match (kind.seen)(cx, id)? {
        Some(seen) => existing(cx, kind, seen)?,
        None => Target::on(kind.arn(cx, id)),
    };
    Ok(in_region(cx, target))
}

fn existing(cx: &Cx, kind: &Kind, seen: Seen) -> Result<Target, Fault> {
    let mut target = Target::on(kind.arn(cx, &seen.arn_id)).tags(tags::of(cx, &seen.id)?);
    target.keys = seen.keys;
    Ok(target)
}

/// With the region that the call is for, which is a condition key of everything.
pub(crate) fn in_region(cx: &Cx, target: Target) -> Target {
    target.key("ec2:Region", vec![cx.scope.region.to_owned()])
}

fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let Value::Record(members) = value else { return None };
    members.iter().find(|(_, n, _)| *n == name).map(|(_, _, v)| v)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Bool(b) => Some(b.to_string()),
        Value::Integer(n) => Some(n.to_string()),
        _ => None,
    }
}

/// The texts at a path like `Rules[].Rule.Id`.
fn texts<'v>(value: &'v Value, path: &str) -> Vec<&'v str> {
    let mut at = vec![value];
    for step in path.split('.') {
        let name = step.trim_end_matches("[]");
        at = at.into_iter().filter_map(|v| member(v, name)).flat_map(items).collect();
    }
    at.into_iter().filter_map(|v| if let Value::String(s) = v { Some(s.as_str()) } else { None }).collect()
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::List(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// Tags given for a type that is made.
fn tags_for(input: &Value, noun: &str) -> Option<Vec<(String, String)>> {
    let specs = member(input, "TagSpecifications").map(items).unwrap_or_default();
    let own = specs.into_iter().filter(|s| texts(s, "ResourceType").first() == Some(&noun));
    let tags: Vec<_> = own.flat_map(|s| pairs(member(s, "Tags"))).collect();
    (!tags.is_empty()).then_some(tags)
}

fn pairs(tags: Option<&Value>) -> Vec<(String, String)> {
    let one = |t: &Value, name: &str| texts(t, name).first().copied().unwrap_or_default().to_owned();
    tags.map(items).unwrap_or_default().into_iter().map(|t| (one(t, "Key"), one(t, "Value"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found() {
        let mut rows = 0;
        for (name, words) in FACTS.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'))
        {
            assert!(facts(name).is_some_and(|t| t.eq(words.split(' ').map(touches))), "{name}");
            rows += 1;
        }
        assert!(rows > 500 && facts("CreateCastle").is_none() && facts("").is_none());
    }

    #[test]
    fn every_path_of_a_built_operation_is_a_member_of_its_input() {
        let model = model::service(shapes_ec2::SERVICE).expect("the model");
        for name in shapes_ec2::OPERATIONS {
            let Some(row) = facts(name) else { continue };
            let input = model.shape(model.operation(name).and_then(|o| o.input).expect("an input"));
            for t in row {
                let (Touches::Named { path, .. } | Touches::Made { path, .. }) = t;
                let first = path.split('.').next().unwrap_or_default().trim_end_matches("[]");
                assert!(first.is_empty() || input.member(first).is_some(), "{name}: {path}");
            }
        }
    }
}
