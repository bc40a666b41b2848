//! The life of messages: sent, hidden, received again, deleted, expired, dead.

use shapes_sqs::*;

use crate::bench::{Calls, arn, bodies, lab, refusal, url};

#[test]
fn a_message_is_sent_received_and_deleted() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    let sent = lab.send("q", "hi").unwrap();
    assert_eq!(sent.md5_of_message_body.as_deref(), Some("49f68a5c8493ec2c0bf489821c21fc3b"));
    assert_eq!(lab.counts("q"), (1, 0, 0));
    let got = lab.receive("q", 10);
    assert_eq!(bodies(&got), ["hi"]);
    assert_eq!(got[0].message_id, sent.message_id);
    assert_eq!((lab.counts("q"), lab.receive("q", 10).len()), ((0, 1, 0), 0));
    lab.sound();
    lab.delete("q", &got[0]).unwrap();
    lab.delete("q", &got[0]).unwrap();
    assert_eq!(lab.counts("q"), (0, 0, 0));
    lab.sound();
}

#[test]
fn a_message_returns_when_its_timeout_is_over() {
    let lab = lab();
    lab.create("q", &[("VisibilityTimeout", "10")]).unwrap();
    lab.send("q", "a").unwrap();
    let first = lab.receive("q", 1);
    lab.advance(9_999);
    assert_eq!(lab.receive("q", 1).len(), 0);
    lab.advance(1);
    assert_eq!(lab.counts("q"), (1, 0, 0));
    lab.sound();
    let second = lab.receive("q", 1);
    let count = |m: &Message| m.attributes.as_ref().unwrap()["ApproximateReceiveCount"].clone();
    assert_eq!((count(&first[0]), count(&second[0])), ("1".to_owned(), "2".to_owned()));
    // The older handle deletes nothing, though the call succeeds.
    lab.delete("q", &first[0]).unwrap();
    assert_eq!(lab.counts("q"), (0, 1, 0));
    lab.hide("q", &second[0], 0).unwrap();
    assert_eq!(lab.counts("q"), (1, 0, 0));
    lab.sound();
    // Recorded 2024: the latest handle deletes, visible or not.
    lab.delete("q", &second[0]).unwrap();
    assert_eq!(lab.counts("q"), (0, 0, 0));
    let gone = refusal(lab.hide("q", &second[0], 5));
    assert!(gone.1.ends_with("Message does not exist or is not available for visibility timeout change."));
    lab.sound();
}

#[test]
fn twelve_hours_in_all() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    lab.send("q", "a").unwrap();
    let got = lab.receive("q", 1);
    lab.advance(1_000);
    assert_eq!(
        refusal(lab.hide("q", &got[0], 43_200)),
        (
            "InvalidParameterValue".to_owned(),
            "Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is \
             beyond the limit [43200 seconds]."
                .to_owned()
        )
    );
    lab.hide("q", &got[0], 43_199).unwrap();
    lab.advance(43_198_999);
    assert_eq!(lab.counts("q"), (0, 1, 0));
    lab.advance(1);
    assert_eq!(lab.counts("q"), (1, 0, 0));
}

#[test]
fn delayed_messages_appear_in_time() {
    let lab = lab();
    lab.create("q", &[("DelaySeconds", "5")]).unwrap();
    lab.send("q", "later").unwrap();
    lab.call::<op::SendMessage>(SendMessageRequest {
        queue_url: url("q"),
        message_body: "now".to_owned(),
        delay_seconds: Some(0),
        ..SendMessageRequest::default()
    })
    .unwrap();
    assert_eq!((lab.counts("q"), bodies(&lab.receive("q", 10))), ((1, 0, 1), vec!["now"]));
    lab.advance(5_000);
    assert_eq!((lab.counts("q"), bodies(&lab.receive("q", 10))), ((1, 1, 0), vec!["later"]));
    lab.sound();
}

#[test]
fn retention_ends_messages_wherever_they_stand() {
    let lab = lab();
    lab.create("q", &[("MessageRetentionPeriod", "60"), ("VisibilityTimeout", "600")]).unwrap();
    lab.send("q", "received").unwrap();
    lab.receive("q", 1);
    lab.advance(30_000);
    lab.send("q", "ready").unwrap();
    lab.advance(29_999);
    assert_eq!(lab.counts("q"), (1, 1, 0));
    assert_eq!(lab.advance(1), 1);
    assert_eq!(lab.counts("q"), (1, 0, 0));
    lab.sound();
    lab.set("q", &[("MessageRetentionPeriod", "100")]).unwrap();
    lab.advance(69_999);
    assert_eq!(lab.counts("q"), (1, 0, 0));
    lab.advance(1);
    assert_eq!(lab.counts("q"), (0, 0, 0));
    lab.sound();
}

