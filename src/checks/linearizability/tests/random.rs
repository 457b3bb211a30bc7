//! Small random histories, valid and not, judged as a whole and stage by stage against the reference.

use std::collections::BTreeMap;

use crate::checks::linearizability::calls::of_key;
use crate::checks::linearizability::effort::Effort;
use crate::checks::linearizability::search::{Found, search};
use crate::checks::linearizability::zones::{Settled, settle};
use crate::checks::linearizability::{Cause, Judgement, Verdict};
use crate::kernel::Stream;
use crate::model::history::{Operation, Outcome, Reason};
use crate::model::op::{Answer, Op, Reading, Value};

use super::{BUDGET, KEY, brute, judge_from, list, operation, show};

/// What random histories are made of.
#[derive(Clone, Copy)]
struct Recipe {
    operations_max: u32,
    /// Values are drawn below this, or never repeated.
    values: Option<u32>,
    appends: bool,
    writes: bool,
    /// Compare-and-sets are proposals.
    proposes: bool,
    initial: Reading,
    seed: u64,
}

const REGISTER: Recipe = Recipe {
    operations_max: 7,
    values: None,
    appends: false,
    writes: true,
    proposes: false,
    initial: Reading::ABSENT,
    seed: 1,
};

struct Sample {
    operations: Vec<Operation>,
    /// Where a system that was right before its answers were tampered with applied each operation.
    own_order: Vec<Option<u64>>,
}

/// Operations of a real store, applied at random moments between invocation and return; then, often, one or two
/// readings, instants or outcomes are replaced.
fn sample(recipe: Recipe, rng: &mut Stream) -> Sample {
    let count = 1 + rng.below(recipe.operations_max);
    let mut drawn = Vec::new();
    for index in 0..count {
        let invoked = u64::from(rng.below(2 * recipe.operations_max));
        let span = (invoked, invoked + u64::from(rng.below(6)));
        let value = |rng: &mut Stream| Value(recipe.values.map_or(index + 1, |below| 1 + rng.below(below)));
        let any = |rng: &mut Stream| Value(1 + rng.below(recipe.values.unwrap_or(count)));
        let op = match (rng.below(8), recipe.writes, recipe.appends) {
            (0..=2, _, _) => Op::Read { key: KEY },
            (3..=4, true, _) | (5, true, false) => Op::Write { key: KEY, value: value(rng) },
            (3..=5, _, true) | (6, false, true) => Op::Append { key: KEY, value: value(rng) },
            (_, _, _) if recipe.proposes => Op::Propose { key: KEY, value: value(rng) },
            (_, true, _) => Op::Cas { key: KEY, expected: any(rng), new: value(rng) },
            (_, false, _) => Op::Read { key: KEY },
        };
        let moment = span.0 + u64::from(rng.below(u32::try_from(span.1 - span.0 + 1).expect("short")));
        drawn.push((moment, rng.next_u64(), op, span));
    }
    let mut order: Vec<usize> = (0..drawn.len()).collect();
    order.sort_by_key(|&i| (drawn[i].0, drawn[i].1));
    let mut held = recipe.initial;
    let mut pool = vec![Reading::ABSENT, recipe.initial];
    let mut operations: Vec<Option<Operation>> = vec![None; drawn.len()];
    let mut own_order = vec![None; drawn.len()];
    for (position, index) in (0u64..).zip(order) {
        let (_, _, op, span) = drawn[index];
        let (after, answer) = op.apply(held);
        let (applied, outcome) = match rng.below(10) {
            0 => (true, Outcome::Unknown(Reason::Timeout)),
            1 => (false, Outcome::Unknown(Reason::Timeout)),
            2 if rng.below(3) == 0 => (false, Outcome::Fail(Reason::Rejected)),
            _ => (true, Outcome::Ok(answer)),
        };
        if applied {
            held = after;
            pool.push(held);
            own_order[index] = Some(position);
        }
        operations[index] = Some(operation(0, op, span, outcome));
    }
    let mut operations: Vec<Operation> = operations.into_iter().flatten().collect();
    for _ in 0..rng.below(4) {
        tamper(&mut operations, &pool, rng);
    }
    Sample { operations, own_order }
}

