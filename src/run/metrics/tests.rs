//! Figures of the shared small run, worked out by hand.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::kernel::{Stream, Time};
use crate::model::history::{Outcome, Reason};
use crate::model::note::{Asked, ConsensusNote};
use crate::model::op::{Answer, Key, Op, Value};
use crate::run::execute::execute;
use crate::run::first_run;
use crate::run::prepare::Prepared;
use crate::run::recorder::Recorder;
use crate::run::recording::Recording;
use crate::run::testing::{KV_1, SHOPPERS, USERS, counters, invoke, ms, recorder, returns, setup};
use crate::run::{OPERATIONS_MAX, Phase, RELATIVE_ERROR_MAX};
use crate::scenario::{LoadOptions, load_text};
use crate::sim::Limits;

fn recording() -> Recording {
    recorder(OPERATIONS_MAX).finish(ms(10_000))
}

/// A figure of the small run by labels.
fn figure(metric: Metric, labels: &[(&str, &str)], aggregate: Aggregate) -> Option<f64> {
    let query = labels.iter().try_fold(Query::of(metric), |query, (label, value)| query.with(label, value));
    recording().measure(&query.expect("the metric has these labels"), aggregate)
}

const MS: f64 = 1e6;

#[test]
fn latency_runs_from_the_intended_arrival_and_leaves_out_the_warmup() {
    let shoppers = [("workload", "shoppers")];
    // 10, 30, 20 and 50 ms; 10 ms in the warm-up do not count.
    assert_eq!(figure(Metric::Latency, &shoppers, Aggregate::Count), Some(4.0));
    assert_eq!(figure(Metric::Latency, &shoppers, Aggregate::Mean), Some(27.5 * MS));
    assert_eq!(figure(Metric::Latency, &shoppers, Aggregate::P50), Some(20.0 * MS));
    assert_eq!(figure(Metric::Latency, &shoppers, Aggregate::P99), Some(50.0 * MS));
    let unknown = [("workload", "shoppers"), ("outcome", "unknown")];
    assert_eq!(
        figure(Metric::Latency, &unknown, Aggregate::Min),
        Some(300.0 * MS),
        "it was due 100 ms before it was sent"
    );
    assert_eq!(
        figure(Metric::Latency, &[("op", "append"), ("phase", "fault")], Aggregate::Max),
        Some(20.0 * MS)
    );
    assert_eq!(figure(Metric::Latency, &[("op", "append"), ("phase", "healthy")], Aggregate::Max), None);
    assert_eq!(figure(Metric::Latency, &[("system", "api")], Aggregate::Max), Some(20.0 * MS));
}

#[test]
fn an_operation_is_counted_in_the_phase_of_its_intended_arrival() {
    let offered =
        |phase| figure(Metric::Offered, &[("workload", "shoppers"), ("phase", phase)], Aggregate::Mean);
    // Healthy: 1 to 4 s and 8 to 10 s.
    assert_eq!(offered("healthy"), Some(3.0 / 5.0));
    assert_eq!(offered("fault"), Some(2.0 / 2.0));
    assert_eq!(offered("recovery"), Some(1.0 / 2.0));
}

#[test]
fn counts_and_shares() {
    let shoppers = [("workload", "shoppers")];
    assert_eq!(figure(Metric::Throughput, &shoppers, Aggregate::Mean), Some(4.0 / 9.0));
    assert_eq!(figure(Metric::GoodputRatio, &shoppers, Aggregate::Mean), Some(4.0 / 6.0));
    assert_eq!(
        figure(Metric::ErrorRate, &shoppers, Aggregate::Mean),
        Some(1.0 / 5.0),
        "one was cut off by the end"
    );
    assert_eq!(figure(Metric::Ok, &[], Aggregate::Count), Some(5.0));
    assert_eq!(figure(Metric::Unknown, &[("reason", "in-flight")], Aggregate::Count), Some(1.0));
    assert_eq!(figure(Metric::Unknown, &[("reason", "timeout")], Aggregate::Count), Some(1.0));
    assert_eq!(figure(Metric::Fail, &[("op", "/orders")], Aggregate::Count), Some(1.0));
    assert_eq!(figure(Metric::Rejected, &[("workload", "users")], Aggregate::Mean), Some(0.5));
}

