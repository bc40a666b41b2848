//! Values and items as the case tables write them: `1`, `"text"`, `b"bytes"`, `true`, `null`, `[1, 2]`, `{a: 1}`, `ss("a", "b")`,
//! `ns(1, 2)`, `bs(b"a")`. An item is `a=1, b="x"`. Only for tests: it panics on anything else.

use std::collections::BTreeMap;

use dynamodb_language::{Number, Value};

struct Reader<'a> {
    text: &'a str,
    rest: &'a str,
}

/// `name=value, name=value`.
pub fn map(text: &str) -> BTreeMap<String, Value> {
    let mut r = Reader { text, rest: text.trim() };
    let mut all = BTreeMap::new();
    while !r.rest.is_empty() {
        let name = r.until('=');
        all.insert(name, r.value());
        r.skip(",");
    }
    all
}

/// `#n=name, #m=name`.
pub fn names(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split(',').map(str::trim).filter(|p| !p.is_empty());
    let pair = |p: &str| {
        let (key, name) = p.split_once('=').expect("a name is #n=name");
        (key.trim().to_owned(), name.trim().to_owned())
    };
    pairs.map(pair).collect()
}

impl Reader<'_> {
    fn until(&mut self, end: char) -> String {
        let (name, rest) = self.rest.split_once(end).unwrap_or_else(|| panic!("no {end} in {}", self.text));
        self.rest = rest.trim_start();
        name.trim().to_owned()
    }

    fn skip(&mut self, symbol: &str) -> bool {
        let rest = self.rest.trim_start();
        let there = rest.strip_prefix(symbol);
        self.rest = there.unwrap_or(rest).trim_start();
        there.is_some()
    }

    fn value(&mut self) -> Value {
        for (word, value) in
            [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)]
        {
            if self.skip(word) {
                return value;
            }
        }
        if self.skip("b\"") {
            return Value::B(self.until('"').into_bytes());
        }
        if self.skip("\"") {
            return Value::S(self.until('"'));
        }
        if self.skip("[") {
            return Value::L(self.elements("]"));
        }
        if self.skip("{") {
            let mut map = BTreeMap::new();
            while !self.skip("}") {
                let name = self.until(':');
                map.insert(name, self.value());
                self.skip(",");
            }
            return Value::M(map);
        }
        self.set_or_number()
    }

    fn set_or_number(&mut self) -> Value {
        if self.skip("ss(") {
            let texts = self.elements(")").into_iter().map(|v| v.as_text().expect("a text").to_owned());
            return Value::Ss(texts.collect());
        }
        if self.skip("ns(") {
            let numbers = self.elements(")").into_iter().map(|v| *v.as_number().expect("a number"));
            return Value::Ns(numbers.collect());
        }
        if self.skip("bs(") {
            let bytes =
                self.elements(")").into_iter().map(|v| if let Value::B(b) = v { b } else { panic!("{v:?}") });
            return Value::Bs(bytes.collect());
        }
        let end = self.rest.find([',', ']', '}', ')']).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        Value::N(Number::parse(number.trim()).unwrap_or_else(|e| panic!("{e} in {}", self.text)))
    }

    fn elements(&mut self, end: &str) -> Vec<Value> {
        let mut all = Vec::new();
        while !self.skip(end) {
            all.push(self.value());
            self.skip(",");
        }
        all
    }
}
