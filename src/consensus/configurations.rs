//! The configurations that a log has brought, so that the one in force at any index of it is known: a log that is cut
//! back takes its configurations with it.

use std::collections::VecDeque;

use crate::model::log::{Command, Entry, LogIndex};
use crate::model::membership::Configuration;

/// The configurations of a log, by the index of the entry that brought each. There is always one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Configurations {
    /// The last of `history`, which every message looks at.
    latest: Configuration,
    /// Rising by index; the first is in force from before the log's first entry.
    history: VecDeque<(LogIndex, Configuration)>,
}

impl Configurations {
    /// A log whose prefix up to `index` leaves `configuration` in force.
    pub fn starting(index: LogIndex, configuration: Configuration) -> Configurations {
        Configurations { latest: configuration, history: VecDeque::from([(index, configuration)]) }
    }

    /// The one that the log brought last.
    #[inline]
    pub fn latest(&self) -> &Configuration {
        &self.latest
    }

    /// The index of the entry that brought it.
    pub fn latest_index(&self) -> LogIndex {
        self.last().0
    }

    /// The one that was last brought at or before `index`; the oldest known if that is forgotten.
    pub fn at(&self, index: LogIndex) -> Configuration {
        let behind = self.history.partition_point(|&(from, _)| from <= index);
        self.history[behind.saturating_sub(1)].1
    }

    /// The one that was last brought at or before `index`, and all that were brought behind it, each with the index of the
    /// entry that brought it.
    pub fn since(&self, index: LogIndex) -> impl Iterator<Item = &(LogIndex, Configuration)> {
        let behind = self.history.partition_point(|&(from, _)| from <= index);
        self.history.range(behind.saturating_sub(1)..)
    }

    /// The index of the entry that made `slot` the voter that it is now; the oldest index known if that is forgotten.
    pub fn voter_since(&self, slot: usize) -> LogIndex {
        let votes = |(_, configuration): &&(LogIndex, Configuration)| configuration.is_voter(slot);
        self.history.iter().rev().take_while(votes).last().map_or(self.latest_index(), |&(index, _)| index)
    }

    /// An entry now stands at `index`, behind all others. Returns whether it brought a configuration.
    #[inline]
    pub fn append(&mut self, index: LogIndex, entry: &Entry) -> bool {
        let Command::Reconfigure(configuration) = entry.command else { return false };
        assert!(index > self.latest_index(), "a log grows at its end");
        self.history.push_back((index, configuration));
        self.latest = configuration;
        true
    }

    /// The entries at `from` and after are gone. Returns whether a configuration went with them.
    pub fn truncate(&mut self, from: LogIndex) -> bool {
        let before = self.history.len();
        while self.history.len() > 1 && self.latest_index() >= from {
            self.history.pop_back();
        }
        // What was before is forgotten for a snapshot's sake, and only a bug cuts what a snapshot holds: nothing older comes back.
        let oldest = self.history.front_mut().expect("there is always one");
        oldest.0 = oldest.0.min(from.previous());
        self.latest = self.last().1;
        self.history.len() < before
    }

    /// Forgets what was in force only before `index`.
    pub fn forget_before(&mut self, index: LogIndex) {
        while self.history.len() > 1 && self.history[1].0 <= index {
            self.history.pop_front();
        }
    }

    fn last(&self) -> (LogIndex, Configuration) {
        *self.history.back().expect("there is always one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::Term;
    use crate::model::membership::Slots;

    fn of(voters: usize) -> Configuration {
        Configuration::of_voters(Slots::first(voters))
    }

    fn with_two_changes() -> Configurations {
        let mut configurations = Configurations::starting(LogIndex(0), of(3));
        for (index, command) in
            [(4, Command::Reconfigure(of(4))), (5, Command::Noop), (9, Command::Reconfigure(of(5)))]
        {
            configurations.append(LogIndex(index), &Entry { term: Term(1), command });
        }
        configurations
    }

    #[test]
    fn each_is_in_force_from_its_entry_on() {
        let configurations = with_two_changes();
        let voters = [0, 3, 4, 8, 9, 99].map(|index| configurations.at(LogIndex(index)).voters.len());
        assert_eq!(voters, [3, 3, 4, 4, 5, 5]);
        assert_eq!([0, 3, 4].map(|slot| configurations.voter_since(slot).0), [0, 4, 9]);
        assert_eq!((configurations.latest().voters.len(), configurations.latest_index()), (5, LogIndex(9)));
    }

    #[test]
    fn a_cut_of_the_end_brings_back_the_one_before() {
        let mut configurations = with_two_changes();
        assert!(!configurations.truncate(LogIndex(10)));
        assert!(configurations.truncate(LogIndex(9)));
        assert_eq!(*configurations.latest(), of(4));
        assert!(configurations.truncate(LogIndex(1)));
        assert_eq!(*configurations.latest(), of(3));
    }

    #[test]
    fn a_cut_behind_what_is_forgotten_leaves_the_oldest_that_is_known() {
        let mut configurations = with_two_changes();
        configurations.forget_before(LogIndex(9));
        assert!(!configurations.truncate(LogIndex(3)));
        assert_eq!((*configurations.latest(), configurations.latest_index()), (of(5), LogIndex(2)));
        assert!(
            configurations
                .append(LogIndex(3), &Entry { term: Term(2), command: Command::Reconfigure(of(4)) })
        );
    }

    #[test]
    fn the_one_in_force_where_the_log_begins_is_kept() {
        let mut configurations = with_two_changes();
        configurations.forget_before(LogIndex(8));
        assert_eq!(configurations.at(LogIndex(8)), of(4));
        configurations.forget_before(LogIndex(99));
        assert_eq!(configurations.at(LogIndex(99)), of(5));
    }
}
