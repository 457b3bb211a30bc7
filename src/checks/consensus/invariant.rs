//! The table of invariants: one row each, read by `list checks`, `explain` and the loader.

use crate::model::note::Holding;

/// What must hold of the replicas of one system together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Invariant {
    /// At most one node becomes leader in a term.
    OneLeader,
    /// Logs that hold an entry of the same index and term are equal up to it.
    LogMatching,
    /// A new leader's log holds every entry committed in earlier terms.
    LeaderCompleteness,
    /// No two replicas commit or apply different entries at an index.
    Agreement,
    /// What is committed, or acknowledged to a client, is durable on a quorum and stays so.
    Durability,
    /// A client's operation takes effect at most once.
    ExactlyOnce,
    /// Terms and indices never go back.
    Monotonic,
}

/// What a person is told of an invariant.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Which.
    pub invariant: Invariant,
    /// The name in scenarios and CSVs.
    pub name: &'static str,
    /// What it demands of any protocol.
    pub meaning: &'static str,
    /// What that is in Raft.
    pub in_raft: &'static str,
    /// Where Raft's authors state it.
    pub section: &'static str,
    /// What that is in Multi-Paxos, and where its authors state it.
    pub in_multi_paxos: &'static str,
    /// What that is in single-decree Paxos, and where its author states it.
    pub in_paxos: &'static str,
    /// The notes and facts upon which it is evaluated.
    pub evaluated: &'static str,
}

impl Row {
    /// What it demands of nodes that hold this: in their protocol's words.
    pub fn meaning_for(&self, holding: Holding) -> &'static str {
        match holding {
            Holding::Log => self.meaning,
            Holding::Slots => self.in_multi_paxos,
            Holding::Decree => self.in_paxos,
        }
    }
}

/// Every invariant, in the order of [`Invariant`].
pub const TABLE: [Row; 7] = [
    Row {
        invariant: Invariant::OneLeader,
        name: "one-leader",
        meaning: "at most one node becomes leader in a term, and it does so once, by the votes of a quorum",
        in_raft: "Election Safety",
        section: "Ongaro and Ousterhout 2014, §5.2 and Figure 3",
        in_multi_paxos: "one proposer a ballot, and it ends phase 1 there once (Lamport 2001, §2.2: different proposers \
                         choose from disjoint sets of numbers)",
        in_paxos: "one proposer a ballot, which prepares it once, restarts or not (Lamport 2001, §2.2 and §2.5: disjoint \
                   numbers, and none twice)",
        evaluated: "when a node is elected and becomes leader",
    },
    Row {
        invariant: Invariant::LogMatching,
        name: "log-matching",
        meaning: "two logs that ever held an entry of the same index and term were equal up to it",
        in_raft: "Log Matching",
        section: "Ongaro and Ousterhout 2014, §5.3 and Figure 3",
        in_multi_paxos: "one value a slot and ballot (Lamport 2001, §2.2: a proposal is a number and one value)",
        in_paxos: "one value a ballot, of all that is proposed or accepted in it (Lamport 2001, §2.2: a proposal is a \
                   number and one value)",
        evaluated: "when an entry is appended or accepted, or a snapshot installed",
    },
    Row {
        invariant: Invariant::LeaderCompleteness,
        name: "leader-completeness",
        meaning: "a new leader's log holds every entry known to be committed in an earlier term",
        in_raft: "Leader Completeness",
        section: "Ongaro and Ousterhout 2014, §5.4 and Figure 3",
        in_multi_paxos: "no ballot above the one in which a value was chosen has another value accepted in that slot \
                         (P2b), and its promises came from somebody of those who chose, where its proposer does not know \
                         what was (P2c: Lamport 2001, §2.2)",
        in_paxos: "no ballot above the one in which a value was chosen has another (P2b), and its promises came from a \
                   quorum that has somebody in common with those who chose (P2c: Lamport 2001, §2.2)",
        evaluated: "when a node becomes leader; where slots are decided each by itself, when a value is accepted or committed",
    },
    Row {
        invariant: Invariant::Agreement,
        name: "agreement",
        meaning: "all nodes commit the same entry at each index, and apply the same, and nothing early",
        in_raft: "State Machine Safety",
        section: "Ongaro and Ousterhout 2014, §5.4.3 and Figure 3",
        in_multi_paxos: "one value is chosen a slot, and it is the one that all commit and apply there (Lamport 2001, §2.1)",
        in_paxos: "only a value that a client proposed is chosen, only one is, and no node learns another (Lamport 2001, \
                   §2.1, the three requirements of safety)",
        evaluated: "when a node commits, applies or installs a snapshot",
    },
    Row {
        invariant: Invariant::Durability,
        name: "durability",
        meaning: "a quorum holds durably what is committed, from then on; what was durable survives a \
                  restart; an acknowledged operation was applied",
        in_raft: "the premise of Figure 2: updated on stable storage before responding",
        section: "Ongaro and Ousterhout 2014, §5.3 and Figure 2; Ongaro 2014, §3.8 and §10.2.1",
        in_multi_paxos: "a phase-2 quorum of the configuration in force accepted it in one ballot, durably, and finds it \
                         again (Lamport 2001, §2.5)",
        in_paxos: "what a node learned, or a client was told, a phase-2 quorum had accepted durably in one ballot; and an \
                   acceptor that restarts finds again what it accepted (Lamport 2001, §2.3 and §2.5)",
        evaluated: "when an index is first committed, a durable entry removed, a disk read, a client answered",
    },
    Row {
        invariant: Invariant::ExactlyOnce,
        name: "exactly-once",
        meaning: "an operation of a session takes effect at no more than one index",
        in_raft: "linearizable semantics by client sessions",
        section: "Ongaro 2014, §6.3",
        in_multi_paxos: "an operation of a session takes effect in no more than one slot: sessions are the store's",
        in_paxos: "at most one proposal is told that it is the one chosen",
        evaluated: "when an operation is first applied at an index",
    },
    Row {
        invariant: Invariant::Monotonic,
        name: "monotonic",
        meaning: "a node's term, committed and applied index never fall while it runs; it votes for one candidate a term; and \
                  a restart takes it to no term below one that it voted in, led or holds entries of, and to no other vote",
        in_raft: "current_term, commit_index and last_applied increase monotonically; votedFor changes with the term only",
        section: "Ongaro and Ousterhout 2014, §5.1 and Figure 2",
        in_multi_paxos: "an acceptor promises, accepts and, after a restart, remembers no ballot below one that it \
                         promised (P1a: Lamport 2001, §2.2 and §2.5); nor does the commit or applied index fall",
        in_paxos: "an acceptor promises, accepts and, after a restart, remembers no ballot below one that it promised \
                   (P1a: Lamport 2001, §2.2 and §2.5)",
        evaluated: "when a node promises or votes, accepts, campaigns, leads, steps down, commits, applies, installs a \
                    snapshot or has read its disk",
    },
];

