//! Happenings: what can come to pass in a run that a fault, or a check, may wait for.
//!
//! One vocabulary for both. It is decidable from what observers are told: notes of leadership ([`Roster::lead`],
//! [`Roster::fell`]), changes of nodes' lives, strikes and their ends. `leader-elected(kv)` is in a scenario; parsing
//! gives its kind and the bytes of its argument, which whoever knows the world's names resolves to a [`Happening`].
//!
//! [`Roster::lead`]: super::Roster::lead
//! [`Roster::fell`]: super::Roster::fell

use std::fmt;
use std::ops::Range;

use crate::kernel::NodeId;
use crate::spec::call::{self, Expression};
use crate::spec::choices::Choice;
use crate::spec::code::Code;
use crate::spec::diagnostic::Problem;
use crate::spec::suggest;

crate::choices! {
    /// What can come to pass.
    pub enum HappeningKind {
        /// A node of the system comes to lead, by its own belief.
        LeaderElected = "leader-elected",
        /// A node that led the system, by its own belief, steps down or crashes.
        LeaderLost = "leader-lost",
        /// One of these nodes boots: at the start of the run, and after every crash.
        Booted = "booted",
        /// One of these nodes crashes.
        Crashed = "crashed",
        /// One of these nodes is paused.
        Paused = "paused",
        /// One of these nodes goes on after a pause.
        Resumed = "resumed",
        /// One of these nodes loses its disk.
        DiskLost = "disk-lost",
        /// The fault strikes somebody.
        FaultBegan = "fault-began",
        /// A strike of the fault ends.
        FaultEnded = "fault-ended",
    }
}

/// Whom a kind of happening is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// A system that elects: `leader-elected(kv)`.
    Electing,
    /// Nodes that are known from the start: `crashed(kv.2)`, `booted(zone:a)`.
    Nodes,
    /// A fault: `fault-ended(cut-off)`.
    Fault,
}

impl HappeningKind {
    /// Whom it is about.
    pub fn subject(self) -> Subject {
        match self {
            HappeningKind::LeaderElected | HappeningKind::LeaderLost => Subject::Electing,
            HappeningKind::Booted
            | HappeningKind::Crashed
            | HappeningKind::Paused
            | HappeningKind::Resumed
            | HappeningKind::DiskLost => Subject::Nodes,
            HappeningKind::FaultBegan | HappeningKind::FaultEnded => Subject::Fault,
        }
    }

    /// One as it stands in a scenario.
    fn example(self) -> &'static str {
        match self.subject() {
            Subject::Electing => "leader-elected(kv)",
            Subject::Nodes => "crashed(kv.2)",
            Subject::Fault => "fault-ended(NAME)",
        }
    }
}

/// Something that can come to pass: a kind, and about whom.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    kind: HappeningKind,
    /// Ids of nodes, or positions of faults on the timeline; ascending.
    about: Vec<u32>,
    text: String,
}

/// Something that came to pass: a kind, and the one node or fault that it is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct News {
    kind: HappeningKind,
    about: u32,
}

impl News {
    /// News of a node.
    pub fn of_node(kind: HappeningKind, node: NodeId) -> News {
        assert_ne!(kind.subject(), Subject::Fault, "{kind} is about a fault");
        News { kind, about: node.0 }
    }

    /// News of the fault at position `planned` of the timeline.
    pub fn of_fault(kind: HappeningKind, planned: usize) -> News {
        assert_eq!(kind.subject(), Subject::Fault, "{kind} is about nodes");
        News { kind, about: planned as u32 }
    }
}

impl Happening {
    /// It happens to any of these nodes; of a system that elects, to any of its own.
    pub fn to_nodes(kind: HappeningKind, nodes: &[NodeId], text: &str) -> Happening {
        assert_ne!(kind.subject(), Subject::Fault, "{kind} is about a fault");
        let mut about: Vec<u32> = nodes.iter().map(|node| node.0).collect();
        about.sort_unstable();
        Happening { kind, about, text: text.trim().to_owned() }
    }

    /// It happens to the fault at position `planned` of the timeline.
    pub fn to_fault(kind: HappeningKind, planned: usize, text: &str) -> Happening {
        assert_eq!(kind.subject(), Subject::Fault, "{kind} is about nodes");
        Happening { kind, about: vec![planned as u32], text: text.trim().to_owned() }
    }

