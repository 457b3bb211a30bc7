//! What one replica looks like by its notes.

use crate::kernel::NodeId;
use crate::model::log::{LogIndex, Term};
use crate::model::membership::{Slots, majority};

use super::violation::Shortfall;
use super::window::Window;

/// Stands for a prefix digest that no note told. A true digest of this value would merely go uncompared.
pub(super) const UNKNOWN: u64 = 0;

/// A replica's log.
#[derive(Clone, Debug)]
pub(super) struct LogMirror {
    /// The prefix digest of every index from the base on, the base included: where a snapshot ends, or 0.
    prefixes: Window<u64>,
    durable: LogIndex,
}

impl LogMirror {
    pub fn new() -> LogMirror {
        LogMirror::starting(LogIndex(0), UNKNOWN)
    }

    fn starting(base: LogIndex, prefix: u64) -> LogMirror {
        LogMirror { prefixes: Window::starting(base, prefix), durable: base }
    }

    /// Where the log begins: the entries up to here are in a snapshot, if anywhere.
    pub fn base(&self) -> LogIndex {
        self.prefixes.first()
    }

    /// The index of the last entry.
    #[inline]
    pub fn last(&self) -> LogIndex {
        self.prefixes.end().previous()
    }

    /// The last index that a crash leaves.
    #[inline]
    pub fn durable(&self) -> LogIndex {
        self.durable
    }

    /// The prefix digest at `index`; `None` outside of the log, before its base included.
    #[inline]
    pub fn prefix(&self, index: LogIndex) -> Option<u64> {
        self.prefixes.get(index)
    }

    /// An entry stands at `index` now. One that stood there, and all behind it, are gone with that; a gap
    /// means that what lies before is not known.
    #[inline]
    pub fn append(&mut self, index: LogIndex, prefix: u64) {
        if index != self.prefixes.end() {
            if index <= self.base() {
                return;
            } else if index < self.prefixes.end() {
                self.truncate(index);
            } else {
                *self = LogMirror::starting(index.previous(), UNKNOWN);
            }
        }
        self.prefixes.set(index, prefix);
    }

    /// The entries at `from` and after are gone; what a snapshot covers is not in question.
    pub fn truncate(&mut self, from: LogIndex) {
        let from = from.max(self.base().next());
        self.prefixes.truncate(from);
        self.durable = self.durable.min(from.previous());
    }

    /// The log is durable up to `through`.
    #[inline]
    pub fn sync(&mut self, through: LogIndex) {
        self.durable = self.durable.max(through.min(self.last()));
    }

    /// A durable snapshot stands for the log up to `index`; what is behind stays if the log led there.
    pub fn install(&mut self, index: LogIndex, prefix: u64) {
        if self.prefix(index) == Some(prefix) {
            self.durable = self.durable.max(index);
        } else if index >= self.base() {
            *self = LogMirror::starting(index, prefix);
        }
    }

    /// The entries up to `index` are in a durable snapshot, and dropped.
    pub fn compact(&mut self, index: LogIndex) {
        if index > self.last() {
            *self = LogMirror::starting(index, UNKNOWN);
        } else {
            self.prefixes.forget_before(index);
            self.durable = self.durable.max(index);
        }
    }
}

/// Whose agreement commits an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Quorum {
    /// Who votes.
    pub voters: Slots,
    /// The voters whom they replace, of whom enough must agree too; none outside of joint consensus.
    pub outgoing: Slots,
    /// How many must agree of each group; 0 is a majority.
    pub count: u8,
}

impl Quorum {
    /// A majority of so many nodes.
    pub fn of_all(nodes: usize) -> Quorum {
        Quorum { voters: Slots::first(nodes), outgoing: Slots::NONE, count: 0 }
    }

    /// The groups that must agree, and how many of each.
    pub fn groups(self) -> impl Iterator<Item = (Slots, usize)> {
        let needed = move |group: Slots| match self.count {
            0 => majority(group.len()),
            count => usize::from(count),
        };
        let groups = [self.voters, self.outgoing].into_iter();
        groups.filter(|group| !group.is_empty()).map(move |group| (group, needed(group)))
    }

    /// What `those` lack to a quorum, of the first group of which there are not enough.
    #[inline]
    pub fn shortfall(self, those: Slots) -> Option<Shortfall> {
        self.groups().find_map(|(group, needed)| {
            let [holders, replicas, quorum] =
                [those.common(group).len(), group.len(), needed].map(|count| count as u32);
            (holders < quorum).then_some(Shortfall { holders, replicas, quorum })
        })
    }
}

