//! Which key an operation concerns: laws over keys 0 to n-1, by inversion, one uniform a draw.

use std::rc::Rc;

use crate::kernel::math;
use crate::kernel::random::{below, unit};
use crate::model::op::Key;

/// A law over keys.
#[derive(Clone, Debug)]
pub enum Keys {
    /// Every key alike.
    Uniform {
        /// How many.
        n: u32,
    },
    /// Key `k` with weight `1 / (k + 1)^s`.
    Zipf(Rc<Zipf>),
    /// A share of the operations goes to the first keys, the rest to the others.
    Hot {
        /// How many keys.
        n: u32,
        /// How many of them are hot; from 1 to `n` - 1.
        hot: u32,
        /// Share of operations on hot keys, in 0..=1.
        share: f64,
    },
    /// Recently written keys first: the `k`-th last key that was written with weight `1 / (k + 1)^s`; every write
    /// goes to the next key in turn.
    Latest(Rc<Zipf>),
}

impl Keys {
    /// How many keys there are.
    pub fn count(&self) -> u32 {
        match self {
            Keys::Uniform { n } | Keys::Hot { n, .. } => *n,
            Keys::Zipf(zipf) | Keys::Latest(zipf) => zipf.count(),
        }
    }

    /// The key of an operation with random bits `bits`; `writes` counts the writes before it, and `is_write` tells
    /// whether it is one.
    pub fn draw(&self, bits: u64, writes: u32, is_write: bool) -> Key {
        Key(match self {
            Keys::Uniform { n } => below(bits, *n),
            Keys::Zipf(zipf) => zipf.rank(unit(bits)),
            Keys::Hot { n, hot, share } => {
                let u = unit(bits);
                let within = |u: f64, from: u32, to: u32| {
                    from + ((u * f64::from(to - from)) as u32).min(to - from - 1)
                };
                match u < *share {
                    true => within(u / share, 0, *hot),
                    false => within((u - share) / (1.0 - share), *hot, *n),
                }
            }
            Keys::Latest(zipf) => {
                let n = zipf.count();
                if is_write {
                    return Key(writes % n);
                }
                // Before the first write the newest key is key 0.
                let newest = writes.max(1) - 1;
                (newest % n + n - zipf.rank(unit(bits))) % n
            }
        })
    }
}

/// Zipf's law, tabulated: the cumulative weights, and where to start looking in them.
#[derive(Clone, PartialEq, Debug)]
pub struct Zipf {
    /// `cumulative[k]`: share of ranks 0 to `k`.
    cumulative: Vec<f64>,
    /// `guide[j]`: the lowest rank whose cumulative share exceeds `j / n`.
    guide: Vec<u32>,
}

impl Zipf {
    /// The law over `n` ranks (at least 1) with exponent `s` (at least 0).
    pub fn new(n: u32, s: f64) -> Self {
        let weights: Vec<f64> = (1..=n).map(|k| math::pow(f64::from(k), -s)).collect();
        // Smallest first, so that the sum is the same however large n is.
        let total: f64 = weights.iter().rev().sum();
        let mut sum = 0.0;
        let mut cumulative: Vec<f64> = weights
            .iter()
            .map(|weight| {
                sum += weight;
                sum / total
            })
            .collect();
        *cumulative.last_mut().expect("at least one rank") = 1.0;
        let mut rank = 0;
        let guide = (0..n)
            .map(|j| {
                while cumulative[rank as usize] <= f64::from(j) / f64::from(n) {
                    rank += 1;
                }
                rank
            })
            .collect();
        Zipf { cumulative, guide }
    }

    /// How many ranks.
    pub fn count(&self) -> u32 {
        self.guide.len() as u32
    }

    /// The rank at `u` in (0, 1).
    pub fn rank(&self, u: f64) -> u32 {
        let cell = ((u * self.guide.len() as f64) as usize).min(self.guide.len() - 1);
        let mut rank = self.guide[cell];
        while self.cumulative[rank as usize] <= u {
            rank += 1;
        }
        rank
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Keyed;

    const DRAWS: u64 = 200_000;

    fn shares(keys: &Keys) -> Vec<f64> {
        let draws = Keyed::new(3, "keys");
        let mut counts = vec![0_u32; keys.count() as usize];
        for i in 0..DRAWS {
            counts[keys.draw(draws.draw(i, 0), 0, false).0 as usize] += 1;
        }
        counts.into_iter().map(|count| f64::from(count) / DRAWS as f64).collect()
    }

    #[test]
    fn zipf_weights_fall_as_the_power_of_the_rank() {
        let shares = shares(&Keys::Zipf(Zipf::new(1000, 0.99).into()));
        let total: f64 = (1..=1000).map(|k| math::pow(f64::from(k), -0.99)).sum();
        for rank in [1, 2, 10, 100] {
            let exact = math::pow(f64::from(rank), -0.99) / total;
            let error = (exact / DRAWS as f64).sqrt();
            assert!((shares[rank as usize - 1] - exact).abs() < 4.0 * error, "rank {rank}");
        }
    }

    #[test]
    fn the_guide_finds_what_a_search_finds() {
        let zipf = Zipf::new(777, 1.3);
        for i in 1..10_000 {
            let u = f64::from(i) / 10_000.0;
            let searched = zipf.cumulative.partition_point(|&share| share <= u) as u32;
            assert_eq!(zipf.rank(u), searched, "u {u}");
        }
        assert_eq!(zipf.rank(unit(u64::MAX)), 776);
    }

    #[test]
    fn hot_keys_get_their_share() {
        let shares = shares(&Keys::Hot { n: 100, hot: 10, share: 0.9 });
        let hot: f64 = shares[..10].iter().sum();
        assert!((hot - 0.9).abs() < 0.003, "{hot}");
        assert!(shares[10..].iter().all(|&share| (share - 0.1 / 90.0).abs() < 0.0004));
    }

    #[test]
    fn the_latest_key_is_the_last_one_written() {
        let keys = Keys::Latest(Zipf::new(10, 2.0).into());
        assert_eq!(keys.draw(0, 13, true), Key(3), "writes go round");
        assert_eq!(keys.draw(0, 13, false), Key(2), "the write before wrote key 2");
        assert_eq!(keys.draw(u64::MAX, 13, false), Key(3), "the oldest of ten");
    }
}
