//! Raft under each kind of fault by itself. Within what Raft assumes, every promise is kept and the store serves again when
//! the fault is over; outside of it the checks say what broke; what a store on Raft cannot feel changes nothing at all.
//!
//! `SEEDBED_SOAK=2000 cargo test --release --test it under_each_kind -- --nocapture` runs many seeds, and with
//! `SEEDBED_KIND=loss` those of one kind.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use seedbed::checks::consensus::Invariant;
use seedbed::checks::linearizability::Verdict;
use seedbed::faults::FaultKind;
use seedbed::kernel::{Stream, Time};
use seedbed::spec::choices::Choice;

use super::raft::{self, Hostility, Judged, pick};
use super::{world, world_in};

/// Seeds of a trial: enough to see it strike, and to see what that comes to.
const SEEDS: u64 = 20;
const SEEDS_OF_RARE: u64 = 48;
/// Those of the first so many whose ties are not shuffled are run without the fault too, for what it changes.
const COMPARED: u64 = 120;
/// Strikes cease, and what lasts is over by then.
const CALM: &str = "3s";
/// How long after that a network without faults of its own is given to serve again. What was served at last was so in the last
/// half second: clients that all asked a server that has halted wait for 400 ms.
const LENGTH: &str = "10s";
const SERVED: Time = Time(9_500_000_000);

/// What becomes of a store on Raft.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// There is nothing that it could act on: it never strikes.
    InVain,
    /// It strikes, and each operation ends as and when it would have.
    Unmoved,
    /// It keeps its promises, and serves again when the fault is over.
    Recovers,
    /// It keeps its promises. Servers may halt for good.
    Safe,
    /// It loses what it promised to keep: some world violates one of these, and none trips an assertion of ours.
    Breaks(&'static [Invariant]),
    /// It answers from the past.
    Stale,
    /// It may lose what it promised to keep; mostly servers find out before, and halt.
    Halts,
}

use Fate::{Breaks, Halts, InVain, Recovers, Safe, Stale, Unmoved};

/// How it shows that replicas have forgotten entries, or their votes: whichever is looked at first.
const FORGOTTEN: Fate = Breaks(&[
    Invariant::OneLeader,
    Invariant::LogMatching,
    Invariant::LeaderCompleteness,
    Invariant::Agreement,
    Invariant::Durability,
]);

/// What a scenario says of a fault, drawn.
type Drawn = fn(&mut Stream) -> String;

/// One way to strike with a kind.
struct Trial {
    kind: FaultKind,
    /// Tells it from others of the kind.
    variant: &'static str,
    fate: Fate,
    /// The options of its kind.
    options: Drawn,
    /// Whom it strikes.
    aim: Drawn,
    /// Faults of other kinds, without which nobody would notice it.
    beside: &'static str,
    /// How messages travel; drawn if not said.
    transport: Option<&'static str>,
    reads: Option<&'static str>,
    /// Its strikes last at most so many milliseconds in the mean.
    lasts: u32,
}

/// What disks do wrong is found by whoever boots.
const CRASHES: &str = r#"
    [fault.beside]
    every = "exp(300ms)"
    do = "crash"
    target = "any(kv)"
    for = "exp(50ms)"
    until = "3s"
    [fault.beside-majority]
    every = "exp(500ms)"
    do = "crash"
    target = "quorum(kv)"
    for = "exp(50ms)"
    until = "3s"
"#;

/// Looks at wall clocks.
const SEEN: &str = "[check.clocks]\nmetric = \"wall_clock_error\"\nassert = \"max >= 0s\"\n";

/// A leader that is heard by nobody is the one that can answer from the past.
const CUTS: &str = r#"
    [fault.beside]
    every = "exp(500ms)"
    do = "partition"
    groups = ["leader(kv)", ["kv"]]
    for = "uniform(300ms, 900ms)"
    until = "3s"
"#;

impl Trial {
    fn of(kind: FaultKind, fate: Fate, options: Drawn, aim: Drawn) -> Trial {
        Trial { kind, variant: "", fate, options, aim, beside: "", transport: None, reads: None, lasts: 400 }
    }

