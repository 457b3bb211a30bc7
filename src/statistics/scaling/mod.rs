//! Laws of scaling: how a rate X grows with the number N of what does the work, fitted to points (N, X(N)).
//!
//! - G. M. Amdahl, *Validity of the single processor approach to achieving large scale computing capabilities*, AFIPS 1967.
//! - J. L. Gustafson, *Reevaluating Amdahl's law*, Communications of the ACM 31(5), 1988.
//! - N. J. Gunther, *Guerrilla Capacity Planning*, Springer 2007, chapters 4 and 5: the universal scalability law.
//!
//! All are taken relative to a rate of one that is fitted, too, so that the least N need not be 1. Residuals are relative: a point at N = 1
//! weighs as much as one at N = 64. Whether a law describes the points at all, only [`LawEstimate::misfit`] says.

mod least_squares;

use super::Estimate;
use least_squares::least_squares;

/// How a rate grows with N, relative to that of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Law {
    /// N / (1 + s (N - 1)): a share s of the work is done one after the other (Amdahl 1967).
    Amdahl,
    /// N - s (N - 1): a share s of the time of one is no share of what grows (Gustafson 1988).
    Gustafson,
    /// N / (1 + sigma (N - 1) + kappa N (N - 1)): contention, and what each pair of N costs (Gunther 2007, section 4.4).
    Universal,
}

/// A law with its parameters. None is kept from going below nought: what is, says that the law does not hold or that chance is greater than what it
/// speaks of.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct LawFit {
    /// Which law.
    pub law: Law,
    /// The rate at N = 1 by the law, above nought; in the unit of the points.
    pub one: f64,
    /// s, or sigma: the share that does not scale.
    pub contention: f64,
    /// kappa; nought but of [`Law::Universal`].
    pub coherency: f64,
}

/// What independent curves say of a law, each of which was fitted by itself.
#[derive(Clone, PartialEq, Debug)]
pub struct LawEstimate {
    /// Which law.
    pub law: Law,
    /// By curve; those that have none are left out.
    pub fits: Vec<LawFit>,
    /// How many curves have none.
    pub without: usize,
    /// s, or sigma.
    pub contention: Estimate,
    /// kappa; `None` but of [`Law::Universal`].
    pub coherency: Option<Estimate>,
    /// Where the points lie furthest from the law; `None` where it has as many parameters as there are N, and goes through any points.
    pub misfit: Option<Misfit>,
    /// In what share of all cases intervals cover the truth.
    confidence: f64,
}

/// How far the points of an N lie from a law.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Misfit {
    /// Of the N whose points are shown to lie off the one where they do furthest; of all N if none is.
    pub n: f64,
    /// By how much they are higher than the law, as a share of it; with an interval for the furthest of so many N (Bonferroni).
    pub residual: Estimate,
}

impl Misfit {
    /// Whether chance does not explain it.
    pub fn is_shown(&self) -> bool {
        self.residual.low > 0.0 || self.residual.high < 0.0
    }
}

impl Law {
    /// How many parameters it has, the rate of one included.
    pub fn parameters(self) -> usize {
        match self {
            Law::Amdahl | Law::Gustafson => 2,
            Law::Universal => 3,
        }
    }

    /// The law that lies closest to these points (N, rate), by the least sum of squares of relative residuals. `None` if a number is not
    /// finite and above nought, there are fewer different N than parameters, or no law with rates above nought comes near.
    ///
    /// Laws of Amdahl and of Gunther are linear in N / X (Gunther 2007, section 5.2), which is where Gauss and Newton's method begins on X itself;
    /// on N / X alone the points of low rates would count for more than others (B. Schwarz and N. J. Gunther on fits of the law: least
    /// squares on X).
    pub fn fit(self, points: &[(f64, f64)]) -> Option<LawFit> {
        let is_sound = |(n, rate): &(f64, f64)| n.is_finite() && *n > 0.0 && rate.is_finite() && *rate > 0.0;
        let mut different: Vec<f64> = points.iter().map(|(n, _)| *n).collect();
        different.sort_by(f64::total_cmp);
        different.dedup();
        if different.len() < self.parameters() || !points.iter().all(is_sound) {
            return None;
        }
        let fit = match self {
            Law::Gustafson => gustafson(points),
            Law::Amdahl | Law::Universal => hyperbolic(self, points),
        };
        fit.filter(|fit| {
            let parameters = [fit.one, fit.contention, fit.coherency];
            parameters.iter().all(|parameter| parameter.is_finite()) && fit.one > 0.0
        })
    }

