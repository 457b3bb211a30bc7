//! JSON documents that people can read: a line a field, and a line an item of its lists.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes a JSON document and a line end.
pub(super) fn write_json(out: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    document.serialize(&mut Serializer::with_formatter(&mut *out, Lines { depth: 0, filled: false }))?;
    out.write_all(b"\n")
}

/// Breaks lines in the document and in its fields, and not within what those hold.
struct Lines {
    depth: usize,
    filled: bool,
}

/// What lies deeper stands on one line.
const DEPTH_MAX: usize = 2;

impl Lines {
    fn begin<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        out.write_all(bracket)
    }

    fn next<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        match (self.depth <= DEPTH_MAX, first) {
            (true, true) => self.indent(out, b"\n"),
            (true, false) => self.indent(out, b",\n"),
            (false, true) => Ok(()),
            (false, false) => out.write_all(b", "),
        }
    }

    fn indent<W: ?Sized + Write>(&self, out: &mut W, before: &[u8]) -> io::Result<()> {
        out.write_all(before)?;
        (0..self.depth).try_for_each(|_| out.write_all(b"  "))
    }

    fn end<W: ?Sized + Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.filled && self.depth < DEPTH_MAX {
            self.indent(out, b"\n")?;
        }
        out.write_all(bracket)
    }
}

impl Formatter for Lines {
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.next(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_lies_deep_stands_on_one_line() {
        let document = json!({ "a": 1, "b": [{ "c": [1, 2], "d": {} }, [], "e\n"], "f": [], "g": { "h": { "i": null } } });
        let mut out = Vec::new();
        write_json(&mut out, &document).expect("memory takes all");
        let text = String::from_utf8(out).expect("JSON is UTF-8");
        let expected = "{\n  \"a\": 1,\n  \"b\": [\n    {\"c\": [1, 2], \"d\": {}},\n    [],\n    \"e\\n\"\n  ],\n  \
                        \"f\": [],\n  \"g\": {\n    \"h\": {\"i\": null}\n  }\n}\n";
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Value>(&text).expect("it is JSON"), document);
    }
}
