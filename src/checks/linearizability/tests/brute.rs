//! The reference: the definition, tried on every order. Shares nothing with the judge but `Op::apply`.

use crate::model::history::{Operation, Outcome, Reason};
use crate::model::op::Reading;

/// Whether some order of one key's operations is a linearization.
pub(super) fn linearizable(operations: &[Operation], initial: Reading) -> bool {
    let left: Vec<Operation> =
        operations.iter().copied().filter(|o| !matches!(o.outcome, Outcome::Fail(_))).collect();
    some_order(&left, initial)
}

fn some_order(left: &[Operation], held: Reading) -> bool {
    let told = |operation: &Operation| matches!(operation.outcome, Outcome::Ok(_));
    if !left.iter().any(told) {
        return true;
    }
    (0..left.len()).any(|next| {
        let mut rest = left.to_vec();
        let operation = rest.remove(next);
        let (after, answer) = operation.op.apply(held);
        let agrees = match operation.outcome {
            Outcome::Ok(said) => said == answer,
            Outcome::Unknown(_) | Outcome::Fail(_) => true,
        };
        let in_time = !rest.iter().any(|other| told(other) && other.returned < operation.invoked);
        agrees && in_time && some_order(&rest, after)
    })
}

/// The operation whose return is the first that no order explains, by the definition: of all prefixes.
pub(super) fn earliest(operations: &[Operation], initial: Reading) -> Option<usize> {
    let mut returns: Vec<usize> =
        (0..operations.len()).filter(|&i| matches!(operations[i].outcome, Outcome::Ok(_))).collect();
    returns.sort_by_key(|&i| (operations[i].returned, i));
    (0..returns.len()).find_map(|rank| {
        let now = operations[returns[rank]].returned;
        let seen = |index: usize| {
            let mut operation = operations[index];
            if !returns[..=rank].contains(&index) && !matches!(operation.outcome, Outcome::Fail(_)) {
                operation.outcome = Outcome::Unknown(Reason::InFlight);
            }
            (operation.invoked <= now).then_some(operation)
        };
        let prefix: Vec<Operation> = (0..operations.len()).filter_map(seen).collect();
        (!linearizable(&prefix, initial)).then_some(returns[rank])
    })
}
