//! The embedded AWS of `tests/embedded_aws`, as a process of its own.

use std::collections::HashMap;
use std::fs;
use std::thread;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::Agent;

use crate::aws_call::{AwsAnswer, authorization};
use crate::prefork::{Connection, connect};
use crate::{Call, Change, GreenLeaf};

/// The region of the seeded fleet, and of calls that name no other.
pub const REGION: &str = "eu-west-3";

/// The account of the seeded fleet, and of calls that name no other.
const ACCOUNT: &str = "123456789012";

/// The access key of who may do everything: it seeds, and looks.
pub(crate) const ADMINISTRATOR: &str = "embedded";

/// An AWS on a free port of loopback, with a virtual clock, a journal and faults. It ends
/// when this is dropped, and by itself when the test's process is gone.
#[derive(Debug)]
pub struct EmbeddedAws {
    endpoint: String,
    agent: Agent,
    // Held open: the server ends when this is closed.
    _server: Connection,
    _folder: TempDir,
}

impl EmbeddedAws {
    /// Starts an empty account whose clock stands at `now` (RFC 3339).
    pub fn start(now: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("log");
        // Who answers on the port must be the server that was started here.
        let nonce = folder.path().display().to_string();
        let mut server = connect();
        let answer = server.ask(&json!({
            "serve": { "now": now, "nonce": nonce, "log": log, "environment": settings() }
        }));
        let port = answer["port"].as_u64().unwrap_or_else(|| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            panic!("the embedded AWS did not start: {answer}\n{log}")
        });
        let aws = Self {
            endpoint: format!("http://127.0.0.1:{port}"),
            agent: agent(),
            _server: server,
            _folder: folder,
        };
        assert_eq!(
            aws.get::<Value>("identity")["nonce"],
            nonce,
            "{} is another server",
            aws.endpoint
        );
        aws
    }

    /// Where it answers: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The variables by which a program talks to this AWS and to no other, as an administrator.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = Self::elsewhere(&self.endpoint);
        variables.push(("AWS_ACCESS_KEY_ID", ADMINISTRATOR.to_owned()));
        variables.push(("AWS_SECRET_ACCESS_KEY", "embedded".to_owned()));
        variables
    }

    /// The variables for an endpoint of which nothing is known, without credentials.
    pub fn elsewhere(endpoint: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", endpoint.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }

    /// Makes GreenLeaf's preprod and prod, and strangers (`python -m embedded_aws.seed`).
    /// The clock has moved by three minutes afterwards, and the journal is empty.
    pub fn seed(&self) -> GreenLeaf {
        let made = connect().ask(&json!({ "seed": { "endpoint": self.endpoint } }));
        assert!(made["error"].is_null(), "seeding failed:\n{made}");
        self.forget_calls();
        serde_json::from_value(made).expect("what was made")
    }

    /// Makes a table for a ledger, as `infra/modules/nightcap` does.
    pub fn create_ledger(&self, table: &str) {
        let made = json!({
            "TableName": table,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                { "AttributeName": "pk", "AttributeType": "S" },
                { "AttributeName": "sk", "AttributeType": "S" },
            ],
            "KeySchema": [
                { "AttributeName": "pk", "KeyType": "HASH" },
                { "AttributeName": "sk", "KeyType": "RANGE" },
            ],
        });
        self.json("dynamodb", "DynamoDB_20120810.CreateTable", &made);
        let expiring = json!({
            "TableName": table,
            "TimeToLiveSpecification": { "Enabled": true, "AttributeName": "expires" },
        });
        self.json("dynamodb", "DynamoDB_20120810.UpdateTimeToLive", &expiring);
    }

    /// Empties the account, lifts every fault, and sets the clock.
    pub fn reset(&self, now: &str) {
        self.post("reset", &json!({ "now": now }));
        self.forget_calls();
    }

    /// Moves the clock on to an instant; what falls due by then has happened.
    pub fn move_to(&self, now: &str) {
        self.post("clock", &json!({ "now": now }));
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        self.post("clock", &json!({ "advance_seconds": by.as_secs() }));
    }

    /// Sets a fault: `{"action": "StopDB*", "resource": "db-1", "error": "Throttling", "times": 2}`;
    /// `tests/embedded_aws/faults.py` has the keys.
    pub fn fail(&self, fault: &Value) {
        self.post("faults", fault);
    }

    /// Lifts every fault.
    pub fn heal(&self) {
        control(self.agent.delete(self.control_url("faults")).call());
    }

    /// Cuts every page to so many items.
    pub fn limit_pages(&self, limit: u32) {
        self.post("pages", &json!({ "limit": limit }));
    }

    /// Puts a database into a state that no call leads to, or changes attributes of moto's
    /// model of it: `{"db_instance": "db-1", "status": "storage-full", "attributes": {…}}`.
    pub fn force(&self, database: &Value) {
        self.post("rds", database);
    }

    /// Has AWS undo every start of a machine, or forget a Spot request (`machines.py`).
    pub fn machines(&self, sent: &Value) {
        self.post("machines", sent);
    }

    /// Has describe calls of everybody else lag behind writes: `{"seconds": 30, "service": "rds"}`
    /// (`tests/embedded_aws/lag.py`).
    pub fn lag(&self, sent: &Value) {
        self.post("lag", sent);
    }

    /// Throttles everybody else by the buckets that AWS documents, smaller and refilled faster
    /// as said: `{"size": 0.2, "refill": 2}` (`tests/embedded_aws/throttling.py`).
    pub fn throttle(&self, sent: &Value) {
        self.post("throttling", sent);
    }

    /// Has predictive scaling foresee that a group needs so many machines.
    pub fn foresee(&self, group: &str, machines: u32) {
        self.post("groups", &json!({ "group": group, "forecast": machines }));
    }

    /// Writes the bill, or clicks in a mail: `tests/embedded_aws/money.py` has the keys.
    pub fn money(&self, sent: &Value) {
        self.post("money", sent);
    }

    /// Every call since the last [`Self::forget_calls`], in order.
    pub fn calls(&self) -> Vec<Call> {
        self.get("calls")
    }

    /// Every call that may have changed something.
    pub fn orders(&self) -> Vec<Call> {
        self.calls()
            .into_iter()
            .filter(|call| !call.reads())
            .collect()
    }

    /// What AWS did by itself since the last [`Self::forget_calls`].
    pub fn changes(&self) -> Vec<Change> {
        self.get("changes")
    }

    /// What must not be in a test run: a call of which nobody said how AWS authorises it, a
    /// request or an answer that the service's model does not have, a call of a function that
    /// its role does not allow. Whoever drops this AWS with one left fails.
    pub fn defects(&self) -> Vec<Value> {
        let checks: Value = self.get("checks");
        let found = ["defects", "refused"].map(|key| checks[key].as_array().cloned());
        found.into_iter().flatten().flatten().collect()
    }

    /// Forgets the defects, which a test has provoked and seen.
    pub fn forget_defects(&self) {
        control(self.agent.delete(self.control_url("checks")).call());
    }

    /// Empties the journal.
    pub fn forget_calls(&self) {
        control(self.agent.delete(self.control_url("calls")).call());
    }

    /// Calls a service that speaks the query protocol (`rds`, `autoscaling`, `sns`, `ec2`).
    pub fn query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> AwsAnswer {
        self.query_in(REGION, service, action, parameters)
    }

    /// The same in another region.
    pub fn query_in(
        &self,
        region: &str,
        service: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> AwsAnswer {
        self.query_as(ACCOUNT, region, service, action, parameters)
    }

    /// The same in another account: there is one for every role that is assumed.
    pub fn query_as(
        &self,
        account: &str,
        region: &str,
        service: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> AwsAnswer {
        let form = [("Action", action)]
            .into_iter()
            .chain(parameters.iter().copied());
        let sent = self
            .agent
            .post(&self.endpoint)
            .header("Authorization", authorization(service, region))
            .header("x-moto-account-id", account)
            .send_form(form);
        answer(sent).fine(action)
    }

    /// Calls a service that speaks JSON (`sqs`, `ssm`, `dynamodb`); `target` is the header
    /// `X-Amz-Target`, such as `AmazonSQS.ReceiveMessage`.
    pub fn json(&self, service: &str, target: &str, body: &Value) -> Value {
        let sent = self
            .agent
            .post(&self.endpoint)
            .header("Authorization", authorization(service, REGION))
            .header("Content-Type", "application/x-amz-json-1.0")
            .header("X-Amz-Target", target)
            .send(body.to_string());
        answer(sent).fine(target).json()
    }

    /// Calls a service that speaks REST with JSON (`eks`): `POST`, a path and a body.
    pub fn rest(&self, service: &str, path: &str, body: &Value) -> Value {
        let sent = self
            .agent
            .post(format!("{}{path}", self.endpoint))
            .header("Authorization", authorization(service, REGION))
            .header("Content-Type", "application/json")
            .send(body.to_string());
        answer(sent).fine(path).json()
    }

    /// What a service that speaks REST with JSON has at a path.
    pub fn rest_get(&self, service: &str, path: &str) -> Value {
        let sent = self
            .agent
            .get(format!("{}{path}", self.endpoint))
            .header("Authorization", authorization(service, REGION))
            .call();
        answer(sent).fine(path).json()
    }

    /// Deletes what a service that speaks REST with JSON has at a path.
    pub fn rest_delete(&self, service: &str, path: &str) {
        let sent = self
            .agent
            .delete(format!("{}{path}", self.endpoint))
            .header("Authorization", authorization(service, REGION))
            .call();
        answer(sent).fine(path);
    }

    /// Puts an object into S3, making its bucket.
    pub fn put_object(&self, bucket: &str, key: &str, text: &str) {
        for (path, body) in [(bucket.to_owned(), ""), (format!("{bucket}/{key}"), text)] {
            let sent = self
                .agent
                .put(format!("{}/{path}", self.endpoint))
                // Only from there does a bucket need no constraint on its location.
                .header("Authorization", authorization("s3", "us-east-1"))
                .header("Content-Type", "application/octet-stream")
                .send(body);
            answer(sent).fine(&path);
        }
    }

    fn control_url(&self, what: &str) -> String {
        format!("{}/nightcap/{what}", self.endpoint)
    }

    fn get<T: DeserializeOwned>(&self, what: &str) -> T {
        let told = control(self.agent.get(self.control_url(what)).call());
        serde_json::from_value(told).expect("the journal's shape")
    }

    fn post(&self, what: &str, sent: &Value) {
        let sent = self
            .agent
            .post(self.control_url(what))
            .header("Content-Type", "application/json")
            .send(sent.to_string());
        control(sent);
    }
}

impl Drop for EmbeddedAws {
    fn drop(&mut self) {
        // A test that fails has a reason of its own.
        let defects = if thread::panicking() {
            vec![]
        } else {
            self.defects()
        };
        assert!(defects.is_empty(), "defects of a call: {defects:#?}");
    }
}

/// What of this environment is meant for the embedded AWS.
fn settings() -> HashMap<String, String> {
    std::env::vars()
        .filter(|(name, _)| name == "NIGHTCAP_DECISIONS")
        .collect()
}

/// Deploys a function in the embedded AWS of an endpoint; the access key of its role.
pub(crate) fn deploy(endpoint: &str, function: &Value) -> String {
    let sent = agent()
        .post(format!("{endpoint}/nightcap/functions"))
        .header("Content-Type", "application/json")
        .send(function.to_string());
    let role = control(sent);
    role["access_key"].as_str().expect("a key").to_owned()
}

type Sent = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

fn answer(sent: Sent) -> AwsAnswer {
    let mut answer = sent.expect("the embedded AWS answers");
    AwsAnswer {
        status: answer.status().as_u16(),
        body: answer.body_mut().read_to_string().expect("text"),
    }
}

fn control(sent: Sent) -> Value {
    answer(sent).fine("control request").json()
}

fn agent() -> Agent {
    Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(30)))
        .http_status_as_error(false)
        // Loopback needs no proxy, whatever this environment says.
        .proxy(None)
        .build()
        .into()
}
