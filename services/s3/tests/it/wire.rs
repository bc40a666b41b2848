//! What only shows on the wire: the order of elements, and what is asked of headers.

use serde_json::json;

use crate::web::Web;

/// A bucket in which everybody may do everything.
fn open() -> Web {
    let web = Web::new();
    web.bucket("site");
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::site", "arn:aws:s3:::site/*"],
    }] });
    web.json("PutBucketPolicy", json!({ "Bucket": "site", "Policy": policy.to_string() }));
    web
}

/// Source: S3 API reference, ListObjectVersions, "Sample Response": versions and delete markers of a key as they follow each other.
#[test]
fn versions_and_delete_markers_follow_each_other() {
    let web = open();
    let on = json!({ "Status": "Enabled" });
    web.json("PutBucketVersioning", json!({ "Bucket": "site", "VersioningConfiguration": on }));
    for key in ["a", "b"] {
        for _ in 0..2 {
            web.put("site", key, "x");
            web.json("DeleteObject", json!({ "Bucket": "site", "Key": key }));
        }
        web.put("site", key, "x");
    }
    let order = |query: &str| -> (String, String) {
        let body = web.send("GET", &format!("localhost/site?versions{query}"), &[], b"").body;
        let mut shown = String::new();
        for part in body.split('<').skip(1) {
            match part.split('>').next() {
                Some("Version") => shown.push('v'),
                Some("DeleteMarker") => shown.push('m'),
                Some("Key") => shown.push_str(&part[4..]),
                _ => {}
            }
        }
        let next = |name: &str| {
            let rest = body.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
            rest.split('<').next().unwrap().to_owned()
        };
        let next = format!(
            "&key-marker={}&version-id-marker={}",
            next("NextKeyMarker"),
            next("NextVersionIdMarker")
        );
        (shown, next)
    };
    assert_eq!(order("").0, "vamavamavavbmbvbmbvb");
    let (first, next) = order("&max-keys=4");
    let (second, next) = order(&format!("&max-keys=4{next}"));
    let (third, _) = order(&format!("&max-keys=4{next}"));
    assert_eq!([first.as_str(), &second, &third], ["vamavama", "vavbmbvb", "mbvb"]);
}

/// Source: S3 API reference, DeleteObjects ("Content-MD5 … required"); CRC32 and MD5 of the body below, by their definitions.
#[test]
fn a_batch_delete_says_what_its_body_is() {
    let web = open();
    web.put("site", "k", "x");
    let body = b"<Delete><Object><Key>k</Key></Object></Delete>";
    let delete = |headers: &[(&str, &str)]| {
        let answer = web.send("POST", "localhost/site?delete", headers, body);
        (answer.status, answer.xml("Code").to_owned(), answer.xml("Message").to_owned())
    };
    let refused = (
        400,
        "InvalidRequest".to_owned(),
        "Missing required header for this request: Content-MD5 OR x-amz-checksum-*".to_owned(),
    );
    assert_eq!(delete(&[]), refused);
    assert_eq!(delete(&[("x-amz-sdk-checksum-algorithm", "CRC32")]), refused);
    assert_eq!(delete(&[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")]).1, "BadDigest");
    assert_eq!(delete(&[("x-amz-checksum-crc32", "AAAAAA==")]).1, "BadDigest");
    assert_eq!(web.get("site", "k"), "x");
    assert_eq!(delete(&[("content-md5", "5DKh5iefM5MSKvRILIuFwQ==")]).0, 200);
    web.put("site", "k", "x");
    assert_eq!(delete(&[("x-amz-checksum-crc32", "A8uZRQ==")]).0, 200);
    // Others take what says nothing, and refuse what says something wrong.
    web.put("site", "k", "x");
    let tag = |headers: &[(&str, &str)]| {
        let body = b"<Tagging><TagSet/></Tagging>";
        let answer = web.send("PUT", "localhost/site/k?tagging", headers, body);
        (answer.status, answer.xml("Code").to_owned())
    };
    assert_eq!(tag(&[("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")]), (400, "BadDigest".to_owned()));
    assert_eq!(tag(&[]), (200, String::new()));
}

/// Source: S3 API reference, PutObject ("required for any request to upload an object with a retention period").
#[test]
fn what_is_locked_says_what_it_is() {
    let web = Web::new();
    web.json("CreateBucket", json!({ "Bucket": "locks", "ObjectLockEnabledForBucket": true }));
    web.json("DeletePublicAccessBlock", json!({ "Bucket": "locks" }));
    web.open("locks", "s3:*");
    let put = |headers: &[(&str, &str)]| {
        let all: Vec<_> = [("content-length", "2")].iter().chain(headers).copied().collect();
        let answer = web.send("PUT", "localhost/locks/k", &all, b"hi");
        (answer.status, answer.xml("Message").to_owned())
    };
    let refused = "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters";
    let md5 = ("content-md5", "SfaKXIST7CwL9ImCHCH8Ow==");
    assert_eq!(put(&[]), (200, String::new()));
    let hold = ("x-amz-object-lock-legal-hold", "ON");
    assert_eq!(put(&[hold]), (400, refused.to_owned()));
    assert_eq!(put(&[hold, md5]).0, 200);
    let rule = json!({ "DefaultRetention": { "Mode": "GOVERNANCE", "Days": 1 } });
    let config = json!({ "ObjectLockEnabled": "Enabled", "Rule": rule });
    web.json("PutObjectLockConfiguration", json!({ "Bucket": "locks", "ObjectLockConfiguration": config }));
    assert_eq!(put(&[]), (400, refused.to_owned()));
    assert_eq!(put(&[md5]).0, 200);
}

/// Source: S3 API reference, PutBucketNotificationConfiguration. What the operation asks of queues makes it a flow; its body is
/// a document all the same.
#[test]
fn a_notification_configuration_is_read_from_the_body() {
    let web = open();
    let queue = "arn:aws:sqs:us-east-1:000000000000:q";
    let body = format!(
        "<NotificationConfiguration><QueueConfiguration><Id>one</Id><Queue>{queue}</Queue><Event>s3:ObjectCreated:*</Event>\
         </QueueConfiguration></NotificationConfiguration>"
    );
    let unasked = [("x-amz-skip-destination-validation", "true")];
    assert_eq!(web.send_signed("PUT", "localhost/site?notification", &unasked, body.as_bytes()).status, 200);
    let kept = web.send_signed("GET", "localhost/site?notification", &[], b"");
    assert_eq!((kept.xml("Id"), kept.xml("Queue"), kept.xml("Event")), ("one", queue, "s3:ObjectCreated:*"));
    let refused =
        web.send_signed("PUT", "localhost/site?notification", &unasked, b"<NotificationConfiguration>");
    assert_eq!(refused.xml("Code"), "MalformedXML");
}

/// Source: S3 API reference, HeadBucket: the header with the bucket's location comes "regardless of the permissions".
#[test]
fn where_a_bucket_is_nobody_is_denied() {
    let web = Web::new();
    web.bucket("shut");
    let answer = web.send("HEAD", "localhost/shut", &[], b"");
    assert_eq!((answer.status, answer.header("x-amz-bucket-region")), (403, "us-east-1"));
    let nowhere = web.send("HEAD", "localhost/none", &[], b"");
    assert_eq!((nowhere.status, nowhere.header("x-amz-bucket-region")), (404, ""));
}
