//! Recordings: what AWS answered, as files that a test can replay and a person can hand on.
//!
//! What is not on the list of [`allow`] is dropped; names, numbers of accounts and addresses are
//! replaced, the same one by the same everywhere. Credentials, tokens and endpoints are on no list.

mod allow;
mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, anyhow};
use chrono::{DateTime, Utc};
use nightcap_aws::probe::Exchange;
use nightcap_domain::config::Compiled;
use serde_json::{Value, json};

use crate::output::Usage;
use names::Names;

/// Only their owner reads a recording.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// Writes down what AWS answers.
#[derive(Debug)]
pub(crate) struct Recorder {
    folder: PathBuf,
    now: DateTime<Utc>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    names: Names,
    /// By access key: the account whose role it was given for.
    accounts: BTreeMap<String, String>,
    exchanges: Vec<Value>,
}

impl Recorder {
    /// Into a folder that is made, or is empty.
    pub(crate) fn new(
        folder: &Path,
        config: &Compiled,
        name: &str,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Self> {
        let cannot = || format!("{} cannot be used for a recording", folder.display());
        if folder.exists() {
            let filled = fs::read_dir(folder).with_context(cannot)?.next().is_some();
            if filled {
                return Err(anyhow!(Usage(format!(
                    "{} is not empty: name a folder that does not exist",
                    folder.display()
                ))));
            }
            fs::remove_dir(folder).with_context(cannot)?;
        }
        DirBuilder::new()
            .mode(FOLDER_MODE)
            .create(folder)
            .with_context(cannot)?;
        let mut names = Names::default();
        names.deployment(name);
        let recorder = Self {
            folder: folder.to_owned(),
            now,
            inner: Mutex::new(Inner {
                names,
                accounts: BTreeMap::new(),
                exchanges: vec![],
            }),
        };
        let config = serde_json::to_value(config.config()).context("the configuration")?;
        let config = allow::configuration(&config, &mut recorder.lock().names);
        recorder.write("nightcap.yaml", &config)?;
        Ok(recorder)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an exchange, without what is not on the list.
    pub(crate) fn take(&self, exchange: &Exchange) {
        let mut inner = self.lock();
        let inner = &mut *inner;
        if exchange.service == "sts" && exchange.operation == "AssumeRole" {
            // Nothing of it is kept but for whom it was: the answer is a credential.
            let role = exchange.parameters.get("RoleArn").and_then(Value::as_str);
            let account = role
                .and_then(|role| role.split(':').nth(4))
                .unwrap_or_default();
            let key = [
                "AssumeRoleResponse",
                "AssumeRoleResult",
                "Credentials",
                "AccessKeyId",
            ]
            .iter()
            .try_fold(&exchange.answer, |tree, key| tree.get(key))
            .and_then(Value::as_str);
            if let Some(key) = key {
                let account = inner.names.account(account);
                inner.accounts.insert(key.to_owned(), account);
            }
            return;
        }
        let Some(recorded) = allow::exchange(exchange, &mut inner.names) else {
            return;
        };
        let account = inner
            .accounts
            .get(&exchange.key)
            .cloned()
            .unwrap_or_default();
        let mut recorded = recorded;
        if let Some(object) = recorded.as_object_mut() {
            object.insert("account".to_owned(), json!(account));
        }
        inner.exchanges.push(recorded);
    }

    /// Writes everything.
    pub(crate) fn finish(&self, skew: i64) -> anyhow::Result<()> {
        let inner = self.lock();
        let about = json!({
            "format": 1,
            "now": self.now,
            "skew_seconds": skew,
            "exchanges": inner.exchanges.len(),
        });
        self.write("recording.json", &about)?;
        for (number, exchange) in inner.exchanges.iter().enumerate() {
            let part = |key: &str| {
                exchange
                    .get(key)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let operation: String = part("operation")
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .collect();
            let file = format!("{number:04}-{}-{operation}.json", part("service"));
            self.write(&file, exchange)?;
        }
        Ok(())
    }

    fn write(&self, file: &str, value: &Value) -> anyhow::Result<()> {
        let path = self.folder.join(file);
        let cannot = || format!("{} cannot be written", path.display());
        let mut opened = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&path)
            .with_context(cannot)?;
        let text = serde_json::to_string_pretty(value).with_context(cannot)?;
        opened.write_all(text.as_bytes()).with_context(cannot)
    }
}
