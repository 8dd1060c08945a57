//! Permissions: by IAM's simulator where it may be asked, else by EC2's dry run and by what the
//! calls that only read were answered. What nothing can tell is unknown.

use std::collections::{BTreeMap, BTreeSet};

use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Question, Service, tree};
use serde_json::Value;

use crate::doctor::rights::{self, GUARD, Own, Right, SCHEDULER};
use crate::doctor::{Access, Doctor, Place};

const CHECK: &str = "permissions";
/// The condition key under which the guard may write parts of the ledger.
const LEADING_KEYS: &str = "dynamodb:LeadingKeys";

/// The condition keys of Nightcap's own policies, each with a value that no condition of theirs is
/// about, for the questions to which the key is not given: what is not allowed is then refused and
/// not undecided for a key that nobody gave (IAM API reference, `EvaluationResult`,
/// `MissingContextValues`). So a reading action is asked about a resource of an environment that
/// nobody has: a condition on the tag hides such a one, and with it the whole listing.
const NEUTRAL: [(&str, &str); 11] = [
    ("aws:ResourceTag/nightcap:environment", STRANGER),
    ("aws:ResourceTag/Environment", STRANGER),
    ("aws:ResourceTag/Env", STRANGER),
    ("aws:ResourceTag/Stage", STRANGER),
    ("aws:TagKeys", "nightcap:capacity"),
    (rights::MAX_SIZE, "0"),
    (LEADING_KEYS, "state"),
    ("kms:ViaService", STRANGER),
    ("kms:GrantIsForAWSResource", "false"),
    (GRANT_OPERATIONS, "Decrypt"),
    (ENCRYPTION_CONTEXT_KEYS, "aws:ebs:id"),
];
const STRANGER: &str = "nobodys-environment";
const GRANT_OPERATIONS: &str = "kms:GrantOperations";
const ENCRYPTION_CONTEXT_KEYS: &str = "kms:EncryptionContextKeys";

/// What became of the question whether an action is allowed.
type Told = BTreeMap<String, Option<bool>>;

