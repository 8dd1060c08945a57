//! What starts ticks.

use super::{Words, bad, ok};

/// What starts ticks.
#[derive(Clone, Debug)]
pub(crate) enum Schedules {
    /// The schedules are those of the file.
    Correct { count: usize },
    /// There is no such group.
    GroupMissing { group: String },
    /// A transition of the file has no schedule.
    TransitionMissing {
        environments: String,
        cron: String,
        zone: String,
    },
    /// A schedule that the file does not have.
    Unexpected {
        name: String,
        expression: String,
        zone: String,
    },
    /// The expression is the file's and the zone is not.
    WrongZone {
        name: String,
        is: String,
        should: String,
    },
    /// It is switched off.
    Disabled { name: String },
    /// It starts something else than Nightcap's function.
    WrongTarget {
        name: String,
        is: String,
        should: String,
    },
    /// It has an end that is past.
    Ended { name: String, end: String },
    /// The guard's daily look has no schedule.
    GuardMissing,
    /// Nothing makes good what was missed.
    ReconcileMissing,
    /// The rule for RDS's events is there.
    RuleEnabled,
    /// It is missing or switched off.
    RuleDisabled { name: String },
    /// It has no target that is the scheduler, or may not invoke it.
    RuleReachesNothing { name: String },
}

impl Schedules {
    /// Everything that is said of it.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a finding: this is their table"
    )]
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Correct { count } => ok(
                "schedules-right",
                format!("{count} in EventBridge Scheduler, as the file has them"),
                format!("{count} dans EventBridge Scheduler, comme dans le fichier"),
            ),
            Self::GroupMissing { group } => bad(
                "schedules-missing",
                (
                    format!("there is no schedule group {group}: nothing starts a tick"),
                    format!("il n'y a pas de groupe d'horaires {group} : rien ne lance de passage"),
                ),
                (
                    "apply infra/modules/nightcap, or name its deployment with --name",
                    "appliquez infra/modules/nightcap, ou nommez son déploiement avec --name",
                ),
            ),
            Self::TransitionMissing { environments, cron, zone } => bad(
                "schedule-missing",
                (
                    format!("no schedule for {cron:?} in {zone} ({environments})"),
                    format!("aucun horaire pour {cron:?} dans {zone} ({environments})"),
                ),
                (
                    "apply infra/modules/nightcap with this file; until then the transition waits for the reconcile tick",
                    "appliquez infra/modules/nightcap avec ce fichier ; d'ici là, la transition attend le passage régulier",
                ),
            ),
            Self::Unexpected { name, expression, zone } => bad(
                "schedule-extra",
                (
                    format!("{name} ({expression}, {zone}) is no transition of the file"),
                    format!("{name} ({expression}, {zone}) n'est aucune transition du fichier"),
                ),
                (
                    "apply infra/modules/nightcap with this file; a tick too many does nothing",
                    "appliquez infra/modules/nightcap avec ce fichier ; un passage de trop ne fait rien",
                ),
            ),
            Self::WrongZone { name, is, should } => bad(
                "schedule-zone",
                (
                    format!("{name} runs on the clocks of {is}; the file says {should}"),
                    format!("{name} suit les horloges de {is} ; le fichier dit {should}"),
                ),
                (
                    "apply infra/modules/nightcap with this file",
                    "appliquez infra/modules/nightcap avec ce fichier",
                ),
            ),
            Self::Disabled { name } => bad(
                "schedule-off",
                (format!("{name} is switched off"), format!("{name} est désactivé")),
                (
                    "set `enabled` of infra/modules/nightcap to true, and apply",
                    "mettez `enabled` d'infra/modules/nightcap à true, et appliquez",
                ),
            ),
            Self::WrongTarget { name, is, should } => bad(
                "schedule-target",
                (
                    format!("{name} starts {is} instead of {should}"),
                    format!("{name} lance {is} au lieu de {should}"),
                ),
                (
                    "apply infra/modules/nightcap, or name its deployment with --name",
                    "appliquez infra/modules/nightcap, ou nommez son déploiement avec --name",
                ),
            ),
            Self::Ended { name, end } => bad(
                "schedule-ended",
                (
                    format!("{name} ended on {end}: it starts nothing any more"),
                    format!("{name} a pris fin le {end} : il ne lance plus rien"),
                ),
                (
                    "apply infra/modules/nightcap, which sets no end",
                    "appliquez infra/modules/nightcap, qui ne fixe pas de fin",
                ),
            ),
            Self::GuardMissing => bad(
                "guard-schedule-missing",
                (
                    "no schedule starts the budget guard's daily look: it only hears AWS Budgets".to_owned(),
                    "aucun horaire ne lance l'examen quotidien du garde du budget : il n'entend qu'AWS Budgets".to_owned(),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::ReconcileMissing => bad(
                "reconcile-missing",
                (
                    "no schedule starts a tick at a rate: what a transition misses is never made good".to_owned(),
                    "aucun horaire ne lance de passage régulier : ce qu'une transition manque n'est jamais rattrapé".to_owned(),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::RuleEnabled => ok(
                "rule-right",
                "RDS's events reach the scheduler",
                "les événements de RDS atteignent le planificateur",
            ),
            Self::RuleReachesNothing { name } => bad(
                "rule-reaches-nothing",
                (
                    format!("the rule {name} does not reach the scheduler: it is no target of the rule, or does not let the rule invoke it"),
                    format!("la règle {name} n'atteint pas le planificateur : il n'en est pas une cible, ou ne la laisse pas l'invoquer"),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::RuleDisabled { name } => bad(
                "rule-off",
                (
                    format!("the rule {name} is missing or switched off: a database that AWS starts after seven days is seen late"),
                    format!("la règle {name} manque ou est désactivée : une base qu'AWS démarre après sept jours est vue tard"),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
        }
    }
}
