//! Quantities written short: to four significant digits, in one way each.

use super::Dimension;

/// A quantity of this kind, given in its base unit ([`super::base_value`]), to four significant digits: `812.5/s`, `1.234ms`, `12.5%`. What is
/// whole by nature (nanoseconds, bytes, bits) stays whole.
pub fn rounded(value: f64, dimension: Dimension) -> String {
    match dimension {
        Dimension::Rate => four_digits(value) + "/s",
        Dimension::Ratio => four_digits(value * 100.0) + "%",
        Dimension::Ppm => four_digits(value) + "ppm",
        Dimension::Bytes => whole(value) + "B",
        Dimension::Bandwidth => whole(value) + "bit/s",
        Dimension::Duration => {
            let size = nearest(value).abs();
            match [(1e9, "s"), (1e6, "ms"), (1e3, "us")].into_iter().find(|(unit, _)| size >= *unit) {
                Some((unit, name)) => four_digits(value / unit) + name,
                None => whole(value) + "ns",
            }
        }
    }
}

/// A number to four significant digits, without an exponent: `812.5`, `0.01234`, `123400`.
pub fn four_digits(value: f64) -> String {
    nearest(value).to_string()
}

/// The same, rounded to a whole number.
fn whole(value: f64) -> String {
    nearest(value).round().to_string()
}

/// The nearest number of four significant digits.
fn nearest(value: f64) -> f64 {
    // Decimal digits are written and read exactly, on every machine; a sign without a size is none.
    format!("{value:.3e}").parse::<f64>().expect("a float reads back") + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::units::base_value;

    #[test]
    fn quantities_are_written_to_four_digits_and_read_back() {
        let of = [
            (812.54, Dimension::Rate, "812.5/s"),
            (0.012_345_6, Dimension::Rate, "0.01235/s"),
            (1_234_567.0, Dimension::Rate, "1235000/s"),
            (1_234_567.0, Dimension::Duration, "1.235ms"),
            (999_960.0, Dimension::Duration, "1ms"),
            (123.4, Dimension::Duration, "123ns"),
            (90e9, Dimension::Duration, "90s"),
            (-2.5e9, Dimension::Duration, "-2.5s"),
            (0.123_456, Dimension::Ratio, "12.35%"),
            (70_000.0, Dimension::Bytes, "70000B"),
            (1_234_567.0, Dimension::Bandwidth, "1235000bit/s"),
            (50.126, Dimension::Ppm, "50.13ppm"),
        ];
        for (value, dimension, text) in of {
            assert_eq!(rounded(value, dimension), text);
            let (found, back) = base_value(text).expect("it is a quantity");
            assert_eq!((found, rounded(back, dimension).as_str()), (dimension, text), "it stays as it is");
        }
        assert_eq!(four_digits(-0.0), "0");
    }
}
