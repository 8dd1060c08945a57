//! The form of the data files.

use std::collections::BTreeMap;
use std::fmt;

use nightcap_schedule::{Calendar, State};
use serde::Deserialize;

/// One file: the facts taken from one project.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suite {
    #[serde(rename = "suite")]
    pub(crate) name: String,
    pub(crate) licence: String,
    /// Where the licence was read.
    pub(crate) licence_seen: String,
    pub(crate) notes: String,
    pub(crate) sources: BTreeMap<String, Source>,
    pub(crate) counts: Counts,
    pub(crate) cases: Vec<Case>,
}

#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Counts {
    pub(crate) cases: usize,
    /// A case without a list of checks is one check.
    pub(crate) checks: usize,
    pub(crate) disagreements: usize,
}

impl Suite {
    pub(crate) fn counted(&self) -> Counts {
        Counts {
            cases: self.cases.len(),
            checks: self
                .cases
                .iter()
                .map(|case| case.checks.as_ref().map_or(1, Vec::len))
                .sum(),
            disagreements: self.cases.iter().map(|case| case.splits().count()).sum(),
        }
    }
}

/// A file of the project at one commit or, where that is not known, in one release.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    repository: String,
    path: String,
    commit: Option<String>,
    release: Option<String>,
    /// Of the release's archive.
    sha256: Option<String>,
}

impl Source {
    pub(crate) fn check(&self) -> Result<(), String> {
        let hex = |text: &str, length| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        match (self.repository.split('/').count(), self.path.is_empty()) {
            (2, false) => {}
            _ => return Err("repository (owner/name) and path are needed".to_owned()),
        }
        match (&self.commit, &self.release, &self.sha256) {
            (Some(commit), None, None) if hex(commit, 40) => Ok(()),
            (None, Some(_), None) => Ok(()),
            (None, Some(_), Some(sum)) if hex(sum, 64) => Ok(()),
            _ => Err("either a commit of 40 digits or a release is needed".to_owned()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.commit.as_ref().or(self.release.as_ref());
        write!(
            f,
            "{} {} at {}",
            self.repository,
            self.path,
            version.map_or("?", |v| v)
        )
    }
}

/// One case; either about an expression or about windows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) source: String,
    pub(crate) id: String,
    /// As the source writes it, where that differs.
    #[serde(default, rename = "original")]
    _original: Option<String>,
    /// What had to be changed to say the same.
    #[serde(default, rename = "translation")]
    _translation: Option<String>,
    zone: Option<String>,
    expression: Option<String>,
    dialect: Option<Form>,
    after: Option<String>,
    at: Option<String>,
    windows: Option<Vec<Pair>>,
    calendar: Option<Calendar>,
    checks: Option<Vec<Check>>,
    expect: Option<Verdict<Expectation>>,
}

pub(crate) enum Subject<'a> {
    Cron(CronSubject<'a>),
    Windows(WindowsSubject<'a>),
}

pub(crate) struct CronSubject<'a> {
    pub(crate) expression: &'a str,
    pub(crate) dialect: Form,
    /// With a zone, times are RFC 3339 instants; without, they are wall-clock times.
    pub(crate) zone: Option<&'a str>,
    pub(crate) after: Option<&'a str>,
    pub(crate) at: Option<&'a str>,
    pub(crate) expect: &'a Expectation,
}

pub(crate) struct WindowsSubject<'a> {
    pub(crate) windows: &'a [Pair],
    pub(crate) zone: &'a str,
    pub(crate) calendar: Option<&'a Calendar>,
    pub(crate) checks: &'a [Check],
    pub(crate) expect: Option<&'a Expectation>,
}

impl Case {
    pub(crate) fn subject(&self) -> Subject<'_> {
        let zone = self.zone.as_deref();
        match (&self.expression, &self.windows) {
            (Some(expression), None) => Subject::Cron(CronSubject {
                expression,
                dialect: self.dialect.expect("a dialect"),
                zone,
                after: self.after.as_deref(),
                at: self.at.as_deref(),
                expect: self.expect.as_ref().expect("an expectation").ours(),
            }),
            (None, Some(windows)) => Subject::Windows(WindowsSubject {
                windows,
                zone: zone.expect("a zone"),
                calendar: self.calendar.as_ref(),
                checks: self.checks.as_deref().unwrap_or_default(),
                expect: self.expect.as_ref().map(Verdict::ours),
            }),
            _ => panic!("{}: a case has either an expression or windows", self.id),
        }
    }

    /// For each disagreement, whether the two sides differ, and the reason.
    fn splits(&self) -> impl Iterator<Item = (bool, &str)> {
        let checks = self.checks.iter().flatten();
        let of_checks = checks.flat_map(|check| {
            let state = check.expect.as_ref().and_then(Verdict::split);
            state
                .into_iter()
                .chain(check.turns.as_ref().and_then(Verdict::split))
        });
        self.expect
            .as_ref()
            .and_then(Verdict::split)
            .into_iter()
            .chain(of_checks)
    }

    /// Disagreements without a reason, or that are none.
    pub(crate) fn unjustified(&self) -> impl Iterator<Item = String> {
        self.splits()
            .filter_map(|(differ, why)| match (differ, why.len()) {
                (false, _) => Some("theirs and ours are the same".to_owned()),
                (true, ..20) => Some(format!("{why:?} is no justification")),
                _ => None,
            })
    }
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Form {
    Unix,
    EventBridge,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    pub(crate) start: String,
    pub(crate) stop: String,
}

/// What both expect, or what each does and why.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Verdict<T> {
    Split { theirs: T, ours: T, why: String },
    Agreed(T),
}

impl<T: PartialEq> Verdict<T> {
    pub(crate) fn ours(&self) -> &T {
        match self {
            Self::Split { ours, .. } | Self::Agreed(ours) => ours,
        }
    }

    fn split(&self) -> Option<(bool, &str)> {
        match self {
            Self::Split { theirs, ours, why } => Some((theirs != ours, why)),
            Self::Agreed(_) => None,
        }
    }
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Expectation {
    /// The expression, the zone or the windows are not accepted.
    Refused,
    Accepted,
    /// Nothing follows `after`.
    Never,
    /// These follow `after`, in this order and without another between them.
    Next(Vec<String>),
    /// These follow `after`, and none other before `until`.
    Only {
        until: String,
        at: Vec<String>,
    },
    /// Whether `at` is one of the times.
    Matches(bool),
    /// Another expression that means the same.
    SameAs(String),
}

/// One question to a schedule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Check {
    pub(crate) at: Option<String>,
    /// The state at `at`.
    pub(crate) expect: Option<Verdict<State>>,
    /// The change in the hour of the wall clock that holds `at`.
    pub(crate) turns: Option<Verdict<Turn>>,
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    /// How long it runs between `from` and `to`.
    pub(crate) hours: Option<i64>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Turn {
    Running,
    Stopped,
    Nothing,
}
