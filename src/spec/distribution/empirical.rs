//! The samples of an empirical distribution, from a CSV file.

use super::read::Reader;
use super::{Measure, number};
use crate::spec::code::Code;
use crate::spec::diagnostic::Problem;
use crate::spec::suggest;

/// The samples in the column that the call names, or in the only one.
pub(super) fn samples(reader: &mut Reader<'_>) -> Option<Vec<f64>> {
    let text = reader.file("file")?;
    let column = reader.word("column").map(|(name, _)| name.to_string());
    match read(&text, column.as_deref(), reader.measure()) {
        Ok(samples) => Some(samples),
        Err((parameter, message)) => {
            let problem = Problem::new(Code::BadData, reader.span(parameter), message);
            reader.note(parameter, problem);
            None
        }
    }
}

/// The samples, or the parameter at fault and what is wrong.
fn read(text: &str, column: Option<&str>, measure: Measure) -> Result<Vec<f64>, (&'static str, String)> {
    let mut rows =
        csv::ReaderBuilder::new().has_headers(false).comment(Some(b'#')).from_reader(text.as_bytes());
    let (mut samples, mut index, mut unit) = (Vec::new(), 0, "");
    for (line, row) in rows.records().enumerate() {
        let row = row.map_err(|error| ("file", format!("is not a CSV file: {error}")))?;
        let field = row.get(index).unwrap_or("").trim();
        let is_header = line == 0 && (column.is_some() || measured(field, "", measure).is_err());
        if is_header {
            index = find_column(&row, column)?;
            unit = unit_of(&row[index], measure);
            continue;
        }
        let value = measured(row.get(index).unwrap_or("").trim(), unit, measure);
        samples.push(value.map_err(|problem| {
            let position = row.position().map_or(0, csv::Position::line);
            ("file", format!("has on line {position} a value that {problem}"))
        })?);
    }
    if samples.is_empty() {
        return Err(("file", "holds no values".to_string()));
    }
    Ok(samples)
}

fn find_column(header: &csv::StringRecord, column: Option<&str>) -> Result<usize, (&'static str, String)> {
    let Some(name) = column else {
        return match header.len() {
            1 => Ok(0),
            count => Err(("file", format!("has {count} columns: name one of them with column="))),
        };
    };
    header.iter().position(|field| field.trim() == name).ok_or_else(|| {
        ("column", format!("is not a column of the file, which has {}", suggest::one_of(header.iter())))
    })
}

/// The unit that a column's name gives to its bare numbers: `latency_ms`.
fn unit_of(header: &str, measure: Measure) -> &'static str {
    let suffix = header.trim().rsplit('_').next().unwrap_or("");
    let known = match measure {
        Measure::Durations => ["ns", "us", "ms", "s"].as_slice(),
        Measure::Sizes => &["bytes"],
        Measure::Numbers => &[],
    };
    match known.iter().copied().find(|unit| *unit == suffix) {
        Some("bytes") => "B",
        Some(unit) => unit,
        None => "",
    }
}

fn measured(field: &str, unit: &str, measure: Measure) -> Result<f64, String> {
    let bare = !unit.is_empty() && number(field).is_ok();
    let text = if bare { format!("{field}{unit}") } else { field.to_string() };
    measure.value(&text).map_err(|problem| problem.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_bare_numbers_takes_its_unit_from_the_name() {
        let file = "op,latency_ms\nread,1.5\nwrite,2\n";
        assert_eq!(read(file, Some("latency_ms"), Measure::Durations), Ok(vec![1_500_000.0, 2_000_000.0]));
    }

    #[test]
    fn one_column_needs_no_name_and_no_header() {
        assert_eq!(read("1ms\n\n# later\n2us\n", None, Measure::Durations), Ok(vec![1_000_000.0, 2_000.0]));
        assert_eq!(read("jobs\n1\n2.5\n", None, Measure::Numbers), Ok(vec![1.0, 2.5]));
    }

    #[test]
    fn bad_data_names_its_line_or_its_columns() {
        let error = |file: &str, column| read(file, column, Measure::Durations).expect_err("bad").1;
        assert_eq!(error("1ms\n7\n", None), "has on line 2 a value that needs a unit: 7 could be ms or s");
        assert_eq!(error("a,b\n1,2\n", None), "has 2 columns: name one of them with column=");
        assert_eq!(error("a,b\n1,2\n", Some("c")), "is not a column of the file, which has `a` or `b`");
        assert_eq!(error("latency_ms\n", None), "holds no values");
    }
}