#[test]
fn what_does_not_exist_has_no_figure() {
    assert_eq!(figure(Metric::Latency, &[("workload", "nobody")], Aggregate::Count), None);
    assert_eq!(figure(Metric::Fail, &[("op", "/none")], Aggregate::Count), None);
    assert_eq!(figure(Metric::LeaderChanges, &[("system", "api")], Aggregate::Count), None);
    assert_eq!(figure(Metric::WaitingTime, &[("system", "kv")], Aggregate::Count), None);
    assert_eq!(
        figure(Metric::Utilisation, &[("system", "kv")], Aggregate::Mean),
        None,
        "its cores have no limit"
    );
}

#[test]
fn unavailable_windows_are_taken_by_workload() {
    // From the arrival at 4.1 s to the next `ok` at 4.62 s; then from there, because one was outstanding.
    let longest = figure(Metric::UnavailableWindow, &[("workload", "shoppers")], Aggregate::Max);
    assert_eq!(longest, Some((6_550 - 4_620) as f64 * MS));
    assert_eq!(figure(Metric::UnavailableWindow, &[("system", "api")], Aggregate::Max), Some(1_000.0 * MS));
    let within = Query { window: Some((ms(4_000), ms(4_620))), ..Query::of(Metric::UnavailableWindow) };
    assert_eq!(recording().measure(&within, Aggregate::Max), Some(520.0 * MS));
}

#[test]
fn elections_and_the_time_without_a_leader() {
    let kv = [("system", "kv")];
    assert_eq!(
        figure(Metric::ElectionDuration, &kv, Aggregate::Count),
        Some(1.0),
        "the first was in the warm-up"
    );
    assert_eq!(figure(Metric::ElectionDuration, &kv, Aggregate::Max), Some(500.0 * MS));
    assert_eq!(figure(Metric::LeaderChanges, &kv, Aggregate::Count), Some(1.0));
    assert_eq!(figure(Metric::TimeWithoutLeader, &kv, Aggregate::Total), Some(500.0 * MS));
    assert_eq!(figure(Metric::TimeWithoutLeader, &[("phase", "healthy")], Aggregate::Total), Some(0.0));
}

#[test]
fn what_nodes_did_is_taken_from_samples_after_the_warmup() {
    assert_eq!(figure(Metric::SojournTime, &[("node", "api.1")], Aggregate::P99), Some(10.0 * MS));
    assert_eq!(figure(Metric::WaitingTime, &[], Aggregate::Mean), Some(2.0 * MS));
    assert_eq!(figure(Metric::Utilisation, &[], Aggregate::Mean), Some(0.25));
    assert_eq!(figure(Metric::InSystem, &[], Aggregate::Mean), Some(10.0 / 9_000.0));
    assert_eq!(figure(Metric::InSystem, &[], Aggregate::Max), Some(1.0));
    assert_eq!(figure(Metric::QueueLength, &[], Aggregate::Max), Some(0.0));
    assert_eq!(figure(Metric::MessagesSent, &[("system", "kv")], Aggregate::Count), Some(18_000.0));
    assert_eq!(figure(Metric::MessagesReceived, &[("node", "kv.1")], Aggregate::Count), Some(8_991.0));
    assert_eq!(
        figure(Metric::MessagesDropped, &[("node", "kv.1"), ("reason", "loss")], Aggregate::Count),
        Some(9.0)
    );
    assert_eq!(figure(Metric::MessagesDropped, &[("reason", "reset")], Aggregate::Count), Some(0.0));
    assert_eq!(figure(Metric::DiskSyncs, &[("system", "kv")], Aggregate::Count), Some(180.0));
}

#[test]
fn a_window_narrows_to_what_arrived_in_it() {
    let within = |metric| Query { window: Some((ms(2_000), ms(4_600))), ..Query::of(metric) };
    let recording = recording();
    assert_eq!(
        recording.measure(&within(Metric::Ok), Aggregate::Count),
        Some(3.0),
        "its end does not belong to it"
    );
    assert_eq!(recording.measure(&within(Metric::Throughput), Aggregate::Mean), Some(3.0 / 2.6));
    assert_eq!(recording.measure(&within(Metric::Latency), Aggregate::Max), Some(30.0 * MS));
}

