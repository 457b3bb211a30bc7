//! Where a condition ceases to hold: the bisection of one variant under one seed.
//!
//! The ends come first, then the middle of what is left, until its two sides are near enough. A bisection cannot see whether the condition
//! holds again further on, for it never looks back: a probe in the widest gap on either side does.

use std::cmp::Ordering;

use crate::scenario::sweep::{Extreme, Search, Tried};

/// Most values between the ends that a bisection tries.
pub const STEPS_MAX: usize = 30;

/// A value that was tried.
#[derive(Clone, PartialEq, Debug)]
pub struct Point {
    /// The value.
    pub tried: Tried,
    /// What the run measured; `None` if it has no such figure.
    pub figure: Option<f64>,
    /// Whether the condition holds; `None` if it cannot be told.
    pub holds: Option<bool>,
}

/// What a bisection comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Knee {
    /// The last value at which the condition holds, in base units.
    At(f64),
    /// It lies below the least value.
    Below,
    /// It lies above the greatest.
    Above,
    /// A run lacks the figure, so that it cannot be told.
    Untold,
}

/// What is to be tried, and what came of what was; by default nothing was.
#[derive(Clone, Debug, Default)]
pub struct Bisection {
    /// In the order in which they were tried.
    points: Vec<Point>,
    has_probed: bool,
}

impl Bisection {
    /// What was tried, in that order.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// What is to be tried next, side by side; empty once the knee is known. Each is to be [heard](Bisection::hear) of before it is asked
    /// again.
    pub fn next(&mut self, search: &Search) -> Vec<Tried> {
        if self.points.is_empty() {
            return search.ends().map(Clone::clone).to_vec();
        }
        let Some((held, failed)) = self.sides(search).filter(|_| !self.has_probed) else { return Vec::new() };
        let is_capped = self.points.len() >= STEPS_MAX + 2;
        if let Some(middle) = search.between(held, failed).filter(|_| !is_capped) {
            return vec![middle];
        }
        let [first, last] = search.ends();
        let gaps = [(first, held), (failed, last)].into_iter();
        let probes = gaps.filter_map(|(from, to)| self.probe(search, from, to)).collect();
        self.has_probed = true;
        probes
    }

    /// What came of a value that was to be tried.
    pub fn hear(&mut self, point: Point) {
        self.points.push(point);
    }

    /// What it comes to, as far as is known.
    pub fn knee(&self, search: &Search) -> Knee {
        if let Some((held, _)) = self.sides(search) {
            return Knee::At(held.number);
        }
        let holds =
            |end: &Tried| self.points.iter().find(|point| point.tried == *end).and_then(|point| point.holds);
        let [first, last] = search.ends().map(holds);
        let is_unknown = self.points.iter().any(|point| point.holds.is_none());
        match (first, last, search.extreme) {
            _ if is_unknown => Knee::Untold,
            // It holds at both ends, or at the wrong one.
            (_, Some(true), Extreme::Max) => Knee::Above,
            (_, Some(true), Extreme::Min) => Knee::Below,
            (_, _, Extreme::Max) => Knee::Below,
            (_, _, Extreme::Min) => Knee::Above,
        }
    }

    /// Whether the condition holds beyond a value at which it failed: then there is no one value up to which it does.
    pub fn contradicts_itself(&self, search: &Search) -> bool {
        let of = |held: bool| {
            let points = self.points.iter().filter(move |point| point.holds == Some(held));
            points.map(|point| point.tried.number)
        };
        let beyond = |held: f64, failed: f64| match search.extreme {
            Extreme::Max => held > failed,
            Extreme::Min => held < failed,
        };
        of(true).any(|held| of(false).any(|failed| beyond(held, failed)))
    }

    /// Whether it ended before its sides were near enough.
    pub fn is_cut_short(&self, search: &Search) -> bool {
        self.sides(search).is_some_and(|(held, failed)| search.between(held, failed).is_some())
    }

    /// The values between which the condition ceases to hold; `None` if that is not between the ends, or cannot be told. What a probe found does
    /// not move them.
    fn sides(&self, search: &Search) -> Option<(&Tried, &Tried)> {
        let [first, last] = search.ends();
        let at = |end: &Tried| self.points.iter().find(|point| point.tried == *end);
        let (mut held, mut failed) = (at(first)?, at(last)?);
        if (held.holds, failed.holds) != (Some(true), Some(false)) {
            return None;
        }
        for point in &self.points {
            let is_between = |number: f64| {
                let (a, b) = (held.tried.number, failed.tried.number);
                a.min(b) < number && number < a.max(b)
            };
            if !is_between(point.tried.number) {
                continue;
            }
            match point.holds? {
                true => held = point,
                false => failed = point,
            }
        }
        Some((&held.tried, &failed.tried))
    }

