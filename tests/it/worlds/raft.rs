//! Raft in the real event loop, under random hostile worlds: bad networks, slow disks, clocks that drift, and whatever
//! a random timeline of crashes, pauses and faults of links and clocks does. Every invariant must hold and every history be
//! linearizable. `SEEDBED_SOAK=20000 cargo test --release --test it soak -- --nocapture` runs many more seeds.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use seedbed::checks::consensus::{Invariant, Invariants};
use seedbed::checks::linearizability::{self, Verdict};
use seedbed::faults::kinds::{
    Bandwidth, BitRot, BurstyLoss, ClockChoice, ClockDrift, ClockOffset, ClockSinusoid, Clog, Corrupt, Crash,
    CrashLoop, Delay, DiskFull, DiskLoss, DiskStall, Duplicate, Hold, Leap, LeapSmear, Loss, LyingDisk,
    MisdirectedWrites, Order, Partition, Pause, RollingRestart, SectorErrors, SlowDisk, Swizzle, Swizzled,
    TornWrites,
};
use seedbed::faults::{
    Between, DiskKind, Fault, Flaps, Group, Happening, HappeningKind, Layout, Leader, LinkKind, OnClocks,
    OnDisks, OnLinks, OnNodes, Planned, Schedule, Scripted, Size, Target, Trigger,
};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Duration, NodeId, Stream, SystemId, Time};
use seedbed::model::halt::Halt;
use seedbed::model::history::{Operation, Outcome};
use seedbed::net::Flapping;
use seedbed::run::histories::History;
use seedbed::scenario::plan::World;
use seedbed::sim::{FaultRecord, Sim, Stop};
use seedbed::spec::quantity::{self, Bytes, Ppm, Ratio, SignedDuration};

use super::judges::Judges;
use super::{world, world_in};

const SEEDS: u64 = 250;
/// Simulated milliseconds of a run.
const LENGTH_MS: u32 = 5_000;
/// States that the judge may explore in one history.
const BUDGET: u64 = 300_000;
const KV: SystemId = SystemId(0);

/// How a hostile world is made, where it is not drawn.
#[derive(Clone, Copy, Default)]
pub struct Hostility<'a> {
    /// The bugs switched on, as a TOML array.
    pub bugs: &'a str,
    /// How reads are served; drawn when not set.
    pub reads: Option<&'a str>,
    /// In which order what is due at one moment happens; drawn when not set.
    pub ties: Option<&'a str>,
    /// Further options of the protocol.
    pub raft: &'a str,
    /// Further options of the system.
    pub system: &'a str,
    /// A folder with a topology `fibres.csv`: the nodes stand at its sites `s1`, `s2` and so on.
    pub topology: Option<&'a Path>,
    /// Whether nodes crash all the time, for moments: where bugs of elections hide.
    pub storm: bool,
    /// Faults of the scenario itself, in place of a random timeline.
    pub faults: Option<&'a str>,
    /// How many ppm faster or slower those may make a clock, within what leases allow for.
    pub drift: u32,
    /// Whether links and clocks fail in more ways than the timeline draws.
    pub more: bool,
    /// Whether entries travel one by one, so that a leader's own come late behind older ones.
    pub one_by_one: bool,
    /// What the disks do that no protocol can stand, over the run and on every node.
    pub disks: Option<Treachery>,
}

/// What is outside of Raft's assumptions on disks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Treachery {
    /// They acknowledge what a crash takes.
    Lie,
    /// They lose everything, one now and then.
    Vanish,
    /// They write to other places than they should, and nobody can tell from what they overwrote.
    Misdirect,
    /// Records of one in every three nodes rot, so that many are struck in the end.
    Rot,
}

/// What one run came to.
pub struct Judged {
    pub violated: Vec<Invariant>,
    pub verdict: Verdict,
    pub explained: Vec<String>,
    pub events: u64,
    pub operations: Vec<Operation>,
    pub ok: usize,
    /// Operations of which the store told where it applied them.
    pub placed: usize,
    /// When the last operation that ended `ok` returned.
    pub last_ok: Time,
    /// What faults did.
    pub strikes: Vec<FaultRecord>,
    /// How many replicas the store has.
    pub replicas: usize,
    /// Why servers halted.
    pub halts: Vec<Halt>,
}

