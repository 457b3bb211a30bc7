//! What of a story is drawn: there is room for a few dozen messages of many thousands ([`seen`](super::seen)).
//!
//! What the violation is about comes first, however long before and whether it is in the causal past or not: two nodes at odds
//! have often never heard of each other. Then come the last messages of the causal past, and then some others.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{Message, NodeId, Time};
use crate::model::log::LogIndex;

use super::seen::{Messages, Seen};
use super::story::{Fact, Noted, Sort, Step, Story};
use super::subject::{Asked, Subject};

/// Turns of the run before these moments that are shown: leaderships, crashes and boots.
const TURNS_MAX: usize = 14;
/// Steps that did something to what the violation is about: the last ones.
const CONCERNED_STEPS_MAX: usize = 24;

/// What is drawn of a story.
pub struct Shown {
    /// The step at which it went wrong.
    pub last: usize,
    /// By step: whether it could have had a part in that.
    pub past: Vec<bool>,
    /// The steps, ascending.
    pub steps: BTreeSet<usize>,
    /// Those that the violation is at odds with.
    pub at_odds: BTreeSet<usize>,
    /// From the first of these on messages are shown, too.
    pub from: usize,
    /// The messages.
    pub messages: Vec<Seen>,
    /// How many of the messages from there on are not among them.
    pub left_out: usize,
}

impl Shown {
    /// What is drawn of what led to `moment`; `None` if nothing happened.
    pub fn of<X: Message>(
        story: &Story<X>,
        moment: Time,
        subject: &Subject,
        clients: &BTreeSet<NodeId>,
    ) -> Option<Shown> {
        let last = last_step(story, moment, subject)?;
        let past = story.past(last);
        let concerned = concerned(story, last, subject);
        let at_odds = at_odds(story, last, subject, &concerned);
        let concerned: BTreeSet<usize> = concerned.into_iter().map(|(index, _)| index).collect();
        let sent = Messages { story, last, past: &past, subject, clients };
        let all = sent.all(&concerned);
        let (from, messages) = sent.chosen(&all);
        let is_of_window = |message: &&Seen| message.sent >= from;
        let left_out = all.iter().filter(is_of_window).count() - messages.iter().filter(is_of_window).count();
        let mut steps = telling(story, (from, last), &past);
        steps.extend(concerned.iter().rev().take(CONCERNED_STEPS_MAX));
        steps.extend(messages.iter().flat_map(|message| [Some(message.sent), message.received]).flatten());
        steps.extend(at_odds.iter().copied().chain([last]));
        Some(Shown { last, past, steps, at_odds, from, messages, left_out })
    }
}

/// The step at which it went wrong: of that moment the last that meant something, best one of whose violation it is.
fn last_step<X>(story: &Story<X>, moment: Time, subject: &Subject) -> Option<usize> {
    let steps = || story.steps.iter().enumerate().rev().skip_while(|(_, step)| step.at > moment);
    let of_moment = || steps().take_while(|(_, step)| step.at == moment);
    let is_telling = |step: &Step<X>| !step.notes.is_empty() || step.life.is_some();
    let is_of_node = |step: &Step<X>| subject.node.is_none_or(|node| step.node == node);
    let found = of_moment()
        .find(|(_, step)| subject.has_asked(step))
        .or_else(|| of_moment().find(|(_, step)| is_of_node(step) && is_telling(step)))
        .or_else(|| of_moment().find(|(_, step)| is_telling(step)))
        .or_else(|| of_moment().next())
        .or_else(|| steps().next());
    found.map(|(index, _)| index)
}

/// What was done up to `last` to what the violation is about, step by step; `None`: an operation was asked or told.
fn concerned<X>(story: &Story<X>, last: usize, subject: &Subject) -> Vec<(usize, Option<Fact>)> {
    let mut committed: BTreeMap<NodeId, LogIndex> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, step) in story.steps.iter().enumerate().take(last + 1) {
        let committed = committed.entry(step.node).or_default();
        for fact in step.notes.iter().filter_map(|note| note.fact) {
            if subject.is_touched(fact, *committed) {
                found.push((index, Some(fact)));
            }
            if let Fact::Commits(through) = fact {
                *committed = through.max(*committed);
            }
        }
        if subject.has_asked(step) {
            found.push((index, None));
        }
    }
    found
}

