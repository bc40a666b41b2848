//! A second evaluator, written from the documentation in the most literal way: straight from the JSON, every statement
//! looked at, nothing compiled or indexed. It shares no code with the crate and answers `allow`, `explicit` or
//! `implicit`. Slow on purpose.

use std::collections::BTreeMap;

use authz::PrincipalKind;
use serde_json::Value;

use crate::world::{Policies, Who, World};

type Context = BTreeMap<String, Vec<String>>;

/// What one layer says: any deny, and the strongest way in which an allow names the principal (1 account, 2 role,
/// 3 direct; 0 nothing allows).
#[derive(Clone, Copy, Default)]
struct Says {
    deny: bool,
    allow: u8,
}

pub fn decide(world: &World) -> &'static str {
    let context: Context =
        world.context.iter().map(|(key, values)| (key.to_lowercase(), values.clone())).collect();
    let says = |policies: &Policies| layer(policies, world, &context);
    let who = &world.who;
    let has_account = !who.account.is_empty();
    let identity = world.identity.as_ref().filter(|_| has_account).map(says);
    let boundary =
        world.boundary.as_ref().filter(|_| has_account && who.kind != PrincipalKind::Root).map(says);
    let session = world.session.as_ref().filter(|_| has_account).map(says);
    let resource = world.resource_policy.as_ref().map(says);
    let mut scps: Vec<Says> = world.scps.iter().map(says).collect();
    if !has_account || world.exempt.principal_in_management_account || world.exempt.service_linked_role {
        scps.clear();
    }
    let mut rcps: Vec<Says> = world.rcps.iter().map(says).collect();
    if world.exempt.resource_in_management_account || world.exempt.service_linked_role {
        rcps.clear();
    }

    let singles = [identity, boundary, session, resource];
    if singles.iter().flatten().chain(&scps).chain(&rcps).any(|says| says.deny) {
        return "explicit";
    }
    if scps.iter().chain(&rcps).any(|says| says.allow == 0) {
        return "implicit";
    }
    let granted = resource.map_or(0, |says| says.allow);
    if matches!(who.kind, PrincipalKind::Service | PrincipalKind::Federated | PrincipalKind::Anonymous) {
        return word(granted > 0);
    }
    let by_identity = who.kind == PrincipalKind::Root || identity.is_some_and(|says| says.allow > 0);
    let in_boundary = boundary.is_none_or(|says| says.allow > 0);
    let in_session = match session {
        Some(says) => says.allow > 0,
        None => who.kind != PrincipalKind::FederatedUser,
    };
    let by_own_account = by_identity && in_boundary && in_session;
    let same_account = world.owner.as_ref().is_none_or(|owner| *owner == who.account);
    if !same_account {
        return word(granted > 0 && by_own_account);
    }
    if world.required && granted == 0 {
        return "implicit";
    }
    word(match granted {
        3 => true,
        2 => in_boundary && in_session,
        _ => by_own_account,
    })
}

fn word(allowed: bool) -> &'static str {
    if allowed { "allow" } else { "implicit" }
}

