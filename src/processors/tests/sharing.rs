//! Processor sharing and least attained service, by schedules worked out by hand.

use super::*;

fn ends(cores: u32, discipline: Discipline, jobs: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let mut bench = Bench::new(cores, discipline);
    (1..).zip(jobs).for_each(|(token, (at, work))| bench.submit(*at, token, *work));
    bench.run().to_vec()
}

#[test]
fn those_that_share_a_core_go_at_equal_rates() {
    // Alone to 10; half each to 30, when 2 has its 10; 1 has 80 of 100 left then.
    assert_eq!(ends(1, Discipline::Sharing, &[(0, 100), (10, 10)]), [(30, 2), (110, 1)]);
    // Thirds of 30 each: all end at once, in the order in which they came.
    assert_eq!(ends(1, Discipline::Sharing, &[(0, 30), (0, 30), (0, 30)]), [(90, 1), (90, 2), (90, 3)]);
}

#[test]
fn nobody_goes_faster_than_a_core() {
    // Two cores: 1 and 2 at full speed to 10; two thirds each until 3 has its 10, at 25; 1 and 2 have 80 left.
    assert_eq!(ends(2, Discipline::Sharing, &[(0, 100), (0, 100), (10, 10)]), [(25, 3), (105, 1), (105, 2)]);
}

#[test]
fn ends_between_nanoseconds_are_handed_over_at_the_next() {
    // Thirds: 3 ends at 3, 2 at 3 + 2/3 x ... in whole: 1 of 1, 2 of 2, 3 of 10.
    // All three to t = 3 (1 each); two to t = 5 (2 each); the last has 8 left: 13.
    assert_eq!(ends(1, Discipline::Sharing, &[(0, 1), (0, 2), (0, 10)]), [(3, 1), (5, 2), (13, 3)]);
    // Two at 1/2 from 0, three at 1/3 from 1: the first has 3 - 1/2 left and ends at 1 + 7.5.
    assert_eq!(ends(1, Discipline::Sharing, &[(0, 3), (0, 9), (1, 9)])[0], (9, 1));
}

#[test]
fn what_sharing_rounds_does_not_add_up() {
    // Thirds of an odd amount, a thousand times: the last of the core's work ends exactly with all of it.
    let jobs: Vec<(u64, u64)> = (0..1000).map(|n| (n * 5, 7)).collect();
    let ended = ends(1, Discipline::Sharing, &jobs);
    assert_eq!(ended.len(), 1000);
    assert_eq!(ended.last().map(|(at, _)| *at), Some(7000));
}

#[test]
fn the_least_attained_goes_first_until_it_meets_another() {
    // 1 alone to 10; 2 has the core to 20, when it has 10 as well; they share: 2 (5 more) ends at 30, 1 at 115.
    assert_eq!(ends(1, Discipline::LeastAttained, &[(0, 100), (10, 15)]), [(30, 2), (115, 1)]);
    // One that needs less than others have had interrupts them all.
    assert_eq!(ends(1, Discipline::LeastAttained, &[(0, 100), (10, 15), (18, 3)])[0], (21, 3));
}

#[test]
fn what_the_least_leave_goes_to_the_next() {
    // Two cores. 1 and 2 run side by side to 10. 3 has a core of its own, and 1 and 2 share the other: at t they have
    // 10 + (t - 10) / 2, and 3 has t - 10, which is as much at 30: 20 each. Then two thirds each: all 50 at 75.
    let jobs = [(0, 50), (0, 50), (10, 50)];
    assert_eq!(ends(2, Discipline::LeastAttained, &jobs), [(75, 1), (75, 2), (75, 3)]);
    // With 15 of work 3 ends at 25, where 1 and 2 have 17.5 each: they have a core each from there, to 57.5.
    let jobs = [(0, 50), (0, 50), (10, 15)];
    assert_eq!(ends(2, Discipline::LeastAttained, &jobs), [(25, 3), (58, 1), (58, 2)]);
}

#[test]
fn work_of_nothing_is_done_at_once() {
    for discipline in [Discipline::Sharing, Discipline::LeastAttained] {
        assert_eq!(ends(1, discipline, &[(0, 10), (5, 0)]), [(5, 2), (10, 1)], "{discipline:?}");
    }
}

#[test]
fn messages_have_cores_of_their_own() {
    for discipline in [Discipline::Sharing, Discipline::LeastAttained] {
        let mut bench = Bench::new(2, discipline);
        bench.submit(0, 1, 100);
        bench.submit(0, 2, 100);
        bench.receive(10, 1, 20);
        bench.receive(15, 2, 20);
        bench.send(16, 3, 20);
        // The first message takes one core at 10, the second the other at 15; the third waits for the first to end, at
        // 30, and goes on to 50; the second ends at 35. From 10 to 15, and from 35 to 50, 1 and 2 have one core: 10 + 2.5
        // + 7.5 = 20 each at 50, and two from there.
        let expected = [(30, MESSAGE + 1), (35, MESSAGE + 2), (50, MESSAGE + 3), (130, 1), (130, 2)];
        assert_eq!(bench.run(), expected, "{discipline:?}");
        assert_eq!(bench.processor.usage(Time(200)).busy, Duration(260));
    }
}

#[test]
fn slow_downs_and_pauses_stretch_what_is_shared() {
    for discipline in [Discipline::Sharing, Discipline::LeastAttained] {
        let mut bench = Bench::new(1, discipline);
        bench.submit(0, 1, 30);
        bench.submit(0, 2, 30);
        bench.pace(20, |processor, now, schedule| processor.slow_down(now, 4, schedule));
        // 10 each; another 5 each by 60.
        bench.pace(60, |processor, now, _| processor.pause(now));
        bench.pace(1060, |processor, now, schedule| processor.resume(now, schedule));
        bench.pace(1060, |processor, now, schedule| processor.speed_up(now, 4, schedule));
        assert_eq!(bench.run(), [(1090, 1), (1090, 2)], "{discipline:?}");
        assert_eq!(bench.processor.usage(Time(1090)).busy, Duration(90));
    }
}

#[test]
fn a_crash_loses_all_that_share() {
    for discipline in [Discipline::Sharing, Discipline::LeastAttained] {
        let mut bench = Bench::new(1, discipline);
        bench.submit(0, 1, 30);
        bench.submit(0, 2, 30);
        bench.receive(1, 1, 5);
        bench.pace(4, |processor, now, _| processor.crash(now));
        bench.submit(10, 3, 2);
        assert_eq!(bench.run(), [(12, 3)], "{discipline:?}");
        let expected = Usage { busy: Duration(6), finished: 1, lost: 3 };
        assert_eq!(bench.processor.usage(Time(20)), expected);
    }
}

#[test]
fn what_ended_is_handed_over_after_a_pause_that_came_in_between() {
    let mut bench = Bench::new(1, Discipline::Sharing);
    bench.submit(0, 1, 1);
    bench.submit(0, 2, 3);
    bench.submit(0, 3, 3);
    bench.pace(3, |processor, now, _| processor.pause(now));
    bench.pace(9, |processor, now, schedule| processor.resume(now, schedule));
    assert_eq!(bench.run(), [(9, 1), (13, 2), (13, 3)]);
}
