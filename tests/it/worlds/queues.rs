//! Queues with known answers: what a service measures against queueing theory, and against plain arithmetic.

use std::collections::BTreeMap;

use seedbed::faults::kinds::{Pause, SlowNode};
use seedbed::faults::{Fault, OnNodes, Planned, Schedule, Target};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Duration, NodeId, Time};
use seedbed::model::note::ServiceNote;
use seedbed::sim::{Observer, Sim, Stop};
use seedbed::systems::{Note, Role};

use super::world;

/// Requests left out at the start, while the queue fills.
const WARMUP: usize = 5_000;
const BATCHES: usize = 40;

/// Every request that an instance finished: when, its sojourn time, and its service time.
#[derive(Default)]
struct Finished(Vec<(Time, Duration, Duration)>, BTreeMap<(NodeId, u32), Time>);

impl Observer<Role> for Finished {
    fn noted(&mut self, at: Time, node: NodeId, note: &Note<seedbed::systems::Never>) {
        // The instance is the first node; the front behind it does no work.
        match note {
            Note::Service(ServiceNote::Taken { frame, .. }) if node == NodeId(0) => {
                self.1.insert((node, *frame), at);
            }
            Note::Service(ServiceNote::Finished { frame, service, .. }) if node == NodeId(0) => {
                let came = self.1.remove(&(node, *frame)).expect("what is finished was taken");
                self.0.push((at, at.since(came), *service));
            }
            _ => {}
        }
    }
}

/// `work` and `arrival` at one instance with so many cores; the network adds no jitter.
fn queue(cores: u32, work: &str, arrival: &str, seconds: u64, faults: Vec<Planned>) -> Finished {
    let text = format!(
        r#"
        schema = 1
        duration = "{seconds}s"
        network.default.jitter = "const(0ms)"
        [system.server]
        type = "service"
        nodes = 1
        cores = {cores}
        work = "{work}"
        timeout = "1000s"
        [workload.customers]
        target = "server"
        arrival = "{arrival}"
        timeout = "2000s"
        "#
    );
    let mut setup = world(&text, 11).setup;
    setup.faults = faults;
    let mut sim = Sim::new(setup, Finished::default());
    assert_eq!(sim.run(u64::MAX), Some(Stop::End));
    sim.into_observer()
}

/// The probability that a customer waits in M/M/c at `offered` = arrival rate times mean work (Erlang C).
fn erlang_c(cores: u32, offered: f64) -> f64 {
    // By the recursion of Erlang's loss formula.
    let blocking = (1..=cores).fold(1.0, |b, c| offered * b / (f64::from(c) + offered * b));
    let utilisation = offered / f64::from(cores);
    blocking / (1.0 - utilisation * (1.0 - blocking))
}

/// Mean and standard error of `values`, by batch means.
fn mean_by_batches(values: &[f64]) -> (f64, f64) {
    let size = values.len() / BATCHES;
    let means: Vec<f64> =
        values.chunks_exact(size).map(|batch| batch.iter().sum::<f64>() / size as f64).collect();
    let mean = means.iter().sum::<f64>() / means.len() as f64;
    let square = means.iter().map(|batch| (batch - mean) * (batch - mean)).sum::<f64>();
    let variance = square / (means.len() - 1) as f64;
    (mean, (variance / means.len() as f64).sqrt())
}

const MEAN_WORK_MS: f64 = 10.0;
/// Natural logarithm of 100.
const LN_100: f64 = 2.0 * std::f64::consts::LN_10;

/// M/M/c: the mean waiting time is C / (c mu - lambda). Within three standard errors, which must be small enough to
/// tell the right formula from a wrong one.
fn assert_mmc(cores: u32, utilisation: f64, requests: u64, relative_error_max: f64) -> Finished {
    let rate = utilisation * f64::from(cores) * 1000.0 / MEAN_WORK_MS;
    let rate = rate.round();
    let seconds = (requests as f64 / rate) as u64;
    let finished = queue(cores, "exp(10ms)", &format!("poisson({rate}/s)"), seconds, Vec::new());
    let after = &finished.0[WARMUP..];
    assert!(after.len() as u64 > requests * 9 / 10, "{} requests", after.len());
    let waits: Vec<f64> =
        after.iter().map(|(_, sojourn, service)| sojourn.as_millis_f64() - service.as_millis_f64()).collect();
    let (mean, error) = mean_by_batches(&waits);
    let offered = utilisation * f64::from(cores);
    let expected = erlang_c(cores, offered) * MEAN_WORK_MS / (f64::from(cores) - offered);
    println!("M/M/{cores} at {utilisation}: {mean:.4} ms, {expected:.4} expected, standard error {error:.4}");
    assert!(error < relative_error_max * expected, "{error} of {expected}");
    assert!((mean - expected).abs() < 3.0 * error, "{mean} +- {error}, expected {expected}");
    finished
}

