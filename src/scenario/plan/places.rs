//! Where nodes can stand: the matrix of sites and the profiles of links.

use std::collections::BTreeMap;

use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::net::regions::{MATRICES, Matrix};
use crate::net::{Bandwidth, Probability, Profile, Reorder, Sites};
use crate::spec::code::Code;
use crate::spec::origin::Origin;
use crate::spec::quantity::Ratio;
use crate::spec::scalars::Located;
use crate::spec::units;

use super::super::nouns::network::LinkOptions;
use super::{Planner, site_names};

/// One-way delay within `lan`.
pub const LAN_DELAY: Duration = Duration::from_micros(50);
/// Median and 99th percentile of the jitter within `lan`, in nanoseconds.
pub const LAN_JITTER: (f64, f64) = (10e3, 100e3);
/// Most sites of a matrix.
pub const SITES_MAX: usize = 10_000;
/// Most links that differ from the others.
pub const LINKS_MAX: usize = 10_000;

impl Planner<'_> {
    /// The sites of the scenario; after a mistake in the network those of `lan`.
    pub(super) fn sites(&mut self) -> Sites {
        let network = &self.scenario.network;
        let regions = network.regions.value.as_str();
        let is_lan = regions == "lan";
        let profile = profile(&network.default, is_lan);
        let lan = |profile| Sites::new(vec!["lan".to_owned()], |_, _| LAN_DELAY, profile);
        let mut sites = if is_lan {
            lan(profile)
        } else if let Some(matrix) = Matrix::find(regions) {
            let names = matrix.regions.iter().map(|name| (*name).to_owned()).collect();
            Sites::new(names, |from, to| matrix.one_way(from, to), profile)
        } else if let Some((names, delays)) = self.csv_matrix(regions) {
            let n = names.len();
            Sites::new(names, |from, to| delays[from * n + to], profile)
        } else {
            self.sites_known = false;
            lan(profile)
        };
        self.override_links(&mut sites);
        sites
    }

    /// Reads a CSV matrix: `from,to,one_way` with a delay such as `12.5ms` for every ordered pair.
    fn csv_matrix(&mut self, path: &str) -> Option<(Vec<String>, Vec<Duration>)> {
        let origin = self.scenario.network.regions.origin.clone();
        let built_in = || MATRICES.iter().map(|matrix| matrix.name).chain(["lan"]);
        if !path.contains(['.', '/']) {
            self.unknown_word("network", path, &origin, built_in());
            return None;
        }
        let text = match self.files.read(origin.source, path) {
            Ok(text) => text,
            Err(problem) => {
                self.diagnostics.push(problem.at(&format!("`{path}`"), &origin));
                return None;
            }
        };
        match read_matrix(&text) {
            Ok(matrix) => Some(matrix),
            Err(message) => {
                let help = "a matrix has the header `from,to,one_way` and a line such as `eu,us,40ms` for every \
                            ordered pair of regions, each with itself included";
                self.refuse(Code::BadData, &origin, format!("`{path}` {message}"), help.to_owned());
                None
            }
        }
    }

    /// Reports a region that the network does not have, and a network that has it.
    pub(super) fn unknown_region(&mut self, name: &str, origin: &Origin, sites: &Sites) {
        if !self.sites_known {
            return;
        }
        let elsewhere = MATRICES.iter().find(|matrix| matrix.regions.contains(&name));
        match elsewhere {
            Some(matrix) => {
                let message = format!("there is no region `{name}` in this network");
                let help = format!("write regions = \"{}\" in [network]", matrix.name);
                self.refuse(Code::UnknownName, origin, message, help);
            }
            None => self.unknown_name("region", name, origin, site_names(sites)),
        }
    }

    fn override_links(&mut self, sites: &mut Sites) {
        let scenario = self.scenario;
        if let Some(link) = scenario.network.link.get(LINKS_MAX) {
            let message = format!("the network has more than {LINKS_MAX} links that differ");
            let help = "give the network a CSV matrix of delays instead".to_owned();
            self.refuse(Code::TooMany, &link.from.origin, message, help);
            return;
        }
        for link in &scenario.network.link {
            let mut find = |name: &Located<String>| {
                let found = sites.find(&name.value);
                if found.is_none() {
                    self.unknown_region(&name.value, &name.origin, sites);
                }
                found
            };
            let (from, to) = (find(&link.from), find(&link.to));
            let (Some(from), Some(to)) = (from, to) else { continue };
            let pairs = if link.both { vec![(from, to), (to, from)] } else { vec![(from, to)] };
            for (from, to) in pairs {
                let delay = link.delay.unwrap_or_else(|| sites.delay(from, to));
                let changed = link.link.as_ref().map(|options| profile(options, false));
                let changed = changed.unwrap_or_else(|| sites.profile(from, to).clone());
                sites.set_link(from, to, delay, changed);
            }
        }
    }
}

/// Names and row-major delays of a CSV matrix, or what is wrong with it.
fn read_matrix(text: &str) -> Result<(Vec<String>, Vec<Duration>), String> {
    let not_csv = |error: csv::Error| format!("is not CSV: {error}");
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    if reader.headers().map_err(not_csv)?.iter().ne(["from", "to", "one_way"]) {
        return Err("does not begin with the header `from,to,one_way`".to_owned());
    }
    let mut names: Vec<String> = Vec::new();
    let mut index_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut delays: BTreeMap<(usize, usize), Duration> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(not_csv)?;
        let line = record.position().map_or(0, csv::Position::line);
        let fields: Vec<&str> = record.iter().collect();
        let [from, to, delay] = fields.as_slice() else {
            return Err(format!("has {} values in line {line}, not 3", fields.len()));
        };
        if from.is_empty() || to.is_empty() {
            return Err(format!("lacks the name of a region in line {line}"));
        }
        let one_way = units::duration(delay)
            .map_err(|problem| format!("has in line {line} a delay `{delay}` that {}", problem.message))?;
        let mut position = |name: &str| {
            *index_of.entry(name.to_owned()).or_insert_with(|| {
                names.push(name.to_owned());
                names.len() - 1
            })
        };
        if delays.insert((position(from), position(to)), one_way).is_some() {
            return Err(format!("gives the pair {from} to {to} twice: again in line {line}"));
        }
        if names.len() > SITES_MAX {
            return Err(format!("has more than {SITES_MAX} regions"));
        }
    }
    let n = names.len();
    if n == 0 {
        return Err("has no regions".to_owned());
    }
    // Before n * n delays are laid out: n comes from outside, and so many pairs must have been given.
    if let Some(missing) = (0..n * n).find(|pair| !delays.contains_key(&(pair / n, pair % n))) {
        return Err(format!("lacks the pair {} to {}", names[missing / n], names[missing % n]));
    }
    Ok((names, delays.into_values().collect()))
}

fn profile(options: &LinkOptions, is_lan: bool) -> Profile {
    let (median, p99) = LAN_JITTER;
    let lan_jitter =
        || Distribution::lognormal_median_p99(median, p99).expect("the constants are a lognormal");
    let probability = |ratio: Ratio| Probability::new(ratio.as_f64());
    Profile {
        jitter: options.jitter.clone().or_else(|| is_lan.then(lan_jitter)),
        loss: probability(options.loss),
        duplicate: probability(options.duplicate),
        reorder: options
            .reorder
            .as_ref()
            .map(|reorder| Reorder { probability: probability(reorder.share), delay: reorder.delay.clone() }),
        bandwidth: options.bandwidth.map(|bandwidth| Bandwidth::from_bits_per_second(bandwidth.0)),
        buffer: options.buffer.map(|buffer| buffer.0),
    }
}
