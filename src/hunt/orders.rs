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
                Operation::Register { node, .. } => {
                    let nodes = &prepared.world.systems[operator.target.index()].plan.nodes;
                    nodes.iter().position(|known| *known == node).into_iter().collect()
                }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::{Effort, Files, Subject, Trials, run, violations};
    use crate::scenario::{LoadOptions, load_text};
    use crate::spec::write::inline;
    use crate::spec::{DataFiles, NoDataFiles};
    use crate::systems::Never;

    /// A store that nothing goes wrong in: its leaders change because operators want it.
    const HANDED_OVER: &str = r#"
        schema = 1
        duration = "9s"
        [system.kv]
        type = "raft"
        nodes = 5
        voters = 3
        [operation.hand-over]
        every = "1s"
        do = "transfer-leader"
        target = "any(kv)"
        [operation.grow]
        every = "2s"
        do = "add-node"
        target = "any(kv)"
        [operation.late]
        at = "8500ms"
        do = "transfer-leader"
        target = "kv.2"
        [check.one-reign]
        metric = "leader_changes"
        assert = "count == 0"
    "#;

    fn document() -> Node {
        load_text("handed-over", HANDED_OVER, &LoadOptions::default()).document.expect("it is valid")
    }

    fn said(document: &Node, path: &[&str]) -> Option<String> {
        at(document, path).map(inline)
    }

    #[test]
    fn a_series_is_left_by_its_numbers_and_one_of_which_nothing_is_left_goes() {
        let kept = [("hand-over", 2), ("hand-over", 3), ("hand-over", 7), ("late", 1)];
        let left = with_orders(&document(), &kept.map(|(name, number)| (name.to_owned(), number)));
        assert_eq!(names(&left, &["operation"]), ["hand-over", "late"]);
        assert_eq!(said(&left, &["operation", "hand-over", "orders"]).as_deref(), Some("\"2..3, 7\""));
        assert_eq!(said(&left, &["operation", "late", "orders"]), None, "what comes once has no numbers");
        assert_eq!(names(&with_orders(&left, &[]), &["operation"]), [""; 0]);
    }

    #[test]
    fn orders_that_would_come_when_all_is_over_go_and_a_series_stays() {
        let ends = |at| names(&ending(document(), Duration::from_millis(at)), &["operation"]);
        assert_eq!(ends(8_501), ["hand-over", "grow", "late"]);
        assert_eq!(ends(8_500), ["hand-over", "grow"]);
    }

    #[test]
    fn what_has_a_time_comes_earlier_with_the_strikes_but_never_before_the_start() {
        let late =
            |spare| said(&earlier(document(), Duration::from_millis(spare)), &["operation", "late", "at"]);
        assert_eq!(late(500).as_deref(), Some("\"8s\""));
        assert_eq!(late(20_000).as_deref(), Some("\"0ns\""));
        let moved = earlier(document(), Duration::from_millis(500));
        assert_eq!(said(&moved, &["operation", "hand-over", "every"]).as_deref(), Some("\"1s\""));
    }

    #[test]
    fn one_order_is_left_of_many_and_is_written_down_with_its_time_and_its_node() {
        let files: &Files<'_> = &|| -> Box<dyn DataFiles> { Box::new(NoDataFiles) };
        let subject = Subject { name: "handed-over", files };
        let whole = subject.prepare::<Never>(&document()).expect("it is valid");
        let wanted = violations(&run(whole, &|| false).expect("nothing interrupts it"))[0].wanted.clone();
        let effort = Effort { runs_max: 1_000, reseed: 0, is_over: &|| false, tell: &|_| {} };
        let mut trials = Trials::<Never>::new(subject, &wanted, effort);
        let mut shrinker = Shrinker { best: document(), trials: &mut trials, is_forced: false };
        assert_eq!(shrinker.given().len(), 8 + 4 + 1, "each order of each series");
        assert!(shrinker.orders());
        let left = shrinker.best;
        let operations = names(&left, &["operation"]);
        let [one] = &operations[..] else { panic!("{operations:?} are left") };
        assert_eq!(said(&left, &["operation", one, "do"]).as_deref(), Some("\"transfer-leader\""));
        let due = at(&left, &["operation", one, "at"]).and_then(length_of).expect("it has its time");
        assert_eq!(due.0 % 1_000_000_000, 0, "that of the series");
        let node = said(&left, &["operation", one, "target"]).expect("it has its node");
        assert!(node.starts_with("\"kv."), "{node}");
        assert!(trials.fails(&left));
    }
}
