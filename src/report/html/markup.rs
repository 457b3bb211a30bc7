//! Writes HTML: tags are ours and known when compiling, everything else is escaped.

use crate::report::charts::escape;
use crate::report::html::{CHART_BYTES_MAX, CheckOutcome, Fact, Figure, ROWS_MAX, RunVerdict};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// A page being written. Tags are `&'static str`, so that no name from a scenario can become one.
pub(super) struct Markup {
    out: String,
    open: Vec<&'static str>,
    chart_bytes: usize,
}

/// One cell of a table.
pub(super) enum Cell {
    /// Words.
    Text(String),
    /// A number or a time, set flush right.
    Number(String),
    /// A verdict: its class, which gives its colour, and its word.
    Verdict(&'static str, &'static str),
    /// A relative link and its words.
    Link(String, String),
}

impl Cell {
    pub fn text(text: &str) -> Cell {
        Cell::Text(text.to_string())
    }

    pub fn number(text: &str) -> Cell {
        Cell::Number(text.to_string())
    }

    pub fn run(verdict: RunVerdict) -> Cell {
        Cell::Verdict(class_of_run(verdict), verdict.word())
    }

    pub fn check(outcome: CheckOutcome) -> Cell {
        let class = match outcome {
            CheckOutcome::Held => "good",
            CheckOutcome::Violated => "bad",
            CheckOutcome::Inconclusive | CheckOutcome::NotSeen => "open",
            CheckOutcome::NotApplicable => "none",
        };
        Cell::Verdict(class, outcome.word())
    }
}

/// The class that colours a run's verdict.
pub(super) fn class_of_run(verdict: RunVerdict) -> &'static str {
    match verdict {
        RunVerdict::Passed => "good",
        RunVerdict::Failed => "bad",
        RunVerdict::Inconclusive => "open",
    }
}

/// A heading of a table's column.
pub(super) struct Column<'a> {
    pub name: &'a str,
    pub numeric: bool,
}

/// Columns of words, and, where the name begins with `#`, of numbers.
pub(super) fn columns<'a>(names: &[&'a str]) -> Vec<Column<'a>> {
    let column = |name: &&'a str| match name.strip_prefix('#') {
        Some(name) => Column { name, numeric: true },
        None => Column { name, numeric: false },
    };
    names.iter().map(column).collect()
}

impl Markup {
    /// Starts a page, up to the beginning of its body.
    pub fn new(title: &str) -> Markup {
        let mut out = String::with_capacity(64 * 1024);
        out.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        // Nothing may be fetched, whatever a name in a scenario manages to say.
        out.push_str(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n",
        );
        out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
        out.push_str(&escape(title));
        out.push_str("</title>\n<style>\n");
        out.push_str(STYLE);
        out.push_str("</style>\n</head>\n<body>\n");
        Markup { out, open: Vec::new(), chart_bytes: 0 }
    }

    /// The finished page.
    pub fn finish(mut self) -> String {
        assert!(self.open.is_empty(), "every tag that was opened is closed");
        self.out.push_str("<script>\n");
        self.out.push_str(SCRIPT);
        self.out.push_str("</script>\n</body>\n</html>\n");
        self.out
    }

    /// Opens a tag of `class` (empty for none).
    pub fn open(&mut self, tag: &'static str, class: &'static str) {
        self.open_with(tag, class, &[]);
    }

