//! Validation texts exactly as AWS recorded them (LocalStack's snapshots, Apache-2.0), placeholders aside.

use model::Protocol;

use crate::support::{decode, route};

/// The refusal of a body: code and text; none when nothing is violated.
fn refusal(service: &str, operation: &str, protocol: Protocol, body: &str) -> Option<(String, String)> {
    let route = route(service, operation, protocol);
    let (_, violations) = decode(&route, body.as_bytes()).unwrap_or_else(|f| panic!("{body}: {f:?}"));
    if violations.is_empty() {
        return None;
    }
    let fault = violations.into_fault(route.model, protocol);
    assert_eq!(fault.status(), 400);
    Some((fault.code().to_owned(), fault.message().to_owned()))
}

const LONG_NAME: &str = "This should fail with two errors 123467890123412341234123412341234";

#[test]
fn json_services_as_recorded() {
    let create_connection =
        format!(r#"{{"Name":"{LONG_NAME}","AuthorizationType":"INVALID","AuthParameters":{{}}}}"#);
    let cases: &[(&str, &str, &str, &str, &str)] = &[
        // events.json, recorded: authorizationType of CreateConnection.
        (
            "events",
            "CreateConnection",
            &create_connection,
            "ValidationException",
            "3 validation errors detected: Value 'This should fail with two errors 123467890123412341234123412341234' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+; Value 'This should fail with two errors 123467890123412341234123412341234' at 'name' failed to satisfy constraint: Member must have length less than or equal to 64; Value 'INVALID' at 'authorizationType' failed to satisfy constraint: Member must satisfy enum value set: [BASIC, OAUTH_CLIENT_CREDENTIALS, API_KEY]",
        ),
        (
            "events",
            "CreateApiDestination",
            r#"{"HttpMethod":"INVALID_METHOD","Name":"n","InvocationEndpoint":"https://a.example","ConnectionArn":"invalid-connection-arn"}"#,
            "ValidationException",
            "2 validation errors detected: Value 'invalid-connection-arn' at 'connectionArn' failed to satisfy constraint: Member must satisfy regular expression pattern: ^arn:aws([a-z]|\\-)*:events:([a-z]|\\d|\\-)*:([0-9]{12})?:connection\\/[\\.\\-_A-Za-z0-9]+\\/[\\-A-Za-z0-9]+$; Value 'INVALID_METHOD' at 'httpMethod' failed to satisfy constraint: Member must satisfy enum value set: [HEAD, POST, PATCH, DELETE, PUT, GET, OPTIONS]",
        ),
        (
            "events",
            "PutTargets",
            r#"{"Rule":"r","Targets":[{"Id":"!@#$@!#$","Arn":"arn:aws:sqs:us-east-1:111111111111:q"}]}"#,
            "ValidationException",
            "1 validation error detected: Value '!@#$@!#$' at 'targets.1.member.id' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+",
        ),
        (
            "dynamodb",
            "ExecuteStatement",
            r#"{"Statement":"SELECT 1","Parameters":[]}"#,
            "ValidationException",
            "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: Member must have length greater than or equal to 1",
        ),
        (
            "dynamodb",
            "UpdateKinesisStreamingDestination",
            r#"{"TableName":"t","StreamArn":"arn:aws:kinesis:us-east-1:111111111111:stream/s","UpdateKinesisStreamingConfiguration":{"ApproximateCreationDateTimePrecision":"SECOND"}}"#,
            "ValidationException",
            "1 validation error detected: Value 'SECOND' at 'updateKinesisStreamingConfiguration.approximateCreationDateTimePrecision' failed to satisfy constraint: Member must satisfy enum value set: [MILLISECOND, MICROSECOND]",
        ),
        (
            "kms",
            "GenerateRandom",
            r#"{"NumberOfBytes":0}"#,
            "ValidationException",
            "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ),
        (
            "logs",
            "FilterLogEvents",
            r#"{"limit":10001}"#,
            "InvalidParameterException",
            "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
        ),
    ];
    for (service, operation, body, code, text) in cases {
        let found = refusal(service, operation, Protocol::Json11, body);
        assert_eq!(found, Some(((*code).to_owned(), (*text).to_owned())), "{service} {operation}");
    }
}

#[test]
fn a_sensitive_value_is_not_repeated() {
    // kms.json, recorded.
    let body = format!(r#"{{"KeyId":"k","Plaintext":"{}"}}"#, "AAAA".repeat(1366));
    let text = "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096";
    let found = refusal("kms", "Encrypt", Protocol::Json11, &body);
    assert_eq!(found, Some(("ValidationException".into(), text.into())));
}

/// IAM's own words about names and paths.
#[test]
fn names_in_iam_s_own_words() {
    let cases: &[(&str, &str, &str)] = &[
        // aws-amplify/amplify-cli issue 9120; aws-cloudformation/cfn-lint issue 722; aws/aws-cli issue 5860.
        (
            "GetRole",
            "RoleName=a%20b",
            "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
        ),
        (
            "CreateUser",
            "UserName=u&Path=/a",
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        ),
        (
            "ListUsers",
            "PathPrefix=a",
            "The specified value for pathPrefix is invalid. It must begin with the / character and contain only alphanumeric characters and/or / characters.",
        ),
        // Of two the first is told, and none as long as the model has something to say (inferred).
        (
            "PutRolePolicy",
            "RoleName=a%20b&PolicyName=c%20d&PolicyDocument=x",
            "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
        ),
        (
            "PutRolePolicy",
            "RoleName=a%20b&PolicyName=c",
            "1 validation error detected: Value null at 'policyDocument' failed to satisfy constraint: Member must not be null",
        ),
    ];
    for (operation, body, text) in cases {
        let found = refusal("iam", operation, Protocol::Query, body);
        assert_eq!(found, Some(("ValidationError".to_owned(), (*text).to_owned())), "{operation} {body}");
    }
}

#[test]
fn query_services_as_recorded() {
    let cases: &[(&str, &str, &str, &str)] = &[
        // sns.json, recorded.
        (
            "sns",
            "CreatePlatformApplication",
            "Name=n&Platform=APNS",
            "1 validation error detected: Value null at 'attributes' failed to satisfy constraint: Member must not be null",
        ),
        (
            "sns",
            "Publish",
            "Message=m&MessageAttributes.entry.1.Name=attr1&MessageAttributes.entry.1.Value=",
            "1 validation error detected: Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null",
        ),
        (
            "sns",
            "PublishBatch",
            "TopicArn=t&PublishBatchRequestEntries.member.1.Id=1&PublishBatchRequestEntries.member.1.Message=m&PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Name=attr1&PublishBatchRequestEntries.member.1.MessageAttributes.entry.1.Value.StringValue=x",
            "1 validation error detected: Value null at 'publishBatchRequestEntries.1.member.messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null",
        ),
        // iam.json, recorded 2025-03-06: neither value nor set.
        (
            "iam",
            "UpdateServiceSpecificCredential",
            "ServiceSpecificCredentialId=ABCDEFGHIJKLMNOPQRSTU&Status=Invalid",
            "1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
        ),
        (
            "iam",
            "DeleteServiceSpecificCredential",
            "ServiceSpecificCredentialId=totally-wrong-credential-id-with-hyphens",
            "1 validation error detected: Value at 'serviceSpecificCredentialId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w]+",
        ),
        // aws/aws-cli issue 7854.
        (
            "iam",
            "DeleteRolePolicy",
            "PolicyName=p&RoleName=CloudTrailPolicyForCloudWatchLogs_10e32d54-043c-4293-b3b0-2d757d758cd0",
            "1 validation error detected: Value 'CloudTrailPolicyForCloudWatchLogs_10e32d54-043c-4293-b3b0-2d757d758cd0' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64",
        ),
    ];
    for (service, operation, body, text) in cases {
        let found = refusal(service, operation, Protocol::Query, body);
        assert_eq!(found, Some(("ValidationError".to_owned(), (*text).to_owned())), "{service} {operation}");
    }
}

#[test]
fn lists_and_maps_of_scalars_name_every_inner_constraint() {
    // lambda.json, recorded. Lambda speaks REST; the value comes in by hand here.
    let model = crate::support::service("lambda");
    let cases = [
        (
            "CreateAliasRequest",
            r#"{"FunctionName":"f","Name":"a","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"2":2.0}}}"#,
            "1 validation error detected: Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
        ),
        (
            "CreateAliasRequest",
            r#"{"FunctionName":"f","Name":"a","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"$LATEST":0.5}}}"#,
            "1 validation error detected: Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
        ),
        (
            "UpdateFunctionCodeRequest",
            r#"{"FunctionName":"f","Architectures":["X86_64"]}"#,
            "1 validation error detected: Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
        ),
        (
            "UpdateFunctionCodeRequest",
            r#"{"FunctionName":"f","Architectures":["x86_64","arm64"]}"#,
            "1 validation error detected: Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
        ),
    ];
    for (shape, input, text) in cases {
        let shape = model.shape(model.shape_index[shape]);
        let value = codec::from_json(model, shape, input).unwrap();
        let fault = codec::validate(model, shape, &value).into_fault(model, Protocol::RestJson);
        assert_eq!(fault.message(), text);
    }
}

#[test]
fn sqs_says_which_parameter_is_missing() {
    // sqs.json, recorded in both protocols: code MissingParameter, type MissingRequiredParameterException.
    for (protocol, body) in [
        (Protocol::Query, "QueueUrl=http://localhost/q"),
        (Protocol::Json10, r#"{"QueueUrl":"http://localhost/q","MessageBody":null}"#),
    ] {
        let found = refusal("sqs", "SendMessage", protocol, body);
        let text = "The request must contain the parameter MessageBody.";
        assert_eq!(found, Some(("MissingParameter".into(), text.into())));
    }
    let found =
        refusal("sqs", "SendMessageBatch", Protocol::Query, "QueueUrl=q&SendMessageBatchRequestEntry.1.Id=a");
    let text = "The request must contain the parameter SendMessageBatchRequestEntry.1.MessageBody.";
    assert_eq!(found, Some(("MissingParameter".into(), text.into())));
}

#[test]
fn good_inputs_pass() {
    for (service, operation, protocol, body) in [
        ("sqs", "SendMessage", Protocol::Json10, r#"{"QueueUrl":"q","MessageBody":""}"#),
        (
            "sts",
            "AssumeRole",
            Protocol::Query,
            "RoleArn=arn:aws:iam::111111111111:role/r&RoleSessionName=se&DurationSeconds=900",
        ),
        ("dynamodb", "ListTables", Protocol::Json10, r#"{"Limit":100}"#),
        ("iam", "CreateRole", Protocol::Query, "RoleName=r&AssumeRolePolicyDocument=%7B%7D&Path=/a/b/"),
    ] {
        assert_eq!(refusal(service, operation, protocol, body), None, "{service} {operation}");
    }
}

#[test]
fn bounds_are_inclusive_and_count_characters() {
    for (n, fine) in [(1, true), (64, true), (65, false)] {
        let body = format!("RoleName={}", "r".repeat(n));
        assert_eq!(refusal("iam", "GetRole", Protocol::Query, &body).is_none(), fine, "{n}");
    }
    // 1000 characters of two bytes each against a limit of 1000.
    let body = format!("RoleName=r&Description={}", "é".repeat(1000));
    assert_eq!(refusal("iam", "UpdateRoleDescription", Protocol::Query, &body), None);
}

#[test]
fn many_violations_are_counted_but_bounded() {
    let targets = vec![r#"{"Id":"!","Arn":""}"#; 500].join(",");
    let (_, text) = refusal(
        "events",
        "PutTargets",
        Protocol::Json11,
        &format!(r#"{{"Rule":"r","Targets":[{targets}]}}"#),
    )
    .unwrap();
    assert!(text.starts_with("1001 validation errors detected: "), "{}", &text[..60]);
    assert!(text.len() < 200_000);
}

#[test]
fn nulls_in_lists_are_violations_or_left_out() {
    // Lambda's recorded inner constraints end in "Member must not be null": dense lists hold none.
    let found =
        refusal("events", "UntagResource", Protocol::Json11, r#"{"ResourceARN":"arn","TagKeys":["k",null]}"#);
    let text = "1 validation error detected: Value '[k, null]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must not be null]";
    assert_eq!(found, Some(("ValidationException".into(), text.into())));

    let route = route("sqs", "UntagQueue", Protocol::Json10);
    let (value, violations) = decode(&route, br#"{"QueueUrl":"q","TagKeys":["k",null]}"#).unwrap();
    assert!(violations.is_empty());
    assert_eq!(value.get("TagKeys").map(|t| t.items().len()), Some(1));
}
