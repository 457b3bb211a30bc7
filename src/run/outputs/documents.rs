//! What every file of JSON holds, field by field.

use super::formats::{Column, columns};
use super::{CAPSULE, HISTORY, MANIFEST, PARTIAL, SUMMARY, TRACE};
use crate::run::trace::{NOTE_FIELDS, TRACE_FIELDS};

/// The fields of a line of history.jsonl.
pub const HISTORY_FIELDS: &[Column] = columns! {
    "system": "The store.",
    "caller": "The workload, or the service whose instance asks.",
    "number": "Counts the workload's operations from 1; of what a service asks, that of the request it serves.",
    "client": "The node that the client runs on.",
    "slot": "Which of the node's clients; with it, the session.",
    "op": "`read`, `write`, `cas` or `append`.",
    "key": "The key, as a number.",
    "value": "Of a write or an append: the value's identity.",
    "expected": "Of a compare-and-set: the value that the key must hold.",
    "new": "Of a compare-and-set: the value that it then holds.",
    "invoked_ns": "When its first attempt was sent.",
    "returned_ns": "When its client was told; of what was in flight, when the run ended or the client crashed.",
    "outcome": "`ok`, `fail` (certainly no effect) or `unknown` (it may take effect at any time, or never).",
    "reason": "Why it did not end `ok`.",
    "matched": "Of a compare-and-set that ended `ok`: whether the key held what was expected.",
    "reading": "What a read, or a compare-and-set that did not match, found: the key's sequence of values by `last`, \
                `length` and `digest` (16 hexadecimal digits); of a key never written, `length` is 0.",
};

/// The fields of summary.json.
pub const SUMMARY_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "scenario": "The scenario's name.",
    "seed": "The seed.",
    "run_id": "The run's id.",
    "digest": "The digest over every event of the run, as 16 hexadecimal digits; null if it was cut short where another machine \
               would not have cut it.",
    "events": "Events handled.",
    "simulated_s": "Simulated time.",
    "warmup_s": "What begins before this is left out of metrics: as given, or as found by `warmup = \"auto\"`.",
    "stopped": "`end`, the limit that was reached, or what cut the run short: `interrupt`, `wall-limit`, `max-memory` or the \
                limit that was set by a flag.",
    "verdict": "`passed`, `failed` or `inconclusive`.",
    "checks": "For every check what checks.csv says.",
    "metrics": "The usual figures: `metric`, `where` (its labels), `aggregate`, `unit` and `value`.",
    "time_spent": "For each kind of request of services where most of the time of those around the 99th percentile went, in words.",
    "operations": "`total`, how many of them are `kept` whole, and `one_in` how many that is: 1 for all.",
    "notices": "Caps that were reached, in words.",
};

/// The fields of capsule.json.
pub const CAPSULE_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "what": "`capsule`.",
    "crate_version": "The version that made it.",
    "model_version": "Counts the changes that move results for the same scenario and seed.",
    "scenario": "The name of the scenario that was hunted.",
    "seed": "The lowest seed that fails.",
    "check": "The check that fails in both runs: its `name`, its `kind` (an invariant, a model or a metric), and what it is \
              `about`.",
    "shrunk": "The least scenario that fails, and its run: its `verdict`, when and how the check failed (`failed_at_ns`, \
               `message`), `events`, `digest` and `checkpoints` as in manifest.json, what struck (`strikes`: `fault`, `kind`, \
               `start_ns`, `end_ns`, `resolved`), and the scenario line by line (`toml`), seed included.",
    "original": "The same of the scenario that was hunted.",
    "shrinking": "How many `runs` it took; whether they or the time were used up (`is_cut`), so that there may be less; whether \
                  every strike that is left is forced (`is_forced`); `strikes`, `operations`, `nodes` and `duration_ns` \
                  `before` and `after`.",
    "inputs": "The data files that the scenarios name: `path`, `text`, and which of the `readings` of the path they answer.",
};

