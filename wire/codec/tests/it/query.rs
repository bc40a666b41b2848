//! awsQuery and ec2Query: forms in, XML out.

use codec::Value;
use http::HeaderMap;
use model::Protocol;

use crate::support::{body, decode, decoded, header, output, route};

#[test]
fn forms_are_read() {
    // Names: Smithy's awsQuery and ec2Query specifications; SQS's from its own query API reference.
    let cases = [
        (
            "sqs",
            "CreateQueue",
            "Action=CreateQueue&QueueName=q&Attribute.2.Value=5&Attribute.1.Name=FifoQueue&Attribute.1.Value=true&Attribute.2.Name=DelaySeconds&Tag.1.Key=k&Tag.1.Value=v",
            r#"{"QueueName":"q","Attributes":{"FifoQueue":"true","DelaySeconds":"5"},"tags":{"k":"v"}}"#,
        ),
        (
            "sqs",
            "SendMessageBatch",
            "SendMessageBatchRequestEntry.10.Id=ten&SendMessageBatchRequestEntry.2.Id=two&SendMessageBatchRequestEntry.2.MessageBody=a+b%26",
            r#"{"Entries":[{"Id":"two","MessageBody":"a b&"},{"Id":"ten"}]}"#,
        ),
        (
            "sqs",
            "SendMessage",
            "MessageAttribute.1.Name=k&MessageAttribute.1.Value.DataType=Binary&MessageAttribute.1.Value.BinaryValue=aGk%3D",
            r#"{"MessageAttributes":{"k":{"BinaryValue":"aGk=","DataType":"Binary"}}}"#,
        ),
        (
            "sqs",
            "ReceiveMessage",
            "AttributeName.1=All&MaxNumberOfMessages=10",
            r#"{"AttributeNames":["All"],"MaxNumberOfMessages":10}"#,
        ),
        (
            "sts",
            "AssumeRole",
            "RoleArn=a&Tags.member.1.Key=k&Tags.member.1.Value=v&TransitiveTagKeys.member.1=k&DurationSeconds=900&PolicyArns=",
            r#"{"RoleArn":"a","PolicyArns":[],"DurationSeconds":900,"Tags":[{"Key":"k","Value":"v"}],"TransitiveTagKeys":["k"]}"#,
        ),
        (
            "rds",
            "DescribeDBInstances",
            "Filters.Filter.1.Name=n&Filters.Filter.1.Values.Value.1=v",
            r#"{"Filters":[{"Name":"n","Values":["v"]}]}"#,
        ),
        (
            "sns",
            "CreateTopic",
            "Name=n&Attributes.entry.1.key=k&Attributes.entry.1.value=v",
            r#"{"Name":"n","Attributes":{"k":"v"}}"#,
        ),
        ("iam", "ListRoles", "PathPrefix=/&MaxItems=5&Unknown.1.x=y", r#"{"PathPrefix":"/","MaxItems":5}"#),
    ];
    for (service, operation, sent, read) in cases {
        assert_eq!(decoded(&route(service, operation, Protocol::Query), sent), read);
    }
}

#[test]
fn ec2_forms_are_read() {
    let cases = [
        (
            "DescribeInstances",
            "InstanceId.1=i-1&InstanceId.2=i-2&Filter.1.Name=n&Filter.1.Value.1=v&MaxResults=5&DryRun=true",
            r#"{"InstanceIds":["i-1","i-2"],"DryRun":true,"Filters":[{"Name":"n","Values":["v"]}],"MaxResults":5}"#,
        ),
        (
            "RunInstances",
            "ImageId=ami&BlockDeviceMapping.1.DeviceName=/dev/sda1&BlockDeviceMapping.1.Ebs.VolumeSize=8&BlockDeviceMapping.1.Ebs.DeleteOnTermination=false",
            r#"{"BlockDeviceMappings":[{"Ebs":{"DeleteOnTermination":false,"VolumeSize":8},"DeviceName":"/dev/sda1"}],"ImageId":"ami"}"#,
        ),
        (
            "CreateTags",
            "ResourceId.1=r&Tag.1.Key=k&Tag.1.Value=v",
            r#"{"Resources":["r"],"Tags":[{"Key":"k","Value":"v"}]}"#,
        ),
    ];
    for (operation, sent, read) in cases {
        assert_eq!(decoded(&route("ec2", operation, Protocol::Ec2), sent), read);
    }
}

#[test]
fn a_get_s_query_string_counts_too() {
    let route = route("sts", "GetAccessKeyInfo", Protocol::Query);
    let headers = HeaderMap::new();
    let query = "Action=GetAccessKeyInfo&AccessKeyId=AKIAIOSFODNN7EXAMPLE";
    let req = codec::Request { method: "GET", path: "/", query, headers: &headers, body: b"" };
    let mut value = Value::record();
    assert!(codec::decode(&route, &req, &mut value).unwrap().is_empty());
    assert_eq!(value.get("AccessKeyId").and_then(Value::as_str), Some("AKIAIOSFODNN7EXAMPLE"));
}

#[test]
fn wrong_values_are_refused() {
    for (service, operation, protocol, sent, code) in [
        ("sqs", "SendMessage", Protocol::Query, "DelaySeconds=abc", "InvalidParameterValue"),
        ("sqs", "SendMessage", Protocol::Query, "DelaySeconds=99999999999", "InvalidParameterValue"),
        ("sts", "AssumeRole", Protocol::Query, "DurationSeconds=1.5", "MalformedInput"),
        ("sts", "AssumeRole", Protocol::Query, "Tags.member.x.Key=k", "MalformedInput"),
        ("sts", "AssumeRole", Protocol::Query, "RoleArn.1=k", "MalformedInput"),
        ("sts", "AssumeRole", Protocol::Query, "Tags=k", "MalformedInput"),
        ("sts", "AssumeRole", Protocol::Query, "RoleArn=%zz", "MalformedQueryString"),
        ("ec2", "DescribeInstances", Protocol::Ec2, "DryRun=maybe", "InvalidParameterValue"),
    ] {
        let fault = decode(&route(service, operation, protocol), sent.as_bytes()).unwrap_err();
        assert_eq!((fault.code(), fault.status()), (code, 400), "{sent}");
    }
}

#[test]
fn answers_are_wrapped() {
    let caller = route("sts", "GetCallerIdentity", Protocol::Query);
    let out =
        output(&caller, r#"{"UserId":"U","Account":"111111111111","Arn":"arn:aws:iam::111111111111:root"}"#);
    let reply = codec::encode(&caller, &out, "id-1");
    assert_eq!(
        body(&reply),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<GetCallerIdentityResponse \
         xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><UserId>U</UserId>\
         <Account>111111111111</Account><Arn>arn:aws:iam::111111111111:root</Arn></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
    assert_eq!(header(&reply, "content-type"), Some("text/xml"));
    assert_eq!(header(&reply, "x-amzn-requestid"), Some("id-1"));
}

#[test]
fn an_operation_without_output_has_no_result() {
    let delete = route("sqs", "DeleteMessage", Protocol::Query);
    assert_eq!(
        body(&codec::encode(&delete, &codec::Empty {}, "r")),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DeleteMessageResponse \
         xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><ResponseMetadata><RequestId>r</RequestId>\
         </ResponseMetadata></DeleteMessageResponse>"
    );
}

#[test]
fn sqs_names_and_escapes() {
    let receive = route("sqs", "ReceiveMessage", Protocol::Query);
    let out = output(&receive, r#"{"Messages":[{"Body":"\"<&>\"\r\n","Attributes":{"SenderId":"s"}}]}"#);
    let text = body(&codec::encode(&receive, &out, "r"));
    let result = "<ReceiveMessageResult><Message><Body>&quot;&lt;&amp;&gt;&quot;&#xD;\n</Body>\
                  <Attribute><Name>SenderId</Name><Value>s</Value></Attribute></Message></ReceiveMessageResult>";
    assert!(text.contains(result), "{text}");
}

#[test]
fn ec2_answers_have_no_result_and_a_lower_case_id() {
    let describe = route("ec2", "DescribeInstances", Protocol::Ec2);
    let out = output(
        &describe,
        r#"{"Reservations":[{"ReservationId":"r-1","Instances":[{"InstanceId":"i-1","LaunchTime":"2015-01-25T08:00:00Z"}]}]}"#,
    );
    let reply = codec::encode(&describe, &out, "id-1");
    assert_eq!(header(&reply, "content-type"), Some("text/xml;charset=UTF-8"));
    let text = body(&reply);
    let start = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse xmlns=\"{}\">\
         <requestId>id-1</requestId><reservationSet><item>",
        describe.model.xml_namespace.unwrap()
    );
    assert!(text.starts_with(&start), "{text}");
    assert!(text.contains("<launchTime>2015-01-25T08:00:00.000Z</launchTime>"), "{text}");
    assert!(text.ends_with("</item></reservationSet></DescribeInstancesResponse>"), "{text}");
}

#[test]
fn iam_moments_are_whole_seconds() {
    let get = route("iam", "GetUser", Protocol::Query);
    let out = output(&get, r#"{"User":{"CreateDate":"2015-01-25T08:00:00Z"}}"#);
    let text = body(&codec::encode(&get, &out, "r"));
    assert!(text.contains("<User><CreateDate>2015-01-25T08:00:00Z</CreateDate></User>"), "{text}");
}
