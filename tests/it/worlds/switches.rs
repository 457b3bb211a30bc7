//! What is outside of Raft's assumptions shows in a hostile world, as a violation of what it breaks: disks that betray,
//! and every bug of Raft's that can be switched on and breaks a promise of safety shows in a hostile world, as a violation
//! of what it breaks. (`raft-match-last-reply-wins` costs progress; `tests/it/raft/chaos.rs` finds it.)

use seedbed::checks::consensus::Invariant;
use seedbed::checks::linearizability::Verdict;

use super::raft::{Hostility, Treachery, run};

/// How a bug shows.
#[derive(Clone, Copy, Debug)]
enum Shows {
    /// As a violation of one of these.
    As(&'static [Invariant]),
    NotLinearizable,
}

/// The first of so many seeds in which it shows.
fn first(hostility: Hostility<'_>, shows: Shows, seeds: u64) -> Option<u64> {
    (0..seeds).find(|seed| {
        let judged = run(*seed, hostility);
        match shows {
            Shows::As(any) => any.iter().any(|invariant| judged.violated.contains(invariant)),
            Shows::NotLinearizable => judged.verdict == Verdict::Invalid,
        }
    })
}

macro_rules! shows {
    ($($name:ident: $hostility:expr, $shows:expr, $seeds:literal;)*) => { $(
        #[test]
        fn $name() {
            let seed = first($hostility, $shows, $seeds);
            println!("{} shows in seed {seed:?}", stringify!($name));
            assert!(seed.is_some(), "{:?} does not show in {} seeds", $shows, $seeds);
        }
    )* };
}

use Shows::{As, NotLinearizable};

fn with(bugs: &'static str) -> Hostility<'static> {
    Hostility { bugs, ..Hostility::default() }
}

/// Elections that meet each other, among nodes that crash all the time.
fn in_a_storm(bugs: &'static str) -> Hostility<'static> {
    Hostility { storm: true, raft: r#"election_timeout = "uniform(150ms, 165ms)""#, ..with(bugs) }
}

fn reading(reads: &'static str, bugs: &'static str) -> Hostility<'static> {
    Hostility { reads: Some(reads), ..with(bugs) }
}

fn on_disks_that(betray: Treachery, bugs: &'static str) -> Hostility<'static> {
    Hostility { disks: Some(betray), storm: true, ..with(bugs) }
}

shows! {
    disks_that_lie: on_disks_that(Treachery::Lie, ""), As(&[Invariant::Durability]), 20;
    disks_that_lie_to_clients: on_disks_that(Treachery::Lie, ""), NotLinearizable, 100;
    disks_that_vanish: on_disks_that(Treachery::Vanish, r#"["raft-amnesia"]"#), As(&[Invariant::Durability]), 20;
    disks_that_misdirect: on_disks_that(Treachery::Misdirect, ""), As(&FORGOTTEN), 50;
    truncating_what_rotted: on_disks_that(Treachery::Rot, r#"["raft-truncate-on-corrupt"]"#),
        As(&[Invariant::Durability]), 20;
    a_vote_not_persisted: in_a_storm(r#"["raft-vote-not-persisted"]"#), As(&[Invariant::OneLeader]), 400;
    a_second_vote: with(r#"["raft-vote-twice"]"#), As(&[Invariant::OneLeader]), 100;
    local_reads: reading("local", ""), NotLinearizable, 50;
    a_read_without_a_no_op: reading("read-index", r#"["raft-no-noop"]"#), NotLinearizable, 100;
    truncating_always: with(r#"["raft-truncate-always"]"#), As(&[Invariant::Durability]), 100;
    acknowledging_before_the_sync: with(r#"["raft-ack-before-sync"]"#), As(&[Invariant::Durability]), 100;
    no_sessions: with(r#"["client-sessions-off"]"#), As(&[Invariant::ExactlyOnce]), 100;
    committing_an_older_term: Hostility {
        one_by_one: true,
        ..in_a_storm(r#"["raft-commit-older-term"]"#)
    }, As(&OVERWRITTEN), 3_000;
}

/// How it shows that an entry was committed and then overwritten (Raft, Figure 8): whichever is looked at first.
const OVERWRITTEN: [Invariant; 3] =
    [Invariant::LeaderCompleteness, Invariant::Agreement, Invariant::Durability];

/// How it shows that a replica has lost entries, or its vote: whichever is looked at first.
const FORGOTTEN: [Invariant; 4] =
    [Invariant::OneLeader, Invariant::LeaderCompleteness, Invariant::Agreement, Invariant::Durability];

/// A server that halts where its log has rotted keeps every promise, however many do: it is the store that stops.
#[test]
fn rot_that_is_found_breaks_nothing() {
    for seed in 0..60 {
        let judged = run(seed, on_disks_that(Treachery::Rot, ""));
        assert_eq!(judged.explained, [""; 0], "seed {seed}");
    }
}
