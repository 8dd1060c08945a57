//! The forecast: its contract, its edges, and what must hold for any data.

use chrono::{Days, NaiveDate};
use nightcap_cost::forecast::{DailyPlan, Forecast, ForecastError, ForecastInput, forecast};
use nightcap_cost::{DailyCosts, Usd};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

/// The same amount on every day from one up to, not including, another.
fn flat(from: &str, to: &str, amount: &str) -> DailyCosts {
    day(from)
        .iter_days()
        .take_while(|d| *d < day(to))
        .map(|d| (d, usd(amount)))
        .collect()
}

fn ask(costs: &DailyCosts, as_of: &str, budget: &str) -> Forecast {
    forecast(&input(costs, as_of, budget)).unwrap()
}

fn input<'a>(costs: &'a DailyCosts, as_of: &str, budget: &str) -> ForecastInput<'a> {
    ForecastInput {
        costs,
        as_of: day(as_of),
        budget: usd(budget),
        plan: None,
        provisional_days: 0,
    }
}

#[test]
fn the_answer_is_the_contract_to_the_letter() {
    let costs = crate::common::bill("binder-staging");
    let answer = ask(&costs, "2018-11-11", "340").answer();
    insta::assert_json_snapshot!(answer);
    let text = serde_json::to_string(&answer).unwrap();
    let fields: Vec<&str> = [
        "month",
        "as_of",
        "actual",
        "expected",
        "low",
        "high",
        "level",
        "probability_over",
        "used_up_on",
        "basis",
    ]
    .into_iter()
    .filter(|name| text.contains(&format!("\"{name}\":")))
    .collect();
    assert_eq!(fields.len(), 10);
    let positions: Vec<usize> = fields
        .iter()
        .map(|name| text.find(&format!("\"{name}\":")).unwrap())
        .collect();
    assert!(
        positions.is_sorted(),
        "the fields stand in the contract's order"
    );
    insta::assert_snapshot!(answer.table());
}

#[test]
fn a_file_is_asked_as_a_whole_or_by_environment() {
    use nightcap_cost::{FileError, forecast_file};
    let file = "date,usd,environment\n2026-11-01,12,prod\n2026-11-01,3,dev\n2026-11-02,-4,prod\n2026-11-02,15,prod\n";
    let ask = |name: Option<&str>| {
        let name = name.map(Into::into);
        forecast_file(
            file.as_bytes(),
            day("2026-11-03"),
            usd("500"),
            name.as_ref(),
        )
    };
    let all = ask(None).unwrap();
    assert_eq!(all.actual, usd("26"), "no credit by its type: it nets");
    assert!(
        all.basis
            .contains("1 other rows below zero (-4.00 USD) are subtracted"),
        "{}",
        all.basis
    );
    let typed =
        "date,usd,record_type\n2026-11-01,15,Usage\n2026-11-02,-4,Credit\n2026-11-02,15,Usage\n";
    let apart = forecast_file(typed.as_bytes(), day("2026-11-03"), usd("500"), None).unwrap();
    assert_eq!(
        apart.actual,
        usd("30"),
        "credits do not hide what was spent"
    );
    assert!(
        apart.basis.contains("credits of -4.00 USD not subtracted"),
        "{}",
        apart.basis
    );
    assert_eq!(ask(Some("dev")).unwrap().actual, usd("3"));
    let unknown = ask(Some("test")).unwrap_err();
    assert!(matches!(unknown, FileError::Environment { .. }));
    assert_eq!(
        unknown.to_string(),
        "the file has no environment test: it has dev, prod"
    );
}

#[test]
fn a_steady_cost_is_forecast_to_the_cent_in_every_length_of_month() {
    for (as_of, days) in [
        ("2026-02-10", 28),
        ("2028-02-10", 29),
        ("2026-11-10", 30),
        ("2026-03-29", 31),
    ] {
        let costs = flat("2025-06-01", as_of, "10");
        let answer = ask(&costs, as_of, "500").answer();
        assert_eq!(answer.expected, Usd::from_cents(days * 1000), "{as_of}");
        // A hundredth of what is to come, and no more: no past is exact to the cent.
        let half = (answer.expected - answer.actual).times(Decimal::new(1, 2));
        assert_eq!(
            (answer.low, answer.high),
            (
                (answer.expected - half).cents(),
                (answer.expected + half).cents()
            )
        );
        assert!(answer.probability_over < 0.2);
        assert_eq!(answer.used_up_on, None);
    }
}

