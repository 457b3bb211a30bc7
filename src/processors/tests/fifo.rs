//! First come, first served.

use super::*;

fn fifo(cores: u32) -> Bench {
    Bench::new(cores, Discipline::Fifo)
}

#[test]
fn one_core_serves_one_piece_at_a_time_in_order() {
    let mut bench = fifo(1);
    bench.submit(0, 1, 10);
    bench.submit(3, 2, 5);
    assert_eq!(bench.run(), [(10, 1), (15, 2)]);
}

#[test]
fn two_cores_serve_two() {
    let mut bench = fifo(2);
    [10, 4, 3, 1].into_iter().enumerate().for_each(|(token, work)| bench.submit(0, token as u64, work));
    assert_eq!(bench.run(), [(4, 1), (7, 2), (8, 3), (10, 0)]);
}

#[test]
fn messages_wait_in_the_same_line() {
    let mut bench = fifo(1);
    bench.submit(0, 1, 10);
    bench.submit(1, 2, 10);
    bench.receive(2, 1, 5);
    bench.submit(3, 3, 10);
    assert_eq!(bench.run(), [(10, 1), (20, 2), (25, MESSAGE + 1), (35, 3)]);
}

#[test]
fn what_goes_first_waits_for_the_core_and_for_nothing_else() {
    let mut processor = Processor::new(profile(1, 1_000_000, Discipline::Fifo), picks(1));
    let mut next = Vec::new();
    let asked = Task::Asked(WorkToken(1));
    let no_urgency = Urgency::default();
    processor.submit(Time(0), asked, Duration(10), no_urgency, |completion| next.push(completion));
    processor.submit(Time(1), asked, Duration(1), no_urgency, |_| unreachable!("the core is taken"));
    let mut served = Vec::new();
    while let Some(Completion { at, slot, generation }) = next.pop() {
        let none = |_| unreachable!("the core is taken until it is released");
        let task = processor.complete(at, slot, generation, none).expect("it is not stale");
        served.push((at.0, task));
        if served.len() == 1 {
            processor.submit_first(at, 8, Duration(3), none);
            processor.submit_first(at, 7, Duration(2), none);
        }
        processor.release(at, slot, |completion| next.push(completion));
    }
    assert_eq!(served, [(10, asked), (13, Task::Message(8)), (15, Task::Message(7)), (16, asked)]);
}

#[test]
fn a_pause_stretches_work_by_its_length() {
    let mut bench = fifo(1);
    bench.submit(0, 1, 10);
    bench.pace(4, |processor, now, _| processor.pause(now));
    bench.pace(104, |processor, now, schedule| processor.resume(now, schedule));
    assert_eq!(bench.run(), [(110, 1)]);
    let busy = bench.processor.usage(Time(110)).busy;
    assert_eq!(busy, Duration(10), "a paused core is not busy");
}

#[test]
fn a_slow_down_stretches_only_what_is_left() {
    let mut bench = fifo(1);
    bench.submit(0, 1, 10);
    bench.pace(4, |processor, now, schedule| processor.slow_down(now, 5, schedule));
    assert_eq!(bench.pending.values().map(|one| one.at.0).max(), Some(4 + 6 * 5));
    bench.pace(14, |processor, now, schedule| processor.speed_up(now, 5, schedule));
    assert_eq!(bench.run(), [(14 + 4, 1)]);
}

#[test]
fn speed_divides_work() {
    let mut bench = Bench::of(profile(2, 400_000, Discipline::Fifo));
    bench.submit(0, 1, 10);
    bench.submit(0, 2, 1);
    assert_eq!(bench.run(), [(3, 2), (25, 1)], "2.5 is rounded up");
}

#[test]
fn a_crash_loses_work_and_makes_completions_stale() {
    let mut bench = fifo(1);
    bench.submit(0, 1, 10);
    bench.submit(0, 2, 10);
    bench.pace(5, |processor, now, _| processor.crash(now));
    bench.submit(20, 3, 1);
    assert_eq!(bench.run(), [(21, 3)]);
    assert_eq!(bench.processor.usage(Time(30)), Usage { busy: Duration(6), finished: 1, lost: 2 });
    let Balance { delivered, served, .. } = bench.processor.balance(Time(30));
    assert_eq!((delivered, served), (Duration(6), Duration(6)), "what was lost had received 5");
}

#[test]
fn work_submitted_while_paused_starts_at_resume() {
    let mut bench = fifo(1);
    bench.pace(0, |processor, now, _| processor.pause(now));
    bench.submit(1, 1, 10);
    assert!(bench.pending.is_empty());
    bench.pace(5, |processor, now, schedule| processor.resume(now, schedule));
    assert_eq!(bench.run(), [(15, 1)]);
}

#[test]
fn without_a_limit_nobody_waits_whatever_the_discipline() {
    for discipline in ALL {
        let mut bench = Bench::of(ProcessorProfile { cores: None, speed: Speed::ONE, discipline });
        (0..5).for_each(|token| bench.submit(0, token, 300 + token));
        assert_eq!(bench.run(), [(300, 0), (301, 1), (302, 2), (303, 3), (304, 4)], "{discipline:?}");
    }
}
