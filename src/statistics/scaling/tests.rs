//! Curves whose law is known, with noise and without.

use super::*;
use crate::kernel::Stream;
use crate::kernel::math::inverse_normal_cdf;

const NS: [f64; 6] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];

fn curve(law: LawFit, ns: &[f64]) -> Vec<(f64, f64)> {
    ns.iter().map(|n| (*n, law.rate(*n))).collect()
}

fn law(law: Law, one: f64, contention: f64, coherency: f64) -> LawFit {
    LawFit { law, one, contention, coherency }
}

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * expected.abs().max(1e-3)
}

#[test]
fn what_lies_on_a_law_has_its_parameters() {
    let laws = [
        law(Law::Amdahl, 120.0, 0.05, 0.0),
        law(Law::Amdahl, 3e-7, 0.0, 0.0),
        law(Law::Amdahl, 2.0, 1.0, 0.0),
        law(Law::Gustafson, 95.0, 0.2, 0.0),
        law(Law::Gustafson, 95.0, -0.1, 0.0),
        law(Law::Universal, 955.16, 0.02, 0.0005),
        law(Law::Universal, 10.0, 0.0, 0.0),
        law(Law::Universal, 10.0, -0.01, 0.001),
        // A Raft leader that pays for each replica: one / n.
        law(Law::Universal, 50_000.0, 1.0, 1.0),
    ];
    for ns in [&NS[..], &[3.0, 5.0, 7.0, 9.0], &[8.0, 2.0, 4.0, 0.5]] {
        for exact in laws {
            let found = exact.law.fit(&curve(exact, ns)).unwrap_or_else(|| panic!("{exact:?} at {ns:?}"));
            let is_near = near(found.one, exact.one)
                && near(found.contention, exact.contention)
                && near(found.coherency, exact.coherency);
            assert!(is_near && found.law == exact.law, "{exact:?} at {ns:?}: {found:?}");
        }
    }
}

#[test]
fn the_peak_is_where_the_rate_is_the_greatest() {
    let falls_back = law(Law::Universal, 1.0, 0.02, 0.0005);
    let peak = falls_back.peak().expect("pairs cost");
    // The root of 0.98 / 0.0005.
    assert!((peak - 44.272).abs() < 1e-3, "{peak}");
    let rates = [0.99, 1.0, 1.01].map(|share| falls_back.rate(share * peak));
    assert!(rates[0] < rates[1] && rates[2] < rates[1], "{rates:?}");
    assert_eq!(law(Law::Universal, 1.0, 0.02, 0.0).peak(), None);
    assert_eq!(law(Law::Universal, 1.0, 1.5, 0.5).peak(), Some(0.0));
}

#[test]
fn what_no_law_describes_has_none_rather_than_a_wrong_number() {
    for one in [Law::Amdahl, Law::Gustafson, Law::Universal] {
        let none = |points: &[(f64, f64)]| assert_eq!(one.fit(points), None, "{one:?} of {points:?}");
        none(&[]);
        none(&[(1.0, 5.0)]);
        none(&[(4.0, 5.0), (4.0, 6.0), (4.0, 7.0)]);
        none(&[(1.0, 5.0), (2.0, f64::NAN), (3.0, 7.0), (4.0, 8.0)]);
        none(&[(1.0, 5.0), (2.0, 0.0), (3.0, 7.0), (4.0, 8.0)]);
        none(&[(0.0, 5.0), (2.0, 6.0), (3.0, 7.0), (4.0, 8.0)]);
        none(&[(1.0, 5.0), (2.0, f64::INFINITY), (3.0, 7.0), (4.0, 8.0)]);
    }
    assert_eq!(Law::Universal.fit(&[(1.0, 5.0), (2.0, 6.0)]), None);
    // The same rate whatever N, and one that falls: all of it is serial, and more than all.
    let flat = Law::Amdahl.fit(&NS.map(|n| (n, 7.0))).expect("it is described");
    assert!(near(flat.contention, 1.0) && near(flat.one, 7.0), "{flat:?}");
    let falls = Law::Amdahl.fit(&NS.map(|n| (n, 7.0 / n.sqrt()))).expect("it is described");
    assert!(falls.contention > 1.0, "{falls:?}");
}

