//! `[system.NAME]`: a named group of nodes that run one thing.

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, listed};
use crate::processors::{MessageCost, MessageCosts};
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::{OptionRow, OptionTable, Options, Places, one_table_down};
use crate::spec::quantity::{Ppm, SignedDuration};
use crate::spec::scalars::{Located, Named};
use crate::spec::shape::Shape;
use crate::spec::suggest;
use crate::spec::value::{Entry, Node, Table, Value};
use crate::systems::kinds::{Kind, KindOptions};

use super::words::Words;

crate::choices! {
    /// How a system's messages travel.
    pub enum TransportChoice {
        /// What is lost is lost, and messages may overtake each other.
        Datagram = "datagram",
        /// In order; a loss costs a retransmission timeout, and a crash of either end resets.
        Stream = "stream",
    }
}

crate::options! {
    /// What every system has, whatever runs there.
    pub struct SystemCommon {
        /// What runs on its nodes; `seedbed list systems` shows the types.
        r#type: Located<Kind>,
        /// Its nodes: a number, a list of regions (one node each), or `{ region, count }`.
        nodes: Option<Located<Nodes>>,
        /// Its nodes, in groups with names and speeds of their own.
        groups: Option<Located<Vec<Group>>>,
        /// Its disks.
        disk: DiskOptions = {},
        /// Its clocks, by node name; `default` for the others.
        clocks: Named<ClockOptions>,
        /// How many pieces of work a node serves at once; absent: any number.
        cores: Option<u32> [1..=4096],
        /// The work that messages are to a node's cores; takes `cores`.
        cpu: CpuOptions = {},
        /// How its messages travel; absent: as its type prefers.
        transport: Option<TransportChoice>,
        /// Bugs switched on; `seedbed list bugs` shows them.
        bugs: Vec<Located<String>> = vec![],
        /// Whether options that can lose or corrupt data may be used.
        allow_unsafe: bool = false,
    }
    check check_common;
}

fn check_common(common: &SystemCommon, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if common.cores.is_none() && common.cpu.is_any_work() && !decoder.is_meant("cores") {
        let message = "`cpu` says what work messages are, and no `cores` who does it";
        let help = "write for example cores = 1 beside it: without `cores` all work is done at once";
        decoder.report(Diagnostic::error(Code::Contradiction, places.of("cpu"), message).help(help));
    }
}

crate::options! {
    /// The work that messages are: a handler runs when that of its message is done, and what is sent leaves when its own
    /// is. Work is time on a core of speed 1 (docs/models.md).
    pub struct CpuOptions {
        /// For each message received.
        receive: Duration = "0us",
        /// For each message sent.
        send: Duration = "0us",
        /// For each byte of either, on top.
        byte: Duration = "0ns",
        /// For messages of some kinds in place of that, by their names: `kinds = { vote-reply = { send = "10ms" } }`.
        kinds: Named<KindCost>,
    }
}

crate::options! {
    /// The work that messages of one kind are.
    pub struct KindCost {
        /// For each one received; absent: as any other.
        receive: Option<Duration>,
        /// For each one sent; absent: as any other.
        send: Option<Duration>,
    }
}

impl CpuOptions {
    /// The same, for the event loop; `number` says which kind a name is of, if the system's nodes have such messages.
    pub fn costs(&self, number: impl Fn(&str) -> Option<u16>) -> MessageCosts {
        let own = |cost: &KindCost| MessageCost {
            receive: cost.receive.unwrap_or(self.receive),
            send: cost.send.unwrap_or(self.send),
        };
        let kinds = self.kinds.entries.iter();
        MessageCosts {
            any: MessageCost { receive: self.receive, send: self.send },
            byte: self.byte,
            of_kind: kinds.filter_map(|(name, _, cost)| Some((number(name)?, own(cost)))).collect(),
        }
    }

    /// Whether any message may be work.
    fn is_any_work(&self) -> bool {
        let is_any =
            |cost: &KindCost| cost.receive.into_iter().chain(cost.send).any(|of| of > Duration::ZERO);
        [self.receive, self.send, self.byte].iter().any(|of| *of > Duration::ZERO)
            || self.kinds.entries.iter().any(|(_, _, cost)| is_any(cost))
    }
}

crate::options! {
    /// A node's disk: one device, first come first served.
    pub struct DiskOptions {
        /// Time that one write occupies the device.
        write: Option<Distribution>,
        /// Time that a sync takes; what no completed sync covers is lost in a crash.
        fsync: Distribution = "100us",
    }
}

