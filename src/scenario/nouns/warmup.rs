//! `warmup = "..."`: what is left out of metrics at the start.

use crate::kernel::Duration;
use crate::spec::choices::{Choice, ChoiceRow};
use crate::spec::decode::{Decode, Decoder};
use crate::spec::shape::Shape;
use crate::spec::suggest;
use crate::spec::units::Dimension;
use crate::spec::value::{Node, Value};

crate::choices! {
    /// A warm-up that is not given as a length.
    pub enum WarmupRule {
        /// Found after the run by MSER-5.
        Auto = "auto",
    }
}

/// What is left out of metrics at the start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Warmup {
    /// What begins within this.
    For(Duration),
    /// Whatever is found after the run.
    Rule(WarmupRule),
}

impl Decode for Warmup {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Warmup> {
        if let Value::String(text) = &node.value {
            let names = WarmupRule::ROWS.iter().map(|row| row.name);
            if suggest::closest(text.as_str(), names).is_some() {
                return WarmupRule::decode(node, decoder).map(Warmup::Rule);
            }
        }
        Duration::decode(node, decoder).map(Warmup::For)
    }

    fn shape() -> Shape {
        let rows: &'static [ChoiceRow] = WarmupRule::ROWS;
        Shape::Either(vec![Shape::Quantity(Dimension::Duration), Shape::Choice(rows)])
    }
}
