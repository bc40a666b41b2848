//! A writer: calls S3 at random over one connection, about keys of its own, until the server dies under it. What is answered is
//! done in its holdings; what isn't is left over. It reads too, and what it reads must be what it wrote.

use std::io;

use crate::client::{Answer, Client};
use crate::crash::Turn;
use crate::crash::s3::book::{Change, Holdings, NULL, Place, Version};
use crate::crash::s3::content::{Content, Size};
use crate::random::Random;

const KEYS: u64 = 5;
/// Uploads under way at most.
const UPLOADS: usize = 3;
/// Versions of a key at most, about.
const VERSIONS: usize = 6;

/// What a writer did.
pub struct Log {
    /// Which writer.
    pub writer: u64,
    /// What its keys hold by what was answered.
    pub holdings: Holdings,
    /// What was asked last and not answered.
    pub pending: Option<Change>,
    /// Calls that were answered.
    pub calls: u64,
    /// Bytes sent in them.
    pub bytes: u64,
    /// What should never happen.
    pub wrong: Vec<String>,
}

struct Writer {
    client: Client,
    random: Random,
    turn: Turn,
    made: u64,
    log: Log,
}

/// A bucket's name.
pub fn bucket(versioned: bool) -> &'static str {
    if versioned { "crash-versions" } else { "crash" }
}

/// A request's target.
pub fn target(place: &Place, query: &str) -> String {
    format!("/{}/{}{query}", bucket(place.versioned), place.key)
}

/// The body that completes an upload.
pub fn completion<'e>(parts: impl Iterator<Item = (u32, &'e str)>) -> String {
    let parts: String =
        parts.map(|(n, e)| format!("<Part><PartNumber>{n}</PartNumber><ETag>{e}</ETag></Part>")).collect();
    format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>")
}

/// Runs a writer until its connection breaks.
pub fn run(client: Client, random: Random, turn: Turn, holdings: Holdings) -> Log {
    let log = Log { writer: turn.writer, holdings, pending: None, calls: 0, bytes: 0, wrong: Vec::new() };
    let mut w = Writer { client, random, turn, made: 0, log };
    while w.step().is_ok() {
        w.log.calls += 1;
    }
    w.log
}

impl Writer {
    fn step(&mut self) -> io::Result<()> {
        let place = self.place();
        let many = self.log.holdings.keys.get(&place).map_or(0, Vec::len);
        match self.random.below(100) {
            _ if many > VERSIONS => self.remove(&place),
            0..22 => self.put(&place, Size::Small),
            22..27 => self.put(&place, Size::Edge),
            27..42 => self.put(&place, Size::Large),
            42..47 => self.put_if_new(&place),
            47..55 => self.copy(&place),
            55..68 => self.read(&place),
            68..75 => self.delete(&place),
            75..81 => self.remove(&place),
            81..86 => self.begin(&place),
            86..94 => self.part(),
            94..98 => self.complete(),
            _ => self.abort(),
        }
    }

    fn place(&mut self) -> Place {
        let key = format!("w{}/k{}", self.turn.writer, self.random.below(KEYS));
        Place { versioned: self.random.below(2) == 0, key }
    }

    fn content(&mut self, size: Size) -> Content {
        self.made += 1;
        Content::new(self.turn.round << 32 | self.turn.writer << 24 | self.made, size)
    }

    fn wrong(&mut self, text: String) {
        self.log.wrong.push(text);
    }

    /// Calls; unless it is answered, the change is left over. An answer other than the one expected is wrong.
    fn ask(
        &mut self,
        change: Option<Change>,
        (method, target): (&str, &str),
        headers: &[(&str, &str)],
        body: &[u8],
        expected: u16,
    ) -> io::Result<Option<Answer>> {
        self.log.pending = change;
        let answer = self.client.s3(method, target, headers, body)?;
        self.log.pending = None;
        self.log.bytes += body.len() as u64;
        if answer.status == expected {
            return Ok(Some(answer));
        }
        self.wrong(format!("{method} {target} answered {} {}", answer.status, answer.text()));
        Ok(None)
    }

