//! Short runs under a random schedule: messages lost, repeated and reordered without bound, cuts, crashes that lose what was not
//! synced, a lost disk, changes of who votes and who leads, retries by impatient clients. Every invariant must hold in all of
//! them, and every bug that can be switched on must show in some.

use std::rc::Rc;

use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::replica::{Message, Options, ReadMode};
use seedbed::kernel::{Description, Duration, NodeId, Process as _, Stream};
use seedbed::model::history::SessionId;
use seedbed::model::log::{LogIndex, Term};
use seedbed::model::membership::{Configuration, Slots};
use seedbed::model::op::{Key, Op, Value};
use seedbed::model::operation::{Operation, Order};
use seedbed::model::request::{Request, Response};

use super::world::{Flight, Protocol, World};

const STEPS: u32 = 1_200;
const CLIENTS: u32 = 4;
/// Steps without faults in which everything must be committed and applied everywhere.
const HEALING_STEPS: u32 = 12_000;

/// A protocol that chaos can be let loose on.
pub trait Subject: Protocol {
    /// Draws its knobs for so many voters.
    fn draw(rng: &mut Stream, setting: &Setting, voters: u32, check_quorum: bool) -> Self::Options;

    /// Whether any majority that is left is enough for it.
    fn needs_a_majority(options: &Self::Options) -> bool;

    /// The term or ballot in which it leads, if it does.
    fn reign(&self) -> Option<Term>;

    /// Who takes part, as far as it knows.
    fn members(&self) -> Configuration;

    /// Where its log ends.
    fn last_index(&self) -> LogIndex;

    /// Whether its disk is new, and nobody has taken it in again yet.
    fn is_recovering(&self) -> bool;
}

/// What is switched on, and what the schedule may do.
#[derive(Clone, Copy)]
pub struct Setting {
    pub core_bugs: Bugs,
    pub host_bugs: Bugs,
    pub reads: Option<ReadMode>,
    /// Whether operators change who votes.
    pub changes: bool,
    /// Whether a disk may be lost.
    pub loses_disk: bool,
    /// Sizes of quorums that need not meet, where a protocol has any.
    pub parting: bool,
}

impl Setting {
    /// Everything that a sound protocol must bear.
    pub const SOUND: Setting = Setting {
        core_bugs: Bugs::NONE,
        host_bugs: Bugs::NONE,
        reads: None,
        changes: true,
        loses_disk: true,
        parting: false,
    };

    /// The same with bugs of the protocol.
    pub const fn with(core_bugs: Bugs) -> Setting {
        Setting { core_bugs, ..Setting::SOUND }
    }

    /// The same with bugs of the host.
    pub const fn with_host(host_bugs: Bugs) -> Setting {
        Setting { host_bugs, ..Setting::SOUND }
    }
}

/// A client with one operation at a time.
#[derive(Clone, Default)]
struct Client {
    sequence: u32,
    open: Option<Request>,
    /// Whom it was told to ask.
    leader: Option<NodeId>,
}

/// A run.
pub struct Chaos<C: Subject> {
    pub world: World<C>,
    rng: Stream,
    /// Voters and standbys.
    servers: u32,
    clients: Vec<Client>,
    /// Nodes on the far side of a cut.
    cut: u32,
    acknowledged: u64,
    orders: u32,
    /// Steps of a thousand that fire a timer: how hurried time is.
    hurry: u32,
    /// Steps of a thousand that cut the nodes apart anew.
    cuts: u32,
    /// Steps of a thousand in which an operator wants something.
    wishes: u32,
    /// Whether a disk may still be lost.
    may_lose_disk: bool,
}

/// One of `choices`.
pub fn pick<T: Copy>(rng: &mut Stream, choices: &[T]) -> T {
    choices[rng.below(choices.len() as u32) as usize]
}

