//! The events that come next: an implicit 4-ary heap of keys.
//!
//! Four siblings share a 64-byte cache line (missing ones are [`LAST`], so that none is tested for). A push
//! after a pop only leaves its key to the next pop, which puts it where it takes one away: one sift in place of two.

use super::Key;

/// What stands where no key does.
const LAST: Key = Key::LAST;

/// A cache line of four sibling keys.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([Key; 4]);

const EMPTY_LINE: Line = Line([LAST; 4]);

impl Line {
    /// The least key and where it stands: a tournament, for short dependency chains.
    #[inline(always)]
    fn least(&self) -> (usize, Key) {
        let Line([a, b, c, d]) = self;
        let (left, left_key) = if b < a { (1, *b) } else { (0, *a) };
        let (right, right_key) = if d < c { (3, *d) } else { (2, *c) };
        if right_key < left_key { (right, right_key) } else { (left, left_key) }
    }
}

/// The 4-ary heap of keys, in the shape of one whose root was popped: line 0 has the children of the root, line
/// `place + 1` those of the key at `place`, where places are counted through the lines.
#[derive(Clone)]
pub(super) struct Heap {
    /// The key that waits for the next pop, or [`LAST`]: in no order with the others.
    waiting: Key,
    lines: Vec<Line>,
    /// Keys in `lines`.
    placed: usize,
}

impl Heap {
    pub(super) fn new() -> Self {
        Heap { waiting: LAST, lines: vec![EMPTY_LINE], placed: 0 }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.placed + usize::from(!self.waiting.is_last())
    }

    #[inline(always)]
    fn get(&self, place: usize) -> Key {
        self.lines[place >> 2].0[place & 3]
    }

    #[inline(always)]
    fn set(&mut self, place: usize, key: Key) {
        self.lines[place >> 2].0[place & 3] = key;
    }

    /// Lets `key` wait for the next pop, if no other does.
    #[inline(always)]
    pub(super) fn wait(&mut self, key: Key) -> bool {
        let is_free = self.waiting.is_last();
        if is_free {
            self.waiting = key;
        }
        is_free
    }

    #[inline(always)]
    pub(super) fn push(&mut self, key: Key) {
        if self.wait(key) {
            return;
        }
        let last = self.placed;
        self.placed += 1;
        if last >> 2 == self.lines.len() {
            self.lines.push(EMPTY_LINE);
        }
        self.sift_up(last, key);
    }

    /// Places `key` at the empty `place` or above it.
    #[inline(always)]
    fn sift_up(&mut self, mut place: usize, key: Key) {
        while place > 3 {
            let parent = (place >> 2) - 1;
            let above = self.get(parent);
            if above <= key {
                break;
            }
            self.set(place, above);
            place = parent;
        }
        self.set(place, key);
    }

    /// Removes the least key, if there is one and it comes before `rival`.
    #[inline(always)]
    pub(super) fn pop_before(&mut self, rival: Key) -> Option<Key> {
        let (place, least) = self.lines[0].least();
        if self.waiting < least {
            return (self.waiting < rival).then(|| std::mem::replace(&mut self.waiting, LAST));
        }
        if rival <= least {
            return None;
        }
        if self.waiting.is_last() {
            self.have_last_wait();
            if self.placed == place {
                self.waiting = LAST;
                return Some(least);
            }
        }
        let key = std::mem::replace(&mut self.waiting, LAST);
        self.sift_down(place, key);
        Some(least)
    }

    /// Two pops in a row: the last key placed goes where the least one leaves a gap.
    #[inline]
    fn have_last_wait(&mut self) {
        self.placed -= 1;
        self.waiting = self.get(self.placed);
        self.set(self.placed, LAST);
    }

    /// Places `key` at the empty `place` or below it.
    #[inline(always)]
    fn sift_down(&mut self, mut place: usize, key: Key) {
        while let Some(line) = self.lines.get(place + 1) {
            let (child, least) = line.least();
            if key <= least {
                break;
            }
            self.set(place, least);
            place = (place + 1) << 2 | child;
        }
        self.set(place, key);
    }

    /// All keys, in no order that means anything.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        let used = &self.lines[..self.placed.div_ceil(4)];
        used.iter().flat_map(|Line(keys)| keys).chain([&self.waiting]).copied().filter(|key| !key.is_last())
    }

    /// Removes all keys, in no order that means anything.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Key> + use<> {
        let Heap { waiting, lines, .. } = std::mem::replace(self, Heap::new());
        lines.into_iter().flat_map(|Line(keys)| keys).chain([waiting]).filter(|key| !key.is_last())
    }
}
