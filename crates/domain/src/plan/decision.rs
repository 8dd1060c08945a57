//! What can be decided for one resource, and the reasons for it.

use chrono::{DateTime, Utc};

use crate::capacity::Capacity;
use crate::config::Language;
use crate::fleet::{ProtectedBy, Text};

use super::Fault;

/// What to do about one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Do this now.
    Act(Action),
    /// Do nothing now; a later tick goes on.
    Wait(Wait),
    /// Do nothing; nothing is wrong.
    Leave(Leave),
    /// Do nothing; something is wrong and is reported.
    Refuse(Fault),
}

/// A change to one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Wake it.
    Start {
        /// The capacity to give a group of machines.
        capacity: Option<Capacity>,
    },
    /// Put it to sleep.
    Stop {
        /// The capacity to write on a group before it is scaled to zero.
        remember: Option<Capacity>,
        /// Take a snapshot while stopping, where the kind can.
        snapshot: bool,
    },
}

impl Action {
    /// `start` or `stop`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Start { .. } => "start",
            Self::Stop { .. } => "stop",
        }
    }
}

/// Why nothing is done yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It is on its way to where it should be.
    Arriving {
        /// AWS's word for that.
        status: String,
    },
    /// AWS is at work on it and takes no orders.
    Busy {
        /// AWS's word for that.
        status: String,
    },
    /// It could not be read: its problem says why.
    Unread,
    /// It needs these to be up first.
    NeedsUp(Vec<String>),
    /// These still need it, and are on their way down.
    StillUsedBy(Vec<String>),
    /// These need it and stay up until the next transition.
    KeptUpFor(Vec<String>),
    /// AWS describes it as it was before what was ordered or seen a moment ago, and may not have
    /// caught up yet.
    Settling {
        /// AWS's word for what it describes.
        status: String,
    },
}

/// Why nothing is done at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// It is as it should be.
    AsDesired,
    /// It is as it should be, while AWS does something beside it.
    Serving {
        /// AWS's word for that.
        status: String,
    },
    /// A group set to zero machines by its owner or its own scaling, with room to grow.
    ScaledToZeroByItself,
    /// Its environment is protected by the configuration.
    ProtectedEnvironment,
    /// Its own tags say production.
    ProtectedTag(ProtectedBy),
    /// Its environment does not name its kind.
    KindNotNamed {
        /// The kind, as `kinds:` would name it.
        kind: &'static str,
    },
    /// Its schedule has not begun yet.
    ScheduleNotBegun,
    /// Nothing here can put it to sleep.
    Fixed(Text),
    /// An item of the ledger is about it and cannot be read: it may be a hold.
    UnreadableItem {
        /// The item's sort key.
        key: String,
    },
    /// Somebody changed it after the transition had been carried out.
    ManualChange {
        /// The transition that had been carried out.
        since: DateTime<Utc>,
    },
}

impl Wait {
    /// A stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Arriving { .. } => "arriving",
            Self::Busy { .. } => "busy",
            Self::Unread => "unread",
            Self::NeedsUp(_) => "needs-up",
            Self::StillUsedBy(_) => "still-used-by",
            Self::KeptUpFor(_) => "kept-up-for",
            Self::Settling { .. } => "settling",
        }
    }

    /// The reason as a sentence.
    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (Self::Arriving { status }, Language::En) => format!("{status}: already on its way"),
            (Self::Arriving { status }, Language::Fr) => format!("{status} : déjà en route"),
            (Self::Busy { status }, Language::En) => {
                format!("{status}: AWS takes no orders until it is done")
            }
            (Self::Busy { status }, Language::Fr) => {
                format!("{status} : AWS n'accepte aucun ordre avant la fin")
            }
            (Self::Unread, Language::En) => {
                "it could not be read, so nothing is ordered".to_owned()
            }
            (Self::Unread, Language::Fr) => "illisible : aucun ordre n'est donné".to_owned(),
            (Self::NeedsUp(names), Language::En) => {
                format!("needs {} to be up first", names.join(", "))
            }
            (Self::NeedsUp(names), Language::Fr) => {
                format!("attend le réveil de {}", names.join(", "))
            }
            (Self::StillUsedBy(names), Language::En) => {
                format!("still used by {}", names.join(", "))
            }
            (Self::KeptUpFor(names), Language::En) => {
                format!("kept up for {}, which stay up for now", names.join(", "))
            }
            (Self::KeptUpFor(names), Language::Fr) => {
                format!("gardé pour {}, qui restent en marche", names.join(", "))
            }
            (Self::StillUsedBy(names), Language::Fr) => {
                format!("encore utilisé par {}", names.join(", "))
            }
            (Self::Settling { status }, Language::En) => format!(
                "AWS says {status}, which may be from before a change of the last minutes: the next tick looks again"
            ),
            (Self::Settling { status }, Language::Fr) => format!(
                "AWS indique {status}, ce qui peut dater d'avant un changement des dernières minutes : le prochain passage regardera de nouveau"
            ),
        }
    }
}

