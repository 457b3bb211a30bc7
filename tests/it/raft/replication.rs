//! What the paper says of log replication: §5.3, §5.4.2; dissertation §10.2.

use seedbed::consensus::raft::{self, Timer};
use seedbed::kernel::DiskError;
use seedbed::model::halt::Halt;
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::note::ConsensusNote;
use seedbed::model::request::Response;

use super::bench::{Bench, ME, accepted, append, appends, plain, rejected, vote, written};

/// §5.3: "The leader appends the command to its log as a new entry, then issues AppendEntries RPCs in parallel
/// to each of the other servers".
#[test]
fn a_leader_appends_and_sends_to_all() {
    let mut bench = Bench::leader(3, 0, &[]);
    (1..=2).for_each(|peer| drop(bench.receive(peer, accepted(1, 1))));
    let sent = bench.write(7);
    assert_eq!(appends(&sent), [(1, 1, vec![1]), (2, 1, vec![1])]);
    assert_eq!(bench.raft().log().entry(LogIndex(2)), Some(&written(1, 3, 7)));
}

/// §5.3: "A log entry is committed once the leader that created the entry has replicated it on a majority of the
/// servers", which also "commits all preceding entries", of earlier leaders too.
#[test]
fn an_entry_is_committed_once_a_majority_holds_it_with_all_before_it() {
    for (voters, acknowledgements) in [(2, 1), (3, 1), (4, 2), (5, 2)] {
        let mut bench = Bench::leader(voters, 2, &[1, 2]);
        for peer in 1..=acknowledgements {
            assert_eq!(bench.commit_index(), 0, "{peer} of {voters}");
            bench.receive(peer, accepted(3, 3));
        }
        assert_eq!(bench.commit_index(), 3, "{voters} voters");
    }
}

/// Dissertation §10.2.1: the leader counts itself only once its own write is durable, ...
#[test]
fn a_leader_counts_itself_only_after_its_own_sync() {
    let mut bench = Bench::new(3);
    bench.win_election();
    bench.receive(1, accepted(1, 1));
    assert_eq!(bench.commit_index(), 0);
    bench.sync();
    assert_eq!(bench.commit_index(), 1);
}

/// ... but "a majority of followers" without it will do.
#[test]
fn an_entry_may_commit_before_the_leader_s_own_disk_has_it() {
    let mut bench = Bench::new(3);
    bench.win_election();
    bench.receive(1, accepted(1, 1));
    bench.receive(2, accepted(1, 1));
    assert_eq!(bench.commit_index(), 1);
}

/// Without the parallel write nothing is sent before it is durable here.
#[test]
fn a_leader_may_be_told_to_write_first() {
    let core = raft::Options { parallel_leader_write: false, ..plain() };
    let mut bench = Bench::with(3, core);
    let sent = bench.win_election();
    assert_eq!(appends(&sent), [(1, 0, vec![]), (2, 0, vec![])]);
    bench.receive(1, accepted(1, 0));
    assert_eq!(appends(&bench.sync()), [(1, 0, vec![1])], "the other still owes its answer");
}

/// §5.3: "If the follower does not find an entry in its log with the same index and term, then it refuses the
/// new entries", and says how short its log is.
#[test]
fn a_follower_refuses_entries_behind_a_gap() {
    let mut bench = Bench::follower(3, 1, &[1, 1]);
    assert_eq!(bench.receive(1, append(1, (4, 1), &[1], 0)), [(1, rejected(1, 4, (3, 0)))]);
    assert_eq!(bench.terms(), [1, 1]);
}

/// §5.3: "When rejecting an AppendEntries request, the follower can include the term of the conflicting entry and
/// the first index it stores for that term."
#[test]
fn a_follower_names_the_conflicting_term_and_its_first_index() {
    let mut bench = Bench::follower(3, 3, &[1, 2, 2, 2]);
    assert_eq!(bench.receive(1, append(3, (4, 3), &[3], 0)), [(1, rejected(3, 4, (2, 2)))]);
}

/// §5.3: "the leader can decrement nextIndex to bypass all of the conflicting entries in that term; one
/// AppendEntries RPC will be required for each term with conflicting entries".
#[test]
fn a_leader_goes_back_a_whole_term_in_one_round_trip() {
    let mut bench = Bench::leader(3, 4, &[1, 1, 4, 4, 4]);
    // It has no entry of term 2: all of the follower's are wrong, from index 3 on.
    let sent = bench.receive(1, rejected(5, 5, (3, 2)));
    assert_eq!(appends(&sent), [(1, 2, vec![4, 4, 4, 5])]);
    // It has entries of term 1: the last of them is worth a try.
    let mut bench = Bench::leader(3, 4, &[1, 1, 4, 4, 4]);
    let sent = bench.receive(1, rejected(5, 5, (1, 1)));
    assert_eq!(appends(&sent), [(1, 2, vec![4, 4, 4, 5])]);
    // The follower's log is short.
    let sent = bench.receive(2, rejected(5, 5, (2, 0)));
    assert_eq!(appends(&sent), [(2, 1, vec![1, 4, 4, 4, 5])]);
}

