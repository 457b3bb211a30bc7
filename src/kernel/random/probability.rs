//! Whether something happens, as one comparison.

/// A probability, as the share of all 64-bit numbers: one integer comparison a draw.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Probability(u64);

impl Probability {
    /// Never.
    pub const ZERO: Probability = Probability(0);

    /// As good as always: but once in 2^64 draws.
    pub const ALWAYS: Probability = Probability(u64::MAX);

    /// From a number in `0..=1`; what lies outside is clamped.
    pub fn new(share: f64) -> Self {
        // 2^64 itself is not a u64: a float-to-integer `as` saturates to 2^64 - 1, which misses once in 2^64 draws.
        Probability((share * 18_446_744_073_709_551_616.0) as u64)
    }

    /// That of one of two independent things.
    pub fn or(self, other: Probability) -> Probability {
        let both = (u128::from(self.0) * u128::from(other.0)) >> u64::BITS;
        let either = u128::from(self.0) + u128::from(other.0) - both;
        Probability(u64::try_from(either).unwrap_or(u64::MAX))
    }

    /// Whether random `bits` fall within it.
    #[inline]
    pub fn hits(self, bits: u64) -> bool {
        bits < self.0
    }
}
