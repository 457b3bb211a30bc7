//! Made-up runs, told note by note.

use super::*;
use crate::model::history::Reason;
use crate::model::note::Asked;
use crate::model::op::{Answer, Key, Op};

const CORE: [NodeId; 3] = [NodeId(0), NodeId(1), NodeId(2)];
const OTHER: NodeId = NodeId(3);
const CLIENTS: NodeId = NodeId(9);

fn ms(at: u64) -> Time {
    Time::ZERO + Duration::from_millis(at)
}

/// Four replicas: the first leads and has committed 10, the others as much. Faults stop at 1,000 ms, the bound is 2,000.
fn well() -> Liveness {
    let nodes: Vec<NodeId> = (0..4).map(NodeId).collect();
    let mut liveness = Liveness::new(ms(1_000), Duration::from_millis(1_000), &nodes);
    nodes.iter().for_each(|node| liveness.booted(ms(0), *node));
    liveness.consensus(ms(10), CORE[0], &ConsensusNote::Campaigned { term: Term(1), pre_vote: false });
    liveness.consensus(
        ms(11),
        CORE[0],
        &ConsensusNote::BecameLeader { term: Term(1), last_index: LogIndex(0) },
    );
    nodes.iter().for_each(|node| commits(&mut liveness, 20, *node, 10));
    liveness
}

fn commits(liveness: &mut Liveness, at: u64, node: NodeId, index: u64) {
    let note = ConsensusNote::Committed { index: LogIndex(index), term: Term(1), prefix: 0 };
    liveness.consensus(ms(at), node, &note);
}

fn asks(liveness: &mut Liveness, at: u64, slot: u32) {
    let asked = Asked::Store(Op::Read { key: Key(0) });
    let note = ClientNote::Invoked { slot, sequence: 1, number: 1, server: CORE[0], intended: ms(at), asked };
    liveness.client(ms(at), CLIENTS, &note);
}

fn returns(liveness: &mut Liveness, at: u64, slot: u32, outcome: Outcome) {
    liveness.client(ms(at), CLIENTS, &ClientNote::Returned { slot, outcome, attempts: 3 });
}

fn found(liveness: Liveness, end: u64) -> Found {
    found_with(liveness, end, &|_| None)
}

/// What is found when nodes say this of their states.
fn found_with(liveness: Liveness, end: u64, state: &dyn Fn(NodeId) -> Option<Description>) -> Found {
    let votes = |node: NodeId| (node == CORE[2]).then_some((1, 3));
    liveness.finish(ms(end), &Look { name: &|node| format!("n{}", node.0), votes: &votes, state })
}

const OK: Outcome = Outcome::Ok(Answer::Done);
const LATE: Outcome = Outcome::Unknown(Reason::Timeout);

#[test]
fn a_store_that_serves_and_agrees_is_alive() {
    let mut liveness = well();
    liveness.healed(&CORE);
    // What begins before the bound may still fail, as long as somebody is served.
    asks(&mut liveness, 1_100, 0);
    asks(&mut liveness, 1_200, 1);
    returns(&mut liveness, 1_300, 0, OK);
    returns(&mut liveness, 1_400, 1, LATE);
    asks(&mut liveness, 2_100, 2);
    returns(&mut liveness, 2_110, 2, OK);
    // Just asked when the run ends.
    asks(&mut liveness, 2_900, 3);
    assert_eq!(found(liveness, 3_000), Found::Held);
    let mut short = well();
    short.healed(&CORE);
    assert_eq!(found(short, 1_999), Found::TooShort);
}

#[test]
fn a_replica_of_the_core_that_lags_is_named_and_another_may_lag() {
    let mut liveness = well();
    liveness.healed(&CORE);
    commits(&mut liveness, 1_400, CORE[0], 34);
    commits(&mut liveness, 1_400, CORE[1], 34);
    // What is committed in the second half of the time need not be everywhere.
    commits(&mut liveness, 1_900, CORE[0], 50);
    commits(&mut liveness, 2_001, CORE[2], 50);
    let said = vec!["n2 lags: it has committed 10 of 34".to_owned()];
    assert_eq!(found(liveness, 3_000), Found::Violated(ms(2_000), said));
}

