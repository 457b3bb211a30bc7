//! The events that come later: a hierarchical timing wheel.
//!
//! The wheel has come as far as `reached`. A key after that stands on the level of the highest digit (of six bits) in
//! which its time differs from `reached`, in the bucket of that digit: so every key of a lower level comes before
//! every key of a higher one, and within a level the buckets are in order. Whatever the scale of the delays, the first
//! bucket is found by two bit scans, and no width has to be chosen. When the wheel turns, it empties its first bucket: few
//! keys come out as they are, many are spread over the levels below.
//!
//! The wheel is scheme 7 of Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (SOSP 1987); that the digits are
//! those in which times differ is from the radix heaps of Ahuja, Mehlhorn, Orlin and Tarjan, "Faster Algorithms for the
//! Shortest Path Problem" (JACM 1990).

use super::Key;
use crate::kernel::Time;

const DIGIT_BITS: u32 = 6;
const BUCKETS: usize = 1 << DIGIT_BITS;
const LEVELS: usize = u64::BITS.div_ceil(DIGIT_BITS) as usize;

/// Keys in a chunk: it fills four cache lines. A bucket with no more of them comes out as it is.
const CHUNK: u32 = 16;

#[derive(Clone)]
pub(super) struct Wheel {
    /// No key on the wheel is of this time or before. [`Time::MAX`] while the wheel is at rest: nothing belongs on it.
    reached: Time,
    /// A bit for each level that holds anything.
    levels: u32,
    /// A bit for each bucket that holds anything, by level.
    occupied: [u64; LEVELS],
    buckets: [[Bucket; BUCKETS]; LEVELS],
    chunks: Vec<Chunk>,
    /// What follows each chunk in its bucket, or among the free ones.
    next: Vec<u32>,
    /// The first free chunk, or as many as there are.
    free: u32,
}

/// Keys whose times differ from `reached` first in the same digit, of the same value.
#[derive(Clone, Copy, Default)]
struct Bucket {
    len: u32,
    /// Of its chunks the only one that is not full.
    first: u32,
}

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Chunk([Key; CHUNK as usize]);

impl Wheel {
    /// An empty wheel, at rest.
    pub(super) fn new() -> Self {
        Wheel {
            reached: Time::MAX,
            levels: 0,
            occupied: [0; LEVELS],
            buckets: [[Bucket::default(); BUCKETS]; LEVELS],
            chunks: Vec::new(),
            next: Vec::new(),
            free: 0,
        }
    }

    #[inline]
    pub(super) fn is_at_rest(&self) -> bool {
        self.reached == Time::MAX
    }

    /// An empty wheel takes what comes after `reached`.
    pub(super) fn start(&mut self, reached: Time) {
        assert!(self.levels == 0, "the wheel is empty");
        self.reached = reached;
    }

    /// Whether a key of this time belongs on the wheel: it has not come so far.
    #[inline(always)]
    pub(super) fn takes(&self, at: Time) -> bool {
        at > self.reached
    }

    /// Adds a key that the wheel [`takes`](Wheel::takes).
    #[inline(always)]
    pub(super) fn push(&mut self, key: Key) {
        let at = key.time().0;
        let level = ((at ^ self.reached.0).ilog2() / DIGIT_BITS) as usize;
        let digit = (at >> (level as u32 * DIGIT_BITS)) as usize % BUCKETS;
        let Bucket { len, first } = self.buckets[level][digit];
        let place = len % CHUNK;
        let first = if place == 0 { self.chunk_before(first) } else { first };
        self.chunks[first as usize].0[place as usize] = key;
        self.buckets[level][digit] = Bucket { len: len + 1, first };
        self.occupied[level] |= 1 << digit;
        self.levels |= 1 << level;
    }

    /// A chunk that `next` follows.
    #[inline(always)]
    fn chunk_before(&mut self, next: u32) -> u32 {
        let chunk = self.free;
        if chunk as usize == self.chunks.len() {
            self.chunks.push(Chunk([Key(0); CHUNK as usize]));
            self.next.push(chunk + 1);
        }
        self.free = std::mem::replace(&mut self.next[chunk as usize], next);
        chunk
    }

    /// The lowest level that holds anything.
    #[inline(always)]
    pub(super) fn level(&self) -> Option<u32> {
        (self.levels != 0).then(|| self.levels.trailing_zeros())
    }

    /// Empties the first bucket that holds anything, so that what comes before all that stays goes to `out`, if there
    /// is anything; `false` if the wheel is empty.
    #[inline(always)]
    pub(super) fn turn(&mut self, mut out: impl FnMut(Key)) -> bool {
        let Some((level, bucket)) = self.take_bucket() else { return false };
        let Bucket { mut len, first: mut chunk } = bucket;
        let spreads = level > 0 && len > CHUNK;
        if spreads {
            // All its keys share the digits above; none comes before that with zeros below.
            let shift = level as u32 * DIGIT_BITS;
            self.reached = Time(self.chunks[chunk as usize].0[0].time().0 >> shift << shift);
        }
        while len > 0 {
            let keys = (len - 1) % CHUNK + 1;
            for nth in 0..keys {
                let key = self.chunks[chunk as usize].0[nth as usize];
                if spreads && self.takes(key.time()) {
                    self.push(key);
                } else {
                    self.reached = self.reached.max(key.time());
                    out(key);
                }
            }
            len -= keys;
            let next = std::mem::replace(&mut self.next[chunk as usize], self.free);
            self.free = chunk;
            chunk = next;
        }
        true
    }

    /// Everything goes to `out`, and the wheel is at rest.
    pub(super) fn stop(&mut self, mut out: impl FnMut(Key)) {
        while self.turn(&mut out) {}
        self.reached = Time::MAX;
    }

    /// The first bucket that holds anything, and its level.
    #[inline(always)]
    fn take_bucket(&mut self) -> Option<(usize, Bucket)> {
        let level = self.level()? as usize;
        let digit = self.occupied[level].trailing_zeros() as usize;
        self.occupied[level] &= !(1 << digit);
        if self.occupied[level] == 0 {
            self.levels &= !(1 << level);
        }
        Some((level, std::mem::take(&mut self.buckets[level][digit])))
    }
}
