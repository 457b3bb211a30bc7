//! Every distribution against its closed form, its moments and its frozen draws.

use libm::{erfc, exp, log, pow, sqrt};

use super::*;
use crate::kernel::random::Keyed;

/// A distribution under the name of its test, with its distribution function written a second time on `libm`.
struct Case {
    name: &'static str,
    distribution: Distribution,
    cdf: fn(f64) -> f64,
}

fn phi(z: f64) -> f64 {
    0.5 * erfc(-z / sqrt(2.0))
}

/// An Erlang tail: the Poisson probability of fewer than `k` events.
fn erlang_cdf(k: u32, x: f64) -> f64 {
    let mut term = exp(-x);
    let mut tail = term;
    for i in 1..k {
        term *= x / f64::from(i);
        tail += term;
    }
    1.0 - tail
}

/// Times are nanoseconds, so that the frozen whole numbers keep many digits.
fn cases() -> Vec<Case> {
    let case = |name, distribution: Result<Distribution, ParameterError>, cdf| Case {
        name,
        distribution: distribution.expect("the parameters of the tests are valid"),
        cdf,
    };
    let exponential = |mean| Distribution::exponential(mean).expect("the mean is above zero");
    let constant = |value| Distribution::constant(value).expect("the value is finite");
    vec![
        case("constant", Distribution::constant(5e6), |x| f64::from(x >= 5e6)),
        case("uniform", Distribution::uniform(1e6, 5e6), |x| ((x - 1e6) / 4e6).clamp(0.0, 1.0)),
        case("exponential", Distribution::exponential(1e7), |x| 1.0 - exp(-x / 1e7)),
        case("normal", Distribution::normal(1e7, 2e6, None), |x| phi((x - 1e7) / 2e6)),
        case("normal_min", Distribution::normal(1e6, 2e6, Some(0.0)), |x| {
            if x < 0.0 { 0.0 } else { phi((x - 1e6) / 2e6) }
        }),
        case("lognormal_median_p99", Distribution::lognormal_median_p99(2e5, 2e6), |x| {
            phi(log(x / 2e5) / log(10.0) * 2.326_347_874_040_841)
        }),
        case("lognormal_mean_cv", Distribution::lognormal_mean_cv(1e7, 2.0), |x| {
            let variance = log(5.0);
            phi((log(x / 1e7) + 0.5 * variance) / sqrt(variance))
        }),
        case(
            "pareto",
            Distribution::pareto(1e6, 5.0),
            |x| if x < 1e6 { 0.0 } else { 1.0 - pow(1e6 / x, 5.0) },
        ),
        case("bounded_pareto", Distribution::bounded_pareto(1e5, 1e8, 1.1), |x| {
            ((1.0 - pow(1e5 / x, 1.1)) / (1.0 - pow(1e-3, 1.1))).clamp(0.0, 1.0)
        }),
        case("weibull", Distribution::weibull(1e7, 0.7), |x| 1.0 - exp(-pow(x / 1e7, 0.7))),
        case("gamma", Distribution::gamma(0.5, 2e7), |x| 1.0 - 2.0 * phi(-sqrt(x / 1e7))),
        case("gamma_mean_cv", Distribution::gamma_mean_cv(1e7, 0.5), |x| erlang_cdf(4, x / 2.5e6)),
        case("erlang", Distribution::erlang(20, 1e7), |x| erlang_cdf(20, x / 5e5)),
        case("hyperexponential", Distribution::hyperexponential(&[(0.9, 1e6), (0.1, 5e7)]), |x| {
            1.0 - 0.9 * exp(-x / 1e6) - 0.1 * exp(-x / 5e7)
        }),
        case("hyperexponential_mean_cv", Distribution::hyperexponential_mean_cv(1e7, sqrt(3.0)), |x| {
            let p = 0.5 * (1.0 + sqrt(0.5));
            1.0 - p * exp(-x * p / 5e6) - (1.0 - p) * exp(-x * (1.0 - p) / 5e6)
        }),
        case("empirical", Distribution::empirical(vec![4e6, 1e6, 2e6, 4e6, 3e6]), |x| match x {
            ..1e6 => 0.0,
            1e6..2e6 => 0.2,
            2e6..3e6 => 0.4,
            3e6..4e6 => 0.6,
            _ => 1.0,
        }),
        case("mixture", Distribution::mixture(vec![(0.9, exponential(1e6)), (0.1, constant(5e7))]), |x| {
            0.9 * (1.0 - exp(-x / 1e6)) + if x >= 5e7 { 0.1 } else { 0.0 }
        }),
    ]
}

