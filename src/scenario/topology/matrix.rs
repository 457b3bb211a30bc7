//! A CSV matrix: the delay of every ordered pair of regions, one way (`one_way`) or half of what a ping measured
//! (`rtt_avg_ms`).

use std::collections::BTreeMap;

use crate::kernel::Duration;
use crate::spec::{suggest, units, write};

/// Most sites of a matrix.
pub const SITES_MAX: usize = 10_000;

/// In which column a matrix has its delays, and as what.
#[derive(Clone, Copy)]
enum Delays {
    /// With a unit.
    OneWay,
    /// Milliseconds there and back.
    RoundTrip,
}

/// Whether the text is a list of links, and no matrix.
pub fn is_list_of_links(text: &str) -> bool {
    let header = text.lines().next().unwrap_or_default();
    super::links::is_list(header.trim_start_matches('\u{feff}').split(',').map(str::trim))
}

/// That a file has the columns of neither a matrix nor a list of links.
fn not_a_matrix(header: &csv::StringRecord) -> String {
    let columns: Vec<&str> = header.iter().collect();
    let found = match columns.as_slice() {
        [] => "has no header".to_owned(),
        columns => format!("has the columns `{}`", write::excerpt(&columns.join(","))),
    };
    let known = ["from", "to", "one_way", "delay"];
    let meant = columns.iter().filter(|column| !known.contains(column)).find_map(|column| {
        // A unit is no part of the name, as it is none of an option's.
        Some(format!(": for `{}` write `{}`", write::excerpt(column), suggest::closest(column, known)?))
    });
    format!("{found}, and not those of a matrix, `from,to,one_way`{}", meant.unwrap_or_default())
}

/// Names and row-major delays of a CSV matrix, or what is wrong with it.
///
/// # Errors
/// A predicate for the message, such as "has no regions".
pub fn read(text: &str) -> Result<(Vec<String>, Vec<Duration>), String> {
    let not_csv = |error: csv::Error| format!("is not CSV: {error}");
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(not_csv)?.clone();
    let begins = header.iter().take(2).eq(["from", "to"]);
    let column = |name: &str| header.iter().position(|column| column == name);
    let (kind, column) = match (column("one_way"), column("rtt_avg_ms")) {
        (Some(2), None) if begins && header.len() == 3 => (Delays::OneWay, 2),
        (None, Some(column)) if begins => (Delays::RoundTrip, column),
        _ => return Err(not_a_matrix(&header)),
    };
    let mut names: Vec<String> = Vec::new();
    let mut index_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut delays: BTreeMap<(usize, usize), Duration> = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(not_csv)?;
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            return Err(format!("has {} values in line {line}, not {}", record.len(), header.len()));
        }
        let (from, to, delay) = (&record[0], &record[1], &record[column]);
        if from.is_empty() || to.is_empty() {
            return Err(format!("lacks the name of a region in line {line}"));
        }
        let read = match kind {
            Delays::OneWay => units::duration(delay),
            Delays::RoundTrip => {
                units::duration(&format!("{delay}ms")).map(|there_and_back| there_and_back / 2)
            }
        };
        let one_way =
            read.map_err(|problem| format!("has in line {line} a delay `{delay}` that {}", problem.message))?;
        let mut position = |name: &str| {
            *index_of.entry(name.to_owned()).or_insert_with(|| {
                names.push(name.to_owned());
                names.len() - 1
            })
        };
        if delays.insert((position(from), position(to)), one_way).is_some() {
            return Err(format!("gives the pair {from} to {to} twice: again in line {line}"));
        }
        if names.len() > SITES_MAX {
            return Err(format!("has more than {SITES_MAX} regions"));
        }
    }
    let n = names.len();
    if n == 0 {
        return Err("has no regions".to_owned());
    }
    // Before n * n delays are laid out: n comes from outside, and so many pairs must have been given.
    if delays.len() < n * n {
        return Err(missing_pairs(&names, &delays));
    }
    Ok((names, delays.into_values().collect()))
}

/// Which pairs a matrix does not give: all of them, or the first ones and how many more.
fn missing_pairs(names: &[String], delays: &BTreeMap<(usize, usize), Duration>) -> String {
    let n = names.len();
    let all = (0..n).flat_map(|from| (0..n).map(move |to| (from, to)));
    let missing = all.filter(|pair| !delays.contains_key(pair)).take(suggest::NAMES_SHOWN);
    let listed: Vec<String> = missing.map(|(from, to)| format!("{} to {}", names[from], names[to])).collect();
    let count = n * n - delays.len();
    let (pairs, listed) = (if count == 1 { "pair" } else { "pairs" }, listed.join(", "));
    match count.saturating_sub(suggest::NAMES_SHOWN) {
        0 => format!("lacks the {pairs} {listed}"),
        more => format!("lacks the {pairs} {listed} and {more} more"),
    }
}
