//! A simulator that is slow and plain: after every event it looks at every piece, and it computes with fractions. It knows
//! when pieces end exactly.

use proptest::prelude::*;

use super::*;

/// A fraction in its lowest terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Ratio(i128, i128);

impl Ratio {
    const ZERO: Ratio = Ratio(0, 1);

    fn new(over: i128, under: i128) -> Ratio {
        let (mut a, mut b) = (over.abs(), under.abs());
        while b > 0 {
            (a, b) = (b, a % b);
        }
        let divisor = a.max(1) * under.signum();
        Ratio(over / divisor, under / divisor)
    }

    fn of(whole: u64) -> Ratio {
        Ratio(whole.into(), 1)
    }

    fn plus(self, other: Ratio) -> Ratio {
        let part = |a: i128, b: i128| a.checked_mul(b).expect("fractions stay small");
        Ratio::new(part(self.0, other.1) + part(other.0, self.1), part(self.1, other.1))
    }

    fn minus(self, other: Ratio) -> Ratio {
        self.plus(Ratio(-other.0, other.1))
    }

    fn times(self, other: Ratio) -> Ratio {
        let part = |a: i128, b: i128| a.checked_mul(b).expect("fractions stay small");
        Ratio::new(part(self.0, other.0), part(self.1, other.1))
    }

    fn over(self, other: Ratio) -> Ratio {
        self.times(Ratio(other.1, other.0))
    }

    fn rounded_up(self) -> u64 {
        (self.0.div_euclid(self.1) + i128::from(self.0.rem_euclid(self.1) > 0)) as u64
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.minus(*other).0.cmp(&0)
    }
}

#[derive(Clone, Copy, Debug)]
struct Job {
    at: u64,
    work: u64,
    done: Ratio,
    end: Option<Ratio>,
}

impl Job {
    fn left(&self) -> Ratio {
        Ratio::of(self.work).minus(self.done)
    }
}

/// Cores, by how many each of the pieces is served, in order: those that rank first and alike share what there is.
fn rates(cores: u32, ranks: &[Ratio]) -> Vec<Ratio> {
    let share = |rank: &Ratio| {
        let before = ranks.iter().filter(|other| *other < rank).count() as i128;
        let alike = ranks.iter().filter(|other| *other == rank).count() as i128;
        let left = (i128::from(cores) - before).clamp(0, alike);
        Ratio::new(left, alike)
    };
    ranks.iter().map(share).collect()
}

/// How fast each of these jobs goes on so many cores of speed 1.
fn served(discipline: Discipline, cores: u32, jobs: &[&Job]) -> Vec<Ratio> {
    // Nobody shares: each has a rank of its own.
    let one_by_one = |key: &dyn Fn(&Job) -> Ratio| {
        let mut order: Vec<usize> = (0..jobs.len()).collect();
        order.sort_by_key(|place| (key(jobs[*place]), *place));
        let rank =
            |place| Ratio::of(order.iter().position(|other| *other == place).expect("all are there") as u64);
        rates(cores, &(0..jobs.len()).map(rank).collect::<Vec<_>>())
    };
    match discipline {
        Discipline::Fifo => one_by_one(&|_| Ratio::ZERO),
        Discipline::Lifo { preemptive: true } => {
            let mut rates = one_by_one(&|_| Ratio::ZERO);
            // The last of them first.
            rates.reverse();
            rates
        }
        Discipline::ShortestRemaining => one_by_one(&|job| job.left()),
        Discipline::Sharing => rates(cores, &vec![Ratio::ZERO; jobs.len()]),
        Discipline::LeastAttained => rates(cores, &jobs.iter().map(|job| job.done).collect::<Vec<_>>()),
        Discipline::Lifo { preemptive: false }
        | Discipline::Siro
        | Discipline::Ranked { .. }
        | Discipline::RoundRobin { .. }
        | Discipline::ShortestJob => unreachable!("it hangs on more than what is there now"),
    }
}

