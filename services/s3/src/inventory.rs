//! Inventories: at midnight, or on Sundays, all of a bucket is listed into gzipped CSV files in another bucket, with a manifest. A walk
//! goes in bounded steps, each of which writes a file, as S3 itself: the destination's policy has to let it.
//! Source: S3 user guide, "Cataloging and analyzing your data with S3 Inventory", "Locating your inventory list".
//!
//! Differs: the first list comes at the next midnight; AWS takes up to two days. Lists of all versions name the latest ones first.

use std::io::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codec::{Fault, Timestamp};
use flate2::Compression;
use flate2::write::GzEncoder;
use kernel::{Cx, Effect};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use shapes_s3::InventoryConfiguration;
use store::{Row, RowError, RowReader, RowWriter, Scan, Table};

use crate::inventory_row::Columns;
use crate::notifications::PRINCIPAL;
use crate::state::{Bucket, Current, Past, Version};
use crate::{buckets, encryption, lifecycle, listing, names, replication, settings, versions};

/// Timer: a list is due, or a step of one. Its subject is bucket and id, with a slash between them.
pub(crate) const TIMER: &str = "inventory";
/// Versions that one step looks at, and that a file lists at most.
const STEP: usize = 5_000;
const DAY_MS: i64 = lifecycle::DAY_MS;

/// A list that is being made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Walk {
    began_ms: i64,
    /// Among versions that are not the latest; before, among those that are.
    in_past: bool,
    /// The key up to which (among past versions: within which) the walk has come; none seen while it is empty.
    key: String,
    turned: u64,
    /// Files so far: key, size, MD5.
    files: Vec<String>,
}

impl Row for Walk {
    fn write(&self, w: &mut RowWriter) {
        w.put(1, &self.began_ms);
        w.put(2, &self.in_past);
        w.put(3, &self.key);
        w.put(4, &self.turned);
        w.put(5, &self.files);
    }
    fn read(r: &mut RowReader) -> Result<Walk, RowError> {
        Ok(Walk {
            began_ms: r.get(1)?,
            in_past: r.get(2)?,
            key: r.get(3)?,
            turned: r.get(4)?,
            files: r.get(5)?,
        })
    }
}

/// Bucket number, id of the configuration: lists that are being made.
pub(crate) struct Walks;
impl Table for Walks {
    const NAME: &'static str = "s3.inventory_walk";
    const VERSION: u16 = 1;
    type Key = (u64, String);
    type Row = Walk;
}

/// A configuration was put: the next list is due, unless it is off.
pub(crate) fn begin(
    cx: &mut Cx,
    bucket: &Bucket,
    name: &str,
    config: &InventoryConfiguration,
) -> Result<(), Fault> {
    end(cx, bucket, name, &config.id)?;
    if !config.is_enabled {
        return Ok(());
    }
    cx.timer_set_in(vec![name.to_owned()], TIMER, &format!("{name}/{}", config.id), next(config, cx.now_ms))
}

/// A configuration went.
pub(crate) fn end(cx: &mut Cx, bucket: &Bucket, name: &str, id: &str) -> Result<(), Fault> {
    cx.delete::<Walks>(&(bucket.number, id.to_owned()));
    cx.timer_clear(TIMER, &format!("{name}/{id}"))
}

/// The next midnight; for a weekly list, that with which a Sunday begins.
fn next(config: &InventoryConfiguration, now_ms: i64) -> i64 {
    let day = now_ms.div_euclid(DAY_MS) + 1;
    // The epoch's first day was a Thursday.
    let until_sunday = if config.schedule.frequency == "Weekly" { (3 - day).rem_euclid(7) } else { 0 };
    (day + until_sunday) * DAY_MS
}