/// A replica.
#[derive(Clone, Debug)]
pub(super) struct Mirror {
    pub node: NodeId,
    /// Whose agreement commits what it commits, as it told.
    pub quorum: Quorum,
    pub log: LogMirror,
    /// After a restart, until the disk is read: the log that should be found there.
    pub expected: Option<LogMirror>,
    /// Up to where it held its log durably on a disk that was lost, as it knows; 0 once it was taken in again.
    pub forgot: LogIndex,
    /// Counts its starts.
    pub incarnation: u32,
    /// The highest term that this incarnation noted, or that it must know of.
    pub term: Term,
    /// The highest term that any incarnation led.
    pub led: Term,
    /// The term that it leads now, if it leads.
    pub leading: Option<Term>,
    /// The last index that this incarnation knows to be committed.
    pub committed: LogIndex,
    /// The last index that this incarnation applied.
    pub applied: LogIndex,
}

impl Mirror {
    pub fn new(node: NodeId, quorum: Quorum) -> Mirror {
        Mirror {
            node,
            quorum,
            log: LogMirror::new(),
            expected: None,
            forgot: LogIndex(0),
            incarnation: 0,
            term: Term(0),
            led: Term(0),
            leading: None,
            committed: LogIndex(0),
            applied: LogIndex(0),
        }
    }

    pub fn lead(&mut self, term: Term) {
        self.leading = Some(term);
        self.led = self.led.max(term);
    }

    /// It is gone, and its log is what was durable.
    pub fn crash(&mut self) {
        self.log.truncate(self.log.durable().next());
        self.leading = None;
    }

    /// It takes part no more. If it could not tell what its disk holds, it is as one that is down.
    pub fn halt(&mut self) {
        self.leading = None;
        if let Some(expected) = self.expected.take() {
            self.log = expected;
        }
    }

    /// It knows that its disk is a new one, and that what it held is gone: it promises nothing on it.
    pub fn recover(&mut self) {
        if let Some(expected) = self.expected.take() {
            self.forgot = self.forgot.max(expected.durable());
        }
    }

    /// It starts with nothing; its notes tell what the disk held.
    pub fn boot(&mut self) {
        let expected = std::mem::replace(&mut self.log, LogMirror::new());
        *self = Mirror {
            log: LogMirror::new(),
            expected: Some(expected),
            forgot: self.forgot,
            incarnation: self.incarnation + 1,
            term: self.led,
            led: self.led,
            ..Mirror::new(self.node, self.quorum)
        };
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

    #[test]
    fn a_crash_leaves_what_was_synced() {
        let mut mirror = Mirror::new(NodeId(0), Quorum::of_all(3));
        mirror.log = log_of(&[11, 12, 13]);
        mirror.log.sync(LogIndex(2));
        mirror.crash();
        assert_eq!((mirror.log.last(), mirror.log.prefix(LogIndex(2))), (LogIndex(2), Some(12)));
    }

    #[test]
    fn what_is_removed_is_no_longer_durable() {
        let mut log = log_of(&[11, 12, 13]);
        log.sync(LogIndex(3));
        log.truncate(LogIndex(2));
        log.append(LogIndex(2), 22);
        assert_eq!((log.last(), log.durable()), (LogIndex(2), LogIndex(1)));
    }

    #[test]
    fn a_snapshot_keeps_what_is_behind_it_only_in_a_log_that_led_there() {
        let mut log = log_of(&[11, 12, 13]);
        log.install(LogIndex(2), 12);
        assert_eq!((log.last(), log.durable()), (LogIndex(3), LogIndex(2)));
        log.install(LogIndex(2), 99);
        assert_eq!((log.base(), log.last(), log.durable()), (LogIndex(2), LogIndex(2), LogIndex(2)));
    }

    #[test]
    fn a_compacted_log_still_tells_the_prefix_at_its_base() {
        let mut log = log_of(&[11, 12, 13]);
        log.compact(LogIndex(2));
        assert_eq!([1, 2, 3].map(|index| log.prefix(LogIndex(index))), [None, Some(12), Some(13)]);
        log.truncate(LogIndex(1));
        assert_eq!(log.last(), LogIndex(2));
    }

    #[test]
    fn a_gap_leaves_what_is_before_it_unknown() {
        let mut log = log_of(&[11]);
        log.append(LogIndex(u64::MAX - 1), 7);
        assert_eq!(log.prefix(LogIndex(1)), None);
        assert_eq!(log.prefix(LogIndex(u64::MAX - 1)), Some(7));
    }
}