impl<C: Subject> Chaos<C> {
    fn new(seed: u64, setting: Setting) -> Self {
        let mut rng = Stream::new(seed, "chaos", "schedule");
        let voters = pick(&mut rng, &[3, 3, 4, 5]);
        let standbys = if setting.changes { pick(&mut rng, &[0, 1, 2]) } else { 0 };
        let check_quorum = rng.below(2) == 0;
        let core = C::draw(&mut rng, &setting, voters, check_quorum);
        let drawn = pick(
            &mut rng,
            &[ReadMode::Log, ReadMode::ReadIndex, ReadMode::ReadIndex, ReadMode::Lease, ReadMode::Follower],
        );
        let reads = setting.reads.unwrap_or(drawn);
        let options = Options {
            reads: if check_quorum || reads != ReadMode::Lease { reads } else { ReadMode::ReadIndex },
            snapshot_every: pick(&mut rng, &[None, Some(4), Some(15)]),
            bugs: setting.host_bugs,
            ..Options::default()
        };
        let (hurry, cuts) = (pick(&mut rng, &[10, 40, 150]), pick(&mut rng, &[3, 15, 40]));
        let wishes = if setting.changes { pick(&mut rng, &[0, 4, 15]) } else { 0 };
        // Who is left must be enough, and a majority of those who begin is: what an operator makes of them need not be.
        let can_lose_disk = wishes == 0 && C::needs_a_majority(&core);
        let may_lose_disk = setting.loses_disk && can_lose_disk && rng.below(2) == 0;
        Chaos {
            world: World::with_standbys(seed, voters, standbys, core, options),
            hurry,
            cuts,
            wishes,
            rng,
            servers: voters + standbys,
            clients: vec![Client::default(); CLIENTS as usize],
            cut: 0,
            acknowledged: 0,
            orders: 0,
            may_lose_disk,
        }
    }

    fn any_node(&mut self) -> NodeId {
        NodeId(self.rng.below(self.servers))
    }

    fn step(&mut self) {
        if self.rng.below(1_000) < self.hurry {
            self.fire_next_timer();
        }
        if self.rng.below(1_000) < self.cuts {
            self.cut = self.rng.below(1 << self.servers);
        }
        if self.rng.below(1_000) < self.wishes {
            self.order();
        }
        match self.rng.below(1_000) {
            0..700 => self.move_message(),
            700..890 => {
                let id = self.any_node();
                self.world.finish_sync(id);
            }
            890..960 => self.ask(),
            960..970 => self.crash(),
            970..985 => {
                let id = self.any_node();
                if self.world.server(id).is_none() {
                    self.world.restart(id);
                }
            }
            _ => self.cut = 0,
        }
        self.read_replies();
    }

    /// Delivers, repeats or loses a message: mostly one of the oldest, sometimes any.
    fn move_message(&mut self) {
        let count = self.world.flights.len() as u32;
        if count == 0 {
            return self.finish_syncs_or_fire();
        }
        let index = if self.rng.below(4) > 0 { self.rng.below(count.min(6)) } else { self.rng.below(count) };
        let fate = self.rng.below(100);
        let flight = if fate < 8 {
            self.world.flights[index as usize].clone()
        } else {
            self.world.flights.remove(index as usize)
        };
        let side = |id: NodeId| id.0 < self.servers && self.cut >> id.0 & 1 == 1;
        let is_cut = self.cut != 0 && side(flight.from) != side(flight.to);
        self.world.advance_time(Duration::from_micros(u64::from(self.rng.below(2_000))));
        if fate < 92 && !is_cut {
            self.world.deliver(flight);
        }
    }

    /// Takes a node down, preferably one that leads: most bugs hide where leaders follow each other quickly.
    fn crash(&mut self) {
        let leads =
            |id: &u32| self.world.server(NodeId(*id)).is_some_and(|server| server.core().reign().is_some());
        let leader = (0..self.servers).find(leads).map(NodeId);
        let id = if self.rng.below(2) == 0 { leader } else { None }.unwrap_or_else(|| self.any_node());
        let kept = self.rng.below(4) as usize;
        if self.world.server(id).is_none() {
            return;
        }
        self.world.crash(id, kept);
        if self.may_lose_disk && self.rng.below(4) == 0 {
            self.may_lose_disk = false;
            self.world.replace_disk(id);
        }
    }

