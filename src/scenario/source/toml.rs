//! TOML texts as values with places, and TOML's own errors in our words.

use std::num::IntErrorKind;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::spec::write::excerpt;
use crate::spec::{Code, Diagnostic, Diagnostics, Entry, Node, Origin, SourceId, Text, Value};

/// The document in a text; reports all errors of syntax. What could be read is given in any case.
pub(super) fn read(source: SourceId, text: &str, diagnostics: &mut Diagnostics) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(text);
    let reader = Reader { source, text };
    reader.report_syntax(&table, errors, diagnostics);
    let value = reader.table(table.into_inner(), diagnostics);
    Some(Node { value, origin: Origin::new(source, 0..0) })
}

const NEVER_CLOSED: &str = "this bracket is never closed";

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
}

impl Reader<'_> {
    fn origin(&self, span: Range<usize>) -> Origin {
        Origin::new(self.source, span)
    }

    fn table(&self, table: DeTable<'_>, diagnostics: &mut Diagnostics) -> Value {
        let mut entries: Vec<_> = table.into_iter().collect();
        // The parser sorts by name; people read in written order.
        entries.sort_by_key(|(key, _)| key.span().start);
        let entry = |(key, value): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| {
            let key_origin = self.origin(key.span());
            let node = self.node(value, diagnostics)?;
            Some(Entry { key: key.into_inner().into_owned(), key_origin, node })
        };
        Value::Table(entries.into_iter().filter_map(entry).collect())
    }

    /// The value, or a report of a kind of value that scenarios have no use for.
    fn node(&self, value: Spanned<DeValue<'_>>, diagnostics: &mut Diagnostics) -> Option<Node> {
        let span = value.span();
        let origin = self.origin(span.clone());
        let value = match value.into_inner() {
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::String(text) => Value::String(self.string(text.into_owned(), span.clone())),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(error) => {
                    // What has no digits is the parser's stand-in for an error that it reports itself.
                    let is_number = !matches!(error.kind(), IntErrorKind::InvalidDigit | IntErrorKind::Empty);
                    let message = "this whole number is too large";
                    return is_number.then(|| refuse(&origin, message, "", diagnostics)).flatten();
                }
            },
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                // The parser takes `name` for `nan`, after reporting it.
                Ok(_) | Err(_) if !is_not_finite(&self.text[span.clone()]) => return None,
                Ok(_) | Err(_) => {
                    let message = "this number is not finite, and a scenario has no use for it";
                    return refuse(&origin, message, "", diagnostics);
                }
            },
            DeValue::Datetime(_) => {
                let message = "a date or time of day has no meaning in simulated time";
                return refuse(&origin, message, "write times as durations: \"90s\"", diagnostics);
            }
            DeValue::Array(items) => {
                Value::Array(items.into_iter().filter_map(|item| self.node(item, diagnostics)).collect())
            }
            DeValue::Table(table) => self.table(table, diagnostics),
        };
        Some(Node { value, origin })
    }

    /// A string and where its content lies, unless escapes make the two differ.
    fn string(&self, content: String, span: Range<usize>) -> Text {
        let written = self.text.get(span.clone()).unwrap_or("");
        let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| written.starts_with(quote));
        let inside = quotes.and_then(|quote| {
            let start = span.start + quote.len();
            // TOML drops a line break right after the opening quotes of a multi-line string.
            let breaks = if quote.len() == 3 { ["\r\n", "\n"].as_slice() } else { &[] };
            let rest = self.text.get(start..)?;
            let skipped =
                breaks.iter().find(|line_break| rest.starts_with(**line_break)).map_or(0, |b| b.len());
            let inside = start + skipped..start + skipped + content.len();
            (self.text.get(inside.clone()) == Some(content.as_str())).then(|| self.origin(inside))
        });
        Text::new(content, self.origin(span), inside)
    }

    fn report_syntax(
        &self,
        table: &Spanned<DeTable<'_>>,
        errors: Vec<toml::de::Error>,
        diagnostics: &mut Diagnostics,
    ) {
        let mut errors: Vec<(Range<usize>, String)> = errors
            .into_iter()
            .map(|error| (error.span().unwrap_or(0..0), error.message().to_string()))
            .collect();
        errors.sort_by_key(|(span, _)| (span.start, span.end));
        // A list that is never closed swallows the rest of the file, where every line then is an error: one
        // message about the bracket says it all.
        if errors.iter().any(|(_, message)| message.starts_with("unclosed"))
            && let Some(open) = unclosed(table.get_ref().values(), self.text)
        {
            errors.retain(|(span, _)| span.start < open);
            errors.push((open..open + 1, NEVER_CLOSED.to_string()));
        }
        let mut last = None;
        for (span, message) in errors {
            // Further errors on a line mostly follow from its first.
            let same_line = |last: usize| !self.text[last..span.start].contains('\n');
            if !last.replace(span.start).is_some_and(same_line) {
                // What is made of an error takes a look at its whole line.
                match diagnostics.is_full() {
                    true => diagnostics.count_error(),
                    false => diagnostics.push(self.syntax_error(span, &message)),
                }
            }
        }
    }

    fn syntax_error(&self, span: Range<usize>, message: &str) -> Diagnostic {
        let written = &self.text[span.clone()];
        let at = self.origin(span.clone());
        let error = |message: String| Diagnostic::error(Code::Syntax, &at, message);
        let not_a_value = ["string values must be quoted", "invalid boolean", "invalid float"];
        let never_closed = message.starts_with("invalid") && message.contains("string, expected");
        let line = self.text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let before = &self.text[line..span.start];
        let diagnostic = if never_closed && written.trim().is_empty() {
            let message = "this string is never closed";
            match before.find('=').and_then(|equals| Some(equals + before[equals..].find(['"', '\''])?)) {
                Some(open) => {
                    let (origin, quote) = (self.origin(line + open..span.start), &before[open..open + 1]);
                    Diagnostic::error(Code::Syntax, &origin, message).help(format!("close it with {quote}"))
                }
                None => error(message.to_string()),
            }
        } else if message.starts_with("unclosed table") && written.trim().is_empty() {
            let header = before.trim();
            let start = line + before.len() - before.trim_start().len();
            let origin = self.origin(start..start + header.len());
            let error = Diagnostic::error(Code::Syntax, &origin, "this header is never closed");
            error.help(format!("write {}]", excerpt(header)))
        } else if written == ":" && message.starts_with("invalid unquoted key") {
            let key = before.rsplit(['{', ',', ' ']).next().unwrap_or("");
            let origin = self.origin(span.start - key.len()..span.start);
            let key = excerpt(key);
            let message = format!("`=` is due after the key `{key}`, not `:`");
            Diagnostic::error(Code::Syntax, &origin, message).help(format!("write {key} = ..."))
        } else if let Some((token, key)) = other_equals(&self.text[line..], span.start - line, message) {
            let key = excerpt(key);
            let message = match &self.text[line..][token.clone()] {
                "" => format!("`=` is due after the key `{key}`"),
                written => format!("`=` is due after the key `{key}`, not `{written}`"),
            };
            let origin = self.origin(line + token.start..line + token.end);
            Diagnostic::error(Code::Syntax, &origin, message).help(format!("write {key} = ..."))
        } else if message == "duplicate key" {
            let message = format!("the key `{}` is given twice", excerpt(written));
            Diagnostic { code: Code::DuplicateKey, ..error(message) }.help("remove one of them")
        } else if not_a_value.iter().any(|start| message.starts_with(start)) {
            // The parser may underline the first letter only.
            let rest = &self.text[span.start..];
            let rest = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
            let word = match rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
                // The brace that ends a variable ends no table.
                Some((name, _)) => &rest[..name.len() + 3],
                None => rest[..rest.find([',', ']', '}', '#']).unwrap_or(rest.len())].trim_end(),
            };
            if word.is_empty() {
                let key = before.trim_end().trim_end_matches('=').trim_end();
                let start = key.rfind(['{', ',']).map_or(0, |at| at + 1);
                let start = start + key[start..].len() - key[start..].trim_start().len();
                let origin = self.origin(line + start..line + key.len());
                Diagnostic::error(Code::Syntax, &origin, "a value is missing")
                    .help("write a value after the `=`")
            } else {
                let origin = self.origin(span.start..span.start + word.len());
                let word = excerpt(word);
                let error = Diagnostic::error(Code::Syntax, &origin, format!("`{word}` is not a TOML value"));
                match word.to_ascii_lowercase().as_str() {
                    "true" | "yes" | "on" => error.help("write true"),
                    "false" | "no" | "off" => error.help("write false"),
                    _ => error.help(format!("write \"{word}\" if it is text")),
                }
            }
        } else if message.starts_with("missing comma") {
            let rest = &self.text[span.start..];
            let end = match rest.chars().next() {
                Some(quote @ ('"' | '\'')) => rest[1..].find([quote, '\n']).map_or(rest.len(), |at| at + 2),
                Some(_) | None => rest.find([',', ']', '}', '\n', ' ']).unwrap_or(rest.len()),
            };
            let origin = self.origin(span.start..span.start + end);
            Diagnostic::error(Code::Syntax, &origin, message).help("write a `,` before it")
        } else if written.starts_with('=') && before.trim_end().ends_with('=') {
            error("a second `=`".to_string()).help("write one `=`")
        } else if message == NEVER_CLOSED {
            let bracket = if written == "[" { ']' } else { '}' };
            error(message.to_string()).help(format!("close it with {bracket}"))
        } else {
            error(message.to_string())
        };
        let is_json = self.text.starts_with('{') && span.start == 0;
        if is_json {
            return diagnostic.help("if this is JSON, give its file a name that ends in .json");
        }
        if self.text[span.start..].trim_start().is_empty() {
            return diagnostic.help("the text ends here: is it complete?");
        }
        diagnostic
    }
}

