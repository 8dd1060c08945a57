//! What these tests share.

use nightcap_tests::{EmbeddedAws, Function, GreenLeaf, Mail, Running};
use serde_json::{Value, json};

pub(crate) const TABLE: &str = "nightcap";
pub(crate) const BUDGET: &str = "greenleaf-monthly";
/// An office day, in drills.
pub(crate) const THURSDAY: &str = "2026-11-12T10:00:00Z";
pub(crate) const FRIDAY: &str = "2026-11-13T10:00:00Z";

/// What dev, preprod and prod cost a day: a month of it keeps the budget of 500 USD…
pub(crate) const CALM: [&str; 3] = ["0.40", "3.80", "8.00"];
/// … a month of this costs about 740 USD, but no more than everything at its maximum.
pub(crate) const COSTLY: [&str; 3] = ["0.60", "9.00", "15.00"];

pub(crate) const SLEEP: &str = "forecast > 110% for 2 days: sleep preprod until month end";

/// A configuration with drills.
pub(crate) fn config(language: &str, ladder: &[&str]) -> String {
    json!({
        "drills": true,
        "timezone": "Europe/Paris",
        "language": language,
        "schedules": { "office": { "windows": [
            { "start": "0 9 * * MON-FRI", "stop": "0 19 * * MON-FRI" }
        ] } },
        "environments": {
            "dev": { "schedule": "office" },
            "preprod": { "schedule": "office", "capacity": { "min": 2, "desired": 2, "max": 4 } },
            "prod": { "protected": true }
        },
        "budget": {
            "name": BUDGET, "limit": 500, "currency": "USD",
            "alerts": ["actual > 80%", "forecast > 100%"], "ladder": ladder
        }
    })
    .to_string()
}

/// An account with a ledger, a topic that a queue and one person read, a budget, and a guard.
pub(crate) struct Stage {
    pub(crate) aws: EmbeddedAws,
    pub(crate) greenleaf: GreenLeaf,
    pub(crate) guard: Running,
}

impl Stage {
    /// At an instant, with this configuration; nothing was charged yet.
    pub(crate) fn at(now: &str, config: &str) -> Self {
        let aws = EmbeddedAws::start(now);
        let greenleaf = mailbox(&aws);
        Self::on(aws, greenleaf, config)
    }

    /// The same with GreenLeaf's fleet.
    pub(crate) fn with_fleet(now: &str, config: &str) -> Self {
        let aws = EmbeddedAws::start(now);
        let greenleaf = aws.seed();
        Self::on(aws, greenleaf, config)
    }

    fn on(aws: EmbeddedAws, greenleaf: GreenLeaf, config: &str) -> Self {
        aws.create_ledger(TABLE);
        subscribe(&aws, &greenleaf.topic_arn, "finance@example.com");
        aws.money(&json!({ "confirm": "finance@example.com" }));
        create_budget(&aws, "500");
        aws.forget_calls();
        let guard = guard(&aws, &greenleaf, config).start();
        Self {
            aws,
            greenleaf,
            guard,
        }
    }

    /// A calm summer since the first of June, then each span at its own pace.
    pub(crate) fn bill(&self, spans: &[(&str, &str, [&str; 3])]) {
        self.charge("2026-06-01", spans[0].0, CALM);
        for (from, to, usd) in spans {
            self.charge(from, to, *usd);
        }
    }

    /// What dev, preprod and prod cost a day, from one day up to, not including, another.
    pub(crate) fn charge(&self, from: &str, to: &str, usd: [&str; 3]) {
        let spans: Vec<Value> = ["dev", "preprod", "prod"]
            .into_iter()
            .zip(usd)
            .map(|(environment, usd)| {
                json!({ "from": from, "to": to, "environment": environment, "usd": usd, "wave_cents": 1 })
            })
            .collect();
        self.aws.money(&json!({ "charges": spans }));
    }

    /// One charge of another sort.
    pub(crate) fn record(&self, day: &str, record: &str, usd: &str) {
        let after = (day.parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(1)).to_string();
        let one = json!({ "from": day, "to": after, "record": record, "usd": usd });
        self.aws.money(&json!({ "charges": [one] }));
    }

