//! `register = "registry"`: where the instances of a service say that they are there.

use crate::kernel::Duration;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Value};

crate::options! {
    /// Where instances register, and how often.
    pub struct RegisterTable {
        /// The registry.
        at: Located<String>,
        /// How often each says that it is there; absent: three times in the registry's `ttl`.
        heartbeat: Option<Located<Duration>> [Duration(1_000)..],
    }
}

/// Where instances register, by the registry's name alone or in full.
#[derive(Clone, Debug)]
pub struct RegisterOptions(pub RegisterTable);

impl Decode for RegisterOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<RegisterOptions> {
        if let Value::Table(_) = &node.value {
            return RegisterTable::decode(node, decoder).map(RegisterOptions);
        }
        let at = Located::<String>::decode(node, decoder)?;
        Some(RegisterOptions(RegisterTable { at, heartbeat: None }))
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text, RegisterTable::shape()])
    }
}
