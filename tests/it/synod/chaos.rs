//! Many short runs, each under a random schedule: messages lost, repeated and reordered without bound, crashes that lose what was
//! not synced, a lost disk, impatient clients at all nodes. Every invariant must hold in all of them, what clients are told must
//! be linearizable, and once the trouble is over all must learn. Every bug that can be switched on must show in some.
//! `SEEDBED_SOAK=200000 cargo test --release --test it synod::chaos -- --nocapture` runs many more seeds.

use seedbed::checks::consensus::Invariant;
use seedbed::checks::linearizability::{Judge, Verdict};
use seedbed::consensus::Quorums;
use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::synod::{Learning, Options, bugs};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{NodeId, Stream, Time};
use seedbed::model::history::{Operation, Outcome, Reason, SessionId};
use seedbed::model::op::{Key, Op, Reading, Value};
use seedbed::model::request::{Request, Response};

use super::world::{Flight, World};

const SEEDS: u64 = 4_000;
const STEPS: u32 = 500;
const CLIENTS: u32 = 6;
/// Steps without faults in which all must have learned.
const HEALING_STEPS: u32 = 20_000;
const KEY: Key = Key(0);

/// What is switched on, and what the schedule may do.
#[derive(Clone, Copy)]
struct Setting {
    bugs: Bugs,
    /// Sizes of quorums that need not meet.
    parting: bool,
}

const SOUND: Setting = Setting { bugs: Bugs::NONE, parting: false };

/// How a run came out.
struct Outcomes {
    violated: Vec<(Invariant, String)>,
    verdict: Verdict,
    /// Whether all nodes learned once the trouble was over.
    converged: bool,
    /// The highest round that any ballot had.
    rounds: u32,
}

struct Run {
    world: World,
    rng: Stream,
    nodes: u32,
    /// The node that is to lose its disk, if any is.
    loses_disk: Option<NodeId>,
    history: Vec<Operation>,
    /// By client: its open operation, as an index of the history.
    open: Vec<Option<usize>>,
    steps: u32,
}

impl Run {
    fn new(seed: u64, setting: Setting) -> Run {
        let mut rng = Stream::new(seed, "synod", "chaos");
        let nodes = [3, 3, 4, 5][rng.below(4) as usize];
        let quorums = match (setting.parting, rng.below(3)) {
            (true, _) => Quorums { q1: Some(1), q2: Some(nodes as u8 / 2), may_part: true },
            (false, 0) => Quorums { q2: Some(1 + rng.below(nodes) as u8), ..Quorums::default() },
            (false, _) => Quorums::default(),
        };
        let options = Options {
            quorums,
            backoff: Distribution::uniform(0.0, 3e7).expect("two bounds in order"),
            learning: [Learning::Broadcast, Learning::Distinguished][rng.below(2) as usize],
            bugs: setting.bugs,
            ..Options::default()
        };
        let loses_disk = (rng.below(4) == 0).then(|| NodeId(rng.below(nodes)));
        let world = World::new(seed, nodes, options);
        let open = vec![None; CLIENTS as usize];
        Run { world, rng, nodes, loses_disk, history: Vec::new(), open, steps: 0 }
    }

    /// A random step of trouble.
    fn trouble(&mut self) {
        match self.rng.below(100) {
            0..=7 => self.ask(),
            8..=10 => self.crash(),
            11..=16 => self.restart(),
            17..=26 => self.fire(),
            27..=50 => self.sync(),
            _ => self.fly(),
        }
        self.hear();
    }

    fn any(&mut self) -> NodeId {
        NodeId(self.rng.below(self.nodes))
    }