#[test]
fn dead_letters_keep_their_id_and_their_age() {
    let lab = lab();
    lab.create("dlq", &[("MessageRetentionPeriod", "120")]).unwrap();
    let policy = format!(r#"{{"deadLetterTargetArn":"{}","maxReceiveCount":"2"}}"#, arn("dlq"));
    lab.create("q", &[("RedrivePolicy", &policy), ("VisibilityTimeout", "10")]).unwrap();
    let sent = lab.send("q", "poison").unwrap();
    for _ in 0..2 {
        assert_eq!(lab.receive("q", 1).len(), 1);
        lab.advance(10_000);
    }
    assert_eq!(lab.receive("q", 1).len(), 0);
    assert_eq!((lab.counts("q"), lab.counts("dlq")), ((0, 0, 0), (1, 0, 0)));
    lab.sound();
    let dead = lab.receive("dlq", 1);
    assert_eq!(dead[0].message_id, sent.message_id);
    let shown = dead[0].attributes.as_ref().unwrap();
    assert_eq!(shown["DeadLetterQueueSourceArn"], arn("q"));
    // Sent 20 s ago: 100 s are left of 120.
    lab.advance(99_999);
    assert_eq!(lab.counts("dlq"), (1, 0, 0));
    lab.advance(1);
    assert_eq!(lab.counts("dlq"), (0, 0, 0));
    lab.sound();
}

#[test]
fn groups_keep_their_order() {
    let lab = lab();
    lab.create("q.fifo", &[("FifoQueue", "true"), ("VisibilityTimeout", "10")]).unwrap();
    for (n, (body, group)) in
        [("a1", "a"), ("b1", "b"), ("a2", "a"), ("a3", "a"), ("b2", "b")].iter().enumerate()
    {
        lab.send_group("q.fifo", body, group, &n.to_string()).unwrap();
    }
    lab.sound();
    let first = lab.receive("q.fifo", 2);
    assert_eq!(bodies(&first), ["a1", "a2"]);
    // Group a is blocked, group b isn't.
    let second = lab.receive("q.fifo", 10);
    assert_eq!(bodies(&second), ["b1", "b2"]);
    lab.delete("q.fifo", &first[0]).unwrap();
    assert_eq!(lab.receive("q.fifo", 10).len(), 0);
    lab.delete("q.fifo", &first[1]).unwrap();
    assert_eq!(bodies(&lab.receive("q.fifo", 10)), ["a3"]);
    lab.sound();
    lab.advance(10_000);
    let (code, text) = refusal(lab.delete("q.fifo", &second[0]));
    assert_eq!(code, "InvalidParameterValue");
    assert!(
        text.ends_with("for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.")
    );
    assert_eq!(bodies(&lab.receive("q.fifo", 10)), ["b1", "b2", "a3"]);
    lab.sound();
}

#[test]
fn duplicates_are_taken_and_dropped_for_five_minutes() {
    let lab = lab();
    lab.create("q.fifo", &[("FifoQueue", "true")]).unwrap();
    let first = lab.send_group("q.fifo", "a", "g", "id").unwrap();
    lab.advance(299_999);
    let again = lab.send_group("q.fifo", "other body", "other-group", "id").unwrap();
    assert_eq!((again.message_id, again.sequence_number), (first.message_id.clone(), first.sequence_number));
    assert_eq!(lab.counts("q.fifo"), (1, 0, 0));
    lab.advance(1);
    let later = lab.send_group("q.fifo", "a", "g", "id").unwrap();
    assert_ne!(later.message_id, first.message_id);
    assert_eq!(later.sequence_number.unwrap().len(), 20);
    assert_eq!(lab.counts("q.fifo"), (2, 0, 0));
    lab.sound();
}

/// Pollers of an idle queue cost no writes.
#[test]
fn an_empty_receive_writes_nothing() {
    let store = store::Store::memory();
    let lab = testkit::Lab::over(store.clone(), vec![service_sqs::service()]);
    lab.create("q", &[]).unwrap();
    lab.send("q", "a").unwrap();
    let got = lab.receive("q", 1);
    lab.delete("q", &got[0]).unwrap();
    let rows = |tx: &store::Tx| -> Vec<_> { tx.scan_raw("sqs", store::RawScan::all()).unwrap().collect() };
    let before = rows(&store.tx());
    for _ in 0..3 {
        lab.advance(1_000);
        assert_eq!(lab.receive("q", 10).len(), 0);
    }
    assert_eq!(rows(&store.tx()), before);
}

/// A purge and a deletion forget at once; the rows are swept in steps afterwards.
#[test]
fn what_is_purged_is_swept() {
    let store = store::Store::memory();
    let lab = testkit::Lab::over(store.clone(), vec![service_sqs::service()]);
    for (queue, attributes) in [("q", &[][..]), ("q.fifo", &[("FifoQueue", "true")][..])] {
        lab.create(queue, attributes).unwrap();
    }
    for n in 0..1_500 {
        lab.send("q", "a").unwrap();
        if n < 600 {
            lab.send_group("q.fifo", "a", &format!("g{}", n % 7), &n.to_string()).unwrap();
        }
    }
    lab.receive("q", 10);
    lab.call::<op::PurgeQueue>(PurgeQueueRequest { queue_url: url("q") }).unwrap();
    lab.call::<op::DeleteQueue>(DeleteQueueRequest { queue_url: url("q.fifo") }).unwrap();
    assert_eq!(lab.counts("q"), (0, 0, 0));
    lab.sound();
    assert!(lab.advance(60_000) > 2, "swept in several steps");
    lab.sound();
    let left = store.tx().scan_raw("sqs", store::RawScan::all()).unwrap().count();
    assert_eq!(left, 2, "the queue and its counters remain");
}
