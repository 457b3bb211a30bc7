//! Laws of scaling over whole runs, where the law, or the curve, is known.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use seedbed::compare::scaling::{ScalingCurve, from_least};
use seedbed::compare::{Asked, Settings, Study, Subject, VariantRun};
use seedbed::run::execute::execute;
use seedbed::run::metrics::{Aggregate, Labels, Metric, figures};
use seedbed::run::outputs::{PlannedRun, SweepRun};
use seedbed::run::prepare::{Prepared, prepare};
use seedbed::scenario::sweep::Scaling;
use seedbed::scenario::{LoadOptions, Scenario, Sweep, load_text};
use seedbed::sim::Limits;
use seedbed::spec::{Decode, Decoder};
use seedbed::statistics::{Estimate, Law, LawEstimate, Method};
use seedbed::systems::Never;

use crate::scenarios::first_run_with;

const HEAD: &str = r#"
schema = 1
warmup = "1s"
network = { default = { jitter = "const(0ms)" }, link = [{ from = "lan", to = "lan", delay = "0ms" }] }
"#;

fn planned(text: &str, seed: u64) -> Prepared {
    let mut loaded = load_text("scaling.toml", text, &LoadOptions::default());
    let files = loaded.files();
    let document = loaded.document.as_ref().unwrap_or_else(|| panic!("it is valid: {text}"));
    let point = Sweep::new(document, &mut loaded.diagnostics).expect("nothing is swept").point(0);
    let scenario = Scenario::decode(&point.document, &mut Decoder::new(&mut loaded.diagnostics, &files));
    let scenario = scenario.unwrap_or_else(|| panic!("it is valid: {text}"));
    let prepared =
        prepare::<Never>("scaling", &scenario, seed, Limits::default(), &mut loaded.diagnostics, &files);
    prepared.unwrap_or_else(|| panic!("it is valid: {text}"))
}

/// The scaling of a metric over these N, with so many seeds.
fn curve(
    (kind, metric): (Scaling, Metric),
    ns: &[u32],
    seeds: u64,
    run: impl Fn(u32, u64) -> Prepared,
) -> ScalingCurve {
    let one = |n: u32, seed: u64| {
        let executed = execute(run(n, seed), &AtomicBool::new(false), &mut |_| {});
        let planned = PlannedRun { run_id: format!("{seed:08x}"), seed, params: Vec::new() };
        let kept = |figure: &seedbed::run::metrics::Figure| figure.metric == metric;
        let figures = figures(&executed.recording).into_iter().filter(kept).collect();
        let run = SweepRun { figures, ..SweepRun::planned(&planned) };
        VariantRun { variant: n.to_string(), circumstances: Vec::new(), run }
    };
    let runs = ns.iter().flat_map(|n| (1..=seeds).map(|seed| one(*n, seed)));
    let asked = Asked {
        metric,
        aggregate: Aggregate::Mean,
        labels: Labels::new(),
        text: "mean".to_owned(),
        is_wanted: true,
    };
    let subject = Subject::of("n", runs, None, 1).expect("there are variants");
    let subject = from_least(subject, false).expect("they are numbers");
    let settings = Settings { confidence: 0.95, method: Method::Student, batches: None };
    let study = Study::new(subject, &[asked], settings).expect("there are figures");
    let mut scaling = study.with_scaling(kind).expect("they are numbers").scaling.expect("it is asked for");
    assert_eq!(scaling.curves.len(), 1);
    scaling.curves.remove(0)
}

fn law(curve: &ScalingCurve, law: Law) -> &LawEstimate {
    curve.laws.iter().find(|one| one.law == law).unwrap_or_else(|| panic!("{law:?} is fitted"))
}

fn covers(estimate: Estimate, truth: f64) -> bool {
    estimate.low <= truth && truth <= estimate.high
}