    fn done(&mut self, change: &Change) -> io::Result<()> {
        self.log.holdings.apply(change);
        Ok(())
    }

    fn put(&mut self, place: &Place, size: Size) -> io::Result<()> {
        let content = self.content(size);
        self.put_with(place, content, &[], 200)
    }

    fn put_if_new(&mut self, place: &Place) -> io::Result<()> {
        let content = self.content(Size::Small);
        let expected = if self.log.holdings.latest(place).is_some() { 412 } else { 200 };
        self.put_with(place, content, &[("if-none-match", "*")], expected)
    }

    fn put_with(
        &mut self,
        place: &Place,
        content: Content,
        headers: &[(&str, &str)],
        expected: u16,
    ) -> io::Result<()> {
        let put = |id| Change::Put(place.clone(), Version { id, content: Some(vec![content]) });
        let change = (expected == 200).then(|| put(None));
        let call = target(place, "");
        match self.ask(change, ("PUT", &call), headers, &content.bytes(), expected)? {
            Some(answer) if answer.status == 200 => self.done(&put(version_of(&answer))),
            _ => Ok(()),
        }
    }

    fn copy(&mut self, to: &Place) -> io::Result<()> {
        let from = self.place();
        let content = match self.log.holdings.latest(&from) {
            // A copy of what came in parts is written anew.
            Some(content) if content.len() == 1 && from != *to => content.clone(),
            _ => return self.read(&from),
        };
        let put = |id| Change::Put(to.clone(), Version { id, content: Some(content.clone()) });
        let source = format!("{}/{}", bucket(from.versioned), from.key);
        let headers = [("x-amz-copy-source", source.as_str())];
        match self.ask(Some(put(None)), ("PUT", &target(to, "")), &headers, b"", 200)? {
            Some(answer) => self.done(&put(version_of(&answer))),
            None => Ok(()),
        }
    }

    fn read(&mut self, place: &Place) -> io::Result<()> {
        let held = self.log.holdings.latest(place).cloned();
        let expected = if held.is_some() { 200 } else { 404 };
        let call = target(place, "");
        let answer = self.ask(None, ("GET", &call), &[], b"", expected)?;
        if let (Some(content), Some(answer)) = (held, answer)
            && !is_made_of(&answer.body, &content)
        {
            self.wrong(format!("GET {call} gave other bytes than were written"));
        }
        Ok(())
    }

    fn delete(&mut self, place: &Place) -> io::Result<()> {
        let change = |id| Change::Delete(place.clone(), id);
        match self.ask(Some(change(None)), ("DELETE", &target(place, "")), &[], b"", 204)? {
            Some(answer) => self.done(&change(version_of(&answer))),
            None => Ok(()),
        }
    }

    /// Removes the older half of a key's versions, by one call or another.
    fn remove(&mut self, place: &Place) -> io::Result<()> {
        let all = self.log.holdings.keys.get(place).map_or(&[][..], Vec::as_slice);
        let ids = all[all.len() / 2..].iter().filter_map(|v| v.id.clone());
        let versions: Vec<(Place, String)> = ids.map(|id| (place.clone(), id)).collect();
        let change = Change::Remove(versions.clone());
        let answer = match versions.as_slice() {
            [] => return self.put(place, Size::Large),
            [(place, id)] => {
                let call = target(place, &format!("?versionId={id}"));
                self.ask(Some(change.clone()), ("DELETE", &call), &[], b"", 204)?
            }
            many => {
                let call = format!("/{}?delete", bucket(place.versioned));
                self.ask(Some(change.clone()), ("POST", &call), &[], &delete_body(many), 200)?
            }
        };
        match answer {
            Some(answer) if answer.text().contains("<Error>") => self.wrong(answer.text()),
            Some(_) => self.log.holdings.apply(&change),
            None => {}
        }
        Ok(())
    }

