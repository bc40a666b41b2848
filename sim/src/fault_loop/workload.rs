//! The workload of the fault loop: calls of every kind of write that SQS, IAM and STS have, in an order in which each works.
//! `$handle` and `$key` stand for the newest receipt handle and access key.

/// A step.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A call: service, operation, input in JSON.
    Call(&'static str, &'static str, &'static str),
    /// Milliseconds by which the clock moves.
    Advance(i64),
}

use Step::{Advance, Call};

const fn sqs(operation: &'static str, input: &'static str) -> Step {
    Call("sqs", operation, input)
}

const fn iam(operation: &'static str, input: &'static str) -> Step {
    Call("iam", operation, input)
}

const DAY_MS: i64 = 86_400_000;

/// All steps.
pub const STEPS: &[Step] = &[
    sqs("CreateQueue", r#"{"QueueName":"dead"}"#),
    sqs(
        "CreateQueue",
        r#"{"QueueName":"q","Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":1}"}}"#,
    ),
    sqs("CreateQueue", r#"{"QueueName":"f.fifo","Attributes":{"FifoQueue":"true"}}"#),
    sqs("SendMessage", r#"{"QueueUrl":"http://h/000000000000/q","MessageBody":"a"}"#),
    sqs("SendMessage", r#"{"QueueUrl":"http://h/000000000000/q","MessageBody":"b","DelaySeconds":5}"#),
    sqs(
        "SendMessageBatch",
        r#"{"QueueUrl":"http://h/000000000000/q","Entries":[{"Id":"1","MessageBody":"c"},{"Id":"2","MessageBody":"d"}]}"#,
    ),
    sqs(
        "SendMessage",
        r#"{"QueueUrl":"http://h/000000000000/f.fifo","MessageBody":"a","MessageGroupId":"g","MessageDeduplicationId":"1"}"#,
    ),
    sqs(
        "SendMessage",
        r#"{"QueueUrl":"http://h/000000000000/f.fifo","MessageBody":"b","MessageGroupId":"g","MessageDeduplicationId":"2"}"#,
    ),
    sqs(
        "SendMessage",
        r#"{"QueueUrl":"http://h/000000000000/f.fifo","MessageBody":"b","MessageGroupId":"g","MessageDeduplicationId":"2"}"#,
    ),
    sqs("ReceiveMessage", r#"{"QueueUrl":"http://h/000000000000/f.fifo"}"#),
    sqs("DeleteMessage", r#"{"QueueUrl":"http://h/000000000000/f.fifo","ReceiptHandle":"$handle"}"#),
    sqs("ReceiveMessage", r#"{"QueueUrl":"http://h/000000000000/q"}"#),
    sqs(
        "ChangeMessageVisibility",
        r#"{"QueueUrl":"http://h/000000000000/q","ReceiptHandle":"$handle","VisibilityTimeout":60}"#,
    ),
    sqs("DeleteMessage", r#"{"QueueUrl":"http://h/000000000000/q","ReceiptHandle":"$handle"}"#),
    sqs("ReceiveMessage", r#"{"QueueUrl":"http://h/000000000000/q","MaxNumberOfMessages":10}"#),
    Advance(31_000),
    sqs("ReceiveMessage", r#"{"QueueUrl":"http://h/000000000000/q","MaxNumberOfMessages":10}"#),
    sqs("StartMessageMoveTask", r#"{"SourceArn":"arn:aws:sqs:us-east-1:000000000000:dead"}"#),
    Advance(10_000),
    sqs("TagQueue", r#"{"QueueUrl":"http://h/000000000000/q","Tags":{"a":"b"}}"#),
    sqs("UntagQueue", r#"{"QueueUrl":"http://h/000000000000/q","TagKeys":["a"]}"#),
    sqs(
        "AddPermission",
        r#"{"QueueUrl":"http://h/000000000000/q","Label":"l","AWSAccountIds":["111111111111"],"Actions":["SendMessage"]}"#,
    ),
    sqs("RemovePermission", r#"{"QueueUrl":"http://h/000000000000/q","Label":"l"}"#),
    sqs(
        "SetQueueAttributes",
        r#"{"QueueUrl":"http://h/000000000000/q","Attributes":{"VisibilityTimeout":"7"}}"#,
    ),
    sqs("SendMessage", r#"{"QueueUrl":"http://h/000000000000/q","MessageBody":"e"}"#),
    sqs("PurgeQueue", r#"{"QueueUrl":"http://h/000000000000/q"}"#),
    sqs("DeleteQueue", r#"{"QueueUrl":"http://h/000000000000/dead"}"#),
    Advance(61_000),
    sqs("CreateQueue", r#"{"QueueName":"dead"}"#),
    iam("CreateUser", r#"{"UserName":"u"}"#),
    iam("CreateGroup", r#"{"GroupName":"g"}"#),
    iam("AddUserToGroup", r#"{"GroupName":"g","UserName":"u"}"#),
    iam(
        "PutUserPolicy",
        r#"{"UserName":"u","PolicyName":"p","PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}"#,
    ),
    iam(
        "CreatePolicy",
        r#"{"PolicyName":"m","PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}"#,
    ),
    iam(
        "CreatePolicyVersion",
        r#"{"PolicyArn":"arn:aws:iam::000000000000:policy/m","SetAsDefault":true,"PolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}"#,
    ),
    iam("AttachUserPolicy", r#"{"UserName":"u","PolicyArn":"arn:aws:iam::000000000000:policy/m"}"#),
    iam("AttachGroupPolicy", r#"{"GroupName":"g","PolicyArn":"arn:aws:iam::000000000000:policy/m"}"#),
    iam("CreateAccessKey", r#"{"UserName":"u"}"#),
    iam("UpdateAccessKey", r#"{"UserName":"u","AccessKeyId":"$key","Status":"Inactive"}"#),
    iam("UpdateUser", r#"{"UserName":"u","NewUserName":"v"}"#),
    iam(
        "CreateRole",
        r#"{"RoleName":"r","AssumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"sts:AssumeRole\"}]}"}"#,
    ),
    iam("CreateInstanceProfile", r#"{"InstanceProfileName":"i"}"#),
    iam("AddRoleToInstanceProfile", r#"{"InstanceProfileName":"i","RoleName":"r"}"#),
    iam("TagRole", r#"{"RoleName":"r","Tags":[{"Key":"a","Value":"b"}]}"#),
    Call("sts", "GetSessionToken", r#"{"DurationSeconds":900}"#),
    Call("sts", "GetFederationToken", r#"{"Name":"ff","DurationSeconds":900}"#),
    iam("RemoveRoleFromInstanceProfile", r#"{"InstanceProfileName":"i","RoleName":"r"}"#),
    iam("DeleteInstanceProfile", r#"{"InstanceProfileName":"i"}"#),
    iam("DeleteRole", r#"{"RoleName":"r"}"#),
    iam("DetachGroupPolicy", r#"{"GroupName":"g","PolicyArn":"arn:aws:iam::000000000000:policy/m"}"#),
    iam("RemoveUserFromGroup", r#"{"GroupName":"g","UserName":"v"}"#),
    iam("DeleteGroup", r#"{"GroupName":"g"}"#),
    iam("DeleteAccessKey", r#"{"UserName":"v","AccessKeyId":"$key"}"#),
    Advance(2 * DAY_MS),
    sqs("SendMessage", r#"{"QueueUrl":"http://h/000000000000/dead","MessageBody":"z"}"#),
    Advance(15 * DAY_MS),
];