fn is_close(value: f64, expected: f64, relative: f64) -> bool {
    (value - expected).abs() <= relative * expected.abs()
}

/// The first 1,000 draws in whole nanoseconds are part of what a seed means: a change here changes every run.
#[test]
fn draws_are_frozen() {
    let keyed = Keyed::new(42, "golden");
    let mut found = String::new();
    for Case { name, distribution, .. } in cases() {
        let draws: Vec<u64> = (0..1_000).map(|i| distribution.duration(keyed.draw(i, 0)).0).collect();
        let bytes: Vec<u8> = draws.iter().flat_map(|draw| draw.to_le_bytes()).collect();
        let digest = blake3::hash(&bytes).to_hex();
        let first = draws[..8].iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
        found += &format!("{name} {} {first}\n", &digest[..16]);
    }
    assert!(found == include_str!("golden.txt"), "the draws are now:\n{found}");
}

/// Kolmogorov-Smirnov: of 40,000 fair draws the distance stays below 2.23 / 200 in 99.99 % of cases.
#[test]
fn draws_follow_the_exact_distribution_function() {
    for (index, Case { name, distribution, cdf }) in (0..).zip(cases()) {
        let keyed = Keyed::new(index, "distance");
        let mut draws: Vec<f64> = (0..40_000).map(|i| distribution.sample(keyed.draw(i, 0))).collect();
        draws.sort_by(f64::total_cmp);
        let mut worst = 0.0_f64;
        let mut below = 0;
        for group in draws.chunk_by(|a, b| a == b) {
            let (x, upto) = (group[0], below + group.len());
            worst = worst.max((upto as f64 / 4e4 - cdf(x)).abs());
            worst = worst.max((below as f64 / 4e4 - cdf(x.next_down())).abs());
            below = upto;
        }
        assert!(worst < 2.23 / 200.0, "{name}: {worst}");
    }
}

/// Mean and variance of 200,000 draws, within 4.5 standard errors (the variance's from the draws' fourth moment).
#[test]
fn draws_have_the_stated_mean_and_variance() {
    const COUNT: u32 = 200_000;
    let n = f64::from(COUNT);
    for (index, Case { name, distribution, .. }) in (0..).zip(cases()) {
        let keyed = Keyed::new(index, "moments");
        let draws: Vec<f64> = (0..COUNT).map(|i| distribution.sample(keyed.draw(i.into(), 0))).collect();
        let mean = distribution.mean().expect("every case has a mean");
        let variance = distribution.variance().expect("every case has a variance");
        let central =
            |power: i32| draws.iter().map(|x| crate::kernel::math::powi(x - mean, power)).sum::<f64>() / n;
        assert!(central(1).abs() <= 4.5 * sqrt(variance / n), "{name}: mean {mean}, off by {}", central(1));
        let error = sqrt((central(4) - central(2) * central(2)) / n);
        assert!(
            (central(2) - variance).abs() <= 4.5 * error,
            "{name}: variance {variance}, drawn {}",
            central(2)
        );
    }
}

#[test]
fn moments_match_closed_forms() {
    let moments = |distribution: Result<Distribution, ParameterError>| {
        let distribution = distribution.expect("valid");
        (distribution.mean().unwrap_or(f64::NAN), distribution.variance().unwrap_or(f64::NAN))
    };
    let euler_half = 0.886_226_925_452_758; // gamma(3/2)
    let expected = [
        (moments(Distribution::uniform(2.0, 8.0)), (5.0, 3.0)),
        (moments(Distribution::lognormal_mean_cv(10.0, 2.0)), (10.0, 400.0)),
        (moments(Distribution::pareto(2.0, 3.0)), (3.0, 3.0)),
        // At shape 1 and 2 the general formula is 0 / 0: ln and the plain integral take its place.
        (
            moments(Distribution::bounded_pareto(1.0, 2.0, 1.0)),
            (2.0 * log(2.0), 2.0 - 4.0 * log(2.0) * log(2.0)),
        ),
        (
            moments(Distribution::bounded_pareto(1.0, 2.0, 2.0)),
            (4.0 / 3.0, 8.0 / 3.0 * log(2.0) - 16.0 / 9.0),
        ),
        (moments(Distribution::weibull(1.0, 2.0)), (euler_half, 1.0 - euler_half * euler_half)),
        (moments(Distribution::gamma_mean_cv(3.0, 0.5)), (3.0, 2.25)),
        (moments(Distribution::erlang(4, 8.0)), (8.0, 16.0)),
        (moments(Distribution::hyperexponential(&[(1.0, 1.0), (1.0, 3.0)])), (2.0, 6.0)),
        (moments(Distribution::hyperexponential_mean_cv(2.0, 3.0)), (2.0, 36.0)),
        (moments(Distribution::empirical(vec![1.0, 2.0, 3.0, 6.0])), (3.0, 3.5)),
        // Half a normal: mean 1 / sqrt(2 pi), second moment 1/2.
        (
            moments(Distribution::normal(0.0, 1.0, Some(0.0))),
            (0.398_942_280_401_432_7, 0.5 - 0.5 / std::f64::consts::PI),
        ),
    ];
    for (i, ((mean, variance), (mean_expected, variance_expected))) in expected.into_iter().enumerate() {
        assert!(is_close(mean, mean_expected, 1e-12), "{i}: {mean} {mean_expected}");
        assert!(is_close(variance, variance_expected, 1e-11), "{i}: {variance} {variance_expected}");
    }
}

