//! Bytes that change at rest: the read that meets them fails, and the scrub names them.
#![expect(clippy::unwrap_used, reason = "tests may unwrap, and these are their helpers")]

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::aws::s3;
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
    let mut bytes = std::fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file, bytes).unwrap();

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
