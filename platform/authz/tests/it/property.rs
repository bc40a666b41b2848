//! The evaluator against the reference evaluator, on policies and requests made from small alphabets so that things
//! often nearly match. Seeded: a failure prints the seed that repeats it.

use std::collections::BTreeMap;

use authz::{Exemptions, PrincipalKind};
use serde_json::{Map, Value, json};

use crate::reference;
use crate::world::{self, Policies, Who, World};

const CASES: u64 = 20_000;
const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];
const USERS: [&str; 2] = ["ada", "bob"];

/// SplitMix64: small, seedable, good enough to choose from lists.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn some(&mut self, from: &[&str], most: usize) -> Value {
        let count = 1 + self.below(most);
        if count == 1 {
            return json!(self.pick(from));
        }
        (0..count).map(|_| json!(self.pick(from))).collect()
    }
}

const ACTIONS: [&str; 9] = [
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:PutObject",
    "s3:?etObject",
    "sqs:SendMessage",
    "sqs:*Message",
    "*:*",
];
const ASKED: [&str; 5] =
    ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "sqs:DeleteMessage"];
const RESOURCES: [&str; 11] = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b*",
    "arn:*:s3:::?/k",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::b/${aws:userid, 'k'}",
    "arn:aws:s3:::b/${*}",
    "arn:aws:sqs:us-east-1:111122223333:q",
    "arn:aws:sqs:*:*:q*",
    "arn:aws:sqs",
];
const TARGETS: [&str; 7] = [
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/ada",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b",
    "arn:aws:sqs:us-east-1:111122223333:q",
    "arn:aws:sqs:eu-west-1:444455556666:q:r",
    "*",
];
const OPERATORS: [&str; 22] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateGreaterThan",
    "DateLessThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotLike",
    "ArnLike",
    "Null",
];
const KEYS: [&str; 5] = ["aws:username", "aws:TagKeys", "aws:SourceArn", "s3:max-keys", "aws:userid"];

fn values_for(operator: &str) -> &'static [&'static str] {
    match operator {
        o if o.starts_with("String") => {
            &["ada", "Ada", "a*", "?da", "", "${aws:username}", "${aws:userid, 'ada'}", "${*}"]
        }
        o if o.starts_with("Numeric") => &["5", "10", "7.5", "-1"],
        o if o.starts_with("Date") => &["2020-01-01T00:00:00Z", "2021-06-01", "1577836800", "2020"],
        "Bool" | "Null" => &["true", "false"],
        "BinaryEquals" => &["YWRh", "Ym9i"],
        o if o.contains("IpAddress") => &["10.0.0.0/8", "10.1.2.3", "2001:db8::/32", "0.0.0.0/0"],
        _ => &[
            "arn:aws:sns:us-east-1:111122223333:t",
            "arn:aws:*:*:*:t*",
            "*",
            "arn:aws:sns:*",
            "arn:aws:iam::${aws:userid}:x",
        ],
    }
}

const HELD: [&str; 16] = [
    "ada",
    "Ada",
    "bob",
    "",
    "*",
    "5",
    "10",
    "true",
    "false",
    "YWRh",
    "10.1.2.3",
    "2001:db8::7",
    "2020-01-01T00:00:00Z",
    "1577836800",
    "arn:aws:sns:us-east-1:111122223333:t",
    "111122223333",
];

fn condition(random: &mut Random) -> Value {
    let mut block = Map::new();
    for _ in 0..1 + random.below(2) {
        let base = random.pick(&OPERATORS);
        let mut name = base.to_owned();
        if base != "Null" {
            if random.one_in(3) {
                name = format!("{}:{name}", random.pick(&["ForAllValues", "ForAnyValue"]));
            }
            if random.one_in(4) {
                name.push_str("IfExists");
            }
        }
        let values = random.some(values_for(base), 2);
        block.insert(name, json!({ random.pick(&KEYS): values }));
    }
    Value::Object(block)
}

fn principal(random: &mut Random) -> Value {
    let account = random.pick(&ACCOUNTS);
    let name = random.pick(&USERS);
    match random.below(10) {
        0 => json!("*"),
        1 => json!({ "AWS": "*" }),
        2 => json!({ "AWS": account }),
        3 => json!({ "AWS": format!("arn:aws:iam::{account}:root") }),
        4 => json!({ "AWS": format!("arn:aws:iam::{account}:user/{name}") }),
        5 => json!({ "AWS": format!("arn:aws:iam::{account}:role/{name}") }),
        6 => json!({ "AWS": [format!("arn:aws:sts::{account}:assumed-role/{name}/s"), account] }),
        7 => json!({ "AWS": [
            format!("arn:aws:sts::{account}:assumed-role/{name}/s"),
            format!("arn:aws:iam::{account}:role/{name}"),
            format!("arn:aws:iam::{account}:user/{name}"),
            account,
        ] }),
        8 if random.one_in(2) => json!({ "AWS": format!("AROA{name:X<16}").to_uppercase(),
            "CanonicalUser": format!("canonical-{account}") }),
        8 => json!({ "Service": ["events.amazonaws.com", "sns.amazonaws.com"] }),
        _ => {
            json!({ "AWS": format!("arn:aws:sts::{account}:federated-user/{name}"), "Federated": "www.amazon.com" })
        }
    }
}

