//! Pages on the files of runs and sweeps.

use super::Page;
use crate::run::outputs::{Column, DOCUMENTS, FORMATS};

/// A page on each file, with all its columns or fields.
pub(super) fn pages() -> Vec<Page> {
    let tables = FORMATS.iter().map(|table| (table.file, table.purpose, table.columns));
    let documents = DOCUMENTS.iter().map(|document| (document.file, document.purpose, document.fields));
    tables.chain(documents).map(|(file, purpose, columns)| page(file, purpose, columns)).collect()
}

fn page(file: &str, purpose: &str, columns: &[Column]) -> Page {
    columns.iter().fold(Page::new(file, purpose), |page, column| page.fact(column.name, column.meaning))
}
