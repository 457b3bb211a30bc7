//! What the paper says of log compaction: §7.

use seedbed::consensus::ReplicatedLog as _;
use seedbed::consensus::raft::message::{InstallSnapshot, Message};
use seedbed::consensus::raft::persistence::LOG;
use seedbed::consensus::raft::{self, Timer};
use seedbed::consensus::replica::Options;
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::membership::Slots;
use seedbed::model::note::ConsensusNote;
use seedbed::model::op::{Key, Reading, Value};

use super::bench::{Bench, ME, accepted, append, appends, install, plain, received, snapshot};

fn every(entries: u64) -> Options {
    Options { snapshot_every: Some(entries), ..Options::default() }
}

fn held(bench: &Bench) -> Reading {
    bench.world.server(super::bench::ME).expect("it is up").store().read(Key(0))
}

/// The pieces of snapshots among messages: to whom, the snapshot's last index, offset and length.
fn pieces(sent: &[(u32, Message)]) -> Vec<(u32, u64, u32, u32)> {
    let summary = |(to, message): &(u32, Message)| match message {
        Message::InstallSnapshot(install) => {
            let InstallSnapshot { snapshot, offset, length, .. } = &**install;
            Some((*to, snapshot.last.index.0, *offset, *length))
        }
        _ => None,
    };
    sent.iter().filter_map(summary).collect()
}

/// A leader of three that has a durable snapshot up to index 3, and an entry behind it.
fn leader_with_snapshot(core: raft::Options) -> Bench {
    let mut bench = Bench::with_host(3, core, every(3));
    bench.win_election();
    bench.write(1);
    bench.write(2);
    bench.receive(2, accepted(1, 3));
    (0..3).for_each(|_| drop(bench.sync()));
    bench.write(3);
    (0..3).for_each(|_| drop(bench.sync()));
    assert_eq!(bench.raft().snapshot().expect("taken").last.index, LogIndex(3));
    bench
}

/// §7: "Once a server completes writing a snapshot, it may delete all log entries up through the last included
/// index": not before.
#[test]
fn the_log_is_cut_only_when_the_snapshot_is_durable() {
    let core = raft::Options { snapshot_trailing: 0, ..plain() };
    let mut bench = Bench::with_host(1, core, every(2));
    bench.fire(Timer::Election);
    bench.sync();
    bench.sync();
    bench.write(1);
    bench.sync();
    assert_eq!((bench.commit_index(), bench.raft().log().base().index.0), (2, 0), "taken, not durable");
    bench.sync();
    assert_eq!(bench.raft().log().base().index, LogIndex(2));
    assert!(bench.notes().contains(&ConsensusNote::Compacted { index: LogIndex(2) }));
    bench.crash_and_restart();
    assert_eq!((bench.commit_index(), held(&bench)), (2, Reading::of(Value(1))), "the state is back");
    assert_eq!(bench.world.nodes[0].disk.first(LOG), 0, "though the cut was not durable");
    assert_eq!(bench.raft().log().base().index, LogIndex(2), "the log begins behind the snapshot");
}

/// Some entries stay behind a snapshot, so that a follower a little behind needs none.
#[test]
fn a_snapshot_leaves_a_tail_of_the_log() {
    let core = raft::Options { snapshot_trailing: 2, ..plain() };
    let mut bench = leader_with_snapshot(core);
    assert_eq!(bench.raft().log().base().index, LogIndex(1));
    (0..3).for_each(|_| drop(bench.sync()));
    bench.crash_and_restart();
    assert_eq!(bench.raft().log().base().index, LogIndex(1), "after a restart too");
    assert_eq!((bench.terms(), bench.commit_index()), (vec![1, 1, 1], 3));
}

