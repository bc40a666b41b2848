//! Reads the conformance table. The forms, one case each:
//!
//! ```text
//! source: IAM user guide, "Condition operators"        applies to what follows it in the file
//! cond StringLike s3:prefix ["home/*"] ; {"s3:prefix":"home/ada"} => yes
//! cond08 …                                              the same in version 2008-10-17
//! act "s3:Get*" ; s3:GetObject => yes                   notact, likewise
//! res "arn:aws:s3:::b/*" ; arn:aws:s3:::b/k => yes      notres, res08; a context may follow after another ;
//! who {"AWS":"111122223333"} ; user 111122223333 ada => account     direct, role, account or no
//! notwho …  (NotPrincipal with Allow)   denywho …, denynotwho … => denied | spared
//! policy identity {…} => the error's text, or ok
//!
//! case what it shows
//! as user 111122223333 ada
//! do s3:GetObject arn:aws:s3:::b/k owner 444455556666
//! identity Allow s3:*,!… arn:… for {principal} if {condition}
//! want implicit boundary
//! text User: … (ARNs included where AWS does)
//! ```

use authz::{PrincipalKind, policy_size};
use serde_json::{Value, json};

use crate::world::{Policies, Who, World};

/// A case and where it stands.
pub struct Case {
    pub place: String,
    pub source: String,
    pub kind: CaseKind,
}

pub enum CaseKind {
    /// A world and the words expected of its decision, with the denial's text if given.
    Decision { world: Box<World>, want: String, text: Option<String>, plain: Option<String> },
    /// How a principal element names a principal.
    Who { statement: Value, who: Who, want: String },
    /// A policy text and the error expected of it.
    Grammar { kind: String, text: String, want: String },
}

pub fn read(file: &str, content: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut source = String::new();
    let mut stanza: Option<Stanza> = None;
    for (nth, line) in content.lines().chain([""]).enumerate() {
        let place = format!("{file}:{}", nth + 1);
        let line = line.trim();
        if line.is_empty() {
            cases.extend(stanza.take().map(Stanza::finish));
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "source:" {
            source = rest.to_owned();
        } else if word == "case" {
            cases.extend(stanza.take().map(Stanza::finish));
            stanza = Some(Stanza::new(place, source.clone()));
        } else if let Some(stanza) = &mut stanza {
            stanza.line(word, rest);
        } else {
            let kind = one_line(word, rest).unwrap_or_else(|| panic!("{place}: can't read: {line}"));
            cases.push(Case { place, source: source.clone(), kind });
        }
    }
    cases
}

fn one_line(word: &str, rest: &str) -> Option<CaseKind> {
    let (left, want) = rest.rsplit_once(" => ")?;
    if word == "policy" {
        let (kind, text) = left.split_once(' ')?;
        return Some(CaseKind::Grammar { kind: kind.into(), text: text.into(), want: want.into() });
    }
    let mut fields = left.split(" ; ");
    let first = fields.next()?;
    let version = if word.ends_with("08") { "2008-10-17" } else { "2012-10-17" };
    let mut statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    let ada = who("user 111122223333 ada");
    let mut world = World::new(ada, "s3:GetObject", "arn:aws:s3:::b/k");
    match word.trim_end_matches("08") {
        "cond" => {
            let mut parts = first.splitn(3, ' ');
            let (operator, key, values) = (parts.next()?, parts.next()?, parse(parts.next()?));
            statement["Condition"] = json!({ operator: { key: values } });
            world.context = context(fields.next()?);
        }
        "act" | "notact" => {
            let element = if word == "act" { "Action" } else { "NotAction" };
            statement.as_object_mut()?.remove("Action");
            statement[element] = parse(first);
            world.action = fields.next()?.to_owned();
        }
        "res" | "notres" => {
            let element = if word.starts_with("not") { "NotResource" } else { "Resource" };
            statement.as_object_mut()?.remove("Resource");
            statement[element] = parse(first);
            world.resource = fields.next()?.to_owned();
            world.context = fields.next().map(context).unwrap_or_default();
        }
        "who" | "notwho" | "denywho" | "denynotwho" => {
            let element = if word.contains("not") { "NotPrincipal" } else { "Principal" };
            statement["Effect"] = json!(if word.starts_with("deny") { "Deny" } else { "Allow" });
            statement[element] = parse(first);
            return Some(CaseKind::Who { statement, who: who(fields.next()?), want: want.into() });
        }
        _ => return None,
    }
    world.identity = Some(vec![("p".into(), json!({ "Version": version, "Statement": statement }))]);
    let want = match want {
        "yes" => "allow identity",
        "no" => "implicit identity",
        other => panic!("neither yes nor no: {other}"),
    };
    Some(CaseKind::Decision { world: Box::new(world), want: want.into(), text: None, plain: None })
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn context(text: &str) -> Vec<(String, Vec<String>)> {
    let Value::Object(map) = parse(text) else { panic!("not a context: {text}") };
    let texts = |value: &Value| match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap().to_owned()).collect(),
        other => vec![other.as_str().unwrap().to_owned()],
    };
    map.iter().map(|(key, value)| (key.clone(), texts(value))).collect()
}

