//! What a file of costs left open.

use std::fmt;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

use crate::Usd;
use nightcap_model::Language;

/// Something the file left open, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// Rows that are credits or refunds by their type are kept apart.
    CreditsApart {
        /// Rows.
        rows: u64,
        /// Their sum, below zero.
        total: Usd,
    },
    /// Other rows below zero take back or lower a charge and were subtracted.
    Netted {
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
    /// Days between the first and the last have no row in a format that has none for a day without
    /// charges.
    DaysFree {
        /// How many.
        days: usize,
        /// The first of them.
        first: NaiveDate,
    },
    /// Tags that could not be read: their rows count as untagged.
    TagsUnread {
        /// Rows.
        rows: u64,
    },
    /// Amounts such as `1,234` that the file alone does not explain.
    Thousands {
        /// How many.
        amounts: u64,
    },
    /// Columns were not looked at.
    ColumnsIgnored {
        /// How many.
        columns: usize,
    },
    /// Charges that span more than a day were spread over their days.
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
                format!("avoirs ou remboursements ({rows} lignes, {total} USD) : non déduits")
            }
            Self::Netted { rows, total } => {
                let total = total.to_string().replace('.', ",");
                format!("autres lignes négatives ({rows}, {total} USD) : déduites")
            }
            Self::DaysFree { days, first } => {
                format!("jours sans ligne : {days}, le premier {first} ; comptés pour zéro")
            }
            Self::TagsUnread { rows } => {
                format!(
                    "lignes dont les tags sont illisibles, comptées sans environnement : {rows}"
                )
            }
            Self::Thousands { amounts } => {
                format!("montants tels que 1,234, lus d'après le séparateur du fichier : {amounts}")
            }
            Self::RowsAdded { rows } => {
                format!("lignes d'un jour déjà lu, ajoutées à ce jour : {rows}")
            }
            Self::DaysMissing { days, first } => {
                format!("jours sans ligne : {days}, le premier {first} ; comptés comme non relevés")
            }
            Self::ColumnsIgnored { columns } => format!("colonnes non lues : {columns}"),
            Self::LongCharges { rows } => {
                format!("lignes de plus d'un jour, réparties sur leurs jours : {rows}")
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
                    "{rows} credits or refunds ({total} USD) are not subtracted"
                )
            }
            Self::Netted { rows, total } => write!(
                f,
                "{rows} other rows below zero ({total} USD) are subtracted"
            ),
            Self::DaysFree { days, first } => write!(
                f,
                "{days} days have no row, the first of them {first}: nothing was charged"
            ),
            Self::TagsUnread { rows } => write!(
                f,
                "the tags of {rows} rows could not be read: they count as untagged"
            ),
            Self::Thousands { amounts } => write!(
                f,
                "{amounts} amounts such as 1,234 were read by what separates the file's fields"
            ),
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
                    "{rows} charges span more than a day and were spread over their days"
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
