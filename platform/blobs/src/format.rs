//! The bytes of a blob's file. Pure: no I/O.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | `tbltblob` |
//! | 2 | version of the format, 1, big-endian |
//! | 1 | block size as a power of two: 16 (64 KiB) |
//! | 1 | blocks in a group as a power of two: 4 (16) |
//! | 4 | zero |
//! | 32 | salt |
//! | 16 | check |
//! | … | groups: the tags of the group's blocks (16 bytes each), then its blocks |
//!
//! HKDF-SHA256 over the data key, with the salt, the 48 bytes before the check and the blob's id gives 48 bytes: the key of this file and
//! the check. So one data key may serve many blobs, and a file under another's name, or a header with any other byte, is found
//! when it is opened. Each block is encrypted with AES-256-GCM. Its nonce is its number (8 bytes, big-endian) and 4 bytes that
//! are 1 for the last block and 0 for others: no block can be moved, and none can be cut off. An empty blob has one empty block.
//!
//! Tags stand before their group so that the content lies in one piece: it is read in one go and decrypted where it lies.

use std::ops::Range;

use ring::aead::{Aad, LessSafeKey, Nonce, Tag};

use crate::seal::{cipher, derive};
use crate::{BlobId, DataKey};

/// The unit that is encrypted and verified.
pub const BLOCK_BYTES: usize = 64 * 1024;
/// The most that one read gives.
pub const PIECE_BYTES: usize = GROUP_BLOCKS * BLOCK_BYTES;
pub(crate) const GROUP_BLOCKS: usize = 16;
pub(crate) const TAG_BYTES: usize = 16;
pub(crate) const HEADER_BYTES: usize = 64;
const CHECKED_BYTES: usize = 48;
/// Far beyond any object, and no sum of offsets overflows.
const MAX_LEN_BYTES: u64 = 1 << 56;
const INFO: &[u8] = b"tabletop blob";

/// The key of one file.
pub(crate) struct Cipher {
    key: LessSafeKey,
}

impl Cipher {
    /// A new file's header and key.
    pub(crate) fn begin(id: BlobId, key: &DataKey, salt: [u8; 32]) -> ([u8; HEADER_BYTES], Cipher) {
        let mut header = [0; HEADER_BYTES];
        header[..8].copy_from_slice(b"tbltblob");
        header[8..16].copy_from_slice(&[0, 1, 16, 4, 0, 0, 0, 0]);
        header[16..48].copy_from_slice(&salt);
        let (cipher, check) = Cipher::derive(id, key, &header);
        header[CHECKED_BYTES..].copy_from_slice(&check);
        (header, cipher)
    }

    /// The key of a file with this header; `None` if it is not as written, for this blob, under this key.
    pub(crate) fn resume(id: BlobId, key: &DataKey, header: &[u8; HEADER_BYTES]) -> Option<Cipher> {
        let known = header[..8] == *b"tbltblob" && header[8..16] == [0, 1, 16, 4, 0, 0, 0, 0];
        let (cipher, check) = Cipher::derive(id, key, header);
        (known && header[CHECKED_BYTES..] == check).then_some(cipher)
    }

    fn derive(id: BlobId, key: &DataKey, header: &[u8; HEADER_BYTES]) -> (Cipher, [u8; 16]) {
        let info: [&[u8]; 3] = [INFO, &header[..CHECKED_BYTES], id.as_bytes()];
        let bytes: [u8; 48] = derive(key.as_bytes(), &header[16..48], &info);
        let (key, check) = (std::array::from_fn(|i| bytes[i]), std::array::from_fn(|i| bytes[32 + i]));
        (Cipher { key: cipher(&key) }, check)
    }

    pub(crate) fn seal(&self, block: u64, last: bool, content: &mut [u8]) -> [u8; TAG_BYTES] {
        let tag = self.key.seal_in_place_separate_tag(nonce(block, last), Aad::empty(), content);
        let tag = tag.expect("a block is far shorter than what AES-GCM takes");
        tag.as_ref().try_into().expect("a tag has 16 bytes")
    }