fn layer(policies: &Policies, world: &World, context: &Context) -> Says {
    let mut says = Says::default();
    for (_, policy) in policies {
        let new_version = policy.get("Version").and_then(Value::as_str) == Some("2012-10-17");
        for statement in list(&policy["Statement"]) {
            let deny = statement["Effect"] == "Deny";
            let strength = principal(statement, &world.who, deny);
            if strength > 0
                && action(statement, &world.action)
                && resource(statement, &world.resource, context, new_version)
                && conditions(statement, context, new_version)
            {
                if deny {
                    says.deny = true;
                } else {
                    says.allow = says.allow.max(strength);
                }
            }
        }
    }
    says
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

fn texts(value: &Value) -> Vec<String> {
    list(value).iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect()
}

fn action(statement: &Value, action: &str) -> bool {
    let action: Vec<char> = action.to_lowercase().chars().collect();
    let any = |value: &Value| {
        texts(value)
            .iter()
            .any(|text| glob(&text.to_lowercase().chars().map(token).collect::<Vec<_>>(), &action))
    };
    match statement.get("Action") {
        Some(value) => any(value),
        None => !any(&statement["NotAction"]),
    }
}

/// One character of a pattern.
#[derive(Clone, Copy)]
enum Token {
    Star,
    Question,
    Char(char),
}

fn token(c: char) -> Token {
    match c {
        '*' => Token::Star,
        '?' => Token::Question,
        c => Token::Char(c),
    }
}

fn glob(pattern: &[Token], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Token::Star, rest)), None) => glob(rest, text),
        (Some((Token::Star, rest)), Some((_, tail))) => glob(rest, text) || glob(pattern, tail),
        (Some((Token::Question, rest)), Some((_, tail))) => glob(rest, tail),
        (Some((Token::Char(c), rest)), Some((t, tail))) => c == t && glob(rest, tail),
        (Some(_), None) => false,
    }
}

/// Substitutes variables; `None` if one has no value.
fn expand(text: &str, context: &Context, new_version: bool, wildcards: bool) -> Option<Vec<Token>> {
    let make = |c: char| if wildcards { token(c) } else { Token::Char(c) };
    if !new_version {
        return Some(text.chars().map(make).collect());
    }
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else { break };
        out.extend(rest[..at].chars().map(make));
        let body = &rest[at + 2..at + end];
        let value = match body {
            "*" | "?" | "$" => body.to_owned(),
            _ => {
                let (key, default) = match body.split_once(", '") {
                    Some((key, default)) => (key, default.strip_suffix('\'').map(str::to_owned)),
                    None => (body, None),
                };
                match context.get(&key.to_lowercase()) {
                    Some(values) if values.len() == 1 => values[0].clone(),
                    Some(values) if !values.is_empty() => return None,
                    _ => default?,
                }
            }
        };
        out.extend(value.chars().map(Token::Char));
        rest = &rest[at + end + 1..];
    }
    out.extend(rest.chars().map(make));
    Some(out)
}

/// Cuts at the first five colons that aren't inside a variable.
fn colons(text: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut inside = false;
    for (at, c) in text.char_indices() {
        if text[at..].starts_with("${") {
            inside = true;
        } else if c == '}' {
            inside = false;
        }
        if c == ':' && !inside && out.len() < 6 {
            out.push(String::new());
        } else {
            out.last_mut().unwrap().push(c);
        }
    }
    out
}

/// `None`: a variable has no value.
fn arn_matches(
    pattern: &[String],
    text: &str,
    context: &Context,
    variables: impl Fn(usize) -> bool,
) -> Option<bool> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let mut matched = parts.len() == 6;
    for (at, piece) in pattern.iter().enumerate() {
        let tokens = expand(piece, context, variables(at), true)?;
        let part: Vec<char> = parts.get(at).unwrap_or(&"").chars().collect();
        matched &= glob(&tokens, &part);
    }
    Some(matched)
}

fn resource(statement: &Value, resource: &str, context: &Context, new_version: bool) -> bool {
    let one = |text: &String| -> Option<bool> {
        if text == "*" {
            return Some(true);
        }
        let mut pattern = colons(text);
        while pattern.len() < 6 {
            pattern.push("*".to_owned());
        }
        arn_matches(&pattern, resource, context, |at| new_version && at == 5)
    };
    if let Some(value) = statement.get("Resource") {
        texts(value).iter().any(|text| one(text) == Some(true))
    } else if let Some(value) = statement.get("NotResource") {
        texts(value).iter().all(|text| one(text) == Some(false))
    } else {
        true
    }
}

