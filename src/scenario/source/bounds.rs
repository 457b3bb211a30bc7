//! How large a document may be. Files are bounded by their bytes, and these bound what little text can ask for: whatever
//! comes after may then take a step for each key, and even one for each pair of keys of a table.

use crate::spec::{Code, Diagnostic, Diagnostics, Node, Origin, Value};

/// How deep tables and lists may nest.
pub const DEPTH_MAX: usize = 64;
/// The most keys of one table.
pub const KEYS_MAX: usize = 4_096;
/// The most values of a document, in all of its tables and lists.
pub const VALUES_MAX: usize = 100_000;
/// The most bytes of a key or of a string.
pub const TEXT_BYTES_MAX: usize = 4_096;

/// Whether a document keeps within the limits; the first place where it does not is reported.
pub(super) fn check(document: &Node, diagnostics: &mut Diagnostics) -> bool {
    let mut values = 0;
    match walk(document, 0, &mut values) {
        Ok(()) => true,
        Err((origin, message, help)) => {
            diagnostics.push(Diagnostic::error(Code::TooMany, &origin, message).help(help));
            false
        }
    }
}

type Broken = (Origin, String, &'static str);

fn walk(node: &Node, depth: usize, values: &mut usize) -> Result<(), Broken> {
    let broken = |origin: &Origin, message: String, help| Err((origin.clone(), message, help));
    *values += 1;
    if *values > VALUES_MAX {
        let message = format!("the document has more than {VALUES_MAX} values");
        return broken(&node.origin, message, "leave values to their defaults, or use several scenarios");
    }
    if depth > DEPTH_MAX {
        let message = format!("tables and lists nest deeper than {DEPTH_MAX}");
        return broken(&node.origin, message, "no option of a scenario needs more than a few levels");
    }
    match &node.value {
        Value::Table(table) => {
            if let Some(entry) = table.iter().nth(KEYS_MAX) {
                let message = format!("a table has more than {KEYS_MAX} keys");
                return broken(
                    &entry.key_origin,
                    message,
                    "one system has many nodes, and a sweep many values",
                );
            }
            for entry in table.iter() {
                text(&entry.key, &entry.key_origin)?;
                walk(&entry.node, depth + 1, values)?;
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(|item| walk(item, depth + 1, values)),
        Value::String(string) => text(string.as_str(), &node.origin),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) => Ok(()),
    }
}

fn text(text: &str, origin: &Origin) -> Result<(), Broken> {
    if text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    let message = format!("this text of {} bytes is longer than {TEXT_BYTES_MAX}", text.len());
    Err((origin.clone(), message, "what is long belongs into a data file, or into a comment"))
}
