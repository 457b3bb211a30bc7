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

use super::super::nouns::system::CpuOptions;
use super::Planner;

impl Planner<'_> {
    /// What messages cost in each system. Names of messages of another type are kept for a change of type, and
    /// cost nothing; what no type knows is reported.
    pub(super) fn message_costs<X: Custom>(&mut self) -> Vec<Rc<MessageCosts>> {
        let scenario = self.scenario;
        let costs = scenario.system.entries.iter().map(|(_, _, options)| {
            let (kind, cpu) = (options.kind.kind(), &options.common.cpu);
            for (name, place, _) in &cpu.kinds.entries {
                if types_with::<X>(name).next().is_none() {
                    let own = names::<X>(kind);
                    self.diagnostics.push(
                        Diagnostic::error(Code::UnknownName, place, format!("no message is called `{name}`"))
                            .did_you_mean(suggest::closest(name, own.iter().copied()))
                            .help(messages_of(kind, &own)),
                    );
                }
            }
            self.warn_of_lost_costs::<X>(kind, cpu);
            Rc::new(cpu.costs(|name| named::<X>(kind, name)))
        });
        costs.collect()
    }

    /// Warns of costs of another type's messages where none is said of this type's own: whoever gives both is ready for a swap of
    /// `type`, and who gives only the other's has lost all of them in it, or has mistaken the type.
    fn warn_of_lost_costs<X: Custom>(&mut self, kind: Kind, cpu: &CpuOptions) {
        let given = || cpu.kinds.entries.iter().map(|(name, place, _)| (name, place));
        let is_own = |name: &str| named::<X>(kind, name).is_some();
        // Who has mistyped a name has had one of this type in mind, perhaps.
        if given().any(|(name, _)| types_with::<X>(name).next().is_none()) {
            return;
        }
        let mut lost = given().filter_map(|(name, place)| Some((name, place, types_with::<X>(name).next()?)));
        let Some((name, place, owner)) = lost.find(|(name, ..)| !is_own(name)) else { return };
        let is_of_this_type = |name: &str| is_own(name) && types_with::<X>(name).all(|other| other != owner);
        if given().any(|(name, _)| is_of_this_type(name)) {
            return;
        }
        let message = format!(
            "`{name}` is a message of the type `{owner}`, and this system is a {kind}, where nothing costs so"
        );
        let help = messages_of(kind, &names::<X>(kind));
        self.diagnostics.push(Diagnostic::warning(Code::NoEffect, place, message).help(help));
    }
}

fn messages_of(kind: Kind, names: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = names.iter().copied().collect();
    format!("messages of the type `{kind}`: {}", names.join(", "))
}

/// The names of messages that a system of this type has.
fn names<X: Custom>(kind: Kind) -> BTreeSet<&'static str> {
    Wire::<X::Message>::spoken_by(kind).iter().map(|(_, name)| *name).collect()
}

/// The types whose systems have messages of this name.
fn types_with<X: Custom>(name: &str) -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(move |kind| named::<X>(*kind, name).is_some())
}

/// The kind of messages of this name that a system of this type has.
fn named<X: Custom>(kind: Kind, name: &str) -> Option<u16> {
    let spoken = Wire::<X::Message>::spoken_by(kind);
    spoken.iter().find(|(_, own)| *own == name).map(|(number, _)| *number)
}
