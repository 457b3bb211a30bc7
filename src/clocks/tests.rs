use super::*;

const DAY: Time = Time(86_400_000_000_000);
const SECOND: u64 = 1_000_000_000;

fn clock(offset_ns: i64, drift_ppb: i64) -> Clock {
    Clock::new(ClockProfile { offset_ns, drift_ppb })
}

fn id(number: u64) -> DisturbanceId {
    DisturbanceId(number)
}

fn drift(drifting: Drifting, ppb: i64) -> Disturbance {
    Disturbance::Drift { drifting, ppb }
}

#[test]
fn two_hundred_ppm_are_seventeen_seconds_a_day() {
    assert_eq!(clock(0, 200_000).monotonic(DAY).since(DAY), Duration::from_millis(17_280));
    assert_eq!(DAY.since(clock(0, -200_000).monotonic(DAY)), Duration::from_millis(17_280));
}

#[test]
fn a_timer_never_fires_before_its_clock_shows_the_deadline() {
    for drift_ppb in [-500_000_000, -200_000, -1, 0, 1, 333_333, 1_000_000_000] {
        let clock = clock(0, drift_ppb);
        for local in [1, 7, 999_999_937, 123_456_789_012] {
            let armed = Time(5_000_000_019);
            let fires = armed + clock.true_length(Duration(local));
            let shown = clock.monotonic(fires).since(clock.monotonic(armed));
            assert!(shown.0 >= local, "drift {drift_ppb}: {shown:?} shown, {local} asked");
            assert!(shown.0 <= local + 3, "drift {drift_ppb}: {shown:?} shown, {local} asked");
        }
    }
}

#[test]
fn the_offset_moves_the_wall_clock_alone() {
    let clock = clock(-2_000_000_000, 0);
    assert_eq!(clock.wall(Time(5_000_000_000)), Time(3_000_000_000));
    assert_eq!(clock.wall(Time(1)), Time::ZERO);
    assert_eq!(clock.monotonic(Time(1)), Time(1));
}

#[test]
fn an_offset_steps_the_wall_clock_twice_and_a_jump_once() {
    let mut clock = clock(0, 0);
    clock.disturb(Time(10), id(1), &Disturbance::Offset { by_ns: -7 });
    clock.disturb(Time(20), id(2), &Disturbance::Shift { by_ns: 100, over: Duration::ZERO });
    assert_eq!([clock.wall(Time(20)), clock.monotonic(Time(20))], [Time(113), Time(20)]);
    clock.settle(Time(30), id(1));
    clock.settle(Time(30), id(2));
    assert_eq!([clock.wall(Time(30)), clock.monotonic(Time(30))], [Time(130), Time(30)]);
}

#[test]
fn a_drift_bends_the_clocks_it_strikes_and_what_it_gained_stays() {
    for (drifting, wall, monotonic) in
        [(Drifting::Wall, 25, 0), (Drifting::Monotonic, 0, 25), (Drifting::Both, 25, 25)]
    {
        let mut clock = clock(0, 0);
        clock.disturb(Time(100), id(1), &drift(drifting, 250_000_000));
        clock.settle(Time(200), id(1));
        for at in [200, 1000].map(Time) {
            assert_eq!(
                clock.error(at),
                ClockError { wall_ns: wall, monotonic_ns: monotonic },
                "{drifting:?}"
            );
        }
    }
}

#[test]
fn drifts_add_up_to_the_clocks_own_and_never_stop_it() {
    let mut both = clock(0, 100_000_000);
    both.disturb(Time::ZERO, id(1), &drift(Drifting::Both, 200_000_000));
    both.disturb(Time::ZERO, id(2), &drift(Drifting::Both, -50_000_000));
    assert_eq!(both.monotonic(Time(1000)), Time(1250));
    both.settle(Time(1000), id(1));
    assert_eq!(both.monotonic(Time(2000)), Time(1250 + 1050));
    both.disturb(Time(2000), id(3), &drift(Drifting::Both, -2_000_000_000));
    assert_eq!(both.monotonic(Time(2000 + 5 * SECOND)), Time(2300 + 5));
}

