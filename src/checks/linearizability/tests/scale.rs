//! Histories as long as real ones: every stage, mutated, in reasonable effort.

use crate::checks::linearizability::{Judgement, Stages, Verdict, judge, judge_until};
use crate::kernel::{Stream, Time};
use crate::model::history::{Operation, Outcome, Reason};
use crate::model::op::{Answer, Key, Op, Reading, Value};

use super::{BUDGET, operation};

/// Which changes the clients make.
#[derive(Clone, Copy, PartialEq)]
enum Changes {
    Writes,
    WritesAndCas,
    Appends,
    /// Writes of one of this many values.
    Recurring(u32),
}

/// What closed-loop clients did to a correct store of `keys` keys, in the order in which it was applied.
fn history(changes: Changes, keys: u32, count: u32, seed: u64) -> Vec<Operation> {
    history_of(50, changes, keys, count, seed)
}

fn history_of(clients: u32, changes: Changes, keys: u32, count: u32, seed: u64) -> Vec<Operation> {
    let mut rng = Stream::new(seed, "judge", "long histories");
    let mut free_at = vec![0u64; clients as usize];
    let mut applied: Vec<(u64, Operation)> = Vec::new();
    for number in 0..count {
        let session = number % clients;
        let mut span = || 1 + u64::from(rng.below(1_000));
        let invoked = free_at[session as usize] + span();
        let moment = invoked + span();
        let returned = moment + span();
        free_at[session as usize] = returned;
        let key = Key(rng.below(keys));
        let value = Value(number + 1);
        let op = match (rng.below(4), changes) {
            (0..=1, _) => Op::Read { key },
            (3, Changes::WritesAndCas) => Op::Cas { key, expected: Value(0), new: value },
            (_, Changes::Writes | Changes::WritesAndCas) => Op::Write { key, value },
            (_, Changes::Appends) => Op::Append { key, value },
            (_, Changes::Recurring(values)) => Op::Write { key, value: Value(1 + rng.below(values)) },
        };
        let unknown = rng.below(100) == 0;
        let outcome = if unknown { Outcome::Unknown(Reason::Timeout) } else { Outcome::Ok(Answer::Done) };
        applied.push((moment, operation(session, op, (invoked, returned), outcome)));
    }
    applied.sort_by_key(|(moment, _)| *moment);
    let mut held = vec![Reading::ABSENT; keys as usize];
    for (_, operation) in &mut applied {
        let held = &mut held[operation.op.key().0 as usize];
        // A compare-and-set expects what is there, half of the time.
        if let Op::Cas { key, new, .. } = operation.op {
            let expected = if rng.below(2) == 0 { held.last } else { Value(0) };
            operation.op = Op::Cas { key, expected, new };
        }
        let (after, answer) = operation.op.apply(*held);
        *held = after;
        if matches!(operation.outcome, Outcome::Ok(_)) {
            operation.outcome = Outcome::Ok(answer);
        }
    }
    applied.into_iter().map(|(_, operation)| operation).collect()
}

fn positions(operations: &[Operation]) -> Vec<Option<u64>> {
    (0..operations.len() as u64).map(Some).collect()
}

/// Gives a late read of the first key the answer of one that returned long before, and says which.
fn make_stale(operations: &mut [Operation]) -> usize {
    let key = operations[0].op.key();
    let reads: Vec<usize> = (0..operations.len())
        .filter(|&i| operations[i].op == Op::Read { key } && matches!(operations[i].outcome, Outcome::Ok(_)))
        .collect();
    let (old, late) = (reads[reads.len() / 2], reads[reads.len() / 10 * 9]);
    operations[late].outcome = operations[old].outcome;
    late
}

fn all(count: u64) -> [Stages; 3] {
    let none = Stages::default();
    [
        Stages { own_order: count, ..none },
        Stages { unique_values: count, ..none },
        Stages { search: count, ..none },
    ]
}

#[test]
fn the_own_order_of_a_correct_store_is_a_linearization() {
    for changes in [Changes::Writes, Changes::WritesAndCas, Changes::Appends, Changes::Recurring(3)] {
        let operations = history(changes, 10, 20_000, 1);
        let judgement = judge(&operations, Some(&positions(&operations)), BUDGET);
        assert_eq!((judgement.verdict, judgement.settled), (Verdict::Valid, all(10)[0]));
        assert_eq!((judgement.keys, judgement.operations, judgement.explored), (10, 20_000, 0));
    }
}

