//! How long a write takes over a wide area: what its matrix of delays says, to the nanosecond.
//!
//! A client's write goes to the leader and its answer back. In between the leader waits for so many acceptances that with its own they
//! are a quorum of phase 2: for the `(q2 - 1)`-th nearest of the others, there and back. Nothing else takes time here.

use crate::kernel::{Duration, SiteId, counted};
use crate::net::Sites;
use crate::spec::quantity::duration_text;
use crate::statistics::Estimate;

use super::super::experiment::{Claim, Experiment};
use super::super::row::{Published, Unit};
use super::super::witness::Awaits;

const DERIVED: &str =
    "derived: round trip to the leader, and from it to the last acceptor that a quorum needs";
const FIVE_SITES: &str =
    "derived from the round trips between five AWS sites in fantoch_ps/src/bin/simulation.rs";
const FANTOCH: &str =
    "fantoch/src/sim/runner.rs, unit tests: GCP pings, round trips cut to whole milliseconds";

/// The matrix of [`FIVE_SITES`].
const FIVE_SITES_FILE: (&str, &str) =
    ("five-sites.csv", include_str!("../../../scenarios/consensus/five-sites.csv"));

/// The matrix of [`FANTOCH`].
const FANTOCH_FILE: (&str, &str) =
    ("fantoch-gcp.csv", include_str!("../../../scenarios/consensus/fantoch-gcp.csv"));

/// Which protocol replicates, and by which quorums.
#[derive(Clone, Copy)]
enum Protocol {
    Raft,
    MultiPaxos,
    /// Flexible Paxos, with so many acceptors of a value.
    Flexible(u32),
}

/// Delays between regions, as a scenario names them.
#[derive(Clone)]
pub struct Regions {
    /// What `regions` says: a built-in matrix or a file.
    pub name: String,
    /// The file's text.
    pub text: Option<String>,
}

/// A store in several regions, and who writes to it.
struct Store<'a> {
    name: String,
    regions: &'a Regions,
    sites: &'a Sites,
    /// Where its replicas are.
    replicas: Vec<SiteId>,
    protocol: Protocol,
    /// Which of the replicas leads.
    leader: usize,
    /// Where clients are, and how many at each place.
    clients: (Vec<SiteId>, u32),
}

/// V12 and V13: what is published.
pub(super) fn published() -> Vec<Experiment> {
    let five = Regions::shipped(FIVE_SITES_FILE);
    let of_matrix = of_matrix(&five, None, &[], FIVE_SITES).expect("the shipped matrix is one");
    fantoch_tests().into_iter().chain(of_matrix).collect()
}

/// The commit latencies of a user's matrix: a replica and a client in each region, every one of them the leader, or only `leader`;
/// `quorums` are those of Flexible Paxos, else two.
///
/// # Errors
/// What is wrong with the matrix, or with what is asked of it.
pub fn of_user(regions: &Regions, leader: Option<&str>, q2: Option<u32>) -> Result<Vec<Experiment>, String> {
    let quorums: Vec<u32> = q2.into_iter().collect();
    of_matrix(regions, leader, &quorums, DERIVED)
}

fn of_matrix(
    regions: &Regions,
    leader: Option<&str>,
    quorums: &[u32],
    source: &str,
) -> Result<Vec<Experiment>, String> {
    let sites = sites(regions)?;
    let replicas: Vec<SiteId> = (0..sites.names().len() as u16).map(SiteId).collect();
    if let Some(q2) = quorums.iter().find(|q2| **q2 as usize > replicas.len()) {
        return Err(format!(
            "--q2 {q2}: the matrix has only {} regions, with a replica in each",
            replicas.len()
        ));
    }
    let leaders = match leader {
        None => 0..replicas.len(),
        Some(name) => {
            let site = sites.find(name).ok_or_else(|| no_such_region(name, &sites))?;
            site.index()..site.index() + 1
        }
    };
    let protocols = match quorums {
        [] => vec![Protocol::Raft, Protocol::MultiPaxos, Protocol::Flexible(2)],
        quorums => quorums.iter().copied().map(Protocol::Flexible).collect(),
    };
    let store = |protocol: Protocol, leader: usize| {
        let clients = (replicas.clone(), 1);
        let name = format!("quorum-latency-{}-{}", protocol.label(), sites.names()[leader]);
        Store { name, regions, sites: &sites, replicas: replicas.clone(), protocol, leader, clients }
    };
    let each = |protocol| leaders.clone().map(move |leader| (protocol, leader));
    let stores = protocols.into_iter().flat_map(each).map(|(protocol, leader)| store(protocol, leader));
    Ok(stores.map(|store| store.experiment(source, |client| store.predicted(client))).collect())
}

fn no_such_region(name: &str, sites: &Sites) -> String {
    format!("--leader {name}: the matrix has no such region; it has {}", sites.names().join(", "))
}

