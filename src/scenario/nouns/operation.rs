//! `[operation.NAME]`: what an operator asks of a system, and when.

use crate::faults::FaultKind;
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::scalars::Located;

use super::numbers::OperationNumbers;
use super::words::Words;

crate::choices! {
    /// What an operator asks for.
    pub enum OperationKind {
        /// The target takes part: a node that stands by, or a learner that is to vote.
        AddNode = "add-node",
        /// The target takes part no more.
        RemoveNode = "remove-node",
        /// The nodes `by` take the place of the target, in one change where the system can do that.
        ReplaceNode = "replace-node",
        /// The target leads.
        TransferLeader = "transfer-leader",
        /// The target, an instance of a service, tells the registry that it is there, as it does from the start.
        Register = "register",
        /// The target, an instance of a service, tells the registry that it is there no more; it serves whoever calls all the same.
        Deregister = "deregister",
    }
    elsewhere of_a_fault;
}

/// Where what goes wrong belongs.
fn of_a_fault(word: &str) -> Option<String> {
    let kind = FaultKind::parse(word)?;
    Some(format!(
        "`{kind}` is what goes wrong, and nothing that an operator asks for: write it in a table [fault.NAME]"
    ))
}

crate::choices! {
    /// As what a node is added.
    pub enum MemberChoice {
        /// It votes, once it has caught up.
        Voter = "voter",
        /// It gets everything and does not vote.
        Learner = "learner",
    }
}

crate::options! {
    /// What an operator asks of a system, and when. It repeats the order until it is told that it is done, or cannot be.
    pub struct OperationOptions {
        /// What is asked for.
        r#do: Located<OperationKind>,
        /// When, once.
        at: Option<Located<Duration>>,
        /// Again and again: the time to the first order, and from each to the next.
        every: Option<Located<Distribution>>,
        /// Of `every`: no more orders after this, overdue ones neither.
        until: Option<Duration>,
        /// Of `every`: which of the orders are given, by their numbers from 1, ascending: "2, 5..7"; the others change nothing
        /// about these. Absent: all. A hunt writes the ones that a failure takes.
        orders: Option<OperationNumbers>,
        /// The node or nodes that are added, removed or replaced, or the one that is to lead: `kv.4`, `["kv.4", "kv.5"]`, or
        /// `any(kv)`, one drawn for each order.
        target: Words,
        /// Of `replace-node`: who takes their place.
        by: Words,
        /// Of `add-node`: as what; absent: as a voter.
        r#as: Option<Located<MemberChoice>>,
        /// Of `remove-node`: an order that would leave fewer to vote is refused.
        voters_min: Option<Located<u32>> [1..=64],
        /// Where the operator stands; absent: in the network's first region.
        region: Option<Located<String>>,
        /// How long it waits for an answer before it asks the next node.
        retry: Duration [Duration::from_millis(1)..] = "1s",
        /// How long it keeps at an order before it gives up.
        timeout: Duration [Duration::from_millis(1)..] = "30s",
    }
    check check_operation;
}

fn check_operation(operation: &OperationOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let kind = operation.r#do.value;
    let mut refuse = |key: &str, code: Code, message: String, help: &str| {
        decoder.report(Diagnostic::error(code, places.of(key), message).help(help));
    };
    match (&operation.at, &operation.every) {
        (Some(_), Some(_)) => {
            let message = "both `at` and `every` say when the order is given".to_owned();
            refuse("every", Code::Contradiction, message, "keep one of them");
        }
        (None, None) => {
            let message = "nothing says when the order is given".to_owned();
            refuse("do", Code::MissingKey, message, "write at = \"20s\", or every = \"exp(60s)\"");
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
    if operation.target.0.is_empty() && places.given("target").is_none() {
        let message = "`target` is missing: nobody is named".to_owned();
        refuse(
            "do",
            Code::MissingKey,
            message,
            "write target = \"kv.4\", for a system `kv` with so many nodes",
        );
    }
    let is_misplaced = [
        ("by", kind != OperationKind::ReplaceNode),
        ("as", kind != OperationKind::AddNode),
        ("voters_min", kind != OperationKind::RemoveNode),
        ("until", operation.every.is_none()),
        ("orders", operation.every.is_none()),
    ];
    for (key, is_misplaced) in is_misplaced {
        if is_misplaced && places.given(key).is_some() {
            let message = match key {
                "until" => "`until` ends what comes again and again, and this order is given once".to_owned(),
                "orders" => "`orders` chooses among many orders, and this one is given once".to_owned(),
                key => format!("`{key}` says nothing about do = \"{kind}\""),
            };
            refuse(key, Code::Contradiction, message, "leave it out");
        }
    }
    if kind == OperationKind::ReplaceNode && operation.by.0.is_empty() {
        let message = "nothing says who takes the target's place".to_owned();
        refuse("do", Code::MissingKey, message, "write by = \"kv.4\", for a node that stands by");
    }
    if kind == OperationKind::TransferLeader && operation.target.0.len() > 1 {
        refuse("target", Code::Contradiction, "one node leads, not several".to_owned(), "name one");
    }
}