    /// Fits each curve, whose points are at the same N in the same order, and takes the means of the parameters, with Student's t: curves are
    /// independent, points of one curve need not be. `None` if fewer than two curves have a fit.
    ///
    /// # Panics
    /// If curves have not as many points.
    pub fn estimate(self, curves: &[Vec<(f64, f64)>], confidence: f64) -> Option<LawEstimate> {
        let fitted: Vec<(LawFit, &Vec<(f64, f64)>)> =
            curves.iter().filter_map(|curve| Some((self.fit(curve)?, curve))).collect();
        if fitted.len() < 2 {
            return None;
        }
        let of = |parameter: fn(&LawFit) -> f64| {
            let values: Vec<f64> = fitted.iter().map(|(fit, _)| parameter(fit)).collect();
            Estimate::mean_of_runs(&values, confidence)
        };
        let count = curves[0].len();
        let each = 1.0 - (1.0 - confidence) / count as f64;
        let misfit = |place: usize| {
            let n = curves[0][place].0;
            let residual = |(fit, curve): &(LawFit, &Vec<(f64, f64)>)| curve[place].1 / fit.rate(n) - 1.0;
            let residuals: Vec<f64> = fitted.iter().map(residual).collect();
            Misfit { n, residual: Estimate::mean_of_runs(&residuals, each) }
        };
        // Of those that are shown to lie off the furthest, and of all only if none is.
        let furthest = |a: &Misfit, b: &Misfit| {
            let by_size = a.residual.value.abs().total_cmp(&b.residual.value.abs());
            a.is_shown().cmp(&b.is_shown()).then(by_size)
        };
        assert!(curves.iter().all(|curve| curve.len() == count), "curves have points at the same N");
        Some(LawEstimate {
            law: self,
            without: curves.len() - fitted.len(),
            contention: of(|fit| fit.contention),
            coherency: (self == Law::Universal).then(|| of(|fit| fit.coherency)),
            misfit: (count > self.parameters()).then(|| (0..count).map(misfit).max_by(furthest)).flatten(),
            fits: fitted.iter().map(|(fit, _)| *fit).collect(),
            confidence,
        })
    }
}

impl LawFit {
    /// The rate at N by the law; below nought where a fit speaks of an N that its points are far from.
    pub fn rate(&self, n: f64) -> f64 {
        let LawFit { one, contention, coherency, .. } = *self;
        match self.law {
            Law::Gustafson => one * (n - contention * (n - 1.0)),
            Law::Amdahl | Law::Universal => {
                one * n / (1.0 + contention * (n - 1.0) + coherency * n * (n - 1.0))
            }
        }
    }

    /// The N whose rate is the greatest, which need not be whole: the root of (1 - sigma) / kappa (Gunther 2007, section 4.4), nought if the rate
    /// falls from the first on. `None` if kappa is not above nought: there is none then.
    pub fn peak(&self) -> Option<f64> {
        let peak = ((1.0 - self.contention).max(0.0) / self.coherency).sqrt();
        (self.coherency > 0.0 && peak.is_finite()).then_some(peak)
    }
}

/// What is no further from nought is there by rounding.
const ROUNDING: f64 = 1e-9;