/// The fields of manifest.json.
pub const MANIFEST_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "crate_version": "The version that made it.",
    "model_version": "Counts the changes that move results for the same scenario and seed.",
    "scenario": "The scenario's name.",
    "seed": "The seed.",
    "overrides": "What `--set` changed in the scenario, in one spelling.",
    "params": "The values of swept variables.",
    "run_id": "The first 8 hexadecimal digits of the BLAKE3 hash of resolved scenario, seed, both versions and data files.",
    "verdict": "`passed`, `failed` or `inconclusive`.",
    "events": "Events handled.",
    "digest": "The digest over every event of the run.",
    "checkpoint_interval": "Events between two checkpoints.",
    "checkpoints": "The digest after every so many events, before what the last of them noted.",
    "inputs": "The data files that the scenario names: for each its `path` there, the `file` in this folder that keeps it, and its `blake3` hash; where files of two folders have the same `path`, `readings` says which of the times that the path is read, counted from 0, mean this one.",
    "files": "Length in bytes and BLAKE3 hash of every file but this one.",
    "host": "Facts of the machine and wall-clock times: the one part that may differ between equal runs.",
};

/// The fields of partial.json.
pub const PARTIAL_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "crate_version": "The version that made it.",
    "model_version": "Counts the changes that move results for the same scenario and seed.",
    "scenario": "The scenario's name.",
    "seed": "The seed.",
    "overrides": "What `--set` changed in the scenario, in one spelling.",
    "params": "The values of swept variables.",
    "run_id": "The id of the run that this would have become.",
    "stopped": "`interrupt`, `wall-limit`, `max-memory`, or the limit that was set by a flag: `max-events`, `max-pending` or \
                `max-events-within-10ms`.",
    "reason": "The same in words.",
    "simulated_s": "How far the run came, in simulated time.",
    "duration_s": "How far it was to go.",
    "events": "Events handled.",
    "digest": "The digest over these events if it was cut at a number of events, else null: another machine would \
               have cut it elsewhere.",
    "digest_at_cut": "The digest over these events wherever it was cut: what `repro` comes to again after as many.",
    "checkpoint_interval": "Events between two checkpoints.",
    "checkpoints": "The digest after every so many events, before what the last of them noted.",
    "inputs": "The data files that the scenario names, as in manifest.json.",
    "files": "Length in bytes and BLAKE3 hash of every file but this one.",
    "host": "Facts of the machine and wall-clock times.",
};

/// The fields of a sweep's partial.json.
pub const SWEEP_PARTIAL_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "crate_version": "The version that made it.",
    "model_version": "Counts the changes that move results for the same scenario and seed.",
    "scenario": "The scenario's name.",
    "overrides": "What `--set` changed in the scenario, in one spelling.",
    "sweep_id": "The id of the sweep that this becomes once every run is finished.",
    "stopped": "`interrupt`, `fail-fast`, or `unfinished`: some run has no result.",
    "reason": "The same in words.",
    "of": "How many runs the whole sweep has, of which this may be a part.",
    "runs": "Of every finished run its `run_id`, `seed`, `place` among those of the whole sweep (from 0), `params`, `digest` and `verdict`.",
    "missing": "The same of every other run.",
    "sometimes": "Of every check with `sometimes` its name (`check`), what is to come to pass (`happening`), the `verdict` (`seen` \
                  or `not-seen`), in how many finished runs it came to pass (`seen`) and of how many (`runs`), and how many \
                  further runs leave it `open`: they were over early, or are not finished.",
    "files": "Length in bytes and BLAKE3 hash of every file but this one and those of single runs.",
    "host": "Facts of the machine and wall-clock times.",
};

/// The fields of a sweep's manifest.json.
pub const SWEEP_MANIFEST_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "crate_version": "The version that made it.",
    "model_version": "Counts the changes that move results for the same scenario and seed.",
    "scenario": "The scenario's name.",
    "overrides": "What `--set` changed in the scenario, in one spelling.",
    "sweep_id": "The first 8 hexadecimal digits of the BLAKE3 hash of the ids of its runs.",
    "of": "How many runs the whole sweep has, of which this may be a part.",
    "runs": "Of every run its `run_id`, `seed`, `place` among those of the whole sweep (from 0), `params`, `digest` and `verdict`.",
    "sometimes": "Of every check with `sometimes` its name (`check`), what was to come to pass (`happening`), the `verdict` (`seen`; \
                  `never`, a failure; or `not-seen`, where a part of the runs or one that was over early decides nothing), in \
                  how many runs it came to pass (`seen`) and of how many (`runs`), and how many further runs leave it `open`: \
                  a limit ended them early.",
    "files": "Length in bytes and BLAKE3 hash of every file but this one and those of single runs.",
    "host": "Facts of the machine and wall-clock times.",
};

