//! What users read.

use crate::checks::linearizability::{Verdict, explain, judge};
use crate::model::history::{Outcome, Reason, SessionId};

use super::{BUDGET, History};

/// The instants of these histories are milliseconds.
fn explained(history: History, own_order: Option<&[Option<u64>]>) -> String {
    let mut operations = history.0;
    for operation in &mut operations {
        operation.invoked.0 *= 1_000_000;
        operation.returned.0 *= 1_000_000;
    }
    let judgement = judge(&operations, own_order, BUDGET);
    assert_eq!(judgement.verdict, Verdict::Invalid);
    let violation = judgement.violation.expect("an invalid history has a violation");
    explain(&violation, &operations, &|session: SessionId| format!("shoppers#{}", session.slot))
}

#[test]
fn a_stale_read_names_what_was_acknowledged_before() {
    let history =
        History::default().write((100, 200), 41).write((300, 84_020), 42).read((84_100, 84_113), &[41]);
    assert_eq!(
        explained(history, None),
        "key k0: read by shoppers#2 returned 41 (t = 84.113 s, invoked at 84.100 s) after 42 was acknowledged to \
         shoppers#1 at t = 84.020 s; write of 41 by shoppers#0 was acknowledged (t = 0.200 s) before write of 42 by \
         shoppers#1 was invoked at t = 0.300 s"
    );
}

#[test]
fn a_read_of_nothing_names_the_write_it_missed() {
    let history = History::default().write((0, 5), 41).read((6, 9), &[]);
    assert_eq!(
        explained(history, Some(&[Some(1), Some(0)])),
        "key k0: read by shoppers#1 returned nothing (t = 0.009 s, invoked at 0.006 s) after 41 was acknowledged to \
         shoppers#0 at t = 0.005 s (in the system's own order as in any other)"
    );
}

#[test]
fn a_lost_append_names_it() {
    let history =
        History::default().append((0, 1), 1).append((2, 3), 2).append((2, 6), 3).read((4, 7), &[1, 3]);
    assert_eq!(
        explained(history, None),
        "key k0: read by shoppers#3 returned a list of 2 values ending in 3 (t = 0.007 s, invoked at 0.004 s) after \
         the append of 2 was acknowledged to shoppers#1 at t = 0.003 s, and without it"
    );
}

#[test]
fn reads_that_go_back_name_one_another() {
    let writes = History::default().write((0, 20), 41).write((0, 20), 42);
    assert_eq!(
        explained(writes.read((1, 2), &[41]).read((3, 4), &[42]).read((5, 6), &[41]), None),
        "key k0: read by shoppers#4 returned 41 (t = 0.006 s, invoked at 0.005 s) after read by shoppers#3 returned \
         42 at t = 0.004 s; read by shoppers#2 returned 41 (t = 0.002 s) before read by shoppers#3 was invoked at \
         t = 0.003 s"
    );
}

#[test]
fn reads_from_nowhere_from_the_future_and_from_failures_say_so() {
    assert_eq!(
        explained(History::default().read((0, 1), &[7]), None),
        "key k0: read by shoppers#0 returned 7 (t = 0.001 s), which nothing invoked by then can have made"
    );
    assert_eq!(
        explained(History::default().read((0, 5), &[7]).write((6, 9), 7), None),
        "key k0: read by shoppers#0 returned 7 (t = 0.005 s) before write of 7 by shoppers#1 was invoked at \
         t = 0.006 s"
    );
    let failed = History::default().write((0, 1), 7).but(Outcome::Fail(Reason::Timeout)).read((2, 3), &[7]);
    assert_eq!(
        explained(failed, None),
        "key k0: read by shoppers#1 returned 7 (t = 0.003 s) although write of 7 by shoppers#0 had failed (timeout, \
         t = 0.001 s)"
    );
}

#[test]
fn cas_that_could_not_match_say_why() {
    assert_eq!(
        explained(History::default().cas((0, 1), 6, 7), None),
        "key k0: cas 6 to 7 by shoppers#0 matched (t = 0.001 s), but nothing invoked by then can have written 6"
    );
    assert_eq!(
        explained(History::default().write((0, 1), 1).cas((2, 9), 1, 2).cas((3, 8), 1, 3), None),
        "key k0: cas 1 to 3 by shoppers#2 matched (t = 0.008 s), and cas 1 to 2 by shoppers#1 matched \
         (t = 0.009 s): both replaced the same value"
    );
    assert_eq!(
        explained(History::default().write((0, 1), 1).mismatch((2, 3), 1, 8, &[1]), None),
        "key k0: cas 1 to 8 by shoppers#1 found 1 (t = 0.003 s), which its own question rules out"
    );
}

#[test]
fn values_that_compare_and_sets_hold_together_name_them() {
    let chain = History::default().write((0, 1), 1).cas((2, 50), 1, 2).cas((2, 50), 2, 3).write((10, 20), 9);
    assert_eq!(
        explained(chain.read((30, 31), &[3]), None),
        "key k0: read by shoppers#4 returned 3 (t = 0.031 s, invoked at 0.030 s) after 9 was acknowledged to \
         shoppers#3 at t = 0.020 s; write of 1 by shoppers#0 was acknowledged (t = 0.001 s) before write of 9 by \
         shoppers#3 was invoked at t = 0.010 s; linked by cas 1 to 2 by shoppers#1, cas 2 to 3 by shoppers#2"
    );
}

#[test]
fn lists_that_part_are_shown_by_two_reads() {
    let appends = History::default().append((0, 9), 1).append((0, 9), 2);
    assert_eq!(
        explained(appends.read((1, 11), &[1, 2]).read((1, 12), &[2, 1]), None),
        "key k0: read by shoppers#3 returned a list of 2 values ending in 1 (t = 0.012 s), and read by shoppers#2 \
         returned a list of 2 values ending in 2 (t = 0.011 s): neither continues the other"
    );
    let swapped =
        History::default().append((0, 1), 1).append((2, 3), 2).append((4, 5), 3).read((6, 7), &[2, 1, 3]);
    assert_eq!(
        explained(swapped, None),
        "key k0: append of 2 by shoppers#1 must take effect before append of 1 by shoppers#0 did, but was invoked at \
         t = 0.002 s, after append of 1 by shoppers#0 was acknowledged (t = 0.001 s); shown by: read by shoppers#3 \
         returned a list of 3 values ending in 3 (t = 0.007 s, invoked at 0.006 s)"
    );
}

#[test]
fn what_only_a_search_can_tell_lists_the_operations() {
    let history = History::default().write((0, 1), 1).write((0, 1), 1).write((2, 3), 2).read((4, 5), &[1]);
    assert_eq!(
        explained(history, None),
        "key k0: read by shoppers#3 returned 1 (t = 0.005 s), which no order explains of: write of 1 by shoppers#0 \
         was acknowledged (t = 0.001 s, invoked at 0.000 s), write of 1 by shoppers#1 was acknowledged \
         (t = 0.001 s, invoked at 0.000 s), write of 2 by shoppers#2 was acknowledged (t = 0.003 s, invoked at \
         0.002 s)"
    );
}
