//! Resolves the targets of faults from words to systems, nodes and regions.

use std::rc::Rc;

use crate::faults::kinds::{Ingredient, Random};
use crate::faults::{
    Aim, Between, Fault, FaultKind, Fibres, Flaps, Group, Harm, KindOptions, Leader, Planned, Prey, Schedule,
    Scope, Size, Target, Trigger,
};
use crate::kernel::{NodeId, SystemId, Time};
use crate::net::topology::Duct;
use crate::net::{Flapping, Sites};
use crate::spec::call::{self, Expression};
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::scalars::Located;
use crate::spec::suggest;

use super::super::nouns::fault::{Direction, FaultCommon, FaultOptions, FlapOptions, Side};
use super::domains::Domain;
use super::nodes::Placed;
use super::{Planner, listed};

/// The forms of a target, for `explain` and messages.
pub const TARGETS: [(&str, &str); 16] = [
    ("kv.2", "this node"),
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

const TARGET_HELP: &str = "write for example \"kv.2\", \"leader(kv)\" or \"region:us-east-1\"; \
                           `seedbed explain targets` shows all forms";

impl Planner<'_> {
    /// The timeline of faults; `None` if a target could not be resolved.
    pub(super) fn plan_faults(&mut self, placed: &Placed, sites: &Sites) -> Option<Vec<Planned>> {
        let scenario = self.scenario;
        let mut planned = Vec::new();
        for (name, _, options) in &scenario.fault.entries {
            let fault = self.fault(options, placed, sites);
            if fault.is_none() && options.common.at_clock.is_some() {
                continue; // What is wrong with the target is told.
            }
            let schedule = self.schedule(options, placed, sites);
            let (Some(fault), Some(schedule)) = (fault, schedule) else { continue };
            let common = &options.common;
            self.check_time_left(name, options);
            planned.push(Planned {
                name: name.clone(),
                kind: common.r#do.value.name(),
                intent: intent(common),
                schedule,
                lasts: common.r#for.clone(),
                until: self.until(options),
                fault,
            });
        }
        let is_complete = planned.len() == scenario.fault.entries.len();
        if is_complete {
            self.check_circles(&planned);
        }
        is_complete.then_some(planned)
    }

    /// When a fault strikes; `None` if that makes no sense, which has been reported.
    fn schedule(&mut self, options: &FaultOptions, placed: &Placed, sites: &Sites) -> Option<Schedule> {
        let FaultCommon { at, every, when, at_clock, target, after, times, from, .. } = &options.common;
        if let Some(at) = at {
            return Some(Schedule::At(Time::ZERO + at.value));
        }
        if let Some(every) = every {
            return Some(Schedule::Every(every.value.clone()));
        }
        if let Some(when) = when {
            return Some(Schedule::When(Trigger {
                happening: self.happening("when", when, placed, sites)?,
                after: after.clone(),
                from: Time::ZERO + from.unwrap_or_default(),
                times: times.unwrap_or(1),
            }));
        }
        let (shown, target) = (Time::ZERO + (*at_clock)?, target.as_ref()?);
        let mut nodes = self.fixed_nodes(target, placed, sites)?;
        let is_client = |node: &NodeId| placed.workloads.contains(node);
        nodes.retain(|node| options.kind.kind().scope() == Scope::Links || !is_client(node));
        Some(Schedule::AtClock { shown, nodes })
    }

    fn fault(&mut self, options: &FaultOptions, placed: &Placed, sites: &Sites) -> Option<Rc<dyn Fault>> {
        let FaultOptions { common, kind } = options;
        self.check_that(common)?;
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
                let nodes = self.nodes_struck(kind.kind(), target, placed, sites)?;
                // A strike is of the one node whose clock it is.
                Aim::Nodes(if common.at_clock.is_some() { Target::That } else { nodes })
            }
            Scope::System => {
                let target = common.target.as_ref()?;
                let prey = self.prey(kind.kind(), target, placed, sites)?;
                if let KindOptions::Random(random) = kind {
                    self.check_survivable(random, &prey, target)?;
                }
                Aim::System(prey)
            }
        };
        let fault = kind.at(aim)?;
        let Some(FlapOptions { up, down, stable }) = common.flap.clone() else { return Some(fault) };
        Some(Rc::new(Flaps { fault, law: Flapping { up, down, stable } }))
    }

    /// Only a fault that waits for something can mean what it is about.
    fn check_that(&mut self, options: &FaultCommon) -> Option<()> {
        let FaultCommon { target, groups, when, .. } = options;
        let groups = groups.iter().flatten().flat_map(|side| &side.0);
        let mut named = target.iter().chain(groups);
        let that = named.find(|target| target.value.trim() == "that" && when.is_none());
        let Some(that) = that else { return Some(()) };
        let message = "`that` is whom a happening is about, and this fault waits for none".to_owned();
        let help = "write for example when = \"leader-elected(kv)\"".to_owned();
        self.refuse(Code::BadTarget, &that.origin, message, help);
        None
    }

    /// When the fault leaves the system alone.
    fn until(&self, options: &FaultOptions) -> Option<Time> {
        let given = options.common.until.as_ref().map(|until| Time::ZERO + until.value);
        let KindOptions::Random(random) = &options.kind else { return given };
        let calm = Time::ZERO + self.scenario.duration.saturating_sub(random.calm.value);
        Some(given.map_or(calm, |given| given.min(calm)))
    }

    /// The system that a nemesis hunts.
    fn prey(
        &mut self,
        kind: FaultKind,
        target: &Located<String>,
        placed: &Placed,
        sites: &Sites,
    ) -> Option<Prey> {
        let Target::System(system) = self.nodes_struck(kind, target, placed, sites)? else {
            let message = format!("`{}` is no system", target.value.trim());
            let help = "a nemesis chooses its victims itself: name the system that it hunts".to_owned();
            self.refuse(Code::BadTarget, &target.origin, message, help);
            return None;
        };
        let nodes = placed.systems[system.index()].nodes.clone();
        let spare = self.scenario.system.entries[system.index()].2.kind.kind().spare(nodes.len());
        Some(Prey { system, nodes, spare })
    }

    /// Refuses what the prey does not survive, unless the scenario asks for it.
    fn check_survivable(&mut self, random: &Random, prey: &Prey, target: &Located<String>) -> Option<()> {
        let deadly = |kind: &&Located<Ingredient>| !prey.survives(kind.value.harm);
        let given = random.kinds.iter().flatten().filter(deadly);
        let mut survives = true;
        for kind in given.filter(|_| random.survivable) {
            let word = kind.value.kind;
            let message = match kind.value.harm {
                Harm::BreaksTrust => {
                    format!("`{}` may not survive a {word} on any of its nodes", target.value)
                }
                Harm::PutsOut | Harm::Ruins | Harm::Slows => {
                    let count = prey.nodes.len();
                    format!(
                        "`{}` has {count} nodes and can do without none, as a {word} would have it",
                        target.value
                    )
                }
            };
            let help = "write survivable = false to see what becomes of it".to_owned();
            self.refuse(Code::Contradiction, &kind.origin, message, help);
            survives = false;
        }
        survives.then_some(())
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
                if options.at_clock.is_some() {
                    let message = "a link has no clock for `at_clock` to look at".to_owned();
                    self.refuse(Code::BadTarget, &target.origin, message, "name a node".to_owned());
                    return None;
                }
                let (a, b, both) = self.link(target, ends, placed)?;
                let [a, b] = [a, b].map(|node| Group::Of(vec![Target::Node(node)]));
                return Some(if both { Between::Groups(vec![a, b]) } else { Between::OneWay(a, b) });
            }
            let target = self.nodes_struck(options.r#do.value, target, placed, sites)?;
            let target = if options.at_clock.is_some() { Target::That } else { target };
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

    pub(super) fn target(
        &mut self,
        target: &Located<String>,
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
            if site.is_none() {
                self.unknown_region(region.trim(), &target.origin, sites);
            }
            return site.map(Target::Site);
        }
        if let Some((domain, name)) = Domain::of_target(text) {
            return self.domain(&placed.domains, domain, name, &target.origin);
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
        if let Some(help) = self.without_its_form(text, placed, sites) {
            let message = format!("there is no node or system `{text}`");
            self.refuse(Code::UnknownName, &target.origin, message, help);
            return None;
        }
        let nodes = placed.nodes.iter().map(|node| node.name.as_str());
        let known = placed.systems.iter().map(|system| system.name.as_str()).chain(nodes);
        self.unknown_name("node or system", text, &target.origin, known);
        None
    }

    /// What to write for a word that means something, though not alone: `leader`, or the name of a region.
    fn without_its_form(&self, text: &str, placed: &Placed, sites: &Sites) -> Option<String> {
        if sites.find(text).is_some() {
            return Some(format!("write \"region:{text}\" for the nodes of this region"));
        }
        let names_leader = Choosing::parse(text)?.names_leader();
        let kind = |id: SystemId| self.scenario.system.entries[id.index()].2.kind.kind();
        let mut systems = placed.systems.iter();
        let system = systems.find(|system| !names_leader || kind(system.id).is_replicated_log())?;
        Some(format!("say of which system: \"{text}({})\"", system.name))
    }

    /// `leader(kv)` and the like.
    fn chosen(&mut self, target: &Located<String>, call: &call::Call, placed: &Placed) -> Option<Target> {
        // The call was read from the text without the space around it.
        let space = target.value.len() - target.value.trim_start().len();
        let place = |word: &call::Word| target.place_of(word.span.start + space..word.span.end + space);
        let name = call.name.text.as_str();
        let Some(choice) = Choosing::parse(name) else {
            let names = || Choosing::ALL.iter().map(|choice| choice.name());
            let message = format!("`{name}` is no way to choose nodes");
            self.unknown(
                message,
                name,
                &place(&call.name),
                names(),
                format!("choose {}", suggest::one_of(names())),
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
            let known = placed.systems.iter().map(|system| system.name.as_str());
            self.unknown_name("system", system, &place(word), known);
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
