//! What of a scenario may be made plainer: settings that have defaults, lists, laws, nodes.

use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::spec::{Decode, Decoder, Diagnostics, NoDataFiles, Node, Value};

use super::document::{at, integer, length, list, names, text, with, without};

/// Keys without which a scenario, a system, a workload or a fault is none, or that other passes look after.
const KEPT: [&str; 5] = ["name", "seed", "duration", "check", "schema"];
const KEPT_IN: [(&str, &[&str]); 4] = [
    ("system", &["type", "nodes", "groups", "bugs"]),
    ("workload", &["target", "arrival", "operations"]),
    ("operation", &["do", "at", "every", "orders", "target", "by", "as"]),
    ("fault", &["do", "at", "for", "target", "groups", "links", "draws", "one_way", "direction"]),
];

/// The bounds that checks hold a system to. Their defaults ask for something else, mostly for more: who is not ready yet when the
/// default is over need not be who never is.
pub const BOUNDS: [&[&str]; 1] = [&["liveness", "within"]];

/// The paths of all settings that might be left out: keys of the top level, and of each system, workload and fault.
pub fn paths(document: &Node) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for key in names(document, &[]) {
        match KEPT_IN.iter().find(|(noun, _)| *noun == key) {
            Some((_, kept)) => {
                for name in names(document, &[&key]) {
                    let own = names(document, &[&key, &name]).into_iter();
                    let own = own.filter(|setting| !kept.contains(&setting.as_str()));
                    paths.extend(own.map(|setting| vec![key.clone(), name.clone(), setting]));
                }
            }
            None if KEPT.contains(&key.as_str()) => {}
            None => paths.push(vec![key]),
        }
    }
    paths
}

/// The items of lists of switches, each with its path: the bugs of systems.
pub fn items(document: &Node) -> Vec<(Vec<String>, String)> {
    let mut items = Vec::new();
    for system in names(document, &["system"]) {
        let Some(Value::Array(bugs)) = at(document, &["system", &system, "bugs"]).map(|node| &node.value)
        else {
            continue;
        };
        let path = vec!["system".to_owned(), system.clone(), "bugs".to_owned()];
        items.extend(bugs.iter().filter_map(string).map(|bug| (path.clone(), bug.to_owned())));
    }
    items
}

/// The document with a list that lacks an item, or without the list if it was the last; `None` if it was not there.
pub fn without_item(document: &Node, path: &[String], item: &str) -> Option<Node> {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    let Value::Array(items) = &at(document, &keys)?.value else { return None };
    let left: Vec<Node> = items.iter().filter(|one| string(one) != Some(item)).cloned().collect();
    if left.is_empty() { without(document, &keys) } else { Some(with(document, &keys, list(left))) }
}

/// The laws of lengths of time in networks and systems, each with its path and its mean as a constant.
pub fn laws(document: &Node) -> Vec<(Vec<String>, Node)> {
    let mut laws = Vec::new();
    for key in ["network", "system"] {
        if let Some(node) = at(document, &[key]) {
            find_laws(node, &mut vec![key.to_owned()], &mut laws);
        }
    }
    laws
}

fn find_laws(node: &Node, path: &mut Vec<String>, laws: &mut Vec<(Vec<String>, Node)>) {
    match &node.value {
        Value::Table(table) => {
            for entry in table.iter() {
                path.push(entry.key.clone());
                find_laws(&entry.node, path, laws);
                path.pop();
            }
        }
        Value::String(text) if text.as_str().contains('(') => {
            laws.extend(constant(node).map(|constant| (path.clone(), constant)));
        }
        Value::String(_) | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) => {}
    }
}

/// The mean of a law, whole milliseconds or microseconds where there are any; `None` if it is no law of lengths, or has no mean.
fn constant(law: &Node) -> Option<Node> {
    let mut diagnostics = Diagnostics::default();
    let law = Distribution::decode(law, &mut Decoder::new(&mut diagnostics, &NoDataFiles))?;
    let nanos = law.mean().filter(|mean| *mean < 1e18)? as u64;
    let unit = [1_000_000, 1_000, 1].into_iter().find(|unit| nanos >= 10 * unit).unwrap_or(1);
    Some(length(Duration(nanos / unit * unit)))
}

/// The document with fewer nodes of a system, the fewest first; nothing if it does not say how many by a number or a list.
pub fn fewer_nodes(document: &Node, system: &str) -> Vec<Node> {
    let path = ["system", system, "nodes"];
    match at(document, &path).map(|nodes| &nodes.value) {
        Some(Value::Integer(count)) => {
            (1..*count).map(|fewer| with(document, &path, integer(fewer))).collect()
        }
        Some(Value::Array(nodes)) => {
            (1..nodes.len()).map(|fewer| with(document, &path, list(nodes[..fewer].to_vec()))).collect()
        }
        Some(Value::Bool(_) | Value::Float(_) | Value::String(_) | Value::Table(_)) | None => Vec::new(),
    }
}

/// A fault of one node as one of whoever leads its system; `None` if it is of something else.
pub fn on_leader(fault: &Node) -> Option<Node> {
    let target = at(fault, &["target"]).and_then(string)?;
    let (system, number) = target.split_once('.')?;
    let is_node = number.chars().all(|c| c.is_ascii_digit());
    is_node.then(|| with(fault, &["target"], text(&format!("leader({system})"))))
}

/// A fault on one of its nodes, or one of its links, less; and with one side of its groups as the rest.
pub fn fewer_victims(fault: &Node) -> Vec<Node> {
    let mut fewer = Vec::new();
    if let Some(target) = at(fault, &["target"]).and_then(string)
        && let Some(listed) = target.strip_prefix("nodes(").and_then(|rest| rest.strip_suffix(')'))
    {
        let nodes: Vec<&str> = listed.split(',').map(str::trim).collect();
        fewer.extend(nodes.iter().map(|node| with(fault, &["target"], text(node))));
        if nodes.len() > 2 {
            fewer.extend(
                each_without(&nodes)
                    .map(|left| with(fault, &["target"], text(&format!("nodes({})", left.join(", "))))),
            );
        }
    }
    if let Some(Value::Array(links)) = at(fault, &["links"]).map(|links| &links.value)
        && links.len() > 1
    {
        fewer.extend(each_without(links).map(|left| with(fault, &["links"], list(left))));
    }
    if let Some(Value::Array(groups)) = at(fault, &["groups"]).map(|groups| &groups.value) {
        for (index, group) in groups.iter().enumerate() {
            let Value::Array(nodes) = &group.value else { continue };
            for left in each_without(nodes).filter(|left| !left.is_empty()) {
                let mut groups = groups.clone();
                groups[index] = if left.len() == 1 { left[0].clone() } else { list(left) };
                fewer.push(with(fault, &["groups"], list(groups)));
            }
        }
    }
    fewer
}

fn each_without<T: Clone>(items: &[T]) -> impl Iterator<Item = Vec<T>> {
    (0..items.len()).map(|index| {
        let others = items.iter().enumerate().filter(|(other, _)| *other != index);
        others.map(|(_, item)| item.clone()).collect()
    })
}

fn string(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => Some(text.as_str()),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
    }
}
