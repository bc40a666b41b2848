//! What the parts of a multipart upload make together: which of them a completion names, in what order, how large the whole is,
//! its entity tag and its checksum. Decides nothing about conditions, and moves no byte.
//! Source: S3 API reference, CompleteMultipartUpload; S3 user guide, "Checking object integrity for multipart uploads".

use codec::Fault;
use md5::{Digest as _, Md5};
use shapes_s3::{CompleteMultipartUploadRequest, CompletedPart};

use crate::checksum::{self, ALL, Algorithm};
use crate::encryption::hex;
use crate::err;
use crate::state::Part;
use crate::uploads::{MOST_PARTS, Upload};

/// The least size of a part that isn't the last.
const LEAST_BYTES: u64 = 5 * 1024 * 1024;

/// The whole.
#[derive(Debug)]
pub(crate) struct Whole {
    /// The parts that make it up, by their numbers, with their offsets.
    pub(crate) parts: Vec<(u32, Part)>,
    pub(crate) size_bytes: u64,
    pub(crate) etag: String,
    /// Name of the algorithm, and value.
    pub(crate) checksum: Option<(String, String)>,
}

/// The parts that a completion names.
///
/// Errors: `MalformedXML`: none, or too many.
pub(crate) fn named(i: &CompleteMultipartUploadRequest) -> Result<&[CompletedPart], Fault> {
    let parts = i.multipart_upload.as_ref().and_then(|m| m.parts.as_deref()).unwrap_or_default();
    let whole = parts.iter().all(|p| p.e_tag.is_some() && p.part_number.is_some());
    if parts.is_empty() || parts.len() > MOST_PARTS || !whole {
        return Err(err::malformed_xml());
    }
    Ok(parts)
}

/// The entity tag of parts of these entity tags: the digest of their digests, and how many they are.
pub(crate) fn etag<'t>(parts: impl Iterator<Item = &'t str>) -> String {
    let (mut md5, mut count) = (Md5::new(), 0);
    for tag in parts {
        let digit = |at: usize| tag.get(at..at + 2).and_then(|d| u8::from_str_radix(d, 16).ok());
        md5.update((0..tag.len() / 2).map_while(|n| digit(2 * n)).collect::<Vec<u8>>());
        count += 1;
    }
    format!("{}-{count}", hex(&md5.finalize()))
}

fn tag(part: &CompletedPart) -> &str {
    part.e_tag.as_deref().unwrap_or_default().trim_matches('"')
}

/// The entity tag that a completion asks for.
pub(crate) fn etag_of(named: &[CompletedPart]) -> String {
    etag(named.iter().map(tag))
}

/// Puts the parts together that a completion names.
///
/// Errors: `InvalidRequest`: another kind of checksum than the upload's, a part's checksum missing, another size;
/// `InvalidPartOrder`; `InvalidPart`; `EntityTooSmall`; `BadDigest`.
pub(crate) fn assemble(
    i: &CompleteMultipartUploadRequest,
    upload: &Upload,
    mut find: impl FnMut(u32) -> Result<Option<Part>, Fault>,
) -> Result<Whole, Fault> {
    let named = named(i)?;
    check_mode(i, upload)?;
    let number = |p: &CompletedPart| p.part_number.unwrap_or_default();
    if !named.is_sorted_by(|a, b| number(a) < number(b)) {
        return Err(err::invalid_part_order(&i.upload_id));
    }
    let mut parts: Vec<(u32, Part)> = Vec::with_capacity(named.len());
    let mut size_bytes = 0;
    for p in named {
        let unknown = || err::invalid_part(&i.upload_id, number(p), tag(p));
        check_has_checksum(p, upload)?;
        let at = u32::try_from(number(p)).map_err(|_| unknown())?;
        let found = find(at)?.filter(|found| found.content.etag == tag(p)).ok_or_else(unknown)?;
        if !agrees(p, upload, &found) {
            return Err(unknown());
        }
        if let Some((n, before)) = parts.last().filter(|(_, b)| b.content.size_bytes < LEAST_BYTES) {
            return Err(err::part_too_small(
                *n,
                before.content.size_bytes,
                LEAST_BYTES,
                &before.content.etag,
            ));
        }
        let part = Part { offset_bytes: size_bytes, ..found };
        size_bytes += part.content.size_bytes;
        parts.push((at, part));
    }
    if let Some(said) = i.mpu_object_size.filter(|said| u64::try_from(*said) != Ok(size_bytes)) {
        return Err(err::invalid_request(format!(
            "The provided 'x-amz-mp-object-size' header value {said} does not match what was computed: {size_bytes}"
        )));
    }
    let etag = etag(parts.iter().map(|(_, p)| p.content.etag.as_str()));
    let checksum = checksum_of(&parts, upload)?;
    check_sum(i, upload, checksum.as_ref())?;
    Ok(Whole { parts, size_bytes, etag, checksum })
}