impl Leave {
    /// A stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AsDesired => "as-desired",
            Self::Serving { .. } => "serving",
            Self::ScaledToZeroByItself => "scaled-to-zero-by-itself",
            Self::ProtectedEnvironment => "protected-environment",
            Self::ProtectedTag(_) => "protected-tag",
            Self::KindNotNamed { .. } => "kind-not-named",
            Self::ScheduleNotBegun => "schedule-not-begun",
            Self::Fixed(_) => "fixed",
            Self::UnreadableItem { .. } => "unreadable-item",
            Self::ManualChange { .. } => "manual-change",
        }
    }

    /// The reason as a sentence.
    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (Self::AsDesired, Language::En) => "already as it should be".to_owned(),
            (Self::AsDesired, Language::Fr) => "déjà dans l'état voulu".to_owned(),
            (Self::Serving { status }, Language::En) => format!("up ({status})"),
            (Self::Serving { status }, Language::Fr) => format!("en service ({status})"),
            (Self::ScaledToZeroByItself, Language::En) => {
                "its own scaling holds it at zero machines".to_owned()
            }
            (Self::ScaledToZeroByItself, Language::Fr) => {
                "sa propre règle le maintient à zéro machine".to_owned()
            }
            (Self::ProtectedEnvironment, Language::En) => {
                "protected: nothing here ever stops it".to_owned()
            }
            (Self::ProtectedEnvironment, Language::Fr) => {
                "protégé : rien ici ne l'arrête jamais".to_owned()
            }
            (Self::ProtectedTag(tag), Language::En) => {
                format!("protected by its tag {}={}", tag.key, tag.value)
            }
            (Self::ProtectedTag(tag), Language::Fr) => {
                format!("protégé par son étiquette {}={}", tag.key, tag.value)
            }
            (Self::KindNotNamed { kind }, Language::En) => {
                format!("its environment's kinds do not include {kind}")
            }
            (Self::KindNotNamed { kind }, Language::Fr) => {
                format!("{kind} n'est pas parmi les `kinds` de son environnement")
            }
            (Self::ScheduleNotBegun, Language::En) => "its schedule has not begun yet".to_owned(),
            (Self::ScheduleNotBegun, Language::Fr) => {
                "son horaire n'a pas encore commencé".to_owned()
            }
            (Self::Fixed(text), language) => text.to(language).to_owned(),
            (Self::UnreadableItem { key }, Language::En) => {
                format!("the ledger's item {key} is about it and cannot be read; it may be a hold")
            }
            (Self::UnreadableItem { key }, Language::Fr) => {
                format!(
                    "l'élément {key} du registre le concerne et est illisible ; c'est peut-être un maintien"
                )
            }
            (Self::ManualChange { since }, Language::En) => format!(
                "changed by hand since the transition of {}; left alone until the next",
                since.format("%Y-%m-%dT%H:%MZ")
            ),
            (Self::ManualChange { since }, Language::Fr) => format!(
                "modifié à la main depuis la transition du {} ; laissé ainsi jusqu'à la prochaine",
                since.format("%Y-%m-%dT%H:%MZ")
            ),
        }
    }
}
