use super::dimension::RATES;
use super::*;
use proptest::prelude::*;

/// `code start..end message | label | help` of the error in a duration.
fn duration_error(text: &str) -> String {
    shown(duration(text).expect_err("should be refused"))
}

fn shown(p: Problem) -> String {
    let parts = [p.message, p.label, p.help.join("; ")];
    let text: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} {:?} {}", p.code, p.span, text.join(" | "))
}

#[test]
fn quantities_are_read_exactly() {
    assert_eq!(duration("1.5ms"), Ok(Duration(1_500_000)));
    assert_eq!(duration("2m30s"), Ok(Duration::from_secs(150)));
    assert_eq!(duration("1h0.5s"), Ok(Duration(3_600_500_000_000)));
    assert_eq!(duration("0ns"), Ok(Duration::ZERO));
    assert_eq!(duration("18446744073709551615ns"), Ok(Duration::MAX));
    assert_eq!(signed_duration("+800ms"), Ok(SignedDuration(800_000_000)));
    assert_eq!(signed_duration("-2s"), Ok(SignedDuration(-2_000_000_000)));
    assert_eq!(bytes("1.5KiB"), Ok(Bytes(1_536)));
    assert_eq!(bandwidth("1Gbit/s"), Ok(Bandwidth(1_000_000_000)));
    assert_eq!(bandwidth("10MB/s"), Ok(Bandwidth(80_000_000)));
    assert_eq!(rate("500/s"), Ok(Rate { count: 500, per: Duration::from_secs(1) }));
    assert_eq!(rate("0.5/s").expect("valid").per_second(), 0.5);
    assert_eq!(ratio("0.01%"), Ok(Ratio(100_000)));
    assert_eq!(ratio_from_number(0.8), Ok(Ratio(800_000_000)));
    assert_eq!(ratio_from_number(1e-9), Ok(Ratio(1)));
    assert_eq!(ppm("-0.5ppm"), Ok(Ppm(-500)));
}

#[test]
fn a_bare_number_is_asked_for_its_unit() {
    assert_eq!(
        duration_error("150"),
        "S022 0..3 needs a unit: 150 could be ms or s | write \"150ms\" or \"150s\""
    );
    let percent = |text: &str| shown(ratio(text).expect_err("no unit"));
    assert_eq!(percent("5"), "S022 0..1 needs its unit `%` | write \"5%\"");
    assert_eq!(percent("0"), "S022 0..1 needs its unit `%` | write \"0%\"");
    // What may be a share of the whole is offered as both.
    let both = "needs its unit `%`: 1 could be 1% or 100% | write \"1%\" or \"100%\"";
    assert_eq!(percent("1"), format!("S022 0..1 {both}"));
    let both = "needs its unit `%`: 0.015 could be 0.015% or 1.5% | write \"0.015%\" or \"1.5%\"";
    assert_eq!(percent("0.015"), format!("S022 0..5 {both}"));
    // With its unit it would be as wrong.
    assert_eq!(percent("150"), "S024 0..3 is more than the whole (100%)");
}

#[test]
fn a_wrong_unit_is_underlined_and_the_right_one_suggested() {
    let help = "the units of a duration are d, h, m, s, ms, us, ns";
    assert_eq!(
        duration_error("150sec"),
        "S021 3..6 has an unknown unit `sec` | did you mean `s`? | write \"150s\""
    );
    assert_eq!(
        duration_error("10MS"),
        "S021 2..4 has an unknown unit `MS` | did you mean `ms`? | write \"10ms\""
    );
    let after_slash = "S021 4..7 has an unknown unit `/sec` | did you mean `s`? | write \"500/s\"";
    assert_eq!(shown(rate("500/sec").expect_err("no such unit")), after_slash);
    assert_eq!(duration_error("5xyz"), format!("S021 1..4 has an unknown unit `xyz` | {help}"));
    let wrong = "S021 2..5 must be a duration, but `KiB` is a unit of a size | write for example \"150ms\"";
    assert_eq!(duration_error("64KiB"), wrong);
    assert_eq!(duration_error("2m30"), "S022 2..4 ends in a number without a unit");
    assert_eq!(
        duration_error("30s2m"),
        "S021 4..5 has its units out of order: each must be smaller than the one before"
    );
}

