use aws_sdk_costexplorer::Client;
use aws_sdk_costexplorer::operation::get_cost_and_usage::GetCostAndUsageOutput;
use aws_sdk_costexplorer::operation::get_cost_forecast::{
    GetCostForecastError, GetCostForecastOutput,
};
use aws_sdk_costexplorer::types::error::DataUnavailableException;
use aws_sdk_costexplorer::types::{MetricValue, ResultByTime};
use aws_smithy_mocks::{RuleMode, mock};

use super::*;
use crate::mocks;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn result(date: &str, rows: &[(&str, &str, &str)]) -> ResultByTime {
    let mut result = ResultByTime::builder().time_period(
        DateInterval::builder()
            .start(date)
            .end("unused")
            .build()
            .unwrap(),
    );
    for (environment, record, amount) in rows {
        let metric = MetricValue::builder().amount(*amount).unit("USD").build();
        result = result.groups(
            Group::builder()
                .keys(format!("nightcap:environment${environment}"))
                .keys(*record)
                .metrics("UnblendedCost", metric)
                .build(),
        );
    }
    result.build()
}

fn cents(amount: i64) -> Usd {
    Usd::from_cents(amount)
}

#[tokio::test]
async fn pages_are_read_counted_and_sorted_by_whose_they_are() {
    let first = mock!(Client::get_cost_and_usage)
        .match_requests(|request| {
            let period = request.time_period().unwrap();
            let keys: Vec<&str> = request.group_by().iter().filter_map(|g| g.key()).collect();
            (period.start(), period.end()) == ("2025-11-20", "2026-11-20")
                && keys == ["nightcap:environment", "RECORD_TYPE"]
                && request.granularity() == Some(&Granularity::Daily)
        })
        .then_output(|| {
            GetCostAndUsageOutput::builder()
                .results_by_time(result("2026-11-16", &[]))
                .results_by_time(result(
                    "2026-11-17",
                    &[
                        ("prod", "Usage", "8.10"),
                        ("preprod", "Usage", "3.333333"),
                        ("", "Usage", "0.5"),
                        ("", "Tax", "2"),
                        ("", "Credit", "-5"),
                        ("prod", "Refund", "1"),
                    ],
                ))
                .next_page_token("more")
                .build()
        });
    let second = mock!(Client::get_cost_and_usage)
        .match_requests(|request| request.next_page_token() == Some("more"))
        .then_output(|| {
            GetCostAndUsageOutput::builder()
                .results_by_time(result("2026-11-18", &[("prod", "Usage", "8")]))
                .results_by_time(result("2026-11-19", &[("prod", "Usage", "0")]))
                .build()
        });
    let clients = mocks::costexplorer_by(RuleMode::Sequential, &[&first, &second]);
    let explorer = CostExplorer::new(clients, "nightcap:environment");
    let spent = explorer.spent(day("2026-11-20")).await.unwrap();
    assert_eq!(explorer.pages(), 2);
    assert_eq!(
        spent.charges.first_day(),
        Some(day("2026-11-17")),
        "nothing before was reported"
    );
    assert_eq!(
        spent.charges.last_day(),
        Some(day("2026-11-18")),
        "nor after"
    );
    assert_eq!(
        spent.charges.get(day("2026-11-17")),
        Some("13.933333".parse().unwrap())
    );
    assert_eq!(spent.credits.get(day("2026-11-17")), Some(cents(-600)));
    let of = |name: &str| {
        spent
            .by_environment
            .get(name)
            .unwrap()
            .get(day("2026-11-17"))
    };
    assert_eq!(of("prod"), Some(cents(810)));
    assert_eq!(
        (of("untagged"), of("tax")),
        (Some(cents(50)), Some(cents(200)))
    );
}

#[tokio::test]
async fn a_day_without_any_group_was_not_reported_and_one_with_a_credit_alone_was() {
    let rule = mock!(Client::get_cost_and_usage).then_output(|| {
        GetCostAndUsageOutput::builder()
            .results_by_time(result("2026-11-15", &[("prod", "Usage", "8")]))
            .results_by_time(result("2026-11-16", &[]))
            .results_by_time(result("2026-11-17", &[("", "Credit", "-8")]))
            .results_by_time(result("2026-11-18", &[("prod", "Usage", "8")]))
            .build()
    });
    let explorer = CostExplorer::new(mocks::costexplorer(&[&rule]), "nightcap:environment");
    let spent = explorer.spent(day("2026-11-20")).await.unwrap();
    let days: Vec<_> = spent.charges.iter().collect();
    let expected = [("2026-11-15", 800), ("2026-11-17", 0), ("2026-11-18", 800)];
    assert_eq!(
        days,
        expected.map(|(date, amount)| (day(date), cents(amount)))
    );
    assert_eq!(spent.credits.get(day("2026-11-17")), Some(cents(-800)));
}