#[test]
fn assertions_hold_are_violated_or_cannot_be_told() {
    let judge = |metric, aggregate, comparison, value| {
        Assertion { aggregate, comparison, value }.judge(&recording(), &Query::of(metric))
    };
    let outage =
        |comparison, value| judge(Metric::UnavailableWindow, Aggregate::Max, comparison, value).verdict;
    let longest = 1_930.0 * MS;
    assert_eq!(outage(Comparison::Below, longest), Verdict::Violated);
    assert_eq!(outage(Comparison::AtMost, longest), Verdict::Held);
    assert_eq!(outage(Comparison::Above, longest), Verdict::Violated);
    assert_eq!(outage(Comparison::AtLeast, longest), Verdict::Held);
    assert_eq!(outage(Comparison::Equal, longest), Verdict::Held);
    assert_eq!(outage(Comparison::Equal, longest + 1.0), Verdict::Violated);
    let nothing = Query::of(Metric::Latency).with("workload", "nobody").expect("latency has workloads");
    let assertion = Assertion { aggregate: Aggregate::P99, comparison: Comparison::Below, value: 1.0 };
    let judgement = assertion.judge(&recording(), &nothing);
    assert_eq!(
        judgement,
        Judgement { verdict: Verdict::Inconclusive, actual: None, unit: Unit::Nanoseconds }
    );
}

#[test]
fn usual_figures_are_what_single_queries_give() {
    let recording = recording();
    let all = figures(&recording);
    for figure in &all {
        let with = |query: Query, (label, value): (&Label, &String)| query.with(label.name(), value);
        let query =
            figure.labels.iter().try_fold(Query::of(figure.metric), with).expect("its labels are its own");
        assert_eq!(recording.measure(&query, figure.aggregate), Some(figure.value), "{figure:?}");
        let kept = labels_kept(entry(figure.metric));
        assert!(figure.labels.keys().all(|label| kept.contains(label)), "{figure:?}: {kept:?}");
    }
    let metrics: Vec<Metric> = CATALOGUE.iter().map(|entry| entry.metric).collect();
    let shown: Vec<Metric> = all.iter().map(|figure| figure.metric).collect();
    // Its replicas have no cores, and decide a log.
    const NONE: [Metric; 3] =
        [Metric::MessagesPerDecision, Metric::BytesPerDecision, Metric::LeaderUtilisation];
    let without: Vec<Metric> = metrics.into_iter().filter(|metric| !shown.contains(metric)).collect();
    assert_eq!(without, NONE, "every other metric has a figure in the small run");
    assert!(shown.is_sorted());
}

#[test]
fn a_warmup_found_after_the_run_gives_what_one_set_before_it_gives() {
    let mut early = setup(OPERATIONS_MAX);
    early.warmup = Time::ZERO;
    let (mut without, with) = (Recorder::new(early), recorder(OPERATIONS_MAX));
    tell_again(&mut without);
    let mut late = without.finish(ms(10_000));
    let mut fixed = with.finish(ms(10_000));
    for cut in [ms(1_000), ms(4_300), ms(5_000), Time::ZERO, ms(10_000)] {
        late.set_warmup(cut).expect("all operations are kept");
        fixed.set_warmup(cut).expect("all operations are kept");
        let operations = |recording: &Recording| {
            let all = figures(recording).into_iter();
            all.filter(|one| one.metric <= Metric::UnavailableWindow).collect::<Vec<_>>()
        };
        assert_eq!(operations(&late), operations(&fixed));
    }
    fixed.set_warmup(ms(1_000)).expect("all operations are kept");
    assert_eq!(figures(&fixed), figures(&recording()));
}

/// The operations and faults of the small run.
fn tell_again(without: &mut Recorder) {
    let small = recording();
    let mut notes = Vec::new();
    for workload in 0..2 {
        let node = [SHOPPERS, USERS][workload];
        for one in small.operations(workload) {
            notes.push((one.invoked, node, Some(one), None));
            if one.outcome != Outcome::Unknown(Reason::InFlight) {
                notes.push((one.returned, node, None, Some(one)));
            }
        }
    }
    notes.sort_by_key(|note| note.0);
    let mut fault = Some(small.faults()[0].clone());
    for (at, node, invoked, returned) in notes {
        if let Some(window) = fault.take_if(|window| window.start <= at) {
            let end = window.end;
            let (planned, strike, start, resolved) = (0, 0, window.start, window.resolved);
            without.struck(&crate::sim::FaultRecord {
                kind: "crash",
                planned,
                strike,
                start,
                end,
                resolved,
                nodes: vec![KV_1],
                told: crate::faults::Told::default(),
            });
        }
        if at > ms(6_000) && without.faults[0].end.is_none() {
            without.ended(ms(6_000), 0);
        }
        if let Some(one) = invoked {
            let at = (one.intended.0 / 1_000_000, at.0 / 1_000_000);
            invoke(without, node, one.session.slot, one.number, at, one.asked);
        }
        if let Some(one) = returned {
            let (slot, outcome, attempts) = (one.session.slot, one.outcome, one.attempts);
            without.client(at, node, &crate::model::note::ClientNote::Returned { slot, outcome, attempts });
        }
    }
}

