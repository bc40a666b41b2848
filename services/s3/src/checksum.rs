//! Checksums of content: the algorithms under S3's names, what a request says of one, and the digests of a body as it
//! streams by. The signature's own hash is not here.
//! Source: S3 user guide, "Checking object integrity in Amazon S3".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codec::Fault;
use crc_fast::CrcAlgorithm;
use md5::{Digest as _, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh64::Xxh64;

use crate::err;

/// An algorithm that S3 takes checksums of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    Sha512,
    Md5,
    Xxh64,
    Xxh3,
    Xxh128,
}

pub(crate) const ALL: [Algorithm; 10] = [
    Algorithm::Crc32,
    Algorithm::Crc32c,
    Algorithm::Crc64Nvme,
    Algorithm::Sha1,
    Algorithm::Sha256,
    Algorithm::Sha512,
    Algorithm::Md5,
    Algorithm::Xxh64,
    Algorithm::Xxh3,
    Algorithm::Xxh128,
];

impl Algorithm {
    /// `CRC32`
    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "CRC32",
            Algorithm::Crc32c => "CRC32C",
            Algorithm::Crc64Nvme => "CRC64NVME",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
            Algorithm::Sha512 => "SHA512",
            Algorithm::Md5 => "MD5",
            Algorithm::Xxh64 => "XXHASH64",
            Algorithm::Xxh3 => "XXHASH3",
            Algorithm::Xxh128 => "XXHASH128",
        }
    }

    /// `x-amz-checksum-crc32`
    pub(crate) fn header(self) -> &'static str {
        match self {
            Algorithm::Crc32 => "x-amz-checksum-crc32",
            Algorithm::Crc32c => "x-amz-checksum-crc32c",
            Algorithm::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Algorithm::Sha1 => "x-amz-checksum-sha1",
            Algorithm::Sha256 => "x-amz-checksum-sha256",
            Algorithm::Sha512 => "x-amz-checksum-sha512",
            Algorithm::Md5 => "x-amz-checksum-md5",
            Algorithm::Xxh64 => "x-amz-checksum-xxhash64",
            Algorithm::Xxh3 => "x-amz-checksum-xxhash3",
            Algorithm::Xxh128 => "x-amz-checksum-xxhash128",
        }
    }

    /// By its name, in any case.
    ///
    /// Errors: `InvalidRequest` for none of S3's.
    pub(crate) fn named(name: &str) -> Result<Algorithm, Fault> {
        if let Some(found) = ALL.into_iter().find(|a| a.name().eq_ignore_ascii_case(name)) {
            return Ok(found);
        }
        Err(err::invalid_request(
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
        ))
    }

    /// Length of a checksum in bytes.
    pub(crate) fn len(self) -> usize {
        match self {
            Algorithm::Crc32 | Algorithm::Crc32c => 4,
            Algorithm::Crc64Nvme | Algorithm::Xxh64 | Algorithm::Xxh3 => 8,
            Algorithm::Md5 | Algorithm::Xxh128 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 => 64,
        }
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Algorithm::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            _ => None,
        }
    }

    /// Whether checksums of pieces tell that of the whole.
    pub(crate) fn combines(self) -> bool {
        self.crc().is_some()
    }

    /// A checksum in base64, if it is one by its length.
    ///
    /// Errors: `InvalidRequest`.
    pub(crate) fn parse(self, given: &str) -> Result<Vec<u8>, Fault> {
        let bytes = STANDARD.decode(given).ok().filter(|b| b.len() == self.len());
        bytes.ok_or_else(|| err::invalid_request(format!("Value for {} header is invalid.", self.header())))
    }

    /// The checksum of these bytes.
    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The checksum of two pieces, one after the other, of which the second is `len_bytes` long.
    pub(crate) fn combine(self, first: &[u8], second: &[u8], len_bytes: u64) -> Option<Vec<u8>> {
        let sum = crc_fast::checksum_combine(self.crc()?, number(first), number(second), len_bytes);
        Some(big_endian(sum, self.len()))
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, b| (n << 8) | u64::from(*b))
}

fn big_endian(sum: u64, len: usize) -> Vec<u8> {
    sum.to_be_bytes()[8 - len..].to_vec()
}

/// Base64, as checksums and digests are written.
pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// A running checksum.
pub(crate) enum Hasher {
    Crc(Box<crc_fast::Digest>, usize),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Box<Sha512>),
    Md5(Md5),
    Xxh64(Box<Xxh64>),
    /// Of 64 or 128 bits, by the length of the checksum.
    Xxh3(Box<Xxh3>, usize),
}

