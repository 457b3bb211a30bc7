//! A topology: sites, and the fibres between them. What lies between two sites is the shortest way over fibres that are
//! not cut.

mod routes;

pub use routes::Route;
pub(super) use routes::Routes;

use crate::kernel::{Duration, SiteId};

use super::profile::Bandwidth;
use crate::kernel::Probability;

/// Delay within a site, where every node is near every other.
pub const WITHIN_SITE: Duration = Duration::from_micros(50);

/// One direction of a fibre between two sites.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fibre {
    /// Where it begins.
    pub from: SiteId,
    /// Where it ends.
    pub to: SiteId,
    /// How long it takes.
    pub delay: Duration,
    /// What it carries; unlimited when not set.
    pub bandwidth: Option<Bandwidth>,
    /// Share of messages that it loses.
    pub loss: Probability,
}

/// Sites and the fibres between them, each direction by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Topology {
    names: Vec<String>,
    fibres: Vec<Fibre>,
}

/// Two sites with fibres between them, the smaller id first. A cut strikes all of these, in both directions: they share a
/// duct.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Duct {
    a: SiteId,
    b: SiteId,
}

impl Duct {
    /// The duct between two sites.
    pub fn between(a: SiteId, b: SiteId) -> Duct {
        Duct { a: a.min(b), b: a.max(b) }
    }

    /// Its ends.
    pub fn ends(self) -> [SiteId; 2] {
        [self.a, self.b]
    }
}

impl Topology {
    /// A topology of these sites. Fibres lead from one site to another.
    pub fn new(names: Vec<String>, fibres: Vec<Fibre>) -> Topology {
        let known = |site: SiteId| site.index() < names.len();
        assert!(fibres.iter().all(|fibre| known(fibre.from) && known(fibre.to) && fibre.from != fibre.to));
        Topology { names, fibres }
    }

    /// The sites' names, in the order of their ids.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The fibres, each direction by itself.
    pub fn fibres(&self) -> &[Fibre] {
        &self.fibres
    }

    /// Every duct once, in order.
    pub fn ducts(&self) -> Vec<Duct> {
        let mut ducts: Vec<Duct> = self.fibres.iter().map(|fibre| fibre.duct()).collect();
        ducts.sort_unstable();
        ducts.dedup();
        ducts
    }

    /// Where a duct leads from and to, in words: `Lyon--Turin`.
    pub fn name_of(&self, duct: Duct) -> String {
        let [a, b] = duct.ends().map(|site| self.names[site.index()].as_str());
        format!("{a}--{b}")
    }
}

impl Fibre {
    /// Its duct.
    pub fn duct(&self) -> Duct {
        Duct::between(self.from, self.to)
    }
}
