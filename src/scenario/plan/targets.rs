//! Resolves targets from words to systems, nodes and regions.

use crate::faults::{FaultKind, Leader, Scope, Size, Target};
use crate::kernel::{NodeId, SystemId};
use crate::net::Sites;
use crate::spec::call::{self, Expression};
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::spec::suggest;

use super::domains::Domain;
use super::links::is_link;
use super::nodes::Placed;
use super::{Planner, Thing};

/// The forms of a target, for `explain` and messages.
pub const TARGETS: [(&str, &str); 17] = [
    ("kv.2", "this node"),
    ("nodes(kv.1, kv.3)", "these nodes"),
    ("kv", "every node of the system"),
    ("leader(kv)", "the system's leader when the fault strikes"),
    ("follower(kv)", "one running node other than the leader, drawn"),
    ("followers(kv)", "every running node other than the leader"),
    ("any(kv)", "one running node, drawn"),
    (
        "minority(kv)",
        "nodes drawn, as many as leave a majority; `minority(kv, with leader)` has the leader among them (nobody if there is \
         none), `minority(kv, without leader)` has not",
    ),
    (
        "quorum(kv)",
        "nodes drawn, just enough for a majority; `with leader` and `without leader` as for `minority`",
    ),
    ("region:us-east-1", "every node of the region; faults of links strike its clients too"),
    ("zone:eu-west-1/a", "every node of the zone; `zone:a` if no other region has a zone of this name"),
    ("rack:eu-west-1/a/r1", "every node of the rack; `rack:r1` if there is no other rack of this name"),
    (
        "version:kv/1.2",
        "every node that runs the version; `version:1.2` if no other system has one of this name",
    ),
    (
        "that",
        "of a fault with `when`: the node that the happening is about, such as the new leader; of a fault that began or \
         ended, the nodes that it struck",
    ),
    ("link kv.1->kv.2", "one direction between two nodes; link kv.1--kv.2 is both (faults of links only)"),
    ("fibre Lyon--Turin", "all fibres between two sites of a topology (cut-link only)"),
    ("fibre any", "all fibres between two sites, drawn from those of the topology (cut-link only)"),
];

/// The word for nodes that are listed.
const LISTED: &str = "nodes";

const TARGET_HELP: &str = "write for example \"kv.2\", \"leader(kv)\" or \"region:us-east-1\"; \
                           `seedbed explain targets` shows all forms";

/// Whom a target may mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Whom {
    /// Nodes of systems.
    Nodes,
    /// Clients, too.
    Anybody,
}