/// Many operations of one client, over 10 s; every tenth fails.
fn many(operations_max: usize) -> Recording {
    let mut recorder = Recorder::new(setup(operations_max));
    let mut rng = Stream::new(11, "many", "test");
    for number in 1..=5_000 {
        let at = u64::from(number) * 2 - 2;
        let asked = Asked::Store(Op::Write { key: Key(0), value: Value(number) });
        invoke(&mut recorder, SHOPPERS, 0, number, (at.saturating_sub(rng.next_u64() % 50), at), asked);
        let failed = number % 10 == 0;
        let outcome = if failed { Outcome::Fail(Reason::Rejected) } else { Outcome::Ok(Answer::Done) };
        returns(&mut recorder, SHOPPERS, 0, at + 1, outcome, 1);
    }
    recorder.finish(ms(10_000))
}

#[test]
fn beyond_the_cap_operations_are_sampled_but_counts_stay_exact() {
    let (all, capped) = (many(OPERATIONS_MAX), many(1_000));
    let sampling = capped.sampling();
    assert_eq!((sampling.total, all.sampling().one_in), (5_000, 1));
    assert!(sampling.one_in >= 8 && sampling.kept < 1_000, "{sampling:?}");
    // A fair sample: within four standard deviations of its share.
    let share = 5_000.0 / f64::from(sampling.one_in);
    assert!((sampling.kept as f64 - share).abs() < 4.0 * share.sqrt(), "{sampling:?}");
    assert_eq!(capped.operations(0).count() as u64, sampling.kept);
    let (exact, rounded) = (figures(&all), figures(&capped));
    assert_eq!(exact.len(), rounded.len());
    for (exact, rounded) in exact.iter().zip(&rounded) {
        assert_eq!(
            (exact.metric, &exact.labels, exact.aggregate),
            (rounded.metric, &rounded.labels, rounded.aggregate)
        );
        let tolerance =
            if Aggregate::PERCENTILES.contains(&exact.aggregate) { RELATIVE_ERROR_MAX } else { 0.0 };
        let (low, high) = (exact.value, exact.value * (1.0 + tolerance));
        assert!(low <= rounded.value && rounded.value <= high, "{exact:?} {rounded:?}");
    }
    let series = |recording: &Recording| recording.tallies().class(0, 1).intervals.clone();
    assert_eq!(series(&all), series(&capped));
    assert_eq!(all.outages(0), capped.outages(0));
}

#[test]
fn beyond_the_cap_what_needs_single_operations_is_refused() {
    let mut capped = many(1_000);
    assert!(capped.set_warmup(ms(2_000)).is_err());
    for metric in [Metric::Latency, Metric::Ok, Metric::UnavailableWindow] {
        let query = Query { window: Some((ms(0), ms(5_000))), ..Query::of(metric) };
        assert_eq!(capped.measure(&query, entry(metric).aggregates[0]), None);
    }
}

#[test]
fn the_history_holds_every_operation_on_a_store_in_the_order_of_invocation() {
    let recording = recording();
    let history = recording.history(crate::kernel::SystemId(0));
    assert_eq!(history.len(), 7);
    assert!(history.is_sorted_by_key(|operation| operation.invoked));
    assert_eq!(history[6].outcome, Outcome::Unknown(Reason::InFlight));
    assert_eq!(history[6].returned, ms(10_000));
    assert!(recording.history(crate::kernel::SystemId(1)).is_empty(), "calls are no operations on a store");
}

#[test]
fn phases_of_the_small_run() {
    let phases: Vec<Phase> =
        recording().operations(0).map(|one| recording().timeline().phase(one.intended)).collect();
    use Phase::{Fault, Healthy, Recovery, Warmup};
    assert_eq!(phases, [Warmup, Healthy, Healthy, Fault, Fault, Recovery, Healthy]);
}