fn tamper(operations: &mut [Operation], pool: &[Reading], rng: &mut Stream) {
    let pick = |rng: &mut Stream, length: usize| rng.below(u32::try_from(length).expect("short")) as usize;
    let other = pool[pick(rng, pool.len())];
    let index = pick(rng, operations.len());
    let chosen = &mut operations[index];
    match (rng.below(4), chosen.op, chosen.outcome) {
        (0, _, _) => {
            let earlier = chosen.invoked.0.min(u64::from(rng.below(5)));
            chosen.invoked.0 -= earlier;
            chosen.returned.0 -= earlier;
        }
        (_, Op::Cas { .. } | Op::Propose { .. }, Outcome::Ok(Answer::Mismatch(_))) if rng.below(4) == 0 => {
            chosen.outcome = Outcome::Ok(Answer::Done);
        }
        (_, _, Outcome::Ok(Answer::Read(_))) => chosen.outcome = Outcome::Ok(Answer::Read(other)),
        (_, _, Outcome::Ok(Answer::Mismatch(_))) => chosen.outcome = Outcome::Ok(Answer::Mismatch(other)),
        (_, _, _) => chosen.returned = chosen.invoked,
    }
}

/// Judges many samples as a whole and stage by stage; returns how many were valid and how many were not, and how
/// many the second stage settled.
fn compare(recipe: Recipe, samples: u32) -> (u32, u32, u32) {
    let mut rng = Stream::new(recipe.seed, "judge", "random histories");
    let (mut valid, mut invalid, mut opened) = (0, 0, 0);
    for number in 0..samples {
        let Sample { operations, own_order } = sample(recipe, &mut rng);
        let expected = brute::linearizable(&operations, recipe.initial);
        let context = || format!("sample {number}: {}", show(&operations));
        valid += u32::from(expected);
        invalid += u32::from(!expected);

        let indices: Vec<u32> = (0..u32::try_from(operations.len()).expect("short")).collect();
        let calls = of_key(&operations, &indices);
        match settle(&calls, recipe.initial, &BTreeMap::new(), &mut Effort::new(BUDGET)) {
            Settled::Valid => assert!(expected, "zones found an order; {}", context()),
            Settled::Invalid(_) => assert!(!expected, "zones found none; {}", context()),
            Settled::Open => opened += 1,
        }
        match search(&calls, recipe.initial, &mut Effort::new(BUDGET)) {
            Found::Order => assert!(expected, "search found an order; {}", context()),
            Found::NoOrder { .. } => assert!(!expected, "search found none; {}", context()),
            Found::OutOfBudget => panic!("{}", context()),
        }
        for positions in [None, Some(&own_order[..])] {
            let judgement = judge_from(recipe.initial).judge(&operations, positions);
            let verdict = if expected { Verdict::Valid } else { Verdict::Invalid };
            assert_eq!(judgement.verdict, verdict, "{}", context());
            check_violation(&judgement, &operations, recipe.initial);
        }
    }
    (valid, invalid, samples - opened)
}

/// Judges samples too long for the reference by the second and the third stage; returns as `compare` does.
fn compare_stages(recipe: Recipe, samples: u32) -> (u32, u32, u32) {
    let mut rng = Stream::new(recipe.seed, "judge", "longer histories");
    let (mut valid, mut invalid) = (0, 0);
    for number in 0..samples {
        let Sample { operations, .. } = sample(recipe, &mut rng);
        let indices: Vec<u32> = (0..u32::try_from(operations.len()).expect("short")).collect();
        let calls = of_key(&operations, &indices);
        let zones = settle(&calls, recipe.initial, &BTreeMap::new(), &mut Effort::new(BUDGET));
        let found = search(&calls, recipe.initial, &mut Effort::new(BUDGET));
        match (&zones, found) {
            (Settled::Valid, Found::Order) => valid += 1,
            (Settled::Invalid(_), Found::NoOrder { .. }) => invalid += 1,
            // Either may give up.
            (Settled::Open, _) | (_, Found::OutOfBudget) => {}
            (Settled::Valid | Settled::Invalid(_), Found::Order | Found::NoOrder { .. }) => {
                panic!("sample {number}: {zones:?}, {found:?}: {}", show(&operations))
            }
        }
    }
    (valid, invalid, valid + invalid)
}

