//! Many targets: three accounts in four regions, by the queue.

use std::collections::{BTreeMap, BTreeSet};

use nightcap_tests::{EmbeddedAws, GreenLeaf, Queue, Running, embedded_metrics, root};
use serde_json::{Value, json};

use crate::e2e::world::{FRIDAY, create_database_as, scheduler, tick};

const ACCOUNTS: [&str; 3] = ["111111111111", "222222222222", "333333333333"];
const REGIONS: [&str; 4] = ["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1"];
const PREPROD: [(&str, &str); 1] = [("nightcap:environment", "preprod")];
const TABLE: &str = "nightcap";

fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/nightcap")
}

/// Preprod in every account and region, with drills; `max_targets` are worked in one go.
fn config(max_targets: usize) -> String {
    let roles = ACCOUNTS.map(role).join(", ");
    let regions = REGIONS.join(", ");
    format!(
        "timezone: Europe/Paris
drills: true
schedules:
  office-hours:
    windows: [{{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }}]
environments:
  preprod:
    schedule: office-hours
    roles: [{roles}]
    regions: [{regions}]
  prod: {{ protected: true }}
limits: {{ max_targets: {max_targets} }}
"
    )
}

/// One database in every target, named for it.
fn fleet() -> (EmbeddedAws, GreenLeaf) {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.create_ledger(TABLE);
    let greenleaf = aws.seed();
    for account in ACCOUNTS {
        for region in REGIONS {
            create_database_as(&aws, account, region, &name(account, region), &PREPROD);
        }
    }
    aws.move_to(FRIDAY);
    aws.forget_calls();
    (aws, greenleaf)
}

fn name(account: &str, region: &str) -> String {
    format!("db-{account}-{region}")
}

fn everywhere() -> BTreeSet<String> {
    let places = ACCOUNTS
        .iter()
        .flat_map(|account| REGIONS.map(|region| name(account, region)));
    places.collect()
}

fn function(aws: &EmbeddedAws, greenleaf: &GreenLeaf, queue: &Queue<'_>, ledger: bool) -> Running {
    let mut function = scheduler(aws, &config(11))
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .with("NIGHTCAP_QUEUE_URL", queue.url());
    if ledger {
        function = function.with("NIGHTCAP_TABLE", TABLE);
    }
    function.start()
}

/// The databases that were ordered to stop, as often as they were.
fn stops(aws: &EmbeddedAws) -> Vec<String> {
    let calls = aws.calls().into_iter();
    let stops = calls.filter(|call| call.action == "StopDBInstance");
    stops.map(|call| call.resource().to_owned()).collect()
}

/// The results of the messages of a batch, counted.
fn results(answer: &Value) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for target in answer["targets"].as_array().unwrap() {
        let result = target["result"].as_str().unwrap().to_owned();
        *counts.entry(result).or_default() += 1;
    }
    counts
}

fn counts(all: &[(&str, usize)]) -> BTreeMap<String, usize> {
    all.iter()
        .map(|(word, n)| ((*word).to_owned(), *n))
        .collect()
}

