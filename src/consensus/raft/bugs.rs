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
/// A leader changes who votes before it has committed an entry of its term.
pub const CHANGE_WITHOUT_NOOP: Bugs = Bugs::row(8);
/// A leader hands over to a server whose log may lack entries.
pub const TRANSFER_UNCHECKED: Bugs = Bugs::row(9);
/// A leader keeps its lease when it has told another to campaign.
pub const LEASE_IGNORES_TRANSFER: Bugs = Bugs::row(10);
/// A leader tells a follower its commit index as read index at once.
pub const FOLLOWER_READ_UNSAFE: Bugs = Bugs::row(11);
/// A snapshot does not say who takes part.
pub const SNAPSHOT_DROPS_CONFIGURATION: Bugs = Bugs::row(12);
/// A server with a new disk takes part as if nothing had been promised.
pub const AMNESIA: Bugs = Bugs::row(13);
/// A leader serves reads without a round that confirms it.
pub const READ_UNCONFIRMED: Bugs = Bugs::row(14);
/// A leader keeps its lease for as long as it would lead without an answer.
pub const LEASE_OUTLIVES_PATIENCE: Bugs = Bugs::row(15);
/// A follower acknowledges its whole log, whatever it was sent.
pub const ACK_OVERCLAIMS: Bugs = Bugs::row(16);
/// A leader takes a refusal's hint for an acknowledgement.
pub const COMMIT_ON_REFUSAL: Bugs = Bugs::row(17);
/// A leader commits what half of the voters hold.
pub const HALF_IS_ENOUGH: Bugs = Bugs::row(18);
/// A voter looks at the length of a candidate's log, not at its last term.
pub const VOTE_BY_LENGTH: Bugs = Bugs::row(19);
/// A follower takes over the term of any AppendEntries.
pub const TERM_FALLS: Bugs = Bugs::row(20);
/// A follower commits up to its leader's commit index, whatever it holds there.
pub const COMMIT_UNMATCHED: Bugs = Bugs::row(21);
/// A snapshot that was received replaces the log, though that has gone ahead meanwhile.
pub const SNAPSHOT_RACE: Bugs = Bugs::row(22);
/// A sync under way counts for what was written in the place of what it covers.
pub const APPEND_ABA: Bugs = Bugs::row(23);

