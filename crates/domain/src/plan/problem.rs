//! What is wrong, and what a person can do about it.

use crate::config::Language;
use crate::fleet::{Resource, Text};

use super::Late;
use crate::ledger::Unread;

const UNPRUNED: &str = "snapshots-kept";

/// What is wrong with one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its tags claim more than one environment.
    OverlappingTags(Vec<String>),
    /// Its tag names an environment that the configuration does not know.
    UnknownEnvironment {
        /// The name in the tag.
        name: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// Its tag claims one environment and another tag says production.
    ProductionInDisguise {
        /// The environment claimed.
        claimed: String,
        /// The tag that says production.
        key: String,
        /// What that tag says.
        value: String,
    },
    /// Its tag `nightcap:tier` is no number.
    UnreadableTier(String),
    /// Its tag `nightcap:capacity` is no capacity, and the environment has none configured.
    UnreadableMemory(String),
    /// It sleeps, nobody knows its capacity, and the environment has none configured.
    NoCapacity,
    /// Its maintenance window cannot be read, and the environment wakes for maintenance.
    UnreadableMaintenance(String),
    /// AWS says it is broken.
    Broken {
        /// AWS's word for that.
        status: String,
        /// What to do.
        remedy: Text,
    },
    /// Stopping it was refused, together with others, because the tick would have stopped too many.
    TooManyStops {
        /// How many stops no recent transition explains.
        stops: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// Something else will wake it or put it to sleep.
    Conflict(Text),
    /// It has not come through a gate of waking or falling asleep in time.
    Late(Late),
    /// Old snapshots of it were not deleted.
    Unpruned {
        /// Why not.
        why: Text,
        /// What to do.
        remedy: Text,
    },
    /// An item of the ledger cannot be read.
    UnreadableItem(Unread),
    /// AWS refused the order or did not answer.
    Failed {
        /// `start`, `stop`, `read` or `forget`.
        action: &'static str,
        /// What AWS said.
        error: String,
        /// What to do.
        remedy: Text,
    },
}

/// Something that a person should know about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The ARN of the resource, or what else the problem is about.
    pub about: String,
    /// The name people know it by.
    pub name: String,
    /// What is wrong.
    pub fault: Fault,
}

impl Problem {
    /// The problem that a fault is to this resource.
    pub fn of(resource: &Resource, fault: Fault) -> Self {
        Self {
            about: resource.arn.to_string(),
            name: resource.name.clone(),
            fault,
        }
    }

    /// Whether it is looked for on every tick, or told until it is known to be over.
    pub fn lasts(&self) -> bool {
        !matches!(self.fault, Fault::Conflict(_))
    }

    /// The resource, if this is the key of a problem that is looked for only once a sleep: its
    /// absence on other ticks means nothing.
    pub fn rare(key: &str) -> Option<&str> {
        key.strip_prefix(UNPRUNED)?.strip_prefix(' ')
    }

    /// One key for one problem, so that it is told once.
    pub fn key(&self) -> String {
        format!("{} {}", self.fault.code(), self.about)
    }
}