/// A step.
pub(crate) fn on_timer(cx: &mut Cx, subject: &str) -> Result<(), Fault> {
    let Some((name, id)) = subject.split_once('/') else {
        return Err(Fault::internal("an inventory's timer names no configuration"));
    };
    let Ok(bucket) = buckets::find(cx, name, None) else { return Ok(()) };
    let config = settings::get::<InventoryConfiguration>(cx, &bucket, settings::INVENTORY, id)?;
    let Some(config) = config.filter(|c| c.is_enabled) else { return Ok(()) };
    let at = (bucket.number, id.to_owned());
    let known = cx.get::<Walks>(&at)?;
    let mut walk = known.unwrap_or_else(|| Walk { began_ms: cx.now_ms, ..Walk::default() });
    let report = Report { bucket: &bucket, name, config: &config, columns: Columns::of(&config) };
    let more = report.step(cx, &mut walk)?;
    let due_ms = if more { cx.now_ms } else { next(&config, cx.now_ms) };
    if more {
        cx.put::<Walks>(&at, &walk);
    } else {
        report.publish(cx, &walk);
        cx.delete::<Walks>(&at);
    }
    cx.timer_set(TIMER, subject, due_ms)
}

/// What a list is made of.
struct Report<'a> {
    bucket: &'a Bucket,
    name: &'a str,
    config: &'a InventoryConfiguration,
    columns: Columns,
}

