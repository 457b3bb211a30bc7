//! What planning and a nemesis have to know of the kinds that faults are of: what they act on, what they bring about, how bad
//! they are, and what to write for their options.

use crate::faults::{HappeningKind, Matter};
use crate::kernel::Stream;
use crate::spec::options::{Literal, default_node};
use crate::spec::origin::Origin;
use crate::spec::value::{Entry, Node, Table, Value};

/// The worst that a kind of fault does to the nodes that it strikes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Harm {
    /// They are slow, or hear less: whoever waits long enough is served.
    Slows,
    /// They serve nobody while it lasts: as many may be struck at once as the system can do without.
    PutsOut,
    /// They may serve nobody any more, for the rest of the run: they count as out until then.
    Ruins,
    /// They may lose what they promised to keep, or believe what is not so: no number of nodes makes up for that.
    BreaksTrust,
}

/// What becomes of a strike that ends; where `for` says less than one may think, with what to write instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// What it did is undone. Nothing else ends it.
    Undone,
    /// What it did stays. Nothing else ends it.
    Stays(&'static str),
    /// It is over by itself, if it does not end before.
    Done,
    /// It is over by itself, and at no other time.
    Known(&'static str),
}

/// The options that leave a fault nothing to do, by being 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Idle(pub &'static [&'static str]);

/// What a fault acts on, unless by these options it is to do nothing.
pub(super) fn unless(
    is_idle: bool,
    options: &'static [&'static str],
    matter: Matter,
) -> Result<Matter, Idle> {
    if is_idle { Err(Idle(options)) } else { Ok(matter) }
}

/// A kind of fault that a nemesis can draw.
pub trait Hostile {
    /// What a fault with these options acts on: it strikes nobody and nothing that has none of it.
    ///
    /// # Errors
    /// It changes nothing at all.
    fn acts_on(&self) -> Result<Matter, Idle>;

    /// What can happen to the nodes that it strikes because of it, beside what a system does about it.
    fn brings(&self) -> &'static [HappeningKind] {
        &[]
    }

    /// What becomes of a strike that ends.
    fn ending(&self) -> Ending {
        Ending::Undone
    }

    /// The worst that a fault with these options does.
    fn harm(&self) -> Harm;

    /// Options for one strike, drawn, as a scenario would write them: a strike can be read, and written down.
    fn draw(choice: &mut Stream) -> Settings
    where
        Self: Sized;
}

/// What is known of a fault by its options.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// The worst that it does.
    pub harm: Harm,
    /// What it acts on, unless it changes nothing.
    pub acts_on: Result<Matter, Idle>,
    /// What can happen to the nodes that it strikes.
    pub brings: &'static [HappeningKind],
}

impl Facts {
    /// Of a fault of this kind with these options.
    pub fn of(kind: &dyn Hostile) -> Facts {
        Facts { harm: kind.harm(), acts_on: kind.acts_on(), brings: kind.brings() }
    }
}

/// Options as a scenario would write them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Settings(pub Table);

impl Settings {
    /// No options: the kind has none, or its defaults will do.
    pub fn none() -> Settings {
        Settings::default()
    }

    /// As a table of a scenario.
    pub fn node(&self) -> Node {
        Node { value: Value::Table(self.0.clone()), origin: Origin::default_value() }
    }

    /// One more option, one of `values`, each as likely.
    ///
    /// # Panics
    /// If there are no values.
    pub fn one_of<L: Literal + Copy>(mut self, key: &str, choice: &mut Stream, values: &[L]) -> Settings {
        let value = choice.choose(values).expect("there is something to choose from");
        let place = Origin::default_value();
        self.0.set(Entry { key: key.to_owned(), key_origin: place, node: default_node(*value) });
        self
    }
}
