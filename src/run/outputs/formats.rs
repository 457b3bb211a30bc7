//! What every file holds, column by column: the writers take their headers from here, and docs/file-formats.md is
//! made from here.

use std::fmt::Write;

use super::documents::{DOCUMENTS, Document};
use crate::run::metrics::{Aggregate, CATALOGUE, Label};

/// A table of a run or a sweep.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The file's name.
    pub file: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// The order of its rows.
    pub order: &'static str,
    /// Its columns, behind those of the key.
    pub columns: &'static [Column],
}

/// A column of a table, or a field of a JSON line.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
}

macro_rules! columns {
    ($($name:literal: $meaning:literal,)*) => {
        &[$(Column { name: $name, meaning: $meaning }),*]
    };
}

pub(crate) use columns;

pub(super) const THROUGHPUT: Format = Format {
    file: "throughput.csv",
    purpose: "What was offered and how it ended, over time.",
    order: "workload, op, outcome, reason, interval; only kinds and reasons that occur, each over all intervals",
    columns: columns! {
        "workload": "The workload.",
        "system": "The system that it calls.",
        "op": "The kind of operation: `read`, `write`, `cas`, `append`, or a path.",
        "start_s": "Start of the interval.",
        "end_s": "End of the interval.",
        "outcome": "`offered`: operations by intended arrival; `ok`, `fail` or `unknown`: operations by return.",
        "reason": "Why they ended `fail` or `unknown`.",
        "operations": "How many.",
        "rate_per_s": "How many a second of the interval.",
    },
};

pub(super) const LATENCY: Format = Format {
    file: "latency.csv",
    purpose: "Latency of operations that ended `ok`, over time: from intended arrival to return.",
    order: "workload, op (`all` last), interval, statistic",
    columns: columns! {
        "workload": "The workload.",
        "system": "The system that it calls.",
        "op": "The kind of operation, or `all`.",
        "start_s": "Start of the interval, in which the operations were due to arrive.",
        "end_s": "End of the interval.",
        "statistic": "`mean`, `p50`, `p95`, `p99` or `max`; percentiles are nearest-rank.",
        "operations": "How many operations it is taken from (of a sample, if operations are sampled).",
        "latency_ms": "The latency; empty when there were none.",
    },
};

pub(super) const LATENCY_HISTOGRAM: Format = Format {
    file: "latency_histogram.csv",
    purpose: "Latency of all operations but those of the warm-up, as a log-linear histogram: 128 cells an octave, so \
              that a value is known to 1/128. Exact counts, even if operations are sampled.",
    order: "workload, op, outcome, phase, cell; only cells that hold anything",
    columns: columns! {
        "workload": "The workload.",
        "system": "The system that it calls.",
        "op": "The kind of operation.",
        "outcome": "`ok`, `fail` or `unknown`.",
        "phase": "`healthy`, `fault` or `recovery`.",
        "low_ns": "The least latency that belongs to the cell.",
        "high_ns": "The greatest latency that belongs to the cell.",
        "operations": "How many operations it holds.",
    },
};

pub(super) const BREAKDOWN: Format = Format {
    file: "breakdown.csv",
    purpose: "What the time of requests of services was spent on, for those that were answered after the warm-up: of all of them, and of \
              those around percentiles of latency. Beyond 65,536 requests it is taken from one in so many, by their numbers. Only where \
              workloads call services.",
    order: "workload, op, level, share",
    columns: columns! {
        "workload": "The workload.",
        "op": "The kind of request.",
        "level": "`mean`: all requests; `p50`, `p90`, `p95`, `p99`, `p999`: those within half a percent of that percentile, of \
                  `p999` a twentieth.",
        "requests": "How many requests these are.",
        "latency_ms": "Their mean latency.",
        "system": "Where a part of it was spent; on the network and before retries, who called.",
        "part": "On what: `queue` (waiting for a core, for others that share it, or to be admitted), `service` (work, as long as it takes \
                 on an unloaded core there), `network` (on the way, connections included), `retry` (attempts that were given up, and the \
                 waits before others), `store` (operations on a store). Of parallel branches the one counts that the request went on after.",
        "time_ms": "How much of the mean latency.",
        "share": "The same as a share of it.",
        "worst_node": "The node of that system with the largest part of it.",
        "worst_share": "That as a share of the mean latency.",
    },
};