    /// A client asks anew, whether or not it was answered.
    fn ask(&mut self) {
        let client = self.rng.below(CLIENTS);
        let number = self.history.len();
        let value = Value(number as u32 + 1);
        let op = if self.rng.below(3) == 0 { Op::Read { key: KEY } } else { Op::Propose { key: KEY, value } };
        let node = self.any();
        // A client that gave up has a session of its own for what it asks next.
        let slot = number as u32 * CLIENTS + client;
        let at = Time(self.steps.into());
        self.history.push(Operation {
            session: SessionId { node: NodeId(self.nodes), slot },
            op,
            invoked: at,
            returned: at,
            outcome: Outcome::Unknown(Reason::InFlight),
        });
        self.open[client as usize] = Some(number);
        self.world.request(NodeId(self.nodes), node, Request { slot, sequence: 1, op, size: 0 });
    }

    fn hear(&mut self) {
        for (_, reply) in std::mem::take(&mut self.world.replies) {
            let number = (reply.slot / CLIENTS) as usize;
            let operation = &mut self.history[number];
            let Outcome::Unknown(_) = operation.outcome else { continue };
            if let Response::Ok(answer) = reply.response {
                operation.outcome = Outcome::Ok(answer);
                operation.returned = Time(self.steps.into());
            }
        }
    }

    fn crash(&mut self) {
        let node = self.any();
        if self.world.nodes[node.index()].process.is_some() {
            let kept = self.rng.below(3) as usize;
            self.world.crash(node, kept);
            if self.loses_disk == Some(node) && self.rng.below(2) == 0 {
                self.loses_disk = None;
                self.world.replace_disk(node);
            }
        }
    }

    fn restart(&mut self) {
        let node = self.any();
        if self.world.nodes[node.index()].process.is_none() {
            self.world.restart(node);
        }
    }

    /// A timer fires: the next, or whichever is armed on some node.
    fn fire(&mut self) {
        let node = self.any();
        let armed: Vec<u32> = self.world.nodes[node.index()].timers.keys().copied().collect();
        match self.rng.below(2) {
            0 => {
                if let Some((node, timer)) = self.world.next_timer() {
                    self.world.fire(node, timer);
                }
            }
            _ if armed.is_empty() => {}
            _ => {
                let timer = armed[self.rng.below(armed.len() as u32) as usize];
                self.world.fire(node, timer);
            }
        }
    }

    fn sync(&mut self) {
        let node = self.any();
        self.world.finish_sync(node);
    }

    /// A message arrives, is lost, or arrives and stays under way.
    fn fly(&mut self) {
        if self.world.flights.is_empty() {
            return;
        }
        let place = self.rng.below(self.world.flights.len() as u32) as usize;
        match self.rng.below(20) {
            0..=1 => drop(self.world.flights.swap_remove(place)),
            2..=3 => {
                let flight: Flight = self.world.flights[place].clone();
                self.world.deliver(flight);
            }
            _ => {
                let flight = self.world.flights.swap_remove(place);
                self.world.deliver(flight);
            }
        }
    }

    /// All are up, and nothing is lost any more; messages and syncs come before timers.
    fn heal(&mut self) -> bool {
        for node in (0..self.nodes).map(NodeId) {
            if self.world.nodes[node.index()].process.is_none() {
                self.world.restart(node);
            }
        }
        self.ask();
        for _ in 0..HEALING_STEPS {
            self.steps += 1;
            let knows =
                |node: &super::world::Node| node.process.as_ref().is_some_and(|one| one.chosen().is_some());
            if self.world.nodes.iter().all(knows) {
                return true;
            }
            let syncing = self.world.nodes.iter().position(|node| node.sync.is_some());
            if !self.world.flights.is_empty() {
                let flight = self.world.flights.remove(0);
                self.world.deliver(flight);
            } else if let Some(node) = syncing {
                self.world.finish_sync(NodeId(node as u32));
            } else if let Some((node, timer)) = self.world.next_timer() {
                self.world.fire(node, timer);
            }
            self.hear();
        }
        false
    }
}

