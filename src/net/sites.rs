//! The matrix of sites: base delay and profile of every ordered pair, and where they come from.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{Duration, SiteId, Time};

use super::profile::{Bandwidth, Profile};
use super::topology::{Duct, Route, Routes, Topology, WITHIN_SITE};
use crate::kernel::Probability;

/// `profile` of a way that does not exist: of no profile the index.
const NO_ROUTE: u32 = u32::MAX;

/// Places and what lies between them, per direction.
#[derive(Clone, Debug)]
pub struct Sites {
    names: Vec<String>,
    /// How many there are.
    count: u16,
    /// Row-major by (from, to).
    ways: Vec<Way>,
    profiles: Vec<Profile>,
    routing: Option<Box<Routing>>,
    shared: Option<Access>,
}

/// How nodes are connected to their site, where they share capacity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Access {
    /// What a node can send, and what it can receive; unlimited when not set.
    pub uplink: Option<Bandwidth>,
}

/// What lies between one site and another.
#[derive(Clone, Copy, Debug)]
struct Way {
    delay: Duration,
    /// Index into `profiles`, or [`NO_ROUTE`].
    profile: u32,
}

/// What the matrix is computed from, where it is that of a topology.
#[derive(Clone, Debug)]
struct Routing {
    topology: Topology,
    /// What every link does besides what its route does.
    every: Profile,
    /// The profiles of routes, by what their fibres do.
    known: BTreeMap<(Option<Bandwidth>, Probability), u32>,
    /// By duct, how many faults cut it.
    cut: BTreeMap<Duct, u32>,
    /// When the routes learn what has become of one, as far as they have not.
    due: BTreeMap<Duct, Time>,
    /// Those that the routes lead around.
    avoided: BTreeSet<Duct>,
    routes: Routes,
    /// The pairs that have a line of their own.
    lines: BTreeSet<(SiteId, SiteId)>,
}

impl Sites {
    /// Sites with the one-way delay `delay(from, to)` between each ordered pair, all with the same profile.
    pub fn new(names: Vec<String>, delay: impl Fn(usize, usize) -> Duration, profile: Profile) -> Self {
        let n = names.len();
        let ways = (0..n * n).map(|pair| Way { delay: delay(pair / n, pair % n), profile: 0 }).collect();
        let count = u16::try_from(n).expect("at most 65,535 sites");
        Sites { names, count, ways, profiles: vec![profile], routing: None, shared: None }
    }

    /// Sites with the shortest ways of a topology between them. Every link does what `profile` says, and what the fibres
    /// on its way do.
    pub fn of_topology(topology: Topology, profile: Profile) -> Self {
        let mut sites = Sites::new(topology.names().to_vec(), |_, _| WITHIN_SITE, profile.clone());
        sites.routing = Some(Box::new(Routing {
            routes: Routes::new(&topology, |_| true),
            topology,
            every: profile,
            known: BTreeMap::new(),
            cut: BTreeMap::new(),
            due: BTreeMap::new(),
            avoided: BTreeSet::new(),
            lines: BTreeSet::new(),
        }));
        sites.lay_ways();
        sites
    }

    /// These sites, where nodes share what fibres and their own access carry, in place of having it each for itself.
    pub fn with_shared(mut self, access: Access) -> Self {
        self.shared = Some(access);
        self.lay_ways();
        self
    }

    /// How nodes are connected, if they share capacity.
    pub(super) fn shared(&self) -> Option<Access> {
        self.shared
    }

    /// The fibres on the way from `from` to `to`, the last one first; none where there is no topology or a line.
    pub(super) fn fibres_on_way(&self, from: SiteId, to: SiteId) -> Vec<u32> {
        let routing = self.routing.as_ref().filter(|routing| !routing.lines.contains(&(from, to)));
        routing.and_then(|routing| routing.routes.back(&routing.topology, from, to)).unwrap_or_default()
    }

    /// The names, in the order of their ids.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The site of this name.
    pub fn find(&self, name: &str) -> Option<SiteId> {
        self.names.iter().position(|known| known == name).map(|index| SiteId(index as u16))
    }

    /// What the matrix is computed from, if it is that of a topology.
    pub fn topology(&self) -> Option<&Topology> {
        self.routing.as_ref().map(|routing| &routing.topology)
    }

    /// One-way delay, without jitter; `None` if nothing leads there.
    pub fn delay(&self, from: SiteId, to: SiteId) -> Option<Duration> {
        self.link(from, to).map(|(delay, _)| delay)
    }

    #[inline(always)]
    fn pair(&self, from: SiteId, to: SiteId) -> usize {
        from.index() * usize::from(self.count) + to.index()
    }

