//! The event queue: earliest first, ties in the order of their sequence numbers.
//!
//! Events wait in a [slab] and do not move until they are popped. The keys of what comes later are on a [wheel], those of
//! what comes next in a [heap], which the wheel refills with a few at a time: in a large world no push or pop goes down a
//! heap of all that is pending (docs/adr/0006). In a small world what comes in the order in which it was pushed stands in
//! [lanes], and goes through no heap at all (docs/adr/0008).

mod heap;
mod lanes;
mod slab;
mod wheel;

use super::foresight::ROUNDS;
use super::time::Time;
use heap::Heap;
use lanes::Lanes;
use slab::Slab;
use wheel::Wheel;

/// Most events that may be pending at once: a slot has 24 bits of the key, and the last one stays free.
pub const PENDING_MAX: usize = SLOT_MASK as usize;
/// Most events that one run may schedule: a sequence number has 40 bits of the key.
pub const SEQUENCE_MAX: u64 = 1 << SEQUENCE_BITS;

const SLOT_BITS: u32 = 24;
const SEQUENCE_BITS: u32 = 40;
const SLOT_MASK: u64 = (1 << SLOT_BITS) - 1;
const SEQUENCE_MASK: u64 = SEQUENCE_MAX - 1;

/// With more events than this in the heap the wheel starts; with a quarter of them pending it stops.
const SMALL: usize = 2048;

/// As many events or more come off the wheel together, if there are so many: what they need is loaded at once.
const TOGETHER: usize = 64;

/// The rank of an event among those of its instant. Each is allotted once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Sequence(u64);

impl Sequence {
    /// Behind every rank that is allotted.
    pub const LAST: Sequence = Sequence(SEQUENCE_MASK);

    /// The number itself, below 2^40, for digests.
    #[inline]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Pending events of type `E`, some with a body of type `B`, popped in the order of (time, sequence). A body stays where
/// it was put until it is taken: large ones are not moved with their events.
#[derive(Clone)]
pub struct Queue<E, B = ()> {
    slab: Slab<E, B>,
    steady: Lanes,
    near: Heap,
    far: Wheel,
    allotted: u64,
    tie_key: Option<u64>,
    /// Whether it tells what comes next.
    foresees: bool,
}

/// Where the body of an event that was popped still is.
#[derive(Clone, Copy, Debug)]
pub struct Slot(u32);

impl<E: Copy, B> Queue<E, B> {
    /// An empty queue that breaks ties first in, first out.
    pub fn new() -> Self {
        let (steady, near, far) = (Lanes::new(), Heap::new(), Wheel::new());
        Queue { slab: Slab::new(), steady, near, far, allotted: 0, tie_key: None, foresees: false }
    }

    /// An empty queue that breaks ties in an order drawn from `key`, to show what hangs on their order.
    pub fn with_shuffled_ties(key: u64) -> Self {
        Queue { tie_key: Some(key), ..Queue::new() }
    }

    /// From now on it tells what comes next ([`Queue::pop_foreseeing`]): worth its time where that is in no cache.
    pub fn begin_to_foresee(&mut self) {
        self.foresees = true;
    }

    /// How many events are pending.
    #[inline]
    pub fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the next sequence number without pushing: a timer gets its rank when it is armed, though its
    /// entry may reach the queue later.
    ///
    /// # Panics
    /// After [`SEQUENCE_MAX`] numbers.
    #[inline(always)]
    pub fn allot(&mut self) -> Sequence {
        let number = self.allotted;
        assert!(number < SEQUENCE_MAX - 1, "a run schedules fewer than 2^40 events");
        self.allotted += 1;
        match self.tie_key {
            None => Sequence(number),
            Some(key) => self.shuffled(number, key),
        }
    }

    /// The shuffled rank of a number; never [`Sequence::LAST`], which the permutation gives to one number of 2^40.
    fn shuffled(&self, number: u64, key: u64) -> Sequence {
        match Sequence(permute(number, key)) {
            Sequence::LAST => Sequence(permute(SEQUENCE_MAX - 1, key)),
            rank => rank,
        }
    }