fn event(name: &str) -> Value {
    let path = root().join(format!("events/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn every_target_is_sent_once_and_worked_once_with_and_without_a_ledger() {
    for ledger in [true, false] {
        let (aws, greenleaf) = fleet();
        let queue = Queue::create(&aws, "targets");
        let mut function = function(&aws, &greenleaf, &queue, ledger);
        let answer = function.invoke(&tick(FRIDAY)).unwrap();
        assert_eq!(answer["summary"]["sent"], 12, "{answer:#}");
        assert_eq!(answer["problems"], json!([]));
        assert_eq!(stops(&aws), [""; 0], "the sender does nothing itself");
        let calls = aws.calls();
        let sending = calls
            .iter()
            .filter(|call| call.action == "SendMessageBatch");
        assert_eq!(sending.count(), 2, "ten messages a call");

        // As deployed: one message an invocation.
        let events = queue.take(1);
        assert_eq!(events.len(), 12);
        for event in &events {
            let answer = function.invoke(event).unwrap();
            assert_eq!(answer["batchItemFailures"], json!([]), "{answer:#}");
            let [target] = &answer["targets"].as_array().unwrap()[..] else {
                panic!("{answer:#}");
            };
            assert_eq!(target["summary"]["stopped"], 1, "{answer:#}");
            // The sender's, so that all that was done by one tick can be found.
            assert_eq!(
                target["correlation_id"],
                "00000000-0000-4000-8000-000000000001"
            );
        }
        let stopped = stops(&aws);
        assert_eq!(stopped.len(), 12, "each once");
        assert_eq!(stopped.into_iter().collect::<BTreeSet<_>>(), everywhere());

        let log = function.log();
        let worked: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("target worked"))
            .collect();
        let sender = "\"correlation_id\":\"00000000-0000-4000-8000-000000000001\"";
        assert_eq!(worked.len(), 12);
        assert!(
            worked.iter().all(|line| line.contains(sender)),
            "{worked:#?}"
        );

        // At least once means: twice.
        for event in &events {
            let answer = function.invoke(event).unwrap();
            assert_eq!(results(&answer), counts(&[("done", 1)]));
        }
        assert_eq!(stops(&aws).len(), 12, "duplicates order nothing");
        assert_eq!(
            greenleaf.mails(&aws),
            [],
            "twelve targets are no twelve mails"
        );
    }
}

/// What the guard left is read among the rest of the ledger that every target reads.
#[test]
fn a_guard_that_is_silent_is_told_by_one_target_of_many() {
    let (aws, greenleaf) = fleet();
    let beat = json!({ "TableName": TABLE, "Item": {
        "pk": { "S": "state" }, "sk": { "S": "life#guard" },
        "at": { "S": "2026-11-17T10:00:00Z" }, "looked": { "BOOL": true }
    } });
    aws.json("dynamodb", "DynamoDB_20120810.PutItem", &beat);
    let queue = Queue::create(&aws, "targets");
    let watched = format!(
        "{}budget: {{ name: greenleaf-monthly, limit: 500 }}\n",
        config(11)
    );
    let mut function = scheduler(&aws, &watched)
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .with("NIGHTCAP_QUEUE_URL", queue.url())
        .with("NIGHTCAP_TABLE", TABLE)
        .start();
    function.invoke(&tick(FRIDAY)).unwrap();
    let events = queue.take(1);
    assert_eq!(events.len(), 12);
    for event in &events {
        function.invoke(event).unwrap();
    }
    let mails = greenleaf.mails(&aws);
    let [mail] = &mails[..] else {
        panic!("{mails:#?}");
    };
    assert!(mail.subject.starts_with("Budget not watched"), "{mails:#?}");
}

#[test]
fn two_deliveries_of_one_message_at_the_same_time_do_the_work_once() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut functions = [(); 2].map(|()| function(&aws, &greenleaf, &queue, true));
    functions[0].invoke(&tick(FRIDAY)).unwrap();
    let events = queue.take(10);
    for function in &mut functions {
        function.invoke(&json!({ "command": "holds" })).unwrap();
    }
    // What reads is slow, so that both have read before one writes.
    aws.fail(&json!({ "action": "Describe*", "delay_ms": 200 }));
    for event in &events {
        std::thread::scope(|scope| {
            for function in &mut functions {
                scope.spawn(|| function.invoke(event).unwrap());
            }
        });
    }
    let stopped = stops(&aws);
    assert_eq!(stopped.len(), 12, "{stopped:?}");
}

#[test]
fn what_is_poisoned_fails_alone_and_ends_with_the_dead_letters() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    function.invoke(&tick(FRIDAY)).unwrap();
    queue.send("{\"region\": ");
    let poisoned = role(ACCOUNTS[1]);
    aws.fail(&json!({ "action": "AssumeRole", "resource": poisoned, "error": "AccessDenied" }));
    let mut seen = vec![];
    while let Some(answer) = queue.deliver(&mut function) {
        seen.push(results(&answer.unwrap()));
        assert!(
            seen.len() < 40,
            "a poisoned message comes for ever: {seen:?}"
        );
    }
    let mut all: BTreeMap<String, usize> = BTreeMap::new();
    for (result, count) in seen.into_iter().flatten() {
        *all.entry(result).or_default() += count;
    }
    // Five attempts each: the message, and the four regions of the account.
    let expected = counts(&[("done", 8), ("failed", 20), ("malformed", 5)]);
    assert_eq!(all, expected);
    let stopped: BTreeSet<String> = stops(&aws).into_iter().collect();
    let (healthy, ill): (BTreeSet<String>, BTreeSet<String>) = everywhere()
        .into_iter()
        .partition(|name| !name.contains(ACCOUNTS[1]));
    assert_eq!(stopped, healthy);
    assert_eq!(ill.len(), 4);
    let dead = queue.dead_letters();
    assert_eq!(dead.len(), 5, "{dead:#?}");
    // Each of the four has told once, whatever the attempts.
    assert_eq!(greenleaf.mails(&aws).len(), 4);
}

