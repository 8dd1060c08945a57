//! What AWS's own state or answers put in the way, as an adapter has found it.

use crate::config::Language;
use crate::fleet::{StartFailure, Text};

/// Something in the way that an adapter has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Kinds could not be read in a target, all for the same reason.
    KindsUnread {
        /// The kinds.
        kinds: Vec<&'static str>,
        /// What AWS said.
        error: String,
        /// What to do.
        remedy: Text,
    },
    /// One resource could not be read.
    ResourceUnread {
        /// What AWS said.
        error: String,
        /// What to do.
        remedy: Text,
    },
    /// What else changes a resource could not be looked for.
    ConflictsUnread {
        /// What AWS said.
        error: String,
        /// What to do.
        remedy: Text,
    },
    /// Whether what would stop with it is protected could not be read.
    MembersUnread {
        /// What AWS said.
        error: String,
        /// What to do.
        remedy: Text,
    },
    /// What would stop with it, or what it belongs to, is protected.
    ProtectedMember {
        /// The member.
        member: String,
        /// The key of the tag that protects it.
        key: String,
        /// The value of that tag.
        value: String,
    },
    /// A warm pool keeps machines running while its group is at zero.
    WarmPool {
        /// How many machines it keeps.
        machines: u32,
    },
    /// AWS took the last order to start it and then stopped it again.
    StartUndone {
        /// Why.
        why: StartFailure,
        /// What AWS says of it.
        said: String,
    },
}

impl Obstacle {
    /// A stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KindsUnread { .. } | Self::ResourceUnread { .. } => "unread",
            Self::ConflictsUnread { .. } => "conflicts-unread",
            Self::MembersUnread { .. } => "members-unread",
            Self::ProtectedMember { .. } => "protected-member",
            Self::WarmPool { .. } => "conflict",
            Self::StartUndone { .. } => "start-undone",
        }
    }

    /// Whether it is looked for on every tick.
    pub fn lasts(&self) -> bool {
        !matches!(self, Self::ConflictsUnread { .. } | Self::WarmPool { .. })
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
            Self::KindsUnread { kinds, error, .. } => {
                format!("{} could not be read: {error}", kinds.join(", "))
            }
            Self::ResourceUnread { error, .. } => format!("it could not be read: {error}"),
            Self::ConflictsUnread { error, .. } => {
                format!("whether something else changes it could not be read: {error}")
            }
            Self::MembersUnread { error, .. } => format!(
                "whether anything protected stops with it could not be read, so it is not stopped: {error}"
            ),
            Self::ProtectedMember { member, key, value } => {
                format!("{member} would stop with it, and its tag {key}={value} protects it")
            }
            Self::WarmPool { machines } => format!(
                "a warm pool of {machines} machines stays: they run and are billed while the group is at zero"
            ),
            Self::StartUndone { said, .. } => {
                format!("AWS took the last order to start it and stopped it again: {said}")
            }
        }
    }

    fn message_fr(&self) -> String {
        match self {
            Self::KindsUnread { kinds, error, .. } => {
                format!("lecture impossible de {} : {error}", kinds.join(", "))
            }
            Self::ResourceUnread { error, .. } => format!("lecture impossible : {error}"),
            Self::ConflictsUnread { error, .. } => {
                format!("impossible de savoir si autre chose le modifie : {error}")
            }
            Self::MembersUnread { error, .. } => format!(
                "impossible de savoir si un élément protégé s'arrêterait avec lui ; il n'est donc pas arrêté : {error}"
            ),
            Self::ProtectedMember { member, key, value } => {
                format!("{member} s'arrêterait avec lui, et son étiquette {key}={value} le protège")
            }
            Self::WarmPool { machines } => format!(
                "un warm pool de {machines} machine(s) reste : elles tournent et sont facturées alors que le groupe est à zéro"
            ),
            Self::StartUndone { said, .. } => format!(
                "AWS a accepté le dernier ordre de démarrage, puis l'a de nouveau arrêté : {said}"
            ),
        }
    }

    fn remedy_en(&self) -> String {
        match self {
            Self::KindsUnread { remedy, .. } => format!(
                "{}; until then none of it is acted on there, nothing that needs it is started and nothing that it needs is stopped",
                remedy.en
            ),
            Self::ResourceUnread { remedy, .. } => format!(
                "{}; until then it is not acted on, and what waits for it waits",
                remedy.en
            ),
            Self::ConflictsUnread { remedy, .. } | Self::MembersUnread { remedy, .. } => {
                remedy.en.clone().into_owned()
            }
            Self::ProtectedMember { .. } => {
                "correct whichever tag is wrong, or take the member out; until then it is not stopped".to_owned()
            }
            Self::WarmPool { .. } => {
                "set the warm pool's minimum (and its maximum prepared capacity) to 0, or its state to Stopped".to_owned()
            }
            Self::StartUndone { why, .. } => why.remedy().en.into_owned(),
        }
    }

    fn remedy_fr(&self) -> String {
        match self {
            Self::KindsUnread { remedy, .. } => format!(
                "{} ; d'ici là, rien de tout cela n'y reçoit d'ordre, rien de ce qui en a besoin n'est démarré et rien de ce dont il a besoin n'est arrêté",
                remedy.fr
            ),
            Self::ResourceUnread { remedy, .. } => format!(
                "{} ; d'ici là, aucun ordre ne lui est donné et ce qui l'attend attend",
                remedy.fr
            ),
            Self::ConflictsUnread { remedy, .. } | Self::MembersUnread { remedy, .. } => {
                remedy.fr.clone().into_owned()
            }
            Self::ProtectedMember { .. } => {
                "corrigez l'étiquette fausse ou sortez-en cet élément ; d'ici là, il n'est pas arrêté".to_owned()
            }
            Self::WarmPool { .. } => {
                "mettez le minimum du warm pool (et sa capacité préparée maximale) à 0, ou son état à Stopped".to_owned()
            }
            Self::StartUndone { why, .. } => why.remedy().fr.into_owned(),
        }
    }
}
