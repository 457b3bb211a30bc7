//! Accuracy of the portable functions, against double-double arithmetic, `libm` and 40-digit reference values.

use super::double_double::{DoubleDouble, exp_small, ln_near_one};
use super::*;

/// A plain 64-bit mixing generator (splitmix64, Steele et al. 2014): the tests' own source of arguments.
struct Arguments(u64);

impl Arguments {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 * (0.5_f64 / (1_u64 << 52) as f64))
    }

    /// Any positive finite number, subnormal ones included, each exponent as likely.
    fn positive(&mut self) -> f64 {
        loop {
            let x = f64::from_bits(self.next() >> 1);
            if x.is_finite() && x > 0.0 {
                return x;
            }
        }
    }
}

/// How many units in the last place `value` is from the exact `reference`.
fn ulps(value: f64, reference: DoubleDouble) -> f64 {
    let size = reference.hi.abs();
    let unit = f64::from_bits(size.to_bits() + 1) - size;
    ((value - reference.hi) - reference.lo).abs() / unit
}

fn ln_exact(x: f64) -> DoubleDouble {
    let mut z = x;
    let mut exponent = 0.0;
    while z > 1.5 {
        z *= 0.5;
        exponent += 1.0;
    }
    while z < 0.75 {
        z *= 2.0;
        exponent -= 1.0;
    }
    ln_near_one(2.0).times(DoubleDouble::new(exponent)).add(ln_near_one(z))
}

/// For results in the normal range.
fn exp_exact(x: DoubleDouble) -> DoubleDouble {
    let ln_2 = ln_near_one(2.0);
    let exponent = (x.hi / ln_2.hi).round();
    let rest = x.add(ln_2.times(DoubleDouble::new(-exponent)));
    let power = exp_small(rest);
    let half = (exponent / 2.0).floor();
    let scale = |e: f64| f64::from_bits(((e as i64 + 1023) as u64) << 52);
    let scaled = |part: f64| part * scale(half) * scale(exponent - half);
    DoubleDouble { hi: scaled(power.hi), lo: scaled(power.lo) }
}

fn is_close(value: f64, expected: f64, relative: f64) -> bool {
    (value - expected).abs() <= relative * expected.abs()
}

#[test]
fn ln_is_within_two_thirds_of_a_unit() {
    let mut arguments = Arguments(1);
    let mut worst = 0.0_f64;
    for _ in 0..20_000 {
        for x in [arguments.positive(), arguments.between(0.5, 2.0), arguments.between(0.98, 1.02)] {
            worst = worst.max(ulps(ln(x), ln_exact(x)));
        }
        let beside_one = 1.0 + arguments.between(-1.0, 1.0) / (1_u64 << (arguments.next() % 53)) as f64;
        if beside_one > 0.0 && beside_one != 1.0 {
            worst = worst.max(ulps(ln(beside_one), ln_exact(beside_one)));
        }
    }
    assert!(worst < 0.66, "{worst}");
}

#[test]
fn exp_is_nearly_correctly_rounded() {
    let mut arguments = Arguments(2);
    let mut worst = 0.0_f64;
    for _ in 0..20_000 {
        for x in
            [arguments.between(-708.0, 709.7), arguments.between(-2.0, 2.0), arguments.between(-1e-3, 1e-3)]
        {
            worst = worst.max(ulps(exp(x), exp_exact(DoubleDouble::new(x))));
        }
    }
    assert!(worst < 0.51, "{worst}");
}

#[test]
fn pow_is_nearly_correctly_rounded() {
    let mut arguments = Arguments(3);
    let mut worst = 0.0_f64;
    for _ in 0..40_000 {
        let x = if arguments.next() & 1 == 0 { arguments.positive() } else { arguments.between(0.3, 3.0) };
        let y = arguments.between(-700.0, 700.0) / ln(x).abs().max(1e-3);
        let ln = ln_exact(x);
        let exact = exp_exact(ln.times(DoubleDouble::new(y)));
        worst = worst.max(ulps(pow(x, y), exact));
    }
    assert!(worst < 0.51, "{worst}");
}

