//! What the policy of a resource itself says: who is let in, and who is denied.

use serde_json::Value;

/// What a policy denies to a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Denial {
    /// Nothing.
    None,
    /// The actions.
    Denied,
    /// The actions, under conditions on these keys, which are not evaluated here.
    Conditional(Vec<String>),
}

/// Whether a policy allows a service one of these actions, conditions apart: those that narrow
/// it to this account are what it should have.
pub(super) fn lets_service(policy: &Value, service: &str, actions: &[&str]) -> bool {
    let effect = |wanted: &str| {
        statements(policy, wanted).any(|statement| {
            names_service(statement, service)
                && acts(statement, actions)
                // A condition may make a denial void; an allowance under one is meant for it.
                && (wanted == "Allow" || statement.get("Condition").is_none())
        })
    };
    effect("Allow") && !effect("Deny")
}

/// Whether a policy allows a service an action for this source, such as a topic or a rule.
pub(super) fn lets_source(policy: &Value, service: &str, action: &str, source: &str) -> bool {
    lets_service(policy, service, &[action])
        && statements(policy, "Allow").any(|statement| {
            names_service(statement, service)
                && acts(statement, &[action])
                && sources(statement).is_none_or(|patterns| {
                    patterns
                        .iter()
                        .filter_map(|pattern| pattern.as_str())
                        .any(|pattern| wildcard(pattern, source))
                })
        })
}

/// Whether a policy itself allows all of these actions to a role.
pub(super) fn lets_role(policy: &Value, role: &str, actions: &[&str]) -> bool {
    actions.iter().all(|action| {
        statements(policy, "Allow").any(|statement| {
            principals(statement)
                .iter()
                .any(|named| *named == "*" || *named == role)
                && acts(statement, &[action])
        })
    })
}

/// Whether a policy leaves all of these actions to the identity policies of an account.
pub(super) fn leaves_to_account(policy: &Value, account: &str, actions: &[&str]) -> bool {
    let root = format!(":iam::{account}:root");
    actions.iter().all(|action| {
        statements(policy, "Allow").any(|statement| {
            principals(statement)
                .iter()
                .any(|named| *named == account || named.ends_with(&root))
                && acts(statement, &[action])
        })
    })
}

/// What a policy denies to a role: an explicit Deny wins over every Allow (IAM User Guide,
/// "Policy evaluation logic").
pub(super) fn denial(policy: &Value, role: &str, actions: &[&str]) -> Denial {
    let account = role.split(':').nth(4).unwrap_or_default();
    let root = format!(":iam::{account}:root");
    let mut keys: Vec<String> = vec![];
    for statement in statements(policy, "Deny") {
        let named = principals(statement);
        let meant = named
            .iter()
            .any(|one| *one == "*" || *one == role || *one == account || one.ends_with(&root));
        let unclear = ["NotPrincipal", "NotAction"]
            .into_iter()
            .filter(|key| statement.get(key).is_some());
        let unclear: Vec<String> = unclear.map(str::to_owned).collect();
        if !unclear.is_empty() {
            keys.extend(unclear);
            continue;
        }
        if !meant || !acts(statement, actions) {
            continue;
        }
        let conditions = condition_keys(statement);
        if conditions.is_empty() {
            return Denial::Denied;
        }
        // All our calls go over TLS.
        let transport = |key: &String| key.eq_ignore_ascii_case("aws:SecureTransport");
        if !conditions.iter().any(transport) {
            keys.extend(conditions);
        }
    }
    keys.sort();
    keys.dedup();
    if keys.is_empty() {
        Denial::None
    } else {
        Denial::Conditional(keys)
    }
}

fn statements<'p>(policy: &'p Value, effect: &str) -> impl Iterator<Item = &'p Value> {
    list(policy.get("Statement"))
        .into_iter()
        .filter(move |statement| statement.get("Effect").and_then(Value::as_str) == Some(effect))
}

/// Whether a statement is about a service. "Everybody" of a topic's default policy is whoever the
/// account owns (`AWS:SourceOwner`), and no service (SNS Developer Guide, "Example cases").
fn names_service(statement: &Value, service: &str) -> bool {
    let principal = statement.get("Principal");
    let named = principal.and_then(|by| by.get("Service"));
    if texts(named).contains(&service) {
        return true;
    }
    let narrows = |key: &String| {
        ["aws:SourceAccount", "aws:SourceArn"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(key))
    };
    principals(statement).contains(&"*") && condition_keys(statement).iter().all(narrows)
}

