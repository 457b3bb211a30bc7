//! Raft in the real event loop, under random hostile worlds: bad networks, slow disks, clocks that drift, and whatever
//! a random timeline of crashes, pauses and faults of links and clocks does. Every invariant must hold and every history be
//! linearizable. `SEEDBED_SOAK=20000 cargo test --release --test it soak -- --nocapture` runs many more seeds.

use std::collections::BTreeMap;
use std::rc::Rc;

use seedbed::checks::consensus::{Invariant, Invariants};
use seedbed::checks::linearizability::{self, Verdict};
use seedbed::faults::kinds::{
    Bandwidth, BurstyLoss, ClockChoice, ClockDrift, ClockOffset, ClockSinusoid, Clog, Corrupt, Crash, Delay,
    Duplicate, Hold, Leap, LeapSmear, LinkKind, Loss, Partition, Pause, SlowDisk, Swizzle, Swizzled,
};
use seedbed::faults::{
    Between, Fault, Flaps, Group, Layout, OnClocks, OnLinks, OnNodes, Planned, Schedule, Target,
};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Duration, NodeId, Stream, SystemId, Time};
use seedbed::model::history::Outcome;
use seedbed::net::Flapping;
use seedbed::run::histories::History;
use seedbed::sim::{Sim, Stop};
use seedbed::spec::quantity::{self, Bytes, Ppm, Ratio, SignedDuration};

use super::judges::Judges;
use super::world;

const SEEDS: u64 = 250;
/// Simulated milliseconds of a run.
const LENGTH_MS: u32 = 5_000;
/// States that the judge may explore in one history.
const BUDGET: u64 = 300_000;
const KV: SystemId = SystemId(0);

/// How a hostile world is made, where it is not drawn.
#[derive(Clone, Copy, Default)]
pub struct Hostility {
    /// The bugs switched on, as a TOML array.
    pub bugs: &'static str,
    /// How reads are served; drawn when not set.
    pub reads: Option<&'static str>,
    /// Further options of the protocol.
    pub raft: &'static str,
    /// Whether nodes crash all the time, for moments: where bugs of elections hide.
    pub storm: bool,
    /// Whether links and clocks fail in more ways than the timeline draws.
    pub more: bool,
    /// Whether entries travel one by one, so that a leader's own come late behind older ones.
    pub one_by_one: bool,
}

/// What one run came to.
pub struct Judged {
    pub violated: Vec<Invariant>,
    pub verdict: Verdict,
    pub explained: Vec<String>,
    pub events: u64,
    pub operations: usize,
    pub ok: usize,
    /// Operations of which the store told where it applied them.
    pub placed: usize,
}

fn pick<T: Copy>(rng: &mut Stream, choices: &[T]) -> T {
    choices[rng.below(choices.len() as u32) as usize]
}