/// Fields of the manifest.json of a comparison.
pub const COMPARISON_MANIFEST_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "crate_version": "The version that made it.",
    "model_version": "Counts the changes that move results for the same scenario and seed.",
    "scenario": "The scenario's name; of several the first.",
    "comparison_id": "The first 8 hexadecimal digits of the BLAKE3 hash over what is compared, and by what.",
    "variable": "What tells the variants apart: a swept variable, or `scenario`.",
    "baseline": "The variant that the others are held against.",
    "metrics": "The figures that were asked for.",
    "confidence": "In what share of all cases intervals cover the truth.",
    "intervals": "How: `student`, `order-statistics` or `bootstrap`.",
    "antithetic": "The variable whose runs are taken together, or null.",
    "batches": "Into how many batches each run is cut, or null.",
    "scaling": "`strong` or `weak` where laws of scaling are fitted, or `none`.",
    "theory": "The queues whose formulas are drawn.",
    "pareto": "What variants are placed by: two figures or swept numbers, or nothing.",
    "runs": "The ids of the runs.",
    "files": "Length in bytes and BLAKE3 hash of every file but this one.",
    "host": "Nothing.",
};

/// Fields of the manifest.json of a validation.
pub const VALIDATION_MANIFEST_FIELDS: &[Column] = columns! {
    "schema": "1.",
    "crate_version": "The version that made it.",
    "model_version": "Counts the changes that move results for the same scenario and seed.",
    "validation_id": "The first 8 hexadecimal digits of the BLAKE3 hash over versions, rows, their scenarios, and what they are held to.",
    "effort": "`usual` or `thorough`.",
    "set": "What is set otherwise than published, as `PATH=VALUE`.",
    "rows": "The names of the rows.",
    "files": "Length in bytes and BLAKE3 hash of every file but this one.",
    "host": "Nothing.",
};

/// A file of JSON.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// The file's name.
    pub file: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Its fields, or those of each of its lines.
    pub fields: &'static [Column],
}

/// Every file of JSON.
pub const DOCUMENTS: &[Document] = &[
    Document {
        file: HISTORY,
        purpose: "Every operation on a store, one JSON object a line, by store and then in the order of invocation: what judges \
                           read. Fields that do not apply are left out.",
        fields: HISTORY_FIELDS,
    },
    Document { file: TRACE, purpose: TRACE_PURPOSE, fields: TRACE_FIELDS },
    Document {
        file: "the notes in trace.jsonl",
        purpose: "Fields that do not apply are left out.",
        fields: NOTE_FIELDS,
    },
    Document { file: SUMMARY, purpose: "What came of the run.", fields: SUMMARY_FIELDS },
    Document { file: MANIFEST, purpose: "What the folder holds; written last.", fields: MANIFEST_FIELDS },
    Document {
        file: PARTIAL,
        purpose: "In place of manifest.json in the folder of a run that was cut short: up to when it came, and why not further.",
        fields: PARTIAL_FIELDS,
    },
    Document {
        file: "manifest.json of a sweep",
        purpose: "What the sweep's folder holds; written last.",
        fields: SWEEP_MANIFEST_FIELDS,
    },
    Document {
        file: "partial.json of a sweep",
        purpose: "In place of manifest.json in the folder of a sweep that lacks runs; its other files speak of the finished \
             ones. `run --resume` goes on from it.",
        fields: SWEEP_PARTIAL_FIELDS,
    },
    Document {
        file: "manifest.json of a comparison",
        purpose: "What was compared, and what its folder holds; written last.",
        fields: COMPARISON_MANIFEST_FIELDS,
    },
    Document {
        file: "manifest.json of a validation",
        purpose: "What was validated, and what its folder holds; written last.",
        fields: VALIDATION_MANIFEST_FIELDS,
    },
    Document {
        file: CAPSULE,
        purpose: "A failure in one file, to keep or to send; written by `hunt`, replayed by `repro`. It needs nothing beside it.",
        fields: CAPSULE_FIELDS,
    },
];

const TRACE_PURPOSE: &str = "\
The course of the run, one JSON object an event, in order; written by `run --trace full`. Up to `max-trace-events` of \
them: a longer run goes on without, and the last line says so. Fields that do not apply are left out.";
