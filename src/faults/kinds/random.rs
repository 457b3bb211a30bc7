//! `do = "random"`: a nemesis, which strikes a system with one kind of fault after the other.

use std::rc::Rc;

use super::{FaultKind, Harm, KindOptions, Scope, Settings};
use crate::faults::{Fault, Nemesis, Prey};
use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Stream};
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder, NoDataFiles};
use crate::spec::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::options::{Options, option, refuse_unknown};
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Table, Value};

crate::options! {
    /// A nemesis: strikes of many kinds on one system.
    pub struct Random {
        /// What it may do: kinds of faults, or tables such as `{ do = "delay", delay = "exp(50ms)", weight = 3 }`. Options
        /// of the kind that are not given are drawn for each strike. Absent: every kind that the system survives.
        kinds: Option<Vec<Located<Ingredient>>>,
        /// Whether it leaves enough nodes in service, and keeps away from what breaks the trust in a node.
        survivable: bool = true,
        /// The last part of the run, in which nothing strikes and what lasts is over: time for the system to recover.
        calm: Duration = "0s",
    }
}

impl Random {
    /// The nemesis of `prey`.
    pub(super) fn fault(&self, prey: Prey) -> Rc<dyn Fault> {
        let ingredients = match &self.kinds {
            Some(kinds) => kinds.iter().map(|kind| kind.value.clone()).collect(),
            None => Ingredient::all().filter(|one| !self.survivable || prey.survives(one.harm())).collect(),
        };
        Rc::new(Nemesis { prey, survivable: self.survivable, ingredients })
    }
}

/// One thing that a nemesis may do.
#[derive(Clone, Debug)]
pub struct Ingredient {
    /// Which kind of fault; a hostile one.
    pub kind: FaultKind,
    /// How often, against the others.
    pub weight: u32,
    /// How long its strikes last; as the nemesis says when not set.
    pub lasts: Option<Distribution>,
    /// The options given, in place of those drawn.
    given: Table,
}

crate::options! {
    /// What an ingredient has beside its kind and the options of that.
    struct IngredientCommon {
        /// How often it is drawn, against the others.
        weight: u32 [1..=1_000_000] = 1,
        /// How long each strike lasts; absent: as the nemesis says.
        r#for: Option<Distribution>,
    }
}

impl Ingredient {
    /// Each kind that can be drawn, once.
    fn all() -> impl Iterator<Item = Ingredient> {
        let hostile = FaultKind::ALL.iter().filter(|kind| kind.hostility().is_some());
        hostile.map(|&kind| Ingredient { kind, weight: 1, lasts: None, given: Table::default() })
    }

    /// The worst that it does.
    pub fn harm(&self) -> Harm {
        self.kind.hostility().expect("an ingredient is of a hostile kind").harm
    }

    /// A fault of this kind, and the options that it has.
    pub fn draw(&self, choice: &mut Stream) -> (KindOptions, Settings) {
        let mut diagnostics = Diagnostics::default();
        let mut decoder = Decoder::new(&mut diagnostics, &NoDataFiles);
        let settings = self.settings(choice);
        let decoded = self.kind.decode(&settings.node(), &mut decoder);
        (decoded.expect("what was given was decoded at load, and a test decodes what is drawn"), settings)
    }

    fn settings(&self, choice: &mut Stream) -> Settings {
        let hostility = self.kind.hostility().expect("an ingredient is of a hostile kind");
        let mut settings = (hostility.draw)(choice);
        self.given.iter().for_each(|entry| settings.0.set(entry.clone()));
        settings
    }
}

impl Decode for Ingredient {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Ingredient> {
        let Value::Table(table) = &node.value else {
            let kind = <FaultKind as Decode>::decode(node, decoder)?;
            return hostile(kind, &node.origin, decoder).then(|| Ingredient {
                kind,
                weight: 1,
                lasts: None,
                given: Table::default(),
            });
        };
        let kind = option::<Located<FaultKind>>(node, "do", None, &(), decoder)?;
        if !hostile(kind.value, &kind.origin, decoder) {
            return None;
        }
        let common_keys = IngredientCommon::table().keys();
        let own_keys = kind.value.table().keys();
        let known: Vec<&'static str> = ["do"].iter().chain(&common_keys).chain(&own_keys).copied().collect();
        refuse_unknown(table, &known, decoder);
        let part = |keys: &[&str]| -> Table {
            table.iter().filter(|entry| keys.contains(&entry.key.as_str())).cloned().collect()
        };
        let common = Node { value: Value::Table(part(&common_keys)), origin: node.origin.clone() };
        let common = IngredientCommon::decode(&common, decoder);
        let given = part(&own_keys);
        let ingredient = |common: IngredientCommon| Ingredient {
            kind: kind.value,
            weight: common.weight,
            lasts: common.r#for,
            given,
        };
        let ingredient = ingredient(common?);
        // Whatever is drawn beside it: what is given is right or wrong by itself.
        let sample = ingredient.settings(&mut Stream::new(0, "nemesis", "sample"));
        ingredient.kind.decode(&sample.node(), decoder)?;
        Some(ingredient)
    }

    fn shape() -> Shape {
        Shape::Either(vec![<FaultKind as Decode>::shape(), Shape::Named(Box::new(Shape::Any))])
    }
}

/// Whether a nemesis can draw faults of this kind; if not, it is reported.
fn hostile(kind: FaultKind, origin: &Origin, decoder: &mut Decoder<'_>) -> bool {
    let is_hostile = kind.hostility().is_some();
    if !is_hostile {
        let message = format!("a nemesis cannot draw a {kind}");
        let help = match kind.scope() {
            Scope::System => "name the kinds that it may draw from".to_owned(),
            Scope::Nodes | Scope::Links => format!("give the {kind} a [fault] of its own"),
        };
        decoder.report(Diagnostic::error(Code::Contradiction, origin, message).help(help));
    }
    is_hostile
}
