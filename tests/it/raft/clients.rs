//! What the paper says of clients: §8; dissertation §6.3, §6.4.

use seedbed::consensus::raft::{self, Timer};
use seedbed::consensus::replica::{Options, ReadMode};
use seedbed::kernel::{Duration, NodeId};
use seedbed::model::log::LogIndex;
use seedbed::model::note::ConsensusNote;
use seedbed::model::op::{Answer, Key, Op, Reading, Value};
use seedbed::model::request::Response;

use super::bench::{Bench, ME, accepted, accepted_round, append, appends, plain};

const READ: Op = Op::Read { key: Key(0) };
const APPEND: Op = Op::Append { key: Key(0), value: Value(7) };

fn responses(bench: &Bench) -> Vec<Response> {
    bench.replies().iter().map(|reply| reply.response).collect()
}

fn read_of(reading: Reading) -> Response {
    Response::Ok(Answer::Read(reading))
}

fn with_reads(reads: ReadMode) -> Options {
    Options { reads, snapshot_every: None, ..Options::default() }
}

/// A leader of three whose no-op is committed, confirmed by both others.
fn ready(core: raft::Options, reads: ReadMode) -> Bench {
    let mut bench = Bench::with_host(3, core, with_reads(reads));
    bench.win_election();
    bench.sync();
    bench.receive(1, accepted(1, 1));
    bench.receive(2, accepted(1, 1));
    assert_eq!(bench.commit_index(), 1);
    bench
}

/// §8: "If the client's first choice is not the leader, that server will reject the client's request and supply
/// information about the most recent leader it has heard from."
#[test]
fn a_follower_redirects_to_the_leader() {
    let mut bench = Bench::new(3);
    bench.request(0, 1, APPEND);
    assert_eq!(responses(&bench), [Response::Redirect { leader: None }]);
    bench.receive(2, append(1, (0, 0), &[], 0));
    for op in [APPEND, READ] {
        bench.request(0, 1, op);
        assert_eq!(responses(&bench), [Response::Redirect { leader: Some(NodeId(2)) }]);
    }
}

/// §5.3: "When the entry has been safely replicated [...], the leader applies the entry to its state machine and
/// returns the result": not before.
#[test]
fn a_write_is_answered_when_it_is_committed_and_applied() {
    let mut bench = ready(plain(), ReadMode::ReadIndex);
    bench.request(0, 1, APPEND);
    bench.sync();
    assert!(bench.replies().is_empty());
    bench.receive(1, accepted(1, 2));
    assert_eq!(responses(&bench), [Response::Ok(Answer::Done)]);
    let server = bench.world.server(ME).expect("up");
    assert_eq!((server.last_applied(), server.store().read(Key(0)).length), (LogIndex(2), 1));
}

/// Dissertation §6.3: "the servers [...] filter out duplicate requests": a retry of what is applied gets its
/// answer, one of what is in the log is not appended again.
#[test]
fn a_retry_takes_effect_once() {
    let mut bench = ready(plain(), ReadMode::ReadIndex);
    bench.request(0, 1, APPEND);
    assert!(appends(&bench.request(0, 1, APPEND)).is_empty());
    assert_eq!(bench.raft().log().last_index(), LogIndex(2));
    bench.sync();
    bench.receive(1, accepted(1, 2));
    bench.request(0, 1, APPEND);
    assert_eq!(responses(&bench), [Response::Ok(Answer::Done)]);
    assert_eq!(bench.raft().log().last_index(), LogIndex(2));
}

/// The same at another leader, whose log holds the first attempt: the second is appended and not applied.
#[test]
fn a_retry_at_a_new_leader_is_applied_once() {
    let mut old = ready(plain(), ReadMode::ReadIndex);
    let (_, message) = old.request(0, 1, APPEND).pop().expect("replicated");
    let mut bench = Bench::with_host(3, plain(), with_reads(ReadMode::ReadIndex));
    bench.receive(1, append(1, (0, 0), &[1], 0));
    bench.receive(1, message);
    (0..2).for_each(|_| drop(bench.sync()));
    bench.win_election();
    bench.request(0, 1, APPEND);
    (0..2).for_each(|_| drop(bench.sync()));
    bench.receive(1, accepted(2, 4));
    let server = bench.world.server(ME).expect("up");
    assert_eq!((server.last_applied(), server.store().read(Key(0)).length), (LogIndex(4), 1));
    assert_eq!(responses(&bench), [Response::Ok(Answer::Done)]);
}

/// What another leader overwrote had no effect, and its client learns that.
#[test]
fn an_overwritten_proposal_is_redirected() {
    let mut bench = ready(plain(), ReadMode::ReadIndex);
    bench.request(0, 1, APPEND);
    bench.receive(2, append(2, (1, 1), &[2], 2));
    assert_eq!(responses(&bench), [Response::Redirect { leader: Some(NodeId(2)) }]);
}

/// A deposed leader answers for what it proposed if that is committed after all.
#[test]
fn a_deposed_leader_answers_for_what_survives_it() {
    let mut bench = ready(plain(), ReadMode::ReadIndex);
    bench.request(0, 1, APPEND);
    bench.receive(2, append(2, (2, 1), &[2], 3));
    assert_eq!(responses(&bench), [Response::Ok(Answer::Done)]);
}

