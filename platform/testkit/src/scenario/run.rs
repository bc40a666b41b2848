//! Running scenarios against a kernel in memory. Every file gets a kernel of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blobs::Blobs;
use codec::Fault;
use directory::Identity;
use kernel::stage::faults::FaultRule;
use kernel::{Profile, RequestMeta, Scope, Service};
use serde_json::Value;
use store::Store;

use super::parse::{Step, What, parse, words};
use super::{args, expect};
use crate::lab::Lab;

/// What became of one file.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The file.
    pub file: PathBuf,
    /// What went wrong, with its line; empty: it passed.
    pub failures: Vec<String>,
}

/// Runs every `.scn` file under a folder, in order of name. `filter` keeps files whose path contains it.
pub fn run_tree(dir: &Path, filter: &str, services: fn() -> Vec<Service>) -> Vec<Outcome> {
    let mut files = Vec::new();
    collect(dir, &mut files);
    files.sort();
    files.retain(|f| f.to_string_lossy().contains(filter));
    files.iter().map(|f| run_file(f, services)).collect()
}

/// The texts of all `.scn` files under a folder: for tests of what is covered.
pub fn texts(dir: &Path) -> Vec<String> {
    let mut files = Vec::new();
    collect(dir, &mut files);
    files.iter().map(|f| std::fs::read_to_string(f).expect("a file that was found can be read")).collect()
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "scn") {
            files.push(path);
        }
    }
}

/// Runs one file. With `BLESS=1` in the environment, wrong values behind `expect path =` are rewritten in it.
pub fn run_file(file: &Path, services: fn() -> Vec<Service>) -> Outcome {
    let outcome = |failures| Outcome { file: file.to_owned(), failures };
    let text = match std::fs::read_to_string(file) {
        Ok(t) => t,
        Err(e) => return outcome(vec![e.to_string()]),
    };
    let steps = match parse(&text) {
        Ok(s) => s,
        Err(e) => return outcome(vec![e]),
    };
    let store = Store::memory();
    let mut run = Run {
        services,
        lab: Lab::over(store.clone(), services()),
        store,
        who: Identity::root("aws", "000000000000"),
        key: None,
        region: "us-east-1",
        profile: Profile::Dev,
        meta: RequestMeta {
            base_url: "http://localhost:4566".to_owned(),
            source_ip: "127.0.0.1".to_owned(),
            ..RequestMeta::default()
        },
        saved: BTreeMap::new(),
        last: Ok(Value::Null),
        unasked: None,
        failures: Vec::new(),
        blessed: BTreeMap::new(),
    };
    for step in &steps {
        if let Err(e) = run.step(step) {
            run.failures.push(format!("line {}: {e}", step.line));
            break;
        }
    }
    run.settle_unasked();
    run.check_all();
    if !run.blessed.is_empty() && std::env::var_os("BLESS").is_some() {
        bless(file, &text, &run.blessed);
    }
    outcome(run.failures)
}

fn bless(file: &Path, text: &str, blessed: &BTreeMap<usize, String>) {
    let lines = text.lines().enumerate().map(|(i, l)| match blessed.get(&(i + 1)) {
        Some(value) => format!("{} = {value}", l.split(" = ").next().unwrap_or(l).trim_end_matches(" =")),
        None => l.to_owned(),
    });
    let rewritten = lines.collect::<Vec<_>>().join("\n") + "\n";
    if let Err(e) = std::fs::write(file, rewritten) {
        eprintln!("{}: {e}", file.display());
    }
}

/// Access key id, secret, token.
type Key = (String, String, Option<String>);

struct Run {
    services: fn() -> Vec<Service>,
    lab: Lab,
    store: Store,
    who: Identity,
    /// The credentials of whoever calls, if they have any: asked again for every call, as every request is.
    key: Option<Key>,
    region: &'static str,
    profile: Profile,
    meta: RequestMeta,
    saved: BTreeMap<String, String>,
    last: Result<Value, Fault>,
    /// A refusal that no `expect error` has asked for yet, with its line.
    unasked: Option<(usize, Fault)>,
    failures: Vec<String>,
    blessed: BTreeMap<usize, String>,
}