/// When the pace changes, and to what; the last holds for ever.
type Paces = Vec<(u64, Ratio)>;

/// The moments at which jobs, given by arrival and work in the order in which they come, end.
fn simulate(discipline: Discipline, cores: u32, paces: &Paces, jobs: &[(u64, u64)]) -> Vec<Ratio> {
    let new = |&(at, work): &(u64, u64)| Job { at, work, done: Ratio::ZERO, end: None };
    let mut jobs: Vec<Job> = jobs.iter().map(new).collect();
    let mut now = Ratio::ZERO;
    while jobs.iter().any(|job| job.end.is_none()) {
        let here: Vec<usize> = (0..jobs.len())
            .filter(|place| jobs[*place].end.is_none() && Ratio::of(jobs[*place].at) <= now)
            .collect();
        let pace = paces.iter().rev().find(|(at, _)| Ratio::of(*at) <= now).expect("the first is at zero").1;
        let those: Vec<&Job> = here.iter().map(|place| &jobs[*place]).collect();
        let rates = served(discipline, cores, &those);
        let rates: Vec<Ratio> = rates.into_iter().map(|rate| rate.times(pace)).collect();
        // Whatever comes next: somebody comes, ends or gets as far as another; or the pace changes.
        let coming = jobs.iter().map(|job| job.at).chain(paces.iter().map(|(at, _)| *at));
        let mut next: Vec<Ratio> = coming.map(Ratio::of).filter(|at| *at > now).collect();
        for (job, rate) in those.iter().zip(&rates).filter(|(_, rate)| **rate > Ratio::ZERO) {
            next.push(now.plus(job.left().over(*rate)));
            for (other, slower) in those.iter().zip(&rates) {
                if slower < rate && other.done > job.done {
                    next.push(now.plus(other.done.minus(job.done).over(rate.minus(*slower))));
                }
            }
        }
        let next = next.into_iter().min().expect("somebody goes on");
        let time = next.minus(now);
        now = next;
        for (place, rate) in here.into_iter().zip(rates) {
            let job = &mut jobs[place];
            job.done = job.done.plus(rate.times(time));
            if job.left() == Ratio::ZERO {
                job.end = Some(now);
            }
        }
    }
    jobs.iter().map(|job| job.end.expect("all have ended")).collect()
}

/// When each of the jobs ends on a processor, in their order.
fn on_processor(discipline: Discipline, cores: u32, speed: u64, plan: &Plan) -> Vec<u64> {
    let mut bench = Bench::of(profile(cores, speed, discipline));
    let Plan { jobs, pause, slow } = plan;
    let mut steps: Vec<(u64, Step)> =
        jobs.iter().enumerate().map(|(token, (at, work))| (*at, Step::Job(token as u64, *work))).collect();
    steps.push((pause.0, Step::Pause));
    steps.push((pause.1, Step::Resume));
    steps.push((slow.0, Step::Slow));
    steps.push((slow.1, Step::SpeedUp));
    steps.sort_by_key(|(at, _)| *at);
    for (at, step) in steps {
        match step {
            Step::Job(token, work) => bench.submit(at, token, work),
            // What completes at that moment does so before.
            Step::Pause => {
                bench.run_before(Time(at + 1));
                bench.pace(at, |processor, now, _| processor.pause(now));
            }
            Step::Resume => bench.pace(at, |processor, now, schedule| processor.resume(now, schedule)),
            Step::Slow => bench.pace(at, |processor, now, schedule| processor.slow_down(now, 3, schedule)),
            Step::SpeedUp => bench.pace(at, |processor, now, schedule| processor.speed_up(now, 3, schedule)),
        }
    }
    let mut ends = vec![None; jobs.len()];
    for (at, token) in bench.run() {
        let before = ends[*token as usize].replace(*at);
        assert_eq!(before, None, "{token} has ended twice");
    }
    ends.into_iter().map(|end| end.expect("it ends")).collect()
}