/// The delays, read as a scenario's are. What is wrong with them is said without its place: the scenario is none that a person wrote.
fn sites(regions: &Regions) -> Result<Sites, String> {
    let scenario = format!(
        "schema = 1\nname = \"matrix\"\nduration = \"1s\"\n\n[network]\nregions = {}\n\n[system.kv]\ntype = \"raft\"\nnodes = 1\n",
        quoted(&regions.name)
    );
    super::super::experiment::sites("matrix", &scenario, &regions.files())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Regions {
    fn shipped((name, text): (&str, &str)) -> Regions {
        Regions { name: name.to_owned(), text: Some(text.to_owned()) }
    }

    fn files(&self) -> Vec<(String, String)> {
        self.text.iter().map(|text| (self.name.clone(), text.clone())).collect()
    }
}

impl Protocol {
    fn label(self) -> String {
        match self {
            Protocol::Raft => "raft".to_owned(),
            Protocol::MultiPaxos => "multi-paxos".to_owned(),
            Protocol::Flexible(q2) => format!("flexible-{q2}"),
        }
    }

    fn name(self) -> String {
        match self {
            Protocol::Raft => "Raft".to_owned(),
            Protocol::MultiPaxos => "Multi-Paxos".to_owned(),
            Protocol::Flexible(q2) => format!("Flexible Paxos with q2 = {q2}"),
        }
    }

    /// How many replicas, the leader included, must hold a value.
    fn quorum(self, replicas: usize) -> usize {
        match self {
            Protocol::Raft | Protocol::MultiPaxos => replicas / 2 + 1,
            Protocol::Flexible(q2) => q2 as usize,
        }
    }

    /// The lines that say so in a scenario: the type, and its table.
    fn lines(self) -> (&'static str, String) {
        match self {
            Protocol::Raft => ("raft", "[system.kv.raft]\n".to_owned()),
            Protocol::MultiPaxos => ("multi-paxos", "[system.kv.multi-paxos]\n".to_owned()),
            Protocol::Flexible(q2) => ("multi-paxos", format!("[system.kv.multi-paxos]\nq2 = {q2}\n")),
        }
    }
}

impl Store<'_> {
    fn round_trip(&self, here: SiteId, there: SiteId) -> Duration {
        let one_way = |from, to| self.sites.delay(from, to).expect("a matrix has every pair");
        one_way(here, there) + one_way(there, here)
    }

    /// What the matrix says that a write takes for a client there.
    fn predicted(&self, client: SiteId) -> Duration {
        let leader = self.replicas[self.leader];
        let others = self.replicas.iter().enumerate().filter(|(slot, _)| *slot != self.leader);
        let mut acceptors: Vec<Duration> = others.map(|(_, site)| self.round_trip(leader, *site)).collect();
        acceptors.sort_unstable();
        acceptors.insert(0, Duration::ZERO);
        let quorum = self.protocol.quorum(self.replicas.len()).clamp(1, acceptors.len());
        self.round_trip(client, leader) + acceptors[quorum - 1]
    }

    fn site_name(&self, site: SiteId) -> &str {
        &self.sites.names()[site.index()]
    }

    /// The experiment; `published` gives what a write takes by the client's region.
    fn experiment(&self, source: &str, published: impl Fn(SiteId) -> Duration) -> Experiment {
        let claim = |(workload, site): (usize, &SiteId)| Claim {
            name: self.site_name(*site).to_owned(),
            source: source.to_owned(),
            unit: Unit::Millis,
            published: Published::Exactly(published(*site).as_millis_f64()),
            tolerance: 0.0,
            estimate: Box::new(move |outcomes| {
                let latencies = outcomes.iter().flat_map(|outcome| &outcome.latencies[workload]);
                Estimate::constant(&latencies.map(|latency| latency.as_millis_f64()).collect::<Vec<_>>())
            }),
        };
        let (places, each) = (&self.clients.0, self.clients.1);
        let leader = self.site_name(self.replicas[self.leader]);
        Experiment {
            name: self.name.clone(),
            setup: format!(
                "{}, {} in regions of {}, leader in {leader}, {each} writing in each client's region; constant delays, no disk \
                 or CPU time",
                self.protocol.name(),
                counted(self.replicas.len() as u64, "replica"),
                self.regions.name
            ),
            scenario: self.scenario(),
            set: Vec::new(),
            files: self.regions.files(),
            awaits: Awaits::End,
            seeds: 1,
            is_random: false,
            is_thorough_only: false,
            claims: places.iter().enumerate().map(claim).collect(),
        }
    }

    /// All that takes time is scaled by the longest round trip: who leads is settled long before anything is measured.
    fn scenario(&self) -> String {
        let all = || self.replicas.iter().chain(&self.clients.0);
        let longest = all().flat_map(|here| all().map(|there| self.round_trip(*here, *there))).max();
        let length = longest.unwrap_or(Duration::ZERO).max(Duration::from_millis(1)) * 10;
        let times = |factor: u64| duration_text(length * factor);
        let names: Vec<String> = self.replicas.iter().map(|site| quoted(self.site_name(*site))).collect();
        let (kind, table) = self.protocol.lines();
        let workload = |(number, site): (usize, &SiteId)| {
            format!(
                r#"
[workload.clients-{}]
target = "kv"
region = {}
arrival = "closed(clients={}, think={})"
mix = {{ write = 1 }}
timeout = "{}"
"#,
                number + 1,
                quoted(self.site_name(*site)),
                self.clients.1,
                duration_text(length / 100),
                times(4)
            )
        };
        let workloads: String = self.clients.0.iter().enumerate().map(workload).collect();
        format!(
            r#"schema = 1
name = "{}"
duration = "{}"
warmup = "{}"

[network]
regions = {}

[system.kv]
type = "{kind}"
nodes = [{}]
disk = {{ fsync = "const(0ms)" }}

{table}election_timeout = "uniform({}, {})"
heartbeat = "{}"

[operation.lead]
at = "{}"
do = "transfer-leader"
target = "kv.{}"
retry = "{}"
timeout = "{}"
{workloads}"#,
            self.name,
            times(40),
            times(30),
            quoted(&self.regions.name),
            names.join(", "),
            times(1),
            times(2),
            duration_text(length / 4),
            times(10),
            self.leader + 1,
            times(1),
            times(15),
        )
    }
}