pub(super) const NODES: Format = Format {
    file: "nodes.csv",
    purpose: "What each node did between one sample of its counters and the next.",
    order: "node, start",
    columns: columns! {
        "node": "The node.",
        "system": "The system or workload that it belongs to.",
        "start_s": "The earlier sample.",
        "end_s": "The later sample.",
        "utilisation": "Share of its core-time that was busy; empty if its cores have no limit.",
        "in_system_mean": "Requests at it, averaged over the time; empty if it is no instance of a service.",
        "in_system_max": "The most requests at it at once; empty if it is no instance of a service.",
        "queue_length_mean": "Requests at it beyond its cores, averaged over the time; empty if its cores have no limit.",
        "requests_finished": "Requests that it answered; empty if it is no instance of a service.",
        "requests_refused": "Requests that it refused; empty if it is no instance of a service.",
        "events": "Events that its process handled.",
        "boots": "How often it booted.",
        "messages_sent": "Messages that it handed to the network.",
        "bytes_sent": "Their bytes.",
        "messages_duplicated": "Copies of them that the network made.",
        "messages_reordered": "Those that others overtook by an extra delay.",
        "messages_retransmitted": "Times a stream sent one again.",
        "messages_delayed": "Those that a fault made take longer.",
        "messages_clogged": "Those that waited at the sender for a clog to end.",
        "messages_held": "Those that were held when they arrived, until a fault ended.",
        "messages_received": "Messages and copies that reached it while it ran.",
        "dropped_loss": "Messages and copies that it sent and the link lost.",
        "dropped_corruption": "Those that arrived damaged, which the receiver's checksum found.",
        "dropped_partition": "Those that a partition or a blocked link held back.",
        "dropped_buffer_full": "Those that found the link's buffer full.",
        "dropped_receiver_down": "Those that found their receiver down.",
        "dropped_reset": "Those whose stream a crash or a fault reset.",
        "dropped_no_route": "Those between sites that no fibre led between.",
        "peer_messages_sent": "Messages that it sent to other nodes of its replicated log, or of its single-decree Paxos; \
                               empty if it is of neither.",
        "peer_bytes_sent": "Their bytes.",
        "messages_of_leader": "Messages that it sent, and those that clients sent to it, which a leader sent or was sent.",
        "operations_committed": "Client operations that it was the first to apply.",
        "disk_writes": "Writes that it asked its disk for.",
        "disk_syncs": "Syncs that its disk completed.",
        "disk_writes_lost": "Writes that crashes took, because no completed sync covered them.",
        "disk_writes_torn": "Those of them of which a part is on the disk.",
        "disk_writes_failed": "Writes that a bad sector, or the loss of the disk, kept from being durable.",
        "disk_writes_refused": "Writes that found the disk full.",
        "disk_writes_misdirected": "Writes that went to another place than theirs.",
        "disk_syncs_failed": "Syncs that ended with an error.",
        "disk_syncs_faked": "Syncs that its disk acknowledged with nothing made durable.",
        "disk_acknowledged_lost": "Writes that such a sync covered and that were lost all the same: to a crash, to the \
                                   loss of the disk, or because the disk refused them when the cache was flushed.",
        "disk_records_unreadable": "Records that a boot found unreadable and none before.",
        "disk_records_rotten": "Durable records that went bad.",
        "disk_records_lost": "Durable records that went with the disk.",
        "disk_stalled": "Share of the time that its disk stood still.",
        "disk_busy": "Share of the time that its disk was busy.",
        "disks_lost": "How often it lost its whole disk.",
        "wall_clock_error_s": "How far its wall clock is ahead of true time at the later sample.",
        "monotonic_clock_error_s": "How far its monotonic clock is.",
    },
};