crate::options! {
    /// A node's clock.
    pub struct ClockOptions {
        /// Added to its wall clock.
        offset: SignedDuration = "0ms",
        /// How much faster than true time it runs.
        drift: Ppm [Ppm(-999_999_999)..=Ppm(1_000_000_000_000)] = "0ppm",
    }
}

crate::options! {
    /// Nodes that are alike.
    pub struct Group {
        /// Names them `system.prefix.1`, `system.prefix.2` ...; absent: `system.1` ...
        prefix: Option<Located<String>>,
        /// How many.
        count: u32 [1..=1_000_000] = 1,
        /// Where they stand; absent: in the network's first region, with a warning if it has several.
        region: Option<Located<String>>,
        /// Their zone within the region, for faults: one name for all, or a list that is dealt out in turn.
        zone: Words,
        /// Their rack within the zone (the region, if they have none), for faults; one name or a list.
        rack: Words,
        /// The version that they run: faults can strike the nodes of one, and calls go to those of one. One word or a list.
        version: Words,
        /// What else is said of them, for calls that choose by it: { tier = "gold" }.
        metadata: Named<String>,
        /// Speed of their cores.
        speed: f64 [1e-3..=1e6] = 1.0,
        /// Their share of the requests where a balancing policy weighs; absent: `speed`.
        weight: Option<f64> [1e-6..=1e6],
    }
}

impl Group {
    /// So many nodes in this region, or wherever nodes stand by default.
    fn plain(count: u32, region: Option<Located<String>>) -> Group {
        let none = Words::default;
        Group {
            prefix: None,
            count,
            region,
            zone: none(),
            rack: none(),
            version: none(),
            metadata: Named { entries: Vec::new() },
            speed: 1.0,
            weight: None,
        }
    }
}

/// The nodes of a system, in whichever of its forms.
#[derive(Clone, Debug)]
pub struct Nodes(pub Vec<Group>);

impl Nodes {
    /// So many nodes, wherever nodes stand by default.
    pub fn plain(count: u32) -> Nodes {
        Nodes(vec![Group::plain(count, None)])
    }
}

impl Decode for Nodes {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Nodes> {
        match &node.value {
            Value::Integer(_) => {
                let count = u32::decode(node, decoder)?;
                if count == 0 {
                    return refuse_empty(node, "0", decoder);
                }
                Some(Nodes::plain(count))
            }
            Value::Table(_) => Group::decode(node, decoder).map(|group| Nodes(vec![group])),
            Value::Array(items) if items.is_empty() => refuse_empty(node, "empty", decoder),
            Value::Array(_) => {
                let regions = Vec::<Located<String>>::decode(node, decoder)?;
                let group = |region| Group::plain(1, Some(region));
                Some(Nodes(regions.into_iter().map(group).collect()))
            }
            Value::Bool(_) | Value::Float(_) | Value::String(_) => {
                let plain = match &node.value {
                    Value::Float(number) if number.fract() == 0.0 => Some(number.to_string()),
                    Value::String(text) if text.as_str().parse::<u32>().is_ok() => {
                        Some(text.as_str().to_owned())
                    }
                    Value::Float(_)
                    | Value::String(_)
                    | Value::Bool(_)
                    | Value::Integer(_)
                    | Value::Array(_)
                    | Value::Table(_) => None,
                };
                let help = plain
                    .map_or(NODES_HELP.to_owned(), |count| format!("write {}", decoder.assignment(count)));
                let expected = "a number of nodes, a list of regions, or { region, count }";
                decoder.wrong_type(node, expected, &help)
            }
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Integer, Vec::<String>::shape(), Group::shape()])
    }
}

const NODES_HELP: &str =
    "write a number, such as nodes = 5, or a list of regions, such as nodes = [\"eu-west-1\", \"us-east-1\"]";

fn refuse_empty<T>(node: &Node, what: &str, decoder: &mut Decoder<'_>) -> Option<T> {
    let message = format!("{} is {what}, and a system has at least one node", decoder.subject());
    decoder.report(Diagnostic::error(Code::OutOfRange, &node.origin, message).help(NODES_HELP));
    None
}

/// A system: what all have, and the options of its type.
#[derive(Clone, Debug)]
pub struct SystemOptions {
    /// What every system has.
    pub common: SystemCommon,
    /// What its type has.
    pub kind: KindOptions,
}

