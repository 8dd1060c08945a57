//! The commands about money, run as a person runs them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use chrono::Datelike;
use serde_json::Value;

const REAL_BILL: &str = "crates/cost/data/daily_cloud_cost_2018.csv";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn nightcap(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    command
        .args(line.split_whitespace())
        .current_dir(root())
        .env_remove("NIGHTCAP_CONFIG")
        .stdin(Stdio::null());
    command
}

fn run(line: &str) -> Output {
    nightcap(line).output().unwrap()
}

fn with_input(line: &str, input: &str) -> Output {
    let mut child = nightcap(line)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn err(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn fine(line: &str) -> String {
    let output = run(line);
    assert_eq!(output.status.code(), Some(0), "{line}: {}", err(&output));
    assert_eq!(err(&output), "", "{line}");
    out(&output).to_owned()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A file of this name, whose content is the same for every test that asks for it.
fn file(name: &str, content: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path
}

/// Two months at 12 dollars a day, preprod a third of it.
fn flat() -> String {
    let days = (1..=30)
        .map(|day| format!("2026-09-{day:02}"))
        .chain((1..=10).map(|day| format!("2026-10-{day:02}")));
    let rows = days.map(|day| format!("{day},8,prod\n{day},4,preprod\n"));
    format!("date,usd,environment\n{}", rows.collect::<String>())
}

#[test]
fn the_contract_of_forecast_to_the_letter() {
    let output = with_input(
        "forecast --costs - --as-of 2026-10-11 --budget 500 --json",
        &flat(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let answer = json(out(&output));
    let keys: Vec<&str> = answer
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "month",
            "as_of",
            "actual",
            "expected",
            "low",
            "high",
            "level",
            "probability_over",
            "used_up_on",
            "basis"
        ]
    );
    assert_eq!(answer["month"], "2026-10");
    assert_eq!(answer["as_of"], "2026-10-11");
    assert_eq!(answer["actual"], "120.00");
    assert_eq!(answer["expected"], "372.00");
    assert_eq!(answer["level"], 0.8);
    assert_eq!(answer["used_up_on"], Value::Null);
    assert!(answer["probability_over"].as_f64().unwrap() < 0.2);
    assert!(
        answer["basis"]
            .as_str()
            .unwrap()
            .starts_with("10 closed days")
    );
    for amount in ["actual", "expected", "low", "high"] {
        let text = answer[amount].as_str().unwrap();
        let (_, cents) = text.split_once('.').unwrap();
        assert_eq!(cents.len(), 2, "{amount}");
    }
}

#[test]
fn a_budget_that_runs_out_has_its_day() {
    let path = file("runs-out.csv", &flat());
    let line = format!(
        "forecast --costs {} --as-of 2026-10-11 --budget 240 --json",
        path.display()
    );
    let answer = json(&fine(&line));
    assert_eq!(answer["used_up_on"], "2026-10-20");
    assert!(answer["probability_over"].as_f64().unwrap() > 0.8);
}

#[test]
fn rows_at_and_after_as_of_are_not_looked_at() {
    let late = format!("{}2026-10-11,999999,prod\n2026-10-12,999999,prod\n", flat());
    let line = "forecast --costs - --as-of 2026-10-11 --budget 500 --json";
    assert_eq!(
        out(&with_input(line, &late)),
        out(&with_input(line, &flat()))
    );
}

#[test]
fn one_environment_or_the_default_budget() {
    let path = file("one-environment.csv", &flat());
    let line = format!(
        "forecast --costs {} --as-of 2026-10-11 --json",
        path.display()
    );
    let all = json(&fine(&line));
    assert_eq!(all["expected"], "372.00", "the limit is nightcap.yaml's");
    let preprod = json(&fine(&format!("{line} --environment preprod --budget 100")));
    assert_eq!(preprod["expected"], "124.00");
    assert!(preprod["probability_over"].as_f64().unwrap() > 0.8);
}

#[test]
fn a_table_for_people() {
    let text = fine(&format!(
        "forecast --costs {REAL_BILL} --environment binder-staging --as-of 2018-11-11 --budget 400"
    ));
    insta::assert_snapshot!(text);
}

#[test]
fn wrong_files_are_told_with_their_line() {
    for (input, said) in [
        ("", "standard input: the file is empty"),
        (
            "date,usd\n",
            "standard input: the file has a header but no row",
        ),
        (
            "day,usd\n2026-10-01,1\n",
            "standard input: line 1: there is no column \"date\"",
        ),
        (
            "date,usd\n2026-10-01,1\n2026-13-01,1\n",
            "standard input: line 3:",
        ),
        ("date,usd\n2026-10-01,12 EUR\n", "standard input: line 2:"),
        (
            "date,usd\n2026-10-01,1,2\n",
            "standard input: line 2: 3 fields, but the header has 2",
        ),
        (
            "date,usd\n2026-10-20,1\n",
            "standard input: there is no cost before 2026-10-11",
        ),
    ] {
        let output = with_input(
            "forecast --costs - --as-of 2026-10-11 --budget 500 --json",
            input,
        );
        assert_eq!(output.status.code(), Some(1), "{input:?}");
        assert_eq!(out(&output), "", "{input:?}");
        assert!(err(&output).contains(said), "{input:?}: {}", err(&output));
    }
    let missing = run("forecast --costs no/such.csv --as-of 2026-10-11 --budget 500");
    assert_eq!(missing.status.code(), Some(1));
    assert!(err(&missing).contains("no/such.csv cannot be read"));
}

#[test]
fn wrong_use_is_2() {
    for line in [
        "forecast",
        "forecast --costs - --as-of tomorrow --budget 500",
        "forecast --costs - --as-of 2026-1-2 --budget 500",
        "forecast --costs - --as-of 2026-10-11 --budget 0",
        "forecast --costs - --as-of 2026-10-11 --budget -5",
        "forecast --costs - --as-of 2026-10-11 --budget lots",
        "backtest",
        "backtest --costs - --from 2026",
        "prices --region eu-west-33",
        "simulate --inventory greenleaf --month 2026-11 --year-from 2026-11",
        "simulate --inventory greenleaf --set preprod",
        "simulate --inventory greenleaf --set preprod=huge",
        "simulate --inventory greenleaf --set colour=red",
    ] {
        let output = run(line);
        assert_eq!(output.status.code(), Some(2), "{line}: {}", err(&output));
        assert_eq!(out(&output), "", "{line}");
        assert!(!err(&output).is_empty(), "{line}");
    }
    let output = with_input(
        "forecast --costs - --as-of 2026-10-11 --budget 500 --environment qa",
        &flat(),
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("it has preprod, prod"));
}

/// The tables between fences in a document that come right after a text.
fn tables(document: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs").join(document)).unwrap();
    text.split("```")
        .skip(1)
        .step_by(2)
        .map(|block| block.strip_prefix('\n').unwrap_or(block).to_owned())
        .collect()
}

#[test]
fn the_documented_backtest_reproduces() {
    let documented = tables("forecast.md").join("\n");
    for environment in ["binder-prod", "binder-staging"] {
        let line = format!("backtest --costs {REAL_BILL} --environment {environment}");
        let table = fine(&line);
        let methods = table.split("\n\n").next().unwrap();
        assert!(documented.contains(methods), "{environment}:\n{table}");
    }
    let whole = fine(&format!(
        "backtest --costs {REAL_BILL} --environment binder-prod"
    ));
    assert!(documented.contains(whole.trim_end()), "{whole}");
    let answer = json(&fine(&format!(
        "backtest --costs {REAL_BILL} --json --from 2018-06"
    )));
    assert_eq!(answer["months"][0], "2018-06");
    assert_eq!(answer["methods"][0]["method"], "nightcap");
}

#[test]
fn constants_are_chosen_on_other_data() {
    let days = (1..=4).flat_map(|month| {
        let from = chrono::NaiveDate::from_ymd_opt(2026, month, 1).unwrap();
        from.iter_days().take_while(move |day| day.month() == month)
    });
    let rows = days.map(|day| format!("{day},{},prod\n{day},4,dev\n", 8 + day.day() % 3));
    let path = file(
        "held-out.csv",
        &format!("date,usd,environment\n{}", rows.collect::<String>()),
    );
    let line = format!("backtest --costs {} --holdout", path.display());
    let answer = json(&fine(&format!("{line} --json")));
    assert_eq!(answer[0]["bill"], "dev");
    assert_eq!(answer[1]["bill"], "prod");
    assert_eq!(answer[1]["methods"][2]["method"], "by dev");
    assert_eq!(answer[1]["choices"][0]["month"], "2026-02");
    assert_eq!(answer[0]["methods"][3]["mean_error"], "0");
    let one = fine(&format!("{line} --environment dev --backwards"));
    assert!(
        one.starts_with("dev, constants chosen on other data\n"),
        "{one}"
    );
    assert!(!one.contains("by prod"), "{one}");
}

#[test]
fn the_documented_comparisons_reproduce() {
    // As the document says: preprod from nine to seven without holidays, everything else at
    // all hours.
    let config = file(
        "documented.yaml",
        "timezone: Europe/Paris\nschedules:\n  office:\n    windows:\n      - { start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }\nenvironments:\n  preprod: { schedule: office }\n  prod: { protected: true }\n",
    );
    let config = config.display();
    let documented = tables("cost-model.md").join("\n---\n");
    for variant in ["slim", "iso"] {
        let table = fine(&format!(
            "simulate --inventory greenleaf --config {config} --year-from 2027-01 --set preprod={variant}"
        ));
        assert!(documented.contains(&table), "{variant}:\n{table}");
    }
    let lines = fine(&format!(
        "simulate --inventory greenleaf --config {config} --month 2026-11 --lines"
    ));
    let (_, plan) = lines.split_once("\n\nenvironment").unwrap();
    assert!(documented.contains(plan.trim_end()), "{plan}");
}

#[test]
fn the_default_configuration_saves_against_all_hours_and_costs_nothing_against_itself() {
    let saved = json(&fine(
        "simulate --inventory greenleaf --month 2026-11 --json",
    ));
    let usd: f64 = saved["saving"]["usd"].as_str().unwrap().parse().unwrap();
    assert!(usd > 20.0, "{usd}");
    assert_eq!(saved["by_environment"]["prod"]["usd"], "0.00");
    let itself = json(&fine(
        "simulate --inventory greenleaf --month 2026-11 --against nightcap.yaml --json",
    ));
    assert_eq!(itself["saving"]["usd"], "0.00");
    let nat = json(&fine(
        "simulate --inventory greenleaf --month 2026-11 --against nightcap.yaml --against-set nat=gateway --json",
    ));
    let usd: f64 = nat["saving"]["usd"].as_str().unwrap().parse().unwrap();
    assert!(usd > 100.0, "{usd}");
}

#[test]
fn prices_show_rows_ages_and_gaps() {
    let text = fine("prices --region eu-west-3 --as-of 2026-11-20 --sources");
    assert!(text.starts_with("region     item"), "{text}");
    for said in ["old", "inferred", "eu-west-3 ec2:t3.small: https://"] {
        assert!(text.contains(said), "{said}");
    }
    let all = json(&fine("prices --as-of 2026-11-20 --json"));
    assert!(all["prices"].as_array().unwrap().len() > 50);
    assert!(!all["gaps"].as_array().unwrap().is_empty());
    let nano = &all["prices"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["item"] == "ec2:t3.nano" && row["region"] == "eu-west-3")
        .unwrap();
    assert_eq!(
        (&nano["amount"], &nano["currency"]),
        (&"0.0059".into(), &"USD".into())
    );
    let own = file(
        "own-prices.csv",
        "item,unit,amount,currency,region,as_of,status,source\nec2:t3.nano,hour,0.01,USD,eu-west-3,2026,found,an invoice\n",
    );
    let own = fine(&format!("prices --prices {}", own.display()));
    assert_eq!(own.lines().count(), 2, "{own}");
}

/// The example's fleet is never priced with somebody else's schedule.
#[test]
fn simulate_prices_no_fleet_that_was_not_named() {
    let output = run("simulate --month 2026-11");
    assert_eq!((output.status.code(), out(&output)), (Some(2), ""));
    assert!(
        err(&output).contains("--inventory F.csv"),
        "{}",
        err(&output)
    );
    assert!(err(&output).contains("--inventory greenleaf"));
}

#[test]
fn an_inventory_without_an_end_is_refused() {
    let output = run("simulate --inventory /dev/zero --month 2026-11");
    assert_eq!((output.status.code(), out(&output)), (Some(1), ""));
    assert!(err(&output).contains("larger than"), "{}", err(&output));
}

#[test]
fn what_has_no_price_keeps_its_row_gives_no_per_cent_and_exit_1() {
    let inventory = file(
        "unpriced.csv",
        "environment,name,price,quantity,peak,when,class,only_if,note\n\
         dev,app,ec2:m9.huge,2,2,schedule,compute,,\n\
         preprod,app,ec2:t3.small,2,2,schedule,compute,,\n\
         prodd,app,ec2:t3.small,1,1,always,compute,,\n",
    );
    let line = format!(
        "simulate --inventory {} --month 2026-11",
        inventory.display()
    );
    let output = run(&line);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let text = out(&output);
    let row = |name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .unwrap()
            .to_owned()
    };
    assert!(
        row("dev").contains("0.00") && !row("dev").contains('%'),
        "{text}"
    );
    assert!(row("preprod").contains('%'), "{text}");
    assert!(
        !row("all").contains('%') && !row("Compute hours").contains('%'),
        "{text}"
    );
    assert!(
        text.contains("incomplete for want of prices: dev"),
        "{text}"
    );
    assert!(text.contains("gap: no price for ec2:m9.huge"), "{text}");
    assert!(
        err(&output).contains("prodd of the inventory is no environment"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_forecast_shows_its_budget_and_the_risk_of_passing_it() {
    let path = file("risk.csv", &flat());
    let text = fine(&format!(
        "forecast --costs {} --as-of 2026-10-11 --budget 3000",
        path.display()
    ));
    assert!(text.contains("Budget          3000.00 USD"), "{text}");
    assert!(text.contains("Risk of passing 3000.00 USD: "), "{text}");
    assert!(!text.contains("Over budget"), "{text}");
}

#[test]
fn old_data_are_warned_about_and_very_old_data_are_a_problem() {
    let path = file("old.csv", &flat());
    let of = |as_of: &str| {
        run(&format!(
            "forecast --costs {} --as-of {as_of} --budget 500",
            path.display()
        ))
    };
    let late = of("2026-10-16");
    assert_eq!(late.status.code(), Some(0));
    assert!(err(&late).contains("is 5 days behind"), "{}", err(&late));
    let old = of("2026-12-31");
    assert_eq!(old.status.code(), Some(1));
    assert!(
        out(&old).contains("DOUBTFUL") && err(&old).contains("81 days behind"),
        "{}",
        err(&old)
    );
}

#[test]
fn packed_files_are_named_and_none_of_their_bytes_reaches_the_terminal() {
    for (name, said) in [
        ("focus.csv.gz", "this is gzip"),
        ("bill.parquet", "this is Parquet"),
    ] {
        let line = format!(
            "forecast --costs crates/cost/tests/data/bills/{name} --as-of 2026-10-11 --budget 500"
        );
        let output = run(&line);
        assert_eq!((output.status.code(), out(&output)), (Some(1), ""));
        assert!(err(&output).contains(said), "{}", err(&output));
        assert!(err(&output).chars().all(|c| !c.is_control() || c == '\n'));
    }
}

#[test]
fn check_refuses_a_currency_that_nothing_reads() {
    let config = file(
        "euros.yaml",
        "timezone: UTC\nenvironments:\n  prod: { protected: true }\nbudget: { name: shop, limit: 500, currency: EUR, alerts: ['actual > 80%'] }\n",
    );
    let output = run(&format!("check --config {}", config.display()));
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    assert!(
        err(&output).contains("costs are read in USD alone"),
        "{}",
        err(&output)
    );
}

#[test]
fn help_has_examples() {
    for command in ["forecast", "backtest", "prices", "simulate"] {
        let text = fine(&format!("{command} --help"));
        assert!(text.contains("Examples:"), "{command}");
        assert!(text.contains(&format!("nightcap {command}")), "{command}");
    }
}