/// The steps that the one at `last` contradicts: where the other operations were answered, and what the other node did last to the
/// entry, or the term. If no node is named, where the entry was first committed, or else where the ballot that is
/// named was first promised, or something put there in it.
fn at_odds<X>(
    story: &Story<X>,
    last: usize,
    subject: &Subject,
    concerned: &[(usize, Option<Fact>)],
) -> BTreeSet<usize> {
    let of_operation = |asked: &Asked| {
        let is_it = |step: &Step<X>| {
            let returns = |note: &Noted| note.fact == Some(Fact::Returns(asked.session.slot));
            step.node == asked.session.node && step.at == asked.returned && step.notes.iter().any(returns)
        };
        concerned.iter().map(|(index, _)| *index).find(|index| is_it(&story.steps[*index]))
    };
    let others = subject.operations.iter().skip(1);
    let mut found: BTreeSet<usize> = others.filter_map(of_operation).filter(|index| *index != last).collect();
    let before = || concerned.iter().filter(|(index, _)| *index < last);
    let of_log = match subject.other {
        Some(other) => {
            let is_other = |(index, _): &&(usize, Option<Fact>)| story.steps[*index].node == other;
            let leads = |fact: &Option<Fact>| matches!(fact, Some(Fact::Leads(_)));
            let of_other = || before().filter(is_other);
            of_other().rfind(|(_, fact)| leads(fact)).or_else(|| of_other().next_back())
        }
        None if subject.operations.is_empty() => {
            let commits = |fact: &Option<Fact>| matches!(fact, Some(Fact::Commits(_)));
            let holds = |(index, fact): &&(usize, Option<Fact>)| match fact {
                Some(Fact::Holds(_, term)) => Some(*term) == subject.term,
                // A promise is contradicted by who gave it.
                Some(Fact::Promises(_)) => Some(story.steps[*index].node) == subject.node,
                Some(
                    Fact::Drops(_)
                    | Fact::Commits(_)
                    | Fact::Leads(_)
                    | Fact::Configures(..)
                    | Fact::Asks(_)
                    | Fact::Returns(_),
                )
                | None => false,
            };
            before().find(|(_, fact)| commits(fact)).or_else(|| before().find(holds))
        }
        None => None,
    };
    found.extend(of_log.map(|(index, _)| *index));
    found
}

