//! `nightcap doctor`: reads what a real account has, and says what would fail there.
//!
//! It changes nothing. What is found is a [`Finding`]; each check stands in a file of its own and
//! asks AWS itself, so that one that cannot be asked costs its own rows and no other's.

mod checks;
mod cron;
mod finding;
pub(crate) mod record;
mod rights;
mod seen;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use nightcap_aws::clients::Clients;
use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Probe, Question, Service, tree};
use nightcap_aws::settings::setting;
use nightcap_aws::target::{Target, clients as clients_of, targets};
use nightcap_domain::config::{Compiled, Language};
use nightcap_domain::fleet::Text;
use nightcap_domain::names::Region;
use serde_json::{Value, json};

pub(crate) use checks::FAILURES;
use finding::{Access, Databases, Deployment, Machines, Money, Resources, Schedules, Topic};
pub(crate) use finding::{Finding, Verdict};
pub(crate) use seen::Seen;

const IDENTITY: &str = "identity";

/// One row of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What was looked at.
    pub(crate) check: &'static str,
    /// The account, resource or target that it is about.
    pub(crate) about: Text,
    /// What was found.
    pub(crate) finding: Finding,
}

/// One account and region, with who asks there.
#[derive(Debug)]
pub(crate) struct Place {
    target: Target,
    clients: Arc<Clients>,
    probe: Probe,
    account: String,
    /// The ARN that AWS knows the caller by.
    caller: String,
}

impl Place {
    fn name(&self) -> String {
        format!("{} {}", self.account, self.target.region)
    }
}

/// What the functions were deployed with, as far as it could be read.
#[derive(Debug, Default)]
struct Deployed {
    /// The scheduler's role.
    role: String,
    /// The guard's.
    guard_role: String,
    /// The scheduler's variables.
    variables: Value,
    /// How long the scheduler may take, in seconds.
    timeout: u64,
}

impl Deployed {
    /// A setting: this command's own, or the function's.
    fn setting(&self, name: &str) -> Option<String> {
        let of_function = tree::text(&self.variables, name);
        setting(name).or_else(|| Some(of_function.to_owned()).filter(|value| !value.is_empty()))
    }
}

/// The doctor at work.
pub(crate) struct Doctor<'a> {
    config: &'a Compiled,
    name: &'a str,
    now: DateTime<Utc>,
    seen: Arc<Seen>,
    home: Place,
    deployed: Deployed,
    /// Account and region of the target that is looked at, if it is not the command's own.
    elsewhere: Option<String>,
    /// How many resources Nightcap may stop and start, in all targets.
    governed: usize,
    rows: Vec<Row>,
}

/// Everything that was found, in the order of the checks.
pub(crate) async fn examine(
    config: &Compiled,
    name: &str,
    now: DateTime<Utc>,
    clients: Clients,
    seen: Arc<Seen>,
    own: Region,
) -> Vec<Row> {
    let clients = Arc::new(clients);
    let home = Target {
        role: None,
        region: own.clone(),
        environments: vec![],
        external_id: None,
    };
    let mut rows = vec![];
    let home = match arrive(home, Arc::clone(&clients), &mut rows).await {
        Ok(home) => home,
        Err((about, error)) => {
            rows.push(not_signed_in(about, &error));
            return rows;
        }
    };
    let mut doctor = Doctor {
        config,
        name,
        now,
        seen,
        home,
        deployed: Deployed::default(),
        elsewhere: None,
        governed: 0,
        rows,
    };
    doctor.clock();
    doctor.functions().await;
    // Who the scheduler is decides what it means that a role cannot be assumed.
    let places = doctor.places(&clients, &own).await;
    for place in &places {
        let home = place.target.role.is_none() && place.target.region == own;
        doctor.elsewhere = (!home).then(|| place.name());
        let machine = doctor.fleet(place).await;
        doctor.permissions_in(place, machine.as_deref()).await;
    }
    doctor.elsewhere = None;
    doctor.own_permissions().await;
    doctor.ledger().await;
    doctor.queues().await;
    doctor.schedules().await;
    doctor.money().await;
    doctor.topic().await;
    doctor.rows
}

fn not_signed_in(about: Text, error: &AwsError) -> Row {
    Row {
        check: IDENTITY,
        about,
        finding: Finding::from(Access::NotSignedIn {
            error: error.to_string(),
            remedy: error.remedy(),
        }),
    }
}

/// A target in words: its region, and the role that is assumed there.
fn about(target: &Target) -> Text {
    match &target.role {
        Some(role) => Text::made(
            format!("{} as {role}", target.region),
            format!("{} en tant que {role}", target.region),
        ),
        None => Text::made(target.region.to_string(), target.region.to_string()),
    }
}

