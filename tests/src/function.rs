//! A Lambda function: the real binary, invoked as Lambda does it.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::embedded_aws::{ADMINISTRATOR, deploy};
use crate::patience::wait_for;
use crate::program::environment;
use crate::runtime_api::{Invocation, RuntimeApi, Said};
use crate::{EmbeddedAws, Proxy, SteadyAws, Tls};

/// How long it may take, as `infra/` deploys it.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A function that is about to start.
#[derive(Debug)]
pub struct Function {
    binary: PathBuf,
    role_of: Option<String>,
    without: Vec<String>,
    license: Option<String>,
    variables: Vec<(String, String)>,
    timeout: Duration,
}

/// A function that runs. It ends when this is dropped, and by itself should the test be
/// killed, for then nobody answers its question for the next invocation.
#[derive(Debug)]
pub struct Running {
    api: RuntimeApi,
    process: Child,
    started: Instant,
    log: PathBuf,
    count: u32,
    timeout: Duration,
    _folder: TempDir,
}

/// What a start took, counted from just before the process was made.
#[derive(Clone, Copy, Debug)]
pub struct ColdStart {
    /// Until it asked for its first invocation.
    pub next: Duration,
    /// Until its first answer or error was there.
    pub answer: Duration,
}

/// What Lambda reports of an invocation that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// `errorType`.
    pub kind: String,
    /// `errorMessage`.
    pub message: String,
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}

impl Function {
    /// The function in a binary: `env!("CARGO_BIN_EXE_scheduler")`.
    pub fn at(binary: impl AsRef<Path>) -> Self {
        Self {
            binary: binary.as_ref().to_owned(),
            role_of: None,
            without: vec![],
            license: None,
            variables: vec![],
            timeout: TIMEOUT,
        }
    }

    /// Lets it talk to this AWS, with the rights of the role that Terraform gives it.
    #[must_use]
    pub fn using(mut self, aws: &EmbeddedAws) -> Self {
        for (name, value) in aws.environment() {
            self = self.with(name, value);
        }
        self.with_role_of(aws.endpoint())
    }

    /// Gives it the rights of its role in the embedded AWS of this endpoint, whoever's its
    /// variables name: [`EmbeddedAws::environment`] is an administrator's.
    #[must_use]
    pub fn with_role_of(mut self, endpoint: &str) -> Self {
        self.role_of = Some(endpoint.to_owned());
        self
    }

    /// Takes a statement away from the policies of its role, by its `Sid`.
    #[must_use]
    pub fn without(mut self, sid: &str) -> Self {
        self.without.push(sid.to_owned());
        self
    }

    /// Gives its role the right to start what this license configuration governs, as the
    /// variable `license_configuration_arns` of infra/modules/nightcap does.
    #[must_use]
    pub fn licensed(mut self, configuration: &str) -> Self {
        self.license = Some(configuration.to_owned());
        self
    }

    /// Lets it talk to this AWS, for measuring.
    #[must_use]
    pub fn timed_by(mut self, aws: &SteadyAws) -> Self {
        for (name, value) in aws.environment() {
            self = self.with(name, value);
        }
        self
    }

    /// Lets it talk to the AWS behind this proxy; to be said after [`Self::using`].
    #[must_use]
    pub fn through(self, proxy: &Proxy) -> Self {
        self.with("AWS_ENDPOINT_URL", proxy.endpoint())
    }

    /// Lets it talk to the AWS behind TLS, whose certificate it trusts; to be said after
    /// [`Self::using`].
    #[must_use]
    pub fn over(self, tls: &Tls) -> Self {
        let certificate = tls.certificate().display().to_string();
        self.with("AWS_ENDPOINT_URL", tls.endpoint())
            .with("SSL_CERT_FILE", certificate)
    }

    /// Sets a variable of its environment. It sees no other variables but those Lambda sets.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Lets an invocation take so long, and not a minute.
    #[must_use]
    pub fn within(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Starts it: a cold start.
    pub fn start(mut self) -> Running {
        self.take_role();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("log");
        let written = File::create(&log).expect("a log");
        let api = RuntimeApi::start();
        let mut command = Command::new(&self.binary);
        environment(&mut command)
            .current_dir(folder.path())
            .env("AWS_LAMBDA_RUNTIME_API", api.address.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "scheduler")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/scheduler")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "embedded")
            .envs(self.variables)
            .stdin(Stdio::null())
            .stdout(written.try_clone().expect("a log"))
            .stderr(written);
        let started = Instant::now();
        let process = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.binary.display()));
        Running {
            api,
            process,
            started,
            log,
            count: 0,
            timeout: self.timeout,
            _folder: folder,
        }
    }
}

