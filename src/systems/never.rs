//! The process that no node runs: what stands for a user's own process in a world that has none.

use crate::kernel::{Context, Durable, Message, NodeId, Note, Process};
use crate::spec::code::Code;
use crate::spec::shape::Shape;
use crate::spec::{Decode, Decoder, Diagnostic, Node};

use super::plan::{Blueprint, SystemPlan};
use super::role::Custom;
use super::wire::{Member, Misaddressed, Wire};

/// A value of this type does not exist.
#[derive(Clone, Copy, Debug)]
pub enum Never {}

impl Process for Never {
    type Config = Never;
    type Message = Never;
    type Timer = u32;
    type Record = Never;
    type Note = Never;

    fn boot(_: &mut impl Context<Self>, config: &Never, _: &Durable<Never>) -> Self {
        *config
    }

    fn on_message(&mut self, _: &mut impl Context<Self>, _: NodeId, message: Never) {
        match message {}
    }
}

impl Message for Never {
    fn kind(&self) -> u16 {
        match *self {}
    }

    fn name(&self) -> &'static str {
        match *self {}
    }

    fn size(&self) -> u32 {
        match *self {}
    }
}

impl Note for Never {
    fn digest(&self) -> u64 {
        match *self {}
    }
}

impl Member<Never> for Never {
    fn to_wire(message: Never) -> Wire<Never> {
        match message {}
    }

    fn from_wire(wire: Wire<Never>) -> Result<Never, Misaddressed> {
        Err(Misaddressed::new(&wire))
    }
}

impl Custom for Never {
    type Options = Never;

    fn configure(options: &Never, _: &SystemPlan, _: &Blueprint<'_>) -> Vec<Never> {
        match *options {}
    }
}

/// A program without a protocol of its own refuses every system of one.
impl Decode for Never {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Never> {
        let message = "this program has no protocol of its own to run as type `custom`";
        let help = "write one and run this scenario with it: docs/your-own-protocol.md; `seedbed list systems` shows \
                    the built-in types";
        decoder.report(Diagnostic::error(Code::UnknownChoice, &node.origin, message).help(help));
        None
    }

    fn shape() -> Shape {
        Shape::Any
    }
}
