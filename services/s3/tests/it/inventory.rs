//! Inventories, from the configuration to the files that they are.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use shapes_s3::{GetObjectRequest, op};

use crate::web::Web;

const DAY_MS: i64 = 86_400_000;

/// A bucket, and another that takes inventories of it.
fn made() -> Web {
    let web = Web::new();
    web.bucket("src");
    web.bucket("dest");
    // Source: S3 user guide, "Granting permissions for Amazon S3 Inventory and Amazon S3 analytics".
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" }, "Action": "s3:PutObject",
        "Resource": ["arn:aws:s3:::dest/*"],
        "Condition": {
            "ArnLike": { "aws:SourceArn": "arn:aws:s3:::src" },
            "StringEquals": { "aws:SourceAccount": "000000000000", "s3:x-amz-acl": "bucket-owner-full-control" },
        },
    }] });
    web.json("PutBucketPolicy", json!({ "Bucket": "dest", "Policy": policy.to_string() }));
    web
}

fn configure(web: &Web, versions: &str, frequency: &str, fields: Value) {
    let config = json!({
        "Id": "all", "IsEnabled": true, "IncludedObjectVersions": versions,
        "Schedule": { "Frequency": frequency }, "OptionalFields": fields,
        "Destination": { "S3BucketDestination": { "Bucket": "arn:aws:s3:::dest", "Format": "CSV", "Prefix": "inv" } },
    });
    web.json(
        "PutBucketInventoryConfiguration",
        json!({ "Bucket": "src", "Id": "all", "InventoryConfiguration": config }),
    );
}

fn keys(web: &Web) -> Vec<String> {
    let list = web.json("ListObjectsV2", json!({ "Bucket": "dest" }));
    let all = list["Contents"].as_array().cloned().unwrap_or_default();
    all.iter().map(|o| o["Key"].as_str().unwrap().to_owned()).collect()
}

/// The manifest of the list that was begun at that time, and the lines of all its files.
fn read(web: &Web, at: &str) -> (Value, Vec<String>) {
    let manifest = web.get("dest", &format!("inv/src/all/{at}/manifest.json"));
    let sum = web.get("dest", &format!("inv/src/all/{at}/manifest.checksum"));
    assert_eq!(sum.len(), 32);
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let mut lines = Vec::new();
    for file in manifest["files"].as_array().unwrap() {
        let key = file["key"].as_str().unwrap().to_owned();
        let input = GetObjectRequest { bucket: "dest".to_owned(), key, ..Default::default() };
        let out = web.call::<op::GetObject>(input);
        assert_eq!(out.e_tag.unwrap(), format!("\"{}\"", file["MD5checksum"].as_str().unwrap()));
        let packed = out.body.unwrap().0;
        assert_eq!(packed.len() as u64, file["size"].as_u64().unwrap());
        let mut text = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut text).unwrap();
        lines.extend(text.lines().map(str::to_owned));
    }
    (manifest, lines)
}

#[test]
fn a_list_of_what_is_there_each_day() {
    let web = made();
    web.put("src", "a b", "one");
    web.put("src", "z", "four");
    configure(&web, "Current", "Daily", json!(["Size", "ETag", "StorageClass", "EncryptionStatus"]));
    assert_eq!(keys(&web), Vec::<String>::new());
    web.lab.advance(DAY_MS);
    let (manifest, lines) = read(&web, "2026-01-02T00-00Z");
    assert_eq!(manifest["fileSchema"], "Bucket, Key, Size, ETag, StorageClass, EncryptionStatus");
    assert_eq!(manifest["sourceBucket"], "src");
    assert_eq!(manifest["destinationBucket"], "arn:aws:s3:::dest");
    assert_eq!(manifest["creationTimestamp"], "1767312000000");
    assert_eq!(
        lines,
        [
            r#""src","a+b","3","f97c5d29941bfb1b2fdab0874906ab82","STANDARD","SSE-S3""#,
            r#""src","z","4","8cbad96aced40b3838dd9f07f6ef5772","STANDARD","SSE-S3""#,
        ]
    );
    let hive = web.get("dest", "inv/src/all/hive/dt=2026-01-02-00-00/symlink.txt");
    assert_eq!(hive, format!("s3://dest/{}\n", manifest["files"][0]["key"].as_str().unwrap()));
    web.json("DeleteObject", json!({ "Bucket": "src", "Key": "z" }));
    web.lab.advance(DAY_MS);
    assert_eq!(read(&web, "2026-01-03T00-00Z").1.len(), 1);
    web.json("DeleteBucketInventoryConfiguration", json!({ "Bucket": "src", "Id": "all" }));
    let there = keys(&web).len();
    web.lab.advance(3 * DAY_MS);
    assert_eq!(keys(&web).len(), there, "nobody wants it any more");
}

/// 2026-01-04 is a Sunday.
#[test]
fn all_versions_each_week() {
    let web = made();
    let on = json!({ "Status": "Enabled" });
    web.put("src", "null", "of before");
    web.json("PutBucketVersioning", json!({ "Bucket": "src", "VersioningConfiguration": on }));
    web.put("src", "k", "1");
    web.put("src", "k", "22");
    web.put("src", "gone", "x");
    web.json("DeleteObject", json!({ "Bucket": "src", "Key": "gone" }));
    configure(&web, "All", "Weekly", json!(["Size"]));
    web.lab.advance(2 * DAY_MS);
    assert_eq!(keys(&web), Vec::<String>::new());
    web.lab.advance(DAY_MS);
    let (manifest, lines) = read(&web, "2026-01-04T00-00Z");
    assert_eq!(manifest["fileSchema"], "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size");
    let mut shown: Vec<String> = lines
        .iter()
        .map(|l| {
            let parts: Vec<&str> = l.split(',').map(|p| p.trim_matches('"')).collect();
            format!("{} {} {} {} {}", parts[1], !parts[2].is_empty(), parts[3], parts[4], parts[5])
        })
        .collect();
    shown.sort();
    assert_eq!(
        shown,
        [
            "gone true false false 1",
            "gone true true true ",
            "k true false false 1",
            "k true true false 2",
            "null false true false 9",
        ]
    );
    web.lab.advance(6 * DAY_MS);
    let manifests = |web: &Web| keys(web).iter().filter(|k| k.ends_with("manifest.json")).count();
    assert_eq!(manifests(&web), 1);
    web.lab.advance(DAY_MS);
    assert_eq!(manifests(&web), 2);
}

#[test]
fn a_long_list_has_several_files() {
    let web = made();
    let on = json!({ "Status": "Enabled" });
    web.json("PutBucketVersioning", json!({ "Bucket": "src", "VersioningConfiguration": on }));
    for n in 0..5_003 {
        web.put("src", "k", &n.to_string());
    }
    configure(&web, "All", "Daily", json!([]));
    web.lab.advance(DAY_MS);
    let (manifest, mut lines) = read(&web, "2026-01-02T00-00Z");
    assert_eq!(manifest["files"].as_array().unwrap().len(), 3);
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), 5_003);
}