#[tokio::test]
async fn a_day_may_be_the_first_of_a_month() {
    let rule = mock!(Client::get_cost_forecast)
        .match_requests(|request| {
            let period = request.time_period().unwrap();
            (period.start(), period.end()) == ("2026-12-01", "2027-01-01")
        })
        .then_output(|| {
            let total = MetricValue::builder().amount("431.2").unit("USD").build();
            GetCostForecastOutput::builder().total(total).build()
        });
    let explorer = CostExplorer::new(mocks::costexplorer(&[&rule]), "nightcap:environment");
    let rest = explorer.rest_of_month(day("2026-12-01")).await.unwrap();
    assert_eq!((rest, explorer.pages()), (Some(cents(43_120)), 1));
}

#[tokio::test]
async fn too_little_history_is_no_error_and_a_missing_right_is() {
    let rule = mock!(Client::get_cost_forecast).then_error(|| {
        let why = DataUnavailableException::builder()
            .meta(
                aws_smithy_types::error::ErrorMetadata::builder()
                    .code("DataUnavailableException")
                    .build(),
            )
            .build();
        GetCostForecastError::DataUnavailableException(why)
    });
    let explorer = CostExplorer::new(mocks::costexplorer(&[&rule]), "nightcap:environment");
    assert_eq!(
        explorer.rest_of_month(day("2026-11-20")).await.unwrap(),
        None
    );
    let denied = mock!(Client::get_cost_and_usage).then_http_response(|| {
        aws_smithy_runtime_api::client::orchestrator::HttpResponse::new(
            aws_smithy_runtime_api::http::StatusCode::try_from(400).unwrap(),
            aws_smithy_types::body::SdkBody::from(
                r#"{"__type":"AccessDeniedException","message":"not authorized to perform: ce:GetCostAndUsage"}"#,
            ),
        )
    });
    let explorer = CostExplorer::new(mocks::costexplorer(&[&denied]), "nightcap:environment");
    let error = explorer.spent(day("2026-11-20")).await.unwrap_err();
    assert_eq!(error.cause, Cause::Denied);
    assert!(error.remedy().en.contains("ce:GetCostAndUsage"));
}

#[tokio::test]
async fn only_credits_and_refunds_are_set_apart_and_all_else_nets() {
    let rule = mock!(Client::get_cost_and_usage).then_output(|| {
        GetCostAndUsageOutput::builder()
            .results_by_time(result(
                "2026-11-17",
                &[
                    ("prod", "SavingsPlanCoveredUsage", "48"),
                    ("prod", "SavingsPlanNegation", "-48"),
                    ("", "SavingsPlanRecurringFee", "31.20"),
                    ("prod", "Usage", "10"),
                    ("prod", "EdpDiscount", "-0.50"),
                    ("prod", "PrivateRateDiscount", "-0.30"),
                    ("prod", "BundledDiscount", "-0.20"),
                    ("", "Credit", "-7"),
                    ("prod", "Refund", "-2"),
                ],
            ))
            .build()
    });
    let explorer = CostExplorer::new(mocks::costexplorer(&[&rule]), "nightcap:environment");
    let spent = explorer.spent(day("2026-11-20")).await.unwrap();
    assert_eq!(spent.charges.get(day("2026-11-17")), Some(cents(4020)));
    assert_eq!(spent.credits.get(day("2026-11-17")), Some(cents(-900)));
    let prod = spent.by_environment.get("prod").unwrap();
    assert_eq!(prod.get(day("2026-11-17")), Some(cents(900)));
}