impl Invariant {
    /// What a person is told of it.
    pub fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The name in scenarios and CSVs.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The invariant of this name, if there is one.
    pub fn named(name: &str) -> Option<Invariant> {
        TABLE.iter().find(|row| row.name == name).map(|row| row.invariant)
    }
}

/// A set of invariants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InvariantSet(u8);

impl InvariantSet {
    /// All of them.
    pub const ALL: InvariantSet = InvariantSet((1 << TABLE.len()) - 1);

    /// Whether `invariant` is among them.
    pub fn contains(self, invariant: Invariant) -> bool {
        self.0 & 1 << invariant as u8 != 0
    }
}

impl FromIterator<Invariant> for InvariantSet {
    fn from_iter<I: IntoIterator<Item = Invariant>>(invariants: I) -> Self {
        InvariantSet(invariants.into_iter().fold(0, |set, invariant| set | 1 << invariant as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_at_its_invariant_and_is_found_by_its_name() {
        for (place, row) in TABLE.iter().enumerate() {
            assert_eq!(row.invariant as usize, place);
            assert_eq!(Invariant::named(row.name), Some(row.invariant));
            assert!(InvariantSet::ALL.contains(row.invariant));
        }
        assert_eq!(Invariant::named("no-such"), None);
    }

    #[test]
    fn each_protocol_is_told_in_its_own_words() {
        for row in &TABLE {
            let words =
                [Holding::Log, Holding::Slots, Holding::Decree].map(|holding| row.meaning_for(holding));
            assert!(words[0] != words[1] && words[1] != words[2] && words[0] != words[2], "{}", row.name);
        }
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let set: InvariantSet = [Invariant::Monotonic, Invariant::OneLeader].into_iter().collect();
        assert!(set.contains(Invariant::OneLeader) && set.contains(Invariant::Monotonic));
        assert!(!set.contains(Invariant::Agreement));
    }
}
