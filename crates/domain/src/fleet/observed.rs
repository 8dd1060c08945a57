//! The observed state: what AWS says of a resource now.

use std::borrow::Cow;

use crate::config::Language;

/// A sentence in both languages of the mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: Cow<'static, str>,
    /// French.
    pub fr: Cow<'static, str>,
}

impl Text {
    /// A sentence known when the program was written.
    pub const fn fixed(en: &'static str, fr: &'static str) -> Self {
        Self {
            en: Cow::Borrowed(en),
            fr: Cow::Borrowed(fr),
        }
    }

    /// A sentence made from what was found.
    pub fn made(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self {
            en: Cow::Owned(en.into()),
            fr: Cow::Owned(fr.into()),
        }
    }

    /// The sentence in one language.
    pub fn to(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Fr => &self.fr,
        }
    }
}

/// What AWS says of a resource now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Up and usable.
    Running,
    /// Down: nothing is running and nothing is on its way.
    Stopped,
    /// On its way up.
    Starting,
    /// On its way down.
    Stopping,
    /// AWS is at work on it and will end by itself; it takes no orders until then.
    Busy {
        /// AWS's own word.
        status: String,
        /// Whether its users can use it meanwhile (a backup: yes; an upgrade: no).
        serving: bool,
    },
    /// It is known to exist by its tag, and could not be read: it gets no order, and what must
    /// wait for it waits.
    Unread,
    /// Nothing here can put it to sleep or wake it, and that is nobody's fault.
    Fixed(Text),
    /// It will not work again before a person has done something.
    Faulty {
        /// AWS's own word.
        status: String,
        /// What that person should do.
        remedy: Text,
    },
}

impl Observed {
    /// The word that answers and tables show.
    pub fn word(&self) -> &str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::Busy { status, .. } | Self::Faulty { status, .. } => status,
            Self::Unread => "unread",
            Self::Fixed(_) => "fixed",
        }
    }
}