/// `root A`, `user A name`, `role A role session`, `fed A name issuer`, `service NAME`, `idp NAME`, `anonymous`.
fn who(text: &str) -> Who {
    let words: Vec<&str> = text.split_whitespace().collect();
    let account = words.get(1).copied().unwrap_or("");
    let (kind, arn, parent, owned) = match words[0] {
        "root" => (PrincipalKind::Root, format!("arn:aws:iam::{account}:root"), None, true),
        "user" => (PrincipalKind::User, format!("arn:aws:iam::{account}:user/{}", words[2]), None, true),
        "role" => {
            let name = words[2].rsplit('/').next().unwrap();
            let session = format!("arn:aws:sts::{account}:assumed-role/{name}/{}", words[3]);
            let role = format!("arn:aws:iam::{account}:role/{}", words[2]);
            (PrincipalKind::RoleSession, session, Some(role), true)
        }
        "fed" => {
            let session = format!("arn:aws:sts::{account}:federated-user/{}", words[2]);
            let issuer = format!("arn:aws:iam::{account}:user/{}", words[3]);
            (PrincipalKind::FederatedUser, session, Some(issuer), true)
        }
        "service" => (PrincipalKind::Service, account.to_owned(), None, false),
        "idp" => (PrincipalKind::Federated, account.to_owned(), None, false),
        "anonymous" => (PrincipalKind::Anonymous, String::new(), None, false),
        other => panic!("no such principal: {other}"),
    };
    let unique_id = match kind {
        PrincipalKind::User => Some("AIDACKCEVSQ6C2EXAMPLE".to_owned()),
        PrincipalKind::RoleSession => Some("AROADBQP57FF2AEXAMPLE".to_owned()),
        _ => None,
    };
    let canonical =
        owned.then(|| format!("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7c{account}"));
    Who {
        kind,
        arn,
        account: if owned { account.into() } else { String::new() },
        parent,
        unique_id,
        canonical,
    }
}

struct Stanza {
    place: String,
    source: String,
    world: World,
    names: Vec<(String, String)>,
    layers: Vec<(String, Vec<Value>)>,
    version: &'static str,
    want: String,
    text: Option<String>,
    plain: Option<String>,
}

impl Stanza {
    fn new(place: String, source: String) -> Self {
        let world = World::new(who("user 111122223333 ada"), "s3:GetObject", "arn:aws:s3:::b/k");
        Self {
            place,
            source,
            world,
            names: Vec::new(),
            layers: Vec::new(),
            version: "2012-10-17",
            want: String::new(),
            text: None,
            plain: None,
        }
    }

