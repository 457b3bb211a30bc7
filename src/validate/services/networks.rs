//! Networks of queues with a product form: a tandem, and a Jackson network with feedback.
//!
//! A service works on a request and then calls the next one: its frame waits for the answer without a core, and
//! answers take no time, so that the client is answered when the last of them is done. A request that comes back to a
//! service it has been at is a call in a circle, behind a branch with the probability of that way; `depth` bounds the
//! calls, so high that one request in 10^20 meets it.

use super::super::experiment::Experiment;
use super::formulas::mmc;
use super::{Bench, mean_time, service, utilisation};

const TANDEM: &str = "Two M/M/1 queues in a row are independent: the sum of both (Burke 1956, Jackson 1957)";
const JACKSON: &str = "An open network of M/M/c queues: product form (Jackson, Operations Research 5, 1957)";

pub(super) fn experiments() -> Vec<Experiment> {
    vec![tandem(0.5, 5e5, 0.02), tandem(0.8, 1e6, 0.03), jackson()]
}

fn tandem(load: f64, requests: f64, share: f64) -> Experiment {
    let server = "cores = 1\nsteps = [{ work = \"exp(10ms)\" }, { call = \"second\" }]";
    let second = service("second", 1, "cores = 1\nwork = \"exp(10ms)\"");
    let bench = Bench {
        setup: format!("Two services in a row with one core each, exponential work, load {load} of both"),
        systems: service("server", 1, server) + "\n" + &second,
        ..Bench::new(format!("tandem-{}pc", (100.0 * load).round()), load, 1.0, requests)
    };
    bench.held_to(vec![
        mean_time(TANDEM, 2.0 * mmc(1, load), share),
        utilisation("second-utilisation", TANDEM, 1, 1, load, 0.005),
    ])
}

/// A station: cores, mean work of a visit, and where requests go on to with which probability.
struct Station {
    name: &'static str,
    cores: u32,
    work: f64,
    onward: [f64; 3],
}

/// Requests begin at the first. One in five comes back to it at once; the second sends three in ten back to the first.
const STATIONS: [Station; 3] = [
    Station { name: "server", cores: 1, work: 1.0, onward: [0.2, 0.4, 0.2] },
    Station { name: "second", cores: 2, work: 2.0, onward: [0.3, 0.0, 0.2] },
    Station { name: "third", cores: 1, work: 1.5, onward: [0.0, 0.0, 0.25] },
];
/// Requests that come from outside, in a mean work of the first station.
const OUTSIDE: f64 = 0.5;
/// Most calls in a circle: a way goes on with 0.8 at most.
const DEPTH: u32 = 250;

/// Visits of each station for a request from outside: the traffic equations, by iteration.
fn visits() -> [f64; 3] {
    let next = |visits: [f64; 3]| {
        [0, 1, 2].map(|to| {
            let outside = if to == 0 { 1.0 } else { 0.0 };
            let from = STATIONS.iter().zip(visits).map(|(station, visits)| station.onward[to] * visits);
            outside + from.sum::<f64>()
        })
    };
    (0..1_000).fold([0.0; 3], |visits, _| next(visits))
}

fn loads() -> [f64; 3] {
    let (visits, load) =
        (visits(), |of: &Station, visits: f64| OUTSIDE * visits * of.work / f64::from(of.cores));
    [0, 1, 2].map(|station| load(&STATIONS[station], visits[station]))
}

/// Mean time in the network: visits of each station times the mean time of one.
fn jackson_time() -> f64 {
    let (visits, loads) = (visits(), loads());
    let time = |(station, load): (&Station, f64)| station.work * mmc(station.cores, load);
    STATIONS.iter().zip(loads).map(time).zip(visits).map(|(time, visits)| time * visits).sum()
}

fn jackson() -> Experiment {
    let branch = |to: usize, share: f64| {
        format!(
            "{{ share = \"{}%\", steps = [{{ call = \"{}\", depth = {DEPTH} }}] }}",
            100.0 * share,
            STATIONS[to].name
        )
    };
    let station = |station: &Station| {
        let onward = station.onward.iter().enumerate().filter(|(_, share)| **share > 0.0);
        let branches: Vec<String> = onward.map(|(to, share)| branch(to, *share)).collect();
        let work = super::works(station.work);
        let steps =
            format!("steps = [{{ work = \"exp({work})\" }}, {{ branch = [{}] }}]", branches.join(", "));
        service(station.name, 1, &format!("cores = {}\n{steps}", station.cores))
    };
    let loads = loads();
    let bench = Bench {
        setup: format!(
            "Three services with 1, 2 and 1 cores that send requests on to each other and back with fixed \
             probabilities, loads {:.3}, {:.3} and {:.3}",
            loads[0], loads[1], loads[2]
        ),
        systems: STATIONS.iter().map(|one| station(one) + "\n").collect(),
        rate: OUTSIDE,
        ..Bench::new("jackson".to_owned(), 0.9, 1.0, 5e5)
    };
    let mut claims = vec![mean_time(JACKSON, jackson_time(), 0.04)];
    for (place, (station, load)) in STATIONS.iter().zip(loads).enumerate() {
        let name = format!("{}-utilisation", station.name);
        claims.push(utilisation(&name, JACKSON, place, station.cores, load, 0.005));
    }
    bench.held_to(claims)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: v1 = 1 + 0.2 v1 + 0.3 v2, v2 = 0.4 v1, v3 = 0.2 v1 + 0.2 v2 + 0.25 v3.
    #[test]
    fn the_traffic_equations_are_solved() {
        let [first, second, third] = visits();
        assert!((first - 1.0 / 0.68).abs() < 1e-12 && (second - 0.4 / 0.68).abs() < 1e-12);
        assert!((third - 0.28 / 0.68 / 0.75).abs() < 1e-12);
        assert!(loads().iter().all(|load| *load < 0.9), "{:?}", loads());
    }
}
