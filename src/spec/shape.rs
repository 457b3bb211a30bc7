//! What a value looks like in a file: the one description behind `explain` and the JSON Schema.

use serde_json::{Map, Value as Json, json};

use super::choices::ChoiceRow;
use super::distribution::Measure;
use super::options::{OptionRow, OptionTable};
use super::units::Dimension;
use super::value::{Node, Value};

/// What a value looks like in a file.
#[derive(Clone, Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number, not negative.
    Integer,
    /// A number.
    Number,
    /// A string.
    Text,
    /// A quantity in a string.
    Quantity(Dimension),
    /// A distribution in a string.
    Distribution(Measure),
    /// One of some words.
    Choice(&'static [ChoiceRow]),
    /// A list.
    List(Box<Shape>),
    /// A table with declared options.
    Table(OptionTable),
    /// A table with free names.
    Named(Box<Shape>),
    /// `name(argument, key=value)` in a string: what it is, and the names that it may have.
    Call(&'static str, Vec<&'static str>),
    /// The same, where those that need no argument may be named alone.
    CallOrWord(&'static str, Vec<&'static str>),
    /// One of several shapes.
    Either(Vec<Shape>),
    /// A shape that readers are told of, while the JSON Schema takes anything: what holds itself would have no end there.
    Told(Box<Shape>),
    /// Anything; another layer knows more.
    Any,
}

/// A string that a sweep replaces by a value of any type.
const VARIABLE: &str = r"^\$\{[A-Za-z_][A-Za-z0-9_-]*\}$";

impl Shape {
    /// The type in words for `explain`: `duration`, `list of numbers`.
    pub fn words(&self) -> String {
        match self {
            Shape::Bool => "true or false".to_string(),
            Shape::Integer => "whole number".to_string(),
            Shape::Number => "number".to_string(),
            Shape::Text => "string".to_string(),
            Shape::Quantity(Dimension::Ratio) => "ratio (\"0.5%\" or 0.005)".to_string(),
            Shape::Quantity(dimension) => {
                let name = dimension.name().trim_start_matches("a ");
                format!("{name} (\"{}\")", dimension.example())
            }
            Shape::Distribution(measure) => format!("distribution of {}", measure.name()),
            Shape::Choice(rows) => {
                rows.iter().map(|row| format!("\"{}\"", row.name)).collect::<Vec<_>>().join(" | ")
            }
            Shape::List(item) => format!("list of: {}", item.words()),
            Shape::Table(_) => "table".to_string(),
            Shape::Named(item) => format!("table of names to: {}", item.words()),
            Shape::Call(what, _) | Shape::CallOrWord(what, _) => (*what).to_string(),
            Shape::Either(shapes) => shapes.iter().map(Shape::words).collect::<Vec<_>>().join(", or "),
            Shape::Told(shape) => shape.words(),
            Shape::Any => "any value".to_string(),
        }
    }

    /// The shapes that it is made of: of a list's items, of a named table's values, or those of which it is one.
    pub fn parts(&self) -> &[Shape] {
        match self {
            Shape::Named(inner) | Shape::List(inner) | Shape::Told(inner) => std::slice::from_ref(inner),
            Shape::Either(shapes) => shapes,
            Shape::Bool
            | Shape::Integer
            | Shape::Number
            | Shape::Text
            | Shape::Quantity(_)
            | Shape::Distribution(_)
            | Shape::Choice(_)
            | Shape::Table(_)
            | Shape::Call(..)
            | Shape::CallOrWord(..)
            | Shape::Any => &[],
        }
    }