impl Doctor<'_> {
    /// What is needed on the fleet of a target, by the role that works there.
    pub(in crate::doctor) async fn permissions_in(&mut self, place: &Place, machine: Option<&str>) {
        let environments: Vec<_> = rights::scheduled(self.config)
            .into_iter()
            .filter(|(name, _)| {
                place
                    .target
                    .environments
                    .iter()
                    .any(|known| known.as_str() == *name)
            })
            .collect();
        let partition = partition(&place.caller);
        let policy = rights::policy(
            self.config.config(),
            &environments,
            &place.account,
            partition,
        );
        let needed = rights::rights(&policy, place.target.region.as_str());
        let principal = self.worker(place);
        self.ask_about(place, &principal, &needed, machine).await;
    }

    /// What the functions need of Nightcap's own things.
    pub(in crate::doctor) async fn own_permissions(&mut self) {
        let scheduler = self.deployed.role.clone();
        let guard = self.deployed.guard_role.clone();
        for (role, table) in [(scheduler, &SCHEDULER[..]), (guard, &GUARD[..])] {
            if role.is_empty() {
                continue;
            }
            let needed: Vec<Right> = table
                .iter()
                .flat_map(|(action, own)| {
                    self.resources(*own).into_iter().map(|resource| Right {
                        action: (*action).to_owned(),
                        resource,
                        context: leading_keys(action),
                    })
                })
                .collect();
            let told = match simulate(&self.home, &role, &needed).await {
                Ok(told) => told,
                Err(_) => needed
                    .iter()
                    .map(|right| (right.action.clone(), None))
                    .collect(),
            };
            let about = format!("{} {}", self.home.account, short(&role));
            self.say(&about, &role, &told);
        }
    }

    /// Nightcap's own things of a sort.
    fn resources(&self, own: Own) -> Vec<String> {
        let (account, region) = (&self.home.account, self.home.target.region.as_str());
        let partition = partition(&self.home.caller);
        let arn = |service: &str, resource: String| {
            format!("arn:{partition}:{service}:{region}:{account}:{resource}")
        };
        match own {
            Own::Table => self
                .deployed
                .setting("NIGHTCAP_TABLE")
                .map(|table| arn("dynamodb", format!("table/{table}")))
                .into_iter()
                .collect(),
            Own::Topic => self
                .deployed
                .setting("NIGHTCAP_TOPIC_ARN")
                .into_iter()
                .collect(),
            Own::Queue => vec![arn("sqs", format!("{}-targets", self.name))],
            Own::DeadLetters => vec![arn("sqs", format!("{}-dead-letters", self.name))],
            Own::Logs => vec![arn(
                "logs",
                format!(
                    "log-group:/aws/lambda/{}-scheduler:log-stream:example",
                    self.name
                ),
            )],
            Own::GuardLogs => vec![arn(
                "logs",
                format!(
                    "log-group:/aws/lambda/{}-budget-guard:log-stream:example",
                    self.name
                ),
            )],
            Own::Parameter => self
                .configured("ssm://")
                .map(|name| name.trim_start_matches('/').to_owned())
                .map(|name| arn("ssm", format!("parameter/{name}")))
                .into_iter()
                .collect(),
            Own::Object => self
                .configured("s3://")
                .map(|object| format!("arn:{partition}:s3:::{object}"))
                .into_iter()
                .collect(),
            Own::Roles => rights::scheduled(self.config)
                .into_iter()
                .flat_map(|(_, environment)| {
                    environment
                        .roles
                        .iter()
                        .map(|role| role.as_str().to_owned())
                })
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            Own::Budget => {
                let budget = self.config.config().budget.as_ref();
                budget
                    .map(|budget| {
                        format!("arn:{partition}:budgets::{account}:budget/{}", budget.name)
                    })
                    .into_iter()
                    .collect()
            }
            Own::BillingView => vec![format!(
                "arn:{partition}:billing::{account}:billingview/primary"
            )],
            Own::Databases => vec![arn("rds", "db:example".to_owned())],
            Own::Clusters => vec![arn("rds", "cluster:example".to_owned())],
            Own::All => vec!["*".to_owned()],
        }
    }

    /// Where the functions' configuration lies, if it lies in a place of this kind.
    fn configured(&self, scheme: &str) -> Option<&str> {
        let place = tree::text(&self.deployed.variables, "NIGHTCAP_CONFIG");
        place.strip_prefix(scheme)
    }

    /// Who works in a target: the role that is assumed there, the function's, or, where nothing
    /// is deployed yet, whoever runs this.
    fn worker(&self, place: &Place) -> String {
        if let Some(role) = &place.target.role {
            return role.as_str().to_owned();
        }
        if self.deployed.role.is_empty() {
            role_of(&place.caller)
        } else {
            self.deployed.role.clone()
        }
    }

    async fn ask_about(
        &mut self,
        place: &Place,
        principal: &str,
        needed: &[Right],
        machine: Option<&str>,
    ) {
        let told = match simulate(place, principal, needed).await {
            Ok(told) => told,
            Err(_) => self.tried(place, principal, needed, machine).await,
        };
        self.say(&place.name(), principal, &told);
    }

    /// What the calls themselves tell of the caller, who must be the one in question.
    async fn tried(
        &self,
        place: &Place,
        principal: &str,
        needed: &[Right],
        machine: Option<&str>,
    ) -> Told {
        let mut told: Told = needed
            .iter()
            .map(|right| (right.action.clone(), None))
            .collect();
        if short(&role_of(&place.caller)) != short(principal) {
            return told;
        }
        // Only on a machine that is there, and by EC2's dry run: nothing is ordered.
        if let Some(id) = machine {
            for operation in ["StartInstances", "StopInstances"] {
                let wanted = [("InstanceId.1", id), ("DryRun", "true")];
                let asked = Question::form(Service::Ec2, operation, &wanted);
                let answer = match place.probe.ask(asked).await {
                    Err(error) if error.message.contains("DryRunOperation") => Some(true),
                    Err(error) if error.cause == Cause::Denied => Some(false),
                    _ => None,
                };
                if let Some(known) = told.get_mut(&format!("ec2:{operation}")) {
                    *known = answer;
                }
            }
        }
        let region = place.target.region.as_str();
        for (action, known) in &mut told {
            if known.is_none() {
                *known = self.seen.allowed(&place.caller, region, action);
            }
        }
        told
    }

    fn say(&mut self, about: &str, principal: &str, told: &Told) {
        let principal = short(principal).to_owned();
        let with = |wanted: Option<bool>| -> Vec<String> {
            let of = told.iter().filter(|(_, allowed)| **allowed == wanted);
            of.map(|(action, _)| action.clone()).collect()
        };
        let (missing, untold) = (with(Some(false)), with(None));
        if missing.is_empty() && untold.is_empty() {
            let actions = told.len();
            self.row(
                CHECK,
                about,
                Access::PermissionsComplete { principal, actions },
            );
            return;
        }
        if !missing.is_empty() {
            let principal = principal.clone();
            self.row(
                CHECK,
                about,
                Access::PermissionsMissing {
                    principal,
                    actions: missing,
                },
            );
        }
        if !untold.is_empty() {
            self.row(
                CHECK,
                about,
                Access::PermissionsUnknown {
                    principal,
                    actions: untold,
                },
            );
        }
    }

    /// Whether whoever works in a target may make EC2 use a key; none if nothing tells.
    pub(super) async fn may_use(&self, place: &Place, key: &str) -> Option<bool> {
        let right = Right {
            action: "kms:CreateGrant".to_owned(),
            resource: key.to_owned(),
            context: vec![
                (
                    "kms:ViaService".to_owned(),
                    format!("ec2.{}.amazonaws.com", place.target.region),
                ),
                ("kms:GrantIsForAWSResource".to_owned(), "true".to_owned()),
            ],
        };
        let told = simulate(place, &self.worker(place), &[right]).await.ok()?;
        told.get("kms:CreateGrant").copied().flatten()
    }
}