/// A node of the core that was removed meanwhile is told nothing, and nobody waits for it.
#[test]
fn who_votes_no_more_may_lag() {
    let lagging = |voters: Slots| {
        let mut liveness = well();
        let note = ConsensusNote::Configured { voters, outgoing: Slots::NONE, quorum: 0 };
        liveness.consensus(ms(30), CORE[0], &note);
        liveness.healed(&CORE);
        [CORE[0], CORE[1], OTHER].into_iter().for_each(|node| commits(&mut liveness, 1_200, node, 50));
        found(liveness, 3_000)
    };
    assert!(matches!(lagging(Slots::first(4)), Found::Violated(..)));
    assert_eq!(lagging(Slots::first(4).without(Slots::one(2))), Found::Held);
}

#[test]
fn what_was_once_committed_stays_so_though_all_forget_it() {
    let mut liveness = well();
    CORE.iter().for_each(|node| liveness.crashed(ms(900), *node));
    liveness.crashed(ms(900), OTHER);
    CORE.iter().for_each(|node| liveness.booted(ms(1_000), *node));
    liveness.healed(&CORE);
    liveness.consensus(
        ms(1_200),
        CORE[1],
        &ConsensusNote::BecameLeader { term: Term(2), last_index: LogIndex(10) },
    );
    let Found::Violated(_, said) = found(liveness, 3_000) else { panic!("nobody has committed anything") };
    assert_eq!(said.len(), 3);
}

#[test]
fn without_a_leader_each_says_what_it_waits_for() {
    let mut liveness = well();
    liveness.crashed(ms(900), CORE[0]);
    liveness.booted(ms(1_000), CORE[0]);
    liveness.healed(&CORE);
    commits(&mut liveness, 1_010, CORE[0], 10);
    liveness.consensus(ms(1_500), CORE[2], &ConsensusNote::Campaigned { term: Term(17), pre_vote: false });
    liveness.consensus(ms(1_900), CORE[2], &ConsensusNote::Campaigned { term: Term(18), pre_vote: false });
    liveness.consensus(ms(1_950), CORE[0], &ConsensusNote::Halted { why: Halt::NoSnapshot });
    let said = [
        "n0 has halted at 1.950 s: the log begins behind a snapshot that is not there",
        "n1 waits for a leader",
        "n2 waits for votes: it has campaigned 2 times since 1.000 s, at last for term 18 at 1.900 s (1 of 3)",
    ];
    assert_eq!(found(liveness, 3_000), Found::Violated(ms(2_000), said.map(str::to_owned).to_vec()));
}

#[test]
fn clients_that_wait_or_give_up_are_named() {
    let mut liveness = well();
    liveness.healed(&CORE);
    asks(&mut liveness, 1_100, 0);
    returns(&mut liveness, 1_110, 0, OK);
    asks(&mut liveness, 1_150, 4);
    asks(&mut liveness, 2_100, 1);
    returns(&mut liveness, 2_600, 1, LATE);
    asks(&mut liveness, 2_200, 2);
    let Found::Violated(since, said) = found(liveness, 3_900) else { panic!("they wait") };
    assert_eq!(since, ms(2_150), "a second after the first was asked");
    assert_eq!(said.len(), 3, "{said:?}");
    assert_eq!(
        said[0],
        "client n9#2 asked n0 at 2.100 s and others after it, and gave up at 2.600 s (timeout)"
    );
    assert_eq!(said[1], "client n9#3 waits for an answer, from n0 first, since 2.200 s");
    let mut nobody = well();
    nobody.healed(&CORE);
    asks(&mut nobody, 1_100, 0);
    returns(&mut nobody, 1_900, 0, LATE);
    let Found::Violated(_, said) = found(nobody, 3_000) else { panic!("none was served") };
    assert_eq!(said, ["clients: of 1 operations that began since 1.000 s none has ended ok by 2.000 s"]);
}

#[test]
fn a_store_without_a_core_is_excused() {
    let mut liveness = well();
    liveness.healed(&[CLIENTS]);
    assert_eq!(found(liveness, 3_000), Found::BeyondHelp);
}

fn said(found: Found) -> Vec<String> {
    match found {
        Found::Violated(_, said) => said,
        Found::Held | Found::TooShort | Found::BeyondHelp => panic!("it is alive: {found:?}"),
    }
}

