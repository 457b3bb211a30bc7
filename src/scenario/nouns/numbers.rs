//! Sets of numbers as scenarios write them: which operations or orders of a series there are.

use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::shape::Shape;
use crate::spec::value::Node;
use crate::workloads::numbers::Numbers;

/// Numbers of operations as a scenario writes them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperationNumbers(pub Numbers);

impl Decode for OperationNumbers {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<OperationNumbers> {
        let text = String::decode(node, decoder)?;
        let range = |part: &str| {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            Some(first.trim().parse::<u32>().ok()?..=last.trim().parse::<u32>().ok()?)
        };
        let ranges: Option<Vec<_>> = text.split(',').map(|part| range(part.trim())).collect();
        let numbers = ranges.and_then(Numbers::new);
        if numbers.is_none() {
            let message = "these are no numbers of operations, ascending from 1";
            let error = Diagnostic::error(Code::OutOfRange, &node.origin, message);
            decoder.report(error.help("write for example \"1..40, 57\""));
        }
        numbers.map(OperationNumbers)
    }

    fn shape() -> Shape {
        Shape::Text
    }
}
