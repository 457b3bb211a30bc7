//! Chaos under many seeds (`replicas::chaos`): that one value is chosen in each slot ("Paxos made simple", §2.1,
//! §3), and the bugs that break it.

use seedbed::consensus::Quorums;
use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::multi_paxos::{MultiPaxos, Options, bugs};
use seedbed::consensus::replica;
use seedbed::kernel::Stream;
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::membership::Configuration;

use crate::replicas::chaos::{Setting, Subject, bug_is_caught, holds, pick};

fn quorums(rng: &mut Stream, setting: &Setting, voters: u32) -> Quorums {
    if setting.parting {
        let size = Some(voters as u8 / 2);
        return Quorums { q1: size, q2: size, may_part: true };
    }
    let q2 = pick(rng, &[None, None, Some(1), Some(2), Some(voters as u8)]);
    Quorums { q1: None, q2, may_part: false }
}

impl Subject for MultiPaxos {
    fn draw(rng: &mut Stream, setting: &Setting, voters: u32, check_quorum: bool) -> Options {
        Options {
            pre_vote: rng.below(2) == 0,
            check_quorum,
            parallel_leader_write: rng.below(4) > 0,
            accept_entries_max: pick(rng, &[1, 2, 64]),
            in_flight_max: pick(rng, &[1, 3, 64]),
            snapshot_trailing: pick(rng, &[0, 4]),
            snapshot_chunk: pick(rng, &[50, 1 << 20]),
            alpha: pick(rng, &[1, 2, 5, 64]),
            quorums: quorums(rng, setting, voters),
            bugs: setting.core_bugs,
            ..Options::default()
        }
    }

    fn needs_a_majority(options: &Options) -> bool {
        options.quorums == Quorums::default()
    }

    fn reign(&self) -> Option<Term> {
        self.is_leader().then(|| self.promised())
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
fn paxos_and_client_semantics_hold_under_every_schedule() {
    holds::<MultiPaxos>(3_000);
}

#[test]
fn every_bug_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/divergences.md");
    let docs = std::fs::read_to_string(path).expect("it is part of the repository");
    for bug in &bugs::TABLE {
        assert!(docs.contains(&format!("| `{}` |", bug.name)), "{} is not in {path}", bug.name);
    }
}

const fn with(bugs: Bugs) -> Setting {
    Setting::with(bugs)
}

const PARTING: Setting = Setting { parting: true, changes: false, loses_disk: false, ..Setting::SOUND };

bug_is_caught!(a_promise_not_durable, MultiPaxos, with(bugs::PROMISE_NOT_DURABLE), "monotonic" in 500 seeds);
bug_is_caught!(an_accept_not_durable, MultiPaxos, with(bugs::ACCEPT_NOT_DURABLE), "durability" in 500 seeds);
bug_is_caught!(picking_its_own_value, MultiPaxos, with(bugs::PICK_OWN_VALUE), "leader-completeness" in 500 seeds);
bug_is_caught!(picking_the_lowest_ballot, MultiPaxos, with(bugs::PICK_LOWEST_BALLOT),
    "leader-completeness" in 5_000 seeds);
bug_is_caught!(a_ballot_used_again, MultiPaxos, with(bugs::BALLOT_REUSE), "monotonic" in 500 seeds);
bug_is_caught!(gaps_left_as_they_are, MultiPaxos, with(bugs::NO_GAP_FILL), "progress" in 2_000 seeds);
bug_is_caught!(committing_any_ballot, MultiPaxos, with(bugs::COMMIT_ANY_BALLOT), "agreement" in 2_000 seeds);
bug_is_caught!(alpha_ignored, MultiPaxos, with(bugs::ALPHA_IGNORED),
    "durability" | "agreement" | "leader-completeness" in 20_000 seeds);
bug_is_caught!(a_lost_disk_forgotten, MultiPaxos, with(bugs::AMNESIA),
    "durability" | "agreement" | "leader-completeness" in 20_000 seeds);
bug_is_caught!(quorums_that_part, MultiPaxos, PARTING, "agreement" | "leader-completeness" in 500 seeds);
bug_is_caught!(clients_without_sessions, MultiPaxos, Setting::with_host(replica::SESSIONS_OFF),
    "applied once" | "exactly-once" in 500 seeds);
