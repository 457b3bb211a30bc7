//! The messages of a story, and which of them are drawn.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{Message, NodeId};

use super::story::Story;
use super::subject::Subject;
use super::tagged::Tag;

/// Messages of the causal past that are shown where nothing is known of what the violation is about: the last ones.
const CAUSAL_MAX: usize = 40;
/// Where it is, there are fewer of them: they are mostly of something else.
const CAUSAL_BESIDE: usize = 20;
/// Messages of what the violation is about: the last ones.
const CONCERNED_MAX: usize = 24;
/// Other messages that are shown beside them.
const OTHERS_MAX: usize = 12;

/// A message.
#[derive(Clone, Copy)]
pub struct Seen {
    /// The step that sent it.
    pub sent: usize,
    /// Which of those that it sent.
    pub number: usize,
    /// To whom.
    pub to: NodeId,
    /// Its name.
    pub tag: Tag,
    /// The step at which it arrived; of one that was doubled the first.
    pub received: Option<usize>,
    /// Whether it could have had a part in the violation.
    pub is_causal: bool,
    /// Whether it brought, or is of, what the violation is about.
    pub is_of_subject: bool,
}

/// The messages of a story up to a violation.
pub struct Messages<'a, X> {
    /// The story.
    pub story: &'a Story<X>,
    /// The step at which it went wrong.
    pub last: usize,
    /// By step: whether it could have had a part in that.
    pub past: &'a [bool],
    /// What the violation is about.
    pub subject: &'a Subject,
    /// The nodes of clients.
    pub clients: &'a BTreeSet<NodeId>,
}

impl<X: Message> Messages<'_, X> {
    /// All that were sent up to the last step; `concerned` are the steps that did something to what the violation is about.
    pub fn all(&self, concerned: &BTreeSet<usize>) -> Vec<Seen> {
        let arrivals = self.arrivals();
        let mut all = Vec::new();
        for (sent, step) in self.story.steps[..=self.last].iter().enumerate() {
            for (number, one) in step.sent.iter().enumerate() {
                let received = arrivals.get(&one.tag).copied();
                let session = one.message.session(step.node, one.to);
                let is_asked =
                    |session| self.subject.operations.iter().any(|asked| asked.has(session, step.at));
                all.push(Seen {
                    sent,
                    number,
                    to: one.to,
                    tag: one.tag,
                    received,
                    is_causal: received.is_some_and(|received| self.past[received]),
                    is_of_subject: session.is_some_and(is_asked)
                        || one.message.entries().is_some_and(|entries| self.subject.is_among(entries))
                        || received.is_some_and(|received| concerned.contains(&received)),
                });
            }
        }
        all
    }

    /// The step at which each message arrived first.
    fn arrivals(&self) -> BTreeMap<Tag, usize> {
        let mut arrivals = BTreeMap::new();
        for (index, step) in self.story.steps[..=self.last].iter().enumerate() {
            if let Some(tag) = step.received {
                arrivals.entry(tag).or_insert(index);
            }
        }
        arrivals
    }

    /// Those of `all` that are drawn, and the step from which on messages are.
    pub fn chosen(&self, all: &[Seen]) -> (usize, Vec<Seen>) {
        let of_subject = latest(all.iter().filter(|message| message.is_of_subject), CONCERNED_MAX);
        let causal = self.causal(all, if of_subject.is_empty() { CAUSAL_MAX } else { CAUSAL_BESIDE });
        let first = |messages: &[Seen]| messages.iter().map(|message| message.sent).min();
        let from = first(&causal).or_else(|| first(&of_subject)).unwrap_or(self.last);
        let others = self.others(all, from);
        (from, of_subject.into_iter().chain(causal).chain(others).collect())
    }

    /// The last `most` messages of the causal past that are of something else.
    fn causal(&self, all: &[Seen], most: usize) -> Vec<Seen> {
        let is_one =
            |message: &&Seen| message.is_causal && !message.is_of_subject && !self.is_chatter(message);
        latest(all.iter().filter(is_one), most)
    }

    /// Some of the messages sent from then on that had no part in the violation.
    fn others(&self, all: &[Seen], from: usize) -> Vec<Seen> {
        let others = all.iter().filter(|message| {
            !message.is_causal && !message.is_of_subject && message.sent >= from && !self.is_chatter(message)
        });
        // Those that were lost on the way from the causal past say more than those that arrived too late to matter.
        let mut others: Vec<Seen> = others.copied().collect();
        others.sort_by_key(|message| {
            (!self.past[message.sent], message.received.is_some(), Reverse(message.sent))
        });
        others.truncate(OTHERS_MAX);
        others
    }

    /// Clients that are sent from one node to the next are in the past of all that comes after, and had no part in it.
    fn is_chatter(&self, message: &Seen) -> bool {
        let is_of_client = self.clients.contains(&message.to) || self.clients.contains(&message.tag.sender);
        let mut ends = [Some(message.sent), message.received].into_iter().flatten();
        let means_nothing = ends.all(|end| self.story.steps[end].notes.is_empty());
        is_of_client && !message.is_of_subject && (!self.subject.is_unknown() || means_nothing)
    }
}

/// The last `most` messages, by when they arrived: what reached the violation last tells most.
fn latest<'m>(messages: impl Iterator<Item = &'m Seen>, most: usize) -> Vec<Seen> {
    let mut messages: Vec<Seen> = messages.copied().collect();
    messages.sort_by_key(|message| message.received.unwrap_or(message.sent));
    messages.split_off(messages.len().saturating_sub(most))
}