    fn begin(&mut self, place: &Place) -> io::Result<()> {
        if self.log.holdings.uploads.len() >= UPLOADS {
            return self.complete();
        }
        let change = |id| Change::Begin(place.clone(), id);
        match self.ask(Some(change(None)), ("POST", &target(place, "?uploads")), &[], b"", 200)? {
            Some(answer) => self.done(&change(answer.element("UploadId"))),
            None => Ok(()),
        }
    }

    fn upload(&mut self) -> Option<String> {
        let ids: Vec<&String> = self.log.holdings.uploads.keys().collect();
        let chosen = self.random.below(ids.len().max(1) as u64) as usize;
        ids.get(chosen).map(|id| (*id).clone())
    }

    fn part(&mut self) -> io::Result<()> {
        let Some(upload) = self.upload() else { return Ok(()) };
        let place = self.log.holdings.uploads[&upload].place.clone();
        let number = self.random.below(4) as u32 + 1;
        let size = match self.random.below(6) {
            0 => Size::Part,
            1 => Size::Small,
            _ => Size::Large,
        };
        let content = self.content(size);
        let change = |etag| Change::Part { upload: upload.clone(), number, content, etag };
        let call = target(&place, &format!("?partNumber={number}&uploadId={upload}"));
        match self.ask(Some(change(None)), ("PUT", &call), &[], &content.bytes(), 200)? {
            Some(answer) => self.done(&change(answer.header("etag").map(str::to_owned))),
            None => Ok(()),
        }
    }

    /// With as many parts as may be: those that are large enough, and the first that isn't.
    fn complete(&mut self) -> io::Result<()> {
        let Some(upload) = self.upload() else { return Ok(()) };
        let held = self.log.holdings.uploads[&upload].clone();
        let full = held.parts.values().take_while(|(content, _)| content.is_full_part()).count();
        let chosen = || held.parts.iter().take(full + 1);
        let numbers: Vec<u32> = chosen().map(|(n, _)| *n).collect();
        if numbers.is_empty() {
            return self.part();
        }
        let change = |id| Change::Complete { upload: upload.clone(), numbers: numbers.clone(), id };
        let body = completion(chosen().map(|(n, (_, etag))| (*n, etag.as_deref().unwrap_or_default())));
        let call = target(&held.place, &format!("?uploadId={upload}"));
        match self.ask(Some(change(None)), ("POST", &call), &[], body.as_bytes(), 200)? {
            Some(answer) if answer.text().contains("<Error>") => self.wrong(answer.text()),
            Some(answer) => self.log.holdings.apply(&change(version_of(&answer))),
            None => {}
        }
        Ok(())
    }

    fn abort(&mut self) -> io::Result<()> {
        let Some(upload) = self.upload() else { return Ok(()) };
        let place = self.log.holdings.uploads[&upload].place.clone();
        let change = Change::Abort(upload.clone());
        let call = target(&place, &format!("?uploadId={upload}"));
        match self.ask(Some(change.clone()), ("DELETE", &call), &[], b"", 204)? {
            Some(_) => self.done(&change),
            None => Ok(()),
        }
    }
}

fn version_of(answer: &Answer) -> Option<String> {
    Some(answer.header("x-amz-version-id").unwrap_or(NULL).to_owned())
}

/// The body of a batch delete.
pub fn delete_body(versions: &[(Place, String)]) -> Vec<u8> {
    let object = |(place, id): &(Place, String)| {
        format!("<Object><Key>{}</Key><VersionId>{id}</VersionId></Object>", place.key)
    };
    let objects: String = versions.iter().map(object).collect();
    format!("<Delete><Quiet>true</Quiet>{objects}</Delete>").into_bytes()
}

/// Whether bytes are these contents, one after the other.
pub fn is_made_of(bytes: &[u8], content: &[Content]) -> bool {
    let mut rest = bytes;
    for piece in content {
        match rest.strip_prefix(piece.bytes().as_slice()) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}
