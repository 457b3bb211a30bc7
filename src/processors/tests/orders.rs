//! Disciplines that serve one piece a core, by schedules worked out by hand.

use super::*;

/// Jobs as (arrival, work), numbered from 1.
fn ends(cores: u32, discipline: Discipline, jobs: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut bench = Bench::new(cores, discipline);
    (1..).zip(jobs).for_each(|(token, (at, work))| bench.submit(*at, token, *work));
    bench.run().to_vec()
}

/// Jobs as (arrival, work, urgency), numbered from 1.
fn ranked(cores: u32, preemptive: bool, jobs: &[(u64, u64, u64)]) -> Vec<(u64, u64)> {
    let mut bench = Bench::new(cores, Discipline::Ranked { preemptive });
    (1..).zip(jobs).for_each(|(token, (at, work, urgency))| bench.urgent(*at, token, *work, *urgency));
    bench.run().to_vec()
}

#[test]
fn lifo_serves_who_came_last_to_its_end() {
    let lifo = Discipline::Lifo { preemptive: false };
    let jobs = [(0, 10), (1, 5), (2, 5), (12, 5)];
    assert_eq!(ends(1, lifo, &jobs), [(10, 1), (15, 3), (20, 4), (25, 2)]);
    assert_eq!(ends(2, lifo, &[(0, 10), (0, 4), (1, 5), (2, 5)]), [(4, 2), (9, 4), (10, 1), (14, 3)]);
}

#[test]
fn preemptive_lifo_goes_on_where_it_was_interrupted() {
    let lifo = Discipline::Lifo { preemptive: true };
    assert_eq!(ends(1, lifo, &[(0, 10), (2, 5), (4, 1)]), [(5, 3), (8, 2), (16, 1)]);
    // At 2 the first of two gives way, at 3 the second: 3 is left to run beside 4.
    let jobs = [(0, 10), (1, 10), (2, 5), (3, 1)];
    assert_eq!(ends(2, lifo, &jobs), [(4, 4), (7, 3), (12, 2), (15, 1)]);
}

#[test]
fn a_piece_that_is_done_at_this_moment_is_not_interrupted() {
    for discipline in [Discipline::Lifo { preemptive: true }, Discipline::Ranked { preemptive: true }] {
        let mut bench = Bench::new(1, discipline);
        bench.urgent(0, 1, 10, 5);
        bench.urgent(10, 2, 10, 1);
        assert_eq!(bench.run(), [(10, 1), (20, 2)], "{discipline:?}");
    }
}

#[test]
fn ranks_are_served_least_first_and_equals_as_they_came() {
    let jobs = [(0, 10, 9), (1, 5, 3), (2, 5, 1), (3, 5, 3), (4, 5, 1)];
    assert_eq!(ranked(1, false, &jobs), [(10, 1), (15, 3), (20, 5), (25, 2), (30, 4)]);
    assert_eq!(ranked(1, true, &jobs), [(7, 3), (12, 5), (16, 2), (21, 4), (30, 1)]);
}

#[test]
fn of_two_cores_the_least_urgent_is_taken() {
    let jobs = [(0, 10, 2), (0, 10, 3), (4, 3, 1), (5, 1, 2)];
    // 3 takes the core of 2 at 4. 4 is as urgent as 1, which came first: it waits, and goes before 2.
    assert_eq!(ranked(2, true, &jobs), [(7, 3), (8, 4), (10, 1), (14, 2)]);
}

#[test]
fn earliest_deadline_first_meets_what_can_be_met() {
    // By deadline: 1 by 30, 2 by 12, 3 by 9. First come, first served would miss both others.
    let jobs = [(0, 10, 30), (2, 5, 12), (4, 4, 9)];
    assert_eq!(ranked(1, true, &jobs), [(8, 3), (11, 2), (19, 1)]);
}

#[test]
fn the_shortest_job_goes_to_its_end() {
    let jobs = [(0, 10), (1, 8), (2, 3), (3, 5), (11, 1)];
    assert_eq!(ends(1, Discipline::ShortestJob, &jobs), [(10, 1), (13, 3), (14, 5), (19, 4), (27, 2)]);
    let jobs = [(0, 10), (0, 6), (1, 8), (2, 3)];
    assert_eq!(ends(2, Discipline::ShortestJob, &jobs), [(6, 2), (9, 4), (10, 1), (17, 3)]);
}

#[test]
fn the_shortest_remaining_goes_first_at_every_moment() {
    let jobs = [(0, 10), (1, 8), (2, 3), (3, 5), (11, 1)];
    // 2 takes the core at 1, 3 at 2; 4 goes on to 10, 2 (7 left) begins again, 5 interrupts it.
    assert_eq!(ends(1, Discipline::ShortestRemaining, &jobs), [(5, 3), (10, 4), (12, 5), (18, 2), (27, 1)]);
    // What a third has to beat is the one that has most left: 10 - 2 on the first core.
    let jobs = [(0, 10), (0, 6), (2, 7), (3, 3)];
    assert_eq!(ends(2, Discipline::ShortestRemaining, &jobs), [(6, 2), (6, 4), (12, 3), (14, 1)]);
}

