//! Databases: the few calls about them that ticks make.

use std::collections::BTreeMap;

use crate::REGION;

/// The most of one page.
const PAGE: usize = 100;

/// What is described of each: about as much as AWS does.
const DESCRIBED: &str = include_str!("database.xml");

/// By account and name, their status.
#[derive(Debug, Default)]
pub(super) struct Databases(BTreeMap<String, BTreeMap<String, &'static str>>);

impl Databases {
    pub(super) fn create(&mut self, account: &str, name: &str) {
        let account = self.0.entry(account.to_owned()).or_default();
        account.insert(name.to_owned(), "available");
    }

    pub(super) fn pass(&mut self) {
        for status in self.0.values_mut().flat_map(BTreeMap::values_mut) {
            *status = match *status {
                "stopping" => "stopped",
                "starting" => "available",
                other => other,
            };
        }
    }

    pub(super) fn count(&self, status: &str) -> usize {
        let all = self.0.values().flat_map(BTreeMap::values);
        all.filter(|other| **other == status).count()
    }

    /// Answers a call of the query protocol.
    pub(super) fn respond(&mut self, account: &str, form: &str) -> (u16, String) {
        let field = |name: &str| {
            let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| *key == name)
                .map_or("", |(_, value)| value)
        };
        let name = field("DBInstanceIdentifier");
        match field("Action") {
            action @ "DescribeDBInstances" => {
                (200, answer(action, &self.page(account, field("Marker"))))
            }
            action @ "DescribeDBClusters" => (200, answer(action, "<DBClusters/>")),
            action @ "DescribeAutoScalingGroups" => (200, answer(action, "<AutoScalingGroups/>")),
            action @ "StopDBInstance" => {
                self.order(action, account, name, ["available", "stopping"])
            }
            action @ "StartDBInstance" => {
                self.order(action, account, name, ["stopped", "starting"])
            }
            action @ "AssumeRole" => {
                let account = field("RoleArn").split("%3A").nth(4).unwrap_or_default();
                let key = format!(
                    "<Credentials><AccessKeyId>{account}</AccessKeyId><SecretAccessKey>steady</SecretAccessKey>\
                     <SessionToken>steady</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
                );
                (200, answer(action, &key))
            }
            other => refusal("InvalidAction", other),
        }
    }

    fn order(
        &mut self,
        action: &str,
        account: &str,
        name: &str,
        [from, to]: [&'static str; 2],
    ) -> (u16, String) {
        let found = self.0.get_mut(account).and_then(|all| all.get_mut(name));
        match found {
            Some(status) if *status == from => {
                *status = to;
                (200, answer(action, &describe(account, name, to)))
            }
            Some(status) => refusal("InvalidDBInstanceState", status),
            None => refusal("DBInstanceNotFound", name),
        }
    }

    fn page(&self, account: &str, after: &str) -> String {
        let none = BTreeMap::new();
        let all = self.0.get(account).unwrap_or(&none);
        let mut rest = all.iter().filter(|(name, _)| name.as_str() > after);
        let page: Vec<_> = rest.by_ref().take(PAGE).collect();
        let described: String = page
            .iter()
            .map(|(name, status)| describe(account, name, status))
            .collect();
        let marker = match (rest.next(), page.last()) {
            (Some(_), Some((last, _))) => format!("<Marker>{last}</Marker>"),
            _ => String::new(),
        };
        format!("<DBInstances>{described}</DBInstances>{marker}")
    }
}

fn describe(account: &str, name: &str, status: &str) -> String {
    DESCRIBED
        .trim()
        .replace("{name}", name)
        .replace("{status}", status)
        .replace("{account}", account)
        .replace("{region}", REGION)
}

fn answer(action: &str, result: &str) -> String {
    format!(
        "<{action}Response><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>0</RequestId>\
         </ResponseMetadata></{action}Response>"
    )
}

fn refusal(code: &str, about: &str) -> (u16, String) {
    (
        400,
        format!(
            "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{about}</Message></Error>\
             <RequestId>0</RequestId></ErrorResponse>"
        ),
    )
}
