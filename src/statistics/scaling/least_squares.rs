//! Linear least squares of a few columns.

/// A column of which less than this share is left by those before it does not differ from them.
const LEFT_MIN: f64 = 1e-9;

/// The multiples of the columns whose sum lies closest to `wanted`; `None` if a column is, to rounding, a sum of others.
///
/// By modified Gram-Schmidt (A. Bjorck, *Solving linear least squares problems by Gram-Schmidt orthogonalization*, BIT 7, 1967), which keeps
/// twice the digits that normal equations do.
pub(super) fn least_squares(mut columns: Vec<Vec<f64>>, mut wanted: Vec<f64>) -> Option<Vec<f64>> {
    let count = columns.len();
    let mut triangle = vec![vec![0.0; count]; count];
    let mut found = vec![0.0; count];
    let lengths: Vec<f64> = columns.iter().map(|column| product(column, column).sqrt()).collect();
    for place in 0..count {
        let length = product(&columns[place], &columns[place]).sqrt();
        if !length.is_finite() || length <= LEFT_MIN * lengths[place] {
            return None;
        }
        let unit: Vec<f64> = columns[place].iter().map(|entry| entry / length).collect();
        triangle[place][place] = length;
        for other in place + 1..count {
            triangle[place][other] = take(&unit, &mut columns[other]);
        }
        found[place] = take(&unit, &mut wanted);
    }
    for place in (0..count).rev() {
        let known: f64 = (place + 1..count).map(|other| triangle[place][other] * found[other]).sum();
        found[place] = (found[place] - known) / triangle[place][place];
    }
    Some(found)
}

fn product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// Takes what a column has of a unit vector from it, and says how much that was.
fn take(unit: &[f64], column: &mut [f64]) -> f64 {
    let share = product(unit, column);
    column.iter_mut().zip(unit).for_each(|(entry, unit)| *entry -= share * unit);
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line through (0, 6), (1, 0) and (2, 0): 5 - 3 x, as every textbook has it.
    #[test]
    fn a_line_through_three_points() {
        let found = least_squares(vec![vec![1.0; 3], vec![0.0, 1.0, 2.0]], vec![6.0, 0.0, 0.0]);
        let found = found.expect("the columns differ");
        assert!((found[0] - 5.0).abs() < 1e-12 && (found[1] + 3.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn columns_that_say_the_same_have_no_answer() {
        let twice = vec![vec![1.0, 2.0, 3.0], vec![2.0, 4.0, 6.0]];
        assert_eq!(least_squares(twice, vec![1.0, 0.0, 1.0]), None);
        assert_eq!(least_squares(vec![vec![0.0; 3]], vec![1.0; 3]), None);
    }
}
