//! Other names for what identifies: the same for the same, throughout a recording.

use std::collections::BTreeMap;

use nightcap_domain::fleet::looks_like_production;

/// Words that a name keeps, because they decide what Nightcap does or says: they name no one.
const WORDS: [&str; 32] = [
    "alert",
    "alias",
    "alerts",
    "app",
    "aws",
    "budget",
    "databases",
    "db",
    "dead",
    "default",
    "dev",
    "eu",
    "guard",
    "letters",
    "live",
    "nightcap",
    "non",
    "office",
    "hours",
    "pre",
    "preprod",
    "prd",
    "prod",
    "production",
    "qa",
    "reconcile",
    "scheduler",
    "stage",
    "staging",
    "targets",
    "test",
    "us",
];

/// What an ARN says of the kind of thing that it names, and what the doctor calls an example of
/// one. A name made of such words names no one and is kept: it must be the same within an ARN and
/// by itself, or a replay asks about another thing than was recorded.
const ARN_WORDS: [&str; 33] = [
    "db",
    "cluster",
    "subgrp",
    "pg",
    "snapshot",
    "service",
    "nodegroup",
    "instance",
    "volume",
    "role",
    "assumed-role",
    "user",
    "root",
    "function",
    "table",
    "key",
    "alias",
    "budget",
    "schedule",
    "schedule-group",
    "autoScalingGroup",
    "autoScalingGroupName",
    "targetgroup",
    "deployment",
    "global-cluster",
    "rule",
    "parameter",
    "log-group",
    "log-stream",
    "lambda",
    "billingview",
    "primary",
    "example",
];

/// What was replaced by what.
#[derive(Debug, Default)]
pub(super) struct Names {
    names: BTreeMap<String, String>,
    accounts: BTreeMap<String, String>,
}

impl Names {
    /// Lets the things of a deployment be called as those of the usual one.
    pub(super) fn deployment(&mut self, name: &str) {
        for suffix in [
            "",
            "-scheduler",
            "-budget-guard",
            "-targets",
            "-dead-letters",
            "-databases",
            "-reconcile",
        ] {
            let (own, usual) = (format!("{name}{suffix}"), format!("nightcap{suffix}"));
            self.names.insert(own, usual);
        }
    }

    /// Another number for an account.
    pub(super) fn account(&mut self, account: &str) -> String {
        if account.is_empty() {
            return String::new();
        }
        let next = self.accounts.len() + 1;
        let made = self.accounts.entry(account.to_owned());
        made.or_insert_with(|| format!("{next:012}")).clone()
    }

    /// Another name, with the words of the old one that decide something.
    pub(super) fn name(&mut self, name: &str) -> String {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        if name.is_empty() {
            return String::new();
        }
        if is_account(name) {
            return self.account(name);
        }
        if is_arn_word(name) {
            return name.to_owned();
        }
        let words: Vec<String> = name
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_lowercase)
            .collect();
        let kept: Vec<&str> = words
            .iter()
            .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
            .filter(|word| WORDS.contains(word))
            .collect();
        let common = |word: &String| {
            let word = word.as_str();
            WORDS.contains(&word) || ARN_WORDS.contains(&word)
        };
        let plain = words.iter().all(common);
        let made = if plain {
            name.to_owned()
        } else {
            let mut parts: Vec<&str> = std::iter::once("name").chain(kept).collect();
            // What looks like production goes on doing so, and nothing else begins to.
            let production = looks_like_production(name);
            if looks_like_production(&parts.join("-")) != production {
                parts = if production {
                    vec!["name", "prod"]
                } else {
                    vec!["name"]
                };
            }
            // Instances are told from other things by how their names begin.
            let prefix = if name.starts_with("i-") { "i-" } else { "" };
            format!("{prefix}{}-{}", parts.join("-"), self.names.len() + 1)
        };
        self.names.insert(name.to_owned(), made.clone());
        made
    }

    /// An ARN of the same form, with other names in it; anything else is a name.
    pub(super) fn arn(&mut self, arn: &str) -> String {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [head @ "arn", partition, service, region, account, resource] = parts.as_slice() else {
            return self.name(arn);
        };
        if !arn_part(partition) || !arn_part(service) || !(region.is_empty() || is_region(region)) {
            return self.name(arn);
        }
        let account = match *account {
            "" | "aws" => (*account).to_owned(),
            number => self.account(number),
        };
        let named = self.path(resource);
        format!("{head}:{partition}:{service}:{region}:{account}:{named}")
    }

    /// Names with `:` and `/` between them, each under another name.
    pub(super) fn path(&mut self, path: &str) -> String {
        let mut named = String::new();
        let mut rest = path;
        while let Some(at) = rest.find([':', '/']) {
            let (part, after) = rest.split_at(at);
            named.push_str(&self.word(part));
            let (separator, left) = after.split_at(1);
            named.push_str(separator);
            rest = left;
        }
        named.push_str(&self.word(rest));
        named
    }

    /// A word of an ARN, even where a deployment is called like one.
    fn word(&mut self, word: &str) -> String {
        if is_arn_word(word) {
            word.to_owned()
        } else {
            self.name(word)
        }
    }

    /// Whether a text holds something that was replaced elsewhere.
    pub(super) fn holds(&self, text: &str) -> bool {
        let replaced = self
            .names
            .iter()
            .filter(|(name, other)| name.len() > 3 && name != other);
        let mut names = replaced.map(|(name, _)| name).chain(self.accounts.keys());
        names.any(|name| text.contains(name.as_str()))
    }
}

fn is_arn_word(word: &str) -> bool {
    ARN_WORDS.contains(&word) || word == "*"
}

/// `ec2.eu-west-3.amazonaws.com`: a service in a region, as `kms:ViaService` has it.
pub(super) fn is_service(text: &str) -> bool {
    let mut parts = text.splitn(3, '.');
    let (Some(service), Some(region), Some(domain)) = (parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    arn_part(service) && is_region(region) && domain == "amazonaws.com"
}

/// `aws-cn`, `rds`: the fixed vocabulary of ARNs, which no name of anybody's is in.
fn arn_part(part: &str) -> bool {
    const PARTS: [&str; 25] = [
        "aws",
        "aws-cn",
        "aws-us-gov",
        "rds",
        "autoscaling",
        "ec2",
        "ecs",
        "eks",
        "elasticloadbalancing",
        "iam",
        "sts",
        "sns",
        "sqs",
        "lambda",
        "dynamodb",
        "kms",
        "scheduler",
        "events",
        "budgets",
        "billing",
        "ssm",
        "s3",
        "logs",
        "cloudwatch",
        "tag",
    ];
    PARTS.contains(&part)
}

/// `eu-west-3`.
pub(super) fn is_region(text: &str) -> bool {
    const PLACES: [&str; 12] = [
        "us", "eu", "ap", "sa", "ca", "me", "af", "il", "cn", "mx", "gov", "iso",
    ];
    const SIDES: [&str; 10] = [
        "north",
        "south",
        "east",
        "west",
        "central",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
        "gov",
    ];
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [place, middle @ .., number] => {
            PLACES.contains(place)
                && !middle.is_empty()
                && middle.iter().all(|side| SIDES.contains(side))
                && number.len() == 1
                && number.bytes().all(|digit| digit.is_ascii_digit())
        }
        _ => false,
    }
}

/// Twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|digit| digit.is_ascii_digit())
}