/// Of three points a universal law goes through each, and of more it goes where no other is closer.
#[test]
fn no_law_nearby_is_closer() {
    let odd: Vec<(f64, f64)> =
        NS.iter().zip([10.0, 19.0, 39.0, 60.0, 61.0, 44.0]).map(|(n, x)| (*n, x)).collect();
    let squares = |fit: &LawFit| -> f64 {
        let residual = |(n, rate): &(f64, f64)| 1.0 - fit.rate(*n) / rate;
        odd.iter().map(residual).map(|residual| residual * residual).sum()
    };
    for one in [Law::Amdahl, Law::Gustafson, Law::Universal] {
        let found = one.fit(&odd).expect("it is near");
        for (more, by) in [(0, 1e-3), (0, -1e-3), (1, 1e-3), (1, -1e-3), (2, 1e-3), (2, -1e-3)] {
            let mut other = found;
            match more {
                0 => other.one *= 1.0 + by,
                1 => other.contention += by,
                _ if one == Law::Universal => other.coherency += by / 10.0,
                _ => continue,
            }
            assert!(squares(&other) > squares(&found), "{one:?}: {other:?} is closer than {found:?}");
        }
    }
    let through = Law::Universal.fit(&odd[..3]).expect("it is near");
    assert!(odd[..3].iter().all(|(n, rate)| near(through.rate(*n), *rate)), "{through:?}");
}

/// Of 400 intervals of 95 % some 20 miss: 368 to 392 are three standard deviations.
#[test]
fn intervals_cover_the_parameters_and_a_law_that_holds_is_rarely_refuted() {
    let laws = [
        law(Law::Amdahl, 120.0, 0.05, 0.0),
        law(Law::Gustafson, 95.0, 0.2, 0.0),
        law(Law::Universal, 1_000.0, 0.03, 0.0008),
    ];
    for truth in laws {
        let (mut covered, mut refuted) = ([0; 4], 0);
        for case in 0..400 {
            let mut stream = Stream::new(case, "scaling", "test");
            let mut normal = || inverse_normal_cdf(stream.unit().clamp(1e-12, 1.0 - 1e-12));
            let curves: Vec<Vec<(f64, f64)>> = (0..8)
                .map(|_| {
                    // What points of one seed share, and what each has by itself.
                    let shared = 1.0 + 0.01 * normal();
                    let noisy = |(n, rate): (f64, f64)| (n, rate * shared * (1.0 + 0.01 * normal()));
                    curve(truth, &NS).into_iter().map(noisy).collect()
                })
                .collect();
            let found = truth.law.estimate(&curves, 0.95).expect("it is near");
            let covers = |estimate: Option<Estimate>, truth: f64| {
                estimate.is_some_and(|estimate| estimate.low <= truth && truth <= estimate.high)
            };
            let told = [
                covers(found.of(|fit| Some(fit.one)), truth.one),
                covers(Some(found.contention), truth.contention),
                covers(found.coherency, truth.coherency),
                covers(found.of(LawFit::peak), truth.peak().unwrap_or(0.0)),
            ];
            covered.iter_mut().zip(told).for_each(|(count, told)| *count += u32::from(told));
            let misfit = found.misfit.expect("there are more N than parameters");
            refuted += u32::from(!covers(Some(misfit.residual), 0.0));
        }
        let parameters = if truth.law == Law::Universal { &covered[..] } else { &covered[..2] };
        assert!(parameters.iter().all(|count| (368..=392).contains(count)), "{truth:?}: {covered:?}");
        assert!(refuted <= 32, "{truth:?}: {refuted} of 400 were refuted");
    }
}

#[test]
fn a_law_that_does_not_hold_is_told_by_its_misfit() {
    let exact = curve(law(Law::Universal, 100.0, 0.02, 0.002), &NS);
    let curves: Vec<Vec<(f64, f64)>> =
        [1.0, 1.001, 0.999].map(|by| exact.iter().map(|(n, rate)| (*n, rate * by)).collect()).to_vec();
    let amdahl = Law::Amdahl.estimate(&curves, 0.95).and_then(|found| found.misfit).expect("six points");
    assert!(
        amdahl.residual.value.abs() > 0.1 && amdahl.residual.low * amdahl.residual.high > 0.0,
        "{amdahl:?}"
    );
    let universal = Law::Universal.estimate(&curves, 0.95).expect("six points");
    assert!(universal.misfit.is_some_and(|misfit| misfit.residual.value.abs() < 1e-9), "{universal:?}");
    let few: Vec<Vec<(f64, f64)>> = curves.iter().map(|curve| curve[..3].to_vec()).collect();
    assert_eq!(Law::Universal.estimate(&few, 0.95).expect("three points").misfit, None);
    assert_eq!(Law::Amdahl.estimate(&curves[..1], 0.95), None, "one curve has no interval");
    let mut broken = curves;
    broken[1][2].1 = f64::NAN;
    assert_eq!(Law::Amdahl.estimate(&broken, 0.95).map(|found| found.without), Some(1));
}
