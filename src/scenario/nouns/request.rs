//! `request = { ... }`: the kinds of requests that a workload makes of a service.

use crate::kernel::Duration;
use crate::spec::code::Code;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::quantity::Bytes;
use crate::spec::scalars::{Located, Named};
use crate::spec::shape::Shape;
use crate::spec::value::{Node, Value};
use crate::systems::kinds::service::steps::WorkOptions;

/// Most kinds of requests of a workload.
pub const REQUESTS_MAX: usize = 1_000;

crate::options! {
    /// One kind of request: what routes look at, and what it brings with it.
    pub struct RequestOptions {
        /// Its path.
        path: Located<String> = "/",
        /// Its method.
        method: String = "GET",
        /// Its headers.
        header: Named<String>,
        /// Its share among those of the workload.
        weight: Located<f64> [0.0..=1e6] = 1.0,
        /// Work that it brings with it, for steps of services with work = "request"; drawn by the request.
        work: Option<Located<WorkOptions>>,
        /// Size of its body.
        size: Bytes [Bytes(0)..=Bytes(1 << 30)] = "0B",
        /// Size of the body of its answer.
        answer: Bytes [Bytes(0)..=Bytes(1 << 30)] = "0B",
        /// Lower goes first, where a discipline goes by priorities.
        priority: u32 = 0,
        /// Within what time of its coming to an instance it should be served, where a discipline goes by deadlines; absent: last.
        deadline: Option<Duration>,
    }
    check check_request;
}

fn check_request(request: &RequestOptions, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    if !request.path.value.starts_with('/') {
        let message = format!("the path `{}` does not begin with `/`", request.path.value.escape_debug());
        let error = Diagnostic::error(Code::BadName, &request.path.origin, message);
        decoder.report(error.help(format!("write \"/{}\"", request.path.value.escape_debug())));
    }
    if let Some(Located { value: WorkOptions::OfRequest, .. }) = &request.work {
        let message = "the work of a request cannot be what it brings with it";
        let error = Diagnostic::error(Code::Contradiction, places.of("work"), message);
        decoder.report(error.help("write a law, such as work = \"exp(5ms)\""));
    }
}

/// One kind of request, or several.
#[derive(Clone, Debug)]
pub struct Requests(pub Vec<RequestOptions>);

impl Decode for Requests {
    fn decode(node: &Node, decoder: &mut Decoder<'_>) -> Option<Requests> {
        let requests = match &node.value {
            Value::Array(_) => Vec::decode(node, decoder).map(Requests)?,
            Value::Table(_) | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) => {
                Requests(vec![RequestOptions::decode(node, decoder)?])
            }
        };
        let (count, total) = (requests.0.len(), requests.0.iter().map(|one| one.weight.value).sum::<f64>());
        let problem = match (count, total > 0.0) {
            (0, _) => Some((Code::OutOfRange, "there is no kind of request".to_owned())),
            (REQUESTS_MAX.., _) => {
                Some((Code::TooMany, format!("there are more than {REQUESTS_MAX} kinds of requests")))
            }
            (_, false) => Some((Code::OutOfRange, "no request has a weight above 0".to_owned())),
            (_, true) => None,
        };
        if let Some((code, message)) = problem {
            let help = "write request = { path = \"/users\" }, or a list of such";
            decoder.report(Diagnostic::error(code, &node.origin, message).help(help));
            return None;
        }
        Some(requests)
    }

    fn shape() -> Shape {
        Shape::Either(vec![RequestOptions::shape(), Vec::<RequestOptions>::shape()])
    }
}

impl RequestOptions {
    /// What tells it apart from the others of its workload: its path, and the method and the headers where that is not enough.
    pub fn name(&self, others: &[RequestOptions]) -> String {
        let full = |one: &RequestOptions| format!("{} {}", one.method, one.path.value);
        let alike =
            |same: &dyn Fn(&RequestOptions) -> bool| others.iter().filter(|other| same(other)).count() > 1;
        if !alike(&|other| other.path.value == self.path.value) {
            return self.path.value.clone();
        }
        let name = full(self);
        if !alike(&|other| full(other) == name) {
            return name;
        }
        let headers = self.header.entries.iter().map(|(key, _, value)| format!(" {key}={value}"));
        let name = name + &headers.collect::<String>();
        let position = others.iter().position(|other| std::ptr::eq(other, self)).unwrap_or(0);
        let is_taken = |other: &RequestOptions| {
            !std::ptr::eq(other, self)
                && full(other) == full(self)
                && other.header.entries.len() == self.header.entries.len()
                && other
                    .header
                    .entries
                    .iter()
                    .zip(&self.header.entries)
                    .all(|(a, b)| (&a.0, &a.2) == (&b.0, &b.2))
        };
        if others.iter().any(is_taken) { format!("{name} #{}", position + 1) } else { name }
    }
}