/// What a range may not be: a point, where the past was flat, new or over.
#[test]
fn no_range_is_a_point_and_no_probability_jumps_at_a_cent() {
    let flat_past = ask(&flat("2026-01-01", "2026-10-21", "12"), "2026-10-21", "372");
    assert!(flat_past.low < flat_past.expected && flat_past.expected < flat_past.high);
    let over = |amount: &str| flat_past.probability_above(usd(amount));
    assert!(over("372.01") > Decimal::new(4, 1), "{}", over("372.01"));
    assert!(over("371.99") < Decimal::new(6, 1), "{}", over("371.99"));
    // Used up on a day of the month means as likely as not, at the least.
    assert!(flat_past.used_up_on.is_some());
    assert!(flat_past.probability_over >= Decimal::new(5, 1));

    let mut launch = flat("2026-05-01", "2026-10-24", "0");
    for (on, cost) in ["2026-10-24", "2026-10-25", "2026-10-26"]
        .into_iter()
        .zip(["80", "120", "100"])
    {
        launch.add(day(on), usd(cost));
    }
    let found = ask(&launch, "2026-10-27", "800");
    assert!(
        (found.expected - usd("800")).amount().abs() < Decimal::TEN,
        "{}",
        found.expected
    );
    let width = found.high - found.low;
    assert!(
        width > usd("80"),
        "three days of launch are no certainty: {width}"
    );
    assert!(
        found.probability_over < Decimal::new(8, 1),
        "{}",
        found.probability_over
    );

    let mut over_and_out = flat("2026-05-01", "2026-10-18", "50");
    for on in ["2026-10-18", "2026-10-19", "2026-10-20"] {
        over_and_out.add(day(on), Usd::ZERO);
    }
    let found = ask(&over_and_out, "2026-10-21", "1000");
    assert!(
        found.high > found.expected + usd("20"),
        "{} {}",
        found.expected,
        found.high
    );
}

/// One spike among calm months is no reason for a range several times the month.
#[test]
fn one_spike_of_late_does_not_make_the_range_as_wide_as_itself() {
    let mut costs = flat("2026-01-01", "2026-10-11", "10");
    for on in ["2026-03-05", "2026-05-09", "2026-07-14", "2026-10-02"] {
        costs.add(day(on), usd("200"));
    }
    let found = ask(&costs, "2026-10-11", "1000");
    let half = found.high - found.expected;
    assert!(
        half <= usd("400"),
        "two spikes at the most fell into as many days: {half}"
    );
}

/// Yesterday two thirds written: neither the level nor the range may believe it.
#[test]
fn a_last_day_half_written_neither_pulls_the_level_nor_leaves_a_point() {
    let file = include_bytes!("../data/bills/last-day-half-written.csv");
    let found =
        nightcap_cost::forecast_file(&file[..], day("2026-10-21"), usd("1000"), None).unwrap();
    assert!(
        usd("858") <= found.expected && found.expected <= usd("894"),
        "{}",
        found.expected
    );
    assert!(found.low < found.expected && found.expected < found.high);
}

/// Data months old are no forecast of this month without a word.
#[test]
fn old_data_are_doubted() {
    let file = "date,usd\n2026-07-01,10\n2026-07-02,10\n2026-07-03,10\n";
    let ask = |as_of: &str| {
        nightcap_cost::forecast_file(file.as_bytes(), day(as_of), usd("500"), None).unwrap()
    };
    let old = ask("2026-10-01");
    assert_eq!(old.behind, Some(89));
    assert!(
        old.basis
            .contains("DOUBTFUL: the newest day is 2026-07-03, 89 days behind"),
        "{}",
        old.basis
    );
    assert_eq!(ask("2026-07-06").behind, None, "as late as bills are");
}

#[test]
fn on_the_first_nothing_is_spent_and_all_is_to_come() {
    let answer = ask(&flat("2026-09-01", "2026-11-01", "10"), "2026-11-01", "250").answer();
    assert_eq!(answer.month.to_string(), "2026-11");
    assert_eq!(answer.actual, Usd::ZERO);
    assert_eq!(answer.expected, usd("300"));
    assert_eq!(answer.used_up_on, Some(day("2026-11-25")));
    assert!(answer.probability_over > 0.8);
}

