//! Leases ("Paxos made live", §5.2): while a leader counts on its acceptors' silence, they promise nobody else anything. And what a
//! leader must know before it reads ("Paxos made simple", §3).

use seedbed::consensus::ReplicatedLog as _;
use seedbed::consensus::bugs::Bugs;
use seedbed::consensus::multi_paxos::{Options, Timer, bugs};
use seedbed::consensus::replica::{self, ReadMode};
use seedbed::kernel::{Duration, Name as _, NodeId};
use seedbed::model::history::SessionId;
use seedbed::model::op::{Key, Op, Value};
use seedbed::model::request::Request;

use super::world::World;

const OLD: NodeId = NodeId(0);
const BETWEEN: NodeId = NodeId(1);
const NEW: NodeId = NodeId(2);
const CLIENTS: NodeId = NodeId(3);

/// Delivers everything between `one` and `other`, and finishes every sync, until nothing is left; other messages are lost.
fn settle(world: &mut World, one: NodeId, other: NodeId) {
    for _ in 0..1_000 {
        if !world.flights.is_empty() {
            let flight = world.flights.remove(0);
            if [(one, other), (other, one)].contains(&(flight.from, flight.to)) || flight.to == CLIENTS {
                world.deliver(flight);
            }
        } else if let Some(id) = world.nodes.iter().position(|node| node.sync.is_some()) {
            world.finish_sync(NodeId(id as u32));
        } else {
            return;
        }
    }
    panic!("it does not settle");
}

/// A leader and one acceptor hear each other; the third hears nobody, campaigns, and then hears only that acceptor. Returns
/// whether it came to lead, and then a write went through it and a read through the old leader.
fn campaign_against_a_lease(bugs: Bugs) -> (World, bool) {
    let core = Options { pre_vote: false, bugs, ..Options::default() };
    let host = replica::Options { reads: ReadMode::Lease, ..replica::Options::default() };
    let mut world = World::new(1, 3, core, host);
    world.fire(OLD, Timer::Election.index());
    settle(&mut world, OLD, BETWEEN);
    let due = world.nodes[NEW.index()].timers[&Timer::Election.index()];
    while world.now + Duration::from_millis(60) < due {
        world.fire(OLD, Timer::Heartbeat.index());
        settle(&mut world, OLD, BETWEEN);
    }
    world.fire(NEW, Timer::Election.index());
    settle(&mut world, NEW, BETWEEN);
    if !world.server(NEW).expect("it is up").core().is_leader() {
        return (world, false);
    }
    let (key, value) = (Key(1), Value(7));
    world.request(CLIENTS, NEW, Request { slot: 0, sequence: 1, op: Op::Write { key, value }, size: 10 });
    settle(&mut world, NEW, BETWEEN);
    world.observer.invoked(SessionId { node: CLIENTS, slot: 1 }, 1);
    world.request(CLIENTS, OLD, Request { slot: 1, sequence: 1, op: Op::Read { key }, size: 10 });
    (world, true)
}

/// "Paxos made live", §5.2: the lease holds for as long as nobody else can be elected.
#[test]
fn who_hears_a_leader_promises_nobody_else_anything() {
    let (world, leads) = campaign_against_a_lease(Bugs::NONE);
    assert!(!leads);
    assert!(world.server(OLD).expect("it is up").core().is_leader());
}

/// The same, broken: who promises another ballot meanwhile makes the leader's reads stale.
#[test]
fn a_lease_that_acceptors_ignore_reads_what_is_stale() {
    let (world, leads) = campaign_against_a_lease(bugs::LEASE_IGNORES_PROMISE);
    assert!(leads);
    let found = world.observer.violations.first().map(String::as_str).unwrap_or_default();
    assert!(found.starts_with("linearizable reads"), "{found}");
}

/// "Paxos made simple", §3: a new leader knows what was chosen before once all slots up to its own first one are. Until then it cannot
/// read (as Raft: Ongaro 2014, §6.4).
#[test]
fn a_read_waits_for_the_leaders_own_no_op() {
    let host = replica::Options { reads: ReadMode::ReadIndex, ..replica::Options::default() };
    let mut world = World::new(1, 1, Options::default(), host);
    world.fire(OLD, Timer::Election.index());
    world.finish_sync(OLD);
    let core = world.server(OLD).expect("it is up").core();
    assert!(core.is_leader() && core.commit_index().0 == 0, "its own no-op is not on disk yet");
    world.request(CLIENTS, OLD, Request { slot: 0, sequence: 1, op: Op::Read { key: Key(1) }, size: 10 });
    let replies = |world: &World| world.flights.iter().filter(|flight| flight.to == CLIENTS).count();
    assert_eq!(replies(&world), 0);
    world.finish_sync(OLD);
    assert_eq!(replies(&world), 1);
}
