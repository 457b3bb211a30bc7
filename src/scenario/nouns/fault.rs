//! `[fault.NAME]`: something that goes wrong, when and where. What every fault has is here; what one kind has besides is
//! with the kind.

use crate::faults::{FaultKind, KindOptions, Scope};
use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::{OptionRow, OptionTable, Options, Places};
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::suggest;
use crate::spec::value::{Entry, Node, Value};

crate::choices! {
    /// Which messages of a node a fault of links strikes.
    pub enum Direction {
        /// Those that it sends and those that are sent to it.
        Both = "both",
        /// Those that are sent to it.
        In = "in",
        /// Those that it sends.
        Out = "out",
    }
}

crate::options! {
    /// Something that goes wrong, when and where.
    pub struct FaultCommon {
        /// What goes wrong.
        r#do: Located<FaultKind>,
        /// When it strikes, once.
        at: Option<Located<Duration>>,
        /// It strikes again and again: the time to the first strike, and from each to the next.
        every: Option<Located<Distribution>>,
        /// How long each strike lasts; absent: for ever.
        r#for: Option<Distribution>,
        /// Whom it strikes: a node `kv.2`, a system `kv`, `leader(kv)`, `any(kv)`, `minority(kv)`, `quorum(kv)`,
        /// `region:x`. Faults of links strike all links of these nodes, or one link, `link a->b` (one way) or
        /// `link a--b`.
        target: Option<Located<String>>,
        /// Faults of links strike what lies between groups, each a target, a list of targets, or `rest`.
        groups: Option<Vec<Side>>,
        /// Whether only messages from the first group to the second are struck.
        one_way: bool = false,
        /// Which messages of the `target` are struck; absent: both directions.
        direction: Option<Direction>,
    }
    check check_fault;
}

/// A fault: what all have, and the options of its kind.
#[derive(Clone, Debug)]
pub struct FaultOptions {
    /// What every fault has.
    pub common: FaultCommon,
    /// What its kind has.
    pub kind: KindOptions,
}

impl Decode for FaultOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<FaultOptions> {
        let table = decoder.table(node)?;
        let common_keys = keys(&FaultCommon::table());
        let kind = table.get("do").and_then(|node| match &node.value {
            Value::String(text) => FaultKind::parse(text.as_str()),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
        });
        let own_keys = kind.map(|kind| keys(&kind.table())).unwrap_or_default();
        let is_in = |keys: &[&str], entry: &Entry| keys.contains(&entry.key.as_str());
        for entry in table.iter().filter(|entry| !is_in(&common_keys, entry) && !is_in(&own_keys, entry)) {
            // Of a fault of no known kind nobody can tell which options it has too many.
            if kind.is_some() || kinds_with(&entry.key).next().is_none() {
                let known = common_keys.iter().chain(&own_keys).copied().collect::<Vec<_>>();
                decoder.report_error(|decoder| unknown_key(entry, kind, &known, decoder));
            }
        }
        let part = |keys: &[&str]| Node {
            value: Value::Table(table.iter().filter(|entry| is_in(keys, entry)).cloned().collect()),
            origin: node.origin.clone(),
        };
        let common = FaultCommon::decode(&part(&common_keys), decoder);
        let own = kind.and_then(|kind| kind.decode(&part(&own_keys), decoder));
        Some(FaultOptions { common: common?, kind: own? })
    }

    fn shape() -> Shape {
        Shape::Table(Self::table())
    }
}

impl Options for FaultOptions {
    /// The options of every kind, each once.
    fn table() -> OptionTable {
        let mut table = FaultCommon::table();
        let mut own: Vec<(OptionRow, Vec<&str>)> = Vec::new();
        for kind in FaultKind::ALL {
            for row in kind.table().rows {
                match own.iter_mut().find(|(known, _)| known.key == row.key) {
                    Some((_, kinds)) => kinds.push(kind.name()),
                    None => own.push((row, vec![kind.name()])),
                }
            }
        }
        table.rows.extend(own.into_iter().map(|(row, kinds)| {
            let doc = match kinds.as_slice() {
                [only] => format!("Of `{only}`: {}", row.doc),
                several => format!("Of {}; `seedbed explain {}` has more.", list(several), several[0]),
            };
            // What one kind requires another does not have.
            OptionRow { doc, required: false, default: None, ..row }
        }));
        table
    }
}

/// `a`, `b` and `c`.
fn list(kinds: &[&str]) -> String {
    let quoted: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
    match quoted.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

fn keys(table: &OptionTable) -> Vec<&'static str> {
    table.rows.iter().map(|row| row.key).collect()
}

/// The kinds that have an option of this key.
fn kinds_with(key: &str) -> impl Iterator<Item = FaultKind> {
    FaultKind::ALL.iter().copied().filter(move |kind| kind.table().rows.iter().any(|row| row.key == key))
}

