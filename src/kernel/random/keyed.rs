//! Keyed draws: random bits as a function of what they are for, with no state to read in order.
//!
//! Two wide multiplications, each folded by xor of its halves, turn a key of 128 bits and two counters into 64
//! bits. The second multiplies the folded product by itself under a mask, so that a counter, which moves the first
//! product in equal steps, does not move the result in any pattern. The construction is that of the wyhash family
//! of hash functions; it is no cipher, and who knows the key's draws may find the key.
//!
//! A fresh ChaCha8 stream for one draw would cost about 80 ns, this 1.1 ns (`draw3` 1.6).

use super::{derive_key, unmirrored};

const DOMAIN: &str = "seedbed 2026 keyed draws";
/// The first 64 bits of the fractions of the golden ratio and of pi: any numbers without a pattern would do.
const MASK: u64 = 0x9e37_79b9_7f4a_7c15;
const MASK_THIRD: u64 = 0x243f_6a88_85a3_08d3;

/// Random bits for one (seed, purpose), drawn by number: `keyed.draw(request, attempt)`. Equal arguments give equal
/// bits, in any order and however often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed {
    key: [u64; 2],
    /// What bits are xored with: nothing, or all ones under a seed that mirrors.
    mirror: u64,
}

impl Keyed {
    /// The draws for `purpose`; two purposes, or two seeds, share nothing.
    pub fn new(seed: u64, purpose: &str) -> Keyed {
        let (seed, mirror) = unmirrored(seed);
        let bytes = derive_key(DOMAIN, seed, &[purpose]);
        let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i]));
        Keyed { key: [word(0), word(8)], mirror }
    }

    /// 64 random bits for the pair (`a`, `b`).
    #[inline]
    pub fn draw(&self, a: u64, b: u64) -> u64 {
        let mixed = fold(a ^ self.key[0], b ^ self.key[1]);
        fold(mixed, mixed ^ MASK) ^ self.mirror
    }

    /// Further random bits for what has been drawn once: `n` numbers them. One multiplication in place of two or
    /// three, for many draws that belong together.
    #[inline]
    pub fn derive(&self, drawn: u64, n: u64) -> u64 {
        let drawn = drawn ^ self.mirror;
        fold(drawn ^ self.key[0], drawn.wrapping_add(n.wrapping_mul(MASK_THIRD)) ^ self.key[1] ^ MASK)
            ^ self.mirror
    }

    /// 64 random bits for (`a`, `b`, `c`); unlike those of any pair.
    #[inline]
    pub fn draw3(&self, a: u64, b: u64, c: u64) -> u64 {
        self.name3(a, b, c) ^ self.mirror
    }

    /// The same, to name something by: bits that other draws are made from, and that decide nothing themselves. A seed that mirrors leaves
    /// them as they are, or what is drawn from them would be another number, and no mirror image.
    #[inline]
    pub fn name3(&self, a: u64, b: u64, c: u64) -> u64 {
        let mixed = fold(a ^ self.key[0], b ^ self.key[1]);
        let mixed = fold(mixed ^ MASK_THIRD, c ^ self.key[0].rotate_left(32) ^ self.key[1]);
        fold(mixed, mixed ^ MASK)
    }
}

