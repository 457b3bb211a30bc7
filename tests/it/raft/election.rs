//! What the paper says of elections: §5.1, §5.2, §5.4.1; dissertation §4.2.3, §6.2, §9.6.

use seedbed::consensus::raft::message::Message;
use seedbed::consensus::raft::{self, Role, Timer};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Duration, NodeId, Time};
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::membership::Slots;
use seedbed::model::note::ConsensusNote;

use super::bench::{self, Bench, ME, append, appends, plain, pre_vote, request_vote, vote};

fn with_check_quorum() -> raft::Options {
    raft::Options { check_quorum: true, ..plain() }
}

fn with_pre_vote() -> raft::Options {
    raft::Options { pre_vote: true, ..plain() }
}

/// §5.2: "When servers start up, they begin as followers."
#[test]
fn a_server_starts_as_a_follower_of_term_0() {
    let bench = Bench::new(3);
    assert_eq!((bench.raft().role(), bench.term()), (&Role::Follower, 0));
    assert!(bench.has_timer(Timer::Election) && !bench.has_timer(Timer::Heartbeat));
}

/// §5.2: "If a follower receives no communication over a period of time called the election timeout [...] it
/// begins an election": new term, a vote for itself, RequestVote to all. Figure 2 wants both on stable storage.
#[test]
fn an_election_begins_with_the_candidate_s_own_vote_on_disk() {
    let mut bench = Bench::new(3);
    assert!(bench.fire(Timer::Election).is_empty(), "nothing is asked before the vote is durable");
    assert_eq!((bench.term(), bench.raft().voted_for()), (1, Some(ME)));
    assert_eq!(bench.notes(), [ConsensusNote::Campaigned { term: Term(1), pre_vote: false }]);
    let request = request_vote(1, (0, 0));
    assert_eq!(bench.sync(), [(1, request.clone()), (2, request)]);
    bench.crash_and_restart();
    assert_eq!((bench.term(), bench.raft().voted_for()), (1, Some(ME)));
}

