//! What the doctor finds: facts with their parameters, by subject. Each subject words its own.

mod access;
mod databases;
mod deployment;
mod machines;
mod money;
mod resources;
mod schedules;
#[cfg(test)]
mod tests;
mod topic;

use nightcap_domain::config::Language;
use nightcap_domain::fleet::Text;
use serde::Serialize;

pub(crate) use access::Access;
pub(crate) use databases::Databases;
pub(crate) use deployment::Deployment;
pub(crate) use machines::Machines;
pub(crate) use money::Money;
pub(crate) use resources::{Place, Resources};
pub(crate) use schedules::Schedules;
pub(crate) use topic::Topic;

/// How a finding is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// As it should be.
    Ok,
    /// Something that a person should mend.
    Problem,
    /// Nothing here can tell.
    Unknown,
}

impl Verdict {
    /// The word in a table.
    pub(crate) fn said(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Ok, _) => "ok",
            (Self::Problem, Language::En) => "problem",
            (Self::Problem, Language::Fr) => "problème",
            (Self::Unknown, Language::En) => "unknown",
            (Self::Unknown, Language::Fr) => "inconnu",
        }
    }
}

/// A finding in words.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// A stable word for machines.
    pub(crate) code: &'static str,
    /// How it is to be taken.
    pub(crate) verdict: Verdict,
    /// What is so.
    pub(crate) said: Text,
    /// What to do; empty where nothing is to be done.
    pub(crate) remedy: Text,
}

fn ok(code: &'static str, en: impl Into<String>, fr: impl Into<String>) -> Words {
    Words {
        code,
        verdict: Verdict::Ok,
        said: Text::made(en, fr),
        remedy: Text::fixed("", ""),
    }
}

fn bad(code: &'static str, said: (String, String), remedy: (&str, &str)) -> Words {
    Words {
        code,
        verdict: Verdict::Problem,
        said: Text::made(said.0, said.1),
        remedy: Text::made(remedy.0, remedy.1),
    }
}

fn unknown(code: &'static str, said: (String, String), remedy: Text) -> Words {
    Words {
        code,
        verdict: Verdict::Unknown,
        said: Text::made(said.0, said.1),
        remedy,
    }
}

macro_rules! findings {
    ($($subject:ident),+ $(,)?) => {
        /// What was found, with what it takes to say it.
        #[derive(Clone, Debug)]
        pub(crate) enum Finding {
            $(#[doc = concat!("See [`", stringify!($subject), "`].")] $subject($subject),)+
        }

        $(impl From<$subject> for Finding {
            fn from(found: $subject) -> Self {
                Self::$subject(found)
            }
        })+

        impl Finding {
            /// Everything that is said of it.
            pub(crate) fn words(&self) -> Words {
                match self {
                    $(Self::$subject(found) => found.words(),)+
                }
            }
        }
    };
}

findings! {
    Access,
    Databases,
    Deployment,
    Machines,
    Money,
    Resources,
    Schedules,
    Topic,
}

impl Finding {
    /// How it is to be taken.
    pub(crate) fn verdict(&self) -> Verdict {
        self.words().verdict
    }
}
