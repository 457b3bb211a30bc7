//! What the attributes of sites and links mean, whatever the format. Those that are not listed here mean nothing.

use super::{Mistake, Place, SiteDomains};
use crate::kernel::Duration;
use crate::spec::Problem;
use crate::spec::quantity::{Bandwidth, Ratio};
use crate::spec::units;

use super::super::nouns::{DOMAIN_HELP, is_domain};

/// What a site is called.
const LABELS: [&str; 2] = ["label", "name"];
/// Degrees north.
const LATITUDES: [&str; 2] = ["latitude", "lat"];
/// Degrees east.
const LONGITUDES: [&str; 3] = ["longitude", "lon", "lng"];
/// One-way delay, with the unit that a plain number is in.
const DELAYS: [(&str, Option<&str>); 10] = [
    ("delay", None),
    ("latency", None),
    ("delay_s", Some("s")),
    ("latency_s", Some("s")),
    ("delay_ms", Some("ms")),
    ("latency_ms", Some("ms")),
    ("delay_us", Some("us")),
    ("latency_us", Some("us")),
    ("delay_ns", Some("ns")),
    ("latency_ns", Some("ns")),
];
/// The columns of a CSV list of links, besides its ends.
pub(super) const COLUMNS: [&str; 4] = ["delay", "bandwidth", "loss", "directed"];

/// The attributes of a site or a link, as written. Names are told apart without regard to case.
#[derive(Clone, Default, Debug)]
pub(super) struct Attributes {
    list: Vec<(String, String, Place)>,
}

/// Degrees north and east.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Coordinates {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

/// What a link does.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct LinkFacts {
    pub(super) delay: Option<Duration>,
    pub(super) bandwidth: Option<Bandwidth>,
    pub(super) loss: Ratio,
}

type Found<'a> = (&'a str, &'a str, Place);

impl Attributes {
    /// Adds one; the last of a name counts. Empty ones are none.
    pub(super) fn add(&mut self, name: &str, value: &str, at: Place) {
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        self.list.retain(|(known, ..)| *known != name);
        if !value.is_empty() {
            self.list.push((name, value.to_owned(), at));
        }
    }

    /// These, and of `others` those whose name is new.
    pub(super) fn or(mut self, others: &Attributes) -> Attributes {
        for other in &others.list {
            if !self.list.iter().any(|(name, ..)| *name == other.0) {
                self.list.push(other.clone());
            }
        }
        self
    }

    /// The attribute of this name.
    pub(super) fn get(&self, wanted: &str) -> Option<(&str, Place)> {
        self.one_of(&[wanted]).map(|(_, value, at)| (value, at))
    }