#[test]
fn on_the_last_day_one_day_is_open() {
    let answer = ask(&flat("2026-09-01", "2026-11-30", "10"), "2026-11-30", "300").answer();
    assert_eq!((answer.actual, answer.expected), (usd("290"), usd("300")));
    assert_eq!(answer.used_up_on, Some(day("2026-11-30")));
}

#[test]
fn rows_at_and_after_as_of_are_not_looked_at() {
    let costs = flat("2026-09-01", "2026-11-10", "10");
    let mut more = costs.clone();
    for (i, d) in day("2026-11-10").iter_days().take(60).enumerate() {
        more.add(d, Usd::from_cents(100_000 * i64::try_from(i).unwrap()));
    }
    assert_eq!(
        ask(&costs, "2026-11-10", "500").answer(),
        ask(&more, "2026-11-10", "500").answer()
    );
}

#[test]
fn a_budget_already_passed_is_certain_and_dated() {
    let answer = ask(&flat("2026-09-01", "2026-11-20", "10"), "2026-11-20", "100").answer();
    assert!((answer.probability_over - 1.0).abs() < f64::EPSILON);
    assert_eq!(answer.used_up_on, Some(day("2026-11-10")));
}

#[test]
fn with_no_history_it_is_the_plan_alone_and_says_so() {
    let mut plan = DailyPlan::default();
    for d in day("2026-11-01").iter_days().take(30) {
        plan.days.insert(d, usd("12"));
    }
    plan.lumps.insert(day("2026-11-15"), usd("40"));
    let nothing = DailyCosts::default();
    let input = ForecastInput {
        plan: Some(&plan),
        ..input(&nothing, "2026-11-01", "500")
    };
    let found = forecast(&input).unwrap();
    assert_eq!(found.expected, usd("400"));
    assert!(!found.calibrated);
    assert!(found.basis.contains("the plan alone"), "{}", found.basis);
    assert!(found.low < found.expected && found.expected < found.high);
}

#[test]
fn with_neither_history_nor_plan_there_is_no_forecast() {
    let later = flat("2026-11-05", "2026-11-20", "10");
    let error = forecast(&input(&later, "2026-11-05", "500")).unwrap_err();
    assert_eq!(
        error,
        ForecastError::NothingToGoOn {
            as_of: day("2026-11-05")
        }
    );
    let costs = flat("2026-10-01", "2026-11-05", "10");
    assert!(matches!(
        forecast(&input(&costs, "2026-11-05", "0")),
        Err(ForecastError::Budget(_))
    ));
}

#[test]
fn one_closed_day_is_enough_but_not_calibrated() {
    let found = ask(&flat("2026-11-01", "2026-11-02", "10"), "2026-11-02", "500");
    assert_eq!(found.expected.cents(), usd("300"));
    assert!(!found.calibrated);
    assert!(
        found.basis.contains("not yet calibrated"),
        "{}",
        found.basis
    );
    assert!(found.high > found.expected);
}

#[test]
fn the_plan_knows_what_the_past_cannot() {
    // Two weeks of actuals, a tenth above a plan that says: 20 on working days, 5 at weekends,
    // and from the 16th on nothing but 5, for a holiday. No past shows that holiday.
    let planned = |d: NaiveDate| {
        use chrono::{Datelike, Weekday};
        let rest = matches!(d.weekday(), Weekday::Sat | Weekday::Sun) || d >= day("2026-11-16");
        if rest { usd("5") } else { usd("20") }
    };
    let all: Vec<NaiveDate> = day("2026-10-26")
        .iter_days()
        .take_while(|d| *d < day("2026-12-01"))
        .collect();
    let plan = DailyPlan {
        days: all.iter().map(|d| (*d, planned(*d))).collect(),
        ..DailyPlan::default()
    };
    let actual = |d: NaiveDate| planned(d) + usd("1");
    let costs: DailyCosts = all.iter().map(|d| (*d, actual(*d))).collect();
    let truth = costs.between(day("2026-11-01"), day("2026-12-01"));
    let base = input(&costs, "2026-11-10", "500");
    let with = forecast(&ForecastInput {
        plan: Some(&plan),
        ..base
    })
    .unwrap();
    let without = forecast(&base).unwrap();
    let miss = |f: &Forecast| ((f.expected - truth).share_of(truth).unwrap()).abs();
    assert!(miss(&with) < Decimal::new(3, 2), "{}", miss(&with));
    assert!(miss(&without) > Decimal::new(25, 2), "{}", miss(&without));
    assert!(
        with.expected > truth - usd("21"),
        "the residual of one a day is learned, shrunken"
    );
}

