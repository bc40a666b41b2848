//! One of the clients: reads, writes, conditional writes and deletes of a few keys at random, each noted with the moments of its
//! asking and its answer. It knows what it saw last, and nothing of the others.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::client::{Answer, Client};
use crate::linear::history::{Call, Step, Value};
use crate::random::Random;

/// Values whose bytes lie in a file rather than in a row: one in so many.
const LARGE: u64 = 5;

/// What a client did: calls by key, and which version it was told for which value.
#[derive(Default)]
pub struct Notes {
    /// By key.
    pub calls: BTreeMap<u64, Vec<Call>>,
    /// As told by a write or by a read.
    pub versions: Vec<(Value, String)>,
}

/// A client.
pub struct Caller<'c> {
    /// Its connection.
    pub client: Client,
    /// Its choices.
    pub random: Random,
    /// Its number.
    pub id: u64,
    /// The bucket.
    pub bucket: &'c str,
    /// The moment that times are counted from.
    pub began: Instant,
    /// By key, what it saw last: the value and its ETag.
    pub seen: BTreeMap<u64, (Value, String)>,
    /// What it did.
    pub notes: Notes,
}

/// The bytes of a value: its number, again and again where it is large.
fn bytes_of(value: Value) -> Vec<u8> {
    let text = format!("{value:016x}");
    let times = if value.is_multiple_of(LARGE) { 2_500 } else { 1 };
    text.repeat(times).into_bytes()
}

fn value_of(body: &[u8]) -> Result<Value, String> {
    let head = body.get(..16).and_then(|b| std::str::from_utf8(b).ok());
    let value =
        head.and_then(|t| u64::from_str_radix(t, 16).ok()).ok_or("an object of other bytes was read")?;
    match bytes_of(value) == body {
        true => Ok(value),
        false => Err(format!("the bytes of {value:x} are not whole")),
    }
}

impl Caller<'_> {
    /// So many calls about so many keys.
    pub fn run(mut self, calls: u64, keys: u64) -> Result<Notes, String> {
        for n in 0..calls {
            let key = self.random.below(keys);
            let value = (self.id << 32 | n) * 8 + self.random.below(8);
            let target = format!("/{}/key-{key}", self.bucket);
            let asked = self.began.elapsed().as_nanos();
            let step = self.step(key, value, &target).map_err(|e| format!("{target}: {e}"))?;
            let answered = self.began.elapsed().as_nanos();
            self.notes.calls.entry(key).or_default().push(Call { step, asked, answered });
        }
        Ok(self.notes)
    }

    fn step(&mut self, key: u64, value: Value, target: &str) -> Result<Step, String> {
        match self.random.below(10) {
            0..4 => {
                let answer = self.ask("GET", target, &[], &[], &[200, 404])?;
                if answer.status == 404 {
                    return Ok(Step::Get(None));
                }
                let value = value_of(&answer.body)?;
                self.note(key, value, &answer);
                Ok(Step::Get(Some(value)))
            }
            4..6 => self.put(key, value, target, &[], &[200]).map(|_| Step::Put(value)),
            6 => {
                let written = self.put(key, value, target, &[("if-none-match", "*")], &[200, 412])?;
                Ok(Step::PutIfNew(value, written))
            }
            7 | 8 => {
                let Some((old, etag)) = self.seen.get(&key).cloned() else {
                    return self.put(key, value, target, &[], &[200]).map(|_| Step::Put(value));
                };
                let written = self.put(key, value, target, &[("if-match", &etag)], &[200, 412, 404])?;
                Ok(Step::Replace(old, value, written))
            }
            _ => self.ask("DELETE", target, &[], &[], &[204]).map(|_| Step::Delete),
        }
    }

    fn put(
        &mut self,
        key: u64,
        value: Value,
        target: &str,
        headers: &[(&str, &str)],
        expected: &[u16],
    ) -> Result<bool, String> {
        let answer = self.ask("PUT", target, headers, &bytes_of(value), expected)?;
        if answer.status == 200 {
            self.note(key, value, &answer);
        }
        Ok(answer.status == 200)
    }

    fn note(&mut self, key: u64, value: Value, answer: &Answer) {
        let etag = answer.header("etag").unwrap_or_default().to_owned();
        self.seen.insert(key, (value, etag));
        let version = answer.header("x-amz-version-id").map(|id| (value, id.to_owned()));
        self.notes.versions.extend(version);
    }

    /// Calls. A conditional write that met another may be told so with 409: nothing was done then, and it asks again.
    fn ask(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        expected: &[u16],
    ) -> Result<Answer, String> {
        loop {
            let answer = self.client.s3(method, target, headers, body).map_err(|e| e.to_string())?;
            match answer.status {
                409 if !headers.is_empty() => {}
                status if expected.contains(&status) => return Ok(answer),
                status => return Err(format!("{method} answered {status} {}", answer.text())),
            }
        }
    }
}
