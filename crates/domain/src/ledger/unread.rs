//! Items that this version cannot read. What they are about is left alone.

use super::Ledger;
use crate::config::Language;
use crate::fleet::Resource;
use crate::hold::Scope;
use crate::names::EnvironmentName;
use crate::plan::{Fault, Problem};

/// Why an item cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// A later version of Nightcap wrote it.
    Newer {
        /// The number of its format.
        format: String,
    },
    /// Something of it is missing, or is not what it should be.
    Damaged,
}

/// An item of the ledger that cannot be read, and that keeps what it is about as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Its sort key: `hold#preprod-…`.
    pub key: String,
    /// What it is about, if that much can be read.
    pub scope: Option<Scope>,
    /// Why it cannot be read.
    pub why: Unreadable,
}

impl Unread {
    /// Whether it is about this resource.
    ///
    /// Of a hold of which not even that can be read, the name says it: it begins with what is held.
    pub fn is_about(&self, environment: &EnvironmentName, resource: &Resource) -> bool {
        match &self.scope {
            Some(Scope::Environment(name)) => name == environment,
            Some(Scope::Resource(arn)) => *arn == resource.arn,
            None => {
                self.is_named_after(environment.as_str()) || self.is_named_after(&resource.name)
            }
        }
    }

    fn is_named_after(&self, name: &str) -> bool {
        let Some(id) = self.key.strip_prefix("hold#") else {
            return false;
        };
        let label = crate::hold::label(name);
        if label.is_empty() {
            return false;
        }
        // A person's hold is LABEL-HASH; the guard's is guard-MONTH-ENVIRONMENT-RULE-….
        id.rsplit_once('-').is_some_and(|(named, _)| named == label)
            || (id.starts_with("guard-") && id.contains(&format!("-{label}-")))
    }

    /// The problem that it is.
    pub fn problem(&self) -> Problem {
        Problem {
            about: format!("ledger {}", self.key),
            name: "ledger".to_owned(),
            fault: Fault::UnreadableItem(self.clone()),
        }
    }

    /// What is wrong, as a sentence.
    pub(crate) fn message(&self, language: Language) -> String {
        let key = &self.key;
        match (&self.why, language) {
            (Unreadable::Newer { format }, Language::En) => format!(
                "a later version of Nightcap wrote the item {key} (format {format}); what it is about is left alone"
            ),
            (Unreadable::Newer { format }, Language::Fr) => format!(
                "une version plus récente de Nightcap a écrit l'élément {key} (format {format}) ; ce qu'il concerne est laissé tel quel"
            ),
            (Unreadable::Damaged, Language::En) => {
                format!("the item {key} cannot be read; what it is about is left alone")
            }
            (Unreadable::Damaged, Language::Fr) => {
                format!("l'élément {key} est illisible ; ce qu'il concerne est laissé tel quel")
            }
        }
    }

    /// What to do about it, as a sentence.
    pub(crate) fn remedy(&self, language: Language) -> String {
        let key = &self.key;
        match (&self.why, language) {
            (Unreadable::Newer { .. }, Language::En) => format!(
                "deploy that version again; or, to go on without it, delete the item with pk state and sk {key} from the ledger's table, and make the hold anew if it was one"
            ),
            (Unreadable::Newer { .. }, Language::Fr) => format!(
                "déployez de nouveau cette version ; ou, pour s'en passer, supprimez de la table l'élément de pk state et de sk {key}, et refaites le maintien si c'en était un"
            ),
            (Unreadable::Damaged, Language::En) => format!(
                "make the hold anew if it was one, and delete the item with pk state and sk {key} from the ledger's table"
            ),
            (Unreadable::Damaged, Language::Fr) => format!(
                "refaites le maintien si c'en était un, et supprimez de la table l'élément de pk state et de sk {key}"
            ),
        }
    }
}

impl Ledger {
    /// The item that cannot be read and is about this resource, if there is one.
    pub fn unread_about(
        &self,
        environment: &EnvironmentName,
        resource: &Resource,
    ) -> Option<&Unread> {
        let mut about = self.unread.iter();
        about.find(|unread| unread.is_about(environment, resource))
    }
}
