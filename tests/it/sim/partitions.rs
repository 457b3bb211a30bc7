//! Partitions drop what is sent across them while they stand, in the directions that they have, and nothing else.

use std::collections::BTreeSet;

use seedbed::faults::kinds::Partition;
use seedbed::faults::{Between, Group, Heading, Layout, OnLinks, Target};
use seedbed::kernel::{Context, Duration, NodeId, SystemId};
use seedbed::net::DropReason;

use super::world::{A, B, C, Letter, MS, On, Probe, Run, World};

/// Every millisecond sends a letter, numbered by the millisecond, to every other node of `nodes`.
fn beacon(nodes: u32) -> impl Fn(&mut dyn Context<Probe>, On) {
    move |cx, on| match on {
        On::Boot(..) => cx.arm(1, Duration(MS)),
        On::Timer(number) => {
            (0..nodes).map(NodeId).filter(|to| *to != cx.me()).collect::<Vec<_>>().into_iter().for_each(
                |to| {
                    cx.send(to, Letter(number, 0));
                },
            );
            cx.arm(number + 1, Duration(MS));
        }
        On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
    }
}

fn beacons(nodes: u32) -> World {
    (0..nodes).fold(World::new(), |world, _| world.node(beacon(nodes)))
}

/// The milliseconds of `1..=19` whose letter from `from` did not reach `to`.
fn missing(run: &Run, from: NodeId, to: NodeId) -> Vec<u32> {
    let heard: Vec<On> = run.at(to).into_iter().map(|(_, on)| on).collect();
    (1..=19).filter(|number| !heard.contains(&On::Letter(from, *number))).collect()
}

const NONE: [u32; 0] = [];

#[test]
fn a_symmetric_partition_drops_what_is_sent_across_it_until_it_heals() {
    let mut run = beacons(3).partition(&[&[A], &[B, C]], 5 * MS, 5 * MS).run(30 * MS);
    // It strikes before what is sent at 5 ms, and heals before what is sent at 10 ms. Letter 4, in flight, arrives.
    for (from, to) in [(A, B), (A, C), (B, A), (C, A)] {
        assert_eq!(missing(&run, from, to), [5, 6, 7, 8, 9], "{from:?} to {to:?}");
    }
    assert_eq!(missing(&run, B, C), NONE);
    assert_eq!(run.dropped(A, DropReason::Partition), 10);
    assert_eq!(run.dropped(B, DropReason::Partition), 5);
}

#[test]
fn a_one_way_cut_leaves_the_other_way_open() {
    let run = beacons(3).one_way(&[A], &[B], 5 * MS, 5 * MS).run(30 * MS);
    assert_eq!(missing(&run, A, B), [5, 6, 7, 8, 9]);
    for (from, to) in [(B, A), (A, C), (C, A), (B, C), (C, B)] {
        assert_eq!(missing(&run, from, to), NONE, "{from:?} to {to:?}");
    }
}

#[test]
fn three_groups_cannot_reach_each_other_and_rest_is_everybody_else() {
    let groups = [vec![Target::Node(A)], vec![Target::Node(B)]].map(Group::Of);
    let between = Between::Groups([groups.to_vec(), vec![Group::Rest]].concat());
    let partition = OnLinks { between, kind: Partition {} };
    let run = beacons(5).fault(5 * MS, Some(5 * MS), partition).run(30 * MS);
    for (from, to) in (0..5).flat_map(|from| (0..5).map(move |to| (from, to))).filter(|(from, to)| from != to)
    {
        let same_side = from >= 2 && to >= 2;
        let expected = if same_side { vec![] } else { vec![5, 6, 7, 8, 9] };
        assert_eq!(missing(&run, NodeId(from), NodeId(to)), expected, "{from} to {to}");
    }
    assert_eq!(run.log().faults[0].resolved, "probes.0 | probes.1 | probes.2 probes.3 probes.4");
}

#[test]
fn overlapping_partitions_heal_one_by_one() {
    let run = beacons(3)
        .partition(&[&[A], &[B, C]], 5 * MS, 10 * MS)
        .partition(&[&[A, B], &[C]], 10 * MS, 8 * MS)
        .run(30 * MS);
    assert_eq!(missing(&run, A, B), (5..15).collect::<Vec<_>>());
    assert_eq!(missing(&run, B, C), (10..18).collect::<Vec<_>>());
    assert_eq!(missing(&run, A, C), (5..18).collect::<Vec<_>>());
}

#[test]
fn a_fault_that_finds_nothing_to_strike_is_told_and_does_nothing() {
    let leader = Group::Of(vec![Target::Leader(seedbed::kernel::SystemId(0))]);
    let empty = OnLinks { between: Between::Groups(vec![leader, Group::Rest]), kind: Partition {} };
    let run = beacons(2).fault(5 * MS, Some(5 * MS), empty).run(30 * MS);
    assert_eq!(missing(&run, A, B), NONE);
    assert_eq!(run.log().faults, []);
    assert_eq!(run.log().missed, [(seedbed::kernel::Time(5 * MS), 0)]);
}