    /// Adds an event at `at`, behind those already pending at that instant (unless ties are shuffled).
    ///
    /// # Panics
    /// If [`PENDING_MAX`] events are pending.
    #[inline(always)]
    pub fn push(&mut self, at: Time, event: E) -> Sequence {
        let sequence = self.allot();
        self.push_ranked(at, sequence, event);
        sequence
    }

    /// The same, of an event with a body.
    #[inline(always)]
    pub fn push_with(&mut self, at: Time, event: E, body: B) -> Sequence {
        let (sequence, slot) = (self.allot(), self.slab.insert_with(event, body));
        self.schedule(Key::new(at, sequence, slot));
        sequence
    }

    /// Adds an event that comes as long after its cause as others of its sort mostly do.
    #[inline(always)]
    pub fn push_steady(&mut self, at: Time, event: E) -> Sequence {
        let (sequence, slot) = (self.allot(), self.slab.insert(event));
        self.schedule_steady(Key::new(at, sequence, slot));
        sequence
    }

    /// The same, of one with a body.
    #[inline(always)]
    pub fn push_steady_with(&mut self, at: Time, event: E, body: B) -> Sequence {
        let (sequence, slot) = (self.allot(), self.slab.insert_with(event, body));
        self.schedule_steady(Key::new(at, sequence, slot));
        sequence
    }

    /// Adds an event whose rank was taken earlier by [`Queue::allot`].
    #[inline(always)]
    pub fn push_ranked(&mut self, at: Time, sequence: Sequence, event: E) {
        let slot = self.slab.insert(event);
        self.schedule(Key::new(at, sequence, slot));
    }

    /// Adds an event behind all others of its instant, without taking a sequence number: for marks on the time
    /// line that must not move any event's rank.
    pub fn push_last(&mut self, at: Time, event: E) {
        self.push_ranked(at, Sequence::LAST, event);
    }

    #[inline(always)]
    fn schedule_steady(&mut self, key: Key) {
        if !self.far.is_at_rest() || !self.steady.push(key) {
            self.schedule(key);
        }
    }

    #[inline(always)]
    fn schedule(&mut self, key: Key) {
        if self.far.takes(key.time()) {
            return self.far.push(key);
        }
        if !self.near.wait(key) {
            self.grow(key);
        }
    }

    /// More events are pending, or come before what the wheel has reached, than before.
    #[inline(never)]
    fn grow(&mut self, key: Key) {
        self.near.push(key);
        if self.near.len() > SMALL && self.far.is_at_rest() {
            self.start_wheel();
        }
    }

    /// What comes after the next instant goes to the wheel.
    #[cold]
    fn start_wheel(&mut self) {
        let keys: Vec<Key> = self.near.drain().chain(self.steady.drain()).collect();
        let next = keys.iter().min().expect("the heap has just grown");
        self.far.start(next.time());
        for key in keys {
            match self.far.takes(key.time()) {
                true => self.far.push(key),
                false => self.near.push(key),
            }
        }
    }

    /// Events pending that have a body.
    pub fn bodies(&self) -> usize {
        self.slab.bodies()
    }

    /// Removes the earliest event. If it has a body, that is to be taken before anything is pushed.
    #[inline]
    pub fn pop(&mut self) -> Option<(Time, Sequence, E, Slot)> {
        self.pop_foreseeing(|_, _, _| ())
    }

    /// The same. If it foresees, and many events are pending, `foresee` is told of those that come next, but for what is pushed
    /// meanwhile, each with its body: of all of them in each of the [`ROUNDS`]. So what they need can be loaded
    /// ([`load`](super::load)).
    #[inline(always)]
    pub fn pop_foreseeing(
        &mut self,
        foresee: impl FnMut(u32, &E, Option<&B>),
    ) -> Option<(Time, Sequence, E, Slot)> {
        let steady = self.steady.first();
        let key = match self.near.pop_before(steady) {
            Some(key) => key,
            None if steady.is_last() => self.turn(foresee)?,
            None => self.steady.pop(),
        };
        Some((key.time(), key.sequence(), self.slab.remove(key.slot()), Slot(key.slot())))
    }