impl Function {
    /// Deploys it: the role's policies are those that Terraform renders for its variables.
    fn take_role(&mut self) {
        let Some(endpoint) = &self.role_of else {
            return;
        };
        // A test that gives it a key of its own, or none, means it.
        let named = |(name, _): &&(String, String)| name == "AWS_ACCESS_KEY_ID";
        let key = self.variables.iter().rfind(named);
        if key.is_some_and(|(_, key)| key != ADMINISTRATOR) {
            return;
        }
        let variables: serde_json::Map<String, Value> = self
            .variables
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        let deployed = json!({
            "function": self.binary.file_name().and_then(|name| name.to_str()),
            "environment": variables,
            "without": self.without,
            "names": self.license.iter().map(|one| ("licences", one)).collect::<HashMap<_, _>>(),
        });
        let key = deploy(endpoint, &deployed);
        self.variables.push(("AWS_ACCESS_KEY_ID".to_owned(), key));
    }
}

impl Running {
    /// Invokes it and waits for what it says.
    ///
    /// # Errors
    /// If the function answers with an error.
    pub fn invoke(&mut self, event: &Value) -> Result<Value, FunctionError> {
        self.invoke_unless(event, || false)
            .unwrap_or_else(|| panic!("no answer within {:?}:\n{}", self.timeout, self.log()))
    }

    /// The same, but kills it as soon as `dies` says so, or its deadline has passed, as Lambda
    /// does: then there is no answer, and it is of no further use.
    pub fn invoke_unless(
        &mut self,
        event: &Value,
        dies: impl Fn() -> bool,
    ) -> Option<Result<Value, FunctionError>> {
        self.count += 1;
        let asked = format!("00000000-0000-4000-8000-{:012}", self.count);
        self.api.send(Invocation {
            id: asked.clone(),
            event: event.to_string(),
            deadline_ms: deadline_ms(self.timeout),
        });
        let said = wait_for(self.timeout, || {
            if dies() {
                return Some(None);
            }
            // In this order: it may have spoken and ended between two looks.
            let ended = self.process.try_wait().expect("its state");
            let said = self.api.said();
            if let (Some(status), None) = (ended, &said) {
                panic!("the function ended ({status}):\n{}", self.log());
            }
            said.map(Some)
        });
        match said.flatten() {
            None => {
                self.kill();
                None
            }
            Some(Said::Answer { id, body }) => {
                assert_eq!(id, asked, "an answer to another invocation");
                Some(Ok(body))
            }
            Some(Said::Error { body }) => {
                let field = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
                Some(Err(FunctionError {
                    kind: field("errorType"),
                    message: field("errorMessage"),
                }))
            }
        }
    }

    /// What its start took; nothing before its first answer.
    pub fn cold_start(&self) -> Option<ColdStart> {
        let (next, answer) = self.api.firsts()?;
        Some(ColdStart {
            next: next - self.started,
            answer: answer - self.started,
        })
    }

    /// The most memory it has held so far, in bytes, as Linux counts it (`VmHWM`).
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .expect("the status of a process of ours");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        kibibytes
            .and_then(|number| number.parse::<u64>().ok())
            .expect("its peak")
            * 1_024
    }

    /// The time it has had a processor so far, all threads together, as Linux counts it
    /// (`schedstat`).
    pub fn cpu_time(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.process.id()))
            .expect("the threads of a process of ours");
        // A thread may end between two looks.
        let told = threads
            .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("schedstat")).ok());
        let nanoseconds = told.filter_map(|told| told.split(' ').next()?.parse::<u64>().ok());
        Duration::from_nanos(nanoseconds.sum())
    }

    fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// The lines of its log so far. Each must be one JSON object.
    pub fn log_lines(&self) -> Vec<Value> {
        let log = self.log();
        let read = |line| match serde_json::from_str(line) {
            Ok(Value::Object(keys)) => Value::Object(keys),
            other => panic!("{other:?} is no JSON object: {line}"),
        };
        log.lines().map(read).collect()
    }

    /// The lines of its log of which CloudWatch makes metrics.
    pub fn figures(&self) -> Vec<Value> {
        let mut lines = self.log_lines();
        lines.retain(|line| line.get("_aws").is_some());
        lines
    }

    /// What it has written to its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

fn deadline_ms(timeout: Duration) -> u128 {
    #[expect(
        clippy::disallowed_methods,
        reason = "the function's deadline is a real one"
    )]
    let now = std::time::SystemTime::now();
    let now = now.duration_since(UNIX_EPOCH).expect("after 1970");
    (now + timeout).as_millis()
}
