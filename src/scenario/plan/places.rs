//! Where nodes can stand: matrices and topologies of sites, and the profiles of links.

use std::collections::BTreeMap;

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, SiteId};
use crate::net::regions::{MATRICES, Matrix};
use crate::net::{Access, Bandwidth, Probability, Profile, Reorder, Sites};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::quantity::Ratio;
use crate::spec::scalars::Located;
use crate::spec::suggest;

use super::super::nouns::network::{LinkOptions, LinkOverride, Sharing};
use super::super::topology::{self, Drawn, FORMATS, Format, matrix};
use super::{Planner, Thing, site_names};

/// One-way delay within `lan`.
pub const LAN_DELAY: Duration = Duration::from_micros(50);
/// Median and 99th percentile of the jitter within `lan`, in nanoseconds.
pub const LAN_JITTER: (f64, f64) = (10e3, 100e3);
/// Most links that differ from the others.
pub const LINKS_MAX: usize = 10_000;
const MATRIX_HELP: &str = "a matrix has the header `from,to,one_way` and a line such as `eu,us,40ms` for every ordered \
                           pair of regions, each with itself included; a list of links has `from,to,delay`";

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
        } else if let Some(sites) = self.sites_of_file(regions, profile.clone()) {
            sites
        } else {
            self.sites_known = false;
            lan(profile)
        };
        if let Some(fill) = network.fill.as_ref().filter(|_| self.sites_known && sites.topology().is_none()) {
            let message = "`fill` is of topologies, and this network is a matrix".to_owned();
            self.refuse(Code::Contradiction, &fill.origin, message, "remove it".to_owned());
        }
        self.override_links(&mut sites);
        self.shared(sites)
    }

    /// The sites, with capacity that is shared if the scenario says so.
    fn shared(&mut self, sites: Sites) -> Sites {
        let network = &self.scenario.network;
        let uplink = network.uplink.as_ref();
        match network.sharing.value {
            Sharing::Private => {
                if let Some(uplink) = uplink {
                    let message =
                        "`uplink` is shared by all that a node sends, and nothing is shared here".to_owned();
                    let help = "write sharing = \"fair\" beside it".to_owned();
                    self.refuse(Code::Contradiction, &uplink.origin, message, help);
                }
                sites
            }
            Sharing::Fair => {
                if uplink.is_none() && self.sites_known && sites.topology().is_none() {
                    let message =
                        "there is nothing to share: this network has neither fibres nor `uplink`".to_owned();
                    let help =
                        "add uplink = \"1Gbit/s\", or a topology whose links have a bandwidth".to_owned();
                    self.refuse(Code::Contradiction, &network.sharing.origin, message, help);
                }
                if let Some(zero) = uplink.filter(|uplink| uplink.value.0 == 0) {
                    let message = "`uplink` is zero, so that nothing would ever leave".to_owned();
                    self.refuse(Code::OutOfRange, &zero.origin, message, "write at least 1bit/s".to_owned());
                }
                let uplink = uplink.map(|uplink| Bandwidth::from_bits_per_second(uplink.value.0));
                sites.with_shared(Access { uplink })
            }
        }
    }

    /// The sites of a matrix or a topology.
    fn sites_of_file(&mut self, path: &str, profile: Profile) -> Option<Sites> {
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
        let Some(format) = Format::of(path) else {
            let endings: Vec<String> = FORMATS.iter().map(|(ending, _)| format!(".{ending}")).collect();
            let message = format!("nobody can tell what `{path}` holds");
            let help =
                format!("its name must end in {}", suggest::one_of(endings.iter().map(String::as_str)));
            self.refuse(Code::BadData, &origin, message, help);
            return None;
        };
        if format == Format::Csv && !matrix::is_list_of_links(&text) {
            return match matrix::read(&text) {
                Ok((names, delays)) => {
                    let n = names.len();
                    Some(Sites::new(names, |from, to| delays[from * n + to], profile))
                }
                Err(message) => {
                    self.refuse(
                        Code::BadData,
                        &origin,
                        format!("`{path}` {message}"),
                        MATRIX_HELP.to_owned(),
                    );
                    None
                }
            };
        }
        let fill = self.scenario.network.fill.as_ref().map(|fill| fill.value);
        match topology::read(format, &text).and_then(|survey| survey.draw(fill)) {
            Ok(drawn) => Some(self.sites_of_topology(path, drawn, profile)),
            Err(mistake) => {
                let help = "`seedbed explain topology` shows what a topology may hold".to_owned();
                self.refuse(Code::BadData, &origin, mistake.within(path), help);
                None
            }
        }
    }

    /// The sites of a topology, and a warning about what of the file is not in it.
    fn sites_of_topology(&mut self, path: &str, drawn: Drawn, profile: Profile) -> Sites {
        let origin = self.scenario.network.regions.origin.clone();
        let mut warn = |message: String, help: &str| {
            self.diagnostics.push(Diagnostic::warning(Code::TopologyGap, &origin, message).help(help));
        };
        if drawn.links_without_delay > 0 && self.scenario.network.fill.is_none() {
            let links = match drawn.links_without_delay {
                1 => "1 link".to_owned(),
                count => format!("{count} links"),
            };
            let ends = match all_of(&drawn.unplaced) {
                None => "and its ends no coordinates".to_owned(),
                Some(names) => format!("and there are no coordinates of {names}"),
            };
            let gone = all_of(&drawn.sites_left_out).map(|names| format!(", and so are the sites {names}"));
            let gone = gone.unwrap_or_default();
            let message = format!("{links} of `{path}` have no delay, {ends}: they are left out{gone}");
            let help =
                "give all such links a delay with fill = \"5ms\" in [network], or each its own in the file";
            warn(message, help);
        }
        let sites = Sites::of_topology(drawn.topology, profile);
        let ids = || (0..sites.names().len()).map(|id| SiteId(id as u16));
        let pairs = ids().flat_map(|from| ids().map(move |to| (from, to)));
        if let Some((from, to)) = pairs.into_iter().find(|(from, to)| sites.delay(*from, *to).is_none()) {
            let [from, to] = [from, to].map(|site| sites.names()[site.index()].as_str());
            let message = format!("in `{path}` nothing leads from `{from}` to `{to}`");
            warn(message, "messages between such sites are dropped: `no-route`");
        }
        (self.sites_left_out, self.site_domains) = (drawn.sites_left_out, drawn.domains);
        sites
    }

    /// Reports a region that the network does not have, and a network that has it.
    pub(super) fn unknown_region(&mut self, name: &str, origin: &Origin, sites: &Sites) {
        if !self.sites_known {
            return;
        }
        if self.sites_left_out.iter().any(|site| site == name) {
            let message = format!("the region `{name}` is left out of the topology: it has no coordinates");
            let help = "give links to it a delay with fill = \"5ms\" in [network]".to_owned();
            return self.refuse(Code::UnknownName, origin, message, help);
        }
        let elsewhere = MATRICES.iter().find(|matrix| matrix.regions.contains(&name));
        match elsewhere {
            Some(matrix) => {
                let message = format!("there is no region `{name}` in this network");
                let help = format!("write regions = \"{}\" in [network]", matrix.name);
                self.refuse(Code::UnknownName, origin, message, help);
            }
            None if sites.names().len() == 1 => {
                let only = &sites.names()[0];
                let message = format!("there is no region `{name}`: the network has the one region `{only}`");
                let help = "for several write for example regions = \"aws\" in [network]".to_owned();
                self.unknown(message, name, origin, site_names(sites), help);
            }
            None if std::mem::replace(&mut self.regions_told, true) => {
                let message = format!("there is no region `{name}`");
                self.unknown(message, name, origin, site_names(sites), String::new());
            }
            None => self.unknown_name(Thing::Region, name, origin, site_names(sites)),
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
        let mut given: BTreeMap<(SiteId, SiteId), &LinkOverride> = BTreeMap::new();
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
            if sites.topology().is_some() && link.delay.is_none() {
                let message = "a link that differs lacks its `delay`".to_owned();
                let help = "in a topology it is a line of its own beside the fibres, so give it one; what a fibre does stands \
                            in the topology";
                self.refuse(Code::MissingKey, &link.from.origin, message, help.to_owned());
                continue;
            }
            if link.delay.is_none() && link.link.is_none() {
                let message = "nothing says in what this link differs from the others".to_owned();
                let help = "write delay = \"80ms\", or link = { loss = \"1%\" }".to_owned();
                self.refuse(Code::MissingKey, &link.from.origin, message, help);
                continue;
            }
            let pairs = if link.both { vec![(from, to), (to, from)] } else { vec![(from, to)] };
            // One way of an earlier link may differ; of what has all its ways again nothing is left but what this leaves out.
            let earlier = pairs.iter().find_map(|pair| given.get(pair).filter(|&&it| link.both || !it.both));
            if let Some(earlier) = earlier {
                let message =
                    format!("the link from `{}` to `{}` is given twice", link.from.value, link.to.value);
                let warning = Diagnostic::warning(Code::NoEffect, &link.from.origin, message);
                let warning = warning.related(&earlier.from.origin, "first given here");
                self.diagnostics.push(warning.help("of what both say the later counts: write it once"));
            }
            given.extend(pairs.iter().map(|&pair| (pair, link)));
            for (from, to) in pairs {
                let delay = link.delay.or_else(|| sites.delay(from, to)).unwrap_or_default();
                let changed = link.link.as_ref().map(|options| profile(options, false));
                let changed = changed.or_else(|| sites.profile(from, to).cloned());
                let changed = changed.unwrap_or_else(|| profile(&scenario.network.default, false));
                sites.set_link(from, to, delay, changed);
            }
        }
    }
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

/// The names in a row, those beyond a limit counted; none when there is no name.
fn all_of(names: &[String]) -> Option<String> {
    let shown: Vec<String> =
        names.iter().take(suggest::NAMES_SHOWN).map(|name| format!("`{name}`")).collect();
    let more = names.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}
