//! Medians by order statistics: sound whatever the law of the values, and exact for few.

use crate::kernel::math::{exp, ln, ln_gamma};

use super::Estimate;

/// The probability that fewer than `k` of `n` tosses of a fair coin fall heads.
fn fewer_heads(k: usize, n: usize) -> f64 {
    let whole = ln_gamma(n as f64 + 1.0) - n as f64 * ln(2.0);
    let of = |heads: usize| exp(whole - ln_gamma(heads as f64 + 1.0) - ln_gamma((n - heads) as f64 + 1.0));
    (0..k.min(n + 1)).map(of).sum::<f64>().min(1.0)
}

/// The median, with the interval between the k-th least and the k-th greatest for the greatest k that covers it with this confidence
/// whatever the law (H. A. David and H. N. Nagaraja, *Order Statistics*, third edition, 2003, section 7.1). `None` if there are too few
/// values: six are needed for 95 %.
pub(super) fn median(values: &[f64], confidence: f64) -> Option<Estimate> {
    let n = values.len();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tail = (1.0 - confidence) / 2.0;
    let k = (1..=n / 2).take_while(|&k| fewer_heads(k, n) <= tail).last()?;
    let middle = if n % 2 == 1 { sorted[n / 2] } else { sorted[n / 2 - 1] / 2.0 + sorted[n / 2] / 2.0 };
    Some(Estimate { value: middle, low: sorted[k - 1], high: sorted[n - k] })
}

/// The two-sided p-value of the sign test that the median of these differences is nought; those that are count for neither.
pub(super) fn sign_test(differences: &[f64]) -> f64 {
    let count = |is_it: fn(&f64) -> bool| differences.iter().filter(|value| is_it(value)).count();
    let (above, below) = (count(|value| *value > 0.0), count(|value| *value < 0.0));
    (2.0 * fewer_heads(above.min(below) + 1, above + below)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_counted_as_by_hand() {
        assert!((fewer_heads(1, 6) - 1.0 / 64.0).abs() < 1e-14);
        assert!((fewer_heads(3, 10) - 56.0 / 1024.0).abs() < 1e-14);
        assert!((fewer_heads(11, 10) - 1.0).abs() < 1e-12);
    }

    /// Printed tables of the sign test (Gibbons and Chakraborti, table G): of 10 values the second and the ninth for 95 %,
    /// of 30 the tenth and the twenty-first.
    #[test]
    fn intervals_lie_between_the_ranks_of_tables() {
        let up_to = |n: u32| (1..=n).map(f64::from).collect::<Vec<_>>();
        assert_eq!(median(&up_to(10), 0.95), Some(Estimate { value: 5.5, low: 2.0, high: 9.0 }));
        assert_eq!(median(&up_to(30), 0.95), Some(Estimate { value: 15.5, low: 10.0, high: 21.0 }));
        assert_eq!(median(&up_to(6), 0.95), Some(Estimate { value: 3.5, low: 1.0, high: 6.0 }));
        assert_eq!(median(&up_to(5), 0.95), None);
    }

    #[test]
    fn signs_decide_and_ties_do_not() {
        assert!((sign_test(&[1.0, 2.0, 3.0, 1.0, 5.0, 6.0, 0.0]) - 2.0 / 64.0).abs() < 1e-14);
        assert_eq!(sign_test(&[0.0, 0.0]), 1.0);
        assert_eq!(sign_test(&[1.0, -1.0, 2.0, -2.0]), 1.0);
    }
}
