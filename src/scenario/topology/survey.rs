//! From the sites and links of a file to a topology: names that are unique, and a delay for every link.
//!
//! A link's delay is what the file says, or else what light needs in glass for the way over the globe between its ends.
//! Where the file says neither, the link has no delay: it gets one that the scenario gives to all such links, or is left
//! out; and with it sites that cannot be reached without.

use std::collections::BTreeMap;

use super::attributes::{Attributes, Coordinates, LinkFacts};
use super::{LINKS_MAX, Mistake, Place, SITES_MAX};
use crate::kernel::math::{asin, cos, sin};
use crate::kernel::{Duration, SiteId};
use crate::net::topology::{Fibre, Topology};
use crate::net::{Bandwidth, Probability};

/// Mean radius of the Earth in metres (IUGG: a third of twice the equatorial and the polar one).
const EARTH_RADIUS: f64 = 6_371_008.8;
/// Two thirds of the speed of light, in metres a nanosecond.
const SPEED_IN_GLASS: f64 = 0.299_792_458 * 2.0 / 3.0;
/// Longest name of a site, in bytes.
const NAME_MAX: usize = 200;

/// The sites and links of a file.
#[derive(Clone, Default, Debug)]
pub struct Survey {
    sites: Vec<Site>,
    index_of: BTreeMap<String, usize>,
    links: Vec<Link>,
}

#[derive(Clone, Debug)]
struct Site {
    id: String,
    label: Option<String>,
    coordinates: Option<Coordinates>,
    domains: SiteDomains,
    at: Place,
}

/// The failure domains that a site says its nodes are in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct SiteDomains {
    /// The zone, of which several sites may be.
    pub zone: Option<String>,
    /// The rack.
    pub rack: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    from: usize,
    to: usize,
    directed: bool,
    facts: LinkFacts,
}

/// A topology, and what of the file is not in it.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The topology.
    pub topology: Topology,
    /// Zone and rack of each of its sites.
    pub domains: Vec<SiteDomains>,
    /// Sites without coordinates that a link without a delay leads to.
    pub unplaced: Vec<String>,
    /// Links that have no delay, and are left out or have the one given for all of them.
    pub links_without_delay: usize,
    /// Sites that are left out, because nothing else leads there.
    pub sites_left_out: Vec<String>,
}

