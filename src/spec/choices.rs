//! Options that are one of some words: one declaration gives the enum, its names, docs and decoder.

use super::code::Code;
use super::decode::Decoder;
use super::diagnostic::Problem;
use super::suggest;
use super::value::Node;

/// One choice, for documentation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ChoiceRow {
    /// The word in a file.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// An enum declared with [`choices!`](crate::choices!).
pub trait Choice: Copy + 'static {
    /// Every choice with its word and meaning, in declared order.
    const ALL: &'static [Self];
    /// The words and meanings, in the same order.
    const ROWS: &'static [ChoiceRow];

    /// Of a word that is none of these: where it belongs, if that is known.
    fn elsewhere(_word: &str) -> Option<String> {
        None
    }

    /// The choice of this word.
    fn parse(word: &str) -> Option<Self> {
        Self::ROWS.iter().position(|row| row.name == word).map(|index| Self::ALL[index])
    }
}

/// Most choices that are listed where one of them is meant.
const LISTED_MAX: usize = 8;

/// Decodes a word; an unknown one is reported with the choices.
pub fn decode_choice<C: Choice>(node: &Node, decoder: &mut Decoder<'_>) -> Option<C> {
    let names = || C::ROWS.iter().map(|row| row.name);
    let expected = format!("one of {}", suggest::one_of(names()));
    let text = decoder.text(node, &expected, "")?;
    let word = text.as_str();
    let result = C::parse(word).ok_or_else(|| {
        let problem = Problem::new(Code::UnknownChoice, 0..word.len(), format!("cannot be `{word}`"));
        if let Some(help) = C::elsewhere(word) {
            return problem.help(help);
        }
        let near = suggest::closest(word, names());
        // Whoever has mistyped one of many words does not want to read the others.
        match near.is_some() && C::ROWS.len() > LISTED_MAX {
            true => problem.did_you_mean(near),
            false => problem.did_you_mean(near).help(format!("choose {}", suggest::one_of(names()))),
        }
    });
    decoder.take(result, text)
}

/// Declares an enum whose variants are words in a scenario. `elsewhere function;` behind it names the function that
/// [`Choice::elsewhere`] is.
///
/// ```
/// seedbed::choices! {
///     /// How a replica answers a read.
///     pub enum Reads {
///         /// Asks a quorum whether it still leads, then reads its own state.
///         ReadIndex = "read-index",
///         /// Reads its own state at once; may be stale.
///         Local = "local",
///     }
/// }
/// assert_eq!(Reads::Local.to_string(), "local");
/// ```
#[macro_export]
macro_rules! choices {
    (
        $(#[doc = $doc:literal])+
        $visibility:vis enum $name:ident {
            $($(#[doc = $variant_doc:literal])+ $variant:ident = $word:literal,)+
        }
        $(elsewhere $elsewhere:path;)?
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        $visibility enum $name {
            $($(#[doc = $variant_doc])+ $variant,)+
        }

        impl $name {
            /// The word in a scenario.
            pub const fn name(self) -> &'static str {
                match self {
                    $($name::$variant => $word,)+
                }
            }
        }

        impl $crate::spec::choices::Choice for $name {
            const ALL: &'static [Self] = &[$($name::$variant,)+];
            const ROWS: &'static [$crate::spec::choices::ChoiceRow] = &[$(
                $crate::spec::choices::ChoiceRow { name: $word, doc: concat!($($variant_doc, "\n",)+) },
            )+];

            $(fn elsewhere(word: &str) -> Option<String> {
                $elsewhere(word)
            })?
        }

        impl $crate::spec::decode::Decode for $name {
            fn decode(
                node: &$crate::spec::Node,
                decoder: &mut $crate::spec::decode::Decoder<'_>,
            ) -> Option<Self> {
                $crate::spec::choices::decode_choice(node, decoder)
            }

            fn shape() -> $crate::spec::shape::Shape {
                $crate::spec::shape::Shape::Choice(<Self as $crate::spec::choices::Choice>::ROWS)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}
