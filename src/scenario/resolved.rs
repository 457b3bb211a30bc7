//! The merged document as TOML, with a comment behind each value that says where it was written.

use crate::scenario::source::SCHEMA_VERSION;
use crate::spec::{Entry, Node, Sources, Table, Value, write};

/// The document as a TOML file that reads back to the same values; with `origins`, each value is followed by
/// its place.
pub fn resolved(document: &Node, origins: Option<&Sources>) -> String {
    let mut out = format!("schema = {SCHEMA_VERSION}\n");
    if let Value::Table(table) = &document.value {
        write_table(table, &mut Vec::new(), origins, &mut out);
    }
    out
}

/// The plain values of a table, then its tables under their headers.
fn write_table(table: &Table, path: &mut Vec<String>, origins: Option<&Sources>, out: &mut String) {
    let (tables, values): (Vec<&Entry>, Vec<&Entry>) =
        table.iter().partition(|entry| matches!(entry.node.value, Value::Table(_)));
    for entry in values {
        let line = format!("{} = {}", write::key(&entry.key), write::inline(&entry.node));
        match origins {
            // Line breaks in a comment would end it; names of files may hold anything.
            Some(sources) => {
                let place = sources.place(&entry.node.origin).replace(char::is_control, " ");
                let through = entry.node.origin.through.as_ref();
                let through = through.map_or(String::new(), |step| format!(" through ${{{}}}", step.name));
                out.push_str(&format!("{line:<56} # {place}{through}\n"));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    for entry in tables {
        let Value::Table(inner) = &entry.node.value else { continue };
        path.push(write::key(&entry.key));
        // A table of nothing but tables needs no header of its own.
        let needs_header =
            inner.is_empty() || inner.iter().any(|entry| !matches!(entry.node.value, Value::Table(_)));
        if needs_header {
            out.push_str(&format!("\n[{}]\n", path.join(".")));
        }
        write_table(inner, path, origins, out);
        path.pop();
    }
}
