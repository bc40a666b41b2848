//! Bytes that change at rest: the read that meets them fails, the scrub names them, and a replica heals them.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::aws::{query, s3};
use crate::program::{Folder, Server};

/// All files of some size below a folder.
fn large_files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(below).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(large_files(&entry.path())),
            false if entry.path().components().any(|c| c.as_os_str() == "blobs") => {
                found.extend(Some(entry.path()).filter(|p| p.metadata().unwrap().len() > 100_000));
            }
            false => {}
        }
    }
    found
}

fn flip(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn a_flipped_byte_is_found_by_read_and_by_scrub() {
    let folder = Folder::new();
    let server = Server::start(&folder, "");
    assert_eq!(s3(server.port, "PUT", "/bkt", "").0, 200);
    assert_eq!(s3(server.port, "PUT", "/bkt/small", "hi").0, 200);
    assert_eq!(s3(server.port, "PUT", "/bkt/large", &"0123456789".repeat(30_000)).0, 200);
    let whole = server.json(&folder, "scrub");
    assert_eq!(
        (&whole["contents"], &whole["bytes"], &whole["corrupt"]),
        (&json!(2), &json!(300_002), &json!(0))
    );

    let files = large_files(folder.path());
    let [file] = &files[..] else { panic!("one blob was stored: {files:?}") };
    flip(file);

    let found = server.json(&folder, "scrub");
    assert_eq!((&found["contents"], &found["corrupt"]), (&json!(2), &json!(1)));
    assert_eq!((&found["named"][0]["bucket"], &found["named"][0]["key"]), (&json!("bkt"), &json!("large")));
    let (code, out, _) = server.verb(&folder, "scrub");
    assert!(code == 0 && out.contains("large") && out.contains("1 CORRUPT"), "{out}");
    let (status, body) = s3(server.port, "GET", "/bkt/large", "");
    assert!(status == 500 || body.len() < 300_000, "a corrupt object was given whole: {status}");
    assert_eq!(s3(server.port, "GET", "/bkt/small", ""), (200, "hi".to_owned()));
    server.stop();
}

#[test]
fn a_replica_heals_what_the_scrub_finds() {
    let folder = Folder::new();
    let server = Server::start(&folder, "");
    let trust = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22s3.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";
    let form = format!("Action=CreateRole&Version=2010-05-08&RoleName=r&AssumeRolePolicyDocument={trust}");
    let (status, body) = query(server.port, "iam", &form);
    assert_eq!(status, 200, "{body}");
    let form = "Action=AttachRolePolicy&Version=2010-05-08&RoleName=r&PolicyArn=arn:aws:iam::aws:policy/AmazonS3FullAccess";
    assert_eq!(query(server.port, "iam", form).0, 200);
    let put = |path: &str, body: &str| {
        let (status, answer) = s3(server.port, "PUT", path, body);
        assert_eq!(status, 200, "{path}: {answer}");
    };
    for bucket in ["/from", "/dest"] {
        put(bucket, "");
        let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        put(&format!("{bucket}?versioning"), on);
    }
    put(
        "/from?replication",
        "<ReplicationConfiguration><Role>arn:aws:iam::000000000000:role/r</Role><Rule><Status>Enabled</Status><Prefix></Prefix><Destination><Bucket>arn:aws:s3:::dest</Bucket></Destination></Rule></ReplicationConfiguration>",
    );
    let content = "0123456789".repeat(30_000);
    put("/from/k", &content);
    assert_eq!(server.verb(&folder, "clock advance 1s").0, 0);
    let files = large_files(folder.path());
    assert_eq!(files.len(), 2, "a replica has bytes of its own: {files:?}");
    for file in &files {
        flip(file);
        let (code, out, _) = server.verb(&folder, "scrub");
        assert!(code == 0 && out.contains("1 healed, 0 CORRUPT"), "{out}");
        assert_eq!(server.json(&folder, "scrub")["healed"], json!(0));
    }
    assert_eq!(s3(server.port, "GET", "/from/k", ""), (200, content.clone()));
    assert_eq!(s3(server.port, "GET", "/dest/k", ""), (200, content));
    server.stop();
}
