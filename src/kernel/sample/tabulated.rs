//! A table in front of any law with a smooth density: one look-up and a polynomial in place of logarithms and
//! exponentials.
//!
//! The body, all but 2^-11 of the probability, is cut into cells; in each the quantile function is a polynomial
//! of degree 5 that meets it, its slope `1 / f` and its curvature `-f' / f^3` at both ends. While the table is built every
//! cell is held against the law at its middle, where the error is largest: a cell that is off by more than 2e-8 of the
//! value is left out. There, and in the tails beyond the table, a draw asks the law itself. Draws are within
//! 1e-7 of the law's value everywhere (tested).

use std::fmt;
use std::sync::Arc;

use super::Law;
use super::octaves::{first_of, locate, start, width};
use super::quintic::{Node, Quintic};

const FIRST: u64 = first_of(12);
/// One more than the last cell below 1/2, where the upper side takes over.
const END: u64 = first_of(1);
const CELLS_PER_SIDE: usize = (END - FIRST) as usize;
const ERROR_MAX: f64 = 2e-8;

/// A law whose density can be told with its slope.
pub(super) trait Smooth: Law {
    /// The density `f` at `x`, and `f' / f` there.
    fn density(&self, x: f64) -> (f64, f64);
}

/// A law and the table of its quantiles.
#[derive(Clone)]
pub(super) struct Tabulated<L> {
    law: L,
    /// The cells of the lower half by distance from 0, then those of the upper half by distance from 1.
    cells: Arc<[Quintic]>,
}

impl<L: PartialEq> PartialEq for Tabulated<L> {
    /// The table follows from the law.
    fn eq(&self, other: &Tabulated<L>) -> bool {
        self.law == other.law
    }
}

impl<L: fmt::Debug> fmt::Debug for Tabulated<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.law.fmt(f)
    }
}

impl<L: Smooth> Tabulated<L> {
    pub(super) fn new(law: L) -> Tabulated<L> {
        let side = |is_upper| (FIRST..END).map(move |cell| (cell, is_upper));
        let cells =
            side(false).chain(side(true)).map(|(cell, is_upper)| tabulate(&law, cell, is_upper)).collect();
        Tabulated { law, cells }
    }
}

/// The cell's polynomial by distance from the nearer end, or [`Quintic::NAN`].
fn tabulate(law: &impl Smooth, cell: u64, is_upper: bool) -> Quintic {
    let uniform = |distance: f64| if is_upper { 1.0 - distance } else { distance };
    let node = |distance: f64| {
        let value = law.draw(uniform(distance));
        let (density, relative_slope) = law.density(value);
        let slope = 1.0 / density;
        Node {
            value,
            slope: if is_upper { -slope } else { slope },
            curvature: -relative_slope * slope * slope,
        }
    };
    let quintic = Quintic::between(node(start(cell)), node(start(cell + 1)), width(cell));
    let middle = law.draw(uniform(start(cell) + 0.5 * width(cell)));
    let is_close = (quintic.at(0.5) - middle).abs() <= ERROR_MAX * middle.abs();
    if is_close { quintic } else { Quintic::NAN }
}

impl<L: Law> Law for Tabulated<L> {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        let is_upper = u > 0.5;
        // Without a branch on the side: no processor guesses it.
        let (cell, position) = locate(u.min(1.0 - u));
        let index = cell.wrapping_sub(FIRST) as usize;
        if index < CELLS_PER_SIDE {
            let value = self.cells[index + CELLS_PER_SIDE * usize::from(is_upper)].at(position);
            if !value.is_nan() {
                return value;
            }
        }
        self.law.draw(u)
    }

    fn quantile(&self, u: f64) -> f64 {
        self.law.quantile(u)
    }

    fn cdf(&self, x: f64) -> f64 {
        self.law.cdf(x)
    }

    fn mean(&self) -> f64 {
        self.law.mean()
    }

    fn variance(&self) -> f64 {
        self.law.variance()
    }
}

#[cfg(test)]
mod tests {
    use super::super::exponential::Exponential;
    use super::super::gamma::Gamma;
    use super::super::lognormal::Lognormal;
    use super::*;

    fn cells_left_out<L: Smooth>(law: L) -> usize {
        Tabulated::new(law).cells.iter().filter(|cell| cell.at(0.5).is_nan()).count()
    }

    #[test]
    fn usual_laws_are_tabulated_in_every_cell_and_wild_ones_where_that_is_good_enough() {
        assert_eq!(cells_left_out(Exponential::new(1e7).expect("valid")), 0);
        assert_eq!(cells_left_out(Lognormal::from_median_p99(2e5, 2e6).expect("valid")), 0);
        assert_eq!(cells_left_out(Gamma::new(2.5, 1e7).expect("valid")), 0);
        let wild = cells_left_out(Gamma::new(0.01, 1.0).expect("valid"));
        assert!(wild > CELLS_PER_SIDE && wild < 2 * CELLS_PER_SIDE, "{wild}");
    }

    #[test]
    fn the_table_reaches_from_the_middle_to_the_tails_and_no_further() {
        let mut tabulated = Tabulated::new(Exponential::new(1.0).expect("valid"));
        let marked = Quintic::between(
            Node { value: -1.0, slope: 0.0, curvature: 0.0 },
            Node { value: -1.0, slope: 0.0, curvature: 0.0 },
            1.0,
        );
        tabulated.cells = vec![marked; 2 * CELLS_PER_SIDE].into();
        let tail = start(FIRST);
        for u in [tail, 0.3, 0.5_f64.next_down(), 0.5_f64.next_up(), 0.7, 1.0 - tail] {
            assert_eq!(tabulated.draw(u), -1.0, "{u}");
        }
        for u in [tail.next_down(), 0.5, (1.0 - tail).next_up()] {
            assert_eq!(tabulated.draw(u), tabulated.quantile(u), "{u}");
        }
    }
}