    /// An operator wants other voters, or another leader.
    fn order(&mut self) {
        let to = self.any_node();
        let some = |rng: &mut Stream, servers: u32| Slots(u64::from(rng.below(1 << servers)));
        let operation = if self.rng.below(3) == 0 {
            Operation::Transfer { to: self.rng.below(self.servers) as u8 }
        } else {
            let voters = some(&mut self.rng, self.servers);
            let out = some(&mut self.rng, self.servers).without(voters);
            let learners = some(&mut self.rng, self.servers).without(voters).without(out);
            Operation::Change { voters, learners, out, at_least: 1 }
        };
        self.orders += 1;
        let message = Message::Order(Rc::new(Order { number: self.orders, operation }));
        self.world.deliver(Flight { from: NodeId(self.servers), to, message });
    }

    /// No message is under way: what else is comes before time passes.
    fn finish_syncs_or_fire(&mut self) {
        let syncing = self.world.nodes.iter().position(|node| node.sync.is_some());
        match syncing {
            Some(id) => self.world.finish_sync(NodeId(id as u32)),
            None => self.fire_next_timer(),
        }
    }

    fn fire_next_timer(&mut self) {
        if let Some((id, timer)) = self.world.next_timer() {
            self.world.fire(id, timer);
        }
    }

    /// A client invokes an operation, or loses patience with its open one and asks again.
    fn ask(&mut self) {
        let slot = self.rng.below(CLIENTS);
        let to = self.clients[slot as usize].leader.take().unwrap_or_else(|| self.any_node());
        let from = NodeId(self.servers);
        let client = &mut self.clients[slot as usize];
        let request = client.open.unwrap_or_else(|| {
            client.sequence += 1;
            let key = Key(self.rng.below(3));
            let value = Value(slot << 16 | client.sequence);
            let op = if self.rng.below(3) == 0 { Op::Read { key } } else { Op::Append { key, value } };
            Request { slot, sequence: client.sequence, op, size: 10 }
        });
        client.open = Some(request);
        self.world.observer.invoked(SessionId { node: from, slot }, request.sequence);
        self.world.request(from, to, request);
    }

    fn read_replies(&mut self) {
        for (from, reply) in std::mem::take(&mut self.world.replies) {
            let client = &mut self.clients[reply.slot as usize];
            let Some(open) = client.open.filter(|open| open.sequence == reply.sequence) else { continue };
            match reply.response {
                Response::Ok(answer) => {
                    client.open = None;
                    self.acknowledged += 1;
                    if !matches!(open.op, Op::Read { .. }) {
                        let session = SessionId { node: from, slot: reply.slot };
                        let (now, Request { sequence, op, .. }) = (self.world.now, open);
                        self.world.invariants.acknowledged(now, session, sequence, op, answer);
                    }
                }
                Response::Redirect { leader } => client.leader = leader,
                Response::Rejected => {}
            }
        }
    }

    /// Ends all faults. Without any new operation, everything must come to be committed and applied everywhere.
    fn heal(&mut self) {
        self.cut = 0;
        for id in (0..self.servers).map(NodeId) {
            if self.world.server(id).is_none() {
                self.world.restart(id);
            }
        }
        for _ in 0..HEALING_STEPS {
            if self.has_converged() || self.found().is_some() {
                return;
            }
            if self.world.flights.is_empty() {
                self.finish_syncs_or_fire();
            } else {
                let flight = self.world.flights.remove(0);
                self.world.deliver(flight);
            }
        }
        let waits = format!("progress after healing: {}", self.state());
        self.world.observer.violations.push(waits);
    }

    /// How far every server is, for who reads why a run does not end well.
    fn state(&self) -> String {
        let of = |id: u32| {
            let mut description = Description::default();
            self.world.server(NodeId(id)).expect("all are up").describe(&mut description);
            format!("\n{id}: {description:?}")
        };
        (0..self.servers).map(of).collect()
    }