impl Survey {
    /// Whether there is a site of this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.index_of.contains_key(id)
    }

    /// Adds a site.
    pub(super) fn site(&mut self, id: &str, attributes: Attributes, at: Place) -> Result<(), Mistake> {
        if self.sites.len() == SITES_MAX {
            return Err(Mistake::at(at, format!("more than {SITES_MAX} sites")));
        }
        if self.index_of.insert(id.to_owned(), self.sites.len()).is_some() {
            return Err(Mistake::at(at, format!("a second site `{id}`")));
        }
        let label = attributes.label().map(|label| label.split_whitespace().collect::<Vec<_>>().join(" "));
        let (coordinates, domains) = (attributes.coordinates()?, attributes.domains()?);
        self.sites.push(Site { id: id.trim().to_owned(), label, coordinates, domains, at });
        Ok(())
    }

    /// Adds a link; one from a site to itself lies on no way, and is none.
    pub(super) fn link(
        &mut self,
        from: &str,
        to: &str,
        directed: bool,
        attributes: &Attributes,
        at: Place,
    ) -> Result<(), Mistake> {
        let find = |id: &str| {
            let found = self.index_of.get(id).copied();
            found.ok_or_else(|| Mistake::at(at, format!("a link to `{id}`, which is no site of this file")))
        };
        let (from, to) = (find(from)?, find(to)?);
        let facts = attributes.link()?;
        if self.links.len() == LINKS_MAX {
            return Err(Mistake::at(at, format!("more than {LINKS_MAX} links")));
        }
        if from != to {
            self.links.push(Link { from, to, directed, facts });
        }
        Ok(())
    }

    /// The topology; links without a delay have that of `fill`, or are left out if there is none.
    ///
    /// # Errors
    /// Sites whose names cannot be told apart, or none at all.
    pub fn draw(self, fill: Option<Duration>) -> Result<Drawn, Mistake> {
        let names = self.names()?;
        let delays: Vec<Option<Duration>> = self.links.iter().map(|link| self.delay(link)).collect();
        let mut unplaced: Vec<usize> = Vec::new();
        let without = || self.links.iter().zip(&delays).filter(|(_, delay)| delay.is_none());
        for (link, _) in without() {
            unplaced
                .extend([link.from, link.to].iter().filter(|site| self.sites[**site].coordinates.is_none()));
        }
        unplaced.sort_unstable();
        unplaced.dedup();
        let links_without_delay = without().count();
        let kept = || self.links.iter().zip(delays.iter().map(|delay| delay.or(fill)));
        let is_linked =
            |site: &usize| kept().any(|(link, delay)| delay.is_some() && [link.from, link.to].contains(site));
        let left_out: Vec<usize> = unplaced.iter().copied().filter(|site| !is_linked(site)).collect();
        let mut ids = vec![None; names.len()];
        let known = (0..names.len()).filter(|site| !left_out.contains(site));
        known.zip(0..).for_each(|(site, id)| ids[site] = Some(SiteId(id)));
        let mut fibres = Vec::new();
        for (link, delay) in kept() {
            let (Some(delay), Some(from), Some(to)) = (delay, ids[link.from], ids[link.to]) else { continue };
            let fibre = Fibre {
                from,
                to,
                delay,
                bandwidth: link.facts.bandwidth.map(|given| Bandwidth::from_bits_per_second(given.0)),
                loss: Probability::new(link.facts.loss.as_f64()),
            };
            fibres.push(fibre);
            if !link.directed {
                fibres.push(Fibre { from: to, to: from, ..fibre });
            }
        }
        let named = |sites: &[usize]| sites.iter().map(|site| names[*site].clone()).collect();
        let (unplaced, sites_left_out) = (named(&unplaced), named(&left_out));
        let domains = self.sites.into_iter().map(|site| site.domains);
        let kept = names.into_iter().zip(domains).zip(&ids).filter(|(_, id)| id.is_some());
        let (names, domains) = kept.map(|(site, _)| site).unzip();
        let topology = Topology::new(names, fibres);
        Ok(Drawn { topology, domains, unplaced, links_without_delay, sites_left_out })
    }

    /// What the sites are called: by their labels, by their ids where they have none, and by both where several have the
    /// same label.
    fn names(&self) -> Result<Vec<String>, Mistake> {
        if self.sites.is_empty() {
            return Err(Mistake::whole("the topology has no sites"));
        }
        let plain = |site: &Site| site.label.clone().unwrap_or_else(|| site.id.clone());
        let mut count: BTreeMap<String, u32> = BTreeMap::new();
        self.sites.iter().for_each(|site| *count.entry(plain(site)).or_default() += 1);
        let mut first: BTreeMap<String, &Site> = BTreeMap::new();
        let mut names = Vec::with_capacity(self.sites.len());
        for site in &self.sites {
            let name = plain(site);
            let name = if count[&name] > 1 { format!("{name} ({})", site.id) } else { name };
            if name.is_empty() || name.len() > NAME_MAX || name.contains(char::is_control) {
                let message = format!("`{}` cannot be the name of a site", name.escape_debug());
                return Err(Mistake::at(site.at, message));
            }
            if let Some(other) = first.insert(name.clone(), site) {
                let message = format!("a site called `{name}`, as the one of line {}", other.at.line);
                return Err(Mistake::at(site.at, message));
            }
            names.push(name);
        }
        Ok(names)
    }

    fn delay(&self, link: &Link) -> Option<Duration> {
        let coordinates = |site: usize| self.sites[site].coordinates;
        link.facts.delay.or_else(|| {
            let metres = great_circle(coordinates(link.from)?, coordinates(link.to)?);
            Some(Duration((metres / SPEED_IN_GLASS).round() as u64))
        })
    }
}

/// The way over the globe between two places, in metres: by the haversine, which is exact for near places too.
fn great_circle(a: Coordinates, b: Coordinates) -> f64 {
    let haversine = |degrees: f64| {
        let half = sin(degrees.to_radians() / 2.0);
        half * half
    };
    let parallels = cos(a.latitude.to_radians()) * cos(b.latitude.to_radians());
    let chord = haversine(b.latitude - a.latitude) + parallels * haversine(b.longitude - a.longitude);
    2.0 * EARTH_RADIUS * asin(chord.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_over_the_globe_is_that_of_an_atlas() {
        let at = |latitude, longitude| Coordinates { latitude, longitude };
        let kilometres = |a, b| (great_circle(a, b) / 1e3).round();
        let (seattle, new_york) = (at(47.60621, -122.33207), at(40.71427, -74.00597));
        assert_eq!(kilometres(seattle, new_york), 3865.0);
        assert_eq!(kilometres(at(48.8566, 2.3522), at(51.5074, -0.1278)), 344.0, "Paris, London");
        let half = std::f64::consts::PI * EARTH_RADIUS;
        assert!((great_circle(at(90.0, 0.0), at(-90.0, 77.0)) - half).abs() < 1e-6, "pole to pole");
        assert!((great_circle(at(0.0, 180.0), at(0.0, -180.0))).abs() < 1e-6, "the same meridian");
        let near = great_circle(at(0.0, 0.0), at(0.0, 1e-7));
        assert!((near - half / 180.0 * 1e-7).abs() < 1e-9, "a centimetre is a centimetre: {near}");
    }
}