    /// Whether this is it.
    pub fn matches(&self, news: News) -> bool {
        self.kind == news.kind && self.about.binary_search(&news.about).is_ok()
    }

    /// Its kind.
    pub fn kind(&self) -> HappeningKind {
        self.kind
    }

    /// The nodes that it is about; `None` if it is about a fault.
    pub fn nodes(&self) -> Option<Vec<NodeId>> {
        (self.kind.subject() != Subject::Fault).then(|| self.about.iter().map(|id| NodeId(*id)).collect())
    }

    /// The fault that it is about, as a position on the timeline.
    pub fn fault(&self) -> Option<usize> {
        (self.kind.subject() == Subject::Fault).then(|| self.about[0] as usize)
    }
}

impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads `kind(argument)`; returns the kind and the bytes of its one argument.
///
/// # Errors
/// What is wrong with it, with its bytes.
pub fn parse(text: &str) -> Result<(HappeningKind, Range<usize>), Problem> {
    let call = match call::parse(text)? {
        Expression::Call(call) => call,
        Expression::Phrase(words) => {
            let known = words.first().and_then(|word| HappeningKind::parse(&word.text));
            let example = known.unwrap_or(HappeningKind::LeaderElected).example();
            let problem = Problem::new(Code::CallSyntax, 0..text.len(), "is nothing that can happen");
            return Err(problem.help(format!("write for example \"{example}\"")));
        }
    };
    let Some(kind) = HappeningKind::parse(&call.name.text) else {
        let names = || HappeningKind::ALL.iter().map(|kind| kind.name());
        let near = suggest::closest(&call.name.text, names());
        let message = format!("cannot be `{}`", call.name.text);
        let problem = Problem::new(Code::UnknownName, call.name.span, message).did_you_mean(near);
        return Err(problem.help(format!("choose {}", suggest::one_of(names()))));
    };
    match call.arguments.as_slice() {
        [argument] if argument.key.is_none() && argument.weight.is_none() => {
            Ok((kind, argument.value.span()))
        }
        _ => {
            let message = format!("needs one name in `{kind}( )`");
            let problem = Problem::new(Code::CallSyntax, call.span, message);
            Err(problem.help(format!("write for example \"{}\"", kind.example())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_happening_is_read_with_the_bytes_of_its_argument() {
        for kind in HappeningKind::ALL {
            let text = format!(" {kind}( kv.2 )");
            let (read, argument) = parse(&text).expect("it is one");
            assert_eq!((read, &text[argument]), (*kind, "kv.2"));
        }
        let (_, argument) = parse("booted(leader(kv))").expect("whom it means is not asked here");
        assert_eq!(argument, 7..17);
    }

    #[test]
    fn what_is_no_happening_is_refused_with_its_bytes() {
        let refused = |text: &str| {
            let problem = parse(text).expect_err("it is none");
            (problem.span, problem.message, problem.label)
        };
        let near = "did you mean `crashed`?".to_owned();
        assert_eq!(refused("crahsed(kv)"), (0..7, "cannot be `crahsed`".to_owned(), near));
        assert_eq!(refused("booted").1, "is nothing that can happen");
        assert_eq!(refused("booted()").1, "needs one name in `booted( )`");
        assert_eq!(refused("booted(a, b)").0, 0..12);
        assert_eq!(refused("booted(a=b)").0, 0..11);
    }

    #[test]
    fn a_happening_matches_its_own_news_only() {
        let crashed = Happening::to_nodes(HappeningKind::Crashed, &[NodeId(4), NodeId(1)], "crashed(zone:a)");
        let news = |kind, node| News::of_node(kind, NodeId(node));
        assert!(
            crashed.matches(news(HappeningKind::Crashed, 1))
                && crashed.matches(news(HappeningKind::Crashed, 4))
        );
        assert!(!crashed.matches(news(HappeningKind::Crashed, 2)));
        assert!(!crashed.matches(news(HappeningKind::Booted, 1)));
        let ended = Happening::to_fault(HappeningKind::FaultEnded, 1, "fault-ended(x)");
        assert!(ended.matches(News::of_fault(HappeningKind::FaultEnded, 1)));
        assert!(!ended.matches(News::of_fault(HappeningKind::FaultEnded, 0)));
        assert_eq!((ended.fault(), crashed.fault()), (Some(1), None));
        assert_eq!(crashed.to_string(), "crashed(zone:a)");
    }
}
