//! Walking lists one item a page, or as few as the service allows: every item once, in the order of the unpaged list, and an
//! end. Which lists there are comes from the models; what is in them, from the test.

use std::collections::{BTreeMap, BTreeSet};

use kernel::RequestMeta;
use model::{Kind, Model, Operation};
use serde_json::{Map, Value};

use crate::Lab;

const TOKENS: [&str; 2] = ["Marker", "NextToken"];
const LIMITS: [&str; 3] = ["MaxItems", "MaxResults", "Limit"];

/// Every built operation that pages by a token and a limit, as `service Operation`.
pub fn paged(lab: &Lab) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for service in lab.kernel.services() {
        let model = model::service(service.id).expect("the service has a model");
        let built = service.operations.iter().filter_map(|o| model.operation(o.name));
        all.extend(built.filter(|o| ends(model, o).is_some()).map(|o| format!("{} {}", service.id, o.name)));
    }
    all
}

/// Walks a list with one item a page and compares it with the list as a whole. Gives the number of its items.
///
/// Errors: what is wrong with the walk.
pub fn walk(lab: &Lab, service: &str, operation: &str, input: &Value) -> Result<usize, String> {
    walk_by(lab, service, operation, input, 1)
}

/// As [`walk`], with so many items a page.
pub fn walk_by(
    lab: &Lab,
    service: &str,
    operation: &str,
    input: &Value,
    size: usize,
) -> Result<usize, String> {
    let model = model::service(service).ok_or("no such service")?;
    let modelled = model.operation(operation).ok_or("no such operation")?;
    let Ends { tokens, limit } = ends(model, modelled).ok_or("it does not page")?;
    let whole = lists(&call(lab, service, operation, input)?);
    let (mut walked, mut more) = (BTreeMap::new(), false);
    let mut ask = input.as_object().cloned().unwrap_or_default();
    ask.insert(limit.to_owned(), size.into());
    let total: usize = whole.values().map(Vec::len).sum();
    for _ in 0..total.div_ceil(size).max(1) {
        let page = call(lab, service, operation, &Value::Object(ask.clone()))?;
        let found = lists(&page);
        let n: usize = found.values().map(Vec::len).sum();
        let done: usize = walked.values().map(Vec::len).sum();
        if n != (total - done).min(size) {
            return Err(format!("a page of {n}: {page}"));
        }
        for (name, items) in found {
            walked.entry(name).or_insert_with(Vec::new).extend(items);
        }
        more = false;
        for (into, out_of) in &tokens {
            match page.get(*out_of).filter(|token| token.is_string() || token.is_number()) {
                Some(token) => {
                    ask.insert((*into).to_owned(), token.clone());
                    more = true;
                }
                None => drop(ask.remove(*into)),
            }
        }
        // Some lists say after their last page, too, where it ended: IsTruncated is the word then.
        match page.get("IsTruncated").map(Value::as_bool) {
            Some(Some(true)) if !more => return Err(format!("IsTruncated belies the token: {page}")),
            Some(Some(truncated)) => more = truncated,
            Some(None) => return Err(format!("IsTruncated is no truth: {page}")),
            None => {}
        }
        if !more {
            break;
        }
    }
    if more {
        return Err("it goes on after its last item".to_owned());
    }
    let once = walked.values().flatten().map(Value::to_string).collect::<BTreeSet<_>>().len();
    if walked != whole || once != total {
        return Err(format!("walked {walked:?}\n  as a whole {whole:?}"));
    }
    Ok(total)
}

/// Members by which an operation pages.
struct Ends {
    /// Names of an input member and of the output member that it takes its value from; S3's versions have two such pairs.
    tokens: Vec<(&'static str, &'static str)>,
    limit: &'static str,
}

fn ends(model: &'static Model, operation: &'static Operation) -> Option<Ends> {
    let (input, output) = (model.shape(operation.input?), model.shape(operation.output?));
    if let Some(p) = &operation.pagination {
        // Where the model names a second source for a token ("NextMarker || Contents[-1].Key"), the first is walked by.
        let first = |name: &'static str| name.split(" || ").next().unwrap_or(name);
        let pairs = p.input_tokens.iter().zip(p.output_tokens.iter());
        let tokens: Vec<_> = pairs.map(|(into, out_of)| (*into, first(out_of))).collect();
        // A token that is neither text nor number is a key (DynamoDB's pages): no token to be taken on trust.
        let plain = |(into, _): &(&str, &str)| {
            let kind = |m: &model::Member| &model.shape(m.target).kind;
            input.member(into).is_some_and(|(_, m)| matches!(kind(m), Kind::String | Kind::Integer))
        };
        let walks = !tokens.is_empty() && tokens.iter().all(plain);
        return walks.then_some(Ends { tokens, limit: p.limit_key? });
    }
    let name = TOKENS.into_iter().find(|n| input.member(n).is_some() && output.member(n).is_some())?;
    let limit = LIMITS.into_iter().find(|n| input.member(n).is_some_and(|(_, m)| number(model, m.target)))?;
    Some(Ends { tokens: vec![(name, name)], limit })
}

fn number(model: &Model, id: model::ShapeId) -> bool {
    matches!(model.shape(id).kind, Kind::Integer | Kind::Long)
}

fn call(lab: &Lab, service: &str, operation: &str, input: &Value) -> Result<Value, String> {
    let meta = RequestMeta { base_url: "http://localhost:4566".to_owned(), ..RequestMeta::default() };
    let (who, input) = (lab.root(), input.to_string());
    let answer = lab.block_on(lab.kernel.call_json(&who, lab.scope(), &meta, service, operation, &input));
    let answer = answer.map_err(|f| format!("{f:?}"))?;
    serde_json::from_str(&answer).map_err(|e| e.to_string())
}

/// Lists that say once more what another list of the same answer says.
const REPEATED: [&str; 1] = ["ServiceNames"];

/// The lists of an answer that hold anything.
fn lists(answer: &Value) -> BTreeMap<String, Vec<Value>> {
    let members = answer.as_object().into_iter().flat_map(Map::iter);
    let lists = members.filter_map(|(name, v)| Some((name.clone(), v.as_array()?.clone())));
    lists.filter(|(name, items)| !items.is_empty() && !REPEATED.contains(&name.as_str())).collect()
}
