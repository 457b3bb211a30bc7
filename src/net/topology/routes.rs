//! Shortest ways through a topology.

use std::ops::Add;

use petgraph::algo::dijkstra;
use petgraph::graph::{DiGraph, NodeIndex};

use super::{Fibre, Topology};
use crate::kernel::Probability;
use crate::kernel::{Duration, SiteId};
use crate::net::profile::Bandwidth;

/// No fibre: the end of a way is its beginning, or nothing leads there.
const NONE: u32 = u32::MAX;

/// What a way costs: its delay, and among equals the number of fibres. No way that returns costs nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
struct Cost {
    delay: u64,
    fibres: u32,
}

impl Add for Cost {
    type Output = Cost;

    fn add(self, other: Cost) -> Cost {
        Cost { delay: self.delay.saturating_add(other.delay), fibres: self.fibres + other.fibres }
    }
}

impl Cost {
    fn of(fibre: &Fibre) -> Cost {
        Cost { delay: fibre.delay.0, fibres: 1 }
    }
}

/// The last fibre of the shortest way between each pair of sites.
///
/// The shortest has the least delay; of several the fewest fibres; of several of these, walking back from its end, the
/// fibre that stands first in the topology. So routes are a function of the topology alone.
#[derive(Clone, Debug)]
pub(in crate::net) struct Routes {
    sites: usize,
    /// Row-major by (from, to): index of a fibre, or [`NONE`].
    last: Vec<u32>,
}

/// A way from one site to another, as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Route {
    /// How long it takes.
    pub delay: Duration,
    /// That of its narrowest fibre.
    pub bandwidth: Option<Bandwidth>,
    /// Share of messages that one of its fibres loses.
    pub loss: Probability,
}

impl Routes {
    /// The shortest ways over the fibres that `is_up`.
    pub(in crate::net) fn new(topology: &Topology, is_up: impl Fn(&Fibre) -> bool) -> Routes {
        let sites = topology.names().len();
        let mut graph = DiGraph::<(), Cost>::with_capacity(sites, topology.fibres().len());
        (0..sites).for_each(|_| {
            graph.add_node(());
        });
        let node = |site: SiteId| NodeIndex::new(site.index());
        let fibres = || (0..).zip(topology.fibres()).filter(|(_, fibre)| is_up(fibre));
        for (_, fibre) in fibres() {
            graph.add_edge(node(fibre.from), node(fibre.to), Cost::of(fibre));
        }
        let mut last = vec![NONE; sites * sites];
        for (from, row) in last.chunks_mut(sites).enumerate() {
            let mut costs = vec![None; sites];
            for (site, cost) in dijkstra(&graph, NodeIndex::new(from), None, |edge| *edge.weight()) {
                costs[site.index()] = Some(cost);
            }
            for (index, fibre) in fibres() {
                let to = fibre.to.index();
                let Some(before) = costs[fibre.from.index()] else { continue };
                if row[to] == NONE && to != from && costs[to] == Some(before + Cost::of(fibre)) {
                    row[to] = index;
                }
            }
        }
        Routes { sites, last }
    }

    /// The fibres from `from` to `to`, the last one first; `None` if nothing leads there. No fibre leads from a site to
    /// itself: it is there.
    pub(in crate::net) fn back(&self, topology: &Topology, from: SiteId, to: SiteId) -> Option<Vec<u32>> {
        let mut way = Vec::new();
        let mut at = to;
        while at != from {
            let fibre = self.last[from.index() * self.sites + at.index()];
            if fibre == NONE {
                return None;
            }
            way.push(fibre);
            at = topology.fibres()[fibre as usize].from;
        }
        Some(way)
    }
}

