//! Checks that bite: for scenarios whose checks a change of one value must turn over, that value and the checks. A
//! check that cannot fail says nothing.

use std::path::Path;

use seedbed::run::metrics::Verdict;
use seedbed::sim::Limits;

use super::{first_run_with, run};

/// A scenario, what is set otherwise, and the checks that then come out other than expected: all others still do.
const TURNED: [(&str, &[&str], &[&str]); 15] = [
    (FIGURE_8, &["system.kv.bugs=[]"], &["leader-completeness", "agreement"]),
    (NO_NOOP, &["system.kv.bugs=[]"], &["linearizable"]),
    (LATE_REPLY, &["system.kv.bugs=[]"], &["leader-completeness", "agreement", "durability"]),
    (
        FULL_BUFFER,
        &["network.default.buffer=16MiB"],
        &["drops-in-the-spike", "the-link-is-full", "delay-is-bounded", "calm-again"],
    ),
    (FULL_BUFFER, &["network.default.bandwidth=100Mbit/s"], &["drops-in-the-spike", "and-carries-no-more"]),
    (
        FULL_BUFFER,
        &["network.default.bandwidth=3Mbit/s"],
        &["no-drops-before-the-spike", "the-link-is-full", "delay-is-bounded", "calm-again"],
    ),
    (CLOSED_LOOP, &["sweep.vars.clients=[3, 10, 20, 40]"], &["throughput", "latency"]),
    (CLOSED_LOOP, &["sweep.vars.clients=[40, 10, 20, 5]"], &["latency-bound"]),
    (
        CLOSED_LOOP,
        &["sweep.vars.clients=[40, 10, 20, 5]", "system.server.cores=2"],
        &["latency-bound", "capacity"],
    ),
    (RUSH_HOUR, &["system.shop.queue.limit=20"], &["wait-at-the-peak"]),
    (RUSH_HOUR, &["system.shop.queue.limit=200"], &["wait-is-bounded"]),
    (RUSH_HOUR, &["system.shop.nodes=5"], &["refusals-at-the-peak", "wait-at-the-peak"]),
    (RUSH_HOUR, &["system.shop.nodes=3"], &["but-not-many-more", "all-it-can-do"]),
    (
        RUSH_HOUR,
        &["workload.visitors.arrival=poisson(700/s)"],
        &["but-not-many-more", "no-refusals-at-night", "no-wait-at-night"],
    ),
    (MM1, &["workload.customers.arrival=poisson(load=0.7 of server)"], &["waiting"]),
];

const FIGURE_8: &str = "scenarios/consensus/commit-older-term.toml";
const NO_NOOP: &str = "scenarios/consensus/no-noop.toml";
const LATE_REPLY: &str = "scenarios/consensus/match-last-reply-wins.toml";
const FULL_BUFFER: &str = "scenarios/network/full-buffer.toml";
const CLOSED_LOOP: &str = "scenarios/services/closed-loop.toml";
const RUSH_HOUR: &str = "scenarios/services/rush-hour.toml";
const MM1: &str = "scenarios/services/mm1.toml";

#[test]
fn one_changed_value_turns_the_checks_that_watch_it() {
    for (path, set, turned) in TURNED {
        let executed = run(first_run_with(Path::new(path), Limits::default(), set));
        let mut found: Vec<&str> = executed
            .verdicts
            .iter()
            .filter(|verdict| {
                // Without data a check has not been turned: it has been disarmed.
                assert!(matches!(verdict.verdict, Verdict::Held | Verdict::Violated), "{path}: {verdict:#?}");
                !verdict.as_expected
            })
            .map(|verdict| verdict.check.as_str())
            .collect();
        found.dedup();
        assert_eq!(found, turned, "{path} with --set {set:?}: {:#?}", executed.verdicts);
    }
}

