//! Of all that is wrong, what stood first, and which few operations show it?
//!
//! A linearizable history's prefixes are linearizable. So there is one return up to which an order exists and with
//! which none does any more: the earliest that cannot be explained. It is found by bisection, and is the operation
//! that a violation names.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::kernel::Time;
use crate::model::history::{Operation, Outcome};
use crate::model::op::{Answer, Key, Op, Reading, Stem, Value};

use super::calls::{Call, closed_count, of_key, prefix};
use super::conflict::{Cause, Conflict};
use super::effort::Effort;
use super::search::{Found, search};
use super::witness::OwnOrder;
use super::zones::{Settled, settle};

/// The earliest return that no order explains.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Violation {
    /// The key.
    pub key: Key,
    /// The operation whose return cannot be explained, the earliest such. Numbers of operations are indices into
    /// the history that was judged.
    pub operation: usize,
    /// A small set of operations that together show it, this one included, in ascending order.
    pub involved: Vec<usize>,
    /// How they show it.
    pub cause: Cause,
    /// Whether the system claimed an order for the key, which then is wrong as every other.
    pub own_order_wrong: bool,
}

/// A return that cannot be explained.
struct Failure {
    /// Its rank among the key's returns.
    rank: usize,
    /// Why not, in terms of `calls`.
    conflict: Conflict,
    /// The calls of which no order exists, the failing one the last to return.
    calls: Vec<Call>,
}

/// One key's history, as far as the first stage did not settle it.
pub(super) struct KeyHistory<'a> {
    pub(super) key: Key,
    pub(super) calls: Vec<Call>,
    /// Whether the system claimed a whole order.
    pub(super) own_order_wrong: bool,
    initial: Reading,
    /// Lists that the key may have held.
    guesses: BTreeMap<Stem, Value>,
    operations: &'a [Operation],
    /// The key's operations.
    indices: Vec<u32>,
}

impl<'a> KeyHistory<'a> {
    /// The history of the operations at `indices`, whose `order` is not a linearization.
    pub(super) fn new(
        key: Key,
        operations: &'a [Operation],
        indices: &[u32],
        order: Option<OwnOrder>,
        initial: Reading,
    ) -> KeyHistory<'a> {
        let calls = of_key(operations, indices);
        let lists = calls.iter().filter_map(|c| c.effect.needs()).any(|seen| seen.length > 1);
        let own_order_wrong = order.as_ref().is_some_and(OwnOrder::is_whole);
        let guesses = match order {
            Some(order) if lists => order.sequences(operations, initial),
            Some(_) | None => BTreeMap::new(),
        };
        KeyHistory { key, calls, own_order_wrong, initial, guesses, operations, indices: indices.to_vec() }
    }

    /// The second stage for some of the key's calls.
    pub(super) fn settle(&self, calls: &[Call], effort: &mut Effort<'_>) -> Settled {
        settle(calls, self.initial, &self.guesses, effort)
    }

    /// The second stage, then the third.
    fn decide(&self, calls: &[Call], effort: &mut Effort<'_>) -> Settled {
        match self.settle(calls, effort) {
            Settled::Open => match search(calls, self.initial, effort) {
                Found::Order => Settled::Valid,
                Found::NoOrder { furthest } => Settled::Invalid(Conflict::no_order(furthest)),
                Found::OutOfBudget => Settled::Open,
            },
            settled => settled,
        }
    }

    /// The earliest return that cannot be explained, if there is one before `horizon`. Prefixes for which the effort
    /// does not suffice pass for explained. `whole` is why no order of all calls exists.
    ///
    /// A conflict says by when it stood at the latest, most often exactly: that rank and the one before it are
    /// probed first, in turn with the middle of what is left, so that a bad guess costs one probe.
    fn earliest(&self, whole: &Conflict, horizon: Option<Time>, effort: &mut Effort<'_>) -> Option<Failure> {
        let closed = closed_count(&self.calls);
        let before = |horizon| self.calls[..closed].partition_point(|c| c.returned < horizon);
        let mut first = match horizon {
            None => {
                Failure { rank: closed.checked_sub(1)?, conflict: whole.clone(), calls: self.calls.clone() }
            }
            Some(horizon) => self.failure_at(before(horizon).checked_sub(1)?, effort)?,
        };
        let mut explained_to = 0;
        let mut guess = true;
        while explained_to < first.rank {
            let pivot = first.conflict.pivot;
            let probe = match guess {
                true if (explained_to..first.rank).contains(&pivot) => pivot,
                true => first.rank - 1,
                false => explained_to + (first.rank - explained_to) / 2,
            };
            guess = !guess;
            match self.failure_at(probe, effort) {
                Some(failure) => first = failure,
                None => explained_to = probe + 1,
            }
        }
        Some(first)
    }

    /// Why no order of the calls up to the return of this rank exists, if none does.
    fn failure_at(&self, rank: usize, effort: &mut Effort<'_>) -> Option<Failure> {
        let calls = prefix(&self.calls, rank, self.operations);
        match self.decide(&calls, effort) {
            Settled::Invalid(conflict) => Some(Failure { rank, conflict, calls }),
            Settled::Valid | Settled::Open => None,
        }
    }

    /// The failure in the terms of the history.
    fn violation(&self, failure: Failure, effort: &mut Effort<'_>) -> Violation {
        let Failure { rank, mut conflict, mut calls } = failure;
        let operation = self.calls[rank].operation;
        if conflict.cause == Cause::NoOrder {
            calls = self.shrink(calls, operation, effort);
            conflict.involved = (0u32..).take(calls.len()).collect();
            // What is left may do without recurring values, and then has a better reason.
            if let Settled::Invalid(better) = self.settle(&calls, effort) {
                conflict = better;
            }
        }
        let mut involved: Vec<usize> =
            conflict.involved.iter().map(|&rank| calls[rank as usize].operation as usize).collect();
        let mut cause = conflict.cause;
        if cause == Cause::NeverWritten {
            cause =
                self.missing_write(&calls, &conflict.involved, self.calls[rank].returned).unwrap_or(cause);
        }
        if let Cause::Future { write } | Cause::Failed { write } = cause {
            involved.push(write);
        }
        involved.push(operation as usize);
        involved.sort_unstable();
        involved.dedup();
        let own_order_wrong = self.own_order_wrong;
        Violation { key: self.key, operation: operation as usize, involved, cause, own_order_wrong }
    }

    /// Where the value that was observed and that none of `calls` added came from after all: from a change that was
    /// invoked after `now`, or from one that had failed.
    fn missing_write(&self, calls: &[Call], involved: &[u32], now: Time) -> Option<Cause> {
        let added = |value: Value| calls.iter().any(|call| call.effect.adds() == Some(value));
        let needs = involved.iter().filter_map(|&rank| calls[rank as usize].effect.needs());
        let missing =
            needs.filter(|seen| seen.length > 0).map(|seen| seen.last).find(|&value| !added(value))?;
        let late = |write: &Operation| match write.outcome {
            Outcome::Fail(_) => Some(false),
            Outcome::Ok(Answer::Done) | Outcome::Unknown(_) => (write.invoked > now).then_some(true),
            Outcome::Ok(Answer::Read(_) | Answer::Mismatch(_)) => None,
        };
        self.indices.iter().map(|&index| index as usize).find_map(|write| {
            let operation = &self.operations[write];
            let late = late(operation).filter(|_| added_by(operation.op) == Some(missing))?;
            Some(if late { Cause::Future { write } } else { Cause::Failed { write } })
        })
    }

    /// Leaves out calls, many at a time and then one by one, as long as no order of the rest exists.
    ///
    /// Leaving out an observation only takes away a demand. A change may be left out if nothing that stays observes
    /// its value: an order with it then is an order without it, except where lists were seen, which may hold it. So
    /// what is left at any time proves that no order of all exists.
    fn shrink(&self, mut calls: Vec<Call>, operation: u32, effort: &mut Effort<'_>) -> Vec<Call> {
        let mut chunk = calls.len().div_ceil(2);
        loop {
            let mut end = calls.len();
            let before = calls.len();
            while end > 0 && effort.left() > 0 {
                let start = end.saturating_sub(chunk);
                let rest = without(&calls, start..end, operation);
                if rest.len() < calls.len() && self.is_impossible(&rest, effort) {
                    calls = rest;
                }
                end = start;
            }
            let stuck = chunk == 1 && calls.len() == before;
            if stuck || effort.left() == 0 {
                return calls;
            }
            chunk = (chunk / 2).max(1);
        }
    }

    fn is_impossible(&self, calls: &[Call], effort: &mut Effort<'_>) -> bool {
        matches!(search(calls, self.initial, effort), Found::NoOrder { .. })
    }
}