#[test]
fn what_is_stale_or_not_configured_is_dropped_with_a_reason() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    let mut old = event("sqs-stale");
    let mut batch = event("sqs-batch");
    let records = batch["Records"].as_array_mut().unwrap();
    records.truncate(2);
    records.push(old["Records"][0].take());
    aws.forget_calls();
    let answer = function.invoke(&batch).unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]), "nothing comes back");
    let expected = counts(&[("not-configured", 2), ("stale", 1)]);
    assert_eq!(results(&answer), expected, "{answer:#}");
    assert_eq!(aws.calls(), [], "nothing was even read");
    let log = function.log();
    for reason in ["\"reason\":\"stale\"", "\"reason\":\"not-configured\""] {
        assert!(log.contains(reason), "{reason}: {log}");
    }
}

#[test]
fn a_target_asked_for_twice_in_one_batch_is_worked_once() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, false);
    function.invoke(&tick(FRIDAY)).unwrap();
    function.invoke(&tick(FRIDAY)).unwrap();
    let mut all: Vec<Value> = vec![];
    for event in queue.take(10) {
        all.extend(event["Records"].as_array().unwrap().clone());
    }
    let answer = function.invoke(&json!({ "Records": all })).unwrap();
    assert_eq!(results(&answer), counts(&[("done", 12), ("repeated", 12)]));
    assert_eq!(stops(&aws).len(), 12);
}

#[test]
fn few_targets_or_no_queue_are_worked_in_one_go() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    for (max_targets, url, warned) in [(12, queue.url(), false), (11, "", true)] {
        aws.forget_calls();
        let mut function = scheduler(&aws, &config(max_targets))
            .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
            .with("NIGHTCAP_TABLE", TABLE)
            .with("NIGHTCAP_QUEUE_URL", url)
            .start();
        let answer = function.invoke(&tick(FRIDAY)).unwrap();
        assert_eq!(
            answer["resources"].as_array().unwrap().len(),
            12,
            "{answer:#}"
        );
        assert_eq!(function.log().contains("NIGHTCAP_QUEUE_URL"), warned);
    }
    // What only looks is answered at once, however many targets there are.
    let mut function = function(&aws, &greenleaf, &queue, true);
    for asked in [
        json!({ "command": "plan" }),
        json!({ "command": "tick", "dry_run": true }),
    ] {
        let answer = function.invoke(&asked).unwrap();
        assert_eq!(answer["resources"].as_array().unwrap().len(), 12);
    }
    assert_eq!(queue.take(10), Vec::<Value>::new());
}

#[test]
fn a_queue_that_takes_nothing_is_an_error_with_the_remedy() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    aws.fail(&json!({ "action": "SendMessageBatch", "error": "AccessDenied", "times": 2 }));
    let error = function.invoke(&tick(FRIDAY)).unwrap_err();
    assert_eq!(error.kind, "Unsent");
    assert!(
        error.message.contains("allow sqs:SendMessage to"),
        "{error}"
    );
    // One call of two fails: the others are sent, and the rest is told.
    aws.fail(&json!({ "action": "SendMessageBatch", "error": "AccessDenied", "times": 1 }));
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    let summary = &answer["summary"];
    let (sent, unsent) = (summary["sent"].as_u64(), summary["unsent"].as_u64());
    assert!(
        [(Some(2), Some(10)), (Some(10), Some(2))].contains(&(sent, unsent)),
        "{summary:#}"
    );
    assert_eq!(
        Some(answer["problems"].as_array().unwrap().len() as u64),
        unsent
    );
    assert_eq!(answer["problems"][0]["code"], "not-sent");
}

#[test]
fn a_problem_of_one_target_is_told_once_and_over_only_by_itself() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    let stubborn = name(ACCOUNTS[0], REGIONS[0]);
    aws.fail(&json!({ "action": "StopDBInstance", "resource": stubborn, "error": "AccessDenied" }));
    let mut subjects = vec![];
    for at in ["2026-11-20T18:00:00Z", "2026-11-20T18:10:00Z"] {
        function.invoke(&tick(at)).unwrap();
        while let Some(answer) = queue.deliver(&mut function) {
            answer.unwrap();
        }
        subjects.push(greenleaf.mails(&aws).len());
    }
    assert_eq!(subjects, [1, 0], "the eleven others say nothing about it");
    aws.heal();
    let over: Vec<_> = ["2026-11-20T18:20:00Z", "2026-11-20T18:30:00Z"]
        .into_iter()
        .flat_map(|at| {
            function.invoke(&tick(at)).unwrap();
            while let Some(answer) = queue.deliver(&mut function) {
                answer.unwrap();
            }
            greenleaf.mails(&aws)
        })
        .collect();
    assert_eq!(over.len(), 1, "{over:#?}");
    assert!(over[0].body.contains(&stubborn), "{}", over[0].body);
}

