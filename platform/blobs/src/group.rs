//! The buffer of a writer: the content of one group, with room before it for what the file has there. Pure: no I/O.

use crate::format::{BLOCK_BYTES, Cipher, GROUP_BLOCKS, HEADER_BYTES, PIECE_BYTES, TAG_BYTES};

const TAGS_BYTES: usize = GROUP_BLOCKS * TAG_BYTES;
const ROOM_BYTES: usize = HEADER_BYTES + TAGS_BYTES;

/// The content of one group: at most `PIECE_BYTES`.
#[derive(Debug)]
pub(crate) struct Group {
    buffer: Vec<u8>,
}

impl Group {
    /// An empty one in a used buffer, or in an empty one.
    pub(crate) fn new(mut buffer: Vec<u8>) -> Group {
        buffer.clear();
        buffer.resize(ROOM_BYTES, 0);
        Group { buffer }
    }

    /// In place of one that is taken away.
    pub(crate) fn none() -> Group {
        Group { buffer: Vec::new() }
    }

    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    pub(crate) fn len(&self) -> usize {
        self.buffer.len().saturating_sub(ROOM_BYTES)
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() == PIECE_BYTES
    }

    /// Takes as much as fits, and gives the rest back.
    pub(crate) fn take<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (now, rest) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.len()));
        let needed = self.buffer.len() + now.len();
        if needed > self.buffer.capacity() {
            // Doubling would end beyond a piece.
            let capacity = (needed * 2).min(ROOM_BYTES + PIECE_BYTES);
            self.buffer.reserve_exact(capacity - self.buffer.len());
        }
        self.buffer.extend_from_slice(now);
        rest
    }

    pub(crate) fn clear(&mut self) {
        self.buffer.truncate(ROOM_BYTES);
    }

    /// Encrypts the content and puts its tags (and the header, of the first group) before it: the bytes of the file.
    pub(crate) fn seal(
        &mut self,
        cipher: &Cipher,
        header: Option<&[u8; HEADER_BYTES]>,
        first_block: u64,
        last: bool,
    ) -> &[u8] {
        let blocks = self.len().div_ceil(BLOCK_BYTES).max(1);
        let mut tags_at = ROOM_BYTES - blocks * TAG_BYTES;
        let from = tags_at - header.map_or(0, |h| h.len());
        let (room, mut rest) = self.buffer.split_at_mut(ROOM_BYTES);
        if let Some(header) = header {
            room[from..tags_at].copy_from_slice(header);
        }
        for n in 0..blocks {
            let here;
            (here, rest) = rest.split_at_mut(BLOCK_BYTES.min(rest.len()));
            let tag = cipher.seal(first_block + n as u64, last && n + 1 == blocks, here);
            room[tags_at..tags_at + TAG_BYTES].copy_from_slice(&tag);
            tags_at += TAG_BYTES;
        }
        &self.buffer[from..]
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::{BlobId, DataKey, format::Layout};

    /// A whole file, of a known id, key and salt.
    fn file(mut content: &[u8]) -> Vec<u8> {
        let id = BlobId::from_bytes(std::array::from_fn(|i| 16 + i as u8));
        let key = DataKey::from_bytes(std::array::from_fn(|i| i as u8));
        let (header, cipher) = Cipher::begin(id, &key, std::array::from_fn(|i| 100 + i as u8));
        let (mut out, mut group, mut block) = (Vec::new(), Group::new(Vec::new()), 0);
        loop {
            content = group.take(content);
            let header = (block == 0).then_some(&header);
            out.extend_from_slice(group.seal(&cipher, header, block, content.is_empty()));
            if content.is_empty() {
                return out;
            }
            group.clear();
            block += GROUP_BLOCKS as u64;
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }

    /// Computed by another implementation (Python's `cryptography`: HKDF and AESGCM) from the description in `format`.
    #[test]
    fn files_are_as_described() {
        let header = "74626c74626c6f6200011004000000006465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f80818283\
                      a61e5c17ce4be00d2927230bb3963249";
        assert_eq!(hex(&file(b"hello")), format!("{header}2b0de721e9906ece1129a43f03bbb68d7a43799f49"));
        assert_eq!(hex(&file(b"")), format!("{header}485e2cdba5e4f8bf6cc67b447c6b55c0"));
        let known = [
            (65_536, "f998ad557f665e7a063b5bc3530b69387db944abc7a21166a20211e3264d239a"),
            (65_537, "be2fb3a23dad20896d77019117dff5f8e09c09cef24022c16b83968aa1e3307e"),
            (1 << 20, "c9b1cb79ed6c0a82a09a64e7a9ee7e5a54937c64f9a862ac02a99c9fb41c6f88"),
            ((1 << 20) + 1, "eda9ea8be700611e811a9b5d79cf8457c8931d650fb5ae48c5ecebc46fcb2713"),
            (2_500_000, "e3b3dc1831f64f2a05d245471c5099480c5ad49f8ef3893881fe92adb5e3a3b4"),
        ];
        for (len, digest) in known {
            let content: Vec<u8> = (0..len).map(|i: usize| (i * 7 + i / 251) as u8).collect();
            let bytes = file(&content);
            assert_eq!(hex(&Sha256::digest(&bytes)), digest, "{len} bytes");
            let layout = Layout::new(len as u64).expect("that is no length");
            assert_eq!(bytes.len() as u64, layout.file_bytes());
        }
    }
}