    fn has_converged(&self) -> bool {
        let servers = || (0..self.servers).map(|id| self.world.server(NodeId(id)).expect("all are up"));
        let reigning = servers().filter(|server| server.core().reign().is_some());
        let Some(leader) = reigning.max_by_key(|server| server.core().reign()) else { return false };
        let (members, last_index) = (leader.core().members().members(), leader.core().last_index());
        let takes_part = |(slot, _): &(usize, _)| members.has(*slot);
        servers().enumerate().filter(takes_part).all(|(_, server)| {
            !server.core().is_recovering()
                && server.core().commit_index() == last_index
                && server.last_applied() == last_index
                && server.store() == leader.store()
        })
    }

    /// What was found wrong first.
    pub fn found(&self) -> Option<String> {
        let name = |id: NodeId| format!("{id:?}");
        let of_invariants = self.world.invariants.violations().first();
        let in_words = |violation: &seedbed::checks::consensus::InvariantViolation| {
            format!("{}: {}", violation.invariant.name(), violation.explain(&name))
        };
        of_invariants.map(in_words).or_else(|| self.world.observer.violations.first().cloned())
    }
}

/// Runs one seed to its end or its first violation.
pub fn run<C: Subject>(seed: u64, setting: Setting) -> Chaos<C> {
    let mut chaos = Chaos::new(seed, setting);
    for _ in 0..STEPS {
        chaos.step();
        if chaos.found().is_some() {
            return chaos;
        }
    }
    chaos.heal();
    chaos
}

/// Nothing may be found wrong in so many runs, and they must come to every place where bugs hide.
/// `SEEDBED_SOAK=20000 cargo test --release --test it chaos -- --nocapture` runs more.
pub fn holds<C: Subject>(seeds: u64) {
    let seeds = std::env::var("SEEDBED_SOAK").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(seeds);
    let mut totals = [0; 8];
    for seed in 0..seeds {
        let chaos = run::<C>(seed, Setting::SOUND);
        assert_eq!(chaos.found(), None, "seed {seed}");
        let reached = chaos.world.observer.reached;
        let counts = [
            chaos.acknowledged,
            reached.leaderships,
            reached.snapshots_taken,
            reached.snapshots_installed,
            reached.operations_applied,
            reached.reads_served,
            reached.reconfigurations,
            reached.rejoined,
        ];
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    // What the schedules never come to, they never test: so often in four runs.
    let least = [5, 5, 1, 1, 10, 1, 1].map(|in_four| in_four * seeds / 4);
    let rejoined_least = seeds / 40;
    println!("{totals:?} in {seeds} seeds");
    let is_reached =
        totals.iter().zip(least.iter().chain([&rejoined_least])).all(|(total, least)| total >= least);
    assert!(is_reached, "{totals:?} for {least:?} and {rejoined_least}");
}

/// The first seed below `seeds` whose first violation is of one of the kinds in `what`.
pub fn first_violation<C: Subject>(setting: Setting, seeds: u64, what: &[&str]) -> Option<(u64, String)> {
    (0..seeds).find_map(|seed| {
        let found = run::<C>(seed, setting).found()?;
        what.iter().any(|what| found.starts_with(what)).then_some((seed, found))
    })
}

/// A test that a bug shows: `bug_is_caught!(name, Protocol, setting, "what" | "or what" in 500 seeds)`.
macro_rules! bug_is_caught {
    ($name:ident, $subject:ty, $setting:expr, $($what:literal)|+ in $seeds:literal seeds) => {
        #[test]
        fn $name() {
            let found = $crate::replicas::chaos::first_violation::<$subject>($setting, $seeds, &[$($what),+]);
            println!("{}: {found:?}", stringify!($name));
            assert!(found.is_some(), "it does not show in {} seeds", $seeds);
        }
    };
}
pub(crate) use bug_is_caught;