/// Asks who is there; a row says it.
async fn arrive(
    target: Target,
    clients: Arc<Clients>,
    rows: &mut Vec<Row>,
) -> Result<Place, (Text, AwsError)> {
    let probe = Probe::new(&clients);
    let asked = Question::form(Service::Sts, "GetCallerIdentity", &[]);
    let about = about(&target);
    match probe.ask(asked).await {
        Ok(answer) => {
            let (account, caller) = (tree::text(&answer, "Account"), tree::text(&answer, "Arn"));
            rows.push(Row {
                check: IDENTITY,
                about,
                finding: Finding::from(Access::SignedIn {
                    account: account.to_owned(),
                    region: target.region.to_string(),
                    principal: caller.to_owned(),
                }),
            });
            Ok(Place {
                account: account.to_owned(),
                caller: caller.to_owned(),
                target,
                clients,
                probe,
            })
        }
        Err(error) => Err((about, error)),
    }
}

impl Doctor<'_> {
    fn row(&mut self, check: &'static str, about: impl Into<String>, finding: impl Into<Finding>) {
        let mut about = about.into();
        // A name means little without the account that it stands in; an ARN says it.
        if let Some(place) = &self.elsewhere
            && !about.starts_with(place.as_str())
            && !about.starts_with("arn:")
        {
            about = format!("{place} {about}");
        }
        self.row_about(check, Text::made(about.clone(), about), finding);
    }

    /// The same about what has a name in each language.
    fn row_about(&mut self, check: &'static str, about: Text, finding: impl Into<Finding>) {
        self.rows.push(Row {
            check,
            about,
            finding: finding.into(),
        });
    }

    /// A row that could not be filled.
    fn unread(&mut self, check: &'static str, about: impl Into<String>, error: &AwsError) {
        self.row(check, about, unread(error));
    }

    /// The targets of the configuration that answer.
    async fn places(&mut self, clients: &Arc<Clients>, own: &Region) -> Vec<Place> {
        let mut places = vec![];
        for target in targets(self.config, own) {
            if target.role.is_none() && target.region == *own {
                places.push(Place {
                    target,
                    clients: Arc::clone(clients),
                    probe: Probe::new(clients),
                    account: self.home.account.clone(),
                    caller: self.home.caller.clone(),
                });
                continue;
            }
            let there = clients_of(clients, &target);
            match arrive(target.clone(), there, &mut self.rows).await {
                Ok(place) => places.push(place),
                Err((about, error)) => self.not_assumed(&target, about, &error),
            }
        }
        places
    }

    /// A target that could not be reached. Its role need not trust whoever runs this: only a
    /// session of the scheduler's own role shows by a refusal that it does not trust that.
    fn not_assumed(&mut self, target: &Target, about: Text, error: &AwsError) {
        let scheduler = &self.deployed.role;
        let is_scheduler = checks::role_of(&self.home.caller) == *scheduler;
        let role = target.role.as_ref().map(ToString::to_string);
        match role {
            Some(role) if error.cause == Cause::Denied && !is_scheduler => {
                let account = role.split(':').nth(4).unwrap_or_default().to_owned();
                let scheduler = match scheduler.as_str() {
                    "" => format!("role/{}-scheduler", self.name),
                    role => role.to_owned(),
                };
                let finding = Access::RoleNotAssumable {
                    account,
                    region: target.region.to_string(),
                    role,
                    scheduler,
                };
                self.row_about(IDENTITY, about, finding);
            }
            _ => self.rows.push(not_signed_in(about, error)),
        }
    }

    fn clock(&mut self) {
        /// AWS refuses what is five minutes off; a clock that is kept is within a second.
        const TOLERABLE: i64 = 60;
        let finding = match self.seen.skew() {
            None => Access::ClockUnknown,
            Some(seconds) if seconds.abs() <= TOLERABLE => Access::ClockRight { seconds },
            Some(seconds) => Access::ClockWrong { seconds },
        };
        let about = Text::fixed("this machine", "cette machine");
        self.row_about("clock", about, finding);
    }
}

/// Why a question has no answer, with what whoever runs the command can do.
fn unread(error: &AwsError) -> Access {
    let operation = format!("{}:{}", error.service, error.operation);
    let remedy = match error.cause {
        Cause::Denied => Text::made(
            format!("run this with {operation}, which only reads"),
            format!("relancez avec {operation}, qui ne fait que lire"),
        ),
        Cause::Throttled => Text::fixed("run this again in a minute", "relancez dans une minute"),
        _ => error.remedy(),
    };
    Access::Unread {
        operation,
        error: error.message.clone(),
        remedy,
    }
}

/// The shape of `--json`.
pub(crate) fn answer(rows: &[Row], language: Language, now: DateTime<Utc>) -> Value {
    let count = |verdict| {
        let rows = rows.iter().filter(|row| row.finding.verdict() == verdict);
        rows.count()
    };
    let listed: Vec<Value> = rows
        .iter()
        .map(|row| {
            let words = row.finding.words();
            json!({
                "check": row.check,
                "about": row.about.to(language),
                "code": words.code,
                "verdict": words.verdict,
                "message": words.said.to(language),
                "remedy": words.remedy.to(language),
            })
        })
        .collect();
    json!({
        "command": "doctor",
        "at": now,
        "rows": listed,
        "summary": {
            "ok": count(Verdict::Ok),
            "problems": count(Verdict::Problem),
            "unknown": count(Verdict::Unknown),
        },
    })
}

pub(crate) use rights::{policy, reads, scheduled};
