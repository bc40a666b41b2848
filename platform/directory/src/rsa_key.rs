//! A new RSA key of 2048 bits from a stream of random bytes: the same stream gives the same key. Signing with it is
//! `ring`'s; this file only finds two primes and what follows from them. Not constant in time: nobody watches.
//! Source: RFC 8017, section 3.2; FIPS 186-5, appendix B.3 (Miller-Rabin).

/// Limbs of a prime: 1024 bits.
const LIMBS: usize = 16;
const EXPONENT: u64 = 65_537;
/// Primes below this sift candidates before the costly test.
const SIEVE: u64 = 4_000;
/// Bases of the costly test. Random candidates of this size that pass one are prime but for one in 2^80.
const BASES: [u64; 4] = [2, 3, 5, 7];

/// Little-endian limbs.
type Number = Vec<u64>;

/// The numbers of a key, big-endian.
pub(crate) struct RsaNumbers {
    pub(crate) n: Vec<u8>,
    pub(crate) d: Vec<u8>,
    pub(crate) p: Vec<u8>,
    pub(crate) q: Vec<u8>,
    pub(crate) d_p: Vec<u8>,
    pub(crate) d_q: Vec<u8>,
    pub(crate) q_inverse: Vec<u8>,
}

/// Makes a key.
pub(crate) fn new(random: &mut dyn FnMut() -> [u8; 32]) -> RsaNumbers {
    let small = small_primes();
    loop {
        let (a, b) = (prime(random, &small), prime(random, &small));
        if a == b {
            continue;
        }
        let (p, q) = if less(&a, &b) { (b, a) } else { (a, b) };
        let (p_1, q_1) = (minus_one(&p), minus_one(&q));
        let inverses =
            (inverse_of_exponent(&product(&p_1, &q_1)), inverse_of_exponent(&p_1), inverse_of_exponent(&q_1));
        let (Some(d), Some(d_p), Some(d_q)) = inverses else { continue };
        // Fermat: q^(p-2) is q's inverse modulo p.
        let q_inverse = Montgomery::new(&p).power(&q, &minus_one(&p_1));
        let bytes = |n: &Number| big_endian(n);
        return RsaNumbers {
            n: bytes(&product(&p, &q)),
            d: bytes(&d),
            p: bytes(&p),
            q: bytes(&q),
            d_p: bytes(&d_p),
            d_q: bytes(&d_q),
            q_inverse: bytes(&q_inverse),
        };
    }
}

fn small_primes() -> Vec<u64> {
    (3..SIEVE)
        .step_by(2)
        .filter(|n| (3..).step_by(2).take_while(|d| d * d <= *n).all(|d| n % d != 0))
        .collect()
}

/// A prime of 1024 bits whose two highest bits are set, so that a product of two has 2048.
fn prime(random: &mut dyn FnMut() -> [u8; 32], small: &[u64]) -> Number {
    loop {
        let mut start: Number = Vec::with_capacity(LIMBS);
        while start.len() < LIMBS {
            for chunk in random().chunks_exact(8) {
                start.push(u64::from_le_bytes(chunk.try_into().expect("a chunk has eight bytes")));
            }
        }
        start[0] |= 1;
        start[LIMBS - 1] |= 3 << 62;
        let rests: Vec<u64> = small.iter().map(|p| modulo(&start, *p)).collect();
        for step in (0..8_192u64).step_by(2) {
            let divided = small.iter().zip(&rests).any(|(p, rest)| (rest + step) % p == 0);
            if divided {
                continue;
            }
            let candidate = plus(&start, step);
            if candidate.len() == LIMBS && is_prime(&candidate) {
                return candidate;
            }
        }
    }
}

/// Miller-Rabin.
fn is_prime(n: &Number) -> bool {
    let field = Montgomery::new(n);
    let n_1 = minus_one(n);
    let twos = n_1.iter().take_while(|l| **l == 0).count() * 64;
    let twos = twos + n_1[twos / 64].trailing_zeros() as usize;
    let odd = shifted_right(&n_1, twos);
    BASES.iter().all(|base| {
        let mut base_number = vec![0; n.len()];
        base_number[0] = *base;
        let mut x = field.power(&base_number, &odd);
        let one = |x: &Number| x[0] == 1 && x[1..].iter().all(|l| *l == 0);
        if one(&x) || x == n_1 {
            return true;
        }
        (1..twos).any(|_| {
            x = field.power(&x, &vec![2]);
            x == n_1
        })
    })
}

