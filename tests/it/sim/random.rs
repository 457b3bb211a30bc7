//! Random worlds under random faults: no message comes from nowhere or goes there, and a seed is a run.

use std::collections::{BTreeMap, BTreeSet};

use seedbed::faults::kinds::{Clog, Corrupt, HalfOpen, Hold, Loss, Reset};
use seedbed::faults::{Between, Group, OnLinks, OnStreams, Target};
use seedbed::kernel::sample::Distribution;
use seedbed::kernel::{Areas, Context, DiskToken, Duration, NodeId, Stream, WorkToken};
use seedbed::net::{Access, Bandwidth, Counters, Probability, Profile, Reorder, Transport};
use seedbed::spec::quantity::Ratio;

use super::world::{LOG, Letter, MS, On, Probe, Run, World, constant};

const NODES: u32 = 6;

/// Does a bit of everything, by its own random stream. Letters have greater numbers the later they are sent; those of three at
/// once are 0, 1 and 2 modulo 4, the others 3.
fn busy(cx: &mut dyn Context<Probe>, on: On) {
    if let On::Boot(..) = on {
        cx.arm(0, Duration(MS));
    }
    let to = NodeId(cx.rng().below(NODES));
    let number = u32::try_from(4 * cx.now().0).expect("a run lasts a second");
    match cx.rng().below(8) {
        0..=2 => cx.send(to, Letter(number + 3, 500)),
        3 => (0..3).for_each(|n| cx.send(to, Letter(number + n, 1500))),
        4 => cx.compute(Duration(MS / 2), WorkToken(1)),
        5 => {
            cx.append(LOG, 1);
            cx.sync(Areas::ALL, DiskToken(1));
        }
        6 => cx.arm(1, Duration(3 * MS)),
        _ => cx.disarm(1),
    }
    if on == On::Timer(0) {
        cx.arm(0, Duration(MS));
    }
}

fn random_world(seed: u64) -> World {
    let mut rng = Stream::new(seed, "random", "world");
    let share = |rng: &mut Stream| Probability::new(f64::from(rng.below(10)) / 100.0);
    let mut profile = Profile { loss: share(&mut rng), duplicate: share(&mut rng), ..Profile::default() };
    if rng.below(2) == 0 {
        profile.jitter = Some(Distribution::exponential((2 * MS) as f64).expect("a positive mean"));
        profile.reorder = Some(Reorder { probability: share(&mut rng), delay: constant(9 * MS) });
    }
    if rng.below(2) == 0 {
        profile.bandwidth = Some(Bandwidth::from_bits_per_second(20_000_000));
        profile.buffer = (rng.below(2) == 0).then_some(6_000);
    }
    let mut world = (0..NODES).fold(World::over(profile).seed(seed), |world, _| world.node(busy));
    for node in &mut world.0.nodes {
        let all = [Transport::Datagram, Transport::Stream, Transport::Either];
        node.transport = all[rng.below(3) as usize];
        node.clock.drift_ppb = i64::from(rng.below(400_000)) - 200_000;
    }
    if rng.below(2) == 0 {
        let uplink = (rng.below(2) == 0).then(|| Bandwidth::from_bits_per_second(20_000_000));
        world.0.sites = world.0.sites.with_shared(Access { uplink });
    }
    world.0.shuffle_ties = rng.below(2) == 0;
    for _ in 0..rng.below(30) {
        let (at, lasts) = (u64::from(rng.below(1000)) * MS, u64::from(rng.below(300)) * MS);
        let node = NodeId(rng.below(NODES));
        let others: Vec<NodeId> = (0..NODES).map(NodeId).filter(|other| *other != node).collect();
        let between = || Between::OneWay(Group::Of(vec![Target::Node(node)]), Group::Rest);
        let share = Ratio(rng.below(101) * 10_000_000);
        world = match rng.below(12) {
            0 | 1 => world.crash(node, at, lasts),
            2 => world.pause(node, at, lasts),
            3 => world.partition(&[&[node], &others], at, lasts),
            4 => world.one_way(&[node], &others[..2], at, lasts),
            5 | 6 => world.fault(at, Some(lasts), OnLinks { between: between(), kind: Loss { share } }),
            7 => world.fault(at, Some(lasts), OnLinks { between: between(), kind: Corrupt { share } }),
            8 => world.fault(at, Some(lasts), OnLinks { between: between(), kind: Clog {} }),
            9 => world.fault(at, Some(lasts), OnLinks { between: between(), kind: Hold {} }),
            10 if lasts < 150 * MS => world.fault(at, None, OnStreams { between: between(), kind: Reset {} }),
            10 => {
                let kind = HalfOpen { keepalive: Duration(lasts) };
                world.fault(at, None, OnStreams { between: between(), kind })
            }
            _ => world.slow_node(node, 1 + rng.below(5), at, lasts),
        };
    }
    world
}

