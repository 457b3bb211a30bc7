//! Many short runs, each under a random schedule: messages lost, repeated and reordered without bound, cuts,
//! crashes that lose what was not synced, retries by impatient clients. Everything that Figure 3 promises must
//! hold in all of them, and every bug that can be switched on must show in some.

use seedbed::consensus::ReplicatedLog as _;
use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::raft::{self, bugs};
use seedbed::consensus::replica::{self, Options, ReadMode};
use seedbed::kernel::{Duration, NodeId, Stream};
use seedbed::model::history::SessionId;
use seedbed::model::op::{Key, Op, Value};
use seedbed::model::request::{Request, Response};

use super::world::World;

const SEEDS: u64 = 5_000;
const STEPS: u32 = 1_200;
const CLIENTS: u32 = 4;
/// Steps without faults in which everything must be committed and applied everywhere.
const HEALING_STEPS: u32 = 6_000;

/// A client with one operation at a time.
#[derive(Clone, Default)]
struct Client {
    sequence: u32,
    open: Option<Request>,
    /// Whom it was told to ask.
    leader: Option<NodeId>,
}

struct Chaos {
    world: World,
    rng: Stream,
    voters: u32,
    clients: Vec<Client>,
    /// Nodes on the far side of a cut.
    cut: u32,
    acknowledged: u64,
    /// Steps of a thousand that fire a timer: how hurried time is.
    hurry: u32,
    /// Steps of a thousand that cut the nodes apart anew.
    cuts: u32,
}

fn pick<T: Copy>(rng: &mut Stream, choices: &[T]) -> T {
    choices[rng.below(choices.len() as u32) as usize]
}

impl Chaos {
    fn new(seed: u64, core_bugs: Bugs, host_bugs: Bugs) -> Chaos {
        let mut rng = Stream::new(seed, "chaos", "schedule");
        let voters = pick(&mut rng, &[3, 3, 5]);
        let check_quorum = rng.below(2) == 0;
        let core = raft::Options {
            pre_vote: rng.below(2) == 0,
            check_quorum,
            parallel_leader_write: rng.below(4) > 0,
            append_entries_max: pick(&mut rng, &[1, 2, 64]),
            in_flight_max: pick(&mut rng, &[1, 3, 64]),
            snapshot_trailing: pick(&mut rng, &[0, 4]),
            snapshot_chunk: pick(&mut rng, &[50, 1 << 20]),
            bugs: core_bugs,
            ..raft::Options::default()
        };
        let reads =
            pick(&mut rng, &[ReadMode::Log, ReadMode::ReadIndex, ReadMode::ReadIndex, ReadMode::Lease]);
        let options = Options {
            reads: if check_quorum || reads != ReadMode::Lease { reads } else { ReadMode::ReadIndex },
            snapshot_every: pick(&mut rng, &[None, Some(4), Some(15)]),
            bugs: host_bugs,
            ..Options::default()
        };
        let (hurry, cuts) = (pick(&mut rng, &[10, 40, 150]), pick(&mut rng, &[3, 15, 40]));
        Chaos {
            world: World::new(seed, voters, core, options),
            hurry,
            cuts,
            rng,
            voters,
            clients: vec![Client::default(); CLIENTS as usize],
            cut: 0,
            acknowledged: 0,
        }
    }

    fn any_node(&mut self) -> NodeId {
        NodeId(self.rng.below(self.voters))
    }

