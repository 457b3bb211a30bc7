//! `seedbed schema`: the JSON Schema of scenarios, made from the declarations of their options.

use clap::Args;
use serde_json::{Value as Json, json};

use super::{Exit, Failure, Terminal};
use crate::scenario::Scenario;
use crate::scenario::sweep::{CompareOptions, SweepOptions};
use crate::spec::Decode;

/// Print the JSON Schema (draft-07) of scenario files, for completion in editors
#[derive(Args, Debug)]
pub(super) struct Schema {}

impl Schema {
    pub(super) fn run(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        terminal.print_json(&scenario_schema())?;
        Ok(Exit::Passed)
    }
}

/// The JSON Schema of a scenario file, `schema/scenario-v1.json`.
///
/// It cannot tell what a scenario lacks: a file may extend another one, which has the rest. The loader does.
pub fn scenario_schema() -> Json {
    let mut schema = Scenario::shape().json_schema();
    drop_required(&mut schema);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("Seedbed scenario");
    schema["required"] = json!(["schema"]);
    for (key, mut table) in
        [("sweep", SweepOptions::shape().json_schema()), ("compare", CompareOptions::shape().json_schema())]
    {
        drop_required(&mut table);
        table["description"] = schema["properties"][key]["description"].clone();
        schema["properties"][key] = table;
    }
    schema
}

/// Drops what tables must have, down to lists: tables of an extended file merge key by key, lists do not.
fn drop_required(schema: &mut Json) {
    let Some(object) = schema.as_object_mut() else { return };
    object.remove("required");
    if let Some(named) = object.get_mut("properties").and_then(Json::as_object_mut) {
        named.values_mut().for_each(drop_required);
    }
    if let Some(any) = object.get_mut("additionalProperties") {
        drop_required(any);
    }
}
