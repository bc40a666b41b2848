//! Bytes that change at rest: what has a replica is healed from it, by the read that meets it or by the scrub; what hasn't
//! stays corrupt, and is named.

use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use codec::Blob;
use directory::{Role, Roles, entity_key};
use serde_json::{Value, json};
use shapes_s3::*;
use store::{Row, RowError, RowReader, RowWriter, Scan, Store, Table};
use testkit::{Disk, Lab};

/// Larger than what lies in a row.
const LARGE: usize = 100_000;
const PART: usize = 5 * 1024 * 1024;

/// The table of content in rows, as `state.rs` has it.
struct Inline;
impl Table for Inline {
    const NAME: &'static str = "s3.inline";
    const VERSION: u16 = 1;
    type Key = (u64, String);
    type Row = Sealed;
}

struct Sealed(Vec<u8>);
impl Row for Sealed {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.0);
    }
    fn read(r: &mut RowReader) -> Result<Sealed, RowError> {
        Ok(Sealed(r.get(1)?))
    }
}

/// S3 with a bucket `from`, of which the keys below `r/` are replicated to `dest`.
struct Place {
    lab: Lab,
    disk: Disk,
}

impl Place {
    fn new() -> Place {
        let disk = Disk::default();
        let lab = Lab::over_both(Store::memory(), disk.blobs(), vec![service_s3::service()]);
        lab.kernel.scrubs.get_or_init(|| vec![service_s3::SCRUB]);
        let trust = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":"s3.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
        let may = r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        let inline = [("p".to_owned(), may.to_owned())].into();
        let (name, path) = ("r".to_owned(), "/".to_owned());
        let role = Role { name, path, trust: trust.to_owned(), inline, ..Role::default() };
        let made = lab.kernel.within("s3", &lab.scope(), |cx| {
            cx.put::<Roles>(&entity_key("aws", "000000000000", "r"), &role);
            Ok(())
        });
        made.unwrap();
        let place = Place { lab, disk };
        for name in ["from", "dest"] {
            place.json("CreateBucket", json!({ "Bucket": name }));
            let on = json!({ "Status": "Enabled" });
            place.json("PutBucketVersioning", json!({ "Bucket": name, "VersioningConfiguration": on }));
        }
        let rule =
            json!({ "Status": "Enabled", "Prefix": "r/", "Destination": { "Bucket": "arn:aws:s3:::dest" } });
        let config = json!({ "Role": "arn:aws:iam::000000000000:role/r", "Rules": [rule] });
        place.json("PutBucketReplication", json!({ "Bucket": "from", "ReplicationConfiguration": config }));
        place
    }

    fn json(&self, operation: &str, input: Value) -> Value {
        let (who, scope, meta) = (self.lab.root(), self.lab.scope(), kernel::RequestMeta::default());
        let input = input.to_string();
        let call = self.lab.kernel.call_json(&who, scope, &meta, "s3", operation, &input);
        serde_json::from_str(&self.lab.block_on(call).unwrap()).unwrap()
    }

    fn put(&self, key: &str, bytes: Vec<u8>) {
        let (bucket, key, body) = ("from".to_owned(), key.to_owned(), Some(Blob(bytes)));
        let input = PutObjectRequest { bucket, key, body, ..Default::default() };
        self.lab.call::<op::PutObject>(input).unwrap();
    }

    fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, String> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let got = self.lab.call::<op::GetObject>(GetObjectRequest { bucket, key, ..Default::default() });
        got.map(|out| out.body.unwrap().0).map_err(|fault| fault.code().to_owned())
    }

    fn replicate(&self, key: &str) {
        self.lab.advance(1_000);
        let head = self.json("HeadObject", json!({ "Bucket": "from", "Key": key }));
        assert_eq!(head["ReplicationStatus"], "COMPLETED");
        let head = self.json("HeadObject", json!({ "Bucket": "dest", "Key": key }));
        assert_eq!(head["ReplicationStatus"], "REPLICA");
    }

    /// Puts an object and has it replicated: the file of the one, and that of the other.
    fn pair(&self, key: &str, bytes: Vec<u8>) -> (PathBuf, PathBuf) {
        self.put(key, bytes);
        let [source] = &self.files()[..] else { panic!("an object has one file") };
        self.replicate(key);
        let all = self.files();
        let [replica] = &all.iter().filter(|f| *f != source).collect::<Vec<_>>()[..] else {
            panic!("a replica has a file of its own: {all:?}")
        };
        (source.clone(), (*replica).clone())
    }

    fn files(&self) -> Vec<PathBuf> {
        self.disk.files()
    }

    fn flip(&self, file: &Path) {
        self.disk.flip(file);
    }

    fn scrub(&self) -> Value {
        let rate = NonZeroU64::new(1 << 40).unwrap();
        self.lab.block_on(self.lab.kernel.scrub(rate)).unwrap()
    }

    /// Corrupted contents that a scrub names, and those that it heals: buckets and keys.
    fn scrubbed(&self) -> (Vec<String>, Vec<String>) {
        let found = self.scrub();
        let names = |list: &str, count: &str| {
            let all = found[list].as_array().unwrap();
            assert_eq!(found[count], json!(all.len()));
            let name =
                |v: &Value| format!("{}/{}", v["bucket"].as_str().unwrap(), v["key"].as_str().unwrap());
            let mut names: Vec<String> = all.iter().map(name).collect();
            names.sort();
            names
        };
        (names("named", "corrupt"), names("named_healed", "healed"))
    }

    /// Numbers of the buckets that have content in rows.
    fn in_rows(&self) -> Vec<u64> {
        let mut found = Vec::new();
        let seen = self.lab.kernel.within("s3", &self.lab.scope(), |cx| {
            found.extend(cx.scan::<Inline>(Scan::all())?.map(|((number, _), _)| number));
            Ok(())
        });
        seen.unwrap();
        found
    }

    /// Flips a bit of all content that lies in rows of a bucket.
    fn flip_row(&self, bucket: u64) {
        let flipped = self.lab.kernel.within("s3", &self.lab.scope(), |cx| {
            let rows: Vec<_> = cx.scan::<Inline>(Scan::prefix(&(bucket,)))?.collect();
            assert_eq!(rows.len(), 1);
            for (at, mut row) in rows {
                let last = row.0.len() - 1;
                row.0[last] ^= 1;
                cx.put::<Inline>(&at, &row);
            }
            Ok(())
        });
        flipped.unwrap();
    }

    fn check(&self) {
        self.lab.kernel.check().unwrap();
    }
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 7 % 251) as u8).collect()
}

