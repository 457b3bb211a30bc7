//! However a value comes into a scenario, it means the same: written in the file, over a base, set on the command line,
//! carried by a variable, in JSON. Shipped scenarios with one value exchanged for another; `PROPTEST_CASES` asks for more, and for
//! others each time.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};
use seedbed::run::first_run;
use seedbed::run::prepare::{Prepared, prepare};
use seedbed::scenario::{LoadOptions, Loaded, Sweep, check, load_text, render, resolved};
use seedbed::sim::Limits;
use seedbed::spec::{Entry, Node, Table, Value, write};
use seedbed::systems::Never;
use serde_json::Value as Json;

use super::input::Input;

/// Cases of a test that nobody asked for more of: the same each time, so that a test that passes passes again.
const CASES: u32 = 24;
const SEED: RngSeed = RngSeed::Fixed(1);

fn config() -> ProptestConfig {
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if asked { config } else { ProptestConfig { cases: CASES, rng_seed: SEED, ..config } }
}

#[test]
fn the_cases_are_the_same_each_time_unless_more_are_asked_for() {
    let drawn = || {
        let mut runner = TestRunner::new(config());
        (0..CASES)
            .map(|_| any::<u64>().new_tree(&mut runner).expect("a number").current())
            .collect::<Vec<_>>()
    };
    assert_eq!(drawn() == drawn(), std::env::var_os("PROPTEST_CASES").is_none());
}

/// The documents of the shipped scenarios that need no file beside them.
static DOCUMENTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let alone = |text: &String| verdict(load_text("test.toml", text, &LoadOptions::default())).0;
    super::scenarios().into_iter().filter(alone).collect()
});

/// A value as a scenario may have it, or nearly.
fn value() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "kv",
        "raft",
        "service",
        "kv.1",
        "leader(kv)",
        "rest",
        "region:us-east-1",
        "us-east-1",
        "aws",
        "lan",
        "auto",
        "linearizable",
        "agreement",
        "latency",
        "p99 < 5ms",
        "read",
        "crash",
        "partition",
        "exp(5ms)",
        "uniform(1ms, 2ms)",
        "poisson(10/s)",
        "closed(clients=3)",
        "zipf(n=10, s=0.9)",
        "mixture(1: exp(5mz))",
        "exp(",
        "x y",
        "",
    ]);
    let unit = prop::sample::select(vec!["ns", "ms", "s", "m", "/s", "%", "ppm", "KiB", "Mbit/s", "", "q"]);
    prop_oneof![
        (-1..10_i64).prop_map(|number| number.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        (-1e3..1e3_f64).prop_map(|number| format!("{number:?}")),
        (0..100_u32, unit).prop_map(|(number, unit)| format!("\"{number}{unit}\"")),
        word.clone().prop_map(write::quoted),
        prop::collection::vec(word, 0..3).prop_map(|words| {
            format!("[{}]", words.iter().map(|word| write::quoted(word)).collect::<Vec<_>>().join(", "))
        }),
        Just("{ unheard_of = 1 }".to_owned()),
    ]
}

/// A scenario, one of its values by number, and what stands there instead.
fn exchange() -> impl Strategy<Value = (String, Index, String)> {
    (prop::sample::select(DOCUMENTS.clone()), any::<Index>(), value())
}

fn document(text: &str) -> Node {
    load_text("test.toml", text, &LoadOptions::default()).document.expect("it was loaded before")
}

/// The paths of all values that are no tables.
fn paths(node: &Node) -> Vec<Vec<String>> {
    fn walk(node: &Node, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
        match node.as_table() {
            None => found.push(path.clone()),
            Some(table) => table.iter().for_each(|entry| {
                path.push(entry.key.clone());
                walk(&entry.node, path, found);
                path.pop();
            }),
        }
    }
    let mut found = Vec::new();
    walk(node, &mut Vec::new(), &mut found);
    found
}

/// The value at a path, to exchange it.
fn at<'a>(node: &'a mut Node, path: &[String]) -> &'a mut Node {
    path.iter().fold(node, |node, key| match &mut node.value {
        Value::Table(table) => &mut table.entry_mut(key).expect("the path was found in it").node,
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Array(_) => {
            panic!("the path leads through tables")
        }
    })
}

fn dotted(path: &[String]) -> String {
    path.iter().map(|key| write::key(key)).collect::<Vec<_>>().join(".")
}

/// Whether it is valid, and what is wrong with it, wherever it was written.
fn verdict(mut loaded: Loaded) -> (bool, Vec<String>) {
    let checked = check(&mut loaded, |scenario, diagnostics, files| {
        let prepared: Option<Prepared> =
            prepare("test", scenario, scenario.seed, Limits::default(), diagnostics, files);
        prepared.map(|prepared| prepared.world)
    });
    let mut said: Vec<String> =
        loaded.diagnostics.iter().map(|one| format!("{} {}", one.code.name(), one.message)).collect();
    said.sort();
    (checked.is_some(), said)
}

fn verdict_of(text: &str, set: &[String]) -> (bool, Vec<String>) {
    verdict(load_text("test.toml", text, &LoadOptions { root: None, set: set.to_vec() }))
}

/// Most documents of a sweep that are compared.
const POINTS_MOST: usize = 1_000;

/// The documents of every combination, or of some of many: a sweep that draws may have billions. None if the sweep makes no
/// sense.
fn points(text: &str) -> Vec<Node> {
    let Some(sweep) = Sweep::new(&document(text), &mut Default::default()) else { return Vec::new() };
    sweep.sample(POINTS_MOST).into_iter().map(|index| sweep.point(index).document).collect()
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Bool(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Table(table) => table.iter().map(|entry| (entry.key.clone(), json(&entry.node))).collect(),
    }
}

