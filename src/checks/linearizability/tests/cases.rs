//! One small history a rule. Each comes with what makes it valid or not.

use crate::checks::linearizability::{Cause, Verdict};
use crate::model::history::{Outcome, Reason};
use crate::model::op::{Answer, Key, Op, Reading, Value};

use super::{BUDGET, History, KEY, judge, judge_from, list, operation};

fn assert_valid(history: &History) {
    let judgement = history.judged();
    assert_eq!((judgement.verdict, judgement.violation), (Verdict::Valid, None));
}

/// The failing operation, the involved ones and the cause.
fn violation(history: &History) -> (usize, Vec<usize>, Cause) {
    let judgement = history.judged();
    assert_eq!(judgement.verdict, Verdict::Invalid);
    let violation = judgement.violation.expect("an invalid history has a violation");
    (violation.operation, violation.involved, violation.cause)
}

#[test]
fn an_empty_history_is_valid() {
    assert_valid(&History::default());
}

#[test]
fn operations_that_meet_in_one_instant_are_concurrent() {
    assert_valid(&History::default().write((0, 1), 41).write((2, 5), 42).read((5, 9), &[41]));
    let stale = History::default().write((0, 1), 41).write((2, 5), 42).read((6, 9), &[41]);
    let cause = Cause::Crossed { old: Some(0), new: 1, newer: 1, older: 2 };
    assert_eq!(violation(&stale), (2, vec![0, 1, 2], cause));
}

#[test]
fn a_read_of_what_the_key_held_at_first_is_stale_once_a_write_was_acknowledged() {
    assert_valid(&History::default().write((0, 5), 41).read((5, 9), &[]));
    let stale = History::default().write((0, 5), 41).read((6, 9), &[]);
    assert_eq!(violation(&stale), (1, vec![0, 1], Cause::Crossed { old: None, new: 0, newer: 0, older: 1 }));
}

#[test]
fn reads_may_not_go_back() {
    let writes = || History::default().write((0, 20), 41).write((0, 20), 42);
    assert_valid(&writes().read((1, 2), &[41]).read((3, 4), &[42]));
    let back = writes().read((1, 2), &[41]).read((3, 4), &[42]).read((5, 6), &[41]);
    let (operation, involved, cause) = violation(&back);
    // Neither write had returned by then: three reads tell their order and contradict it.
    assert_eq!((operation, involved), (4, vec![0, 1, 2, 3, 4]));
    assert_eq!(cause, Cause::Crossed { old: Some(2), new: 3, newer: 3, older: 4 });
}

#[test]
fn a_value_that_nobody_wrote_cannot_be_read() {
    assert_eq!(violation(&History::default().read((0, 1), &[7])), (0, vec![0], Cause::NeverWritten));
}

#[test]
fn a_value_cannot_be_read_before_its_write_is_invoked() {
    assert_valid(&History::default().read((0, 5), &[7]).write((5, 9), 7));
    let early = History::default().read((0, 5), &[7]).write((6, 9), 7);
    assert_eq!(violation(&early), (0, vec![0, 1], Cause::Future { write: 1 }));
}

#[test]
fn a_failed_write_has_no_effect() {
    let failed = || History::default().write((0, 1), 7).but(Outcome::Fail(Reason::Rejected));
    assert_valid(&failed().read((2, 3), &[]));
    assert_eq!(violation(&failed().read((2, 3), &[7])), (1, vec![0, 1], Cause::Failed { write: 0 }));
}

#[test]
fn an_unknown_write_may_take_effect_late_or_never() {
    let unknown = || History::default().write((0, 1), 41).write((2, 3), 42).unknown();
    assert_valid(&unknown().read((4, 5), &[41]).read((6, 7), &[41]));
    assert_valid(&unknown().read((4, 5), &[41]).read((6, 7), &[42]));
    // But once seen it stays.
    let (operation, _, _) = violation(&unknown().read((4, 5), &[42]).read((6, 7), &[41]));
    assert_eq!(operation, 3);
}