    fn step(&mut self) {
        if self.rng.below(1_000) < self.hurry {
            self.fire_next_timer();
        }
        if self.rng.below(1_000) < self.cuts {
            self.cut = self.rng.below(1 << self.voters);
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
        let side = |id: NodeId| id.0 < self.voters && self.cut >> id.0 & 1 == 1;
        let is_cut = self.cut != 0 && side(flight.from) != side(flight.to);
        self.world.advance_time(Duration::from_micros(u64::from(self.rng.below(2_000))));
        if fate < 92 && !is_cut {
            self.world.deliver(flight);
        }
    }

    /// Takes a node down, preferably one that leads: most bugs hide where leaders follow each other quickly.
    fn crash(&mut self) {
        let leads = |id: &u32| self.world.server(NodeId(*id)).is_some_and(|server| server.core().is_leader());
        let leader = (0..self.voters).find(leads).map(NodeId);
        let id = if self.rng.below(2) == 0 { leader } else { None }.unwrap_or_else(|| self.any_node());
        let kept = self.rng.below(4) as usize;
        if self.world.server(id).is_some() {
            self.world.crash(id, kept);
        }
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
        let from = NodeId(self.voters);
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
        for (_, reply) in std::mem::take(&mut self.world.replies) {
            let client = &mut self.clients[reply.slot as usize];
            if client.open.is_none_or(|open| open.sequence != reply.sequence) {
                continue;
            }
            match reply.response {
                Response::Ok(_) => {
                    client.open = None;
                    self.acknowledged += 1;
                }
                Response::Redirect { leader } => client.leader = leader,
                Response::Rejected => {}
            }
        }
    }

    /// Ends all faults. Without any new operation, everything must come to be committed and applied everywhere.
    fn heal(&mut self) {
        self.cut = 0;
        for id in (0..self.voters).map(NodeId) {
            if self.world.server(id).is_none() {
                self.world.restart(id);
            }
        }
        for _ in 0..HEALING_STEPS {
            if self.has_converged() {
                return;
            }
            if self.world.flights.is_empty() {
                self.finish_syncs_or_fire();
            } else {
                let flight = self.world.flights.remove(0);
                self.world.deliver(flight);
            }
        }
        self.world.observer.violations.push("progress after healing".into());
    }

    fn has_converged(&self) -> bool {
        let servers = || (0..self.voters).map(|id| self.world.server(NodeId(id)).expect("all are up"));
        let Some(leader) = servers()
            .filter(|server| server.core().is_leader())
            .max_by_key(|server| server.core().current_term())
        else {
            return false;
        };
        let last_index = leader.core().log().last_index();
        servers().all(|server| {
            let core = server.core();
            core.log().last_index() == last_index
                && core.commit_index() == last_index
                && server.last_applied() == last_index
                && server.store() == leader.store()
        })
    }
}

/// Runs one seed to its end or its first violation.
fn run(seed: u64, core_bugs: Bugs, host_bugs: Bugs) -> Chaos {
    let mut chaos = Chaos::new(seed, core_bugs, host_bugs);
    for _ in 0..STEPS {
        chaos.step();
        if !chaos.world.observer.violations.is_empty() {
            return chaos;
        }
    }
    chaos.heal();
    chaos
}

#[test]
fn figure_3_and_client_semantics_hold_under_every_schedule() {
    let mut totals = [0; 7];
    for seed in 0..SEEDS {
        let chaos = run(seed, Bugs::NONE, Bugs::NONE);
        assert_eq!(chaos.world.observer.violations.first(), None, "seed {seed}");
        let reached = chaos.world.observer.reached;
        let counts = [
            chaos.acknowledged,
            reached.leaderships,
            reached.truncations,
            reached.snapshots_taken,
            reached.snapshots_installed,
            reached.operations_applied,
            reached.reads_served,
        ];
        totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
    }
    // What the schedules never come to, they never test.
    let least = [5, 5, 1, 1, 1, 10, 1].map(|a_run| a_run * SEEDS / 4);
    println!("{totals:?} in {SEEDS} seeds");
    assert!(totals.iter().zip(least).all(|(total, least)| *total >= least), "{totals:?} for {least:?}");
}

/// The first seed below `seeds` whose first violation is of the kind `what`.
fn first_violation(core_bugs: Bugs, host_bugs: Bugs, seeds: u64, what: &str) -> Option<u64> {
    let shows = |seed: &u64| {
        let chaos = run(*seed, core_bugs, host_bugs);
        chaos.world.observer.violations.first().is_some_and(|found| found.starts_with(what))
    };
    (0..seeds).find(shows)
}

#[test]
fn every_bug_is_documented() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/divergences.md");
    let docs = std::fs::read_to_string(path).expect("it is part of the repository");
    for bug in bugs::TABLE.iter().chain(&replica::TABLE) {
        assert!(docs.contains(&format!("| `{}` |", bug.name)), "{} is not in {path}", bug.name);
    }
}

macro_rules! bug_is_caught {
    ($name:ident, $bugs:expr, $host_bugs:expr, $what:literal in $seeds:literal seeds) => {
        #[test]
        fn $name() {
            let seed = first_violation($bugs, $host_bugs, $seeds, $what);
            println!("{} in seed {seed:?}", stringify!($name));
            assert!(seed.is_some(), "{} does not show in {} seeds", $what, $seeds);
        }
    };
}

const NONE: Bugs = Bugs::NONE;
bug_is_caught!(a_vote_not_persisted, bugs::VOTE_NOT_PERSISTED, NONE, "one leader per term" in 2_000 seeds);
bug_is_caught!(committing_an_older_term, bugs::COMMIT_OLDER_TERM, NONE, "leader completeness" in 20_000 seeds);
bug_is_caught!(a_missing_no_op_stalls, bugs::NO_NOOP, NONE, "progress" in 500 seeds);
bug_is_caught!(a_missing_no_op_reads_stale, bugs::NO_NOOP, NONE, "linearizable reads" in 2_000 seeds);
bug_is_caught!(truncating_always, bugs::TRUNCATE_ALWAYS, NONE, "leader completeness" in 500 seeds);
bug_is_caught!(believing_late_replies, bugs::MATCH_LAST_REPLY_WINS, NONE, "progress" in 2_000 seeds);
bug_is_caught!(voting_twice, bugs::VOTE_TWICE, NONE, "one leader per term" in 500 seeds);
bug_is_caught!(acknowledging_before_the_sync, bugs::ACK_BEFORE_SYNC, NONE, "leader completeness" in 2_000 seeds);
bug_is_caught!(clients_without_sessions, NONE, replica::SESSIONS_OFF, "applied once" in 500 seeds);