/// §5.2: "A candidate wins an election if it receives votes from a majority of the servers in the full cluster".
#[test]
fn a_majority_elects_and_one_vote_fewer_does_not() {
    for (voters, needed) in [(1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (7, 3)] {
        let mut bench = Bench::new(voters);
        bench.fire(Timer::Election);
        bench.sync();
        for peer in 1..=needed {
            assert!(!bench.raft().is_leader(), "{} of {voters} votes", peer);
            bench.receive(peer, vote(1, true));
        }
        assert!(bench.raft().is_leader(), "{} of {voters} votes", needed + 1);
    }
}

/// §5.2: votes count once each, and only those of this term.
#[test]
fn repeated_refused_and_stale_votes_do_not_elect() {
    let mut bench = Bench::new(5);
    bench.fire(Timer::Election);
    bench.fire(Timer::Election);
    bench.sync();
    bench.sync();
    assert_eq!(bench.term(), 2);
    bench.receive(1, vote(2, true));
    bench.receive(1, vote(2, true));
    bench.receive(2, vote(2, false));
    bench.receive(3, vote(1, true));
    assert_eq!(bench.raft().role().name(), "candidate");
}

/// §5.2: a winner "sends heartbeat messages to all of the other servers"; §8: with "a blank no-op entry".
#[test]
fn a_new_leader_sends_a_no_op_at_once_and_heartbeats_ever_after() {
    let mut bench = Bench::new(3);
    let sent = bench.win_election();
    assert_eq!(appends(&sent), [(1, 0, vec![1]), (2, 0, vec![1])]);
    let elected = ConsensusNote::ElectedBy { term: Term(1), by: Slots::first(2) };
    let became = ConsensusNote::BecameLeader { term: Term(1), last_index: LogIndex(0) };
    assert_eq!(bench.notes()[..2], [elected, became]);
    assert!(!bench.has_timer(Timer::Election));
    assert_eq!(appends(&bench.fire(Timer::Heartbeat)), [(1, 0, vec![]), (2, 0, vec![])]);
    assert!(bench.has_timer(Timer::Heartbeat));
}

/// §5.2: "Each server will vote for at most one candidate in a given term, on a first-come-first-served basis".
#[test]
fn a_voter_votes_once_a_term_but_repeats_its_vote_to_who_has_it() {
    let mut bench = Bench::new(5);
    assert!(bench.receive(1, request_vote(1, (0, 0))).is_empty(), "a vote waits for the disk");
    assert_eq!(bench.sync(), [(1, vote(1, true))]);
    assert_eq!(bench.receive(2, request_vote(1, (9, 1))), [(2, vote(1, false))]);
    assert_eq!(
        bench.receive(1, request_vote(1, (0, 0))),
        [(1, vote(1, true))],
        "the first answer may be lost"
    );
    bench.receive(2, request_vote(2, (0, 0)));
    assert_eq!(bench.sync(), [(2, vote(2, true))], "a new term, a new vote");
}

/// Figure 2: `votedFor` is "updated on stable storage before responding to RPCs".
#[test]
fn a_vote_survives_a_crash() {
    let mut bench = Bench::new(3);
    bench.receive(1, request_vote(1, (0, 0)));
    bench.sync();
    bench.crash_and_restart();
    assert_eq!(bench.receive(2, request_vote(1, (0, 0))), [(2, vote(1, false))]);
}

/// The same: a vote that a crash takes back was never told.
#[test]
fn a_vote_that_was_not_synced_is_not_told() {
    let mut bench = Bench::new(3);
    assert!(bench.receive(1, request_vote(1, (0, 0))).is_empty());
    bench.crash_and_restart();
    assert_eq!((bench.term(), bench.raft().voted_for()), (0, None));
}

/// §5.2: "If the leader's term [...] is at least as large as the candidate's current term, then the candidate
/// recognizes the leader as legitimate and returns to follower state", else it "continues in candidate state".
#[test]
fn a_candidate_follows_a_leader_of_its_term_and_refuses_an_older_one() {
    let mut bench = Bench::follower(3, 3, &[]);
    bench.fire(Timer::Election);
    bench.sync();
    bench.receive(2, append(3, (0, 0), &[], 0));
    assert_eq!((bench.raft().role().name(), bench.term()), ("candidate", 4));
    let sent = bench.sent();
    assert!(matches!(sent[..], [(2, Message::AppendRejected { term: Term(4), .. })]), "{sent:?}");
    bench.receive(2, append(4, (0, 0), &[], 0));
    assert_eq!((bench.raft().role(), bench.term()), (&Role::Follower, 4));
    assert!(bench.notes().contains(&ConsensusNote::SteppedDown { term: Term(4) }));
}

/// §5.1: "If a candidate or leader discovers that its term is out of date, it immediately reverts to follower
/// state."
#[test]
fn any_higher_term_ends_a_leadership() {
    let higher = [
        request_vote(9, (0, 0)),
        append(9, (0, 0), &[], 0),
        vote(9, false),
        bench::rejected(9, 0, (0, 0)),
        Message::SnapshotReply { term: Term(9), round: 0, received: 0, last_index: LogIndex(1) },
    ];
    for message in higher {
        let mut bench = Bench::leader(3, 0, &[]);
        bench.receive(2, message);
        assert_eq!((bench.raft().role(), bench.term()), (&Role::Follower, 9));
        assert!(bench.has_timer(Timer::Election) && !bench.has_timer(Timer::Heartbeat));
    }
}

/// §5.1: "If a server receives a request with a stale term number, it rejects the request", and tells its own.
#[test]
fn a_stale_request_is_refused_with_the_newer_term() {
    let mut bench = Bench::follower(3, 5, &[1]);
    assert_eq!(bench.receive(2, request_vote(4, (9, 4))), [(2, vote(5, false))]);
    let sent = bench.receive(2, append(4, (0, 0), &[4], 0));
    assert!(matches!(sent[..], [(2, Message::AppendRejected { term: Term(5), .. })]), "{sent:?}");
    assert_eq!(bench.terms(), [1], "and its entries are not taken");
}

/// §5.2: "election timeouts are chosen randomly from a fixed interval", anew at every election.
#[test]
fn election_timeouts_are_spread_over_their_range() {
    let mut bench = Bench::new(3);
    let options = plain();
    let mut timeouts = Vec::new();
    for _ in 0..200 {
        let before = bench.world.now;
        bench.fire(Timer::Election);
        timeouts.push(bench.world.now - before);
    }
    let (least, most) = (timeouts.iter().min().expect("200"), timeouts.iter().max().expect("200"));
    let (shortest, longest) = options.election_timeout.range();
    assert!(*least >= shortest && *most <= longest);
    let range = longest.saturating_sub(shortest);
    // The chance that none of 200 falls in the first, or in the last, 5 % of the range is 4e-5 each.
    assert!(*least <= shortest + range / 20, "{least}");
    assert!(*most + range / 20 >= longest, "{most}");
    assert_eq!(bench.term(), 200, "every split vote costs a term");
}

/// Another law than the paper's is drawn from as it stands, not only over its range.
#[test]
fn an_election_timeout_is_drawn_from_the_law_that_was_given() {
    let at = |millis: f64| Distribution::constant(millis * 1e6).expect("finite");
    let election_timeout =
        Distribution::mixture(vec![(0.75, at(200.0)), (0.25, at(800.0))]).expect("two branches");
    let mut bench = Bench::with(3, raft::Options { election_timeout, ..plain() });
    let mut long = 0;
    for _ in 0..400 {
        let before = bench.world.now;
        bench.fire(Timer::Election);
        let timeout = bench.world.now - before;
        assert!([200, 800].map(Duration::from_millis).contains(&timeout), "{timeout}");
        long += u32::from(timeout == Duration::from_millis(800));
    }
    // 100 are expected, 8.7 is the standard deviation.
    assert!((65..=135).contains(&long), "{long} of 400 were long");
}

/// §5.2: a follower that hears a leader or votes waits a whole election timeout again.
#[test]
fn heartbeats_and_granted_votes_put_an_election_off_and_refused_ones_do_not() {
    let deadline = |bench: &Bench| bench.world.nodes[0].timers[&0];
    let mut bench = Bench::follower(3, 1, &[1]);
    let mut before = deadline(&bench);
    for message in [append(1, (1, 1), &[], 0), request_vote(2, (1, 1))] {
        bench.wait(Duration::from_millis(140));
        bench.receive(1, message);
        assert!(deadline(&bench) >= bench.world.now + plain().election_timeout_min());
        assert!(deadline(&bench) != before);
        before = deadline(&bench);
    }
    bench.receive(2, request_vote(3, (0, 0)));
    assert_eq!(deadline(&bench), before, "a refused vote changes nothing");
}

/// §5.4.1: "If the logs have last entries with different terms, then the log with the later term is more
/// up-to-date. If the logs end with the same term, then whichever log is longer is more up-to-date."
#[test]
fn a_vote_goes_only_to_a_log_at_least_as_up_to_date() {
    // The voter's log ends at index 3 in term 2.
    for (last, granted) in
        [((1, 3), true), ((3, 2), true), ((4, 2), true), ((2, 2), false), ((9, 1), false), ((0, 0), false)]
    {
        let mut bench = Bench::follower(3, 3, &[1, 1, 2]);
        bench.receive(2, request_vote(4, last));
        assert_eq!(bench.sync(), [(2, vote(4, granted))], "candidate's log ends at {last:?}");
    }
}

/// Dissertation §9.6: "a candidate only increments its term if it first learns from a majority of the cluster
/// that they would be willing to grant the candidate their votes".
#[test]
fn a_pre_vote_spends_no_term() {
    let mut bench = Bench::with(3, with_pre_vote());
    let ask = pre_vote(1, (0, 0));
    assert_eq!(bench.fire(Timer::Election), [(1, ask.clone()), (2, ask.clone())]);
    assert_eq!((bench.term(), bench.raft().role().name()), (0, "pre-candidate"));
    assert_eq!(bench.fire(Timer::Election), [(1, ask.clone()), (2, ask)], "cut off, it asks the same again");
    bench.receive(1, Message::VoteReply { term: Term(1), granted: true, pre_vote: true });
    assert_eq!((bench.term(), bench.raft().role().name()), (1, "candidate"));
    bench.receive(1, Message::VoteReply { term: Term(1), granted: true, pre_vote: true });
    bench.sync();
    assert!(!bench.raft().is_leader(), "a pre-vote is no vote");
}

/// Dissertation §9.6: a server grants a pre-vote if the log is up to date and it has not heard from a leader
/// "for at least a baseline election timeout". It promises nothing by it.
#[test]
fn a_pre_vote_is_granted_only_without_a_leader_and_changes_nothing() {
    let reply = |term, granted| Message::VoteReply { term: Term(term), granted, pre_vote: true };
    let mut bench = Bench::with(3, with_pre_vote());
    bench.receive(1, append(3, (0, 0), &[3], 0));
    bench.sync();
    assert_eq!(bench.receive(2, pre_vote(4, (1, 3))), [(2, reply(3, false))], "it hears a leader");
    bench.wait(with_pre_vote().election_timeout_min());
    assert_eq!(bench.receive(2, pre_vote(4, (0, 0))), [(2, reply(3, false))], "the log is behind");
    assert_eq!(bench.receive(2, pre_vote(3, (1, 3))), [(2, reply(3, false))], "the term is not new");
    assert_eq!(bench.receive(2, pre_vote(4, (1, 3))), [(2, reply(4, true))]);
    assert_eq!(bench.receive(1, pre_vote(4, (1, 3))), [(1, reply(4, true))], "to all who ask");
    assert_eq!((bench.term(), bench.raft().voted_for()), (3, None));
}

/// A pre-candidate that is behind in terms learns so from a refusal; else two groups could refuse each other
/// for ever (catalogue of bugs, 9).
#[test]
fn a_refused_pre_vote_spreads_the_higher_term() {
    let mut bench = Bench::with(3, with_pre_vote());
    bench.fire(Timer::Election);
    bench.receive(1, Message::VoteReply { term: Term(7), granted: false, pre_vote: true });
    assert_eq!((bench.term(), bench.raft().role()), (7, &Role::Follower));
}

/// Dissertation §6.2: "a leader steps down if an election timeout elapses without a successful round of
/// heartbeats to a majority of its cluster".
#[test]
fn a_leader_that_hears_no_majority_steps_down() {
    let mut bench = Bench::leader_with(5, with_check_quorum(), 0, &[]);
    bench.fire(Timer::CheckQuorum);
    assert_eq!((bench.raft().role(), bench.term()), (&Role::Follower, 1));
    assert_eq!(bench.notes(), [ConsensusNote::SteppedDown { term: Term(1) }]);
}

/// The same: answers of a majority, of whatever kind, keep it in office.
#[test]
fn a_leader_that_hears_a_majority_stays() {
    let mut bench = Bench::leader_with(5, with_check_quorum(), 0, &[]);
    bench.wait(Duration::from_millis(10));
    bench.receive(1, bench::accepted(1, 0));
    bench.receive(2, bench::rejected(1, 9, (1, 0)));
    bench.fire(Timer::CheckQuorum);
    assert!(bench.raft().is_leader());
    bench.fire(Timer::CheckQuorum);
    assert!(!bench.raft().is_leader(), "but not for ever");
}

/// Dissertation §4.2.3: "if a server receives a RequestVote request within the minimum election timeout of
/// hearing from a current leader, it does not update its term or grant its vote."
#[test]
fn a_voter_that_hears_a_leader_ignores_candidates() {
    let mut bench = Bench::with(3, with_check_quorum());
    bench.wait(Duration::from_millis(150));
    bench.receive(1, append(1, (0, 0), &[], 0));
    bench.sync();
    bench.wait(Duration::from_millis(149));
    assert!(bench.receive(2, request_vote(9, (9, 9))).is_empty());
    assert_eq!((bench.term(), bench.raft().voted_for()), (1, None));
    bench.wait(Duration::from_millis(1));
    bench.receive(2, request_vote(9, (9, 9)));
    assert_eq!(bench.sync(), [(2, vote(9, true))]);
}

/// The same after a restart: it may have heard a leader just before, and a lease may rest on it.
#[test]
fn a_server_that_just_booted_does_not_vote() {
    let mut bench = Bench::with(3, with_check_quorum());
    assert_eq!(bench.world.now, Time::ZERO);
    assert!(bench.receive(2, request_vote(1, (9, 9))).is_empty());
    bench.wait(Duration::from_millis(150));
    bench.receive(2, request_vote(1, (9, 9)));
    assert_eq!(bench.sync(), [(2, vote(1, true))]);
}

/// Whoever is no member is not answered, whatever it says.
#[test]
fn strangers_are_ignored() {
    let mut bench = Bench::new(3);
    assert!(bench.receive(7, request_vote(9, (9, 9))).is_empty());
    assert!(bench.receive(ME.0, append(9, (0, 0), &[9], 0)).is_empty());
    assert_eq!((bench.term(), bench.raft().voted_for()), (0, None::<NodeId>));
}
