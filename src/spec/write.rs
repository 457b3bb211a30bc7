//! Values as TOML text on one line, as `explain` and resolved scenarios print them.

use super::value::{Node, Value};

/// The value in TOML 1.0: strings quoted, tables and lists inline.
pub fn inline(node: &Node) -> String {
    match &node.value {
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        // `{:?}` is the shortest text that reads back to the same float, and keeps the `.0` of whole ones.
        Value::Float(value) => format!("{value:?}"),
        Value::String(text) => quoted(text.as_str()),
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) if table.is_empty() => "{}".to_string(),
        Value::Table(table) => {
            let entries: Vec<String> =
                table.iter().map(|entry| format!("{} = {}", key(&entry.key), inline(&entry.node))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// A key, quoted where TOML demands it.
pub fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_string() } else { quoted(name) }
}

/// A TOML basic string.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Most characters of a text that is no part of a document yet.
const EXCERPT_MAX: usize = 200;

/// The text as a message quotes it: what is broken may be very long.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT_MAX) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_strings_are_quoted_where_needed() {
        assert_eq!(key("eu-west-1"), "eu-west-1");
        assert_eq!(key("/users"), "\"/users\"");
        assert_eq!(key(""), "\"\"");
        assert_eq!(excerpt(&"é".repeat(EXCERPT_MAX + 1)), "é".repeat(EXCERPT_MAX) + "...");
        assert_eq!(quoted("a\"b\\c\n\u{1}"), "\"a\\\"b\\\\c\\n\\u0001\"");
    }
}