/// What is written in place of the `=` behind a key, as other languages assign, or nothing; and the key. `at` is where the
/// parser stopped.
fn other_equals<'t>(line: &'t str, at: usize, message: &str) -> Option<(Range<usize>, &'t str)> {
    let (before, rest) = (line[..at].trim_end(), &line[at..]);
    let token = match before.strip_suffix('=') {
        Some(before) if rest.starts_with('>') => before.len()..at + 1,
        Some(_) => return None,
        None => match [":=", "->", "<-", ":"].into_iter().find(|token| rest.starts_with(token)) {
            Some(token) => at..at + token.len(),
            None if message.starts_with("key with no value") => at..at,
            None => return None,
        },
    };
    let key = line[..token.start].rsplit(['{', ',']).next()?.trim();
    (!key.is_empty() && !key.contains('=')).then_some((token, key))
}

/// Whether a text is TOML's `nan` or `inf`, or a number beyond the range of floats.
fn is_not_finite(written: &str) -> bool {
    let unsigned = written.trim_start_matches(['+', '-']);
    matches!(unsigned, "nan" | "inf") || unsigned.starts_with(|c: char| c.is_ascii_digit())
}

fn refuse<T>(origin: &Origin, message: &str, help: &str, diagnostics: &mut Diagnostics) -> Option<T> {
    let error = Diagnostic::error(Code::UnusableValue, origin, message);
    diagnostics.push(if help.is_empty() { error } else { error.help(help) });
    None
}

