//! Every list, walked with a page size of 1 while others write between its pages: what was there throughout is listed once,
//! nothing is listed twice, and what is listed is in order.

use std::collections::BTreeSet;

use codec::{Blob, Op};
use shapes_s3::*;
use testkit::Lab;

const BUCKET: &str = "bucket";
/// Pages of one walk at most: writers may keep adding, but not for ever.
const PAGES: usize = 500;

struct World {
    lab: Lab,
    seed: u64,
    /// What writers put and remove.
    others: Vec<String>,
    uploads: Vec<(String, String)>,
    /// An upload whose parts are listed.
    upload: String,
}

impl World {
    fn new(seed: u64, versions: bool) -> World {
        let lab = Lab::new(vec![service_s3::service()]);
        let world = World { lab, seed, others: Vec::new(), uploads: Vec::new(), upload: String::new() };
        world.bucket(BUCKET);
        if versions {
            world.ask::<op::PutBucketVersioning>(PutBucketVersioningRequest {
                bucket: BUCKET.to_owned(),
                versioning_configuration: VersioningConfiguration {
                    status: Some("Enabled".to_owned()),
                    ..Default::default()
                },
                ..Default::default()
            });
        }
        world
    }

    fn roll(&mut self, n: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % n
    }

    /// Keys of one and of two levels, all over the range.
    fn name(&mut self) -> String {
        let letters: Vec<char> = (0..4).map(|_| char::from(b'a' + self.roll(26) as u8)).collect();
        let text: String = letters.iter().collect();
        if self.roll(2) == 0 { text } else { format!("{}/{}", &text[..1], &text[1..]) }
    }

    fn ask<O: Op>(&self, input: O::Input) -> O::Output {
        self.lab.call::<O>(input).unwrap()
    }

    fn bucket(&self, name: &str) {
        self.ask::<op::CreateBucket>(CreateBucketRequest { bucket: name.to_owned(), ..Default::default() });
    }

    fn put(&self, key: &str) -> String {
        let input = PutObjectRequest {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            body: Some(Blob(b"x".to_vec())),
            ..Default::default()
        };
        self.ask::<op::PutObject>(input).version_id.unwrap_or_default()
    }

    fn begin(&self, key: &str) -> String {
        let input = CreateMultipartUploadRequest {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            ..Default::default()
        };
        self.ask::<op::CreateMultipartUpload>(input).upload_id.unwrap()
    }

    fn part(&self, number: i32) {
        self.ask::<op::UploadPart>(UploadPartRequest {
            bucket: BUCKET.to_owned(),
            key: "parts".to_owned(),
            upload_id: self.upload.clone(),
            part_number: number,
            body: Some(Blob(b"x".to_vec())),
            ..Default::default()
        });
    }

    fn remove(&self, key: &str, version_id: Option<String>) -> Option<String> {
        let input = DeleteObjectRequest {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            version_id,
            ..Default::default()
        };
        self.ask::<op::DeleteObject>(input).version_id
    }

    /// Objects come and go.
    fn objects(&mut self) {
        for _ in 0..3 {
            match self.roll(2) {
                1 if !self.others.is_empty() => {
                    let n = self.roll(self.others.len() as u64) as usize;
                    let key = self.others.swap_remove(n);
                    self.remove(&key, None);
                }
                _ => {
                    let key = self.name();
                    self.put(&key);
                    self.others.push(key);
                }
            }
        }
    }
}

/// Walks: `page` gives what a page lists and where the next begins. Gives all that was listed.
fn walk<C>(
    world: &mut World,
    mut page: impl FnMut(&World, Option<C>) -> (Vec<String>, Option<C>),
    mut others: impl FnMut(&mut World),
) -> Vec<String> {
    let (mut listed, mut at) = (Vec::new(), None);
    for _ in 0..PAGES {
        let (items, next) = page(world, at);
        assert!(items.len() <= 1, "a page of one has {items:?}");
        listed.extend(items);
        if next.is_none() {
            return listed;
        }
        at = next;
        others(world);
    }
    panic!("the walk doesn't end: {listed:?}");
}

fn once_each(listed: &[String], stable: &[String], seed: u64) {
    let distinct: BTreeSet<&String> = listed.iter().collect();
    assert_eq!(distinct.len(), listed.len(), "seed {seed}: listed twice: {listed:?}");
    for name in stable {
        assert!(distinct.contains(name), "seed {seed}: {name} was there and isn't listed: {listed:?}");
    }
}

