//! `[fault.NAME]`: something that goes wrong, when and where. What every fault has is here; what one kind has besides is
//! with the kind.

use crate::faults::kinds::{Ending, Ingredient, OVER_AT_ONCE};
use crate::faults::{FaultKind, KindOptions, Layout, Scope};
use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, listed};
use crate::spec::call::{self, Expression};
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::{OptionRow, OptionTable, Options, Places, one_table_down};
use crate::spec::origin::Origin;
use crate::spec::quantity::duration_text;
use crate::spec::scalars::Located;
use crate::spec::shape::Shape;
use crate::spec::suggest;
use crate::spec::value::{Entry, Node, Table, Text, Value};
use crate::spec::write;

use super::operation::OperationKind;

crate::choices! {
    /// Which messages of a node a fault of links strikes.
    pub enum Direction {
        /// Those that it sends and those that are sent to it.
        Both = "both",
        /// Those that are sent to it.
        In = "in",
        /// Those that it sends.
        Out = "out",
    }
}

crate::options! {
    /// Something that goes wrong, when and where.
    pub struct FaultCommon {
        /// What goes wrong.
        r#do: Located<FaultKind>,
        /// When it strikes, once.
        at: Option<Located<Duration>>,
        /// It strikes again and again: the time to the first strike, and from each to the next.
        every: Option<Located<Distribution>>,
        /// It strikes when this happens: `leader-elected(kv)`, `leader-lost(kv)`, `booted(kv.2)`, `crashed(zone:a)`,
        /// `paused(kv)`, `fault-began(NAME)`, `fault-ended(NAME)`; `seedbed list happenings` shows all.
        when: Option<Text>,
        /// Of `when`: from the happening to the strike; absent: at once.
        after: Option<Distribution>,
        /// Of `when`: how many happenings it answers; absent: one.
        times: Option<u32> [1..=1_000_000],
        /// Of `when`: what happens before this time does not count.
        from: Option<Duration>,
        /// It strikes each node of the target by itself, once that node's own wall clock shows this time.
        at_clock: Option<Located<Duration>>,
        /// How long each strike lasts; absent: for ever. A nemesis, or each of its kinds, has to say it.
        r#for: Option<Distribution>,
        /// It strikes only before this, and what lasts is over by then.
        until: Option<Located<Duration>>,
        /// Whom it strikes: a node `kv.2`, a system `kv`, `leader(kv)`, `follower(kv)`, `any(kv)`, `minority(kv)`,
        /// `quorum(kv)`, `region:x`, `zone:x`, `rack:x`, `version:x`; with `when` also `that`, whom the happening is about;
        /// `seedbed explain targets` shows all. Faults of links strike all links of these nodes, or one link, `link a->b`
        /// (one way) or `link a--b`. A fault of fibres strikes `fibre x--y`, between two sites of a topology, or `fibre any`.
        target: Option<Located<String>>,
        /// Faults of links strike what lies between groups, each a target, a list of targets, or `rest`.
        groups: Option<Vec<Side>>,
        /// Faults of links strike these links, each `a->b` (one way) or `a--b`.
        links: Option<Vec<Located<String>>>,
        /// Faults of links strike what this layout of the `target`'s nodes leaves unconnected, drawn anew at each strike.
        layout: Option<Layout>,
        /// Faults of links come and go while they last.
        flap: Option<FlapOptions>,
        /// Whether only messages from the first group to the second are struck.
        one_way: bool = false,
        /// Which messages of the `target` are struck; absent: both directions.
        direction: Option<Direction>,
        /// Names what each strike draws by itself, such as which messages are lost or which sectors are bad: 16 hexadecimal
        /// digits. A hunt writes it to force a strike that another fault's name and moment had drawn; absent: by those.
        draws: Option<DrawsName>,
    }
    check check_fault;
}

