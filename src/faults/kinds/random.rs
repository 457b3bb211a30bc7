//! `do = "random"`: a nemesis, which strikes a system with one kind of fault after the other.

use std::sync::OnceLock;

use super::{Facts, FaultKind, Harm, KindOptions, Scope, Settings};
use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Stream};
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder, NoDataFiles};
use crate::spec::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::options::{OptionTable, Options, Places, option, refuse_unknown};
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::suggest;
use crate::spec::value::{Entry, Node, Table, Value};

crate::options! {
    /// A nemesis: strikes of many kinds on one system.
    pub struct Random {
        /// What it may do: kinds of faults, or tables such as `{ do = "delay", delay = "exp(50ms)", weight = 3 }`. Options
        /// of the kind that are not given are drawn for each strike. Absent: every kind that the system survives. A kind
        /// that finds nothing to act on is never drawn.
        kinds: Option<Vec<Located<Ingredient>>>,
        /// Whether it leaves enough nodes in service, and keeps away from what breaks the trust in a node.
        survivable: bool = true,
        /// The last part of the run, in which nothing strikes and what lasts is over: time for the system to recover.
        calm: Located<Duration> = "0s",
    }
    check check_random;
}

/// Most kinds to draw from: their weights add up to less than 2^32.
pub const KINDS_MAX: usize = 1_000;

fn check_random(random: &Random, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let Some(kinds) = &random.kinds else { return };
    let (code, message) = match kinds.len() {
        0 => (Code::Contradiction, "`kinds` is empty: the nemesis would do nothing".to_owned()),
        1..=KINDS_MAX => return,
        count => (Code::TooMany, format!("a nemesis draws from at most {KINDS_MAX} kinds, not {count}")),
    };
    let error = Diagnostic::error(code, places.of("kinds"), message);
    decoder.report(error.help("leave `kinds` out for every kind that the system survives"));
}

impl Random {
    /// What is known of the strikes that it may draw, whatever its prey survives and has.
    pub(super) fn facts(&self) -> impl Iterator<Item = Facts> {
        static ALL: OnceLock<Vec<Facts>> = OnceLock::new();
        let given = self.kinds.iter().flatten().map(|kind| kind.value.facts);
        let all = ALL.get_or_init(|| Ingredient::all().map(|one| one.facts).collect());
        let all = all.iter().copied().filter(|_| self.kinds.is_none());
        given.chain(all.filter(|one| !self.survivable || one.harm < Harm::BreaksTrust))
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
    /// What is known of its strikes, whatever is drawn.
    pub facts: Facts,
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
    check check_ingredient;
}

fn check_ingredient(common: &IngredientCommon, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if common.r#for.as_ref().is_some_and(|lasts| lasts.range().1 == Duration::ZERO) {
        let error = Diagnostic::error(Code::Contradiction, places.of("for"), OVER_AT_ONCE);
        decoder.report(error.help("write for example for = \"10s\", or leave it to the nemesis"));
    }
}

/// Of a strike that lasts no time.
pub const OVER_AT_ONCE: &str = "it would be over as it begins";

impl Ingredient {
    /// The declaration of what every ingredient has beside its kind and the options of that.
    pub fn table() -> OptionTable {
        IngredientCommon::table()
    }

    /// Each kind that can be drawn, once.
    pub fn all() -> impl Iterator<Item = Ingredient> {
        FaultKind::ALL.iter().filter_map(|&kind| {
            let mut diagnostics = Diagnostics::default();
            let mut decoder = Decoder::new(&mut diagnostics, &NoDataFiles);
            Ingredient::new(kind, IngredientCommon::defaults(), Table::default(), &mut decoder)
        })
    }

    /// Of a kind that can be drawn; `None` if this cannot, or once every mistake in `given` has been reported.
    fn new(
        kind: FaultKind,
        common: IngredientCommon,
        given: Table,
        decoder: &mut Decoder<'_>,
    ) -> Option<Ingredient> {
        // Whatever is drawn beside it: what is given is right or wrong by itself.
        let sample = settings(kind, &given, &mut Stream::new(0, "nemesis", "sample"))?;
        let sample = kind.decode(&sample.node(), decoder)?;
        let facts = Facts::of(sample.hostile()?);
        Some(Ingredient { kind, weight: common.weight, lasts: common.r#for, facts, given })
    }

    /// A fault of this kind, and the options that it has.
    pub fn draw(&self, choice: &mut Stream) -> (KindOptions, Settings) {
        let settings =
            settings(self.kind, &self.given, choice).expect("an ingredient is of a kind that can be drawn");
        let mut diagnostics = Diagnostics::default();
        let decoded = self.kind.decode(&settings.node(), &mut Decoder::new(&mut diagnostics, &NoDataFiles));
        (decoded.expect("what was given was decoded at load, and a test decodes what is drawn"), settings)
    }
}

/// Options drawn, but for those that are given; `None` for a kind that cannot be drawn.
fn settings(kind: FaultKind, given: &Table, choice: &mut Stream) -> Option<Settings> {
    let mut settings = kind.draw(choice)?;
    given.iter().for_each(|entry| settings.0.set(entry.clone()));
    Some(settings)
}

impl Decode for Ingredient {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Ingredient> {
        let Value::Table(table) = &node.value else {
            let kind = <FaultKind as Decode>::decode(node, decoder)?;
            return match can_be_drawn(kind, &node.origin, decoder) {
                true => Ingredient::new(kind, IngredientCommon::defaults(), Table::default(), decoder),
                false => None,
            };
        };
        // Without its kind nobody can tell which options it has: only what was to be `do` is told.
        let is_do = |entry: &&Entry| suggest::closest(&entry.key, ["do"]).is_some();
        if table.get("do").is_none()
            && let Some(entry) = table.iter().find(is_do)
        {
            let message = format!("unknown key `{}` {}", entry.key, decoder.section());
            let error = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
            decoder.report(error.did_you_mean(Some("do")));
            return None;
        }
        let kind = option::<Located<FaultKind>>(node, "do", None, &(), decoder)?;
        if !can_be_drawn(kind.value, &kind.origin, decoder) {
            return None;
        }
        let common_keys = IngredientCommon::table().keys();
        let own_keys = kind.value.table().keys();
        let known: Vec<&'static str> = ["do"].iter().chain(&common_keys).chain(&own_keys).copied().collect();
        let rows = || [IngredientCommon::table().rows, kind.value.table().rows].concat();
        refuse_unknown(table, &known, rows, decoder);
        let part = |keys: &[&str]| -> Table {
            table.iter().filter(|entry| keys.contains(&entry.key.as_str())).cloned().collect()
        };
        let common = Node { value: Value::Table(part(&common_keys)), origin: node.origin.clone() };
        let common = IngredientCommon::decode(&common, decoder);
        Ingredient::new(kind.value, common?, part(&own_keys), decoder)
    }

    fn shape() -> Shape {
        Shape::Either(vec![<FaultKind as Decode>::shape(), Shape::Named(Box::new(Shape::Any))])
    }
}

/// Whether a nemesis can draw faults of this kind; if not, it is reported.
fn can_be_drawn(kind: FaultKind, origin: &Origin, decoder: &mut Decoder<'_>) -> bool {
    let help = match kind.scope() {
        Scope::Nodes | Scope::Links => return true,
        Scope::System => "name the kinds that it may draw from".to_owned(),
        Scope::Fibres => format!("give the {kind} a [fault] of its own"),
    };
    let message = format!("a nemesis cannot draw a {kind}");
    decoder.report(Diagnostic::error(Code::Contradiction, origin, message).help(help));
    false
}