/// Figure 8 shows in every seed whose first leader is the one that the timeline is written for, and without the bug in
/// none.
#[test]
fn figure_8_takes_the_bug_and_the_right_first_leader() {
    let path = Path::new(FIGURE_8);
    let mut shown = 0;
    for seed in 1..=20 {
        let seed = format!("seed={seed}");
        let violations = |set: &[&str]| {
            let executed = run(first_run_with(path, Limits::default(), set));
            let violated = executed.verdicts.iter().filter(|verdict| verdict.verdict == Verdict::Violated);
            (executed.recording.elections()[0].leader, violated.count())
        };
        let (winner, violated) = violations(&[&seed]);
        assert_eq!(violated > 0, winner.index() == 0, "{seed}");
        shown += u32::from(violated > 0);
        assert_eq!(violations(&[&seed, "system.kv.bugs=[]"]).1, 0, "{seed}");
    }
    assert!(shown >= 3, "it shows in {shown} of 20 seeds");
}

/// While all clients are in the loop, their number is throughput x (latency + think time): the interactive
/// response-time law, whatever the scheduling. Clients that are between at the ends of the run cost it 1 %.
#[test]
fn a_closed_loop_keeps_the_interactive_response_time_law() {
    const THINK_S: f64 = 0.1;
    for clients in [5, 10, 20, 40] {
        let set = format!("sweep.vars.clients=[{clients}, {clients}, {clients}, {clients}]");
        let executed = run(first_run_with(Path::new(CLOSED_LOOP), Limits::default(), &[&set]));
        let figure = |check: &str| {
            let verdict =
                executed.verdicts.iter().find(|verdict| verdict.check == check).expect("it is there");
            verdict.figure.expect("it is an assertion").actual.expect("there were operations")
        };
        let in_loop = figure("throughput") * (figure("latency") / 1e9 + THINK_S);
        let share = in_loop / f64::from(clients);
        assert!((0.99..1.01).contains(&share), "{clients} clients: {in_loop} in the loop");
    }
}

/// The warm-up that is found is a part of the run, the same every time, and leaves out what it says.
#[test]
fn a_warm_up_that_is_found_is_left_out() {
    let slow_start = ["workload.customers.arrival=spike(80/s, 200/s, at=0s, for=20s)", "warmup=auto"];
    let executed = run(first_run_with(Path::new(MM1), Limits::default(), &slow_start));
    let warmup = executed.recording.timeline().warmup().as_secs_f64();
    // Twenty seconds put 2,000 requests into the queue; at 20 a second it takes 100 s to serve them.
    assert!((90.0..400.0).contains(&warmup), "{warmup}");
    assert!(executed.warnings.is_empty(), "{:?}", executed.warnings);
    let waiting = executed.verdicts.iter().find(|verdict| verdict.check == "sojourn").expect("it is there");
    assert!(waiting.as_expected, "what is left is the settled queue: {waiting:?}");
    // Without it the start is counted, and the mean is off.
    let executed = run(first_run_with(Path::new(MM1), Limits::default(), &[slow_start[0], "warmup=0s"]));
    assert!(executed.verdicts.iter().any(|verdict| verdict.check == "sojourn" && !verdict.as_expected));
}

#[test]
fn a_run_that_never_settles_says_so() {
    // A limit that the queue never comes to, for without one the scenario itself is warned of.
    let overload = [
        "workload.customers.arrival=poisson(load=1.5 of server)",
        "system.server.queue.limit=1000000",
        "warmup=auto",
        "duration=100s",
    ];
    let executed = run(first_run_with(Path::new(MM1), Limits::default(), &overload));
    assert!(
        executed.warnings.iter().any(|warning| warning.contains("does not settle")),
        "{:?}",
        executed.warnings
    );
    let short = ["warmup=auto", "duration=1s"];
    let executed = run(first_run_with(Path::new(MM1), Limits::default(), &short));
    assert!(executed.warnings.iter().any(|warning| warning.contains("too few")), "{:?}", executed.warnings);
}
