//! Resolves the links and fibres that a fault strikes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::faults::{Between, FaultKind, Fibres, Group, Heading, Target};
use crate::kernel::NodeId;
use crate::net::Sites;
use crate::net::topology::Duct;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::scalars::Located;

use super::super::nouns::fault::{Direction, FaultCommon, Side};
use super::nodes::Placed;
use super::targets::Whom;
use super::{Planner, Thing, listed};

impl Planner<'_> {
    /// The links that a fault strikes.
    pub(super) fn between(
        &mut self,
        options: &FaultCommon,
        placed: &Placed,
        sites: &Sites,
    ) -> Option<Between> {
        if let Some(links) = &options.links {
            let found: Vec<_> = links.iter().map(|link| self.link(link, placed)).collect();
            let found: Vec<(NodeId, NodeId, bool)> = found.into_iter().collect::<Option<_>>()?;
            let (mut pairs, mut named) = (Vec::new(), BTreeSet::new());
            for (link, (a, b, both)) in links.iter().zip(found) {
                let before = pairs.len();
                let ways = [Some((a, b)), both.then_some((b, a))].into_iter().flatten();
                pairs.extend(ways.filter(|way| named.insert(*way)));
                if pairs.len() == before {
                    let message = format!("`{}` is struck by what stands before it", link.value);
                    let warning = Diagnostic::warning(Code::NoEffect, &link.origin, message);
                    self.diagnostics.push(warning.help("remove it, or name another link"));
                }
            }
            return Some(Between::Links(pairs));
        }
        if let Some(target) = &options.target {
            if is_link(&target.value) && options.layout.is_none() {
                if options.at_clock.is_some() {
                    let message = "a link has no clock for `at_clock` to look at".to_owned();
                    self.refuse(Code::BadTarget, &target.origin, message, "name a node".to_owned());
                    return None;
                }
                let (a, b, both) = self.ends(target, placed, "link ")?;
                let [a, b] = [a, b].map(|node| Group::Of(vec![Target::Node(node)]));
                return Some(if both { Between::Groups(vec![a, b]) } else { Between::OneWay(a, b) });
            }
            let target = self.nodes_struck(options.r#do.value, target, placed, sites)?;
            let target = if options.at_clock.is_some() { Target::That } else { target };
            if let Some(layout) = options.layout {
                return Some(Between::Layout(layout, target));
            }
            let direction = options.direction.unwrap_or(Direction::Both);
            if options.r#do.value == FaultKind::Partition {
                // Whoever is parted stays together.
                let target = Group::Of(vec![target]);
                return Some(match direction {
                    Direction::Both => Between::Groups(vec![target, Group::Rest]),
                    Direction::In => Between::OneWay(Group::Rest, target),
                    Direction::Out => Between::OneWay(target, Group::Rest),
                });
            }
            let heading = match direction {
                Direction::Both => Heading::Both,
                Direction::In => Heading::In,
                Direction::Out => Heading::Out,
            };
            return Some(Between::Of(target, heading));
        }
        let Some(sides) = options.groups.as_ref() else {
            return Some(Between::All);
        };
        let groups: Vec<Option<Group>> = sides.iter().map(|side| self.side(side, placed, sites)).collect();
        let groups: Vec<Group> = groups.into_iter().collect::<Option<_>>()?;
        if groups.iter().filter(|group| **group == Group::Rest).count() > 1 {
            let last = sides.last()?.0.last()?;
            let message = "two groups are `rest`, which is all that no other group has".to_owned();
            self.refuse(Code::BadTarget, &last.origin, message, "name the nodes of one of them".to_owned());
            return None;
        }
        self.check_apart(sides, &groups, placed)?;
        Some(match options.one_way {
            false => Between::Groups(groups),
            true => Between::OneWay(groups.first()?.clone(), groups.get(1)?.clone()),
        })
    }

    /// Refuses a group that is sure to be empty: a node belongs to the first group that names it.
    fn check_apart(&mut self, sides: &[Side], groups: &[Group], placed: &Placed) -> Option<()> {
        let mut earlier: BTreeMap<&Target, &Located<String>> = BTreeMap::new();
        for (side, group) in sides.iter().zip(groups) {
            let Group::Of(targets) = group else { continue };
            let taken = |target: &Target| {
                let system = placed.system_of(target).map(Target::System);
                let whole = system.as_ref().and_then(|system| earlier.get(system));
                whole.or(earlier.get(target).filter(|_| !target.is_drawn())).copied()
            };
            let others: Option<Vec<_>> = targets.iter().map(taken).collect();
            if let (Some(first), Some(other)) =
                (side.0.first(), others.as_ref().and_then(|others| others.first()))
            {
                let message = format!("nobody is left for the group of `{}`", first.value.trim());
                let error = Diagnostic::error(Code::BadTarget, &first.origin, message);
                let error = error.related(&other.origin, "whom two groups name is in the first");
                let help = "name others, or write \"rest\" for all that no other group has";
                self.diagnostics.push(error.help(help));
                return None;
            }
            targets.iter().zip(&side.0).for_each(|(target, place)| {
                earlier.entry(target).or_insert(place);
            });
        }
        Some(())
    }

    fn side(&mut self, side: &Side, placed: &Placed, sites: &Sites) -> Option<Group> {
        if let [only] = side.0.as_slice()
            && only.value == "rest"
        {
            return Some(Group::Rest);
        }
        let words: &[&str] = if side.0.len() == 1 { &["rest", "that"] } else { &["that"] };
        let targets: Vec<Option<Target>> =
            side.0.iter().map(|target| self.target(target, Whom::Anybody, words, placed, sites)).collect();
        targets.into_iter().collect::<Option<_>>().map(Group::Of)
    }

    /// A link of a list, which is nothing else and has no need to say so.
    fn link(&mut self, link: &Located<String>, placed: &Placed) -> Option<(NodeId, NodeId, bool)> {
        if is_link(&link.value) {
            let start = link.value.len() - link.value.trim_start().len();
            let (word, ends) = link.value.trim().split_at("link ".len());
            let message = "`link` is for a `target`, and these are links all".to_owned();
            let word = link.place_of(start..start + word.len());
            self.refuse(Code::BadTarget, &word, message, format!("write \"{}\"", ends.trim()));
            return None;
        }
        self.ends(link, placed, "")
    }

    /// The ends of a link written `a->b` or `a--b` behind `word`, and whether it is both ways.
    fn ends(
        &mut self,
        link: &Located<String>,
        placed: &Placed,
        word: &str,
    ) -> Option<(NodeId, NodeId, bool)> {
        let (start, end) =
            (link.value.len() - link.value.trim_start().len() + word.len(), link.value.trim_end().len());
        let ends = &link.value[start..end];
        let (from, to, both) = match (ends.split_once("->"), ends.split_once("--")) {
            (Some((from, to)), _) => (from.trim(), to.trim(), false),
            (None, Some((from, to))) => (from.trim(), to.trim(), true),
            (None, None) => {
                let message = format!("`{}` is no link", link.value);
                let help = format!(
                    "write for example \"{word}kv.1->kv.2\" for one direction, \"{word}kv.1--kv.2\" for both"
                );
                self.refuse(Code::BadTarget, &link.origin, message, help);
                return None;
            }
        };
        let start = start + (ends.len() - ends.trim_start().len());
        let mut node = |name: &str, bytes: Range<usize>| {
            let node = placed.find(name);
            if node.is_none() {
                let known = placed.nodes.iter().map(|node| &*node.name);
                self.unknown_name(Thing::Node, name, &link.place_of(bytes), known);
            }
            node
        };
        let from = node(from, start..start + from.len());
        let to = node(to, end - to.len()..end);
        let (from, to) = (from?, to?);
        if from == to {
            let message = "the link leads from a node to itself".to_owned();
            self.refuse(Code::BadTarget, &link.origin, message, "name two nodes".to_owned());
            return None;
        }
        Some((from, to, both))
    }

    /// `fibre Lyon--Turin`, `fibre any`.
    pub(super) fn fibres(
        &mut self,
        kind: FaultKind,
        target: &Located<String>,
        sites: &Sites,
    ) -> Option<Fibres> {
        if !self.sites_known {
            return None; // The mistake in the network has been reported.
        }
        let Some(topology) = sites.topology() else {
            let message =
                format!("a {kind} strikes fibres, and this network has none: it is a matrix of delays");
            let help = "give it a topology, such as regions = \"fibres.csv\" with the columns from,to,delay, or write \
                        do = \"partition\"";
            self.refuse(Code::BadTarget, &target.origin, message, help.to_owned());
            return None;
        };
        let ducts = topology.ducts();
        let example = ducts
            .first()
            .map_or("fibre Lyon--Turin".to_owned(), |duct| format!("fibre {}", topology.name_of(*duct)));
        let ends = target.value.trim().strip_prefix("fibre ").map(str::trim);
        if ends == Some("any") {
            return Some(Fibres::Any(ducts));
        }
        // A name may hold dashes itself: the first place to part them that makes two sites counts.
        let parts =
            || ends.into_iter().flat_map(|ends| ends.match_indices("--").map(move |(at, _)| (ends, at)));
        let parts = || parts().map(|(ends, at)| (ends[..at].trim(), ends[at + 2..].trim()));
        let mut found = parts().filter_map(|(a, b)| Some((sites.find(a)?, sites.find(b)?)));
        let Some((a, b)) = found.next() else {
            let Some((a, b)) = parts().next() else {
                let message = format!("`{}` is no fibre", target.value);
                let help = format!("write for example \"{example}\", or \"fibre any\"");
                self.refuse(Code::BadTarget, &target.origin, message, help);
                return None;
            };
            for name in [a, b].into_iter().filter(|name| sites.find(name).is_none()) {
                self.unknown_region(name, &target.origin, sites);
            }
            return None;
        };
        let duct = Duct::between(a, b);
        if !ducts.contains(&duct) {
            let [a, b] = [a, b].map(|site| sites.names()[site.index()].as_str());
            let message = format!("there is no fibre between `{a}` and `{b}`");
            let beside =
                ducts.iter().filter(|duct| duct.ends().iter().any(|end| sites.find(a) == Some(*end)));
            let beside: Vec<String> = beside.map(|duct| topology.name_of(*duct)).collect();
            let help = listed(beside.iter().map(String::as_str));
            let help =
                help.map_or(format!("no fibre leads to `{a}`"), |fibres| format!("`{a}` has {fibres}"));
            self.refuse(Code::BadTarget, &target.origin, message, help);
            return None;
        }
        Some(Fibres::Between(duct))
    }
}

/// Whether a target has the form of a link.
pub(super) fn is_link(target: &str) -> bool {
    target.trim().starts_with("link ")
}