fn principal(statement: &Value, who: &Who, deny: bool) -> u8 {
    if let Some(value) = statement.get("Principal") {
        return names(value).iter().map(|name| strength(name, who)).max().unwrap_or(0);
    }
    let Some(value) = statement.get("NotPrincipal") else { return 3 };
    let names = names(value);
    if !deny {
        return if names.iter().any(|name| strength(name, who) > 0) { 0 } else { 3 };
    }
    if names.iter().any(|(_, value)| value == "*") {
        return 0;
    }
    // Every level of the principal has to be named for it to be spared.
    let account = names.iter().any(|name| strength(name, who) == 1);
    let parent = names.iter().any(|name| strength(name, who) == 2);
    let own = names.iter().any(|name| strength(name, who) == 3);
    let spared = match who.kind {
        PrincipalKind::Root => account,
        PrincipalKind::User => account && own,
        PrincipalKind::RoleSession | PrincipalKind::FederatedUser => account && parent && own,
        PrincipalKind::Service | PrincipalKind::Federated => own,
        PrincipalKind::Anonymous => false,
    };
    if spared { 0 } else { 3 }
}

fn names(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(map) => map
            .iter()
            .flat_map(|(kind, value)| texts(value).into_iter().map(move |text| (kind.clone(), text)))
            .collect(),
        _ => vec![("AWS".to_owned(), "*".to_owned())],
    }
}

fn strength((kind, value): &(String, String), who: &Who) -> u8 {
    let root = format!(":iam::{}:root", who.account);
    let account = !who.account.is_empty();
    match kind.as_str() {
        "AWS" if value == "*" => 3,
        "AWS" if account && (*value == who.account || value.ends_with(&root)) => 1,
        "AWS" if account && *value == who.arn => 3,
        "AWS" if Some(value) == who.parent.as_ref() => 2,
        "AWS" if Some(value) == who.unique_id.as_ref() => {
            if who.kind == PrincipalKind::User {
                3
            } else {
                2
            }
        }
        "CanonicalUser" if Some(value) == who.canonical.as_ref() => 1,
        "Service" if who.kind == PrincipalKind::Service && *value == who.arn => 3,
        "Federated" if who.kind == PrincipalKind::Federated && *value == who.arn => 3,
        _ => 0,
    }
}

fn conditions(statement: &Value, context: &Context, new_version: bool) -> bool {
    let Some(Value::Object(block)) = statement.get("Condition") else { return true };
    block.iter().all(|(operator, keys)| {
        let Value::Object(keys) = keys else { return true };
        keys.iter().all(|(key, values)| condition(operator, key, &texts(values), context, new_version))
    })
}

fn condition(operator: &str, key: &str, values: &[String], context: &Context, new_version: bool) -> bool {
    let nothing = Vec::new();
    let found = context.get(&key.to_lowercase()).unwrap_or(&nothing);
    if operator == "Null" {
        let missing = if found.is_empty() { "true" } else { "false" };
        return values.iter().any(|value| value.to_lowercase() == missing);
    }
    let (set, name) = match operator.split_once(':') {
        Some((set, name)) => (set, name),
        None => ("", operator),
    };
    let if_exists = name.ends_with("IfExists");
    let name = name.trim_end_matches("IfExists");
    let negated = name.contains("Not");
    let name = name.replace("Not", "");
    let one = |text: &String| {
        let results: Vec<Option<bool>> =
            values.iter().map(|value| compare(&name, text, value, context, new_version)).collect();
        if negated {
            results.iter().all(|result| *result == Some(false))
        } else {
            results.contains(&Some(true))
        }
    };
    let empty = found.is_empty() || (!set.is_empty() && found.len() == 1 && found[0].is_empty());
    match set {
        "ForAllValues" => empty || found.iter().all(one),
        "ForAnyValue" if empty => if_exists,
        "ForAnyValue" => found.iter().any(one),
        _ if empty => if_exists || negated,
        _ if negated => found.iter().all(one),
        _ => found.iter().any(one),
    }
}