/// The accounts and roles that a statement names.
fn principals(statement: &Value) -> Vec<&str> {
    match statement.get("Principal") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Object(by)) => texts(by.get("AWS")),
        _ => vec![],
    }
}

fn acts(statement: &Value, actions: &[&str]) -> bool {
    texts(statement.get("Action")).iter().any(|pattern| {
        let pattern = pattern.to_ascii_lowercase();
        actions.iter().any(|action| wildcard(&pattern, action))
    })
}

/// The patterns that `aws:SourceArn` must match; none where nothing is said of it.
fn sources(statement: &Value) -> Option<Vec<&Value>> {
    let operators = statement.get("Condition")?.as_object()?;
    let found: Vec<&Value> = operators
        .values()
        .filter_map(Value::as_object)
        .flatten()
        .filter(|(key, _)| key.eq_ignore_ascii_case("aws:SourceArn"))
        .flat_map(|(_, values)| list(Some(values)))
        .collect();
    (!found.is_empty()).then_some(found)
}

fn condition_keys(statement: &Value) -> Vec<String> {
    statement
        .get("Condition")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|operators| operators.values())
        .filter_map(Value::as_object)
        .flat_map(|keys| keys.keys().cloned())
        .collect()
}

/// IAM's wildcards: `*` for any number of characters, `?` for one.
fn wildcard(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    loop {
        match pattern.next() {
            None => return text.next().is_none(),
            Some('*') => {
                let rest = pattern.as_str();
                let mut left = text.clone();
                loop {
                    if wildcard(rest, left.as_str()) {
                        return true;
                    }
                    if left.next().is_none() {
                        return false;
                    }
                }
            }
            Some('?') => {
                if text.next().is_none() {
                    return false;
                }
            }
            Some(character) => {
                if text.next() != Some(character) {
                    return false;
                }
            }
        }
    }
}

fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(items)) => items.iter().collect(),
        Some(one) => vec![one],
        None => vec![],
    }
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    list(value).into_iter().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ROLE: &str = "arn:aws:iam::123456789012:role/nightcap-scheduler";

    #[test]
    fn an_explicit_deny_wins_whoever_is_named_and_one_of_others_does_not() {
        for (principal, denied) in [
            (json!("*"), true),
            (json!({ "AWS": ROLE }), true),
            (json!({ "AWS": "arn:aws:iam::123456789012:root" }), true),
            (json!({ "AWS": ["123456789012"] }), true),
            (
                json!({ "AWS": "arn:aws:iam::123456789012:role/other" }),
                false,
            ),
            (json!({ "Service": "budgets.amazonaws.com" }), false),
        ] {
            let policy = json!({ "Statement": { "Effect": "Deny", "Principal": principal, "Action": "SNS:Pub*", "Resource": "*" } });
            let expected = if denied { Denial::Denied } else { Denial::None };
            assert_eq!(
                denial(&policy, ROLE, &["sns:publish"]),
                expected,
                "{policy}"
            );
        }
    }

    #[test]
    fn a_deny_of_what_is_not_encrypted_in_transit_is_none_and_another_condition_is_told() {
        let deny = |condition: Value| json!({ "Statement": [{ "Effect": "Deny", "Principal": "*", "Action": "sns:*", "Condition": condition }] });
        let transport = deny(json!({ "Bool": { "aws:SecureTransport": "false" } }));
        assert_eq!(denial(&transport, ROLE, &["sns:publish"]), Denial::None);
        let org = deny(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-1" } }));
        assert_eq!(
            denial(&org, ROLE, &["sns:publish"]),
            Denial::Conditional(vec!["aws:PrincipalOrgID".to_owned()])
        );
    }

    #[test]
    fn a_source_is_let_in_by_its_own_arn_and_by_no_other() {
        let policy = |source: &str| {
            json!({ "Statement": [{ "Effect": "Allow", "Principal": { "Service": "sns.amazonaws.com" },
                "Action": "lambda:InvokeFunction", "Condition": { "ArnLike": { "AWS:SourceArn": source } } }] })
        };
        let lets = |policy: &Value| {
            lets_source(
                policy,
                "sns.amazonaws.com",
                "lambda:invokefunction",
                "arn:aws:sns:eu-west-3:1:alerts",
            )
        };
        assert!(lets(&policy("arn:aws:sns:eu-west-3:1:alerts")));
        assert!(lets(&policy("arn:aws:sns:*:1:al*")));
        assert!(!lets(&policy("arn:aws:sns:eu-west-3:1:others")));
        assert!(!lets(&json!({})));
    }
}