/// Who hears whom of `nodes` probes that all send to all while links between them are cut.
fn heard(nodes: u32, seed: u64, between: Between) -> (BTreeSet<(u32, u32)>, Option<String>) {
    let mut world = World::new().seed(seed);
    for _ in 0..nodes {
        world = world.node(move |cx, on| match on {
            On::Boot(..) => cx.arm(1, Duration(10 * MS)),
            On::Timer(_) => (0..nodes).for_each(|to| cx.send(NodeId(to), Letter(1, 0))),
            On::Letter(..) | On::Synced(_) | On::SyncFailed(_) | On::Computed(_) => {}
        });
    }
    let run = world.fault(5 * MS, None, OnLinks { between, kind: Partition {} }).run(100 * MS);
    let mut heard = BTreeSet::new();
    for to in 0..nodes {
        for (_, on) in run.at(NodeId(to)) {
            if let On::Letter(from, _) = on {
                heard.insert((from.0, to));
            }
        }
    }
    (heard, run.log().faults.first().map(|fault| fault.resolved.clone()))
}

#[test]
fn a_list_of_links_is_cut_each_in_its_own_direction() {
    let (heard, resolved) = heard(3, 1, Between::Links(vec![(A, B), (B, A), (C, A)]));
    let all = (0..3).flat_map(|from| (0..3).map(move |to| (from, to)));
    let expected: BTreeSet<_> = all.filter(|pair| ![(0, 1), (1, 0), (2, 0)].contains(pair)).collect();
    assert_eq!(heard, expected);
    assert_eq!(resolved.as_deref(), Some("probes.0 -> probes.1, probes.1 -> probes.0, probes.2 -> probes.0"));
}

#[test]
fn the_links_of_nodes_are_those_among_them_too() {
    let two = || Target::Nodes(vec![A, B]);
    let cut = |heading| heard(4, 1, Between::Of(two(), heading));
    let but = |is_cut: fn(u32, u32) -> bool| -> BTreeSet<(u32, u32)> {
        let all = (0..4).flat_map(|from| (0..4).map(move |to| (from, to)));
        all.filter(|&(from, to)| from == to || !is_cut(from, to)).collect()
    };
    let us = "probes.0 probes.1";
    assert_eq!(cut(Heading::Both), (but(|from, to| from < 2 || to < 2), Some(format!("{us} | all"))));
    assert_eq!(cut(Heading::Out), (but(|from, _| from < 2), Some(format!("{us} -> all"))));
    assert_eq!(cut(Heading::In), (but(|_, to| to < 2), Some(format!("all -> {us}"))));
    let one = heard(3, 1, Between::Of(Target::Node(A), Heading::In)).1;
    assert_eq!(one.as_deref(), Some("probes.1 probes.2 -> probes.0"));
    let (heard, resolved) = heard(3, 1, Between::Of(Target::System(SystemId(0)), Heading::Both));
    assert_eq!(
        (heard, resolved.as_deref()),
        ((0..3).map(|one| (one, one)).collect(), Some("probes.0 probes.1 probes.2 | all"))
    );
}

/// Whom a fault of links names: those of its groups and targets, not the rest, whichever way.
#[test]
fn a_fault_of_links_names_whom_its_scenario_names() {
    let named = |between| {
        let fault = OnLinks { between, kind: Partition {} };
        beacons(4).fault(5 * MS, None, fault).run(10 * MS).log().faults[0].nodes.clone()
    };
    let b = || Group::Of(vec![Target::Node(B)]);
    assert_eq!(named(Between::Groups(vec![b(), Group::Rest])), [B]);
    assert_eq!(named(Between::OneWay(Group::Rest, b())), [B]);
    assert_eq!(named(Between::Of(Target::Nodes(vec![C, B]), Heading::In)), [B, C]);
    assert_eq!(named(Between::Links(vec![(C, A), (A, C)])), [A, C]);
    assert_eq!(named(Between::All).len(), 4);
}

/// How many nodes each one hears, itself included, sorted.
fn degrees(nodes: u32, seed: u64, layout: Layout) -> Vec<usize> {
    let target = Target::System(SystemId(0));
    let (heard, _) = heard(nodes, seed, Between::Layout(layout, target));
    assert!(heard.iter().all(|(from, to)| heard.contains(&(*to, *from))), "both ways");
    let mut degrees: Vec<usize> =
        (0..nodes).map(|to| heard.iter().filter(|(_, receiver)| *receiver == to).count()).collect();
    degrees.sort_unstable();
    degrees
}

#[test]
fn layouts_connect_whom_they_say() {
    for seed in 0..10 {
        assert_eq!(degrees(5, seed, Layout::IsolateOne), [1, 4, 4, 4, 4]);
        assert_eq!(degrees(5, seed, Layout::Halves), [2, 2, 3, 3, 3]);
        assert_eq!(degrees(5, seed, Layout::Bridge), [3, 3, 3, 3, 5]);
        assert_eq!(degrees(5, seed, Layout::Ring), [3; 5]);
        assert_eq!(degrees(7, seed, Layout::Ring), [5; 7]);
        assert_eq!(degrees(4, seed, Layout::Ring), [3; 4]);
    }
    assert_eq!(degrees(3, 0, Layout::Ring), [3; 3]);
    let resolved = |seed| heard(5, seed, Between::Layout(Layout::Ring, Target::System(SystemId(0)))).1;
    assert_ne!(resolved(1), resolved(2), "who stands where is drawn");
}
