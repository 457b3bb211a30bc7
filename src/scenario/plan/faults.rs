//! Resolves the targets of faults from words to systems, nodes and regions.

use std::rc::Rc;

use crate::faults::{Aim, Between, Fault, FaultKind, Fibres, Group, Planned, Schedule, Scope, Target};
use crate::kernel::Time;
use crate::net::Sites;
use crate::net::topology::Duct;
use crate::spec::call::{self, Expression};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::quantity::duration_text;
use crate::spec::scalars::Located;
use crate::spec::suggest;

use super::super::nouns::fault::{Direction, FaultCommon, FaultOptions, Side};
use super::nodes::Placed;
use super::{Planner, listed};

/// The forms of a target, for `explain` and messages.
pub const TARGETS: [(&str, &str); 10] = [
    ("kv.2", "this node"),
    ("kv", "every node of the system"),
    ("leader(kv)", "the system's leader when the fault strikes"),
    ("any(kv)", "one running node, drawn"),
    ("minority(kv)", "nodes drawn, as many as leave a majority"),
    ("quorum(kv)", "nodes drawn, just enough for a majority"),
    ("region:us-east-1", "every node of the region; faults of links strike its clients too"),
    ("link kv.1->kv.2", "one direction between two nodes; link kv.1--kv.2 is both (faults of links only)"),
    ("fibre Lyon--Turin", "all fibres between two sites of a topology (cut-link only)"),
    ("fibre any", "all fibres between two sites, drawn from those of the topology (cut-link only)"),
];

const TARGET_HELP: &str = "write for example \"kv.2\", \"leader(kv)\" or \"region:us-east-1\"; \
                           `seedbed explain targets` shows all forms";

