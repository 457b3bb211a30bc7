//! What holds under every discipline.

use proptest::prelude::*;

use super::*;
use crate::kernel::Duration;

/// Something that happens to a processor.
#[derive(Clone, Copy, Debug)]
enum Step {
    Submit { work: u64, urgency: u64 },
    Receive { work: u64 },
    Send { work: u64 },
    SlowDown(u32),
    Recover,
    Pause,
    Resume,
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0_u64..300, 0_u64..4).prop_map(|(work, urgency)| Step::Submit { work, urgency }),
        2 => (0_u64..20).prop_map(|work| Step::Receive { work }),
        2 => (0_u64..20).prop_map(|work| Step::Send { work }),
        1 => (1_u32..5).prop_map(Step::SlowDown),
        1 => Just(Step::Recover),
        1 => Just(Step::Pause),
        1 => Just(Step::Resume),
        1 => Just(Step::Crash),
    ]
}

/// Runs the steps, each so long after the one before: how many pieces were given it, and what it says at the end.
fn run(bench: &mut Bench, steps: &[(u64, Step)]) -> u64 {
    let (mut at, mut given) = (0, 0);
    for (after, step) in steps {
        at += after;
        match *step {
            Step::Submit { work, urgency } => bench.urgent(at, given, work, urgency),
            Step::Receive { work } => bench.receive(at, given as u32, work),
            Step::Send { work } => bench.send(at, given as u32, work),
            Step::SlowDown(factor) => {
                bench.pace(at, |processor, now, schedule| processor.slow_down(now, factor, schedule));
            }
            Step::Recover => bench.pace(at, |processor, now, schedule| processor.recover(now, schedule)),
            Step::Pause => bench.pace(at, |processor, now, _| processor.pause(now)),
            Step::Resume => bench.pace(at, |processor, now, schedule| processor.resume(now, schedule)),
            Step::Crash => bench.pace(at, |processor, now, _| processor.crash(now)),
        }
        given += match step {
            Step::Submit { .. } | Step::Receive { .. } | Step::Send { .. } => 1,
            Step::SlowDown(_) | Step::Recover | Step::Pause | Step::Resume | Step::Crash => 0,
        };
        let balance = bench.processor.balance(Time(at));
        assert!(balance.holds(), "at {at}: {balance:?}");
    }
    bench.pace(at, |processor, now, schedule| processor.resume(now, schedule));
    bench.run();
    given
}

fn any_discipline() -> impl Strategy<Value = Discipline> {
    prop::sample::select(ALL.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_piece_ends_or_is_lost_once_and_received_what_cores_delivered(
        steps in prop::collection::vec((0_u64..120, step()), 1..40),
        cores in 1_u32..4,
        speed in prop::sample::select(vec![1_000_000_u64, 333_333, 2_718_281]),
        discipline in any_discipline(),
    ) {
        let mut bench = Bench::of(profile(cores, speed, discipline));
        let given = run(&mut bench, &steps);
        let Usage { finished, lost, .. } = bench.processor.usage(Time(1 << 50));
        prop_assert_eq!((finished + lost, finished), (given, bench.ended.len() as u64));
        let mut tokens: Vec<u64> = bench.ended.iter().map(|(_, token)| token % MESSAGE).collect();
        tokens.sort_unstable();
        tokens.dedup();
        prop_assert_eq!(tokens.len() as u64, finished, "nothing ends twice");
    }

    /// One core that is never idle while there is work, and turns whole nanoseconds: busy periods know nothing of the order.
    #[test]
    fn no_discipline_moves_the_end_of_a_busy_period(
        jobs in prop::collection::vec((0_u64..200, 1_u64..150), 1..30),
        discipline in any_discipline(),
    ) {
        let busy = |discipline| {
            let mut bench = Bench::new(1, discipline);
            let mut at = 0;
            for (token, (after, work)) in jobs.iter().enumerate() {
                at += after;
                bench.submit(at, token as u64, *work);
            }
            let last = bench.run().last().map(|(at, _)| *at);
            (last, bench.processor.usage(Time(1 << 50)).busy)
        };
        prop_assert_eq!(busy(discipline), busy(Discipline::Fifo));
    }
}

/// The law is no tautology: it tells a core that is busy for nothing from one that works.
#[test]
fn a_core_that_is_busy_for_nothing_breaks_the_law() {
    let mut bench = Bench::new(1, Discipline::Fifo);
    bench.submit(0, 1, 10);
    bench.run();
    assert!(bench.processor.balance(Time(100)).holds());
    bench.processor.meter.usage.busy += Duration(3);
    assert!(!bench.processor.balance(Time(100)).holds());
}