#[test]
fn infinite_moments_are_none() {
    let pareto = |shape| Distribution::pareto(1.0, shape).expect("valid");
    assert_eq!((pareto(1.0).mean(), pareto(1.0).variance()), (None, None));
    assert_eq!((pareto(1.5).mean(), pareto(1.5).variance()), (Some(3.0), None));
    let mixture = Distribution::mixture(vec![(1.0, pareto(0.9)), (1.0, pareto(3.0))]).expect("valid");
    assert_eq!((mixture.mean(), mixture.variance()), (None, None));
}

/// Uniforms over the body and both far tails, ascending.
fn uniforms() -> Vec<f64> {
    let keyed = Keyed::new(5, "uniforms");
    let least = 0.5 * f64::EPSILON;
    let mut uniforms: Vec<f64> = (0..3_000)
        .flat_map(|i| {
            let u = crate::kernel::random::unit(keyed.draw(i, 0));
            let tail = (u / (1_u64 << (i % 53)) as f64).max(least);
            [u, tail, 1.0 - tail.min(0.5)]
        })
        .collect();
    uniforms.extend([least, 1.0 - least, 0.5]);
    uniforms.sort_by(f64::total_cmp);
    uniforms
}

#[test]
fn draws_are_within_a_ten_millionth_of_the_exact_quantile_tails_included() {
    let extremes = [
        Distribution::gamma(0.01, 1.0),
        Distribution::gamma(0.1, 1.0),
        Distribution::gamma(1.0, 1.0),
        Distribution::gamma(9.999, 1.0),
        Distribution::gamma(10.0, 1.0),
        Distribution::gamma(1_000.0, 1.0),
        Distribution::gamma(1e6, 1.0),
        Distribution::lognormal_mean_cv(1.0, 30.0),
    ];
    let extremes = extremes.map(|made| ("extreme", made.expect("valid")));
    let inverted = cases().into_iter().filter(|case| !matches!(case.distribution.0, Family::Mixture(_)));
    for (name, distribution) in inverted.map(|case| (case.name, case.distribution)).chain(extremes) {
        // A normal value may pass through zero, so that its error is measured in standard deviations.
        let slack = if name.starts_with("normal") { 1e-10 * 2e6 } else { f64::MIN_POSITIVE };
        for &u in &uniforms() {
            let (drawn, exact) = (distribution.draw(u), distribution.quantile(u));
            assert!(
                (drawn - exact).abs() <= 1e-7 * exact.abs() + slack,
                "{distribution:?} {u:e}: {drawn:e} {exact:e}"
            );
        }
    }
}

/// At every jump-free point the distribution function undoes the quantile. What rounding allows is the density's
/// share of the value's last bit.
#[test]
fn quantile_and_distribution_function_undo_each_other() {
    for Case { name, distribution, cdf } in cases() {
        for &u in uniforms().iter().filter(|&&u| u > 1e-9) {
            let x = distribution.quantile(u);
            let just_below = x - (1e-9 * x).max(f64::MIN_POSITIVE);
            assert!(distribution.cdf(x) >= u - 1e-9, "{name} {u}: {}", distribution.cdf(x));
            assert!(distribution.cdf(just_below) <= u + 1e-8, "{name} {u}: {}", distribution.cdf(x));
            assert!(
                (distribution.cdf(x) - cdf(x)).abs() < 1e-12,
                "{name} {x}: {} {}",
                distribution.cdf(x),
                cdf(x)
            );
        }
    }
}

#[test]
fn quantiles_and_draws_never_fall_as_the_uniform_grows() {
    let uniforms = uniforms();
    for Case { name, distribution, .. } in cases() {
        let is_mixture = matches!(distribution.0, Family::Mixture(_));
        for pair in uniforms.windows(2) {
            let rises = |of: &dyn Fn(f64) -> f64| of(pair[1]) >= of(pair[0]) - 1e-15 * of(pair[0]).abs();
            assert!(rises(&|u| distribution.quantile(u)), "{name} {pair:?}");
            assert!(is_mixture || rises(&|u| distribution.draw(u)), "{name} {pair:?}");
        }
    }
}