#[test]
fn an_event_of_rds_ticks_only_the_target_it_comes_from() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    let mut news = event("rds-instance-stopped");
    news["account"] = ACCOUNTS[2].into();
    news["region"] = REGIONS[1].into();
    news["time"] = FRIDAY.into();
    let answer = function.invoke(&news).unwrap();
    assert_eq!(
        answer["resources"].as_array().unwrap().len(),
        1,
        "{answer:#}"
    );
    assert_eq!(stops(&aws), [name(ACCOUNTS[2], REGIONS[1])]);
    // Nobody's account: nothing is read.
    aws.forget_calls();
    news["account"] = "999999999999".into();
    let answer = function.invoke(&news).unwrap();
    assert_eq!(answer["ignored"], true, "{answer:#}");
    assert_eq!(aws.calls(), []);
}

#[test]
fn what_fails_everywhere_is_ten_mails_and_the_rest_is_told_later() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    aws.fail(&json!({ "action": "AssumeRole", "error": "AccessDenied" }));
    let mails: Vec<usize> = [
        "2026-11-20T18:00:00Z",
        "2026-11-20T18:20:00Z",
        "2026-11-20T18:40:00Z",
    ]
    .into_iter()
    .map(|at| {
        function.invoke(&tick(at)).unwrap();
        // One by one: those that look at the same moment do not see each other.
        for event in queue.take(1) {
            let answer = function.invoke(&event).unwrap();
            assert_eq!(results(&answer), counts(&[("failed", 1)]));
        }
        greenleaf.mails(&aws).len()
    })
    .collect();
    assert_eq!(mails, [10, 2, 0]);
}

#[test]
fn the_sender_shows_that_the_schedule_lives_whatever_becomes_of_its_targets() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    function.invoke(&tick(FRIDAY)).unwrap();
    let figures = function.figures();
    let [line] = &figures[..] else {
        panic!("one line of the sender: {figures:#?}");
    };
    let metrics = embedded_metrics(line).unwrap();
    for (name, value) in [("Heartbeat", 1.0), ("Ticks", 1.0), ("TargetsSent", 12.0)] {
        assert_eq!(metrics.get(name), Some(&value), "{name}: {metrics:?}");
    }
    // Two of the queue, and none of any target.
    assert_eq!(metrics.get("AwsCalls"), Some(&2.0), "{line}");

    // Every target fails: the schedule lives all the same, and each says that it failed.
    aws.fail(&json!({ "action": "Describe*", "error": "AccessDenied" }));
    for event in queue.take(1) {
        function.invoke(&event).unwrap();
    }
    let told = function.figures();
    assert_eq!(told.len(), 13);
    let beats = told.iter().map(|line| line["Heartbeat"].as_u64().unwrap());
    assert_eq!(beats.sum::<u64>(), 1);

    // What cannot be sent at all is no sign of life.
    aws.fail(&json!({ "action": "SendMessageBatch", "error": "AccessDenied" }));
    function.invoke(&tick(FRIDAY)).unwrap_err();
    assert_eq!(function.figures().last().unwrap()["Heartbeat"], 0);
}

#[test]
fn a_target_among_many_reads_its_own_part_of_the_ledger_and_no_other() {
    let (aws, greenleaf) = fleet();
    let queue = Queue::create(&aws, "targets");
    let mut function = function(&aws, &greenleaf, &queue, true);
    for at in [FRIDAY, "2026-11-20T18:10:00Z"] {
        aws.move_to(at);
        function.invoke(&tick(at)).unwrap();
        for event in queue.take(1) {
            function.invoke(&event).unwrap();
        }
    }
    aws.move_to("2026-11-20T18:20:00Z");
    function.invoke(&tick("2026-11-20T18:20:00Z")).unwrap();
    let event = queue.take(1).remove(0);
    aws.forget_calls();
    let answer = function.invoke(&event).unwrap();
    let target = &answer["targets"][0];
    assert_eq!(
        target["summary"]["left"], 1,
        "its database sleeps: {answer:#}"
    );
    let account = target["role"].as_str().unwrap().split(':').nth(4).unwrap();
    let region = target["region"].as_str().unwrap();
    let calls = aws.calls();
    let queries = calls.iter().filter(|call| call.service == "dynamodb");
    let mut from: Vec<String> = queries
        .map(|call| call.parameters["ExpressionAttributeValues"][":from"]["S"].to_string())
        .collect();
    from.sort();
    let there = format!("\"carried#{region}#{account}#\"");
    assert_eq!(from, [there, "\"hold#\"".to_owned()]);
}
