//! Generated expressions: trees made at random, written as text, parsed and evaluated, and compared with a slow, obvious
//! evaluator of the trees ([`super::oracle`]). 10,000 conditions and as many updates a run, from fixed seeds.

use std::collections::BTreeMap;

use dynamodb_language::expression::{Comparator, Condition, Kind, Placeholders, Projection, Update};
use dynamodb_language::{Item, Number, Value};

use super::oracle::{self, Action, Assign, Operand, Place, Step, Test};
use super::random::Random;

const CASES: u64 = 10_000;
const NAMES: &[&str] = &["a", "b", "c", "zone", "a.b"];
const COMPARATORS: &[Comparator] =
    &[Comparator::Eq, Comparator::Ne, Comparator::Lt, Comparator::Le, Comparator::Gt, Comparator::Ge];

/// A text in the making, with its placeholders.
#[derive(Default)]
struct Written {
    text: String,
    names: BTreeMap<String, String>,
    values: BTreeMap<String, Value>,
}

impl Written {
    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn value(&mut self, value: &Value) {
        let name = format!(":v{}", self.values.len());
        self.put(&name);
        self.values.insert(name, value.clone());
    }

    /// `zone` is reserved and `a.b` is no word: both need a placeholder.
    fn path(&mut self, r: &mut Random, place: &Place) {
        for (i, step) in place.iter().enumerate() {
            match step {
                Step::Index(at) => self.put(&format!("[{at}]")),
                Step::Name(name) => {
                    self.put(if i == 0 { "" } else { "." });
                    if name == "zone" || name == "a.b" || r.chance(20) {
                        let placeholder = format!("#n{}", self.names.len());
                        self.put(&placeholder);
                        self.names.insert(placeholder, name.clone());
                    } else {
                        self.put(name);
                    }
                }
            }
        }
    }

    fn operand(&mut self, r: &mut Random, operand: &Operand) {
        let around = r.chance(10);
        self.put(if around { "(" } else { "" });
        match operand {
            Operand::Place(place) => self.path(r, place),
            Operand::Value(value) => self.value(value),
            Operand::Size(place) => {
                self.put("size(");
                self.path(r, place);
                self.put(")");
            }
        }
        self.put(if around { ")" } else { "" });
    }

    fn joined(&mut self, r: &mut Random, tests: &[Test], word: &str) {
        for (i, test) in tests.iter().enumerate() {
            self.put(if i == 0 { "" } else { word });
            let around = matches!(test, Test::And(_) | Test::Or(_)) || r.chance(10);
            self.test(r, test, around);
        }
    }

    fn test(&mut self, r: &mut Random, test: &Test, around: bool) {
        self.put(if around { "(" } else { "" });
        match test {
            Test::And(all) => self.joined(r, all, " AND "),
            Test::Or(all) => self.joined(r, all, " or "),
            Test::Not(inner) => {
                self.put("NOT ");
                self.test(r, inner, matches!(**inner, Test::And(_) | Test::Or(_)));
            }
            Test::Compare(comparator, a, b) => {
                self.operand(r, a);
                self.put(&format!(" {} ", comparator.symbol()));
                self.operand(r, b);
            }
            Test::Between(x, low, high) => {
                self.operand(r, x);
                self.put(" BETWEEN ");
                self.operand(r, low);
                self.put(" AND ");
                self.operand(r, high);
            }
            Test::In(x, many) => {
                self.operand(r, x);
                self.put(" IN (");
                for (i, one) in many.iter().enumerate() {
                    self.put(if i == 0 { "" } else { ", " });
                    self.operand(r, one);
                }
                self.put(")");
            }
            Test::Call(name, place, value) => {
                self.put(&format!("{name}("));
                self.path(r, place);
                if let Some(value) = value {
                    self.put(", ");
                    self.value(value);
                }
                self.put(")");
            }
        }
        self.put(if around { ")" } else { "" });
    }

    fn placeholders(&self) -> Placeholders {
        let some = |empty: bool| !empty;
        let names = some(self.names.is_empty()).then(|| self.names.clone());
        let values = some(self.values.is_empty()).then(|| self.values.clone());
        Placeholders::new(names, values).unwrap()
    }
}

fn place(r: &mut Random) -> Place {
    let mut place = vec![Step::Name((*r.pick(NAMES)).to_owned())];
    for _ in 0..r.below(3) {
        place.push(if r.chance(50) {
            Step::Index(r.below(4))
        } else {
            Step::Name((*r.pick(NAMES)).to_owned())
        });
    }
    place
}

fn scalar(r: &mut Random) -> Value {
    match r.below(3) {
        0 => Value::N(Number::from(r.below(4) as i64 - 1)),
        1 => Value::S((*r.pick(&["", "a", "ab", "b"])).to_owned()),
        _ => Value::B((*r.pick(&["", "a", "ab", "b"])).as_bytes().to_vec()),
    }
}

