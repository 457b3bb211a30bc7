//! Chaos under many seeds (`replicas::chaos`): what Figure 3 and §8 promise, and the bugs that break it.

use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::raft::{Options, Raft, bugs};
use seedbed::consensus::reconfiguration::Method;
use seedbed::consensus::replica;
use seedbed::kernel::Stream;
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::membership::Configuration;

use crate::replicas::chaos::{Setting, Subject, bug_is_caught, holds, pick};

impl Subject for Raft {
    fn draw(rng: &mut Stream, setting: &Setting, _voters: u32, check_quorum: bool) -> Options {
        Options {
            pre_vote: rng.below(2) == 0,
            check_quorum,
            parallel_leader_write: rng.below(4) > 0,
            append_entries_max: pick(rng, &[1, 2, 64]),
            in_flight_max: pick(rng, &[1, 3, 64]),
            snapshot_trailing: pick(rng, &[0, 4]),
            snapshot_chunk: pick(rng, &[50, 1 << 20]),
            membership: pick(rng, &[Method::Joint, Method::SingleServer]),
            bugs: setting.core_bugs,
            ..Options::default()
        }
    }

    fn needs_a_majority(_: &Options) -> bool {
        true
    }

    fn reign(&self) -> Option<Term> {
        self.is_leader().then(|| self.current_term())
    }

    fn members(&self) -> Configuration {
        *self.configuration()
    }

    fn last_index(&self) -> LogIndex {
        self.log().last_index()
    }

    fn is_recovering(&self) -> bool {
        self.is_recovering()
    }
}

#[test]
fn figure_3_and_client_semantics_hold_under_every_schedule() {
    holds::<Raft>(5_000);
}

#[test]
fn every_bug_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/divergences.md");
    let docs = std::fs::read_to_string(path).expect("it is part of the repository");
    for bug in bugs::TABLE.iter().chain(&replica::TABLE) {
        assert!(docs.contains(&format!("| `{}` |", bug.name)), "{} is not in {path}", bug.name);
    }
}

const fn with(bugs: Bugs) -> Setting {
    Setting::with(bugs)
}

/// Voters stay as they are, and so do disks.
const fn settled(core_bugs: Bugs) -> Setting {
    Setting { changes: false, loses_disk: false, ..Setting::with(core_bugs) }
}

bug_is_caught!(a_vote_not_persisted, Raft, with(bugs::VOTE_NOT_PERSISTED),
    "one-leader" | "monotonic" in 2_000 seeds);
bug_is_caught!(committing_an_older_term, Raft, settled(bugs::COMMIT_OLDER_TERM),
    "leader-completeness" in 20_000 seeds);
bug_is_caught!(a_missing_no_op_stalls, Raft, with(bugs::NO_NOOP), "progress" in 500 seeds);
bug_is_caught!(a_missing_no_op_reads_stale, Raft, with(bugs::NO_NOOP), "linearizable reads" in 2_000 seeds);
bug_is_caught!(truncating_always, Raft, with(bugs::TRUNCATE_ALWAYS),
    "durability" | "leader-completeness" in 500 seeds);
bug_is_caught!(believing_late_replies, Raft, with(bugs::MATCH_LAST_REPLY_WINS), "progress" in 2_000 seeds);
bug_is_caught!(voting_twice, Raft, with(bugs::VOTE_TWICE), "monotonic" in 500 seeds);
bug_is_caught!(acknowledging_before_the_sync, Raft, with(bugs::ACK_BEFORE_SYNC), "durability" in 2_000 seeds);
bug_is_caught!(acknowledging_too_much, Raft, with(bugs::ACK_OVERCLAIMS), "durability" in 2_000 seeds);
bug_is_caught!(half_is_enough, Raft, with(bugs::HALF_IS_ENOUGH), "durability" in 500 seeds);
bug_is_caught!(a_vote_by_length, Raft, with(bugs::VOTE_BY_LENGTH), "leader-completeness" in 2_000 seeds);
bug_is_caught!(committing_on_a_refusal, Raft, with(bugs::COMMIT_ON_REFUSAL), "durability" in 2_000 seeds);
bug_is_caught!(committing_what_does_not_match, Raft, with(bugs::COMMIT_UNMATCHED), "agreement" in 2_000 seeds);
bug_is_caught!(a_term_that_falls, Raft, with(bugs::TERM_FALLS), "monotonic" in 500 seeds);
bug_is_caught!(an_answer_to_another_term, Raft, with(bugs::APPEND_ABA), "durability" in 500 seeds);
bug_is_caught!(a_lost_disk_forgotten, Raft, with(bugs::AMNESIA), "durability" in 500 seeds);
bug_is_caught!(a_follower_read_unsafe, Raft, with(bugs::FOLLOWER_READ_UNSAFE),
    "linearizable reads" in 500 seeds);
bug_is_caught!(a_read_unconfirmed, Raft, with(bugs::READ_UNCONFIRMED), "linearizable reads" in 5_000 seeds);
bug_is_caught!(clients_without_sessions, Raft, Setting::with_host(replica::SESSIONS_OFF),
    "applied once" | "exactly-once" in 500 seeds);