    /// Keeps the body of the event that was popped last where it is until it is released. Meanwhile the event is pending.
    ///
    /// # Panics
    /// If anything was pushed since.
    #[inline]
    pub fn keep(&mut self, slot: Slot) {
        self.slab.keep(slot.0);
    }

    /// Lets go of what was kept: the body is to be taken, as if its event had just been popped.
    #[inline]
    pub fn release(&mut self, slot: Slot) {
        self.slab.remove(slot.0);
    }

    /// Where `body` is from now on, as if its event had just been popped.
    pub fn lend(&mut self, event: E, body: B) -> Slot {
        let slot = self.slab.insert_with(event, body);
        self.slab.remove(slot);
        Slot(slot)
    }

    /// The body of the event that was popped last.
    ///
    /// # Panics
    /// If it has none, or it was taken.
    #[inline(always)]
    pub fn body(&self, slot: Slot) -> &B {
        self.slab.body(slot.0).expect("the event popped last has a body")
    }

    /// Takes the body of the event that was popped last.
    ///
    /// # Panics
    /// If it has none.
    #[inline(always)]
    pub fn take_body(&mut self, slot: Slot) -> B {
        self.slab.take_body(slot.0).expect("the event popped last has a body")
    }

    /// The heap is empty: has the wheel turn until something comes out, or enough to load for all of it at once.
    #[inline(never)]
    fn turn(&mut self, mut foresee: impl FnMut(u32, &E, Option<&B>)) -> Option<Key> {
        let Queue { slab, near, far, foresees, .. } = self;
        let enough = if *foresees { TOGETHER } else { 1 };
        if slab.len() <= SMALL / 4 {
            far.stop(|key| near.push(key));
            return near.pop_before(Key::LAST);
        }
        // Not on to what is much later: whatever is pushed before that would go through the heap.
        let level = far.level()?;
        while near.len() < enough && far.level().is_some_and(|next| next <= level) {
            far.turn(|key| {
                // It is handled soon: its body is on the way meanwhile.
                slab.load(key.slot());
                near.push(key);
            });
        }
        for round in 0..if *foresees { ROUNDS } else { 0 } {
            near.keys().for_each(|key| foresee(round, slab.event(key.slot()), slab.body(key.slot())));
        }
        near.pop_before(Key::LAST)
    }
}

impl<E: Copy, B> Default for Queue<E, B> {
    fn default() -> Self {
        Queue::new()
    }
}

/// A bijection on 40-bit numbers, chosen by `key`: every step (add, odd multiply, xor-shift) can be undone, so
/// that no two sequence numbers collide.
fn permute(number: u64, key: u64) -> u64 {
    let mut x = number.wrapping_add(key) & SEQUENCE_MASK;
    for multiplier in [0x9E_3779_B97F_u64 | 1, key | 1, 0xBF_5847_6D1D] {
        x = x.wrapping_mul(multiplier) & SEQUENCE_MASK;
        x ^= x >> 21;
    }
    x
}

/// Time, sequence number and slot of a pending event: one comparison orders two of them, and no float is ever a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key(u128);

impl Key {
    /// Behind every key: no event has the last slot.
    const LAST: Key = Key(u128::MAX);

    /// By its lower half, which no other key shares: it is loaded as it was stored.
    #[inline(always)]
    fn is_last(self) -> bool {
        self.0 as u64 == Key::LAST.0 as u64
    }

    #[inline(always)]
    fn new(at: Time, sequence: Sequence, slot: u32) -> Self {
        Key(u128::from(at.0) << 64 | u128::from(sequence.0 << SLOT_BITS | u64::from(slot)))
    }

    #[inline(always)]
    fn time(self) -> Time {
        Time((self.0 >> 64) as u64)
    }

    #[inline(always)]
    fn sequence(self) -> Sequence {
        Sequence(self.0 as u64 >> SLOT_BITS)
    }

    #[inline(always)]
    fn slot(self) -> u32 {
        (self.0 as u64 & SLOT_MASK) as u32
    }
}

/// Bytes that one pending event of type `E` takes, a body of type `B` included.
pub const fn bytes_per_pending<E, B>() -> usize {
    size_of::<Key>() + slab::bytes_per_entry::<E, B>()
}

#[cfg(test)]
mod tests;
