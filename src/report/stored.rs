//! What the charts of a folder are drawn from, in a file beside them: so that they can be drawn again, to another width or as another kind of
//! file, without the run.

use serde::{Deserialize, Serialize};

use super::charts::{ChartInput, Width};
use super::html::Figure;

/// The file, in the folder of a run, a sweep or a comparison.
pub const CHARTS: &str = "charts.json";
/// The number of the file's format.
const SCHEMA: u32 = 1;

/// A chart with its name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StoredChart {
    /// That of its kind in the catalogue of charts; of several of a kind followed by what it is of: `sweep-latency-p99`.
    pub name: String,
    /// The files that hold its data, relative to the folder; empty if none does.
    pub data: String,
    /// What it is drawn from.
    pub input: ChartInput,
}

impl StoredChart {
    /// A chart of this kind; `part` names it among several.
    pub fn new(part: Option<&str>, data: &str, input: ChartInput) -> StoredChart {
        let kind = input.kind();
        let name = part.map_or(kind.to_owned(), |part| format!("{kind}-{part}"));
        StoredChart { name, data: data.to_owned(), input }
    }

    /// The chart in full width, for a page and as a file.
    pub fn figure(&self) -> Figure {
        Figure {
            name: self.name.clone(),
            file: format!("charts/{}.svg", self.name),
            data: self.data.clone(),
            svg: self.input.to_svg(Width::FULL),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Document<C> {
    schema: u32,
    charts: C,
}

/// The file of these charts.
pub fn to_json(charts: &[StoredChart]) -> Vec<u8> {
    let document = Document { schema: SCHEMA, charts };
    let mut text = serde_json::to_vec(&document).expect("charts are plain data");
    text.push(b'\n');
    text
}

/// The charts of such a file.
///
/// # Errors
/// Why it is none, in words.
pub fn from_json(text: &[u8]) -> Result<Vec<StoredChart>, String> {
    let document: Document<serde_json::Value> =
        serde_json::from_slice(text).map_err(|error| error.to_string())?;
    if document.schema != SCHEMA {
        return Err(format!("its schema is {}, and this version knows {SCHEMA}", document.schema));
    }
    serde_json::from_value(document.charts).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::charts::samples;
    use super::*;

    #[test]
    fn charts_that_are_read_back_are_drawn_the_same() {
        let samples = samples::gallery().into_iter().chain(samples::extremes());
        let charts: Vec<StoredChart> =
            samples.map(|(name, input)| StoredChart { name, data: String::new(), input }).collect();
        let read = from_json(&to_json(&charts)).expect("it was written just now");
        assert_eq!(read.len(), charts.len());
        for (one, other) in charts.iter().zip(&read) {
            for width in [Width::FULL, Width::millimetres(85.0)] {
                assert_eq!(one.input.to_svg(width), other.input.to_svg(width), "{}", one.name);
            }
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(from_json(b"{").is_err());
        let of_later = from_json(br#"{"schema": 2, "charts": []}"#).expect_err("it is of a later version");
        assert!(of_later.contains("schema is 2"), "{of_later}");
        assert!(from_json(br#"{"schema": 1, "charts": [{"name": "a"}]}"#).is_err());
    }
}