impl Judged {
    /// Why a server halted that found a promise broken, if one did.
    pub fn broken_promise(&self) -> Option<&Halt> {
        let contradicts =
            |why: &&Halt| matches!(why, Halt::NoSnapshot | Halt::Committed(_) | Halt::SecondLeader(_));
        self.halts.iter().find(contradicts)
    }
}

pub fn pick<T: Copy>(rng: &mut Stream, choices: &[T]) -> T {
    choices[rng.below(choices.len() as u32) as usize]
}

/// Where nodes stand, as a scenario says it.
pub fn stand(nodes: u32, at_sites: bool) -> String {
    let sites: Vec<String> = (1..=nodes).map(|site| format!("\"s{site}\"")).collect();
    if at_sites { format!("[{}]", sites.join(", ")) } else { nodes.to_string() }
}

/// The text of a hostile scenario, without its faults.
fn scenario(rng: &mut Stream, nodes: u32, hostility: Hostility<'_>, fault_drift: u32) -> String {
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
        {network}
        [network.default]
        loss = "{loss}%"
        duplicate = "{duplicate}%"
        reorder = {{ share = "{reorder}%", delay = "exp({late}ms)" }}
        jitter = "{jitter}"
        [system.kv]
        type = "raft"
        nodes = {stand}
        reads = "{reads}"
        allow_unsafe = true
        bugs = {bugs}
        disk = {{ fsync = "{fsync}" }}
        clocks = {{ {clocks} }}
        {system}
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
        {faults}
        "#,
        faults = hostility.faults.unwrap_or_default(),
        network = hostility.topology.map_or("", |_| "[network]\nregions = \"fibres.csv\""),
        stand = stand(nodes, hostility.topology.is_some()),
        system = hostility.system,
        ties = hostility.ties.unwrap_or_else(|| pick(rng, &["fifo", "shuffled"])),
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
        let crashes: Vec<OnNodes<Crash>> = std::iter::repeat_with(target)
            .take(8)
            .map(|target| OnNodes { target, kind: Crash::KEEPS_DISK })
            .collect();
        let law = |mean: f64| Distribution::exponential(mean * 1e6).expect("a positive mean");
        faults.extend(crashes.into_iter().enumerate().map(|(number, crash)| Planned {
            name: format!("storm-{number}"),
            kind: "test",
            intent: String::new(),
            schedule: Schedule::Every(law(800.0)),
            lasts: Some(law(20.0)),
            until: None,
            draws: None,
            fault: Rc::new(crash),
        }));
    }
    faults
}

fn percent(rng: &mut Stream, choices: &[u32]) -> Ratio {
    Ratio(pick(rng, choices) * 10_000_000)
}

fn on_disks(target: Target, kind: impl DiskKind + 'static) -> Rc<dyn Fault> {
    Rc::new(OnDisks { target, kind })
}

/// What all disks do, from the beginning or again and again.
fn treachery(what: Treachery) -> Planned {
    let (fault, schedule) = match what {
        Treachery::Lie => (on_disks(Target::System(KV), LyingDisk {}), Schedule::At(Time::ZERO)),
        Treachery::Misdirect => {
            let kind = MisdirectedWrites { share: Ratio(50_000_000), detected: false };
            (on_disks(Target::System(KV), kind), Schedule::At(Time::ZERO))
        }
        Treachery::Vanish => (on_disks(Target::Any(KV), DiskLoss {}), every(1_000.0)),
        Treachery::Rot => (on_disks(Target::Any(KV), BitRot { share: Ratio(10_000_000) }), every(300.0)),
    };
    Planned {
        name: "treachery".into(),
        kind: "test",
        intent: String::new(),
        schedule,
        lasts: None,
        until: None,
        draws: None,
        fault,
    }
}

