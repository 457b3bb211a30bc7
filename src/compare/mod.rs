//! Comparison: the runs of a sweep, or of several scenarios, held against each other in pairs.
//!
//! [`Asked`] says which figures, [`Subject`] which runs are of which variant under which circumstances, and [`Study`] what
//! follows: each variant's figure with its interval, its difference from the baseline's in runs with the same seeds, and a rank.
//! [`scaling`] fits laws to figures over numbers of servers. Where a scenario asks where something ceases to hold, a [`Bisection`]
//! for each variant and seed finds it by a [`Condition`], and a study is of what was [`Found`].
//! [`words`] puts it as a person would; [`table`] is what a report takes.

mod asked;
pub mod batches;
mod bisection;
pub mod charts;
mod compared;
mod condition;
mod doubts;
mod found;
pub mod page;
mod rank;
pub mod scaling;
mod study;
mod subject;
pub mod table;
pub mod words;

pub use asked::{Asked, asked, check_asked};
pub use bisection::{Bisection, Knee, Point, STEPS_MAX};
pub use compared::Compared;
pub use condition::Condition;
pub use doubts::{Hanging, Short};
pub use found::{Found, Unknown};
pub use study::{Against, Finding, Settings, Study, StudyError, StudyRow};
pub use subject::{Subject, SubjectError, VariantRun};