fn in_order(listed: &[String], seed: u64) {
    assert!(listed.is_sorted(), "seed {seed}: {listed:?}");
}

/// Keys that nobody touches, which writers don't make.
fn stable_keys(world: &mut World) -> Vec<String> {
    let keys: Vec<String> = (0..8).map(|_| format!("{}-stays", world.name())).collect();
    keys.iter().for_each(|key| drop(world.put(key)));
    keys
}

fn names(contents: Option<Vec<Object>>, prefixes: Option<Vec<CommonPrefix>>) -> Vec<String> {
    let keys = contents.into_iter().flatten().filter_map(|o| o.key);
    keys.chain(prefixes.into_iter().flatten().filter_map(|p| p.prefix)).collect()
}

#[test]
fn objects_by_marker_and_by_token() {
    for seed in 0..testkit::seeds(12) {
        for (second, delimiter) in [(false, None), (false, Some("/")), (true, None), (true, Some("/"))] {
            let mut world = World::new(seed, seed % 2 == 1);
            let stable: Vec<String> = stable_keys(&mut world)
                .into_iter()
                .map(|key| match (delimiter, key.split_once('/')) {
                    (Some(_), Some((folder, _))) => format!("{folder}/"),
                    _ => key,
                })
                .collect();
            let delimiter = delimiter.map(str::to_owned);
            let bucket = || BUCKET.to_owned();
            let listed = walk(
                &mut world,
                |world, at: Option<String>| match second {
                    true => {
                        let o = world.ask::<op::ListObjectsV2>(ListObjectsV2Request {
                            bucket: bucket(),
                            max_keys: Some(1),
                            delimiter: delimiter.clone(),
                            continuation_token: at,
                            ..Default::default()
                        });
                        (names(o.contents, o.common_prefixes), o.next_continuation_token)
                    }
                    false => {
                        let o = world.ask::<op::ListObjects>(ListObjectsRequest {
                            bucket: bucket(),
                            max_keys: Some(1),
                            delimiter: delimiter.clone(),
                            marker: at,
                            ..Default::default()
                        });
                        let items = names(o.contents, o.common_prefixes);
                        // Without a delimiter the last key is the next marker.
                        let next = o.next_marker.or_else(|| items.last().cloned());
                        (items, next.filter(|_| o.is_truncated == Some(true)))
                    }
                },
                World::objects,
            );
            once_each(&listed, &stable, seed);
            in_order(&listed, seed);
        }
    }
}

#[test]
fn versions_and_markers() {
    for seed in 0..testkit::seeds(12) {
        let mut world = World::new(seed, true);
        let (mut stable, mut keys) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            let key = world.name();
            for n in 0..3 {
                let id = if n == 1 { world.remove(&key, None).unwrap() } else { world.put(&key) };
                stable.push(format!("{key} {id}"));
            }
            keys.push(key);
        }
        let mut made: Vec<(String, String)> = Vec::new();
        let listed = walk(
            &mut world,
            |world, at: Option<(String, Option<String>)>| {
                let (key_marker, version_id_marker) = at.map_or((None, None), |(key, id)| (Some(key), id));
                let o = world.ask::<op::ListObjectVersions>(ListObjectVersionsRequest {
                    bucket: BUCKET.to_owned(),
                    max_keys: Some(1),
                    key_marker,
                    version_id_marker,
                    ..Default::default()
                });
                let versions = o.versions.into_iter().flatten().map(|v| (v.key, v.version_id));
                let markers = o.delete_markers.into_iter().flatten().map(|m| (m.key, m.version_id));
                let items =
                    versions.chain(markers).map(|(key, id)| format!("{} {}", key.unwrap(), id.unwrap()));
                let next = o.next_key_marker.map(|key| (key, o.next_version_id_marker));
                (items.collect(), next.filter(|_| o.is_truncated == Some(true)))
            },
            |world| {
                // New versions of the same keys and of others; some of them go again, perhaps the one that was listed last.
                let key = match world.roll(2) {
                    0 => keys[world.roll(4) as usize].clone(),
                    _ => world.name(),
                };
                let id = world.put(&key);
                made.push((key, id));
                if world.roll(3) > 0 {
                    let n = world.roll(made.len() as u64) as usize;
                    let (key, id) = made.swap_remove(n);
                    world.remove(&key, Some(id));
                }
            },
        );
        once_each(&listed, &stable, seed);
        let keys: Vec<String> = listed.iter().map(|l| l.split(' ').next().unwrap().to_owned()).collect();
        in_order(&keys, seed);
    }
}