/// The text of a hostile scenario, without its faults.
fn scenario(rng: &mut Stream, nodes: u32, hostility: Hostility, fault_drift: u32) -> String {
    let reads = hostility.reads.unwrap_or_else(|| pick(rng, &["log", "read-index", "read-index", "lease"]));
    let flag = |rng: &mut Stream| rng.below(2) == 0;
    // A lease trusts the bound on drift: two clocks may differ by twice what one may be wrong.
    let drift = pick(rng, &[0, 200, 20_000]);
    let clocks: Vec<String> = (1..=nodes)
        .map(|node| {
            format!(
                "\"kv.{node}\" = {{ drift = \"{}ppm\" }}",
                i64::from(rng.below(2 * drift + 1)) - i64::from(drift)
            )
        })
        .collect();
    let check_quorum = reads == "lease" || flag(rng);
    let mix = pick(
        rng,
        &[
            "{ read = 0.5, write = 0.3, cas = 0.2 }",
            "{ read = 0.4, append = 0.6 }",
            "{ read = 0.3, write = 0.2, cas = 0.2, append = 0.3 }",
        ],
    );
    format!(
        r#"
        schema = 1
        duration = "{LENGTH_MS}ms"
        ties = "{ties}"
        [network.default]
        loss = "{loss}%"
        duplicate = "{duplicate}%"
        reorder = {{ share = "{reorder}%", delay = "exp({late}ms)" }}
        jitter = "{jitter}"
        [system.kv]
        type = "raft"
        nodes = {nodes}
        reads = "{reads}"
        allow_unsafe = true
        bugs = {bugs}
        disk = {{ fsync = "{fsync}" }}
        clocks = {{ {clocks} }}
        [system.kv.raft]
        drift_bound = "{bound}ppm"
        pre_vote = {pre_vote}
        check_quorum = {check_quorum}
        parallel_leader_write = {parallel}
        batch = {batch}
        in_flight = {in_flight}
        snapshot_every = {snapshot_every}
        snapshot_trailing = {trailing}
        snapshot_chunk = "{chunk}"
        {raft}
        [workload.near]
        target = "kv"
        arrival = "poisson(60/s)"
        keys = "uniform(n=3)"
        mix = {mix}
        timeout = "250ms"
        [workload.far]
        target = "kv"
        arrival = "closed(clients=3, think=20ms)"
        keys = "uniform(n=3)"
        mix = {mix}
        timeout = "400ms"
        attempts = 5
        route = "{route}"
        "#,
        ties = pick(rng, &["fifo", "shuffled"]),
        loss = pick(rng, &[0, 1, 10]),
        duplicate = pick(rng, &[0, 2, 10]),
        reorder = pick(rng, &[0, 2, 10]),
        late = pick(rng, &[50, 700]),
        jitter = pick(rng, &["exp(100us)", "exp(2ms)", "exp(15ms)", "uniform(0ms, 150ms)"]),
        bugs = if hostility.bugs.is_empty() { "[]" } else { hostility.bugs },
        fsync = pick(rng, &["const(0ms)", "exp(1ms)", "exp(30ms)"]),
        clocks = clocks.join(", "),
        bound = (2 * (drift + fault_drift) + 1) * 1_030 / 1_000 + 1,
        pre_vote = flag(rng),
        parallel = flag(rng),
        batch = if hostility.one_by_one { 1 } else { pick(rng, &[1, 4, 64]) },
        in_flight = if hostility.one_by_one { 1 } else { pick(rng, &[1, 4, 64]) },
        snapshot_every = pick(rng, &[0, 10, 40]),
        trailing = pick(rng, &[0, 8]),
        chunk = pick(rng, &["60B", "1MiB"]),
        raft = hostility.raft,
        route = pick(rng, &["leader", "random", "round-robin"]),
    )
}

/// A random timeline: several faults of every kind, often on the leader, often over each other.
fn timeline(rng: &mut Stream, nodes: u32, storm: bool) -> Vec<Planned> {
    let count = rng.below(14);
    let mut faults: Vec<Planned> = (0..count).map(|number| planned(rng, nodes, number)).collect();
    if storm {
        let target =
            || pick_clone(rng, &[Target::Leader(KV), Target::Any(KV), Target::Any(KV), Target::Quorum(KV)]);
        let crashes: Vec<OnNodes<Crash>> =
            std::iter::repeat_with(target).take(8).map(|target| OnNodes { target, kind: Crash {} }).collect();
        let law = |mean: f64| Distribution::exponential(mean * 1e6).expect("a positive mean");
        faults.extend(crashes.into_iter().enumerate().map(|(number, crash)| Planned {
            name: format!("storm-{number}"),
            kind: "test",
            intent: String::new(),
            schedule: Schedule::Every(law(800.0)),
            lasts: Some(law(20.0)),
            fault: Rc::new(crash),
        }));
    }
    faults
}

fn percent(rng: &mut Stream, choices: &[u32]) -> Ratio {
    Ratio(pick(rng, choices) * 10_000_000)
}

/// A fault of the links of `target`, in a direction drawn, or of all links.
fn links(target: Target, kind: impl LinkKind + 'static, rng: &mut Stream) -> Rc<dyn Fault> {
    let target = Group::Of(vec![target]);
    let between = match rng.below(5) {
        0 => Between::OneWay(target, Group::Rest),
        1 => Between::OneWay(Group::Rest, target),
        2 if kind.impairment() != seedbed::net::Impairment::Cut => Between::All,
        _ => Between::Groups(vec![target, Group::Rest]),
    };
    Rc::new(OnLinks { between, kind })
}