/// Where the outermost bracket stands that the end of the text leaves open.
fn unclosed<'a, 'i: 'a>(
    mut values: impl Iterator<Item = &'a Spanned<DeValue<'i>>>,
    text: &str,
) -> Option<usize> {
    let end = text.trim_end().len();
    values.find_map(|value| {
        let span = value.span();
        let written = &text[span.clone()];
        // Its last bracket may be that of the last item: then it has none of its own.
        let open = |bracket: char, last: Option<usize>| {
            let closed = written.trim_end().ends_with(bracket) && last.is_none_or(|last| last < span.end);
            span.end >= end && !closed
        };
        match value.get_ref() {
            // `[[name]]` starts with a bracket too, but is a header, as is every table without a brace.
            DeValue::Array(items) if written.starts_with('[') && !written.starts_with("[[") => {
                let last = items.iter().last().map(|item| item.span().end);
                if open(']', last) { Some(span.start) } else { unclosed(items.iter(), text) }
            }
            DeValue::Table(table) if written.starts_with('{') => {
                let last = table.values().map(|value| value.span().end).max();
                if open('}', last) { Some(span.start) } else { unclosed(table.values(), text) }
            }
            DeValue::Table(table) => unclosed(table.values(), text),
            DeValue::Array(items) => unclosed(items.iter(), text),
            DeValue::Boolean(_)
            | DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Datetime(_) => None,
        }
    })
}
