//! From the strikes of a run to faults that force them: at these moments, on these nodes, for so long, whatever is drawn.

use std::collections::BTreeSet;

use crate::faults::kinds::{Ending, FaultKind};
use crate::faults::{Heading, Struck as Whom};
use crate::kernel::{Duration, NodeId, Time};
use crate::scenario::Scenario;
use crate::spec::choices::Choice;
use crate::spec::{Decoder, Diagnostics, NoDataFiles, Node, Table, Value};

use super::document::{self, entry};
use super::heard::Struck;

/// The keys of a fault that say when it strikes and whom: a forced one has its own.
const FORCED: [&str; 13] = [
    "at", "every", "when", "after", "times", "from", "at_clock", "for", "until", "target", "groups", "links",
    "layout",
];
/// And how far, where that is said with whom.
const FORCED_TOO: [&str; 3] = ["one_way", "direction", "draws"];

/// A fault of the scenario, by its name.
pub type Named = (String, Node);

/// What strikes are written with.
pub struct Forcing<'a> {
    /// The scenario that they struck in.
    pub scenario: &'a Scenario,
    /// Its document.
    pub document: &'a Node,
    /// The names of its nodes, by id.
    pub nodes: &'a [String],
    /// The names of its sites, by id.
    pub sites: &'a [String],
}

