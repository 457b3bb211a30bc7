//! The files of charts: SVG always, PNG beside it if that is wanted.

use std::collections::BTreeSet;

use crate::report::html::Figure;
use crate::report::raster::{HEIGHT_MAX, picture};
use crate::report::stored::{CHARTS, StoredChart, named_apart, to_json};

use super::outputs::{Folder, OutputError};
use super::page::grouped;

/// Which charts are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Charts {
    /// None, and no page.
    None,
    /// SVG files, and a page that shows them.
    Svg,
    /// The same, which do not depend on it, and PNG files.
    Png,
}

/// Letters that a warning names before it counts the rest.
const LETTERS_MAX: usize = 8;

/// Draws charts for a page, and writes their files with what they are drawn from. Returns them, and what a person should know of them.
///
/// # Errors
/// If the file system fails.
pub fn write_charts(
    folder: &mut Folder<'_>,
    stored: &[StoredChart],
    charts: Charts,
) -> Result<(Vec<Figure>, Vec<String>), OutputError> {
    if charts == Charts::None {
        return Ok((Vec::new(), Vec::new()));
    }
    let stored = &named_apart(stored.to_vec());
    folder.write(CHARTS, |out| out.write_all(&to_json(stored)))?;
    let figures: Vec<Figure> = stored.iter().map(StoredChart::figure).collect();
    let warnings = write_figures(folder, &figures, charts)?;
    Ok((figures, warnings))
}

fn write_figures(
    folder: &mut Folder<'_>,
    figures: &[Figure],
    charts: Charts,
) -> Result<Vec<String>, OutputError> {
    let (mut missing, mut warnings) = (BTreeSet::new(), Vec::new());
    for figure in figures {
        folder.write(&figure.file, |out| out.write_all(figure.svg.as_bytes()))?;
        if charts == Charts::Svg {
            continue;
        }
        let file = figure.file.strip_suffix(".svg").expect("charts are SVG files").to_owned() + ".png";
        match picture(&figure.svg) {
            Some(picture) => {
                folder.write(&file, |out| out.write_all(&picture.png))?;
                missing.extend(picture.missing);
            }
            None => warnings.push(format!(
                "{file} is left out: it would be more than {} pixels high; {} is there",
                grouped(HEIGHT_MAX.into()),
                figure.file
            )),
        }
    }
    if let Some(letters) = letters(&missing) {
        warnings.push(format!(
            "the font of PNG charts has no {letters}: boxes stand there; the SVG charts have the letters"
        ));
    }
    Ok(warnings)
}

/// Letters that a font lacks, in words; `None` if there are none.
pub fn letters(missing: &BTreeSet<char>) -> Option<String> {
    let named: String = missing.iter().take(LETTERS_MAX).collect();
    match missing.len().saturating_sub(LETTERS_MAX) {
        0 if named.is_empty() => None,
        0 => Some(format!("`{named}`")),
        more => Some(format!("`{named}` and {more} more")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::run::outputs::failing::{Failing, What, When};
    use crate::run::outputs::{Disk, Sink};

    fn figure(name: &str, height: u32, text: &str) -> Figure {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"{height}\" viewBox=\"0 0 40 {height}\">\
             <text x=\"1\" y=\"9\" font-size=\"12\" fill=\"#000000\">{text}</text></svg>"
        );
        Figure { name: name.to_owned(), file: format!("charts/{name}.svg"), data: String::new(), svg }
    }

    #[test]
    fn pictures_lie_beside_their_charts_and_what_they_lack_is_said() {
        let parent = tempfile::tempdir().expect("there is room");
        let figures = [figure("a", 9, "plain"), figure("b", 20_000, "東京"), figure("c", 9, "京 abc 語")];
        let of = |name: &str, charts| {
            let mut folder = Folder::begin(&Disk as &dyn Sink, parent.path(), name).expect("there is room");
            let warnings = write_figures(&mut folder, &figures, charts).expect("there is room");
            (folder.files().keys().cloned().collect::<Vec<_>>(), warnings)
        };
        let svg = ["charts/a.svg", "charts/b.svg", "charts/c.svg"].map(str::to_owned).to_vec();
        assert_eq!(of("svg", Charts::Svg), (svg, Vec::new()));
        let (files, warnings) = of("png", Charts::Png);
        assert_eq!(files, ["charts/a.png", "charts/a.svg", "charts/b.svg", "charts/c.png", "charts/c.svg"]);
        assert_eq!(
            warnings,
            [
                "charts/b.png is left out: it would be more than 32,767 pixels high; charts/b.svg is there",
                "the font of PNG charts has no `京語`: boxes stand there; the SVG charts have the letters",
            ]
        );
    }

    #[test]
    fn each_picture_is_there_whole_or_not_at_all_whichever_step_fails() {
        let figures = [figure("a", 9, "plain"), figure("b", 9, "and simple")];
        let pictures: Vec<Vec<u8>> =
            figures.iter().map(|figure| picture(&figure.svg).expect("it is small").png).collect();
        for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::Interrupted] {
            for step in 0.. {
                let parent = tempfile::tempdir().expect("there is room");
                let disk = Failing::new(When::Once(step), kind);
                let Ok(mut folder) = Folder::begin(&disk as &dyn Sink, parent.path(), "run") else {
                    continue;
                };
                let written = write_figures(&mut folder, &figures, Charts::Png);
                let failed = disk.failed();
                let is_again = failed.iter().all(|step| step.what == What::Write);
                let is_spared = failed.is_empty() || (kind == ErrorKind::Interrupted && is_again);
                for (name, png) in ["charts/a.png", "charts/b.png"].into_iter().zip(&pictures) {
                    let found = std::fs::read(folder.partial().join(name)).ok();
                    assert!(
                        found.as_ref() == Some(png) || (found.is_none() && !is_spared),
                        "{name} at {step}"
                    );
                }
                assert_eq!(written.is_ok(), is_spared, "{kind:?} at {step}: {failed:?}");
                drop(folder);
                if failed.is_empty() {
                    assert!(step >= 20, "four files are made, written, flushed and named");
                    break;
                }
                let left = std::fs::read_dir(parent.path()).expect("it is there").count();
                assert!(
                    left == 0 || failed.iter().any(|step| step.what == What::Remove),
                    "{kind:?} at {step}"
                );
            }
        }
    }

    #[test]
    fn many_letters_that_are_missing_are_counted() {
        let parent = tempfile::tempdir().expect("there is room");
        let mut folder = Folder::begin(&Disk as &dyn Sink, parent.path(), "a").expect("there is room");
        let figures = [figure("a", 9, "一二三四五六七八九十")];
        let warnings = write_figures(&mut folder, &figures, Charts::Png).expect("there is room");
        assert!(warnings[0].contains("has no `一七三九二五八六` and 2 more:"), "{warnings:?}");
    }
}