/// V12: fantoch's simulator is asked what a client in us-west1 waits when the replica there commits alone (f = 0), and with one
/// other (f = 1); ten clients wait as long as one.
fn fantoch_tests() -> Vec<Experiment> {
    let names = ["asia-east1", "us-central1", "us-west1"];
    let regions = Regions::shipped(FANTOCH_FILE);
    let sites = sites(&regions).expect("it is a matrix");
    let store = |f: u32, clients: u32| {
        let site = |name: &str| sites.find(name).expect("it is one of the three");
        Store {
            name: format!("fantoch-f-{f}-clients-{clients}"),
            regions: &regions,
            sites: &sites,
            replicas: names.map(site).to_vec(),
            protocol: Protocol::Flexible(f + 1),
            leader: 2,
            clients: (vec![site("us-west1")], clients),
        }
    };
    let figures = [(0, 1, 0), (0, 10, 0), (1, 1, 34), (1, 10, 34)];
    let experiment =
        |(f, clients, millis)| store(f, clients).experiment(FANTOCH, |_| Duration::from_millis(millis));
    figures.map(experiment).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::regions::Matrix;

    /// The five figures of the leader in Canada that were computed elsewhere, for clients in Europe, the United States, Asia, Canada
    /// and Brazil.
    #[test]
    fn what_is_predicted_of_the_five_sites_is_what_others_computed() {
        let expected = [152.0, 158.0, 285.0, 79.0, 201.0];
        for protocol in ["raft", "multi-paxos"] {
            let name = format!("quorum-latency-{protocol}-ca-central-1");
            let experiments = published();
            let experiment = experiments.iter().find(|one| one.name == name).expect("it is there");
            let found: Vec<f64> = experiment.claims.iter().map(|claim| claim.published.parts().0).collect();
            assert_eq!(found, expected, "{name}");
        }
        let leaders = published().iter().filter(|one| one.name.starts_with("quorum-latency-")).count();
        assert_eq!(leaders, 15, "five leaders of three protocols");
    }

    /// The delays of the built-in matrix between these regions, with round trips cut to whole milliseconds.
    fn whole_millisecond_pings<const N: usize>(names: [&str; N]) -> String {
        let matrix = Matrix::find("gcp").expect("it is built in");
        let position =
            |name: &str| matrix.regions.iter().position(|known| *known == name).expect("it has the region");
        let one_way_micros = |from: &str, to: &str| {
            let there = matrix.one_way(position(from), position(to));
            (there * 2).0 / 1_000_000 * 500
        };
        let pair = |from: &str, to: &str| match from == to {
            true => format!("{from},{to},0us\n"),
            false => format!("{from},{to},{}us\n", one_way_micros(from, to)),
        };
        let rows: String = names.iter().flat_map(|from| names.iter().map(move |to| pair(from, to))).collect();
        format!("from,to,one_way\n{rows}")
    }

    #[test]
    fn fantochs_round_trips_are_those_of_the_built_in_matrix_cut_to_whole_milliseconds() {
        assert_eq!(FANTOCH_FILE.1, whole_millisecond_pings(["asia-east1", "us-central1", "us-west1"]));
    }

    #[test]
    fn a_leader_that_is_no_region_is_refused() {
        let regions = Regions::shipped(FIVE_SITES_FILE);
        let refused = of_user(&regions, Some("mars"), None).err().expect("there is no such region");
        assert!(refused.contains("--leader mars") && refused.contains("ca-central-1"), "{refused}");
    }

    #[test]
    fn a_quorum_of_more_than_all_is_refused() {
        let of = |q2: u32| of_user(&Regions::shipped(FIVE_SITES_FILE), Some("sa-east-1"), Some(q2));
        assert!(of(5).is_ok_and(|experiments| experiments.len() == 1));
        assert!(of(6).err().expect("there are five").contains("--q2 6"));
    }
}
