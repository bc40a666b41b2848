//! RSA keys of 2048 bits: made, and written as PKCS #1 and PKCS #8. No encryption and no signatures: EC2 makes keys for others
//! to use. Not in constant time: a key is made once, and handed to whoever asked.
//! Source: RFC 8017 (PKCS #1), FIPS 186-5 appendix A.1.3 (probable primes).

/// Public exponent.
const E: u64 = 65_537;
/// Bits of a prime, in 64-bit digits.
const DIGITS: usize = 16;
/// Witnesses: enough for random numbers, of which nobody chose any.
const WITNESSES: [u64; 8] = [2, 3, 5, 7, 11, 13, 17, 19];

/// A number in 64-bit digits, the least first.
type Number = Vec<u64>;

/// A private key.
#[derive(Debug)]
pub(crate) struct PrivateKey {
    n: Number,
    d: Number,
    p: Number,
    q: Number,
    dp: Number,
    dq: Number,
    q_inverse: Number,
}

impl PrivateKey {
    /// Makes a key out of random bytes.
    pub(crate) fn make(mut random: impl FnMut() -> [u8; 32]) -> PrivateKey {
        let mut p = prime(&mut random);
        let mut q = prime(&mut random);
        while p == q {
            q = prime(&mut random);
        }
        if less(&p, &q) {
            std::mem::swap(&mut p, &mut q);
        }
        let (p1, q1) = (minus_one(&p), minus_one(&q));
        let two = vec![2];
        let p2 = subtract(&p, &two);
        PrivateKey {
            n: multiply(&p, &q),
            d: inverse_of_e(&multiply(&p1, &q1)),
            dp: inverse_of_e(&p1),
            dq: inverse_of_e(&q1),
            q_inverse: Modulus::new(&p).power(&q, &p2),
            p,
            q,
        }
    }

    /// `RSAPrivateKey` of PKCS #1, in DER.
    pub(crate) fn pkcs1(&self) -> Vec<u8> {
        let parts = [&self.n, &vec![E], &self.d, &self.p, &self.q, &self.dp, &self.dq, &self.q_inverse];
        let mut body = integer(&[0]);
        body.extend(parts.into_iter().flat_map(|p| integer(&bytes(p))));
        tagged(0x30, &body)
    }

    /// `PrivateKeyInfo` of PKCS #8, in DER.
    pub(crate) fn pkcs8(&self) -> Vec<u8> {
        let mut body = integer(&[0]);
        body.extend_from_slice(&algorithm());
        body.extend(tagged(4, &self.pkcs1()));
        tagged(0x30, &body)
    }

    /// Modulus and public exponent, big-endian.
    pub(crate) fn public(&self) -> (Vec<u8>, Vec<u8>) {
        (bytes(&self.n), bytes(&vec![E]))
    }
}

/// `SubjectPublicKeyInfo` of a public key, in DER.
pub(crate) fn public_key_info(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let mut key = integer(modulus);
    key.extend(integer(exponent));
    let mut bits = vec![0];
    bits.extend(tagged(0x30, &key));
    let mut body = algorithm();
    body.extend(tagged(3, &bits));
    tagged(0x30, &body)
}

/// `rsaEncryption`, without parameters.
fn algorithm() -> Vec<u8> {
    const OID: [u8; 11] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    let mut body = OID.to_vec();
    body.extend_from_slice(&[5, 0]);
    tagged(0x30, &body)
}

fn integer(big_endian: &[u8]) -> Vec<u8> {
    let start = big_endian.iter().position(|b| *b != 0).unwrap_or(big_endian.len().saturating_sub(1));
    let mut body = big_endian[start..].to_vec();
    if body.first().is_none_or(|b| b & 0x80 != 0) {
        body.insert(0, 0);
    }
    tagged(2, &body)
}

fn tagged(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    if body.len() < 0x80 {
        out.push(body.len() as u8);
    } else {
        let len: Vec<u8> = body.len().to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
        out.push(0x80 | len.len() as u8);
        out.extend(len);
    }
    out.extend_from_slice(body);
    out
}

fn bytes(n: &Number) -> Vec<u8> {
    let all: Vec<u8> = n.iter().rev().flat_map(|d| d.to_be_bytes()).collect();
    let start = all.iter().position(|b| *b != 0).unwrap_or(all.len());
    all[start..].to_vec()
}

/// The first prime from a random place on, with both top bits set, whose predecessor has no factor in common with `E`.
fn prime(random: &mut impl FnMut() -> [u8; 32]) -> Number {
    let small = small_primes();
    loop {
        let mut n: Number = (0..4).flat_map(|_| digits(random())).collect();
        n[0] |= 1;
        n[DIGITS - 1] |= 3 << 62;
        let rests: Vec<u64> = small.iter().map(|p| rest(&n, *p)).collect();
        for step in (0u64..1 << 14).step_by(2) {
            if small.iter().zip(&rests).any(|(p, r)| (r + step) % p == 0) {
                continue;
            }
            let candidate = add_small(&n, step);
            if candidate.len() == DIGITS && rest(&candidate, E) != 1 && is_prime(&candidate) {
                return candidate;
            }
        }
    }
}