    fn called(self, variant: &'static str) -> Trial {
        Trial { variant, ..self }
    }

    fn beside(self, beside: &'static str) -> Trial {
        Trial { beside, ..self }
    }

    fn over(self, transport: &'static str) -> Trial {
        Trial { transport: Some(transport), ..self }
    }

    fn lasting(self, lasts: u32) -> Trial {
        Trial { lasts, ..self }
    }

    fn reading(self, reads: &'static str) -> Trial {
        Trial { reads: Some(reads), ..self }
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trial { kind, variant, .. } = self;
        if variant.is_empty() { write!(f, "{kind}") } else { write!(f, "{kind}, {variant}") }
    }
}

/// From 1 to `most`, every power of two as likely as the next.
fn up_to(rng: &mut Stream, most: u32) -> u32 {
    let bound = 1 << rng.below(most.ilog2() + 1);
    (bound + rng.below(bound)).min(most)
}

fn share(rng: &mut Stream) -> String {
    format!(r#"share = "{}%""#, up_to(rng, 100))
}

fn law(rng: &mut Stream, most_ms: u32) -> String {
    let mean = up_to(rng, most_ms);
    match rng.below(3) {
        0 => format!("const({mean}ms)"),
        1 => format!("uniform(0ms, {}ms)", 2 * mean),
        _ => format!("exp({mean}ms)"),
    }
}

fn none(_: &mut Stream) -> String {
    String::new()
}

/// By name, by role, by number.
fn nodes(rng: &mut Stream) -> String {
    let target = pick(
        rng,
        &[
            "kv.2",
            "kv",
            "leader(kv)",
            "leader(kv)",
            "follower(kv)",
            "followers(kv)",
            "any(kv)",
            "minority(kv)",
            "minority(kv, with leader)",
            "quorum(kv)",
            "quorum(kv, without leader)",
        ],
    );
    format!(r#"target = "{target}""#)
}

fn one_node(_: &mut Stream) -> String {
    r#"target = "kv.1""#.into()
}

fn system(_: &mut Stream) -> String {
    r#"target = "kv""#.into()
}

fn fibres(rng: &mut Stream) -> String {
    pick(rng, &[r#"target = "fibre any""#, r#"target = "fibre s1--s2""#]).into()
}

/// Links of nodes, between groups, by name, and what a layout leaves unconnected.
fn unsteady_links(rng: &mut Stream) -> String {
    match rng.below(5) {
        0 => r#"links = ["kv.1->kv.2", "kv.3--kv.1", "kv.2->kv.3"]"#.into(),
        1 => {
            let layout = pick(rng, &["isolate-one", "halves", "bridge", "ring"]);
            format!("target = \"kv\"\nlayout = \"{layout}\"")
        }
        2 => {
            let one_way = rng.below(2) == 0;
            format!("groups = [\"minority(kv)\", \"rest\"]\none_way = {one_way}")
        }
        _ => format!("{}\ndirection = \"{}\"", nodes(rng), pick(rng, &["both", "in", "out"])),
    }
}

/// The same, now and then as links that come and go.
fn links(rng: &mut Stream) -> String {
    let links = unsteady_links(rng);
    match rng.below(3) {
        0 => {
            let (up, down) = (up_to(rng, 300), up_to(rng, 300));
            format!(
                r#"{links}{}flap = {{ up = "exp({up}ms)", down = "exp({down}ms)", stable = "5ms" }}"#,
                '\n'
            )
        }
        _ => links,
    }
}

/// Every kind has its trials: what Raft says to it, in each way in which its options make a difference to that.
fn trials(kind: FaultKind) -> Vec<Trial> {
    let trial = |fate, options, aim| Trial::of(kind, fate, options, aim);
    match kind {
        FaultKind::Crash => vec![
            trial(Recovers, none, nodes),
            trial(Safe, |_| r#"disk = "lost""#.into(), nodes).called("the disk too"),
        ],
        FaultKind::CrashLoop => {
            let options: Drawn = |rng| format!("up = \"{}\"\ndown = \"{}\"", law(rng, 1_000), law(rng, 300));
            // Loops in which no time passes are refused by a limit of the run, not by Raft.
            vec![trial(Recovers, options, nodes)]
        }
        FaultKind::RollingRestart => {
            let options: Drawn = |rng| {
                let (down, gap) = (law(rng, 300), law(rng, 300));
                let (batch, order) = (1 + rng.below(3), pick(rng, &["listed", "random"]));
                format!("down = \"{down}\"\ngap = \"{gap}\"\nbatch = {batch}\norder = \"{order}\"")
            };
            vec![trial(Recovers, options, nodes)]
        }
        FaultKind::Pause | FaultKind::DiskStall => vec![trial(Recovers, none, nodes)],
        // A store on Raft asks for no work on a core.
        FaultKind::SlowNode => {
            vec![trial(InVain, |rng| format!("factor = {}", 1 + up_to(rng, 1_000)), nodes)]
        }
        FaultKind::SlowDisk => vec![
            trial(Recovers, |rng| format!("factor = {}", 2 + rng.below(4)), nodes),
            trial(Safe, |rng| format!("factor = {}", 1 + up_to(rng, 1_000)), nodes).called("by far"),
        ],
        FaultKind::DiskFull => vec![trial(Safe, none, nodes)],
        FaultKind::SectorErrors => {
            let options: Drawn =
                |rng| format!("read = \"{}%\"\nwrite = \"{}%\"", rng.below(5), up_to(rng, 20));
            vec![trial(Safe, options, nodes).beside(CRASHES)]
        }
        FaultKind::TornWrites => vec![
            trial(Recovers, share, nodes).beside(CRASHES),
            trial(Safe, |rng| format!("{}\natomic_replace = false", share(rng)), nodes)
                .beside(CRASHES)
                .called("torn cells"),
        ],
        FaultKind::BitRot => vec![
            trial(Recovers, share, one_node).beside(CRASHES).called("one node"),
            trial(Safe, share, nodes).beside(CRASHES),
        ],
        FaultKind::LyingDisk => vec![trial(FORGOTTEN, none, nodes).beside(CRASHES)],
        FaultKind::DiskLoss => vec![trial(Safe, none, nodes).beside(CRASHES)],
        FaultKind::MisdirectedWrites => vec![
            trial(Halts, share, nodes).beside(CRASHES),
            trial(FORGOTTEN, |rng| format!("{}\ndetected = false", share(rng)), nodes)
                .beside(CRASHES)
                .called("unnoticed"),
        ],
        // No protocol here looks at the wall clock: a check does, so that there is something to strike.
        FaultKind::ClockOffset => {
            let options: Drawn = |rng| format!(r#"offset = "-{}ms""#, up_to(rng, 10_000_000));
            vec![trial(Unmoved, options, nodes).beside(SEEN)]
        }
        FaultKind::ClockStep => {
            let options: Drawn = |rng| format!(r#"by = "{}ms""#, up_to(rng, 10_000_000));
            vec![trial(Unmoved, options, nodes).beside(SEEN)]
        }
        FaultKind::ClockSinusoid => {
            let options: Drawn = |rng| {
                let amplitude = up_to(rng, 1_000);
                format!("amplitude = \"{amplitude}ms\"\nperiod = \"{}ms\"", 7 * amplitude)
            };
            vec![trial(Unmoved, options, nodes).beside(SEEN)]
        }
        FaultKind::LeapSmear => {
            let options: Drawn = |rng| {
                let leap = pick(rng, &["inserted", "removed"]);
                format!("leap = \"{leap}\"\nwindow = \"{}\"", pick(rng, &["0s", "1s", "24h"]))
            };
            vec![trial(Unmoved, options, nodes).beside(SEEN)]
        }
        FaultKind::ClockDrift => {
            // Many strikes at once still keep within what leases allow for.
            let within: Drawn = |rng| {
                let drift = i64::from(rng.below(2_001)) - 1_000;
                let clock = pick(rng, &["both", "monotonic"]);
                format!("drift = \"{drift}ppm\"\nclock = \"{clock}\"")
            };
            vec![
                trial(Recovers, within, nodes),
                trial(Unmoved, |_| "drift = \"-500000ppm\"\nclock = \"wall\"".into(), nodes)
                    .beside(SEEN)
                    .called("the wall clock"),
                trial(Stale, |_| r#"drift = "-900000ppm""#.into(), |_| r#"target = "leader(kv)""#.into())
                    .beside(CUTS)
                    .reading("lease")
                    .lasting(4_000)
                    .called("beyond the bound"),
            ]
        }
        FaultKind::Partition | FaultKind::Clog | FaultKind::Hold => vec![trial(Recovers, none, links)],
        FaultKind::Loss | FaultKind::Duplicate | FaultKind::Corrupt => vec![trial(Recovers, share, links)],
        FaultKind::BurstyLoss => {
            let options: Drawn =
                |rng| format!("to_bad = \"{}%\"\nto_good = \"{}%\"", up_to(rng, 100), up_to(rng, 100));
            vec![trial(Recovers, options, links)]
        }
        FaultKind::Delay => {
            vec![trial(Recovers, |rng| format!("{}\ndelay = \"{}\"", share(rng), law(rng, 1_000)), links)]
        }
        FaultKind::Bandwidth => {
            let narrow: Drawn = |rng| {
                let (bandwidth, buffer) = (20 * up_to(rng, 500), up_to(rng, 64));
                format!("bandwidth = \"{bandwidth}kbit/s\"\nbuffer = \"{buffer}KiB\"")
            };
            vec![trial(Recovers, narrow, links)]
        }
        // Streams are what they strike: datagrams know nothing of them.
        FaultKind::Reset => vec![
            trial(Recovers, none, unsteady_links).over("stream"),
            trial(InVain, none, unsteady_links).over("datagram").called("datagrams"),
        ],
        FaultKind::HalfOpen => {
            let options: Drawn = |rng| format!(r#"keepalive = "{}ms""#, up_to(rng, 2_000));
            vec![
                trial(Recovers, options, unsteady_links).over("stream"),
                trial(InVain, options, unsteady_links).over("datagram").called("datagrams"),
            ]
        }
        FaultKind::Swizzle => vec![trial(Recovers, |rng| format!(r#"spacing = "{}""#, law(rng, 100)), nodes)],
        FaultKind::CutLink => {
            vec![trial(Recovers, |rng| format!(r#"reroute = "{}ms""#, rng.below(500)), fibres)]
        }
        FaultKind::Random => vec![trial(Recovers, none, system)],
    }
}

/// Half of the worlds have their ties shuffled, of the friendly as of the hostile. These cannot be compared: whatever happens
/// more would give all the rest another order.
fn ties(seed: u64) -> &'static str {
    if seed % 4 < 2 { "fifo" } else { "shuffled" }
}

impl Trial {
    /// A few faults of the kind, each of which strikes again and again, so that some lie over each other.
    fn faults(&self, rng: &mut Stream) -> String {
        let count = 1 + rng.below(3);
        let faults = (0..count).map(|number| {
            let lasts = up_to(rng, 64) * self.lasts / 64;
            let strikes = match rng.below(4) {
                0 => format!("at = \"{}ms\"", rng.below(3_000)),
                1 if self.kind != FaultKind::Random => {
                    let when = pick(rng, &["leader-elected(kv)", "leader-lost(kv)"]);
                    format!("when = \"{when}\"\ntimes = 8\nafter = \"exp(20ms)\"")
                }
                _ => format!("every = \"exp({}ms)\"", 150 + rng.below(600)),
            };
            let (kind, aim, options) = (self.kind, (self.aim)(rng), (self.options)(rng));
            format!(
                "[fault.f{number}]\ndo = \"{kind}\"\n{strikes}\nfor = \"exp({lasts}ms)\"\nuntil = \"{CALM}\"\n{aim}\n{options}\n"
            )
        });
        faults.collect::<String>() + self.beside
    }

    /// A world on a network without faults of its own, in which a store serves as long as it is let.
    fn friendly(&self, seed: u64, faults: &str, transport: &str, topology: Option<&Path>) -> Judged {
        let ties = ties(seed);
        let mut rng = Stream::new(seed, "kinds", "friendly");
        let nodes = pick(&mut rng, &[3, 3, 5, 7]);
        let text = format!(
            r#"
            schema = 1
            duration = "{LENGTH}"
            ties = "{ties}"
            [network]
            {regions}
            {sharing}
            [network.default]
            jitter = "exp(2ms)"
            [system.kv]
            type = "raft"
            nodes = {stand}
            reads = "{reads}"
            transport = "{transport}"
            disk = {{ fsync = "{fsync}" }}
            [system.kv.raft]
            drift_bound = "20000ppm"
            pre_vote = {pre_vote}
            snapshot_every = {snapshot_every}
            [workload.clients]
            target = "kv"
            arrival = "closed(clients=4, think=20ms)"
            keys = "uniform(n=3)"
            mix = {{ read = 0.4, write = 0.3, cas = 0.2, append = 0.1 }}
            timeout = "400ms"
            route = "{route}"
            {faults}
            "#,
            regions = topology.map_or("", |_| "regions = \"fibres.csv\""),
            stand = raft::stand(nodes, topology.is_some()),
            reads = self.reads.unwrap_or_else(|| pick(&mut rng, &["log", "read-index", "lease"])),
            pre_vote = rng.below(2) == 0,
            snapshot_every = pick(&mut rng, &[0, 40]),
            route = pick(&mut rng, &["leader", "random"]),
            // Where a crash finds a sync under way, a disk has something to do wrong.
            fsync =
                pick(&mut rng, if self.beside.is_empty() { &["100us", "exp(1ms)"] } else { &["exp(20ms)"] }),
            sharing = pick(&mut rng, &["", "sharing = \"fair\"\nuplink = \"20Mbit/s\""]),
        );
        let world = match topology {
            Some(folder) => world_in(folder, &text, seed),
            None => world(&text, seed),
        };
        raft::judged(world, seed)
    }

    /// The same as the other soaks have it, under a fault of this kind in place of a random timeline.
    fn hostile(&self, seed: u64, faults: &str, transport: &str, topology: Option<&Path>) -> Judged {
        let system = format!("transport = \"{transport}\"");
        let drift = if self.kind == FaultKind::ClockDrift { 20_000 } else { 0 };
        let (faults, reads, ties) = (Some(faults), self.reads, Some(ties(seed)));
        let system = system.as_str();
        raft::run(seed, Hostility { faults, system, topology, drift, reads, ties, ..Hostility::default() })
    }

    /// Runs it with so many seeds, all of which must come to its fate.
    fn run(&self, seeds: u64) -> Tally {
        let folder = tempfile::tempdir().expect("a folder for a topology");
        let topology = (self.kind == FaultKind::CutLink).then(|| {
            std::fs::write(folder.path().join("fibres.csv"), FIBRES).expect("the folder is the test's own");
            folder.path()
        });
        let mut tally = Tally::default();
        for seed in 0..seeds {
            let mut rng = Stream::new(seed, "kinds", &self.to_string());
            let faults = self.faults(&mut rng);
            let transport =
                self.transport.unwrap_or_else(|| pick(&mut rng, &["datagram", "datagram", "stream"]));
            let is_friendly = seed % 2 == 0;
            let world = |faults: &str| match is_friendly {
                true => self.friendly(seed, faults, transport, topology),
                false => self.hostile(seed, faults, transport, topology),
            };
            let judged = world(&faults);
            tally.add(&judged, self.kind);
            let why = || format!("{self}, seed {seed}, over {transport}s:\n{faults}");
            if let InVain | Unmoved | Recovers | Safe = self.fate {
                assert_eq!(judged.explained, [""; 0], "{}", why());
                assert_eq!(judged.broken_promise(), None, "{}", why());
            }
            if let (InVain | Unmoved | Recovers, true) = (self.fate, is_friendly) {
                assert!(judged.last_ok > SERVED, "last served at {}: {}", judged.last_ok, why());
            }
            if seed < COMPARED && ties(seed) == "fifo" {
                let is_moved = judged.operations != world(self.beside).operations;
                assert!(!(is_moved && matches!(self.fate, InVain | Unmoved)), "it was felt: {}", why());
                tally.moved += u64::from(is_moved);
            }
        }
        tally
    }
}

/// What the worlds of a trial came to.
#[derive(Default)]
struct Tally {
    seeds: u64,
    strikes: usize,
    violated: BTreeSet<Invariant>,
    violations: u64,
    stale: u64,
    undecided: u64,
    /// Seeds in which operations ended otherwise than they would have.
    moved: u64,
    halts: usize,
}

impl Tally {
    fn add(&mut self, judged: &Judged, kind: FaultKind) {
        self.seeds += 1;
        let of_kind = |strike: &&seedbed::sim::FaultRecord| match kind {
            FaultKind::Random => true,
            _ => strike.kind == kind.name(),
        };
        self.strikes += judged.strikes.iter().filter(of_kind).count();
        self.violations += u64::from(!judged.violated.is_empty());
        self.violated.extend(&judged.violated);
        self.stale += u64::from(judged.verdict == Verdict::Invalid);
        self.undecided += u64::from(judged.verdict == Verdict::Unknown);
        self.halts += judged.halts.len();
    }

    fn check(&self, trial: &Trial) {
        assert_eq!(self.strikes == 0, matches!(trial.fate, InVain), "{trial}: {} strikes", self.strikes);
        if let InVain | Unmoved | Recovers | Safe = trial.fate {
            assert!(self.undecided * 50 <= self.seeds, "{trial}: {} histories undecided", self.undecided);
        }
        match trial.fate {
            InVain | Unmoved => assert_eq!(self.moved, 0, "{trial}"),
            Recovers | Safe => assert!(self.moved > 0, "{trial}: nobody felt it"),
            Breaks(any) => {
                let shows = any.iter().any(|invariant| self.violated.contains(invariant));
                assert!(shows, "{trial}: {:?}", self.violated);
            }
            Stale => {
                assert!(self.stale > 0, "{trial}: no history shows it");
                assert!(
                    self.violated.is_empty(),
                    "{trial}: reads are stale, and nothing is lost: {:?}",
                    self.violated
                );
            }
            Halts => {
                let (halts, violations) = (self.halts, self.violations);
                assert!(halts > 10 * violations as usize, "{trial}: {halts} halts, {violations} violations");
            }
        }
    }
}

/// A ring, with a way through it.
const FIBRES: &str = "\
from,to,delay
s1,s2,2ms
s2,s3,3ms
s3,s4,2ms
s4,s5,4ms
s5,s6,2ms
s6,s7,3ms
s7,s1,5ms
s2,s5,6ms
";

#[test]
fn raft_is_as_good_as_its_word_under_each_kind_of_fault() {
    let number = |text: String| text.parse().expect("SEEDBED_SOAK is a number of seeds");
    let soak: Option<u64> = std::env::var("SEEDBED_SOAK").ok().map(number);
    let only = std::env::var("SEEDBED_KIND").ok();
    let is_known = |name: &String| FaultKind::parse(name).is_some();
    assert!(only.iter().all(is_known), "SEEDBED_KIND is a kind of fault: {only:?}");
    for kind in FaultKind::ALL.iter().filter(|kind| only.as_ref().is_none_or(|only| only == kind.name())) {
        for trial in trials(*kind) {
            // What needs a fault of another kind beside it shows less often.
            let is_rare = !trial.beside.is_empty() || matches!(trial.fate, Breaks(_) | Stale);
            let seeds = soak.unwrap_or(if is_rare { SEEDS_OF_RARE } else { SEEDS });
            let tally = trial.run(seeds);
            let Tally { strikes, violations, stale, undecided, moved, halts, .. } = &tally;
            println!(
                "{trial}: {:?}: {seeds} seeds, {strikes} strikes, {moved} moved, {violations} violated {:?}, {stale} stale, \
                 {undecided} undecided, {halts} halts",
                trial.fate, tally.violated
            );
            tally.check(&trial);
        }
    }
}