#[test]
fn uploads_under_way() {
    for seed in 0..testkit::seeds(12) {
        let mut world = World::new(seed, false);
        let mut stable = Vec::new();
        for _ in 0..4 {
            let key = world.name();
            for _ in 0..2 {
                stable.push(format!("{key} {}", world.begin(&key)));
            }
        }
        let keys: Vec<String> = stable.iter().map(|s| s.split(' ').next().unwrap().to_owned()).collect();
        let listed = walk(
            &mut world,
            |world, at: Option<(String, Option<String>)>| {
                let (key_marker, upload_id_marker) = at.map_or((None, None), |(key, id)| (Some(key), id));
                let o = world.ask::<op::ListMultipartUploads>(ListMultipartUploadsRequest {
                    bucket: BUCKET.to_owned(),
                    max_uploads: Some(1),
                    key_marker,
                    upload_id_marker,
                    ..Default::default()
                });
                let items = o.uploads.into_iter().flatten();
                let items = items.map(|u| format!("{} {}", u.key.unwrap(), u.upload_id.unwrap())).collect();
                let next = o.next_key_marker.map(|key| (key, o.next_upload_id_marker));
                (items, next.filter(|_| o.is_truncated == Some(true)))
            },
            |world| {
                let key = match world.roll(2) {
                    0 => keys[world.roll(8) as usize].clone(),
                    _ => world.name(),
                };
                let id = world.begin(&key);
                world.uploads.push((key, id));
                if world.roll(3) > 0 {
                    let n = world.roll(world.uploads.len() as u64) as usize;
                    let (key, upload_id) = world.uploads.swap_remove(n);
                    world.ask::<op::AbortMultipartUpload>(AbortMultipartUploadRequest {
                        bucket: BUCKET.to_owned(),
                        key,
                        upload_id,
                        ..Default::default()
                    });
                }
            },
        );
        once_each(&listed, &stable, seed);
        let keys: Vec<String> = listed.iter().map(|l| l.split(' ').next().unwrap().to_owned()).collect();
        in_order(&keys, seed);
    }
}

#[test]
fn parts_of_an_upload() {
    for seed in 0..testkit::seeds(12) {
        let mut world = World::new(seed, false);
        world.upload = world.begin("parts");
        let stable: Vec<i32> = (0..6).map(|_| world.roll(10_000) as i32 + 1).collect();
        stable.iter().for_each(|n| world.part(*n));
        let stable: Vec<String> = stable.iter().map(|n| format!("{n:05}")).collect();
        let listed = walk(
            &mut world,
            |world, at| {
                let o = world.ask::<op::ListParts>(ListPartsRequest {
                    bucket: BUCKET.to_owned(),
                    key: "parts".to_owned(),
                    upload_id: world.upload.clone(),
                    max_parts: Some(1),
                    part_number_marker: at,
                    ..Default::default()
                });
                let items = o.parts.into_iter().flatten().map(|p| format!("{:05}", p.part_number.unwrap()));
                (items.collect(), o.next_part_number_marker.filter(|_| o.is_truncated == Some(true)))
            },
            |world| {
                let number = world.roll(10_000) as i32 + 1;
                world.part(number);
            },
        );
        once_each(&listed, &stable, seed);
        in_order(&listed, seed);
    }
}

#[test]
fn buckets_of_an_account() {
    for seed in 0..testkit::seeds(12) {
        let mut world = World::new(seed, false);
        let name = |world: &mut World| format!("{}-{}", world.name().replace('/', "-"), world.roll(1_000));
        let stable: Vec<String> = (0..6).map(|_| format!("{}-stays", name(&mut world))).collect();
        stable.iter().for_each(|n| world.bucket(n));
        let listed = walk(
            &mut world,
            |world, at| {
                let o = world.ask::<op::ListBuckets>(ListBucketsRequest {
                    max_buckets: Some(1),
                    continuation_token: at,
                    ..Default::default()
                });
                (o.buckets.into_iter().flatten().filter_map(|b| b.name).collect(), o.continuation_token)
            },
            |world| match world.roll(2) {
                1 if !world.others.is_empty() => {
                    let n = world.roll(world.others.len() as u64) as usize;
                    let bucket = world.others.swap_remove(n);
                    world.ask::<op::DeleteBucket>(DeleteBucketRequest { bucket, ..Default::default() });
                }
                _ => {
                    let made = name(world);
                    world.bucket(&made);
                    world.others.push(made);
                }
            },
        );
        once_each(&listed, &stable, seed);
        in_order(&listed, seed);
    }
}