impl Report<'_> {
    /// Lists what comes next into a file; tells whether there is more.
    fn step(&self, cx: &mut Cx, walk: &mut Walk) -> Result<bool, Fault> {
        let found = if walk.in_past { self.pasts(cx, walk)? } else { self.currents(cx, walk)? };
        let is_full = found.len() == STEP;
        let mut csv = String::new();
        for (key, version, is_latest) in &found {
            csv.push_str(&self.columns.line(cx, (self.bucket, self.name), key, version, *is_latest)?);
        }
        if !csv.is_empty() {
            self.file(cx, walk, &csv)?;
        }
        if is_full {
            return Ok(true);
        }
        let goes_on = !walk.in_past && self.config.included_object_versions == "All";
        if goes_on {
            *walk = Walk { in_past: true, key: String::new(), turned: 0, ..walk.clone() };
        }
        Ok(goes_on)
    }

    fn prefix(&self) -> &str {
        self.config.filter.as_ref().map_or("", |f| f.prefix.as_str())
    }

    /// Latest versions behind the walk's key.
    fn currents(&self, cx: &Cx, walk: &mut Walk) -> Result<Vec<(String, Version, bool)>, Fault> {
        let from = if walk.key.is_empty() { self.prefix().to_owned() } else { format!("{}\0", walk.key) };
        let rows =
            cx.scan::<Current>(Scan::prefix(&(self.bucket.number,)).from(&(self.bucket.number, from)))?;
        let found: Vec<_> = rows
            .take_while(|((_, key), _)| key.starts_with(self.prefix()))
            .take(STEP)
            .map(|((_, key), version)| (key, version, true))
            .collect();
        if let Some((key, ..)) = found.last() {
            walk.key.clone_from(key);
        }
        Ok(found)
    }

    /// Other versions behind the walk's last one, delete markers among them.
    fn pasts(&self, cx: &Cx, walk: &mut Walk) -> Result<Vec<(String, Version, bool)>, Fault> {
        let begin = match walk.key.as_str() {
            "" => (self.bucket.number, self.prefix().to_owned(), 0),
            key => (self.bucket.number, key.to_owned(), walk.turned.saturating_add(1)),
        };
        let rows = cx.scan::<Past>(Scan::prefix(&(self.bucket.number,)).from(&begin))?;
        let rows: Vec<_> =
            rows.take_while(|((_, key, _), _)| key.starts_with(self.prefix())).take(STEP).collect();
        if let Some(((_, key, turned), _)) = rows.last() {
            walk.key.clone_from(key);
            walk.turned = *turned;
        }
        let mut found = Vec::with_capacity(rows.len());
        for ((_, key, _), version) in rows {
            let latest = match version.is_delete_marker {
                true => versions::latest(cx, self.bucket, &key)?,
                false => None,
            };
            let is_latest = latest.is_some_and(|l| l.seq == version.seq);
            found.push((key, version, is_latest));
        }
        Ok(found)
    }

    /// Writes a file of the list.
    fn file(&self, cx: &mut Cx, walk: &mut Walk, csv: &str) -> Result<(), Fault> {
        let mut gz = GzEncoder::new(Vec::new(), Compression::default());
        let packed = gz.write_all(csv.as_bytes()).and_then(|()| gz.finish()).map_err(Fault::internal)?;
        let key = self.key(&format!("data/{}.csv.gz", cx.ids.uuid("s3.inventory")));
        let md5 = encryption::hex(&Md5::digest(&packed));
        walk.files.push(format!("{key}\n{}\n{md5}", packed.len()));
        self.write(cx, &key, "application/x-gzip", &packed);
        Ok(())
    }

    /// `prefix/source/id/…`
    fn key(&self, rest: &str) -> String {
        let prefix = self.config.destination.s3_bucket_destination.prefix.as_deref().unwrap_or_default();
        let slash = if prefix.is_empty() || prefix.ends_with('/') { "" } else { "/" };
        format!("{prefix}{slash}{}/{}/{rest}", self.name, self.config.id)
    }

    /// Writes the manifest, its checksum and the list of files for Hive.
    fn publish(&self, cx: &mut Cx, walk: &Walk) {
        let to = &self.config.destination.s3_bucket_destination;
        let files: Vec<Vec<&str>> = walk.files.iter().map(|f| f.split('\n').collect()).collect();
        let listed: Vec<Value> = files
            .iter()
            .map(|f| json!({ "key": f[0], "size": f[1].parse().unwrap_or(0u64), "MD5checksum": f[2] }))
            .collect();
        let manifest = json!({
            "sourceBucket": self.name,
            "destinationBucket": to.bucket,
            "version": "2016-11-30",
            "creationTimestamp": walk.began_ms.to_string(),
            "fileFormat": to.format,
            "fileSchema": self.columns.schema(),
            "files": listed,
        });
        let manifest = serde_json::to_string_pretty(&manifest).unwrap_or_default();
        // `2016-11-06T21-32Z`
        let time = Timestamp { epoch_ms: walk.began_ms }.iso8601(false).replace(':', "-");
        let minute = &time[..time.len().min(16)];
        let symlinks: String =
            files.iter().map(|f| format!("s3://{}/{}\n", self.destination(), f[0])).collect();
        let hive = self.key(&format!("hive/dt={}/symlink.txt", minute.replace('T', "-")));
        self.write(cx, &hive, "text/plain", symlinks.as_bytes());
        let sum = encryption::hex(&Md5::digest(manifest.as_bytes()));
        self.write(
            cx,
            &self.key(&format!("{minute}Z/manifest.json")),
            "application/json",
            manifest.as_bytes(),
        );
        self.write(cx, &self.key(&format!("{minute}Z/manifest.checksum")), "text/plain", sum.as_bytes());
    }

    fn destination(&self) -> &str {
        replication::bucket_of(&self.config.destination.s3_bucket_destination.bucket).unwrap_or_default()
    }

    /// Writes an object into the destination, after the commit.
    fn write(&self, cx: &mut Cx, key: &str, content_type: &str, body: &[u8]) {
        let to = &self.config.destination.s3_bucket_destination;
        let mut input = json!({
            "Bucket": self.destination(),
            "Key": key,
            "ContentType": content_type,
            "Body": STANDARD.encode(body),
            "ACL": "bucket-owner-full-control",
        });
        if let Some(account) = &to.account_id {
            input["ExpectedBucketOwner"] = account.as_str().into();
        }
        cx.effect(Effect::Call {
            service: shapes_s3::SERVICE.to_owned(),
            operation: "PutObject".to_owned(),
            scope_path: cx.scope.path(),
            principal: PRINCIPAL.to_owned(),
            source_arn: names::bucket_arn(cx.scope, self.name),
            input: input.to_string(),
        });
    }
}

/// A key as a list shows it.
pub(crate) fn shown_key(key: &str) -> String {
    listing::url_encoded(key)
}