pub(super) const REQUESTS: Format = Format {
    file: "requests.csv",
    purpose: "Every operation of every workload; a sample of them beyond `max-operations`, and then summary.json says so.",
    order: "workload, client, number",
    columns: columns! {
        "workload": "The workload.",
        "system": "The system that it calls.",
        "number": "Counts the workload's operations from 1.",
        "client": "The node that the client runs on.",
        "slot": "Which of the node's clients; with it, the session.",
        "op": "The kind of operation, or the path.",
        "key": "The key, as a number; empty for a call.",
        "intended_ns": "When it was due to arrive.",
        "invoked_ns": "When its first attempt was sent.",
        "returned_ns": "When its client was told; of what was in flight, when the run ended or the client crashed.",
        "latency_ns": "From intended arrival to return.",
        "phase": "The phase of its intended arrival: `warmup`, `healthy`, `fault` or `recovery`.",
        "outcome": "`ok`, `fail` (certainly no effect) or `unknown`.",
        "reason": "Why it did not end `ok`: `timeout`, `rejected`, `not-found`, `unavailable` or `in-flight`.",
        "status": "Of a call of a service: the HTTP status that says the same. Empty for what was in flight.",
        "attempts": "How many times it was sent; empty for what was in flight.",
    },
};

pub(super) const FAULTS: Format = Format {
    file: "faults.csv",
    purpose: "Every strike of every fault; a fault that never struck has a row without a start.",
    order: "start, strike; then those that never struck, in the order of the scenario",
    columns: columns! {
        "name": "The fault's name.",
        "kind": "What it does: the word of `do`.",
        "intent": "Its target as the scenario says it.",
        "resolved": "What the target came to.",
        "nodes": "The nodes that it named, separated by spaces.",
        "strike": "Counts all strikes of the run from 0.",
        "start_ns": "When it struck; empty if it never did.",
        "end_ns": "When it ended; empty if it was active to the end of the run, or never struck.",
    },
};

pub(super) const ROLES: Format = Format {
    file: "roles.csv",
    purpose: "What became of nodes: lives and leaderships.",
    order: "time",
    columns: columns! {
        "at_ns": "When.",
        "node": "The node.",
        "system": "The system or workload that it belongs to.",
        "event": "`booted`, `crashed`, `disk-lost`, `paused`, `resumed`, `asked-pre-vote`, `campaigned`, \
                  `became-leader`, `stepped-down`, `configured`, `recovering`, `rejoined` or `halted`.",
        "term": "The term that it names; empty for a life.",
        "incarnation": "Of a life: counts the node's boots from 1; of one that is down, the last. A boot right behind \
                        `disk-lost` found an empty disk.",
        "fault": "The fault whose doing it is; empty for roles and for the boots of the start.",
        "reason": "Why it halted; empty for all else.",
        "voters": "Of `configured`: who votes from then on as this node knows, by number (`1 2 3`), and whom they replace \
                   while both must agree (`1 2 4 for 1 2 3`).",
    },
};

pub(super) const OPERATIONS: Format = Format {
    file: "operations.csv",
    purpose: "What operators asked of systems; only where the scenario has operations.",
    order: "that of the scenario, then that of each operation's orders",
    columns: columns! {
        "operation": "The operation.",
        "system": "The system that is asked.",
        "order": "Counts the operation's orders from 1.",
        "wanted": "What is wanted.",
        "due_ns": "When it was to be given.",
        "began_ns": "When it was given first; empty if it was not. An operator gives one order after another.",
        "ended_ns": "When the operator knew what came of it; empty if it was open at the end of the run.",
        "outcome": "`ok`, `fail` or `unknown`.",
        "reason": "Why it could not be done, `timeout`, or `in-flight` if it was open at the end; empty if it was done.",
        "attempts": "How often it was given; empty if it was open at the end.",
    },
};