fn run(seed: u64, setting: Setting) -> Outcomes {
    let mut run = Run::new(seed, setting);
    while run.steps < STEPS {
        run.steps += 1;
        run.trouble();
    }
    let converged = run.heal();
    let name = |id: NodeId| format!("kv.{}", id.0 + 1);
    let found = run.world.invariants.violations().iter();
    let violated = found.map(|one| (one.invariant, one.explain(&name))).collect();
    for operation in &mut run.history {
        if let Outcome::Unknown(_) = operation.outcome {
            operation.returned = Time(run.steps.into());
        }
    }
    let judge = Judge { initial: Reading::ABSENT, budget: 10_000_000 };
    let verdict = judge.judge(&run.history, None).verdict;
    let processes = run.world.nodes.iter().filter_map(|node| node.process.as_ref());
    let rounds = processes.map(|process| process.memory().promised.round()).max().unwrap_or(0);
    Outcomes { violated, verdict, converged, rounds }
}

fn seeds() -> u64 {
    std::env::var("SEEDBED_SOAK").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS)
}

#[test]
fn every_schedule_keeps_every_invariant_and_ends_with_all_knowing() {
    let (mut converged, mut contested) = (0, 0);
    for seed in 0..seeds() {
        let outcomes = run(seed, SOUND);
        assert_eq!(outcomes.violated, [], "seed {seed}");
        assert_eq!(outcomes.verdict, Verdict::Valid, "seed {seed}");
        converged += u64::from(outcomes.converged);
        contested += u64::from(outcomes.rounds >= 3);
    }
    // A lost disk may leave too few acceptors, where phase 1 or phase 2 takes all of them.
    println!("{converged} of {} seeds converged, {contested} took three rounds or more", seeds());
    assert!(converged * 100 >= seeds() * 90, "{converged} of {} converged", seeds());
    assert!(contested * 4 >= seeds(), "{contested} of {} were contested", seeds());
}

/// The first of so many seeds in which one of these shows.
fn first(setting: Setting, shows: &[Invariant], seeds: u64) -> Option<(u64, String)> {
    (0..seeds).find_map(|seed| {
        let found = run(seed, setting).violated.into_iter().find(|(invariant, _)| shows.contains(invariant));
        found.map(|(_, words)| (seed, words))
    })
}

macro_rules! bites {
    ($($name:ident: $setting:expr, $shows:expr, $seeds:literal;)*) => { $(
        #[test]
        fn $name() {
            let found = first($setting, &$shows, $seeds);
            println!("{} shows: {found:?}", stringify!($name));
            assert!(found.is_some(), "{:?} shows in none of {} seeds", $shows, $seeds);
        }
    )* };
}

fn with(bugs: Bugs) -> Setting {
    Setting { bugs, ..SOUND }
}

bites! {
    a_promise_that_is_not_durable: with(bugs::PROMISE_NOT_DURABLE), [Invariant::Monotonic], 200;
    an_acceptance_that_is_not_durable: with(bugs::ACCEPT_NOT_DURABLE), [Invariant::Durability], 200;
    a_value_of_its_own: with(bugs::PICK_OWN_VALUE), [Invariant::LeaderCompleteness], 400;
    a_value_of_its_own_is_chosen_beside_another: with(bugs::PICK_OWN_VALUE), [Invariant::Agreement], 2_000;
    the_value_of_the_lowest_ballot: with(bugs::PICK_LOWEST_BALLOT), [Invariant::LeaderCompleteness], 4_000;
    a_ballot_used_twice: with(bugs::BALLOT_REUSE), [Invariant::OneLeader], 200;
    a_ballot_of_two_values: with(bugs::BALLOT_REUSE), [Invariant::LogMatching], 2_000;
    one_ballot_on_disk: with(bugs::ONE_BALLOT_ON_DISK), [Invariant::LeaderCompleteness, Invariant::Durability], 4_000;
    accepting_below_a_promise: with(bugs::ACCEPT_BELOW_PROMISE), [Invariant::Monotonic], 200;
    counting_across_ballots: with(bugs::COUNT_ACROSS_BALLOTS), [Invariant::Durability], 2_000;
    a_new_disk_that_votes: with(bugs::AMNESIA), [Invariant::Monotonic, Invariant::Durability], 400;
    quorums_that_part: Setting { parting: true, ..SOUND }, [Invariant::LeaderCompleteness], 400;
}
