//! A reference model: queues as plain lists, every rule in the words of the developer guide, beside the real thing under
//! random operations. After each step both must have answered the same, and counted the same.
//!
//! Standard queues are compared in the order in which this service delivers, which AWS doesn't promise.
//! `TABLETOP_SEEDS` says how many seeds run (50 if it isn't set).

use std::collections::BTreeMap;

use shapes_sqs::*;
use testkit::Lab;

use crate::bench::{Calls, arn, lab, url};

const STEPS: usize = 120;
const QUEUES: [&str; 4] = ["s", "dead", "f.fifo", "dead.fifo"];
const RETENTION_MS: i64 = 900_000;
const MAX_RECEIVES: u32 = 3;

/// splitmix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len() as u64) as usize]
    }
}

#[derive(Clone, Debug)]
struct Held {
    seq: u64,
    body: String,
    group: String,
    from: Option<&'static str>,
    enqueued: i64,
    visible: i64,
    receives: u32,
    received: i64,
}

#[derive(Default)]
struct Modelled {
    messages: Vec<Held>,
    last_seq: u64,
    purges: u32,
    purged: Option<i64>,
    ids: BTreeMap<String, (i64, String)>,
}

/// A receive that somebody keeps the handle of.
#[derive(Clone)]
struct Handle {
    queue: &'static str,
    purges: u32,
    seq: u64,
    receives: u32,
    text: String,
}

struct Model {
    now: i64,
    queues: BTreeMap<&'static str, Modelled>,
}

fn is_fifo(queue: &str) -> bool {
    queue.ends_with(".fifo")
}

fn dead_letters_of(queue: &str) -> Option<&'static str> {
    match queue {
        "s" => Some("dead"),
        "f.fifo" => Some("dead.fifo"),
        _ => None,
    }
}

impl Model {
    fn q(&mut self, queue: &str) -> &mut Modelled {
        self.queues.get_mut(queue).unwrap()
    }

    fn add(&mut self, queue: &str, mut m: Held) {
        let q = self.q(queue);
        q.last_seq += 1;
        m.seq = q.last_seq;
        q.messages.push(m);
    }

    fn advance(&mut self, ms: i64) {
        self.now += ms;
        let now = self.now;
        for q in self.queues.values_mut() {
            q.messages.retain(|m| m.enqueued + RETENTION_MS > now);
        }
    }

    /// Sequences of what can be received, in order.
    fn visible(&self, queue: &str) -> Vec<u64> {
        let (now, q) = (self.now, &self.queues[queue]);
        let mut all: Vec<&Held> = q.messages.iter().collect();
        if !is_fifo(queue) {
            all.retain(|m| m.visible <= now);
            all.sort_by_key(|m| (m.visible, m.seq));
            return all.iter().map(|m| m.seq).collect();
        }
        let mut groups: BTreeMap<&str, Vec<&Held>> = BTreeMap::new();
        for m in all {
            groups.entry(&m.group).or_default().push(m);
        }
        let mut groups: Vec<Vec<&Held>> = groups.into_values().collect();
        groups.sort_by_key(|g| (g[0].visible, g[0].seq));
        groups.iter().flat_map(|g| g.iter().take_while(|m| m.visible <= now)).map(|m| m.seq).collect()
    }

    fn receive(&mut self, queue: &'static str, max: usize, timeout_ms: i64) -> Vec<Held> {
        let mut got = Vec::new();
        let now = self.now;
        for seq in self.visible(queue) {
            if got.len() == max {
                break;
            }
            let q = self.q(queue);
            let i = q.messages.iter().position(|m| m.seq == seq).unwrap();
            if let Some(dead) = dead_letters_of(queue).filter(|_| q.messages[i].receives >= MAX_RECEIVES) {
                let mut m = q.messages.remove(i);
                (m.visible, m.from, m.received) = (now, Some(queue), 0);
                if is_fifo(queue) {
                    m.enqueued = now;
                }
                self.add(dead, m);
                continue;
            }
            let m = &mut q.messages[i];
            (m.visible, m.received) = (now + timeout_ms, now);
            m.receives += 1;
            got.push(m.clone());
        }
        got
    }

    fn counts(&self, queue: &str) -> (u64, u64, u64) {
        let all = &self.queues[queue].messages;
        let hidden = |received: bool| {
            all.iter().filter(|m| m.visible > self.now && (m.received > 0) == received).count() as u64
        };
        (all.len() as u64 - hidden(true) - hidden(false), hidden(true), hidden(false))
    }

    fn find(&mut self, h: &Handle) -> Option<&mut Held> {
        let q = self.q(h.queue);
        (q.purges == h.purges).then(|| q.messages.iter_mut().find(|m| m.seq == h.seq)).flatten()
    }

