//! A small run, told note by note, that tests of metrics and files share.

use crate::clocks::ClockError;
use crate::kernel::{Duration, NodeId, SystemId, Time};
use crate::model::history::{Outcome, Reason, SessionId};
use crate::model::log::{LogIndex, Term};
use crate::model::note::{Asked, ClientNote, ConsensusNote, Ended, OperatorNote, ServiceNote};
use crate::model::op::{Answer, Key, Op, Reading, Value};
use crate::model::status::Status;
use crate::processors::Usage;
use crate::sim::{FaultRecord, Lifecycle, NodeCounters};
use crate::systems::kinds::Decides;

use super::cast::{Cast, CastNode, CastOperator, CastWorkload, Serves};
use super::recorder::{Recorder, RecorderSetup};
use super::tally::Intervals;

pub(super) const KV_1: NodeId = NodeId(0);
pub(super) const KV_2: NodeId = NodeId(1);
pub(super) const API: NodeId = NodeId(2);
pub(super) const SHOPPERS: NodeId = NodeId(3);
pub(super) const USERS: NodeId = NodeId(4);

/// A moment, in milliseconds.
pub(super) fn ms(at: u64) -> Time {
    Time::ZERO + Duration::from_millis(at)
}

/// A store of two replicas, a service of one instance, and a workload for each; 10 s, 1 s of warm-up, 2 s of recovery,
/// intervals of 2 s.
pub(super) fn setup(operations_max: usize) -> RecorderSetup {
    let names = ["kv", "api", "shoppers", "users"].map(str::to_owned);
    let node = |name: &str, system, cores| CastNode {
        serves: if cores == Some(1) { Serves::Instance } else { Serves::Nothing },
        name: name.to_owned(),
        system: SystemId(system),
        cores,
        decides: (system == 0).then_some(Decides::Log),
    };
    let workload = |system, target, paths: &[&str]| CastWorkload {
        system: SystemId(system),
        target: SystemId(target),
        region: "here".to_owned(),
        paths: paths.iter().map(|&path| path.to_owned()).collect(),
    };
    let cast = Cast {
        systems: names.to_vec(),
        nodes: vec![
            node("kv.1", 0, None),
            node("kv.2", 0, None),
            node("api.1", 1, Some(1)),
            node("shoppers.1", 2, None),
            node("users.1", 3, None),
        ],
        workloads: vec![workload(2, 0, &[]), workload(3, 1, &["/users", "/orders"])],
        // The users' node has a word to say to the store, too.
        operators: vec![CastOperator {
            node: USERS,
            target: SystemId(0),
            orders: vec![(ms(7_000), "transfer to kv.2".to_owned()), (ms(9_900), "remove kv.1".to_owned())],
        }],
        faults: vec!["one".to_owned(), "two".to_owned()],
    };
    RecorderSetup {
        cast,
        warmup: ms(1_000),
        recovery: Duration::from_secs(2),
        intervals: Intervals { duration: ms(10_000), length: Duration::from_secs(2) },
        operations_max,
    }
}

/// An operation of one client, from its intended arrival to its return.
pub(super) fn invoke(
    recorder: &mut Recorder,
    node: NodeId,
    slot: u32,
    number: u32,
    at: (u64, u64),
    asked: Asked,
) {
    let (intended, at) = (ms(at.0), ms(at.1));
    let server = match asked {
        Asked::Store(_) => KV_1,
        Asked::Call { .. } => API,
    };
    let note = ClientNote::Invoked { slot, sequence: number, number, server, intended, asked };
    recorder.client(at, node, &note);
}

pub(super) fn returns(
    recorder: &mut Recorder,
    node: NodeId,
    slot: u32,
    at: u64,
    outcome: Outcome,
    attempts: u16,
) {
    recorder.client(ms(at), node, &ClientNote::Returned { slot, outcome, attempts });
}

/// A service handles a request on its own.
pub(super) fn serve(recorder: &mut Recorder, at: u64, sojourn: u64, service: u64) {
    let (frame, caller, call) = (0, USERS, SessionId::slot(1, 0));
    let taken = ServiceNote::Taken { frame, caller, call, sequence: 1, in_system: 1 };
    recorder.service(ms(at), API, &taken);
    let (sojourn, service) = (Duration::from_millis(sojourn), Duration::from_millis(service));
    let note = ServiceNote::Finished { frame, is_answer: true, status: Status::Ok, service };
    recorder.service(ms(at) + sojourn, API, &note);
}

/// Counters that grow by the millisecond.
pub(super) fn counters(at: u64) -> Vec<NodeCounters> {
    let of_node = |node: u64| {
        let (mut processor, mut counters) = (
            Usage::default(),
            NodeCounters {
                handled: at * (node + 1),
                boots: 1,
                network: Default::default(),
                disk: Default::default(),
                processor: Usage::default(),
                clock: Default::default(),
            },
        );
        processor.busy = Duration::from_millis(at / 4);
        counters.processor = processor;
        counters.network.sent = at;
        counters.network.bytes = 100 * at;
        counters.network.received = at - at / 1000;
        counters.network.drop_many(crate::net::DropReason::Loss, at / 1000);
        counters.disk.syncs = at / 100;
        counters.disk.busy = Duration::from_millis(at / 10);
        if node == 0 {
            counters.clock = ClockError { wall_ns: -1_000 * at as i64, monotonic_ns: at as i64 };
        }
        counters
    };
    (0..5).map(of_node).collect()
}