/// §7: "This happens when the leader has already discarded the next log entry that it needs to send".
#[test]
fn a_follower_that_needs_discarded_entries_gets_the_snapshot() {
    let mut bench = leader_with_snapshot(raft::Options { snapshot_trailing: 0, ..plain() });
    let size = bench.raft().snapshot().expect("taken").size;
    let sent = bench.fire(Timer::Retransmit(1));
    assert_eq!(pieces(&sent), [(1, 3, 0, size)]);
    assert!(appends(&bench.write(4)).iter().all(|(to, _, _)| *to == 2), "it gets nothing else meanwhile");
    let sent = bench.receive(1, received(1, 3, size));
    assert_eq!(appends(&sent), [(1, 3, vec![1, 1])], "then what follows it");
}

/// Figure 13: "Send the snapshot in chunks", each when the one before has arrived, again when it has not.
#[test]
fn a_snapshot_goes_in_pieces() {
    let core = raft::Options { snapshot_trailing: 0, snapshot_chunk: 30, ..plain() };
    let mut bench = leader_with_snapshot(core);
    let size = bench.raft().snapshot().expect("taken").size;
    assert!(size > 60 && size <= 90, "{size}");
    assert_eq!(pieces(&bench.fire(Timer::Retransmit(1))), [(1, 3, 0, 30)]);
    assert_eq!(pieces(&bench.receive(1, received(1, 3, 30))), [(1, 3, 30, 30)]);
    assert!(pieces(&bench.receive(1, received(1, 3, 30))).is_empty(), "a repeated answer asks for nothing");
    assert_eq!(pieces(&bench.receive(1, received(1, 3, 60))), [(1, 3, 60, size - 60)]);
    assert_eq!(pieces(&bench.fire(Timer::Retransmit(1))), [(1, 3, 0, 30)], "the follower may have crashed");
    assert_eq!(pieces(&bench.receive(1, received(1, 3, 60))), [(1, 3, 60, size - 60)], "it had not");
}

/// Figure 13, as the receiver sees it: a gap is not filled by what comes behind it.
#[test]
fn pieces_that_come_early_or_twice_do_no_harm() {
    let snapshot = snapshot((5, 2), 8);
    let size = snapshot.size;
    let mut bench = Bench::follower(3, 2, &[1]);
    assert_eq!(bench.receive(1, install(2, &snapshot, 30, size - 30)), [(1, received(2, 5, 0))]);
    assert_eq!(bench.receive(1, install(2, &snapshot, 0, 30)), [(1, received(2, 5, 30))]);
    assert_eq!(bench.receive(1, install(2, &snapshot, 0, 30)), [(1, received(2, 5, 30))]);
    assert!(bench.receive(1, install(2, &snapshot, 30, size - 30)).is_empty(), "the last waits for the disk");
    assert_eq!(bench.sync(), [(1, received(2, 5, size))]);
    assert_eq!(bench.receive(1, install(2, &snapshot, 0, size)), [(1, received(2, 5, size))], "it has it");
}

/// §7: "Usually the snapshot will contain new information not already in the recipient's log. In this case, the
/// follower discards its entire log; it is all superseded by the snapshot".
#[test]
fn a_snapshot_replaces_a_log_that_does_not_hold_its_end() {
    let snapshot = snapshot((5, 2), 8);
    let mut bench = Bench::follower(3, 2, &[1, 1, 1, 1, 1, 1, 1]);
    bench.receive(1, install(2, &snapshot, 0, snapshot.size));
    assert_eq!(bench.terms().len(), 7, "not before it is durable");
    bench.sync();
    let (index, term) = (LogIndex(5), Term(2));
    let installed = ConsensusNote::Installed { index, term, prefix: snapshot.last.prefix };
    let configured = ConsensusNote::Configured { voters: Slots::first(3), outgoing: Slots::NONE, quorum: 0 };
    assert_eq!(bench.notes()[..3], [ConsensusNote::Truncated { from: LogIndex(6) }, configured, installed]);
    assert_eq!((bench.raft().log().base(), bench.terms().len()), (snapshot.last, 0));
    assert_eq!((bench.commit_index(), held(&bench)), (5, Reading::of(Value(8))));
    bench.receive(1, append(2, (5, 2), &[2], 6));
    bench.sync();
    bench.sync();
    bench.crash_and_restart();
    assert_eq!((bench.raft().log().base(), bench.terms()), (snapshot.last, vec![2]));
}

