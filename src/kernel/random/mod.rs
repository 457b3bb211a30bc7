//! Randomness: [`Stream`]s, read in the order of events, and [`Keyed`] draws, which hang on no order at all.
//!
//! What belongs to a node or a link (an election timeout, a target picked) comes from a stream of its own; what
//! belongs to a request (its size, its branches, the jitter of its third attempt) is a keyed draw on the request's
//! number, so that two policies see the same jobs even when they retry differently. Both hang on the run's seed and
//! on names only: adding a node, a probe or a link moves no other draw.
//!
//! The step from 64 random bits to a number is ours too ([`unit()`], [`below`], [`crate::kernel::sample`]), since
//! libraries change theirs between versions.

pub use keyed::Keyed;
pub use probability::Probability;
pub use stream::Stream;

mod keyed;
mod probability;
mod stream;

/// A number in the open interval (0, 1) from 64 random bits: the top 52 bits `k` give `(k + 1/2) / 2^52`.
///
/// All 2^52 values are exact, equally likely and symmetric: `unit(!bits) == 1 - unit(bits)`, which is what makes an
/// antithetic run. The least is 2^-53 and the largest 1 - 2^-53, so that no logarithm meets a zero.
#[inline]
pub fn unit(bits: u64) -> f64 {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    // 1 + k / 2^52 by its bits; the difference is exact.
    f64::from_bits(ONE | (bits >> 12)) - (1.0 - 0.5 * f64::EPSILON)
}

/// A whole number in `0..n` from 64 random bits: the high half of `bits * n`.
///
/// One draw can not be perfectly fair; no number is likelier than another by more than `n` parts in 2^64.
/// [`Stream::below`] is exactly fair.
///
/// # Panics
/// If `n` is zero.
#[inline]
pub fn below(bits: u64, n: u32) -> u32 {
    assert!(n > 0, "a number below zero was asked for");
    ((u128::from(bits) * u128::from(n)) >> 64) as u32
}

/// The bit of a seed that mirrors all draws under it: every number in (0, 1) that would be `u` is `1 - u`. Seeds themselves are
/// below it.
const MIRROR: u64 = 1 << 63;

/// The seed for draws that are the mirror image of those under `seed`: antithetic variates (J. M. Hammersley and K. W. Morton, *A new
/// Monte Carlo technique: antithetic variates*, Proceedings of the Cambridge Philosophical Society 52, 1956).
pub fn mirrored(seed: u64) -> u64 {
    seed | MIRROR
}

/// The seed without its mirror bit, and what the bits of draws are xored with.
fn unmirrored(seed: u64) -> (u64, u64) {
    (seed & !MIRROR, if seed & MIRROR == 0 { 0 } else { u64::MAX })
}

/// A key of 32 bytes from what it is for: BLAKE3 of the domain, the seed (8 bytes, little-endian) and each name
/// after its length (8 bytes, little-endian). The lengths keep ("ab", "c") apart from ("a", "bc").
fn derive_key(domain: &str, seed: u64, names: &[&str]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(domain);
    hasher.update(&seed.to_le_bytes());
    for name in names {
        hasher.update(&(name.len() as u64).to_le_bytes());
        hasher.update(name.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// A 64-bit key of a name, for keyed draws that belong to an entity whose dense id may change.
pub fn name_key(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    u64::from_le_bytes(std::array::from_fn(|i| hash.as_bytes()[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_is_open_at_both_ends_and_symmetric() {
        let least = 0.5 * f64::EPSILON; // 2^-53
        assert_eq!((unit(0), unit(u64::MAX)), (least, 1.0 - least));
        for bits in [0, 1 << 12, 0x0123_4567_89ab_cdef, 1 << 63, u64::MAX] {
            let exact = ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
            assert_eq!(unit(bits), exact);
            assert_eq!(unit(!bits), 1.0 - unit(bits));
        }
    }

    #[test]
    fn below_cuts_the_bits_into_equal_parts() {
        assert_eq!((below(0, 3), below(u64::MAX, 3)), (0, 2));
        let third = u64::MAX / 3; // the first cut lies just above
        assert_eq!((below(third, 3), below(third + 1, 3)), (0, 1));
        assert_eq!(below(u64::MAX, u32::MAX), u32::MAX - 1);
    }

    #[test]
    fn keys_depend_on_where_one_name_ends_and_the_next_begins() {
        let keys = [["ab", "c"], ["a", "bc"], ["", "abc"]].map(|names| derive_key("test", 1, &names));
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
        assert_ne!(derive_key("test", 1, &["a"]), derive_key("test", 2, &["a"]));
        assert_ne!(derive_key("test", 1, &["a"]), derive_key("other", 1, &["a"]));
    }
}