#[derive(Clone, Copy)]
enum Step {
    Job(u64, u64),
    Pause,
    Resume,
    Slow,
    SpeedUp,
}

/// Jobs by arrival and work, in order, and from when to when the node is paused, or slower by 3.
#[derive(Clone, Debug)]
struct Plan {
    jobs: Vec<(u64, u64)>,
    pause: (u64, u64),
    slow: (u64, u64),
}

impl Plan {
    fn paces(&self, speed: u64) -> Paces {
        let mut moments = vec![0, self.pause.0, self.pause.1, self.slow.0, self.slow.1];
        moments.sort_unstable();
        let speed = Ratio::new(speed.into(), 1_000_000);
        let pace = |at: u64| match (self.pause.0..self.pause.1).contains(&at) {
            true => Ratio::ZERO,
            false if (self.slow.0..self.slow.1).contains(&at) => speed.over(Ratio::of(3)),
            false => speed,
        };
        moments.into_iter().map(|at| (at, pace(at))).collect()
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    let jobs = prop::collection::vec((0_u64..400, 1_u64..150), 1..9);
    let times = || (0_u64..500, 0_u64..100).prop_map(|(from, length)| (from, from + length));
    (jobs, times(), times()).prop_map(|(mut jobs, pause, slow)| {
        jobs.sort_by_key(|(at, _)| *at);
        Plan { jobs, pause, slow }
    })
}

/// Speeds that are whole parts of small numbers, so that fractions stay small.
fn speed() -> impl Strategy<Value = u64> {
    prop::sample::select(vec![1_000_000_u64, 400_000, 750_000, 3_500_000])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pieces_that_share_end_within_a_nanosecond_of_the_exact_moment(
        plan in plan(),
        cores in 1_u32..4,
        speed in speed(),
        discipline in prop::sample::select(vec![Discipline::Sharing, Discipline::LeastAttained]),
    ) {
        let exact = simulate(discipline, cores, &plan.paces(speed), &plan.jobs);
        let ends = on_processor(discipline, cores, speed, &plan);
        for (exact, end) in exact.into_iter().zip(ends) {
            let first = exact.rounded_up();
            prop_assert!((first..=first + 1).contains(&end), "{end} in place of {exact:?}");
        }
    }

    #[test]
    fn pieces_that_go_one_by_one_end_when_they_should(
        mut plan in plan(),
        cores in 1_u32..4,
        discipline in prop::sample::select(vec![
            Discipline::Fifo,
            Discipline::Lifo { preemptive: true },
            Discipline::ShortestRemaining,
        ]),
    ) {
        plan.slow = (0, 0); // Thirds of nanoseconds are rounded; the next test has them.
        let exact = simulate(discipline, cores, &plan.paces(1_000_000), &plan.jobs);
        let exact: Vec<u64> = exact.into_iter().map(Ratio::rounded_up).collect();
        prop_assert_eq!(on_processor(discipline, cores, 1_000_000, &plan), exact);
    }

    /// At other speeds pieces that go one by one are late by what is rounded, and one that is interrupted by a hair before its
    /// end is late by more. The last of a core's pieces is not: what is rounded is all that it can be late by.
    #[test]
    fn at_other_speeds_the_last_piece_is_late_by_what_is_rounded(
        plan in plan(),
        speed in speed(),
        discipline in prop::sample::select(ALL.to_vec()),
    ) {
        let last = simulate(Discipline::Fifo, 1, &plan.paces(speed), &plan.jobs).into_iter().max();
        let first = last.expect("there are jobs").rounded_up();
        let end = on_processor(discipline, 1, speed, &plan).into_iter().max().expect("there are jobs");
        // Each begins, has three turns at most, interrupts another and meets four changes of pace; and a nanosecond of work takes
        // 3 / 0.4 of time.
        let late = (5 * plan.jobs.len() as u64 + 4) * 8;
        prop_assert!((first..=first + late).contains(&end), "{end} in place of {first}");
    }
}
