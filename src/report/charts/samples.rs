//! Inputs for tests and for looking at: a Raft store of five nodes through a leader crash and a partition, and the
//! extremes that real runs come near to.

use super::*;

mod comparison;
mod scaling;
mod services;
mod studies;
mod validation;

pub use comparison::comparison_input;
pub use scaling::scaling_input;
pub use services::{breakdown_input, heat_input};
pub use studies::against_input;

/// First and last second of the sample run.
pub const SPAN_S: (f64, f64) = (0.0, 120.0);
const SUBTITLE: &str = "raft-3-regions, workload clients, seed 1337";

/// A stream of numbers from 0 to 1 that looks like noise (xorshift64*).
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Noise {
        Noise(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

pub fn band(name: &str, start_s: f64, end_s: f64) -> FaultBand {
    FaultBand { name: name.to_string(), start_s, end_s }
}

pub fn bands() -> Vec<FaultBand> {
    vec![
        band("leader crash", 40.0, 55.0),
        band("eu cut off", 80.0, 100.0),
        band("slow disk on n4", 84.0, 92.0),
    ]
}

/// `count` short faults, one after the other, over the sample run.
pub fn many_bands(count: u32) -> Vec<FaultBand> {
    (0..count)
        .map(|i| {
            let start = 118.0 * f64::from(i) / f64::from(count) + 1.0;
            band(&format!("partition {} of the leader from a minority", i + 1), start, start + 1.2)
        })
        .collect()
}

fn trouble(at_s: f64) -> f64 {
    if (40.0..41.4).contains(&at_s) || (80.0..82.6).contains(&at_s) {
        1.0
    } else if (80.0..100.0).contains(&at_s) {
        0.25
    } else if (41.4..43.0).contains(&at_s) {
        0.4
    } else {
        0.0
    }
}

pub fn throughput_input(buckets: u32, bands: Vec<FaultBand>) -> ThroughputInput {
    let mut noise = Noise::new(1);
    let width = 120.0 / f64::from(buckets);
    let bucket = |i: u32| {
        let start_s = f64::from(i) * width;
        let offered = width * (480.0 + 60.0 * noise.next());
        let bad = trouble(start_s);
        let unknown = offered * bad * 0.35;
        let fail = offered * bad * 0.3 * noise.next();
        OutcomeBucket {
            start_s,
            end_s: start_s + width,
            ok: (offered * (1.0 - bad)) as u64,
            fail: fail as u64,
            unknown: unknown as u64,
        }
    };
    ThroughputInput {
        subtitle: SUBTITLE.into(),
        span_s: SPAN_S,
        buckets: (0..buckets).map(bucket).collect(),
        bands,
    }
}

pub fn latency_input(buckets: u32, bands: Vec<FaultBand>) -> LatencyInput {
    let mut noise = Noise::new(2);
    let width = 120.0 / f64::from(buckets);
    let bucket = |i: u32| {
        let start_s = f64::from(i) * width;
        let bad = trouble(start_s);
        let p50 = 82.0 + 9.0 * noise.next() + 160.0 * bad;
        let p95 = p50 * (1.6 + 0.4 * noise.next());
        let p99 = p95 * (1.3 + 0.6 * noise.next());
        let max = p99 * (1.1 + 2.0 * noise.next());
        let seen = |ms: f64| (bad < 1.0).then_some(ms);
        LatencyBucket {
            start_s,
            end_s: start_s + width,
            p50: seen(p50),
            p95: seen(p95),
            p99: seen(p99),
            max: seen(max),
        }
    };
    LatencyInput {
        subtitle: SUBTITLE.into(),
        span_s: SPAN_S,
        buckets: (0..buckets).map(bucket).collect(),
        bands,
    }
}

pub fn ccdf_input() -> CcdfInput {
    let line = |name: &str, scale: f64, tail: f64, count: u32| {
        let point = |i: u32| {
            // A share of 1 / 1.12^i, and a latency that grows as the share falls, faster beyond p99.
            let share = (0..i).fold(1.0, |s, _| s / 1.12);
            let ms = scale * (1.0 + 0.035 * f64::from(i))
                + if share < 0.01 { tail * (f64::sqrt(0.01 / share) - 1.0) } else { 0.0 };
            (ms, share)
        };
        CcdfSeries { name: name.into(), points: (0..count).map(point).collect() }
    };
    CcdfInput {
        subtitle: "raft-3-regions, workload clients, seed 1337".into(),
        series: vec![
            line("read", 21.0, 12.0, 95),
            line("write", 84.0, 60.0, 80),
            line("cas", 88.0, 110.0, 66),
        ],
    }
}

pub fn availability_input(bands: Vec<FaultBand>) -> AvailabilityInput {
    let row = |name: &str, hit: bool| {
        let bucket = |i: u32| {
            let start_s = f64::from(i) * 0.6;
            let share = if hit { 1.0 - trouble(start_s) } else { 1.0 };
            let idle = !hit && start_s < 9.0;
            ShareBucket { start_s, end_s: start_s + 0.6, ok_share: (!idle).then_some(share) }
        };
        let outages = [Outage { start_s: 40.0, end_s: 41.382 }, Outage { start_s: 80.0, end_s: 82.61 }];
        AvailabilityRow {
            name: name.into(),
            ok_share: Some(if hit { 0.934_512 } else { 1.0 }),
            buckets: (0..200).map(bucket).collect(),
            outages: if hit { outages.to_vec() } else { Vec::new() },
        }
    };
    AvailabilityInput {
        subtitle: SUBTITLE.into(),
        span_s: SPAN_S,
        rows: vec![row("clients on kv", true), row("batch on jobs", false)],
        bands,
    }
}

pub fn lanes_input(nodes: u32, bands: Vec<FaultBand>) -> LanesInput {
    use LaneRole::{Candidate, Down, Follower, Leader, NoVote, Paused};
    let segment = |start_s: f64, end_s: f64, role: LaneRole, term: u64| LaneSegment {
        start_s,
        end_s,
        role,
        term: Some(term),
    };
    let lane = |i: u32| {
        let segments = match i {
            0 => vec![
                segment(0.0, 0.9, Follower, 0),
                segment(0.9, 1.1, Candidate, 1),
                segment(1.1, 40.0, Leader, 1),
                LaneSegment { term: None, ..segment(40.0, 55.0, Down, 0) },
                segment(55.0, 120.0, Follower, 3),
            ],
            1 => vec![
                segment(0.0, 41.0, Follower, 1),
                segment(41.0, 41.382, Candidate, 3),
                segment(41.382, 82.0, Leader, 3),
                segment(82.0, 100.2, Leader, 3),
                segment(100.2, 120.0, Follower, 5),
            ],
            2 => vec![
                segment(0.0, 40.8, Follower, 1),
                segment(40.8, 41.3, Candidate, 2),
                segment(41.3, 81.9, Follower, 3),
                segment(81.9, 82.61, Candidate, 5),
                segment(82.61, 120.0, Leader, 5),
            ],
            3 => vec![
                segment(0.0, 60.0, Follower, 1),
                segment(60.0, 71.0, Paused, 3),
                segment(71.0, 120.0, Follower, 3),
            ],
            4 => vec![segment(0.0, 55.0, NoVote, 1), segment(55.0, 120.0, Follower, 3)],
            5.. => vec![segment(0.0, 120.0, Follower, 1)],
        };
        Lane { node: format!("n{}", i + 1), segments }
    };
    let election = |start_s: f64, end_s: f64, term: u64| Election { start_s, end_s, term: Some(term) };
    LanesInput {
        subtitle: "raft-3-regions, system kv, seed 1337".into(),
        span_s: SPAN_S,
        lanes: (0..nodes).map(lane).collect(),
        elections: vec![election(0.9, 1.1, 1), election(40.8, 41.382, 3), election(81.9, 82.61, 5)],
        bands,
    }
}

pub fn sweep_input(scale: SweepScale) -> SweepInput {
    let mut noise = Noise::new(5);
    let xs: Vec<f64> = match &scale {
        SweepScale::Names(names) => (0..names.len()).map(|i| i as f64).collect(),
        SweepScale::Linear => vec![0.5, 0.6, 0.7, 0.8, 0.9, 0.95],
        SweepScale::Log10 => vec![0.2, 1.0, 5.0, 25.0],
    };
    let mut series = |label: &str, factor: f64| {
        let mut dots = Vec::new();
        for x in &xs {
            for seed in 42..62 {
                let load = if x.fract() == 0.0 { (0.5 + x * 0.05).min(0.9) } else { x.min(0.97) };
                let y = factor * (12.0 / (1.0 - load)) * (0.8 + 0.4 * noise.next());
                dots.push(SweepDot { x: *x, y, tip: format!("{label}, seed {seed}: {y:.1} ms") });
            }
        }
        SweepSeries { label: label.into(), dots }
    };
    SweepInput {
        metric: "latency p99".into(),
        subtitle: "lb-6-policies, 20 seeds each".into(),
        y_label: "latency p99 (log scale)".into(),
        quantity: Quantity::Milliseconds,
        y_log: true,
        variable: "load (share of capacity)".into(),
        variable_quantity: Quantity::Number,
        series: vec![series("random", 1.6), series("round-robin", 1.3), series("power-of-two", 0.7)],
        is_mixed: false,
        scale,
    }
}

/// Samples, drawn.
pub fn drawn(samples: Vec<(String, ChartInput)>) -> Vec<(String, String)> {
    samples.into_iter().map(|(name, input)| (name, input.to_svg(Width::FULL))).collect()
}

/// The charts of an ordinary run, by name.
pub fn gallery() -> Vec<(String, ChartInput)> {
    let names = ["random", "round-robin", "least-outstanding", "power-of-two", "join-idle-queue", "weighted"];
    let named = SweepScale::Names(names.map(String::from).to_vec());
    [
        ("throughput", ChartInput::Throughput(throughput_input(200, bands()))),
        ("latency", ChartInput::Latency(latency_input(200, bands()))),
        ("latency-ccdf", ChartInput::LatencyCcdf(ccdf_input())),
        ("availability", ChartInput::Availability(availability_input(bands()))),
        ("breakdown", ChartInput::Breakdown(breakdown_input())),
        ("load", ChartInput::Load(heat_input(12, 200, bands()))),
        ("queues", ChartInput::Queues(heat_input(12, 200, bands()))),
        ("leaders", ChartInput::Leaders(lanes_input(5, bands()))),
        ("space-time", ChartInput::SpaceTime(space_time_input(4, 24))),
        ("sweep-load", ChartInput::Sweep(sweep_input(SweepScale::Linear))),
        ("sweep-fsync", ChartInput::Sweep(sweep_input(SweepScale::Log10))),
        ("sweep-policy", ChartInput::Sweep(sweep_input(named))),
        ("compare-latency-p99", ChartInput::Compare(comparison_input())),
        ("map-latency-p99-by-load-and-nodes", ChartInput::Map(studies::map_input(6, 5))),
        ("against-latency-p99-by-load", ChartInput::Against(against_input(3))),
        ("ecdf", ChartInput::Ecdf(studies::ecdf_input())),
        ("pareto-servers-and-latency-p99", ChartInput::Pareto(studies::pareto_input(7))),
        ("validate-one-core", ChartInput::Validate(validation::validation_input())),
        ("scaling-throughput", ChartInput::Scaling(scaling_input())),
    ]
    .map(|(name, input)| (name.to_string(), input))
    .to_vec()
}

/// Charts of data at the edges: nothing, one point, all equal, too much, hostile names, numbers that are none.
pub fn extremes() -> Vec<(String, ChartInput)> {
    let charts = [
        throughput_extremes(),
        space_time_extremes(),
        latency_extremes(),
        ccdf_extremes(),
        availability_extremes(),
        services::breakdown_extremes(),
        services::heat_extremes(),
        leaders_extremes(),
        sweep_extremes(),
        studies::extremes(),
        scaling::scaling_extremes(),
        vec![("compare-extremes", ChartInput::Compare(comparison::comparison_extremes()))],
        validation::extremes(),
    ];
    charts.into_iter().flatten().map(|(name, input)| (name.to_string(), input)).collect()
}

type Extremes = Vec<(&'static str, ChartInput)>;

/// A name that tries everything.
pub const HOSTILE: &str = "</text><script>alert('x')</script>&\"\u{202e}\u{0}\u{6f22}\u{5b57}\u{1f525} and a very, very, \
                           very long tail of a name";

fn throughput_extremes() -> Extremes {
    let none = throughput_input(0, Vec::new());
    let huge = OutcomeBucket { start_s: 0.0, end_s: 1e-9, ok: u64::MAX / 4, fail: 0, unknown: u64::MAX / 4 };
    let huge = ThroughputInput { buckets: vec![huge], ..none.clone() };
    let mut zero = throughput_input(50, bands());
    for bucket in &mut zero.buckets {
        (bucket.ok, bucket.unknown, bucket.fail) = (0, 0, 0);
    }
    vec![
        ("throughput-empty", ChartInput::Throughput(none)),
        ("throughput-one", ChartInput::Throughput(throughput_input(1, bands()))),
        ("throughput-40-bands", ChartInput::Throughput(throughput_input(200, many_bands(40)))),
        ("throughput-400-bands", ChartInput::Throughput(throughput_input(20_000, many_bands(400)))),
        ("throughput-huge", ChartInput::Throughput(huge)),
        ("throughput-zero", ChartInput::Throughput(zero)),
    ]
}

fn latency_extremes() -> Extremes {
    let none = latency_input(0, bands());
    let five = Some(5.0);
    let bucket = |i: u32, p50| {
        let start_s = f64::from(i);
        LatencyBucket { start_s, end_s: start_s + 1.0, p50, p95: five, p99: five, max: five }
    };
    let flat = LatencyInput { buckets: (0..120).map(|i| bucket(i, five)).collect(), ..none.clone() };
    let odd = [f64::NAN, f64::INFINITY, -3.0, 0.0, 1e-300, 1e300, 5e-324];
    let broken = (0..).zip(odd).map(|(i, value)| bucket(i, Some(value))).collect();
    let broken = LatencyInput { buckets: broken, ..none.clone() };
    vec![
        ("latency-empty", ChartInput::Latency(none)),
        ("latency-one", ChartInput::Latency(latency_input(1, Vec::new()))),
        ("latency-flat", ChartInput::Latency(flat)),
        ("latency-broken", ChartInput::Latency(broken)),
        ("latency-dense", ChartInput::Latency(latency_input(50_000, bands()))),
    ]
}

fn ccdf_extremes() -> Extremes {
    let line = |i: i32| CcdfSeries {
        name: format!("{HOSTILE} {i}"),
        points: (0..13)
            .map(|e| (f64::from(1 + i) * number::power_of_ten(e - 6), number::power_of_ten(-e)))
            .collect(),
    };
    let decades = CcdfInput { subtitle: HOSTILE.into(), series: (0..40).map(line).collect() };
    vec![
        (
            "latency-ccdf-empty",
            ChartInput::LatencyCcdf(CcdfInput { subtitle: String::new(), series: Vec::new() }),
        ),
        ("latency-ccdf-decades", ChartInput::LatencyCcdf(decades)),
    ]
}

fn availability_extremes() -> Extremes {
    let none = AvailabilityInput { rows: Vec::new(), ..availability_input(Vec::new()) };
    let mut crowded = availability_input(many_bands(6));
    crowded.rows[0].name = HOSTILE.into();
    let outage = |i: u32| Outage { start_s: f64::from(i) * 2.0, end_s: f64::from(i) * 2.0 + 0.7 };
    crowded.rows[0].outages = (0..60).map(outage).collect();
    vec![
        ("availability-empty", ChartInput::Availability(none)),
        ("availability-crowded", ChartInput::Availability(crowded)),
    ]
}

fn leaders_extremes() -> Extremes {
    let mut storm = lanes_input(30, many_bands(12));
    for (n, lane) in (0u64..).zip(&mut storm.lanes).skip(5) {
        lane.node = if n == 6 { HOSTILE.into() } else { format!("replica-eu-west-{n}") };
        lane.segments.clear();
        let (mut noise, mut at) = (Noise::new(n), 0.0);
        while at < SPAN_S.1 {
            let length = 0.02 + 0.4 * noise.next() * noise.next();
            let role = LaneRole::ALL[(noise.next() * 6.0) as usize % 6];
            lane.segments.push(LaneSegment {
                start_s: at,
                end_s: at + length,
                role,
                term: Some((at * 9.0) as u64),
            });
            at += length;
        }
    }
    let election =
        |i: u32| Election { start_s: f64::from(i) * 0.24, end_s: f64::from(i) * 0.24 + 0.1, term: None };
    storm.elections = (0..500).map(election).collect();
    storm.elections.push(Election { start_s: 119.0, end_s: f64::INFINITY, term: None });
    vec![
        ("leaders-empty", ChartInput::Leaders(lanes_input(0, Vec::new()))),
        ("leaders-one", ChartInput::Leaders(lanes_input(1, bands()))),
        ("leaders-30", ChartInput::Leaders(storm)),
    ]
}

/// So many nodes that tell each other something in turn; the second falls and comes back.
pub fn space_time_input(nodes: usize, steps: usize) -> SpaceTimeInput {
    let step = |at: usize| SpaceTimeStep {
        line: at % nodes,
        at_ns: 3_000_000_000 + at as u64 * at as u64 * 250_000,
        mark: match at {
            5 => SpaceTimeMark::Down,
            9 => SpaceTimeMark::Up,
            _ if at % 11 == 4 => SpaceTimeMark::Leadership,
            _ if at % 7 == 3 => SpaceTimeMark::Commit,
            _ => SpaceTimeMark::Plain,
        },
        label: ["append-entries", "commits 7", "leads term 3", "request-vote"][at % 4].to_owned(),
        tip: "all of it".to_owned(),
        is_past: at % 3 != 1,
        is_at_odds: at % 13 == 7,
        is_apart: at > 2,
    };
    let arrow = |from: usize| SpaceTimeArrow {
        from,
        to: (from + 1) % nodes,
        end: match from % 5 {
            3 => SpaceTimeEnd::Lost,
            _ if from + 1 < steps => SpaceTimeEnd::Arrives(from + 1),
            _ => SpaceTimeEnd::UnderWay,
        },
        tip: "a message".to_owned(),
        weight: match from % 3 {
            0 => SpaceTimeWeight::Causal,
            1 => SpaceTimeWeight::Other,
            _ => SpaceTimeWeight::Concerned,
        },
    };
    SpaceTimeInput {
        subtitle: "shop, seed 42: agreement is violated at 3.1 s".to_owned(),
        found: "kv.2 committed another entry 7 than kv.1 (t = 3.1 s)".to_owned(),
        lines: (0..nodes)
            .map(|node| SpaceTimeLine { name: format!("kv.{}", node + 1), is_down: false })
            .collect(),
        steps: (0..steps).map(step).collect(),
        arrows: (2..steps).map(arrow).collect(),
        violation: steps.saturating_sub(1),
        left_out: "12 other messages of these moments are left out".to_owned(),
    }
}

fn space_time_extremes() -> Extremes {
    let none =
        SpaceTimeInput { lines: Vec::new(), steps: Vec::new(), arrows: Vec::new(), ..space_time_input(1, 1) };
    let mut hostile = space_time_input(30, 200);
    for (line, step) in hostile.lines.iter_mut().zip(&mut hostile.steps) {
        (line.name, step.label) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    }
    (hostile.subtitle, hostile.left_out) = (HOSTILE.repeat(5), HOSTILE.repeat(5));
    hostile.found = HOSTILE.repeat(5);
    let mut wide = space_time_input(2, 12);
    wide.lines.iter_mut().for_each(|line| line.name = HOSTILE.repeat(3));
    wide.steps.iter_mut().for_each(|step| (step.label, step.at_ns) = (HOSTILE.repeat(3), u64::MAX));
    vec![
        ("space-time-empty", ChartInput::SpaceTime(none)),
        ("space-time-one", ChartInput::SpaceTime(space_time_input(1, 1))),
        ("space-time-30", ChartInput::SpaceTime(hostile)),
        ("space-time-wide", ChartInput::SpaceTime(wide)),
    ]
}

fn sweep_extremes() -> Extremes {
    let dot = SweepDot { x: 3.0, y: 0.0, tip: HOSTILE.into() };
    let one = SweepInput {
        series: vec![SweepSeries { label: String::new(), dots: vec![dot] }],
        y_log: false,
        ..sweep_input(SweepScale::Linear)
    };
    let none = SweepInput { series: Vec::new(), ..sweep_input(SweepScale::Names(Vec::new())) };
    let names = (0..60).map(|i| format!("{HOSTILE} {i}")).collect();
    vec![
        ("sweep-one", ChartInput::Sweep(one)),
        ("sweep-empty", ChartInput::Sweep(none)),
        ("sweep-60-names", ChartInput::Sweep(sweep_input(SweepScale::Names(names)))),
    ]
}