/// Where two cells of a table meet, and where a table ends, the sides differ by rounding only.
#[test]
fn draws_never_fall_where_cells_meet() {
    for Case { name, distribution, .. } in cases() {
        if matches!(distribution.0, Family::Mixture(_)) {
            continue;
        }
        for cell in octaves::first_of(13)..=octaves::first_of(1) {
            for edge in [octaves::start(cell), 1.0 - octaves::start(cell)] {
                let (before, after) = (distribution.draw(edge.next_down()), distribution.draw(edge));
                assert!(after >= before - 1e-13 * before.abs(), "{name} {edge:e}: {before} {after}");
            }
        }
    }
}

/// The last uniforms, 2^-53 from either end, against closed forms: nothing is cut off before them.
#[test]
fn the_tails_reach_as_far_as_the_bits() {
    let last = |made: Result<Distribution, ParameterError>| made.expect("valid").sample(u64::MAX);
    let first = |made: Result<Distribution, ParameterError>| made.expect("valid").sample(0);
    let ln_2 = std::f64::consts::LN_2;
    let z = 8.209_536_151_601_387;
    let pairs = [
        (last(Distribution::exponential(2.0)), 106.0 * ln_2),
        (first(Distribution::exponential(1.0)), 0.5 * f64::EPSILON),
        (last(Distribution::pareto(1.0, 0.5)), pow(2.0, 106.0)),
        (last(Distribution::bounded_pareto(1.0, 1e6, 0.5)), 1e6),
        (first(Distribution::bounded_pareto(1.0, 1e6, 0.5)), 1.0),
        (last(Distribution::weibull(1.0, 0.5)), 53.0 * ln_2 * (53.0 * ln_2)),
        (last(Distribution::normal(0.0, 1.0, None)), z),
        (first(Distribution::normal(0.0, 1.0, None)), -z),
        (first(Distribution::normal(10.0, 2.0, Some(3.0))), 3.0),
        (last(Distribution::lognormal_median_p99(1.0, exp(2.326_347_874_040_841))), exp(z)),
        // Gamma of shape 1/2 and scale 2 is the square of a normal score, of twice the tail.
        (last(Distribution::gamma(0.5, 2.0)), 8.292_361_075_813_595 * 8.292_361_075_813_595),
        // The series at zero: P = x^3 / 3! for shape 3.
        (first(Distribution::erlang(3, 3.0)), pow(6.0 * 0.5 * f64::EPSILON, 1.0 / 3.0)),
    ];
    for (i, (drawn, expected)) in pairs.into_iter().enumerate() {
        assert!(is_close(drawn, expected, 1e-5), "{i}: {drawn} {expected}");
    }
    // Erlang of two phases has the tail e^-x (1 + x).
    let x = last(Distribution::erlang(2, 2.0));
    assert!(is_close(exp(-x) * (1.0 + x), 0.5 * f64::EPSILON, 1e-5));
}

#[test]
fn complemented_bits_are_antithetic() {
    let keyed = Keyed::new(9, "antithetic");
    let uniform = Distribution::uniform(0.0, 1.0).expect("valid");
    let normal = Distribution::normal(0.0, 1.0, None).expect("valid");
    for bits in (0..1_000).map(|i| keyed.draw(i, 0)) {
        assert_eq!(uniform.sample(bits) + uniform.sample(!bits), 1.0);
        assert_eq!(normal.sample(bits), -normal.sample(!bits));
    }
}

#[test]
fn mixtures_spend_one_uniform_on_branch_and_value() {
    let uniform = |low, high| Distribution::uniform(low, high).expect("valid");
    // Three quarters of 0..3 below a quarter of 3..4 is the uniform on 0..4, whatever the nesting.
    let inner =
        Distribution::mixture(vec![(1.0, uniform(0.0, 1.0)), (2.0, uniform(1.0, 3.0))]).expect("valid");
    let nested =
        Distribution::mixture(vec![(3.0, inner), (0.0, uniform(9.0, 10.0)), (1.0, uniform(3.0, 4.0))]);
    let nested = nested.expect("valid");
    for u in uniforms() {
        assert!((nested.draw(u) - 4.0 * u).abs() < 1e-15 * 16.0, "{u}: {}", nested.draw(u));
        assert!((nested.quantile(u) - 4.0 * u).abs() < 1e-15 * 16.0, "{u}: {}", nested.quantile(u));
    }
    let jumps = Distribution::mixture(vec![
        (0.5, uniform(0.0, 1.0)),
        (0.5, Distribution::constant(0.5).expect("valid")),
    ]);
    let jumps = jumps.expect("valid");
    assert_eq!([0.0, 0.25, 0.5, 0.75, 1.0].map(|u| jumps.quantile(u)), [0.0, 0.5, 0.5, 0.5, 1.0]);
}

