//! A word, or a list of words.

use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Value};

/// One word, or a list of them; none if it is left out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Words(pub Vec<Located<String>>);

impl Words {
    /// The word for the thing at this position, where they are dealt out in turn.
    pub fn at(&self, position: usize) -> Option<&str> {
        let index = position.checked_rem(self.0.len())?;
        Some(&self.0[index].value)
    }
}

impl Decode for Words {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Words> {
        match &node.value {
            Value::Array(words) if words.is_empty() => {
                let message = format!("{} is empty", decoder.subject());
                let error = Diagnostic::error(Code::OutOfRange, &node.origin, message);
                decoder.report(error.help("write a word or several, or leave it out where nothing is meant"));
                None
            }
            Value::Array(_) => Vec::decode(node, decoder).map(Words),
            Value::String(_) => Located::decode(node, decoder).map(|one| Words(vec![one])),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Table(_) => decoder.wrong_type(
                node,
                "a word or a list of words",
                "write for example \"a\", or [\"a\", \"b\"]",
            ),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text, Vec::<String>::shape()])
    }

    fn absent() -> Option<Words> {
        Some(Words::default())
    }
}