/// The violation that stood first in any of the keys, of equals that of the first key. `None` if there are no keys.
pub(super) fn first(invalid: &[(KeyHistory<'_>, Conflict)], effort: &mut Effort<'_>) -> Option<Violation> {
    let mut first: Option<(&KeyHistory<'_>, Failure)> = None;
    for (history, whole) in invalid {
        let horizon = first.as_ref().map(|(first, failure)| first.calls[failure.rank].returned);
        if let Some(failure) = history.earliest(whole, horizon, effort) {
            first = Some((history, failure));
        }
    }
    first.map(|(history, failure)| history.violation(failure, effort))
}

/// The calls without those of `range` that may be left out; `operation` always stays.
fn without(calls: &[Call], range: Range<usize>, operation: u32) -> Vec<Call> {
    let mut stays: Vec<bool> = calls
        .iter()
        .enumerate()
        .map(|(place, c)| !range.contains(&place) || c.operation == operation)
        .collect();
    // What a compare-and-set needs must stay if it stays itself, so this goes on until nothing more does.
    loop {
        let staying = calls.iter().zip(&stays).filter(|&(_, &stays)| stays);
        let seen: Vec<Reading> = staying.filter_map(|(call, _)| call.effect.needs()).collect();
        let lists = seen.iter().any(|seen| seen.length > 1);
        let mut observed: Vec<Value> =
            seen.into_iter().filter(|seen| seen.length > 0).map(|seen| seen.last).collect();
        observed.sort_unstable();
        let needed = |value: Value| lists || observed.binary_search(&value).is_ok();
        let mut settled = true;
        for place in range.clone() {
            if !stays[place] && calls[place].effect.adds().is_some_and(needed) {
                stays[place] = true;
                settled = false;
            }
        }
        if settled {
            return calls.iter().zip(stays).filter(|&(_, stays)| stays).map(|(call, _)| *call).collect();
        }
    }
}

/// The value that the operation adds if it takes effect.
fn added_by(op: Op) -> Option<Value> {
    match op {
        Op::Read { .. } => None,
        Op::Write { value, .. }
        | Op::Append { value, .. }
        | Op::Cas { new: value, .. }
        | Op::Propose { value, .. } => Some(value),
    }
}