#[test]
fn empirical_quantiles_are_observed_values() {
    let empirical = Distribution::empirical(vec![30.0, 10.0, 20.0, 40.0]).expect("valid");
    assert_eq!(
        [0.0, 0.25, 0.26, 0.5, 0.99, 1.0].map(|u| empirical.quantile(u)),
        [10.0, 10.0, 20.0, 20.0, 40.0, 40.0]
    );
}

#[test]
fn durations_are_whole_nanoseconds_within_bounds() {
    let constant = |value| Distribution::constant(value).expect("valid").duration(0);
    assert_eq!((constant(2.49), constant(2.5), constant(2.51)), (Duration(2), Duration(2), Duration(3)));
    assert_eq!(constant(4.6e15), Duration(4_600_000_000_000_000));
    assert_eq!((constant(-7.0), constant(0.4)), (Duration::ZERO, Duration::ZERO));
    assert_eq!(constant(1e30), Duration::MAX);
    assert_eq!(Distribution::pareto(1.0, 0.01).expect("valid").duration(u64::MAX), Duration::MAX);
}

#[test]
fn degenerate_spreads_are_constants() {
    let normal = Distribution::normal(3.0, 0.0, Some(1.0)).expect("valid");
    let lognormal = Distribution::lognormal_median_p99(3.0, 3.0).expect("valid");
    let uniform = Distribution::uniform(3.0, 3.0).expect("valid");
    for distribution in [normal, lognormal, uniform] {
        for bits in [0, 1 << 63, u64::MAX] {
            assert!(is_close(distribution.sample(bits), 3.0, 1e-15), "{distribution:?}");
        }
        assert!(
            is_close(distribution.quantile(0.0), 3.0, 1e-15)
                && is_close(distribution.quantile(1.0), 3.0, 1e-15)
        );
        assert_eq!((distribution.cdf(2.9), distribution.cdf(3.1)), (0.0, 1.0));
        assert!(distribution.variance().is_some_and(|variance| variance.abs() < 1e-15), "{distribution:?}");
    }
}

#[test]
fn impossible_parameters_are_named() {
    let valid = || Distribution::constant(1.0).expect("valid");
    let refused = [
        (Distribution::constant(f64::NAN), "value"),
        (Distribution::exponential(0.0), "mean"),
        (Distribution::exponential(f64::INFINITY), "mean"),
        (Distribution::uniform(2.0, 1.0), "high"),
        (Distribution::uniform(-1e308, 1e308), "high"),
        (Distribution::normal(1.0, -1.0, None), "sd"),
        (Distribution::normal(1.0, 1.0, Some(f64::NAN)), "min"),
        (Distribution::lognormal_median_p99(0.0, 1.0), "median"),
        (Distribution::lognormal_median_p99(2.0, 1.0), "p99"),
        (Distribution::lognormal_mean_cv(1.0, -1.0), "cv"),
        (Distribution::lognormal_mean_cv(1.0, 1e200), "cv"),
        (Distribution::pareto(1.0, 0.0), "shape"),
        (Distribution::bounded_pareto(2.0, 2.0, 1.0), "high"),
        (Distribution::weibull(-1.0, 1.0), "scale"),
        (Distribution::gamma(1e-9, 1.0), "shape"),
        (Distribution::gamma_mean_cv(1.0, 11.0), "cv"),
        (Distribution::erlang(0, 1.0), "k"),
        (Distribution::hyperexponential(&[]), "weight"),
        (Distribution::hyperexponential(&[(1.0, -1.0)]), "mean"),
        (Distribution::hyperexponential_mean_cv(1.0, 0.9), "cv"),
        (Distribution::empirical(vec![]), "samples"),
        (Distribution::empirical(vec![1.0, f64::NAN]), "samples"),
        (Distribution::mixture(vec![(0.0, valid())]), "weight"),
        (Distribution::mixture(vec![(-1.0, valid()), (2.0, valid())]), "weight"),
    ];
    for (made, parameter) in refused {
        assert_eq!(made.expect_err("must be refused").parameter, parameter);
    }
    let error = Distribution::exponential(-3.0).expect_err("must be refused");
    assert_eq!(error.to_string(), "mean must be above zero, not -3");
}
