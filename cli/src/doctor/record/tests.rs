//! What no recording may hold.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn exchange(service: &str, operation: &str, answer: Value) -> Exchange {
    Exchange {
        service: service.to_owned(),
        region: "eu-west-3".to_owned(),
        key: "AKIAEXAMPLE".to_owned(),
        operation: operation.to_owned(),
        protocol: if operation.contains(' ') {
            "rest"
        } else {
            "query"
        },
        parameters: json!({}),
        status: 200,
        answer,
        error: String::new(),
        date: String::new(),
    }
}

/// A text that nobody's vocabulary has: what identifies looks like this.
fn secret() -> impl Strategy<Value = String> {
    "[a-z]{3}(zq|xj|qk)[a-z0-9]{4,12}(-[a-z]{2}qz)?"
}

/// A tree of AWS's own keys, some on the list and most not, with secrets at all leaves.
fn tree(keys: Vec<String>) -> impl Strategy<Value = (Value, Vec<String>)> {
    let leaf = secret().prop_map(|text| (json!(text), vec![text]));
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let keys = keys.clone();
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| {
                let secrets = items
                    .iter()
                    .flat_map(|(_, secrets)| secrets.clone())
                    .collect();
                (
                    Value::Array(items.into_iter().map(|(value, _)| value).collect()),
                    secrets,
                )
            }),
            prop::collection::vec((prop::sample::select(keys), inner), 1..5).prop_map(|entries| {
                let mut secrets = vec![];
                let mut object = serde_json::Map::new();
                for (key, (value, found)) in entries {
                    secrets.extend(found);
                    object.insert(key, value);
                }
                (Value::Object(object), secrets)
            }),
        ]
    })
}

fn operations() -> Vec<(String, Vec<String>)> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in include_str!("fields.txt").lines() {
        let mut words = line.split_whitespace();
        let (operation, path, keep) = (
            words.next().unwrap(),
            words.next().unwrap(),
            words.next().unwrap(),
        );
        let keys = found.entry(operation.to_owned()).or_default();
        // A plain field is AWS's own word, and kept: it is no place for a secret.
        if keep != "plain" {
            keys.extend(path.split('.').map(str::to_owned));
        }
        keys.extend(
            [
                "Key", "Value", "key", "value", "Password", "Endpoint", "Token", "Message",
            ]
            .map(str::to_owned),
        );
    }
    found.into_iter().collect()
}

proptest! {
    #[test]
    fn no_value_outside_the_list_survives(
        (operation, (tree, secrets)) in prop::sample::select(operations())
            .prop_flat_map(|(operation, keys)| (Just(operation), tree(keys))),
        status in prop::sample::select(vec![200_u16, 400, 403, 500]),
    ) {
        let (service, name) = operation.split_once(':').unwrap();
        let wrapped = json!({ format!("{name}Response"): { format!("{name}Result"): tree } });
        let mut exchange = exchange(service, name, wrapped);
        exchange.status = status;
        for protocol in ["query", "json"] {
            exchange.protocol = protocol;
            let mut names = Names::default();
            let Some(recorded) = allow::exchange(&exchange, &mut names) else { continue };
            let text = recorded.to_string();
            for secret in &secrets {
                prop_assert!(!text.contains(secret.as_str()), "{secret} in {text}");
            }
        }
    }

    #[test]
    fn what_was_asked_keeps_no_name(secret in secret(), account in "[1-9][0-9]{11}") {
        let mut exchange = exchange("rds", "DescribeDBInstances", json!({}));
        exchange.parameters = json!({
            "DBInstanceIdentifier": secret,
            "Filters": [{ "Name": "db-cluster-id", "Values": [format!("arn:aws:rds:eu-west-3:{account}:cluster:{secret}")] }],
        });
        let text = allow::exchange(&exchange, &mut Names::default()).unwrap().to_string();
        prop_assert!(!text.contains(&secret) && !text.contains(&account), "{text}");
    }

    #[test]
    fn the_same_has_the_same_name_and_others_have_others(one in secret(), other in secret()) {
        let mut names = Names::default();
        let (first, second) = (names.name(&one), names.name(&other));
        prop_assert_eq!(names.name(&one), first.clone());
        prop_assert_eq!(one == other, first == second);
        let arn = |name: &str| format!("arn:aws:rds:eu-west-3:123456789012:db:{name}");
        prop_assert_eq!(names.arn(&arn(&one)), format!("arn:aws:rds:eu-west-3:000000000001:db:{first}"));
    }
}

#[test]
fn an_operation_that_is_not_on_the_list_is_not_recorded() {
    let mut names = Names::default();
    for (service, operation) in [
        ("s3", "GET /bucket/key"),
        ("secretsmanager", "GetSecretValue"),
        ("sts", "AssumeRole"),
    ] {
        let exchange = exchange(service, operation, json!({ "SecretString": "s" }));
        assert_eq!(allow::exchange(&exchange, &mut names), None, "{service}");
    }
}

#[test]
fn words_that_decide_are_kept_and_nothing_else_of_a_name() {
    let mut names = Names::default();
    assert_eq!(names.name("preprod"), "preprod");
    assert_eq!(names.name("acme-prod-db1"), "name-prod-db-2");
    assert_eq!(names.name("someone@example.com"), "name-3");
    assert_eq!(names.name("123456789012"), "000000000001");
    assert_eq!(
        names.arn("arn:aws:sts::123456789012:assumed-role/acme-admin/someone"),
        "arn:aws:sts::000000000001:assumed-role/name-4/name-5"
    );
}

#[test]
fn a_policy_keeps_who_may_publish_and_no_account() {
    let policy = json!({ "Statement": [
        { "Effect": "Allow", "Principal": { "Service": "budgets.amazonaws.com" }, "Action": "SNS:Publish", "Resource": "arn:aws:sns:eu-west-3:123456789012:acme",
          "Condition": { "StringEquals": { "aws:SourceAccount": "123456789012" } } },
        { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:root" }, "Action": ["SNS:Subscribe"], "Resource": "*" },
    ] });
    let answer = json!({ "GetTopicAttributesResponse": { "GetTopicAttributesResult": { "Attributes": { "entry": [
        { "key": "Policy", "value": policy.to_string() },
        { "key": "Owner", "value": "123456789012" },
    ] } } } });
    let exchange = exchange("sns", "GetTopicAttributes", answer);
    let text = allow::exchange(&exchange, &mut Names::default())
        .unwrap()
        .to_string();
    assert!(
        text.contains("budgets.amazonaws.com") && text.contains("sns:publish"),
        "{text}"
    );
    for secret in ["123456789012", "acme", "Owner"] {
        assert!(!text.contains(secret), "{text}");
    }
}