/// §7: "If instead the follower receives a snapshot that describes a prefix of its log [...], then log entries
/// covered by the snapshot are deleted but entries following the snapshot are still valid and must be retained".
#[test]
fn a_snapshot_of_a_prefix_keeps_what_follows_it() {
    let mut leader = leader_with_snapshot(raft::Options { snapshot_trailing: 0, ..plain() });
    let mut follower = Bench::new(3);
    let whole = leader_with_snapshot(raft::Options { snapshot_trailing: 9, ..plain() });
    let log = whole.raft().log();
    let entries = log.batch(LogIndex(1), log.last_index(), 9, 9_999);
    let append = seedbed::consensus::raft::message::AppendEntries {
        term: Term(1),
        round: 1,
        prev_log_index: LogIndex(0),
        prev_log_term: Term(0),
        entries,
        leader_commit: LogIndex(0),
    };
    follower.receive(1, Message::AppendEntries(append.into()));
    follower.sync();
    assert_eq!(follower.terms().len(), 4);
    let (_, message) = leader.fire(Timer::Retransmit(1)).pop().expect("a snapshot");
    follower.receive(1, message);
    follower.sync();
    assert_eq!((follower.raft().log().base().index, follower.terms()), (LogIndex(3), vec![1]));
    assert_eq!((follower.commit_index(), held(&follower)), (3, Reading::of(Value(2))));
}

/// A crash after the snapshot is durable and before the log is: the snapshot counts.
#[test]
fn a_log_that_does_not_continue_the_snapshot_is_dropped_at_boot() {
    let snapshot = snapshot((5, 2), 8);
    for log in [&[1][..], &[1, 1, 1, 1, 1, 1, 1]] {
        let mut bench = Bench::follower(3, 2, log);
        bench.receive(1, install(2, &snapshot, 0, snapshot.size));
        bench.sync();
        bench.crash_and_restart();
        assert_eq!((bench.raft().log().base(), bench.terms().len()), (snapshot.last, 0));
        bench.receive(1, append(2, (5, 2), &[2, 2], 0));
        (0..2).for_each(|_| drop(bench.sync()));
        bench.crash_and_restart();
        assert_eq!(bench.terms(), [2, 2], "and the disk is in order again");
    }
}

/// A snapshot of what is committed here already changes nothing.
#[test]
fn an_old_snapshot_is_acknowledged_and_ignored() {
    let mut bench = Bench::follower(3, 2, &[1, 2]);
    bench.receive(1, append(2, (2, 2), &[], 2));
    let old = snapshot((2, 2), 8);
    assert_eq!(bench.receive(1, install(2, &old, 0, 1)), [(1, received(2, 2, old.size))]);
    assert_eq!((bench.terms(), held(&bench)), (vec![1, 2], Reading::ABSENT));
}

/// At boot the notes tell an observer all that the disk held.
#[test]
fn boot_notes_rebuild_the_log_for_observers() {
    let mut bench = leader_with_snapshot(raft::Options { snapshot_trailing: 1, ..plain() });
    (0..2).for_each(|_| drop(bench.sync()));
    let log = bench.raft().log().clone();
    bench.crash_and_restart();
    let of = |index| log.position(LogIndex(index)).expect("held");
    let expected = [
        ConsensusNote::Installed { index: LogIndex(3), term: of(3).term, prefix: of(3).prefix },
        ConsensusNote::Appended { index: LogIndex(4), term: of(4).term, prefix: of(4).prefix },
        ConsensusNote::Synced { through: LogIndex(4) },
        ConsensusNote::Promised { term: Term(1), to: Some(ME) },
        ConsensusNote::Configured { voters: Slots::first(3), outgoing: Slots::NONE, quorum: 0 },
    ];
    assert_eq!(bench.notes(), expected);
}
