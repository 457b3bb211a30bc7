//! Resolves happenings, and other words that mean nodes from the start on, from names to nodes and faults.

use crate::faults::happening::{self, Subject};
use crate::faults::{Happening, HappeningKind, Planned, Schedule, Target};
use crate::kernel::{NodeId, SystemId};
use crate::net::Sites;
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::quantity::duration_text;
use crate::spec::scalars::Located;
use crate::spec::units;
use crate::spec::value::Text;

use super::nodes::Placed;
use super::targets::Whom;
use super::{NODES_MEANT_MAX, Planner, Thing};

/// Every kind of happening as it stands in a scenario, for `explain`.
pub fn happenings() -> impl Iterator<Item = (String, &'static str)> {
    HappeningKind::ALL.iter().zip(HappeningKind::ROWS).map(|(kind, row)| {
        let about = match kind.subject() {
            Subject::Electing => "kv",
            Subject::Nodes => "kv.2",
            Subject::Fault => "NAME",
        };
        (format!("{kind}({about})"), row.doc)
    })
}

/// What to do about a happening that never comes to pass.
pub(super) const NEVER_HELP: &str =
    "`seedbed list faults` has what does it; `leader-lost(kv)` or `fault-began(NAME)` may be what is meant";

impl Planner<'_> {
    /// The happening that a text such as `crashed(kv.2)` speaks of; `option` is whose value it is.
    pub(super) fn happening(
        &mut self,
        option: &str,
        text: &Text,
        placed: &Placed,
        sites: &Sites,
    ) -> Option<Happening> {
        let (kind, argument) = match happening::parse(text.as_str()) {
            Ok(parsed) => parsed,
            Err(problem) => {
                let error = problem.within(&format!("`{option}`"), text);
                // A fault that strikes at a moment waits for nothing.
                self.diagnostics.push(match units::duration(text.as_str().trim()) {
                    Ok(moment) => {
                        error.help(format!("a moment is given by at = \"{}\"", duration_text(moment)))
                    }
                    Err(_) => error,
                });
                return None;
            }
        };
        let name =
            Located { value: text.as_str()[argument.clone()].to_owned(), origin: text.origin_of(argument) };
        match kind.subject() {
            Subject::Electing => {
                let system = self.electing(&name, placed)?;
                Some(Happening::to_nodes(kind, &placed.systems[system.index()].nodes, text.as_str()))
            }
            Subject::Nodes => {
                let nodes = self.fixed_nodes(&name, Whom::Nodes, placed, sites)?;
                Some(Happening::to_nodes(kind, &nodes, text.as_str()))
            }
            Subject::Fault => {
                let faults = &self.scenario.fault.entries;
                let Some(planned) = faults.iter().position(|(fault, ..)| *fault == name.value) else {
                    let known = self.scenario.fault.names();
                    self.unknown_name(Thing::Fault, &name.value, &name.origin, known);
                    return None;
                };
                let (_, place, options) = &faults[planned];
                if kind == HappeningKind::FaultEnded && !options.ends() {
                    let message = format!("`{}` never ends: it has no `for` and no `until`", name.value);
                    let error = Diagnostic::error(Code::Contradiction, &name.origin, message);
                    let error = error.related(place, "this fault stays");
                    self.diagnostics.push(error.help("give it for example for = \"10s\""));
                    return None;
                }
                Some(Happening::to_fault(kind, planned, text.as_str()))
            }
        }
    }

    /// Why something never happens: nothing in the scenario does it to a node. What the fault at position `but` does, which
    /// waits for it, does not count.
    pub(super) fn never(&self, happening: &Happening, but: Option<usize>) -> Option<&'static str> {
        let kind = happening.kind();
        let why = match kind {
            HappeningKind::Crashed => "no fault crashes a node",
            HappeningKind::Paused => "no fault pauses a node",
            HappeningKind::Resumed => "no fault pauses a node for a time",
            HappeningKind::DiskLost => "no fault takes a node's disk",
            HappeningKind::LeaderElected
            | HappeningKind::LeaderLost
            | HappeningKind::Booted
            | HappeningKind::FaultBegan
            | HappeningKind::FaultEnded => return None,
        };
        let faults = &self.scenario.fault;
        let mut others = faults.entries.iter().enumerate().filter(|(index, _)| Some(*index) != but);
        let is_brought = others.any(|(_, (.., options))| {
            options.kind.brings(kind) && (kind != HappeningKind::Resumed || options.ends())
        });
        (!is_brought && faults.broken.is_empty()).then_some(why)
    }

    /// The system of this name, which has to be one that elects leaders.
    fn electing(&mut self, name: &Located<String>, placed: &Placed) -> Option<SystemId> {
        let Some(plan) = placed.system(&name.value) else {
            let known = self.scenario.system.names();
            self.unknown_name(Thing::System, &name.value, &name.origin, known);
            return None;
        };
        let kind = self.scenario.system.entries[plan.id.index()].2.kind.kind();
        if !kind.is_replicated_log() {
            let message = format!("a {kind} has no leader");
            self.refuse(Code::BadTarget, &name.origin, message, "name a system that elects one".to_owned());
            return None;
        }
        Some(plan.id)
    }

    /// The nodes that a target means whenever it is asked.
    pub(super) fn fixed_nodes(
        &mut self,
        target: &Located<String>,
        whom: Whom,
        placed: &Placed,
        sites: &Sites,
    ) -> Option<Vec<NodeId>> {
        if self.nodes_meant > NODES_MEANT_MAX {
            return None; // That has been told.
        }
        let nodes = match self.target(target, whom, &[], placed, sites)? {
            Target::Node(node) => vec![node],
            Target::Nodes(nodes) => nodes,
            Target::System(system) => {
                let system = &placed.systems[system.index()];
                system.nodes.iter().chain(&system.extra).copied().collect()
            }
            Target::Site(site) => {
                let here = placed.places.iter().enumerate().filter(|(_, place)| **place == site);
                here.map(|(id, _)| NodeId(id as u32)).collect()
            }
            Target::That
            | Target::Leader(_)
            | Target::Follower(_)
            | Target::Followers(_)
            | Target::Any(_)
            | Target::Minority(_)
            | Target::Quorum(_)
            | Target::Around(..) => {
                let message =
                    format!("which nodes are `{}` is known only when a fault strikes", target.value.trim());
                let help = "name a node, a system, or a region:, zone:, rack: or version:";
                self.refuse(Code::BadTarget, &target.origin, message, help.to_owned());
                return None;
            }
        };
        self.count_meant(nodes.len(), &target.origin)?;
        Some(nodes)
    }

    /// Refuses targets that together mean more nodes than fit in memory: each keeps its own.
    pub(super) fn count_meant(&mut self, nodes: usize, origin: &Origin) -> Option<()> {
        self.nodes_meant += nodes;
        if self.nodes_meant <= NODES_MEANT_MAX {
            return Some(());
        }
        let message = format!("with this the targets mean more than {NODES_MEANT_MAX} nodes in all");
        self.refuse(
            Code::TooMany,
            origin,
            message,
            "let fewer faults wait for, or strike, so many nodes".to_owned(),
        );
        None
    }

    /// Reports faults that wait for each other in a circle: none of them ever strikes.
    pub(super) fn check_circles(&mut self, planned: &[Planned]) {
        let waits_for = |fault: usize| match &planned[fault].schedule {
            Schedule::When(when) => when.happening.fault(),
            Schedule::At(_) | Schedule::Every(_) | Schedule::AtClock { .. } => None,
        };
        for first in 0..planned.len() {
            let chain = std::iter::successors(Some(first), |fault| waits_for(*fault));
            let circle: Vec<usize> =
                chain.skip(1).take(planned.len()).take_while(|fault| *fault != first).collect();
            let last = circle.last().copied().unwrap_or(first);
            // Told once, at the first of the circle.
            if waits_for(last) != Some(first) || circle.iter().any(|fault| *fault < first) {
                continue;
            }
            let when = self.scenario.fault.entries[first].2.common.when.as_ref();
            let when = when.expect("a fault that waits says what for");
            let names: Vec<String> =
                circle.iter().map(|fault| format!("`{}`", planned[*fault].name)).collect();
            let message = match names.as_slice() {
                [] => format!("`{}` waits for itself, so it never strikes", planned[first].name),
                names => {
                    format!(
                        "`{}` waits for {}, which waits for it: none of them ever strikes",
                        planned[first].name,
                        names.join(", which waits for ")
                    )
                }
            };
            let error =
                Diagnostic::error(Code::Contradiction, &when.origin_of(0..when.as_str().len()), message);
            self.diagnostics.push(error.help("let one of them strike `at` a time"));
        }
    }
}
