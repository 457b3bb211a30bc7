//! One line of JSON, put together field by field in a buffer that is used again: a trace has millions.

use std::io::Write;

/// A JSON object and the list of objects behind it, on one line.
#[derive(Debug, Default)]
pub(super) struct Line {
    text: Vec<u8>,
    /// Whether the list of notes is open.
    in_notes: bool,
}

impl Line {
    /// Begins a new line.
    pub(super) fn begin(&mut self) {
        self.text.clear();
        self.text.push(b'{');
        self.in_notes = false;
    }

    /// Adds a whole number.
    pub(super) fn integer(&mut self, name: &str, value: impl Into<u64>) {
        self.name(name);
        write!(self.text, "{}", value.into()).expect("a buffer takes any bytes");
    }

    /// Adds 16 hexadecimal digits, in quotes: JSON readers round large numbers.
    pub(super) fn digest(&mut self, name: &str, value: u64) {
        self.name(name);
        write!(self.text, "\"{value:016x}\"").expect("a buffer takes any bytes");
    }

    /// Adds a text.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        serde_json::to_writer(&mut self.text, value).expect("a buffer takes any bytes");
    }

    /// Adds a truth value.
    pub(super) fn truth(&mut self, name: &str, value: bool) {
        self.name(name);
        self.text.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// Adds a note of this name to the list of notes; what is added next belongs to it.
    pub(super) fn note(&mut self, name: &str) {
        if self.in_notes {
            self.text.extend_from_slice(b"},{");
        } else {
            self.name("notes");
            self.text.extend_from_slice(b"[{");
            self.in_notes = true;
        }
        self.text("note", name);
    }

    /// Closes the list of notes; what is added next belongs to the line.
    pub(super) fn end_notes(&mut self) {
        if std::mem::take(&mut self.in_notes) {
            self.text.extend_from_slice(b"}]");
        }
    }

    /// The whole line, line end included.
    pub(super) fn end(&mut self) -> &[u8] {
        assert!(!self.in_notes, "the list of notes was closed");
        self.text.extend_from_slice(b"}\n");
        &self.text
    }

    fn name(&mut self, name: &str) {
        if !matches!(self.text.last(), Some(b'{')) {
            self.text.push(b',');
        }
        write!(self.text, "\"{name}\":").expect("a buffer takes any bytes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object_whatever_its_texts_hold() {
        let mut line = Line::default();
        for _ in 0..2 {
            line.begin();
            line.integer("event", 7u32);
            line.text("name", "a \"b\"\n\u{7}");
            line.note("first");
            line.truth("yes", true);
            line.note("second");
            line.end_notes();
            line.digest("digest", 0xAB);
            let text = std::str::from_utf8(line.end()).expect("it is UTF-8");
            assert_eq!(text.lines().count(), 1, "{text}");
            let value: serde_json::Value = serde_json::from_str(text).expect("it is JSON");
            let expected = serde_json::json!({
                "event": 7,
                "name": "a \"b\"\n\u{7}",
                "notes": [{ "note": "first", "yes": true }, { "note": "second" }],
                "digest": "00000000000000ab",
            });
            assert_eq!(value, expected);
        }
    }
}