    /// One-way delay and profile from `from` to `to`; `None` if nothing leads there.
    #[inline]
    pub(super) fn link(&self, from: SiteId, to: SiteId) -> Option<(Duration, &Profile)> {
        let Way { delay, profile } = self.ways[self.pair(from, to)];
        self.profiles.get(profile as usize).map(|profile| (delay, profile))
    }

    /// Gives one direction its own delay and profile. In a topology it is a line of its own, which no cut concerns.
    pub fn set_link(&mut self, from: SiteId, to: SiteId, delay: Duration, profile: Profile) {
        let pair = self.pair(from, to);
        self.ways[pair] = Way { delay, profile: self.profiles.len() as u32 };
        self.profiles.push(profile);
        if let Some(routing) = &mut self.routing {
            routing.lines.insert((from, to));
        }
    }

    /// The profile from `from` to `to`; `None` if nothing leads there.
    pub fn profile(&self, from: SiteId, to: SiteId) -> Option<&Profile> {
        self.link(from, to).map(|(_, profile)| profile)
    }

    /// One fault more cuts this duct, or one less: what leads through it is blocked at once, or free again. Whether it was
    /// whole before, or is whole again: then the routes learn of it at `known`, and of nothing that was to be known before.
    pub(super) fn cut(&mut self, duct: Duct, is_cut: bool, known: Time) -> bool {
        let routing = self.routing.as_mut().expect("only the ducts of a topology are cut");
        let cuts = routing.cut.entry(duct).or_default();
        *cuts = if is_cut { *cuts + 1 } else { *cuts - 1 };
        let is_whole = *cuts == 0;
        let has_changed = is_whole || (is_cut && *cuts == 1);
        if is_whole {
            routing.cut.remove(&duct);
        }
        if has_changed {
            routing.due.insert(duct, known);
            self.lay_ways();
        }
        has_changed
    }

    /// The ducts that are cut, and how many faults cut each.
    pub(super) fn cuts(&self) -> Vec<(Duct, u32)> {
        let cut = self.routing.iter().flat_map(|routing| &routing.cut);
        cut.map(|(duct, cuts)| (*duct, *cuts)).collect()
    }

    /// The routes lead around this duct if it is cut, and may lead through it if not; nothing changes if they are to learn
    /// of it later.
    pub(super) fn reroute(&mut self, now: Time, duct: Duct) {
        let routing = self.routing.as_mut().expect("only the ducts of a topology are cut");
        if routing.due.get(&duct).is_some_and(|due| *due > now) {
            return;
        }
        routing.due.remove(&duct);
        let changed = match routing.cut.contains_key(&duct) {
            true => routing.avoided.insert(duct),
            false => routing.avoided.remove(&duct),
        };
        if changed {
            let Routing { topology, avoided, .. } = &**routing;
            routing.routes = Routes::new(topology, |fibre| !avoided.contains(&fibre.duct()));
            self.lay_ways();
        }
    }

    /// Fills the matrix from the routes; a route through a cut duct leads nowhere.
    fn lay_ways(&mut self) {
        let Some(mut routing) = self.routing.take() else { return };
        let sites = || (0..self.count).map(SiteId);
        for (from, to) in sites().flat_map(|from| sites().map(move |to| (from, to))) {
            if from != to && !routing.lines.contains(&(from, to)) {
                let pair = self.pair(from, to);
                self.ways[pair] = match routing.route(from, to) {
                    None => Way { delay: Duration::MAX, profile: NO_ROUTE },
                    Some(mut route) => {
                        // What is shared is not each one's own.
                        route.bandwidth = route.bandwidth.filter(|_| self.shared.is_none());
                        Way { delay: route.delay, profile: routing.profile(route, &mut self.profiles) }
                    }
                };
            }
        }
        self.routing = Some(routing);
    }
}

impl Routing {
    /// The route from one site to another, if nothing on it is cut.
    fn route(&self, from: SiteId, to: SiteId) -> Option<Route> {
        let way = self.routes.back(&self.topology, from, to)?;
        let fibres = way.into_iter().map(|fibre| &self.topology.fibres()[fibre as usize]);
        let is_cut = fibres.clone().any(|fibre| self.cut.contains_key(&fibre.duct()));
        (!is_cut).then(|| Route::over(fibres))
    }

    /// The index of the profile of a route, made if it is the first such route.
    fn profile(&mut self, route: Route, profiles: &mut Vec<Profile>) -> u32 {
        let Route { bandwidth, loss, .. } = route;
        *self.known.entry((bandwidth, loss)).or_insert_with(|| {
            profiles.push(Profile {
                bandwidth: Bandwidth::narrower(self.every.bandwidth, bandwidth),
                loss: self.every.loss.or(loss),
                ..self.every.clone()
            });
            profiles.len() as u32 - 1
        })
    }
}