#[test]
fn as_much_as_is_left_interrupts_nobody() {
    assert_eq!(ends(1, Discipline::ShortestRemaining, &[(0, 10), (4, 6)]), [(10, 1), (16, 2)]);
}

#[test]
fn round_robin_serves_in_turns() {
    let turns = Discipline::RoundRobin { quantum: Duration(4) };
    // 1: 0-4, 2: 4-8, 3: 8-10, 1: 10-14, 2: 14-15, 1: 15-17.
    assert_eq!(ends(1, turns, &[(0, 10), (1, 5), (2, 2)]), [(10, 3), (15, 2), (17, 1)]);
    // Who comes while a turn is over goes before whose turn it was: it was in line first.
    assert_eq!(ends(1, turns, &[(0, 8), (4, 4)]), [(8, 2), (12, 1)]);
    // Two cores: 1 and 2 to 4, 3 and 1 from there; 2 from 6, when 3 is done; 1 is at 8, and 2 at 10.
    assert_eq!(ends(2, turns, &[(0, 8), (0, 8), (0, 2)]), [(6, 3), (8, 1), (10, 2)]);
}

#[test]
fn a_random_order_is_fair_and_the_same_for_the_same_seed() {
    let order = |seed| {
        let mut bench = Bench::new(1, Discipline::Siro);
        bench.processor = Processor::new(profile(1, 1_000_000, Discipline::Siro), picks(seed));
        (0..4).for_each(|token| bench.submit(0, token, 10));
        bench.run().iter().map(|(_, token)| *token).collect::<Vec<_>>()
    };
    let mut counts = BTreeMap::new();
    (0..6000).for_each(|seed| *counts.entry(order(seed)).or_insert(0) += 1);
    assert_eq!(counts.len(), 6, "the first starts at once, the others in any order: {counts:?}");
    // Of 6000 orders each has 1000 with standard deviation 29.
    assert!(counts.values().all(|count| (870..1130).contains(count)), "{counts:?}");
    assert_eq!(order(3), order(3));
}

#[test]
fn messages_go_before_what_was_asked_for() {
    for preemptive in [false, true] {
        let mut bench = Bench::new(1, Discipline::Ranked { preemptive });
        bench.urgent(0, 1, 10, 9);
        bench.urgent(1, 2, 10, 1);
        bench.receive(2, 1, 4);
        bench.receive(3, 2, 4);
        bench.send(4, 3, 4);
        let expected = match preemptive {
            // What is sent goes before what was received; neither interrupts.
            false => [(10, 1), (14, MESSAGE + 3), (18, MESSAGE + 1), (22, MESSAGE + 2), (32, 2)],
            // The first message interrupts 2, which had interrupted 1, and is interrupted by nobody.
            true => [(6, MESSAGE + 1), (10, MESSAGE + 3), (14, MESSAGE + 2), (23, 2), (32, 1)],
        };
        assert_eq!(bench.run(), expected, "preemptive: {preemptive}");
    }
}

#[test]
fn a_message_waits_for_the_end_of_a_turn() {
    let mut bench = Bench::new(1, Discipline::RoundRobin { quantum: Duration(4) });
    bench.submit(0, 1, 10);
    bench.receive(1, 1, 3);
    assert_eq!(bench.run(), [(7, MESSAGE + 1), (13, 1)]);
}

#[test]
fn slow_downs_pauses_and_crashes_strike_what_is_interrupted_too() {
    let mut bench = Bench::new(1, Discipline::ShortestRemaining);
    bench.submit(0, 1, 100);
    bench.submit(10, 2, 40);
    bench.pace(20, |processor, now, schedule| processor.slow_down(now, 3, schedule));
    // 2 has 30 left, 1 has 90: 3 interrupts 2, and has 10 at a third of the speed.
    bench.submit(26, 3, 10);
    bench.pace(41, |processor, now, _| processor.pause(now));
    bench.pace(141, |processor, now, schedule| processor.resume(now, schedule));
    // 5 left of 3, 28 of 2, 90 of 1.
    bench.pace(156, |processor, now, schedule| processor.recover(now, schedule));
    assert_eq!(bench.run(), [(156, 3), (184, 2), (274, 1)]);
    bench.submit(300, 4, 10);
    bench.submit(301, 5, 5);
    bench.pace(304, |processor, now, _| processor.crash(now));
    bench.submit(310, 6, 1);
    assert_eq!(bench.run().last(), Some(&(311, 6)));
    let usage = bench.processor.usage(Time(311));
    assert_eq!((usage.finished, usage.lost, usage.busy), (4, 2, Duration(174 + 4 + 1)));
}

#[test]
fn turns_are_of_work_and_not_of_time() {
    let mut bench = Bench::of(profile(1, 500_000, Discipline::RoundRobin { quantum: Duration(5) }));
    bench.submit(0, 1, 10);
    bench.submit(0, 2, 5);
    assert_eq!(bench.run(), [(20, 2), (30, 1)]);
}