/// Dissertation §6.4: the leader "issues a new round of heartbeats and waits for their acknowledgments from a
/// majority of the cluster" before it answers a read.
#[test]
fn a_read_waits_for_a_round_that_began_after_it() {
    let mut bench = ready(plain(), ReadMode::ReadIndex);
    assert_eq!(appends(&bench.request(0, 1, READ)), [(1, 1, vec![]), (2, 1, vec![])]);
    bench.receive(1, accepted_round(1, 1, 1));
    assert!(bench.replies().is_empty(), "that answers an older message");
    bench.receive(1, accepted_round(1, 2, 1));
    assert_eq!(responses(&bench), [read_of(Reading::ABSENT)]);
    assert!(matches!(bench.notes()[..], [ConsensusNote::Served { index: LogIndex(1), .. }]));
}

/// Dissertation §6.4: "a leader can use a single round of heartbeats for any number of read-only queries": those
/// that come while one is on its way share the next.
#[test]
fn reads_share_rounds() {
    let mut bench = ready(plain(), ReadMode::ReadIndex);
    bench.request(0, 1, READ);
    assert!(appends(&bench.request(1, 1, READ)).is_empty());
    assert!(appends(&bench.request(2, 1, READ)).is_empty());
    let sent = bench.receive(1, accepted_round(1, 2, 1));
    assert_eq!(
        (responses(&bench).len(), appends(&sent).len()),
        (1, 2),
        "one is served, the next round begins"
    );
    bench.receive(2, accepted_round(1, 3, 1));
    assert_eq!(responses(&bench).len(), 2);
}

/// Dissertation §6.4: "If the leader has not yet marked an entry from its current term committed, it waits until
/// it has done so": before, its commit index may lag behind what an earlier leader committed.
#[test]
fn a_new_leader_serves_reads_only_behind_its_no_op() {
    let mut bench = Bench::with_host(3, plain(), with_reads(ReadMode::ReadIndex));
    bench.win_election();
    bench.sync();
    bench.request(0, 1, READ);
    bench.fire(Timer::Heartbeat);
    bench.receive(1, accepted_round(1, 2, 0));
    assert!(bench.replies().is_empty(), "it leads for sure, but what was committed before it?");
    bench.receive(1, accepted_round(1, 2, 1));
    assert_eq!(responses(&bench), [read_of(Reading::ABSENT)]);
}

/// Dissertation §6.4: a deposed leader must not answer: its state may be stale.
#[test]
fn a_read_at_a_deposed_leader_is_redirected() {
    let mut bench = ready(plain(), ReadMode::ReadIndex);
    bench.request(0, 1, READ);
    bench.receive(2, append(2, (1, 1), &[2], 0));
    assert_eq!(responses(&bench), [Response::Redirect { leader: Some(NodeId(2)) }]);
}

/// Dissertation §6.4.1: while the lease lasts, reads are served without a message; it is as long as the least
/// election timeout, less the bound on clock drift, and starts when the confirmed round began.
#[test]
fn a_lease_serves_reads_at_once_until_it_runs_out() {
    let core = raft::Options { check_quorum: true, clock_drift_bound_ppm: 500_000, ..plain() };
    let mut bench = ready(core, ReadMode::Lease);
    bench.wait(Duration::from_millis(99));
    assert!(appends(&bench.request(0, 1, READ)).is_empty());
    assert_eq!(responses(&bench), [read_of(Reading::ABSENT)]);
    bench.wait(Duration::from_millis(1));
    assert_eq!(appends(&bench.request(1, 1, READ)).len(), 2, "150 ms / 1.5 are over: a round confirms it");
    assert!(bench.replies().is_empty());
    bench.wait(Duration::from_millis(50));
    bench.receive(1, accepted_round(1, 2, 1));
    assert_eq!(responses(&bench).len(), 1);
    bench.wait(Duration::from_millis(49));
    bench.request(2, 1, READ);
    assert_eq!(responses(&bench).len(), 1, "the answer came after 50 ms, but the round began before them");
    bench.wait(Duration::from_millis(1));
    bench.request(3, 1, READ);
    assert!(bench.replies().is_empty());
}

/// A lease rests on voters that refuse to vote while they hear a leader: without that there is none.
#[test]
fn there_is_no_lease_without_check_quorum() {
    let mut bench = ready(plain(), ReadMode::Lease);
    assert_eq!(appends(&bench.request(0, 1, READ)).len(), 2);
    assert!(bench.replies().is_empty());
}

/// A read through the log is an entry like any other.
#[test]
fn a_read_through_the_log_is_answered_when_it_commits() {
    let mut bench = ready(plain(), ReadMode::Log);
    bench.request(0, 1, READ);
    bench.sync();
    bench.receive(1, accepted(1, 2));
    assert_eq!(responses(&bench), [read_of(Reading::ABSENT)]);
}

/// A local read is answered by anybody, from whatever it has: not linearizable, and meant so.
#[test]
fn a_local_read_is_answered_at_once_by_any_node() {
    let mut bench = Bench::with_host(3, plain(), with_reads(ReadMode::Local));
    bench.request(0, 1, READ);
    assert_eq!(responses(&bench), [read_of(Reading::ABSENT)]);
}

/// Reads are refused, not queued without end.
#[test]
fn a_leader_without_a_majority_refuses_reads_beyond_its_limit() {
    let options = Options { waiting_reads_max: 2, ..with_reads(ReadMode::ReadIndex) };
    let mut bench = Bench::with_host(3, plain(), options);
    bench.win_election();
    (0..2).for_each(|slot| drop(bench.request(slot, 1, READ)));
    bench.request(2, 1, READ);
    assert_eq!(responses(&bench), [Response::Rejected]);
}
