//! The stable codes of scenario errors: one table, which `explain S022` and the documentation read.

use std::fmt;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal: $summary:literal,)+) => {
        /// The kind of a scenario error. A code keeps its meaning for ever; a retired one is never reused.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The stable name: `S014`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// What it means, in one line.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)+ }
            }
        }
    };
}

codes! {
    /// The file is absent, not a regular file, or not readable.
    Unreadable = "S001": "a file is absent, is not a regular file, or cannot be read",
    /// The file is larger than the named limit.
    TooLarge = "S002": "a file is larger than its limit allows",
    /// The bytes are not UTF-8.
    NotText = "S003": "a file is not UTF-8 text",
    /// There is nothing in the file.
    EmptyFile = "S004": "a scenario file holds nothing",
    /// Not TOML, or not JSON.
    Syntax = "S005": "a file breaks the syntax of TOML or JSON",
    /// `schema` is absent or not a version that this build reads.
    SchemaVersion = "S006": "the schema version is absent or not supported",
    /// A file extends itself, at once or through others.
    ExtendsCycle = "S007": "files extend each other in a circle",
    /// The chain of `extends` is longer than the limit.
    ExtendsDepth = "S008": "a chain of `extends` is longer than its limit",
    /// A path leads out of the scenario root.
    OutsideRoot = "S009": "a path leads out of the scenario root",
    /// A value that TOML has and scenarios do not: a date, NaN, infinity, a huge integer.
    UnusableValue = "S010": "a value is of a kind that has no meaning in a scenario",
    /// A value of the wrong type.
    WrongType = "S011": "a value has the wrong type",
    /// A required key is absent.
    MissingKey = "S012": "a required key is absent",
    /// A key is given twice.
    DuplicateKey = "S013": "a key is given twice in one table",
    /// A key that nothing reads.
    UnknownKey = "S014": "a key is not known in its table",
    /// A word that is not one of the choices.
    UnknownChoice = "S015": "a word is not one of the choices of its key",
    /// A value outside the documented range.
    OutOfRange = "S016": "a value lies outside the documented range",
    /// `--set` is not `path=value`, or its path leads nowhere.
    BadSet = "S017": "a `--set` is not `path=value`, or its path leads through a plain value",
    /// Options that do not fit together.
    Contradiction = "S018": "options contradict each other",
    /// Not a number, or nothing at all.
    BadNumber = "S020": "a quantity does not start with a plain decimal number",
    /// A unit that does not exist, or of another quantity.
    WrongUnit = "S021": "a unit is unknown or belongs to another kind of quantity",
    /// A number without its unit.
    MissingUnit = "S022": "a quantity lacks its unit",
    /// Negative where that has no meaning.
    Negative = "S023": "a quantity is negative where it may not be",
    /// More than the type holds, or than the quantity allows.
    Overflow = "S024": "a quantity is larger than can be represented or than it may be",
    /// Finer than the exact integer that holds it.
    TooFine = "S025": "a quantity is finer than its smallest step",
    /// `name(arg, key=value)` is malformed.
    CallSyntax = "S030": "an expression of the form name(argument, key=value) is malformed",
    /// A function name that does not exist here.
    UnknownFunction = "S031": "a distribution or other function is not known",
    /// An argument that the function does not take.
    UnknownArgument = "S032": "a function does not take this argument",
    /// An argument that the function needs.
    MissingArgument = "S033": "a function lacks an argument",
    /// More arguments than the function takes.
    TooManyArguments = "S034": "a function has more arguments than it takes",
    /// An argument given twice.
    DuplicateArgument = "S035": "an argument is given twice",
    /// Arguments of the right type that make no distribution.
    BadParameter = "S036": "a parameter has a value for which the distribution does not exist",
    /// A data file whose content is not what it should be.
    BadData = "S037": "a data file does not hold what it should",
    /// A regular expression that is none.
    BadPattern = "S038": "a regular expression is malformed",
    /// `${x}` without such a variable.
    UnknownVariable = "S040": "`${x}` names no variable of [sweep]",
    /// A variable that nothing uses.
    UnusedVariable = "S041": "a sweep variable is not used",
    /// A variable without values, or of the wrong shape.
    BadVariable = "S042": "a sweep variable is not a list of values",
    /// `zip` of unknown, repeated or unequally long variables.
    BadZip = "S043": "a `zip` names variables that cannot run in lockstep",
    /// The `where` of a sweep is malformed.
    FilterSyntax = "S044": "the `where` of a sweep is malformed",
    /// The `where` of a sweep compares what cannot be compared.
    FilterTypes = "S045": "the `where` of a sweep compares values of different kinds",
    /// More runs than the limit.
    TooManyRuns = "S046": "a sweep has more runs than its limit",
    /// `${x}` where it does not stand for one whole argument.
    BadSubstitution = "S047": "`${x}` does not stand for one whole value or argument",
    /// The filter leaves nothing.
    NoRuns = "S048": "the `where` of a sweep leaves no run",
    /// A name that nothing in the scenario, or nothing built in, has.
    UnknownName = "S050": "a system, node, region, metric or other thing of this name does not exist",
    /// A name that cannot be one, or is taken.
    BadName = "S051": "a name is malformed or given twice",
    /// The target of a fault makes no sense.
    BadTarget = "S052": "the target of a fault is malformed or of the wrong kind",
    /// More than a named limit allows.
    TooMany = "S053": "there is more of something than its limit allows",
    /// An option that can lose or corrupt data, without `allow_unsafe`.
    Unsafe = "S054": "an unsafe option is used without `allow_unsafe = true`",
    /// An assertion that cannot be read, or that its metric does not have.
    BadAssertion = "S055": "an assertion on a metric is malformed",
    /// A fault that lies after the end of the run, means nobody, or finds nothing to act on.
    NeverStrikes = "S056": "a fault changes nothing, strikes nobody, or not within the run",
    /// Services that call each other in a circle.
    CallCycle = "S057": "services call each other in a circle, so that a request never ends",
    /// Nodes or clients stand where they do only because nothing says where.
    DefaultRegion = "S058": "nodes or clients name none of the network's regions",
    /// What is written and changes nothing.
    NoEffect = "S059": "something is written that changes nothing",
    /// A service is asked for more than it can do.
    Overload = "S060": "a service is asked for more than it can do, where a steady state is measured",
    /// Sites or links of a topology that take no part.
    TopologyGap = "S070": "a topology has links without a delay, or sites that nothing leads to",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_order() {
        let names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
    }
}
