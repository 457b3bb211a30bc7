//! A stream of random numbers for one (seed, entity, purpose).
//!
//! The generator is ChaCha with 8 rounds (Bernstein, *ChaCha, a variant of Salsa20*, 2008): its values are fixed by
//! its specification, streams under different keys are independent, and a draw costs 3 ns.

use std::convert::Infallible;
use std::fmt;

use rand::{Rng, SeedableRng, TryRng};
use rand_chacha::ChaCha8Rng;

use super::{derive_key, unit, unmirrored};

const DOMAIN: &str = "seedbed 2026 random stream";

/// The random numbers of one entity for one purpose, read in the order of its own events. A clone goes on with the
/// same numbers.
///
/// It is also a generator of the `rand` crate (`rand::Rng`), for processes that bring distributions of their own.
#[derive(Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
    /// What its bits are xored with: nothing, or all ones under a seed that mirrors.
    mirror: u64,
}

impl Stream {
    /// The stream of `entity` (a name from the scenario, such as `kv.2`) for `purpose` (such as `election`).
    ///
    /// The ChaCha key is BLAKE3, in key-derivation mode under a name of this purpose, of the seed and both names,
    /// each after its length.
    pub fn new(seed: u64, entity: &str, purpose: &str) -> Stream {
        let (seed, mirror) = unmirrored(seed);
        Stream { generator: ChaCha8Rng::from_seed(derive_key(DOMAIN, seed, &[entity, purpose])), mirror }
    }

    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.generator.next_u64() ^ self.mirror
    }

    /// The next number in the open interval (0, 1); see [`unit()`](super::unit).
    #[inline]
    pub fn unit(&mut self) -> f64 {
        unit(self.next_u64())
    }

    /// A whole number in `0..n`, each exactly as likely.
    ///
    /// Source: Lemire, *Fast random integer generation in an interval*, ACM TOMACS 29 (2019), algorithm 5. It
    /// draws again with probability below `n / 2^64`.
    ///
    /// # Panics
    /// If `n` is zero.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "a number below zero was asked for");
        loop {
            if let Some(number) = fair_below(self.next_u64(), n) {
                return number;
            }
        }
    }

    /// Puts `items` into a random order, each order as likely (Fisher and Yates; Knuth vol. 2, algorithm 3.4.2 P).
    ///
    /// # Panics
    /// If there are 2^32 items or more.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        let count = u32::try_from(items.len()).expect("fewer than 2^32 items are shuffled");
        for last in (1..count).rev() {
            let other = self.below(last + 1);
            items.swap(last as usize, other as usize);
        }
    }

    /// One of the items, each as likely; `None`, and no draw, if there are none.
    ///
    /// # Panics
    /// If there are 2^32 items or more.
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let count = u32::try_from(items.len()).expect("fewer than 2^32 items to choose from");
        if count == 0 { None } else { Some(&items[self.below(count) as usize]) }
    }
}

/// The high half of `bits * n`, or `None` for the `2^64 mod n` values of the bits that would make some number likelier
/// than others.
#[inline]
fn fair_below(bits: u64, n: u32) -> Option<u32> {
    let n = u64::from(n);
    let product = u128::from(bits) * u128::from(n);
    let low = product as u64;
    // The values refused have a low half below 2^64 mod n, so below n: the division is rare.
    (low >= n || low >= n.wrapping_neg() % n).then_some((product >> 64) as u32)
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.generator.next_u32() ^ self.mirror as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.generator.fill_bytes(bytes);
        bytes.iter_mut().for_each(|byte| *byte ^= self.mirror as u8);
        Ok(())
    }
}

impl fmt::Debug for Stream {
    /// Where the stream stands; its key says nothing to a reader.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream(at word {})", self.generator.get_word_pos())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::mirrored;

    #[test]
    fn draws_are_frozen() {
        let mut stream = Stream::new(42, "kv.1", "election");
        let drawn: [u64; 4] = std::array::from_fn(|_| stream.next_u64());
        assert_eq!(
            drawn,
            [12596005149354234175, 9164483961018956476, 7319693036319368218, 13364045629912518846]
        );
        let below: [u32; 8] = std::array::from_fn(|_| stream.below(1_000));
        assert_eq!(below, [237, 413, 586, 839, 978, 477, 944, 428]);
        let mut order = [0, 1, 2, 3, 4, 5, 6, 7];
        stream.shuffle(&mut order);
        assert_eq!(order, [6, 1, 0, 4, 3, 2, 7, 5]);
    }

