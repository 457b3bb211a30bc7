//! Comparison: the runs of a sweep, or of several scenarios, held against each other in pairs.
//!
//! [`Asked`] says which figures, [`Subject`] which runs are of which variant under which circumstances, and [`Study`] what
//! follows: each variant's figure with its interval, its difference from the baseline's in runs with the same seeds, and a rank.
//! [`words`] puts it as a person would; [`table`] is what a report takes.

mod asked;
pub mod batches;
pub mod charts;
pub mod page;
mod study;
mod subject;
pub mod table;
pub mod words;

pub use asked::{Asked, asked};
pub use study::{Against, Compared, Finding, Settings, Study, StudyError, StudyRow};
pub use subject::{Subject, SubjectError, VariantRun};
