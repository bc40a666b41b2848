//! Whether a text can be written as it is: most can, and looking at all their bytes at once costs less than at one after the
//! other. Which bytes need something else is each format's.

/// Bytes that are looked at together.
const BLOCK: usize = 16;

/// Whether no byte is special. The predicate has no branches, so that it is compiled for whole blocks; digits aren't special.
#[inline]
pub(crate) fn is_untouched(bytes: &[u8], is_special: impl Fn(u8) -> bool) -> bool {
    let none_of = |block: &[u8; BLOCK]| block.iter().fold(0, |any, b| any | u8::from(is_special(*b))) == 0;
    match bytes.last_chunk::<BLOCK>() {
        // What the whole blocks leave over is in the last one, which may overlap the one before.
        Some(last) => none_of(last) && bytes.as_chunks::<BLOCK>().0.iter().all(none_of),
        None => {
            let mut block = [b'0'; BLOCK];
            block[..bytes.len()].copy_from_slice(bytes);
            none_of(&block)
        }
    }
}