impl Decode for SystemOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<SystemOptions> {
        let table = decoder.table(node)?;
        let common_keys: Vec<&str> = SystemCommon::table().rows.iter().map(|row| row.key).collect();
        let part = |keep: &dyn Fn(&Entry) -> bool| Node {
            value: Value::Table(table.iter().filter(|entry| keep(entry)).cloned().collect()),
            origin: node.origin.clone(),
        };
        // A type's options stand in its sub-table; some also beside the common ones. The sub-tables of other
        // types wait for a swap of `type`: they are validated all the same.
        let kind = table.get("type").and_then(|node| match &node.value {
            Value::String(text) => Kind::parse(text.as_str()),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
        });
        let own_keys = kind.map(Kind::keys).unwrap_or_default();
        let is_own = |entry: &Entry| own_keys.contains(&entry.key.as_str());
        for entry in table.iter() {
            let is_known = common_keys.contains(&entry.key.as_str()) || sub_table_of(&entry.key).is_some();
            let names_type =
                matches!(&entry.node.value, Value::String(text) if Kind::parse(text.as_str()).is_some());
            if names_type && !is_known && table.get("type").is_none() {
                decoder.report_error(|decoder| {
                    decoder.was_meant("type");
                    let message = format!("unknown key `{}` {}", entry.key, decoder.section());
                    let error = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
                    error.did_you_mean(Some("type"))
                });
                continue;
            }
            // Of a system of no known type nobody can tell which options it lacks or has too many.
            let may_be_own = kind.is_none() && types_with_option(&entry.key).next().is_some();
            if !is_known && !is_own(entry) && !may_be_own {
                decoder.report_error(|decoder| unknown_key(entry, table, kind, &common_keys, decoder));
            }
        }
        let common = SystemCommon::decode(&part(&|entry| common_keys.contains(&entry.key.as_str())), decoder);
        let mut own = None;
        let mut all = true;
        for (other, row) in Kind::ALL.iter().zip(Kind::ROWS) {
            let sub_table = table.get(row.name).map(|node| without_strangers(node, *other, decoder));
            if Some(*other) == kind {
                let beside = part(&is_own);
                own = match sub_table {
                    Some(sub_table) => {
                        let merged = merge(beside, sub_table, decoder);
                        decoder.enter(row.name, |decoder| other.decode(&merged, decoder))
                    }
                    None => other.decode(&beside, decoder),
                };
            } else if let Some(inert) = sub_table {
                all &= decoder.enter(row.name, |decoder| other.decode(&inert, decoder)).is_some();
            }
        }
        if let Some(kind) = kind {
            warn_of_lost_options(table, kind, decoder);
        }
        let (common, kind) = (common?, own?);
        all.then_some(SystemOptions { common, kind })
    }

    fn shape() -> Shape {
        let mut table: OptionTable = SystemCommon::table();
        for (kind, row) in Kind::ALL.iter().zip(Kind::ROWS) {
            let options = kind.table();
            table.rows.push(OptionRow {
                key: row.name,
                doc: format!("Options of the type `{}`.", row.name),
                shape: kind.shape(),
                limits: None,
                default: None,
                required: false,
            });
            let inline = kind.keys();
            let known: Vec<&str> = table.rows.iter().map(|row| row.key).collect();
            let is_new = |row: &OptionRow| inline.contains(&row.key) && !known.contains(&row.key);
            table.rows.extend(options.rows.into_iter().filter(is_new));
        }
        Shape::Table(table)
    }
}

/// Warns of options that stand in the sub-table of another type only, and that this type has, too: two types that are compared would
/// differ by more than their names.
fn warn_of_lost_options(table: &Table, kind: Kind, decoder: &mut Decoder<'_>) {
    let own = table.get(kind.name()).and_then(Node::as_table);
    let is_given = |key: &str| table.get(key).is_some() || own.is_some_and(|own| own.get(key).is_some());
    let has = |kind: Kind, key: &str| kind.table().rows.iter().any(|row| row.key == key);
    for other in Kind::ALL.iter().filter(|other| **other != kind) {
        let Some(others) = table.get(other.name()).and_then(Node::as_table) else { continue };
        let is_lost =
            |entry: &&Entry| has(kind, &entry.key) && has(*other, &entry.key) && !is_given(&entry.key);
        let lost: Vec<&Entry> = others.iter().filter(is_lost).collect();
        let Some(first) = lost.first() else { continue };
        let keys: Vec<String> = lost.iter().map(|entry| format!("`{}`", entry.key)).collect();
        let (are, pronoun) = if keys.len() == 1 { ("is", "it") } else { ("are", "them") };
        let place = decoder.enter(kind.name(), |decoder| decoder.section());
        let message = format!(
            "{} {are} said for the type `{other}` only, and this system is a {kind}, which has {pronoun} too",
            listed(&keys, "and")
        );
        let help = format!("write {pronoun} {place} as well, so that the two differ in nothing else");
        decoder.report(Diagnostic::warning(Code::NoEffect, &first.key_origin, message).help(help));
    }
}

