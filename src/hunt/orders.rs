//! The pass that leaves out orders of operators, and how their times follow those of strikes.

use crate::kernel::{Duration, Time};
use crate::model::operation::Operation;
use crate::spec::Node;
use crate::systems::Custom;
use crate::workloads::numbers::Numbers;

use super::ddmin::ddmin;
use super::document::{at, length, list, names, text, with, without};
use super::passes::{Shrinker, length_of};

/// An order of a scenario: its operation's name, and its number among that one's, from 1.
type Ordered = (String, u32);

impl<X: Custom> Shrinker<'_, '_, '_, X> {
    /// Leaves out orders of operators, and writes what is left down as operations of their own, each at its time.
    pub(super) fn orders(&mut self) -> bool {
        if names(&self.best, &["operation"]).is_empty() {
            return false;
        }
        // None may be left within the run, and then the operations go.
        let orders: Vec<Ordered> = self.given();
        let base = self.best.clone();
        let left = ddmin(&orders, |orders| self.trials.fails(&with_orders(&base, orders)));
        let changed = self.accept(with_orders(&base, &left));
        self.spell_out();
        changed
    }

    /// The orders that the scenario gives, each by its number in the whole series.
    fn given(&self) -> Vec<Ordered> {
        let all = self.prepared_without_choice();
        let mut given = Vec::new();
        for (name, orders) in &all {
            let chosen = at(&self.best, &["operation", name, "orders"]).and_then(numbers_of);
            let numbers = (1..=orders.len() as u32)
                .filter(|number| chosen.as_ref().is_none_or(|chosen| chosen.contains(*number)));
            given.extend(numbers.map(|number| (name.clone(), number)));
        }
        given
    }

    /// All orders of each operation, those that are passed over as well.
    fn prepared_without_choice(&self) -> Vec<(String, Vec<(Time, Operation)>)> {
        let whole = names(&self.best, &["operation"]).iter().fold(self.best.clone(), |whole, name| {
            without(&whole, &["operation", name, "orders"]).unwrap_or(whole)
        });
        let Some(prepared) = self.trials.subject().prepare::<X>(&whole) else { return Vec::new() };
        let operators = prepared.world.operators.iter().map(|operator| operator.orders.clone());
        names(&whole, &["operation"]).into_iter().zip(operators).collect()
    }

    /// An operation that comes again and again, of which one order is left, is that one at its time.
    fn spell_out(&mut self) {
        let prepared = self.prepared();
        for (name, operator) in names(&self.best, &["operation"]).iter().zip(&prepared.world.operators) {
            let [(due, operation)] = operator.orders[..] else { continue };
            if at(&self.best, &["operation", name, "every"]).is_none() {
                continue;
            }
            let slots = match operation {
                Operation::Transfer { to } => vec![usize::from(to)],
                Operation::Change { voters, learners, out, .. } => {
                    let is_asked = at(&self.best, &["operation", name, "by"]).is_some();
                    let meant = if is_asked { out } else { voters.and(learners).and(out) };
                    meant.iter().collect()
                }
            };
            let nodes = &prepared.world.systems[operator.target.index()].plan.nodes;
            let setup = &prepared.world.setup;
            let target = slots.iter().map(|slot| text(&setup.nodes[nodes[*slot].index()].name));
            let target: Vec<Node> = target.collect();
            let target = if let [one] = &target[..] { one.clone() } else { list(target) };
            let mut once = self.best.clone();
            for key in ["every", "until", "orders"] {
                once = without(&once, &["operation", name, key]).unwrap_or(once);
            }
            once = with(&once, &["operation", name, "at"], length(due.since(Time::ZERO)));
            self.accept(with(&once, &["operation", name, "target"], target));
        }
    }
}

/// The document in which only these orders are given; operations of which nothing is left go.
fn with_orders(document: &Node, kept: &[Ordered]) -> Node {
    let mut changed = document.clone();
    for name in names(document, &["operation"]) {
        let numbers: Vec<u32> =
            kept.iter().filter(|(of, _)| *of == name).map(|(_, number)| *number).collect();
        let is_series = at(document, &["operation", &name, "every"]).is_some();
        changed = match (numbers.is_empty(), is_series) {
            (true, _) => without(&changed, &["operation", &name]).expect("it was just read there"),
            (false, true) => {
                let numbers = Numbers::of(numbers).to_string();
                with(&changed, &["operation", &name, "orders"], text(&numbers))
            }
            (false, false) => changed,
        };
    }
    changed
}

/// The document without the orders that would be given at `end` or later.
pub(super) fn ending(document: Node, end: Duration) -> Node {
    let is_late = |name: &String| {
        at(&document, &["operation", name, "at"]).and_then(length_of).is_some_and(|at| at >= end)
    };
    let late: Vec<String> = names(&document, &["operation"]).into_iter().filter(is_late).collect();
    late.iter().fold(document, |document, name| without(&document, &["operation", name]).unwrap_or(document))
}

/// The document whose orders come earlier by `spare`, where they have a time of their own.
pub(super) fn earlier(document: Node, spare: Duration) -> Node {
    names(&document, &["operation"]).iter().fold(document, |document, name| {
        let path = ["operation", name, "at"];
        let due = at(&document, &path).and_then(length_of);
        due.map_or(document.clone(), |due| {
            with(&document, &path, length(Duration(due.0.saturating_sub(spare.0))))
        })
    })
}

fn numbers_of(node: &Node) -> Option<Numbers> {
    use crate::scenario::nouns::numbers::OperationNumbers;
    use crate::spec::{Decode, Decoder, Diagnostics, NoDataFiles};
    let numbers =
        OperationNumbers::decode(node, &mut Decoder::new(&mut Diagnostics::default(), &NoDataFiles));
    numbers.map(|OperationNumbers(numbers)| numbers)
}
