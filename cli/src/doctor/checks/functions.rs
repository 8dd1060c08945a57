//! The functions: whether they run, and with which configuration.

use nightcap_aws::config_source::{self, ConfigSourceError};
use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_aws::settings::setting;
use nightcap_domain::config::Compiled;
use serde_json::Value;

use super::policies::lets_source;
use crate::doctor::{Deployed, Deployment, Doctor};

const CHECK: &str = "function";

impl Doctor<'_> {
    /// Looks at the scheduler's function, and at the guard's where the file has a budget.
    pub(in crate::doctor) async fn functions(&mut self) {
        let scheduler = format!("{}-scheduler", self.name);
        if let Some(function) = self.function(&scheduler).await {
            let environment = function.get("Environment").cloned().unwrap_or_default();
            self.deployed = Deployed {
                role: tree::text(&function, "Role").to_owned(),
                variables: environment.get("Variables").cloned().unwrap_or_default(),
                timeout: number(&function, "Timeout"),
                ..Deployed::default()
            };
            self.mapping(&scheduler).await;
        }
        if self.config.config().budget.is_some() {
            let guard = format!("{}-budget-guard", self.name);
            if let Some(function) = self.function(&guard).await {
                self.deployed.guard_role = tree::text(&function, "Role").to_owned();
            }
        }
    }

    async fn function(&mut self, name: &str) -> Option<Value> {
        let path = format!("/2015-03-31/functions/{name}/configuration");
        let asked = Question::path(Service::Lambda, "GetFunctionConfiguration", path);
        let function = match self.home.probe.ask(asked).await {
            Ok(function) => function,
            Err(error) if error.cause == Cause::Gone => {
                let missing = Deployment::FunctionMissing {
                    name: name.to_owned(),
                };
                self.row(CHECK, name, missing);
                return None;
            }
            Err(error) => {
                self.unread(CHECK, name, &error);
                return None;
            }
        };
        let before = self.rows.len();
        self.fitness(name, &function);
        self.variables(name, &function).await;
        self.concurrency(name).await;
        let key = tree::text(&function, "KMSKeyArn");
        if !key.is_empty() {
            let role = tree::text(&function, "Role").to_owned();
            self.key_of(CHECK, name, key, &[role], &["kms:Decrypt"])
                .await;
        }
        if self.rows.len() == before {
            let right = Deployment::FunctionCorrect {
                version: tree::text(&function, "Version").to_owned(),
                modified: tree::text(&function, "LastModified").to_owned(),
            };
            self.row(CHECK, name, right);
        }
        Some(function)
    }

    fn fitness(&mut self, name: &str, function: &Value) {
        for (state, reason, good) in [
            ("State", "StateReasonCode", &["Active", "Inactive", ""][..]),
            (
                "LastUpdateStatus",
                "LastUpdateStatusReasonCode",
                &["Successful", "InProgress", ""],
            ),
        ] {
            let is = tree::text(function, state);
            if !good.contains(&is) {
                let unfit = Deployment::FunctionNotActive {
                    state: is.to_owned(),
                    reason: tree::text(function, reason).to_owned(),
                };
                self.row(CHECK, name, unfit);
            }
        }
    }

    async fn variables(&mut self, name: &str, function: &Value) {
        let environment = function.get("Environment").cloned().unwrap_or_default();
        let variables = environment.get("Variables").cloned().unwrap_or_default();
        for variable in ["NIGHTCAP_TABLE", "NIGHTCAP_TOPIC_ARN"] {
            let is = tree::text(&variables, variable);
            let differs = setting(variable).is_some_and(|own| own != is);
            if is.is_empty() || differs {
                let finding = Deployment::FunctionVariable {
                    name: variable.to_owned(),
                    is: is.to_owned(),
                };
                self.row(CHECK, name, finding);
            }
        }
        let place = tree::text(&variables, "NIGHTCAP_CONFIG");
        if place.is_empty() {
            let finding = Deployment::FunctionVariable {
                name: "NIGHTCAP_CONFIG".to_owned(),
                is: String::new(),
            };
            self.row(CHECK, name, finding);
            return;
        }
        let text = if config_source::is_remote(place) {
            match config_source::fetch(place, &self.home.clients).await {
                Ok(text) => text.text,
                Err(ConfigSourceError::Missing { .. }) => {
                    let place = place.to_owned();
                    self.row(CHECK, name, Deployment::FunctionConfigMissing { place });
                    return;
                }
                Err(error) => {
                    let finding = Deployment::FunctionConfigUnread {
                        place: place.to_owned(),
                        error: error.to_string(),
                    };
                    self.row(CHECK, name, finding);
                    return;
                }
            }
        } else {
            place.to_owned()
        };
        // By what they mean: comments and order make no difference.
        let same = Compiled::parse(&text).is_ok_and(|theirs| {
            serde_json::to_value(theirs.config()).ok()
                == serde_json::to_value(self.config.config()).ok()
        });
        if !same {
            self.row(CHECK, name, Deployment::FunctionConfigDiffers);
        }
    }

    async fn concurrency(&mut self, name: &str) {
        let path = format!("/2019-09-30/functions/{name}/concurrency");
        let asked = Question::path(Service::Lambda, "GetFunctionConcurrency", path);
        match self.home.probe.ask(asked).await {
            Ok(answer) if tree::number(&answer, "ReservedConcurrentExecutions") == Some(0.0) => {
                self.row(CHECK, name, Deployment::FunctionConcurrencyZero);
            }
            Ok(_) => {}
            Err(error) => self.unread(CHECK, name, &error),
        }
    }

    /// Whether a function's own policy lets a service invoke it for this source.
    pub(super) async fn invokable(
        &self,
        function: &str,
        service: &str,
        source: &str,
    ) -> Result<bool, AwsError> {
        let path = format!("/2015-03-31/functions/{function}/policy");
        let asked = Question::path(Service::Lambda, "GetPolicy", path);
        match self.home.probe.ask(asked).await {
            Ok(answer) => {
                let policy = serde_json::from_str(tree::text(&answer, "Policy"));
                let policy = policy.unwrap_or_default();
                Ok(lets_source(
                    &policy,
                    service,
                    "lambda:invokefunction",
                    source,
                ))
            }
            // A function that nobody was let invoke has no policy.
            Err(error) if error.cause == Cause::Gone => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether the queue reaches the function.
    async fn mapping(&mut self, name: &str) {
        let path = format!("/2015-03-31/event-source-mappings/?FunctionName={name}");
        let asked = Question::path(Service::Lambda, "ListEventSourceMappings", path);
        match self.home.probe.ask(asked).await {
            Ok(answer) => {
                let states: Vec<String> = tree::items(&answer, "EventSourceMappings")
                    .into_iter()
                    .map(|mapping| tree::text(mapping, "State").to_owned())
                    .collect();
                let works = |state: &String| {
                    matches!(
                        state.as_str(),
                        "Enabled" | "Enabling" | "Updating" | "Creating"
                    )
                };
                if !states.iter().any(works) {
                    let state = states.into_iter().next();
                    self.row(CHECK, name, Deployment::MappingDisabled { state });
                }
            }
            Err(error) => self.unread(CHECK, name, &error),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small positive number"
)]
pub(super) fn number(tree_: &Value, key: &str) -> u64 {
    tree::number(tree_, key).map_or(0, |number| number.max(0.0) as u64)
}