/// The kind of checksum that a completion names is the upload's.
fn check_mode(i: &CompleteMultipartUploadRequest, upload: &Upload) -> Result<(), Fault> {
    let mode = upload.checksum_type();
    match &i.checksum_type {
        Some(asked) if mode.as_ref() != Some(asked) => Err(err::invalid_request(format!(
            "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
            mode.as_deref().unwrap_or("null")
        ))),
        _ => Ok(()),
    }
}

/// The checksums that a part of a completion carries.
fn sums(p: &CompletedPart) -> [(Algorithm, &Option<String>); 10] {
    [
        (Algorithm::Crc32, &p.checksum_crc32),
        (Algorithm::Crc32c, &p.checksum_crc32_c),
        (Algorithm::Crc64Nvme, &p.checksum_crc64_nvme),
        (Algorithm::Sha1, &p.checksum_sha1),
        (Algorithm::Sha256, &p.checksum_sha256),
        (Algorithm::Sha512, &p.checksum_sha512),
        (Algorithm::Md5, &p.checksum_md5),
        (Algorithm::Xxh64, &p.checksum_xxhash64),
        (Algorithm::Xxh3, &p.checksum_xxhash3),
        (Algorithm::Xxh128, &p.checksum_xxhash128),
    ]
}

fn check_has_checksum(p: &CompletedPart, upload: &Upload) -> Result<(), Fault> {
    let Some(name) = upload.algorithm.as_ref().filter(|_| upload.composite) else { return Ok(()) };
    if sums(p).iter().any(|(_, value)| value.is_some()) {
        return Ok(());
    }
    Err(err::invalid_request(format!(
        "The upload was created using a {} checksum. The complete request must include the checksum for each part. It was missing for part {} in the request.",
        name.to_lowercase(),
        p.part_number.unwrap_or_default()
    )))
}

/// Whether the checksums that a completion names for a part are the part's. An upload without an algorithm has none to name.
fn agrees(p: &CompletedPart, upload: &Upload, found: &Part) -> bool {
    sums(p).iter().filter_map(|(a, value)| Some((a, value.as_ref()?))).all(|(a, value)| {
        let kept = found.content.checksum.as_ref().filter(|_| upload.algorithm.is_some());
        kept.is_some_and(|(name, sum)| name == a.name() && sum == value)
    })
}

/// The checksum of the whole: of the parts' checksums, or of all bytes, which those checksums tell too.
fn checksum_of(parts: &[(u32, Part)], upload: &Upload) -> Result<Option<(String, String)>, Fault> {
    let Some(algorithm) = upload.kept_algorithm()? else { return Ok(None) };
    let mut all: Vec<u8> = Vec::new();
    let mut whole: Option<Vec<u8>> = None;
    for (_, part) in parts {
        let (name, value) =
            part.content.checksum.as_ref().ok_or_else(|| Fault::internal("a part has no checksum"))?;
        if name != algorithm.name() {
            return Err(Fault::internal("a part has a checksum of another algorithm than its upload"));
        }
        let sum = algorithm.parse(value)?;
        if upload.composite {
            all.extend_from_slice(&sum);
            continue;
        }
        whole = match whole {
            None => Some(sum),
            Some(before) => Some(
                algorithm
                    .combine(&before, &sum, part.content.size_bytes)
                    .ok_or_else(|| Fault::internal("a checksum that can't be put together"))?,
            ),
        };
    }
    let value = match whole {
        Some(sum) => checksum::base64(&sum),
        None => format!("{}-{}", checksum::base64(&algorithm.of(&all)), parts.len()),
    };
    Ok(Some((algorithm.name().to_owned(), value)))
}

