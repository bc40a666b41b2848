//! Events packed one after the other into a block's bytes: of each, only what differs from the one before it, since a client
//! mostly does the same again. No event can be read without those before it in its block; blocks stand for themselves.
//!
//! An event: number (difference), time (zigzag of the difference), a mask, and the texts whose bit is set, each behind its
//! length. All numbers are the row format's variable-length integers.

use std::borrow::Cow;

use store::{RowError, RowReader, RowWriter};

use super::event::{Event, Numbered};

/// Texts of an event, its resources among them as one.
const TEXTS: usize = 14;
const RESOURCES: usize = 12;
/// The bit of the mask that says whether the call writes.
const WRITE: u64 = 1 << TEXTS;

/// Events of one block on their way.
#[derive(Debug, Default)]
pub(super) struct Packer {
    packed: RowWriter,
    count: usize,
    number: u64,
    at_ms: i64,
    texts: [Vec<u8>; TEXTS],
    resources: Vec<u8>,
}

impl Packer {
    /// Adds an event; its number is greater than the last one's.
    pub(super) fn push(&mut self, number: u64, e: &Event<'_>) {
        put_resources(&mut self.resources, &e.resources);
        let texts: [&[u8]; TEXTS] = [
            e.request_id.as_bytes(),
            e.service.as_bytes(),
            e.operation.as_bytes(),
            e.partition.as_bytes(),
            e.account.as_bytes(),
            e.region.as_bytes(),
            e.principal.as_bytes(),
            e.access_key_id.as_bytes(),
            e.source_ip.as_bytes(),
            e.user_agent.as_bytes(),
            e.error_code.as_bytes(),
            e.error_message.as_bytes(),
            &self.resources,
            e.why.as_bytes(),
        ];
        let mut mask = if e.write { WRITE } else { 0 };
        for (i, (text, before)) in texts.iter().zip(&self.texts).enumerate() {
            mask |= u64::from(text != before) << i;
        }
        self.packed.varint(number.wrapping_sub(self.number));
        let later_ms = e.at_ms.wrapping_sub(self.at_ms);
        self.packed.varint(((later_ms << 1) ^ (later_ms >> 63)) as u64);
        self.packed.varint(mask);
        for (i, (text, before)) in texts.iter().zip(&mut self.texts).enumerate() {
            if mask & (1 << i) != 0 {
                self.packed.varint(text.len() as u64);
                self.packed.raw(text);
                before.clear();
                before.extend_from_slice(text);
            }
        }
        (self.number, self.at_ms) = (number, e.at_ms);
        self.count += 1;
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The packed events, and the number of the last one. The packer begins the next block.
    pub(super) fn finish(&mut self) -> (u64, Vec<u8>) {
        let last = self.number;
        self.texts.iter_mut().for_each(Vec::clear);
        (self.count, self.number, self.at_ms) = (0, 0, 0);
        (last, std::mem::take(&mut self.packed).into_bytes())
    }

    /// The events so far.
    pub(super) fn events(&self) -> Result<Vec<Numbered>, RowError> {
        unpack(self.packed.as_bytes())
    }
}

fn put_resources(out: &mut Vec<u8>, resources: &[String]) {
    out.clear();
    for r in resources {
        out.extend_from_slice(&(r.len() as u32).to_le_bytes());
        out.extend_from_slice(r.as_bytes());
    }
}

/// The events of a block.
pub(super) fn unpack(bytes: &[u8]) -> Result<Vec<Numbered>, RowError> {
    let mut r = RowReader::new(bytes);
    let mut events: Vec<Numbered> = Vec::new();
    let (mut number, mut at_ms) = (0u64, 0i64);
    let mut texts: [String; 14] = Default::default();
    let mut resources = Vec::new();
    while !r.is_empty() {
        number = number.wrapping_add(r.varint()?);
        let later_ms = r.varint()?;
        at_ms = at_ms.wrapping_add((later_ms >> 1) as i64 ^ -((later_ms & 1) as i64));
        let mask = r.varint()?;
        for (i, text) in texts.iter_mut().enumerate().filter(|(i, _)| mask & (1 << i) != 0) {
            match i {
                RESOURCES => resources = read_resources(&r.framed::<Vec<u8>>()?)?,
                _ => *text = r.framed()?,
            }
        }
        let text = |i: usize| Cow::Owned(texts[i].clone());
        let event = Event {
            at_ms,
            request_id: text(0),
            service: text(1),
            operation: text(2),
            partition: text(3),
            account: text(4),
            region: text(5),
            principal: text(6),
            access_key_id: text(7),
            source_ip: text(8),
            user_agent: text(9),
            error_code: text(10),
            error_message: text(11),
            write: mask & WRITE != 0,
            resources: Cow::Owned(resources.clone()),
            why: text(13),
        };
        events.push(Numbered { number, event });
    }
    Ok(events)
}

fn read_resources(mut bytes: &[u8]) -> Result<Vec<String>, RowError> {
    let malformed = || RowError::new("an event's resources are malformed");
    let mut resources = Vec::new();
    while !bytes.is_empty() {
        let (len, rest) = bytes.split_first_chunk::<4>().ok_or_else(malformed)?;
        let (text, rest) = rest.split_at_checked(u32::from_le_bytes(*len) as usize).ok_or_else(malformed)?;
        resources.push(String::from_utf8(text.to_vec()).map_err(|_| malformed())?);
        bytes = rest;
    }
    Ok(resources)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_they_were_packed() {
        let first = Event {
            at_ms: 1_700_000_000_000,
            request_id: "a".into(),
            service: "sqs".into(),
            operation: "SendMessage".into(),
            partition: "aws".into(),
            account: "000000000000".into(),
            region: "us-east-1".into(),
            principal: "arn:aws:iam::000000000000:root".into(),
            access_key_id: "test".into(),
            source_ip: "127.0.0.1".into(),
            user_agent: "agent".into(),
            error_code: String::new().into(),
            error_message: String::new().into(),
            write: true,
            resources: vec!["arn:1".to_owned(), String::new(), "ä\0".to_owned()].into(),
            why: "said so".into(),
        };
        let second = Event { at_ms: first.at_ms - 5, request_id: "b".into(), ..first.clone() };
        let third =
            Event { error_code: "Oops".into(), write: false, resources: vec![].into(), ..first.clone() };
        let all = [(7, first), (8, second), (10, third), (11, Event::default())];
        let mut packer = Packer::default();
        for (number, event) in &all {
            packer.push(*number, event);
        }
        let wanted: Vec<Numbered> =
            all.iter().cloned().map(|(number, event)| Numbered { number, event }).collect();
        assert_eq!(packer.events().expect("it is sound"), wanted);
        let (last, bytes) = packer.finish();
        assert_eq!((last, packer.count()), (11, 0));
        assert_eq!(unpack(&bytes).expect("it is sound"), wanted);
        for cut in 1..bytes.len() {
            // Whatever is left of a block is read or refused, never taken for something else.
            if let Ok(some) = unpack(&bytes[..cut]) {
                assert_eq!(some, wanted[..some.len()]);
            }
        }
        packer.push(12, &wanted[0].event);
        assert_eq!(
            packer.events().expect("it is sound")[0].event,
            wanted[0].event,
            "a block stands for itself"
        );
    }
}