    /// `Err` with the end of the text.
    fn delete(&mut self, h: &Handle) -> Result<(), &'static str> {
        let now = self.now;
        let Some(m) = self.find(h) else { return Ok(()) };
        let current = m.receives == h.receives;
        if is_fifo(h.queue) && (!current || m.visible <= now) {
            return Err("The receipt handle has expired.");
        }
        if current {
            self.q(h.queue).messages.retain(|m| m.seq != h.seq);
        }
        Ok(())
    }

    fn hide(&mut self, h: &Handle, timeout_s: i64) -> Result<(), &'static str> {
        let now = self.now;
        let Some(m) = self.find(h) else {
            return Err("Message does not exist or is not available for visibility timeout change.");
        };
        if m.receives != h.receives || m.visible <= now {
            return if is_fifo(h.queue) { Err("The receipt handle has expired.") } else { Ok(()) };
        }
        if now + timeout_s * 1_000 > m.received + 43_200_000 {
            return Err("Total VisibilityTimeout for the message is beyond the limit [43200 seconds].");
        }
        m.visible = now + timeout_s * 1_000;
        Ok(())
    }
}

/// The real thing and the model, side by side.
struct Pair {
    lab: Lab,
    model: Model,
    dice: Dice,
    handles: Vec<Handle>,
    said: String,
}

impl Pair {
    fn new(seed: u64) -> Pair {
        let lab = lab();
        for (dead, source) in [("dead", "s"), ("dead.fifo", "f.fifo")] {
            let retention = (RETENTION_MS / 1_000).to_string();
            let mut attributes =
                vec![("MessageRetentionPeriod", retention.as_str()), ("VisibilityTimeout", "20")];
            if is_fifo(source) {
                attributes.push(("FifoQueue", "true"));
            }
            lab.create(dead, &attributes).unwrap();
            let policy =
                format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":{MAX_RECEIVES}}}"#, arn(dead));
            attributes.push(("RedrivePolicy", &policy));
            lab.create(source, &attributes).unwrap();
        }
        let queues = QUEUES.into_iter().map(|q| (q, Modelled::default())).collect();
        let model = Model { now: lab.kernel.clock.now_ms(), queues };
        Pair { lab, model, dice: Dice(seed), handles: Vec::new(), said: String::new() }
    }

    fn step(&mut self, n: usize) {
        let queue = self.dice.pick(&["s", "s", "f.fifo", "f.fifo", "f.fifo", "dead", "dead.fifo"]);
        match self.dice.roll(100) {
            0..=31 => self.send(self_source(queue), n),
            32..=59 => self.receive(queue),
            60..=71 => self.delete(),
            72..=81 => self.hide(),
            82..=95 => self.advance(),
            96 => self.purge(queue),
            _ => self.redrive(queue),
        }
        for queue in QUEUES {
            assert_eq!(self.lab.counts(queue), self.model.counts(queue), "step {n}, queue {queue}");
        }
        if n.is_multiple_of(30) {
            self.lab.sound();
        }
    }

    fn note(&mut self, what: impl std::fmt::Debug) {
        self.said.push_str(&format!("{what:?}\n"));
    }

    fn send(&mut self, queue: &'static str, n: usize) {
        let body = format!("message {n}");
        let now = self.model.now;
        let delay_s = if is_fifo(queue) { None } else { self.dice.pick(&[None, None, Some(0), Some(45)]) };
        let group = format!("g{}", self.dice.roll(3));
        let id = format!("id{}", self.dice.roll(12));
        let sent = self.lab.call::<op::SendMessage>(SendMessageRequest {
            queue_url: url(queue),
            message_body: body.clone(),
            delay_seconds: delay_s,
            message_group_id: is_fifo(queue).then(|| group.clone()),
            message_deduplication_id: is_fifo(queue).then(|| id.clone()),
            ..SendMessageRequest::default()
        });
        let sent = sent.unwrap();
        self.note(&sent);
        let message_id = sent.message_id.unwrap();
        if is_fifo(queue) {
            match self.model.q(queue).ids.get(&id) {
                Some((at, first)) if now - at < 300_000 => return assert_eq!(message_id, *first),
                _ => drop(self.model.q(queue).ids.insert(id, (now, message_id))),
            }
        }
        let group = if is_fifo(queue) { group } else { String::new() };
        let visible = now + i64::from(delay_s.unwrap_or(0)) * 1_000;
        let held = Held { seq: 0, body, group, from: None, enqueued: now, visible, receives: 0, received: 0 };
        self.model.add(queue, held);
    }

    fn receive(&mut self, queue: &'static str) {
        let max = self.dice.pick(&[1, 2, 5, 10]);
        let timeout_s = self.dice.pick(&[None, None, Some(0), Some(5), Some(120)]);
        let got = self.lab.receive_with(ReceiveMessageRequest {
            queue_url: url(queue),
            max_number_of_messages: Some(max),
            visibility_timeout: timeout_s,
            message_system_attribute_names: Some(vec!["All".to_owned()]),
            ..ReceiveMessageRequest::default()
        });
        let got = got.unwrap();
        self.note(&got);
        let timeout_ms = i64::from(timeout_s.unwrap_or(20)) * 1_000;
        let expected = self.model.receive(queue, max as usize, timeout_ms);
        let purges = self.model.q(queue).purges;
        assert_eq!(got.len(), expected.len(), "{got:?} {expected:?}");
        for (m, e) in got.iter().zip(&expected) {
            let shown = m.attributes.as_ref().unwrap();
            assert_eq!(m.body.as_deref(), Some(e.body.as_str()));
            assert_eq!(shown["ApproximateReceiveCount"], e.receives.to_string());
            assert_eq!(shown.get("MessageGroupId").map_or("", String::as_str), e.group);
            assert_eq!(shown.get("DeadLetterQueueSourceArn").cloned(), e.from.map(arn));
            let text = m.receipt_handle.clone().unwrap();
            self.handles.push(Handle { queue, purges, seq: e.seq, receives: e.receives, text });
        }
    }