impl Run {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        if let What::ExpectError { code, text } = &step.what {
            let text = text.as_ref().map(|t| self.filled(t)).transpose()?;
            return self.expect_error(step.line, code, text.as_deref());
        }
        self.settle_unasked();
        match &step.what {
            What::Call(words) => self.call(step.line, words),
            What::Verb { verb, rest } => {
                let rest = self.filled(rest)?;
                self.verb(verb, &rest)
            }
            What::Save { name, path } => {
                let v = self.at(path)?.ok_or_else(|| format!("nothing is at {path}"))?;
                self.saved.insert(name.clone(), expect::shown(&v));
                Ok(())
            }
            _ => self.expectation(step),
        }
    }

    fn expectation(&mut self, step: &Step) -> Result<(), String> {
        let fail = match &step.what {
            What::Equals { path, value } => {
                let want = self.filled(value)?;
                let got = self.at(path)?;
                if got.as_ref().is_some_and(|v| expect::equals(v, &want)) {
                    return Ok(());
                }
                if let Some(v) = &got {
                    self.blessed.insert(step.line, expect::shown(v));
                }
                format!("{path} is {}, not {want}", got.map_or("absent".to_owned(), |v| expect::shown(&v)))
            }
            What::Contains { path, part } => {
                let part = self.filled(part)?;
                let got = self.at(path)?.map(|v| expect::shown(&v)).unwrap_or_default();
                if got.contains(&part) {
                    return Ok(());
                }
                format!("{path} is {got}, without {part}")
            }
            What::Absent { path } => match self.at(path)? {
                None => return Ok(()),
                Some(v) => format!("{path} is there: {v}"),
            },
            What::Present { path } => match self.at(path)? {
                Some(_) => return Ok(()),
                None => format!("{path} is absent"),
            },
            What::Count { path, n } => {
                let got = match self.at(path)? {
                    Some(Value::Array(items)) => items.len(),
                    Some(Value::Object(members)) => members.len(),
                    None => 0,
                    Some(other) => return Err(format!("{path} is no list: {other}")),
                };
                if got == *n {
                    return Ok(());
                }
                format!("{path} has {got}, not {n}")
            }
            _ => return Err("not an expectation".to_owned()),
        };
        self.failures.push(format!("line {}: {fail}", step.line));
        Ok(())
    }

    fn at(&self, path: &str) -> Result<Option<Value>, String> {
        match &self.last {
            Ok(v) => Ok(expect::at(v, path).cloned()),
            Err(f) => Err(format!("the call before was refused: {f:?}")),
        }
    }

    fn call(&mut self, line: usize, words: &[String]) -> Result<(), String> {
        let words: Vec<String> = words.iter().map(|w| self.filled(w)).collect::<Result<_, _>>()?;
        if let Err(fault) = self.identified() {
            self.unasked = Some((line, fault.clone()));
            self.last = Err(fault);
            return Ok(());
        }
        let account = if self.who.account.is_empty() { "000000000000" } else { &self.who.account };
        let queue_url = |name: &str| format!("{}/{account}/{name}", self.meta.base_url);
        let written = args::read(&words, queue_url)?;
        let region = kernel::region(self.region).ok_or("the region exists")?;
        let scope = Scope::new(region, account);
        self.meta.request_id = format!("request-at-line-{line}");
        let kernel = self.lab.kernel.clone();
        let input = written.input.to_string();
        let call = kernel.call_json(&self.who, scope, &self.meta, written.service, written.operation, &input);
        self.last = self.lab.block_on(call).map(|out| serde_json::from_str(&out).unwrap_or(Value::Null));
        self.unasked = self.last.as_ref().err().map(|f| (line, f.clone()));
        Ok(())
    }

    fn expect_error(&mut self, line: usize, code: &str, text: Option<&str>) -> Result<(), String> {
        self.unasked = None;
        let Err(f) = &self.last else { return Err(format!("the call before succeeded; expected {code}")) };
        if f.code() != code || text.is_some_and(|t| !expect::like(t, f.message())) {
            self.failures.push(format!("line {line}: refused with {}: {}", f.code(), f.message()));
        }
        Ok(())
    }

    fn settle_unasked(&mut self) {
        if let Some((line, fault)) = self.unasked.take() {
            self.failures.push(format!("line {line}: refused: {fault:?}"));
        }
    }

    fn filled(&self, text: &str) -> Result<String, String> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(i) = rest.find("${") {
            let end = rest[i..].find('}').ok_or("${ is not closed")? + i;
            let name = &rest[i + 2..end];
            out.push_str(&rest[..i]);
            match self.saved.get(name) {
                Some(v) => out.push_str(v),
                // Policy variables look the same; what isn't saved stays as it is.
                None => out.push_str(&rest[i..=end]),
            }
            rest = &rest[end + 1..];
        }
        Ok(out + rest)
    }

    fn verb(&mut self, verb: &str, rest: &str) -> Result<(), String> {
        match verb {
            "advance" => {
                let ms =
                    kernel::text::parse_duration(rest).ok_or_else(|| format!("'{rest}' is no duration"))?;
                self.lab.advance(ms);
                Ok(())
            }
            "as" => self.become_somebody(rest),
            "region" => {
                let region = kernel::region(rest).ok_or_else(|| format!("there is no region '{rest}'"))?;
                self.region = region.name;
                if self.who.partition != region.partition {
                    self.who = Identity::root(region.partition, &self.who.account);
                    self.key = None;
                }
                Ok(())
            }
            "request" => self.request(rest),
            "fault" => self.fault(rest),
            "oidc" => {
                let (issuer, jwks) = rest.split_once(' ').ok_or("@oidc takes an issuer and a JWKS")?;
                self.lab.kernel.set_issuer_keys(issuer, jwks).map(drop).map_err(|(_, e)| e)
            }
            "restart" => self.restart(),
            "profile" => {
                self.profile = match rest {
                    "dev" => Profile::Dev,
                    "real" => Profile::Real,
                    other => return Err(format!("there is no profile '{other}'")),
                };
                self.restart()
            }
            other => Err(format!("there is no verb @{other}")),
        }
    }

    fn restart(&mut self) -> Result<(), String> {
        self.check_all();
        let now = self.lab.kernel.clock.state();
        self.lab.kernel.flush().map_err(|e| e.to_string())?;
        self.lab = Lab::under(self.profile, self.store.clone(), Blobs::memory(), (self.services)());
        self.lab.kernel.clock.set(now.base_virtual_ms);
        Ok(())
    }

    fn become_somebody(&mut self, rest: &str) -> Result<(), String> {
        let w = words(rest)?;
        let w: Vec<&str> = w.iter().map(String::as_str).collect();
        let partition = kernel::region(self.region).map_or("aws", |r| r.partition);
        let mut key = None;
        self.who = match w.as_slice() {
            ["root"] => Identity::root(partition, "000000000000"),
            ["root", account] => Identity::root(partition, account),
            ["anonymous"] => Identity::anonymous(partition),
            ["service", name, source_arn] => Identity::service(
                partition,
                name,
                source_arn.split(':').nth(4).unwrap_or_default(),
                Some(source_arn),
            ),
            ["key", id, secret, token @ ..] => {
                let token = token.first().map(|t| (*t).to_owned());
                key = Some(((*id).to_owned(), (*secret).to_owned(), token));
                self.who.clone()
            }
            _ => {
                return Err(
                    "@as root [account] | key ID SECRET [TOKEN] | anonymous | service NAME SOURCE_ARN"
                        .to_owned(),
                );
            }
        };
        self.key = key;
        Ok(())
    }

    /// Who calls now: credentials expire, and go with their user or role. A refusal is the call's outcome.
    fn identified(&mut self) -> Result<(), Fault> {
        if let Some((id, secret, token)) = &self.key {
            let partition = kernel::region(self.region).map_or("aws", |r| r.partition);
            let who = self.lab.kernel.identify(partition, id, secret, token.as_deref())?;
            self.who = Identity::clone(&who);
        }
        Ok(())
    }

    fn request(&mut self, rest: &str) -> Result<(), String> {
        for word in words(rest)? {
            let (k, v) = word.split_once('=').ok_or("@request takes key=value")?;
            match k {
                "source_ip" => self.meta.source_ip = v.to_owned(),
                "user_agent" => self.meta.user_agent = v.to_owned(),
                "referer" => self.meta.referer = v.to_owned(),
                "secure" => self.meta.secure = v == "true",
                "query" => self.meta.query_protocol = v == "true",
                other => return Err(format!("@request has no key {other}")),
            }
        }
        Ok(())
    }

    fn fault(&mut self, rest: &str) -> Result<(), String> {
        let k = &self.lab.kernel;
        if rest == "clear" {
            return k.faults.clear(&k.store, None).map(drop).map_err(|e| e.to_string());
        }
        let v: Value = serde_json::from_str(rest).map_err(|e| e.to_string())?;
        k.faults.add(&k.store, FaultRule::from_json(&v)?).map(drop).map_err(|e| e.to_string())
    }

    /// Checks the invariants of every service.
    fn check_all(&mut self) {
        let kernel: Arc<_> = self.lab.kernel.clone();
        if let Err(e) = kernel.check() {
            self.failures.push(format!("invariants: {e}"));
        }
    }
}
