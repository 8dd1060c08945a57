//! The functions: whether they run, and with which configuration.

use nightcap_aws::config_source;
use nightcap_aws::error::Cause;
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_aws::settings::setting;
use nightcap_domain::config::Compiled;
use serde_json::Value;

use crate::doctor::{Deployed, Doctor, Finding};

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
                let missing = Finding::FunctionMissing {
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
        if self.rows.len() == before {
            let right = Finding::FunctionRight {
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
                let unfit = Finding::FunctionUnfit {
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
                let finding = Finding::FunctionVariable {
                    name: variable.to_owned(),
                    is: is.to_owned(),
                };
                self.row(CHECK, name, finding);
            }
        }
        let place = tree::text(&variables, "NIGHTCAP_CONFIG");
        if place.is_empty() {
            let finding = Finding::FunctionVariable {
                name: "NIGHTCAP_CONFIG".to_owned(),
                is: String::new(),
            };
            self.row(CHECK, name, finding);
            return;
        }
        let text = if config_source::is_remote(place) {
            match config_source::fetch(place, &self.home.clients).await {
                Ok(text) => text.text,
                Err(error) => {
                    let finding = Finding::FunctionConfigUnread {
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
            self.row(CHECK, name, Finding::FunctionConfig);
        }
    }

    async fn concurrency(&mut self, name: &str) {
        let path = format!("/2019-09-30/functions/{name}/concurrency");
        let asked = Question::path(Service::Lambda, "GetFunctionConcurrency", path);
        match self.home.probe.ask(asked).await {
            Ok(answer) if tree::number(&answer, "ReservedConcurrentExecutions") == Some(0.0) => {
                self.row(CHECK, name, Finding::FunctionReserved);
            }
            Ok(_) => {}
            Err(error) => self.unread(CHECK, name, &error),
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
                    let state = state.unwrap_or_else(|| "missing".to_owned());
                    self.row(CHECK, name, Finding::MappingOff { state });
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
