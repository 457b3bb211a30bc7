//! The first stage: is the order in which the system says it applied the operations a linearization?
//!
//! Checking a claimed order takes a sort; finding one can take for ever. A simulator knows the claim, so nearly
//! every key of a correct run ends here. A claim that fails proves nothing about the history: another order may
//! exist, and the later stages look for it.

use std::collections::BTreeMap;

use crate::kernel::Time;
use crate::model::history::{Operation, Outcome};
use crate::model::op::{Answer, Op, OpKind, Reading, Stem, Value};

/// Where the system applied one operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Place {
    position: u64,
    /// Observations share the position of the last change that they saw, and come after it.
    observes: bool,
    /// Orders observations of one position: real time then holds among them.
    invoked: Time,
    operation: u32,
}

/// The system's own order of one key's operations.
#[derive(Clone, Debug)]
pub(super) struct OwnOrder {
    places: Vec<Place>,
    /// Whether an operation that took effect has no place: the system makes no whole claim.
    gaps: bool,
}

impl OwnOrder {
    /// The order that `positions`, parallel to `operations`, claim for the operations at `indices`.
    pub(super) fn of_key(operations: &[Operation], indices: &[u32], positions: &[Option<u64>]) -> OwnOrder {
        let mut order = OwnOrder { places: Vec::with_capacity(indices.len()), gaps: false };
        for &index in indices {
            let operation = &operations[index as usize];
            let observes = match operation.outcome {
                Outcome::Fail(_) => continue,
                Outcome::Unknown(_) if operation.op.kind() == OpKind::Read => continue,
                Outcome::Unknown(_) | Outcome::Ok(Answer::Done) => false,
                Outcome::Ok(Answer::Read(_) | Answer::Mismatch(_)) => true,
            };
            match positions[index as usize] {
                Some(position) => {
                    let invoked = operation.invoked;
                    order.places.push(Place { position, observes, invoked, operation: index });
                }
                // A change that was never applied is what "unknown" allows.
                None => order.gaps |= matches!(operation.outcome, Outcome::Ok(_)),
            }
        }
        order.places.sort_unstable();
        order
    }

    /// Whether every operation that took effect has a place in the order.
    pub(super) fn is_whole(&self) -> bool {
        !self.gaps
    }

    /// Whether the order is whole, gives every operation the answer that its client got, and never places an
    /// operation after one that was invoked only when it had already returned.
    pub(super) fn is_linearization(&self, operations: &[Operation], initial: Reading) -> bool {
        let mut held = initial;
        let mut invoked_max = Time::ZERO;
        self.is_whole()
            && self.places.iter().all(|place| {
                let operation = &operations[place.operation as usize];
                let (after, answer) = operation.op.apply(held);
                held = after;
                invoked_max = invoked_max.max(operation.invoked);
                match operation.outcome {
                    Outcome::Ok(told) => told == answer && operation.returned >= invoked_max,
                    Outcome::Unknown(_) | Outcome::Fail(_) => true,
                }
            })
    }

    /// Every sequence that the key held in this order, with its last value. Right or wrong, the order is a good
    /// guess at what the digests of lists stand for, and a digest that matches settles the guess.
    pub(super) fn sequences(&self, operations: &[Operation], initial: Reading) -> BTreeMap<Stem, Value> {
        let mut held = initial;
        let mut sequences = BTreeMap::new();
        for place in self.places.iter().filter(|place| !place.observes) {
            let op = operations[place.operation as usize].op;
            held = op.apply(held).0;
            if matches!(op, Op::Append { .. }) {
                sequences.insert(held.stem(), held.last);
            }
        }
        sequences
    }
}
