//! `[system.NAME]`: a named group of nodes that run one thing.

use crate::kernel::sample::Distribution;
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::{OptionRow, OptionTable, Options};
use crate::spec::quantity::{Ppm, SignedDuration};
use crate::spec::scalars::{Located, Named};
use crate::spec::shape::Shape;
use crate::spec::value::{Entry, Node, Table, Value};
use crate::systems::kinds::{Kind, KindOptions};

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
        nodes: Option<Nodes>,
        /// Its nodes, in groups with names and speeds of their own.
        groups: Option<Vec<Group>>,
        /// Its disks.
        disk: DiskOptions = {},
        /// Its clocks, by node name; `default` for the others.
        clocks: Named<ClockOptions>,
        /// How many pieces of work a node serves at once; absent: any number.
        cores: Option<u32> [1..=4096],
        /// How its messages travel; absent: as its type prefers.
        transport: Option<TransportChoice>,
        /// Bugs switched on; `seedbed list bugs` shows them.
        bugs: Vec<Located<String>> = vec![],
        /// Whether options that can lose or corrupt data may be used.
        allow_unsafe: bool = false,
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
        drift: Ppm = "0ppm",
    }
}

crate::options! {
    /// Nodes that are alike.
    pub struct Group {
        /// Names them `system.prefix.1`, `system.prefix.2` ...; absent: `system.1` ...
        prefix: Option<String>,
        /// How many.
        count: u32 [1..=1_000_000] = 1,
        /// Where they stand; absent: in the network's first region.
        region: Option<Located<String>>,
        /// Speed of their cores.
        speed: f64 [1e-3..=1e6] = 1.0,
    }
}

/// The nodes of a system, in whichever of its forms.
#[derive(Clone, Debug)]
pub struct Nodes(pub Vec<Group>);

impl Nodes {
    /// So many nodes, wherever nodes stand by default.
    pub fn plain(count: u32) -> Nodes {
        Nodes(vec![Group { prefix: None, count, region: None, speed: 1.0 }])
    }
}

impl Decode for Nodes {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Nodes> {
        match &node.value {
            Value::Integer(_) => {
                let count = u32::decode(node, decoder)?;
                if count == 0 {
                    let message = format!("{} is 0: a system has at least one node", decoder.subject());
                    decoder.report(Diagnostic::error(Code::OutOfRange, &node.origin, message));
                    return None;
                }
                Some(Nodes::plain(count))
            }
            Value::Table(_) => Group::decode(node, decoder).map(|group| Nodes(vec![group])),
            Value::Array(items) if items.is_empty() => {
                let message = format!("{} is empty: a system has at least one node", decoder.subject());
                decoder.report(Diagnostic::error(Code::OutOfRange, &node.origin, message));
                None
            }
            Value::Array(_) => {
                let regions = Vec::<Located<String>>::decode(node, decoder)?;
                let group = |region| Group { prefix: None, count: 1, region: Some(region), speed: 1.0 };
                Some(Nodes(regions.into_iter().map(group).collect()))
            }
            Value::Bool(_) | Value::Float(_) | Value::String(_) => {
                let help = "write for example nodes = 5, or nodes = [\"eu-west-1\", \"us-east-1\"]";
                decoder.wrong_type(node, "a number of nodes, a list of regions, or { region, count }", help)
            }
        }
    }

    fn shape() -> Shape {
        Shape::Any
    }
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
        let is_sub_table = |key: &str| Kind::ROWS.iter().any(|row| row.name == key);
        let part = |keep: &dyn Fn(&Entry) -> bool| Node {
            value: Value::Table(table.iter().filter(|entry| keep(entry)).cloned().collect()),
            origin: node.origin.clone(),
        };
        // A type's options stand in its sub-table or beside the common ones. The sub-tables of other types wait
        // for a swap of `type`: they are validated all the same.
        let kind_word = table.get("type").and_then(|node| match &node.value {
            Value::String(text) => Kind::parse(text.as_str()),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
        });
        let own_keys = kind_word.map(Kind::keys).unwrap_or_default();
        let is_own = |entry: &Entry| own_keys.contains(&entry.key.as_str());
        let common = part(&|entry| !is_sub_table(&entry.key) && !is_own(entry));
        // Suggestions for a misspelt key come from the common keys and the type's own.
        refuse_unknown_of_type(&common, &common_keys, &own_keys, decoder);
        let known = part(&|entry| common_keys.contains(&entry.key.as_str()));
        let common = SystemCommon::decode(&known, decoder);
        let mut own = None;
        let mut all = true;
        for (kind, row) in Kind::ALL.iter().zip(Kind::ROWS) {
            let sub_table = table.get(row.name);
            if Some(*kind) == kind_word {
                let beside = part(&is_own);
                let merged = merge(beside, sub_table);
                own = match sub_table {
                    Some(_) => decoder.enter(row.name, |decoder| kind.decode(&merged, decoder)),
                    None => kind.decode(&merged, decoder),
                };
            } else if let Some(inert) = sub_table {
                all &= decoder.enter(row.name, |decoder| kind.decode(inert, decoder)).is_some();
            }
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
                shape: Shape::Table(options.clone()),
                limits: None,
                default: None,
                required: false,
            });
            if kind.is_inline() {
                table.rows.extend(options.rows);
            }
        }
        Shape::Table(table)
    }
}

fn refuse_unknown_of_type(
    node: &Node,
    common: &[&'static str],
    own: &[&'static str],
    decoder: &mut Decoder<'_>,
) {
    let known: Vec<&'static str> = common.iter().chain(own).copied().collect();
    if let Some(table) = node.as_table() {
        crate::spec::options::refuse_unknown(table, &known, decoder);
    }
}

/// The entries of a type's sub-table over those that stand beside the common ones.
fn merge(beside: Node, sub_table: Option<&Node>) -> Node {
    let Some(sub_table) = sub_table else { return beside };
    let (Value::Table(mut merged), Some(own)) = (beside.value, sub_table.as_table()) else {
        return sub_table.clone(); // Not a table: decoding it says so.
    };
    own.iter().for_each(|entry| merged.set(entry.clone()));
    Node { value: Value::Table(merged), origin: sub_table.origin.clone() }
}

/// A table without entries, for options at their defaults.
pub fn empty_table() -> Node {
    Node { value: Value::Table(Table::default()), origin: crate::spec::Origin::default_value() }
}
