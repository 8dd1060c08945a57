//! The forecast on two real bills, beside the usual methods.

use std::fmt::Write as _;

use chrono::NaiveDate;
use nightcap_cost::backtest::{
    Backtest, BacktestError, BacktestOptions, Bill, Holdout, MethodScore, OURS, backtest, holdout,
};
use nightcap_cost::forecast::{ForecastInput, forecast};
use nightcap_cost::{DailyCosts, Part, Usd, backtest_file};
use rust_decimal::Decimal;

fn run(bill: &str) -> Backtest {
    backtest(&crate::common::bill(bill), &BacktestOptions::default()).unwrap()
}

fn score<'a>(test: &'a Backtest, method: &str) -> &'a MethodScore {
    test.methods
        .iter()
        .find(|score| score.method == method)
        .unwrap()
}

/// What is published in docs/forecast.md, and what a change must not make worse unseen.
#[test]
fn the_published_tables_reproduce() {
    for bill in ["binder-prod", "binder-staging", "both"] {
        insta::assert_snapshot!(bill, run(bill).table());
    }
}

/// The same bills run backwards: costs that grow and turn from calm to restless, which is harder
/// than what they did. A second look at a method chosen on the first.
#[test]
fn the_bills_backwards() {
    for bill in ["binder-prod", "binder-staging", "both"] {
        let forwards: Vec<Usd> = crate::common::bill(bill)
            .iter()
            .map(|(_, amount)| amount)
            .collect();
        let first: NaiveDate = "2018-12-05".parse().unwrap();
        let costs: DailyCosts = first.iter_days().zip(forwards.into_iter().rev()).collect();
        let test = backtest(&costs, &BacktestOptions::default()).unwrap();
        insta::assert_snapshot!(format!("backwards-{bill}"), test.table());
    }
}

/// A young account: every month forecast with no more than five weeks (or ten days) before it.
#[test]
fn with_little_history() {
    let mut text = String::new();
    for days in [10, 35] {
        for bill in ["binder-prod", "binder-staging", "both"] {
            let all = crate::common::bill(bill);
            let months = run(bill).months;
            let scores: Vec<(Decimal, Decimal, bool, bool)> = months
                .iter()
                .map(|month| {
                    let from = month.first_day() - chrono::Days::new(days);
                    let young = all
                        .iter()
                        .filter(|(day, _)| *day >= from)
                        .collect::<DailyCosts>();
                    let young = young.before(month.next().first_day());
                    let options = BacktestOptions {
                        warm_up_days: 1,
                        from: Some(*month),
                        ..BacktestOptions::default()
                    };
                    let test = backtest(&young, &options).unwrap();
                    assert_eq!(test.months, [*month]);
                    let score = &test.by_month[0];
                    (
                        score.mean_error,
                        score.coverage,
                        score.false_alarm,
                        score.missed,
                    )
                })
                .collect();
            let n = Decimal::from(scores.len());
            let error = scores.iter().map(|s| s.0).sum::<Decimal>() / n;
            let coverage = scores.iter().map(|s| s.1).sum::<Decimal>() / n;
            let (alarms, missed) = (
                scores.iter().filter(|s| s.2).count(),
                scores.iter().filter(|s| s.3).count(),
            );
            let (error, coverage) = (error.round_dp(1), coverage.round_dp(1));
            writeln!(text, "{days} days, {bill}: error {error:.1}, coverage {coverage:.1}, false alarms {alarms}/{n}, missed {missed}/{n}").unwrap();
        }
    }
    insta::assert_snapshot!(text);
}

/// Ten years take no longer than four: a forecast looks back no further, and no test does.
#[test]
fn a_backtest_looks_at_the_last_four_years() {
    let first: NaiveDate = "2016-01-01".parse().unwrap();
    let costs: DailyCosts = first
        .iter_days()
        .take(3653)
        .map(|day| (day, Usd::from_cents(1000)))
        .collect();
    let test = backtest(&costs, &BacktestOptions::default()).unwrap();
    assert!(test.months.len() <= 47, "{}", test.months.len());
    assert_eq!(test.months.last().unwrap().to_string(), "2025-12");
}

/// A bill of months spread over their days tests nothing but the spreading.
#[test]
fn a_bill_of_months_is_no_test() {
    let mut file = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd\n".to_owned();
    for month in 1..9 {
        writeln!(
            file,
            "300,USD,2026-{month:02}-01T00:00:00Z,2026-{:02}-01T00:00:00Z",
            month + 1
        )
        .unwrap();
    }
    let refused = backtest_file(
        file.as_bytes(),
        Part::default(),
        &BacktestOptions::default(),
    )
    .unwrap_err();
    assert_eq!(refused, nightcap_cost::FileError::Spread);
}