fn planned(rng: &mut Stream, nodes: u32, number: u32) -> Planned {
    let node = Target::Node(NodeId(rng.below(nodes)));
    let target = pick_clone(
        rng,
        &[node, Target::Leader(KV), Target::Any(KV), Target::Minority(KV), Target::Quorum(KV)],
    );
    let fault: Rc<dyn Fault> = match rng.below(17) {
        0..4 => Rc::new(OnNodes { target, kind: Crash {} }),
        4..6 => Rc::new(OnNodes { target, kind: Pause {} }),
        6 => Rc::new(OnNodes { target, kind: SlowDisk { factor: pick(rng, &[3, 100]) } }),
        7..10 => links(target, Partition {}, rng),
        10 => links(target, Loss { share: percent(rng, &[5, 50, 100]) }, rng),
        11 => {
            let (to_bad, to_good) = (percent(rng, &[1, 20]), percent(rng, &[5, 50]));
            let kind = BurstyLoss { to_bad, to_good, loss_good: Ratio::ZERO, loss_bad: Ratio::ONE };
            links(target, kind, rng)
        }
        12 => links(target, Duplicate { share: percent(rng, &[10, 100]) }, rng),
        13 => links(target, Corrupt { share: percent(rng, &[5, 50]) }, rng),
        14 => {
            let mean = f64::from(pick(rng, &[3_u32, 100])) * 1e6;
            let delay = Distribution::exponential(mean).expect("a positive mean");
            links(target, Delay { delay, share: percent(rng, &[10, 100]) }, rng)
        }
        15 => {
            let bandwidth = quantity::Bandwidth(pick(rng, &[50_000, 1_000_000]));
            let buffer = pick_clone(rng, &[None, Some(Bytes(10_000))]);
            links(target, Bandwidth { bandwidth, buffer }, rng)
        }
        _ => links(target, Clog {}, rng),
    };
    sometime(rng, format!("fault-{number}"), fault)
}

fn ms(ms: u32) -> u64 {
    u64::from(ms) * 1_000_000
}

/// A fault at a time drawn, for a time drawn.
fn sometime(rng: &mut Stream, name: String, fault: Rc<dyn Fault>) -> Planned {
    let longest = pick(rng, &[20, 400, 2_000]);
    let lasts = ms(1 + rng.below(longest));
    Planned {
        name,
        kind: "test",
        intent: String::new(),
        schedule: Schedule::At(Time(ms(rng.below(LENGTH_MS)))),
        lasts: Some(Distribution::constant(lasts as f64).expect("it is positive")),
        fault,
    }
}

/// Links that flap, are held, or are cut in patterns; swizzles; wall clocks that are wrong; and one clock that drifts, within
/// the bound that a lease trusts.
fn more(rng: &mut Stream, nodes: u32, drift: u32) -> Vec<Planned> {
    let count = 1 + rng.below(4);
    let mut faults: Vec<Rc<dyn Fault>> = (0..count).map(|_| of_links(rng, nodes)).collect();
    let target = pick_clone(rng, &[Target::Leader(KV), Target::Any(KV), Target::System(KV)]);
    let ppb = 1_000 * i64::from(drift);
    let clock = pick(rng, &[ClockChoice::Both, ClockChoice::Monotonic]);
    let drift = ClockDrift { drift: Ppm(pick(rng, &[-ppb, ppb])), clock };
    faults.push(Rc::new(OnClocks { target: target.clone(), kind: drift }));
    faults.push(match rng.below(3) {
        0 => Rc::new(OnClocks { target, kind: ClockOffset { offset: SignedDuration(-3_600_000_000_000) } }),
        1 => Rc::new(OnClocks { target, kind: LeapSmear { leap: Leap::Inserted, window: Duration::ZERO } }),
        _ => {
            let (amplitude, period) = (Duration(ms(70)), Duration(ms(500)));
            Rc::new(OnClocks { target, kind: ClockSinusoid { amplitude, period } })
        }
    });
    let planned = |(number, fault)| sometime(rng, format!("more-{number}"), fault);
    (0..).zip(faults).map(planned).collect::<Vec<Planned>>()
}

fn of_links(rng: &mut Stream, nodes: u32) -> Rc<dyn Fault> {
    let law = |mean: u32| Distribution::exponential(ms(mean) as f64).expect("a positive mean");
    let target = pick_clone(rng, &[Target::Leader(KV), Target::Any(KV), Target::Minority(KV)]);
    let whole = Target::System(KV);
    let fault: Rc<dyn Fault> = match rng.below(6) {
        0 => {
            let kind = Swizzle { spacing: law(pick(rng, &[10, 150])) };
            return Rc::new(Swizzled { target: whole, kind });
        }
        1 => {
            let layouts = [Layout::IsolateOne, Layout::Halves, Layout::Bridge, Layout::Ring];
            let between = Between::Layout(pick(rng, &layouts), whole);
            Rc::new(OnLinks { between, kind: Partition {} })
        }
        2 => {
            let mut end = || NodeId(rng.below(nodes));
            let pairs = (0..4).map(|_| (end(), end())).collect();
            Rc::new(OnLinks { between: Between::Links(pairs), kind: Partition {} })
        }
        3 => links(target, Hold {}, rng),
        4 => links(target, Partition {}, rng),
        _ => links(target, Clog {}, rng),
    };
    if rng.below(2) == 0 {
        return fault;
    }
    let (up, down) = (law(pick(rng, &[20, 300])), law(pick(rng, &[20, 300])));
    Rc::new(Flaps { fault, law: Flapping { up, down, stable: Duration(ms(5)) } })
}

