//! CSV tables: a header always, `\n`, exact integers, shortest floats that read back the same, no NaN.

use std::fmt::{Display, Write as _};
use std::io::{self, Write};

use super::formats::Format;
use crate::kernel::Time;

/// The columns that every row of a run's tables starts with, so that tables of many runs can be joined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    names: Vec<String>,
    values: Vec<String>,
}

impl Key {
    /// `run_id`, and a `param_` column for each swept variable.
    pub fn of_run(run_id: &str, params: &[(String, String)]) -> Key {
        let run = ("run_id".to_owned(), run_id.to_owned());
        let params = params.iter().map(|(name, value)| (format!("param_{name}"), value.clone()));
        let (names, values) = std::iter::once(run).chain(params).unzip();
        Key { names, values }
    }

    /// `scenario`, and a `param_` column for each swept variable that is not what is compared.
    pub(crate) fn of_circumstances(scenario: &str, params: &[(String, String)]) -> Key {
        let mut key = Key::of_run(scenario, params);
        key.names[0] = "scenario".to_owned();
        key
    }

    /// No columns: of a table that is joined with no other.
    pub(crate) fn none() -> Key {
        Key { names: Vec::new(), values: Vec::new() }
    }

    /// `run_id`, `seed`, and a `param_` column for each swept variable.
    pub(super) fn of_sweep(run_id: &str, seed: u64, params: &[(String, String)]) -> Key {
        let mut key = Key::of_run(run_id, params);
        key.names.insert(1, "seed".to_owned());
        key.values.insert(1, seed.to_string());
        key
    }
}

/// A table being written.
pub(crate) struct Table<'w> {
    csv: csv::Writer<&'w mut dyn Write>,
    names: Vec<String>,
    columns: usize,
    text: String,
}

/// A row being written; it must be ended.
pub(crate) struct Row<'t, 'w> {
    table: &'t mut Table<'w>,
    cells: usize,
}

impl<'w> Table<'w> {
    /// Writes the header: the key's columns, then the format's.
    pub(crate) fn new(out: &'w mut dyn Write, key: &Key, format: &Format) -> io::Result<Self> {
        let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(out);
        let names = format.columns.iter().map(|column| column.name);
        csv.write_record(key.names.iter().map(String::as_str).chain(names))?;
        let columns = key.names.len() + format.columns.len();
        Ok(Table { csv, names: key.names.clone(), columns, text: String::new() })
    }

    /// Begins a row.
    pub(crate) fn row(&mut self, key: &Key) -> io::Result<Row<'_, 'w>> {
        assert_eq!(key.names, self.names, "the rows of a table have one kind of key");
        let mut row = Row { table: self, cells: 0 };
        key.values.iter().try_for_each(|value| row.put(value))?;
        Ok(row)
    }

    /// All rows are written.
    pub(crate) fn end(self) -> io::Result<()> {
        // Dropped instead, it would flush once more, and tell nobody what comes of that.
        self.csv.into_inner().map(|_| ()).map_err(csv::IntoInnerError::into_error)
    }
}

impl Row<'_, '_> {
    fn put(&mut self, cell: impl AsRef<[u8]>) -> io::Result<()> {
        self.cells += 1;
        Ok(self.table.csv.write_field(cell)?)
    }

    /// A cell of text.
    pub(crate) fn text(mut self, text: &str) -> io::Result<Self> {
        self.put(text)?;
        Ok(self)
    }

    /// An integer, or an empty cell.
    pub(crate) fn integer(self, number: impl Into<Option<u64>>) -> io::Result<Self> {
        self.shown(number.into())
    }

    /// Nanoseconds since the start of the run, exactly, or an empty cell.
    pub(crate) fn nanoseconds(self, at: impl Into<Option<Time>>) -> io::Result<Self> {
        self.integer(at.into().map(|at| at.0))
    }

    /// Seconds since the start of the run.
    pub(crate) fn seconds(self, at: Time) -> io::Result<Self> {
        self.float(at.as_secs_f64())
    }

    /// A float, or an empty cell: also for what is not finite.
    pub(crate) fn float(self, number: impl Into<Option<f64>>) -> io::Result<Self> {
        // An integer of type f64 prints without a point; -0 would print a sign.
        self.shown(number.into().filter(|number| number.is_finite()).map(|number| number + 0.0))
    }

    fn shown(mut self, value: Option<impl Display>) -> io::Result<Self> {
        let mut text = std::mem::take(&mut self.table.text);
        text.clear();
        if let Some(value) = value {
            write!(text, "{value}").expect("a string takes any text");
        }
        self.put(&text)?;
        self.table.text = text;
        Ok(self)
    }

    /// Ends the row.
    pub(crate) fn end(self) -> io::Result<()> {
        assert_eq!(self.cells, self.table.columns, "a row has a cell for every column");
        Ok(self.table.csv.write_record(None::<&[u8]>)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::formats::Column;
    use super::*;

    const FORMAT: Format = Format {
        file: "test.csv",
        purpose: "",
        order: "",
        columns: &[Column { name: "text", meaning: "" }, Column { name: "value", meaning: "" }],
    };

    fn written(rows: &[(&str, Option<f64>)]) -> String {
        let mut out = Vec::new();
        let key = Key::of_run("0badcafe", &[("load".to_owned(), "0.5".to_owned())]);
        let mut table = Table::new(&mut out, &key, &FORMAT).expect("memory takes all");
        for &(text, value) in rows {
            let row = table.row(&key).and_then(|row| row.text(text)).and_then(|row| row.float(value));
            row.and_then(Row::end).expect("memory takes all");
        }
        table.end().expect("memory takes all");
        String::from_utf8(out).expect("tables are UTF-8")
    }

    #[test]
    fn a_table_without_rows_has_a_header() {
        assert_eq!(written(&[]), "run_id,param_load,text,value\n");
    }

    #[test]
    fn floats_read_back_the_same_and_what_is_no_number_is_empty() {
        let third = 1.0_f64 / 3.0;
        let rows = [
            ("a", Some(third)),
            ("b", Some(2.0)),
            ("c", Some(f64::NAN)),
            ("d", Some(f64::INFINITY)),
            ("e", None),
        ];
        let text = written(&rows);
        assert_eq!(
            text,
            "run_id,param_load,text,value\n0badcafe,0.5,a,0.3333333333333333\n0badcafe,0.5,b,2\n0badcafe,0.5,c,\n\
             0badcafe,0.5,d,\n0badcafe,0.5,e,\n"
        );
        assert_eq!("0.3333333333333333".parse(), Ok(third));
    }

    #[test]
    fn names_with_commas_quotes_and_line_ends_are_quoted() {
        let text = written(&[("a,b \"c\"\nd", Some(-0.0))]);
        assert_eq!(text, "run_id,param_load,text,value\n0badcafe,0.5,\"a,b \"\"c\"\"\nd\",0\n");
    }
}