#[test]
fn an_unknown_write_takes_no_effect_before_it_is_invoked() {
    let early = History::default().read((0, 1), &[42]).write((2, 3), 42).unknown();
    assert_eq!(violation(&early), (0, vec![0, 1], Cause::Future { write: 1 }));
}

#[test]
fn an_unknown_cas_needs_its_expected_value_if_its_own_is_seen() {
    let cas = || History::default().write((0, 1), 1).cas((2, 3), 1, 2).unknown();
    assert_valid(&cas().read((4, 5), &[1]).read((6, 7), &[2]));
    let unfounded = History::default().cas((2, 3), 1, 2).unknown().read((4, 5), &[2]);
    assert_eq!(violation(&unfounded), (1, vec![0, 1], Cause::NeverWritten));
}

#[test]
fn a_cas_that_did_not_match_is_an_observation() {
    let written = || History::default().write((0, 1), 1);
    assert_valid(&written().mismatch((2, 3), 7, 8, &[1]));
    assert_eq!(violation(&written().mismatch((2, 3), 7, 8, &[])).0, 1);
    assert_eq!(violation(&written().mismatch((2, 3), 1, 8, &[1])), (1, vec![1], Cause::Impossible));
}

#[test]
fn two_cas_cannot_both_replace_one_value() {
    let lost = History::default().write((0, 1), 1).cas((2, 9), 1, 2).cas((3, 8), 1, 3);
    assert_eq!(violation(&lost), (1, vec![1, 2], Cause::LostUpdate { one: 2, other: 1 }));
    // Unless the value was written again in between: then only a search can tell.
    let again = History::default().write((0, 1), 1).cas((2, 9), 1, 2).cas((3, 8), 1, 3).write((4, 7), 1);
    let judgement = again.judged();
    assert_eq!((judgement.verdict, judgement.settled.search), (Verdict::Valid, 1));
}

#[test]
fn a_cas_stands_right_behind_the_value_it_expected() {
    assert_valid(
        &History::default().write((0, 1), 1).write((2, 9), 5).cas((2, 9), 1, 2).read((10, 11), &[5]),
    );
    let (operation, involved, _) =
        violation(&History::default().write((0, 1), 1).write((2, 3), 5).cas((4, 9), 1, 2));
    assert_eq!((operation, involved), (2, vec![0, 1, 2]));
    // By the chain of states, 2 is newer than 1.
    let back = History::default().write((0, 1), 1).cas((2, 3), 1, 2).read((4, 9), &[1]);
    assert_eq!(violation(&back), (2, vec![0, 1, 2], Cause::Stale { older: 2, newer: 1 }));
}

#[test]
fn cas_that_wait_for_one_another_cannot_begin() {
    let circle = History::default().cas((0, 9), 1, 2).cas((0, 8), 2, 1);
    // When the first of them returns, nothing can have written what it expected but the other.
    assert_eq!(violation(&circle).2, Cause::Circle);
}

#[test]
fn lists_grow_in_one_order() {
    let appends = || History::default().append((0, 9), 1).append((0, 9), 2);
    assert_valid(&appends().read((10, 11), &[2, 1]));
    assert_valid(&appends().read((1, 2), &[1]).read((3, 4), &[1, 2]));
    let fork = appends().read((1, 11), &[1, 2]).read((1, 12), &[2, 1]);
    assert_eq!(violation(&fork).2, Cause::Fork { one: 3, other: 2 });
    let lost = History::default().append((0, 1), 1).append((2, 3), 2).read((4, 5), &[1]);
    assert_eq!(
        violation(&lost),
        (2, vec![0, 1, 2], Cause::Crossed { old: None, new: 1, newer: 1, older: 2 })
    );
}

#[test]
fn appends_that_nobody_saw_as_the_last_still_have_their_place() {
    let three = || History::default().append((0, 1), 1).append((2, 3), 2).append((4, 5), 3);
    assert_valid(&three().read((6, 7), &[1, 2, 3]));
    let swapped = three().read((6, 7), &[2, 1, 3]);
    assert_eq!(violation(&swapped), (3, vec![0, 1, 3], Cause::Stale { older: 1, newer: 0 }));
    // Told so by no read, an unknown append may be in a list.
    let inside = History::default().append((0, 1), 1).unknown().append((2, 3), 2).read((4, 5), &[1, 2]);
    assert_valid(&inside);
}

