//! What the charts of a folder are drawn from, in a file beside them: so that they can be drawn again, to another width or as another kind of
//! file, without the run.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::charts::{CATALOGUE, ChartInput, Width};
use super::html::Figure;

/// The file, in the folder of a run, a sweep, a comparison or a validation.
pub const CHARTS: &str = "charts.json";
/// The number of the file's format.
const SCHEMA: u64 = 1;
/// What wrote the file.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A chart with its name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct StoredChart {
    /// That of its kind in the catalogue of charts; of several of a kind followed by what it is of: `sweep-latency-p99`. No two charts of a folder
    /// have the same: it is the name of their files.
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
        let name = name.replace(|letter| !is_of_names(letter), "-");
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

/// The charts with a name for each: the second of a name is `<name>-2`, or it would take the place of the first. Some file systems do not tell
/// small letters from capitals.
pub fn named_apart(mut charts: Vec<StoredChart>) -> Vec<StoredChart> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for chart in &mut charts {
        let others = (2u32..).map(|count| format!("{}-{count}", chart.name));
        let mut names = std::iter::once(chart.name.clone()).chain(others);
        chart.name =
            names.find(|name| taken.insert(name.to_ascii_lowercase())).expect("there is no end of numbers");
    }
    charts
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u64,
    crate_version: &'a str,
    charts: &'a [StoredChart],
}

/// The file of these charts.
pub fn to_json(charts: &[StoredChart]) -> Vec<u8> {
    let document = Document { schema: SCHEMA, crate_version: VERSION, charts };
    let mut text = serde_json::to_vec(&document).expect("charts are plain data");
    text.push(b'\n');
    text
}

/// Why charts cannot be drawn from a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// It is no whole file of charts, or says what cannot be.
    Wrong(String),
    /// Another version wrote it, by what it has.
    Foreign(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Wrong(why) | Unreadable::Foreign(why) => f.write_str(why),
        }
    }
}

/// The charts of such a file: each has a name of its own that is a file's, and can be drawn.
///
/// # Errors
/// Why it is none.
pub fn from_json(text: &[u8]) -> Result<Vec<StoredChart>, Unreadable> {
    let document: Value = serde_json::from_slice(text).map_err(|error| {
        let why = if error.is_eof() { "it ends in the middle" } else { "it is no JSON" };
        Unreadable::Wrong(format!("{why} ({error})"))
    })?;
    let version = document.get("crate_version").and_then(Value::as_str);
    let other = version.filter(|version| *version != VERSION);
    let foreign = |why: String| {
        let versions =
            other.map_or(String::new(), |other| format!(" ({}; this is {VERSION})", other.escape_debug()));
        Unreadable::Foreign(format!("it is from another version of Seedbed{versions}: {why}"))
    };
    // What another version wrote may well be right there.
    let wrong = |why: String| if other.is_some() { foreign(why) } else { Unreadable::Wrong(why) };
    let schema = document.get("schema").and_then(Value::as_u64);
    let schema = schema.ok_or_else(|| wrong("it is no file of charts: it has no `schema`".to_owned()))?;
    if schema != SCHEMA {
        return Err(foreign(format!("its schema is {schema}, and this version reads {SCHEMA}")));
    }
    let stored = document.get("charts").and_then(Value::as_array);
    let stored = stored.ok_or_else(|| wrong("it is no file of charts: it has no `charts`".to_owned()))?;
    let mut charts: Vec<StoredChart> = Vec::with_capacity(stored.len());
    for (place, value) in stored.iter().enumerate() {
        let name = value.get("name").and_then(Value::as_str);
        let of = name.map_or(format!("charts[{place}]"), |name| format!("chart `{}`", name.escape_debug()));
        let wrong = |why: String| wrong(format!("{of}: {why}"));
        if let Some(kind) = unknown_kind(value) {
            let kind = kind.escape_debug();
            return Err(foreign(format!("{of} is of the kind `{kind}`, which this version does not have")));
        }
        let chart = StoredChart::deserialize(value).map_err(|error| wrong(error.to_string()))?;
        check_name(&chart.name).map_err(wrong)?;
        let known = serde_json::to_value(&chart).expect("charts are plain data");
        if let Some(field) = unknown_field(value, &known) {
            return Err(wrong(format!("`{}` is no field of it", field.escape_debug())));
        }
        chart.input.check().map_err(wrong)?;
        if charts.iter().any(|before| before.name == chart.name) {
            return Err(wrong("another chart has the same name".to_owned()));
        }
        charts.push(chart);
    }
    Ok(charts)
}

/// The kind of a chart, if there is none of that name.
fn unknown_kind(chart: &Value) -> Option<&str> {
    let kind = chart.get("input")?.as_object()?.keys().next()?;
    (!CATALOGUE.iter().any(|known| known.name == *kind)).then_some(kind)
}

