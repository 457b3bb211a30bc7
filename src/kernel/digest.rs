//! The running digest of a run: over every event's time, order, kind and ids, and the notes it caused.
//!
//! Two runs of one scenario, seed and version have equal digests; where two runs part, their checkpoints tell the
//! interval. It proves equality of runs, not integrity against an adversary: one multiply a word, no more.

/// Events between two checkpoints.
pub const CHECKPOINT_INTERVAL: u64 = 4096;

/// A digest that absorbs words in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest(u64);

impl Digest {
    /// The digest of nothing.
    pub const fn new() -> Self {
        Digest(0x5EED_BED0_5EED_BED0)
    }

    /// Absorbs one word. Every step is a bijection of the state, so that no difference is ever forgotten but
    /// by a later collision.
    #[inline]
    pub fn absorb(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 29);
    }

    /// The digest so far.
    #[inline]
    pub fn value(self) -> u64 {
        self.0
    }
}

impl Default for Digest {
    fn default() -> Self {
        Digest::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(words: &[u64]) -> u64 {
        let mut digest = Digest::new();
        words.iter().for_each(|&word| digest.absorb(word));
        digest.value()
    }

    #[test]
    fn order_and_every_bit_of_every_word_count() {
        assert_ne!(digest(&[1, 2]), digest(&[2, 1]));
        assert_ne!(digest(&[0]), digest(&[]));
        let base = digest(&[0x0123_4567_89AB_CDEF, 42, 42, 42]);
        for bit in 0..64 {
            assert_ne!(base, digest(&[0x0123_4567_89AB_CDEF ^ 1 << bit, 42, 42, 42]), "bit {bit}");
        }
    }
}