/// The violation must name the earliest return that cannot be explained, and, where no lists hide more, the
/// operations it names must be impossible by themselves.
fn check_violation(judgement: &Judgement, operations: &[Operation], initial: Reading) {
    let Some(violation) = &judgement.violation else {
        assert_ne!(judgement.verdict, Verdict::Invalid);
        return;
    };
    let expected = brute::earliest(operations, initial);
    assert_eq!(Some(violation.operation), expected, "{violation:?} in {}", show(operations));
    assert!(violation.involved.contains(&violation.operation));
    let involved: Vec<Operation> = violation.involved.iter().map(|&index| operations[index]).collect();
    let lists = operations.iter().any(|o| match o.outcome {
        Outcome::Ok(Answer::Read(seen) | Answer::Mismatch(seen)) => seen.length > 1,
        Outcome::Ok(Answer::Done) | Outcome::Fail(_) | Outcome::Unknown(_) => false,
    });
    if !lists {
        assert!(!brute::linearizable(&involved, initial), "{violation:?} in {}", show(operations));
    }
    if !matches!(violation.cause, Cause::NeverWritten | Cause::Impossible | Cause::NoOrder) {
        assert!(violation.involved.len() > 1, "{violation:?} in {}", show(operations));
    }
}

/// Enough of both verdicts, or the comparison says little.
fn assert_both((valid, invalid, _): (u32, u32, u32)) {
    assert!(valid.min(invalid) > (valid + invalid) / 12, "{valid} valid, {invalid} invalid");
}

#[test]
fn registers_with_unique_values_agree_with_the_reference() {
    let counts = compare(REGISTER, 60_000);
    assert_both(counts);
    assert_eq!(counts.2, 60_000, "every history of a register with unique values is the second stage's");
}

#[test]
fn registers_with_recurring_values_agree_with_the_reference() {
    assert_both(compare(Recipe { values: Some(2), seed: 2, ..REGISTER }, 30_000));
    assert_both(compare(Recipe { values: Some(4), seed: 3, ..REGISTER }, 30_000));
}

#[test]
fn lists_with_unique_values_agree_with_the_reference() {
    let counts = compare(Recipe { appends: true, writes: false, seed: 4, ..REGISTER }, 60_000);
    assert_both(counts);
    assert_eq!(counts.2, 60_000, "every history of appends with unique values is the second stage's");
}

#[test]
fn mixed_changes_agree_with_the_reference() {
    let mixed = Recipe { appends: true, seed: 5, ..REGISTER };
    let counts = compare(mixed, 60_000);
    assert_both(counts);
    assert!(counts.2 > 50_000, "{counts:?}");
    assert_both(compare(Recipe { values: Some(3), seed: 6, ..mixed }, 30_000));
}

#[test]
fn proposals_agree_with_the_reference() {
    let alone = Recipe { writes: false, proposes: true, seed: 12, ..REGISTER };
    let counts = compare(alone, 60_000);
    assert_both(counts);
    assert_eq!(counts.2, 60_000, "every history of proposals with unique values is the second stage's");
    assert_both(compare(Recipe { values: Some(3), seed: 13, ..alone }, 30_000));
    assert_both(compare(Recipe { writes: true, seed: 14, ..alone }, 30_000));
    assert_both(compare(Recipe { writes: true, appends: true, seed: 15, ..alone }, 30_000));
    assert_both(compare(Recipe { writes: true, initial: list(&[2]), seed: 16, ..alone }, 30_000));
}

#[test]
fn keys_that_held_something_at_first_agree_with_the_reference() {
    let mixed = Recipe { appends: true, ..REGISTER };
    // The first value may be written again; the second never is.
    assert_both(compare(Recipe { initial: list(&[2]), seed: 7, ..mixed }, 30_000));
    assert_both(compare(Recipe { initial: list(&[2, 100]), seed: 8, ..mixed }, 30_000));
}

#[test]
fn longer_histories_with_unique_values_are_settled_alike_by_zones_and_by_search() {
    let long = Recipe { operations_max: 40, ..REGISTER };
    let lists = Recipe { appends: true, writes: false, seed: 10, ..long };
    let mixed = Recipe { appends: true, seed: 11, ..long };
    for recipe in [Recipe { seed: 9, ..long }, lists, mixed] {
        let counts = compare_stages(recipe, 4_000);
        assert_both(counts);
        assert!(counts.2 > 3_500, "{counts:?}");
    }
}
