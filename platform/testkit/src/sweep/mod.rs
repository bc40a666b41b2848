//! The model sweep: every operation that is built, with inputs made from its model (each bound, enum, pattern and required
//! member met and missed, at every depth), against the refusal that AWS would answer, to the letter. What happens to inputs
//! that the model allows is not judged here, except that nothing may fail inside or be refused in the model's words. Over
//! the wire go JSON and query; operations of REST and CBOR services are only called from inside.

mod cases;
mod drive;
mod oracle;
mod pattern;
mod walk;

use codec::Value;
use codec::client;
use kernel::Service;
use model::{Flags, Model, Operation, Protocol, Shape, ValidationStyle};

use cases::{Case, Maker};
use drive::{Answer, Driver};
use oracle::Refusal;

pub use walk::{paged, walk, walk_by};

/// What a sweep did and found.
#[derive(Clone, Debug, Default)]
pub struct Swept {
    /// Operations whose inputs were made.
    pub operations: usize,
    /// Inputs.
    pub cases: usize,
    /// Inputs that the model refuses.
    pub refused: usize,
    /// Calls: an input goes over every protocol of the service, and in from inside.
    pub calls: usize,
    /// Patterns that inputs could not be made for.
    pub unread: Vec<&'static str>,
    /// Answers that differ from AWS's, with the input that led to them.
    pub findings: Vec<String>,
}

/// The smallest valid value of a shape.
pub fn smallest(model: &'static Model, shape: &'static Shape) -> Value {
    Maker::new(model).smallest(shape, 0)
}

/// Sweeps every built operation of a service whose name contains `filter`.
pub fn sweep(service: &str, filter: &str, services: Vec<Service>) -> Swept {
    let driver = Driver::new(services);
    let model = model::service(service).expect("the service has a model");
    let mut swept = Swept::default();
    let kernel = driver.kernel.clone();
    let maker = Maker::new(model);
    let Some(built) = kernel.service(service) else { return swept };
    for row in built.operations.iter().filter(|o| o.name.contains(filter)) {
        let operation = model.operation(row.name).expect("rows are of the model");
        Sweep { driver: &driver, maker: &maker, model, operation, swept: &mut swept }.run();
    }
    enums_in_java_order(model, &mut swept);
    swept.unread = model
        .shapes
        .iter()
        .filter_map(|s| s.pattern)
        .filter(|p| pattern::Pattern::read(p).is_none())
        .collect();
    swept
}

/// Sets in texts are listed as a Java hash set of 32 buckets lists them, but for those that an overlay spells out.
fn enums_in_java_order(model: &'static Model, swept: &mut Swept) {
    for shape in model.shapes.iter().filter(|s| s.enum_values.len() > 1) {
        if !shape.enum_values.is_sorted_by_key(|v| oracle::bucket(v)) {
            swept
                .findings
                .push(format!("{} {}: {:?} is in another order", model.id, shape.name, shape.enum_values));
        }
    }
}

/// Members that the model calls optional and an operation requires, in the model's words.
const OWN_CHECKS: [(&str, &str, &str); 1] = [("iam", "CreateLoginProfile", "password")];

struct Sweep<'a> {
    driver: &'a Driver,
    maker: &'a Maker,
    model: &'static Model,
    operation: &'static Operation,
    swept: &'a mut Swept,
}

