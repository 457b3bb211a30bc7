//! `[fault.NAME]`: something that goes wrong, when and where.

use crate::kernel::Duration;
use crate::kernel::sample::Distribution;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Value};

crate::choices! {
    /// What goes wrong.
    pub enum FaultKind {
        /// The process is gone with its volatile state and un-synced writes; at the end it boots from its disk.
        Crash = "crash",
        /// The process stops and loses nothing; what waited comes all at once when it goes on.
        Pause = "pause",
        /// Messages between groups are dropped: both ways, one way, or on one link.
        Partition = "partition",
        /// Work on the node takes `factor` times as long.
        SlowNode = "slow-node",
        /// The node's disk takes `factor` times as long.
        SlowDisk = "slow-disk",
    }
}

crate::options! {
    /// Something that goes wrong, when and where.
    pub struct FaultOptions {
        /// What goes wrong.
        r#do: Located<FaultKind>,
        /// When it strikes, once.
        at: Option<Located<Duration>>,
        /// It strikes again and again: the time to the first strike, and from each to the next.
        every: Option<Located<Distribution>>,
        /// How long each strike lasts; absent: for ever.
        r#for: Option<Distribution>,
        /// Whom it strikes: a node `kv.2`, a system `kv`, `leader(kv)`, `any(kv)`, `minority(kv)`, `quorum(kv)`,
        /// `region:x`; for a partition one link, `link a->b` (one way) or `link a--b`.
        target: Option<Located<String>>,
        /// The sides of a partition, each a target, a list of targets, or `rest`.
        groups: Option<Vec<Side>>,
        /// Whether only messages from the first group to the second are dropped.
        one_way: bool = false,
        /// How many times as long a slow node or disk takes.
        factor: Option<u32> [2..=1_000_000],
    }
    check check_fault;
}

/// One side of a partition, as written: targets, or `rest`.
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

/// What a fault needs depends on its kind.
fn check_fault(fault: &FaultOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let mut refuse = |key: &str, message: String, help: &str| {
        decoder.report(Diagnostic::error(Code::Contradiction, places.of(key), message).help(help));
    };
    match (&fault.at, &fault.every) {
        (Some(_), Some(_)) => {
            refuse("every", "both `at` and `every` say when it strikes".to_owned(), "keep one of them");
        }
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
    let is_partition = kind == FaultKind::Partition;
    match (&fault.target, &fault.groups, is_partition) {
        (None, _, false) => {
            let message = format!("`target` is missing: whom does the {kind} strike?");
            refuse("", message, "write for example target = \"leader(kv)\"");
        }
        (_, Some(_), false) => {
            refuse("groups", format!("a {kind} has no `groups`"), "remove it, or write do = \"partition\"");
        }
        (None, None, true) => {
            let help = "write groups = [\"region:eu-west-1\", \"rest\"], or target = \"link kv.1--kv.2\"";
            refuse("", "`groups` is missing: what does the partition separate?".to_owned(), help);
        }
        (Some(_), Some(_), true) => {
            let message = "both `target` and `groups` say what the partition separates".to_owned();
            refuse("target", message, "keep one of them");
        }
        (Some(_), None, _) | (None, Some(_), true) => {}
    }
    if let Some(groups) = fault.groups.as_ref().filter(|groups| groups.len() < 2) {
        let message = format!("a partition separates at least two groups, not {}", groups.len());
        refuse("groups", message, "add \"rest\" for all other nodes");
    }
    let is_slow = matches!(kind, FaultKind::SlowNode | FaultKind::SlowDisk);
    if fault.factor.is_some() && !is_slow {
        refuse("factor", format!("a {kind} has no `factor`"), "remove it");
    }
    let one_way_groups = fault.groups.as_ref().map_or(0, Vec::len);
    if fault.one_way && one_way_groups != 2 {
        let help =
            "a one-way cut goes from the first of two groups to the second; for a link write \"link a->b\"";
        refuse("one_way", "`one_way` needs exactly two groups".to_owned(), help);
    }
}
