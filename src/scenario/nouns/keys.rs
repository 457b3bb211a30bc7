//! `keys = "..."`: which keys operations concern.

use crate::spec::arguments::{Form, required};
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Problem;
use crate::spec::shape::Shape;
use crate::spec::value::Node;
use crate::workloads::keys::{Keys, Zipf};

use crate::spec::laws::{Arguments, Law, Laws};

/// Most keys of a workload.
pub const KEYS_MAX: u32 = 10_000_000;
/// Largest exponent of Zipf's law.
const EXPONENT_MAX: f64 = 10.0;

const RANKS: &[Form] = &[Form { parameters: &[required("n"), required("s")] }];

/// Every law over keys.
pub static KEYS: Laws<Keys> = Laws {
    what: "law over keys",
    rows: &[
        Law {
            name: "uniform",
            doc: "every key alike",
            example: "uniform(n=1000)",
            forms: &[Form { parameters: &[required("n")] }],
            build: |of| Ok(Keys::Uniform { n: of.count("n", KEYS_MAX)? }),
        },
        Law {
            name: "zipf",
            doc: "key k with weight 1 / (k + 1)^s",
            example: "zipf(n=1000, s=0.99)",
            forms: RANKS,
            build: |of| Ok(Keys::Zipf(zipf(of)?.into())),
        },
        Law {
            name: "hot",
            doc: "a share of the operations goes to the first keys, the rest to the others",
            example: "hot(n=1000, hot=10, share=90%)",
            forms: &[Form { parameters: &[required("n"), required("hot"), required("share")] }],
            build: hot,
        },
        Law {
            name: "latest",
            doc: "recently written keys first, by Zipf's law; every write goes to the next key in turn",
            example: "latest(n=1000, s=0.99)",
            forms: RANKS,
            build: |of| Ok(Keys::Latest(zipf(of)?.into())),
        },
    ],
};

/// The decoded law.
#[derive(Clone, Debug)]
pub struct KeysOptions(pub Keys);

impl Decode for KeysOptions {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<KeysOptions> {
        KEYS.decode(node, decoder).map(KeysOptions)
    }

    fn shape() -> Shape {
        KEYS.shape()
    }
}

fn zipf(of: &Arguments<'_>) -> Result<Zipf, Problem> {
    Ok(Zipf::new(of.count("n", KEYS_MAX)?, of.number("s", EXPONENT_MAX)?))
}

fn hot(of: &Arguments<'_>) -> Result<Keys, Problem> {
    let (n, hot) = (of.count("n", KEYS_MAX)?, of.count("hot", KEYS_MAX)?);
    if hot >= n {
        return Err(of.refuse(
            "hot",
            Code::OutOfRange,
            "must be less than `n`: the others share what is left",
        ));
    }
    Ok(Keys::Hot { n, hot, share: of.share("share")? })
}
