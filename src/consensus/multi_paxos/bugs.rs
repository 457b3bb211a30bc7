//! Bugs of published systems and proofs that a run can switch on. The algorithm reads a switch where the bug sits.

use crate::consensus::bugs::{Bug, Bugs};

/// An acceptor tells its promise before it is durable.
pub const PROMISE_NOT_DURABLE: Bugs = Bugs::row(0);
/// An acceptor tells that it accepted before that is durable.
pub const ACCEPT_NOT_DURABLE: Bugs = Bugs::row(1);
/// A new leader ignores what acceptors tell with their promises.
pub const PICK_OWN_VALUE: Bugs = Bugs::row(2);
/// A new leader proposes the value of the lowest ballot again.
pub const PICK_LOWEST_BALLOT: Bugs = Bugs::row(3);
/// A proposer does not write its ballot.
pub const BALLOT_REUSE: Bugs = Bugs::row(4);
/// A new leader leaves gaps as they are.
pub const NO_GAP_FILL: Bugs = Bugs::row(5);
/// An acceptor promises another ballot though it hears a leader.
pub const LEASE_IGNORES_PROMISE: Bugs = Bugs::row(6);
/// A follower takes whatever it accepted for what is chosen.
pub const COMMIT_ANY_BALLOT: Bugs = Bugs::row(7);
/// A configuration decides from the next slot on.
pub const ALPHA_IGNORED: Bugs = Bugs::row(8);
/// A server with a new disk takes part as if nothing had been promised.
pub const AMNESIA: Bugs = Bugs::row(9);

/// Every switch, in the order of its row.
pub const TABLE: [Bug; 10] = [
    Bug {
        name: "paxos-promise-not-durable",
        doc: "An acceptor tells its promise before that is on disk; after a crash it accepts lower ballots again.",
        source: "efficient/epaxos #28",
        caught_by: &["monotonic", "leader-completeness", "agreement"],
    },
    Bug {
        name: "paxos-accept-not-durable",
        doc: "An acceptor tells that it accepted before that is on disk; a crash takes it away again.",
        source: "efficient/epaxos #28",
        caught_by: &["durability", "agreement"],
    },
    Bug {
        name: "paxos-pick-own-value",
        doc: "A new leader proposes its own values, whatever acceptors tell with their promises (P2c).",
        source: "Lamport 2001, §2.2",
        caught_by: &["leader-completeness", "agreement"],
    },
    Bug {
        name: "paxos-pick-lowest-ballot",
        doc: "A new leader proposes the value of the lowest ballot that promises tell of, not of the highest (P2c).",
        source: "Lamport 2001, §2.2",
        caught_by: &["leader-completeness", "agreement"],
    },
    Bug {
        name: "paxos-ballot-reuse",
        doc: "A proposer does not write its ballot; after a crash it uses it again, for other values.",
        source: "imdea-software/swiftpaxos #3",
        caught_by: &["monotonic", "one-leader", "log-matching"],
    },
    Bug {
        name: "paxos-no-gap-fill",
        doc: "A new leader proposes nothing in slots that no promise tells of, and nothing behind them is ever applied.",
        source: "Lamport 2001, §3",
        caught_by: &["liveness"],
    },
    Bug {
        name: "paxos-lease-ignores-promise",
        doc: "An acceptor promises another ballot within the time that the leader's lease counts on.",
        source: "Chandra and others 2007, §5.2",
        caught_by: &["linearizable"],
    },
    Bug {
        name: "paxos-commit-any-ballot",
        doc: "A follower told that a slot is chosen takes the value that it accepted there, of whatever ballot.",
        source: "Lamport 2001, §2.3: a value is chosen in a ballot, not in a slot",
        caught_by: &["agreement"],
    },
    Bug {
        name: "paxos-alpha-ignored",
        doc: "A configuration decides from the next slot on, though slots behind are under way with the one before.",
        source: "Lamport, Malkhi and Zhou 2010, §3.1",
        caught_by: &["leader-completeness", "durability", "agreement"],
    },
    Bug {
        name: "paxos-amnesia",
        doc: "A server whose disk was lost promises and accepts as if it had never promised anything.",
        source: "Michael and others, DISC 2017",
        caught_by: &["durability", "leader-completeness", "agreement"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_stands_at_the_row_of_its_name() {
        let rows = [
            (PROMISE_NOT_DURABLE, "paxos-promise-not-durable"),
            (ACCEPT_NOT_DURABLE, "paxos-accept-not-durable"),
            (PICK_OWN_VALUE, "paxos-pick-own-value"),
            (PICK_LOWEST_BALLOT, "paxos-pick-lowest-ballot"),
            (BALLOT_REUSE, "paxos-ballot-reuse"),
            (NO_GAP_FILL, "paxos-no-gap-fill"),
            (LEASE_IGNORES_PROMISE, "paxos-lease-ignores-promise"),
            (COMMIT_ANY_BALLOT, "paxos-commit-any-ballot"),
            (ALPHA_IGNORED, "paxos-alpha-ignored"),
            (AMNESIA, "paxos-amnesia"),
        ];
        assert_eq!(rows.len(), TABLE.len());
        for (bug, name) in rows {
            assert_eq!(Bugs::named(&TABLE, name), Some(bug), "{name}");
        }
    }
}