fn statement(random: &mut Random, with_principal: bool, deny_one_in: usize) -> Value {
    let mut statement = Map::new();
    let effect = if random.one_in(deny_one_in) { "Deny" } else { "Allow" };
    statement.insert("Effect".into(), json!(effect));
    let action = if random.one_in(8) { "NotAction" } else { "Action" };
    statement.insert(action.into(), random.some(&ACTIONS, 2));
    let resource = if random.one_in(8) { "NotResource" } else { "Resource" };
    statement.insert(resource.into(), random.some(&RESOURCES, 2));
    if with_principal {
        let element = if random.one_in(6) { "NotPrincipal" } else { "Principal" };
        statement.insert(element.into(), principal(random));
    }
    if random.one_in(3) {
        statement.insert("Condition".into(), condition(random));
    }
    Value::Object(statement)
}

fn policies(random: &mut Random, with_principal: bool) -> Policies {
    let policy = |random: &mut Random| {
        let statements: Vec<Value> =
            (0..1 + random.below(3)).map(|_| statement(random, with_principal, 6)).collect();
        let mut policy = json!({ "Statement": statements });
        if !random.one_in(8) {
            policy["Version"] = json!("2012-10-17");
        }
        policy
    };
    (0..1 + random.below(2)).map(|nth| (format!("p{nth}"), policy(random))).collect()
}

fn rcp(random: &mut Random) -> Policies {
    let full = json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" });
    let mut deny = json!({ "Effect": "Deny", "Principal": "*", "Action": random.some(&ACTIONS, 1),
        "Resource": random.some(&RESOURCES, 2) });
    deny["Condition"] = condition(random);
    let statements = if random.one_in(5) { json!([deny]) } else { json!([full, deny]) };
    vec![("rcp".into(), json!({ "Version": "2012-10-17", "Statement": statements }))]
}

fn who(random: &mut Random) -> Who {
    let (account, name) = (random.pick(&ACCOUNTS), random.pick(&USERS));
    let (kind, arn, parent) = match random.below(9) {
        0 => (PrincipalKind::Root, format!("arn:aws:iam::{account}:root"), None),
        1..=3 => (PrincipalKind::User, format!("arn:aws:iam::{account}:user/{name}"), None),
        4 | 5 => {
            let role = format!("arn:aws:iam::{account}:role/{name}");
            (PrincipalKind::RoleSession, format!("arn:aws:sts::{account}:assumed-role/{name}/s"), Some(role))
        }
        6 => {
            let user = format!("arn:aws:iam::{account}:user/{name}");
            (
                PrincipalKind::FederatedUser,
                format!("arn:aws:sts::{account}:federated-user/{name}"),
                Some(user),
            )
        }
        7 if random.one_in(2) => (PrincipalKind::Service, "events.amazonaws.com".to_owned(), None),
        7 => (PrincipalKind::Federated, "www.amazon.com".to_owned(), None),
        _ => (PrincipalKind::Anonymous, String::new(), None),
    };
    let owned = !matches!(kind, PrincipalKind::Service | PrincipalKind::Federated | PrincipalKind::Anonymous);
    Who {
        kind,
        arn,
        account: if owned { account.to_owned() } else { String::new() },
        parent,
        unique_id: owned.then(|| format!("AROA{name:X<16}").to_uppercase()),
        canonical: owned.then(|| format!("canonical-{account}")),
    }
}

fn world(seed: u64) -> World {
    let random = &mut Random(seed);
    let mut world = World::new(who(random), random.pick(&ASKED), random.pick(&TARGETS));
    world.owner = (!random.one_in(3)).then(|| random.pick(&ACCOUNTS).to_owned());
    for key in KEYS {
        match random.below(5) {
            0 => {}
            1 => world.context.push((key.into(), vec![random.pick(&HELD).into(), random.pick(&HELD).into()])),
            _ => world.context.push((key.into(), vec![random.pick(&HELD).into()])),
        }
    }
    world.identity = (!random.one_in(16)).then(|| policies(random, false));
    world.boundary = random.one_in(6).then(|| policies(random, false));
    world.session = random.one_in(5).then(|| policies(random, false));
    world.resource_policy = random.one_in(2).then(|| policies(random, true));
    if random.one_in(6) {
        world.scps = (0..1 + random.below(2)).map(|_| policies(random, false)).collect();
    }
    if random.one_in(5) {
        world.rcps = vec![rcp(random)];
    }
    world.required = random.one_in(8);
    world.exempt = Exemptions {
        principal_in_management_account: random.one_in(8),
        service_linked_role: random.one_in(8),
        resource_in_management_account: random.one_in(8),
    };
    world
}

/// Compares the two on every seed of a range and counts the outcomes.
fn compare(seeds: std::ops::Range<u64>) -> BTreeMap<&'static str, u64> {
    let mut seen = BTreeMap::new();
    for seed in seeds {
        let world = world(seed);
        let wanted = reference::decide(&world);
        let got = world::decide(&world, |decision| world::effect_word(decision.effect));
        assert_eq!(got, wanted, "seed {seed}: {world:#?}");
        *seen.entry(wanted).or_insert(0) += 1;
    }
    seen
}

#[test]
fn agrees_with_the_reference_evaluator() {
    let halves = [0..CASES / 2, CASES / 2..CASES];
    let seen = std::thread::scope(|scope| {
        let running: Vec<_> = halves.into_iter().map(|seeds| scope.spawn(|| compare(seeds))).collect();
        let mut all = BTreeMap::new();
        for half in running {
            for (outcome, count) in half.join().unwrap() {
                *all.entry(outcome).or_insert(0) += count;
            }
        }
        all
    });
    // The generator must keep reaching every outcome, or the comparison says nothing.
    for outcome in ["allow", "explicit", "implicit"] {
        assert!(seen.get(outcome).is_some_and(|count| *count > CASES / 20), "{seen:?}");
    }
    println!("{seen:?}");
}