    #[test]
    fn under_a_seed_that_mirrors_every_number_is_one_less_itself() {
        let (mut plain, mut mirror) = (Stream::new(42, "a", "x"), Stream::new(mirrored(42), "a", "x"));
        for _ in 0..100 {
            let (u, v) = (plain.unit(), mirror.unit());
            assert!((u + v - 1.0).abs() < 1e-15, "{u} {v}");
        }
        assert_eq!(plain.next_u64(), !mirror.next_u64());
        let (mut some, mut others) = ([0; 7], [0; 7]);
        plain
            .try_fill_bytes(&mut some)
            .and_then(|()| mirror.try_fill_bytes(&mut others))
            .expect("it cannot fail");
        assert!(some.iter().zip(others).all(|(a, b)| *a == !b));
    }

    #[test]
    fn every_part_of_the_name_gives_another_stream() {
        let names = [(1, "a", "x"), (2, "a", "x"), (1, "b", "x"), (1, "a", "y")];
        let mut first: Vec<u64> = names.iter().map(|&(s, e, p)| Stream::new(s, e, p).next_u64()).collect();
        first.sort_unstable();
        first.dedup();
        assert_eq!(first.len(), names.len());
    }

    #[test]
    fn a_clone_goes_on_with_the_same_numbers() {
        let mut stream = Stream::new(1, "a", "x");
        stream.next_u64();
        let mut clone = stream.clone();
        assert_eq!(clone.next_u64(), stream.next_u64());
    }

    #[test]
    fn rand_reads_the_same_numbers() {
        let mut ours = Stream::new(1, "a", "x");
        let mut theirs = ours.clone();
        let expected = ours.next_u64();
        assert_eq!(Rng::next_u64(&mut theirs), expected);
        let mut bytes = [0; 8];
        theirs.fill_bytes(&mut bytes);
        assert_eq!(u64::from_le_bytes(bytes), ours.next_u64());
    }

    /// 2^64 = 3 k + 1: of three shares of the bits one is larger by one value, which is refused.
    #[test]
    fn what_would_make_one_number_likelier_is_refused() {
        let third = u64::MAX / 3; // k
        assert_eq!([0, 1, third].map(|bits| fair_below(bits, 3)), [None, Some(0), Some(0)]);
        assert_eq!([third + 1, 2 * third].map(|bits| fair_below(bits, 3)), [Some(1); 2]);
        assert_eq!([2 * third + 1, u64::MAX].map(|bits| fair_below(bits, 3)), [Some(2); 2]);
        assert_eq!(fair_below(0, 1 << 31), Some(0)); // a power of two divides the bits evenly
    }

    /// Chi-square with 9 degrees of freedom: 99.99 % of fair generators stay below 33.7.
    #[test]
    fn below_and_choose_are_fair() {
        let mut stream = Stream::new(3, "dice", "test");
        let items = [0_usize, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        let mut counts = [[0_u32; 10]; 2];
        for _ in 0..100_000 {
            counts[0][stream.below(10) as usize] += 1;
            counts[1][*stream.choose(&items).expect("there are ten items")] += 1;
        }
        for counts in counts {
            let chi2: f64 = counts.iter().map(|&c| (f64::from(c) - 1e4) * (f64::from(c) - 1e4) / 1e4).sum();
            assert!(chi2 < 33.7, "{counts:?}");
        }
        assert_eq!(stream.choose::<u8>(&[]), None);
        assert_eq!(stream.below(1), 0);
    }

    /// Each of the 24 orders of four items: chi-square with 23 degrees of freedom, below 58.0 in 99.99 %.
    #[test]
    fn shuffle_gives_every_order_as_often() {
        let mut stream = Stream::new(4, "cards", "test");
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..24_000 {
            let mut items = [0_u8, 1, 2, 3];
            stream.shuffle(&mut items);
            *counts.entry(items).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), 24);
        let chi2: f64 = counts.values().map(|&c| (f64::from(c) - 1e3) * (f64::from(c) - 1e3) / 1e3).sum();
        assert!(chi2 < 58.0, "{chi2}");
    }
}