pub(super) const BALLOTS: Format = Format {
    file: "ballots.csv",
    purpose: "Single-decree Paxos step by step, its first 100,000 steps; only where a system runs it, and with `--trace \
              ops` or `full`. ballots.txt tells the same in words, below a line for each ballot.",
    order: "time",
    columns: columns! {
        "at_ns": "When.",
        "node": "The node.",
        "system": "The system.",
        "ballot": "The ballot: round and, behind the point, the number of the node whose it is. Of `remembers` the one promised; \
                   empty if none was.",
        "proposer": "The node whose ballot it is.",
        "step": "`prepared` (phase 1a), `promised` (1b), `proposed` (2a), `accepted` (2b), `learned`, `refused`, `gave-up`, \
                 `found-nothing` or `remembers`.",
        "value": "The value proposed, accepted or learned; of `promised` and `remembers`, what the node accepted before.",
        "other": "Another ballot: of `promised` and `remembers`, the one in which it accepted the value; of `proposed`, the one \
                  whose value it adopts; of `refused`, the one promised; of `gave-up`, the higher one it heard of.",
        "promised_by": "Of `proposed` and `found-nothing`: who promised.",
        "wait_ns": "Of `gave-up`: how long it waits before it tries another.",
    },
};

pub(super) const CHECKS: Format = Format {
    file: "checks.csv",
    purpose: "What became of every check.",
    order: "that of the scenario",
    columns: columns! {
        "check": "The check's name.",
        "kind": "What is checked: an invariant, a model, a metric, `sometimes`.",
        "target": "The system or workload that it is about; of `sometimes`, what is to come to pass.",
        "expect": "`held`; or `violated` for a known bug kept as a test.",
        "verdict": "`held`, `violated`, `inconclusive`, `not-applicable`, or `not-seen`: what is to come to pass in some \
                    run did not in this.",
        "expected": "What was to hold, in words.",
        "actual": "The figure found, in the unit; empty if it is no figure.",
        "unit": "The unit of the figure.",
        "at_ns": "When it was first violated, or first came to pass, if that is known.",
        "message": "What was found, in words.",
    },
};

pub(super) const RUNS: Format = Format {
    file: "runs.csv",
    purpose: "All usual figures of all runs of a sweep.",
    order: "run, metric, labels, aggregate",
    columns: columns! {
        "metric": "The metric.",
        "workload": "The workload it is narrowed to, if any.",
        "system": "The system it is narrowed to, if any.",
        "node": "The node it is narrowed to, if any.",
        "region": "The region of clients it is narrowed to, if any.",
        "op": "The kind of operation it is narrowed to, if any.",
        "outcome": "The outcome it is narrowed to, if any.",
        "reason": "The reason it is narrowed to, if any.",
        "status": "The class of statuses it is narrowed to, if any: `4xx` or `5xx`.",
        "phase": "The phase it is narrowed to, if any.",
        "fault": "The fault it is of, if it is of one.",
        "kind": "The kind of its strikes, if it is of one.",
        "aggregate": "How it is aggregated.",
        "unit": "The unit of the value.",
        "value": "The figure.",
    },
};