#[test]
fn what_was_in_flight_when_its_client_crashed_is_unknown_from_then_on() {
    use crate::sim::Lifecycle;
    let mut recorder = Recorder::new(setup(OPERATIONS_MAX));
    let read = Asked::Store(Op::Read { key: Key(0) });
    invoke(&mut recorder, SHOPPERS, 1 << 20, 1, (2_000, 2_000), read);
    recorder.changed(ms(3_000), SHOPPERS, Lifecycle::Crashed);
    recorder.changed(ms(4_000), SHOPPERS, Lifecycle::Booted);
    invoke(&mut recorder, SHOPPERS, 2 << 20, 2, (5_000, 5_000), read);
    returns(&mut recorder, SHOPPERS, 2 << 20, 5_010, Outcome::Ok(Answer::Done), 1);
    let mut recording = recorder.finish(ms(10_000));
    let ends: Vec<_> = recording.operations(0).map(|one| (one.returned, one.outcome, one.attempts)).collect();
    let crashed = (ms(3_000), Outcome::Unknown(Reason::InFlight), 0);
    assert_eq!(ends, [crashed, (ms(5_010), Outcome::Ok(Answer::Done), 1)]);
    // Nothing is outstanding after the last `ok`: no window reaches to the end of the run.
    let longest =
        |recording: &Recording| recording.longest_outage(0).map(|outage| (outage.start, outage.end));
    assert_eq!(longest(&recording), Some((ms(2_000), ms(5_010))));
    recording.set_warmup(ms(1_000)).expect("all operations are kept");
    assert_eq!(longest(&recording), Some((ms(2_000), ms(5_010))));
}

#[test]
fn what_a_service_asks_a_store_is_in_the_stores_history_and_in_no_workload() {
    use crate::model::note::{ClientNote, ServiceNote};
    use crate::run::testing::API;
    let mut recorder = recorder(OPERATIONS_MAX);
    let asked = Asked::Store(Op::Read { key: Key(0) });
    let (slot, number, intended) = (5, 1, ms(10_000));
    let invoked = ClientNote::Invoked { slot, sequence: 1, number, server: KV_1, intended, asked };
    recorder.service(ms(10_000), API, &ServiceNote::Store(invoked));
    let outcome = Outcome::Fail(Reason::Unavailable);
    let returned = ClientNote::Returned { slot, outcome, attempts: 3 };
    recorder.service(ms(10_000), API, &ServiceNote::Store(returned));
    let with = recorder.finish(ms(10_000));
    let asked = with.asked_of(crate::kernel::SystemId(0));
    assert_eq!(
        asked.last().map(|(caller, one)| (caller.0, one.session.node, one.outcome)),
        Some((1, API, outcome))
    );
    assert_eq!(with.history(crate::kernel::SystemId(0)).len(), 8);
    assert_eq!(figures(&with), figures(&recording()));
}

/// The small run says nothing between its replicas: this one does.
#[test]
fn what_a_log_says_is_divided_by_what_it_commits_in_the_measured_time() {
    let (leader, follower) = (KV_1, crate::run::testing::KV_2);
    let mut recorder = Recorder::new(setup(OPERATIONS_MAX));
    let writes = |recorder: &mut Recorder, at: u64, from: u64, count: u64| {
        for index in from..from + count {
            recorder.sent(SHOPPERS, leader, || 70);
            recorder.sent(leader, follower, || 100);
            recorder.sent(follower, leader, || 30);
            for node in [leader, follower] {
                let session = crate::model::history::SessionId { node: SHOPPERS, slot: 0 };
                let index = crate::model::log::LogIndex(index);
                recorder.consensus(ms(at), node, &ConsensusNote::Applied { index, session, sequence: 1 });
            }
            recorder.sent(leader, SHOPPERS, || 50);
        }
    };
    let leads = ConsensusNote::BecameLeader {
        term: crate::model::log::Term(1),
        last_index: crate::model::log::LogIndex(0),
    };
    recorder.consensus(ms(0), leader, &leads);
    writes(&mut recorder, 10, 1, 40);
    recorder.sample(ms(0), &counters(0));
    recorder.sample(ms(1_000), &counters(1_000));
    // Measured: ten operations, a heartbeat and its answer, and a question to who does not lead.
    writes(&mut recorder, 1_500, 41, 10);
    recorder.sent(leader, follower, || 60);
    recorder.sent(follower, leader, || 30);
    recorder.sent(SHOPPERS, follower, || 70);
    recorder.sample(ms(2_000), &counters(2_000));
    let recording = recorder.finish(ms(10_000));
    let figure = |metric| recording.measure(&Query::of(metric), Aggregate::Mean).expect("there is data");
    assert_eq!(figure(Metric::MessagesPerCommit), 2.2);
    assert_eq!(figure(Metric::BytesPerCommit), (10.0 * 130.0 + 90.0) / 10.0);
    assert_eq!(figure(Metric::RoundsPerCommit), 1.1, "it has one peer");
    assert_eq!(figure(Metric::LeaderLoad), 42.0 / 43.0);
    let of_other = Query::of(Metric::MessagesPerCommit).with("system", "api").expect("it has the label");
    assert_eq!(recording.measure(&of_other, Aggregate::Mean), None, "a service is no log");
}