/// The type whose sub-table has this key.
fn sub_table_of(key: &str) -> Option<Kind> {
    Kind::parse(key)
}

/// The types that have an option of this key.
fn types_with_option(key: &str) -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(move |kind| kind.table().rows.iter().any(|row| row.key == key))
}

/// A key that a system of this type does not have beside `type`, and where it belongs if that is known.
fn unknown_key(
    entry: &Entry,
    table: &Table,
    kind: Option<Kind>,
    common: &[&str],
    decoder: &mut Decoder<'_>,
) -> Diagnostic {
    let key = entry.key.as_str();
    let message = format!("unknown key `{key}` {}", decoder.section());
    let error = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
    if let Some(owner) = types_with_option(key).find(|owner| kind.is_none_or(|kind| *owner == kind)) {
        let place = decoder.enter(owner.name(), |decoder| decoder.section());
        return error.help(format!("`{key}` is an option of the type `{owner}`: write it {place}"));
    }
    if let (Some(owner), Some(kind)) = (types_with_option(key).next(), kind) {
        let place = decoder.enter(owner.name(), |decoder| decoder.section());
        let help = format!("`{key}` is an option of the type `{owner}`, and this system is a {kind}");
        return error.help(help).help(format!("to keep it for a change of type, write it {place}"));
    }
    if let Some(help) = one_table_down(entry, table, &SystemCommon::table().rows) {
        return error.help(help);
    }
    let own = kind.map(|kind| kind.table().rows).unwrap_or_default();
    let inline = kind.map(Kind::keys).unwrap_or_default();
    let near = suggest::closest(key, common.iter().copied().chain(own.iter().map(|row| row.key)));
    match near {
        None => {
            let known: Vec<&str> = common.iter().copied().chain(inline).collect();
            error.help(format!("the keys here are {}", known.join(", ")))
        }
        Some(near) if common.contains(&near) || inline.contains(&near) => {
            decoder.was_meant(near);
            error.did_you_mean(Some(near))
        }
        Some(near) => {
            let owner = kind.map_or("", Kind::name);
            let place = decoder.enter(owner, |decoder| decoder.section());
            error.did_you_mean(Some(near)).help(format!("write it {place}"))
        }
    }
}

/// The sub-table of a type without the keys that belong to every system or to another type, which are reported. Those of
/// a protocol that is not Seedbed's own may be called as any other type's are: only its program knows them.
fn without_strangers(node: &Node, kind: Kind, decoder: &mut Decoder<'_>) -> Node {
    let Some(table) = node.as_table() else { return node.clone() };
    let common = SystemCommon::table();
    let owner_of = |key: &str| {
        let mut owners = types_with_option(key).filter(|_| kind != Kind::Custom).map(Kind::name);
        let first = owners.next();
        let is_own = first == Some(kind.name()) || owners.any(|owner| owner == kind.name());
        let is_common = common.rows.iter().any(|row| row.key == key);
        (!is_own && (is_common || first.is_some())).then_some(first.filter(|_| !is_common))
    };
    let (mut kept, section) = (Table::default(), decoder.section());
    for entry in table.iter() {
        let key = &entry.key;
        let Some(owner) = owner_of(key) else {
            kept.set(entry.clone());
            continue;
        };
        let message =
            decoder.enter(kind.name(), |decoder| format!("unknown key `{key}` {}", decoder.section()));
        let help = match owner {
            None => format!("`{key}` is an option of every system: write it {section}"),
            Some(owner) => {
                let place = decoder.enter(owner, |decoder| decoder.section());
                format!("`{key}` is an option of the type `{owner}`: write it {place}")
            }
        };
        decoder.report(Diagnostic::error(Code::UnknownKey, &entry.key_origin, message).help(help));
    }
    Node { value: Value::Table(kept), origin: node.origin.clone() }
}

/// The options of a type from both places where they may stand; one that stands in both is reported.
fn merge(beside: Node, sub_table: Node, decoder: &mut Decoder<'_>) -> Node {
    let (Value::Table(mut merged), Value::Table(own)) = (beside.value, sub_table.value.clone()) else {
        return sub_table; // Not a table: decoding it says so.
    };
    for entry in own {
        if let Some(first) = merged.entry(&entry.key) {
            let message = format!("`{}` is given twice: here and beside `type`", entry.key);
            let error = Diagnostic::error(Code::DuplicateKey, &entry.key_origin, message);
            decoder.report(error.related(&first.key_origin, "given here").help("keep one of them"));
        }
        merged.set(entry);
    }
    Node { value: Value::Table(merged), origin: sub_table.origin }
}