/// The steps that tell something by themselves: turns of the run, the last ones before the window and all in it, and commits in it.
fn telling<X>(story: &Story<X>, (from, last): (usize, usize), past: &[bool]) -> BTreeSet<usize> {
    let mut configured = BTreeSet::new();
    let mut turns = Vec::new();
    for (index, step) in story.steps.iter().enumerate().take(last + 1) {
        let mut is_turn = step.life.is_some();
        for note in &step.notes {
            is_turn |= note.sort == Sort::Leadership;
            if let Some(Fact::Configures(voters, outgoing)) = note.fact {
                // Every node tells of it, and the first at boot: one is enough, and what is so from the start is no turn.
                is_turn |= configured.insert((voters.0, outgoing.0)) && configured.len() > 1;
            }
        }
        if is_turn && (step.at > Time::ZERO || index >= from) {
            turns.push(index);
        }
    }
    let before = turns.partition_point(|turn| *turn < from);
    let commits = (from..=last).filter(|index| {
        past[*index] && story.steps[*index].notes.iter().any(|note| note.sort == Sort::Commit)
    });
    turns.iter().skip(before.saturating_sub(TURNS_MAX)).copied().chain(commits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::spacetime::Tag;
    use crate::run::spacetime::testing::leader_falls;
    use crate::systems::Never;

    fn story() -> Story<Never> {
        Story::until(&leader_falls("{}"), Time(3_000_000_000))
    }

    const CLIENTS: NodeId = NodeId(3);

    /// The names of all messages of an operation up to the last step.
    fn of_operation(story: &Story<Never>, asked: Asked) -> BTreeSet<Tag> {
        let sent = story.steps.iter().flat_map(|step| {
            let is_of = move |session| asked.has(session, step.at);
            let of_step = step.sent.iter();
            of_step.filter(move |one| one.message.session(step.node, one.to).is_some_and(is_of))
        });
        sent.map(|one| one.tag).collect()
    }

    /// What was asked more than once: its later requests mean nothing to those who send them.
    fn asked_again(story: &Story<Never>) -> Asked {
        let again = story.steps.iter().find_map(|step| {
            let one = step.sent.iter().find(|one| one.message.name() == "request")?;
            let is_first = step.notes.iter().any(|note| matches!(note.fact, Some(Fact::Asks(_))));
            (step.node == CLIENTS && !is_first).then(|| (step.at, one.message.session(step.node, one.to)))
        });
        let (at, session) = again.expect("after a crash somebody asks again");
        let session = session.expect("a request has a session");
        let of_session = |fact: Fact| {
            let steps = story.steps.iter().filter(move |step| step.node == session.node);
            steps
                .filter(move |step| step.notes.iter().any(|note| note.fact == Some(fact)))
                .map(|step| step.at)
        };
        let invoked = of_session(Fact::Asks(session.slot)).filter(|one| *one <= at).max();
        let returned = of_session(Fact::Returns(session.slot)).find(|one| *one >= at);
        Asked {
            session,
            invoked: invoked.expect("it was asked"),
            returned: returned.expect("it was answered"),
        }
    }

    #[test]
    fn every_message_of_the_violating_operation_is_shown_and_chatter_is_not() {
        let story = story();
        let asked = asked_again(&story);
        let own = of_operation(&story, asked);
        assert!(own.len() >= 4, "two requests, and two replies: {own:?}");
        let subject = Subject { operations: vec![asked], ..Subject::default() };
        let shown = Shown::of(&story, asked.returned, &subject, &[CLIENTS].into()).expect("there are steps");
        let tags: BTreeSet<Tag> = shown.messages.iter().map(|message| message.tag).collect();
        assert!(own.is_subset(&tags), "{own:?} {tags:?}");
        let is_client = |message: &&Seen| message.to == CLIENTS || message.tag.sender == CLIENTS;
        let of_clients = shown.messages.iter().filter(is_client).map(|message| message.tag);
        assert_eq!(of_clients.collect::<BTreeSet<_>>(), own, "no other operation is in the way");
        assert_eq!(story.steps[shown.last].at, asked.returned);
        assert!(subject.has_asked(&story.steps[shown.last]));
    }

    #[test]
    fn what_became_of_an_entry_is_shown_however_long_ago() {
        let story = story();
        let subject = Subject { indices: vec![LogIndex(9)], ..Subject::default() };
        let shown =
            Shown::of(&story, Time(3_000_000_000), &subject, &[CLIENTS].into()).expect("there are steps");
        let appends = |step: &&Step<Never>| {
            step.notes.iter().any(|note| matches!(note.fact, Some(Fact::Holds(LogIndex(9), _))))
        };
        let steps = shown.steps.iter().map(|index| &story.steps[*index]);
        let who: BTreeSet<NodeId> = steps.filter(appends).map(|step| step.node).collect();
        assert_eq!(who.len(), 3, "each node appended it");
        let brings = shown.messages.iter().filter(|message| {
            let entries = story.steps[message.sent].sent[message.number].message.entries();
            entries.is_some_and(|entries| subject.is_among(entries))
        });
        assert!(brings.count() >= 2, "from the leader to each of the others");
        let first = *shown.steps.first().expect("there are steps");
        assert!(first < shown.from && story.steps[shown.from].at > Time(2_000_000_000));
        // Nobody is named: it contradicts who committed it first.
        assert_eq!(shown.at_odds.len(), 1);
        let at_odds = &story.steps[*shown.at_odds.first().expect("there is one")];
        assert!(
            at_odds.notes.iter().any(|note| matches!(note.fact, Some(Fact::Commits(index)) if index.0 >= 9))
        );
    }

    #[test]
    fn another_node_is_shown_though_it_is_in_nobodys_past() {
        let story = story();
        let leads = |fact: Option<Fact>| match fact {
            Some(Fact::Leads(term)) => Some(term),
            Some(_) | None => None,
        };
        let elected = story.steps.iter().find_map(|step| {
            let term = step.notes.iter().find_map(|note| leads(note.fact))?;
            Some((step.node, step.at, term))
        });
        let (other, at, term) = elected.expect("somebody leads");
        let subject = Subject { other: Some(other), term: Some(term), ..Subject::default() };
        let shown =
            Shown::of(&story, Time(3_000_000_000), &subject, &[CLIENTS].into()).expect("there are steps");
        let steps: Vec<(NodeId, Time)> =
            shown.at_odds.iter().map(|index| (story.steps[*index].node, story.steps[*index].at)).collect();
        assert_eq!(steps, [(other, at)]);
        assert!(shown.at_odds.is_subset(&shown.steps));
    }
}