fn value(r: &mut Random, depth: usize) -> Value {
    match r.below(if depth == 0 { 8 } else { 11 }) {
        0..=4 => scalar(r),
        5 => Value::Bool(r.chance(50)),
        6 => Value::Ss((0..1 + r.below(2)).map(|_| (*r.pick(&["a", "b", "c"])).to_owned()).collect()),
        7 => Value::Ns((0..1 + r.below(2)).map(|_| Number::from(r.below(3) as u64)).collect()),
        8 => Value::Null,
        9 => Value::L((0..r.below(4)).map(|_| value(r, depth - 1)).collect()),
        _ => Value::M(item(r, depth - 1)),
    }
}

fn item(r: &mut Random, depth: usize) -> Item {
    (0..r.below(5)).map(|_| ((*r.pick(NAMES)).to_owned(), value(r, depth))).collect()
}

fn operand(r: &mut Random, ordered: bool) -> Operand {
    match r.below(10) {
        0..=4 => Operand::Place(place(r)),
        5 => Operand::Size(place(r)),
        _ if ordered => Operand::Value(scalar(r)),
        _ => Operand::Value(value(r, 2)),
    }
}

fn test(r: &mut Random, depth: usize) -> Test {
    match r.below(if depth == 0 { 6 } else { 10 }) {
        0..=2 => {
            let comparator = *r.pick(COMPARATORS);
            let ordered = !matches!(comparator, Comparator::Eq | Comparator::Ne);
            Test::Compare(comparator, operand(r, ordered), operand(r, ordered))
        }
        3 => {
            // Two values as bounds would have to be in order and of one type.
            let high = Operand::Place(place(r));
            Test::Between(operand(r, true), operand(r, true), high)
        }
        4 => Test::In(operand(r, false), (0..1 + r.below(3)).map(|_| operand(r, false)).collect()),
        5 => call(r),
        6 | 7 => Test::And((0..2 + r.below(2)).map(|_| test(r, depth - 1)).collect()),
        8 => Test::Or((0..2 + r.below(2)).map(|_| test(r, depth - 1)).collect()),
        _ => Test::Not(Box::new(test(r, depth - 1))),
    }
}

fn call(r: &mut Random) -> Test {
    let place = place(r);
    match r.below(5) {
        0 => Test::Call("attribute_exists", place, None),
        1 => Test::Call("attribute_not_exists", place, None),
        2 => {
            let name = *r.pick(&["S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"]);
            Test::Call("attribute_type", place, Some(Value::S(name.to_owned())))
        }
        3 => {
            let text = if r.chance(50) { Value::S("a".to_owned()) } else { Value::B(b"a".to_vec()) };
            Test::Call("begins_with", place, Some(text))
        }
        _ => Test::Call("contains", place, Some(value(r, 1))),
    }
}

#[test]
fn conditions_hold_as_an_obvious_evaluator_says() {
    let mut held = 0;
    for seed in 0..CASES {
        let mut r = Random::new(seed);
        let (tree, item) = (test(&mut r, 3), item(&mut r, 2));
        let mut written = Written::default();
        written.test(&mut r, &tree, false);
        let mut placeholders = written.placeholders();
        let parsed = Condition::parse(Kind::Condition, &written.text, &mut placeholders);
        if oracle::names_one_operand_twice(&tree) {
            let refused = parsed.unwrap_err().into_message();
            assert!(refused.contains("must be distinct"), "{}: {refused}", written.text);
            continue;
        }
        let condition = parsed.unwrap_or_else(|e| panic!("seed {seed}: {}: {e}", written.text));
        placeholders.check_all_used().unwrap();
        let holds = condition.holds(&item);
        assert_eq!(holds, oracle::holds(&tree, &item), "seed {seed}: {} of {item:?}", written.text);
        held += usize::from(holds);
    }
    assert!((1000..9000).contains(&held), "{held} of {CASES} hold");
}

/// Mostly a place that the item has, or one beside it.
fn likely_place(r: &mut Random, item: &Item) -> Place {
    if item.is_empty() || r.chance(15) {
        return if r.chance(70) { place(r)[..1].to_vec() } else { place(r) };
    }
    let names: Vec<&String> = item.keys().collect();
    let name = (*r.pick(&names)).clone();
    let mut value = &item[&name];
    let mut place = vec![Step::Name(name)];
    while r.chance(70) {
        match value {
            Value::M(map) => {
                let name = (*r.pick(NAMES)).to_owned();
                place.push(Step::Name(name.clone()));
                let Some(inner) = map.get(&name) else { break };
                value = inner;
            }
            Value::L(list) => {
                let at = r.below(list.len() + 2);
                place.push(Step::Index(at));
                let Some(inner) = list.get(at) else { break };
                value = inner;
            }
            _ => break,
        }
    }
    place
}

