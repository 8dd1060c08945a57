//! The KMS keys that encrypt Nightcap's own things: whether they can be used, and by whom.

use nightcap_aws::error::AwsError;
use nightcap_aws::probe::{Question, Service, tree};
use serde_json::{Value, json};

use super::permissions::{short, simulate};
use super::policies::{Denial, denial, leaves_to_account, lets_role};
use crate::doctor::rights::Right;
use crate::doctor::{Deployment, Doctor};

/// A key, as far as it is looked at.
pub(super) struct Key {
    /// Its ARN.
    pub(super) arn: String,
    /// `Enabled`, or why it cannot be used.
    pub(super) state: String,
    /// Its policy; nothing for AWS's own, which lets in whoever comes through its service.
    pub(super) policy: Option<Value>,
}

impl Doctor<'_> {
    /// Describes a key and reads its policy, by its id: an alias does not do (KMS, `GetKeyPolicy`).
    pub(super) async fn key(&self, key: &str) -> Result<Key, AwsError> {
        let asked = Question::json(Service::Kms, "DescribeKey", json!({ "KeyId": key }));
        let described = self.home.probe.ask(asked).await?;
        let at = |name: &str| tree::at(&described, &["KeyMetadata", name]).to_owned();
        let mut found = Key {
            arn: at("Arn"),
            state: at("KeyState"),
            policy: None,
        };
        if at("KeyManager") != "AWS" {
            let wanted = json!({ "KeyId": at("KeyId"), "PolicyName": "default" });
            let asked = Question::json(Service::Kms, "GetKeyPolicy", wanted);
            let answer = self.home.probe.ask(asked).await?;
            let policy = serde_json::from_str(tree::text(&answer, "Policy")).unwrap_or_default();
            found.policy = Some(policy);
        }
        Ok(found)
    }

    /// Whether the functions' roles may use the key that encrypts something: the key's policy must
    /// let them, or leave it to IAM, and then their own policies must (KMS Developer Guide, "Key
    /// policies").
    pub(super) async fn key_of(
        &mut self,
        check: &'static str,
        about: &str,
        key: &str,
        roles: &[String],
        actions: &[&str],
    ) {
        match self.key(key).await {
            Ok(found) => self.use_of(check, about, &found, roles, actions).await,
            Err(error) => self.unread(check, about, &error),
        }
    }

    /// The same of a key that was read.
    pub(super) async fn use_of(
        &mut self,
        check: &'static str,
        about: &str,
        key: &Key,
        roles: &[String],
        actions: &[&str],
    ) {
        if key.state != "Enabled" {
            let unusable = Deployment::KeyUnusable {
                key: key.arn.clone(),
                state: key.state.clone(),
            };
            self.row(check, about, unusable);
            return;
        }
        let Some(policy) = &key.policy else { return };
        for role in roles.iter().filter(|role| !role.is_empty()) {
            let lacking = |actions: Vec<String>| Deployment::KeyNotAllowed {
                key: key.arn.clone(),
                principal: short(role).to_owned(),
                actions,
            };
            let all = || actions.iter().map(|action| (*action).to_owned()).collect();
            let lower: Vec<String> = actions.iter().map(|one| one.to_ascii_lowercase()).collect();
            let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
            let denied = denial(policy, role, &lower) == Denial::Denied;
            let named = lets_role(policy, role, &lower);
            if denied || !(named || leaves_to_account(policy, &self.home.account, &lower)) {
                self.row(check, about, lacking(all()));
                continue;
            }
            if named {
                continue;
            }
            let needed: Vec<Right> = actions
                .iter()
                .map(|action| Right {
                    action: (*action).to_owned(),
                    resource: key.arn.clone(),
                    context: vec![],
                })
                .collect();
            match simulate(&self.home, role, &needed).await {
                Ok(told) if told.values().all(|said| *said == Some(true)) => {}
                Ok(told) if told.values().any(|said| *said == Some(false)) => {
                    let missing = told.iter().filter(|(_, said)| **said == Some(false));
                    let missing = missing.map(|(action, _)| action.clone()).collect();
                    self.row(check, about, lacking(missing));
                }
                _ => {
                    let unknown = Deployment::KeyUnknown {
                        key: key.arn.clone(),
                        principal: short(role).to_owned(),
                    };
                    self.row(check, about, unknown);
                }
            }
        }
    }

    /// The roles of the functions that are there.
    pub(super) fn function_roles(&self) -> Vec<String> {
        [&self.deployed.role, &self.deployed.guard_role]
            .into_iter()
            .filter(|role| !role.is_empty())
            .cloned()
            .collect()
    }
}