#[test]
fn the_leaders_cores_count_while_one_leads_from_sample_to_sample() {
    let mut limited = setup(OPERATIONS_MAX);
    limited.cast.nodes.iter_mut().for_each(|node| node.cores = Some(1));
    let mut recorder = Recorder::new(limited);
    let leads = |term| ConsensusNote::BecameLeader {
        term: crate::model::log::Term(term),
        last_index: crate::model::log::LogIndex(0),
    };
    // The nodes' cores are busy to the millisecond that is given.
    let busy = |of_1: u64, of_2: u64| {
        let mut counters = counters(0);
        for (node, busy) in [(KV_1, of_1), (crate::run::testing::KV_2, of_2)] {
            counters[node.index()].processor.busy = crate::kernel::Duration::from_millis(busy);
        }
        counters
    };
    recorder.consensus(ms(500), KV_1, &leads(1));
    recorder.sample(ms(1_000), &busy(0, 0));
    recorder.sample(ms(2_000), &busy(400, 100));
    // It loses its office and wins it back: that stretch is nobody's.
    recorder.consensus(ms(2_100), KV_1, &ConsensusNote::SteppedDown { term: crate::model::log::Term(2) });
    recorder.consensus(ms(2_900), KV_1, &leads(3));
    recorder.sample(ms(3_000), &busy(1_400, 200));
    recorder.sample(ms(4_000), &busy(2_200, 300));
    let recording = recorder.finish(ms(10_000));
    let utilisation = recording.measure(&Query::of(Metric::LeaderUtilisation), Aggregate::Mean);
    assert_eq!(utilisation, Some(1.2 / 2.0));
}

#[test]
fn commits_are_told_by_the_region_of_their_clients() {
    // 10 ms of the write, 30 and 50 of two that compare, 20 of the append; the reads do not count.
    let here = [("region", "here")];
    assert_eq!(figure(Metric::CommitLatency, &here, Aggregate::Count), Some(4.0));
    assert_eq!(figure(Metric::CommitLatency, &here, Aggregate::Mean), Some(27.5 * MS));
    assert_eq!(figure(Metric::CommitLatency, &[("region", "elsewhere")], Aggregate::Max), None);
    assert_eq!(figure(Metric::Latency, &[("region", "here"), ("system", "kv")], Aggregate::Count), Some(4.0));
}

#[test]
fn workloads_that_ask_one_system_are_told_together_too() {
    let text = "schema = 1\nname = \"two\"\nduration = \"3s\"\n[system.kv]\ntype = \"raft\"\nnodes = 3\n\
                [workload.few]\ntarget = \"kv\"\narrival = \"constant(10/s)\"\n\
                [workload.many]\ntarget = \"kv\"\narrival = \"constant(30/s)\"\n";
    let loaded = load_text("two.toml", text, &LoadOptions::default());
    let prepared: Prepared =
        first_run(loaded, Limits::default()).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let executed = execute(prepared, &AtomicBool::new(false), &mut |_| {});
    let all = figures(&executed.recording);
    let offered = |figure: &&Figure| {
        figure.metric == Metric::Offered
            && [Label::Phase, Label::Op].iter().all(|label| !figure.labels.contains_key(label))
    };
    let told: Vec<(Option<&str>, f64)> = all
        .iter()
        .filter(offered)
        .map(|figure| (figure.labels.get(&Label::Workload).map(String::as_str), figure.value.round()))
        .collect();
    assert_eq!(told, [(Some("few"), 10.0), (Some("many"), 30.0), (None, 40.0)]);
    let outages = all.iter().filter(|figure| figure.metric == Metric::UnavailableWindow).count();
    assert_eq!(outages, 3);
}