/// A whole run, up to before its end.
pub(super) fn recorder(operations_max: usize) -> Recorder {
    let mut recorder = Recorder::new(setup(operations_max));
    let key = Key(17);
    let one = Reading::of(Value(1));
    let (read, write) = (Asked::Store(Op::Read { key }), Asked::Store(Op::Write { key, value: Value(1) }));
    let cas = |expected, new| Asked::Store(Op::Cas { key, expected: Value(expected), new: Value(new) });
    let leads = |term| ConsensusNote::BecameLeader { term: Term(term), last_index: LogIndex(0) };
    let campaigns = |term, pre_vote| ConsensusNote::Campaigned { term: Term(term), pre_vote };
    let it = &mut recorder;

    (0..5).for_each(|node| it.changed(ms(0), NodeId(node), Lifecycle::Booted));
    it.sample(ms(0), &counters(0));
    it.consensus(ms(500), KV_1, &campaigns(1, true));
    it.consensus(ms(510), KV_1, &campaigns(1, false));
    it.consensus(ms(600), KV_1, &leads(1));
    // In the warm-up.
    invoke(it, SHOPPERS, 0, 1, (800, 800), read);
    returns(it, SHOPPERS, 0, 810, Outcome::Ok(Answer::Read(Reading::ABSENT)), 1);
    it.sample(ms(1_000), &counters(1_000));
    // All is well.
    it.sample(ms(2_000), &counters(2_000));
    invoke(it, SHOPPERS, 0, 2, (2_000, 2_000), write);
    [(SHOPPERS, KV_1), (KV_1, KV_2), (KV_2, KV_1)]
        .into_iter()
        .for_each(|(from, to)| it.sent(from, to, || 100));
    let session = SessionId { node: SHOPPERS, slot: 0 };
    it.consensus(ms(2_009), KV_1, &ConsensusNote::Applied { index: LogIndex(2), session, sequence: 2 });
    it.sent(KV_1, SHOPPERS, || 100);
    returns(it, SHOPPERS, 0, 2_010, Outcome::Ok(Answer::Done), 1);
    invoke(it, SHOPPERS, 0, 3, (2_500, 2_500), cas(1, 2));
    returns(it, SHOPPERS, 0, 2_530, Outcome::Ok(Answer::Done), 1);
    invoke(it, USERS, 0, 1, (3_000, 3_000), Asked::Call { path: 0 });
    serve(it, 3_005, 10, 8);
    returns(it, USERS, 0, 3_020, Outcome::Ok(Answer::Done), 1);
    // The leader crashes.
    it.sample(ms(4_000), &counters(4_000));
    it.struck(&FaultRecord {
        planned: 0,
        kind: "crash",
        strike: 0,
        start: ms(4_000),
        end: Some(ms(6_000)),
        resolved: "kv.1".to_owned(),
        nodes: vec![KV_1],
        told: crate::faults::Told::default(),
    });
    it.changed(ms(4_000), KV_1, Lifecycle::Crashed);
    invoke(it, SHOPPERS, 0, 4, (4_100, 4_100), read);
    it.consensus(ms(4_400), KV_2, &campaigns(2, false));
    it.consensus(ms(4_500), KV_2, &leads(2));
    invoke(it, SHOPPERS, 1, 5, (4_600, 4_600), Asked::Store(Op::Append { key, value: Value(3) }));
    returns(it, SHOPPERS, 1, 4_620, Outcome::Ok(Answer::Done), 1);
    returns(it, SHOPPERS, 0, 5_100, Outcome::Unknown(Reason::Timeout), 2);
    // It comes back.
    it.sample(ms(6_000), &counters(6_000));
    it.changed(ms(6_000), KV_1, Lifecycle::Booted);
    it.ended(ms(6_000), 0);
    invoke(it, SHOPPERS, 1, 6, (6_500, 6_500), cas(1, 4));
    returns(it, SHOPPERS, 1, 6_550, Outcome::Ok(Answer::Mismatch(one.appended(Value(3)))), 1);
    it.operator(ms(7_000), USERS, &OperatorNote::Ordered { number: 1 });
    it.operator(ms(7_020), USERS, &OperatorNote::Ended { number: 1, ended: Ended::Done, attempts: 2 });
    it.sample(ms(8_000), &counters(8_000));
    invoke(it, USERS, 0, 2, (9_000, 9_000), Asked::Call { path: 1 });
    it.service(ms(9_050), API, &ServiceNote::Refused { status: Status::Rejected });
    returns(it, USERS, 0, 9_100, Outcome::Fail(Reason::Rejected), 1);
    // Held up by 100 ms, and cut off by the end.
    it.operator(ms(9_900), USERS, &OperatorNote::Ordered { number: 2 });
    invoke(it, SHOPPERS, 1, 7, (9_700, 9_800), read);
    it.sample(ms(10_000), &counters(10_000));
    recorder
}
