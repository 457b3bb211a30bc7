//! latency_histogram.csv read back: the latencies of several runs together.

use std::collections::BTreeMap;
use std::path::Path;

use super::formats::LATENCY_HISTOGRAM;
use super::sink::{Sink, read};

/// How many operations took how long.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Latencies {
    /// By the greatest latency of their cell, in nanoseconds.
    cells: BTreeMap<u64, u64>,
}

impl Latencies {
    /// For each latency that any has, in milliseconds, the share of operations that took longer, from 0 to 1.
    pub fn longer(&self) -> Vec<(f64, f64)> {
        let all: u64 = self.cells.values().sum();
        let mut above = all;
        let point = |(high_ns, count): (&u64, &u64)| {
            above -= count;
            (*high_ns as f64 / 1e6, above as f64 / all as f64)
        };
        self.cells.iter().map(point).collect()
    }
}

/// Adds the latencies of a run's operations that ended ok.
///
/// # Errors
/// If the folder has no latency_histogram.csv, or it is not as this program writes it.
pub fn read_latencies(sink: &dyn Sink, folder: &Path, latencies: &mut Latencies) -> Result<(), String> {
    let path = folder.join(LATENCY_HISTOGRAM.file);
    let named = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
    let bytes = read(sink, &path).map_err(|error| error.to_string())?;
    let mut table = csv::Reader::from_reader(bytes.as_deref().ok_or_else(|| named(&"it is not there"))?);
    let header = table.headers().map_err(|error| named(&error))?.clone();
    let column = |name: &str| header.iter().position(|known| known == name);
    let (Some(outcome), Some(high), Some(count)) =
        (column("outcome"), column("high_ns"), column("operations"))
    else {
        return Err(named(&"it lacks a column"));
    };
    for row in table.records() {
        let row = row.map_err(|error| named(&error))?;
        let number = |place: usize| row[place].parse::<u64>().map_err(|error| named(&error));
        if &row[outcome] == "ok" {
            *latencies.cells.entry(number(high)?).or_default() += number(count)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::outputs::Disk;

    #[test]
    fn runs_are_taken_together_and_what_did_not_end_ok_is_left_out() {
        let folder = tempfile::tempdir().expect("there is room");
        let table = "outcome,phase,low_ns,high_ns,operations\nok,healthy,1,2000000,3\nok,fault,1,2000000,1\nfail,fault,1,2000000,9\n\
                     ok,healthy,3,4000000,4\n";
        let path = folder.path().join(LATENCY_HISTOGRAM.file);
        std::fs::write(&path, table).expect("there is room");
        let mut latencies = Latencies::default();
        for _ in 0..2 {
            read_latencies(&Disk, folder.path(), &mut latencies).expect("it is as this program writes it");
        }
        assert_eq!(latencies.longer(), [(2.0, 0.5), (4.0, 0.0)]);
        std::fs::write(&path, "outcome,high_ns,operations\nok,much,1\n").expect("there is room");
        let refused = read_latencies(&Disk, folder.path(), &mut latencies).expect_err("that is no number");
        assert!(refused.contains("latency_histogram.csv: "), "{refused}");
        std::fs::remove_file(&path).expect("it is there");
        let refused = read_latencies(&Disk, folder.path(), &mut latencies).expect_err("it is gone");
        assert!(refused.ends_with("it is not there"), "{refused}");
    }
}