    /// The middle of the widest gap between two values.
    fn probe(&self, search: &Search, from: &Tried, to: &Tried) -> Option<Tried> {
        let (low, high) = (from.number.min(to.number), from.number.max(to.number));
        let inside = self.points.iter().map(|point| &point.tried);
        let mut inside: Vec<&Tried> =
            inside.filter(|tried| low <= tried.number && tried.number <= high).collect();
        let order = |a: &f64, b: &f64| a.partial_cmp(b).unwrap_or(Ordering::Equal);
        inside.sort_by(|a, b| order(&a.number, &b.number));
        let width = |gap: &&[&Tried]| match search.is_geometric() {
            true => gap[1].number / gap[0].number,
            false => gap[1].number - gap[0].number,
        };
        let widest = inside.windows(2).max_by(|a, b| order(&width(a), &width(b)))?;
        search.between(widest[0], widest[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::sweep::ValueKind;
    use crate::spec::units::Dimension;
    use crate::spec::{Located, Origin};

    fn search(extreme: Extreme, kind: ValueKind, low: (&str, f64), high: (&str, f64)) -> Search {
        let tried = |(written, number): (&str, f64)| Tried { written: written.to_owned(), number };
        Search {
            text: String::new(),
            extreme,
            variable: "load".to_owned(),
            kind,
            condition: Located { value: String::new(), origin: Origin::default_value() },
            low: tried(low),
            high: tried(high),
            resolution: 0.01,
        }
    }

    fn loads(extreme: Extreme) -> Search {
        search(extreme, ValueKind::Quantity(Dimension::Rate), ("100/s", 100.0), ("200/s", 200.0))
    }

    /// Tries what is asked for until nothing is.
    fn bisected(search: &Search, holds: impl Fn(f64) -> Option<bool>) -> Bisection {
        let mut bisection = Bisection::default();
        loop {
            let next = bisection.next(search);
            if next.is_empty() {
                return bisection;
            }
            for tried in next {
                let holds = holds(tried.number);
                bisection.hear(Point { tried, figure: None, holds });
            }
        }
    }

    #[test]
    fn the_last_value_at_which_it_holds_is_found() {
        let search = loads(Extreme::Max);
        for knee in [100.0, 101.0, 137.7, 150.0, 199.2] {
            let bisection = bisected(&search, |load| Some(load <= knee));
            let Knee::At(found) = bisection.knee(&search) else { panic!("it lies between the ends") };
            assert!(found <= knee && knee - found <= 0.01 * 200.0, "{found} for {knee}");
            assert!(!bisection.contradicts_itself(&search) && !bisection.is_cut_short(&search));
        }
        let bisection = bisected(&search, |load| Some(load <= 137.7));
        let tried: Vec<&str> = bisection.points().iter().map(|point| point.tried.written.as_str()).collect();
        // Between 137.5 and 138.3 is 0.6 %; the last two look into the widest gaps.
        let expected = [
            "100/s", "200/s", "150/s", "125/s", "137.5/s", "143.8/s", "140.7/s", "139.1/s", "138.3/s",
            "112.5/s", "175/s",
        ];
        assert_eq!(tried, expected);
    }

    #[test]
    fn the_least_value_is_found_among_whole_numbers() {
        let search = search(Extreme::Min, ValueKind::Whole, ("1", 1.0), ("64", 64.0));
        for knee in [2.0, 3.0, 17.0, 64.0] {
            let bisection = bisected(&search, |cores| Some(cores >= knee));
            assert_eq!(bisection.knee(&search), Knee::At(knee));
        }
        assert_eq!(bisected(&search, |_| Some(true)).knee(&search), Knee::Below);
        assert_eq!(bisected(&search, |_| Some(false)).knee(&search), Knee::Above);
    }

    #[test]
    fn what_lies_outside_is_no_number() {
        let search = loads(Extreme::Max);
        let outside = [(true, Knee::Above), (false, Knee::Below)];
        for (holds, expected) in outside {
            let bisection = bisected(&search, |_| Some(holds));
            assert_eq!((bisection.knee(&search), bisection.points().len()), (expected, 2));
        }
        assert_eq!(bisected(&search, |_| None).knee(&search), Knee::Untold);
        let lacking =
            bisected(&search, |load| if load > 140.0 && load < 200.0 { None } else { Some(load < 130.0) });
        assert_eq!((lacking.knee(&search), lacking.points().len()), (Knee::Untold, 3));
    }

    #[test]
    fn what_holds_again_beyond_is_seen() {
        let search = loads(Extreme::Max);
        let bisection = bisected(&search, |load| Some(load < 130.0 || (170.0..180.0).contains(&load)));
        assert!(matches!(bisection.knee(&search), Knee::At(found) if found < 130.0));
        assert!(bisection.contradicts_itself(&search));
        // The other way round at both ends.
        let bisection = bisected(&search, |load| Some(load > 130.0));
        assert_eq!(bisection.knee(&search), Knee::Above);
        assert!(bisection.contradicts_itself(&search));
    }

    #[test]
    fn a_bisection_ends_though_nothing_is_near_enough() {
        let from_nought = search(Extreme::Max, ValueKind::Number, ("0.0", 0.0), ("1.0", 1.0));
        let bisection = bisected(&from_nought, |load| Some(load < 1e-30));
        assert_eq!(
            (bisection.knee(&from_nought), bisection.is_cut_short(&from_nought)),
            (Knee::At(0.0), true)
        );
        assert!(bisection.points().len() <= STEPS_MAX + 4);
    }
}
