//! The one log that all replicas must commit, as those told it who committed each index first.

use crate::model::log::{LogIndex, Term};

use super::mirror::{LogMirror, UNKNOWN};
use super::window::Window;

/// What is known to be committed.
#[derive(Clone, Debug)]
pub(super) struct CommittedLog {
    /// The prefix digest of every index, from where all replicas have compacted on.
    prefixes: Window<u64>,
    /// The last index committed in each term in which any was, both rising.
    by_term: Vec<(Term, LogIndex)>,
}

impl CommittedLog {
    pub fn new() -> CommittedLog {
        CommittedLog { prefixes: Window::starting(LogIndex(0), UNKNOWN), by_term: Vec::new() }
    }

    /// The last index that any replica knew to be committed.
    #[inline]
    pub fn last(&self) -> LogIndex {
        self.prefixes.end().previous()
    }

    /// Takes the entries of `log` behind the last committed one, up to `index`, whose prefix digest is
    /// `prefix`. They count as committed in `term`, or in a later one if something was committed there
    /// already.
    pub fn extend(&mut self, log: &LogMirror, index: LogIndex, prefix: u64, term: Term) {
        let mut next = self.last().next();
        while next < index {
            self.prefixes.set(next, log.prefix(next).unwrap_or(UNKNOWN));
            next = next.next();
        }
        self.prefixes.set(index, prefix);
        match self.by_term.last_mut() {
            Some((latest, last)) if *latest >= term => *last = index,
            Some(_) | None => self.by_term.push((term, index)),
        }
    }

    /// The prefix digest of the last committed index; `None` if it is not known.
    pub fn last_prefix(&self) -> Option<u64> {
        self.prefixes.get(self.last()).filter(|&prefix| prefix != UNKNOWN || self.last() == LogIndex(0))
    }

    /// The next index is committed, with this prefix digest if it is known.
    #[inline]
    pub fn push(&mut self, prefix: Option<u64>) {
        self.prefixes.set(self.last().next(), prefix.unwrap_or(UNKNOWN));
    }

    /// What was committed last has this prefix digest, as a replica says.
    pub fn settle(&mut self, prefix: u64) {
        self.prefixes.set(self.last(), prefix);
    }

    /// Whether `prefix` at `index` is what was committed there, as far as both are known.
    #[inline]
    pub fn agrees(&self, index: LogIndex, prefix: Option<u64>) -> bool {
        match (self.prefixes.get(index), prefix) {
            (Some(UNKNOWN), _) | (_, Some(UNKNOWN)) => true,
            (Some(committed), Some(prefix)) => committed == prefix,
            (None, _) | (_, None) => true,
        }
    }

    /// The highest committed index, at most `through`, up to which `log` holds what was committed. A log's
    /// prefix digests agree up to some index and never again, so that halving finds it.
    pub fn agreed(&self, log: &LogMirror, through: LogIndex) -> LogIndex {
        let through = through.min(log.last()).min(self.last());
        if self.agrees(through, log.prefix(through)) {
            return through;
        }
        let (mut agreeing, mut parted) = (log.base().previous(), through);
        while agreeing.next() < parted {
            let middle = LogIndex(agreeing.0.midpoint(parted.0));
            if self.agrees(middle, log.prefix(middle)) {
                agreeing = middle;
            } else {
                parted = middle;
            }
        }
        agreeing
    }

    /// The last index committed before `term`, which a leader of `term` must hold.
    pub fn required_of(&self, term: Term) -> LogIndex {
        let earlier = self.by_term.iter().rev().find(|&&(committed_in, _)| committed_in < term);
        earlier.map_or(LogIndex(0), |&(_, last)| last)
    }

    /// The term in which `index` was committed.
    pub fn committed_in(&self, index: LogIndex) -> Term {
        let place = self.by_term.partition_point(|&(_, last)| last < index);
        self.by_term.get(place).map_or(Term(0), |&(term, _)| term)
    }

    /// Forgets what all replicas have compacted.
    pub fn forget_before(&mut self, index: LogIndex) {
        self.prefixes.forget_before(index.min(self.last()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_of(prefixes: &[u64]) -> LogMirror {
        let mut log = LogMirror::new();
        (1..).zip(prefixes).for_each(|(index, &prefix)| log.append(LogIndex(index), prefix));
        log
    }

    fn committed() -> CommittedLog {
        let mut committed = CommittedLog::new();
        let log = log_of(&[11, 12, 13, 14, 15]);
        committed.extend(&log, LogIndex(2), 12, Term(1));
        committed.extend(&log, LogIndex(5), 15, Term(3));
        committed
    }

    #[test]
    fn a_log_agrees_up_to_where_it_parts() {
        let committed = committed();
        let full = LogIndex(9);
        assert_eq!(committed.agreed(&log_of(&[11, 12, 13, 14, 15, 16]), full), LogIndex(5));
        assert_eq!(committed.agreed(&log_of(&[11, 12, 13]), full), LogIndex(3));
        for parts_at in 1..=5 {
            let log: Vec<u64> = (1..=5).map(|index| index + if index < parts_at { 10 } else { 20 }).collect();
            assert_eq!(committed.agreed(&log_of(&log), full), LogIndex(parts_at - 1), "{log:?}");
        }
        let mut snapshot = LogMirror::new();
        snapshot.install(LogIndex(3), 99);
        assert_eq!(committed.agreed(&snapshot, full), LogIndex(2));
    }

    #[test]
    fn a_leader_owes_what_earlier_terms_committed() {
        let committed = committed();
        assert_eq!([1, 2, 3, 4].map(|term| committed.required_of(Term(term)).0), [0, 2, 2, 5]);
        assert_eq!([1, 2, 3, 5].map(|index| committed.committed_in(LogIndex(index)).0), [1, 1, 3, 3]);
    }
}