crate::options! {
    /// How a fault of links comes and goes while it lasts. It begins with its effect; all links that it strikes flap together.
    pub struct FlapOptions {
        /// For how long the links are as ever, drawn each time.
        up: Distribution,
        /// For how long they are struck, drawn each time.
        down: Distribution,
        /// The least time between two changes.
        stable: Duration [Duration::from_micros(1)..] = "10ms",
    }
    check check_flap;
}

/// What always lasts less than `stable` would never last what the scenario says.
fn check_flap(flap: &FlapOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    for (key, law) in [("up", &flap.up), ("down", &flap.down)] {
        let (_, most) = law.range();
        if most < flap.stable {
            let (most, stable) = (duration_text(most), duration_text(flap.stable));
            let message = format!("`{key}` lasts at most {most}, and `stable` makes it at least {stable}");
            let error = Diagnostic::error(Code::Contradiction, places.of(key), message);
            let error = error.beside(places.given("stable"), "no two changes are nearer");
            decoder.report(error.help(format!("make `{key}` longer, or `stable` shorter")));
        }
    }
}

/// A name of draws: a number that hangs on nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DrawsName(pub u64);

impl Decode for DrawsName {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<DrawsName> {
        let text = String::decode(node, decoder)?;
        let is_hexadecimal = text.len() == 16 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let name = u64::from_str_radix(&text, 16).ok().filter(|_| is_hexadecimal);
        if name.is_none() {
            let error = Diagnostic::error(Code::OutOfRange, &node.origin, "this is no name of draws");
            decoder.report(error.help("write 16 hexadecimal digits, or leave it out"));
        }
        name.map(DrawsName)
    }

    fn shape() -> Shape {
        Shape::Text
    }
}

/// A fault: what all have, and the options of its kind.
#[derive(Clone, Debug)]
pub struct FaultOptions {
    /// What every fault has.
    pub common: FaultCommon,
    /// What its kind has.
    pub kind: KindOptions,
}

impl Decode for FaultOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<FaultOptions> {
        let table = decoder.table(node)?;
        let common_keys = FaultCommon::table().keys();
        let kind = table.get("do").and_then(|node| match &node.value {
            Value::String(text) => FaultKind::parse(text.as_str()),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => None,
        });
        let own_keys = kind.map(|kind| kind.table().keys()).unwrap_or_default();
        let is_in = |keys: &[&str], entry: &Entry| keys.contains(&entry.key.as_str());
        for entry in table.iter().filter(|entry| !is_in(&common_keys, entry) && !is_in(&own_keys, entry)) {
            // Of a fault of no known kind nobody can tell which options it has too many.
            if kind.is_some() || kinds_with(&entry.key).next().is_none() {
                let known = common_keys.iter().chain(&own_keys).copied().collect::<Vec<_>>();
                decoder.report_error(|decoder| unknown_key(entry, table, kind, &known, decoder));
            }
        }
        let misread: Vec<&str> = table
            .iter()
            .filter(|entry| is_misread(entry, kind, decoder))
            .map(|entry| entry.key.as_str())
            .collect();
        let part = |keys: &[&str]| {
            let kept = |entry: &&Entry| is_in(keys, entry) && !is_in(&misread, entry);
            Node {
                value: Value::Table(table.iter().filter(kept).cloned().collect()),
                origin: node.origin.clone(),
            }
        };
        let common = FaultCommon::decode(&part(&common_keys), decoder);
        let own = kind.and_then(|kind| kind.decode(&part(&own_keys), decoder));
        if !misread.is_empty() {
            return None;
        }
        let options = FaultOptions { common: common?, kind: own? };
        options.check_ends(&node.origin, decoder);
        if let Some(lasts) = table.entry("for") {
            options.check_for(&lasts.key_origin, decoder);
        }
        Some(options)
    }

    fn shape() -> Shape {
        Shape::Table(Self::table())
    }
}