fn counters(run: &mut Run) -> Counters {
    let mut all = Counters::default();
    (0..NODES).for_each(|node| all.add(&run.sim.node_counters(NodeId(node)).network));
    all
}

#[test]
fn every_message_is_received_dropped_or_on_its_way() {
    let (mut in_flight, mut waiting, mut dropped) = (0, 0, 0);
    for seed in 0..300 {
        let mut run = random_world(seed).run(1000 * MS);
        let all = counters(&mut run);
        let (on_links, at_senders) = run.sim.messages_under_way();
        let on_the_way = on_links + at_senders;
        let ended = all.received + all.dropped_total() + on_the_way;
        assert_eq!(all.sent + all.duplicated, ended, "seed {seed}: {all:?}, {on_the_way} on their way");
        assert_eq!(
            all.received,
            run.log().notes.iter().filter(|(.., on)| matches!(on, On::Letter(..))).count() as u64
        );
        in_flight += on_links;
        waiting += at_senders;
        dropped += all.dropped_total();
    }
    assert!(in_flight > 1000 && waiting > 10 && dropped > 10_000, "{in_flight} {waiting} {dropped}");
}

#[test]
fn a_stream_keeps_its_order_whatever_goes_wrong() {
    let (mut letters, mut threes) = (0, 0);
    for seed in 0..300 {
        let world = random_world(seed);
        let is_datagram: Vec<bool> =
            world.0.nodes.iter().map(|node| node.transport == Transport::Datagram).collect();
        let run = world.run(1000 * MS);
        let mut received: BTreeMap<(NodeId, NodeId), Vec<u32>> = BTreeMap::new();
        for (_, to, on) in &run.log().notes {
            let On::Letter(from, number) = *on else { continue };
            if !is_datagram[from.index()] && !is_datagram[to.index()] {
                received.entry((from, *to)).or_default().push(number);
            }
        }
        for ((from, to), numbers) in received {
            let place = || format!("seed {seed}, {from:?} to {to:?}");
            assert!(numbers.is_sorted_by_key(|number| number / 4), "{}: {numbers:?}", place());
            for at_once in numbers.chunk_by(|one, next| one / 4 == next / 4) {
                let three: Vec<u32> = at_once.iter().copied().filter(|number| number % 4 < 3).collect();
                // A node that is freed of a hold or a pause acts several times at once, and may send three each time.
                if three.iter().collect::<BTreeSet<_>>().len() == three.len() {
                    assert!(three.is_sorted(), "{}: {three:?}", place());
                    threes += u32::from(three.len() == 3);
                }
            }
            letters += numbers.len();
        }
    }
    assert!(letters > 100_000 && threes > 10_000, "{letters} {threes}");
}

#[test]
fn a_seed_is_a_run_and_another_seed_another() {
    let digest = |seed| random_world(seed).run(500 * MS).sim.digest();
    for seed in 0..20 {
        assert_eq!(digest(seed), digest(seed));
        assert_ne!(digest(seed), digest(seed + 1));
    }
}

/// A clone of a world in the middle of a run goes on as the world does.
#[test]
fn a_cloned_world_has_the_same_future() {
    for seed in 0..20 {
        let mut world = random_world(seed);
        world.0.duration = seedbed::kernel::Time(1000 * MS);
        let mut original = seedbed::sim::Sim::new(world.0, super::world::Log::default());
        original.run(2000);
        let mut copy = original.clone();
        original.run(u64::MAX);
        copy.run(u64::MAX);
        assert_eq!(original.digest(), copy.digest(), "seed {seed}");
    }
}
