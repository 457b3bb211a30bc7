//! Failure domains: the zones and racks that nodes stand in and the versions that they run, known by name to faults.
//!
//! A zone lies in a region, a rack in a zone (or in a region, where nodes have no zone), a version is one of a system: so
//! their full names are `eu-west-1/a`, `eu-west-1/a/r1` and `kv/1.2`. A target may leave out what is in front as long as
//! only one domain is meant. Sites of a topology may be of a zone, too: it lies in no region, because several sites can
//! be of it, so that its full name is its name alone.

use std::collections::BTreeMap;

use crate::faults::Target;
use crate::kernel::NodeId;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;

use super::super::nouns::system::Group;
use super::super::nouns::words::Words;
use super::super::nouns::{DOMAIN_HELP, is_domain};
use super::super::topology::SiteDomains;
use super::{Planner, listed};

/// A kind of failure domain that nodes are given by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Domain {
    Zone,
    Rack,
    Version,
}

impl Domain {
    /// The word in front of the colon of a target.
    pub(super) fn word(self) -> &'static str {
        match self {
            Domain::Zone => "zone",
            Domain::Rack => "rack",
            Domain::Version => "version",
        }
    }

    /// The domain that a target such as `zone:a` speaks of, and its name.
    pub(super) fn of_target(text: &str) -> Option<(Domain, &str)> {
        let (word, name) = text.split_once(':')?;
        let domain =
            [Domain::Zone, Domain::Rack, Domain::Version].into_iter().find(|one| one.word() == word)?;
        Some((domain, name.trim()))
    }
}

/// The nodes of every domain, by its full name, in order of their ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Domains {
    nodes: BTreeMap<(Domain, String), Vec<NodeId>>,
    /// The full names that end in a name, which has no `/`.
    by_end: BTreeMap<(Domain, String), Vec<String>>,
}

impl Domains {
    /// Takes note of the node at `position` of its group; what the group does not say, the site of the node may.
    pub(super) fn add(
        &mut self,
        node: NodeId,
        group: &Group,
        position: usize,
        (region, site): (&str, &SiteDomains),
        system: &str,
    ) {
        let own_zone = group.zone.at(position).map(|zone| format!("{region}/{zone}"));
        let zone = own_zone.or_else(|| site.zone.clone());
        let rack = group.rack.at(position).or(site.rack.as_deref());
        let rack = rack.map(|rack| format!("{}/{rack}", zone.as_deref().unwrap_or(region)));
        let version = group.version.at(position).map(|version| format!("{system}/{version}"));
        for (domain, name) in [(Domain::Zone, zone), (Domain::Rack, rack), (Domain::Version, version)] {
            if let Some(name) = name {
                self.note(domain, name, node);
            }
        }
    }

    fn note(&mut self, domain: Domain, name: String, node: NodeId) {
        let key = (domain, name);
        if let Some(nodes) = self.nodes.get_mut(&key) {
            return nodes.push(node);
        }
        self.by_end.entry((domain, end_of(&key.1))).or_default().push(key.1.clone());
        self.nodes.insert(key, vec![node]);
    }

    /// Those that `name` may mean, with their nodes: the one of this full name, else those whose names end in it.
    fn meant(&self, domain: Domain, name: &str) -> Vec<(&str, &Vec<NodeId>)> {
        // A full name means itself, also where it is the end of another.
        if let Some(((_, full), nodes)) = self.nodes.get_key_value(&(domain, name.to_owned())) {
            return vec![(full, nodes)];
        }
        let is_meant = |full: &&String| full.strip_suffix(name).is_some_and(|before| before.ends_with('/'));
        let same_end = self.by_end.get(&(domain, end_of(name))).into_iter().flatten();
        let mut names: Vec<&String> = same_end.filter(is_meant).collect();
        names.sort();
        names.into_iter().map(|full| (full.as_str(), &self.nodes[&(domain, full.clone())])).collect()
    }

    fn of(&self, domain: Domain) -> impl Iterator<Item = (&str, &Vec<NodeId>)> + Clone {
        let is_one = move |((kind, _), _): &(&(Domain, String), &Vec<NodeId>)| *kind == domain;
        self.nodes.iter().filter(is_one).map(|((_, name), nodes)| (name.as_str(), nodes))
    }
}

/// The part of a name behind its last `/`.
fn end_of(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).to_owned()
}

impl Planner<'_> {
    /// Whether the names of a group's domains can be names.
    pub(super) fn check_domains(&mut self, group: &Group) {
        let Group { zone, rack, version, .. } = group;
        for (domain, Words(names)) in [(Domain::Zone, zone), (Domain::Rack, rack), (Domain::Version, version)]
        {
            for name in names.iter().filter(|name| !is_domain(&name.value)) {
                let message =
                    format!("`{}` cannot be the name of a {}", name.value.escape_debug(), domain.word());
                self.refuse(Code::BadName, &name.origin, message, DOMAIN_HELP.to_owned());
            }
        }
    }

    /// The nodes of the one domain that `name` means.
    pub(super) fn domain(
        &mut self,
        domains: &Domains,
        domain: Domain,
        name: &str,
        origin: &Origin,
    ) -> Option<Target> {
        let meant = if name.is_empty() { Vec::new() } else { domains.meant(domain, name) };
        match meant.as_slice() {
            [(_, nodes)] => {
                self.count_meant(nodes.len(), origin)?;
                Some(Target::Nodes((*nodes).clone()))
            }
            [] if self.is_only_counted() => None,
            [] => {
                let known = domains.of(domain).map(|(full, _)| full);
                let short = known.clone().filter_map(|full| full.rsplit('/').next());
                let help = match listed(known) {
                    None => format!(
                        "no node has a {0}: write for example groups = [{{ count = 3, {0} = \"a\" }}]",
                        domain.word()
                    ),
                    Some(names) => format!("the scenario has {names}"),
                };
                self.unknown(format!("there is no {} `{name}`", domain.word()), name, origin, short, help);
                None
            }
            several => {
                let names = listed(several.iter().map(|(full, _)| *full)).unwrap_or_default();
                let message = format!("there are {} {}s `{name}`", several.len(), domain.word());
                self.diagnostics
                    .push(Diagnostic::error(Code::BadTarget, origin, message).help(format!("write {names}")));
                None
            }
        }
    }
}