/// The two halves of the wide product, xored.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::{mirrored, unit};

    #[test]
    fn under_a_seed_that_mirrors_all_bits_are_turned_also_those_that_follow_from_others() {
        let (plain, mirror) = (Keyed::new(42, "work"), Keyed::new(mirrored(42), "work"));
        for n in 0..100 {
            let (a, b) = (plain.draw(n, 1), mirror.draw(n, 1));
            assert_eq!((a, plain.draw3(n, 1, 2)), (!b, !mirror.draw3(n, 1, 2)));
            assert_eq!(plain.derive(a, n), !mirror.derive(b, n));
        }
    }

    #[test]
    fn draws_are_frozen() {
        let keyed = Keyed::new(42, "work");
        assert_eq!(
            [(0, 0), (1, 0), (0, 1), (1 << 40, 7)].map(|(a, b)| keyed.draw(a, b)),
            [8934010486411775752, 17814377085533450539, 9064331672675769457, 864484600002010383]
        );
        assert_eq!(
            [(0, 0, 0), (1, 2, 3)].map(|(a, b, c)| keyed.draw3(a, b, c)),
            [4949553022483069182, 2475371250794271592]
        );
    }

    /// The argument that counts up, with the others fixed.
    type Counter = fn(&Keyed, u64) -> u64;

    /// Each argument counting by one, and counting in its high bits.
    const COUNTERS: [Counter; 10] = [
        |keyed, i| keyed.draw(i, 0),
        |keyed, i| keyed.draw(3, i),
        |keyed, i| keyed.draw(i << 40, 1),
        |keyed, i| keyed.draw(5, i << 40),
        |keyed, i| keyed.draw(i & 0xff, i >> 8),
        |keyed, i| keyed.draw3(i, 0, 1),
        |keyed, i| keyed.draw3(1, i, 2),
        |keyed, i| keyed.draw3(9, 9, i),
        |keyed, i| keyed.derive(keyed.draw(4, 4), i),
        |keyed, i| keyed.derive(keyed.draw(i >> 2, 5), i & 3),
    ];

    /// The one of them that derives all numbers from the same draw.
    const OF_ONE_DRAW: usize = 8;

    fn keys() -> [Keyed; 3] {
        [Keyed::new(0, ""), Keyed::new(1, "work"), Keyed::new(u64::MAX, "branch")]
    }

    /// Flipping any one input bit flips every output bit about half the time. Of 4,096 trials the share of flips has
    /// standard deviation 0.0078; the largest of 5 x 64 x 64 of them is expected near 4 deviations.
    #[test]
    fn every_input_bit_flips_half_of_the_output_bits() {
        let keyed = Keyed::new(7, "avalanche");
        let arguments: [fn(&Keyed, u64, u64) -> u64; 5] = [
            |keyed, x, i| keyed.draw(x, i),
            |keyed, x, i| keyed.draw(i, x),
            |keyed, x, i| keyed.draw3(x, i, 1),
            |keyed, x, i| keyed.draw3(i, x, 2),
            |keyed, x, i| keyed.draw3(3, i, x),
        ];
        for argument in arguments {
            for input in 0..64 {
                let mut flips = [0_u32; 64];
                for i in 0..4_096 {
                    let (x, other) = (i * 5, i % 97);
                    let changed = argument(&keyed, x, other) ^ argument(&keyed, x ^ (1 << input), other);
                    flips
                        .iter_mut()
                        .enumerate()
                        .for_each(|(bit, flips)| *flips += (changed >> bit & 1) as u32);
                }
                for (output, &flips) in flips.iter().enumerate() {
                    let share = f64::from(flips) / 4_096.0;
                    assert!((share - 0.5).abs() < 0.043, "input {input}, output {output}: {share}");
                }
            }
        }
    }

    /// Of 65,536 draws the share of ones has standard deviation 0.00195; 1,920 shares stay within 5 of them, but for those of `derive` from one and
    /// the same draw: that is one product, and with one key in a hundred some bit is 5 to 6.3 off (of 400 keys). Few numbers
    /// are derived from each.
    #[test]
    fn every_bit_is_set_half_the_time() {
        for keyed in keys() {
            for (place, counter) in COUNTERS.into_iter().enumerate() {
                let mut ones = [0_u32; 64];
                for i in 0..65_536 {
                    let bits = counter(&keyed, i);
                    ones.iter_mut().enumerate().for_each(|(bit, ones)| *ones += (bits >> bit & 1) as u32);
                }
                let most = if place == OF_ONE_DRAW { 0.0127 } else { 0.0098 };
                let is_fair = |&ones: &u32| (f64::from(ones) / 65_536.0 - 0.5).abs() < most;
                assert!(ones.iter().all(is_fair), "{ones:?}");
            }
        }
    }

    /// Chi-square over 256 cells has mean 255 and standard deviation 22.6: neither uneven nor too even, at 4.5
    /// deviations. The cells are the highest byte, the lowest one, and the highest four bits of two neighbours.
    #[test]
    fn consecutive_counters_fill_all_cells_alike() {
        for keyed in keys() {
            for (index, counter) in COUNTERS.into_iter().enumerate() {
                let mut cells = [[0_u32; 256]; 3];
                for i in 0..65_536 {
                    let (bits, next) = (counter(&keyed, i), counter(&keyed, i + 1));
                    cells[0][(bits >> 56) as usize] += 1;
                    cells[1][(bits & 0xff) as usize] += 1;
                    cells[2][(bits >> 60 << 4 | next >> 60) as usize] += 1;
                }
                for cells in cells {
                    let chi2: f64 =
                        cells.iter().map(|&n| (f64::from(n) - 256.0) * (f64::from(n) - 256.0) / 256.0).sum();
                    assert!((chi2 - 255.0).abs() < 4.5 * 22.6, "counter {index}: {chi2}");
                }
            }
        }
    }

    /// Correlation of 65,536 pairs has standard deviation 1/256; all stay within 4.5 of them.
    #[test]
    fn neighbours_are_uncorrelated() {
        let correlation = |left: &dyn Fn(u64) -> u64, right: &dyn Fn(u64) -> u64| -> f64 {
            let sum: f64 = (0..65_536).map(|i| (unit(left(i)) - 0.5) * (unit(right(i)) - 0.5)).sum();
            sum / 65_536.0 * 12.0
        };
        for (seed, counter) in (0..).zip(COUNTERS) {
            let keyed = Keyed::new(seed, "work");
            let neighbours: [&dyn Fn(u64) -> u64; 4] = [
                &|i| counter(&Keyed::new(seed + 1, "work"), i),
                &|i| counter(&Keyed::new(seed, "wor"), i),
                &|i| counter(&keyed, i + 1),
                &|i| counter(&keyed, i + 256),
            ];
            for neighbour in neighbours {
                let found = correlation(&|i| counter(&keyed, i), neighbour);
                assert!(found.abs() < 4.5 / 256.0, "seed {seed}: {found}");
            }
        }
    }

    #[test]
    fn draws_of_a_million_neighbours_differ() {
        let keyed = Keyed::new(1, "work");
        let mut drawn: Vec<u64> = (0..1 << 20).map(|i| keyed.draw(i & 0x3ff, i >> 10)).collect();
        drawn.extend((0..1 << 10).map(|i| keyed.draw3(i, 0, 0)));
        let count = drawn.len();
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), count); // a clash among 2^20 of 2^64 has probability 3e-8
    }
}