    fn line(&mut self, word: &str, rest: &str) {
        let rest = rest.trim();
        match word {
            "as" => self.world.who = who(rest),
            "do" => {
                let words: Vec<&str> = rest.split_whitespace().collect();
                self.world.action = words[0].into();
                self.world.resource = words.get(1).unwrap_or(&"*").to_string();
                self.world.owner = words.get(3).map(|owner| owner.to_string());
            }
            "ctx" => self.world.context = context(rest),
            "flags" => rest.split_whitespace().for_each(|flag| self.flag(flag)),
            "name" => {
                let (layer, name) = rest.split_once(' ').unwrap();
                self.names.push((layer.into(), name.into()));
            }
            "want" => self.want = rest.into(),
            "text" => self.text = Some(rest.into()),
            "plain" => self.plain = Some(rest.into()),
            layer => {
                let statement = if rest == "nothing" { None } else { Some(statement(rest)) };
                match self.layers.iter_mut().find(|(name, _)| name == layer) {
                    Some((_, statements)) => statements.extend(statement),
                    None => self.layers.push((layer.into(), statement.into_iter().collect())),
                }
            }
        }
    }

    fn flag(&mut self, flag: &str) {
        match flag {
            "required" => self.world.required = true,
            "management-principal" => self.world.exempt.principal_in_management_account = true,
            "management-resource" => self.world.exempt.resource_in_management_account = true,
            "service-linked" => self.world.exempt.service_linked_role = true,
            "2008" => self.version = "2008-10-17",
            other => panic!("{}: no such flag: {other}", self.place),
        }
    }

    fn finish(mut self) -> Case {
        for (layer, statements) in std::mem::take(&mut self.layers) {
            let name =
                self.names.iter().find(|(of, _)| *of == layer).map_or(layer.as_str(), |(_, name)| name);
            let policy = json!({ "Version": self.version, "Statement": statements });
            let policies: Policies = if policy["Statement"] == json!([]) {
                Vec::new()
            } else {
                assert!(policy_size(&policy.to_string()) > 0);
                vec![(name.to_owned(), policy)]
            };
            match layer.as_str() {
                "identity" => self.world.identity = Some(policies),
                "boundary" => self.world.boundary = Some(policies),
                "session" => self.world.session = Some(policies),
                "resource" => self.world.resource_policy = Some(policies),
                "trust" => {
                    self.world.resource_policy = Some(policies);
                    self.world.trust = true;
                    self.world.required = true;
                }
                other if other.starts_with("scp") => self.world.scps.push(policies),
                other if other.starts_with("rcp") => self.world.rcps.push(policies),
                other => panic!("{}: no such layer: {other}", self.place),
            }
        }
        assert!(!self.want.is_empty(), "{}: a case without want", self.place);
        let Self { place, source, world, want, text, plain, .. } = self;
        Case { place, source, kind: CaseKind::Decision { world: Box::new(world), want, text, plain } }
    }
}

/// `Allow s3:Get*,s3:List* arn:… for {principal} if {condition}`; `!` before a list makes it `Not…`, `-` leaves the
/// resource out. A whole statement as JSON will do too.
fn statement(text: &str) -> Value {
    if text.starts_with('{') {
        return parse(text);
    }
    let (text, condition) = match text.split_once(" if ") {
        Some((text, condition)) => (text, Some(parse(condition))),
        None => (text, None),
    };
    let (text, principal) = match text.split_once(" for ") {
        Some((text, principal)) => (text, Some(principal)),
        None => (text, None),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut statement = json!({ "Effect": words[0] });
    for (element, word) in ["Action", "Resource"].iter().zip(&words[1..]) {
        if *word == "-" {
            continue;
        }
        let (element, list) = match word.strip_prefix('!') {
            Some(list) => (format!("Not{element}"), list),
            None => (element.to_string(), *word),
        };
        statement[element] = list.split(',').map(|item| json!(item)).collect();
    }
    if let Some(principal) = principal {
        match principal.strip_prefix('!') {
            Some(principal) => statement["NotPrincipal"] = parse(principal),
            None => statement["Principal"] = parse(principal),
        }
    }
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    statement
}
