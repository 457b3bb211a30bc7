//! Why no order of a key's operations exists, in the terms in which it was found.

use super::calls::Call;
use super::chains::NONE;

/// Why no order exists. Every number is an operation's index in the history that was judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The answer contradicts the question, such as a compare-and-set that did not match and found just what it
    /// expected.
    Impossible,
    /// Nothing that was invoked by then can have made what the operation observed.
    NeverWritten,
    /// What the operation observed was first asked for after it had returned.
    Future {
        /// The change that came too late.
        write: usize,
    },
    /// What the operation observed comes from a change whose client was told that it had no effect.
    Failed {
        /// The change that had failed.
        write: usize,
    },
    /// Two operations prove sequences of which neither is the beginning of the other.
    Fork {
        /// The one.
        one: usize,
        /// The other.
        other: usize,
    },
    /// Two compare-and-sets both replaced the same value.
    LostUpdate {
        /// The one.
        one: usize,
        /// The other.
        other: usize,
    },
    /// Compare-and-sets that each need another of them to come first.
    Circle,
    /// By what was observed one operation comes before another, which had returned before it was invoked.
    Stale {
        /// Belongs to the earlier state, but was invoked after `newer` had returned.
        older: usize,
        /// Belongs to the later state.
        newer: usize,
    },
    /// Two values, each of which must be held before the other: `old` returned before `new` was invoked, and
    /// `newer` returned before `older` was invoked, where `old` and `older` belong to the one value, `new` and
    /// `newer` to the other.
    Crossed {
        /// Of the one value; `None` when that is what the key held from the start.
        old: Option<usize>,
        /// Of the other value, invoked after `old` had returned.
        new: usize,
        /// Of the other value.
        newer: usize,
        /// Of the one value, invoked after `newer` had returned.
        older: usize,
    },
    /// Every order was tried, and none explains all answers.
    NoOrder,
}

/// A contradiction, and the calls that make it one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Conflict {
    pub(super) cause: Cause,
    /// Ranks of calls: a small set that shows the contradiction.
    pub(super) involved: Vec<u32>,
    /// The highest rank of a closed call among them: the contradiction stood by the time that it returned.
    pub(super) pivot: usize,
}

impl Conflict {
    /// A search found no order that explains all returns up to that of rank `furthest`.
    pub(super) fn no_order(furthest: usize) -> Conflict {
        Conflict { cause: Cause::NoOrder, involved: Vec::new(), pivot: furthest }
    }
}

/// The conflict found so far that stood first.
#[derive(Clone, Default, Debug)]
pub(super) struct Conflicts {
    first: Option<Conflict>,
}

impl Conflicts {
    /// Keeps the conflict between the `involved` calls if it stood before those offered earlier. `cause` is given
    /// a function from a call's rank to its operation's index.
    pub(super) fn offer(
        &mut self,
        calls: &[Call],
        involved: &[u32],
        cause: impl FnOnce(&dyn Fn(u32) -> usize) -> Cause,
    ) {
        let closed = involved.iter().filter(|&&rank| rank != NONE && calls[rank as usize].closed);
        let pivot = closed.max().map_or(0, |&rank| rank as usize);
        if self.first.as_ref().is_none_or(|first| pivot < first.pivot) {
            let mut involved: Vec<u32> = involved.iter().copied().filter(|&rank| rank != NONE).collect();
            involved.sort_unstable();
            involved.dedup();
            let cause = cause(&|rank| calls[rank as usize].operation as usize);
            self.first = Some(Conflict { cause, involved, pivot });
        }
    }

    /// The conflict that stood first, if any was found.
    pub(super) fn into_first(self) -> Option<Conflict> {
        self.first
    }
}