#[test]
fn a_level_shift_is_followed_after_three_days() {
    let mut costs = flat("2026-08-01", "2026-11-08", "10");
    for d in day("2026-11-08").iter_days().take(3) {
        costs.add(d, usd("30"));
    }
    let found = ask(&costs, "2026-11-11", "500");
    assert_eq!(
        found.expected.cents(),
        usd("760"),
        "70 + 90 + 20 days of 30"
    );
    assert!(found.basis.contains("since it shifted"), "{}", found.basis);
    // Two days are not believed yet.
    let two = ask(&costs, "2026-11-10", "500");
    assert!(two.expected < usd("450"), "{}", two.expected);
}

#[test]
fn a_lump_on_every_first_is_expected_once_it_is_a_habit() {
    let mut costs = flat("2026-05-10", "2026-11-01", "10");
    for month in 6..=9 {
        costs.add(day(&format!("2026-{month:02}-01")), usd("100"));
    }
    // On the eve of October the habit holds; October's first breaks it.
    assert_eq!(
        ask(&costs.before(day("2026-10-01")), "2026-10-01", "900")
            .expected
            .cents(),
        usd("410")
    );
    assert_eq!(
        ask(&costs, "2026-11-01", "900").expected.cents(),
        usd("300")
    );
    // Known lumps do not widen the range.
    let mut kept = costs.clone();
    kept.add(day("2026-10-01"), usd("100"));
    let found = ask(&kept.before(day("2026-10-20")), "2026-10-20", "900");
    assert_eq!(found.expected.cents(), usd("410"));
    assert!(found.high < usd("412"), "{}", found.high);
    // Once is no habit.
    let once = flat("2026-05-10", "2026-06-02", "10")
        .plus(&[(day("2026-06-01"), usd("100"))].into_iter().collect());
    assert_eq!(ask(&once, "2026-07-01", "900").expected.cents(), usd("310"));
}

#[test]
fn a_single_spike_is_paid_but_not_expected_again() {
    let mut costs = flat("2026-08-01", "2026-11-11", "10");
    costs.add(day("2026-11-09"), usd("390"));
    assert_eq!(
        ask(&costs, "2026-11-11", "1000").expected.cents(),
        usd("690")
    );
}

#[test]
fn a_provisional_yesterday_is_not_learned_from_and_filled_up() {
    let mut costs = flat("2026-08-01", "2026-11-10", "10");
    costs.add(day("2026-11-10"), usd("2"));
    let base = input(&costs, "2026-11-11", "500");
    let found = forecast(&ForecastInput {
        provisional_days: 1,
        ..base
    })
    .unwrap();
    assert_eq!(found.actual, usd("92"));
    assert_eq!(found.expected.cents(), usd("300"));
    // Closed, the two dollars would be final.
    assert_eq!(forecast(&base).unwrap().expected.cents(), usd("292"));
    // A provisional day above its forecast keeps what it has.
    costs.add(day("2026-11-10"), usd("50"));
    let input = ForecastInput {
        provisional_days: 1,
        ..input(&costs, "2026-11-11", "500")
    };
    assert_eq!(forecast(&input).unwrap().expected.cents(), usd("342"));
}

#[test]
fn days_not_yet_reported_are_forecast_and_days_left_out_are_said() {
    // Data end on the 7th, asked on the 10th.
    let late = ask(&flat("2026-08-01", "2026-11-08", "10"), "2026-11-10", "500");
    assert_eq!(
        (late.actual, late.expected.cents()),
        (usd("70"), usd("300"))
    );
    // The 3rd is missing although the 4th is there.
    let hole: DailyCosts = flat("2026-08-01", "2026-11-10", "10")
        .iter()
        .filter(|(d, _)| *d != day("2026-11-03"))
        .collect();
    let found = ask(&hole, "2026-11-10", "500");
    assert_eq!(found.expected.cents(), usd("290"));
    assert!(
        found.basis.contains("no row for 2026-11-03"),
        "{}",
        found.basis
    );
}

