//! Where nodes can stand: the matrix of sites and the profiles of links.

use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::net::regions::{MATRICES, Matrix};
use crate::net::{Bandwidth, Probability, Profile, Reorder, Sites};
use crate::spec::code::Code;
use crate::spec::quantity::Ratio;
use crate::spec::units;

use super::super::nouns::network::LinkOptions;
use super::{Planner, site_names};

/// One-way delay within `lan`.
pub const LAN_DELAY: Duration = Duration::from_micros(50);
/// Median and 99th percentile of the jitter within `lan`, in nanoseconds.
pub const LAN_JITTER: (f64, f64) = (10e3, 100e3);
/// Most sites of a matrix.
const SITES_MAX: usize = 10_000;

impl Planner<'_> {
    /// The sites of the scenario.
    pub(super) fn sites(&mut self) -> Option<Sites> {
        let network = &self.scenario.network;
        let regions = network.regions.value.as_str();
        let is_lan = regions == "lan";
        let profile = profile(&network.default, is_lan);
        let mut sites = if is_lan {
            Sites::new(vec!["lan".to_owned()], |_, _| LAN_DELAY, profile)
        } else if let Some(matrix) = Matrix::find(regions) {
            let names = matrix.regions.iter().map(|name| (*name).to_owned()).collect();
            Sites::new(names, |from, to| matrix.one_way(from, to), profile)
        } else {
            let (names, delays) = self.csv_matrix(regions)?;
            let n = names.len();
            Sites::new(names, |from, to| delays[from * n + to], profile)
        };
        self.override_links(&mut sites)?;
        Some(sites)
    }

    /// Reads a CSV matrix: `from,to,one_way` with a delay such as `12.5ms` for every ordered pair.
    fn csv_matrix(&mut self, path: &str) -> Option<(Vec<String>, Vec<Duration>)> {
        let origin = self.scenario.network.regions.origin.clone();
        let built_in = || MATRICES.iter().map(|matrix| matrix.name).chain(["lan"]);
        if !path.contains(['.', '/']) {
            self.unknown_name("network", path, &origin, built_in());
            return None;
        }
        let mut bad = |message: String| {
            let help =
                "write a header `from,to,one_way` and a line such as `eu,us,40ms` for every ordered pair";
            self.diagnostics.push(
                crate::spec::Diagnostic::error(Code::BadData, &origin, format!("`{path}` {message}"))
                    .help(help),
            );
        };
        let text = match self.files.read(origin.source, path) {
            Ok(text) => text,
            Err(problem) => {
                bad(problem.message);
                return None;
            }
        };
        match read_matrix(&text) {
            Ok(matrix) => Some(matrix),
            Err(message) => {
                bad(message);
                None
            }
        }
    }

    fn override_links(&mut self, sites: &mut Sites) -> Option<()> {
        let scenario = self.scenario;
        for link in &scenario.network.link {
            let mut find = |name: &crate::spec::Located<String>| {
                let found = sites.find(&name.value);
                if found.is_none() {
                    self.unknown_name("region", &name.value, &name.origin, site_names(sites));
                }
                found
            };
            let (from, to) = (find(&link.from), find(&link.to));
            let (from, to) = (from?, to?);
            let pairs = if link.both { vec![(from, to), (to, from)] } else { vec![(from, to)] };
            for (from, to) in pairs {
                let delay = link.delay.unwrap_or_else(|| sites.delay(from, to));
                let changed = link.link.as_ref().map(|options| profile(options, false));
                let changed = changed.unwrap_or_else(|| sites.profile(from, to).clone());
                sites.set_link(from, to, delay, changed);
            }
        }
        Some(())
    }
}

/// Names and row-major delays of a CSV matrix, or what is wrong with it.
fn read_matrix(text: &str) -> Result<(Vec<String>, Vec<Duration>), String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| format!("is not CSV: {error}"))?;
    if headers.iter().collect::<Vec<_>>() != ["from", "to", "one_way"] {
        return Err("does not begin with the header `from,to,one_way`".to_owned());
    }
    let mut rows = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let line = index + 2;
        let record = record.map_err(|error| format!("is not CSV: {error}"))?;
        let delay = units::duration(&record[2]);
        let delay = delay.map_err(|problem| format!("line {line}: `{}` {}", &record[2], problem.message))?;
        let mut position = |name: &str| {
            names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len() - 1
            })
        };
        rows.push((line, position(&record[0]), position(&record[1]), delay));
        if names.len() > SITES_MAX {
            return Err(format!("has more than {SITES_MAX} regions"));
        }
    }
    let n = names.len();
    let mut delays = vec![None; n * n];
    for (line, from, to, delay) in rows {
        if delays[from * n + to].replace(delay).is_some() {
            return Err(format!("line {line}: the pair {} to {} is given twice", names[from], names[to]));
        }
    }
    if n == 0 {
        return Err("has no regions".to_owned());
    }
    if let Some(missing) = delays.iter().position(Option::is_none) {
        return Err(format!("lacks the pair {} to {}", names[missing / n], names[missing % n]));
    }
    Ok((names, delays.into_iter().flatten().collect()))
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
