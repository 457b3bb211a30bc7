//! When operations arrive: laws of the open loop.
//!
//! A law with a changing rate is a Poisson process by time rescaling: unit exponentials are laid along the
//! cumulative rate, one random number an arrival. Rates are piecewise linear; a sine is 256 pieces a period, within
//! 0.01 % of its amplitude.

use std::rc::Rc;

use crate::kernel::math;
use crate::kernel::random::unit;
use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Time};

const SECOND: f64 = 1e9;
/// Linear pieces of one period of a sine.
const SINE_PIECES: u64 = 256;

/// A law of arrivals.
#[derive(Clone, Debug)]
pub enum Arrivals {
    /// At equal distances, the first after one distance.
    Constant {
        /// The distance.
        interval: Duration,
    },
    /// Exponential distances.
    Poisson {
        /// The law of the distances.
        interval: Distribution,
    },
    /// A Poisson process whose rate changes.
    Changing(Rc<Rates>),
    /// Recorded times, ascending.
    Recorded(Rc<[Time]>),
}

impl Arrivals {
    /// Every 1/`rate`; `rate` in arrivals a second, above 0.
    pub fn constant(rate: f64) -> Self {
        Arrivals::Constant { interval: Duration::from_secs_f64(1.0 / rate) }
    }

    /// A Poisson process; `rate` in arrivals a second, above 0.
    pub fn poisson(rate: f64) -> Self {
        let interval = Distribution::exponential(SECOND / rate).expect("a rate above 0 has a mean interval");
        Arrivals::Poisson { interval }
    }

    /// The arrival after the one at `last`, which was the `count`-th (0: none yet, `last` is the start). `bits` are
    /// random bits of the new arrival. `None`: there are no more.
    pub fn next(&self, last: Time, count: u32, bits: u64) -> Option<Time> {
        match self {
            Arrivals::Constant { interval } => Some(last + *interval),
            Arrivals::Poisson { interval } => Some(last + interval.duration(bits)),
            Arrivals::Changing(rates) => rates.advance(last, -math::ln(unit(bits))),
            Arrivals::Recorded(times) => times.get(count as usize).copied(),
        }
    }
}

/// A rate of arrivals over time: linear pieces, the last of which goes on for ever or the whole of which repeats.
#[derive(Clone, PartialEq, Debug)]
pub struct Rates {
    pieces: Vec<Piece>,
    /// Length of all pieces together if they repeat.
    period: Option<Duration>,
}

/// The rate from `start` until the next piece, changing linearly. Rates in arrivals a nanosecond.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Piece {
    start: Time,
    rate: f64,
    /// Change of the rate a nanosecond.
    slope: f64,
}

impl Rates {
    /// `rate` for `on`, nothing for `off`, and again: bursts. Rate in arrivals a second.
    pub fn on_off(rate: f64, on: Duration, off: Duration) -> Self {
        let piece = |start, rate| Piece { start, rate, slope: 0.0 };
        let pieces = vec![piece(Time::ZERO, rate / SECOND), piece(Time::ZERO + on, 0.0)];
        Rates { pieces, period: Some(on + off) }
    }

    /// From `from` to `to` within `over`, then `to`. Rates in arrivals a second.
    pub fn ramp(from: f64, to: f64, over: Duration) -> Self {
        let slope = (to - from) / SECOND / over.0 as f64;
        let pieces = vec![
            Piece { start: Time::ZERO, rate: from / SECOND, slope },
            Piece { start: Time::ZERO + over, rate: to / SECOND, slope: 0.0 },
        ];
        Rates { pieces, period: None }
    }

    /// `base`, but `peak` from `at` for `lasts`. Rates in arrivals a second.
    pub fn spike(base: f64, peak: f64, at: Duration, lasts: Duration) -> Self {
        let piece = |start, rate| Piece { start, rate: rate / SECOND, slope: 0.0 };
        let rise = Time::ZERO + at;
        Rates {
            pieces: vec![piece(Time::ZERO, base), piece(rise, peak), piece(rise + lasts, base)],
            period: None,
        }
    }

