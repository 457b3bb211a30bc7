//! One key's history as the judge's stages read it: what each operation did or saw, and between which instants.

use crate::kernel::Time;
use crate::model::history::{Operation, Outcome};
use crate::model::op::{Answer, Op, Reading, Value};

/// What an operation does to its key or says of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Effect {
    /// Changes nothing and finds exactly this: a read, or a compare-and-set that did not match.
    Observe(Reading),
    Write(Value),
    Append(Value),
    /// A compare-and-set that matched, or a proposal that found nothing before it.
    Cas {
        expected: Reading,
        new: Value,
    },
    /// Answered with what its own question rules out: no state explains it.
    Impossible,
}

impl Effect {
    /// What the key holds afterwards, or `None` if the effect cannot happen to a key that holds `held`.
    #[inline]
    pub(super) fn after(self, held: Reading) -> Option<Reading> {
        match self {
            Effect::Observe(seen) => (seen == held).then_some(held),
            Effect::Write(value) => Some(Reading::of(value)),
            Effect::Append(value) => Some(held.appended(value)),
            Effect::Cas { expected, new } => (held == expected).then(|| Reading::of(new)),
            Effect::Impossible => None,
        }
    }

    /// The value that the effect adds to the history, if it adds one.
    pub(super) fn adds(self) -> Option<Value> {
        match self {
            Effect::Write(value) | Effect::Append(value) | Effect::Cas { new: value, .. } => Some(value),
            Effect::Observe(_) | Effect::Impossible => None,
        }
    }

    /// The sequence that must be there just before the effect.
    pub(super) fn needs(self) -> Option<Reading> {
        match self {
            Effect::Observe(seen) => Some(seen),
            Effect::Cas { expected, .. } => Some(expected),
            Effect::Write(_) | Effect::Append(_) | Effect::Impossible => None,
        }
    }
}

/// One operation that counts: it took effect (closed), or it may at any time after its invocation (open).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Call {
    pub(super) effect: Effect,
    pub(super) invoked: Time,
    /// `Time::MAX` while open.
    pub(super) returned: Time,
    pub(super) closed: bool,
    /// Its index in the history that was handed to the judge.
    pub(super) operation: u32,
}

impl Call {
    /// `None` for what cannot matter: failed operations, which had no effect, and reads that were never answered.
    ///
    /// # Panics
    /// If an operation returned before it was invoked: the recorder of the history is broken.
    fn new(index: usize, operation: &Operation) -> Option<Call> {
        assert!(operation.invoked <= operation.returned, "operation {index} returned before it was invoked");
        let call = |effect, closed| Call {
            effect,
            invoked: operation.invoked,
            returned: if closed { operation.returned } else { Time::MAX },
            closed,
            operation: u32::try_from(index).expect("a history is bounded far below 2^32 operations"),
        };
        match operation.outcome {
            Outcome::Fail(_) => None,
            Outcome::Ok(answer) => Some(call(closed_effect(operation.op, answer), true)),
            Outcome::Unknown(_) => open_effect(operation.op).map(|effect| call(effect, false)),
        }
    }

    /// The call as it looked before it returned; `None` if it could only have been an observation. A
    /// compare-and-set that was to end in a mismatch could still have matched then.
    fn reopened(self, operations: &[Operation]) -> Option<Call> {
        let effect = open_effect(operations[self.operation as usize].op)?;
        Some(Call { effect, returned: Time::MAX, closed: false, ..self })
    }
}

fn closed_effect(op: Op, answer: Answer) -> Effect {
    match (op, answer) {
        (Op::Read { .. }, Answer::Read(seen)) => Effect::Observe(seen),
        (Op::Write { value, .. }, Answer::Done) => Effect::Write(value),
        (Op::Append { value, .. }, Answer::Done) => Effect::Append(value),
        (Op::Cas { expected, new, .. }, Answer::Done) => Effect::Cas { expected: Reading::of(expected), new },
        (Op::Cas { expected, .. }, Answer::Mismatch(seen)) if seen != Reading::of(expected) => {
            Effect::Observe(seen)
        }
        (Op::Propose { value, .. }, Answer::Done) => Effect::Cas { expected: Reading::ABSENT, new: value },
        (Op::Propose { .. }, Answer::Mismatch(seen)) if seen != Reading::ABSENT => Effect::Observe(seen),
        (Op::Read { .. } | Op::Write { .. } | Op::Append { .. } | Op::Cas { .. } | Op::Propose { .. }, _) => {
            Effect::Impossible
        }
    }
}

fn open_effect(op: Op) -> Option<Effect> {
    match op {
        Op::Read { .. } => None,
        Op::Write { value, .. } => Some(Effect::Write(value)),
        Op::Append { value, .. } => Some(Effect::Append(value)),
        // A mismatch would change nothing and nobody saw it, so only a match is worth a place in the order.
        Op::Cas { expected, new, .. } => Some(Effect::Cas { expected: Reading::of(expected), new }),
        Op::Propose { value, .. } => Some(Effect::Cas { expected: Reading::ABSENT, new: value }),
    }
}

/// The calls of one key, from the indices of its operations: the closed ones in the order in which they returned,
/// so that a call's place is its rank among the returns, then the open ones.
pub(super) fn of_key(operations: &[Operation], indices: &[u32]) -> Vec<Call> {
    let call = |&index: &u32| Call::new(index as usize, &operations[index as usize]);
    let mut calls: Vec<Call> = indices.iter().filter_map(call).collect();
    calls.sort_unstable_by_key(|c| (!c.closed, c.returned, c.operation));
    calls
}

/// The history as it stood when the call of this rank had just returned: what returned later was still open then,
/// what was invoked later was not there yet. A history is linearizable only if all of these are.
pub(super) fn prefix(calls: &[Call], rank: usize, operations: &[Operation]) -> Vec<Call> {
    let now = calls[rank].returned;
    let open = calls[rank + 1..].iter().filter(|c| c.invoked <= now).filter_map(|c| c.reopened(operations));
    calls[..=rank].iter().copied().chain(open).collect()
}

/// How many of the calls are closed.
pub(super) fn closed_count(calls: &[Call]) -> usize {
    calls.partition_point(|c| c.closed)
}
