//! Pages on the tables of a scenario: every key with its type, default and range.

use super::Page;
use crate::run::metrics::Aggregate;
use crate::scenario::Scenario;
use crate::scenario::nouns::check::CheckOptions;
use crate::scenario::nouns::fault::FaultCommon;
use crate::scenario::nouns::liveness::LivenessOptions;
use crate::scenario::nouns::network::NetworkOptions;
use crate::scenario::nouns::operation::OperationOptions;
use crate::scenario::nouns::system::SystemCommon;
use crate::scenario::nouns::workload::WorkloadOptions;
use crate::scenario::sweep::{CompareOptions, SweepOptions};
use crate::spec::options::{OptionTable, Options};

/// A page on each table, the whole scenario first.
pub(super) fn pages() -> Vec<Page> {
    let page = |name: &str, header: &str, path: &'static str, table: OptionTable, example| {
        let page = Page::new(name, table.doc.as_str()).at(&[path]);
        page.options("Options", header, &[path], table).example(example)
    };
    vec![
        page("scenario", "the file itself", "", Scenario::table(), SCENARIO),
        page("network", "[network]", "network", NetworkOptions::table(), NETWORK),
        page("system", "[system.NAME]", "system.NAME", SystemCommon::table(), SYSTEM)
            .fact("see also", "`seedbed list systems` for the types, each with options of its own"),
        page("workload", "[workload.NAME]", "workload.NAME", WorkloadOptions::table(), WORKLOAD)
            .fact("see also", "`seedbed list arrivals` and `seedbed list keys` for the laws"),
        page("fault", "[fault.NAME]", "fault.NAME", FaultCommon::table(), FAULT).fact(
            "see also",
            "`seedbed list faults` for the kinds, each with options of its own, `seedbed list targets` for whom they strike",
        ),
        page("operation", "[operation.NAME]", "operation.NAME", OperationOptions::table(), OPERATION)
            .fact("see also", "`operations.csv` of a run for what became of each order"),
        checks(page("check", "[check.NAME]", "check.NAME", CheckOptions::table(), CHECK).fact(
            "see also",
            "`seedbed list checks` for invariants and models, `seedbed list happenings` for `sometimes`",
        )),
        page("liveness", "[liveness]", "liveness", LivenessOptions::table(), LIVENESS)
            .fact("see also", "docs/faults.md for who is healed, and what a violation says"),
        page("sweep", "[sweep]", "sweep", SweepOptions::table(), SWEEP),
        page("compare", "[compare]", "compare", CompareOptions::table(), COMPARE)
            .fact("see also", "`seedbed list metrics` for what can be compared, docs/comparing.md for what a verdict means, how `find` finds, and what laws of scaling say"),
    ]
}

/// What `assert` speaks of.
fn checks(mut page: Page) -> Page {
    page.values =
        Aggregate::ALL.map(|aggregate| (aggregate.name(), aggregate_doc(aggregate).to_owned())).to_vec();
    page
}

fn aggregate_doc(aggregate: Aggregate) -> &'static str {
    match aggregate {
        Aggregate::Mean => "in `assert`: the arithmetic mean",
        Aggregate::P50 => "in `assert`: the median, nearest-rank",
        Aggregate::P90 => "in `assert`: the 90th percentile, nearest-rank",
        Aggregate::P95 => "in `assert`: the 95th percentile, nearest-rank",
        Aggregate::P99 => "in `assert`: the 99th percentile, nearest-rank",
        Aggregate::P999 => "in `assert`: the 99.9th percentile, nearest-rank",
        Aggregate::Max => "in `assert`: the greatest",
        Aggregate::Min => "in `assert`: the least",
        Aggregate::Count => "in `assert`: how many there are",
        Aggregate::Total => "in `assert`: their sum",
        Aggregate::Cv => "in `assert`: the coefficient of variation, the standard deviation over the mean",
    }
}

const SCENARIO: &str = "\
schema = 1
name = \"raft-3-regions\"
seed = 42
duration = \"120s\"
warmup = \"10s\"
";

pub(super) const LIVENESS: &str = "\
[liveness]
after = \"60s\"
within = \"10s\"
";

const NETWORK: &str = "\
[network]
regions = \"aws\"
default = { loss = \"0.01%\", jitter = \"lognormal(median=200us, p99=2ms)\", bandwidth = \"1Gbit/s\" }

[[network.link]]
from = \"eu-west-1\"
to = \"us-east-1\"
delay = \"80ms\"
";

const SYSTEM: &str = "\
[system.kv]
type = \"raft\"
nodes = [\"lan\", \"lan\", \"lan\"]
disk = { fsync = \"1ms\" }
clocks = { default = { drift = \"20ppm\" }, \"kv.3\" = { offset = \"800ms\", drift = \"200ppm\" } }
";

const WORKLOAD: &str = "\
[workload.shoppers]
target = \"kv\"
arrival = \"poisson(500/s)\"
keys = \"zipf(n=1000, s=0.99)\"
mix = { read = 0.80, write = 0.15, cas = 0.05 }
timeout = \"2s\"
";

const FAULT: &str = "\
[fault.flaky]
every = \"exp(60s)\"
do = \"crash\"
target = \"any(kv)\"
for = \"uniform(5s, 20s)\"
";

const OPERATION: &str = "\
[operation.grow]
at = \"20s\"
do = \"add-node\"
target = [\"kv.4\", \"kv.5\"]

[operation.hand-over]
every = \"exp(30s)\"
do = \"transfer-leader\"
target = \"any(kv)\"
";

const CHECK: &str = "\
[check.linearizable]
model = \"linearizable\"
target = \"kv\"

[check.write-latency]
metric = \"latency\"
where = { op = \"write\", phase = \"healthy\" }
assert = \"p99 < 600ms\"

[check.leader-lost]
sometimes = \"leader-lost(kv)\"
";

const SWEEP: &str = "\
[system.kv]
disk = { fsync = \"${fsync}\" }

[sweep]
repeat = 20
vars.fsync = [\"200us\", \"1ms\", \"5ms\"]
";

const COMPARE: &str = "\
[system.kv]
disk = { fsync = \"${fsync}\" }

[sweep]
repeat = 30
vars.fsync = [\"200us\", \"1ms\", \"5ms\"]

[compare]
by = \"fsync\"
baseline = \"1ms\"
metrics = [\"latency.p50\", \"latency.p99{op=write}\", \"throughput\"]
# Or, with vars.load = [\"50/s\", \"2000/s\"]: how much each of them carries.
# find = \"max load where p99 < 100ms\"
";