/// The same tables with their keys the other way round.
fn reversed(node: &Node) -> Node {
    let value = match &node.value {
        Value::Table(table) => {
            let entries: Vec<Entry> = table.iter().cloned().collect();
            let turned = |entry: Entry| Entry { node: reversed(&entry.node), ..entry };
            Value::Table(entries.into_iter().rev().map(turned).collect::<Table>())
        }
        other => other.clone(),
    };
    Node { value, origin: node.origin.clone() }
}

/// The text without the escape sequences of colours.
fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut out = parts.next().unwrap_or("").to_owned();
    parts.for_each(|part| out.push_str(part.split_once('m').map_or("", |(_, rest)| rest)));
    out
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_value_means_the_same_however_it_comes((text, index, value) in exchange()) {
        let original = document(&text);
        let paths = paths(&original);
        let path = index.get(paths.as_slice()).as_slice();
        // A network that looks like a file's name is looked for in the folder, which a text alone has not.
        prop_assume!(path != ["network", "regions"] || !value.contains(['.', '/']));
        let mut exchanged = original.clone();
        *at(&mut exchanged, path) = document(&format!("schema = 1\nv = {value}")).at("v").expect("it is there").clone();
        let written = resolved(&exchanged, None);
        let expected = verdict_of(&written, &[]);
        let (before, key) = (resolved(&original, None), dotted(path));
        let case = format!("{key} = {value} in\n{before}");

        prop_assert_eq!(&verdict_of(&before, &[format!("{key}={value}")]), &expected, "set: {}", case);

        let folder = tempfile::tempdir().expect("a temporary folder");
        let over = format!("schema = 1\nextends = \"base.toml\"\n{key} = {value}\n");
        // A table, of which there is one, merges and does not replace.
        if !value.starts_with('{') {
            let extended = Input { base: Some(before.clone()), ..Input::plain(over) };
            prop_assert_eq!(&verdict(extended.load(folder.path())), &expected, "extends: {}", case);
        }

        let as_json = Input { json: true, ..Input::plain(json_text(&exchanged)) };
        prop_assert_eq!(&verdict(as_json.load(folder.path())), &expected, "JSON: {}", case);

        // What is asked of a sweep does not vary with it.
        if !["sweep", "compare"].contains(&path[0].as_str()) {
            let mut carried = original.clone();
            *at(&mut carried, path) = document("schema = 1\nv = \"${probe}\"").at("v").expect("it is there").clone();
            let carried = resolved(&carried, None);
            let carried = match carried.contains("\n[sweep.vars]\n") {
                true => carried.replacen("\n[sweep.vars]\n", &format!("\n[sweep.vars]\nprobe = [{value}]\n"), 1),
                false => format!("{carried}\n[sweep.vars]\nprobe = [{value}]\n"),
            };
            prop_assert_eq!(&verdict_of(&carried, &[]), &expected, "sweep: {}", case);
            let (carried, written) = (points(&carried), points(&written));
            prop_assert_eq!(carried.len(), written.len(), "points: {}", case);
            let same = carried.iter().zip(&written).all(|(carried, written)| carried.same_value(written));
            prop_assert!(same, "points: {}", case);
        }
    }

    #[test]
    fn the_order_of_keys_and_the_colours_change_no_verdict((text, index, value) in exchange()) {
        let original = document(&text);
        let paths = paths(&original);
        let set = [format!("{}={value}", dotted(index.get(paths.as_slice()).as_slice()))];
        let (forth, back) = (resolved(&original, None), resolved(&reversed(&original), None));
        let verdict = verdict_of(&forth, &set);
        prop_assert_eq!(verdict_of(&back, &set).0, verdict.0, "{:?} in\n{}", set, back);

        let mut loaded = load_text("test.toml", &forth, &LoadOptions { root: None, set: set.to_vec() });
        let _ = check(&mut loaded, |scenario, diagnostics, files| {
            let prepared: Option<Prepared> =
                prepare("test", scenario, scenario.seed, Limits::default(), diagnostics, files);
            prepared.map(|prepared| prepared.world)
        });
        let plain = render(&loaded.sources, &loaded.diagnostics, false);
        prop_assert_eq!(without_colours(&render(&loaded.sources, &loaded.diagnostics, true)), plain);
    }

    #[test]
    fn what_check_accepts_runs_and_prints_and_reads_back((text, index, value) in exchange()) {
        let original = document(&text);
        let paths = paths(&original);
        let options = LoadOptions { root: None, set: vec![format!("{}={value}", dotted(index.get(paths.as_slice()).as_slice()))] };
        let load = || load_text("test.toml", &text, &options);
        let (is_valid, said) = verdict(load());
        let first = first_run::<Never>(load(), Limits::default());
        prop_assert!(first.is_ok() || !is_valid, "{:?}: {:?}", options.set, first.err());
        let Some(document) = load().document else { return Ok(()) };
        let sweep = Sweep::new(&document, &mut Default::default());
        if sweep.is_some_and(|sweep| sweep.len() == 1) {
            prop_assert_eq!(first.is_ok(), is_valid, "{:?}: {:?}", options.set, said);
        }
        let printed = resolved(&document, None);
        prop_assert_eq!(verdict_of(&printed, &[]), (is_valid, said), "{}", printed);
        prop_assert_eq!(resolved(&self::document(&printed), None), printed);
    }
}

/// The document as JSON.
fn json_text(document: &Node) -> String {
    let mut json = json(document);
    json.as_object_mut().expect("a document is a table").insert("schema".to_owned(), 1.into());
    json.to_string()
}