/// The throughput of a closed queueing network, by exact mean value analysis (M. Reiser and S. S. Lavenberg, *Mean-value analysis of
/// closed multichain queueing networks*, Journal of the ACM 27, 1980): single servers with these demands, a think time, so many customers.
fn mean_value_analysis(demands: &[f64], think: f64, customers: u32) -> f64 {
    let (mut queues, mut throughput) = (vec![0.0; demands.len()], 0.0);
    for customer in 1..=customers {
        let residence: Vec<f64> =
            demands.iter().zip(&queues).map(|(demand, queue)| demand * (1.0 + queue)).collect();
        throughput = f64::from(customer) / (think + residence.iter().sum::<f64>());
        queues = residence.iter().map(|residence| throughput * residence).collect();
    }
    throughput
}

/// Servers that nobody waits for but at his own: whoever has fewest requests gets the next, and none is ever idle. A run of N lasts an N-th as
/// long, so that the requests under way at its end are the same part of each.
#[test]
fn servers_that_share_nothing_scale_linearly() {
    let text = |n: u32| {
        let duration = 1.0 + 40.0 / f64::from(n);
        format!(
            r#"{HEAD}
duration = "{duration}s"
system.server = {{ type = "service", nodes = {n}, cores = 1, work = "exp(10ms)" }}
system.front = {{ type = "gateway", routes = [{{ to = "server", policy = "least-connections" }}] }}
workload.clients = {{ target = "front", arrival = "closed(clients=128)", timeout = "60s" }}
"#
        )
    };
    let of = (Scaling::Strong, Metric::Throughput);
    let curve = curve(of, &[1, 2, 4, 8], 8, |n, seed| planned(&text(n), seed));
    let (amdahl, universal) = (law(&curve, Law::Amdahl), law(&curve, Law::Universal));
    let told = [amdahl.contention, universal.contention, universal.coherency.expect("it has one")];
    println!("{told:?}");
    assert!(told.iter().all(|estimate| covers(*estimate, 0.0) && estimate.half_width() < 0.02), "{told:?}");
    assert_eq!(curve.peak(universal), None);
    let last = curve.points.last().and_then(|point| point.efficiency).expect("there are runs");
    assert!(covers(last, 1.0) && last.half_width() < 0.03, "{last:?}");
    // One server does 100 a second, but for the 128 that are under way at the end of 40 s.
    let one = curve.one(amdahl).expect("it has one");
    assert!(covers(one, 100.0 - 128.0 / 40.0), "{one:?}");
}

/// A fork and a join: 2 ms in one place, then 18 ms in N parts at once. The time of a request is 2 + 18 / N ms, which is Amdahl's law with
/// s = 0.1 to the nanosecond, and no pair costs anything.
#[test]
fn a_fork_and_a_join_is_amdahls_law() {
    let text = |n: u32| {
        let part = 18_000_000 / n;
        format!(
            r#"{HEAD}
duration = "5s"
system.part = {{ type = "service", nodes = {n}, cores = 1, work = "const({part}ns)" }}
system.whole = {{ type = "service", nodes = 1, cores = 1, steps = [{{ work = "const(2ms)" }}, {{ call = "part", fan_out = {n}, policy = "round-robin" }}] }}
workload.client = {{ target = "whole", arrival = "closed(clients=1)", timeout = "60s" }}
"#
        )
    };
    let of = (Scaling::Strong, Metric::Latency);
    let curve = curve(of, &[2, 4, 8, 16], 2, |n, seed| planned(&text(n), seed));
    let (amdahl, universal) = (law(&curve, Law::Amdahl), law(&curve, Law::Universal));
    let near = |found: f64, expected: f64| (found - expected).abs() < 1e-6;
    let coherency = universal.coherency.expect("it has one").value;
    assert!(near(amdahl.contention.value, 0.1) && near(universal.contention.value, 0.1), "{amdahl:?}");
    assert!(near(coherency, 0.0), "{coherency}");
    // Though no run had one part: 20 ms.
    assert!(near(curve.one(amdahl).expect("it has one").value / 2e7, 1.0));
    let misfit = amdahl.misfit.expect("there are four N").residual;
    assert!(misfit.value.abs() < 1e-6, "{misfit:?}");
    let speed_up = curve.points[3].speed_up.expect("there are runs").value;
    assert!(near(speed_up, (2.0 + 9.0) / (2.0 + 18.0 / 16.0)), "{speed_up}");
}