impl FaultOptions {
    /// Whether a strike ends, at the latest when the fault does.
    pub fn ends(&self) -> bool {
        let FaultCommon { r#for, until, .. } = &self.common;
        let is_nemesis = matches!(self.kind, KindOptions::Random(_));
        r#for.is_some()
            || until.is_some()
            || is_nemesis
            || matches!(self.kind.ending(), Ending::Done | Ending::Known(_))
    }

    /// A nemesis says how long its strikes last, or each of its kinds does.
    fn check_ends(&self, origin: &Origin, decoder: &mut Decoder<'_>) {
        let KindOptions::Random(random) = &self.kind else { return };
        let lasts = |kind: &Located<Ingredient>| kind.value.lasts.is_some();
        if self.common.r#for.is_some() || random.kinds.as_ref().is_some_and(|kinds| kinds.iter().all(lasts)) {
            return;
        }
        let message = "`for` is missing: how long does each strike last?";
        let help = "write for example for = \"exp(10s)\": after a few strikes that stay nothing would be left to strike";
        decoder.report(Diagnostic::error(Code::Contradiction, origin, message).help(help));
    }

    /// Warns of a `for`, written there, that says less than one may think.
    fn check_for(&self, key: &Origin, decoder: &mut Decoder<'_>) {
        const STILL: &str = "`for` only says until when operations are those of the phase `fault`, and when `fault-ended` happens";
        let kind = self.kind.kind();
        let warning = |message: String| Diagnostic::warning(Code::NoEffect, key, message);
        match self.kind.ending() {
            Ending::Undone | Ending::Done => {}
            Ending::Stays(help) => {
                let message = format!("nothing of a {kind} is undone when `for` is over");
                decoder.report(warning(message).help(help).help(STILL));
            }
            Ending::Known(help) => {
                decoder.report(warning(format!("`for` changes nothing of a {kind}")).help(help));
            }
        }
    }
}

impl Options for FaultOptions {
    /// The options of every kind, each once.
    fn table() -> OptionTable {
        let mut table = FaultCommon::table();
        let mut own: Vec<(OptionRow, Vec<&str>)> = Vec::new();
        for kind in FaultKind::ALL {
            for row in kind.table().rows {
                match own.iter_mut().find(|(known, _)| known.key == row.key) {
                    Some((_, kinds)) => kinds.push(kind.name()),
                    None => own.push((row, vec![kind.name()])),
                }
            }
        }
        table.rows.extend(own.into_iter().map(|(row, kinds)| {
            let doc = match kinds.as_slice() {
                [only] => format!("Of `{only}`: {}", row.doc),
                several => format!("Of {}; `seedbed explain {}` has more.", list(several), several[0]),
            };
            // What one kind requires another does not have.
            OptionRow { doc, required: false, default: None, ..row }
        }));
        table
    }
}

/// Whether an option has a value that is one of another option, or of another table; then it has been reported, and stands for what was meant.
fn is_misread(entry: &Entry, kind: Option<FaultKind>, decoder: &mut Decoder<'_>) -> bool {
    let (code, message, help) = match (entry.key.as_str(), &entry.node.value) {
        ("do", Value::String(text)) if OperationKind::parse(text.as_str()).is_some() => {
            let word = text.as_str();
            let help = format!(
                "`{word}` is what an operator asks for, and nothing that goes wrong: write it in a table [operation.NAME]"
            );
            (Code::UnknownChoice, format!("`do` cannot be `{word}`"), help)
        }
        ("at", Value::String(text)) if matches!(call::parse(text.as_str()), Ok(Expression::Call(_))) => {
            let help =
                format!("write every = {0}, or when = ... and after = {0}", write::inline(&entry.node));
            (Code::WrongType, "`at` is one moment, and nothing that is drawn".to_owned(), help)
        }
        ("target", Value::Array(items)) if items.len() > 1 => {
            let message = "`target` is one target, and no list".to_owned();
            let targets = write::excerpt(&write::inline(&entry.node));
            let help = match kind.map(FaultKind::scope) {
                Some(Scope::Links) => {
                    format!("write groups = [{targets}, \"rest\"], or links = [\"kv.1--kv.2\", ...]")
                }
                Some(Scope::Nodes | Scope::Fibres | Scope::System) | None => {
                    "write a fault for each, or a target that is several nodes: \"kv\", \"minority(kv)\", \"zone:a\"; \
                     `seedbed explain targets` shows all forms"
                        .to_owned()
                }
            };
            (Code::WrongType, message, help)
        }
        (_, _) => return false,
    };
    decoder.report(Diagnostic::error(code, &entry.node.origin, message).help(help));
    decoder.was_meant(&entry.key);
    true
}

