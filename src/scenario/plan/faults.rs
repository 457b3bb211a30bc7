//! Resolves the targets of faults from words to systems, nodes and regions.

use std::rc::Rc;

use crate::faults::{Aim, Between, Fault, FaultKind, Flaps, Group, Planned, Schedule, Scope, Target};
use crate::kernel::{NodeId, Time};
use crate::net::{Flapping, Sites};
use crate::spec::call::{self, Expression};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::quantity::duration_text;
use crate::spec::scalars::Located;
use crate::spec::suggest;

use super::super::nouns::fault::{Direction, FaultCommon, FaultOptions, FlapOptions, Side};
use super::Planner;
use super::nodes::Placed;

/// The forms of a target, for `explain` and messages.
pub const TARGETS: [(&str, &str); 8] = [
    ("kv.2", "this node"),
    ("kv", "every node of the system"),
    ("leader(kv)", "the system's leader when the fault strikes"),
    ("any(kv)", "one running node, drawn"),
    ("minority(kv)", "nodes drawn, as many as leave a majority"),
    ("quorum(kv)", "nodes drawn, just enough for a majority"),
    ("region:us-east-1", "every node of the region; faults of links strike its clients too"),
    ("link kv.1->kv.2", "one direction between two nodes; link kv.1--kv.2 is both (faults of links only)"),
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
        let fault = kind.at(aim)?;
        let Some(FlapOptions { up, down, stable }) = common.flap.clone() else { return Some(fault) };
        Some(Rc::new(Flaps { fault, law: Flapping { up, down, stable } }))
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
        if let Some(links) = &options.links {
            let links: Vec<_> = links.iter().map(|link| self.link(link, link.value.trim(), placed)).collect();
            let links: Vec<(NodeId, NodeId, bool)> = links.into_iter().collect::<Option<_>>()?;
            let pairs = links.iter().flat_map(|&(a, b, both)| [Some((a, b)), both.then_some((b, a))]);
            return Some(Between::Links(pairs.flatten().collect()));
        }
        if let Some(target) = &options.target {
            if let Some(ends) = target.value.trim().strip_prefix("link ").filter(|_| options.layout.is_none())
            {
                let (a, b, both) = self.link(target, ends, placed)?;
                let [a, b] = [a, b].map(|node| Group::Of(vec![Target::Node(node)]));
                return Some(if both { Between::Groups(vec![a, b]) } else { Between::OneWay(a, b) });
            }
            let target = self.nodes_struck(options.r#do.value, target, placed, sites)?;
            if let Some(layout) = options.layout {
                return Some(Between::Layout(layout, target));
            }
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

    /// The ends of a link written `a->b` or `a--b`, and whether it is both ways.
    fn link(
        &mut self,
        link: &Located<String>,
        ends: &str,
        placed: &Placed,
    ) -> Option<(NodeId, NodeId, bool)> {
        let (from, to, both) = match (ends.split_once("->"), ends.split_once("--")) {
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
            node
        };
        let (from, to) = (end(from), end(to));
        let (from, to) = (from?, to?);
        if from == to {
            let message = "the link leads from a node to itself".to_owned();
            self.refuse(Code::BadTarget, &link.origin, message, "name two nodes".to_owned());
            return None;
        }
        Some((from, to, both))
    }

    fn target(&mut self, target: &Located<String>, placed: &Placed, sites: &Sites) -> Option<Target> {
        let text = target.value.trim();
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
    if let Some(links) = &options.links {
        return links.iter().map(|link| link.value.as_str()).collect::<Vec<_>>().join(", ");
    }
    match (&options.target, &options.groups) {
        (Some(target), _) => match options.layout {
            Some(layout) => format!("{layout} of {}", target.value),
            None => target.value.clone(),
        },
        (None, Some(groups)) => {
            let between = if options.one_way { " -> " } else { " | " };
            groups.iter().map(side).collect::<Vec<_>>().join(between)
        }
        (None, None) => "all links".to_owned(),
    }
}