    /// Decrypts a block where it lies. `false`: it is not what was written, and what lies there now is nothing.
    pub(crate) fn open(&self, block: u64, last: bool, tag: &[u8], content: &mut [u8]) -> bool {
        let Ok(tag) = Tag::try_from(tag) else { return false };
        self.key.open_in_place_separate_tag(nonce(block, last), Aad::empty(), tag, content, 0..).is_ok()
    }
}

fn nonce(block: u64, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&block.to_be_bytes());
    nonce[11] = u8::from(last);
    Nonce::assume_unique_for_key(nonce)
}

/// Where things stand in the file of a blob of a given length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    len_bytes: u64,
}

/// Whole blocks of one group, and where they and their tags stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) blocks: Range<u64>,
    pub(crate) tags_at: u64,
    pub(crate) tags_bytes: usize,
    pub(crate) content_at: u64,
    pub(crate) content_bytes: usize,
    /// The bytes asked for, within the content.
    pub(crate) wanted: Range<usize>,
}

impl Layout {
    /// `None`: no blob is that long.
    pub(crate) fn new(len_bytes: u64) -> Option<Layout> {
        (len_bytes <= MAX_LEN_BYTES).then_some(Layout { len_bytes })
    }

    pub(crate) fn len_bytes(&self) -> u64 {
        self.len_bytes
    }

    pub(crate) fn blocks(&self) -> u64 {
        self.len_bytes.div_ceil(BLOCK_BYTES as u64).max(1)
    }

    pub(crate) fn file_bytes(&self) -> u64 {
        HEADER_BYTES as u64 + self.blocks() * TAG_BYTES as u64 + self.len_bytes
    }

    pub(crate) fn is_last(&self, block: u64) -> bool {
        block + 1 == self.blocks()
    }

    /// Where a read from `offset` must end at the latest.
    pub(crate) fn piece_end(&self, offset: u64) -> u64 {
        (offset / PIECE_BYTES as u64 + 1).saturating_mul(PIECE_BYTES as u64).min(self.len_bytes)
    }

    /// The blocks that cover `offset..end`, which lie within one group; of an empty blob, its only block.
    pub(crate) fn piece(&self, offset: u64, end: u64) -> Piece {
        let (block_bytes, group_blocks) = (BLOCK_BYTES as u64, GROUP_BLOCKS as u64);
        let blocks = offset / block_bytes..end.div_ceil(block_bytes).max(1);
        let group = blocks.start / group_blocks;
        let in_group = (self.blocks() - group * group_blocks).min(group_blocks);
        let group_at = HEADER_BYTES as u64 + group * group_blocks * (TAG_BYTES as u64 + block_bytes);
        let skipped = blocks.start - group * group_blocks;
        let content_start = blocks.start * block_bytes;
        let content_end = (blocks.end * block_bytes).min(self.len_bytes);
        Piece {
            tags_at: group_at + skipped * TAG_BYTES as u64,
            tags_bytes: (blocks.end - blocks.start) as usize * TAG_BYTES,
            content_at: group_at + in_group * TAG_BYTES as u64 + skipped * block_bytes,
            content_bytes: (content_end - content_start) as usize,
            wanted: (offset - content_start) as usize..(end - content_start) as usize,
            blocks,
        }
    }
}

impl Piece {
    /// The bytes between its tags and its content: tags of blocks that nobody asked for.
    pub(crate) fn gap_bytes(&self) -> usize {
        (self.content_at - self.tags_at) as usize - self.tags_bytes
    }

    /// Decrypts the content. The block that does not verify, if there is one.
    pub(crate) fn open(
        &self,
        cipher: &Cipher,
        layout: Layout,
        tags: &[u8],
        content: &mut [u8],
    ) -> Result<(), u64> {
        let tags = tags.chunks_exact(TAG_BYTES);
        let mut rest = content;
        for (block, tag) in self.blocks.clone().zip(tags) {
            let here;
            (here, rest) = rest.split_at_mut(BLOCK_BYTES.min(rest.len()));
            if !cipher.open(block, layout.is_last(block), tag, here) {
                return Err(block);
            }
        }
        Ok(())
    }
}
