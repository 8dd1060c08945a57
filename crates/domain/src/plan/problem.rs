//! What is wrong, and what a person can do about it.

use crate::capacity::Capacity;
use crate::config::Language;
use crate::fleet::{Resource, Text, protected_name};
use crate::names::EnvironmentName;

use super::{Late, Obstacle};
use crate::ledger::Unread;

const UNPRUNED: &str = "snapshots-kept";
const LOOKS_LIKE_PRODUCTION: &str = "looks-like-production";

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
    /// An environment's name looks like production: its schedule is not carried out.
    LooksLikeProduction {
        /// The name.
        name: String,
    },
    /// It would be woken to more than `limits.max_capacity` allows, or put to sleep with a
    /// capacity that it could not be woken to.
    CapacityAboveLimit {
        /// The capacity.
        capacity: Capacity,
        /// The greatest maximum allowed.
        limit: u32,
        /// Whether it is to wake.
        waking: bool,
    },
    /// Its tag `nightcap:capacity` says something else than was written at the stop.
    MemoryDiffers {
        /// What the tag says.
        tag: Capacity,
        /// What the ledger says was written.
        written: Capacity,
    },
    /// Its backup window lies where it is never available.
    NoBackups {
        /// The window, as AWS writes it.
        window: String,
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
    /// AWS's own state or answers are in the way.
    Obstacle(Box<Obstacle>),
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

impl From<Obstacle> for Fault {
    fn from(obstacle: Obstacle) -> Self {
        Self::Obstacle(Box::new(obstacle))
    }
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

    /// The problem that a fault is to an environment.
    pub(super) fn of_environment(name: &EnvironmentName, fault: Fault) -> Self {
        Self {
            about: name.to_string(),
            name: name.to_string(),
            fault,
        }
    }

    /// Whether it is looked for on every tick, or told until it is known to be over.
    pub fn lasts(&self) -> bool {
        match &self.fault {
            Fault::Conflict(_) => false,
            Fault::Obstacle(obstacle) => obstacle.lasts(),
            _ => true,
        }
    }

    /// The resource, if this is the key of a problem that is looked for only once a sleep: its
    /// absence on other ticks means nothing.
    pub fn rare(key: &str) -> Option<&str> {
        key.strip_prefix(UNPRUNED)?.strip_prefix(' ')
    }

    /// Whether this is the key of a problem of the configuration itself, which every tick sees
    /// whatever targets it is about.
    pub fn is_of_configuration(key: &str) -> bool {
        let code = key.split(' ').next().unwrap_or_default();
        code == LOOKS_LIKE_PRODUCTION
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
            Self::LooksLikeProduction { .. } => LOOKS_LIKE_PRODUCTION,
            Self::CapacityAboveLimit { .. } => "capacity-above-limit",
            Self::MemoryDiffers { .. } => "memory-differs",
            Self::NoBackups { .. } => "no-backups",
            Self::Conflict(_) => "conflict",
            Self::Late(late) => late.gate.code(),
            Self::Unpruned { .. } => UNPRUNED,
            Self::Obstacle(obstacle) => obstacle.code(),
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
            Self::LooksLikeProduction { name } => format!(
                "its name looks like production: {name:?} is protected, and its schedule is not carried out"
            ),
            Self::CapacityAboveLimit {
                capacity,
                limit,
                waking: true,
            } => format!(
                "it would wake to {capacity}, and at most {limit} are allowed (max_capacity)"
            ),
            Self::CapacityAboveLimit {
                capacity,
                limit,
                waking: false,
            } => format!(
                "its capacity {capacity} is above the {limit} that it could be woken to (max_capacity): not put to sleep"
            ),
            Self::MemoryDiffers { tag, written } => format!(
                "its tag nightcap:capacity says {tag}, and Nightcap wrote {written} when it stopped it: {written} counts"
            ),
            Self::NoBackups { window } => format!(
                "no automated backups: its backup window {window} UTC lies where its schedule has it stopped, and AWS backs up only what is available"
            ),
            Self::Conflict(what) => format!("something else will change it: {}", what.en),
            Self::Late(late) => late.message(Language::En),
            Self::Unpruned { why, .. } => {
                format!("old snapshots are kept: {}", why.to(Language::En))
            }
            Self::Obstacle(obstacle) => obstacle.message(Language::En),
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
            Self::LooksLikeProduction { name } => format!(
                "son nom évoque la production : {name:?} est protégé et son horaire n'est pas exécuté"
            ),
            Self::CapacityAboveLimit {
                capacity,
                limit,
                waking: true,
            } => format!(
                "il se réveillerait à {capacity}, or {limit} au plus sont permis (max_capacity)"
            ),
            Self::CapacityAboveLimit {
                capacity,
                limit,
                waking: false,
            } => format!(
                "sa capacité {capacity} dépasse les {limit} auxquels il pourrait se réveiller (max_capacity) : il n'est pas arrêté"
            ),
            Self::MemoryDiffers { tag, written } => format!(
                "son étiquette nightcap:capacity vaut {tag}, or Nightcap y a écrit {written} à l'arrêt : {written} compte"
            ),
            Self::NoBackups { window } => format!(
                "aucune sauvegarde automatique : sa fenêtre de sauvegarde {window} UTC tombe quand son horaire la tient arrêtée, et AWS ne sauvegarde que ce qui est disponible"
            ),
            Self::Conflict(what) => format!("autre chose le modifiera : {}", what.fr),
            Self::Late(late) => late.message(Language::Fr),
            Self::Unpruned { why, .. } => {
                format!("ses anciens instantanés restent : {}", why.to(Language::Fr))
            }
            Self::Obstacle(obstacle) => obstacle.message(Language::Fr),
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
            Self::ProductionInDisguise { value, .. } if !protected_name(value) => format!(
                "correct whichever tag is wrong; if {value:?} is not production, release it in nightcap.yaml: not_production: [{{ name: {value:?}, reason: \"…\" }}]; until then it is left alone"
            ),
            Self::LooksLikeProduction { name } => format!(
                "write protected: true in place of its schedule in nightcap.yaml; if it is not production, release it: not_production: [{{ name: {name}, reason: \"…\" }}]"
            ),
            Self::CapacityAboveLimit { waking: true, .. } => {
                "if this is meant, raise max_capacity in nightcap.yaml (under limits, or for the environment); if not, correct its tag nightcap:capacity or its own maximum".to_owned()
            }
            Self::CapacityAboveLimit { waking: false, .. } => {
                "raise max_capacity in nightcap.yaml (under limits, or for the environment), or lower its own maximum".to_owned()
            }
            Self::MemoryDiffers { .. } => {
                "find out who changed the tag; to wake it larger, change its own minimum or maximum once it is up".to_owned()
            }
            Self::NoBackups { .. } => {
                "move its backup window into the hours in which it runs, or set snapshot_on_stop: true for its environment, or, if it needs no backups, set its retention to 0 days".to_owned()
            }
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
            Self::Obstacle(obstacle) => obstacle.remedy(Language::En),
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
            Self::ProductionInDisguise { value, .. } if !protected_name(value) => format!(
                "corrigez l'étiquette fausse ; si {value:?} n'est pas la production, libérez ce nom dans nightcap.yaml : not_production: [{{ name: {value:?}, reason: \"…\" }}] ; d'ici là, rien n'y touche"
            ),
            Self::LooksLikeProduction { name } => format!(
                "écrivez protected: true à la place de son horaire dans nightcap.yaml ; si ce n'est pas la production, libérez ce nom : not_production: [{{ name: {name}, reason: \"…\" }}]"
            ),
            Self::CapacityAboveLimit { waking: true, .. } => {
                "si c'est voulu, augmentez max_capacity dans nightcap.yaml (sous limits ou pour l'environnement) ; sinon, corrigez son étiquette nightcap:capacity ou son propre maximum".to_owned()
            }
            Self::CapacityAboveLimit { waking: false, .. } => {
                "augmentez max_capacity dans nightcap.yaml (sous limits ou pour l'environnement), ou réduisez son propre maximum".to_owned()
            }
            Self::MemoryDiffers { .. } => {
                "cherchez qui a modifié l'étiquette ; pour un réveil plus grand, changez son minimum ou son maximum une fois réveillé".to_owned()
            }
            Self::NoBackups { .. } => {
                "déplacez sa fenêtre de sauvegarde dans ses heures de marche, ou indiquez snapshot_on_stop: true pour son environnement, ou, s'il ne lui faut aucune sauvegarde, réglez sa rétention sur 0 jour".to_owned()
            }
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
            Self::Obstacle(obstacle) => obstacle.remedy(Language::Fr),
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