/// Figure 7: whatever a follower's log looks like, a new leader brings it in line with its own.
#[test]
fn a_leader_repairs_every_log_of_figure_7() {
    let leader_log = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    let followers: [(&str, &[u32]); 6] = [
        ("a", &[1, 1, 1, 4, 4, 5, 5, 6, 6]),
        ("b", &[1, 1, 1, 4]),
        ("c", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]),
        ("d", &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]),
        ("e", &[1, 1, 1, 4, 4, 4, 4]),
        ("f", &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]),
    ];
    for (name, log) in followers {
        let mut leader = Bench::leader(2, 7, &leader_log);
        let mut follower = Bench::follower(2, 7, log);
        let mut round_trips = 0;
        let mut sent = leader.fire(Timer::Retransmit(1));
        while leader.commit_index() < 11 {
            round_trips += 1;
            assert!(round_trips <= 4, "({name}) one for each conflicting term, and one to end");
            let mut answers = Vec::new();
            for (_, message) in sent {
                answers.extend(follower.receive(1, message));
                answers.extend(follower.sync());
            }
            sent = answers.into_iter().flat_map(|(_, answer)| leader.receive(1, answer)).collect();
        }
        assert_eq!(follower.terms(), leader.terms(), "({name})");
        let last = leader.raft().log().last_index();
        assert_eq!(follower.raft().log().position(last), leader.raft().log().position(last), "({name})");
    }
}

/// Figure 2: "If an existing entry conflicts with a new one (same index but different terms), delete the existing
/// entry and all that follow it".
#[test]
fn a_conflicting_entry_goes_with_all_behind_it() {
    let mut bench = Bench::follower(3, 2, &[1, 1, 1]);
    bench.receive(1, append(2, (1, 1), &[2], 0));
    assert_eq!(bench.terms(), [1, 2]);
    assert_eq!(bench.notes()[0], ConsensusNote::Truncated { from: LogIndex(2) });
    bench.sync();
    bench.crash_and_restart();
    assert_eq!(bench.terms(), [1, 2], "on disk too");
}

/// The same, read backwards: without a conflict nothing is deleted. A late or repeated message must not take away
/// what a newer one brought and this server has acknowledged.
#[test]
fn late_and_repeated_messages_remove_nothing() {
    let mut bench = Bench::follower(3, 1, &[1, 1, 1]);
    for late in [append(1, (0, 0), &[1], 0), append(1, (1, 1), &[], 0), append(1, (0, 0), &[], 0)] {
        bench.receive(1, late);
        assert_eq!(bench.terms(), [1, 1, 1]);
    }
}

/// An acknowledgement names what the message brought, never the end of this log: what stands behind may be
/// another leader's.
#[test]
fn an_acknowledgement_names_no_more_than_was_sent() {
    let mut bench = Bench::follower(3, 2, &[1, 1, 1, 1]);
    assert_eq!(bench.receive(1, append(2, (1, 1), &[1], 0)), [(1, accepted(2, 2))]);
    assert_eq!(bench.receive(1, append(2, (1, 1), &[], 0)), [(1, accepted(2, 1))]);
    bench.crash_and_restart();
    assert_eq!(bench.receive(1, append(2, (2, 1), &[], 0)), [(1, accepted(2, 2))], "nor after a restart");
}

/// §5.3 with Figure 2: an acknowledged entry is on stable storage.
#[test]
fn entries_are_acknowledged_after_they_are_durable() {
    let mut bench = Bench::follower(3, 1, &[]);
    assert!(bench.receive(1, append(1, (0, 0), &[1, 1], 0)).is_empty());
    assert_eq!(bench.sync(), [(1, accepted(1, 2))]);
    bench.receive(1, append(1, (2, 1), &[1], 0));
    bench.crash_and_restart();
    assert_eq!(bench.terms(), [1, 1], "the unacknowledged one is lost");
}

/// One sync is under way at a time, and the next covers all that came meanwhile: group commit.
#[test]
fn what_comes_during_a_sync_shares_the_next() {
    let mut bench = Bench::follower(3, 1, &[]);
    bench.receive(1, append(1, (0, 0), &[1], 0));
    bench.receive(1, append(1, (1, 1), &[1], 0));
    bench.receive(1, append(1, (2, 1), &[1], 0));
    assert_eq!(bench.sync(), [(1, accepted(1, 1))]);
    assert_eq!(bench.sync(), [(1, accepted(1, 2)), (1, accepted(1, 3))]);
    assert!(bench.world.nodes[0].sync.is_none());
}

