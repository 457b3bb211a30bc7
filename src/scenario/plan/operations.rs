//! Plans what operators ask of systems: when, of whom, and whether it can be done at all.

use crate::kernel::random::below;
use crate::kernel::{Duration, Keyed, NodeId, SystemId, Time};
use crate::model::membership::{Configuration, Slots};
use crate::model::operation::Operation;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::systems::kinds::Decides;
use crate::systems::plan::SystemPlan;

use super::super::nouns::numbers::OperationNumbers;
use super::super::nouns::operation::{MemberChoice, OperationKind, OperationOptions};
use super::calls::registry_of;
use super::nodes::Placed;
use super::{OperatorFacts, Planner, Thing};

/// Most orders of one operation.
pub const ORDERS_MAX: usize = 10_000;

/// Whom an operation names.
enum Named {
    /// These nodes of the system.
    Fixed(Slots),
    /// These instances of a service.
    Instances(Vec<NodeId>),
    /// One of them, drawn for each order.
    Any,
}

/// An operation whose words are resolved.
struct Resolved<'a> {
    options: &'a OperationOptions,
    origin: &'a Origin,
    system: usize,
    target: Named,
    by: Slots,
}

impl Planner<'_> {
    /// What each operator asks, in the order of the scenario; `None` once a mistake was reported.
    pub(super) fn plan_operations(&mut self, placed: &Placed, seed: u64) -> Option<Vec<OperatorFacts>> {
        let scenario = self.scenario;
        let mut resolved = Vec::new();
        for (_, origin, options) in &scenario.operation.entries {
            resolved.push(self.resolve(placed, options, origin));
        }
        let resolved: Vec<Resolved<'_>> = resolved.into_iter().collect::<Option<_>>()?;
        for system in 0..placed.systems.len() {
            self.follow_members(placed, system, &resolved);
        }
        let mut plans = Vec::new();
        for (((name, ..), operation), node) in
            scenario.operation.entries.iter().zip(&resolved).zip(&placed.operators)
        {
            let orders = self.orders(name, placed, operation, seed)?;
            plans.push(OperatorFacts { node: *node, target: SystemId(operation.system as u16), orders });
        }
        Some(plans)
    }

    fn resolve<'o>(
        &mut self,
        placed: &Placed,
        options: &'o OperationOptions,
        origin: &'o Origin,
    ) -> Option<Resolved<'o>> {
        // Decoding has said so.
        if options.target.0.is_empty() {
            return None;
        }
        if matches!(options.r#do.value, OperationKind::Register | OperationKind::Deregister) {
            return self.resolve_registration(placed, options, origin);
        }
        let mut system = None;
        let mut target = Named::Fixed(Slots::NONE);
        for word in &options.target.0 {
            if let Some(of) = word.value.strip_prefix("any(").and_then(|rest| rest.strip_suffix(')')) {
                let Some(position) = placed.systems.iter().position(|system| system.name == of) else {
                    let known = placed.systems.iter().map(|system| system.name.as_str());
                    self.unknown_name(Thing::System, of, &word.origin, known);
                    return None;
                };
                self.same_system(placed, &mut system, position, word)?;
                target = Named::Any;
            } else {
                let slot = self.slot_of(placed, &mut system, word)?;
                if let Named::Fixed(slots) = &mut target {
                    slots.add(slot);
                }
            }
        }
        let mut by = Slots::NONE;
        for word in &options.by.0 {
            by.add(self.slot_of(placed, &mut system, word)?);
        }
        Some(Resolved { options, origin, system: system?, target, by })
    }

    /// The instances that are to register or to leave.
    fn resolve_registration<'o>(
        &mut self,
        placed: &Placed,
        options: &'o OperationOptions,
        origin: &'o Origin,
    ) -> Option<Resolved<'o>> {
        let (mut nodes, mut systems, mut is_any) = (Vec::new(), Vec::new(), false);
        for word in &options.target.0 {
            let any = word.value.strip_prefix("any(").and_then(|rest| rest.strip_suffix(')'));
            let node = placed.find(&word.value);
            let of = match any {
                Some(name) => placed.systems.iter().position(|system| system.name == name),
                None => placed
                    .systems
                    .iter()
                    .position(|system| node.is_some_and(|node| system.nodes.contains(&node))),
            };
            let registers =
                |index: &usize| registry_of(&self.scenario.system.entries[*index].2.kind).is_some();
            let Some(system) = of.filter(registers) else {
                let message = match of {
                    Some(index) => format!("`{}` does not register", placed.systems[index].name),
                    None => format!("`{}` names no instance of a service", word.value),
                };
                let help =
                    "name an instance of a service with `register`, such as \"users.1\", or \"any(users)\"";
                self.refuse(Code::BadTarget, &word.origin, message, help.to_owned());
                return None;
            };
            is_any |= any.is_some();
            nodes.extend(node);
            systems.push((system, word));
        }
        let (system, _) = systems[0];
        if let Some((_, word)) = systems.iter().find(|(other, _)| *other != system) {
            let message = format!("`{}` is of another system than those before it", word.value);
            let help = "write an operation for each system".to_owned();
            self.refuse(Code::BadTarget, &word.origin, message, help);
            return None;
        }
        let target = if is_any { Named::Any } else { Named::Instances(nodes) };
        Some(Resolved { options, origin, system, target, by: Slots::NONE })
    }

    /// The slot of a node that an operation names, of a system that can be asked for such things.
    fn slot_of(
        &mut self,
        placed: &Placed,
        system: &mut Option<usize>,
        word: &Located<String>,
    ) -> Option<usize> {
        let node = placed.find(&word.value);
        let place = |node: NodeId| {
            let of = placed.systems.iter().position(|system| system.has(node))?;
            let slot = placed.systems[of].nodes.binary_search(&node).ok()?;
            Some((of, slot))
        };
        let Some((of, slot)) = node.and_then(place) else {
            if placed.system(&word.value).is_some() {
                let message = format!("`{}` is a whole system, and an operation names nodes", word.value);
                let help = format!("write \"{0}.1\", or \"any({0})\"", word.value);
                self.refuse(Code::BadTarget, &word.origin, message, help);
            } else if let Some(of) = chosen_of(placed, &word.value) {
                let message = format!(
                    "`{}` is known when it is looked for, and an operation names its nodes beforehand",
                    word.value
                );
                let help = format!(
                    "write a node, such as \"{of}.1\", or \"any({of})\" for one that is drawn for each order"
                );
                self.refuse(Code::BadTarget, &word.origin, message, help);
            } else {
                let entries = &self.scenario.system.entries;
                let systems = placed.systems.iter().zip(entries);
                let stores = systems.filter(|(_, (.., options))| options.kind.kind().is_replicated_log());
                let known = stores
                    .flat_map(|(system, _)| &system.nodes)
                    .map(|node| &*placed.nodes[node.index()].name);
                self.unknown_name(Thing::Node, &word.value, &word.origin, known);
            }
            return None;
        };
        self.same_system(placed, system, of, word)?;
        Some(slot)
    }

    fn same_system(
        &mut self,
        placed: &Placed,
        system: &mut Option<usize>,
        of: usize,
        word: &Located<String>,
    ) -> Option<()> {
        let kind = self.scenario.system.entries[of].2.kind.kind();
        let why = match kind.decides() {
            Some(Decides::Log) => None,
            Some(Decides::Decree) => Some("whose nodes all vote, and which has no leader"),
            None => Some("which has no voters and no leader"),
        };
        if let Some(why) = why {
            let message = format!("`{}` is a {kind}, {why}", placed.systems[of].name);
            let help = "operations are for stores that elect leaders: a raft or a multi-paxos".to_owned();
            self.refuse(Code::BadTarget, &word.origin, message, help);
            return None;
        }
        if system.is_some_and(|known| known != of) {
            let message = format!("`{}` is of another system than those before it", word.value);
            self.refuse(
                Code::BadTarget,
                &word.origin,
                message,
                "write an operation for each system".to_owned(),
            );
            return None;
        }
        *system = Some(of);
        Some(())
    }

    /// Follows who takes part in a system through the operations whose time and nodes are known, in order of time, and
    /// refuses what cannot be done when its time comes. Nothing is known any more behind what is drawn.
    fn follow_members(&mut self, placed: &Placed, system: usize, operations: &[Resolved<'_>]) {
        let Some(mut now) =
            self.scenario.system.entries[system].2.kind.initial(placed.systems[system].nodes.len())
        else {
            return;
        };
        let known_until = |operation: &&Resolved<'_>| match (&operation.target, &operation.options.every) {
            (Named::Fixed(_) | Named::Instances(_), None) => None,
            (_, Some(_)) => Some(Duration::ZERO),
            (Named::Any, None) => operation.options.at.as_ref().map(|at| at.value),
        };
        let of_system: Vec<&Resolved<'_>> =
            operations.iter().filter(|operation| operation.system == system).collect();
        let known_until = of_system.iter().filter_map(known_until).min().unwrap_or(Duration::MAX);
        let mut timed: Vec<(Duration, &Resolved<'_>)> =
            of_system.iter().filter_map(|of| Some((of.options.at.as_ref()?.value, *of))).collect();
        timed.sort_by_key(|(at, _)| *at);
        for (at, operation) in timed {
            if at >= known_until {
                return;
            }
            now = self.follow(placed, now, operation);
        }
    }

    fn follow(&mut self, placed: &Placed, now: Configuration, operation: &Resolved<'_>) -> Configuration {
        let Named::Fixed(target) = operation.target else { return now };
        let plan = &placed.systems[operation.system];
        let word = &operation.options.target.0[0];
        let kind = operation.options.r#do.value;
        if kind == OperationKind::TransferLeader {
            if !now.voters.includes(target) {
                let what = if now.learners.includes(target) { "a learner" } else { "not a member" };
                let message = format!("`{}` is {what} at that time, and only a voter can lead", word.value);
                let help = format!("the voters are then {}", names(placed, plan, now.voters));
                self.refuse(Code::Contradiction, &word.origin, message, help);
            }
            return now;
        }
        let Operation::Change { voters, learners, out, .. } = wanted(operation, target) else { return now };
        let next = Configuration {
            voters: now.voters.and(voters).without(out).without(learners),
            outgoing: Slots::NONE,
            learners: now.learners.and(learners).without(out).without(voters),
        };
        if !voters.and(learners).common(out).is_empty() {
            let message = "the same node is to come and to go".to_owned();
            self.refuse(Code::Contradiction, &word.origin, message, "name others in `by`".to_owned());
            return now;
        }
        let least = operation.options.voters_min.as_ref().map_or(1, |least| least.value);
        if next.voters.len() < least as usize && next.voters.len() < now.voters.len() {
            let message = match next.voters.len() {
                0 => "this would remove the last voter".to_owned(),
                left => format!("this would leave {left} voters, and `voters_min` is {least}"),
            };
            let help = format!("the voters are then {}", names(placed, plan, now.voters));
            self.refuse(Code::Contradiction, &word.origin, message, help);
            return now;
        }
        if next == now {
            let message = format!("this operation changes nothing: it is so at that time ({kind})");
            let help = format!("the voters are then {}", names(placed, plan, now.voters));
            self.diagnostics.push(Diagnostic::warning(Code::NoEffect, operation.origin, message).help(help));
        }
        next
    }

    /// The orders of one operation, with what is drawn for them.
    fn orders(
        &mut self,
        name: &str,
        placed: &Placed,
        operation: &Resolved<'_>,
        seed: u64,
    ) -> Option<Vec<(Time, Operation)>> {
        let options = operation.options;
        let draws = Keyed::new(seed, &format!("operation {name}"));
        let end = self.scenario.duration.min(options.until.unwrap_or(Duration::MAX));
        let mut orders = Vec::new();
        let mut at = Duration::ZERO;
        let last =
            options.orders.as_ref().map_or(u64::MAX, |OperationNumbers(numbers)| numbers.last().into());
        for number in 0..last {
            at = match (&options.at, &options.every) {
                (Some(at), _) => at.value,
                (None, Some(every)) => {
                    Duration(at.0.saturating_add(every.value.duration(draws.draw(number, 0)).0))
                }
                (None, None) => return None,
            };
            if at >= end {
                break;
            }
            let nodes = &placed.systems[operation.system].nodes;
            let drawn = || below(draws.draw(number, 1), nodes.len() as u32) as usize;
            let registers = |is_registered| match &operation.target {
                Named::Instances(nodes) => {
                    nodes.iter().map(|node| Operation::Register { node: *node, is_registered }).collect()
                }
                Named::Fixed(_) | Named::Any => {
                    vec![Operation::Register { node: nodes[drawn()], is_registered }]
                }
            };
            let wanted = match options.r#do.value {
                OperationKind::Register => registers(true),
                OperationKind::Deregister => registers(false),
                OperationKind::AddNode
                | OperationKind::RemoveNode
                | OperationKind::ReplaceNode
                | OperationKind::TransferLeader => match &operation.target {
                    Named::Fixed(slots) => vec![wanted(operation, *slots)],
                    Named::Any | Named::Instances(_) => vec![wanted(operation, Slots::one(drawn()))],
                },
            };
            let is_given = |OperationNumbers(numbers): &OperationNumbers| numbers.contains(number as u32 + 1);
            if options.orders.as_ref().is_none_or(is_given) {
                orders.extend(wanted.into_iter().map(|wanted| (Time::ZERO + at, wanted)));
            }
            if options.at.is_some() {
                break;
            }
            if orders.len() > ORDERS_MAX {
                let message = format!("`every` gives more than {ORDERS_MAX} orders within the run");
                let origin = options.every.as_ref().map_or(operation.origin, |every| &every.origin);
                self.refuse(Code::TooMany, origin, message, "let more time pass between them".to_owned());
                return None;
            }
        }
        // What is drawn too late under this seed may come in time under another.
        let may_come = options.every.as_ref().is_some_and(|every| every.value.range().0 < end);
        // One order of which some are chosen is a mistake that is told elsewhere.
        let is_mistaken = options.at.is_some() && options.orders.is_some();
        if orders.is_empty() && !may_come && !is_mistaken {
            let message = format!("the operation `{name}` is not asked for within the run");
            let help = "make the run longer, or the time earlier".to_owned();
            self.diagnostics.push(Diagnostic::warning(Code::NoEffect, operation.origin, message).help(help));
        }
        Some(orders)
    }
}

