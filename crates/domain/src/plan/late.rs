//! The gates of waking and falling asleep, and what has not come through one in time.

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::{Deadlines, Language};
use crate::fleet::{Kind, Text, Tier};
use crate::time::State;

/// What must be so before the next thing follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gate {
    /// A database is available.
    Available,
    /// A group has as many machines in service as it asks for.
    InService,
    /// Its load balancers find those machines healthy.
    Healthy,
    /// A group's last machine is gone.
    Drained,
    /// A database is stopped.
    Stopped,
}

/// Something that has not come through a gate in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Late {
    /// The gate.
    pub gate: Gate,
    /// How long it has been waited for.
    pub waited: TimeDelta,
    /// How long that may take.
    pub deadline: TimeDelta,
    /// What is seen instead.
    pub seen: Text,
}

impl Late {
    /// What is late at a gate since an instant, if it is.
    pub(super) fn at(
        gate: Gate,
        deadlines: &Deadlines,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
        seen: Text,
    ) -> Option<Self> {
        let (waited, deadline) = (now - since, gate.deadline(deadlines));
        (waited > deadline).then_some(Self {
            gate,
            waited,
            deadline,
            seen,
        })
    }

    /// What is wrong, as a sentence.
    pub(super) fn message(&self, language: Language) -> String {
        let waited = self.waited.num_minutes();
        let deadline = self.deadline.num_minutes();
        let seen = self.seen.to(language);
        match (self.gate, language) {
            (Gate::Available, Language::En) => format!(
                "not available {waited} min after the order to wake (at most {deadline}): {seen}"
            ),
            (Gate::InService, Language::En) => format!(
                "not all its machines are in service {waited} min after the order to wake (at most {deadline}): {seen}"
            ),
            (Gate::Healthy, Language::En) => format!(
                "its machines have been up for {waited} min and its load balancer does not find them healthy (at most {deadline}): {seen}"
            ),
            (Gate::Drained, Language::En) => format!(
                "its last machine is not gone {waited} min after the order to sleep (at most {deadline}): {seen}"
            ),
            (Gate::Stopped, Language::En) => format!(
                "not stopped {waited} min after the order to sleep (at most {deadline}): {seen}"
            ),
            (Gate::Available, Language::Fr) => format!(
                "pas disponible {waited} min après l'ordre de réveil ({deadline} au plus) : {seen}"
            ),
            (Gate::InService, Language::Fr) => format!(
                "toutes ses machines ne sont pas en service {waited} min après l'ordre de réveil ({deadline} au plus) : {seen}"
            ),
            (Gate::Healthy, Language::Fr) => format!(
                "ses machines sont là depuis {waited} min et son répartiteur ne les trouve pas saines ({deadline} au plus) : {seen}"
            ),
            (Gate::Drained, Language::Fr) => format!(
                "sa dernière machine n'a pas disparu {waited} min après l'ordre de sommeil ({deadline} au plus) : {seen}"
            ),
            (Gate::Stopped, Language::Fr) => format!(
                "pas arrêtée {waited} min après l'ordre de sommeil ({deadline} au plus) : {seen}"
            ),
        }
    }
}

impl Gate {
    /// The gate that a kind has before it on its way to a state.
    pub(super) fn of(kind: Kind, to: State) -> Self {
        match (kind.tier == Tier::DATABASE, to) {
            (true, State::Running) => Self::Available,
            (true, State::Stopped) => Self::Stopped,
            (false, State::Running) => Self::InService,
            (false, State::Stopped) => Self::Drained,
        }
    }

    /// A stable word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Available => "not-available",
            Self::InService => "not-in-service",
            Self::Healthy => "not-healthy",
            Self::Drained => "not-drained",
            Self::Stopped => "not-stopped",
        }
    }

    fn deadline(self, deadlines: &Deadlines) -> TimeDelta {
        match self {
            Self::Available => deadlines.available,
            Self::InService => deadlines.in_service,
            Self::Healthy => deadlines.healthy,
            Self::Drained => deadlines.drained,
            Self::Stopped => deadlines.stopped,
        }
        .time()
    }

    /// What to do about it.
    pub(super) fn remedy(self, language: Language) -> &'static str {
        match (self, language) {
            (Self::Available, Language::En) => {
                "read its recent events in RDS; what needs it goes on waiting, and wakes by itself once it is available (usual here? raise deadlines.available)"
            }
            (Self::InService, Language::En) => {
                "read the group's activity history: a launch that failed says why (usual here? raise deadlines.in_service)"
            }
            (Self::Healthy, Language::En) => {
                "look at the target's health check and at the application's log (usual here? raise deadlines.healthy)"
            }
            (Self::Drained, Language::En) => {
                "look for a lifecycle hook, protection from scale-in or a suspended Terminate; its databases stay up until it is gone (usual here? raise deadlines.drained)"
            }
            (Self::Stopped, Language::En) => {
                "read its recent events in RDS: AWS may be at work on it, or refuse to stop it (usual here? raise deadlines.stopped)"
            }
            (Self::Available, Language::Fr) => {
                "lisez ses derniers événements dans RDS ; ce qui en dépend attend et se réveillera seul dès qu'elle sera disponible (habituel ici ? augmentez deadlines.available)"
            }
            (Self::InService, Language::Fr) => {
                "lisez l'historique d'activité du groupe : un lancement manqué y dit pourquoi (habituel ici ? augmentez deadlines.in_service)"
            }
            (Self::Healthy, Language::Fr) => {
                "voyez le contrôle d'état de la cible et le journal de l'application (habituel ici ? augmentez deadlines.healthy)"
            }
            (Self::Drained, Language::Fr) => {
                "cherchez un hook de cycle de vie, une protection ou un processus Terminate suspendu ; ses bases restent allumées d'ici là (habituel ici ? augmentez deadlines.drained)"
            }
            (Self::Stopped, Language::Fr) => {
                "lisez ses derniers événements dans RDS : AWS y travaille ou refuse de l'arrêter (habituel ici ? augmentez deadlines.stopped)"
            }
        }
    }
}
