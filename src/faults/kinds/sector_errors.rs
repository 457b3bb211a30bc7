//! `do = "sector-errors"`: sectors that fail when they are written, or when they are read at boot.

use super::{DiskKind, Harm, Hostile, Settings};
use crate::kernel::{Probability, Stream};
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::quantity::Ratio;
use crate::storage::Ailment;

crate::options! {
    /// Bad sectors.
    pub struct SectorErrors {
        /// Share of records that a boot cannot read.
        read: Ratio = "0%",
        /// Share of writes that fail, and with each of them its sync.
        write: Ratio = "0%",
    }
    check check_sector_errors;
}

impl DiskKind for SectorErrors {
    fn ailment(&self) -> Ailment {
        Ailment::SectorErrors {
            read: Probability::new(self.read.as_f64()),
            write: Probability::new(self.write.as_f64()),
        }
    }
}

fn check_sector_errors(errors: &SectorErrors, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if (errors.read, errors.write) == (Ratio::ZERO, Ratio::ZERO) {
        let message = "no sector fails: neither `read` nor `write` is above 0".to_owned();
        let diagnostic = Diagnostic::error(Code::Contradiction, places.of(""), message);
        decoder.report(diagnostic.help("write for example write = \"1%\""));
    }
}

impl Hostile for SectorErrors {
    fn harm(&self) -> Harm {
        Harm::Ruins
    }

    fn draw(choice: &mut Stream) -> Settings {
        Settings::none().one_of("read", choice, &["0%", "1%"]).one_of("write", choice, &["1%", "10%"])
    }
}
