//! The ledger's table.

use nightcap_aws::error::Cause;
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_domain::fleet::Text;
use serde_json::{Value, json};

use crate::doctor::{Deployment, Doctor};

const CHECK: &str = "ledger";

impl Doctor<'_> {
    /// Looks at the table: its key, expiry, recovery and encryption.
    pub(in crate::doctor) async fn ledger(&mut self) {
        let Some(table) = self.deployed.setting("NIGHTCAP_TABLE") else {
            let about = Text::fixed("ledger", "registre");
            self.row_about(CHECK, about, Deployment::LedgerNotConfigured);
            return;
        };
        let named = json!({ "TableName": table });
        let asked = Question::json(Service::DynamoDb, "DescribeTable", named.clone());
        let described = match self.home.probe.ask(asked).await {
            Ok(answer) => answer.get("Table").cloned().unwrap_or_default(),
            Err(error) if error.cause == Cause::Gone => {
                self.row(
                    CHECK,
                    &table,
                    Deployment::LedgerMissing {
                        table: table.clone(),
                    },
                );
                return;
            }
            Err(error) => {
                self.unread(CHECK, &table, &error);
                return;
            }
        };
        let before = self.rows.len();
        self.shape(&table, &described);
        let asked = Question::json(Service::DynamoDb, "DescribeTimeToLive", named.clone());
        match self.home.probe.ask(asked).await {
            Ok(answer) => {
                let ttl = answer
                    .get("TimeToLiveDescription")
                    .cloned()
                    .unwrap_or_default();
                let status = tree::text(&ttl, "TimeToLiveStatus");
                let on = matches!(status, "ENABLED" | "ENABLING");
                let attribute = tree::text(&ttl, "AttributeName");
                if !on || attribute != "expires" {
                    let attribute = on.then(|| attribute.to_owned());
                    self.row(CHECK, &table, Deployment::LedgerTtlOff { attribute });
                }
            }
            Err(error) => self.unread(CHECK, &table, &error),
        }
        let asked = Question::json(Service::DynamoDb, "DescribeContinuousBackups", named);
        match self.home.probe.ask(asked).await {
            Ok(answer) => {
                let path = [
                    "ContinuousBackupsDescription",
                    "PointInTimeRecoveryDescription",
                    "PointInTimeRecoveryStatus",
                ];
                if tree::at(&answer, &path) != "ENABLED" {
                    self.row(CHECK, &table, Deployment::LedgerBackupOff);
                }
            }
            Err(error) => self.unread(CHECK, &table, &error),
        }
        if self.rows.len() == before {
            self.row(
                CHECK,
                &table,
                Deployment::LedgerCorrect {
                    table: table.clone(),
                },
            );
        }
    }

    fn shape(&mut self, table: &str, described: &Value) {
        let status = tree::text(described, "TableStatus");
        let closed = tree::at(
            described,
            &["SSEDescription", "InaccessibleEncryptionDateTime"],
        );
        let number = described
            .get("SSEDescription")
            .and_then(|sse| sse.get("InaccessibleEncryptionDateTime"))
            .is_some_and(Value::is_number);
        if !matches!(status, "ACTIVE" | "UPDATING") || !closed.is_empty() || number {
            let status = if closed.is_empty() && !number {
                status.to_owned()
            } else {
                "INACCESSIBLE_ENCRYPTION_CREDENTIALS".to_owned()
            };
            self.row(CHECK, table, Deployment::LedgerUnusable { status });
        }
        let types = tree::items(described, "AttributeDefinitions");
        let keys: Vec<String> = tree::items(described, "KeySchema")
            .into_iter()
            .map(|key| {
                let name = tree::text(key, "AttributeName");
                let of = types
                    .iter()
                    .find(|one| tree::text(one, "AttributeName") == name);
                let of = of.map_or("?", |one| tree::text(one, "AttributeType"));
                format!("{name} ({}, {of})", tree::text(key, "KeyType"))
            })
            .collect();
        if keys != ["pk (HASH, S)", "sk (RANGE, S)"] {
            let keys = keys.join(", ");
            self.row(CHECK, table, Deployment::LedgerKeySchema { keys });
        }
    }
}
