//! `type = "custom"`: a protocol of a user's own, from a program that uses this crate as a library.

use crate::spec::decode::{Decode, Decoder};
use crate::spec::options::OptionTable;
use crate::spec::shape::Shape;
use crate::spec::value::Node;
use crate::systems::{Custom, RoleConfig};

use super::{Blueprint, SystemPlan};

/// The options of a user's own protocol, as written: which there are is known to the type that runs there.
#[derive(Clone, Debug)]
pub struct CustomOptions(Node);

impl CustomOptions {
    /// What they say to the protocol `X`; `None` once every mistake in them has been reported.
    pub fn decode_for<X: Custom>(&self, decoder: &mut Decoder<'_>) -> Option<X::Options> {
        X::Options::decode(&self.0, decoder)
    }

    pub(super) fn table() -> OptionTable {
        let doc = "Options of a protocol of your own: it declares them.".to_owned();
        OptionTable { name: "CustomOptions", doc, rows: Vec::new() }
    }
}

impl Decode for CustomOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<CustomOptions> {
        decoder.table(node).map(|_| CustomOptions(node.clone()))
    }

    fn shape() -> Shape {
        Shape::Named(Box::new(Shape::Any))
    }
}

pub(super) fn build<X: Custom>(
    options: &X::Options,
    system: &SystemPlan,
    blueprint: &Blueprint<'_>,
) -> Vec<RoleConfig<X::Config>> {
    let configs = X::configure(options, system, blueprint);
    assert_eq!(configs.len(), system.nodes.len(), "`Custom::configure` gives one configuration a node");
    configs.into_iter().map(RoleConfig::Custom).collect()
}
