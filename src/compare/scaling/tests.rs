//! Studies whose laws are known.

use super::*;
use crate::compare::scaling::words;
use crate::compare::{Asked, Settings};
use crate::run::metrics::{Figure, Label, Labels};
use crate::run::outputs::{PlannedRun, SweepRun};
use crate::statistics::Method;

fn run(n: &str, seed: u64, metric: Metric, value: f64) -> SweepRun {
    let run = PlannedRun {
        run_id: format!("{n}-{seed}"),
        seed,
        params: vec![("servers".to_owned(), n.to_owned())],
    };
    let labels = Labels::from([(Label::Workload, "users".to_owned())]);
    let figure = Figure { metric, labels, aggregate: Aggregate::Mean, value };
    SweepRun { figures: vec![figure], ..SweepRun::planned(&run) }
}

fn asked(metric: Metric) -> Asked {
    let (aggregate, text) = (Aggregate::Mean, entry(metric).name.to_owned());
    Asked { metric, aggregate, labels: Labels::new(), text, is_wanted: true }
}

/// A study of a figure by N and seed, with the N as they are written.
fn study(ns: &[&str], metric: Metric, kind: Scaling, figure: impl Fn(f64, u64) -> f64) -> Study {
    let n_of = |n: &str| number_of(n).expect("it is a number");
    let of = |n: &&str| (1..=4).map(|seed| run(n, seed, metric, figure(n_of(n), seed))).collect::<Vec<_>>();
    of_runs(&ns.iter().flat_map(of).collect::<Vec<_>>(), metric, kind)
}

fn of_runs(runs: &[SweepRun], metric: Metric, kind: Scaling) -> Study {
    let subject = Subject::of_sweep(runs, "servers", None, None).expect("they vary");
    let subject = from_least(subject, false).expect("they are numbers");
    let settings = Settings { confidence: 0.95, method: Method::Student, batches: None };
    let study = Study::new(subject, &[asked(metric)], settings).expect("there are figures");
    study.with_scaling(kind).expect("they are numbers")
}

fn only(study: &Study) -> &ScalingCurve {
    &study.scaling.as_ref().expect("it was asked for").curves[0]
}

/// What one seed has more of than another.
fn shared(seed: u64) -> f64 {
    1.0 + 0.01 * seed as f64
}

#[test]
fn points_come_by_n_and_speed_up_from_the_least() {
    let amdahl = |n: f64, seed: u64| 100.0 * shared(seed) * n / (1.0 + 0.1 * (n - 1.0));
    let study = study(&["16", "4", "2", "8.0"], Metric::Throughput, Scaling::Strong, amdahl);
    let curve = only(&study);
    let ns: Vec<f64> = curve.points.iter().map(|point| point.n).collect();
    assert_eq!((ns, study.subject.baseline), (vec![2.0, 4.0, 8.0, 16.0], 2));
    let last = &curve.points[3];
    let (speed_up, efficiency) = (last.speed_up.expect("a ratio"), last.efficiency.expect("a ratio"));
    let expected = 16.0 / 2.5 / (2.0 / 1.1);
    assert!(
        (speed_up.value - expected).abs() < 1e-9 && (speed_up.high - expected).abs() < 1e-6,
        "{speed_up:?}"
    );
    assert!((efficiency.value - expected / 8.0).abs() < 1e-9);
    let told = words::blocks(&study);
    assert_eq!(told[0].title, "strong scaling of throughput mean");
    assert!(
        told[0].notes[0].starts_with(
            "Amdahl's law: 10.00 % (10.00 to 10.00) is serial, so that any number does at most 10.00"
        ),
        "{:?}",
        told[0].notes
    );
    assert!(told[0].notes[0].ends_with("all points lie on it"), "{:?}", told[0].notes);
}

/// Of a time, 1 / T for the same work and N / T for N times as much; the interval turns over with it.
#[test]
fn times_are_read_as_rates() {
    let time = |n: f64, seed: u64| 1e6 * (0.2 + 0.8 / n) * (1.0 + 0.001 * ((seed * n as u64) % 3) as f64);
    let ns = ["1", "2", "4", "8"];
    let strong = study(&ns, Metric::Latency, Scaling::Strong, time);
    let (amdahl, last) = (&only(&strong).laws[0], only(&strong).points[3].speed_up.expect("a ratio"));
    assert!((amdahl.contention.value - 0.2).abs() < 0.005, "{amdahl:?}");
    assert!(
        last.low < last.value && last.value < last.high && (last.value - 1.0 / 0.3).abs() < 0.02,
        "{last:?}"
    );
    let weak = study(&ns, Metric::Latency, Scaling::Weak, |_, seed| 1e6 * shared(seed));
    let curve = only(&weak);
    let (speed_up, efficiency) = (curve.points[3].speed_up, curve.points[3].efficiency);
    assert!((speed_up.expect("a ratio").value - 8.0).abs() < 1e-9);
    assert!((efficiency.expect("a ratio").value - 1.0).abs() < 1e-9);
    let one = curve.one(&curve.laws[0]).expect("it has one");
    assert!((one.value / 1.025e6 - 1.0).abs() < 1e-9, "{one:?}");
}

