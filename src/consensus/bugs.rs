//! Bug switches: real bugs of published systems that a run can switch on, so that checks can be seen to catch
//! them. Each table row names one; docs/divergences.md lists them all, docs/bugs.md what
//! finds them.

/// One bug that can be switched on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bug {
    /// How scenarios name it.
    pub name: &'static str,
    /// What goes wrong, in one sentence.
    pub doc: &'static str,
    /// The systems that had it, or the sentence that it breaks.
    pub source: &'static str,
    /// The checks that see it, by their names; first the one that a hunt met first.
    pub caught_by: &'static [&'static str],
}

/// A set of the bugs of one table, by row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bugs(u64);

impl Bugs {
    /// None: the algorithm as it should be.
    pub const NONE: Bugs = Bugs(0);

    /// The bug of this row alone.
    pub const fn row(row: u32) -> Bugs {
        Bugs(1 << row)
    }

    /// The bug of `table` that is called `name`.
    pub fn named(table: &[Bug], name: &str) -> Option<Bugs> {
        let row = table.iter().position(|bug| bug.name == name)?;
        Some(Bugs::row(row as u32))
    }

    /// The bugs of `table` that are among `names`; names of other tables are passed over.
    pub fn all_named(table: &[Bug], names: &[String]) -> Bugs {
        let named = names.iter().filter_map(|name| Bugs::named(table, name));
        named.fold(Bugs::NONE, |all, bug| all | bug)
    }

    /// Whether any of `bugs` is in the set.
    #[inline]
    pub fn has(self, bugs: Bugs) -> bool {
        self.0 & bugs.0 != 0
    }

    /// Whether the set is empty.
    #[inline]
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl std::ops::BitOr for Bugs {
    type Output = Bugs;
    fn bitor(self, other: Bugs) -> Bugs {
        Bugs(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: [Bug; 2] = [
        Bug { name: "one", doc: "", source: "", caught_by: &[] },
        Bug { name: "two", doc: "", source: "", caught_by: &[] },
    ];

    #[test]
    fn a_name_finds_its_row_and_no_other() {
        let two = Bugs::named(&TABLE, "two").expect("it stands in the table");
        assert!(two.has(Bugs::row(1)) && !two.has(Bugs::row(0)));
        assert_eq!(Bugs::named(&TABLE, "three"), None);
        assert!(Bugs::NONE.is_none() && !(two | Bugs::row(0)).is_none());
    }
}