impl Forcing<'_> {
    /// The faults that force these strikes, in order, each with a name of its own.
    pub fn faults(&self, strikes: &[Struck]) -> Vec<Named> {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut faults = Vec::new();
        for (number, strike) in strikes.iter().enumerate() {
            // What heals stands behind them, and has a table of its own.
            let Some((name, ..)) = self.scenario.fault.entries.get(strike.planned) else { continue };
            for fault in self.written(strike) {
                let own =
                    (number + 1..).map(|count| forced_name(name, count)).find(|name| !taken.contains(name));
                let own = own.expect("there are more names than faults");
                taken.insert(own.clone());
                faults.push((own, fault));
            }
        }
        faults
    }

    /// One strike: a fault, or several if it had steps or parts.
    fn written(&self, strike: &Struck) -> Vec<Node> {
        let Struck { told, start, end, .. } = strike;
        if told.has_steps {
            // A step may have waited for a boot: it comes behind that, in the same moment.
            let crash = |(node, from, to): &(NodeId, Time, Option<Time>)| {
                let from = if from == start { *from } else { *from + Duration(1) };
                let whom = Whom::Nodes(vec![*node]);
                self.fault(FaultKind::Crash.name(), &Table::default(), from, *to, &whom, Table::default())
            };
            return strike.downs.iter().map(crash).collect();
        }
        if !told.parts.is_empty() {
            let is_left = |to: Time| end.is_none_or(|end| to < end);
            return told
                .parts
                .iter()
                .map(|part| {
                    let to = if is_left(part.to) { part.to } else { end.expect("it ends before") };
                    let whom = Whom::LinksOf(vec![part.node], Heading::Both);
                    self.fault(
                        part.kind.name(),
                        &Table::default(),
                        part.from,
                        Some(to),
                        &whom,
                        Table::default(),
                    )
                })
                .collect();
        }
        let (_, _, options) = &self.scenario.fault.entries[strike.planned];
        let (own, ending) = match &told.settings {
            Some(settings) => {
                let kind = FaultKind::parse(strike.kind).expect("a strike is of a kind that there is");
                let mut diagnostics = Diagnostics::default();
                let drawn = kind.decode(&settings.node(), &mut Decoder::new(&mut diagnostics, &NoDataFiles));
                (settings.0.clone(), drawn.expect("it was drawn as a scenario would write it").ending())
            }
            None => {
                (self.own_options(options.common.r#do.value.name(), strike.planned), options.kind.ending())
            }
        };
        // It struck behind all else of its moment, and a fault with `at` strikes before it.
        let start = if told.is_behind { *start + Duration(1) } else { *start };
        let end = end.filter(|_| matches!(ending, Ending::Undone | Ending::Done));
        let draws: Table =
            [entry("draws", document::text(&format!("{:016x}", told.key)))].into_iter().collect();
        vec![self.fault(strike.kind, &own, start, end, &told.struck, draws)]
    }

    /// What the scenario says of a fault beside when it strikes and whom.
    fn own_options(&self, kind: &str, planned: usize) -> Table {
        let (name, ..) = &self.scenario.fault.entries[planned];
        let written = document::at(self.document, &["fault", name]).and_then(Node::as_table);
        let is_own = |key: &str| !FORCED.contains(&key) && !FORCED_TOO.contains(&key) && key != "do";
        let own: Table =
            written.into_iter().flat_map(Table::iter).filter(|entry| is_own(&entry.key)).cloned().collect();
        assert!(FaultKind::parse(kind).is_some(), "a planned fault is of a kind that there is");
        own
    }

    fn fault(&self, kind: &str, own: &Table, from: Time, to: Option<Time>, whom: &Whom, last: Table) -> Node {
        let mut fault = Table::default();
        fault.set(entry("at", document::length(from.since(Time::ZERO))));
        fault.set(entry("do", document::text(kind)));
        self.whom(whom, &mut fault);
        if let Some(to) = to {
            // What is over as it begins is no fault to the loader.
            fault.set(entry("for", document::length(to.since(from).max(Duration(1)))));
        }
        own.iter().chain(last.iter()).for_each(|entry| fault.set(entry.clone()));
        document::table(fault)
    }

    fn whom(&self, whom: &Whom, fault: &mut Table) {
        let name = |node: &NodeId| self.nodes[node.index()].as_str();
        let names = |nodes: &[NodeId]| nodes.iter().map(name).collect::<Vec<_>>().join(", ");
        let target = |nodes: &[NodeId]| match nodes {
            [one] => document::text(name(one)),
            several => document::text(&format!("nodes({})", names(several))),
        };
        match whom {
            Whom::Nodes(nodes) => fault.set(entry("target", target(nodes))),
            Whom::LinksOf(nodes, heading) => {
                fault.set(entry("target", target(nodes)));
                let direction = match heading {
                    Heading::Both => return,
                    Heading::In => "in",
                    Heading::Out => "out",
                };
                fault.set(entry("direction", document::text(direction)));
            }
            Whom::Groups { groups, one_way } => {
                let group = |group: &Option<Vec<NodeId>>| match group.as_deref() {
                    None => document::text("rest"),
                    Some([one]) => document::text(name(one)),
                    Some(nodes) => document::list(nodes.iter().map(|node| document::text(name(node)))),
                };
                fault.set(entry("groups", document::list(groups.iter().map(group))));
                if *one_way {
                    fault.set(entry("one_way", document::truth()));
                }
            }
            Whom::Links(pairs) => {
                let is_back = |(from, to): &(NodeId, NodeId)| pairs.contains(&(*to, *from));
                let link = |(from, to): &(NodeId, NodeId)| match is_back(&(*from, *to)) {
                    true if from < to => Some(format!("{}--{}", name(from), name(to))),
                    true => None,
                    false => Some(format!("{}->{}", name(from), name(to))),
                };
                let links = pairs.iter().filter_map(link).map(|link| document::text(&link));
                fault.set(entry("links", document::list(links)));
            }
            Whom::All => {}
            Whom::Fibres(duct) => {
                let [a, b] = duct.ends().map(|site| self.sites[site.index()].as_str());
                fault.set(entry("target", document::text(&format!("fibre {a}--{b}"))));
            }
        }
    }
}

/// A name for a strike: that of its fault, cut if need be, and a number.
fn forced_name(fault: &str, count: usize) -> String {
    let number = format!("-{count}");
    let kept: String = fault.chars().take(crate::scenario::nouns::NAME_MAX - number.len()).collect();
    format!("{}{number}", kept.trim_end_matches('-'))
}

/// The document with these faults and no others.
pub fn with_faults(document: &Node, faults: &[Named]) -> Node {
    let mut changed = document::without(document, &["fault"]).unwrap_or_else(|| document.clone());
    if !faults.is_empty() {
        let table: Table = faults.iter().map(|(name, fault)| entry(name, fault.clone())).collect();
        document::put(&mut changed, &["fault"], document::table(table));
    }
    changed
}

/// The faults of a document.
pub fn faults_of(document: &Node) -> Vec<Named> {
    let faults = document::at(document, &["fault"]).and_then(Node::as_table);
    let named = |entry: &crate::spec::Entry| (entry.key.clone(), entry.node.clone());
    let is_table = |entry: &&crate::spec::Entry| matches!(entry.node.value, Value::Table(_));
    faults.into_iter().flat_map(Table::iter).filter(is_table).map(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hunt::heard::Heard;
    use crate::hunt::{Files, Subject, run};
    use crate::run::prepare::Prepared;
    use crate::scenario::{LoadOptions, load_text};
    use crate::spec::{DataFiles, NoDataFiles};
    use crate::systems::Never;

    /// A store under every kind of strike that a nemesis has, and under faults whose targets and steps are drawn.
    const HOSTILE: &str = r#"
        schema = 1
        duration = "40s"
        [network]
        default = { loss = "1%", jitter = "exp(1ms)" }
        [system.kv]
        type = "raft"
        nodes = 5
        disk = { fsync = "exp(2ms)" }
        [workload.clients]
        target = "kv"
        arrival = "poisson(20/s)"
        [fault.chaos]
        every = "exp(1s)"
        do = "random"
        target = "kv"
        survivable = false
        for = "uniform(100ms, 3s)"
        [fault.after-elections]
        when = "leader-elected(kv)"
        times = 5
        do = "pause"
        target = "that"
        for = "exp(300ms)"
        [fault.loops]
        every = "exp(15s)"
        do = "crash-loop"
        target = "any(kv)"
        for = "3s"
        [fault.lossy]
        every = "exp(8s)"
        do = "loss"
        share = "30%"
        target = "minority(kv)"
        for = "2s"
        [fault.bridge]
        every = "exp(12s)"
        do = "partition"
        layout = "bridge"
        target = "kv"
        for = "2s"
    "#;

    /// All that became of nodes and operations.
    fn course(prepared: Prepared<Never>) -> (Vec<String>, usize) {
        let executed = run(prepared, &|| false).expect("nothing interrupts it");
        let roles = executed.recording.roles().iter();
        let roles = roles.map(|role| format!("{} {} {:?} {:?}", role.at, role.node.0, role.event, role.term));
        let operations = executed.recording.operations(0).count();
        (roles.collect(), operations)
    }

    #[test]
    fn what_is_forced_goes_as_it_went_when_it_was_drawn() {
        let files: &Files<'_> = &|| -> Box<dyn DataFiles> { Box::new(NoDataFiles) };
        let subject = Subject { name: "hostile", files };
        let loaded = load_text("hostile", HOSTILE, &LoadOptions::default());
        let document = loaded.document.expect("it is valid");
        let mut strikes = 0;
        for seed in 1..=12 {
            let mut document = document::with(&document, &["seed"], document::integer(seed));
            if seed % 3 == 0 {
                document = document::with(&document, &["liveness", "after"], document::text("30s"));
                document = document::with(&document, &["liveness", "within"], document::text("5s"));
            }
            let (scenario, _) = subject.decode(&document).expect("it is valid");
            let drawn: Prepared<Never> = subject.prepare(&document).expect("it is valid");
            let heard = Heard::of(&drawn);
            strikes += heard.strikes.len();
            let nodes: Vec<String> =
                drawn.world.setup.nodes.iter().map(|node| node.name.to_string()).collect();
            let forcing = Forcing { scenario: &scenario, document: &document, nodes: &nodes, sites: &[] };
            let forced = with_faults(&document, &forcing.faults(&heard.strikes));
            let forced: Prepared<Never> = subject.prepare(&forced).unwrap_or_else(|| {
                panic!("seed {seed}: {}", crate::scenario::resolved(&forced, None));
            });
            let (drawn, forced) = (course(drawn), course(forced));
            let parting = drawn.0.iter().zip(&forced.0).find(|(drawn, forced)| drawn != forced);
            assert_eq!((parting, drawn.1), (None, forced.1), "seed {seed}");
        }
        assert!(strikes > 400, "{strikes} strikes");
    }
}
