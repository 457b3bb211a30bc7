//! The gamma distribution, and the Erlang one, which is a gamma of whole shape: sums of exponential phases.
//!
//! There is no closed inverse. A table holds the logarithm of the quantile of scale 1 as a function of the normal
//! score `z` of the uniform: a function so smooth (a parabola in the lower tail, a logarithm in the upper one; compare
//! Wilson and Hilferty, PNAS 17, 1931) that 132 cells of degree 5 follow it to a relative error of the draw below
//! 1e-7, out to the last uniform on both sides. The nodes and [`Distribution::quantile`](super::Distribution::quantile)
//! are exact: Newton's method on the logarithm of the regularised incomplete gamma function.

use std::fmt;
use std::sync::Arc;

use super::quintic::{Node, Quintic};
use super::score::score;
use super::tabulated::Smooth;
use super::{Law, ParameterError, positive, require, within};
use crate::kernel::math::gamma::Incomplete;
use crate::kernel::math::{exp, gamma_p, inverse_normal_cdf, ln, ln_gamma, normal_cdf};

const CELLS_PER_UNIT: f64 = 8.0;
/// The table runs from minus this score to plus it; uniforms end at 8.2095.
const SCORE_MAX: f64 = 8.25;
const CELLS: u32 = 132;

#[derive(Clone)]
pub(super) struct Gamma {
    shape: f64,
    scale: f64,
    table: Arc<[Quintic]>,
}

impl PartialEq for Gamma {
    /// The table follows from the shape.
    fn eq(&self, other: &Gamma) -> bool {
        self.shape == other.shape && self.scale == other.scale
    }
}

impl fmt::Debug for Gamma {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gamma").field("shape", &self.shape).field("scale", &self.scale).finish()
    }
}

impl Gamma {
    pub(super) fn new(shape: f64, scale: f64) -> Result<Gamma, ParameterError> {
        within("shape", shape, 0.01, 1e6)?;
        Ok(Gamma { shape, scale: positive("scale", scale)?, table: table(shape) })
    }

    pub(super) fn from_mean_cv(mean: f64, cv: f64) -> Result<Gamma, ParameterError> {
        let shape = 1.0 / (within("cv", cv, 0.001, 10.0)? * cv);
        // Rounding may carry the square just past the bounds of `shape`.
        Gamma::new(shape.clamp(0.01, 1e6), positive("mean", mean)? / shape)
    }

    pub(super) fn erlang(k: u32, mean: f64) -> Result<Gamma, ParameterError> {
        require((1..=1_000_000).contains(&k), "k", || format!("must lie between 1 and 1000000, not {k}"))?;
        Gamma::new(f64::from(k), positive("mean", mean)? / f64::from(k))
    }
}

impl Law for Gamma {
    #[inline]
    fn draw(&self, u: f64) -> f64 {
        let at = (score(u) + SCORE_MAX) * CELLS_PER_UNIT;
        let cell = at as u32;
        self.scale * exp(self.table[cell as usize].at(at - f64::from(cell)))
    }

    fn quantile(&self, u: f64) -> f64 {
        if u == 0.0 {
            return 0.0;
        }
        if u == 1.0 {
            return f64::INFINITY;
        }
        let z = inverse_normal_cdf(u);
        // Uniforms below the draws' least one may lie beyond the table, whose outermost cell then serves as a start.
        let at = (z.clamp(-SCORE_MAX, SCORE_MAX) + SCORE_MAX) * CELLS_PER_UNIT;
        let cell = (at as u32).min(CELLS - 1);
        let start = self.table[cell as usize].at(at - f64::from(cell));
        self.scale * exp(ln_quantile(self.shape, z, start))
    }

    fn cdf(&self, x: f64) -> f64 {
        gamma_p(self.shape, x / self.scale)
    }

    fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }
}

impl Smooth for Gamma {
    fn density(&self, x: f64) -> (f64, f64) {
        let scaled = x / self.scale;
        let density = Incomplete::new(self.shape, scaled, ln(scaled)).slope / x;
        (density, (self.shape - 1.0 - scaled) / x)
    }
}

/// The table's nodes from the middle outwards, each found from its neighbour.
fn table(shape: f64) -> Arc<[Quintic]> {
    let step = 1.0 / CELLS_PER_UNIT;
    let half = CELLS / 2;
    let middle = node(shape, 0.0, start_at_median(shape));
    let outwards = |direction: f64| {
        let mut nodes = vec![middle];
        for i in 1..=half {
            let inner = nodes[nodes.len() - 1];
            let h = direction * step;
            let start = inner.value + h * (inner.slope + 0.5 * h * inner.curvature);
            nodes.push(node(shape, f64::from(i) * h, start));
        }
        nodes
    };
    let mut nodes = outwards(-1.0);
    nodes.reverse();
    nodes.extend(outwards(1.0).into_iter().skip(1));
    nodes.windows(2).map(|pair| Quintic::between(pair[0], pair[1], step)).collect()
}

/// With `y = ln x` as a function of `z`: y' is the normal density over `x` times the gamma density, and since the
/// latter's logarithm has derivative `shape - x` by `y`, y'' = y' (-z - (shape - x) y').
fn node(shape: f64, z: f64, start: f64) -> Node {
    let y = ln_quantile(shape, z, start);
    let x = exp(y);
    let density = exp(-0.5 * z * z) / std::f64::consts::TAU.sqrt();
    let slope = density / Incomplete::new(shape, x, y).slope;
    Node { value: y, slope, curvature: slope * (-z - (shape - x) * slope) }
}

/// The logarithm of the median, roughly: Wilson and Hilferty's cube for larger shapes, the leading term of the
/// series at zero for small ones.
fn start_at_median(shape: f64) -> f64 {
    if shape > 0.5 {
        let root = 1.0 - 1.0 / (9.0 * shape);
        ln(shape) + 3.0 * ln(root)
    } else {
        (ln_gamma(shape + 1.0) - std::f64::consts::LN_2) / shape
    }
}

/// The logarithm of the quantile of scale 1 at the normal score `z`, by Newton's method from `start`.
///
/// It solves `ln P = ln u` below the median and `ln Q = ln(1 - u)` above, which are nearly straight in `ln x`, where
/// P itself is not.
fn ln_quantile(shape: f64, z: f64, start: f64) -> f64 {
    let tail = normal_cdf(-z.abs());
    let mut y = start;
    for _ in 0..60 {
        let here = Incomplete::new(shape, exp(y), y);
        let step = if z < 0.0 {
            ln(here.p / tail) * here.p / here.slope
        } else {
            -ln(here.q / tail) * here.q / here.slope
        };
        // ln Q bends down ever faster: a full step from far off could overshoot.
        let step = step.clamp(-1.0 / shape.min(1.0), 1.0 / shape.min(1.0));
        y -= step;
        if step.abs() <= 1e-14 * y.abs().max(1.0) {
            break;
        }
    }
    y
}
