//! `NIGHTCAP_PRICES`: the guard plans by the book that is named, wherever it stands.

use nightcap_domain::money::price::PriceBook;
use serde_json::{Value, json};

use crate::e2e::world::{Stage, config, guard, money, problems};

const MORNING: &str = "2026-11-01T10:00:00Z";

/// The book that comes with the program, with every price ten times as high.
fn dear() -> String {
    let mut dear = PriceBook::default();
    for price in PriceBook::embedded().unwrap().iter() {
        let mut price = price.clone();
        price.amount = price.amount.times(rust_decimal::Decimal::TEN);
        dear.insert(price);
    }
    dear.to_csv().unwrap()
}

/// What it expects of November without any history: the plan alone.
fn plan(stage: &Stage, prices: Option<&str>) -> Value {
    let function = guard(&stage.aws, &stage.greenleaf, &config("en", &[]));
    let function = match prices {
        Some(place) => function.with("NIGHTCAP_PRICES", place),
        None => function,
    };
    let ask = json!({ "command": "forecast", "at": MORNING });
    function.start().invoke(&ask).unwrap()
}

#[test]
fn the_plan_is_made_by_the_book_that_is_named() {
    let stage = Stage::at(MORNING, &config("en", &[]));
    let usual = plan(&stage, None);
    let expected = money(&usual["forecast"]["expected"]);
    assert!(expected > 100.0, "{usual:#}");
    let text = dear();
    let parameter = json!({ "Name": "/nightcap/prices", "Type": "String", "Tier": "Advanced", "Value": &text.lines().take(12).fold(String::new(), |all, line| all + line + "\n") });
    stage.aws.json("ssm", "AmazonSSM.PutParameter", &parameter);
    stage
        .aws
        .put_object("greenleaf-settings", "prices.csv", &text);
    let file = std::env::temp_dir().join(format!("nightcap-prices-{}.csv", std::process::id()));
    std::fs::write(&file, &text).unwrap();
    for place in [
        "s3://greenleaf-settings/prices.csv",
        file.to_str().unwrap(),
        &text,
    ] {
        let answer = plan(&stage, Some(place));
        assert_eq!(problems(&answer), [""; 0], "{answer:#}");
        let dear = money(&answer["forecast"]["expected"]);
        assert!(
            (dear - 10.0 * expected).abs() < 0.1,
            "{place}: {dear}, not ten times {expected}"
        );
    }
    std::fs::remove_file(file).unwrap();
    // A part of a book has gaps, and a smaller plan.
    let answer = plan(&stage, Some("ssm:///nightcap/prices"));
    assert_ne!(
        answer["forecast"]["expected"],
        usual["forecast"]["expected"]
    );
}

#[test]
fn a_book_that_cannot_be_read_is_a_problem_and_the_usual_prices_count() {
    let stage = Stage::at(MORNING, &config("en", &[]));
    let usual = plan(&stage, None);
    stage
        .aws
        .put_object("greenleaf-settings", "other.csv", "item,price\nx,1\n");
    for (place, said) in [
        (
            "no-such-file.csv",
            "`NIGHTCAP_PRICES` or `--prices` names it",
        ),
        (
            "s3://greenleaf-settings/absent.csv",
            "without s3:ListBucket, AWS does not tell that an object is missing",
        ),
        ("s3://greenleaf-settings/other.csv", "other.csv: "),
        ("ftp://prices", "no place for a price book"),
        ("item,price\nx,1\n", "NIGHTCAP_PRICES: "),
    ] {
        let answer = plan(&stage, Some(place));
        assert_eq!(problems(&answer), ["prices"], "{place}: {answer:#}");
        let told = answer["problems"][0]["message"].as_str().unwrap();
        assert!(told.contains(said), "{place}: {told}");
        assert!(
            told.contains("come with the program count meanwhile"),
            "{told}"
        );
        assert_eq!(answer["forecast"], usual["forecast"], "{place}");
    }
}
