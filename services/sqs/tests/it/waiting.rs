//! Long polls: receives that wait, on the virtual clock.

use shapes_sqs::*;
use testkit::Lab;

use crate::bench::{Calls, bodies, lab, url};

fn waiting(lab: &Lab, wait_s: i32) -> impl Future<Output = Vec<Message>> + use<> {
    let kernel = lab.kernel.clone();
    let (who, scope) = (lab.root(), lab.scope());
    let input = ReceiveMessageRequest {
        queue_url: url("q"),
        wait_time_seconds: Some(wait_s),
        max_number_of_messages: Some(10),
        ..ReceiveMessageRequest::default()
    };
    async move {
        kernel.call::<op::ReceiveMessage>(&who, scope, input).await.unwrap().messages.unwrap_or_default()
    }
}

/// Runs a receive that waits beside something that happens meanwhile.
fn meanwhile(lab: &Lab, wait_s: i32, what: impl AsyncFnOnce()) -> Vec<Message> {
    let poll = waiting(lab, wait_s);
    lab.block_on(async {
        let mut poll = std::pin::pin!(poll);
        // Polled once, the receive has looked and waits.
        let early = std::future::poll_fn(|cx| std::task::Poll::Ready(poll.as_mut().poll(cx).is_ready()));
        assert!(!early.await, "the receive didn't wait");
        let (got, ()) = tokio_join(poll, what()).await;
        got
    })
}

async fn tokio_join<A, B>(a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (std::pin::pin!(a), std::pin::pin!(b));
    let (mut got_a, mut got_b) = (None, None);
    std::future::poll_fn(move |cx| {
        if got_b.is_none()
            && let std::task::Poll::Ready(v) = b.as_mut().poll(cx)
        {
            got_b = Some(v);
        }
        if got_a.is_none()
            && let std::task::Poll::Ready(v) = a.as_mut().poll(cx)
        {
            got_a = Some(v);
        }
        match (got_a.take(), got_b.take()) {
            (Some(a), Some(b)) => std::task::Poll::Ready((a, b)),
            (a, b) => {
                (got_a, got_b) = (a, b);
                std::task::Poll::Pending
            }
        }
    })
    .await
}

#[test]
fn a_message_ends_the_wait() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    let (kernel, who, scope) = (lab.kernel.clone(), lab.root(), lab.scope());
    let got = meanwhile(&lab, 20, async || {
        let input = SendMessageRequest {
            queue_url: url("q"),
            message_body: "here".to_owned(),
            ..SendMessageRequest::default()
        };
        kernel.call::<op::SendMessage>(&who, scope, input).await.unwrap();
    });
    assert_eq!(bodies(&got), ["here"]);
    assert_eq!(lab.counts("q"), (0, 1, 0));
}

#[test]
fn a_message_that_becomes_visible_ends_the_wait() {
    let lab = lab();
    lab.create("q", &[("VisibilityTimeout", "15")]).unwrap();
    lab.send("q", "again").unwrap();
    lab.receive("q", 1);
    let kernel = lab.kernel.clone();
    let to = kernel.clock.now_ms() + 15_000;
    let got = meanwhile(&lab, 20, async || {
        kernel.advance_to(to).await.unwrap();
    });
    assert_eq!(bodies(&got), ["again"]);
}

#[test]
fn the_wait_ends_in_time_although_others_woke_it() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    let (kernel, who, scope) = (lab.kernel.clone(), lab.root(), lab.scope());
    let start = kernel.clock.now_ms();
    let got = meanwhile(&lab, 20, async || {
        kernel.advance_to(start + 15_000).await.unwrap();
        // A delayed message wakes the receive, which finds nothing and waits on.
        let input = SendMessageRequest {
            queue_url: url("q"),
            message_body: "too late".to_owned(),
            delay_seconds: Some(60),
            ..SendMessageRequest::default()
        };
        kernel.call::<op::SendMessage>(&who, scope, input).await.unwrap();
        kernel.advance_to(start + 20_000).await.unwrap();
    });
    assert_eq!(got.len(), 0);
    assert_eq!(lab.kernel.clock.now_ms(), start + 20_000);
    assert_eq!(lab.counts("q"), (0, 0, 1));
}