fn none() -> Vec<String> {
    Vec::new()
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn a_read_heals_an_object_from_its_replica() {
    let place = Place::new();
    let (source, replica) = place.pair("r/a", bytes(LARGE));
    place.flip(&source);
    assert_eq!(place.get("from", "r/a"), Ok(bytes(LARGE)));
    let fresh: Vec<_> = place.files().into_iter().filter(|f| *f != source && *f != replica).collect();
    assert_eq!(fresh.len(), 1, "it has a new file");
    // The old one isn't read any more, nor the replica's.
    place.flip(&source);
    place.disk.lose(&replica);
    assert_eq!(place.get("from", "r/a"), Ok(bytes(LARGE)));
    // What is gone is healed as what is corrupt.
    assert_eq!(place.get("dest", "r/a"), Ok(bytes(LARGE)));
    assert_eq!(place.scrubbed(), (none(), none()));
    place.check();
}

#[test]
fn a_scrub_heals_a_replica_from_its_source() {
    let place = Place::new();
    let (_, replica) = place.pair("r/a", bytes(LARGE));
    place.flip(&replica);
    assert_eq!(place.scrubbed(), (none(), names(&["dest/r/a"])));
    assert_eq!(place.scrubbed(), (none(), none()));
    assert_eq!(place.get("dest", "r/a"), Ok(bytes(LARGE)));
}

#[test]
fn where_both_are_corrupt_nothing_is_made_up() {
    let place = Place::new();
    let (source, replica) = place.pair("r/a", bytes(LARGE));
    place.flip(&source);
    place.flip(&replica);
    assert_eq!(place.scrubbed(), (names(&["dest/r/a", "from/r/a"]), none()));
    assert_eq!(place.get("from", "r/a"), Err("InternalFailure".to_owned()));
    assert_eq!(place.get("dest", "r/a"), Err("InternalFailure".to_owned()));
    // Written back, it is what it was: and so is the other.
    place.flip(&replica);
    assert_eq!(place.get("from", "r/a"), Ok(bytes(LARGE)));
    assert_eq!(place.scrubbed(), (none(), none()));
}

#[test]
fn what_has_no_replica_stays_corrupt() {
    let place = Place::new();
    place.put("other", bytes(LARGE));
    place.flip(&place.files()[0]);
    assert_eq!(place.get("from", "other"), Err("InternalFailure".to_owned()));
    assert_eq!(place.scrubbed(), (names(&["from/other"]), none()));
    // Another object with the same key is no replica.
    let input = json!({ "Bucket": "dest", "Key": "other", "Body": "AAAA" });
    place.json("PutObject", input);
    assert_eq!(place.scrubbed(), (names(&["from/other"]), none()));
}

#[test]
fn small_content_is_healed_as_well() {
    let place = Place::new();
    place.put("r/a", bytes(100));
    let from = place.in_rows()[0];
    place.replicate("r/a");
    let dest = *place.in_rows().iter().find(|n| **n != from).unwrap();
    place.flip_row(from);
    assert_eq!(place.get("from", "r/a"), Ok(bytes(100)));
    place.flip_row(dest);
    assert_eq!(place.scrubbed(), (none(), names(&["dest/r/a"])));
    assert_eq!(place.get("dest", "r/a"), Ok(bytes(100)));
    place.flip_row(from);
    place.flip_row(dest);
    assert_eq!(place.scrubbed(), (names(&["dest/r/a", "from/r/a"]), none()));
    assert_eq!(place.get("dest", "r/a"), Err("InternalFailure".to_owned()));
    place.check();
}

/// Copies share the bytes of what they are copies of: in health and in sickness.
#[test]
fn what_shares_corrupt_bytes_is_healed_with_them() {
    let place = Place::new();
    let (source, _) = place.pair("r/a", bytes(LARGE));
    for (bucket, key) in [("from", "copy"), ("dest", "copy")] {
        place.json("CopyObject", json!({ "Bucket": bucket, "Key": key, "CopySource": "from/r/a" }));
    }
    assert_eq!(place.files().len(), 2);
    place.flip(&source);
    assert_eq!(place.get("from", "copy"), Ok(bytes(LARGE)));
    assert_eq!(place.scrubbed(), (none(), none()));
    for (bucket, key) in [("from", "r/a"), ("from", "copy"), ("dest", "copy"), ("dest", "r/a")] {
        assert_eq!(place.get(bucket, key), Ok(bytes(LARGE)), "{bucket}/{key}");
    }
    assert_eq!(place.files().len(), 3, "they share one again");
    place.check();
}

#[test]
fn a_copy_reads_a_corrupt_source_from_its_replica() {
    let place = Place::new();
    let (source, _) = place.pair("r/a", bytes(LARGE));
    place.flip(&source);
    let copied = place.json(
        "CopyObject",
        json!({ "Bucket": "from", "Key": "copy", "CopySource": "from/r/a", "ChecksumAlgorithm": "SHA1" }),
    );
    assert!(copied["CopyObjectResult"]["ChecksumSHA1"].is_string(), "{copied}");
    assert_eq!(place.get("from", "copy"), Ok(bytes(LARGE)));
}

/// What is met when an answer is already under way ends it; afterwards it is healed.
#[test]
fn parts_are_healed_after_the_read_that_met_them() {
    let place = Place::new();
    let at = json!({ "Bucket": "from", "Key": "r/a" });
    let id = place.json("CreateMultipartUpload", at.clone())["UploadId"].as_str().unwrap().to_owned();
    let parts = [bytes(PART), bytes(LARGE)];
    let mut listed = Vec::new();
    for (n, part) in (1..).zip(&parts) {
        let input = UploadPartRequest {
            bucket: "from".to_owned(),
            key: "r/a".to_owned(),
            part_number: n,
            upload_id: id.clone(),
            body: Some(Blob(part.clone())),
            ..Default::default()
        };
        let done = place.lab.call::<op::UploadPart>(input).unwrap();
        listed.push(json!({ "ETag": done.e_tag, "PartNumber": n }));
    }
    let mut input = at;
    input["UploadId"] = json!(id);
    input["MultipartUpload"] = json!({ "Parts": listed });
    place.json("CompleteMultipartUpload", input);
    let own = place.files();
    place.replicate("r/a");
    assert_eq!((own.len(), place.files().len()), (2, 4));
    let last = own.iter().min_by_key(|f| f.metadata().unwrap().len()).unwrap();
    place.flip(last);
    assert_eq!(place.get("from", "r/a"), Err("InternalFailure".to_owned()));
    place.lab.block_on(place.lab.kernel.heal_suspects());
    assert_eq!(place.get("from", "r/a"), Ok(parts.concat()));
    own.iter().for_each(|file| place.flip(file));
    let again: Vec<_> = place.files().into_iter().filter(|f| !own.contains(f)).collect();
    assert_eq!(again.len(), 3);
    assert_eq!(place.scrubbed(), (none(), names(&["from/r/a"])));
    assert_eq!(place.get("dest", "r/a"), Ok(parts.concat()));
    place.check();
}

/// A part of an upload under way is named, and nothing can heal it.
#[test]
fn uploads_under_way_are_scrubbed() {
    let place = Place::new();
    let at = json!({ "Bucket": "from", "Key": "r/a" });
    let id = place.json("CreateMultipartUpload", at)["UploadId"].as_str().unwrap().to_owned();
    let input = UploadPartRequest {
        bucket: "from".to_owned(),
        key: "r/a".to_owned(),
        part_number: 7,
        upload_id: id.clone(),
        body: Some(Blob(bytes(LARGE))),
        ..Default::default()
    };
    place.lab.call::<op::UploadPart>(input).unwrap();
    place.flip(&place.files()[0]);
    let found = place.scrub();
    let name = &found["named"][0];
    assert_eq!((&name["upload_id"], &name["part"], &found["healed"]), (&json!(id), &json!(7), &json!(0)));
}
