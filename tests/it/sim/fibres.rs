//! Fibres that are cut: what is sent over them, what was sent before, and where it goes when routes change.

use std::rc::Rc;

use seedbed::faults::kinds::CutLink;
use seedbed::faults::{Fibres, OnFibres};
use seedbed::kernel::{Duration, NodeId, SiteId};
use seedbed::net::topology::{Duct, Fibre, Topology};
use seedbed::net::{DropReason, Probability, Profile, Sites};

use super::world::{A, B, C, MS, Run, World, sends};

fn duct(a: NodeId, b: NodeId) -> Duct {
    Duct::between(SiteId(a.0 as u16), SiteId(b.0 as u16))
}

/// Fibres of so many milliseconds, both ways.
fn topology(sites: usize, fibres: &[(NodeId, NodeId, u64)]) -> Topology {
    let site = |node: NodeId| SiteId(node.0 as u16);
    let one = |from: NodeId, to: NodeId, ms: u64| Fibre {
        from: site(from),
        to: site(to),
        delay: Duration(ms * MS),
        bandwidth: None,
        loss: Probability::ZERO,
    };
    let both = |&(a, b, ms): &(NodeId, NodeId, u64)| [one(a, b, ms), one(b, a, ms)];
    Topology::new((0..sites).map(|n| format!("site-{n}")).collect(), fibres.iter().flat_map(both).collect())
}

/// A node at each site; the first sends a letter to the second every millisecond, numbered by the millisecond.
fn world(sites: usize, fibres: &[(NodeId, NodeId, u64)]) -> World {
    let world = World::new().node(sends(B, 1_000, MS, 0));
    let mut world = (1..sites).fold(world, |world, _| world.listener());
    world.0.sites = Sites::of_topology(topology(sites, fibres), Profile::default());
    for (index, node) in world.0.nodes.iter_mut().enumerate() {
        node.site = SiteId(index as u16);
    }
    world
}

/// A triangle: 2 ms from A to B, and 5 + 5 ms around by C.
fn triangle() -> World {
    world(3, &[(A, B, 2), (A, C, 5), (C, B, 5)])
}

fn cut(world: World, duct: Duct, at: u64, lasts: u64, reroute: u64) -> World {
    let kind = CutLink { reroute: Duration(reroute * MS) };
    world.fault(at * MS, Some(lasts * MS), OnFibres { fibres: Fibres::Between(duct), kind })
}

/// How long letter `number` took, in milliseconds; `None` if it did not arrive.
fn took(run: &Run, number: u32) -> Option<u64> {
    let heard = run.arrivals(B).into_iter().find(|(_, heard)| *heard == number);
    heard.map(|(at, _)| at / MS - u64::from(number))
}

#[test]
fn a_cut_loses_what_is_sent_until_routes_lead_around_it() {
    let mut run = cut(triangle(), duct(A, B), 10, 20, 4).run(80 * MS);
    assert_eq!(took(&run, 9), Some(2), "what is under way arrives, after the cut");
    for number in 10..14 {
        assert_eq!(took(&run, number), None, "letter {number}: routes have not changed yet");
    }
    for number in 14..34 {
        assert_eq!(took(&run, number), Some(10), "letter {number}: around, until 4 ms after the repair");
    }
    for number in 34..60 {
        assert_eq!(took(&run, number), Some(2), "letter {number}: the short way again");
    }
    assert_eq!(run.dropped(A, DropReason::NoRoute), 4);
}

#[test]
fn where_no_way_leads_around_nothing_arrives_while_the_cut_lasts() {
    let mut run = cut(world(2, &[(A, B, 2)]), duct(A, B), 10, 20, 5).run(80 * MS);
    for number in 1..60 {
        // Mended at 30 ms, known to the routers at 35.
        let arrives = !(10..35).contains(&number);
        assert_eq!(took(&run, number).is_some(), arrives, "letter {number}");
    }
    assert_eq!(run.dropped(A, DropReason::NoRoute), 25);
}

#[test]
fn a_cut_that_is_mended_before_routes_change_changes_none() {
    let run = cut(triangle(), duct(A, B), 10, 3, 50).run(120 * MS);
    let lost: Vec<u32> = (1..100).filter(|number| took(&run, *number).is_none()).collect();
    assert_eq!(lost, [10, 11, 12]);
    assert!((13..100).all(|number| took(&run, number) == Some(2)));
}

/// A second cut counts anew: what routes were to learn of the first, which was mended before they did, is out of date.
#[test]
fn routes_learn_of_a_second_cut_as_long_after_it_as_of_a_first() {
    let world = cut(triangle(), duct(A, B), 10, 3, 5);
    let run = cut(world, duct(A, B), 14, 20, 5).run(90 * MS);
    let lost: Vec<u32> = (1..60).filter(|number| took(&run, *number).is_none()).collect();
    assert_eq!(lost, [10, 11, 12, 14, 15, 16, 17, 18]);
    assert_eq!(
        (took(&run, 13), took(&run, 19), took(&run, 38), took(&run, 39)),
        (Some(2), Some(10), Some(10), Some(2))
    );
}

#[test]
fn overlapping_cuts_of_a_fibre_end_with_the_last() {
    let world = cut(triangle(), duct(A, B), 10, 20, 1);
    let run = cut(world, duct(A, B), 20, 20, 1).run(90 * MS);
    assert_eq!(
        (took(&run, 12), took(&run, 35), took(&run, 40), took(&run, 41)),
        (Some(10), Some(10), Some(10), Some(2))
    );
}

#[test]
fn a_cut_of_the_detour_too_leaves_no_way() {
    let world = cut(triangle(), duct(A, B), 10, 40, 1);
    let run = cut(world, duct(C, B), 20, 10, 1).run(90 * MS);
    assert_eq!(
        (took(&run, 15), took(&run, 25), took(&run, 45), took(&run, 55)),
        (Some(10), None, Some(10), Some(2))
    );
}

#[test]
fn a_stream_waits_for_a_way_and_loses_nothing() {
    let mut run = cut(world(2, &[(A, B, 2)]).streams(), duct(A, B), 10, 20, 5).run(600 * MS);
    let order = run.letters(B);
    assert_eq!(order, (1..order.len() as u32 + 1).collect::<Vec<_>>(), "all, in order");
    assert_eq!(took(&run, 10), Some(202), "sent again after 200 ms");
    assert_eq!(run.dropped(A, DropReason::NoRoute), 0);
}

#[test]
fn a_drawn_fibre_is_one_of_the_topology() {
    let all = topology(3, &[(A, B, 2), (A, C, 5), (C, B, 5)]).ducts();
    let struck = |seed: u64| {
        let kind = CutLink { reroute: Duration(MS) };
        let fault = OnFibres { fibres: Fibres::Any(all.clone()), kind };
        let run = triangle().seed(seed).fault(10 * MS, None, fault).run(20 * MS);
        Rc::from(run.log().faults[0].resolved.as_str())
    };
    let mut names: Vec<Rc<str>> = (0..40).map(struck).collect();
    names.sort();
    names.dedup();
    assert_eq!(
        names.iter().map(|name| &**name).collect::<Vec<_>>(),
        ["site-0--site-1", "site-0--site-2", "site-1--site-2"]
    );
}