#[test]
fn ln_and_exp_agree_with_libm_to_one_last_bit() {
    let mut arguments = Arguments(4);
    for _ in 0..100_000 {
        let (x, y) = (arguments.positive(), arguments.between(-745.2, 709.8));
        let apart = |a: f64, b: f64| a.to_bits().abs_diff(b.to_bits());
        assert!(apart(ln(x), libm::log(x)) <= 1, "ln {x:e}");
        assert!(apart(exp(y), libm::exp(y)) <= 1, "exp {y:e}");
    }
}

#[test]
fn edges_follow_the_standard() {
    let least = f64::from_bits(1);
    assert_eq!(ln(1.0), 0.0);
    assert_eq!((ln(0.0), ln(-0.0)), (f64::NEG_INFINITY, f64::NEG_INFINITY));
    assert_eq!(ln(f64::INFINITY), f64::INFINITY);
    assert!(
        ln(-1.0).is_nan() && ln(f64::NEG_INFINITY).is_nan() && ln(f64::NAN).is_nan() && ln(-least).is_nan()
    );
    for x in [least, f64::MIN_POSITIVE, f64::from_bits(0x000f_ffff_ffff_ffff), f64::MAX] {
        assert_eq!(ln(x), libm::log(x), "{x:e}");
    }
    assert_eq!((exp(0.0), exp(-0.0), exp(least)), (1.0, 1.0, 1.0));
    assert_eq!((exp(f64::INFINITY), exp(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
    assert!(exp(f64::NAN).is_nan());
    let (last_finite, last_above_zero) = (709.782_712_893_384, -745.133_219_101_941_1);
    assert!(exp(last_finite).is_finite() && exp(last_finite.next_up()) == f64::INFINITY);
    assert!(exp(last_above_zero) == least && exp(last_above_zero.next_down()) == 0.0);
}

#[test]
fn powers_at_the_edges_follow_c() {
    assert_eq!((pow(f64::NAN, 0.0), pow(1.0, f64::NAN)), (1.0, 1.0));
    assert_eq!((pow(0.0, 2.0), pow(0.0, -2.0)), (0.0, f64::INFINITY));
    assert_eq!((pow(f64::INFINITY, 0.5), pow(f64::INFINITY, -0.5)), (f64::INFINITY, 0.0));
    assert_eq!((pow(2.0, f64::INFINITY), pow(0.5, f64::INFINITY)), (f64::INFINITY, 0.0));
    assert_eq!((pow(2.0, 1e300), pow(2.0, -1e300), pow(2.0, 1e-300)), (f64::INFINITY, 0.0, 1.0));
    assert!(pow(-2.0, 2.0).is_nan() && pow(f64::NAN, 1.0).is_nan() && pow(2.0, f64::NAN).is_nan());
    assert_eq!((pow(4.0, 0.5), pow(10.0, 9.0), pow(2.0, -1074.0)), (2.0, 1e9, f64::from_bits(1)));
    assert_eq!(
        (powi(-3.0, 3), powi(2.0, -2), powi(0.0, 0), powi(2.0, 1023)),
        (-27.0, 0.25, 1.0, pow(2.0, 1023.0))
    );
    assert_eq!(powi(2.0, i32::MIN), 0.0);
}

#[test]
fn powi_stays_near_pow() {
    let mut arguments = Arguments(5);
    for _ in 0..20_000 {
        let (x, n) = (arguments.between(0.5, 2.0), (arguments.next() % 601) as i32 - 300);
        assert!(is_close(powi(x, n), pow(x, f64::from(n)), 1.2e-16 * f64::from(n.abs() + 1)), "{x} ^ {n}");
    }
}

#[test]
fn inverse_normal_matches_forty_digit_values() {
    let expected = [
        (1e-300, -37.0470962993612),
        (1e-100, -21.273453560965326),
        (1e-20, -9.262340089798407),
        (1.1102230246251565e-16, -8.209536151601387),
        (1e-12, -7.034483825301132),
        (1e-06, -4.753424308822899),
        (0.001, -3.0902323061678136),
        (0.01, -2.326347874040841),
        (0.0749, -1.4402382675279637),
        (0.0751, -1.43882539275254),
        (0.25, -0.6744897501960817),
        (0.4999, -0.00025066283008800747),
        (0.6, 0.2533471031357997),
        (0.95, 1.6448536269514722),
        (0.99, 2.3263478740408408),
        (0.999999, 4.753424308817087),
        (0.9999999999999999, 8.209536151601387),
    ];
    for (u, z) in expected {
        assert!(is_close(inverse_normal_cdf(u), z, 1e-15), "{u}: {} {z}", inverse_normal_cdf(u));
    }
    assert_eq!(inverse_normal_cdf(0.5), 0.0);
    assert_eq!((inverse_normal_cdf(0.0), inverse_normal_cdf(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    assert!([-0.1, 1.1, f64::NAN].iter().all(|&u| inverse_normal_cdf(u).is_nan()));
}

#[test]
fn normal_cdf_matches_the_error_function_and_undoes_the_quantile() {
    let mut arguments = Arguments(6);
    for _ in 0..20_000 {
        let z = arguments.between(-37.0, 8.0);
        let expected = 0.5 * libm::erfc(-z / 2.0_f64.sqrt());
        assert!(is_close(normal_cdf(z), expected, 1e-12), "{z}: {} {expected}", normal_cdf(z));
        assert!((inverse_normal_cdf(normal_cdf(-z.abs())) + z.abs()).abs() < 1e-14 * z.abs().max(1.0), "{z}");
    }
    assert_eq!((normal_cdf(f64::NEG_INFINITY), normal_cdf(0.0), normal_cdf(f64::INFINITY)), (0.0, 0.5, 1.0));
}

#[test]
fn ln_gamma_matches_forty_digit_values() {
    let expected = [
        (1e-300, 690.7755278982137),
        (0.001, 6.907178885383853),
        (0.5, 0.5723649429247001),
        (0.9, 0.06637623973474295),
        (1.0, 0.0),
        (1.5, -0.12078223763524522),
        (2.0, 0.0),
        (2.0000001, 4.227843666532498e-08),
        (3.7, 1.428072326665388),
        (9.9, 12.57717990421988),
        (10.0, 12.801827480081469),
        (10.1, 13.027526738633236),
        (171.0, 706.5730622457874),
        (1000000.0, 12815504.569147611),
        (1e+100, 2.2925850929940456e+102),
    ];
    for (x, y) in expected {
        assert!((ln_gamma(x) - y).abs() < 1e-14_f64.max(1e-15 * y), "{x}: {} {y}", ln_gamma(x));
    }
    assert_eq!((ln_gamma(0.0), ln_gamma(f64::INFINITY)), (f64::INFINITY, f64::INFINITY));
    assert!(ln_gamma(-1.5).is_nan() && ln_gamma(f64::NAN).is_nan());
}

#[test]
fn incomplete_gamma_matches_forty_digit_values() {
    let expected = [
        (0.01, 1e-05, 0.8963367982671973, 0.1036632017328028),
        (0.01, 0.5, 0.9943732438060329, 0.0056267561939671844),
        (0.5, 0.1, 0.345279153981423, 0.654720846018577),
        (0.5, 3.0, 0.9856941215645704, 0.01430587843542964),
        (1.0, 1e-09, 9.999999995e-10, 0.999999999),
        (2.5, 2.0, 0.4505840486472198, 0.5494159513527802),
        (2.5, 9.0, 0.9970535954121197, 0.0029464045878802906),
        (9.9, 30.0, 0.9999936827807832, 6.3172192168930324e-06),
        (10.0, 3.0, 0.0011024881301154798, 0.9988975118698845),
        (10.0, 10.0, 0.5420702855281478, 0.4579297144718522),
        (10.0, 40.0, 0.9999999960740678, 3.925932226286188e-09),
        (100.0, 50.0, 3.200065324585125e-10, 0.9999999996799934),
        (100.0, 99.0, 0.473304330399461, 0.526695669600539),
        (100.0, 101.0, 0.5528962934345113, 0.44710370656548876),
        (100.0, 180.0, 0.999999999970517, 2.948294557648285e-11),
        (10000.0, 9700.0, 0.001234175584468492, 0.9987658244155315),
        (10000.0, 10500.0, 0.9999995724127545, 4.2758724550596475e-07),
        (1000000.0, 995000.0, 2.749580359270071e-07, 0.9999997250419641),
        (1000000.0, 1000001.5, 0.5007313934583929, 0.49926860654160715),
        (1000000.0, 1006000.0, 0.9999999989402603, 1.0597397352843812e-09),
    ];
    for (shape, x, p, q) in expected {
        assert!(is_close(gamma_p(shape, x), p, 1e-12), "P({shape}, {x}): {} {p}", gamma_p(shape, x));
        assert!(is_close(gamma_q(shape, x), q, 1e-12), "Q({shape}, {x}): {} {q}", gamma_q(shape, x));
    }
    assert_eq!((gamma_p(2.0, 0.0), gamma_q(2.0, 0.0)), (0.0, 1.0));
    assert_eq!((gamma_p(2.0, f64::INFINITY), gamma_q(2.0, f64::INFINITY)), (1.0, 0.0));
}

/// The results' bits, not only their values, are part of what a seed means: a change here changes every run.
#[test]
fn results_are_frozen_bit_for_bit() {
    let mut arguments = Arguments(7);
    let mut hasher = blake3::Hasher::new();
    for _ in 0..10_000 {
        let (x, y, u) = (arguments.positive(), arguments.between(-745.0, 709.0), arguments.between(0.0, 1.0));
        let results = [
            ln(x),
            ln(0.98 + 0.04 * u),
            exp(y),
            pow(u * 5.0, y / 50.0),
            inverse_normal_cdf(u),
            ln_gamma(u * 30.0),
        ];
        results.iter().for_each(|result| {
            hasher.update(&result.to_bits().to_le_bytes());
        });
    }
    assert_eq!(&hasher.finalize().to_hex()[..16], "915034b53f007d01");
}

#[test]
fn sines_and_cosines_are_within_two_units_of_one_over_many_turns() {
    let mut arguments = Arguments(11);
    for turn in [0.001, 0.8, 3.2, 7.0, 9_999.0] {
        for _ in 0..5_000 {
            let x = arguments.between(-turn, turn);
            let apart = (sin(x) - libm::sin(x)).abs().max((cos(x) - libm::cos(x)).abs());
            assert!(apart <= 2.0 * f64::EPSILON, "{x}: {apart:e} apart");
        }
    }
    assert_eq!((sin(0.0), cos(0.0)), (0.0, 1.0));
}

#[test]
fn the_arcus_sine_is_within_eight_units_and_knows_its_ends() {
    let mut arguments = Arguments(12);
    for size in [1e-9, 0.01, 0.7, 1.0] {
        for _ in 0..5_000 {
            let x = arguments.between(-size, size);
            assert!(
                is_close(asin(x), libm::asin(x), 8.0 * f64::EPSILON),
                "{x}: {} {}",
                asin(x),
                libm::asin(x)
            );
        }
    }
    let quarter = std::f64::consts::FRAC_PI_2;
    assert_eq!([asin(0.0), asin(1.0), asin(-1.0), asin(1.000001)], [0.0, quarter, -quarter, quarter]);
}