fn action(r: &mut Random, item: &Item) -> Action {
    let to = likely_place(r, item);
    let place = |r: &mut Random| likely_place(r, item);
    let source = |r: &mut Random| {
        if r.chance(60) { Operand::Place(place(r)) } else { Operand::Value(Value::N(Number::from(2u64))) }
    };
    let any = |r: &mut Random| {
        if r.chance(50) { Operand::Place(place(r)) } else { Operand::Value(value(r, 1)) }
    };
    let list = |r: &mut Random| {
        if r.chance(60) { Operand::Place(place(r)) } else { Operand::Value(Value::L(vec![scalar(r)])) }
    };
    match r.below(10) {
        0..=2 => Action::Set(to, Assign::Copy(any(r))),
        3 => Action::Set(to, Assign::Sum(source(r), source(r))),
        4 => Action::Set(to, Assign::Difference(source(r), source(r))),
        5 => Action::Set(to, Assign::IfNotExists(place(r), any(r))),
        6 => Action::Set(to, Assign::ListAppend(list(r), list(r))),
        7 => Action::Remove(to),
        8 if r.chance(50) => Action::Add(to, Value::N(Number::from(1u64))),
        8 => Action::Add(to, Value::Ss([(*r.pick(&["a", "b"])).to_owned()].into())),
        _ => Action::Delete(to, Value::Ss([(*r.pick(&["a", "b"])).to_owned()].into())),
    }
}

fn write_update(r: &mut Random, actions: &[Action]) -> Written {
    let mut w = Written::default();
    for keyword in ["REMOVE", "SET", "DELETE", "ADD"] {
        let mine: Vec<&Action> = actions.iter().filter(|a| a.keyword() == keyword).collect();
        for (i, action) in mine.iter().enumerate() {
            w.put(&if i == 0 { format!(" {keyword} ") } else { ", ".to_owned() });
            w.path(r, action.place());
            match action {
                Action::Remove(_) => {}
                Action::Add(_, value) | Action::Delete(_, value) => {
                    w.put(" ");
                    w.value(value);
                }
                Action::Set(_, assign) => {
                    w.put(" = ");
                    write_assign(&mut w, r, assign);
                }
            }
        }
    }
    w
}

fn write_assign(w: &mut Written, r: &mut Random, assign: &Assign) {
    let mut both = |open: &str, a: &Operand, between: &str, b: &Operand, close: &str| {
        w.put(open);
        w.operand(r, a);
        w.put(between);
        w.operand(r, b);
        w.put(close);
    };
    match assign {
        Assign::Copy(a) => w.operand(r, a),
        Assign::Sum(a, b) => both("", a, " + ", b, ""),
        Assign::Difference(a, b) => both("(", a, "-", b, ")"),
        Assign::ListAppend(a, b) => both("list_append(", a, ", ", b, ")"),
        Assign::IfNotExists(place, b) => {
            w.put("if_not_exists(");
            w.path(r, place);
            w.put(", ");
            w.operand(r, b);
            w.put(")");
        }
    }
}

#[test]
fn updates_do_as_an_obvious_evaluator_does() {
    let mut done = 0;
    for seed in 0..CASES {
        let mut r = Random::new(seed ^ 0xABCD);
        let item = item(&mut r, 3);
        let mut actions: Vec<Action> = (0..1 + r.below(3)).map(|_| action(&mut r, &item)).collect();
        actions.sort_by_key(|a| ["REMOVE", "SET", "DELETE", "ADD"].iter().position(|k| *k == a.keyword()));
        let written = write_update(&mut r, &actions);
        let mut placeholders = written.placeholders();
        let given = Update::parse(&written.text, &mut placeholders)
            .and_then(|update| update.apply(&item, true))
            .map_err(|e| e.into_message());
        let text = &written.text;
        match (given, oracle::updated(&actions, &item)) {
            (Ok(given), Ok(wanted)) => {
                assert_eq!(given.item, wanted, "seed {seed}: {text} of {item:?}");
                done += 1;
            }
            (Err(given), Err(possible)) => {
                let foreseen = possible.iter().any(|p| given.contains(p));
                assert!(foreseen, "seed {seed}: {text} of {item:?}: {given}, not {possible:?}");
            }
            (given, wanted) => panic!("seed {seed}: {text} of {item:?}: {given:?}, not {wanted:?}"),
        }
    }
    assert!(done > 1500, "{done} of {CASES} were done");
}

#[test]
fn projections_answer_what_an_obvious_evaluator_finds() {
    let mut found = 0;
    for seed in 0..2_000 {
        let mut r = Random::new(seed ^ 0x1234);
        let item = item(&mut r, 3);
        let places: Vec<Place> = (0..1 + r.below(3)).map(|_| place(&mut r)).collect();
        let mut w = Written::default();
        for (i, place) in places.iter().enumerate() {
            w.put(if i == 0 { "" } else { "," });
            w.path(&mut r, place);
        }
        let Ok(projection) = Projection::parse(&w.text, &mut w.placeholders()) else {
            assert!(oracle::collide(&places), "{}", w.text);
            continue;
        };
        let wanted = oracle::projected(&places, &item);
        assert_eq!(projection.apply(&item), wanted, "seed {seed}: {} of {item:?}", w.text);
        found += usize::from(!wanted.is_empty());
    }
    assert!(found > 200, "{found} found something");
}