pub(crate) const COMPARE: Format = Format {
    file: "compare.csv",
    purpose: "Variants beside a baseline, by each figure that is compared.",
    order: "metric, circumstances, variant",
    columns: columns! {
        "variable": "What tells the variants apart: a swept variable, or `scenario`.",
        "variant": "The variant.",
        "metric": "The figure: metric, aggregate, what it is of, and what narrows it.",
        "unit": "The unit of everything that is in it: `value`, `sd`, `difference` and the ends of their intervals.",
        "runs": "How many runs have such a figure.",
        "missing": "How many have none, and are left out.",
        "value": "The mean over the runs; under `order-statistics` the median.",
        "sd": "The standard deviation of the runs' figures.",
        "ci_low": "Where its interval begins.",
        "ci_high": "Where it ends.",
        "confidence": "In what share of all cases intervals cover the truth.",
        "ci_method": "How: `student`, `order-statistics` or `bootstrap`.",
        "rank": "One more than the number of variants that are shown to be better; empty where no figure is the better one, where nothing was compared, and where what is to be found lies beyond what was tried for some seed.",
        "baseline": "The variant that it is held against; empty in the row of that itself, as are all columns from here on.",
        "pairs": "How many pairs of runs with the same seed there are.",
        "difference": "The variant less the baseline.",
        "difference_ci_low": "Where its interval begins.",
        "difference_ci_high": "Where it ends.",
        "ratio": "The variant over the baseline; empty where the baseline may be nought.",
        "ratio_ci_low": "Where its interval begins.",
        "ratio_ci_high": "Where it ends.",
        "p": "How often a difference as great would be seen if there were none.",
        "p_holm": "The same, corrected for all comparisons of the table by Holm's method.",
        "finding": "`lower`, `higher`, `same` (in every pair), or `not-shown`: what is seen may be chance.",
        "gain": "By pairs with the baseline: how many times the variance of the difference would be what it is, had both been run with seeds of their own; empty if it \
                 has none.",
        "antithetic_gain": "How many times the variance of `value` would be what it is, had the runs that are taken together had seeds of their \
                            own; empty if none are.",
    },
};

/// search.csv: what was tried to find something.
pub(crate) const SEARCHED: Format = Format {
    file: "search.csv",
    purpose: "The runs by which `find` of `[compare]` found what it asks for.",
    order: "as they were made: step, combination of the other variables, seed",
    columns: columns! {
        "seed": "The seed of the run.",
        "tried": "The value that the variable has in it, in base units.",
        "figure": "What the run measured of the condition's figure, in its base unit; empty if it does not have it.",
        "holds": "Whether the condition holds: `yes` or `no`; empty if it cannot be told.",
    },
};

pub(crate) const VALIDATE: Format = Format {
    file: "validate.csv",
    purpose: "Published figures, and what is simulated.",
    order: "that of the suites",
    columns: columns! {
        "suite": "The suite.",
        "chapter": "The chapter of it: its chart is `charts/validate-<chapter>.svg`.",
        "family": "What the row's experiment is held against, by name.",
        "row": "The row; what stands before `/` is its experiment, whose scenario `validate --show` prints.",
        "source": "Where the published figure comes from.",
        "setup": "What is simulated.",
        "unit": "The unit of all figures: `ns`, `ratio`, or `multiple` of what the set-up names.",
        "relation": "`=`; `<=` and `>=` of a bound; `among` where the published figure is itself a draw.",
        "published": "The published figure.",
        "tolerance": "How far the simulated one may be from it.",
        "simulated": "What the simulation gives; empty, as its interval, if it was not run.",
        "ci_low": "Where its interval begins.",
        "ci_high": "Where it ends.",
        "confidence": "In what share of all cases intervals cover the truth.",
        "seeds": "Over how many seeds.",
        "verdict": "`held`, `violated`, `inconclusive`; `not-run` of what takes `--thorough`.",
    },
};

pub(crate) const SCALING: Format = Format {
    file: "scaling.csv",
    purpose: "Where a comparison has `scaling`: figures over the number N of what does the work, as speed-ups and efficiencies.",
    order: "metric, circumstances, N",
    columns: columns! {
        "metric": "The figure.",
        "unit": "The unit of it.",
        "scaling": "`strong`: the same work for every N; `weak`: work that grows with N.",
        "variable": "What N is.",
        "n": "N.",
        "value": "The figure, as in compare.csv.",
        "value_ci_low": "Where its interval begins.",
        "value_ci_high": "Where it ends.",
        "speedup": "The rate over that of the least N: of a time T the rate is 1 / T, or N / T where work grows.",
        "speedup_ci_low": "Where its interval begins.",
        "speedup_ci_high": "Where it ends.",
        "efficiency": "The speed-up over N / (least N).",
        "efficiency_ci_low": "Where its interval begins.",
        "efficiency_ci_high": "Where it ends.",
    },
};