fn pick_clone<T: Clone>(rng: &mut Stream, choices: &[T]) -> T {
    choices[rng.below(choices.len() as u32) as usize].clone()
}

/// Runs one hostile world and judges it.
pub fn run(seed: u64, hostility: Hostility) -> Judged {
    let mut rng = Stream::new(seed, "hostile", "world");
    let nodes = pick(&mut rng, &[3, 3, 5, 7]);
    // Of its own, so that worlds without more are as they were.
    let mut further = Stream::new(seed, "hostile", "more");
    let drift = if hostility.more { pick(&mut further, &[0, 200, 5_000]) } else { 0 };
    let text = scenario(&mut rng, nodes, hostility, drift);
    let mut world = world(&text, seed);
    world.setup.faults = timeline(&mut rng, nodes, hostility.storm);
    if hostility.more {
        world.setup.faults.extend(more(&mut further, nodes, drift));
    }
    let judges = Judges::new(&world);
    let names: Vec<String> = world.setup.nodes.iter().map(|node| node.name.clone()).collect();
    let mut sim = Sim::new(world.setup, judges);
    assert_eq!(sim.run(u64::MAX), Some(Stop::End), "seed {seed}");
    let (events, end) = (sim.events(), sim.now());
    judge(&sim.into_observer().finish(end), events, &|node| names[node.index()].clone())
}

fn judge(
    (histories, invariants): &(BTreeMap<SystemId, History>, Invariants),
    events: u64,
    names: &dyn Fn(NodeId) -> String,
) -> Judged {
    let violations = invariants.violations();
    let history = histories.get(&KV).cloned().unwrap_or_default();
    let judgement = linearizability::judge(&history.operations, Some(&history.own_order), BUDGET);
    let mut explained: Vec<String> = violations.iter().map(|found| found.explain(names)).collect();
    explained.extend(judgement.violation.map(|violation| format!("{violation:?}")));
    let ok = |operation: &&seedbed::model::history::Operation| matches!(operation.outcome, Outcome::Ok(_));
    Judged {
        violated: violations.iter().map(|found| found.invariant).collect(),
        verdict: judgement.verdict,
        explained,
        events,
        operations: history.operations.len(),
        ok: history.operations.iter().filter(ok).count(),
        placed: history.own_order.iter().flatten().count(),
    }
}

/// Runs seeds, all of which must hold; returns operations, those that ended `ok`, and events.
fn hold(seeds: std::ops::Range<u64>) -> (usize, usize, u64) {
    let mut totals = (0, 0, 0);
    let mut undecided = 0;
    for seed in seeds.clone() {
        let judged =
            run(seed, Hostility { storm: seed % 4 == 3, more: seed % 2 == 1, ..Hostility::default() });
        assert_eq!(judged.explained, [""; 0], "seed {seed}");
        assert!(judged.placed >= judged.ok, "seed {seed}: what took effect has a place");
        undecided += u64::from(judged.verdict != Verdict::Valid);
        totals = (totals.0 + judged.operations, totals.1 + judged.ok, totals.2 + judged.events);
    }
    assert!(undecided * 100 <= seeds.end - seeds.start, "{undecided} histories were not decided");
    totals
}

#[test]
fn every_invariant_holds_and_every_history_is_linearizable_in_hostile_worlds() {
    let (operations, ok, events) = hold(0..SEEDS);
    println!("{SEEDS} seeds: {operations} operations, {ok} ok, {events} events");
    // What the worlds never come to, they never test.
    assert!(ok * 2 > operations && ok as u64 > 50 * SEEDS, "{ok} of {operations} operations were answered");
}

#[test]
fn soak() {
    let Ok(seeds) = std::env::var("SEEDBED_SOAK") else { return };
    let seeds: u64 = seeds.parse().expect("SEEDBED_SOAK is a number of seeds");
    let (operations, ok, events) = hold(SEEDS..SEEDS + seeds);
    println!("{seeds} seeds: {operations} operations, {ok} ok, {events} events");
}
