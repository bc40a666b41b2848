//! Who may do what in S3: `data/s3-access.txt`, a table of buckets, callers and requests. The format is told at its head.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::collections::BTreeMap;
use std::sync::Arc;

use directory::Identity;
use kernel::{RequestMeta, Scope};
use serde_json::{Value, json};
use testkit::Lab;

const TABLE: &str = include_str!("data/s3-access.txt");
const GATE: &str = "arn:aws:s3:us-east-1:000000000000:accesspoint/gate";
const BOTH: &str = r#"["arn:aws:s3:::box","arn:aws:s3:::box/*"]"#;

/// Policies of the callers: what their account lets them do.
const CALLERS: [(&str, &str, &str); 9] = [
    ("none", "000000000000", ""),
    ("admin", "000000000000", r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#),
    (
        "reader",
        "000000000000",
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::box/*"}"#,
    ),
    (
        "tagger",
        "000000000000",
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"s3:ExistingObjectTag/team":"red"}}}"#,
    ),
    (
        "barred",
        "000000000000",
        r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::box/*"}"#,
    ),
    (
        "near",
        "000000000000",
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:us-east-1:000000000000:accesspoint/gate/object/*"}"#,
    ),
    (
        "far",
        "111111111111",
        r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:us-east-1:000000000000:accesspoint/gate/object/*"}"#,
    ),
    ("stranger", "111111111111", ""),
    ("guest", "111111111111", r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#),
];

struct World {
    lab: Lab,
    users: BTreeMap<&'static str, Identity>,
}

fn scope(account: &str) -> Scope {
    Scope::new(kernel::region("us-east-1").unwrap(), account)
}

impl World {
    fn new() -> World {
        let lab = Lab::new(tabletop::services());
        let mut world = World { lab, users: BTreeMap::new() };
        for (name, account, statements) in CALLERS {
            let root = Identity::root("aws", account);
            world.do_as(&root, "iam", "CreateUser", &json!({ "UserName": name })).unwrap();
            if !statements.is_empty() {
                let document = format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
                let input = json!({ "UserName": name, "PolicyName": "p", "PolicyDocument": document });
                world.do_as(&root, "iam", "PutUserPolicy", &input).unwrap();
            }
            let key = world.do_as(&root, "iam", "CreateAccessKey", &json!({ "UserName": name })).unwrap();
            let key = &key["AccessKey"];
            let text = |n: &str| key[n].as_str().unwrap().to_owned();
            let who = world
                .lab
                .kernel
                .identify("aws", &text("AccessKeyId"), &text("SecretAccessKey"), None)
                .unwrap();
            world.users.insert(name, Identity::clone(&who));
        }
        world
    }

    fn who(&self, name: &str) -> Identity {
        match name {
            "root" => Identity::root("aws", "000000000000"),
            "other" => Identity::root("aws", "111111111111"),
            "anon" => Identity::anonymous("aws"),
            "trail" => {
                let source = "arn:aws:cloudtrail:us-east-1:000000000000:trail/t";
                Identity::service("aws", "cloudtrail.amazonaws.com", "000000000000", Some(source))
            }
            "logs" => {
                Identity::service("aws", "logging.s3.amazonaws.com", "000000000000", Some("arn:aws:s3:::box"))
            }
            user => self.users[user].clone(),
        }
    }

    fn call(
        &self,
        who: &Identity,
        meta: &RequestMeta,
        service: &str,
        op: &str,
        input: &Value,
    ) -> Result<Value, (String, String)> {
        let account = if who.account.is_empty() { "000000000000" } else { &who.account };
        let input = input.to_string();
        let call = self.lab.kernel.call_json(who, scope(account), meta, service, op, &input);
        let out = self.lab.block_on(call);
        out.map(|text| serde_json::from_str(&text).unwrap_or(Value::Null))
            .map_err(|f| (f.code().to_owned(), f.message().to_owned()))
    }

    fn do_as(
        &self,
        who: &Identity,
        service: &str,
        op: &str,
        input: &Value,
    ) -> Result<Value, (String, String)> {
        self.call(who, &RequestMeta::default(), service, op, input)
    }

    /// A bucket `box` of the account 000000000000, as the lines say; `a` in it is tagged `team=red`, `z` isn't.
    fn bucket(&self, lines: &[(String, String)]) {
        let root = self.who("root");
        let set = |op: &str, input: Value| {
            let done = self.do_as(&root, "s3", op, &input);
            assert!(done.is_ok(), "{op} {input}: {done:?}");
        };
        let given = |name: &str| lines.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let ownership = given("ownership").unwrap_or("BucketOwnerEnforced");
        set("CreateBucket", json!({ "Bucket": "box", "ObjectOwnership": ownership }));
        set("DeletePublicAccessBlock", json!({ "Bucket": "box" }));
        set("PutObject", json!({ "Bucket": "box", "Key": "a", "Body": "aGk=", "Tagging": "team=red" }));
        set("PutObject", json!({ "Bucket": "box", "Key": "z", "Body": "aGk=" }));
        if let Some(acl) = given("acl") {
            set("PutBucketAcl", acl_input(json!({ "Bucket": "box" }), acl));
        }
        if let Some(acl) = given("object-acl") {
            set("PutObjectAcl", acl_input(json!({ "Bucket": "box", "Key": "a" }), acl));
        }
        if let Some(statements) = given("policy") {
            let policy =
                format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.replace("BOTH", BOTH));
            set("PutBucketPolicy", json!({ "Bucket": "box", "Policy": policy }));
        }
        if given("foreign").is_some() {
            let other = self.who("other");
            let input = json!({ "Bucket": "box", "Key": "theirs", "Body": "aGk=" });
            self.do_as(&other, "s3", "PutObject", &input).unwrap();
        }
        if given("payer").is_some() {
            let input = json!({ "Bucket": "box", "RequestPaymentConfiguration": { "Payer": "Requester" } });
            set("PutBucketRequestPayment", input);
        }
        if let Some(blocks) = given("blocks") {
            let on: serde_json::Map<String, Value> =
                blocks.split(',').map(|b| (b.to_owned(), json!(true))).collect();
            set("PutPublicAccessBlock", json!({ "Bucket": "box", "PublicAccessBlockConfiguration": on }));
        }
        self.control(lines);
    }

    /// What S3 Control is to set: an access point `gate` of the bucket, what the account blocks.
    fn control(&self, lines: &[(String, String)]) {
        let root = self.who("root");
        let set = |op: &str, mut input: Value| {
            input["AccountId"] = json!("000000000000");
            let done = self.do_as(&root, "s3control", op, &input);
            assert!(done.is_ok(), "{op} {input}: {done:?}");
        };
        let given = |name: &str| lines.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        if let Some(blocks) = given("point") {
            let on: serde_json::Map<String, Value> =
                blocks.split(',').map(|b| (b.to_owned(), json!(true))).collect();
            let blocks = if on.contains_key("nothing") { json!({}) } else { json!(on) };
            let mut input =
                json!({ "Name": "gate", "Bucket": "box", "PublicAccessBlockConfiguration": blocks });
            if on.contains_key("private") {
                input["PublicAccessBlockConfiguration"] = json!({});
                input["VpcConfiguration"] = json!({ "VpcId": "vpc-1" });
            }
            set("CreateAccessPoint", input);
        }
        if let Some(statements) = given("point-policy") {
            let policy =
                format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.replace("GATE", GATE));
            set("PutAccessPointPolicy", json!({ "Name": "gate", "Policy": policy }));
        }
        if let Some(blocks) = given("account-blocks") {
            let on: serde_json::Map<String, Value> =
                blocks.split(',').map(|b| (b.to_owned(), json!(true))).collect();
            set("PutPublicAccessBlock", json!({ "PublicAccessBlockConfiguration": on }));
        }
    }

    /// One request of the table.
    fn request(&self, words: &[&str]) -> Result<Value, (String, String)> {
        let who = self.who(words[0]);
        let (service, operation) = words[1].split_once('.').unwrap_or(("s3", words[1]));
        let mut input = if service == "s3" { json!({ "Bucket": "box" }) } else { json!({}) };
        let mut meta = RequestMeta::default();
        let mut head = http::Request::builder();
        let mut has_head = false;
        for word in &words[2..] {
            let (name, value) = word.split_once('=').unwrap();
            match name {
                "ip" => value.clone_into(&mut meta.source_ip),
                "secure" => meta.secure = true,
                "header" => {
                    let (header, value) = value.split_once(':').unwrap();
                    head = head.header(header, value);
                    has_head = true;
                }
                "query" => {
                    head = head.uri(format!("/box/a?{}", value.replace(':', "=")));
                    has_head = true;
                }
                "Policy" => {
                    let principal = if value == "PUBLIC" { "*" } else { "111111111111" };
                    let statement = json!({ "Effect": "Allow", "Principal": { "AWS": principal }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::box/*" });
                    input[name] =
                        json!(json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string());
                }
                _ if value.starts_with('{') => input[name] = serde_json::from_str(value).unwrap(),
                "AccountId" => input[name] = json!(value),
                _ if value.contains("GATE") => input[name] = json!(value.replace("GATE", GATE)),
                _ => input[name] = value.parse::<i64>().map_or(json!(value), |n| json!(n)),
            }
        }
        if has_head {
            meta.head = Some(Arc::new(head.body(()).unwrap().into_parts().0));
        }
        self.call(&who, &meta, service, operation, &input)
    }
}

/// A canned list, or `header=value`.
fn acl_input(mut input: Value, acl: &str) -> Value {
    match acl.split_once('=') {
        Some((name, value)) => input[name] = json!(value.replace("OTHER", &canonical("111111111111"))),
        None => input["ACL"] = json!(acl),
    }
    input
}

/// Canonical user id of an account: the owner of a bucket of its.
fn canonical(account: &str) -> String {
    let lab = Lab::new(tabletop::services());
    let (root, meta) = (Identity::root("aws", account), RequestMeta::default());
    let call = lab.kernel.call_json(&root, scope(account), &meta, "s3", "ListBuckets", "{}");
    let out: Value = serde_json::from_str(&lab.block_on(call).unwrap()).unwrap();
    out["Owner"]["ID"].as_str().unwrap().to_owned()
}

#[test]
fn s3_lets_in_whom_aws_lets_in() {
    let (mut cases, mut failed) = (0, Vec::new());
    for block in TABLE.split("\n\n").filter(|b| !b.trim_start().starts_with('#')) {
        let (mut settings, mut source) = (Vec::new(), "");
        let mut world = None;
        for line in block.lines().filter(|l| !l.trim().is_empty()) {
            if let Some((request, expected)) = line.split_once(" => ") {
                assert!(!source.is_empty(), "a block without a source: {block}");
                let world: &World = world.get_or_insert_with(|| {
                    let world = World::new();
                    world.bucket(&settings);
                    world
                });
                cases += 1;
                let words: Vec<&str> = request.split_whitespace().collect();
                let got = world.request(&words).map_or_else(|(code, _)| code, |_| "ok".to_owned());
                if got != expected.trim() {
                    failed.push(format!("{settings:?}\n  {line}: {got}"));
                }
            } else {
                let (name, value) = line.split_once(": ").unwrap();
                match name {
                    "source" => source = value,
                    _ => settings.push((name.to_owned(), value.to_owned())),
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} of {cases} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(cases >= 150, "{cases} cases");
}