pub(crate) const FITS: Format = Format {
    file: "fits.csv",
    purpose: "Where a comparison has `scaling`: the laws fitted to its figures, a row a parameter.",
    order: "metric, circumstances, law, parameter",
    columns: columns! {
        "metric": "The figure.",
        "law": "`amdahl`, `gustafson` or `universal`.",
        "parameter": "`one`: the figure at N = 1; `serial`: the share that does not scale; of the universal law `contention` and `coherency` \
                      (sigma and kappa), and, where coherency is shown, `peak_n` and `peak`, the N of the greatest rate and the figure \
                      there; `misfit`: by what share of the law points lie above it, where they lie furthest off.",
        "n": "At which N, if at one.",
        "unit": "The unit of the value.",
        "value": "The mean over the seeds, each of which is fitted by itself; empty where there is none.",
        "ci_low": "Where its interval begins, by Student's t; of `misfit` for the furthest of so many N (Bonferroni).",
        "ci_high": "Where it ends.",
        "confidence": "In what share of all cases intervals cover the truth.",
        "seeds": "How many seeds were fitted to.",
        "left_out": "How many lack the figure at some N, or have no fit.",
    },
};

/// Every table.
pub const FORMATS: &[Format] = &[
    THROUGHPUT,
    LATENCY,
    LATENCY_HISTOGRAM,
    BREAKDOWN,
    NODES,
    REQUESTS,
    FAULTS,
    ROLES,
    OPERATIONS,
    CHECKS,
    RUNS,
    COMPARE,
    SEARCHED,
    VALIDATE,
    SCALING,
    FITS,
];

/// The text of docs/file-formats.md.
pub fn document() -> String {
    let mut text = String::from(HEAD);
    for format in FORMATS {
        let Format { file, purpose, order, columns } = format;
        let key = match *file {
            file if file == RUNS.file => "`run_id`, `seed`, `param_*`",
            file if [COMPARE.file, SCALING.file, FITS.file].contains(&file) => {
                "`scenario`, `param_*` (circumstances)"
            }
            file if file == VALIDATE.file => "",
            _ => "`run_id`, `param_*`",
        };
        let first = if key.is_empty() { String::new() } else { format!(" First come {key}, then:") };
        push(&mut text, format_args!("\n### {file}\n{purpose}\nRows: {order}.{first}\n\n"));
        fields(&mut text, "column", columns);
    }
    for Document { file, purpose, fields: columns } in DOCUMENTS {
        push(&mut text, format_args!("\n### {file}\n{purpose}\n\n"));
        fields(&mut text, "field", columns);
    }
    push(&mut text, format_args!("{METRICS}"));
    for entry in CATALOGUE {
        let labels: Vec<&str> = entry.labels.iter().copied().map(Label::name).collect();
        let aggregates: Vec<&str> = entry.aggregates.iter().copied().map(Aggregate::name).collect();
        let (unit, labels, aggregates) = (entry.unit.name(), labels.join(" "), aggregates.join(" "));
        push(
            &mut text,
            format_args!("| `{}` | {unit} | {labels} | {aggregates} | {} |\n", entry.name, entry.meaning),
        );
    }
    text
}

fn fields(text: &mut String, kind: &str, columns: &[Column]) {
    push(text, format_args!("| {kind} | holds |\n|---|---|\n"));
    for Column { name, meaning } in columns {
        push(text, format_args!("| `{name}` | {meaning} |\n"));
    }
}

fn push(text: &mut String, line: std::fmt::Arguments<'_>) {
    text.write_fmt(line).expect("a string takes any text");
}

const HEAD: &str = "\
# File formats

<!-- Made from src/run/outputs/formats.rs and src/run/metrics/catalogue.rs by
     `SEEDBED_BLESS=1 cargo test --lib docs_are_current`; change it there. -->

A run fills `outputs/<scenario>/<run id>/`, a sweep `outputs/<scenario>/sweep-<id>/`; `outputs/latest` leads to the last.
Running the same scenario with the same seed again compares every file with what is there, byte for byte, and changes
nothing; what differs is kept in `<name>.differs`. Files that the folder lacks, such as a trace that was not asked for
before, are added once all others have proved equal; files that are not asked for this time stay as they are.

