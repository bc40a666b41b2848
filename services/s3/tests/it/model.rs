//! A reference model: a map of keys to versions and a list of uploads, beside the real thing under random operations, restarts,
//! and failures of store and disk. After each step both must have answered the same and hold the same.
//!
//! `TABLETOP_SEEDS` says how many seeds run (20 if it isn't set).

use std::collections::BTreeMap;

use blobs::Blobs;
use codec::{Blob, Fault};
use shapes_s3::*;
use store::Store;
use testkit::Lab;

const STEPS: usize = 60;
const FULL_PART_BYTES: usize = 5 * 1024 * 1024;
const BUCKET: &str = "bucket";
const KEYS: [&str; 4] = ["a", "a/b", "b", "ü"];

/// splitmix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
    fn key(&mut self) -> String {
        KEYS[self.roll(KEYS.len() as u64) as usize].to_owned()
    }
    /// Nothing, a little (which lies in a row), or more (which lies in a blob).
    fn bytes(&mut self) -> Vec<u8> {
        let size = [0, 7, 40_000][self.roll(3) as usize];
        vec![self.roll(256) as u8; size]
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Version {
    id: String,
    /// `None`: a delete marker.
    bytes: Option<Vec<u8>>,
}

#[derive(Clone, Debug)]
struct Upload {
    key: String,
    id: String,
    parts: BTreeMap<i32, (Vec<u8>, String)>,
}

#[derive(Clone, Default)]
struct Model {
    /// `None`: never turned on; whether it is on.
    versioning: Option<bool>,
    /// Newest first.
    keys: BTreeMap<String, Vec<Version>>,
    uploads: Vec<Upload>,
}

impl Model {
    fn add(&mut self, key: &str, id: Option<String>, bytes: Option<Vec<u8>>) {
        let keeps = self.versioning == Some(true);
        let all = self.keys.entry(key.to_owned()).or_default();
        if !keeps {
            all.retain(|v| v.id != "null");
        }
        all.insert(0, Version { id: id.unwrap_or_else(|| "null".to_owned()), bytes });
    }

    fn delete(&mut self, key: &str, marker: Option<String>) {
        match self.versioning {
            None => drop(self.keys.remove(key)),
            Some(_) => self.add(key, marker, None),
        }
    }

    fn latest(&self, key: &str) -> Option<&Vec<u8>> {
        self.keys.get(key)?.first()?.bytes.as_ref()
    }
}

struct Bench {
    lab: Lab,
    store: Store,
    blobs: Blobs,
    model: Model,
    dice: Dice,
    /// Parts are often so large that others may follow; that takes its time.
    large: bool,
    /// Uploads that were completed with several parts.
    joined: u32,
}

fn services() -> Vec<kernel::Service> {
    vec![service_s3::service()]
}

impl Bench {
    fn new(seed: u64) -> Bench {
        let (store, blobs) = (Store::memory(), Blobs::memory());
        let lab = Lab::over_both(store.clone(), blobs.clone(), services());
        let mut bench = Bench {
            lab,
            store,
            blobs,
            model: Model::default(),
            dice: Dice(seed),
            large: seed.is_multiple_of(5),
            joined: 0,
        };
        let bucket = CreateBucketRequest { bucket: BUCKET.to_owned(), ..Default::default() };
        bench.lab.call::<op::CreateBucket>(bucket).unwrap();
        bench.lab.block_on(async { bench.lab.kernel.spawn() });
        bench.compare();
        bench
    }

    fn restart(&mut self) {
        self.lab = Lab::over_both(self.store.clone(), self.blobs.clone(), services());
        self.lab.block_on(async { self.lab.kernel.spawn() });
    }

    /// One operation; `true` if it was refused because something failed below it, after which nothing may have changed.
    fn step(&mut self) -> bool {
        let before = self.model.clone();
        let done = match self.dice.roll(12) {
            0..=2 => self.put(),
            3 => self.copy(),
            4 => self.delete(),
            5 => self.delete_version(),
            6 => self.versioning(),
            // Where parts are large, uploads are few, so that they get several.
            7 | 11 if self.large && !self.model.uploads.is_empty() => self.part(),
            7 => self.begin(),
            8 | 9 => self.part(),
            10 => self.complete(),
            _ => self.abort(),
        };
        match done {
            Ok(()) => false,
            Err(fault) => {
                assert!(fault.status() >= 500, "{fault:?}");
                self.model = before;
                true
            }
        }
    }

    fn put(&mut self) -> Result<(), Fault> {
        let (key, bytes) = (self.dice.key(), self.dice.bytes());
        let only_new = self.dice.roll(4) == 0;
        let answer = self.lab.call::<op::PutObject>(PutObjectRequest {
            bucket: BUCKET.to_owned(),
            key: key.clone(),
            body: Some(Blob(bytes.clone())),
            if_none_match: only_new.then(|| "*".to_owned()),
            ..Default::default()
        });
        if only_new && self.model.latest(&key).is_some() {
            return refused(answer, "PreconditionFailed");
        }
        let id = answer?.version_id;
        self.model.add(&key, id, Some(bytes));
        Ok(())
    }

    fn copy(&mut self) -> Result<(), Fault> {
        let (from, to) = (self.dice.key(), self.dice.key());
        let answer = self.lab.call::<op::CopyObject>(CopyObjectRequest {
            bucket: BUCKET.to_owned(),
            key: to.clone(),
            copy_source: format!("{BUCKET}/{from}"),
            metadata_directive: Some("REPLACE".to_owned()),
            ..Default::default()
        });
        let Some(bytes) = self.model.latest(&from).cloned() else { return refused(answer, "NoSuchKey") };
        let id = answer?.version_id;
        self.model.add(&to, id, Some(bytes));
        Ok(())
    }

    fn delete(&mut self) -> Result<(), Fault> {
        let key = self.dice.key();
        let input = DeleteObjectRequest { bucket: BUCKET.to_owned(), key: key.clone(), ..Default::default() };
        let marker = self.lab.call::<op::DeleteObject>(input)?.version_id;
        self.model.delete(&key, marker);
        Ok(())
    }

    fn delete_version(&mut self) -> Result<(), Fault> {
        let key = self.dice.key();
        let all = self.model.keys.get(&key).cloned().unwrap_or_default();
        let id = match all.len() {
            0 => "null".to_owned(),
            n => all[self.dice.roll(n as u64) as usize].id.clone(),
        };
        self.lab.call::<op::DeleteObject>(DeleteObjectRequest {
            bucket: BUCKET.to_owned(),
            key: key.clone(),
            version_id: Some(id.clone()),
            ..Default::default()
        })?;
        if let Some(versions) = self.model.keys.get_mut(&key) {
            versions.retain(|v| v.id != id);
        }
        Ok(())
    }

    fn versioning(&mut self) -> Result<(), Fault> {
        let on = self.dice.roll(3) > 0;
        self.lab.call::<op::PutBucketVersioning>(PutBucketVersioningRequest {
            bucket: BUCKET.to_owned(),
            versioning_configuration: VersioningConfiguration {
                status: Some(if on { "Enabled" } else { "Suspended" }.to_owned()),
                ..Default::default()
            },
            ..Default::default()
        })?;
        self.model.versioning = Some(on);
        Ok(())
    }

    fn begin(&mut self) -> Result<(), Fault> {
        let key = self.dice.key();
        let input = CreateMultipartUploadRequest {
            bucket: BUCKET.to_owned(),
            key: key.clone(),
            ..Default::default()
        };
        let id = self.lab.call::<op::CreateMultipartUpload>(input)?.upload_id.unwrap();
        self.model.uploads.push(Upload { key, id, parts: BTreeMap::new() });
        Ok(())
    }

    fn chosen(&mut self) -> Option<usize> {
        match self.model.uploads.len() {
            0 => None,
            n => Some(self.dice.roll(n as u64) as usize),
        }
    }

    fn part(&mut self) -> Result<(), Fault> {
        let Some(n) = self.chosen() else { return Ok(()) };
        let number = self.dice.roll(3) as i32 + 1;
        let bytes = match self.dice.roll(10) {
            // As much as a part needs that others follow.
            0..5 if self.large => vec![self.dice.roll(256) as u8; FULL_PART_BYTES],
            _ => self.dice.bytes(),
        };
        let upload = &mut self.model.uploads[n];
        let etag = self.lab.call::<op::UploadPart>(UploadPartRequest {
            bucket: BUCKET.to_owned(),
            key: upload.key.clone(),
            upload_id: upload.id.clone(),
            part_number: number,
            body: Some(Blob(bytes.clone())),
            ..Default::default()
        });
        upload.parts.insert(number, (bytes, etag?.e_tag.unwrap()));
        Ok(())
    }

    /// With one of its parts, or with two, of which the first may be too small.
    fn complete(&mut self) -> Result<(), Fault> {
        let Some(n) = self.chosen() else { return Ok(()) };
        let upload = self.model.uploads[n].clone();
        let many = self.large || self.dice.roll(4) == 0;
        let named: Vec<_> = upload.parts.iter().rev().take(if many { 2 } else { 1 }).collect();
        let parts = named.iter().rev().map(|(number, (_, etag))| CompletedPart {
            part_number: Some(**number),
            e_tag: Some(etag.clone()),
            ..Default::default()
        });
        let input = CompleteMultipartUploadRequest {
            bucket: BUCKET.to_owned(),
            key: upload.key.clone(),
            upload_id: upload.id.clone(),
            multipart_upload: Some(CompletedMultipartUpload { parts: Some(parts.collect()) }),
            ..Default::default()
        };
        let answer = self.lab.call::<op::CompleteMultipartUpload>(input.clone());
        match named.len() {
            0 => return refused(answer, "MalformedXML"),
            2 if named[1].1.0.len() < FULL_PART_BYTES => return refused(answer, "EntityTooSmall"),
            _ => {}
        }
        let first = answer?;
        // Asked for again, as by a client that lost the answer.
        let again = self.lab.call::<op::CompleteMultipartUpload>(input);
        self.model.uploads.remove(n);
        self.joined += u32::from(named.len() > 1);
        let whole = named.iter().rev().flat_map(|(_, (bytes, _))| bytes).copied().collect();
        self.model.add(&upload.key, first.version_id.clone(), Some(whole));
        let again = again.expect("what is completed stays completed");
        assert_eq!((again.e_tag, again.version_id), (first.e_tag, first.version_id));
        Ok(())
    }

    fn abort(&mut self) -> Result<(), Fault> {
        let Some(n) = self.chosen() else { return Ok(()) };
        let upload = self.model.uploads[n].clone();
        self.lab.call::<op::AbortMultipartUpload>(AbortMultipartUploadRequest {
            bucket: BUCKET.to_owned(),
            key: upload.key,
            upload_id: upload.id,
            ..Default::default()
        })?;
        self.model.uploads.remove(n);
        Ok(())
    }

    /// Both hold the same versions, bytes and uploads.
    fn compare(&mut self) {
        self.lab.kernel.check().unwrap();
        let input = ListObjectVersionsRequest { bucket: BUCKET.to_owned(), ..Default::default() };
        let listed = self.lab.call::<op::ListObjectVersions>(input).unwrap();
        let versions = listed.versions.unwrap_or_default().into_iter();
        let markers = listed.delete_markers.unwrap_or_default().into_iter();
        let mut found: Vec<(String, String, bool, bool)> = versions
            .map(|v| (v.key.unwrap(), v.version_id.unwrap(), v.is_latest.unwrap(), false))
            .chain(markers.map(|m| (m.key.unwrap(), m.version_id.unwrap(), m.is_latest.unwrap(), true)))
            .collect();
        let mut wanted = Vec::new();
        for (key, all) in &self.model.keys {
            for (i, v) in all.iter().enumerate() {
                wanted.push((key.clone(), v.id.clone(), i == 0, v.bytes.is_none()));
            }
        }
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        let input = ListMultipartUploadsRequest { bucket: BUCKET.to_owned(), ..Default::default() };
        let listed = self.lab.call::<op::ListMultipartUploads>(input).unwrap().uploads.unwrap_or_default();
        let mut found: Vec<_> = listed.into_iter().map(|u| u.upload_id.unwrap()).collect();
        let mut wanted: Vec<_> = self.model.uploads.iter().map(|u| u.id.clone()).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted);
        let (key, seen) = (self.dice.key(), self.dice.roll(4) as usize);
        let version = self.model.keys.get(&key).and_then(|all| all.get(seen)).cloned();
        let Some(Version { id, bytes: Some(bytes) }) = version else { return };
        let input =
            GetObjectRequest { bucket: BUCKET.to_owned(), key, version_id: Some(id), ..Default::default() };
        let got = self.lab.call::<op::GetObject>(input).unwrap();
        assert_eq!(got.body.map(|b| b.0).unwrap_or_default(), bytes);
    }

    /// Without versions and uploads no blob is left: what a failing disk didn't let go, a start sweeps.
    fn empty(&mut self) {
        self.restart();
        for (key, versions) in std::mem::take(&mut self.model.keys) {
            for v in versions {
                self.lab
                    .call::<op::DeleteObject>(DeleteObjectRequest {
                        bucket: BUCKET.to_owned(),
                        key: key.clone(),
                        version_id: Some(v.id),
                        ..Default::default()
                    })
                    .unwrap();
            }
        }
        while !self.model.uploads.is_empty() {
            let _ = self.abort();
        }
        self.compare();
        for _ in 0..1_000_000 {
            if self.blobs.stats().files == 0 {
                break;
            }
            // The kernel removes blobs beside the requests.
            self.lab.block_on(async { tokio::task::yield_now().await });
        }
        assert_eq!(self.blobs.stats().files, 0, "blobs that nobody names are left");
        let input = DeleteBucketRequest { bucket: BUCKET.to_owned(), ..Default::default() };
        self.lab.call::<op::DeleteBucket>(input).unwrap();
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Fault>, code: &str) -> Result<(), Fault> {
    match answer {
        Err(fault) if fault.status() >= 500 => Err(fault),
        Err(fault) if fault.code() == code => Ok(()),
        other => panic!("not {code}: {other:?}"),
    }
}

#[test]
fn s3_does_what_a_map_of_versions_does() {
    let (mut failures, mut joined) = (0, 0);
    for seed in 0..testkit::seeds(20) {
        let mut bench = Bench::new(seed);
        for n in 0..STEPS {
            match bench.dice.roll(12) {
                0 => drop(bench.store.fail_commit(1)),
                1 => drop(bench.blobs.fail_io(bench.dice.roll(3) + 1, std::io::ErrorKind::StorageFull)),
                2 => bench.restart(),
                _ => {}
            }
            let at = format!("seed {seed}, step {n}");
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                failures += u32::from(bench.step());
                bench.store.fail_commit(0);
                bench.blobs.fail_io(0, std::io::ErrorKind::StorageFull);
                bench.compare();
            }));
            assert!(caught.is_ok(), "{at}");
        }
        bench.empty();
        joined += bench.joined;
    }
    assert!(joined > 0, "no upload was completed with several parts");
    assert!(failures > 0, "nothing that was to fail did");
}