/// N servers of 10 ms, one of which chance picks, and one of 0.5 ms that all share; 64 customers. Mean value analysis is exact for it. The universal
/// law fits well, and promises more beyond than the shared server can do.
#[test]
fn servers_with_a_shared_resource_are_what_mean_value_analysis_says() {
    let ns = [1, 2, 4, 8, 16, 32];
    let seconds = |n: u32| 50.0 / f64::from(n.min(20));
    let text = |n: u32| {
        let duration = 1.0 + seconds(n);
        format!(
            r#"{HEAD}
duration = "{duration}s"
system.database = {{ type = "service", nodes = 1, cores = 1, work = "exp(0.5ms)" }}
system.server = {{ type = "service", nodes = {n}, cores = 1, steps = [{{ work = "exp(10ms)" }}, {{ call = "database" }}] }}
system.front = {{ type = "gateway", routes = [{{ to = "server", policy = "random" }}] }}
workload.clients = {{ target = "front", arrival = "closed(clients=64)", timeout = "60s" }}
"#
        )
    };
    let of = (Scaling::Strong, Metric::Throughput);
    let curve = curve(of, &ns, 8, |n, seed| planned(&text(n), seed));
    let exact = |n: u32| {
        let mut demands = vec![0.01 / f64::from(n); n as usize];
        demands.push(0.0005);
        mean_value_analysis(&demands, 0.0, 64)
    };
    for (point, n) in curve.points.iter().zip(ns) {
        // Those under way at the end count for nothing.
        let (figure, counted) = (point.figure.expect("there are runs"), exact(n) - 64.0 / seconds(n));
        println!("{n}: {figure:?}, exact {counted}");
        assert!((figure.value / counted - 1.0).abs() < 0.02, "{n}: {figure:?} where {counted} is exact");
    }
    // The laws fitted to the exact curve are those that were fitted to the runs.
    let points: Vec<(f64, f64)> = ns.iter().map(|n| (f64::from(*n), exact(*n))).collect();
    for one in [Law::Amdahl, Law::Universal] {
        let (found, of_exact) = (law(&curve, one), one.fit(&points).expect("it is near"));
        println!("{found:?}, exact {of_exact:?}");
        assert!((found.contention.value - of_exact.contention).abs() < 0.004, "{found:?} {of_exact:?}");
        let coherency = found.coherency.map_or(0.0, |coherency| coherency.value);
        assert!((coherency - of_exact.coherency).abs() < 0.000_12, "{found:?} {of_exact:?}");
    }
    let peak = curve.peak(law(&curve, Law::Universal)).expect("it is shown");
    assert!(peak.n.low > 32.0 && peak.figure.is_some_and(|figure| figure.low > 2_000.0), "{peak:?}");
    // Three servers' worth of points above or below: Amdahl's law has no queue.
    let misfit = law(&curve, Law::Amdahl).misfit.expect("there are six N").residual;
    assert!(!covers(misfit, 0.0), "{misfit:?}");
}

