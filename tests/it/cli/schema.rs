//! `seedbed schema`: the committed schema is current, takes every shipped scenario, and refuses what it can tell is
//! wrong. Checked by a small validator of the keywords that the schema uses.

use serde_json::{Value, json};

use super::*;

const COMMITTED: &str = "schema/scenario-v1.json";

#[test]
fn the_committed_schema_is_current() {
    let printed = run(&["schema"]).exits(0).stdout;
    let path = project().join(COMMITTED);
    if std::env::var_os("SEEDBED_BLESS").is_some() {
        std::fs::write(&path, &printed).expect("writable");
    }
    let committed = std::fs::read_to_string(&path).expect("it is committed");
    assert!(committed == printed, "{COMMITTED} is not current; SEEDBED_BLESS=1 rewrites it");
}

#[test]
fn every_shipped_scenario_and_template_fits_the_schema() {
    let schema = run(&["schema"]).json();
    let mut documents: Vec<(String, Value)> = crate::scenarios::shipped()
        .iter()
        .map(|path| {
            (path.display().to_string(), std::fs::read_to_string(project().join(path)).expect("readable"))
        })
        .map(|(name, text)| (name, toml_as_json(&text)))
        .collect();
    for template in ["raft", "service", "service-over-raft"] {
        documents.push((template.to_owned(), toml_as_json(&run(&["new", template]).exits(0).stdout)));
    }
    for (name, document) in documents {
        assert_eq!(mistakes(&schema, &document, ""), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_the_schema_can_tell_it_refuses() {
    let schema = run(&["schema"]).json();
    for (document, place) in [
        (json!({}), ""),
        (json!({ "schema": 2 }), "/schema"),
        (json!({ "schema": 1, "duratoin": "5s" }), "/duratoin"),
        (json!({ "schema": 1, "duration": 5 }), "/duration"),
        (json!({ "schema": 1, "duration": "5 s" }), "/duration"),
        (json!({ "schema": 1, "seed": -1 }), "/seed"),
        (json!({ "schema": 1, "network": { "default": { "loss": 2.5 } } }), "/network/default/loss"),
        (json!({ "schema": 1, "system": { "kv": { "type": "rafft" } } }), "/system/kv/type"),
        (json!({ "schema": 1, "system": { "kv": { "nodes": "three" } } }), "/system/kv/nodes"),
        (json!({ "schema": 1, "system": { "kv": { "raft": { "batch": 0 } } } }), "/system/kv/raft/batch"),
        (
            json!({ "schema": 1, "system": { "kv": { "raft": { "election_timeout": "expo(1s)" } } } }),
            "/system/kv/raft/election_timeout",
        ),
        (json!({ "schema": 1, "workload": { "w": { "arrival": "poison(5/s)" } } }), "/workload/w/arrival"),
        (json!({ "schema": 1, "sweep": { "vars": {}, "repeat": "x" } }), "/sweep/repeat"),
    ] {
        let found = mistakes(&schema, &document, "");
        assert!(
            found.iter().any(|mistake| mistake.starts_with(&format!("{place}:"))),
            "{document}: {found:?}"
        );
    }
    let swept =
        json!({ "schema": 1, "duration": "${d}", "system": { "kv": { "type": "${t}", "cores": "${c}" } } });
    assert_eq!(mistakes(&schema, &swept, ""), Vec::<String>::new(), "a variable may stand for any value");
}

fn toml_as_json(text: &str) -> Value {
    let table: toml::Table = text.parse().expect("TOML");
    serde_json::to_value(table).expect("its values are those of JSON")
}

/// What does not fit, each as `place: reason`. Unknown keywords fail, so that the schema cannot say what is not held.
fn mistakes(schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, expected) in schema.as_object().expect("a schema is an object") {
        let number = || value.as_f64().zip(expected.as_f64());
        let fits = match keyword.as_str() {
            "$schema" | "title" | "description" | "default" => true,
            "type" => has_type(value, expected.as_str().expect("one type")),
            "const" => value == expected,
            "minimum" => number().is_none_or(|(value, least)| value >= least),
            "maximum" => number().is_none_or(|(value, most)| value <= most),
            "pattern" => value.as_str().is_none_or(|text| {
                regex_lite::Regex::new(expected.as_str().expect("a string"))
                    .expect("a pattern")
                    .is_match(text)
            }),
            "anyOf" => {
                let options = expected.as_array().expect("a list");
                options.iter().any(|option| mistakes(option, value, at).is_empty())
                    || note_deepest(options, value, at, &mut found)
            }
            "required" => {
                let mut keys =
                    expected.as_array().expect("a list").iter().map(|key| key.as_str().expect("a key"));
                value.as_object().is_none_or(|object| keys.all(|key| object.contains_key(key)))
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                found.extend(
                    items.flat_map(|(index, item)| mistakes(expected, item, &format!("{at}/{index}"))),
                );
                true
            }
            "properties" => {
                let entries = value.as_object().into_iter().flatten();
                let known = entries.filter_map(|(key, inner)| Some((key, inner, expected.get(key)?)));
                found.extend(
                    known.flat_map(|(key, inner, schema)| mistakes(schema, inner, &format!("{at}/{key}"))),
                );
                true
            }
            "additionalProperties" => {
                let declared = schema.get("properties").and_then(Value::as_object);
                let is_other = |key: &String| declared.is_none_or(|declared| !declared.contains_key(key));
                for (key, inner) in value.as_object().into_iter().flatten().filter(|(key, _)| is_other(key)) {
                    match expected {
                        Value::Bool(true) => {}
                        Value::Bool(false) => found.push(format!("{at}/{key}: unknown")),
                        schema => found.extend(mistakes(schema, inner, &format!("{at}/{key}"))),
                    }
                }
                true
            }
            keyword => panic!("the validator does not know `{keyword}`"),
        };
        if !fits {
            found.push(format!("{at}: {keyword}"));
        }
    }
    found
}

/// The mistakes inside the options of `anyOf` that are of the right type: they say more than that none fits.
fn note_deepest(options: &[Value], value: &Value, at: &str, found: &mut Vec<String>) -> bool {
    let inside = options.iter().flat_map(|option| mistakes(option, value, at));
    found.extend(inside.filter(|mistake| !mistake.starts_with(&format!("{at}:"))));
    false
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        name => panic!("the validator does not know the type `{name}`"),
    }
}