impl Fault {
    /// A stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OverlappingTags(_) => "overlapping-tags",
            Self::UnknownEnvironment { .. } => "unknown-environment",
            Self::ProductionInDisguise { .. } => "production-in-disguise",
            Self::UnreadableTier(_) => "unreadable-tier",
            Self::UnreadableMemory(_) => "unreadable-memory",
            Self::NoCapacity => "no-capacity",
            Self::UnreadableMaintenance(_) => "unreadable-maintenance",
            Self::Broken { .. } => "broken",
            Self::TooManyStops { .. } => "too-many-stops",
            Self::Conflict(_) => "conflict",
            Self::Late(late) => late.gate.code(),
            Self::Unpruned { .. } => UNPRUNED,
            Self::UnreadableItem(_) => "unreadable-item",
            Self::Failed { .. } => "failed",
        }
    }

    /// What is wrong, as a sentence.
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::En => self.message_en(),
            Language::Fr => self.message_fr(),
        }
    }

    /// What to do about it, as a sentence.
    pub fn remedy(&self, language: Language) -> String {
        match language {
            Language::En => self.remedy_en(),
            Language::Fr => self.remedy_fr(),
        }
    }

    fn message_en(&self) -> String {
        match self {
            Self::OverlappingTags(values) => {
                format!("its tags claim several environments: {}", values.join(", "))
            }
            Self::UnknownEnvironment { name, .. } => {
                format!("its tag nightcap:environment names {name:?}, which is not configured")
            }
            Self::ProductionInDisguise {
                claimed,
                key,
                value,
            } => format!("it claims {claimed:?} but its tag {key}={value} says production"),
            Self::UnreadableTier(text) => {
                format!("its tag nightcap:tier says {text:?}, which is no number from 0 to 255")
            }
            Self::UnreadableMemory(text) => {
                format!("its tag nightcap:capacity says {text:?}, which is no capacity")
            }
            Self::NoCapacity => {
                "it sleeps at 0/0/0 and nothing says what capacity it had".to_owned()
            }
            Self::UnreadableMaintenance(text) => {
                format!("its maintenance window {text:?} cannot be read")
            }
            Self::Broken { status, .. } => format!("AWS says {status}"),
            Self::TooManyStops { stops, allowed } => format!(
                "{stops} stops that no transition of the last hour explains; at most {allowed} are allowed"
            ),
            Self::Conflict(what) => format!("something else will change it: {}", what.en),
            Self::Late(late) => late.message(Language::En),
            Self::Unpruned { why, .. } => {
                format!("old snapshots are kept: {}", why.to(Language::En))
            }
            Self::UnreadableItem(item) => item.message(Language::En),
            Self::Failed { action, error, .. } => format!("{action} failed: {error}"),
        }
    }

    fn message_fr(&self) -> String {
        match self {
            Self::OverlappingTags(values) => format!(
                "ses étiquettes désignent plusieurs environnements : {}",
                values.join(", ")
            ),
            Self::UnknownEnvironment { name, .. } => format!(
                "son étiquette nightcap:environment désigne {name:?}, qui n'est pas configuré"
            ),
            Self::ProductionInDisguise {
                claimed,
                key,
                value,
            } => {
                format!("il se dit de {claimed:?}, mais son étiquette {key}={value} dit production")
            }
            Self::UnreadableTier(text) => format!(
                "son étiquette nightcap:tier vaut {text:?}, qui n'est pas un nombre de 0 à 255"
            ),
            Self::UnreadableMemory(text) => {
                format!("son étiquette nightcap:capacity vaut {text:?}, qui n'est pas une capacité")
            }
            Self::NoCapacity => {
                "il dort à 0/0/0 et rien n'indique la capacité qu'il avait".to_owned()
            }
            Self::UnreadableMaintenance(text) => {
                format!("sa fenêtre de maintenance {text:?} est illisible")
            }
            Self::Broken { status, .. } => format!("AWS indique {status}"),
            Self::TooManyStops { stops, allowed } => format!(
                "{stops} arrêts qu'aucune transition de la dernière heure n'explique ; {allowed} au plus sont permis"
            ),
            Self::Conflict(what) => format!("autre chose le modifiera : {}", what.fr),
            Self::Late(late) => late.message(Language::Fr),
            Self::Unpruned { why, .. } => {
                format!("ses anciens instantanés restent : {}", why.to(Language::Fr))
            }
            Self::UnreadableItem(item) => item.message(Language::Fr),
            Self::Failed { action, error, .. } => {
                let action = match *action {
                    "start" => "du démarrage",
                    "stop" => "de l'arrêt",
                    "read" => "de la lecture",
                    "forget" => "de l'oubli de sa capacité",
                    _ => "de l'ordre",
                };
                format!("échec {action} : {error}")
            }
        }
    }

    fn remedy_en(&self) -> String {
        match self {
            Self::OverlappingTags(_) => "keep one tag nightcap:environment and remove the others".to_owned(),
            Self::UnknownEnvironment { nearest, .. } => match nearest {
                Some(nearest) => format!(
                    "did you mean {nearest:?}? correct the tag, or add the environment to nightcap.yaml"
                ),
                None => "correct the tag, or add the environment to nightcap.yaml".to_owned(),
            },
            Self::ProductionInDisguise { .. } => {
                "correct whichever tag is wrong; until then it is left alone".to_owned()
            }
            Self::UnreadableTier(_) => {
                "write a number there (databases 10, compute 20) or remove the tag".to_owned()
            }
            Self::UnreadableMemory(_) => {
                "write min/desired/max there (2/2/4), or set `capacity` for the environment in nightcap.yaml".to_owned()
            }
            Self::NoCapacity => {
                "tag it nightcap:capacity=min/desired/max (2/2/4), or set `capacity` for the environment in nightcap.yaml".to_owned()
            }
            Self::UnreadableMaintenance(_) => {
                "set its preferred maintenance window, or `wake_for_maintenance: false`".to_owned()
            }
            Self::Late(late) => late.gate.remedy(Language::En).to_owned(),
            Self::UnreadableItem(item) => item.remedy(Language::En),
            Self::Conflict(_) => {
                "remove that action, or give it the hours of the schedule".to_owned()
            }
            Self::Broken { remedy, .. }
            | Self::Failed { remedy, .. }
            | Self::Unpruned { remedy, .. } => remedy.to(Language::En).to_owned(),
            Self::TooManyStops { .. } => {
                "if this is meant, raise limits.max_stops in nightcap.yaml; if not, look at the tags and the schedule changed last".to_owned()
            }
        }
    }

    fn remedy_fr(&self) -> String {
        match self {
            Self::OverlappingTags(_) => {
                "gardez une seule étiquette nightcap:environment".to_owned()
            }
            Self::UnknownEnvironment { nearest, .. } => match nearest {
                Some(nearest) => format!(
                    "vouliez-vous dire {nearest:?} ? corrigez l'étiquette ou ajoutez l'environnement à nightcap.yaml"
                ),
                None => "corrigez l'étiquette ou ajoutez l'environnement à nightcap.yaml".to_owned(),
            },
            Self::ProductionInDisguise { .. } => {
                "corrigez l'étiquette fausse ; d'ici là, rien n'y touche".to_owned()
            }
            Self::UnreadableTier(_) => {
                "écrivez-y un nombre (bases 10, machines 20) ou retirez l'étiquette".to_owned()
            }
            Self::UnreadableMemory(_) => {
                "écrivez-y min/voulu/max (2/2/4), ou indiquez `capacity` pour l'environnement dans nightcap.yaml".to_owned()
            }
            Self::NoCapacity => {
                "étiquetez-le nightcap:capacity=min/voulu/max (2/2/4), ou indiquez `capacity` pour l'environnement dans nightcap.yaml".to_owned()
            }
            Self::UnreadableMaintenance(_) => {
                "fixez sa fenêtre de maintenance, ou `wake_for_maintenance: false`".to_owned()
            }
            Self::Late(late) => late.gate.remedy(Language::Fr).to_owned(),
            Self::UnreadableItem(item) => item.remedy(Language::Fr),
            Self::Conflict(_) => {
                "retirez cette action, ou donnez-lui les heures de l'horaire".to_owned()
            }
            Self::Broken { remedy, .. }
            | Self::Failed { remedy, .. }
            | Self::Unpruned { remedy, .. } => {
                remedy.to(Language::Fr).to_owned()
            }
            Self::TooManyStops { .. } => {
                "si c'est voulu, augmentez limits.max_stops dans nightcap.yaml ; sinon, vérifiez les étiquettes et le dernier horaire modifié".to_owned()
            }
        }
    }
}
