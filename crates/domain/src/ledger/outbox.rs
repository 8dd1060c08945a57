//! Notifications: what is claimed before it is sent, and the outbox of mails on their way.

use chrono::{DateTime, Utc};

use super::LEASE;

/// A change of what people have been told, claimed by the tick that tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about: a key of [`super::Ledger::told`].
    pub key: String,
    /// What [`super::Ledger::told`] said of the key when it was read. A claim must find it unchanged.
    pub seen: Option<DateTime<Utc>>,
    /// Whether it has begun (and is told from now on) or is over.
    pub begins: bool,
}

impl Notice {
    /// It has begun, and nobody has been told.
    pub fn begun(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            seen: None,
            begins: true,
        }
    }

    /// It is over, and was told at this instant.
    pub fn over(key: impl Into<String>, told: DateTime<Utc>) -> Self {
        Self {
            key: key.into(),
            seen: Some(told),
            begins: false,
        }
    }
}

/// A mail in the outbox: claimed, and not known to have been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its name in the outbox.
    pub id: String,
    /// When it was put there.
    pub at: DateTime<Utc>,
    /// Until when it belongs to the process that is sending it.
    pub lease: DateTime<Utc>,
    /// The subject.
    pub subject: String,
    /// The body.
    pub body: String,
}

impl Outgoing {
    /// Whether another process may send it: whoever held it has died, or was refused by SNS.
    ///
    /// A lease that ends in the far future was written by a rehearsal at another instant.
    pub fn is_free(&self, now: DateTime<Utc>) -> bool {
        self.lease <= now || self.lease - now > LEASE * 2
    }
}