    fn one_of(&self, names: &[&str]) -> Option<Found<'_>> {
        let found = names.iter().find_map(|wanted| self.list.iter().find(|(name, ..)| name == wanted));
        found.map(|(name, value, at)| (name.as_str(), value.as_str(), *at))
    }

    /// What a site is called.
    pub(super) fn label(&self) -> Option<&str> {
        self.one_of(&LABELS).map(|(_, value, _)| value)
    }

    /// Where a site lies.
    pub(super) fn coordinates(&self) -> Result<Option<Coordinates>, Mistake> {
        let degrees = |names: &[&str], most: f64| -> Result<Option<(f64, Place)>, Mistake> {
            let Some((name, value, at)) = self.one_of(names) else { return Ok(None) };
            let number = value.parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
            let wrong =
                || Mistake::at(at, format!("`{name}` is `{value}`, and not a number from -{most} to {most}"));
            number.map(|degrees| Some((degrees, at))).ok_or_else(wrong)
        };
        match (degrees(&LATITUDES, 90.0)?, degrees(&LONGITUDES, 180.0)?) {
            (Some((latitude, _)), Some((longitude, _))) => Ok(Some(Coordinates { latitude, longitude })),
            (None, None) => Ok(None),
            (Some((_, at)), None) => Err(Mistake::at(at, "a site with a latitude lacks its longitude")),
            (None, Some((_, at))) => Err(Mistake::at(at, "a site with a longitude lacks its latitude")),
        }
    }

    /// Which failure domains the nodes of a site are in.
    pub(super) fn domains(&self) -> Result<SiteDomains, Mistake> {
        let named = |what: &str| -> Result<Option<String>, Mistake> {
            match self.get(what) {
                Some((name, at)) if !is_domain(name) => {
                    let name = name.escape_debug();
                    Err(Mistake::at(at, format!("`{name}` cannot be the name of a {what}: {DOMAIN_HELP}")))
                }
                Some((name, _)) => Ok(Some(name.to_owned())),
                None => Ok(None),
            }
        };
        Ok(SiteDomains { zone: named("zone")?, rack: named("rack")? })
    }

    /// What a link does.
    pub(super) fn link(&self) -> Result<LinkFacts, Mistake> {
        let loss = self.one_of(&["loss"]).map(|found| quantity(found, "", units::ratio)).transpose()?;
        Ok(LinkFacts {
            delay: self.delay()?,
            bandwidth: self.bandwidth()?,
            loss: loss.unwrap_or(Ratio::ZERO),
        })
    }

    fn delay(&self) -> Result<Option<Duration>, Mistake> {
        let given =
            |(name, unit): &(&str, Option<&'static str>)| Some((self.one_of(&[*name])?, unit.unwrap_or("")));
        let mut given = DELAYS.iter().filter_map(given);
        let Some((found, unit)) = given.next() else { return Ok(None) };
        if let Some(((other, _, at), _)) = given.next() {
            return Err(Mistake::at(
                at,
                format!("both `{}` and `{other}` give the delay of the link", found.0),
            ));
        }
        quantity(found, unit, units::duration).map(Some)
    }

    /// `bandwidth`, or what the Topology Zoo has in its place: `LinkSpeedRaw` in bits a second, else `LinkSpeed` in
    /// `LinkSpeedUnits`.
    fn bandwidth(&self) -> Result<Option<Bandwidth>, Mistake> {
        let bandwidth = if let Some(found) = self.one_of(&["bandwidth"]) {
            (quantity(found, "", units::bandwidth)?, found)
        } else if let Some(found) = self.one_of(&["linkspeedraw"]) {
            (speed(found, 1e0)?, found)
        } else if let (Some(found), Some((units, _))) =
            (self.one_of(&["linkspeed"]), self.get("linkspeedunits"))
        {
            let unit = match units.to_ascii_uppercase().as_str() {
                "K" => 1e3,
                "M" => 1e6,
                "G" => 1e9,
                "T" => 1e12,
                _ => {
                    let message = format!("`LinkSpeedUnits` is `{units}`, and not K, M, G or T");
                    return Err(Mistake::at(found.2, message));
                }
            };
            (speed(found, unit)?, found)
        } else {
            return Ok(None);
        };
        match bandwidth {
            (Bandwidth(0), (name, value, at)) => {
                Err(Mistake::at(at, format!("`{name}` is `{value}`: a link that carries nothing is no link")))
            }
            (bandwidth, _) => Ok(Some(bandwidth)),
        }
    }
}

/// The quantity, in `unit` if it is a plain number.
fn quantity<T>(
    (name, value, at): Found<'_>,
    unit: &str,
    read: fn(&str) -> Result<T, Problem>,
) -> Result<T, Mistake> {
    read(&format!("{value}{unit}")).map_err(|problem| {
        let help = problem.help.first().map(|help| format!(" ({help})")).unwrap_or_default();
        Mistake::at(at, format!("`{name}` is `{value}`, which {}{help}", problem.message))
    })
}

fn speed((name, value, at): Found<'_>, unit: f64) -> Result<Bandwidth, Mistake> {
    let number = value.parse::<f64>().ok().map(|number| (number * unit).round());
    let number = number.filter(|bits| (0.0..=1e18).contains(bits));
    let wrong = || Mistake::at(at, format!("`{name}` is `{value}`, which is no speed of a link"));
    number.map(|bits| Bandwidth(bits as u64)).ok_or_else(wrong)
}