    fn handle(&mut self) -> Option<Handle> {
        let n = self.handles.len() as u64;
        // Mostly recent ones.
        let back = if self.dice.roll(4) == 0 { n } else { n.min(6) };
        (n > 0).then(|| self.handles[(n - 1 - self.dice.roll(back)) as usize].clone())
    }

    fn same<T: std::fmt::Debug>(&mut self, real: Result<T, codec::Fault>, modelled: Result<(), &str>) {
        self.note(&real);
        match (&real, modelled) {
            (Ok(_), Ok(())) => {}
            (Err(fault), Err(text)) => assert!(fault.message().ends_with(text), "{fault:?}, not {text}"),
            (real, modelled) => panic!("answered {real:?}, should be {modelled:?}"),
        }
    }

    fn delete(&mut self) {
        let Some(h) = self.handle() else { return };
        let input = DeleteMessageRequest { queue_url: url(h.queue), receipt_handle: h.text.clone() };
        let real = self.lab.call::<op::DeleteMessage>(input);
        let modelled = self.model.delete(&h);
        self.same(real, modelled);
    }

    fn hide(&mut self) {
        let Some(h) = self.handle() else { return };
        let timeout_s = self.dice.pick(&[0, 0, 3, 60, 43_200]);
        let real = self.lab.call::<op::ChangeMessageVisibility>(ChangeMessageVisibilityRequest {
            queue_url: url(h.queue),
            receipt_handle: h.text.clone(),
            visibility_timeout: timeout_s,
        });
        let modelled = self.model.hide(&h, i64::from(timeout_s));
        self.same(real, modelled);
    }

    fn advance(&mut self) {
        let ms = self.dice.pick(&[1, 999, 5_000, 20_000, 60_000, 290_000, 500_000]);
        self.lab.advance(ms);
        self.model.advance(ms);
    }

    fn purge(&mut self, queue: &'static str) {
        let real = self.lab.call::<op::PurgeQueue>(PurgeQueueRequest { queue_url: url(queue) });
        let now = self.model.now;
        let q = self.model.q(queue);
        if q.purged.is_some_and(|at| now - at < 60_000) {
            return self.same(real, Err("is allowed every 60 seconds."));
        }
        q.messages.clear();
        q.purges += 1;
        q.purged = Some(now);
        self.same(real, Ok(()));
    }

    /// Moves what can be received from a dead-letter queue back to where it came from.
    fn redrive(&mut self, queue: &'static str) {
        let dead = dead_letters_of(queue).unwrap_or(queue);
        let source_arn = arn(dead);
        let input = StartMessageMoveTaskRequest {
            source_arn: source_arn.clone(),
            ..StartMessageMoveTaskRequest::default()
        };
        let real = self.lab.call::<op::StartMessageMoveTask>(input);
        self.note(&real);
        self.lab.advance(0);
        let now = self.model.now;
        for seq in self.model.visible(dead) {
            let q = self.model.q(dead);
            let i = q.messages.iter().position(|m| m.seq == seq).unwrap();
            let mut m = q.messages.remove(i);
            let to = m.from.take().unwrap();
            (m.enqueued, m.visible, m.receives, m.received) = (now, now, 0, 0);
            self.model.add(to, m);
        }
        let input = ListMessageMoveTasksRequest { source_arn, max_results: None };
        let tasks = self.lab.call::<op::ListMessageMoveTasks>(input).unwrap().results.unwrap();
        self.note(&tasks);
        assert_eq!(tasks[0].status.as_deref(), Some("COMPLETED"));
    }
}

/// Messages are sent to source queues: nothing else knows where a dead letter came from.
fn self_source(queue: &'static str) -> &'static str {
    match queue {
        "dead" => "s",
        "dead.fifo" => "f.fifo",
        q => q,
    }
}

fn run(seed: u64) -> String {
    let mut pair = Pair::new(seed);
    for n in 0..STEPS {
        pair.step(n);
    }
    pair.lab.sound();
    pair.said
}

#[test]
fn the_model_agrees_and_a_seed_repeats() {
    for seed in 0..testkit::seeds(50) {
        let outcome = std::panic::catch_unwind(|| (run(seed), run(seed)));
        let (first, second) = outcome.unwrap_or_else(|_| panic!("seed {seed}"));
        assert_eq!(first, second, "seed {seed} gave other bytes the second time");
    }
}
