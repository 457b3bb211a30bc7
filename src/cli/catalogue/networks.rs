//! Pages on the built-in networks, with their numbers.

use super::Page;
use crate::kernel::Duration;
use crate::net::regions::{MATRICES, Matrix};
use crate::net::topology::WITHIN_SITE;
use crate::scenario::plan::{LAN_DELAY, LAN_JITTER};
use crate::spec::quantity::duration_text;

/// A page on each network: `lan`, the measured matrices, and the files that can be read.
pub(super) fn pages() -> Vec<Page> {
    let (median, p99) = LAN_JITTER;
    let jitter = |nanoseconds: f64| duration_text(Duration(nanoseconds as u64));
    let lan = Page::new(
        "lan",
        "One data centre: every node is near every other. What a scenario without [network] has.",
    )
    .fact("regions", "lan")
    .fact("one-way delay", duration_text(LAN_DELAY))
    .fact("jitter", format!("lognormal(median={}, p99={})", jitter(median), jitter(p99)))
    .fact("loss", "none")
    .fact("bandwidth", "not limited")
    .example("[network]\nregions = \"lan\"\ndefault = { loss = \"0.01%\", bandwidth = \"10Gbit/s\" }\n");
    [lan].into_iter().chain(MATRICES.iter().map(page)).chain([matrix(), topology()]).collect()
}

fn matrix() -> Page {
    Page::new("matrix", "A matrix of delays in a CSV file: every ordered pair of regions, each with itself included.")
        .fact("regions", "a file whose name ends in .csv")
        .fact("header", "`from,to,one_way` with delays such as 40ms; or `from,to,rtt_avg_ms` and what else pings measure: half of it is one way")
        .fact("jitter, loss", "none, unless [network] default gives them")
}

fn topology() -> Page {
    Page::new("topology", "Sites with fibres between them: what lies between two sites is the shortest way over fibres that are not cut.")
        .fact("regions", "a file whose name ends in .graphml, .dot, .gv or .csv, with at most 1,000 sites and 10,000 links")
        .fact("sites", "`label` or `name`, else the id; of several with one label LABEL (ID); `Latitude`, `Longitude` (or `lat`, `lon`) in degrees; `zone`, `rack`: of the nodes there")
        .fact("links", "`delay` or `latency` with a unit (or `delay_ms` and the like as a number), `bandwidth`, `loss`; of the Topology Zoo `LinkSpeedRaw`")
        .fact("links without delay", "the way over the globe at two thirds of the speed of light; without coordinates left out, or what `fill` says")
        .fact("routes", "the least delay, then the fewest fibres, then the first in the file; as wide as their narrowest fibre")
        .fact("CSV", "one link a line: `from,to,delay`, and if wanted `bandwidth`, `loss`, `directed`")
        .fact("sharing", "with sharing = \"fair\" all that uses a link or a node's `uplink` at a time has max-min fair shares; else each pair of nodes has the bandwidth by itself")
        .fact("within a site", duration_text(WITHIN_SITE))
        .fact("see also", "`seedbed explain cut-link`, docs/topologies.md")
        .example(
            "[network]\nregions = \"fibres.csv\"         # from,to,delay\n                               # Lyon,Turin,2ms ...\n\n\
             [system.kv]\nnodes = [\"Lyon\", \"Turin\", \"Milan\"]\n",
        )
}

fn page(matrix: &Matrix) -> Page {
    let n = matrix.regions.len();
    let pairs = || (0..n * n).map(|pair| (pair / n, pair % n));
    let between = || pairs().filter(|(from, to)| from != to);
    let delay = |pair: &(usize, usize)| matrix.one_way(pair.0, pair.1);
    let told = |pair: Option<(usize, usize)>| {
        pair.map_or(String::new(), |pair| {
            format!("{}, {} to {}", delay(&pair), matrix.regions[pair.0], matrix.regions[pair.1])
        })
    };
    let within = pairs().filter(|(from, to)| from == to);
    Page::new(matrix.name, matrix.doc)
        .fact("least delay", told(between().min_by_key(delay)))
        .fact("greatest delay", told(between().max_by_key(delay)))
        .fact("within a region", format!("at most {}", within.map(|pair| delay(&pair)).max().unwrap_or_default()))
        .fact("jitter, loss", "none, unless [network] default gives them; delays are one way")
        .fact("regions", matrix.regions.join(", "))
        .example(match matrix.name {
            "gcp" => "[network]\nregions = \"gcp\"\n\n[system.kv]\nnodes = [\"europe-west1\", \"us-east1\", \"us-west1\"]\n",
            _ => "[network]\nregions = \"aws\"\n\n[system.kv]\nnodes = [\"eu-west-1\", \"us-east-1\", \"us-west-2\"]\n",
        })
}