impl LawEstimate {
    /// The mean over the curves of something that follows from the parameters of each; `None` if a curve has none.
    pub fn of(&self, figure: impl Fn(&LawFit) -> Option<f64>) -> Option<Estimate> {
        let values: Vec<f64> = self.fits.iter().map(figure).collect::<Option<_>>()?;
        Some(Estimate::mean_of_runs(&values, self.confidence))
    }

    /// The N whose rate is the greatest; `None` unless coherency is shown to be above nought, in every curve.
    pub fn peak(&self) -> Option<Estimate> {
        let is_shown = self.coherency.is_some_and(|coherency| coherency.low > ROUNDING);
        self.of(LawFit::peak).filter(|_| is_shown)
    }
}

/// Linear in the rate of one and the product of it with 1 - s.
fn gustafson(points: &[(f64, f64)]) -> Option<LawFit> {
    let column = |term: fn(f64) -> f64| points.iter().map(|(n, rate)| term(*n) / rate).collect();
    let columns = vec![column(|_| 1.0), column(|n| n - 1.0)];
    let found = least_squares(columns, vec![1.0; points.len()])?;
    Some(LawFit { law: Law::Gustafson, one: found[0], contention: 1.0 - found[1] / found[0], coherency: 0.0 })
}

/// Steps of Gauss and Newton's method, each at least halved where it would lead away; it takes about five.
const STEPS_MAX: usize = 60;
/// A step no longer than this share of every parameter ends it.
const STEP_MIN: f64 = 1e-13;

/// N / X is a sum of 1, N - 1 and, of the universal law, N (N - 1), each times a parameter.
fn hyperbolic(law: Law, points: &[(f64, f64)]) -> Option<LawFit> {
    let terms = |n: f64| [1.0, n - 1.0, n * (n - 1.0)];
    let count = law.parameters();
    let sum = |parameters: &[f64], n: f64| -> f64 {
        parameters.iter().zip(terms(n)).map(|(parameter, term)| parameter * term).sum()
    };
    // 1 - (rate of the law) / X at each point; `None` where the law has no rate above nought.
    let residuals = |parameters: &[f64]| -> Option<Vec<f64>> {
        let residual = |(n, rate): &(f64, f64)| {
            let of_law = sum(parameters, *n);
            (of_law > 0.0).then(|| 1.0 - n / rate / of_law)
        };
        points.iter().map(residual).collect()
    };
    let squares = |residuals: &[f64]| residuals.iter().map(|residual| residual * residual).sum::<f64>();
    let columns = |weight: &dyn Fn(f64, f64) -> f64| -> Vec<Vec<f64>> {
        let column =
            |term: usize| points.iter().map(|(n, rate)| terms(*n)[term] * weight(*n, *rate)).collect();
        (0..count).map(column).collect()
    };
    let mut parameters = least_squares(columns(&|n, rate| rate / n), vec![1.0; points.len()])?;
    let mut current = residuals(&parameters)?;
    for _ in 0..STEPS_MAX {
        let slopes = columns(&|n, rate| {
            let of_law = sum(&parameters, n);
            -n / rate / (of_law * of_law)
        });
        let mut step = least_squares(slopes, current.clone())?;
        let next = (0..STEPS_MAX).find_map(|_| {
            let moved: Vec<f64> = parameters.iter().zip(&step).map(|(at, step)| at + step).collect();
            let found = residuals(&moved).filter(|found| squares(found) < squares(&current));
            step.iter_mut().for_each(|step| *step /= 2.0);
            found.map(|found| (moved, found))
        });
        let Some((moved, found)) = next else { break };
        let is_still =
            moved.iter().zip(&parameters).all(|(to, from)| (to - from).abs() <= STEP_MIN * from.abs());
        (parameters, current) = (moved, found);
        if is_still {
            break;
        }
    }
    let of = |place: usize| parameters.get(place).map_or(0.0, |parameter| parameter / parameters[0]);
    Some(LawFit { law, one: 1.0 / parameters[0], contention: of(1), coherency: of(2) })
}

#[cfg(test)]
mod tests;
