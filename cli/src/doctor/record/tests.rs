//! What no recording may hold.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::doctor::checks::questions;
use crate::doctor::rights::{GUARD, Right, SCHEDULER, policy, rights, scheduled};

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

/// Names that are words of an ARN, of Nightcap's or of AWS's, with and without something else.
const HARD_NAMES: &str = "
timezone: UTC
schedules: { s: { windows: [{ start: '0 9 * * *', stop: '0 19 * * *' }] } }
environments:
  service: { schedule: s, kinds: [ec2-instance, ecs-service, eks-node-group, auto-scaling-group], max_capacity: 7 }
  acme-example: { schedule: s, kinds: [rds-instance, aurora-cluster], snapshot_on_stop: true }
  cluster-9: { schedule: s, kinds: [rds-instance, ec2-instance], roles: ['arn:aws:iam::222222222222:role/service/acme'] }
  dev-acme: { schedule: s }
  prod: { protected: true }
";

const HERE: &str = "123456789012";
const SIMULATE: &str = "SimulatePrincipalPolicy";

/// What is asked about a configuration's fleet by a role.
fn of_fleet(config: &Compiled, account: &str, role: &str) -> Vec<Vec<(String, String)>> {
    let policy = policy(config.config(), &scheduled(config), account, "aws");
    questions(role, &rights(&policy, "eu-west-3"))
}

/// A question as the recording has it.
fn recorded(asked: Vec<(String, String)>, names: &mut Names) -> Value {
    let mut exchange = exchange("iam", SIMULATE, json!({}));
    exchange.parameters = asked
        .into_iter()
        .map(|(key, value)| (key, json!(value)))
        .collect();
    let recorded = allow::exchange(&exchange, names).unwrap();
    recorded["parameters"].clone()
}

/// A question as a replay is asked it.
fn replayed(asked: Vec<(String, String)>) -> Value {
    asked
        .into_iter()
        .map(|(key, value)| (key, json!(value)))
        .collect()
}

#[test]
fn a_replay_asks_the_simulator_about_the_fleet_what_was_recorded() {
    let config = Compiled::parse(HARD_NAMES).unwrap();
    let mut names = Names::default();
    names.deployment("acme");
    let written = serde_json::to_value(config.config()).unwrap();
    let written = allow::configuration(&written, &mut names).to_string();
    let again = Compiled::parse(&written).unwrap();
    for role in [
        "arn:aws:iam::123456789012:role/acme-scheduler",
        "arn:aws:iam::123456789012:role/service-role/acme",
        "arn:aws:iam::123456789012:user/someone",
    ] {
        let asked = of_fleet(&config, HERE, role);
        assert!(asked.len() > 20, "{}", asked.len());
        let kept: Vec<Value> = asked
            .into_iter()
            .map(|one| recorded(one, &mut names))
            .collect();
        let (account, role) = (names.account(HERE), names.arn(role));
        for question in of_fleet(&again, &account, &role).into_iter().map(replayed) {
            assert!(kept.contains(&question), "{question:#} of {kept:#?}");
        }
    }
}

#[test]
fn a_replay_asks_the_simulator_about_nightcaps_own_things_what_was_recorded() {
    let mut names = Names::default();
    names.deployment("acme");
    let variables = json!({
        "NIGHTCAP_TABLE": "table",
        "NIGHTCAP_TOPIC_ARN": "arn:aws:sns:eu-west-3:123456789012:acme-example",
        "NIGHTCAP_CONFIG": "ssm:///service/acme/policy:3",
    });
    let answer = json!({ "Environment": { "Variables": variables } });
    let path = "GET /2015-03-31/functions/acme-scheduler/configuration";
    let again = allow::exchange(&exchange("lambda", path, answer), &mut names).unwrap();
    let again = again["answer"]["Environment"]["Variables"].clone();
    let resources = |variables: &Value, account: &str, name: &str| {
        let of = |key: &str| variables[key].as_str().unwrap().to_owned();
        let parameter = of("NIGHTCAP_CONFIG");
        let parameter = parameter.trim_start_matches("ssm:///");
        vec![
            format!(
                "arn:aws:dynamodb:eu-west-3:{account}:table/{}",
                of("NIGHTCAP_TABLE")
            ),
            of("NIGHTCAP_TOPIC_ARN"),
            format!("arn:aws:ssm:eu-west-3:{account}:parameter/{parameter}"),
            format!("arn:aws:sqs:eu-west-3:{account}:{name}-dead-letters"),
            format!(
                "arn:aws:logs:eu-west-3:{account}:log-group:/aws/lambda/{name}-scheduler:log-stream:example"
            ),
            format!("arn:aws:billing::{account}:billingview/primary"),
            format!("arn:aws:rds:eu-west-3:{account}:cluster:example"),
            "*".to_owned(),
        ]
    };
    let asked = |resources: Vec<String>, role: &str| {
        let of = |resource: &String| -> Vec<Right> {
            let actions = SCHEDULER.iter().chain(&GUARD).map(|(action, _)| *action);
            let via = ["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"];
            let actions = actions.chain(via).map(|action| Right {
                action: action.to_owned(),
                resource: resource.clone(),
                context: vec![(
                    "kms:ViaService".to_owned(),
                    "ec2.eu-west-3.amazonaws.com".to_owned(),
                )],
            });
            actions.collect()
        };
        questions(role, &resources.iter().flat_map(of).collect::<Vec<_>>())
    };
    let role = "arn:aws:iam::123456789012:role/acme-budget-guard";
    let first = asked(resources(&variables, HERE, "acme"), role).into_iter();
    let kept: Vec<Value> = first.map(|one| recorded(one, &mut names)).collect();
    let (account, role) = (names.account(HERE), names.arn(role));
    let second = asked(resources(&again, &account, "nightcap"), &role).into_iter();
    assert_eq!(second.map(replayed).collect::<Vec<_>>(), kept);
}

#[test]
fn an_action_of_the_simulators_answer_is_kept_whatever_has_a_part_of_its_name() {
    let mut names = Names::default();
    for name in ["Instance", "Stop", "Environment"] {
        names.name(name);
    }
    let results = json!({ "EvaluationResults": { "member": {
        "EvalActionName": "rds:StopDBInstance",
        "EvalDecision": "implicitDeny",
        "MissingContextValues": { "member": "aws:ResourceTag/Environment" },
    } } });
    let answer =
        json!({ "SimulatePrincipalPolicyResponse": { "SimulatePrincipalPolicyResult": results } });
    let kept = allow::exchange(&exchange("iam", SIMULATE, answer.clone()), &mut names).unwrap();
    assert_eq!(kept["answer"], answer);
}
