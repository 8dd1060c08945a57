//! What a file of costs left open.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use crate::config::Language;
use crate::money::Usd;

/// Something the file left open, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// Rows below zero are credits or refunds and are kept apart.
    CreditsApart {
        /// Rows.
        rows: u64,
        /// Their sum, below zero.
        total: Usd,
    },
    /// Rows of one day and environment were added up.
    RowsAdded {
        /// Rows beyond the first of a day and environment.
        rows: u64,
    },
    /// Days between the first and the last have no row.
    DaysMissing {
        /// How many.
        days: usize,
        /// The first of them.
        first: NaiveDate,
    },
    /// Columns were not looked at.
    ColumnsIgnored {
        /// How many.
        columns: usize,
    },
    /// Charges that span more than a day were booked on their first day.
    LongCharges {
        /// How many.
        rows: u64,
    },
}

impl Assumption {
    /// The same for readers of a language.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Fr => self.french(),
        }
    }

    fn french(&self) -> String {
        match self {
            Self::CreditsApart { rows, total } => {
                let total = total.to_string().replace('.', ",");
                format!(
                    "lignes négatives ({rows}, {total} USD) : avoirs ou remboursements, non déduits"
                )
            }
            Self::RowsAdded { rows } => {
                format!("lignes d'un jour déjà lu, ajoutées à ce jour : {rows}")
            }
            Self::DaysMissing { days, first } => {
                format!("jours sans ligne : {days}, le premier {first} ; comptés comme non relevés")
            }
            Self::ColumnsIgnored { columns } => format!("colonnes non lues : {columns}"),
            Self::LongCharges { rows } => {
                format!("lignes de plus d'un jour, comptées à leur premier jour : {rows}")
            }
        }
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreditsApart { rows, total } => {
                write!(
                    f,
                    "{rows} rows below zero ({total} USD) are taken for credits or refunds and not subtracted"
                )
            }
            Self::RowsAdded { rows } => write!(
                f,
                "{rows} further rows of a day already seen were added to it"
            ),
            Self::DaysMissing { days, first } => {
                write!(
                    f,
                    "{days} days have no row, the first of them {first}: they count as not reported"
                )
            }
            Self::ColumnsIgnored { columns } => write!(f, "{columns} columns were not looked at"),
            Self::LongCharges { rows } => {
                write!(
                    f,
                    "{rows} charges span more than a day and were booked on their first day"
                )
            }
        }
    }
}

impl Serialize for Assumption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
