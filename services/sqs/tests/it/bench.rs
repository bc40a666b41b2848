//! Short words for the calls that tests make again and again.

use std::collections::BTreeMap;

use codec::Fault;
use kernel::Kernel;
use shapes_sqs::*;
use testkit::Lab;

/// A lab with SQS alone.
pub(crate) fn lab() -> Lab {
    Lab::new(vec![service_sqs::service()])
}

/// URL of a queue of the default account.
pub(crate) fn url(name: &str) -> String {
    format!("http://localhost:4566/000000000000/{name}")
}

/// ARN of a queue of the default account.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:us-east-1:000000000000:{name}")
}

/// A map of texts.
pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

/// What tests call.
pub(crate) trait Calls {
    fn create(&self, name: &str, attributes: &[(&str, &str)]) -> Result<(), Fault>;
    fn set(&self, name: &str, attributes: &[(&str, &str)]) -> Result<(), Fault>;
    fn send(&self, name: &str, body: &str) -> Result<SendMessageResult, Fault>;
    fn send_group(&self, name: &str, body: &str, group: &str, id: &str) -> Result<SendMessageResult, Fault>;
    fn receive(&self, name: &str, max: i32) -> Vec<Message>;
    fn receive_with(&self, input: ReceiveMessageRequest) -> Result<Vec<Message>, Fault>;
    fn delete(&self, name: &str, m: &Message) -> Result<(), Fault>;
    fn hide(&self, name: &str, m: &Message, timeout_s: i32) -> Result<(), Fault>;
    fn counts(&self, name: &str) -> (u64, u64, u64);
    fn sound(&self);
}

impl Calls for Lab {
    fn create(&self, name: &str, attributes: &[(&str, &str)]) -> Result<(), Fault> {
        self.call::<op::CreateQueue>(CreateQueueRequest {
            queue_name: name.to_owned(),
            attributes: Some(map(attributes)),
            tags: None,
        })
        .map(|out| assert_eq!(out.queue_url, Some(url(name))))
    }

    fn set(&self, name: &str, attributes: &[(&str, &str)]) -> Result<(), Fault> {
        let input = SetQueueAttributesRequest { queue_url: url(name), attributes: map(attributes) };
        self.call::<op::SetQueueAttributes>(input).map(drop)
    }

    fn send(&self, name: &str, body: &str) -> Result<SendMessageResult, Fault> {
        self.call::<op::SendMessage>(SendMessageRequest {
            queue_url: url(name),
            message_body: body.to_owned(),
            ..SendMessageRequest::default()
        })
    }

    fn send_group(&self, name: &str, body: &str, group: &str, id: &str) -> Result<SendMessageResult, Fault> {
        self.call::<op::SendMessage>(SendMessageRequest {
            queue_url: url(name),
            message_body: body.to_owned(),
            message_group_id: Some(group.to_owned()),
            message_deduplication_id: Some(id.to_owned()),
            ..SendMessageRequest::default()
        })
    }

    fn receive(&self, name: &str, max: i32) -> Vec<Message> {
        let input = ReceiveMessageRequest {
            queue_url: url(name),
            max_number_of_messages: Some(max),
            message_system_attribute_names: Some(vec!["All".to_owned()]),
            ..ReceiveMessageRequest::default()
        };
        self.receive_with(input).unwrap()
    }

    fn receive_with(&self, input: ReceiveMessageRequest) -> Result<Vec<Message>, Fault> {
        self.call::<op::ReceiveMessage>(input).map(|out| out.messages.unwrap_or_default())
    }

    fn delete(&self, name: &str, m: &Message) -> Result<(), Fault> {
        let receipt_handle = m.receipt_handle.clone().unwrap();
        self.call::<op::DeleteMessage>(DeleteMessageRequest { queue_url: url(name), receipt_handle })
            .map(drop)
    }

    fn hide(&self, name: &str, m: &Message, timeout_s: i32) -> Result<(), Fault> {
        self.call::<op::ChangeMessageVisibility>(ChangeMessageVisibilityRequest {
            queue_url: url(name),
            receipt_handle: m.receipt_handle.clone().unwrap(),
            visibility_timeout: timeout_s,
        })
        .map(drop)
    }

    fn counts(&self, name: &str) -> (u64, u64, u64) {
        let input =
            GetQueueAttributesRequest { queue_url: url(name), attribute_names: Some(vec!["All".to_owned()]) };
        let all = self.call::<op::GetQueueAttributes>(input).unwrap().attributes.unwrap();
        let n = |a: &str| all[a].parse().unwrap();
        (
            n("ApproximateNumberOfMessages"),
            n("ApproximateNumberOfMessagesNotVisible"),
            n("ApproximateNumberOfMessagesDelayed"),
        )
    }

    fn sound(&self) {
        let kernel: &Kernel = &self.kernel;
        kernel.check().unwrap();
    }
}

/// Code and text of a refusal.
pub(crate) fn refusal<T>(outcome: Result<T, Fault>) -> (String, String) {
    let fault = outcome.err().expect("a refusal");
    (fault.code().to_owned(), fault.message().to_owned())
}

/// Bodies of messages.
pub(crate) fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|m| m.body.as_deref().unwrap()).collect()
}
