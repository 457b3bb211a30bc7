//! Is a history linearizable: is there one order of all operations in which each takes effect between its invocation
//! and its return, and answers what its client was told? (Herlihy and Wing, TOPLAS 12(3), 1990.)
//!
//! Linearizability is local: a history of a store is linearizable if that of each key is. Each key is tried by
//! 1. its **own order** (`witness`): the order in which the system says it applied the operations, O(n log n);
//! 2. **unique values** (`zones`): exact in O(n log n) if no value was written twice to the key;
//! 3. **search** (`search`): exponential at worst, so bounded by a budget of explored states.
//!
//! What is told: `ok` operations took effect between invocation and return; `fail` had none and are left out;
//! `unknown` changes may take effect at any time after their invocation or never; unanswered reads are left out. A
//! compare-and-set that did not match counts as an observation. One operation precedes another if it returned
//! strictly before the other was invoked; operations that meet in one instant are concurrent.
//!
//! On one core of a small cloud machine (`benches/judges.rs`), 50 clients on one key: a million reads and writes take
//! 0.04 s in their own order, 0.4 s without it, 1 s with a stale read to find and explain; 2,000 reads and appends
//! 1 ms with the system's own order as a guide to what digests stand for, 0.1 to 0.4 s without it. Then, however, long
//! runs of values that nobody saw as the last of a list may cost more than the budget. So may recurring values.

mod bridge;
mod calls;
mod chains;
mod conflict;
mod effort;
mod explain;
mod lists;
mod memo;
mod search;
mod violation;
mod witness;
mod zones;

#[cfg(test)]
mod tests;

use crate::model::history::Operation;
use crate::model::op::{Key, Reading};

use conflict::Conflict;
use effort::{Effort, Patience};
use search::Found;
use violation::KeyHistory;
use witness::OwnOrder;
use zones::Settled;

pub use conflict::Cause;
pub use explain::explain;
pub use violation::Violation;

/// States that a judge explores in one history before it gives up, unless told otherwise. They take up to 400 MB.
pub const BUDGET_DEFAULT: u64 = 10_000_000;

/// What a judge says of a history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// An order exists for every key.
    Valid,
    /// For some key none exists.
    Invalid,
    /// The budget ran out with no violation found.
    Unknown,
}

/// How many keys each stage settled, either way.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Stages {
    /// The system's own order was a linearization.
    pub own_order: u64,
    /// No value recurred, and chains of states decided.
    pub unique_values: u64,
    /// An order was searched for.
    pub search: u64,
}

/// A verdict and what it rests on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Keys in the history.
    pub keys: u64,
    /// Operations in the history, of every outcome.
    pub operations: u64,
    /// States explored to reach the verdict, without those explored to explain a violation.
    pub explored: u64,
    /// Which stage settled how many keys.
    pub settled: Stages,
    /// Keys for which no order exists.
    pub keys_invalid: u64,
    /// Keys for which the budget ran out.
    pub keys_unknown: u64,
    /// Keys whose own order, though claimed for every operation that took effect, is not a linearization. Where the
    /// verdict is valid all the same, another order exists.
    pub keys_own_order_wrong: u64,
    /// The violation that stood first, if the verdict is invalid.
    pub violation: Option<Violation>,
}

/// A judge of linearizability.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judge {
    /// What every key holds before the first operation.
    pub initial: Reading,
    /// States to explore for the verdict, and again for the explanation of a violation.
    pub budget: u64,
}

impl Default for Judge {
    fn default() -> Judge {
        Judge { initial: Reading::ABSENT, budget: BUDGET_DEFAULT }
    }
}

/// Judges a history of keys that held nothing at first. See [`Judge::judge`].
pub fn judge(operations: &[Operation], own_order: Option<&[Option<u64>]>, budget: u64) -> Judgement {
    Judge { budget, ..Judge::default() }.judge(operations, own_order)
}

/// The same, unless `has_ended` says so before it is done: then there is none. It is asked during searches, every millisecond or
/// more often.
pub fn judge_until(
    operations: &[Operation],
    own_order: Option<&[Option<u64>]>,
    budget: u64,
    has_ended: &mut dyn FnMut() -> bool,
) -> Option<Judgement> {
    let patience = Patience::new(has_ended);
    let judge = Judge { budget, ..Judge::default() };
    let judgement = judge.judge_with(operations, own_order, Effort::waited_for(budget, &patience));
    (!patience.is_over()).then_some(judgement)
}

