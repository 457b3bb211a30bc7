//! Raft's bug switches. Each changes the algorithm only where its constant is used.

use crate::consensus::bugs::{Bug, Bugs};

/// Term and vote are not written before they are told.
pub const VOTE_NOT_PERSISTED: Bugs = Bugs::row(0);
/// A leader commits an older term's entry by counting its copies.
pub const COMMIT_OLDER_TERM: Bugs = Bugs::row(1);
/// A new leader appends no entry of its own term.
pub const NO_NOOP: Bugs = Bugs::row(2);
/// A follower cuts its log behind every message's previous entry.
pub const TRUNCATE_ALWAYS: Bugs = Bugs::row(3);
/// A leader believes whatever acknowledgement came last.
pub const MATCH_LAST_REPLY_WINS: Bugs = Bugs::row(4);
/// A voter votes for all who ask.
pub const VOTE_TWICE: Bugs = Bugs::row(5);
/// A follower acknowledges entries that a crash would still take away.
pub const ACK_BEFORE_SYNC: Bugs = Bugs::row(6);
/// A server takes any damage in its log for the torn end that a crash leaves.
pub const TRUNCATE_ON_CORRUPT: Bugs = Bugs::row(7);

/// Every switch, in the order of its row.
pub const TABLE: [Bug; 8] = [
    Bug {
        name: "raft-vote-not-persisted",
        doc: "A server tells its vote without writing term and vote; after a crash it votes again.",
        source: "1: ongardie/raft.tla #5",
        caught_by: "one leader per term",
    },
    Bug {
        name: "raft-commit-older-term",
        doc: "A leader commits an entry of an earlier term by counting copies (Raft, Figure 8).",
        source: "2: PySyncObj #169",
        caught_by: "state machine safety, leader completeness",
    },
    Bug {
        name: "raft-no-noop",
        doc: "A new leader appends no entry of its term, so that older ones stall and its read index is stale.",
        source: "4: PikaLabs/floyd #17",
        caught_by: "progress after healing, linearizable reads",
    },
    Bug {
        name: "raft-truncate-always",
        doc: "A follower cuts everything behind the previous entry of an old, short or empty AppendEntries.",
        source: "12: openraft 9540c904, willemt/raft #118",
        caught_by: "state machine safety, leader completeness",
    },
    Bug {
        name: "raft-match-last-reply-wins",
        doc: "A leader sets match_index from whatever reply came last, though it is late or of an earlier term.",
        source: "14: PySyncObj #166, raftos #25",
        caught_by: "progress after healing, leader completeness",
    },
    Bug {
        name: "raft-vote-twice",
        doc: "A voter grants its vote to every candidate of a term.",
        source: "17: xraft #33, daos-stack/raft #70",
        caught_by: "one leader per term",
    },
    Bug {
        name: "raft-ack-before-sync",
        doc: "A follower acknowledges entries before they are durable; a crash takes them away again.",
        source: "28 (its Paxos form): efficient/epaxos #28",
        caught_by: "state machine safety, leader completeness",
    },
    Bug {
        name: "raft-truncate-on-corrupt",
        doc: "A server that finds a damaged entry at boot cuts its log there, as if a crash had torn the end, and goes on.",
        source: "22: Alagappan and others, Protocol-Aware Recovery (FAST 2018)",
        caught_by: "durability, leader completeness",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_constant_stands_at_the_row_of_its_name() {
        let rows = [
            (VOTE_NOT_PERSISTED, "raft-vote-not-persisted"),
            (COMMIT_OLDER_TERM, "raft-commit-older-term"),
            (NO_NOOP, "raft-no-noop"),
            (TRUNCATE_ALWAYS, "raft-truncate-always"),
            (MATCH_LAST_REPLY_WINS, "raft-match-last-reply-wins"),
            (VOTE_TWICE, "raft-vote-twice"),
            (ACK_BEFORE_SYNC, "raft-ack-before-sync"),
            (TRUNCATE_ON_CORRUPT, "raft-truncate-on-corrupt"),
        ];
        assert_eq!(rows.len(), TABLE.len());
        for (bug, name) in rows {
            assert_eq!(Bugs::named(&TABLE, name), Some(bug), "{name}");
        }
    }
}
