//! What a server does about a disk that is not as it left it: a torn end is cut, all other damage halts it. Figure 2 and dissertation §3.8
//! say what is on stable storage, §7 what a snapshot replaces; neither says what to do when it is not there.

use seedbed::consensus::ReplicatedLog as _;
use seedbed::consensus::raft::persistence::{LOG, METADATA, SNAPSHOT};
use seedbed::consensus::raft::{self, Timer, bugs};
use seedbed::consensus::replica::Options;
use seedbed::kernel::{Area, Damage, Effect, Write};
use seedbed::model::halt::Halt;
use seedbed::model::log::LogIndex;
use seedbed::model::note::ConsensusNote;

use super::bench::{Bench, ME, append, plain, request_vote};

/// Restarts the server with the record at a position damaged.
fn restart_with(bench: &mut Bench, area: Area, position: u64, damage: Damage) {
    bench.world.crash(ME, 0);
    bench.world.nodes[0].disk.harm(area, position, damage);
    bench.world.restart(ME);
}

/// Figure 2 asks for "stable storage before responding": what a crash tears was never answered for, and goes.
#[test]
fn a_torn_end_of_the_log_is_cut_on_the_disk_too() {
    let mut bench = Bench::follower(3, 1, &[1, 1, 1]);
    restart_with(&mut bench, LOG, 2, Damage::Torn);
    assert_eq!(bench.terms(), [1, 1]);
    let cut = Write::TruncateSuffix { from: 2 };
    let writes = |effect: &Effect<_>| matches!(effect, Effect::Write { area: LOG, write } if *write == cut);
    assert!(bench.world.effects.iter().any(|(_, effect)| writes(effect)));
    bench.sync();
    bench.receive(1, append(1, (2, 1), &[1], 0));
    bench.sync();
    bench.crash_and_restart();
    assert_eq!(bench.terms(), [1, 1, 1]);
}

/// Figure 2: any other damage was durable once, and may have been answered for (§5.2, §5.3): the server neither votes nor acknowledges, now or after the next boot.
#[test]
fn a_server_that_cannot_read_its_disk_halts_and_says_why() {
    let log = |index, damage| Halt::Entry(LogIndex(index), damage);
    for (area, position, damage, why) in [
        (LOG, 1, Damage::Corrupt, log(2, Damage::Corrupt)),
        (LOG, 1, Damage::Torn, log(2, Damage::Torn)),
        (LOG, 2, Damage::Corrupt, log(3, Damage::Corrupt)),
        (LOG, 2, Damage::Unreadable, log(3, Damage::Unreadable)),
        (LOG, 0, Damage::Missing, log(1, Damage::Missing)),
        (METADATA, 0, Damage::Torn, Halt::Metadata(Damage::Torn)),
    ] {
        let mut bench = Bench::follower(3, 1, &[1, 1, 1]);
        restart_with(&mut bench, area, position, damage);
        for _ in 0..2 {
            assert_eq!(bench.notes(), [ConsensusNote::Halted { why }]);
            assert!(bench.world.nodes[0].timers.is_empty());
            assert!(bench.receive(1, request_vote(9, (9, 9))).is_empty());
            assert!(bench.receive(1, append(9, (0, 0), &[9], 0)).is_empty());
            assert!(bench.sync().is_empty());
            bench.crash_and_restart();
        }
    }
}

/// §7: a snapshot stands for the log that was discarded, and without it the server knows less than it has told.
#[test]
fn a_server_that_cannot_read_its_snapshot_halts() {
    let core = raft::Options { snapshot_trailing: 0, ..plain() };
    let mut bench = Bench::with_host(1, core, Options { snapshot_every: Some(2), ..Options::default() });
    bench.fire(Timer::Election);
    (0..2).for_each(|_| drop(bench.sync()));
    bench.write(1);
    (0..3).for_each(|_| drop(bench.sync()));
    let mut without = bench.world.nodes[0].disk.clone();
    restart_with(&mut bench, SNAPSHOT, 0, Damage::Corrupt);
    assert_eq!(bench.notes(), [ConsensusNote::Halted { why: Halt::Snapshot(Damage::Corrupt) }]);
    without.apply(SNAPSHOT, Write::TruncateSuffix { from: 0 });
    bench.world.crash(ME, 0);
    bench.world.nodes[0].disk = without;
    bench.world.restart(ME);
    assert_eq!(bench.notes(), [ConsensusNote::Halted { why: Halt::NoSnapshot }]);
}

/// What the halt is for (Figure 2): a server that takes any damage for a torn end forgets what it has acknowledged, and campaigns.
#[test]
fn with_the_bug_damage_in_the_middle_is_taken_for_a_torn_end() {
    let core = raft::Options { bugs: bugs::TRUNCATE_ON_CORRUPT, ..plain() };
    let mut bench = Bench::with(3, core);
    bench.receive(1, append(1, (0, 0), &[1, 1, 1], 0));
    bench.sync();
    restart_with(&mut bench, LOG, 1, Damage::Corrupt);
    assert_eq!(bench.terms(), [1]);
    assert!(bench.has_timer(Timer::Election));
}

/// Figure 3, state machine safety (§5.4.3): no server gives up what it knows to be committed: who asks for that has forgotten it, or somebody who voted has.
#[test]
fn a_server_that_is_told_to_give_up_what_is_committed_halts() {
    let mut bench = Bench::follower(3, 1, &[1, 1]);
    bench.receive(1, append(1, (2, 1), &[], 2));
    assert_eq!(bench.commit_index(), 2);
    assert!(bench.receive(2, append(2, (1, 1), &[2], 0)).is_empty());
    assert!(bench.notes().contains(&ConsensusNote::Halted { why: Halt::Committed(LogIndex(2)) }));
    assert_eq!(bench.terms(), [1, 1], "it is all there for whoever looks");
}

/// §7 and Figure 2: a crash can leave a snapshot without the entries that led to it, as the two are different areas. What is acknowledged
/// behind it from then on survives the next crash.
#[test]
fn entries_behind_a_snapshot_that_a_crash_left_alone_survive_the_next_crash() {
    let mut bench = Bench::with_host(1, plain(), Options { snapshot_every: Some(2), ..Options::default() });
    bench.fire(Timer::Election);
    (0..2).for_each(|_| drop(bench.sync()));
    bench.write(1);
    (0..3).for_each(|_| drop(bench.sync()));
    let last = bench.raft().snapshot().expect("it is taken").last.index;
    assert!(bench.raft().log().base().index < last, "entries are kept behind it");
    bench.world.crash(ME, 0);
    bench.world.nodes[0].disk.apply(LOG, Write::TruncateSuffix { from: last.0 - 1 });
    bench.world.restart(ME);
    assert_eq!((bench.raft().log().base().index, bench.raft().log().last_index()), (last, last));
    bench.sync();
    bench.fire(Timer::Election);
    (0..3).for_each(|_| drop(bench.sync()));
    let durable = bench.raft().log().last_index();
    assert!(durable > last && bench.commit_index() == durable.0);
    bench.crash_and_restart();
    assert_eq!(bench.raft().log().last_index(), durable);
}