#[test]
fn a_write_begins_a_new_list() {
    let write = || History::default().append((0, 1), 1).write((2, 3), 2).append((4, 5), 3);
    assert_valid(&write().read((6, 7), &[2, 3]));
    assert_eq!(violation(&write().read((6, 7), &[1, 2, 3])), (3, vec![3], Cause::NeverWritten));
}

#[test]
fn keys_are_judged_apart_and_the_earliest_violation_is_reported() {
    let at = |key: u32, span, seen: &[u32]| {
        operation(0, Op::Read { key: Key(key) }, span, Outcome::Ok(Answer::Read(list(seen))))
    };
    let operations = [at(0, (0, 9), &[1]), at(1, (0, 5), &[]), at(2, (0, 7), &[1]), at(3, (0, 7), &[1])];
    let judgement = judge(&operations, None, BUDGET);
    assert_eq!((judgement.verdict, judgement.keys, judgement.keys_invalid), (Verdict::Invalid, 4, 3));
    let violation = judgement.violation.expect("three keys are wrong");
    assert_eq!((violation.key, violation.operation), (Key(2), 2));
}

#[test]
fn keys_may_hold_something_at_first() {
    let operations = History::default().read((0, 1), &[5]).cas((2, 3), 5, 6).0;
    assert_eq!(judge(&operations, None, BUDGET).verdict, Verdict::Invalid);
    assert_eq!(judge_from(Reading::of(Value(5))).judge(&operations, None).verdict, Verdict::Valid);
}

#[test]
fn an_answer_of_the_wrong_kind_is_never_right() {
    let read = History::default().push(Op::Read { key: KEY }, (0, 1), Outcome::Ok(Answer::Done));
    assert_eq!(violation(&read), (0, vec![0], Cause::Impossible));
}

#[test]
fn a_search_is_explained_by_few_operations() {
    // 1 recurs, so that only a search can tell; only the last three operations matter.
    let noise =
        (0..10).fold(History::default(), |history, i| history.write((i, i + 3), 1).read((i, i + 20), &[1]));
    let stale = noise.write((30, 31), 2).read((32, 33), &[2]).read((34, 35), &[1]);
    let (operation, involved, cause) = violation(&stale);
    assert_eq!(operation, 22);
    assert!(involved.len() <= 13, "{involved:?}");
    assert!(!involved.contains(&21) && involved.contains(&20), "{involved:?}, {cause:?}");
}

#[test]
fn the_own_order_decides_first_and_needs_no_unique_values() {
    let operations =
        History::default().write((0, 9), 1).write((0, 9), 2).write((0, 9), 1).read((0, 9), &[2]).0;
    let judgement = judge(&operations, Some(&[Some(1), Some(2), Some(3), Some(2)]), BUDGET);
    assert_eq!((judgement.verdict, judgement.settled.own_order), (Verdict::Valid, 1));
    // Without a place for an operation that took effect there is no claim, so none that is wrong.
    let judgement = judge(&operations, Some(&[Some(1), Some(2), None, Some(2)]), BUDGET);
    assert_eq!((judgement.settled.own_order, judgement.keys_own_order_wrong), (0, 0));
    // The claim must keep to real time.
    let late = History::default().write((0, 1), 1).write((2, 3), 2).read((2, 9), &[2]).0;
    let judgement = judge(&late, Some(&[Some(2), Some(1), Some(1)]), BUDGET);
    assert_eq!((judgement.verdict, judgement.keys_own_order_wrong), (Verdict::Valid, 1));
}

#[test]
#[should_panic(expected = "returned before it was invoked")]
fn a_history_that_runs_backwards_is_refused() {
    History::default().write((5, 4), 1).judged();
}
