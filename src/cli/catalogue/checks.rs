//! Pages on invariants, consistency models, and liveness.

use super::{Page, tables};
use crate::checks::consensus::TABLE;
use crate::scenario::nouns::check::Model;
use crate::scenario::plan::LIVENESS;
use crate::spec::choices::Choice;

const INVARIANTS: &str = "\
[check.safety]
invariants = [\"one-leader\", \"log-matching\", \"leader-completeness\", \"agreement\", \"durability\"]
";

/// A page on each invariant, then on each model.
pub(super) fn pages() -> Vec<Page> {
    let invariant = |row: &crate::checks::consensus::Row| {
        Page::new(row.name, row.meaning)
            .fact("kind", "invariant of replicated logs")
            .fact("in Raft", row.in_raft)
            .fact("stated in", row.section)
            .fact("in Multi-Paxos", row.in_multi_paxos)
            .fact("in Paxos", row.in_paxos)
            .fact("evaluated", row.evaluated)
            .example(INVARIANTS)
    };
    let model = |(model, row): (&Model, &crate::spec::choices::ChoiceRow)| {
        Page::new(row.name, row.doc)
            .fact("kind", "consistency model of a store's history")
            .example(model_example(*model))
    };
    let models = Model::ALL.iter().zip(Model::ROWS).map(model);
    TABLE.iter().map(invariant).chain(models).chain([liveness()]).collect()
}

/// A page on the check that a table of its own asks for.
fn liveness() -> Page {
    let doc = "Once faults stop, a quorum that is well serves everybody again, and its replicas agree, within a time.";
    Page::new(LIVENESS, doc)
        .fact("kind", "the end of a run: what the table [liveness] asks for")
        .fact("evaluated", "at the end of the run, of every store on a consensus protocol")
        .example(tables::LIVENESS)
}

fn model_example(model: Model) -> &'static str {
    match model {
        Model::Linearizable => {
            "\
[check.linearizable]
model = \"linearizable\"
target = \"kv\"
"
        }
    }
}