    /// The JSON Schema (draft-07) of the value.
    pub fn json_schema(&self) -> Json {
        match self {
            Shape::Bool => or_variable(json!({ "type": "boolean" })),
            Shape::Integer => or_variable(json!({ "type": "integer", "minimum": 0 })),
            Shape::Number => or_variable(json!({ "type": "number" })),
            Shape::Text => json!({ "type": "string" }),
            Shape::Quantity(Dimension::Ratio) => json!({
                "anyOf": [{ "type": "number", "minimum": 0, "maximum": 1 }, quantity(Dimension::Ratio)]
            }),
            Shape::Quantity(dimension) => quantity(*dimension),
            Shape::Distribution(measure) => {
                let names: Vec<&str> = super::distribution::FAMILIES.iter().map(|f| f.name).collect();
                let call = call(&names);
                let constant = measure.dimension().map_or(json!({ "type": "number" }), quantity);
                json!({ "anyOf": [call, constant] })
            }
            Shape::Choice(rows) => {
                let one = |row: &ChoiceRow| json!({ "const": row.name, "description": row.doc.trim() });
                let mut options: Vec<Json> = rows.iter().map(one).collect();
                options.push(variable());
                json!({ "anyOf": options })
            }
            Shape::List(item) => or_variable(json!({ "type": "array", "items": item.json_schema() })),
            Shape::Table(table) => table_schema(table),
            Shape::Named(item) => {
                json!({ "type": "object", "additionalProperties": item.json_schema() })
            }
            Shape::Call(_, names) => call(names),
            Shape::CallOrWord(_, names) => {
                let pattern = format!(r"^\s*({})(\(.*\))?\s*$|{VARIABLE}", names.join("|"));
                json!({ "type": "string", "pattern": pattern })
            }
            Shape::Either(shapes) => {
                json!({ "anyOf": shapes.iter().map(Shape::json_schema).collect::<Vec<_>>() })
            }
            Shape::Told(_) | Shape::Any => json!({}),
        }
    }
}

fn variable() -> Json {
    json!({ "type": "string", "pattern": VARIABLE })
}

fn or_variable(schema: Json) -> Json {
    json!({ "anyOf": [schema, variable()] })
}

fn call(names: &[&str]) -> Json {
    let pattern = format!(r"^\s*({})\(.*\)\s*$|{VARIABLE}", names.join("|"));
    json!({ "type": "string", "pattern": pattern })
}

fn quantity(dimension: Dimension) -> Json {
    // A quantity in JSON Schema can be checked for its rough form only; the loader checks it fully.
    let units = dimension.unit_names().join("|");
    let pattern = format!(r"^([+-]?([0-9]+(\.[0-9]+)?({units}))+|\$\{{[A-Za-z_][A-Za-z0-9_-]*\}})$");
    json!({ "type": "string", "pattern": pattern })
}

fn table_schema(table: &OptionTable) -> Json {
    let mut properties = Map::new();
    for row in &table.rows {
        properties.insert(row.key.to_string(), row_schema(row));
    }
    let mut schema = json!({
        "type": "object",
        "description": table.doc,
        "additionalProperties": false,
        "properties": properties,
    });
    let required: Vec<&str> = table.rows.iter().filter(|row| row.required).map(|row| row.key).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn row_schema(row: &OptionRow) -> Json {
    let mut schema = row.shape.json_schema();
    if let Shape::Table(_) = row.shape {
        schema = or_variable(schema);
    }
    if let Some((low, high)) = row.limits.as_ref().map(|limits| limits.numbers)
        && let Some(inner) = schema.pointer_mut("/anyOf/0")
    {
        if let Some(low) = low {
            inner["minimum"] = number(low);
        }
        if let Some(high) = high {
            inner["maximum"] = number(high);
        }
    }
    schema["description"] = json!(row.doc);
    if let Some(default) = &row.default {
        schema["default"] = to_json(default);
    }
    schema
}

/// Whole numbers without a needless `.0`.
fn number(value: f64) -> Json {
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}

/// A value as JSON.
pub fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Bool(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Float(value) => json!(value),
        Value::String(text) => json!(text.as_str()),
        Value::Array(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Table(table) => {
            Json::Object(table.iter().map(|entry| (entry.key.clone(), to_json(&entry.node))).collect())
        }
    }
}
