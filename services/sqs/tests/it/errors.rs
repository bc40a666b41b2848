//! Refusals that scenarios cannot write down well: big bodies, odd characters, denials of users.

use codec::Fault;
use directory::{Identity, IdentityKind};
use shapes_sqs::*;

use crate::bench::{Calls, lab, refusal, url};

const MIB: usize = 1 << 20;

fn entry(id: &str, bytes: usize) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry {
        id: id.to_owned(),
        message_body: "a".repeat(bytes),
        ..SendMessageBatchRequestEntry::default()
    }
}

/// Recorded 2025: a mebibyte is the limit, alone and together.
#[test]
fn a_mebibyte_at_most() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    lab.send("q", &"a".repeat(MIB)).unwrap();
    let (code, text) = refusal(lab.send("q", &"a".repeat(MIB + 1)));
    assert_eq!(code, "InvalidParameterValue");
    assert_eq!(
        text,
        "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes."
    );
    let batch = |entries| {
        let input = SendMessageBatchRequest { queue_url: url("q"), entries };
        lab.call::<op::SendMessageBatch>(input)
    };
    let (code, text) = refusal(batch(vec![entry("1", MIB), entry("2", 1)]));
    assert_eq!(code, "AWS.SimpleQueueService.BatchRequestTooLong");
    assert_eq!(text, "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.");
    assert_eq!(batch(vec![entry("1", MIB - 1), entry("2", 1)]).unwrap().successful.len(), 2);
    lab.set("q", &[("MaximumMessageSize", "1024")]).unwrap();
    let out = batch(vec![entry("1", 1_025), entry("2", 1_024)]).unwrap();
    assert_eq!(
        out.failed[0].message.as_deref(),
        Some("One or more parameters cannot be validated. Reason: Message must be shorter than 1024 bytes.")
    );
    assert_eq!((out.failed[0].code.as_str(), out.failed[0].sender_fault), ("InvalidParameterValue", true));
    assert_eq!(out.successful[0].id, "2");
}

/// Seen at AWS: asim/nitro-plugins#437 (2019), psd401/aistudio#1525 (2026).
#[test]
fn characters_that_xml_has_not() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    for (c, name) in [('\u{7}', "7"), ('\u{FFFF}', "FFFF"), ('\0', "0")] {
        let (code, text) = refusal(lab.send("q", &format!("a{c}b")));
        assert_eq!(code, "InvalidMessageContents");
        let set = "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]";
        assert_eq!(
            text,
            format!(
                "Invalid binary character '#x{name}' was found in the message body, the set of allowed characters is {set}."
            )
        );
    }
    lab.send("q", "a\t\n\r\u{10FFFF}").unwrap();
}

/// Seen at AWS: aws/serverless-application-model#3633 (2024).
#[test]
fn denials_name_the_action_in_lower_case() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    let user = Identity {
        kind: IdentityKind::User,
        arn: "arn:aws:iam::000000000000:user/test".to_owned(),
        user_id: "AIDAAAAAAAAAAAAAAAAA".to_owned(),
        name: "test".to_owned(),
        ..Identity::root("aws", "000000000000")
    };
    let input = SendMessageBatchRequest { queue_url: url("q"), entries: vec![entry("1", 1)] };
    let denied: Result<_, Fault> = lab.call_as::<op::SendMessageBatch>(&user, lab.scope(), input);
    let denied = refusal(denied);
    assert_eq!(denied.0, "AccessDenied");
    assert_eq!(
        denied.1,
        "User: arn:aws:iam::000000000000:user/test is not authorized to perform: sqs:sendmessage on resource: \
         arn:aws:sqs:us-east-1:000000000000:q because no identity-based policy allows the sqs:sendmessage action"
    );
}

/// Handles, URLs and attributes of any making are refused, not stumbled over.
#[test]
fn hostile_inputs_are_refused() {
    let lab = lab();
    lab.create("q", &[]).unwrap();
    let long = "A".repeat(100_000);
    for handle in ["", "AQEB", "AQEB====", "ä", long.as_str()] {
        let input = DeleteMessageRequest { queue_url: url("q"), receipt_handle: handle.to_owned() };
        assert_eq!(refusal(lab.call::<op::DeleteMessage>(input)).0, "ReceiptHandleIsInvalid", "{handle}");
    }
    for queue_url in ["://", "http:///", "http://h//q", "http://h/000000000000/", long.as_str()] {
        let input = GetQueueAttributesRequest { queue_url: queue_url.to_owned(), attribute_names: None };
        assert!(lab.call::<op::GetQueueAttributes>(input).is_err(), "{queue_url}");
    }
    let deep = "[".repeat(100_000);
    for policy in ["null", "[]", "{", deep.as_str()] {
        assert!(lab.set("q", &[("RedrivePolicy", policy)]).is_err());
        assert!(lab.set("q", &[("RedriveAllowPolicy", policy)]).is_err());
        assert!(lab.set("q", &[("Policy", policy)]).is_err());
    }
    for handle in ["", "e30=", long.as_str()] {
        let input = CancelMessageMoveTaskRequest { task_handle: handle.to_owned() };
        assert!(lab.call::<op::CancelMessageMoveTask>(input).is_err());
    }
    lab.sound();
}