/// A resource, a context, and the actions that are asked about with both.
type Asked<'r> = (&'r str, &'r [(String, String)], Vec<&'r str>);

/// What is asked of the simulator about a principal, parameter by parameter: one question for
/// every resource and context.
pub(crate) fn questions(principal: &str, needed: &[Right]) -> Vec<Vec<(String, String)>> {
    let mut asked: Vec<Asked<'_>> = vec![];
    for right in needed {
        let known = asked.iter_mut().find(|(resource, context, _)| {
            *resource == right.resource && *context == right.context.as_slice()
        });
        match known {
            Some((_, _, actions)) => actions.push(&right.action),
            None => asked.push((&right.resource, &right.context, vec![&right.action])),
        }
    }
    let questions = asked.into_iter();
    questions.map(|asked| question(principal, asked)).collect()
}

fn question(principal: &str, (resource, context, actions): Asked<'_>) -> Vec<(String, String)> {
    let mut form = vec![
        ("PolicySourceArn".to_owned(), principal.to_owned()),
        ("ResourceArns.member.1".to_owned(), resource.to_owned()),
    ];
    for (place, action) in actions.iter().enumerate() {
        form.push((
            format!("ActionNames.member.{}", place + 1),
            (*action).to_owned(),
        ));
    }
    let given = context
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let missing = NEUTRAL
        .into_iter()
        .filter(|(key, _)| !context.iter().any(|(known, _)| known == key));
    for (place, (key, value)) in given.chain(missing).enumerate() {
        let entry = format!("ContextEntries.member.{}", place + 1);
        // A list of keys is one, whatever its length.
        let kind = match key {
            "aws:TagKeys" | LEADING_KEYS | GRANT_OPERATIONS | ENCRYPTION_CONTEXT_KEYS => {
                "stringList"
            }
            rights::MAX_SIZE => "numeric",
            _ => "string",
        };
        form.push((format!("{entry}.ContextKeyName"), key.to_owned()));
        form.push((
            format!("{entry}.ContextKeyValues.member.1"),
            value.to_owned(),
        ));
        form.push((format!("{entry}.ContextKeyType"), kind.to_owned()));
    }
    form
}

/// Asks IAM's simulator, which acts on nothing: once for every resource and context.
pub(super) async fn simulate(
    place: &Place,
    principal: &str,
    needed: &[Right],
) -> Result<Told, AwsError> {
    let mut told = Told::new();
    for form in questions(principal, needed) {
        let pairs: Vec<(&str, &str)> = form
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let asked = Question::form(Service::Iam, "SimulatePrincipalPolicy", &pairs);
        let answer = place.probe.ask(asked).await?;
        for result in tree::items(&answer, "EvaluationResults") {
            let said = decided(result);
            let action = tree::text(result, "EvalActionName").to_owned();
            let before = told.get(&action).copied().unwrap_or(Some(true));
            told.insert(action, both(before, said));
        }
    }
    for right in needed {
        told.entry(right.action.clone()).or_insert(None);
    }
    Ok(told)
}

/// What a result says. What depends on a condition that is not known here is not known either;
/// with a resource named, the keys that are missing stand with the results of that resource (IAM
/// API reference, `EvaluationResult`). A boundary or a policy of the organisation that does not
/// allow it refuses it, whatever the role's own policies say.
fn decided(result: &Value) -> Option<bool> {
    let refused = [
        (
            "PermissionsBoundaryDecisionDetail",
            "AllowedByPermissionsBoundary",
        ),
        ("OrganizationsDecisionDetail", "AllowedByOrganizations"),
    ]
    .iter()
    .any(|(detail, key)| tree::at(result, &[detail, key]) == "false");
    let missing = std::iter::once(result)
        .chain(tree::items(result, "ResourceSpecificResults"))
        .any(|one| !tree::items(one, "MissingContextValues").is_empty());
    match tree::text(result, "EvalDecision") {
        _ if refused => Some(false),
        "allowed" => Some(true),
        _ if missing => None,
        _ => Some(false),
    }
}

/// An action is allowed only if it is on every resource and in every environment.
fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// The ledger's partition that an action is asked about: the one that both functions write.
fn leading_keys(action: &str) -> Vec<(String, String)> {
    if action.starts_with("dynamodb:") {
        vec![(LEADING_KEYS.to_owned(), "state".to_owned())]
    } else {
        vec![]
    }
}

/// The role behind a session, as IAM names it; anything else as it is.
pub(crate) fn role_of(caller: &str) -> String {
    match caller.split_once(":assumed-role/") {
        Some((head, rest)) => {
            let head = head.replacen(":sts:", ":iam:", 1);
            let role = rest.split('/').next().unwrap_or_default();
            format!("{head}:role/{role}")
        }
        None => caller.to_owned(),
    }
}

/// `role/NAME` of an ARN.
pub(super) fn short(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

pub(super) fn partition(arn: &str) -> &str {
    arn.split(':')
        .nth(1)
        .filter(|part| !part.is_empty())
        .unwrap_or("aws")
}