impl Planner<'_> {
    /// The timeline of faults; `None` if a target could not be resolved.
    pub(super) fn plan_faults(&mut self, placed: &Placed, sites: &Sites) -> Option<Vec<Planned>> {
        let scenario = self.scenario;
        let mut planned = Vec::new();
        for (name, _, options) in &scenario.fault.entries {
            let fault = self.fault(options, placed, sites);
            let Some(fault) = fault else { continue };
            let common = &options.common;
            let schedule = match (&common.at, &common.every) {
                (Some(at), _) => Schedule::At(Time::ZERO + at.value),
                (None, Some(every)) => Schedule::Every(every.value.clone()),
                (None, None) => continue, // Reported when it was decoded.
            };
            if let Some(at) = common.at.as_ref().filter(|at| at.value >= scenario.duration) {
                let message =
                    format!("`{name}` never strikes: the run ends at {}", duration_text(scenario.duration));
                let warning = Diagnostic::warning(Code::NeverStrikes, &at.origin, message);
                self.diagnostics.push(warning.help("let it strike earlier, or make the run longer"));
            }
            planned.push(Planned {
                name: name.clone(),
                kind: common.r#do.value.name(),
                intent: intent(common),
                schedule,
                lasts: common.r#for.clone(),
                fault,
            });
        }
        (planned.len() == scenario.fault.entries.len()).then_some(planned)
    }

    fn fault(&mut self, options: &FaultOptions, placed: &Placed, sites: &Sites) -> Option<Rc<dyn Fault>> {
        let FaultOptions { common, kind } = options;
        let aim = match kind.kind().scope() {
            Scope::Links => Aim::Links(self.between(common, placed, sites)?),
            Scope::Fibres => Aim::Fibres(self.fibres(kind.kind(), common.target.as_ref()?, sites)?),
            Scope::Nodes => {
                let target = common.target.as_ref()?;
                if is_link(&target.value) {
                    let message = format!("a {} strikes nodes, not a link", kind.kind());
                    let help = "write do = \"partition\" to cut a link".to_owned();
                    self.refuse(Code::BadTarget, &target.origin, message, help);
                    return None;
                }
                Aim::Nodes(self.nodes_struck(kind.kind(), target, placed, sites)?)
            }
        };
        kind.at(aim)
    }

    /// A target that is no group.
    fn nodes_struck(
        &mut self,
        kind: FaultKind,
        target: &Located<String>,
        placed: &Placed,
        sites: &Sites,
    ) -> Option<Target> {
        if target.value.trim() == "rest" {
            let message = format!("a {kind} needs a target of its own: `rest` is one of `groups`");
            self.refuse(Code::BadTarget, &target.origin, message, TARGET_HELP.to_owned());
            return None;
        }
        self.target(target, placed, sites)
    }

    /// The links that a fault strikes.
    fn between(&mut self, options: &FaultCommon, placed: &Placed, sites: &Sites) -> Option<Between> {
        if let Some(target) = &options.target {
            if is_link(&target.value) {
                return self.link(target, placed);
            }
            let target = self.nodes_struck(options.r#do.value, target, placed, sites)?;
            let target = Group::Of(vec![target]);
            return Some(match options.direction.unwrap_or(Direction::Both) {
                Direction::Both => Between::Groups(vec![target, Group::Rest]),
                Direction::In => Between::OneWay(Group::Rest, target),
                Direction::Out => Between::OneWay(target, Group::Rest),
            });
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
        Some(match options.one_way {
            false => Between::Groups(groups),
            true => Between::OneWay(groups.first()?.clone(), groups.get(1)?.clone()),
        })
    }

    fn side(&mut self, side: &Side, placed: &Placed, sites: &Sites) -> Option<Group> {
        if let [only] = side.0.as_slice()
            && only.value == "rest"
        {
            return Some(Group::Rest);
        }
        let targets: Vec<Option<Target>> =
            side.0.iter().map(|target| self.target(target, placed, sites)).collect();
        targets.into_iter().collect::<Option<_>>().map(Group::Of)
    }

    fn link(&mut self, link: &Located<String>, placed: &Placed) -> Option<Between> {
        let ends = link.value.trim().strip_prefix("link ").map(str::trim);
        let split = |between: &str| ends.and_then(|ends| ends.split_once(between));
        let (from, to, both) = match (split("->"), split("--")) {
            (Some((from, to)), _) => (from.trim(), to.trim(), false),
            (None, Some((from, to))) => (from.trim(), to.trim(), true),
            (None, None) => {
                let message = format!("`{}` is no link", link.value);
                let help =
                    "write for example \"link kv.1->kv.2\" for one direction, \"link kv.1--kv.2\" for both"
                        .to_owned();
                self.refuse(Code::BadTarget, &link.origin, message, help);
                return None;
            }
        };
        let mut end = |name: &str| {
            let node = placed.find(name);
            if node.is_none() {
                let known = placed.nodes.iter().map(|node| node.name.as_str());
                self.unknown_name("node", name, &link.origin, known);
            }
            node.map(|node| Group::Of(vec![Target::Node(node)]))
        };
        let (from, to) = (end(from), end(to));
        let (from, to) = (from?, to?);
        if from == to {
            let message = "the link leads from a node to itself".to_owned();
            self.refuse(Code::BadTarget, &link.origin, message, "name two nodes".to_owned());
            return None;
        }
        Some(if both { Between::Groups(vec![from, to]) } else { Between::OneWay(from, to) })
    }

    /// `fibre Lyon--Turin`, `fibre any`.
    fn fibres(&mut self, kind: FaultKind, target: &Located<String>, sites: &Sites) -> Option<Fibres> {
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

    fn target(&mut self, target: &Located<String>, placed: &Placed, sites: &Sites) -> Option<Target> {
        let text = target.value.trim();
        if text.starts_with("fibre ") {
            let message = format!("`{text}` is a fibre, and not nodes or links");
            let help = "write do = \"cut-link\" to cut it".to_owned();
            self.refuse(Code::BadTarget, &target.origin, message, help);
            return None;
        }
        if text == "rest" || is_link(text) {
            let message = format!("`{text}` cannot stand among other targets");
            let help = match is_link(text) {
                true => "a fault of one link has no `groups`: write target = \"link kv.1--kv.2\"",
                false => "`rest` is a group of its own: write groups = [\"kv.1\", \"rest\"]",
            };
            self.refuse(Code::BadTarget, &target.origin, message, help.to_owned());
            return None;
        }
        if text.is_empty() {
            self.refuse(
                Code::BadTarget,
                &target.origin,
                "the target is empty".to_owned(),
                TARGET_HELP.to_owned(),
            );
            return None;
        }
        if let Some(region) = text.strip_prefix("region:") {
            let site = sites.find(region.trim());
            if site.is_none() {
                self.unknown_region(region.trim(), &target.origin, sites);
            }
            return site.map(Target::Site);
        }
        if text.contains(['(', ')']) {
            return match call::parse(text) {
                Ok(Expression::Call(call)) => self.chosen(target, &call, placed),
                Ok(_) | Err(_) => {
                    let message = format!("`{text}` is no target");
                    self.refuse(Code::BadTarget, &target.origin, message, TARGET_HELP.to_owned());
                    None
                }
            };
        }
        if let Some(system) = placed.system(text) {
            return Some(Target::System(system.id));
        }
        if let Some(node) = placed.find(text) {
            return Some(Target::Node(node));
        }
        let nodes = placed.nodes.iter().map(|node| node.name.as_str());
        let known = placed.systems.iter().map(|system| system.name.as_str()).chain(nodes);
        self.unknown_name("node or system", text, &target.origin, known);
        None
    }

    /// `leader(kv)` and the like.
    fn chosen(&mut self, target: &Located<String>, call: &call::Call, placed: &Placed) -> Option<Target> {
        const CHOICES: [&str; 4] = ["leader", "any", "minority", "quorum"];
        let name = call.name.text.as_str();
        if !CHOICES.contains(&name) {
            let message = format!("`{name}` is no way to choose nodes");
            let help = format!("choose {}", suggest::one_of(CHOICES));
            self.unknown(message, name, &target.origin, CHOICES.into_iter(), help);
            return None;
        }
        let [argument] = call.arguments.as_slice() else {
            return self.not_one_system(name, target);
        };
        let (Some(word), None, None) = (argument.value.word(), &argument.key, &argument.weight) else {
            return self.not_one_system(name, target);
        };
        let system = word.text.as_str();
        let Some(plan) = placed.system(system) else {
            let known = placed.systems.iter().map(|system| system.name.as_str());
            self.unknown_name("system", system, &target.origin, known);
            return None;
        };
        let kind = self.scenario.system.entries[plan.id.index()].2.kind.kind();
        if name == "leader" && !kind.is_replicated_log() {
            let message = format!("a {kind} has no leader");
            self.refuse(
                Code::BadTarget,
                &target.origin,
                message,
                format!("write for example \"any({system})\""),
            );
            return None;
        }
        Some(match name {
            "leader" => Target::Leader(plan.id),
            "any" => Target::Any(plan.id),
            "minority" => Target::Minority(plan.id),
            _ => Target::Quorum(plan.id),
        })
    }

    fn not_one_system<T>(&mut self, name: &str, target: &Located<String>) -> Option<T> {
        let message = format!("`{name}` takes the name of one system");
        self.refuse(Code::BadTarget, &target.origin, message, format!("write for example \"{name}(kv)\""));
        None
    }
}

fn is_link(target: &str) -> bool {
    target.trim().starts_with("link ")
}

/// What the scenario says of whom the fault strikes.
fn intent(options: &FaultCommon) -> String {
    let side = |side: &Side| side.0.iter().map(|one| one.value.as_str()).collect::<Vec<_>>().join(" ");
    match (&options.target, &options.groups) {
        (Some(target), _) => target.value.clone(),
        (None, Some(groups)) => {
            let between = if options.one_way { " -> " } else { " | " };
            groups.iter().map(side).collect::<Vec<_>>().join(between)
        }
        (None, None) => "all links".to_owned(),
    }
}