impl Judge {
    /// Judges a history. `own_order`, parallel to `operations`, gives the position at which the system applied each
    /// operation, such as its index in a log; an observation has the position of the last change it saw. Operations
    /// that were never applied have none.
    ///
    /// # Panics
    /// If `own_order` is not as long as `operations`, or an operation returned before it was invoked.
    pub fn judge(&self, operations: &[Operation], own_order: Option<&[Option<u64>]>) -> Judgement {
        self.judge_with(operations, own_order, Effort::new(self.budget))
    }

    /// `effort` is for the verdict, and again for the explanation.
    fn judge_with(
        &self,
        operations: &[Operation],
        own_order: Option<&[Option<u64>]>,
        effort: Effort<'_>,
    ) -> Judgement {
        assert!(
            own_order.is_none_or(|positions| positions.len() == operations.len()),
            "one position an operation"
        );
        let mut judgement = Judgement {
            verdict: Verdict::Valid,
            keys: 0,
            operations: operations.len() as u64,
            explored: 0,
            settled: Stages::default(),
            keys_invalid: 0,
            keys_unknown: 0,
            keys_own_order_wrong: 0,
            violation: None,
        };
        let mut open = Vec::new();
        let by_key = by_key(operations);
        for indices in by_key.chunk_by(|&a, &b| key_of(operations, a) == key_of(operations, b)) {
            judgement.keys += 1;
            let order = own_order.map(|positions| OwnOrder::of_key(operations, indices, positions));
            if order.as_ref().is_some_and(|order| order.is_linearization(operations, self.initial)) {
                judgement.settled.own_order += 1;
                continue;
            }
            let key = key_of(operations, indices[0]);
            let history = KeyHistory::new(key, operations, indices, order, self.initial);
            judgement.keys_own_order_wrong += u64::from(history.own_order_wrong);
            open.push(history);
        }
        let invalid = self.settle(open, effort, &mut judgement);
        judgement.keys_invalid = invalid.len() as u64;
        judgement.verdict = match (judgement.keys_invalid, judgement.keys_unknown) {
            (0, 0) => Verdict::Valid,
            (0, _) => Verdict::Unknown,
            (_, _) => Verdict::Invalid,
        };
        judgement.violation = violation::first(&invalid, &mut { effort });
        judgement
    }

    /// Settles the keys whose own order does not, and returns those for which no order exists. The second stage may
    /// spend half of the budget on lists, each key an equal share; the third shares what is left.
    fn settle<'a>(
        &self,
        open: Vec<KeyHistory<'a>>,
        mut effort: Effort<'_>,
        judgement: &mut Judgement,
    ) -> Vec<(KeyHistory<'a>, Conflict)> {
        let mut invalid = Vec::new();
        let mut recurring = Vec::new();
        let count = open.len() as u64;
        for (settled, history) in (0u64..).zip(open) {
            let mut share = effort.share(2 * (count - settled));
            let found = history.settle(&history.calls, &mut share);
            effort.spend(share.explored());
            match found {
                Settled::Valid => judgement.settled.unique_values += 1,
                Settled::Invalid(conflict) => {
                    judgement.settled.unique_values += 1;
                    invalid.push((history, conflict));
                }
                Settled::Open => recurring.push(history),
            }
        }
        let count = recurring.len() as u64;
        for (searched, history) in (0u64..).zip(recurring) {
            let mut share = effort.share(count - searched);
            let found = search::search(&history.calls, self.initial, &mut share);
            effort.spend(share.explored());
            match found {
                Found::Order => judgement.settled.search += 1,
                Found::NoOrder { furthest } => {
                    judgement.settled.search += 1;
                    invalid.push((history, Conflict::no_order(furthest)));
                }
                Found::OutOfBudget => judgement.keys_unknown += 1,
            }
        }
        judgement.explored = effort.explored();
        invalid.sort_unstable_by_key(|(history, _)| history.key);
        invalid
    }
}

/// The operations' indices by key, and in the order of the history within each.
fn by_key(operations: &[Operation]) -> Vec<u32> {
    let count = u32::try_from(operations.len()).expect("a history is bounded far below 2^32 operations");
    let mut indices: Vec<u32> = (0..count).collect();
    indices.sort_by_key(|&index| key_of(operations, index));
    indices
}

fn key_of(operations: &[Operation], index: u32) -> Key {
    operations[index as usize].op.key()
}
