//! The log (§5.3): the entries behind a compacted prefix, each with its prefix digest.

use std::collections::VecDeque;

use crate::consensus::replicated_log::Position;
use crate::model::log::{Entry, LogIndex, Term};

/// A log whose entries up to `base` are gone; a snapshot covers them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    base: Position,
    slots: VecDeque<Slot>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Slot {
    entry: Entry,
    prefix: u64,
}

impl Log {
    /// An empty log behind `base`.
    pub fn new(base: Position) -> Log {
        Log { base, slots: VecDeque::new() }
    }

    /// What was cut: the last position whose entry is gone.
    #[inline]
    pub fn base(&self) -> Position {
        self.base
    }

    /// Index of the last entry, or of the base if there is none.
    #[inline]
    pub fn last_index(&self) -> LogIndex {
        LogIndex(self.base.index.0 + self.slots.len() as u64)
    }

    /// Term of the last entry, or of the base if there is none.
    #[inline]
    pub fn last_term(&self) -> Term {
        self.slots.back().map_or(self.base.term, |slot| slot.entry.term)
    }

    /// The entry at `index`, if the log holds it.
    #[inline]
    pub fn entry(&self, index: LogIndex) -> Option<&Entry> {
        self.slot(index).map(|slot| &slot.entry)
    }

    /// The term at `index`; known for the base too.
    #[inline]
    pub fn term(&self, index: LogIndex) -> Option<Term> {
        if index == self.base.index {
            Some(self.base.term)
        } else {
            self.entry(index).map(|entry| entry.term)
        }
    }

    /// The position at `index`; known for the base too.
    #[inline]
    pub fn position(&self, index: LogIndex) -> Option<Position> {
        if index == self.base.index {
            return Some(self.base);
        }
        self.slot(index).map(|slot| Position { index, term: slot.entry.term, prefix: slot.prefix })
    }

    /// Adds an entry and returns where it now stands.
    pub fn append(&mut self, entry: Entry) -> Position {
        let last = self.position(self.last_index()).expect("the last entry or the base is held");
        let position = last.then(&entry);
        self.slots.push_back(Slot { entry, prefix: position.prefix });
        position
    }

    /// Removes the entry at `from` and all after it. What was compacted stays compacted.
    pub fn truncate(&mut self, from: LogIndex) {
        self.slots.truncate(from.0.saturating_sub(self.base.index.0 + 1) as usize);
    }

    /// Drops the entries up to and including `base`, a position of this log.
    pub fn cut(&mut self, base: Position) {
        assert_eq!(self.position(base.index), Some(base), "only a position of the log can become its base");
        self.slots.drain(..(base.index.0 - self.base.index.0) as usize);
        self.base = base;
    }

    /// Entries from `from` to `through`, as many as `entries_max` and `bytes_max` allow, but at least one if
    /// there is one.
    pub fn batch(&self, from: LogIndex, through: LogIndex, entries_max: u32, bytes_max: u32) -> Vec<Entry> {
        let through = through.min(self.last_index());
        if from <= self.base.index || from > through {
            return Vec::new();
        }
        let first = (from.0 - self.base.index.0 - 1) as usize;
        let count = (through.0 - from.0 + 1).min(u64::from(entries_max)) as usize;
        let mut bytes = 0_u64;
        let fits = |slot: &&Slot| {
            let first = bytes == 0;
            bytes += u64::from(slot.entry.command.size());
            first || bytes <= u64::from(bytes_max)
        };
        self.slots.range(first..first + count).take_while(fits).map(|slot| slot.entry).collect()
    }

    /// The first index that the log holds of `term`, or where it would stand (§5.3: a whole term of conflicts
    /// is skipped in one round trip).
    pub fn first_of_term(&self, term: Term) -> LogIndex {
        let before = self.slots.partition_point(|slot| slot.entry.term < term);
        LogIndex(self.base.index.0 + before as u64 + 1)
    }

    /// The last index of `term`, if the log holds an entry of it.
    pub fn last_of_term(&self, term: Term) -> Option<LogIndex> {
        let through = self.slots.partition_point(|slot| slot.entry.term <= term);
        let last = self.slots.get(through.checked_sub(1)?)?;
        (last.entry.term == term).then_some(LogIndex(self.base.index.0 + through as u64))
    }

    #[inline]
    fn slot(&self, index: LogIndex) -> Option<&Slot> {
        let behind_base = index.0.checked_sub(self.base.index.0 + 1)?;
        self.slots.get(behind_base as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::Command;

    fn log_of(terms: &[u32]) -> Log {
        let mut log = Log::new(Position::START);
        for &term in terms {
            log.append(Entry { term: Term(term), command: Command::Noop });
        }
        log
    }

    #[test]
    fn a_cut_keeps_indices_terms_and_digests() {
        let whole = log_of(&[1, 1, 2, 4]);
        let mut log = whole.clone();
        log.cut(whole.position(LogIndex(2)).expect("held"));
        assert_eq!(log.position(LogIndex(4)), whole.position(LogIndex(4)));
        assert_eq!((log.term(LogIndex(2)), log.entry(LogIndex(2))), (Some(Term(1)), None));
        assert_eq!(log.term(LogIndex(1)), None);
        log.truncate(LogIndex(1));
        assert_eq!(log.last_index(), LogIndex(2), "the compacted prefix stays");
    }

    #[test]
    fn terms_are_found_at_both_ends() {
        let log = log_of(&[1, 1, 4, 4, 6]);
        assert_eq!(log.first_of_term(Term(4)), LogIndex(3));
        assert_eq!(log.last_of_term(Term(4)), Some(LogIndex(4)));
        assert_eq!(log.last_of_term(Term(5)), None);
        assert_eq!(log.last_of_term(Term(0)), None);
    }

    #[test]
    fn a_batch_ends_at_the_first_limit_but_holds_one_entry() {
        let log = log_of(&[1, 1, 1, 1]);
        let lengths = |entries, bytes| log.batch(LogIndex(2), LogIndex(9), entries, bytes).len();
        assert_eq!((lengths(9, 999), lengths(2, 999), lengths(9, 16), lengths(9, 0)), (3, 2, 2, 1));
        assert!(log.batch(LogIndex(5), LogIndex(9), 9, 999).is_empty());
    }
}