impl Hasher {
    pub(crate) fn new(algorithm: Algorithm) -> Hasher {
        if let Some(crc) = algorithm.crc() {
            return Hasher::Crc(Box::new(crc_fast::Digest::new(crc)), algorithm.len());
        }
        match algorithm {
            Algorithm::Sha1 => Hasher::Sha1(Sha1::new()),
            Algorithm::Sha256 => Hasher::Sha256(Sha256::new()),
            Algorithm::Sha512 => Hasher::Sha512(Box::new(Sha512::new())),
            Algorithm::Xxh64 => Hasher::Xxh64(Box::new(Xxh64::new(0))),
            Algorithm::Xxh3 | Algorithm::Xxh128 => Hasher::Xxh3(Box::default(), algorithm.len()),
            _ => Hasher::Md5(Md5::new()),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Crc(d, _) => d.update(bytes),
            Hasher::Sha1(d) => d.update(bytes),
            Hasher::Sha256(d) => d.update(bytes),
            Hasher::Sha512(d) => d.update(bytes),
            Hasher::Md5(d) => d.update(bytes),
            Hasher::Xxh64(d) => d.update(bytes),
            Hasher::Xxh3(d, _) => d.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Hasher::Crc(d, len) => big_endian(d.finalize(), len),
            Hasher::Sha1(d) => d.finalize().to_vec(),
            Hasher::Sha256(d) => d.finalize().to_vec(),
            Hasher::Sha512(d) => d.finalize().to_vec(),
            Hasher::Md5(d) => d.finalize().to_vec(),
            Hasher::Xxh64(d) => d.digest().to_be_bytes().to_vec(),
            Hasher::Xxh3(d, 16) => d.digest128().to_be_bytes().to_vec(),
            Hasher::Xxh3(d, _) => d.digest().to_be_bytes().to_vec(),
        }
    }
}

/// What a request with a body says of its digests.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) md5: Option<Vec<u8>>,
    pub(crate) algorithm: Option<Algorithm>,
    /// Given before the body; otherwise it is to come in a trailer, or S3 is to find it.
    pub(crate) checksum: Option<Vec<u8>>,
    /// The checksum comes in a trailer of that name.
    pub(crate) trailer: Option<String>,
    pub(crate) kept: Kept,
}

/// Which checksum is kept of a body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The one that the request is about, or else S3's own choice.
    #[default]
    Asked,
    /// One of this algorithm, whatever the request is about.
    Of(Algorithm),
    /// None.
    Nothing,
}

impl Wanted {
    /// Reads it from the members that carry checksums (by algorithm), `x-amz-sdk-checksum-algorithm`, `Content-MD5` and the
    /// name of the trailer.
    ///
    /// Errors: `InvalidDigest`; `InvalidRequest` for a malformed checksum, two of them, or one of another algorithm than was
    /// announced.
    pub(crate) fn read(
        given: &[(Algorithm, &Option<String>)],
        announced: Option<&str>,
        content_md5: Option<&str>,
        trailer: Option<&str>,
    ) -> Result<Wanted, Fault> {
        let mut wanted = Wanted::default();
        if let Some(text) = content_md5 {
            let bytes = STANDARD.decode(text).ok().filter(|b| b.len() == 16);
            wanted.md5 = Some(bytes.ok_or_else(|| err::invalid_digest(text))?);
        }
        let mut found = given.iter().filter_map(|(a, v)| Some((*a, v.as_deref()?)));
        if let Some((algorithm, value)) = found.next() {
            if found.next().is_some() {
                return Err(err::invalid_request(
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
                ));
            }
            wanted.algorithm = Some(algorithm);
            wanted.checksum = Some(algorithm.parse(value)?);
        } else if let Some(name) = trailer.and_then(|t| t.trim().strip_prefix("x-amz-checksum-")) {
            wanted.algorithm = Some(Algorithm::named(name)?);
            wanted.trailer = Some(format!("x-amz-checksum-{name}"));
        }
        if let Some(name) = announced {
            let algorithm = Algorithm::named(name)?;
            if wanted.algorithm.is_some_and(|a| a != algorithm) {
                return Err(err::invalid_request(
                    "Value for x-amz-sdk-checksum-algorithm header is invalid.",
                ));
            }
            wanted.algorithm = Some(algorithm);
        }
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: the check values ("123456789") of the CRC catalogue and of FIPS 180; XXH's as awscrt 0.38.1 gives
    /// them, most significant byte first.
    #[test]
    fn checksums_are_the_published_ones() {
        let hex =
            |a: Algorithm| -> String { a.of(b"123456789").iter().map(|b| format!("{b:02x}")).collect() };
        assert_eq!(hex(Algorithm::Crc32), "cbf43926");
        assert_eq!(hex(Algorithm::Crc32c), "e3069283");
        assert_eq!(hex(Algorithm::Crc64Nvme), "ae8b14860a799888");
        assert_eq!(hex(Algorithm::Md5), "25f9e794323b453885f5181f1b624d0b");
        assert_eq!(hex(Algorithm::Sha1), "f7c3bc1d808e04732adf679965ccc34ca7ae3441");
        assert_eq!(hex(Algorithm::Xxh64), "8cb841db40e6ae83");
        assert_eq!(hex(Algorithm::Xxh3), "72dcb18b67a17dff");
        assert_eq!(hex(Algorithm::Xxh128), "33119477ede5dcd5e9716427681d5860");
        for a in ALL {
            assert_eq!(a.of(b"").len(), a.len(), "{a:?}");
        }
    }

    #[test]
    fn checksums_of_pieces_make_that_of_the_whole() {
        for a in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
            let whole = a.of(b"123456789");
            assert_eq!(a.combine(&a.of(b"1234"), &a.of(b"56789"), 5), Some(whole), "{a:?}");
        }
        assert_eq!(Algorithm::Sha1.combine(&[], &[], 0), None);
    }
}