    /// A daily look, in earnest.
    pub(crate) fn look(&mut self, at: &str) -> Value {
        self.aws.move_to(at);
        self.guard.invoke(&report(at)).unwrap()
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.greenleaf.mails(&self.aws)
    }

    pub(crate) fn subjects(&self) -> Vec<String> {
        self.mails().into_iter().map(|mail| mail.subject).collect()
    }

    /// How often Cost Explorer was asked since the journal was emptied.
    pub(crate) fn paid_calls(&self) -> usize {
        let calls = self.aws.calls();
        calls.iter().filter(|call| call.service == "ce").count()
    }
}

pub(crate) fn report(at: &str) -> Value {
    json!({ "command": "report", "at": at })
}

/// The guard, about to start.
pub(crate) fn guard(aws: &EmbeddedAws, greenleaf: &GreenLeaf, config: &str) -> Function {
    Function::at(env!("CARGO_BIN_EXE_budget-guard"))
        .using(aws)
        .with("NIGHTCAP_CONFIG", config)
        .with("NIGHTCAP_TOPIC_ARN", &greenleaf.topic_arn)
        .with("NIGHTCAP_TABLE", TABLE)
        .with("NIGHTCAP_INVENTORY", "greenleaf:preprod=iso")
}

/// The topic and the queue of the seed, without its fleet.
pub(crate) fn mailbox(aws: &EmbeddedAws) -> GreenLeaf {
    let topic = aws.query("sns", "CreateTopic", &[("Name", "greenleaf-alerts")]);
    let topic = topic.text("TopicArn").to_owned();
    let queue = aws.json(
        "sqs",
        "AmazonSQS.CreateQueue",
        &json!({ "QueueName": "greenleaf-mailbox" }),
    );
    let arn = topic.replace(":sns:", ":sqs:");
    let arn = arn.replace("greenleaf-alerts", "greenleaf-mailbox");
    let subscription = [
        ("TopicArn", topic.as_str()),
        ("Protocol", "sqs"),
        ("Endpoint", &arn),
    ];
    aws.query("sns", "Subscribe", &subscription);
    let nothing = json!({ "auto_scaling_groups": [], "databases": [], "machines": [] });
    serde_json::from_value(json!({
        "topic_arn": topic, "mailbox_queue_url": queue["QueueUrl"],
        "preprod": nothing, "prod": nothing, "strangers": nothing
    }))
    .unwrap()
}

pub(crate) fn subscribe(aws: &EmbeddedAws, topic: &str, address: &str) {
    let asked = [
        ("TopicArn", topic),
        ("Protocol", "email"),
        ("Endpoint", address),
    ];
    aws.query("sns", "Subscribe", &asked);
}

pub(crate) fn create_budget(aws: &EmbeddedAws, limit: &str) {
    let budget = json!({
        "AccountId": "123456789012",
        "Budget": {
            "BudgetName": BUDGET, "BudgetType": "COST", "TimeUnit": "MONTHLY",
            "BudgetLimit": { "Amount": limit, "Unit": "USD" }
        }
    });
    aws.json("budgets", "AWSBudgetServiceGateway.CreateBudget", &budget);
}

/// What an answer says it told, as `kind: result`.
pub(crate) fn news(answer: &Value) -> Vec<String> {
    let news = answer["news"].as_array().unwrap().iter();
    news.map(|news| {
        let [kind, result] = ["kind", "result"].map(|key| news[key].as_str().unwrap());
        format!("{kind}: {result}")
    })
    .collect()
}

/// The codes of an answer's problems, each of which must say what to do.
pub(crate) fn problems(answer: &Value) -> Vec<&str> {
    let problems = answer["problems"].as_array().unwrap().iter();
    problems
        .map(|problem| {
            assert!(
                !problem["remedy"].as_str().unwrap().is_empty(),
                "{problem}: no remedy"
            );
            problem["code"].as_str().unwrap()
        })
        .collect()
}

pub(crate) fn money(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}