/// What a follower knows to be durable it acknowledges at once, though newer entries still wait for the disk.
#[test]
fn a_heartbeat_is_answered_during_a_sync() {
    let mut bench = Bench::follower(3, 1, &[1]);
    bench.receive(1, append(1, (1, 1), &[1], 0));
    assert_eq!(bench.receive(1, append(1, (1, 1), &[], 0)), [(1, accepted(1, 1))]);
}

/// A sync that began before a truncation says nothing about what was appended since.
#[test]
fn a_sync_does_not_vouch_for_what_replaced_its_entries() {
    let mut bench = Bench::follower(3, 1, &[]);
    bench.receive(1, append(1, (0, 0), &[1, 1, 1], 0));
    bench.receive(2, append(2, (1, 1), &[2], 0));
    assert!(bench.sync().is_empty(), "the old leader's term is over, the new one's entry not durable");
    assert_eq!(bench.sync(), [(2, accepted(2, 2))]);
}

/// Figure 2: "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)"; what
/// another leader's messages vouched for counts for nothing.
#[test]
fn a_follower_commits_no_further_than_this_leader_vouches_for() {
    let mut bench = Bench::follower(3, 1, &[1, 1, 1]);
    bench.receive(2, append(2, (1, 1), &[1], 9));
    assert_eq!(bench.commit_index(), 2, "index 3 may be of another leader");
    bench.receive(2, append(2, (1, 1), &[], 0));
    assert_eq!(bench.commit_index(), 2, "it never falls");
}

/// What one message of a leader vouches for, the next may commit: a heartbeat that names an old entry need not wait
/// for the acknowledgement of the newest.
#[test]
fn a_heartbeat_commits_what_an_earlier_message_of_the_same_leader_brought() {
    let mut bench = Bench::follower(3, 2, &[1, 1, 1]);
    bench.receive(1, append(2, (1, 1), &[], 3));
    assert_eq!(bench.commit_index(), 3);
}

/// §5.4.2: "Raft never commits log entries from previous terms by counting replicas." Figure 8 (c) and (d): the
/// entry of term 2 stands on a majority and can still be overwritten; (e): with an entry of the leader's own term
/// behind it on a majority, it cannot.
#[test]
fn an_older_term_s_entry_is_not_committed_by_counting_copies() {
    let mut bench = Bench::leader(5, 3, &[1, 2]);
    for peer in 1..=4 {
        bench.receive(peer, accepted(4, 2));
    }
    assert_eq!(bench.commit_index(), 0, "on all five servers, and not committed");
    bench.receive(1, accepted(4, 3));
    bench.receive(2, accepted(4, 3));
    assert_eq!(bench.commit_index(), 3);
}

/// Dissertation §10.2.2: once the logs agree, entries follow each other without waiting, up to a limit.
#[test]
fn a_leader_sends_ahead_up_to_its_limit_and_then_in_batches() {
    let core = raft::Options { in_flight_max: 2, append_entries_max: 3, ..plain() };
    let mut bench = Bench::leader_with(3, core, 0, &[]);
    assert!(appends(&bench.write(1)).is_empty(), "one message until it is known where the logs part");
    assert_eq!(appends(&bench.receive(1, accepted(1, 1))), [(1, 1, vec![1])]);
    assert_eq!(appends(&bench.write(2)), [(1, 2, vec![1])]);
    for value in 3..=6 {
        assert!(appends(&bench.write(value)).is_empty(), "two are unacknowledged");
    }
    assert_eq!(appends(&bench.receive(1, accepted(1, 2))), [(1, 3, vec![1, 1, 1])]);
    assert_eq!(appends(&bench.receive(1, accepted(1, 6))), [(1, 6, vec![1])], "one answer acknowledges both");
}

/// What was sent ahead may arrive in another order: the follower refuses the gap, and the leader begins anew.
#[test]
fn a_leader_recovers_from_messages_that_overtake_each_other() {
    let mut bench = Bench::leader(3, 0, &[]);
    bench.receive(1, accepted(1, 1));
    bench.write(1);
    bench.write(2);
    let sent = bench.receive(1, rejected(1, 2, (2, 0)));
    assert_eq!(appends(&sent), [(1, 1, vec![1, 1])]);
    assert!(bench.receive(1, rejected(1, 2, (2, 0))).is_empty(), "the same refusal again is late");
    assert!(appends(&bench.receive(1, accepted(1, 3))).is_empty());
    assert_eq!(bench.commit_index(), 1, "this leader's own copies are not durable");
    bench.sync();
    bench.sync();
    assert_eq!(bench.commit_index(), 3);
}

