//! Events per second of the kernel on four workloads, and bytes per pending event.
//!
//! `cargo bench --bench kernel -- --json` prints one JSON document; without `--json` a table. `--only w4` runs one.
//! The workloads are those of the peers' programs, so that ratios in one run compare like with like:
//! W1 M/M/1 at load 0.8, W2 PHOLD (1,024 processes, 16 messages each), W3 hold (1,000,000 pending), W4 message echo
//! among 5 nodes with 20 messages in flight. All four run what a scenario runs: the ordinary event loop over the
//! built-in world's `Role`, here a user's own process beside the built-in ones, with effects, one ChaCha8 stream a
//! node and the digest on. In W2 to W4 the built-in world's `Request` goes over its `Wire` through the whole network
//! model.

use std::collections::VecDeque;
use std::rc::Rc;

use seedbed::clocks::ClockProfile;
use seedbed::faults::{Matters, Talks};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{
    Context, Durable, Duration, Message, Name, NodeId, Note, Process, SiteId, SystemId, Time,
};
use seedbed::model::op::{Key, Op};
use seedbed::model::request::Request;
use seedbed::net::{Probability, Profile, Sites, Transport};
use seedbed::processors::ProcessorProfile;
use seedbed::sim::{Limits, NodeSetup, Setup, Sim, bytes_per_pending};
use seedbed::systems::plan::{Blueprint, SystemPlan};
use seedbed::systems::{Custom, Member, Misaddressed, Never, Own, Role, RoleConfig, Wire};

/// Simulated seconds are this many nanoseconds long.
const SECOND: f64 = 1e9;
const ROUNDS: usize = 3;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let only = arguments.iter().position(|argument| argument == "--only").map(|at| arguments[at + 1].clone());
    // W3 first: it measures memory.
    let benches: [(&str, Bench); 4] = [("w3", w3), ("w1", w1), ("w2", w2), ("w4", w4)];
    let mut results = Vec::new();
    for (name, bench) in benches {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let mut rounds: Vec<Measured> = (0..ROUNDS).map(|_| bench()).collect();
        // Only the first round finds no memory that an earlier one left to the allocator.
        let bytes_per_pending = rounds[0].bytes_per_pending;
        rounds.iter_mut().for_each(|round| round.bytes_per_pending = bytes_per_pending);
        rounds.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        results.push((name, rounds));
    }
    match json {
        true => print_json(&results),
        false => print_table(&results),
    }
}

type Bench = fn() -> Measured;

struct Measured {
    events: u64,
    seconds: f64,
    check: String,
    digest: u64,
    bytes_per_pending: Option<f64>,
}

impl Measured {
    fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
    }
}

fn print_table(results: &[(&str, Vec<Measured>)]) {
    for (name, rounds) in results {
        let median = &rounds[ROUNDS / 2];
        println!(
            "{name}  {:6.2} M events/s (min {:.2}, max {:.2})  {:.1} ns an event  {}",
            median.rate() / 1e6,
            rounds[0].rate() / 1e6,
            rounds[ROUNDS - 1].rate() / 1e6,
            1e9 / median.rate(),
            median.check
        );
        if let Some(bytes) = median.bytes_per_pending {
            println!("    {bytes:.1} bytes a pending event at 1,000,000 pending (resident set growth)");
        }
    }
}

fn print_json(results: &[(&str, Vec<Measured>)]) {
    let row = |(name, rounds): &(&str, Vec<Measured>)| {
        let median = &rounds[ROUNDS / 2];
        serde_json::json!({
            "workload": name,
            "events": median.events,
            "events_per_second": median.rate().round(),
            "events_per_second_min": rounds[0].rate().round(),
            "events_per_second_max": rounds[ROUNDS - 1].rate().round(),
            "bytes_per_pending": median.bytes_per_pending,
            "check": median.check,
            "digest": format!("{:016x}", median.digest),
        })
    };
    let rows: Vec<_> = results.iter().map(row).collect();
    println!("{}", serde_json::json!({ "bench": "kernel", "rounds": ROUNDS, "workloads": rows }));
}

fn exponential(mean_seconds: f64) -> Distribution {
    Distribution::exponential(mean_seconds * SECOND).expect("a positive mean")
}

/// The built-in world, in which every node runs the process `X`.
type World<X> = Sim<Role<X>, ()>;

// The messages measured are as large as those of a world without any process of the user's own.
const _: () = assert!(bytes_per_pending::<Wire<Ask>>() == bytes_per_pending::<Wire<Never>>());

/// Times `events` events of a fresh world.
fn measure<X: Custom>(sim: &mut World<X>, events: u64) -> f64 {
    // A benchmark is the one place where the wall clock is the result.
    #[allow(clippy::disallowed_types)]
    let start = std::time::Instant::now();
    let stopped = sim.run(events);
    assert_eq!(stopped, None, "the run is longer than what is measured");
    start.elapsed().as_secs_f64()
}