/// The command line's way to the same figures.
#[test]
fn the_file_gives_the_same_tables() {
    let file = include_bytes!("../../data/daily_cloud_cost_2018.csv");
    let from_file = |name: Option<&str>| {
        let name = name.map(Into::into);
        let part = Part {
            environment: name.as_ref(),
            cost_tag: None,
        };
        backtest_file(&file[..], part, &BacktestOptions::default())
            .unwrap()
            .table()
    };
    assert_eq!(
        from_file(Some("binder-staging")),
        run("binder-staging").table()
    );
    assert_eq!(from_file(None), run("both").table());
}

#[test]
fn it_beats_every_opponent_on_every_bill() {
    for bill in ["binder-prod", "binder-staging", "both"] {
        let test = run(bill);
        let ours = score(&test, OURS).mean_error;
        for other in test.methods.iter().filter(|score| score.method != OURS) {
            assert!(
                ours < other.mean_error,
                "{bill}: {ours} against {} of {}",
                other.mean_error,
                other.method
            );
        }
    }
}

#[test]
fn no_breach_is_missed_and_false_alarms_stay_below_a_fifth_of_months() {
    for bill in ["binder-prod", "binder-staging", "both"] {
        let test = run(bill);
        let ours = score(&test, OURS);
        assert_eq!(ours.missed, 0, "{bill}");
        assert!(
            ours.false_alarms * 5 < test.months.len(),
            "{bill}: {} of {}",
            ours.false_alarms,
            test.months.len()
        );
    }
}

/// To the cent, on a day whose eve is missing in the data too (4 February 2018).
#[test]
fn the_backtest_asks_the_same_forecast_that_everyone_gets() {
    let costs = crate::common::bill("binder-staging");
    for origin in [4, 12] {
        let options = BacktestOptions {
            first_origin: origin,
            last_origin: origin,
            ..BacktestOptions::default()
        };
        for score in backtest(&costs, &options).unwrap().by_month {
            let as_of: NaiveDate = format!("{}-{origin:02}", score.month).parse().unwrap();
            let asked = forecast(&ForecastInput {
                costs: &costs,
                as_of,
                budget: Usd::from_cents(100),
                plan: None,
                provisional_days: 0,
            })
            .unwrap();
            let total = costs.month(score.month);
            let error = (asked.expected - total).share_of(total).unwrap().abs();
            assert_eq!(
                (error * Decimal::ONE_HUNDRED).round_dp(2),
                score.mean_error,
                "{as_of}"
            );
            let covered = asked.low <= total && total <= asked.high;
            assert_eq!(score.coverage == Decimal::ONE_HUNDRED, covered, "{as_of}");
        }
    }
}

#[test]
fn a_steady_bill_is_forecast_without_error_by_everyone() {
    let from: NaiveDate = "2026-01-01".parse().unwrap();
    let costs: DailyCosts = from
        .iter_days()
        .take(181)
        .map(|d| (d, Usd::from_cents(1000)))
        .collect();
    let test = backtest(&costs, &BacktestOptions::default()).unwrap();
    assert_eq!(
        test.months.len(),
        5,
        "February to June, January has no history"
    );
    for score in &test.methods {
        assert_eq!(score.mean_error, Decimal::ZERO, "{}", score.method);
        assert_eq!(score.false_alarms, 0, "{}", score.method);
    }
}

#[test]
fn too_little_data_and_odd_origins_are_refused() {
    let few: DailyCosts = [("2026-01-01".parse().unwrap(), Usd::from_cents(1))]
        .into_iter()
        .collect();
    assert_eq!(
        backtest(&few, &BacktestOptions::default()).unwrap_err(),
        BacktestError::NoMonth { warm_up: 28 }
    );
    assert!(backtest(&DailyCosts::default(), &BacktestOptions::default()).is_err());
    let options = BacktestOptions {
        first_origin: 9,
        last_origin: 3,
        ..BacktestOptions::default()
    };
    assert!(matches!(
        backtest(&few, &options),
        Err(BacktestError::Origins { .. })
    ));
}

fn held_out(name: &str, backwards: bool) {
    let bills = ["binder-prod", "binder-staging"].map(|name| (name, crate::common::bill(name)));
    let bills = bills.each_ref().map(|(name, costs)| Bill { name, costs });
    let options = BacktestOptions {
        backwards,
        ..BacktestOptions::default()
    };
    let tables: Vec<String> = holdout(&bills, &options)
        .unwrap()
        .iter()
        .map(Holdout::table)
        .collect();
    let tables = tables.join("\n");
    insta::assert_snapshot!(name, tables);
    // The document shows each table at least as far as run rate.
    let documented = include_str!("../../../../docs/forecast.md");
    let heads: Vec<&str> = tables
        .split("\n\n")
        .filter(|table| table.starts_with("method"))
        .map(|table| &table[..table.find("mean of 7").unwrap()])
        .collect();
    assert_eq!(heads.len(), 4);
    for head in heads {
        assert!(documented.contains(head.trim_end()), "{head}");
    }
}

/// What is left when the constants are chosen on data that is not the data they are scored on.
#[test]
fn the_hold_out() {
    held_out("holdout", false);
}

#[test]
fn the_hold_out_backwards() {
    held_out("holdout-backwards", true);
}
