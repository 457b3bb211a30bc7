//! `seedbed plot`: the charts of a run, a sweep, a comparison or a validation that is kept, drawn again without it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Terminal};
use crate::report::charts::Width;
use crate::report::pdf;
use crate::report::raster::{HEIGHT_MAX, picture};
use crate::report::stored::{CHARTS, StoredChart, Unreadable, from_json};
use crate::run::drawing::letters;
use crate::run::outputs::{Disk, write_file};
use crate::spec::suggest;

/// The help after the flags.
const AFTER: &str = "\
DIR is the folder of a run, of a sweep, of a comparison or of a validation, such as outputs/latest. Its charts are drawn from charts.json in it: nothing
is run.

Without --width a chart is as in the folder's charts/: 900 pixels. With it, the chart is laid out anew for that length in print, with letters
of 7.2 points and more: --width 85mm is a column of most journals.";

/// Draw the charts of a run, sweep, comparison or validation again: as SVG, PNG or PDF, to a width in print
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct Plot {
    /// The folder of a run, a sweep, a comparison or a validation
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only this chart, such as latency, or all of a kind, such as sweep; repeatable
    #[arg(long = "chart", value_name = "NAME")]
    charts: Vec<String>,
    /// What files are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: PlotFormat,
    /// How wide charts are in print, such as 85mm, 3.5in or 240pt
    #[arg(long, value_name = "LENGTH", value_parser = width)]
    width: Option<Width>,
    /// The folder for the files, each named after its chart; those of these names are replaced
    #[arg(short, long, value_name = "DIR", default_value = "plots")]
    out: PathBuf,
    /// Print the names of the charts that there are, and draw none
    #[arg(long)]
    list: bool,
}

/// What a chart is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum PlotFormat {
    /// Lines and letters, for browsers
    #[default]
    Svg,
    /// Two pixels for each of the chart
    Png,
    /// Lines and outlines of letters, for print
    Pdf,
}

impl PlotFormat {
    fn ending(self) -> &'static str {
        match self {
            PlotFormat::Svg => "svg",
            PlotFormat::Png => "png",
            PlotFormat::Pdf => "pdf",
        }
    }
}

/// Units of length, in millimetres.
const LENGTHS: [(&str, f64); 4] = [("mm", 1.0), ("cm", 10.0), ("in", 25.4), ("pt", 25.4 / 72.0)];

/// A length such as `85mm`.
fn width(text: &str) -> Result<Width, String> {
    let of_unit = |(unit, millimetres): (&str, f64)| {
        let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        Some(number * millimetres)
    };
    let (least, most) = Width::PRINTED;
    match LENGTHS.into_iter().find_map(of_unit) {
        Some(millimetres) if (least..=most).contains(&millimetres) => Ok(Width::millimetres(millimetres)),
        Some(_) => Err(format!("a chart is from {least} to {most} mm wide")),
        None => Err("write a number with its unit, mm, cm, in or pt, such as 85mm".to_owned()),
    }
}

impl Plot {
    pub(super) fn run(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let charts = read(&self.folder)?;
        if self.list {
            let names: String = charts.iter().map(|chart| format!("{}\n", chart.name)).collect();
            terminal.print(&names)?;
            return Ok(Exit::Passed);
        }
        let mut missing = BTreeSet::new();
        // All are drawn before any is written.
        let drawn: Vec<(PathBuf, Vec<u8>)> = self
            .chosen(&charts)?
            .into_iter()
            .map(|chart| {
                let path = self.out.join(format!("{}.{}", chart.name, self.format.ending()));
                Ok((path, self.draw(chart, &mut missing)?))
            })
            .collect::<Result<_, Failure>>()?;
        for (path, bytes) in &drawn {
            write_file(&Disk, path, bytes)
                .map_err(|error| Failure::new(Exit::InputOutput, error.to_string()))?;
        }
        if let Some(letters) = letters(&missing) {
            terminal.warn(&format!("the bundled font has no {letters}: boxes stand there"));
        }
        let paths: String = drawn.iter().map(|(path, _)| format!("{}\n", path.display())).collect();
        terminal.print(&paths)?;
        Ok(Exit::Passed)
    }