/// Again and again, in the mean after so many milliseconds.
fn every(mean_ms: f64) -> Schedule {
    Schedule::Every(Distribution::exponential(mean_ms * 1e6).expect("a positive mean"))
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

/// When a fault strikes, and whether that is when something happens.
fn schedule(rng: &mut Stream, nodes: u32) -> (bool, Schedule) {
    let from = Time(u64::from(rng.below(LENGTH_MS)) * 1_000_000);
    if rng.below(4) > 0 {
        return (false, Schedule::At(from));
    }
    let kind = pick(
        rng,
        &[
            HappeningKind::LeaderElected,
            HappeningKind::LeaderElected,
            HappeningKind::LeaderLost,
            HappeningKind::Booted,
            HappeningKind::Crashed,
            HappeningKind::Resumed,
        ],
    );
    let all: Vec<NodeId> = (0..nodes).map(NodeId).collect();
    let delays = [None, Some(Distribution::exponential(20e6).expect("a positive mean"))];
    let (after, times) = (pick_clone(rng, &delays), 1 + rng.below(8));
    (true, Schedule::When(Trigger { happening: Happening::to_nodes(kind, &all, "test"), after, from, times }))
}

fn planned(rng: &mut Stream, nodes: u32, number: u32) -> Planned {
    let node = Target::Node(NodeId(rng.below(nodes)));
    let target = pick_clone(
        rng,
        &[
            node,
            Target::Leader(KV),
            Target::Any(KV),
            Target::Minority(KV),
            Target::Quorum(KV),
            Target::Followers(KV),
            Target::Around(KV, Size::Minority, Leader::In),
            Target::Around(KV, Size::Quorum, Leader::Out),
        ],
    );
    let law = |rng: &mut Stream, means: &[u32]| {
        Distribution::exponential(f64::from(pick(rng, means)) * 1e6).expect("a positive mean")
    };
    let (happening, schedule) = schedule(rng, nodes);
    // Whoever was just elected, has booted or goes on is struck as often as somebody else.
    let target = if happening && rng.below(2) == 0 { Target::That } else { target };
    let fault: Rc<dyn Fault> = match rng.below(25) {
        0..4 => Rc::new(OnNodes { target, kind: Crash::KEEPS_DISK }),
        4..6 => Rc::new(OnNodes { target, kind: Pause {} }),
        6 => Rc::new(OnDisks { target, kind: SlowDisk { factor: pick(rng, &[3, 100]) } }),
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
        16 => links(target, Clog {}, rng),
        17 | 18 => {
            let kind = CrashLoop { up: law(rng, &[10, 100, 1_000]), down: law(rng, &[3, 100]) };
            Rc::new(Scripted { target, kind })
        }
        19 => {
            let (batch, order) = (1 + rng.below(2), pick(rng, &[Order::Listed, Order::Random]));
            let kind = RollingRestart { down: law(rng, &[3, 100]), gap: law(rng, &[3, 300]), batch, order };
            Rc::new(Scripted { target: Target::System(KV), kind })
        }
        20 => on_disks(target, DiskStall {}),
        21 => on_disks(target, DiskFull {}),
        22 => {
            let (read, write) = (percent(rng, &[0, 1, 5]), percent(rng, &[1, 10]));
            on_disks(target, SectorErrors { read, write })
        }
        23 => on_disks(Target::Minority(KV), BitRot { share: percent(rng, &[1, 20]) }),
        _ => {
            let atomic_replace = rng.below(4) > 0;
            on_disks(Target::System(KV), TornWrites { share: Ratio::ONE, atomic_replace })
        }
    };
    sometime(rng, format!("fault-{number}"), schedule, fault)
}

fn ms(ms: u32) -> u64 {
    u64::from(ms) * 1_000_000
}

/// A fault that lasts for a time drawn.
fn sometime(rng: &mut Stream, name: String, schedule: Schedule, fault: Rc<dyn Fault>) -> Planned {
    let longest = pick(rng, &[20, 400, 2_000]);
    let lasts = ms(1 + rng.below(longest));
    Planned {
        name,
        kind: "test",
        intent: String::new(),
        schedule,
        lasts: Some(Distribution::constant(lasts as f64).expect("it is positive")),
        until: None,
        draws: None,
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
    let planned = |(number, fault)| {
        let at = Schedule::At(Time(ms(rng.below(LENGTH_MS))));
        sometime(rng, format!("more-{number}"), at, fault)
    };
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
pub fn run(seed: u64, hostility: Hostility<'_>) -> Judged {
    let mut rng = Stream::new(seed, "hostile", "world");
    let nodes = pick(&mut rng, &[3, 3, 5, 7]);
    // Of its own, so that worlds without more are as they were.
    let mut further = Stream::new(seed, "hostile", "more");
    let drift = if hostility.more { pick(&mut further, &[0, 200, 5_000]) } else { hostility.drift };
    let text = scenario(&mut rng, nodes, hostility, drift);
    let mut world = match hostility.topology {
        Some(folder) => world_in(folder, &text, seed),
        None => world(&text, seed),
    };
    if hostility.faults.is_none() {
        world.setup.faults = timeline(&mut rng, nodes, hostility.storm);
    }
    if hostility.more {
        world.setup.faults.extend(more(&mut further, nodes, drift));
    }
    world.setup.faults.extend(hostility.disks.map(treachery));
    judged(world, seed)
}

/// Runs a world whose first system is a store on Raft, and judges it.
pub fn judged(world: World, seed: u64) -> Judged {
    let judges = Judges::new(&world);
    let names: Vec<String> = world.setup.nodes.iter().map(|node| node.name.to_string()).collect();
    let mut sim = Sim::new(world.setup, judges);
    assert_eq!(sim.run(u64::MAX), Some(Stop::End), "seed {seed}");
    let (events, end, strikes) = (sim.events(), sim.now(), sim.observer().strikes().to_vec());
    let mut judges = sim.into_observer();
    let halts = std::mem::take(&mut judges.halts);
    let replicas = names.iter().filter(|name| name.starts_with("kv.")).count();
    Judged {
        halts,
        strikes,
        replicas,
        ..judge(&judges.finish(end), events, &|node| names[node.index()].clone())
    }
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
        ok: history.operations.iter().filter(ok).count(),
        placed: history.own_order.iter().flatten().count(),
        last_ok: history.operations.iter().filter(ok).map(|one| one.returned).max().unwrap_or(Time::ZERO),
        operations: history.operations,
        strikes: Vec::new(),
        replicas: 0,
        halts: Vec::new(),
    }
}

/// Runs seeds, all of which must hold; returns operations, those that ended `ok`, and events.
fn hold(seeds: std::ops::Range<u64>) -> (usize, usize, u64) {
    let mut totals = (0, 0, 0);
    let (mut undecided, mut halts) = (0, 0);
    for seed in seeds.clone() {
        let judged =
            run(seed, Hostility { storm: seed % 4 == 3, more: seed % 2 == 1, ..Hostility::default() });
        assert_eq!(judged.explained, [""; 0], "seed {seed}");
        assert!(judged.placed >= judged.ok, "seed {seed}: what took effect has a place");
        assert_eq!(judged.broken_promise(), None, "seed {seed}: disks here lose no promise");
        halts += judged.halts.len();
        undecided += u64::from(judged.verdict != Verdict::Valid);
        totals = (totals.0 + judged.operations.len(), totals.1 + judged.ok, totals.2 + judged.events);
    }
    println!("{halts} halts");
    assert!(halts as u64 * 20 > seeds.end - seeds.start, "faults of disks were felt {halts} times");
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

/// What the world of a shipped scenario violates under a seed, with `from` replaced by `to` in its text.
fn violated(scenario: &str, seed: u64, (from, to): (&str, &str)) -> Vec<Invariant> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
    let text = std::fs::read_to_string(path).expect("it is shipped");
    assert!(text.contains(from), "{scenario} says {from}");
    let world = world(&text.replace(from, to), seed);
    let judges = Judges::new(&world);
    let mut sim = Sim::new(world.setup, judges);
    assert_eq!(sim.run(u64::MAX), Some(Stop::End), "seed {seed}");
    let end = sim.now();
    sim.into_observer().finish(end).1.violations().iter().map(|found| found.invariant).collect()
}

#[test]
fn what_is_lost_with_a_disk_is_missed_and_the_same_crashes_without_harm_nobody() {
    let mut incomplete_leaders = 0;
    for seed in 0..10 {
        let lost = violated("faults/disk-lost.toml", seed, ("disk = \"lost\"", "disk = \"lost\""));
        assert!(lost.contains(&Invariant::Durability), "seed {seed}: {lost:?}");
        incomplete_leaders += u32::from(lost.contains(&Invariant::LeaderCompleteness));
        let kept = violated("faults/disk-lost.toml", seed, ("disk = \"lost\"", "disk = \"kept\""));
        assert_eq!(kept, [], "seed {seed}");
        let recovering = violated("faults/disk-lost.toml", seed, ("bugs = [\"raft-amnesia\"]", ""));
        assert_eq!(recovering, [], "seed {seed}");
    }
    assert!(
        incomplete_leaders >= 3,
        "a leader lacked what was committed in {incomplete_leaders} of 10 seeds"
    );
}

#[test]
fn soak() {
    let Ok(seeds) = std::env::var("SEEDBED_SOAK") else { return };
    let seeds: u64 = seeds.parse().expect("SEEDBED_SOAK is a number of seeds");
    let (operations, ok, events) = hold(SEEDS..SEEDS + seeds);
    println!("{seeds} seeds: {operations} operations, {ok} ok, {events} events");
}