#[test]
fn a_stale_file_still_gives_a_forecast_and_tells_its_age() {
    let found = ask(&flat("2026-01-01", "2026-07-01", "10"), "2026-11-10", "500");
    assert_eq!(found.expected.cents(), usd("300"));
    assert!(found.basis.contains("to 2026-06-30"), "{}", found.basis);
}

#[test]
fn credits_open_the_lower_end() {
    let mut costs = flat("2026-08-01", "2026-11-20", "10");
    costs.add(day("2026-11-05"), usd("-400"));
    let found = ask(&costs, "2026-11-20", "500");
    assert!(found.actual.is_negative());
    assert!(found.probability_above(usd("-300")) < Decimal::ONE);
}

#[test]
fn weekends_are_learned() {
    use chrono::{Datelike, Weekday};
    let cost = |d: NaiveDate| {
        if matches!(d.weekday(), Weekday::Sat | Weekday::Sun) {
            usd("4")
        } else {
            usd("20")
        }
    };
    let costs: DailyCosts = day("2026-08-01")
        .iter_days()
        .take_while(|d| *d < day("2026-12-01"))
        .map(|d| (d, cost(d)))
        .collect();
    let truth = costs.between(day("2026-11-01"), day("2026-12-01"));
    let found = ask(&costs, "2026-11-04", "500");
    let miss = (found.expected - truth).share_of(truth).unwrap().abs();
    assert!(
        miss < Decimal::new(3, 2),
        "expected {} of {truth}",
        found.expected
    );
}

fn history() -> impl Strategy<Value = (DailyCosts, NaiveDate)> {
    let amounts = prop::collection::vec(prop::option::weighted(0.95, 0_i64..100_000), 1..160);
    (amounts, 0_u64..800, 0_u64..5).prop_map(|(amounts, start, gap)| {
        let first = day("2026-01-01") + Days::new(start);
        let mut costs = DailyCosts::default();
        let mut last = first;
        costs.add(first, Usd::from_cents(500));
        for (d, amount) in first.iter_days().zip(&amounts) {
            last = d;
            if let Some(cents) = amount {
                costs.add(d, Usd::from_cents(*cents));
            }
        }
        (costs, last + Days::new(1 + gap))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_history_gives_a_coherent_answer((costs, as_of) in history(), budget in 1_i64..5_000_000) {
        let budget = Usd::from_cents(budget);
        let found = forecast(&ForecastInput { costs: &costs, as_of, budget, plan: None, provisional_days: 0 }).unwrap();
        prop_assert!(found.actual <= found.low);
        prop_assert!(found.low <= found.expected && found.expected <= found.high);
        prop_assert!(Decimal::ZERO <= found.probability_over && found.probability_over <= Decimal::ONE);
        let more = found.probability_above(budget + Usd::from_cents(100));
        prop_assert!(more <= found.probability_over, "a larger budget is not passed more surely");
        prop_assert_eq!(found.used_up_on.is_some(), found.expected >= budget);
        if let Some(date) = found.used_up_on {
            prop_assert!(found.month.contains(date));
        }
    }

    #[test]
    fn the_future_changes_nothing((costs, as_of) in history(), later in 1_i64..10_000_000) {
        let budget = Usd::from_cents(50_000);
        let ask = |costs: &DailyCosts| forecast(&ForecastInput { costs, as_of, budget, plan: None, provisional_days: 0 }).unwrap().answer();
        let mut more = costs.clone();
        more.add(as_of, Usd::from_cents(later));
        more.add(as_of + Days::new(40), Usd::from_cents(later));
        prop_assert_eq!(ask(&costs), ask(&more));
    }

    #[test]
    fn no_amount_breaks_it(amounts in prop::collection::vec(-1_000_000_000_000_000_i64..1_000_000_000_000_000, 30..60), tiny in any::<bool>()) {
        let unit = if tiny { Decimal::new(1, 18) } else { Decimal::ONE };
        let first = day("2026-10-01");
        let costs: DailyCosts = first.iter_days().zip(&amounts).map(|(d, a)| (d, Usd::new(Decimal::from(*a) * unit))).collect();
        let as_of = costs.last_day().unwrap() + Days::new(1);
        let found = forecast(&ForecastInput { costs: &costs, as_of, budget: Usd::from_cents(1), plan: None, provisional_days: 1 }).unwrap();
        prop_assert!(found.low <= found.expected && found.expected <= found.high);
    }
}
