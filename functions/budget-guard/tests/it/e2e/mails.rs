//! What people read, as SNS delivered it.

use serde_json::{Value, json};

use crate::e2e::world::{
    COSTLY, FRIDAY, Stage, THURSDAY, config, create_budget, guard, mailbox, money, news, problems,
    subscribe,
};

#[test]
fn the_forecast_is_told_once_in_the_readers_language() {
    for (language, subject, label) in [
        ("en", "Likely above 120 % of the budget: ", "How much:"),
        ("fr", "Plus de 120 % du budget probable : ", "Combien:"),
    ] {
        let mut stage = Stage::at(THURSDAY, &config(language, &[]));
        stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
        let answer = stage.look(THURSDAY);
        assert_eq!(problems(&answer), [""; 0], "{answer:#}");
        let mails = stage.mails();
        assert_eq!(mails.len(), 1, "{mails:#?}");
        let mail = &mails[0];
        assert!(mail.subject.starts_with(subject), "{}", mail.subject);
        assert!(mail.subject.is_ascii() && mail.subject.len() < 100);
        assert!(mail.body.starts_with(label), "{}", mail.body);
        assert!(mail.body.lines().all(|line| line.chars().count() <= 72));
        // What the mail says is what the answer says.
        let expected = answer["forecast"]["expected"].as_str().unwrap();
        let written = if language == "fr" {
            expected.replace('.', ",")
        } else {
            expected.to_owned()
        };
        assert!(mail.body.contains(&written), "{written} in {}", mail.body);
        assert!(
            mail.body
                .contains(answer["correlation_id"].as_str().unwrap())
        );
        // Again: nothing is news any more.
        assert_eq!(news(&stage.look("2026-11-12T18:00:00Z")), [""; 0]);
        assert_eq!(stage.subjects(), [""; 0]);
    }
}

#[test]
fn a_message_of_budgets_is_verified_and_not_believed() {
    let event = |name: &str| -> Value {
        let path = nightcap_tests::root().join(format!("events/guard-{name}.json"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let mut stage = Stage::at("2026-11-20T09:13:00Z", &config("en", &[]));
    // It says 412.30 USD are spent; a calm month has cost about 230.
    stage.bill(&[("2026-11-01", "2026-12-01", crate::e2e::world::CALM)]);
    let answer = stage.guard.invoke(&event("sns-budget-actual")).unwrap();
    assert_eq!(answer["at"], "2026-11-20T09:12:31Z", "when SNS took it");
    assert_eq!(answer["notified"][0]["amount"], "412.30");
    assert!(money(&answer["budget"]["actual"]) < 250.0, "{answer:#}");
    assert_eq!(answer["aws"]["actual"], answer["budget"]["actual"]);
    assert_eq!(stage.subjects(), [""; 0], "nobody is told what is not so");

    // A month in which it is so.
    let mut stage = Stage::at("2026-11-20T09:13:00Z", &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", ["0.50", "7.00", "14.20"])]);
    let answer = stage.guard.invoke(&event("sns-budget-actual")).unwrap();
    assert!(
        news(&answer).contains(&"spent: sent".to_owned()),
        "{answer:#}"
    );
    assert!(
        stage
            .subjects()
            .iter()
            .any(|subject| subject.starts_with("80 % of the budget is spent"))
    );
    // The other message of the same morning finds it told.
    let answer = stage.guard.invoke(&event("sns-budget-forecasted")).unwrap();
    assert_eq!(news(&answer), [""; 0]);

    // A message about nobody's budget costs nothing.
    stage.aws.forget_calls();
    let answer = stage.guard.invoke(&event("sns-alarm")).unwrap();
    assert_eq!(answer["ignored"], true);
    assert_eq!(stage.aws.calls(), []);
}

#[test]
fn its_own_mails_do_not_come_back_to_it() {
    let mut stage = Stage::at(THURSDAY, &config("en", &[]));
    stage.bill(&[("2026-11-01", "2026-12-01", COSTLY)]);
    stage.look(THURSDAY);
    let calls = stage.aws.calls();
    let sent = calls.iter().find(|call| call.action == "Publish").unwrap();
    assert_eq!(
        sent.parameters["MessageAttributes.entry.1.Name"],
        "nightcap"
    );
    let mail = stage.mails().remove(0);
    let back = json!({ "Records": [{ "Sns": { "Message": mail.body, "Timestamp": THURSDAY } }] });
    let answer = stage.guard.invoke(&back).unwrap();
    assert_eq!(
        answer["ignored"], true,
        "it has no block of Budgets: {answer:#}"
    );
    // Nor if it had one: the attribute is enough.
    let mut back = crate::e2e::events::event("guard-sns-budget-actual");
    back["Records"][0]["Sns"]["MessageAttributes"] =
        json!({ "nightcap": { "Type": "String", "Value": "2026-11" } });
    stage.aws.forget_calls();
    let answer = stage.guard.invoke(&back).unwrap();
    assert_eq!(answer["ignored"], true, "{answer:#}");
    assert_eq!(stage.aws.calls(), []);
}

#[test]
fn an_account_without_history_has_a_plan_and_says_that_it_is_one() {
    let mut stage = Stage::at("2026-11-01T10:00:00Z", &config("en", &[]));
    let answer = stage.look("2026-11-01T10:00:00Z");
    assert_eq!(
        answer["data"]["doubts"],
        json!(["there is no cost of any closed day"])
    );
    assert_eq!(news(&answer), ["not-calibrated: sent"]);
    assert_eq!(answer["aws"]["second_opinion"], Value::Null);
    assert_eq!(answer["aws"]["forecast"], Value::Null, "absent, not zero");
    let mails = stage.mails();
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].body.contains("The range is assumed"),
        "{}",
        mails[0].body
    );
    assert_eq!(news(&stage.look("2026-11-01T16:00:00Z")), [""; 0], "once");
}

#[test]
fn an_address_that_was_never_confirmed_is_told() {
    let aws = nightcap_tests::EmbeddedAws::start(THURSDAY);
    let greenleaf = mailbox(&aws);
    aws.create_ledger(crate::e2e::world::TABLE);
    create_budget(&aws, "450");
    subscribe(&aws, &greenleaf.topic_arn, "finance@example.com");
    aws.money(&json!({ "charges": [{ "from": "2026-06-01", "to": "2026-12-01", "usd": "12", "environment": "prod" }] }));
    let mut guard = guard(&aws, &greenleaf, &config("en", &[])).start();
    let answer = guard.invoke(&crate::e2e::world::report(FRIDAY)).unwrap();
    assert_eq!(
        answer["subscriptions"],
        json!({ "confirmed": 0, "pending": 1 })
    );
    assert_eq!(problems(&answer), ["other-limit", "unread"]);
    assert!(guard.log().contains("\"unconfirmed\":1"), "{}", guard.log());
    aws.money(&json!({ "confirm": "finance@example.com" }));
    let answer = guard.invoke(&crate::e2e::world::report(FRIDAY)).unwrap();
    assert_eq!(
        answer["subscriptions"],
        json!({ "confirmed": 1, "pending": 0 })
    );
    assert_eq!(problems(&answer), ["other-limit"]);
}
