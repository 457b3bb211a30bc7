//! What a process says of itself: names and values, in the words of its field. Nothing in a run hangs on it.

use super::ids::NodeId;

/// Names and values, in the order in which they were said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Description(Vec<(&'static str, Said)>);

/// A value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// There is none.
    Nothing,
    /// Whether something is so.
    Truth(bool),
    /// A number.
    Number(u64),
    /// A word, or several.
    Word(String),
    /// A node; whoever prints it knows its name.
    Node(NodeId),
    /// Several values.
    Many(Vec<Said>),
    /// Names and values of something that it has.
    Of(Description),
}

impl Description {
    /// Says one more thing.
    pub fn say(&mut self, name: &'static str, value: impl Into<Said>) {
        self.0.push((name, value.into()));
    }

    /// The same, as a value.
    pub fn with(mut self, name: &'static str, value: impl Into<Said>) -> Description {
        self.say(name, value);
        self
    }

    /// All that was said, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Said)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }

    /// What was said under a name.
    pub fn get(&self, name: &str) -> Option<&Said> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<bool> for Said {
    fn from(truth: bool) -> Said {
        Said::Truth(truth)
    }
}

impl From<u64> for Said {
    fn from(number: u64) -> Said {
        Said::Number(number)
    }
}

impl From<u32> for Said {
    fn from(number: u32) -> Said {
        Said::Number(number.into())
    }
}

impl From<usize> for Said {
    fn from(number: usize) -> Said {
        Said::Number(number as u64)
    }
}

impl From<&str> for Said {
    fn from(word: &str) -> Said {
        Said::Word(word.to_owned())
    }
}

impl From<String> for Said {
    fn from(word: String) -> Said {
        Said::Word(word)
    }
}

impl From<NodeId> for Said {
    fn from(node: NodeId) -> Said {
        Said::Node(node)
    }
}

impl From<Description> for Said {
    fn from(description: Description) -> Said {
        Said::Of(description)
    }
}

impl<T: Into<Said>> From<Option<T>> for Said {
    fn from(value: Option<T>) -> Said {
        value.map_or(Said::Nothing, Into::into)
    }
}

impl<T: Into<Said>> From<Vec<T>> for Said {
    fn from(values: Vec<T>) -> Said {
        Said::Many(values.into_iter().map(Into::into).collect())
    }
}