impl Sweep<'_> {
    fn run(&mut self) {
        self.swept.operations += 1;
        let cases = match self.operation.input {
            Some(id) => self.maker.cases(self.model.shape(id)),
            None => vec![Case { what: "no input".to_owned(), value: Value::record() }],
        };
        for case in &cases {
            self.put(case);
        }
        for protocol in self.model.protocols.iter().copied().filter(|p| is_json(*p)) {
            self.leniency(protocol, &cases[0].value);
        }
    }

    fn put(&mut self, case: &Case) {
        let refusal = oracle::refusal(self.model, self.operation, &case.value);
        self.swept.cases += 1;
        self.swept.refused += usize::from(refusal.is_some());
        let answer = self.driver.call_inside(self.model, self.operation, &case.value);
        self.judge("inside", &case.what, refusal.as_ref(), &answer);
        for protocol in self.model.protocols.iter().copied() {
            let form = matches!(protocol, Protocol::Query | Protocol::Ec2);
            if !form && !is_json(protocol) {
                continue;
            }
            let input = if form { as_form(&case.value) } else { case.value.clone() };
            let other = (input != case.value).then(|| oracle::refusal(self.model, self.operation, &input));
            let answer = self.driver.over_the_wire(self.model, self.operation, protocol, &input);
            let refusal = other.as_ref().unwrap_or(&refusal).as_ref();
            self.judge(&format!("{protocol:?}"), &case.what, refusal, &answer);
        }
    }

    /// Unknown members are passed over, nulls are absence, and no body is an empty object.
    fn leniency(&mut self, protocol: Protocol, smallest: &Value) {
        let Some(shape) = self.operation.input.map(|id| self.model.shape(id)) else { return };
        let encode = |v: &Value| client::encode(self.model, self.operation, protocol, v);
        let Ok(request) = encode(smallest) else { return };
        let Ok(serde_json::Value::Object(body)) = serde_json::from_slice(&request.body) else { return };
        let (mut odd, mut nulls) = (body.clone(), body);
        odd.insert("NoSuchMember".to_owned(), serde_json::json!({"a": [1, {"b": null}, "]"], "c": "\"}"}));
        for m in shape.members.iter().filter(|m| !m.flags.has(Flags::REQUIRED)) {
            nulls.insert(m.wire().to_owned(), serde_json::Value::Null);
        }
        let all_null: serde_json::Map<_, _> =
            shape.members.iter().map(|m| (m.wire().to_owned(), serde_json::Value::Null)).collect();
        let text = |m| serde_json::Value::Object(m).to_string().into_bytes();
        let nothing = Value::record();
        for (what, body, stands_for) in [
            ("unknown member", text(odd), smallest),
            ("nulls", text(nulls), smallest),
            ("all null", text(all_null), &nothing),
            ("no body", Vec::new(), &nothing),
        ] {
            self.swept.cases += 1;
            let request = client::ClientRequest { body, ..request.clone() };
            let answer = self.driver.send(self.model, self.operation, protocol, request);
            let refusal = oracle::refusal(self.model, self.operation, stands_for);
            self.judge(&format!("{protocol:?}"), what, refusal.as_ref(), &answer);
        }
    }

    fn judge(&mut self, way: &str, what: &str, refusal: Option<&Refusal>, answer: &Answer) {
        self.swept.calls += 1;
        let wrong = match refusal {
            Some(r) => {
                let same = answer.status == 400 && answer.code == r.code && answer.text == r.text;
                (!same).then(|| format!("\n    expected 400 {}: {}", r.code, cut(&r.text)))
            }
            None => (answer.status == 0 || failed(answer) || self.in_the_models_words(answer))
                .then(|| "\n    the model allows it".to_owned()),
        };
        if let Some(expected) = wrong {
            let (model, operation) = (self.model.id, self.operation.name);
            let got = format!("{} {}: {}", answer.status, answer.code, cut(&answer.text));
            let finding = format!("{model} {operation} ({way}) {what}{expected}\n    answered {got}");
            self.swept.findings.push(finding);
        }
    }

    /// Whether it is a refusal as the model's checks word it, and none that the operation is known to make itself.
    fn in_the_models_words(&self, answer: &Answer) -> bool {
        let own = |(service, operation, member): &(&str, &str, &str)| {
            let said =
                format!("Value null at '{member}' failed to satisfy constraint: Member must not be null");
            (*service, *operation) == (self.model.id, self.operation.name) && answer.text.ends_with(&said)
        };
        if OWN_CHECKS.iter().any(own) {
            return false;
        }
        match self.model.validation {
            ValidationStyle::Coral => answer.text.contains(" detected: Value"),
            _ => false,
        }
    }
}

/// Whether it failed inside. A parameter that isn't built is refused as an operation that isn't.
fn failed(answer: &Answer) -> bool {
    answer.status >= 500 && answer.code != "NotImplemented"
}

fn is_json(protocol: Protocol) -> bool {
    matches!(protocol, Protocol::Json10 | Protocol::Json11)
}

fn cut(text: &str) -> String {
    if text.len() <= 1_000 {
        text.to_owned()
    } else {
        text.chars().take(1_000).chain("…".chars()).collect()
    }
}

/// What of an input a form can say: a structure without members is not there.
fn as_form(value: &Value) -> Value {
    match value {
        Value::Record(members) => {
            let kept = members.iter().map(|(i, n, v)| (*i, *n, as_form(v))).filter(|(_, _, v)| !unsaid(v));
            Value::Record(kept.collect())
        }
        Value::List(items) if !items.is_empty() => {
            let items: Vec<Value> = items.iter().map(as_form).filter(|v| !unsaid(v)).collect();
            if items.is_empty() { Value::Null } else { Value::List(items) }
        }
        Value::Map(entries) => Value::Map(entries.iter().map(|(k, v)| (k.clone(), as_form(v))).collect()),
        other => other.clone(),
    }
}

fn unsaid(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Record(members) => members.is_empty(),
        _ => false,
    }
}
