//! What messages cost in each system, by the names of their kinds.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::processors::MessageCosts;
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::suggest;
use crate::systems::kinds::Kind;
use crate::systems::{Custom, Wire};

use super::Planner;

impl Planner<'_> {
    /// What messages cost in each system. Names of messages of another type are kept for a change of type, and
    /// cost nothing; what no type knows is reported.
    pub(super) fn message_costs<X: Custom>(&mut self) -> Vec<Rc<MessageCosts>> {
        let scenario = self.scenario;
        let costs = scenario.system.entries.iter().map(|(_, _, options)| {
            let (kind, cpu) = (options.kind.kind(), &options.common.cpu);
            let spoken = Wire::<X::Message>::spoken_by(kind);
            for (name, place, _) in &cpu.kinds.entries {
                let is_known = |kind: &Kind| named::<X>(*kind, name).is_some();
                if !Kind::ALL.iter().any(is_known) {
                    let names: BTreeSet<&str> = spoken.iter().map(|(_, name)| *name).collect();
                    let list: Vec<&str> = names.iter().copied().collect();
                    self.diagnostics.push(
                        Diagnostic::error(Code::UnknownName, place, format!("no message is called `{name}`"))
                            .did_you_mean(suggest::closest(name, names.iter().copied()))
                            .help(format!("messages of the type `{kind}`: {}", list.join(", "))),
                    );
                }
            }
            Rc::new(cpu.costs(|name| named::<X>(kind, name)))
        });
        costs.collect()
    }
}

/// The kind of messages of this name that a system of this type has.
fn named<X: Custom>(kind: Kind, name: &str) -> Option<u16> {
    let spoken = Wire::<X::Message>::spoken_by(kind);
    spoken.iter().find(|(_, own)| *own == name).map(|(number, _)| *number)
}