#[test]
fn one_server_at_load_one_half_waits_as_long_as_it_serves() {
    assert_mmc(1, 0.5, 300_000, 0.012);
}

#[test]
fn one_server_at_load_four_fifths_waits_four_times_as_long_as_it_serves() {
    let finished = assert_mmc(1, 0.8, 500_000, 0.025);
    // The sojourn time is exponential: its 99th percentile is ln(100) times its mean.
    let mut sojourns: Vec<Duration> = finished.0[WARMUP..].iter().map(|(_, sojourn, _)| *sojourn).collect();
    sojourns.sort_unstable();
    let p99 = sojourns[sojourns.len() * 99 / 100].as_millis_f64();
    let expected = LN_100 * MEAN_WORK_MS / 0.2;
    println!("p99 {p99:.2} ms, {expected:.2} expected");
    assert!((p99 / expected - 1.0).abs() < 0.05, "{p99} ms, expected {expected}");
}

#[test]
fn three_servers_at_load_four_fifths_wait_as_erlang_says() {
    for (cores, tabled) in [(1, 0.8), (2, 0.711_111), (4, 0.596_432), (8, 0.457_645)] {
        assert!((erlang_c(cores, 0.8 * f64::from(cores)) - tabled).abs() < 1e-6, "{cores} servers");
    }
    assert_mmc(3, 0.8, 500_000, 0.025);
}

/// A fault on the one instance.
fn fault(name: &str, at: Time, lasts: u64, fault: impl Fault + 'static) -> Planned {
    Planned {
        name: name.into(),
        kind: "test",
        intent: String::new(),
        schedule: Schedule::At(at),
        lasts: Some(Distribution::constant(lasts as f64).expect("it is positive")),
        until: None,
        draws: None,
        fault: std::rc::Rc::new(fault),
    }
}

const MS: u64 = 1_000_000;

/// Constant work of 10 ms every 100 ms: each request meets an idle core.
fn constant_work(faults: Vec<Planned>) -> Vec<(Time, Duration, Duration)> {
    queue(1, "const(10ms)", "constant(10/s)", 10, faults).0
}

#[test]
fn faults_in_the_middle_of_work_stretch_it_to_the_nanosecond() {
    let plain = constant_work(Vec::new());
    assert!(plain.len() > 90);
    assert!(plain.iter().all(|(_, sojourn, service)| (sojourn.0, service.0) == (10 * MS, 10 * MS)));
    let instance = Target::Node(NodeId(0));
    let struck = |place: usize, after: u64| Time(plain[place].0.0 - 10 * MS + after);
    let finished = constant_work(vec![
        // 4 ms of work, 7 ms of pause, 6 ms of work.
        fault("pause", struck(20, 4 * MS), 7 * MS, OnNodes { target: instance.clone(), kind: Pause {} }),
        // 4 ms, then 3 of the 6 that are left in 9 ms at a third of the speed, then 3.
        fault(
            "slow",
            struck(40, 4 * MS),
            9 * MS,
            OnNodes { target: instance.clone(), kind: SlowNode { factor: 3 } },
        ),
        // 1 ms, then the other 9 at a seventh of the speed: over before the strike is.
        fault("slower", struck(60, MS), 80 * MS, OnNodes { target: instance, kind: SlowNode { factor: 7 } }),
    ]);
    let sojourns: Vec<u64> = finished.iter().map(|(_, sojourn, _)| sojourn.0).collect();
    for (place, sojourn) in sojourns.iter().enumerate() {
        let expected = match place {
            20 => 17 * MS,
            40 => 16 * MS,
            60 => 64 * MS,
            _ => 10 * MS,
        };
        assert_eq!(*sojourn, expected, "request {place}");
    }
    assert_eq!(sojourns.len(), plain.len());
}