#[test]
fn a_seed_without_a_figure_at_some_n_falls_out_of_the_laws() {
    let mut runs: Vec<SweepRun> = ["1", "2", "4"]
        .iter()
        .flat_map(|n| {
            (1..=4).map(|seed| {
                run(n, seed, Metric::Throughput, 10.0 * number_of(n).unwrap_or(0.0) * shared(seed))
            })
        })
        .collect();
    runs[6].figures.clear();
    let study = of_runs(&runs, Metric::Throughput, Scaling::Strong);
    let curve = only(&study);
    assert_eq!((curve.seeds, curve.left_out, curve.laws[0].fits.len()), (3, 1, 3));
    let notes = &words::blocks(&study)[0].notes;
    assert!(notes.iter().any(|note| note.starts_with("1 seed without")), "{notes:?}");
    // Three N and three parameters.
    assert!(notes[1].contains("goes through any points as few as these"), "{notes:?}");
}

#[test]
fn a_rate_that_falls_back_has_a_peak_and_one_that_does_not_has_none() {
    let ns = ["1", "2", "4", "8", "16", "32"];
    let falls =
        |n: f64, seed: u64| 100.0 * shared(seed) * n / (1.0 + 0.02 * (n - 1.0) + 0.005 * n * (n - 1.0));
    let of_falling = study(&ns, Metric::Throughput, Scaling::Strong, falls);
    let peak = only(&of_falling).peak(&only(&of_falling).laws[1]).expect("pairs cost");
    assert!((peak.n.value - 14.0).abs() < 1e-6, "{peak:?}");
    assert!(
        peak.figure.is_some_and(|figure| (figure.value / falls(14.0, 0) / 1.025 - 1.0).abs() < 1e-6),
        "{peak:?}"
    );
    let linear = study(&ns, Metric::Throughput, Scaling::Strong, |n, seed| {
        n * shared(seed) * (1.0 + 0.01 * ((seed * 7 + n as u64 * 3) % 5) as f64)
    });
    let note = &words::blocks(&linear)[0].notes[1];
    assert!(note.contains("no contention shown") && note.contains("no peak is shown"), "{note}");
    assert_eq!(only(&linear).peak(&only(&linear).laws[1]), None);
}

#[test]
fn what_cannot_be_scaled_is_refused() {
    let subject = |ns: &[&str], baseline: Option<&str>| {
        let runs: Vec<SweepRun> = ns.iter().map(|n| run(n, 1, Metric::Throughput, 1.0)).collect();
        Subject::of_sweep(&runs, "servers", baseline, None).expect("they vary")
    };
    let refused = |ns: &[&str], baseline: Option<&str>| {
        from_least(subject(ns, baseline), baseline.is_some()).expect_err("it cannot be scaled")
    };
    for wrong in ["fifo", "0", "-2", "4ms", "nan", "inf"] {
        assert!(matches!(refused(&["1", "2", wrong, "4"], None), ScalingError::NoNumber { .. }), "{wrong}");
    }
    assert_eq!(
        refused(&["1", "2", "2.0"], None),
        ScalingError::TooFew { variable: "servers".to_owned(), found: 2 }
    );
    assert!(matches!(refused(&["1", "2", "4"], Some("4")), ScalingError::NotTheLeast { .. }));
    assert!(from_least(subject(&["1", "2", "4"], Some("1")), true).is_ok());
    assert!(
        can_be_scaled(Metric::Throughput, Aggregate::Mean) && can_be_scaled(Metric::Latency, Aggregate::P99)
    );
    for (metric, aggregate) in [
        (Metric::Utilisation, Aggregate::Mean),
        (Metric::Offered, Aggregate::Mean),
        (Metric::Latency, Aggregate::Count),
    ] {
        assert!(!can_be_scaled(metric, aggregate), "{metric:?}");
    }
}
