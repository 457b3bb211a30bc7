use super::*;
use crate::spec::decode::NoDataFiles;
use crate::spec::origin::Origin;
use crate::spec::value::Text;
use proptest::prelude::*;

fn read(text: &str, measure: Measure) -> Result<Distribution, Vec<String>> {
    let text = Text::new(text.to_string(), Origin::default_value(), None);
    parse(&text, measure, &NoDataFiles).map_err(|problems| problems.into_iter().map(shown).collect())
}

/// `code start..end message | label | help`.
fn shown(p: Problem) -> String {
    let message = p.subject.map_or(p.message.clone(), |subject| format!("{subject} {}", p.message));
    let text: Vec<String> =
        [message, p.label, p.help.join("; ")].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} {:?} {}", p.code, p.span, text.join(" | "))
}

fn errors(text: &str) -> Vec<String> {
    read(text, Measure::Durations).expect_err("should be refused")
}

#[test]
fn every_example_is_valid_and_every_family_is_reached() {
    for family in FAMILIES.iter().filter(|family| family.name != "empirical") {
        assert!(read(family.example, Measure::Durations).is_ok(), "{}", family.example);
    }
    let empirical = errors("empirical(\"latencies.csv\")");
    assert_eq!(
        empirical,
        ["S001 10..25 `file` of `empirical` names a file, and there is no folder to look in"]
    );
}

#[test]
fn text_and_constructor_give_the_same_distribution() {
    let same = |text: &str, built: Result<Distribution, _>| {
        assert_eq!(read(text, Measure::Durations), Ok(built.expect("valid")), "{text}");
    };
    same("const(5ms)", Distribution::constant(5e6));
    same("uniform(low=1ms, high=5ms)", Distribution::uniform(1e6, 5e6));
    same("normal(mean=40ms, sd=2ms)", Distribution::normal(4e7, 2e6, None));
    same("normal(40ms, 2ms, 35ms)", Distribution::normal(4e7, 2e6, Some(3.5e7)));
    same("lognormal(median=200us, p99=2ms)", Distribution::lognormal_median_p99(2e5, 2e6));
    same("lognormal(cv=2.0, mean=10ms)", Distribution::lognormal_mean_cv(1e7, 2.0));
    same("gamma(shape=2, scale=1ms)", Distribution::gamma(2.0, 1e6));
    same("erlang(4, 10ms)", Distribution::erlang(4, 1e7));
    let parts = vec![
        (0.9, Distribution::exponential(1e6).expect("valid")),
        (0.1, Distribution::constant(5e7).expect("valid")),
    ];
    same("mixture(0.9: exp(1ms), 0.1: const(50ms))", Distribution::mixture(parts));
}

#[test]
fn the_measure_decides_the_unit() {
    assert_eq!(read("const(-1.5e3)", Measure::Numbers), Ok(Distribution::constant(-1500.0).expect("valid")));
    assert_eq!(read("7", Measure::Numbers), Ok(Distribution::constant(7.0).expect("valid")));
    assert_eq!(read("2KiB", Measure::Sizes), Ok(Distribution::constant(2048.0).expect("valid")));
    assert_eq!(read("const(2KiB)", Measure::Sizes), Ok(Distribution::constant(2048.0).expect("valid")));
    let wrong = read("const(2ms)", Measure::Sizes).expect_err("a duration");
    assert_eq!(
        wrong,
        [
            "S021 7..9 `value` of `const` must be a size, but `ms` is a unit of a duration | write for example \"64KiB\""
        ]
    );
}

#[test]
fn every_wrong_argument_is_reported_at_its_bytes() {
    assert_eq!(
        errors("lognormal(median=200, p99=2sec)"),
        [
            "S022 17..20 `median` of `lognormal` needs a unit: 200 could be ms or s | write \"200ms\" or \"200s\"",
            "S021 27..30 `p99` of `lognormal` has an unknown unit `sec` | did you mean `s`? | write \"2s\"",
        ]
    );
    assert_eq!(
        errors("mixture(0.9: exp(1), const(5ms))"),
        [
            "S022 17..18 `mean` of `exp` needs a unit: 1 could be ms or s | write \"1ms\" or \"1s\"",
            "S033 21..31 `mixture` needs a weight before each of its distributions | write for example mixture(0.9: exp(1ms), 0.1: const(50ms))",
        ]
    );
    assert_eq!(
        errors("erlang(k=1.5, mean=1ms)"),
        ["S020 9..12 `k` of `erlang` must be a whole number, not `1.5`"]
    );
    assert_eq!(errors("exp(1ms of it)"), ["S030 4..13 `mean` of `exp` must be one word or a text in quotes"]);
}

#[test]
fn a_name_or_argument_that_does_not_exist_gets_a_suggestion() {
    let families = "const, uniform, exp, normal, lognormal, pareto, bounded_pareto, weibull, gamma, erlang, hyperexp, \
                    empirical, mixture";
    assert_eq!(
        errors("lognorml(1ms, 2ms)"),
        [format!(
            "S031 0..8 names an unknown distribution `lognorml` | did you mean `lognormal`? | the distributions are {families}"
        )]
    );
    assert!(errors("exponential(1ms)")[0].contains("did you mean `exp`?"));
    assert_eq!(
        errors("lognormal(median=1ms, p98=2ms)"),
        [
            "S032 22..25 `lognormal` takes no argument `p98` | did you mean `p99`? | write lognormal(median=, p99=) or lognormal(mean=, cv=)"
        ]
    );
    assert_eq!(errors("exp()"), ["S033 0..5 `exp` lacks its argument `mean` | write exp(mean=)"]);
}

#[test]
fn what_is_no_distribution_shows_the_fix() {
    let expected = "must be a distribution of durations";
    assert_eq!(errors("5"), [format!("S031 0..1 {expected} | write \"5ms\" or \"5s\"")]);
    for range in ["150ms..300ms", "150..300ms", "150-300ms", "150-300"] {
        let end = range.len();
        let fix = format!("S031 0..{end} {expected} | write \"uniform(150ms, 300ms)\"");
        assert_eq!(errors(range), [fix]);
    }
    assert_eq!(errors("5secs"), ["S021 1..5 has an unknown unit `secs` | did you mean `s`? | write \"5s\""]);
    assert_eq!(errors("fast"), [format!("S031 0..4 {expected} | write for example \"const(5ms)\"")]);
    assert_eq!(errors("exp"), ["S031 0..3 lacks the arguments of its distribution | write exp(mean=)"]);
}

#[test]
fn impossible_parameters_point_at_the_parameter() {
    let problems = errors("uniform(low=5ms, high=1ms)");
    assert_eq!(problems.len(), 1);
    assert!(problems[0].starts_with("S036 "), "{problems:?}");
    assert!(problems[0].ends_with("| swap the two, or let `high` be above `low`"), "{problems:?}");
    let problems = errors("pareto(scale=1ms, shape=-2)");
    assert!(problems[0].starts_with("S036 24..26 `shape` of `pareto` must be above zero"), "{problems:?}");
}

proptest! {
    #[test]
    fn no_text_panics(
        name in "const|exp|normal|lognormal|gamma|erlang|mixture|empirical|zipf",
        arguments in "([a-z0-9.:=\", ]|mean=|cv=|ms|0\\.5: |exp\\(1s\\)){0,8}",
    ) {
        let text = format!("{name}({arguments})");
        if let Err(problems) = read(&text, Measure::Durations) {
            prop_assert!(!problems.is_empty());
        }
    }
}
