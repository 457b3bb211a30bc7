//! One cell of a tabulated function: the polynomial of degree 5 that has the function's value, first and second
//! derivative at both ends.
//!
//! The error is at most `h^6 / 46080` times the largest sixth derivative over a cell of width `h` (Davis,
//! *Interpolation and Approximation*, 1963, theorem 3.5.1), and neighbouring cells join without a step.

/// A function's value and derivatives at one point.
#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) value: f64,
    pub(super) slope: f64,
    pub(super) curvature: f64,
}

/// Coefficients by power of the position in the cell, which runs from 0 to 1.
#[derive(Clone, Copy)]
pub(super) struct Quintic([f64; 6]);

impl Quintic {
    /// A cell without a polynomial: its value is NaN everywhere.
    pub(super) const NAN: Quintic = Quintic([f64::NAN; 6]);

    /// The cell between two nodes that are `width` apart.
    pub(super) fn between(left: Node, right: Node, width: f64) -> Quintic {
        let slopes = (left.slope * width, right.slope * width);
        let curvatures = (left.curvature * width * width, right.curvature * width * width);
        // What the right end still asks for once the left end's parabola is taken away.
        let value = right.value - left.value - slopes.0 - 0.5 * curvatures.0;
        let slope = slopes.1 - slopes.0 - curvatures.0;
        let curvature = curvatures.1 - curvatures.0;
        Quintic([
            left.value,
            slopes.0,
            0.5 * curvatures.0,
            10.0 * value - 4.0 * slope + 0.5 * curvature,
            -15.0 * value + 7.0 * slope - curvature,
            6.0 * value - 3.0 * slope + 0.5 * curvature,
        ])
    }

    /// The value at `position`, from 0 to 1.
    #[inline]
    pub(super) fn at(&self, position: f64) -> f64 {
        let [c0, c1, c2, c3, c4, c5] = self.0;
        let square = position * position;
        (c0 + c1 * position) + square * ((c2 + c3 * position) + square * (c4 + c5 * position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_of_degree_five_are_met_exactly() {
        // x^5 - 2 x^3 + x from 1 to 3.
        let node = |x: f64| Node {
            value: x * x * x * x * x - 2.0 * x * x * x + x,
            slope: 5.0 * x * x * x * x - 6.0 * x * x + 1.0,
            curvature: 20.0 * x * x * x - 12.0 * x,
        };
        let cell = Quintic::between(node(1.0), node(3.0), 2.0);
        for position in [0.0, 0.125, 0.5, 1.0] {
            let expected = node(1.0 + 2.0 * position).value;
            assert!((cell.at(position) - expected).abs() < 1e-11, "{position}");
        }
    }
}