/// Checks the checksum of the whole that a completion names. Without a type it is taken for one of the algorithm's usual type.
fn check_sum(
    i: &CompleteMultipartUploadRequest,
    upload: &Upload,
    found: Option<&(String, String)>,
) -> Result<(), Fault> {
    let given = [
        (Algorithm::Crc32, &i.checksum_crc32),
        (Algorithm::Crc32c, &i.checksum_crc32_c),
        (Algorithm::Crc64Nvme, &i.checksum_crc64_nvme),
        (Algorithm::Sha1, &i.checksum_sha1),
        (Algorithm::Sha256, &i.checksum_sha256),
        (Algorithm::Sha512, &i.checksum_sha512),
        (Algorithm::Md5, &i.checksum_md5),
        (Algorithm::Xxh64, &i.checksum_xxhash64),
        (Algorithm::Xxh3, &i.checksum_xxhash3),
        (Algorithm::Xxh128, &i.checksum_xxhash128),
    ];
    debug_assert_eq!(given.len(), ALL.len(), "every algorithm has a member");
    for (algorithm, value) in given.iter().filter_map(|(a, v)| Some((*a, v.as_deref()?))) {
        let usual = i.checksum_type.is_some() || upload.composite == usually_composite(algorithm);
        let same = found.is_some_and(|(name, sum)| {
            let plain = sum.split('-').next().unwrap_or_default();
            name == algorithm.name() && (sum == value || (upload.composite && plain == value))
        });
        if !(same && usual) {
            let name = found.map_or(algorithm.name(), |(name, _)| name).to_lowercase();
            return Err(err::bad_digest(&name));
        }
    }
    Ok(())
}

/// Whether uploads have composite checksums of that algorithm unless they say otherwise.
pub(crate) fn usually_composite(algorithm: Algorithm) -> bool {
    algorithm != Algorithm::Crc64Nvme
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Content;

    /// Source: the recorded answer to three parts of 5,242,881, 5,242,881 and 10 times `a`.
    #[test]
    fn entity_tags_are_digests_of_digests() {
        let parts = ["c4c753e69bb853187f5854c46cf801c6", "c4c753e69bb853187f5854c46cf801c6"];
        let last = "e09c80c42fda55f9d992e59ca6b3307d";
        assert_eq!(etag(parts.into_iter().chain([last])), "4d45984fc3feb2ac9b22683c49674b56-3");
        assert_eq!(etag(["zz", "é"].into_iter()), format!("{}-2", hex(&Md5::digest(b""))));
    }

    fn parts(sums: &[(&str, u64)], algorithm: &str) -> Vec<(u32, Part)> {
        let part = |(sum, size): &(&str, u64)| Part {
            content: Content {
                checksum: Some((algorithm.to_owned(), (*sum).to_owned())),
                size_bytes: *size,
                ..Content::default()
            },
            ..Part::default()
        };
        sums.iter().map(part).zip(1..).map(|(p, n)| (n, p)).collect()
    }

    /// Source: as above.
    #[test]
    fn checksums_of_parts_make_that_of_the_whole() {
        let crc32 = parts(&[("NRU+Sw==", 5_242_881), ("NRU+Sw==", 5_242_881), ("TBHN8A==", 10)], "CRC32");
        let upload = Upload { algorithm: Some("CRC32".to_owned()), composite: true, ..Upload::default() };
        let sum = |parts: &[(u32, Part)], upload: &Upload| checksum_of(parts, upload).unwrap().unwrap().1;
        assert_eq!(sum(&crc32, &upload), "5FRUiw==-3");
        assert_eq!(sum(&crc32, &Upload { composite: false, ..upload }), "qSEQSA==");
        let nvme = [("Kg7TOs6algM=", 5_242_881), ("Kg7TOs6algM=", 5_242_881), ("DBqAA21lxVU=", 10)];
        assert_eq!(sum(&parts(&nvme, "CRC64NVME"), &Upload::default()), "ZMNX55lZurA=");
    }
}
