//! `--set path=value`: one value of the document replaced from the command line.
//!
//! The value is typed as in the file: what reads as a TOML value is one, and anything else is a string, so
//! that nobody has to quote `150ms` twice. Lists are entered by index: `system.front.routes.0.policy`.

use super::extend::empty_table;
use super::{bounds, toml};
use crate::spec::{
    Code, Diagnostic, Diagnostics, Entry, Node, Origin, SourceId, SourceKind, Sources, Table, Text, Value,
    write,
};

/// Puts one `--set` into the document, if there is one, or reports what is wrong with it.
pub(super) fn apply(
    text: &str,
    document: Option<&mut Node>,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) {
    let source = sources.add_text(SourceKind::Set, "--set", text);
    let Some(setting) = read(source, text, diagnostics) else { return };
    if let Some(first @ ("schema" | "extends")) = setting.path.first().map(|key| key.key.as_str()) {
        let origin = &setting.path[0].key_origin;
        let message = format!("`{first}` belongs to a file and cannot be set");
        diagnostics.push(Diagnostic::error(Code::BadSet, origin, message));
        return;
    }
    if let Some(document) = document
        && let Err(diagnostic) = put(document, &setting.path, setting.value)
    {
        diagnostics.push(*diagnostic);
    }
}

/// The one spelling of a setting: a string without quotes where it reads back as the same string, everything else as a
/// resolved scenario writes it.
pub(super) fn written(path: &[String], value: &Node) -> String {
    let path: Vec<String> = path.iter().map(|key| write::key(key)).collect();
    let setting = |value: &str| format!("{}={value}", path.join("."));
    if let Value::String(text) = &value.value {
        let bare = setting(text.as_str());
        let back = read(SourceId::DEFAULTS, &bare, &mut Diagnostics::default());
        if !text.as_str().is_empty() && back.is_some_and(|back| back.value.same_value(value)) {
            return bare;
        }
    }
    setting(&write::inline(value))
}

/// The keys of the path, and the value.
struct Setting {
    path: Vec<Key>,
    value: Node,
}

struct Key {
    key: String,
    key_origin: Origin,
}

fn read(source: SourceId, text: &str, diagnostics: &mut Diagnostics) -> Option<Setting> {
    let whole = Origin::new(source, 0..text.len());
    let bad = |message: &str| {
        Diagnostic::error(Code::BadSet, &whole, message).help("write --set system.kv.raft.heartbeat=150ms")
    };
    let Some(equals) = find_equals(text).filter(|_| !text.contains(['\n', '\r'])) else {
        diagnostics.push(bad("a setting is path=value"));
        return None;
    };
    let mut ignored = Diagnostics::default();
    // A path by TOML's own rules of keys: dots separate, quotes protect.
    let path = toml::read(source, &format!("{}=0", &text[..equals]), &mut ignored).and_then(path_of);
    let Some(path) = path.filter(|_| !ignored.has_errors()) else {
        let message = "the path of a setting is keys with dots between them";
        diagnostics.push(bad(message));
        return None;
    };
    let mut typed = Diagnostics::default();
    let document = toml::read(source, text, &mut typed);
    let value = text[equals + 1..].trim();
    let is_syntax = |d: &Diagnostic| matches!(d.code, Code::Syntax | Code::DuplicateKey);
    if !typed.has_errors() {
        let document = document.filter(|document| bounds::check(document, diagnostics))?;
        let value = innermost(document)?;
        return Some(Setting { path, value });
    }
    // What began as a list, table or string was meant as one; and what is a value, only unusable, is no text.
    if value.starts_with(['[', '{', '"', '\'']) || !typed.iter().any(is_syntax) {
        typed.iter().for_each(|diagnostic| diagnostics.push(diagnostic.clone()));
        return None;
    }
    let start = equals + 1 + (text[equals + 1..].len() - text[equals + 1..].trim_start().len());
    let origin = Origin::new(source, start..start + value.len());
    let string = Text::new(value.to_string(), origin.clone(), Some(origin.clone()));
    Some(Setting { path, value: Node { value: Value::String(string), origin } })
}

/// The `=` that ends the path: the first outside quotes.
fn find_equals(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match (quote, c) {
            (None, '=') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            // What is escaped ends no quotes.
            (Some('"'), '\\') => drop(characters.next()),
            (Some(open), c) if c == open => quote = None,
            (None | Some(_), _) => {}
        }
    }
    None
}

/// The chain of keys in a document of one value.
fn path_of(document: Node) -> Option<Vec<Key>> {
    let mut path = Vec::new();
    let mut node = document;
    while let Value::Table(table) = node.value {
        let mut entries = table.into_iter();
        let Entry { key, key_origin, node: inner } = entries.next()?;
        path.push(Key { key, key_origin });
        node = inner;
        if entries.next().is_some() {
            return None;
        }
    }
    Some(path)
}

/// The value at the end of a chain of dotted keys. An inline table is a value; only dotted keys are entered.
fn innermost(document: Node) -> Option<Node> {
    let mut node = document;
    loop {
        // A table made by a dotted key has the place of the key.
        let Value::Table(table) = node.value else { return Some(node) };
        let entry = table.into_iter().next()?;
        let dotted = matches!(entry.node.value, Value::Table(_)) && entry.node.origin == entry.key_origin;
        node = entry.node;
        if !dotted {
            return Some(node);
        }
    }
}

/// Puts the value at the path below `node`, making tables on the way.
fn put(node: &mut Node, path: &[Key], value: Node) -> Result<(), Box<Diagnostic>> {
    let Some((key, rest)) = path.split_first() else {
        *node = value;
        return Ok(());
    };
    match &mut node.value {
        Value::Table(table) => put_in_table(table, key, rest, value),
        Value::Array(items) => {
            let count = items.len();
            match key.key.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                Some(item) => put(item, rest, value),
                None => {
                    let message = format!("there is no item `{}` in a list of {count}", key.key);
                    let error = Diagnostic::error(Code::BadSet, &key.key_origin, message);
                    Err(Box::new(error.help("items are counted from 0").related(&node.origin, "the list")))
                }
            }
        }
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {
            let message = format!("`{}` leads into {}", key.key, node.value.type_name());
            let error = Diagnostic::error(Code::BadSet, &key.key_origin, message);
            Err(Box::new(error.related(&node.origin, "this value has no keys")))
        }
    }
}

fn put_in_table(table: &mut Table, key: &Key, rest: &[Key], value: Node) -> Result<(), Box<Diagnostic>> {
    let Key { key, key_origin } = key;
    let known = match rest {
        [] => None,
        [_, ..] => table.entry_mut(key).map(|entry| &mut entry.node),
    };
    if let Some(inner) = known {
        return put(inner, rest, value);
    }
    let mut node = empty_table(key_origin);
    put(&mut node, rest, value)?;
    table.set(Entry { key: key.clone(), key_origin: key_origin.clone(), node });
    Ok(())
}