#[tokio::test]
async fn the_tag_is_asked_for_as_it_is_spelt_and_its_value_cannot_steer_a_mail() {
    let rule = mock!(Client::get_cost_and_usage)
        .match_requests(|request| {
            request
                .group_by()
                .iter()
                .any(|group| group.key() == Some("CostCenter"))
        })
        .then_output(|| {
            let metric = MetricValue::builder().amount("8").unit("USD").build();
            let group = Group::builder()
                .keys("CostCenter$pre\r\nBcc: x\u{1b}[31m\u{202e}")
                .keys("Usage")
                .metrics("UnblendedCost", metric)
                .build();
            let period = DateInterval::builder()
                .start("2026-11-18")
                .end("2026-11-19")
                .build();
            let result = ResultByTime::builder()
                .time_period(period.unwrap())
                .groups(group)
                .build();
            GetCostAndUsageOutput::builder()
                .results_by_time(result)
                .build()
        });
    let explorer = CostExplorer::new(mocks::costexplorer(&[&rule]), "CostCenter");
    let spent = explorer.spent(day("2026-11-20")).await.unwrap();
    let name = spent.by_environment.keys().next().unwrap().as_str();
    assert!(
        name.starts_with("pre") && name.chars().all(|c| !c.is_control() && c != '\u{202e}'),
        "{name:?}"
    );
}

#[tokio::test]
async fn what_was_never_enabled_is_no_missing_right() {
    for message in [
        "User not enabled for cost explorer access",
        "Account 111122223333 is a linked account. To enable budgets for your account, ask the payer account to enable budgets first.",
    ] {
        let denied = mock!(Client::get_cost_and_usage).then_http_response(move || {
            mocks::refusal_in_json(400, "AccessDeniedException", message)
        });
        let explorer = CostExplorer::new(mocks::costexplorer(&[&denied]), "nightcap:environment");
        let error = explorer.spent(day("2026-11-20")).await.unwrap_err();
        assert_eq!(error.cause, Cause::NotEnabled, "{error}");
        let remedy = error.remedy();
        assert!(!remedy.en.contains("allow ce:") && remedy.en.contains("management account"));
        assert!(remedy.fr.contains("compte de gestion"));
    }
}

#[tokio::test]
async fn in_a_management_account_the_accounts_named_alone_are_asked_for() {
    fn of_shop(filter: Option<&Expression>) -> bool {
        let named = filter.and_then(Expression::dimensions);
        named.is_some_and(|named| {
            named.key() == Some(&Dimension::LinkedAccount) && named.values() == ["111122223333"]
        })
    }
    let usage = mock!(Client::get_cost_and_usage)
        .match_requests(|request| of_shop(request.filter()))
        .then_output(|| {
            GetCostAndUsageOutput::builder()
                .results_by_time(result("2026-11-18", &[("prod", "Usage", "8")]))
                .build()
        });
    let rest = mock!(Client::get_cost_forecast)
        .match_requests(|request| of_shop(request.filter()))
        .then_output(|| {
            let total = MetricValue::builder().amount("80").unit("USD").build();
            GetCostForecastOutput::builder().total(total).build()
        });
    let clients = mocks::costexplorer(&[&usage, &rest]);
    let explorer = CostExplorer::new(clients, "nightcap:environment")
        .of_accounts(&["111122223333".to_owned()]);
    let spent = explorer.spent(day("2026-11-20")).await.unwrap();
    assert_eq!(spent.charges.get(day("2026-11-18")), Some(cents(800)));
    let rest = explorer.rest_of_month(day("2026-11-20")).await.unwrap();
    assert_eq!(rest, Some(cents(8000)));
}

#[tokio::test]
async fn another_currency_is_refused() {
    let rule = mock!(Client::get_cost_and_usage).then_output(|| {
        let metric = MetricValue::builder().amount("8").unit("EUR").build();
        let group = Group::builder()
            .keys("nightcap:environment$prod")
            .keys("Usage")
            .metrics("UnblendedCost", metric)
            .build();
        let period = DateInterval::builder()
            .start("2026-11-18")
            .end("2026-11-19")
            .build();
        let result = ResultByTime::builder()
            .time_period(period.unwrap())
            .groups(group)
            .build();
        GetCostAndUsageOutput::builder()
            .results_by_time(result)
            .build()
    });
    let explorer = CostExplorer::new(mocks::costexplorer(&[&rule]), "nightcap:environment");
    let error = explorer.spent(day("2026-11-20")).await.unwrap_err();
    assert!(error.message.contains("EUR"), "{error}");
}
