//! Random streams and keyed draws.
use rand::{Rng as _, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream per (seed, entity, purpose).
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `entity` for `purpose` in the run of `seed`.
    pub fn new(seed: u64, entity: &str, purpose: &str) -> Stream {
        let mut hasher = blake3::Hasher::new();
        for part in [&seed.to_le_bytes()[..], entity.as_bytes(), purpose.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        Stream(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }
    /// 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// Uniform below `n`.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        (((self.next_u64() >> 32) * u64::from(n)) >> 32) as u32
    }
}

/// A keyed generator.
#[derive(Clone, Copy, Debug)]
pub struct Keyed(u64);

impl Keyed {
    /// The generator for `purpose` in the run of `seed`.
    pub fn new(seed: u64, purpose: &str) -> Keyed {
        Keyed(Stream::new(seed, "keyed", purpose).next_u64())
    }
    /// 64 random bits for (a, b).
    #[inline]
    pub fn draw(&self, a: u64, b: u64) -> u64 {
        let fold = |x: u64, y: u64| {
            let p = u128::from(x) * u128::from(y);
            (p >> 64) as u64 ^ p as u64
        };
        fold(fold(self.0 ^ a, 0x9E37_79B9_7F4A_7C15) ^ b, 0xBF58_476D_1CE4_E5B9 ^ self.0)
    }
}

/// A 64-bit key of a name, for keyed draws.
pub fn name_key(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().expect("8 of 32 bytes"))
}