/// Every switch, in the order of its row.
pub const TABLE: [Bug; 24] = [
    Bug {
        name: "raft-vote-not-persisted",
        doc: "A server tells its vote without writing term and vote; after a crash it votes again.",
        source: "ongardie/raft.tla #5",
        caught_by: &["monotonic", "one-leader"],
    },
    Bug {
        name: "raft-commit-older-term",
        doc: "A leader commits an entry of an earlier term by counting copies (Raft, Figure 8).",
        source: "PySyncObj #169",
        caught_by: &["leader-completeness", "agreement"],
    },
    Bug {
        name: "raft-no-noop",
        doc: "A new leader appends no entry of its term, so that older ones stall and its read index is stale.",
        source: "PikaLabs/floyd #17",
        caught_by: &["linearizable", "liveness"],
    },
    Bug {
        name: "raft-truncate-always",
        doc: "A follower cuts everything behind the previous entry of an old, short or empty AppendEntries.",
        source: "openraft 9540c904, willemt/raft #118",
        caught_by: &["durability", "agreement", "leader-completeness"],
    },
    Bug {
        name: "raft-match-last-reply-wins",
        doc: "A leader sets match_index from whatever reply came last, though it is late or of an earlier term.",
        source: "PySyncObj #166, raftos #25",
        caught_by: &["liveness", "leader-completeness"],
    },
    Bug {
        name: "raft-vote-twice",
        doc: "A voter grants its vote to every candidate of a term.",
        source: "xraft #33, daos-stack/raft #70",
        caught_by: &["monotonic", "one-leader"],
    },
    Bug {
        name: "raft-ack-before-sync",
        doc: "A follower acknowledges entries before they are durable; a crash takes them away again.",
        source: "efficient/epaxos #28 (a Paxos)",
        caught_by: &["durability", "agreement", "leader-completeness"],
    },
    Bug {
        name: "raft-truncate-on-corrupt",
        doc: "A server that finds a damaged entry at boot cuts its log there, as if a crash had torn the end, and goes on.",
        source: "Alagappan and others, Protocol-Aware Recovery (FAST 2018)",
        caught_by: &["durability", "leader-completeness"],
    },
    Bug {
        name: "raft-change-without-noop",
        doc: "A leader changes who votes before an entry of its term is committed: majorities need not meet.",
        source: "raft-dev 2015, atomix/copycat #23, baidu/braft #182",
        caught_by: &["one-leader", "leader-completeness", "agreement"],
    },
    Bug {
        name: "raft-transfer-unchecked",
        doc: "A leader tells its successor to campaign before that holds the whole log durably.",
        source: "openraft #1805",
        caught_by: &["liveness"],
    },
    Bug {
        name: "raft-lease-ignores-transfer",
        doc: "A leader that told another to campaign goes on serving reads by its lease.",
        source: "openraft #1747",
        caught_by: &["linearizable"],
    },
    Bug {
        name: "raft-follower-read-unsafe",
        doc: "A leader answers a follower's question with its commit index at once, leading or not.",
        source: "tikv #16069",
        caught_by: &["linearizable"],
    },
    Bug {
        name: "raft-snapshot-drops-configuration",
        doc: "A server that restarts from a snapshot takes the first configuration for the last.",
        source: "openraft dba24036, #1808, #1892",
        caught_by: &["leader-completeness", "one-leader", "agreement"],
    },
    Bug {
        name: "raft-amnesia",
        doc: "A server whose disk was lost votes and acknowledges as if it had never promised anything.",
        source: "Michael and others, DISC 2017",
        caught_by: &["durability", "one-leader", "leader-completeness"],
    },
    Bug {
        name: "raft-read-unconfirmed",
        doc: "A leader serves reads, and answers followers' questions, without asking a majority whether it still leads.",
        source: "xnnyygn/xraft #40, RedisRaft (Jepsen 2020)",
        caught_by: &["linearizable"],
    },
    Bug {
        name: "raft-lease-outlives-patience",
        doc: "A leader counts on its lease for its own election timeout, which may be longer than its followers' patience.",
        source: "tikv #964, etcd #6005",
        caught_by: &["linearizable"],
    },
    Bug {
        name: "raft-ack-overclaims",
        doc: "A follower acknowledges the end of its log and not of what it was sent: behind that may stand other entries.",
        source: "CCF, arXiv 2406.17455",
        caught_by: &["durability", "agreement"],
    },
    Bug {
        name: "raft-commit-on-refusal",
        doc: "A leader takes the entry before the one that a refusal hints at for acknowledged, and commits by it.",
        source: "CCF, arXiv 2406.17455",
        caught_by: &["durability", "agreement"],
    },
    Bug {
        name: "raft-half-is-enough",
        doc: "A leader commits what half of the voters hold, rounded up: of an even number that is no majority.",
        source: "CCF, arXiv 2406.17455",
        caught_by: &["durability"],
    },
    Bug {
        name: "raft-vote-by-length",
        doc: "A voter takes the longer log for the more up to date one, whatever its last term.",
        source: "openraft a48a3282 (there by both at once)",
        caught_by: &["leader-completeness", "agreement"],
    },
    Bug {
        name: "raft-term-falls",
        doc: "A follower takes AppendEntries of an older term, and that term with it.",
        source: "willemt/raft #118 (SandTable: current term is not monotonic)",
        caught_by: &["durability", "monotonic", "one-leader"],
    },
    Bug {
        name: "raft-commit-unmatched",
        doc: "A follower commits what its log holds up to the leader's commit index, and not only what is known to match.",
        source: "willemt/raft #118 (SandTable: inconsistent committed log)",
        caught_by: &["agreement", "log-matching"],
    },
    Bug {
        name: "raft-snapshot-race",
        doc: "A received snapshot replaces the log once it is durable, though entries behind it were committed meanwhile.",
        source: "openraft eed681d5",
        caught_by: &["monotonic", "durability"],
    },
    Bug {
        name: "raft-append-aba",
        doc: "A sync that was under way when the log was cut counts for the entries that were written in that place.",
        source: "etcd-io/raft (async_storage_writes_append_aba_race), openraft #1960",
        caught_by: &["durability"],
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
            (CHANGE_WITHOUT_NOOP, "raft-change-without-noop"),
            (TRANSFER_UNCHECKED, "raft-transfer-unchecked"),
            (LEASE_IGNORES_TRANSFER, "raft-lease-ignores-transfer"),
            (FOLLOWER_READ_UNSAFE, "raft-follower-read-unsafe"),
            (SNAPSHOT_DROPS_CONFIGURATION, "raft-snapshot-drops-configuration"),
            (AMNESIA, "raft-amnesia"),
            (READ_UNCONFIRMED, "raft-read-unconfirmed"),
            (LEASE_OUTLIVES_PATIENCE, "raft-lease-outlives-patience"),
            (ACK_OVERCLAIMS, "raft-ack-overclaims"),
            (COMMIT_ON_REFUSAL, "raft-commit-on-refusal"),
            (HALF_IS_ENOUGH, "raft-half-is-enough"),
            (VOTE_BY_LENGTH, "raft-vote-by-length"),
            (TERM_FALLS, "raft-term-falls"),
            (COMMIT_UNMATCHED, "raft-commit-unmatched"),
            (SNAPSHOT_RACE, "raft-snapshot-race"),
            (APPEND_ABA, "raft-append-aba"),
        ];
        assert_eq!(rows.len(), TABLE.len());
        for (bug, name) in rows {
            assert_eq!(Bugs::named(&TABLE, name), Some(bug), "{name}");
        }
    }
}