fn digits(bytes: [u8; 32]) -> impl Iterator<Item = u64> {
    (0..4).map(move |i| u64::from_be_bytes(bytes[i * 8..i * 8 + 8].try_into().expect("eight bytes")))
}

fn small_primes() -> Vec<u64> {
    let mut primes: Vec<u64> = Vec::new();
    for n in (3..2_000).step_by(2) {
        if primes.iter().all(|p| n % p != 0) {
            primes.push(n);
        }
    }
    primes
}

/// Miller and Rabin's test.
fn is_prime(n: &Number) -> bool {
    let one = vec![1];
    let last = minus_one(n);
    let twos: u64 = trailing_zeros(&last);
    let odd = shift_right(&last, twos);
    let modulus = Modulus::new(n);
    WITNESSES.iter().all(|w| {
        let mut x = modulus.power(&vec![*w], &odd);
        if trimmed(&x) == one || x == last {
            return true;
        }
        for _ in 1..twos {
            x = modulus.square(&x);
            if x == last {
                return true;
            }
        }
        false
    })
}

/// The inverse of `E` modulo a number that shares no factor with it: `(1 + k·m) / E`.
fn inverse_of_e(m: &Number) -> Number {
    let r = rest(m, E);
    // E is prime, so that r^(E-2) is the inverse of r.
    let (mut inverse, mut base, mut power) = (1, r, E - 2);
    while power > 0 {
        if power & 1 == 1 {
            inverse = inverse * base % E;
        }
        base = base * base % E;
        power >>= 1;
    }
    let scaled = add_small(&multiply(m, &vec![E - inverse]), 1);
    divide_small(&scaled, E).0
}

fn rest(n: &Number, by: u64) -> u64 {
    n.iter().rev().fold(0, |r, d| (((u128::from(r) << 64) | u128::from(*d)) % u128::from(by)) as u64)
}

fn divide_small(n: &Number, by: u64) -> (Number, u64) {
    let mut out = vec![0; n.len()];
    let mut r = 0u64;
    for (i, d) in n.iter().enumerate().rev() {
        let all = (u128::from(r) << 64) | u128::from(*d);
        out[i] = (all / u128::from(by)) as u64;
        r = (all % u128::from(by)) as u64;
    }
    (trimmed(&out), r)
}

fn trimmed(n: &[u64]) -> Number {
    let len = n.iter().rposition(|d| *d != 0).map_or(0, |i| i + 1);
    n[..len].to_vec()
}

fn add_small(n: &Number, more: u64) -> Number {
    let mut out = n.clone();
    let mut carry = more;
    for d in &mut out {
        let (sum, over) = d.overflowing_add(carry);
        *d = sum;
        carry = u64::from(over);
    }
    if carry > 0 {
        out.push(carry);
    }
    out
}

fn minus_one(n: &Number) -> Number {
    subtract(n, &vec![1])
}

/// The difference, in as many digits as `a` has.
fn subtract(a: &Number, b: &Number) -> Number {
    let mut out = a.clone();
    let mut borrow = false;
    for (i, d) in out.iter_mut().enumerate() {
        let (x, under) = d.overflowing_sub(b.get(i).copied().unwrap_or(0));
        let (x, again) = x.overflowing_sub(u64::from(borrow));
        *d = x;
        borrow = under || again;
    }
    out
}

fn less(a: &Number, b: &Number) -> bool {
    let (a, b) = (trimmed(a), trimmed(b));
    (a.len(), a.iter().rev().collect::<Vec<_>>()) < (b.len(), b.iter().rev().collect::<Vec<_>>())
}

fn multiply(a: &Number, b: &Number) -> Number {
    let mut out = vec![0u64; a.len() + b.len()];
    for (i, x) in a.iter().enumerate() {
        let mut carry = 0u64;
        for (j, y) in b.iter().enumerate() {
            let sum = u128::from(*x) * u128::from(*y) + u128::from(out[i + j]) + u128::from(carry);
            out[i + j] = sum as u64;
            carry = (sum >> 64) as u64;
        }
        out[i + b.len()] = carry;
    }
    trimmed(&out)
}

fn trailing_zeros(n: &Number) -> u64 {
    let whole = n.iter().take_while(|d| **d == 0).count();
    whole as u64 * 64 + n.get(whole).map_or(0, |d| u64::from(d.trailing_zeros()))
}

fn shift_right(n: &Number, by: u64) -> Number {
    let (whole, bits) = ((by / 64) as usize, by % 64);
    let digit = |i: usize| n.get(i).copied().unwrap_or(0);
    let shifted = |i: usize| match bits {
        0 => digit(i),
        _ => digit(i) >> bits | digit(i + 1) << (64 - bits),
    };
    trimmed(&(whole..n.len()).map(shifted).collect::<Vec<_>>())
}