impl Route {
    /// The way over these fibres.
    pub(in crate::net) fn over<'a>(fibres: impl IntoIterator<Item = &'a Fibre>) -> Route {
        let none = Route { delay: Duration::ZERO, bandwidth: None, loss: Probability::ZERO };
        fibres.into_iter().fold(none, |route, fibre| Route {
            delay: route.delay + fibre.delay,
            bandwidth: Bandwidth::narrower(route.bandwidth, fibre.bandwidth),
            loss: route.loss.or(fibre.loss),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Duct;
    use super::*;

    /// Sites a, b, c ... and fibres of so many milliseconds, both ways.
    fn topology(sites: usize, fibres: &[(u16, u16, u64)]) -> Topology {
        let fibre = |from, to, ms| Fibre {
            from: SiteId(from),
            to: SiteId(to),
            delay: Duration::from_millis(ms),
            bandwidth: None,
            loss: Probability::ZERO,
        };
        let both = |&(a, b, ms): &(u16, u16, u64)| [fibre(a, b, ms), fibre(b, a, ms)];
        let names = (0..sites).map(|n| char::from(b'a' + n as u8).to_string()).collect();
        Topology::new(names, fibres.iter().flat_map(both).collect())
    }

    fn way(topology: &Topology, routes: &Routes, from: u16, to: u16) -> Option<Vec<u16>> {
        let back = routes.back(topology, SiteId(from), SiteId(to))?;
        let mut sites: Vec<u16> = back.iter().map(|&fibre| topology.fibres()[fibre as usize].to.0).collect();
        sites.push(from);
        sites.reverse();
        Some(sites)
    }

    #[test]
    fn the_way_with_the_least_delay_is_taken_and_another_when_it_is_cut() {
        // A square with one slow side: a-b-c is quicker than a-d-c.
        let square = topology(4, &[(0, 1, 5), (1, 2, 5), (2, 3, 9), (3, 0, 5)]);
        let all = Routes::new(&square, |_| true);
        assert_eq!(way(&square, &all, 0, 2), Some(vec![0, 1, 2]));
        assert_eq!(way(&square, &all, 2, 0), Some(vec![2, 1, 0]));
        assert_eq!(way(&square, &all, 0, 0), Some(vec![0]));
        let cut = Duct::between(SiteId(1), SiteId(2));
        let without = Routes::new(&square, |fibre| fibre.duct() != cut);
        assert_eq!(way(&square, &without, 0, 2), Some(vec![0, 3, 2]));
        assert_eq!(way(&square, &without, 1, 2), Some(vec![1, 0, 3, 2]));
    }

    #[test]
    fn nothing_leads_to_an_island() {
        let island = topology(3, &[(0, 1, 5)]);
        let routes = Routes::new(&island, |_| true);
        assert_eq!(way(&island, &routes, 0, 2), None);
        assert_eq!(way(&island, &routes, 2, 2), Some(vec![2]));
    }

    #[test]
    fn of_ways_that_take_as_long_the_one_of_fewer_fibres_and_then_the_first_counts() {
        let direct = topology(3, &[(0, 1, 2), (1, 2, 2), (0, 2, 4)]);
        assert_eq!(way(&direct, &Routes::new(&direct, |_| true), 0, 2), Some(vec![0, 2]));
        let twice = topology(4, &[(0, 3, 2), (3, 2, 2), (0, 1, 2), (1, 2, 2)]);
        assert_eq!(way(&twice, &Routes::new(&twice, |_| true), 0, 2), Some(vec![0, 3, 2]));
        // Fibres without delay make no circles.
        let none = topology(4, &[(0, 1, 0), (1, 2, 0), (2, 0, 0), (2, 3, 0)]);
        assert_eq!(way(&none, &Routes::new(&none, |_| true), 0, 3), Some(vec![0, 2, 3]));
    }

    #[test]
    fn a_route_adds_delays_and_losses_and_is_as_wide_as_its_narrowest_fibre() {
        let mbit = |n: u64| Some(Bandwidth::from_bits_per_second(n * 1_000_000));
        let fibre = |ms, bandwidth, loss| Fibre {
            from: SiteId(0),
            to: SiteId(1),
            delay: Duration::from_millis(ms),
            bandwidth,
            loss: Probability::new(loss),
        };
        let route = Route::over(&[fibre(1, mbit(10), 0.5), fibre(2, None, 0.0), fibre(4, mbit(2), 0.5)]);
        assert_eq!((route.delay, route.bandwidth), (Duration::from_millis(7), mbit(2)));
        assert_eq!(route.loss, Probability::new(0.75));
    }
}