    /// Opens a tag with further attributes, whose values are escaped.
    pub fn open_with(&mut self, tag: &'static str, class: &'static str, attributes: &[(&'static str, &str)]) {
        self.open.push(tag);
        self.out.push('<');
        self.out.push_str(tag);
        let class = [("class", class)];
        let class = class.iter().filter(|(_, value)| !value.is_empty());
        for (name, value) in class.chain(attributes) {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.out.push_str(&escape(value));
            self.out.push('"');
        }
        self.out.push('>');
    }

    /// Closes the tag opened last.
    pub fn close(&mut self) {
        let tag = self.open.pop().expect("a tag is open");
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
        if !matches!(tag, "td" | "th" | "span" | "a" | "code" | "b" | "button" | "option" | "label") {
            self.out.push('\n');
        }
    }

    /// Text, escaped.
    pub fn text(&mut self, text: &str) {
        self.out.push_str(&escape(text));
    }

    /// A whole element that holds text only.
    pub fn element(&mut self, tag: &'static str, class: &'static str, text: &str) {
        self.open(tag, class);
        self.text(text);
        self.close();
    }

    /// Starts a section that the contents at the top lead to.
    pub fn section(&mut self, id: &'static str, heading: &str) {
        self.open_with("section", "", &[("id", id)]);
        self.element("h2", "", heading);
    }

    /// A shell command, with a button to copy it where scripts run.
    pub fn command(&mut self, command: &str) {
        self.open("div", "command");
        self.element("code", "", command);
        self.open_with("button", "", &[("type", "button"), ("data-copy", command), ("hidden", "")]);
        self.text("copy");
        self.close();
        self.close();
    }

    /// A table of names and values.
    pub fn facts(&mut self, facts: &[Fact]) {
        self.open("table", "facts");
        for fact in facts {
            self.open("tr", "");
            self.element("th", "", &fact.name);
            self.element("td", "", &fact.value);
            self.close();
        }
        self.close();
    }

    /// A table; `rest` names the file that holds the rows beyond [`ROWS_MAX`].
    pub fn table(&mut self, columns: &[Column], rows: &[Vec<Cell>], rest: &str) {
        if rows.is_empty() {
            self.element("p", "note", "None.");
            return;
        }
        self.open("div", "scroll");
        self.open("table", "rows");
        self.open("thead", "");
        self.open("tr", "");
        for column in columns {
            self.element("th", if column.numeric { "number" } else { "" }, column.name);
        }
        self.close();
        self.close();
        self.open("tbody", "");
        for row in rows.iter().take(ROWS_MAX) {
            self.open("tr", "");
            for cell in row {
                self.cell(cell);
            }
            self.close();
        }
        self.close();
        self.close();
        self.close();
        if rows.len() > ROWS_MAX {
            let note = format!("{} of {} rows shown; all are in {rest}.", ROWS_MAX, rows.len());
            self.element("p", "note", &note);
        }
    }

    fn cell(&mut self, cell: &Cell) {
        match cell {
            Cell::Text(text) => self.element("td", "", text),
            Cell::Number(text) => self.element("td", "number", text),
            Cell::Verdict(class, word) => {
                self.open("td", "");
                self.badge(class, word);
                self.close();
            }
            Cell::Link(to, text) => {
                self.open("td", "");
                self.open_with("a", "", &[("href", to)]);
                self.text(text);
                self.close();
                self.close();
            }
        }
    }

    /// A verdict on its colour, with a sign as the second cue.
    pub fn badge(&mut self, class: &'static str, word: &str) {
        let sign = match class {
            "good" => "\u{2713} ",
            "bad" => "\u{2717} ",
            "open" => "? ",
            _ => "",
        };
        self.open_with("span", "badge", &[("data-verdict", class)]);
        self.text(sign);
        self.text(word);
        self.close();
    }

    /// Charts, one below the other, as long as they fit into the page.
    pub fn figures(&mut self, figures: &[Figure]) {
        for figure in figures {
            self.open_with("figure", "", &[("data-name", &figure.name)]);
            if self.chart_bytes + figure.svg.len() <= CHART_BYTES_MAX {
                self.chart_bytes += figure.svg.len();
                self.out.push_str(&figure.svg);
            } else {
                self.element("p", "note", "Left out, to keep this page small; the chart is in its own file.");
            }
            self.open("figcaption", "");
            self.open_with("a", "", &[("href", &figure.file)]);
            self.text(&figure.file);
            self.close();
            if !figure.data.is_empty() {
                self.text(", from ");
                self.text(&figure.data);
            }
            self.close();
            self.close();
        }
    }
}

/// A file name or folder as a part of a relative link: whatever is not plainly safe is percent-encoded, so that no
/// name can lead out of the folder or to another scheme.
pub(super) fn path_segment(name: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    name.bytes().map(encode).collect()
}
