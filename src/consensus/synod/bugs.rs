//! Bugs of published systems and proofs that a run can switch on. The algorithm reads a switch where the bug sits.

use crate::consensus::bugs::{Bug, Bugs};

/// An acceptor tells its promise before it is durable.
pub const PROMISE_NOT_DURABLE: Bugs = Bugs::row(0);
/// An acceptor tells that it accepted before that is durable.
pub const ACCEPT_NOT_DURABLE: Bugs = Bugs::row(1);
/// A proposer ignores what acceptors tell with their promises.
pub const PICK_OWN_VALUE: Bugs = Bugs::row(2);
/// A proposer takes the value of the lowest ballot that promises tell of.
pub const PICK_LOWEST_BALLOT: Bugs = Bugs::row(3);
/// A proposer keeps its ballot in memory only.
pub const BALLOT_REUSE: Bugs = Bugs::row(4);
/// A promise overwrites the ballot in which the acceptor accepted its value.
pub const ONE_BALLOT_ON_DISK: Bugs = Bugs::row(5);
/// An acceptor accepts in a lower ballot than it promised.
pub const ACCEPT_BELOW_PROMISE: Bugs = Bugs::row(6);
/// A learner adds up acceptances of different ballots.
pub const COUNT_ACROSS_BALLOTS: Bugs = Bugs::row(7);
/// A node with a new disk takes part as if it had promised nothing.
pub const AMNESIA: Bugs = Bugs::row(8);

/// Every switch, in the order of its row.
pub const TABLE: [Bug; 9] = [
    Bug {
        name: "synod-promise-not-durable",
        doc: "An acceptor tells its promise before that is on disk; after a crash it accepts lower ballots again.",
        source: "efficient/epaxos #28",
        caught_by: &["monotonic", "leader-completeness", "agreement"],
    },
    Bug {
        name: "synod-accept-not-durable",
        doc: "An acceptor tells that it accepted before that is on disk; a crash takes it away again.",
        source: "efficient/epaxos #28",
        caught_by: &["durability", "agreement"],
    },
    Bug {
        name: "synod-pick-own-value",
        doc: "A proposer proposes its own value, whatever acceptors tell with their promises (P2c).",
        source: "Lamport 2001, §2.2",
        caught_by: &["leader-completeness", "agreement"],
    },
    Bug {
        name: "synod-pick-lowest-ballot",
        doc: "A proposer takes the value of the lowest ballot that promises tell of, not of the highest (P2c).",
        source: "Lamport 2001, §2.2",
        caught_by: &["leader-completeness", "agreement"],
    },
    Bug {
        name: "synod-ballot-reuse",
        doc: "A proposer keeps its ballot in memory only; after a crash it uses it again, for another value.",
        source: "imdea-software/swiftpaxos #3",
        caught_by: &["one-leader", "log-matching"],
    },
    Bug {
        name: "synod-one-ballot-on-disk",
        doc: "An acceptor keeps one ballot for what it promised and for what it accepted, so that a promise makes its value \
              look newer than it is.",
        source: "imdea-software/swiftpaxos #3",
        caught_by: &["durability", "leader-completeness"],
    },
    Bug {
        name: "synod-accept-below-promise",
        doc: "An acceptor accepts in a lower ballot than it promised (P1a).",
        source: "Lamport 2001, §2.2",
        caught_by: &["monotonic", "leader-completeness"],
    },
    Bug {
        name: "synod-count-across-ballots",
        doc: "A learner takes a value for chosen that enough acceptors accepted, each in whatever ballot.",
        source: "Lamport 2001, §2.3: a majority has accepted the proposal, number and value",
        caught_by: &["durability", "agreement"],
    },
    Bug {
        name: "synod-amnesia",
        doc: "A node whose disk was lost takes part with the new one as if it had promised and accepted nothing.",
        source: "Michael and others, DISC 2017",
        caught_by: &["monotonic", "durability"],
    },
];