/// `a`, `b` and `c`, in backquotes.
fn list(kinds: &[&str]) -> String {
    let quoted: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
    listed(&quoted, "and")
}

/// The kinds that have an option of this key.
fn kinds_with(key: &str) -> impl Iterator<Item = FaultKind> {
    FaultKind::ALL.iter().copied().filter(move |kind| kind.table().keys().contains(&key))
}

/// A key that a fault of this kind does not have.
fn unknown_key(
    entry: &Entry,
    table: &Table,
    kind: Option<FaultKind>,
    known: &[&'static str],
    decoder: &mut Decoder<'_>,
) -> Diagnostic {
    let key = entry.key.as_str();
    let message = format!("unknown key `{key}` {}", decoder.section());
    let error = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
    let owners: Vec<&str> = kinds_with(key).map(FaultKind::name).collect();
    if kind.is_some_and(|kind| kind.scope() == Scope::Links)
        && let Some(help) = one_table_down(entry, table, &FaultCommon::table().rows)
    {
        return error.help(help);
    }
    if let (Some(kind), false) = (kind, owners.is_empty()) {
        return error.help(format!("`{key}` is an option of {}, and this is a {kind}", list(&owners)));
    }
    match suggest::closest(key, known.iter().copied()) {
        Some(near) => {
            decoder.was_meant(near);
            error.did_you_mean(Some(near))
        }
        None => error.help(format!("the keys here are {}", known.join(", "))),
    }
}

/// One side of a fault of links, as written: targets, or `rest`.
#[derive(Clone, Debug)]
pub struct Side(pub Vec<Located<String>>);

impl Decode for Side {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Side> {
        match &node.value {
            Value::Array(_) => Vec::decode(node, decoder).map(Side),
            Value::String(_) => Located::decode(node, decoder).map(|one| Side(vec![one])),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Table(_) => decoder.wrong_type(
                node,
                "a target or a list of targets",
                "write for example \"region:eu-west-1\"",
            ),
        }
    }

    fn shape() -> Shape {
        Shape::Either(vec![Shape::Text, Vec::<String>::shape()])
    }
}

/// What to do about two options of which one is too many. Where one comes from another file or from the command line,
/// neither can be taken away from there.
fn keep_one(first: &str, second: &str, places: &Places<'_>, header: &str) -> String {
    if places.of(first).source == places.of(second).source {
        return "keep one of them".to_owned();
    }
    let fault = header.trim_matches(['[', ']']);
    format!(
        "keep one of them: neither `extends` nor `--set` takes away what is written, so move `{first}` or `{second}` into \
         the files that need it, or replace the whole fault: --set '{fault}={{ ... }}'"
    )
}

/// What a fault needs depends on what it strikes.
fn check_fault(fault: &FaultCommon, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let header = decoder.header();
    let keep_one = |first, second| keep_one(first, second, places, &header);
    let is_meant = decoder.is_any_meant(&["at", "every", "when", "at_clock"]);
    let is_target_meant = decoder.is_any_meant(&["target", "groups"]);
    let of_when =
        [("after", fault.after.is_some()), ("times", fault.times.is_some()), ("from", fault.from.is_some())];
    let of_when = || of_when.into_iter().filter_map(|(key, is_given)| is_given.then_some(key));
    let schedules = [
        ("at", fault.at.is_some()),
        ("every", fault.every.is_some()),
        ("when", fault.when.is_some()),
        ("at_clock", fault.at_clock.is_some()),
    ];
    let is_scheduled = schedules.iter().any(|(_, is_given)| *is_given);
    let mut given = schedules.into_iter().filter_map(|(key, is_given)| is_given.then_some(key));
    match (given.next(), given.next()) {
        (Some(first), Some(second)) => {
            let message = format!("both `{first}` and `{second}` say when it strikes");
            let error = Diagnostic::error(Code::Contradiction, places.of(second), message);
            let error = error.related(places.of(first), "and so does this");
            decoder.report(error.help(keep_one(first, second)));
        }
        // What is only of a fault with `when` was to say it.
        (None, _) if is_meant || of_when().next().is_some() => {}
        (None, _) => {
            let message = "nothing says when it strikes: `at`, `every` or `when` is missing";
            let help = "write at = \"40s\", every = \"exp(60s)\" or when = \"leader-elected(kv)\"";
            decoder.report(Diagnostic::error(Code::Contradiction, places.of(""), message).help(help));
        }
        (Some(_), None) => {}
    }
    for key in of_when().filter(|_| fault.when.is_none()) {
        let message = format!("`{key}` is of a fault that waits for something");
        let help = match is_scheduled {
            true => "remove it, or write `when`",
            false => "write `at` for a moment of the run, or `when` beside it for what the fault waits for",
        };
        decoder.report(Diagnostic::error(Code::Contradiction, places.of_key(key), message).help(help));
    }
    // An option that another one, if it was given, makes wrong.
    let mut refuse = |key: &str, other: &str, message: String, help: &str| {
        let error = Diagnostic::error(Code::Contradiction, places.of(key), message).help(help);
        decoder.report(error.beside(places.given(other), "with this"));
    };
    if fault.at_clock.is_some() && fault.target.is_none() {
        let help = "write for example target = \"kv\"";
        let message = "`at_clock` is about the nodes of a `target`, and there is none".to_owned();
        refuse("at_clock", "", message, help);
    }
    if let Some(every) = &fault.every
        && every.value.range().1 == Duration::ZERO
    {
        let help = "write for example every = \"exp(60s)\"";
        refuse("every", "", "it would strike without end at one moment".to_owned(), help);
    }
    if let Some(lasts) = &fault.r#for
        && lasts.range().1 == Duration::ZERO
    {
        let help = if fault.r#do.value == FaultKind::Random {
            "write for example for = \"10s\""
        } else {
            "write for example for = \"10s\", or leave it out for a fault that stays"
        };
        refuse("for", "", OVER_AT_ONCE.to_owned(), help);
    }
    if let (Some(at), Some(until)) = (&fault.at, &fault.until)
        && at.value >= until.value
    {
        let message = "it never strikes: `until` is not after `at`".to_owned();
        refuse("until", "at", message, "let `until` be later");
    }
    let kind = fault.r#do.value;
    let scope = kind.scope();
    let strikes_links = scope == Scope::Links;
    if !strikes_links {
        for (key, is_given) in [
            ("links", fault.links.is_some()),
            ("layout", fault.layout.is_some()),
            ("flap", fault.flap.is_some()),
            ("one_way", fault.one_way),
        ] {
            if is_given {
                refuse(key, "do", format!("a {kind} has no `{key}`"), "it strikes nodes: remove it");
            }
        }
    }
    if strikes_links && fault.links.is_some() && (fault.target.is_some() || fault.groups.is_some()) {
        let other = if fault.target.is_some() { "target" } else { "groups" };
        let message = format!("both `links` and `{other}` say which links the {kind} strikes");
        refuse("links", other, message, &keep_one("links", other));
    }
    if let Some(layout) = fault.layout.filter(|_| strikes_links)
        && (fault.target.is_none() || fault.direction.is_some())
    {
        let message = format!("`{layout}` is a layout of the nodes of a `target`, and of nothing else");
        let help = "write for example target = \"kv\"; what stays connected goes both ways";
        refuse("layout", "direction", message, help);
    }
    if fault.flap.is_some() && matches!(kind, FaultKind::Reset | FaultKind::HalfOpen) {
        let help = "write every = \"...\" for one after the other";
        refuse("flap", "do", format!("a {kind} is over in a moment"), help);
    }
    if kind == FaultKind::Swizzle && fault.r#for.is_none() {
        let help = "write for example for = \"1m\": nodes that are not free by then are set free";
        refuse("", "", "`for` is missing: until when does the swizzle last at most?".to_owned(), help);
    }
    match (&fault.target, &fault.groups, strikes_links) {
        (None, _, _) if is_target_meant => {}
        (None, _, false) => {
            let (message, help) = match scope {
                Scope::System => {
                    ("`target` is missing: which system does the nemesis hunt?".to_owned(), "kv")
                }
                Scope::Fibres => {
                    (format!("`target` is missing: what does the {kind} strike?"), "fibre Lyon--Turin")
                }
                Scope::Nodes | Scope::Links => {
                    (format!("`target` is missing: whom does the {kind} strike?"), "leader(kv)")
                }
            };
            refuse("", "", message, &format!("write for example target = \"{help}\""));
        }
        (_, Some(_), false) => {
            let help = "remove it, or write do = \"partition\"";
            refuse("groups", "do", format!("a {kind} has no `groups`"), help);
        }
        (None, None, true) if kind == FaultKind::Partition && fault.links.is_none() => {
            let help = "write groups = [\"region:eu-west-1\", \"rest\"], or target = \"link kv.1--kv.2\"";
            refuse("", "", "`groups` is missing: what does the partition separate?".to_owned(), help);
        }
        (Some(_), Some(_), true) => {
            let message = format!("both `target` and `groups` say which links the {kind} strikes");
            refuse("target", "groups", message, &keep_one("target", "groups"));
        }
        (None, None, true) | (Some(_), None, _) | (None, Some(_), true) => {}
    }
    if fault.groups.iter().flatten().any(|side| side.0.is_empty()) {
        let help = "name somebody in each, or write \"rest\" for all that no other group has";
        refuse(
            "groups",
            "",
            "one of the groups is empty: nothing lies between it and another".to_owned(),
            help,
        );
    }
    if fault.links.as_ref().is_some_and(Vec::is_empty) {
        let help = "write for example links = [\"kv.1->kv.2\"], or leave it out for all links";
        refuse("links", "", format!("`links` is empty: the {kind} would strike nothing"), help);
    }
    if let Some(groups) = fault.groups.as_ref().filter(|groups| groups.len() < 2) {
        let message = format!("a {kind} lies between at least two groups, not {}", groups.len());
        refuse("groups", "", message, "add \"rest\" for all other nodes");
    }
    let one_way_groups = fault.groups.as_ref().map_or(0, Vec::len);
    if fault.one_way && strikes_links && one_way_groups != 2 {
        let help = "a one-way fault goes from the first of two groups to the second; for a link write \"link a->b\", for a \
                    node direction = \"out\"";
        refuse("one_way", "groups", "`one_way` needs exactly two groups".to_owned(), help);
    }
    if fault.direction.is_some() {
        let is_node = |target: &Located<String>| !target.value.trim().starts_with("link ");
        if !strikes_links {
            refuse("direction", "do", format!("a {kind} has no `direction`"), "remove it");
        } else if !fault.target.as_ref().is_some_and(is_node) {
            let help = "for groups write one_way = true, for a link \"link a->b\"";
            let other = if fault.groups.is_some() { "groups" } else { "target" };
            refuse("direction", other, "`direction` is of the links of a `target`".to_owned(), help);
        }
    }
}