#[test]
fn a_leader_whose_first_entry_is_not_committed_says_who_holds_it() {
    let lagging = || {
        let mut liveness = well();
        liveness.healed(&CORE);
        // Somebody had committed more, and nobody of the core knows.
        commits(&mut liveness, 1_200, OTHER, 34);
        liveness
    };
    let follower = |node, held: u64| Description::default().with("node", node).with("match_index", held);
    let state = |last: u64| {
        let followers = vec![follower(CORE[1], 35), follower(CORE[2], 20), follower(OTHER, 10)];
        let leader = Description::default()
            .with("role", "leader")
            .with("commit_index", 10_u64)
            .with("first_own", 35_u64)
            .with("last_index", last)
            .with("durable_index", last)
            .with("voters", (0..4).map(NodeId).collect::<Vec<_>>())
            .with("followers", followers);
        move |node: NodeId| match node {
            NodeId(0) => Some(leader.clone()),
            _ => Some(Description::default().with("role", "follower").with("leader", CORE[0])),
        }
    };
    let held = said(found_with(lagging(), 3_000, &state(35)));
    let first = "n0 lags: it has committed 10 of 34, and leads term 1: its first entry of that term, 35, is not committed: it \
                 is held by 2 of 4 (itself, n1)";
    assert_eq!(
        held,
        [
            first,
            "n1 lags: it has committed 10 of 34, and hears n0",
            "n2 lags: it has committed 10 of 34, and hears n0"
        ]
    );
    let lacking = said(found_with(lagging(), 3_000, &state(34)));
    assert!(lacking[0].ends_with(
        "and leads term 1: it has no entry of that term, and nothing before one counts as committed"
    ));
}

/// The core follows a leader that is not of it, and the word for why nothing is committed is that one's.
#[test]
fn a_leader_that_is_not_of_the_core_is_asked_too() {
    let mut liveness = well();
    liveness.consensus(ms(900), CORE[0], &ConsensusNote::SteppedDown { term: Term(2) });
    let elected = ConsensusNote::BecameLeader { term: Term(2), last_index: LogIndex(34) };
    liveness.consensus(ms(900), OTHER, &elected);
    liveness.healed(&CORE);
    commits(&mut liveness, 1_200, CORE[0], 34);
    let leader = Description::default()
        .with("role", "leader")
        .with("commit_index", 10_u64)
        .with("first_own", 35_u64)
        .with("last_index", 34_u64);
    let state = |node: NodeId| (node == OTHER).then(|| leader.clone());
    let told = said(found_with(liveness, 3_000, &state));
    assert_eq!(
        told.last().map(String::as_str),
        Some("n3 leads term 2: it has no entry of that term, and nothing before one counts as committed"),
        "{told:?}"
    );
}

#[test]
fn a_server_with_a_new_disk_waits_to_be_taken_in() {
    let mut liveness = well();
    liveness.crashed(ms(900), CORE[1]);
    liveness.booted(ms(950), CORE[1]);
    liveness.consensus(ms(950), CORE[1], &ConsensusNote::Recovering);
    liveness.healed(&CORE);
    let waiting = said(found(liveness.clone(), 3_000));
    assert_eq!(waiting, ["n1 has a new disk and waits to be taken in: it has committed 0 of 10"]);
    liveness.consensus(ms(1_500), CORE[1], &ConsensusNote::Rejoined);
    assert_eq!(said(found(liveness, 3_000)), ["n1 lags: it has committed 0 of 10"]);
}

/// n2 campaigns: n0 is down, n1 hears n3, which leads and is not of the core.
#[test]
fn who_campaigns_says_who_refuses_and_whom_they_hear() {
    let mut liveness = well();
    liveness.healed(&CORE);
    commits(&mut liveness, 1_200, OTHER, 34);
    liveness.consensus(ms(1_900), CORE[2], &ConsensusNote::Campaigned { term: Term(7), pre_vote: true });
    let state = |node: NodeId| {
        let of = |role: &str| Description::default().with("role", role);
        match node {
            NodeId(0) => None,
            NodeId(1) => Some(of("follower").with("leader", OTHER)),
            NodeId(2) => Some(
                of("pre-candidate")
                    .with("votes", vec![CORE[2]])
                    .with("voters", (0..4).map(NodeId).collect::<Vec<_>>()),
            ),
            _ => Some(of("leader").with("leader", OTHER)),
        }
    };
    let told = said(found_with(liveness, 3_000, &state));
    assert_eq!(
        told[2],
        "n2 lags: it has committed 10 of 34, and campaigns, at last for term 7 at 1.900 s (1 of 3; n1 hears n3, n3 leads, n0 is down)"
    );
    assert_eq!(told[1], "n1 lags: it has committed 10 of 34, and hears n3");
}