/// Multiplication modulo an odd number. Source: P. Montgomery, "Modular multiplication without trial division" (1985).
struct Montgomery<'a> {
    n: &'a Number,
    /// -1/n modulo 2^64.
    n_inverse: u64,
    /// 2^(128·limbs) modulo n.
    square: Number,
}

impl<'a> Montgomery<'a> {
    fn new(n: &'a Number) -> Montgomery<'a> {
        // Newton: each round doubles the bits that are right.
        let inverse = (0..6).fold(n[0], |x, _| x.wrapping_mul(2u64.wrapping_sub(n[0].wrapping_mul(x))));
        let mut square = vec![0; n.len()];
        square[0] = 1;
        for _ in 0..128 * n.len() {
            double(&mut square, n);
        }
        Montgomery { n, n_inverse: inverse.wrapping_neg(), square }
    }

    /// a·b / 2^(64·limbs) modulo n.
    fn times(&self, a: &[u64], b: &[u64]) -> Number {
        let limbs = self.n.len();
        let mut t = vec![0u64; 2 * limbs + 1];
        for (i, &x) in a.iter().enumerate() {
            add_product(&mut t[i..], x, b);
            let m = t[i].wrapping_mul(self.n_inverse);
            add_product(&mut t[i..], m, self.n);
        }
        let mut t = t.split_off(limbs);
        if t[limbs] != 0 || !less(&t[..limbs], self.n) {
            subtract(&mut t, self.n);
        }
        t.truncate(limbs);
        t
    }

    fn power(&self, base: &Number, exponent: &Number) -> Number {
        let mut one = vec![0; self.n.len()];
        one[0] = 1;
        let base = self.times(base, &self.square);
        let mut x = self.times(&one, &self.square);
        for bit in (0..exponent.len() * 64).rev() {
            x = self.times(&x, &x);
            if exponent[bit / 64] >> (bit % 64) & 1 == 1 {
                x = self.times(&x, &base);
            }
        }
        self.times(&x, &one)
    }
}

/// t += x·b; t is longer than b, and what is carried stays within it.
fn add_product(t: &mut [u64], x: u64, b: &[u64]) {
    let (low, high) = t.split_at_mut(b.len());
    let mut carry = 0u64;
    for (limb, y) in low.iter_mut().zip(b) {
        let sum = u128::from(x) * u128::from(*y) + u128::from(*limb) + u128::from(carry);
        *limb = sum as u64;
        carry = (sum >> 64) as u64;
    }
    for limb in high {
        if carry == 0 {
            return;
        }
        let (sum, over) = limb.overflowing_add(carry);
        *limb = sum;
        carry = u64::from(over);
    }
}

/// a -= b.
fn subtract(a: &mut [u64], b: &[u64]) {
    let mut borrow = false;
    for (i, limb) in a.iter_mut().enumerate() {
        let (once, under) = limb.overflowing_sub(b.get(i).copied().unwrap_or(0));
        let (twice, under_again) = once.overflowing_sub(u64::from(borrow));
        *limb = twice;
        borrow = under || under_again;
    }
}

/// a = 2a modulo n.
fn double(a: &mut Number, n: &Number) {
    let high = a.iter().fold(0, |_, l| l >> 63);
    let mut carry = 0;
    for limb in a.iter_mut() {
        let next = *limb >> 63;
        *limb = *limb << 1 | carry;
        carry = next;
    }
    if high == 1 || !less(a, n) {
        subtract(a, n);
    }
}

/// Whether a < b, of the same length.
fn less(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().lt(b.iter().rev())
}

fn plus(a: &Number, small: u64) -> Number {
    let mut out = a.clone();
    let mut carry = small;
    for limb in &mut out {
        let (sum, over) = limb.overflowing_add(carry);
        *limb = sum;
        carry = u64::from(over);
    }
    if carry > 0 {
        out.push(carry);
    }
    out
}

fn minus_one(a: &Number) -> Number {
    let mut out = a.clone();
    subtract(&mut out, &[1]);
    out
}

fn product(a: &Number, b: &Number) -> Number {
    let mut out = vec![0; a.len() + b.len()];
    for (i, x) in a.iter().enumerate() {
        add_product(&mut out[i..], *x, b);
    }
    out
}

fn modulo(a: &Number, small: u64) -> u64 {
    let small = u128::from(small);
    a.iter().rev().fold(0, |rest, limb| (rest << 64 | u128::from(*limb)) % small) as u64
}

fn shifted_right(a: &Number, bits: usize) -> Number {
    let mut out: Number = a[bits / 64..].to_vec();
    let bits = bits % 64;
    if bits > 0 {
        for i in 0..out.len() {
            out[i] = out[i] >> bits | out.get(i + 1).copied().unwrap_or(0) << (64 - bits);
        }
    }
    out
}

/// The inverse of the exponent modulo m: (1 + m·k) / e for the k that makes it come out even.
fn inverse_of_exponent(m: &Number) -> Option<Number> {
    let rest = modulo(m, EXPONENT);
    // The exponent is prime, so what isn't divided by it has an inverse.
    let inverse = (rest != 0).then(|| power_small(rest, EXPONENT - 2))?;
    let k = (EXPONENT - inverse) % EXPONENT;
    let mut sum = vec![0; m.len() + 1];
    sum[0] = 1;
    add_product(&mut sum, k, m);
    let mut rest = 0u128;
    for limb in sum.iter_mut().rev() {
        let whole = rest << 64 | u128::from(*limb);
        *limb = (whole / u128::from(EXPONENT)) as u64;
        rest = whole % u128::from(EXPONENT);
    }
    Some(sum)
}

fn power_small(base: u64, exponent: u64) -> u64 {
    let times = |a: u64, b: u64| a * b % EXPONENT;
    (0..64).rev().fold(1, |x, bit| match exponent >> bit & 1 {
        1 => times(times(x, x), base),
        _ => times(x, x),
    })
}

/// Without leading zeros.
fn big_endian(a: &Number) -> Vec<u8> {
    let bytes: Vec<u8> = a.iter().rev().flat_map(|l| l.to_be_bytes()).collect();
    let zeros = bytes.iter().take_while(|b| **b == 0).count();
    bytes[zeros..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(n: u128) -> Number {
        vec![n as u64, (n >> 64) as u64]
    }

    #[test]
    fn primes_are_told_from_what_is_none() {
        // 2^127 - 1 is prime, 2^127 + 45 is prime too; Carmichael numbers and squares of primes are not.
        for prime in [(1 << 127) - 1, 170_141_183_460_469_231_731_687_303_715_884_105_773u128] {
            assert!(is_prime(&number(prime)), "{prime}");
        }
        for composite in
            [(1 << 127) - 3, 4_294_967_291u128 * 4_294_967_291, 1_590_231_231_043_178_376_951_698_401]
        {
            assert!(!is_prime(&number(composite)), "{composite}");
        }
    }

    #[test]
    fn powers_are_right() {
        let n = number((1 << 127) - 1);
        let field = Montgomery::new(&n);
        // 3^100 modulo 2^127 - 1, by repeated multiplication.
        let m = (1 << 127) - 1;
        let slow = (0..100).fold(1u128, |x, _| ((x + x) % m + x) % m);
        let fast = field.power(&number(3), &vec![100]);
        assert_eq!(u128::from(fast[0]) | u128::from(fast[1]) << 64, slow);
    }

    #[test]
    fn the_exponent_has_an_inverse() {
        let m = number(1_000_000_007);
        let x = inverse_of_exponent(&m).expect("it has one");
        assert_eq!(u128::from(x[0]) * u128::from(EXPONENT) % 1_000_000_007, 1);
        assert!(inverse_of_exponent(&number(65_537 * 12)).is_none());
    }
}
