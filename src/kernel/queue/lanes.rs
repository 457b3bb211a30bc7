//! The events that come in the order in which they were pushed: each a constant delay after its cause, as messages are on links
//! without jitter, and syncs on a disk that is always as fast.
//!
//! A lane takes a key that comes behind all that it holds. With two of them two such delays share the world: what is too early
//! for one lane is left to the other, so that each delay soon has its own. What fits neither goes to the heap.

use std::collections::VecDeque;

use super::Key;

/// Keys in ascending order.
#[derive(Clone)]
struct Lane {
    /// The first, or [`Key::LAST`] if there is none.
    first: Key,
    /// The last that came.
    last: Key,
    /// All behind the first.
    behind: VecDeque<Key>,
}

impl Lane {
    fn new() -> Lane {
        Lane { first: Key::LAST, last: Key::LAST, behind: VecDeque::new() }
    }

    #[inline(always)]
    fn push(&mut self, key: Key) -> bool {
        if self.first.is_last() {
            self.first = key;
        } else if key > self.last {
            self.behind.push_back(key);
        } else {
            return false;
        }
        self.last = key;
        true
    }

    #[inline(always)]
    fn pop(&mut self) -> Key {
        let next = self.behind.pop_front().unwrap_or(Key::LAST);
        std::mem::replace(&mut self.first, next)
    }
}

/// Two lanes, each of the delay that has come to it.
#[derive(Clone)]
pub(super) struct Lanes([Lane; 2]);

impl Lanes {
    pub(super) fn new() -> Lanes {
        Lanes([Lane::new(), Lane::new()])
    }

    /// Takes a key, if it comes behind all in a lane.
    #[inline(always)]
    pub(super) fn push(&mut self, key: Key) -> bool {
        let [one, other] = &mut self.0;
        one.push(key) || other.push(key)
    }

    /// The least key; [`Key::LAST`] if there is none.
    #[inline(always)]
    pub(super) fn first(&self) -> Key {
        let [one, other] = &self.0;
        one.first.min(other.first)
    }

    /// Removes the least key.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Key {
        let [one, other] = &mut self.0;
        if one.first < other.first { one.pop() } else { other.pop() }
    }

    /// Removes all keys, in no order that means anything.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Key> + use<> {
        let lanes = std::mem::replace(self, Lanes::new()).0;
        lanes
            .into_iter()
            .flat_map(|lane| std::iter::once(lane.first).chain(lane.behind))
            .filter(|key| !key.is_last())
    }
}