#[test]
fn what_is_no_number_is_refused() {
    assert_eq!(duration_error(""), "S020 0..0 is empty | write for example \"150ms\"");
    assert_eq!(duration_error("1 ms"), "S020 0..4 has a space in it | write \"1ms\"");
    assert_eq!(duration_error("10 parsecs"), "S020 0..10 has a space in it | write for example \"150ms\"");
    assert_eq!(duration_error("ms"), "S020 0..2 does not begin with a number | write for example \"150ms\"");
    assert_eq!(
        duration_error(".5s"),
        "S020 0..2 has a decimal point without a digit on each side | write \"0.5s\""
    );
    assert_eq!(
        duration_error("2m.5s"),
        "S020 2..4 has a decimal point without a digit on each side | write \"2m0.5s\""
    );
    assert_eq!(
        duration_error("1.2.3s"),
        "S020 0..5 has more than one decimal point | write for example \"150ms\""
    );
    assert_eq!(
        duration_error("exp(5s)"),
        "S020 0..7 is one value, and nothing that is drawn | write for example \"150ms\""
    );
    assert_eq!(
        duration_error("infs"),
        "S020 0..4 is not finite: NaN and infinity are no quantities | write for example \"150ms\""
    );
    assert_eq!(duration_error("+5s"), "S020 0..1 has a sign, and a duration has none here | write \"5s\"");
}

#[test]
fn what_does_not_fit_is_refused() {
    assert_eq!(
        duration_error("-5ms"),
        "S023 0..4 is negative, and a duration is never | take its sign away: 5ms"
    );
    assert_eq!(duration_error("213504d"), "S024 0..7 is too large: the most is 584 years");
    assert_eq!(duration_error("0.5ns"), "S025 0..5 is too fine: the smallest step is 1ns");
    assert_eq!(duration_error("1s1.5ns"), "S025 2..7 is too fine: the smallest step is 1ns");
    let digits = "999999999999999999999s";
    assert_eq!(duration_error(digits), "S024 0..21 has more digits than any quantity can hold");
    assert_eq!(shown(ratio("100.1%").expect_err("too much")), "S024 0..6 is more than the whole (100%)");
    assert_eq!(
        shown(ratio_from_number(1.0 / 3.0).expect_err("too fine")),
        "S025 0..18 is too fine: the smallest step is 0.0000001%"
    );
}

#[test]
fn a_computed_rate_is_shown_rounded() {
    let refused = |text: &str| shown(rate(text).expect_err("too many digits"));
    assert_eq!(
        refused("240.00000000000003/s"),
        "S025 0..20 has 14 digits after the point, more than a rate can keep | write it rounded: \"240/s\""
    );
    assert_eq!(
        refused("0.333333333333/s"),
        "S025 0..16 has 12 digits after the point, more than a rate can keep | write it rounded: \"0.33333/s\""
    );
    assert_eq!(
        refused("0.000000000001/s"),
        "S025 0..16 has 12 digits after the point, more than a rate can keep | take a longer unit: 1/d is once a day"
    );
    for rounded in ["240/s", "0.33333/s", "0.33333/d"] {
        assert!(rate(rounded).is_ok(), "{rounded}");
    }
}

#[test]
fn an_exponent_is_told_from_a_unit() {
    let message = "has an exponent, and quantities are written without";
    let refused = |text: &str| shown(rate(text).expect_err("an exponent"));
    assert_eq!(refused("1e30/s"), format!("S020 0..6 {message} | write its digits out, such as \"500/s\""));
    assert_eq!(
        duration_error("2.5e-3s"),
        format!("S020 0..7 {message} | write its digits out, such as \"150ms\"")
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,24}|[-+0-9.dhmsunkKMGTiB/%pbt ]{0,16}") {
        let _ = duration(&text);
        let _ = signed_duration(&text);
        let _ = (bytes(&text), bandwidth(&text), rate(&text), ratio(&text), ppm(&text));
    }

    #[test]
    fn spans_lie_inside_the_text(text in "[-+0-9.dhmsu ]{0,12}") {
        for problem in [duration(&text).err(), signed_duration(&text).err()].into_iter().flatten() {
            prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
        }
    }

    #[test]
    fn printed_quantities_read_back(n in any::<u64>(), signed in any::<i64>(), share in 0..=1_000_000_000_u32) {
        use crate::spec::quantity::duration_text;
        prop_assert_eq!(duration(&duration_text(Duration(n))), Ok(Duration(n)));
        prop_assert_eq!(bytes(&Bytes(n).to_string()), Ok(Bytes(n)));
        prop_assert_eq!(bandwidth(&Bandwidth(n).to_string()), Ok(Bandwidth(n)));
        prop_assert_eq!(ratio(&Ratio(share).to_string()), Ok(Ratio(share)));
        prop_assert_eq!(ratio_from_number(Ratio(share).as_f64()), Ok(Ratio(share)));
        prop_assume!(signed != i64::MIN);
        prop_assert_eq!(signed_duration(&SignedDuration(signed).to_string()), Ok(SignedDuration(signed)));
        prop_assert_eq!(ppm(&Ppm(signed).to_string()), Ok(Ppm(signed)));
    }

    #[test]
    fn printed_rates_read_back(count in any::<u64>(), scale in 0..6_u32, unit in 0..RATES.len()) {
        let per = Duration(RATES[unit].1 * 10_u64.pow(scale));
        let written = Rate { count, per };
        prop_assert_eq!(rate(&written.to_string()), Ok(written));
    }
}
