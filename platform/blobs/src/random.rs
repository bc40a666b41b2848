//! Random bytes for keys and salts. Not a generator: all come from the operating system, many at a time, since a small object
//! needs a key and two salts and each draw is a system call.

use std::cell::RefCell;

/// Bytes that a thread draws at once.
const DRAWN_BYTES: usize = 512;

/// What a thread has drawn; those before `used` are given out and wiped.
struct Drawn {
    bytes: [u8; DRAWN_BYTES],
    used: usize,
}

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; DRAWN_BYTES], used: DRAWN_BYTES }) };
}

/// Random bytes that nobody else was given.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    const { assert!(N <= DRAWN_BYTES) };
    DRAWN.with_borrow_mut(|drawn| {
        if drawn.used + N > DRAWN_BYTES {
            getrandom::fill(&mut drawn.bytes).expect("the operating system has random bytes");
            drawn.used = 0;
        }
        let given = &mut drawn.bytes[drawn.used..drawn.used + N];
        let out = std::array::from_fn(|i| given[i]);
        given.fill(0);
        drawn.used += N;
        out
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_bytes_are_given_twice() {
        // Several draws, on two threads.
        let some = || (0..100).map(|_| bytes::<24>()).collect::<Vec<_>>();
        let other = std::thread::spawn(some).join().unwrap();
        let all: BTreeSet<[u8; 24]> = some().into_iter().chain(other).collect();
        assert_eq!(all.len(), 200);
        assert!(!all.contains(&[0; 24]));
    }
}