/// The system of a target that a fault may have, `leader(kv)` or `minority(kv)`.
fn chosen_of<'w>(placed: &Placed, word: &'w str) -> Option<&'w str> {
    let (_, of) = word.strip_suffix(')')?.split_once('(')?;
    placed.system(of).map(|_| of)
}

/// What an operation wants of `target`.
fn wanted(operation: &Resolved<'_>, target: Slots) -> Operation {
    let none = Slots::NONE;
    let as_learner = matches!(&operation.options.r#as, Some(choice) if choice.value == MemberChoice::Learner);
    let at_least = operation.options.voters_min.as_ref().map_or(1, |least| least.value as u8);
    match operation.options.r#do.value {
        OperationKind::AddNode if as_learner => {
            Operation::Change { voters: none, learners: target, out: none, at_least }
        }
        OperationKind::AddNode => Operation::Change { voters: target, learners: none, out: none, at_least },
        OperationKind::RemoveNode => {
            Operation::Change { voters: none, learners: none, out: target, at_least }
        }
        OperationKind::ReplaceNode => {
            Operation::Change { voters: operation.by, learners: none, out: target, at_least }
        }
        OperationKind::Register | OperationKind::Deregister => {
            unreachable!("instances are not named by slots")
        }
        OperationKind::TransferLeader => {
            Operation::Transfer { to: target.iter().next().map_or(0, |slot| slot as u8) }
        }
    }
}

/// The names of nodes, for messages.
fn names(placed: &Placed, plan: &SystemPlan, slots: Slots) -> String {
    let name = |slot: usize| placed.nodes[plan.nodes[slot].index()].name.to_string();
    slots.iter().map(name).collect::<Vec<_>>().join(", ")
}
