//! What a search holds runs to: `latency.p99{op=read} < 100ms`, or, of latency, `p99 < 100ms`.

use crate::run::metrics::{Aggregate, Comparison, Refused, Sides, entry, read_limit, sides};
use crate::scenario::sweep::Search;
use crate::spec::{Code, Diagnostic, Located};

use super::asked::{Asked, read};

/// A condition on a figure of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    /// Which figure.
    pub asked: Asked,
    /// How it compares.
    pub comparison: Comparison,
    /// With what, in the base unit of the figure.
    pub limit: f64,
    /// As it was written.
    pub text: String,
}

impl Condition {
    /// What the runs of a search are held to.
    ///
    /// # Errors
    /// If it is no condition on a figure, with its place.
    pub fn of(search: &Search) -> Result<Condition, Box<Diagnostic>> {
        let condition = &search.condition;
        let text = condition.value.as_str();
        let refused = |refused: Refused| {
            let error =
                Diagnostic::error(Code::BadAssertion, &condition.place_of(refused.part), refused.message);
            Box::new(error.did_you_mean(refused.near).help(refused.help))
        };
        let example = || "write for example \"latency.p99 < 100ms\"".to_owned();
        let Sides { left, sign, comparison, right } = sides(text, example).map_err(refused)?;
        if comparison == Comparison::Equal {
            let message = "what is equal at one value only has no side on which it holds".to_owned();
            let help = "compare by < or >".to_owned();
            return Err(refused(Refused { part: sign, message, near: None, help }));
        }
        let of_latency = Aggregate::named(&text[left.clone()]).is_some();
        let metric = match of_latency {
            true => format!("latency.{}", &text[left.clone()]),
            false => text[left.clone()].to_owned(),
        };
        // The place is that of what was written, all of it where the metric was left out.
        let asked = read(&Located { value: metric, origin: condition.place_of(left) })?;
        let limit = read_limit(text, right, asked.aggregate, entry(asked.metric)).map_err(refused)?;
        Ok(Condition { asked, comparison, limit, text: text.to_owned() })
    }

    /// Whether a figure meets it.
    pub fn holds(&self, figure: f64) -> bool {
        self.comparison.holds(figure, self.limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::metrics::{Label, Labels, Metric};
    use crate::scenario::sweep::{Extreme, Tried, ValueKind};
    use crate::spec::Origin;

    fn condition(text: &str) -> Result<Condition, String> {
        let tried = |number: f64| Tried { written: number.to_string(), number };
        let search = Search {
            text: format!("max load where {text}"),
            extreme: Extreme::Max,
            variable: "load".to_owned(),
            kind: ValueKind::Number,
            condition: Located { value: text.to_owned(), origin: Origin::default_value() },
            low: tried(1.0),
            high: tried(2.0),
            resolution: 0.01,
        };
        Condition::of(&search).map_err(|diagnostic| diagnostic.message.clone())
    }

    #[test]
    fn a_condition_is_of_a_metric_or_of_latency() {
        let short = condition("p99 < 100ms").expect("it is well-formed");
        assert_eq!(
            (short.asked.metric, short.asked.aggregate, short.limit),
            (Metric::Latency, Aggregate::P99, 1e8)
        );
        assert!(short.holds(99_999_999.0) && !short.holds(1e8));
        let long = condition("latency.p99.9{op=read} <= 2s").expect("it is well-formed");
        assert_eq!((long.asked.aggregate, long.comparison), (Aggregate::P999, Comparison::AtMost));
        assert_eq!(long.asked.labels, Labels::from([(Label::Op, "read".to_owned())]));
        let share = condition("goodput_ratio >= 99%").expect("it is well-formed");
        assert_eq!((share.asked.metric, share.limit, share.holds(0.98)), (Metric::GoodputRatio, 0.99, false));
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        let says = |text: &str| condition(text).expect_err("it is refused");
        assert!(says("p99 100ms").contains("compares nothing"));
        assert!(says("p99 == 100ms").contains("one value only"));
        assert!(says("p98 < 100ms").contains("no metric `p98`"));
        assert!(says("latency.p98 < 100ms").contains("`latency` has no `p98`"));
        assert!(says("p99 < 5/s").contains("`5/s`"));
        assert!(says("p99 < 100").contains("needs a unit"));
        assert!(says("throughput > 100ms").contains("`100ms`"));
        assert!(says("p99 < 1s and p50 < 1ms").contains("one comparison"));
    }
}