/// The monotonic clock neither steps nor goes back, however rates change.
#[test]
fn a_monotonic_clock_is_continuous_through_every_change() {
    let mut bent = clock(0, -3);
    let mut shown = Time::ZERO;
    for n in 0..2_000_u64 {
        let now = Time(n * 1_237);
        let before = bent.monotonic(now);
        assert!(before >= shown, "it went back at {now:?}");
        let ppb = (n as i64 * 7_919) % 900_000_000 - 400_000_000;
        bent.settle(now, id(n / 2));
        bent.disturb(now, id(n), &drift(Drifting::Both, ppb));
        assert_eq!(bent.monotonic(now), before, "it stepped at {now:?}");
        shown = before;
    }
}

#[test]
fn a_smear_spreads_a_second_over_its_window_and_leaves_it_there() {
    let mut smeared = clock(0, 0);
    let window = Duration(86_400 * SECOND);
    smeared.disturb(Time(SECOND), id(1), &Disturbance::Shift { by_ns: -1_000_000_000, over: window });
    let off = |at: u64| smeared.error(Time(SECOND + at * SECOND)).wall_ns;
    assert_eq!(
        [0, 21_600, 43_200, 86_400, 90_000].map(off),
        [0, -250_000_000, -500_000_000, -1_000_000_000, -1_000_000_000]
    );
    smeared.settle(Time(100_000 * SECOND), id(1));
    assert_eq!(smeared.error(Time(100_000 * SECOND)).wall_ns, -1_000_000_000, "it stays");
    assert!(smeared.rest.deviations.is_empty(), "and is an offset like any other");
}

#[test]
fn a_sinusoid_swings_around_the_true_time_and_ends_where_it_would_be() {
    let mut swinging = clock(0, 0);
    let swing = Disturbance::Sinusoid { amplitude: Duration(SECOND), period: Duration(60 * SECOND) };
    swinging.disturb(Time(7), id(1), &swing);
    let off = |at: u64| swinging.error(Time(7 + at * SECOND)).wall_ns;
    let ns = SECOND as i64;
    assert_eq!([0, 5, 15, 30, 45, 60].map(off), [0, ns / 2, ns, 0, -ns, 0]);
    let mut shown = Time::ZERO;
    for step in 0..60_000 {
        let wall = swinging.wall(Time(step * 1_000_003));
        assert!(wall >= shown, "it went back");
        shown = wall;
    }
    swinging.settle(Time(15 * SECOND), id(1));
    assert_eq!(swinging.error(Time(15 * SECOND)), ClockError::default());
}

#[test]
fn the_wall_clock_shows_a_time_first_when_it_is_said_to() {
    let swing = Disturbance::Sinusoid { amplitude: Duration(14_000), period: Duration(100_000) };
    let disturbances = [
        vec![],
        vec![Disturbance::Offset { by_ns: -5_000 }],
        vec![swing],
        vec![swing, Disturbance::Shift { by_ns: -9_000, over: Duration(10_000) }],
        vec![
            Disturbance::Shift { by_ns: 9_000, over: Duration(10_000) },
            drift(Drifting::Both, -400_000_000),
        ],
        vec![drift(Drifting::Wall, 333_333_333), swing, swing],
    ];
    for disturbances in disturbances {
        for drift_ppb in [-300_000_000, 0, 123_456_789] {
            let mut clock = clock(1_000, drift_ppb);
            for (number, disturbance) in (0..).zip(&disturbances) {
                clock.disturb(Time(40), id(number), disturbance);
            }
            for wall in [0, 1_100, 20_011, 35_000].map(Time) {
                let now = Time(50);
                let first = (now.0..).map(Time).find(|at| clock.wall(*at) >= wall);
                assert_eq!(
                    clock.when_wall_shows(now, wall),
                    first,
                    "{wall:?} by {disturbances:?}, {drift_ppb}"
                );
            }
        }
    }
    assert_eq!(clock(-1, 0).when_wall_shows(Time(5), Time::MAX), None, "beyond all time");
}