    /// The charts that are asked for, in the order of the folder.
    fn chosen<'c>(&self, charts: &'c [StoredChart]) -> Result<Vec<&'c StoredChart>, Failure> {
        let is_of = |chart: &StoredChart, asked: &str| chart.name == asked || chart.input.kind() == asked;
        if let Some(asked) =
            self.charts.iter().find(|asked| !charts.iter().any(|chart| is_of(chart, asked.as_str())))
        {
            let names = || charts.iter().map(|chart| chart.name.as_str());
            let message = format!("{} has no chart `{asked}`", self.folder.display());
            let help = match suggest::closest(asked, names()) {
                Some(name) => format!("did you mean `{name}`? --list prints them all"),
                None => format!("it has {}", suggest::one_of(names())),
            };
            return Err(Failure::new(Exit::Invalid, message).help(help));
        }
        let is_chosen = |chart: &&StoredChart| {
            self.charts.is_empty() || self.charts.iter().any(|asked| is_of(chart, asked))
        };
        Ok(charts.iter().filter(is_chosen).collect())
    }

    fn draw(&self, chart: &StoredChart, missing: &mut BTreeSet<char>) -> Result<Vec<u8>, Failure> {
        let svg = chart.input.to_svg(self.width.unwrap_or(Width::FULL));
        Ok(match self.format {
            PlotFormat::Svg => svg.into_bytes(),
            PlotFormat::Png => {
                let picture = picture(&svg).ok_or_else(|| {
                    let message = format!("{} would be more than {HEIGHT_MAX} pixels high", chart.name);
                    Failure::new(Exit::Invalid, message).help("draw it as svg or pdf")
                })?;
                missing.extend(picture.missing);
                picture.png
            }
            PlotFormat::Pdf => {
                let document = pdf::document(&svg, &chart.name);
                missing.extend(document.missing);
                document.pdf
            }
        })
    }
}

/// The charts of a folder, at least one.
fn read(folder: &Path) -> Result<Vec<StoredChart>, Failure> {
    let path = folder.join(CHARTS);
    let text = std::fs::read(&path).map_err(|error| without_file(folder, &path, &error))?;
    let charts = from_json(&text).map_err(|why| {
        let failure = Failure::new(Exit::Invalid, format!("{}: {why}", path.display()));
        failure.help(match why {
            Unreadable::Wrong(_) => {
                "the file was changed or cut off: delete the folder, and do what filled it again"
            }
            Unreadable::Foreign(_) => {
                "plot it with that version, or do what filled the folder again with this one"
            }
        })
    })?;
    match charts.is_empty() {
        false => Ok(charts),
        true => {
            let message = format!("{} has no charts: {CHARTS} in it names none", folder.display());
            Err(Failure::new(Exit::Invalid, message).help(WITHOUT_CHARTS))
        }
    }
}

/// What a person can do about a folder without charts.
const WITHOUT_CHARTS: &str = "runs with --charts none have none, nor have those of a large sweep that passed: run it again by itself, or plot the sweep";

/// Why there is no file of charts: what was named is not such a folder, or it cannot be read.
fn without_file(folder: &Path, path: &Path, error: &std::io::Error) -> Failure {
    if folder.is_dir() {
        return match error.kind() {
            std::io::ErrorKind::NotFound => {
                let message = format!("{} has no charts: there is no {CHARTS} in it", folder.display());
                Failure::new(Exit::Invalid, message).help(WITHOUT_CHARTS)
            }
            _ => Failure::new(Exit::InputOutput, format!("{}: {error}", path.display())),
        };
    }
    if folder.exists() {
        let failure = Failure::new(Exit::Invalid, format!("{} is a file, and no folder", folder.display()));
        return match folder.parent().filter(|parent| parent.join(CHARTS).is_file()) {
            Some(parent) if parent.as_os_str().is_empty() => {
                failure.help("write the folder that it lies in: `.`")
            }
            Some(parent) => failure.help(format!("write the folder that it lies in: `{}`", parent.display())),
            None => failure.help(FOLDERS),
        };
    }
    match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            let message = format!("{}: there is no such folder", folder.display());
            Failure::new(Exit::Invalid, message).help(FOLDERS)
        }
        _ => Failure::new(Exit::InputOutput, format!("{}: {error}", path.display())),
    }
}

/// What can be plotted.
const FOLDERS: &str =
    "write the folder of a run, a sweep, a comparison or a validation: outputs/latest leads to the last";