impl Planner<'_> {
    /// Whom a fault strikes: a target that is no group.
    pub(super) fn nodes_struck(
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
        let whom = if kind.scope() == Scope::Links { Whom::Anybody } else { Whom::Nodes };
        self.target(target, whom, &["that"], placed, sites)
    }

    /// Nodes, however chosen; `words` are those that could be meant besides.
    pub(super) fn target(
        &mut self,
        target: &Located<String>,
        whom: Whom,
        words: &[&str],
        placed: &Placed,
        sites: &Sites,
    ) -> Option<Target> {
        let text = target.value.trim();
        if text.starts_with("fibre ") {
            let message = format!("`{text}` is a fibre, and not nodes or links");
            let help = "write do = \"cut-link\" to cut it".to_owned();
            self.refuse(Code::BadTarget, &target.origin, message, help);
            return None;
        }
        if text == "that" {
            return Some(Target::That);
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
            match site {
                None => self.unknown_region(region.trim(), &target.origin, sites),
                Some(site) if self.scenario.workload.broken.is_empty() && !placed.places.contains(&site) => {
                    let message = format!("no node stands in the region `{}`", region.trim());
                    let warning = Diagnostic::warning(Code::NeverStrikes, &target.origin, message);
                    self.diagnostics.push(warning.help("so it means nobody: name a region that has nodes"));
                    self.is_told = true;
                }
                Some(_) => {}
            }
            return site.map(Target::Site);
        }
        if let Some((domain, name)) = Domain::of_target(text) {
            return self.domain(&placed.domains, domain, name, &target.origin);
        }
        if text.contains(['(', ')']) {
            return match call::parse(text) {
                Ok(Expression::Call(call)) if call.name.text == LISTED => {
                    self.listed(target, &call, whom, placed)
                }
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
            let is_meant = self.may_be_struck(node, text, whom, &target.origin, placed);
            return is_meant.then_some(Target::Node(node));
        }
        if let Some(help) = self.without_its_form(text, placed, sites) {
            let message = format!("there is no node or system `{text}`");
            self.refuse(Code::UnknownName, &target.origin, message, help);
            return None;
        }
        // Workloads and operators have the last of the ids.
        let count = match whom {
            Whom::Nodes => placed.nodes.len() - placed.workloads.len() - placed.operators.len(),
            Whom::Anybody => placed.nodes.len(),
        };
        let nodes = placed.nodes[..count].iter().map(|node| &*node.name);
        let known = placed.systems.iter().map(|system| system.name.as_str()).chain(nodes);
        self.unknown_name_or(Thing::NodeOrSystem, text, &target.origin, known, words);
        None
    }

    /// What to write for a word that means something, though not alone: `leader`, or the name of a region.
    fn without_its_form(&self, text: &str, placed: &Placed, sites: &Sites) -> Option<String> {
        if sites.find(text).is_some() {
            return Some(format!("write \"region:{text}\" for the nodes of this region"));
        }
        let choosing = Choosing::parse(text).or_else(|| {
            let names = Choosing::ROWS.iter().map(|row| row.name);
            let systems = placed.systems.iter().map(|system| system.name.as_str());
            Choosing::parse(suggest::closest(text, systems.chain(names))?)
        })?;
        let names_leader = choosing.names_leader();
        let kind = |id: SystemId| self.scenario.system.entries[id.index()].2.kind.kind();
        let mut systems = placed.systems.iter();
        let system = systems.find(|system| !names_leader || kind(system.id).is_replicated_log())?;
        Some(format!("say of which system: \"{choosing}({})\"", system.name))
    }

    /// Whether a fault may strike this node of that name; if not, it is reported.
    fn may_be_struck(
        &mut self,
        node: NodeId,
        name: &str,
        whom: Whom,
        origin: &Origin,
        placed: &Placed,
    ) -> bool {
        if whom == Whom::Anybody || !placed.is_asking(node) {
            return true;
        }
        let message = format!("`{name}` is a workload: its clients neither crash nor have disks and clocks");
        let help =
            "name a node or a system; faults of links, such as a partition, strike what clients say and hear";
        self.refuse(Code::BadTarget, origin, message, help.to_owned());
        false
    }

    /// `nodes(kv.1, kv.3)`.
    fn listed(
        &mut self,
        target: &Located<String>,
        call: &call::Call,
        whom: Whom,
        placed: &Placed,
    ) -> Option<Target> {
        let space = target.value.len() - target.value.trim_start().len();
        let mut nodes = Vec::new();
        for argument in &call.arguments {
            let (Some(word), None, None) = (argument.value.word(), &argument.key, &argument.weight) else {
                return self.not_nodes(target);
            };
            let origin = target.place_of(word.span.start + space..word.span.end + space);
            match placed.find(&word.text) {
                Some(node) if self.may_be_struck(node, &word.text, whom, &origin, placed) => nodes.push(node),
                Some(_) => {}
                None => {
                    let known = placed.nodes.iter().map(|node| &*node.name);
                    self.unknown_name(Thing::Node, &word.text, &origin, known);
                }
            }
        }
        if call.arguments.is_empty() {
            return self.not_nodes(target);
        }
        nodes.sort_unstable();
        nodes.dedup();
        (!nodes.is_empty()).then_some(Target::Nodes(nodes))
    }

    fn not_nodes<T>(&mut self, target: &Located<String>) -> Option<T> {
        let message = format!("`{LISTED}` takes the names of nodes");
        let help = format!("write for example \"{LISTED}(kv.1, kv.3)\"");
        self.refuse(Code::BadTarget, &target.origin, message, help);
        None
    }

    /// `leader(kv)` and the like.
    fn chosen(&mut self, target: &Located<String>, call: &call::Call, placed: &Placed) -> Option<Target> {
        // The call was read from the text without the space around it.
        let space = target.value.len() - target.value.trim_start().len();
        let place = |word: &call::Word| target.place_of(word.span.start + space..word.span.end + space);
        let name = call.name.text.as_str();
        let Some(choice) = Choosing::parse(name) else {
            let names = || Choosing::ALL.iter().map(|choice| choice.name()).chain([LISTED]);
            let message = format!("`{name}` is no way to choose nodes");
            self.unknown(
                message,
                name,
                &place(&call.name),
                names(),
                format!(
                    "choose {}; `seedbed explain targets` says what each means",
                    suggest::one_of(names())
                ),
            );
            return None;
        };
        let (argument, side) = match call.arguments.as_slice() {
            [argument] => (argument, None),
            [argument, side] if choice.takes_side() => {
                let side = leader_side(side);
                if side.is_none() {
                    let message = format!("`{}` says nothing about the leader", target.value);
                    let help = format!("write \"{name}(kv, with leader)\" or \"{name}(kv, without leader)\"");
                    self.refuse(Code::BadTarget, &target.origin, message, help);
                    return None;
                }
                (argument, side)
            }
            _ => return self.not_one_system(name, target),
        };
        let (Some(word), None, None) = (argument.value.word(), &argument.key, &argument.weight) else {
            return self.not_one_system(name, target);
        };
        let system = word.text.as_str();
        let Some(plan) = placed.system(system) else {
            let known = self.scenario.system.names();
            self.unknown_name(Thing::System, system, &place(word), known);
            return None;
        };
        let kind = self.scenario.system.entries[plan.id.index()].2.kind.kind();
        if (choice.names_leader() || side.is_some()) && !kind.is_replicated_log() {
            let message = format!("a {kind} has no leader");
            self.refuse(
                Code::BadTarget,
                &target.origin,
                message,
                format!("write for example \"any({system})\""),
            );
            return None;
        }
        Some(match (choice, side) {
            (Choosing::Leader, _) => Target::Leader(plan.id),
            (Choosing::Follower, _) => Target::Follower(plan.id),
            (Choosing::Followers, _) => Target::Followers(plan.id),
            (Choosing::Any, _) => Target::Any(plan.id),
            (Choosing::Minority, None) => Target::Minority(plan.id),
            (Choosing::Quorum, None) => Target::Quorum(plan.id),
            (Choosing::Minority, Some(side)) => Target::Around(plan.id, Size::Minority, side),
            (Choosing::Quorum, Some(side)) => Target::Around(plan.id, Size::Quorum, side),
        })
    }

    fn not_one_system<T>(&mut self, name: &str, target: &Located<String>) -> Option<T> {
        let message = format!("`{name}` takes the name of one system");
        self.refuse(Code::BadTarget, &target.origin, message, format!("write for example \"{name}(kv)\""));
        None
    }
}

crate::choices! {
    /// Ways to choose nodes of a system when a fault strikes.
    enum Choosing {
        /// The leader.
        Leader = "leader",
        /// One running node other than the leader.
        Follower = "follower",
        /// Every running node other than the leader.
        Followers = "followers",
        /// One running node.
        Any = "any",
        /// As many as leave a majority.
        Minority = "minority",
        /// Just enough for a majority.
        Quorum = "quorum",
    }
}

impl Choosing {
    /// Whether only a system that elects has such nodes.
    fn names_leader(self) -> bool {
        matches!(self, Choosing::Leader | Choosing::Follower | Choosing::Followers)
    }

    /// Whether it may say on which side the leader is.
    fn takes_side(self) -> bool {
        matches!(self, Choosing::Minority | Choosing::Quorum)
    }
}

/// `with leader` or `without leader`.
fn leader_side(argument: &call::Argument) -> Option<Leader> {
    let (Expression::Phrase(words), None, None) = (&argument.value, &argument.key, &argument.weight) else {
        return None;
    };
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match words.as_slice() {
        ["with", "leader"] => Some(Leader::In),
        ["without", "leader"] => Some(Leader::Out),
        _ => None,
    }
}
