//! A CSV list of links: `from,to,delay`, and if wanted `bandwidth`, `loss`, `directed`, in any order.

use super::attributes::{Attributes, COLUMNS};
use super::survey::Survey;
use super::{Mistake, Place};
use crate::spec::{suggest, write};

/// Whether a file with this header is a list of links.
pub fn is_list<'a>(mut header: impl Iterator<Item = &'a str>) -> bool {
    header.any(|column| COLUMNS.contains(&column))
}

pub(super) fn read(text: &str) -> Result<Survey, Mistake> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| Mistake::whole(format!("no CSV: {error}")))?.clone();
    let known = || ["from", "to"].into_iter().chain(COLUMNS);
    for (index, column) in header.iter().enumerate() {
        let at = Place { line: 1, column: index + 1 };
        if !known().any(|known| known == column) {
            let near = suggest::closest(column, known());
            let hint = near.map_or_else(
                || format!(": its columns are {}", known().collect::<Vec<_>>().join(", ")),
                |near| format!(", did you mean `{near}`?"),
            );
            return Err(Mistake::at(at, format!("a list of links has no column `{column}`{hint}")));
        }
        if header.iter().take(index).any(|earlier| earlier == column) {
            return Err(Mistake::at(at, format!("a second column `{column}`")));
        }
    }
    let position = |name: &str| {
        let found = header.iter().position(|column| column == name);
        found.ok_or_else(|| {
            let columns = header.iter().collect::<Vec<_>>().join(",");
            let columns = write::excerpt(&columns);
            Mistake::whole(format!("a list of links lacks the column `{name}`: it has `{columns}`"))
        })
    };
    let ends = [position("from")?, position("to")?];
    position("delay")?;
    let mut survey = Survey::default();
    for record in reader.records() {
        let record = record.map_err(|error| Mistake::whole(format!("no CSV: {error}")))?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        // Of a CSV the column is that of the table.
        let place = |column: usize| Place { line, column: column + 1 };
        if record.len() != header.len() {
            let message = format!("{} values, not the {} of the header", record.len(), header.len());
            return Err(Mistake::at(place(0), message));
        }
        let mut attributes = Attributes::default();
        for (column, (name, value)) in header.iter().zip(&record).enumerate() {
            attributes.add(name, value, place(column));
        }
        let directed = match attributes.get("directed") {
            None | Some(("false", _)) => false,
            Some(("true", _)) => true,
            Some((other, at)) => {
                return Err(Mistake::at(at, format!("`directed` is `{other}`, and not `true` or `false`")));
            }
        };
        for column in ends {
            let name = &record[column];
            if name.is_empty() {
                return Err(Mistake::at(place(column), "a link lacks the name of a site"));
            }
            if !survey.has(name) {
                survey.site(name, Attributes::default(), place(column))?;
            }
        }
        survey.link(&record[ends[0]], &record[ends[1]], directed, &attributes, place(0))?;
    }
    Ok(survey)
}