    /// `mean * (1 + amplitude * sin(2 pi t / period))`: mean in arrivals a second, amplitude in 0..=1.
    pub fn diurnal(mean: f64, amplitude: f64, period: Duration) -> Self {
        let at = |n: u64| Time((u128::from(period.0) * u128::from(n) / u128::from(SINE_PIECES)) as u64);
        let rate = |n: u64| mean / SECOND * (1.0 + amplitude * sine(n as f64 / SINE_PIECES as f64));
        let piece = |n| {
            let (start, end) = (at(n), at(n + 1));
            let slope = (rate(n + 1) - rate(n)) / end.since(start).0.max(1) as f64;
            Piece { start, rate: rate(n), slope }
        };
        Rates { pieces: (0..SINE_PIECES).map(piece).collect(), period: Some(period) }
    }

    /// The time at which the cumulative rate has grown by `area` since `from`; `None` if it never does.
    fn advance(&self, from: Time, mut area: f64) -> Option<Time> {
        let mut cycle = self.period.map_or(Duration::ZERO, |period| Duration(from.0 / period.0 * period.0));
        let mut inside = from.since(Time::ZERO + cycle);
        let starts_before = |piece: &Piece| piece.start.0 <= inside.0;
        let mut index = self.pieces.partition_point(starts_before) - 1;
        // Every period adds the same area above 0, and 10^6 of them are beyond any run.
        for _ in 0..self.pieces.len() * 1_000_000 {
            let piece = self.pieces[index];
            let end = self.pieces.get(index + 1).map(|next| Duration(next.start.0)).or(self.period);
            let offset = inside.saturating_sub(Duration(piece.start.0)).0 as f64;
            let rate = piece.rate + piece.slope * offset;
            let left = end.map_or(f64::INFINITY, |end| end.saturating_sub(inside).0 as f64);
            let within =
                if left.is_finite() { left * (rate + piece.slope * left / 2.0) } else { f64::INFINITY };
            if area <= within && rate.max(rate + piece.slope * left.min(1e18)) > 0.0 {
                return Some(Time::ZERO + cycle + inside + Duration(grow(rate, piece.slope, area) as u64));
            }
            let end = end?; // The last piece has rate 0 for ever.
            area -= within;
            index += 1;
            inside = end;
            if index == self.pieces.len() {
                index = 0;
                inside = Duration::ZERO;
                cycle += end;
            }
        }
        None
    }
}

/// How long a rate that starts at `rate` and changes by `slope` takes to cover `area`: the root of
/// `rate x + slope x^2 / 2 = area`, in the form that does not cancel.
fn grow(rate: f64, slope: f64, area: f64) -> f64 {
    let discriminant = (rate * rate + 2.0 * slope * area).max(0.0);
    2.0 * area / (rate + discriminant.sqrt())
}