fn world<X: Custom>(sites: Sites, transport: Transport, configs: Vec<X::Config>) -> World<X> {
    let node = |(index, config)| NodeSetup {
        name: format!("node.{}", index + 1).into(),
        system: SystemId(0),
        site: SiteId(0),
        is_front: false,
        has: Matters::UNKNOWN,
        transport,
        disk: Rc::default(),
        clock: ClockProfile::default(),
        processor: ProcessorProfile::default(),
        messages: Default::default(),
        config: RoleConfig::Custom(config),
    };
    let setup = Setup {
        seed: 1,
        mirrored: false,
        duration: Time::MAX,
        sites,
        systems: vec!["bench".to_owned()],
        talks: Talks::default().and(SystemId(0), SystemId(0)),
        nodes: configs.into_iter().enumerate().map(node).collect(),
        faults: Vec::new(),
        shuffle_ties: false,
        limits: Limits { events: u64::MAX, ..Limits::default() },
    };
    Sim::new(setup, ())
}

/// The process on node `id`.
fn own<X: Custom>(sim: &World<X>, id: u32) -> &X {
    match sim.process(NodeId(id)) {
        Some(Role::Custom(Own(process))) => process,
        other => panic!("no fault strikes, and no other process was built: {other:?}"),
    }
}

fn one_site(delay: Duration, jitter: Distribution, loss: f64) -> Sites {
    let profile = Profile { jitter: Some(jitter), loss: Probability::new(loss), ..Profile::default() };
    Sites::new(vec!["here".to_owned()], |_, _| delay, profile)
}

/// Resident set, in KiB.
fn resident_kib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or(f64::NAN)
}

#[derive(Clone, Debug)]
struct Silent;
impl Note for Silent {
    fn digest(&self) -> u64 {
        0
    }
}

// W1: M/M/1, one event an arrival and one a departure.

#[derive(Clone, Debug)]
struct Queueing {
    arrivals: Distribution,
    services: Distribution,
    line: VecDeque<Time>,
    left: u64,
    sojourn_ns: u64,
}

#[derive(Clone, Copy, Debug)]
enum Tick {
    Arrive,
    Leave,
}

impl Name for Tick {
    fn index(self) -> u32 {
        self as u32
    }
    fn named(index: u32) -> Self {
        [Tick::Arrive, Tick::Leave][index as usize]
    }
}

impl Process for Queueing {
    type Config = ();
    type Message = Ask;
    type Timer = Tick;
    type Record = ();
    type Note = Silent;

    fn boot(cx: &mut impl Context<Self>, (): &(), _: &Durable<()>) -> Self {
        cx.arm(Tick::Arrive, Duration::ZERO);
        let (arrivals, services) = (exponential(1.25), exponential(1.0));
        Queueing { arrivals, services, line: VecDeque::new(), left: 0, sojourn_ns: 0 }
    }

    fn on_message(&mut self, _: &mut impl Context<Self>, _: NodeId, _: Ask) {}

    fn on_timer(&mut self, cx: &mut impl Context<Self>, tick: Tick) {
        match tick {
            Tick::Arrive => {
                let next = self.arrivals.duration(cx.rng().next_u64());
                cx.arm(Tick::Arrive, next);
                self.line.push_back(cx.now());
                if self.line.len() == 1 {
                    self.serve(cx);
                }
            }
            Tick::Leave => {
                let arrived = self.line.pop_front().expect("the customer in service leaves");
                self.left += 1;
                self.sojourn_ns += cx.now().since(arrived).0;
                if !self.line.is_empty() {
                    self.serve(cx);
                }
            }
        }
    }
}

impl Queueing {
    fn serve(&mut self, cx: &mut impl Context<Self>) {
        let service = self.services.duration(cx.rng().next_u64());
        cx.arm(Tick::Leave, service);
    }
}

fn w1() -> Measured {
    let sites = one_site(Duration::ZERO, exponential(1.0), 0.0);
    let mut sim: World<Queueing> = world(sites, Transport::Datagram, vec![()]);
    let events = 4_000_000;
    let seconds = measure(&mut sim, events);
    let station = own(&sim, 0);
    let sojourn = station.sojourn_ns as f64 / station.left as f64 / SECOND;
    let check = format!("mean sojourn {sojourn:.3} (exact 5)");
    Measured { events, seconds, check, digest: sim.digest(), bytes_per_pending: None }
}

// W2, W3, W4: messages.

/// What the processes measured say to each other: the built-in world's requests.
#[derive(Clone, Copy, Debug)]
struct Ask(Request);

const ASK: Ask = Ask(Request { slot: 0, sequence: 0, op: Op::Read { key: Key(0) }, size: 0 });