/// §5.3: "the leader retries AppendEntries RPCs indefinitely", from the last entry known to have arrived.
#[test]
fn a_leader_sends_again_what_is_not_acknowledged() {
    let mut bench = Bench::leader(3, 0, &[]);
    bench.receive(1, accepted(1, 1));
    bench.write(1);
    bench.write(2);
    for _ in 0..3 {
        assert_eq!(appends(&bench.fire(Timer::Retransmit(1))), [(1, 1, vec![1, 1])]);
    }
    bench.receive(1, accepted(1, 3));
    assert!(!bench.has_timer(Timer::Retransmit(1)), "nothing is owed any more");
    assert!(bench.has_timer(Timer::Retransmit(2)), "by this one it is");
}

/// Acknowledgements may come late, twice and in any order.
#[test]
fn late_acknowledgements_take_nothing_back() {
    let mut bench = Bench::leader(3, 0, &[]);
    bench.receive(1, accepted(1, 1));
    bench.write(1);
    bench.write(2);
    bench.sync();
    bench.sync();
    bench.receive(1, accepted(1, 3));
    assert_eq!(bench.commit_index(), 3);
    for late in [accepted(1, 1), accepted(1, 2), accepted(1, 3), rejected(1, 1, (1, 0))] {
        assert!(bench.receive(1, late).is_empty());
        assert_eq!(bench.commit_index(), 3);
    }
    assert_eq!(appends(&bench.write(3)), [(1, 3, vec![1])], "and the next entry follows the last");
}

/// §5.1: an acknowledgement of an earlier term counts for nothing, though this server led then too.
#[test]
fn an_acknowledgement_of_an_earlier_term_is_void() {
    let mut bench = Bench::leader(3, 0, &[]);
    bench.receive(2, vote(5, false));
    bench.win_election();
    bench.sync();
    assert_eq!(bench.terms(), [1, 6]);
    bench.receive(1, accepted(1, 2));
    assert_eq!(bench.commit_index(), 0);
}

/// An acknowledgement of more than there is comes from nobody this leader wrote to.
#[test]
fn an_acknowledgement_of_what_was_never_sent_is_ignored() {
    let mut bench = Bench::leader(3, 0, &[]);
    bench.receive(1, accepted(1, 99));
    assert_eq!(bench.commit_index(), 0);
}

/// After a failed sync nobody knows what the disk holds: the server takes part no more until it is restarted.
#[test]
fn a_server_whose_disk_fails_says_nothing_more() {
    let mut bench = Bench::leader(3, 0, &[]);
    bench.write(1);
    bench.world.end_sync(ME, Err(DiskError::Sector));
    let halted = ConsensusNote::Halted { why: Halt::SyncFailed(DiskError::Sector) };
    assert_eq!(bench.notes(), [ConsensusNote::SteppedDown { term: Term(1) }, halted]);
    assert!(bench.world.nodes[0].timers.is_empty());
    assert!(bench.receive(1, append(2, (0, 0), &[2], 0)).is_empty());
    bench.write(2);
    assert_eq!(bench.replies()[0].response, Response::Redirect { leader: None });
    bench.crash_and_restart();
    assert_eq!(bench.terms(), [1], "the no-op was durable before");
    assert!(bench.has_timer(Timer::Election));
}

/// Proposals are refused, not queued without end, while nothing commits.
#[test]
fn a_leader_without_a_majority_refuses_what_it_cannot_hold() {
    let core = raft::Options { uncommitted_max: 3, ..plain() };
    let mut bench = Bench::leader_with(3, core, 0, &[]);
    bench.write(1);
    bench.write(2);
    assert!(bench.replies().is_empty());
    bench.write(3);
    assert_eq!(bench.replies()[0].response, Response::Rejected);
    assert_eq!(bench.raft().log().last_index(), LogIndex(3));
}

/// The notes of a follower's life with an entry, in their order.
#[test]
fn an_entry_is_noted_appended_synced_and_committed() {
    let mut bench = Bench::follower(3, 1, &[]);
    bench.receive(1, append(1, (0, 0), &[1], 0));
    let prefix = bench.raft().log().position(LogIndex(1)).expect("it stands there").prefix;
    let (index, term) = (LogIndex(1), Term(1));
    assert_eq!(bench.notes(), [ConsensusNote::Appended { index, term, prefix }]);
    bench.sync();
    assert_eq!(bench.notes(), [ConsensusNote::Synced { through: index }]);
    bench.receive(1, append(1, (1, 1), &[], 1));
    assert_eq!(bench.notes(), [ConsensusNote::Committed { index, term, prefix }]);
}