/// Compares one value of the request with one of the policy; `None`: a variable has no value.
fn compare(name: &str, request: &str, policy: &str, context: &Context, new_version: bool) -> Option<bool> {
    let chars: Vec<char> = request.chars().collect();
    Some(match name {
        "StringEquals" => glob(&expand(policy, context, new_version, false)?, &chars),
        "StringEqualsIgnoreCase" => {
            let lower = |c: char| c.to_lowercase().next().unwrap();
            let pattern: Vec<Token> = expand(policy, context, new_version, false)?
                .into_iter()
                .map(|t| if let Token::Char(c) = t { Token::Char(lower(c)) } else { t })
                .collect();
            glob(&pattern, &chars.into_iter().map(lower).collect::<Vec<_>>())
        }
        "StringLike" => glob(&expand(policy, context, new_version, true)?, &chars),
        "ArnEquals" | "ArnLike" => {
            let pattern = colons(policy);
            match pattern.len() {
                6 => arn_matches(&pattern, request, context, |_| new_version)?,
                1 if policy == "*" => true,
                1 if new_version && policy.starts_with("${") => {
                    glob(&expand(policy, context, true, false)?, &chars)
                }
                _ => false,
            }
        }
        "Bool" => {
            request.to_lowercase() == policy.to_lowercase()
                && matches!(&*policy.to_lowercase(), "true" | "false")
        }
        "BinaryEquals" => request.trim_end_matches('=') == policy.trim_end_matches('='),
        "IpAddress" => in_range(request, policy),
        _ => match name.strip_prefix("Numeric") {
            Some(order) => ordered(order, request.parse::<f64>().ok(), policy.parse::<f64>().ok()),
            None => ordered(name.strip_prefix("Date").unwrap(), seconds(request), seconds(policy)),
        },
    })
}

fn ordered(order: &str, request: Option<f64>, policy: Option<f64>) -> bool {
    let (Some(request), Some(policy)) = (request, policy) else { return false };
    match order {
        "Equals" => request == policy,
        "LessThan" => request < policy,
        "LessThanEquals" => request <= policy,
        "GreaterThan" => request > policy,
        "GreaterThanEquals" => request >= policy,
        other => panic!("no such order: {other}"),
    }
}

/// Epoch seconds, or a date counted day by day (only the forms that the tests use).
fn seconds(text: &str) -> Option<f64> {
    if let Ok(number) = text.parse::<f64>() {
        if text.len() != 4 {
            return Some(number);
        }
        return seconds(&format!("{text}-01-01"));
    }
    let (day, clock) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let mut fields = day.split('-').map(|field| field.parse::<u32>().ok());
    let (year, month, date) =
        (fields.next()??, fields.next().unwrap_or(Some(1))?, fields.next().unwrap_or(Some(1))?);
    let mut days = 0;
    for y in 1970..year {
        days += if leap(y) { 366 } else { 365 };
    }
    for m in 1..month {
        days += match m {
            2 => 28 + u32::from(leap(year)),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    let (clock, offset) = match clock.split_once('+') {
        Some((clock, zone)) => (clock, zone.split(':').next()?.parse::<f64>().ok()? * 3600.0),
        None => (clock.trim_end_matches('Z'), 0.0),
    };
    let mut total = f64::from(days + date - 1) * 86_400.0;
    for (field, unit) in clock.split(':').zip([3600.0, 60.0, 1.0]) {
        total += field.parse::<f64>().ok()? * unit;
    }
    Some(total - offset)
}

fn leap(year: u32) -> bool {
    year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400)
}

fn in_range(request: &str, policy: &str) -> bool {
    let bits = |text: &str| -> Option<String> {
        let address: std::net::IpAddr = text.parse().ok()?;
        Some(match address.to_canonical() {
            std::net::IpAddr::V4(v4) => format!("4{:032b}", v4.to_bits()),
            std::net::IpAddr::V6(v6) => format!("6{:0128b}", v6.to_bits()),
        })
    };
    let (base, length) = match policy.split_once('/') {
        Some((base, length)) => (base, length.parse::<usize>().ok()),
        None => (policy, Some(128)),
    };
    let (Some(request), Some(base), Some(length)) = (bits(request), bits(base), length) else { return false };
    let length = (length + 1).min(base.len());
    request.len() == base.len() && request[..length] == base[..length]
}