/// A key that a fault of this kind does not have.
fn unknown_key(
    entry: &Entry,
    kind: Option<FaultKind>,
    known: &[&'static str],
    decoder: &mut Decoder<'_>,
) -> Diagnostic {
    let key = entry.key.as_str();
    let message = format!("unknown key `{key}` {}", decoder.section());
    let error = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
    let owners: Vec<&str> = kinds_with(key).map(FaultKind::name).collect();
    if let (Some(kind), false) = (kind, owners.is_empty()) {
        return error.help(format!("`{key}` is an option of {}, and this is a {kind}", list(&owners)));
    }
    match suggest::closest(key, known.iter().copied()) {
        Some(near) => {
            decoder.was_meant(near);
            error.did_you_mean(Some(near))
        }
        None => error.help(format!("the keys here are {}", known.join(", "))),
    }
}

/// One side of a fault of links, as written: targets, or `rest`.
#[derive(Clone, Debug)]
pub struct Side(pub Vec<Located<String>>);

impl Decode for Side {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Side> {
        match &node.value {
            Value::Array(_) => Vec::decode(node, decoder).map(Side),
            Value::String(_) => Located::decode(node, decoder).map(|one| Side(vec![one])),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Table(_) => decoder.wrong_type(
                node,
                "a target or a list of targets",
                "write for example \"region:eu-west-1\"",
            ),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text, Vec::<String>::shape()])
    }
}

/// What a fault needs depends on what it strikes.
fn check_fault(fault: &FaultCommon, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let is_meant = decoder.is_meant("at") || decoder.is_meant("every");
    let is_target_meant = decoder.is_meant("target") || decoder.is_meant("groups");
    let mut refuse = |key: &str, message: String, help: &str| {
        decoder.report(Diagnostic::error(Code::Contradiction, places.of(key), message).help(help));
    };
    match (&fault.at, &fault.every) {
        (Some(_), Some(_)) => {
            refuse("every", "both `at` and `every` say when it strikes".to_owned(), "keep one of them");
        }
        (None, None) if is_meant => {}
        (None, None) => {
            let help = "write at = \"40s\" or every = \"exp(60s)\"";
            refuse("", "nothing says when it strikes: `at` or `every` is missing".to_owned(), help);
        }
        (Some(_), None) | (None, Some(_)) => {}
    }
    if let Some(every) = &fault.every
        && every.value.duration(u64::MAX) == Duration::ZERO
    {
        let help = "write for example every = \"exp(60s)\"";
        refuse("every", "it would strike without end at one moment".to_owned(), help);
    }
    let kind = fault.r#do.value;
    let strikes_links = kind.scope() == Scope::Links;
    match (&fault.target, &fault.groups, strikes_links) {
        (None, _, _) if is_target_meant => {}
        (None, _, false) => {
            let message = format!("`target` is missing: whom does the {kind} strike?");
            refuse("", message, "write for example target = \"leader(kv)\"");
        }
        (_, Some(_), false) => {
            refuse("groups", format!("a {kind} has no `groups`"), "remove it, or write do = \"partition\"");
        }
        (None, None, true) if kind == FaultKind::Partition => {
            let help = "write groups = [\"region:eu-west-1\", \"rest\"], or target = \"link kv.1--kv.2\"";
            refuse("", "`groups` is missing: what does the partition separate?".to_owned(), help);
        }
        (Some(_), Some(_), true) => {
            let message = format!("both `target` and `groups` say which links the {kind} strikes");
            refuse("target", message, "keep one of them");
        }
        (None, None, true) | (Some(_), None, _) | (None, Some(_), true) => {}
    }
    if let Some(groups) = fault.groups.as_ref().filter(|groups| groups.len() < 2) {
        let message = format!("a {kind} lies between at least two groups, not {}", groups.len());
        refuse("groups", message, "add \"rest\" for all other nodes");
    }
    let one_way_groups = fault.groups.as_ref().map_or(0, Vec::len);
    if fault.one_way && one_way_groups != 2 {
        let help = "a one-way fault goes from the first of two groups to the second; for a link write \"link a->b\", for a \
                    node direction = \"out\"";
        refuse("one_way", "`one_way` needs exactly two groups".to_owned(), help);
    }
    if fault.direction.is_some() {
        let is_node = |target: &Located<String>| !target.value.trim().starts_with("link ");
        if !strikes_links {
            refuse("direction", format!("a {kind} has no `direction`"), "remove it");
        } else if !fault.target.as_ref().is_some_and(is_node) {
            let help = "for groups write one_way = true, for a link \"link a->b\"";
            refuse("direction", "`direction` is of the links of a `target`".to_owned(), help);
        }
    }
}