#[test]
fn a_wrong_own_order_does_not_condemn_a_history() {
    let operations = history(Changes::Writes, 4, 10_000, 2);
    let mut wrong = positions(&operations);
    wrong.reverse();
    let judgement = judge(&operations, Some(&wrong), BUDGET);
    assert_eq!((judgement.verdict, judgement.settled), (Verdict::Valid, all(4)[1]));
    assert_eq!(judgement.keys_own_order_wrong, 4);
}

#[test]
fn unique_values_need_no_search() {
    for changes in [Changes::Writes, Changes::WritesAndCas] {
        let judgement = judge(&history(changes, 4, 100_000, 3), None, BUDGET);
        assert_eq!((judgement.verdict, judgement.settled), (Verdict::Valid, all(4)[1]));
        assert_eq!(judgement.explored, 0);
    }
}

#[test]
fn lists_that_were_seen_in_part_are_put_together() {
    for seed in 0..5 {
        let judgement = judge(&history_of(20, Changes::Appends, 1, 2_000, seed), None, 10 * BUDGET);
        assert_eq!((judgement.verdict, judgement.settled), (Verdict::Valid, all(1)[1]), "seed {seed}");
    }
}

#[test]
fn recurring_values_are_searched() {
    let judgement = judge(&history(Changes::Recurring(5), 8, 4_000, 5), None, 10 * BUDGET);
    assert_eq!((judgement.verdict, judgement.settled), (Verdict::Valid, all(8)[2]));
    assert!(judgement.explored > 1_000);
}

#[test]
fn one_stale_read_is_found_and_named() {
    for changes in [Changes::Writes, Changes::WritesAndCas, Changes::Appends] {
        let mut operations = history(changes, 2, 4_000, 6);
        let late = make_stale(&mut operations);
        for order in [None, Some(&positions(&operations)[..])] {
            let Judgement { verdict, violation, .. } = judge(&operations, order, 10 * BUDGET);
            let violation = violation.expect("an invalid history has a violation");
            assert_eq!((verdict, violation.operation), (Verdict::Invalid, late));
            assert_eq!(violation.own_order_wrong, order.is_some());
            // Two calls of either value, what made the values, and a few links of compare-and-sets.
            assert!(violation.involved.len() <= 12, "{violation:?}");
        }
    }
}

#[test]
fn of_several_violations_the_earliest_is_named() {
    let mut operations = history(Changes::Writes, 5, 20_000, 7);
    let mut reads: Vec<usize> = (1_000..operations.len())
        .filter(|&i| matches!(operations[i].outcome, Outcome::Ok(Answer::Read(_))))
        .step_by(97)
        .collect();
    for &read in &reads {
        operations[read].outcome = Outcome::Ok(Answer::Read(Reading::ABSENT));
    }
    reads.sort_by_key(|&read| operations[read].returned);
    let judgement = judge(&operations, None, BUDGET);
    assert_eq!((judgement.verdict, judgement.keys_invalid), (Verdict::Invalid, 5));
    assert_eq!(judgement.violation.map(|violation| violation.operation), Some(reads[0]));
}

#[test]
fn a_spent_budget_ends_as_unknown() {
    let mut operations = history(Changes::Recurring(5), 2, 2_000, 8);
    let judgement = judge(&operations, None, 100);
    assert_eq!((judgement.verdict, judgement.keys_unknown), (Verdict::Unknown, 2));
    assert!((100..110).contains(&judgement.explored), "{}", judgement.explored);
    assert_eq!(judgement.violation, None);

    // What one key cannot be told does not hide what is plainly wrong with another.
    let never = operations.iter().map(|o| o.returned.0).max().expect("operations") + 1;
    let read = Op::Read { key: Key(9) };
    let told = Outcome::Ok(Answer::Read(Reading::of(Value(77))));
    operations.push(Operation { returned: Time(never), ..operation(0, read, (never, never), told) });
    let judgement = judge(&operations, None, 100);
    assert_eq!((judgement.verdict, judgement.keys_unknown, judgement.keys_invalid), (Verdict::Invalid, 2, 1));
}

/// Whoever waits is asked again and again, though no new state is explored, and an interrupted judge says nothing at all.
#[test]
fn an_interrupted_judge_has_no_verdict() {
    let operations = history(Changes::Recurring(5), 2, 20_000, 8);
    let asked = |patience: u32| {
        let mut asked = 0;
        let judgement = judge_until(&operations, None, 10 * BUDGET, &mut || {
            asked += 1;
            asked > patience
        });
        (judgement.map(|judgement| judgement.verdict), asked)
    };
    let (verdict, whole) = asked(u32::MAX);
    assert_eq!(verdict, Some(judge(&operations, None, 10 * BUDGET).verdict));
    assert!(whole > 4, "it was asked {whole} times");
    assert_eq!(asked(2), (None, 3));
    assert_eq!(asked(0), (None, 1));
}
