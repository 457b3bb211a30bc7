//! JSON of the same shape as the TOML: machine input, read with places (serde_json keeps none).

use std::ops::Range;

use super::bounds::{DEPTH_MAX, KEYS_MAX};
use crate::spec::write::excerpt;
use crate::spec::{Code, Diagnostic, Diagnostics, Entry, Node, Origin, SourceId, Table, Text, Value};

/// The document in a text, or a report. The first error of syntax ends the reading; others do not.
pub(super) fn read(source: SourceId, text: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
    let mut reader = Reader { source, text, at: 0, diagnostics };
    let result = reader.document();
    match result {
        Ok(node) => Some(node),
        Err(diagnostic) => {
            diagnostics.push(*diagnostic);
            None
        }
    }
}

/// Boxed, since the error is far larger than what is read.
type Read<T> = Result<T, Box<Diagnostic>>;

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    at: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn document(&mut self) -> Read<Node> {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        let node = self.value(0)?;
        self.skip_space();
        if self.at < self.text.len() { self.fail("the document goes on after its end") } else { Ok(node) }
    }

    fn value(&mut self, depth: usize) -> Read<Node> {
        self.skip_space();
        if depth > DEPTH_MAX {
            return self.fail(&format!("lists and objects nest deeper than {DEPTH_MAX}"));
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) | None => self.literal()?,
        };
        Ok(Node { value, origin: self.origin(start..self.at) })
    }

    fn object(&mut self, depth: usize) -> Read<Value> {
        let mut table = Table::default();
        self.at += 1;
        self.skip_space();
        if self.accept(b'}') {
            return Ok(Value::Table(table));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return self.fail("a key in quotes is due here");
            }
            let start = self.at;
            let key = self.string()?.as_str().to_string();
            let key_origin = self.origin(start..self.at);
            self.expect(b':', "a `:` is due after a key")?;
            let node = self.value(depth + 1)?;
            if let Some(first) = table.entry(&key) {
                let message = format!("the key `{}` is given twice", excerpt(&key));
                let error = Diagnostic::error(Code::DuplicateKey, &key_origin, message);
                self.diagnostics.push(error.related(&first.key_origin, "first given here"));
            }
            if table.len() == KEYS_MAX {
                return self.fail(&format!("an object has more than {KEYS_MAX} keys"));
            }
            table.set(Entry { key, key_origin, node });
            self.skip_space();
            if self.accept(b'}') {
                return Ok(Value::Table(table));
            }
            self.expect(b',', "a `,` or `}` is due here")?;
        }
    }

    fn array(&mut self, depth: usize) -> Read<Value> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.accept(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.accept(b']') {
                return Ok(Value::Array(items));
            }
            self.expect(b',', "a `,` or `]` is due here")?;
        }
    }

    fn string(&mut self) -> Read<Text> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        while bytes.get(end).is_some_and(|byte| *byte != b'"') {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        if end >= bytes.len() {
            return self.fail("this string is never closed");
        }
        self.at = end + 1;
        // The rules of escapes are serde_json's; only the place is ours.
        let Ok(content) = serde_json::from_str::<String>(&self.text[start..self.at]) else {
            self.at = start;
            return self.fail("this string has a control character or a bad escape in it");
        };
        let inside = start + 1..end;
        let exact = self.text[inside.clone()] == content;
        Ok(Text::new(content, self.origin(start..end + 1), exact.then(|| self.origin(inside))))
    }

    fn number(&mut self) -> Read<Value> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let written = &rest[..length];
        let number: Option<serde_json::Number> = serde_json::from_str(written).ok();
        let whole = !written.contains(['.', 'e', 'E']);
        let value = match number {
            None => return self.fail("this is not a number"),
            Some(number) if whole => number.as_i64().map(Value::Integer),
            Some(number) => number.as_f64().filter(|number| number.is_finite()).map(Value::Float),
        };
        let value = value.unwrap_or_else(|| self.refuse(length, "this number is too large"));
        self.at += length;
        Ok(value)
    }

    fn literal(&mut self) -> Read<Value> {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let value = match &rest[..length] {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => self.refuse(length, "null has no meaning in a scenario: leave the key out"),
            _ => return self.fail("a value is due here"),
        };
        self.at += length;
        Ok(value)
    }

    /// Reports a value that scenarios have no use for; what is given instead is never used.
    fn refuse(&mut self, length: usize, message: &str) -> Value {
        let origin = self.origin(self.at..self.at + length);
        self.diagnostics.push(Diagnostic::error(Code::UnusableValue, &origin, message));
        Value::Bool(false)
    }

    /// An error of syntax at the next character.
    fn fail<T>(&self, message: &str) -> Read<T> {
        let length = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        let error = Diagnostic::error(Code::Syntax, &self.origin(self.at..self.at + length), message);
        let at_end = self.at >= self.text.trim_end().len();
        Err(Box::new(if at_end { error.help("the text ends here: is it complete?") } else { error }))
    }

    fn expect(&mut self, byte: u8, message: &str) -> Read<()> {
        self.skip_space();
        if self.accept(byte) { Ok(()) } else { self.fail(message) }
    }

    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn origin(&self, span: Range<usize>) -> Origin {
        Origin::new(self.source, span)
    }
}
