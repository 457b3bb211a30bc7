//! Pages on the built-in networks, with their numbers.

use super::Page;
use crate::kernel::Duration;
use crate::net::regions::{MATRICES, Matrix};
use crate::scenario::plan::{LAN_DELAY, LAN_JITTER};
use crate::spec::quantity::duration_text;

/// A page on each network: `lan`, then the measured matrices.
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
    [lan].into_iter().chain(MATRICES.iter().map(page)).collect()
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