/// N machines that each run for 90 ms on average before a repair of 10 ms, by one repairman. Were all to fail at the same time, again and again, it would be Amdahl's
/// law with s = 10 / 100 (Gunther 2007, chapter 4); as they do not, more of them run.
#[test]
fn machines_and_a_repairman_do_better_than_amdahls_law_of_the_same_times() {
    let ns = [1, 2, 4, 8, 16];
    let text = |n: u32| {
        format!(
            r#"{HEAD}
duration = "101s"
system.repairman = {{ type = "service", nodes = 1, cores = 1, work = "exp(10ms)" }}
workload.machines = {{ target = "repairman", arrival = "closed(clients={n}, think=exp(90ms))", timeout = "60s" }}
"#
        )
    };
    let of = (Scaling::Weak, Metric::Throughput);
    let curve = curve(of, &ns, 8, |n, seed| planned(&text(n), seed));
    for (point, n) in curve.points.iter().zip(ns) {
        let (exact, figure) = (mean_value_analysis(&[0.01], 0.09, n), point.figure.expect("there are runs"));
        println!("{n}: {figure:?}, exact {exact}");
        assert!((figure.value / exact - 1.0).abs() < 0.015, "{n}: {figure:?} where {exact} is exact");
        // All at the same time; and never in each other's way.
        let n = f64::from(n);
        let (synchronous, best) = (10.0 * n / (1.0 + 0.1 * (n - 1.0)), (10.0 * n).min(100.0));
        assert!(synchronous < 1.02 * figure.value && figure.value < 1.02 * best, "{n}: {figure:?}");
    }
    assert!(law(&curve, Law::Gustafson).contention.low > 0.0, "a hundred a second is all that one repairs");
}

/// A load of 20 and 30 N a second that all are served: of what one has, 20 of 50 do not grow.
#[test]
fn work_of_which_a_part_does_not_grow_is_gustafsons_law() {
    let text = |n: u32| {
        let rate = 20 + 30 * n;
        format!(
            r#"{HEAD}
duration = "41s"
system.server = {{ type = "service", nodes = 1, cores = 64, work = "const(1ms)" }}
workload.users = {{ target = "server", arrival = "poisson({rate}/s)", timeout = "60s" }}
"#
        )
    };
    let of = (Scaling::Weak, Metric::Throughput);
    let curve = curve(of, &[2, 4, 6, 8, 10], 8, |n, seed| planned(&text(n), seed));
    let gustafson = law(&curve, Law::Gustafson);
    println!("{gustafson:?}");
    assert!(covers(gustafson.contention, 0.4) && gustafson.contention.half_width() < 0.1, "{gustafson:?}");
    assert!(covers(curve.one(gustafson).expect("it has one"), 50.0));
    assert!(covers(gustafson.misfit.expect("there are five N").residual, 0.0), "{gustafson:?}");
}

/// A leader of Raft handles 2n messages of 10 us for a write among n replicas (docs/theory.md): 50,000 / n writes a second, which is the
/// universal law with contention and coherency of 1, and a rate that falls from the first on.
#[test]
fn replicas_of_a_log_scale_backwards() {
    let path = Path::new("scenarios/consensus/saturation.toml");
    let run = |n: u32, seed: u64| {
        let nodes = format!("system.kv.nodes={n}");
        let seed = format!("seed={seed}");
        let one = ["sweep.vars.clients=[64]", "sweep.vars.batch=[1]", "sweep.vars.in_flight=[64]"];
        // As many writes for every n, so that the 64 that are under way at the end are the same part of each.
        let duration = format!("duration={}ms", 500 + 1_000 * n / 6);
        let set = [&one[..], &[&nodes, &seed, &duration]].concat();
        first_run_with(path, Limits::default(), &set)
    };
    let curve = curve((Scaling::Strong, Metric::Throughput), &[3, 5, 7, 9], 2, run);
    let universal = law(&curve, Law::Universal);
    println!("{universal:?}");
    let coherency = universal.coherency.expect("it has one").value;
    let one = curve.one(universal).expect("it has one").value;
    // Extrapolated from three replicas to one: a hundredth there is several here.
    assert!((universal.contention.value - 1.0).abs() < 0.1 && (coherency - 1.0).abs() < 0.1, "{universal:?}");
    assert!((one / 50_000.0 - 1.0).abs() < 0.1, "{one}");
    let peak = curve.peak(universal);
    assert!(peak.is_none_or(|peak| peak.figure.is_none()), "{peak:?}");
    let last = curve.points[3].speed_up.expect("there are runs").value;
    assert!((last - 3.0 / 9.0).abs() < 0.005, "{last}");
}