A folder has its name only when it is complete. What was simulated of a run that was cut short (by Ctrl-C, or by a limit set
with a flag such as `--wall-limit`) lies in `<name>.partial`, marked by partial.json; the finished runs of a sweep that was
interrupted lie in `sweep-<id>.partial/runs/`, and `run --resume` goes on from them. `repro` does a run that was cut short
again up to the event at which it was cut. A folder being filled is named `<name>.<process>-<count>.partial`: one that a
killed process left behind can be deleted.

When a file cannot be written (a full disk, a limit, no permission, a call that was interrupted) the command says which, ends
with 74 and removes what it was filling; finished results, and what an earlier attempt kept in `<name>.partial`, stay as they
were. A sweep stays in `sweep-<id>.partial`, with the runs that could be written. Only what cannot even be removed or renamed is
left: folders named `….partial`, files named `….tmp`, an empty `.lock` that locks nothing. They can be deleted.

A hunt fills `outputs/<scenario>/hunt-<id>-<check>/` with minimal.toml, the least scenario that fails, capsule.json, and the folder
of the run of minimal.toml; a hunt that finds the same failure again writes them anew.

A comparison fills `outputs/<scenario>/compare-<id>/` with compare.csv, compare.md, which is the same in words and tables, `charts/` and
`report.html`; the runs lie in the folders of their sweeps. If something was to be found (`find`), search.csv has what was tried, and each step
is a sweep; with `scaling` there are scaling.csv and fits.csv.

A validation fills `outputs/validate-<id>/` with validate.csv, validate.md, which is the same in tables with its charts, `charts/` and
`report.html`. The id is that of the rows, of what they are held to, and of the version. docs/theory.md is the validate.md of a
`validate` without flags.

A sweep's folder has scenario.resolved.toml, with its `[sweep]`, runs.csv, `charts/`, `report.html`, and below `runs/` a folder for each run; in a sweep of
more than 50 runs only those that did not pass have charts and a page of their own.

`run --charts` says what is drawn: `svg`, the default, writes each chart as SVG and a page that shows them, report.html; `png`
writes each chart as PNG too, for where SVG cannot go; `none` neither charts nor page. The page shows the SVG whichever it is, and no
other file depends on it. A PNG has the chart's name and is twice as large in pixels, at 240 dots an inch (190.5 mm wide), in colour on white. It
is painted from the SVG with two fonts that come with the program, DejaVu Sans and its bold face, so that its bytes are the same on
every machine. They have Latin, Greek, Cyrillic, Armenian and Georgian letters, and mathematical signs; for any other letter
there is a box, and a warning. A chart of more than 32,767 rows of pixels has no PNG, with a warning.

`run --trace` says what is written of single operations and events: `none`; `ops`, requests.csv and history.jsonl, the
default for one run; `full`, trace.jsonl too. The default for many runs is `none`. No other file depends on it.

Tables are CSV: a header always, UTF-8, `\\n`, rows in a fixed order, one observation a row. `_ns` columns are exact
integers, `_s` and `_ms` columns are for people; floats are the shortest that read back the same; an empty cell
means that there is no value. Swept variables stand in `param_*` columns.

## Files
`scenario.resolved.toml` is the scenario that ran, merged, with every default.
";

const METRICS: &str = "
## Metrics
All exclude the warm-up. An operation's phase is that of its intended arrival: `fault` while any fault is active,
`recovery` for a stated time after the last one ended, else `healthy`. Percentiles are nearest-rank: the p-th of n values
is the ⌈p/100 · n⌉-th smallest. Beyond `max-operations` they come from histograms, and are then at most 1/128 too high.
`count` is how many values there are, and `cv` a ratio, whatever the metric's unit.

| metric | unit | labels | aggregates | means |
|---|---|---|---|---|
";
