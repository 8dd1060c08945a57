//! Every event of the repository that is the guard's is understood, and what it is not is said.

use std::path::{Path, PathBuf};

use budget_guard::inventory;
use budget_guard::request::{Request, RequestError};
use nightcap_domain::money::price::PriceBook;
use serde_json::{Value, json};

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

fn event(name: &str) -> Value {
    let text = std::fs::read_to_string(events().join(format!("guard-{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_event_is_understood() {
    let mut names: Vec<String> = std::fs::read_dir(events())
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            Some(
                name.strip_prefix("guard-")?
                    .strip_suffix(".json")?
                    .to_owned(),
            )
        })
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "forecast",
            "forecast-friday-morning",
            "report",
            "report-dry-run",
            "report-friday-morning",
            "scheduled-event",
            "sns-alarm",
            "sns-budget-actual",
            "sns-budget-forecasted"
        ]
    );
    for name in names {
        Request::parse(&event(&name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn events_become_requests() {
    let parse = |name: &str| Request::parse(&event(name)).unwrap();
    let report = |at: Option<&str>, dry_run| Request::Report {
        at: at.map(|at| at.parse().unwrap()),
        dry_run,
    };
    assert_eq!(parse("report"), report(None, false));
    assert_eq!(parse("scheduled-event"), report(None, false));
    assert_eq!(parse("report-dry-run"), report(None, true));
    assert_eq!(
        parse("report-friday-morning"),
        report(Some("2026-11-20T10:00:00Z"), false)
    );
    assert_eq!(parse("forecast"), Request::Forecast { at: None });
    assert_eq!(
        parse("forecast-friday-morning"),
        Request::Forecast {
            at: Some("2026-11-20T10:00:00Z".parse().unwrap())
        }
    );
    let at = Some("2026-11-20T09:12:31Z".parse().unwrap());
    let messages = vec![];
    assert_eq!(
        parse("sns-alarm"),
        Request::Notified { at, messages },
        "an alarm is no budget's"
    );
    let Request::Notified { messages, .. } = parse("sns-budget-forecasted") else {
        panic!("not notified");
    };
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].budget.as_deref(), Some("greenleaf-monthly"));
    assert_eq!(messages[0].kind.as_deref(), Some("forecasted"));
    assert_eq!(messages[0].amount.unwrap().to_string(), "611.50");
}

#[test]
fn what_is_not_known_is_said() {
    for (event, said) in [
        (json!(null), "this event is not known here: null"),
        (json!({}), "an empty object"),
        (json!({"Records": []}), "an object with the keys Records"),
        (
            json!({"Records": [{"body": "x"}]}),
            "an object with the keys Records",
        ),
        (json!({"command": "reprot"}), "did you mean \"report\"?"),
        (json!({"command": 7}), "unknown command \"7\""),
        (
            json!({"command": "report", "dryrun": true}),
            "did you mean \"dry_run\"?",
        ),
        (
            json!({"command": "report", "dry_run": "yes"}),
            "expected true or false",
        ),
        (
            json!({"command": "report", "at": "yesterday"}),
            "expected an instant such as",
        ),
        (
            json!({"command": "forecast", "at": "9999-01-01T00:00:00Z"}),
            "between 1970 and 2100",
        ),
        (
            json!({"command": "stop"}),
            "expected one of report, forecast",
        ),
    ] {
        let error: RequestError = Request::parse(&event).unwrap_err();
        assert!(error.to_string().contains(said), "{event}: {error}");
    }
}

#[test]
fn its_own_mails_are_dropped_whatever_they_say() {
    let mut own = event("sns-budget-actual");
    own["Records"][0]["Sns"]["MessageAttributes"] =
        json!({ "nightcap": { "Type": "String", "Value": "mail" } });
    let Request::Notified { messages, .. } = Request::parse(&own).unwrap() else {
        panic!("{own}");
    };
    assert_eq!(messages, []);
    let Request::Notified { messages, .. } = Request::parse(&event("sns-budget-actual")).unwrap()
    else {
        panic!("AWS Budgets' own is read");
    };
    assert_eq!(messages.len(), 1);
}

#[test]
fn inventories_are_chosen_by_name() {
    let lines = |text: &str| {
        inventory::read(text, "eu-west-3", PriceBook::embedded().unwrap())
            .unwrap()
            .inventory
            .items
            .len()
    };
    assert!(lines("greenleaf") > 20);
    assert_eq!(
        lines("greenleaf"),
        lines("greenleaf:dev=spot,preprod=slim,nat=instance")
    );
    let header = "environment,name,price,quantity,peak,when,class,only_if,note\n";
    assert_eq!(
        lines(&format!(
            "{header}prod,machine,ec2:t3.small,1,,always,compute,,\n"
        )),
        1
    );
    for wrong in [
        "acme",
        "greenleaf:nat=none",
        "greenleaf:nat",
        "environment,x\n",
    ] {
        let error =
            inventory::read(wrong, "eu-west-3", PriceBook::embedded().unwrap()).unwrap_err();
        assert!(
            error.to_string().contains("NIGHTCAP_INVENTORY"),
            "{wrong}: {error}"
        );
    }
}