/// Arithmetic modulo an odd number, in Montgomery's form.
struct Modulus<'a> {
    n: &'a Number,
    /// `-n⁻¹` modulo 2⁶⁴.
    inverse: u64,
    /// R² modulo n, R being 2 to the power of n's bits.
    square_of_r: Number,
}

impl Modulus<'_> {
    fn new(n: &Number) -> Modulus<'_> {
        let mut inverse = 1u64;
        for _ in 0..6 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(n[0].wrapping_mul(inverse)));
        }
        let mut r = vec![0; n.len()];
        r[0] = 1;
        for _ in 0..n.len() * 128 {
            r = double(&r, n);
        }
        Modulus { n, inverse: inverse.wrapping_neg(), square_of_r: r }
    }

    /// `a·b / R`.
    fn times(&self, a: &[u64], b: &[u64]) -> Number {
        let len = self.n.len();
        let mut t = vec![0u64; len + 2];
        for x in a {
            accumulate(&mut t, *x, b);
            let m = t[0].wrapping_mul(self.inverse);
            accumulate(&mut t, m, self.n);
            t.remove(0);
            t.push(0);
        }
        let over = t[len] > 0;
        t.truncate(len);
        if over || !less(&t, self.n) { subtract(&t, self.n) } else { t }
    }

    fn padded(&self, n: &Number) -> Number {
        let mut n = n.clone();
        n.resize(self.n.len(), 0);
        n
    }

    fn square(&self, x: &Number) -> Number {
        let m = self.times(&self.padded(x), &self.square_of_r);
        self.times(&self.times(&m, &m), &self.padded(&vec![1]))
    }

    /// `base` to the power of `exponent`.
    fn power(&self, base: &Number, exponent: &Number) -> Number {
        let base = self.times(&self.padded(base), &self.square_of_r);
        let one = self.padded(&vec![1]);
        let mut out = self.times(&one, &self.square_of_r);
        for d in exponent.iter().rev() {
            for bit in (0..64).rev() {
                out = self.times(&out, &out);
                if d >> bit & 1 == 1 {
                    out = self.times(&out, &base);
                }
            }
        }
        self.times(&out, &one)
    }
}

/// Adds `x·b` to `t`, which has two digits more than `b`.
fn accumulate(t: &mut [u64], x: u64, b: &[u64]) {
    let mut carry = 0u64;
    for (d, y) in t.iter_mut().zip(b) {
        let sum = u128::from(x) * u128::from(*y) + u128::from(*d) + u128::from(carry);
        *d = sum as u64;
        carry = (sum >> 64) as u64;
    }
    let (sum, over) = t[b.len()].overflowing_add(carry);
    t[b.len()] = sum;
    t[b.len() + 1] += u64::from(over);
}

fn double(n: &Number, modulus: &Number) -> Number {
    let mut out = n.clone();
    let mut carry = 0;
    for d in &mut out {
        let top = *d >> 63;
        *d = *d << 1 | carry;
        carry = top;
    }
    if carry > 0 || !less(&out, modulus) { subtract(&out, modulus) } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_numbers_come_out_right() {
        let n = vec![1_000_003];
        assert_eq!(trimmed(&Modulus::new(&n).power(&vec![5], &vec![1_000_002])), vec![1]);
        assert_eq!(trimmed(&Modulus::new(&n).power(&vec![2], &vec![10])), vec![1_024]);
        assert_eq!(
            divide_small(&multiply(&vec![u64::MAX, 7], &vec![12_345]), 12_345),
            (vec![u64::MAX, 7], 0)
        );
    }

    #[test]
    fn a_key_undoes_what_its_public_half_does() {
        let mut seed = 0u8;
        let key = PrivateKey::make(|| {
            seed = seed.wrapping_add(1);
            std::array::from_fn(|i| {
                seed.wrapping_mul(73).wrapping_add((i as u8).wrapping_mul(41)) ^ (i as u8) << 3
            })
        });
        assert_eq!(key.n.len(), 2 * DIGITS);
        assert_eq!(key.n.last().map(|d| d >> 63), Some(1), "2048 bits");
        let modulus = Modulus::new(&key.n);
        let message = vec![0xdead_beef, 42];
        let covered = modulus.power(&message, &vec![E]);
        assert_ne!(trimmed(&covered), message);
        assert_eq!(trimmed(&modulus.power(&covered, &key.d)), message);
        let p = Modulus::new(&key.p);
        assert_eq!(trimmed(&p.power(&p.power(&message, &vec![E]), &key.dp)), message);
        let one = p.times(&p.times(&p.padded(&key.q_inverse), &p.square_of_r), &p.padded(&key.q));
        assert_eq!(trimmed(&one), vec![1]);
    }
}