/// The sine of a share of a full turn, `turn` in 0..=1, to 1e-8.
fn sine(turn: f64) -> f64 {
    // Fold into a quarter turn, where a short series is exact enough.
    let (folded, sign) = if turn > 0.5 { (turn - 0.5, -1.0) } else { (turn, 1.0) };
    let quarter = if folded > 0.25 { 0.5 - folded } else { folded };
    let x = quarter * std::f64::consts::TAU;
    let x2 = x * x;
    let series =
        1.0 - x2 / 6.0 * (1.0 - x2 / 20.0 * (1.0 - x2 / 42.0 * (1.0 - x2 / 72.0 * (1.0 - x2 / 110.0))));
    sign * x * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Keyed;

    /// Arrivals within each whole second of a run of `seconds`.
    fn by_second(arrivals: &Arrivals, seconds: usize) -> Vec<u32> {
        let draws = Keyed::new(7, "arrivals");
        let mut counts = vec![0; seconds];
        let (mut last, mut count) = (Time::ZERO, 0);
        while let Some(next) = arrivals.next(last, count, draws.draw(u64::from(count), 0)) {
            assert!(next >= last, "arrivals are in order");
            let second = (next.0 / 1_000_000_000) as usize;
            if second >= seconds {
                break;
            }
            counts[second] += 1;
            (last, count) = (next, count + 1);
        }
        counts
    }

    fn sum(counts: &[u32]) -> f64 {
        f64::from(counts.iter().sum::<u32>())
    }

    #[test]
    fn a_constant_rate_is_exact() {
        assert_eq!(by_second(&Arrivals::constant(500.0), 4), [499, 500, 500, 500]);
    }

    #[test]
    fn a_poisson_process_has_the_mean_and_variance_of_its_rate() {
        let counts = by_second(&Arrivals::poisson(500.0), 1000);
        let mean = sum(&counts) / 1000.0;
        let variance =
            counts.iter().map(|&n| (f64::from(n) - mean) * (f64::from(n) - mean)).sum::<f64>() / 999.0;
        // Standard errors: 0.71 and 22.4.
        assert!((mean - 500.0).abs() < 3.0, "mean {mean}");
        assert!((variance - 500.0).abs() < 90.0, "variance {variance}");
    }

    #[test]
    fn bursts_are_silent_while_off() {
        let rates = Rates::on_off(1000.0, Duration::from_secs(2), Duration::from_secs(3));
        let counts = by_second(&Arrivals::Changing(rates.into()), 1000);
        for (second, &count) in counts.iter().enumerate() {
            assert_eq!(count > 0, second % 5 < 2, "second {second}: {count}");
        }
        assert!((sum(&counts) / 400.0 - 1000.0).abs() < 8.0, "standard error 1.6");
    }

    #[test]
    fn a_ramp_grows_linearly_and_then_stays() {
        let rates = Rates::ramp(0.0, 1000.0, Duration::from_secs(100));
        let counts = by_second(&Arrivals::Changing(rates.into()), 200);
        // The first half holds a quarter of the ramp's 50,000.
        assert!((sum(&counts[..50]) - 12_500.0).abs() < 500.0, "{}", sum(&counts[..50]));
        assert!((sum(&counts[50..100]) - 37_500.0).abs() < 900.0, "{}", sum(&counts[50..100]));
        assert!((sum(&counts[100..]) - 100_000.0).abs() < 1500.0, "{}", sum(&counts[100..]));
    }

    #[test]
    fn a_ramp_to_nothing_ends() {
        let rates = Rates::ramp(1000.0, 0.0, Duration::from_secs(10));
        let counts = by_second(&Arrivals::Changing(rates.into()), 100);
        assert!((sum(&counts) - 5000.0).abs() < 300.0, "{}", sum(&counts));
        assert_eq!(sum(&counts[11..]), 0.0);
    }

    #[test]
    fn a_spike_stands_where_it_was_put() {
        let rates = Rates::spike(100.0, 2000.0, Duration::from_secs(20), Duration::from_secs(5));
        let counts = by_second(&Arrivals::Changing(rates.into()), 60);
        assert!((sum(&counts[20..25]) - 10_000.0).abs() < 500.0);
        assert!((sum(&counts[..20]) - 2000.0).abs() < 250.0);
        assert!((sum(&counts[25..]) - 3500.0).abs() < 300.0);
    }

    #[test]
    fn a_day_has_its_peak_at_a_quarter_and_its_trough_at_three_quarters() {
        let rates = Rates::diurnal(1000.0, 0.6, Duration::from_secs(100));
        let counts = by_second(&Arrivals::Changing(rates.into()), 1000);
        let of_day = |from: usize, to: usize| -> f64 {
            (0..10).map(|day| sum(&counts[day * 100 + from..day * 100 + to])).sum::<f64>() / 10.0
        };
        assert!((of_day(0, 100) - 100_000.0).abs() < 450.0, "{}", of_day(0, 100));
        assert!((of_day(20, 30) / 10.0 - 1590.0).abs() < 20.0, "{}", of_day(20, 30));
        assert!((of_day(70, 80) / 10.0 - 410.0).abs() < 12.0, "{}", of_day(70, 80));
    }

    #[test]
    fn recorded_times_are_played_once() {
        let times: Rc<[Time]> = [Time(5), Time(5), Time(9)].into();
        let arrivals = Arrivals::Recorded(times);
        let played: Vec<_> = (0..4).map(|count| arrivals.next(Time::ZERO, count, 0)).collect();
        assert_eq!(played, [Some(Time(5)), Some(Time(5)), Some(Time(9)), None]);
    }

    #[test]
    fn the_sine_is_one() {
        for (turn, exact) in
            [(0.0, 0.0), (1.0 / 12.0, 0.5), (0.25, 1.0), (0.5, 0.0), (0.75, -1.0), (1.0, 0.0)]
        {
            assert!((sine(turn) - exact).abs() < 1e-7, "{turn}: {}", sine(turn));
        }
    }
}