impl Message for Ask {
    const NAMES: &'static [&'static str] = &["ask"];

    fn kind(&self) -> u16 {
        0
    }

    fn size(&self) -> u32 {
        self.0.wire_size()
    }
}

/// On the wire an ask is a request like any client's.
macro_rules! asks {
    ($($process:ty),*) => { $(
        impl<X: Message> Member<X> for $process {
            fn to_wire(ask: Ask) -> Wire<X> {
                Wire::Request(ask.0)
            }

            fn from_wire(wire: Wire<X>) -> Result<Ask, Misaddressed> {
                match wire {
                    Wire::Request(request) => Ok(Ask(request)),
                    other => Err(Misaddressed::new(&other)),
                }
            }
        }

        /// The worlds below are made in code and not from a scenario.
        impl Custom for $process {
            type Options = Never;

            fn configure(options: &Never, _: &SystemPlan, _: &Blueprint<'_>) -> Vec<Self::Config> {
                match *options {}
            }
        }
    )* };
}

asks!(Queueing, Relay);

/// Sends every message on: back to its sender, or to anyone.
#[derive(Clone, Debug)]
struct Relay {
    config: RelayConfig,
    received: u64,
}

#[derive(Clone, Debug)]
struct RelayConfig {
    nodes: u32,
    /// Messages each node sends at the start, to the nodes after it.
    first: u32,
    to: Relaying,
}

/// Where a message goes next.
#[derive(Clone, Copy, Debug)]
enum Relaying {
    /// Back to its sender.
    Echo,
    /// To a node drawn.
    Anywhere,
    /// To the node that holds it.
    Hold,
}

impl Process for Relay {
    type Config = RelayConfig;
    type Message = Ask;
    type Timer = u32;
    type Record = ();
    type Note = Silent;

    fn boot(cx: &mut impl Context<Self>, config: &RelayConfig, _: &Durable<()>) -> Self {
        for nth in 0..config.first {
            let to = match config.to {
                Relaying::Echo => NodeId((cx.me().0 + 1 + nth) % config.nodes),
                Relaying::Anywhere | Relaying::Hold => cx.me(),
            };
            cx.send(to, ASK);
        }
        Relay { config: config.clone(), received: 0 }
    }

    fn on_message(&mut self, cx: &mut impl Context<Self>, from: NodeId, Ask(request): Ask) {
        self.received += 1;
        let to = match self.config.to {
            Relaying::Echo => from,
            Relaying::Anywhere => NodeId(cx.rng().below(self.config.nodes)),
            Relaying::Hold => cx.me(),
        };
        cx.send(to, Ask(Request { sequence: request.sequence + 1, ..request }));
    }
}

fn relays(nodes: u32, first: u32, to: Relaying) -> Vec<RelayConfig> {
    vec![RelayConfig { nodes, first, to }; nodes as usize]
}

fn busiest(sim: &World<Relay>, nodes: u32) -> u64 {
    (0..nodes).map(|id| own(sim, id).received).max().unwrap_or(0)
}

fn w2() -> Measured {
    let sites = one_site(Duration::from_millis(100), exponential(0.9), 0.0);
    let mut sim: World<Relay> = world(sites, Transport::Datagram, relays(1024, 16, Relaying::Anywhere));
    let events = 10_000_000;
    let seconds = measure(&mut sim, events);
    let check = format!("end time {:.3}, busiest {}", sim.now().as_secs_f64(), busiest(&sim, 1024));
    Measured { events, seconds, check, digest: sim.digest(), bytes_per_pending: None }
}

fn w3() -> Measured {
    let (nodes, each) = (1000, 1000);
    let before = resident_kib();
    let sites = one_site(Duration::ZERO, exponential(1.0), 0.0);
    let mut sim: World<Relay> = world(sites, Transport::Datagram, relays(nodes, each, Relaying::Hold));
    let grown = (resident_kib() - before) * 1024.0 / f64::from(nodes * each);
    let events = 5_000_000;
    let seconds = measure(&mut sim, events);
    let check = format!("end time {:.3}", sim.now().as_secs_f64());
    Measured { events, seconds, check, digest: sim.digest(), bytes_per_pending: Some(grown) }
}

fn w4() -> Measured {
    let jitter = Distribution::uniform(0.0, 9e6).expect("an ordered range");
    let sites = one_site(Duration::from_millis(1), jitter, 0.001);
    let mut sim: World<Relay> = world(sites, Transport::Stream, relays(5, 4, Relaying::Echo));
    let events = 5_000_000;
    let seconds = measure(&mut sim, events);
    let mean_ms = sim.now().as_secs_f64() * 1e3 * 20.0 / events as f64;
    let check = format!("mean delay {mean_ms:.3} ms (5.5 + losses and head-of-line waits)");
    Measured { events, seconds, check, digest: sim.digest(), bytes_per_pending: None }
}