/// Whether a letter may stand in the name of a chart, which is that of a file, on every machine.
fn is_of_names(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

fn check_name(name: &str) -> Result<(), String> {
    match !name.is_empty() && !name.starts_with('.') && name.chars().all(is_of_names) {
        true => Ok(()),
        // It is never part of a path: what lies elsewhere would be written over.
        false => Err("a name has letters, digits, `.`, `_` and `-` only, and begins with no `.`".to_owned()),
    }
}

/// Where `given` has a field that `known`, what was read from it, has not: what was not understood would not be drawn.
fn unknown_field(given: &Value, known: &Value) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => given.iter().find_map(|(key, value)| {
            let Some(known) = known.get(key) else { return Some(key.clone()) };
            unknown_field(value, known).map(|field| match field.starts_with('[') {
                true => format!("{key}{field}"),
                false => format!("{key}.{field}"),
            })
        }),
        (Value::Array(given), Value::Array(known)) => {
            given.iter().zip(known).enumerate().find_map(|(at, (given, known))| {
                unknown_field(given, known).map(|field| match field.starts_with('[') {
                    true => format!("[{at}]{field}"),
                    false => format!("[{at}].{field}"),
                })
            })
        }
        _ => None,
    }
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

    /// Why a file with this text is refused.
    fn refused(text: &str) -> String {
        from_json(text.as_bytes()).expect_err("it is refused").to_string()
    }

    /// Why a file is refused that has this text in place of its charts.
    fn refused_charts(charts: &Value) -> String {
        refused(&serde_json::json!({"schema": SCHEMA, "charts": charts}).to_string())
    }

    /// A sample as it is stored.
    fn stored(name: &str) -> Value {
        let (_, input) = samples::gallery().into_iter().find(|one| one.0 == name).expect("it is a sample");
        let chart = StoredChart { name: name.to_owned(), data: String::new(), input };
        serde_json::to_value(chart).expect("plain data")
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(refused("{").starts_with("it ends in the middle"));
        assert!(refused("\u{7f}PNG").starts_with("it is no JSON"));
        assert_eq!(refused("[]"), "it is no file of charts: it has no `schema`");
        assert_eq!(refused(r#"{"schema": 1}"#), "it is no file of charts: it has no `charts`");
        let why = refused(r#"{"schema": 1, "charts": [{"name": "a"}, 7]}"#);
        assert_eq!(why, "chart `a`: missing field `data`");
        assert!(refused(r#"{"schema": 1, "charts": [7]}"#).starts_with("charts[0]: "));
    }

    #[test]
    fn what_another_version_wrote_is_told_as_that() {
        let of_later = refused(r#"{"schema": 2, "charts": []}"#);
        assert_eq!(
            of_later,
            "it is from another version of Seedbed: its schema is 2, and this version reads 1"
        );
        let mut chart = stored("latency");
        chart["input"] = serde_json::json!({"violin": {}});
        let why = "chart `latency` is of the kind `violin`, which this version does not have";
        assert_eq!(
            refused_charts(&serde_json::json!([chart])),
            format!("it is from another version of Seedbed: {why}")
        );
        let document = serde_json::json!({"schema": 1, "crate_version": "99.1.0", "charts": [chart]});
        let versions = format!("(99.1.0; this is {VERSION})");
        assert_eq!(
            refused(&document.to_string()),
            format!("it is from another version of Seedbed {versions}: {why}")
        );
        let lacking = serde_json::json!({"schema": 1, "crate_version": "99.1.0", "charts": [{"name": "a"}]});
        assert!(refused(&lacking.to_string()).contains(&format!("{versions}: chart `a`: missing field")));
        let mut more = stored("throughput");
        more["input"]["throughput"]["buckets"][3]["maybe"] = 7.into();
        let why = "chart `throughput`: `input.throughput.buckets[3].maybe` is no field of it";
        assert_eq!(refused_charts(&serde_json::json!([more])), why);
    }

    #[test]
    fn names_are_those_of_files_in_one_folder_and_no_two_are_alike() {
        for name in ["../../escaped", "/tmp/a", "a/b", "", ".hidden", "..", "a b", "C:\\a", "\u{e9}", "a\0"] {
            let mut chart = stored("latency");
            chart["name"] = name.into();
            assert!(refused_charts(&serde_json::json!([chart])).contains("a name has letters"), "{name:?}");
        }
        let (one, other) = (stored("latency"), stored("throughput"));
        let twice = refused_charts(&serde_json::json!([one, other, one]));
        assert_eq!(twice, "chart `latency`: another chart has the same name");
        let (_, input) = samples::gallery().swap_remove(0);
        let chart = |part| StoredChart::new(Some(part), "", input.clone());
        let apart = named_apart(vec![chart("a"), chart("a"), chart("a-2"), chart("b c/\u{e9}"), chart("a")]);
        let names: Vec<&str> = apart.iter().map(|chart| chart.name.as_str()).collect();
        let kind = input.kind();
        assert_eq!(names, ["a", "a-2", "a-2-2", "b-c--", "a-3"].map(|part| format!("{kind}-{part}")));
        assert_eq!(from_json(&to_json(&apart)).expect("they are read").len(), 5);
    }

    #[test]
    fn what_names_something_that_is_not_there_is_refused() {
        let refused = |name: &str, pointer: &str, value: Value| {
            let mut chart = stored(name);
            *chart["input"].pointer_mut(pointer).expect("there is such a field") = value;
            refused_charts(&serde_json::json!([chart]))
        };
        let map = "map-latency-p99-by-load-and-nodes";
        let (rows, values) = (serde_json::json!([[1.0]]), serde_json::json!(["a"]));
        for (name, pointer, value, why) in [
            (map, "/map/rows", rows, "it has 1 `rows`, and y has 5 `values`"),
            ("sweep-policy", "/sweep/series/0/dots/3/x", 6.into(), "a dot is at 6, and there are 6 `names`"),
            (
                "sweep-policy",
                "/sweep/series/0/dots/3/x",
                0.5.into(),
                "a dot is at 0.5, and there are 6 `names`",
            ),
            (map, "/map/x/values", values, "`rows[0]` has 6, and x has 1 `values`"),
            ("space-time", "/space-time/violation", 24.into(), "`violation` is 24, and there are 24 `steps`"),
            (
                "space-time",
                "/space-time/steps/2/line",
                4.into(),
                "`steps[2].line` is 4, and there are 4 `lines`",
            ),
            (
                "space-time",
                "/space-time/arrows/1/from",
                99.into(),
                "`arrows[1].from` is 99, and there are 24 `steps`",
            ),
            (
                "space-time",
                "/space-time/arrows/1/to",
                9.into(),
                "`arrows[1].to` is 9, and there are 4 `lines`",
            ),
            (
                "space-time",
                "/space-time/arrows/0/end",
                serde_json::json!({"arrives": 24}),
                "`arrows[0].end` is 24, and there are 24 `steps`",
            ),
            (
                "throughput",
                "/throughput/buckets/7/ok",
                u64::MAX.into(),
                "the counts of an outcome in all `buckets` together are beyond 2^64",
            ),
        ] {
            assert_eq!(refused(name, pointer, value), format!("chart `{name}`: {why}"));
        }
    }

    /// Whether a value stands for a number: infinities are words.
    fn is_number(value: &Value) -> bool {
        value.is_number() || matches!(value.as_str(), Some("inf" | "-inf" | "nan"))
    }

    /// What may stand in a file in place of `value`.
    fn instead(value: &Value) -> Vec<Value> {
        match value {
            Value::Array(items) => {
                let doubled = items.iter().chain(items.first()).cloned().collect();
                let shorter = items.iter().skip(1).cloned().collect();
                vec![Value::Array(Vec::new()), Value::Array(doubled), Value::Array(shorter)]
            }
            Value::Bool(is) => vec![Value::Bool(!is)],
            value if is_number(value) || value.is_null() => {
                let numbers = [-1.0, 1e308, 5e-324].map(Value::from);
                numbers.into_iter().chain([0.into(), u64::MAX.into(), "inf".into(), Value::Null]).collect()
            }
            Value::String(_) => vec!["".into()],
            Value::Null | Value::Number(_) | Value::Object(_) => Vec::new(),
        }
    }

    /// The places of all values, as JSON pointers; of lists those of the first and the last.
    fn places(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Array(items) => {
                let last = items.len().saturating_sub(1);
                for (place, item) in
                    items.iter().enumerate().filter(|(place, _)| *place == 0 || *place == last)
                {
                    places(item, &format!("{at}/{place}"), found);
                }
            }
            Value::Object(fields) => {
                for (key, item) in fields {
                    places(item, &format!("{at}/{key}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Each value of each sample is replaced by others that a file may have there.
    #[test]
    fn whatever_stands_in_a_file_is_refused_or_drawn() {
        let mut drawn = 0;
        for (name, _) in samples::gallery() {
            let sound = stored(&name);
            let mut all = Vec::new();
            places(&sound["input"], "", &mut all);
            for place in all {
                let value = sound["input"].pointer(&place).expect("it was found there");
                for other in instead(value) {
                    let mut chart = sound.clone();
                    *chart["input"].pointer_mut(&place).expect("it was found there") = other.clone();
                    let text = serde_json::json!({"schema": SCHEMA, "charts": [chart]}).to_string();
                    let Ok(charts) = from_json(text.as_bytes()) else { continue };
                    let svg = std::panic::catch_unwind(|| charts[0].input.to_svg(Width::millimetres(85.0)));
                    assert!(svg.is_ok(), "{name}{place}: {other}");
                    drawn += 1;
                }
            }
        }
        assert!(drawn > 1000, "{drawn}");
    }
}
