//! The facts that lead to a decision, and what they say in every language.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::capacity::Capacity;
use crate::config::Language;
use crate::fleet::ENVIRONMENT_TAG;
use crate::hold::Hold;
use crate::ledger::Phase;
use crate::message::local;
use crate::names::{EnvironmentName, ScheduleName};
use crate::plan::Fault;
use crate::time::{Reason, State};

/// One fact about a resource.
#[derive(Clone, Debug)]
pub enum Fact {
    /// The environment that its tag names.
    Tag(String),
    /// A tag says production.
    ProductionTag {
        /// The tag's key.
        key: String,
        /// The tag's value.
        value: String,
    },
    /// The environment's name looks like production.
    LooksLikeProduction(EnvironmentName),
    /// The environment is protected in the configuration.
    Protected(EnvironmentName),
    /// The schedule that the environment follows.
    Follows {
        /// The environment.
        environment: EnvironmentName,
        /// The schedule.
        schedule: ScheduleName,
        /// The schedule's zone.
        zone: Tz,
    },
    /// The schedule has no transition at all.
    NeverChanges(ScheduleName),
    /// The schedule's first transition is ahead.
    Begins {
        /// The schedule.
        schedule: ScheduleName,
        /// The first transition.
        at: DateTime<Utc>,
        /// The schedule's zone.
        zone: Tz,
    },
    /// What the schedule says now.
    ByTheClock {
        /// The schedule.
        schedule: ScheduleName,
        /// What it should be.
        state: State,
        /// The transition that led there.
        since: DateTime<Utc>,
        /// The next transition, if there is one.
        until: Option<DateTime<Utc>>,
        /// The schedule's zone.
        zone: Tz,
    },
    /// The starts that closed days have cost since the last stop, and will before the next start.
    LostStarts {
        /// The first of them.
        named: Vec<(NaiveDate, Reason)>,
        /// How many more.
        more: usize,
    },
    /// Nothing starts today.
    ClosedDay {
        /// Today.
        day: NaiveDate,
        /// Why it is closed.
        reason: Reason,
    },
    /// A hold outranks the schedule.
    Held {
        /// The hold.
        hold: Box<Hold>,
        /// The state that it asks for.
        state: State,
        /// The zone in which its end is read.
        zone: Tz,
    },
    /// A hold on another resource, which needs this one.
    NeededBy {
        /// The name of the resource that is held.
        by: String,
        /// The hold on it.
        hold: Box<Hold>,
        /// The state that it asks for.
        state: State,
        /// The zone in which its end is read.
        zone: Tz,
    },
    /// Nightcap stopped it before it was protected.
    WokenOnce,
    /// AWS maintains it around now.
    Maintenance {
        /// The state for that time.
        state: State,
        /// Now.
        at: DateTime<Utc>,
        /// The zone in which that is read.
        zone: Tz,
    },
    /// The environment asks for snapshots of what AWS takes none of.
    NoSnapshots(EnvironmentName),
    /// What AWS says of it.
    Observed(String),
    /// The capacity of a group.
    Capacity {
        /// Minimum, desired and maximum.
        now: Capacity,
        /// The machines that it has.
        machines: u32,
    },
    /// What the ledger says.
    Carried {
        /// The state that was ordered.
        to: State,
        /// The transition that was carried out.
        at: DateTime<Utc>,
        /// How far that came.
        phase: Phase,
    },
    /// The decision, and its reason in both languages.
    Decided {
        /// The stable word for the decision.
        decision: &'static str,
        /// The reason in English.
        en: String,
        /// The reason in French.
        fr: String,
    },
    /// What to do about the problem that the decision is.
    ToMendIt(Fault),
    /// A problem beside the decision.
    Besides(Fault),
    /// What to do about that.
    ToMendThat(Fault),
}

impl Fact {
    /// The fact as a sentence.
    pub fn text(&self, language: Language) -> String {
        match language {
            Language::En => self.en(),
            Language::Fr => self.fr(),
        }
    }

    fn en(&self) -> String {
        const EN: Language = Language::En;
        match self {
            Self::Tag(value) => format!("its tag {ENVIRONMENT_TAG} says {value}"),
            Self::ProductionTag { key, value } => format!("its tag {key}={value} says production"),
            Self::LooksLikeProduction(name) => format!(
                "{name} looks like production: protected, and its schedule is not carried out"
            ),
            Self::Protected(name) => format!("{name} is protected in the configuration"),
            Self::Follows {
                environment,
                schedule,
                zone,
            } => format!("{environment} follows the schedule {schedule} on the clocks of {zone}"),
            Self::NeverChanges(name) => format!("{name} never changes anything"),
            Self::Begins { schedule, at, zone } => {
                format!("{schedule} begins {}", local(*at, *zone, EN))
            }
            Self::ByTheClock {
                schedule,
                state,
                since,
                until,
                zone,
            } => {
                let until = until.map_or_else(
                    || "for good".to_owned(),
                    |until| format!("until {}", local(until, *zone, EN)),
                );
                let since = local(*since, *zone, EN);
                format!("by {schedule} it is {state} since {since} {until}")
            }
            Self::LostStarts { named, more } => format!(
                "without closed days it would have started on {}{}",
                days(named, EN),
                more_of(*more, EN)
            ),
            Self::ClosedDay { day, reason } => {
                format!("{day} is a closed day ({reason}): nothing starts")
            }
            Self::Held { hold, state, zone } => format!(
                "{} holds it {} until {}: {}",
                hold.by,
                up_or_down(*state, EN),
                local(hold.until, *zone, EN),
                hold.reason
            ),
            Self::NeededBy {
                by,
                hold,
                state,
                zone,
            } => format!(
                "{by} needs it, which {} holds {} until {}: {}",
                hold.by,
                up_or_down(*state, EN),
                local(hold.until, *zone, EN),
                hold.reason
            ),
            Self::WokenOnce => {
                "Nightcap stopped it before it was protected: it is woken once, then left alone"
                    .to_owned()
            }
            Self::Maintenance { state, at, zone } => format!(
                "it is {} for its maintenance window around {}",
                up_or_down(*state, EN),
                local(*at, *zone, EN)
            ),
            Self::NoSnapshots(name) => format!(
                "{name} takes snapshots at stop, but AWS takes none of this kind there; Aurora backs its storage up continuously"
            ),
            Self::Observed(word) => format!("AWS says: {word}"),
            Self::Capacity { now, machines } => {
                format!("its capacity is {now} with {machines} machines")
            }
            Self::Carried { to, at, phase } => {
                let order = match to {
                    State::Running => "the start",
                    State::Stopped => "the stop",
                };
                let phase = phase_in(*phase, EN);
                format!(
                    "the ledger says: {order} of {} {phase}",
                    at.format("%Y-%m-%dT%H:%M:%SZ")
                )
            }
            Self::Decided { decision, en, .. } => format!("so: {decision} ({en})"),
            Self::ToMendIt(fault) => format!("to mend it: {}", fault.remedy(EN)),
            Self::Besides(fault) => format!("besides: {}", fault.message(EN)),
            Self::ToMendThat(fault) => format!("to mend that: {}", fault.remedy(EN)),
        }
    }

    fn fr(&self) -> String {
        const FR: Language = Language::Fr;
        match self {
            Self::Tag(value) => format!("son étiquette {ENVIRONMENT_TAG} dit {value}"),
            Self::ProductionTag { key, value } => {
                format!("son étiquette {key}={value} désigne la production")
            }
            Self::LooksLikeProduction(name) => format!(
                "{name} ressemble à de la production : protégé, et son horaire n'est pas appliqué"
            ),
            Self::Protected(name) => format!("{name} est protégé dans la configuration"),
            Self::Follows {
                environment,
                schedule,
                zone,
            } => format!("{environment} suit l'horaire {schedule} à l'heure de {zone}"),
            Self::NeverChanges(name) => format!("{name} ne change jamais rien"),
            Self::Begins { schedule, at, zone } => {
                format!("{schedule} commence le {}", local(*at, *zone, FR))
            }
            Self::ByTheClock {
                schedule,
                state,
                since,
                until,
                zone,
            } => {
                let until = until.map_or_else(
                    || "sans fin prévue".to_owned(),
                    |until| format!("jusqu'au {}", local(until, *zone, FR)),
                );
                let since = local(*since, *zone, FR);
                let state = up_or_down(*state, FR);
                format!("selon {schedule}, {state} depuis le {since} {until}")
            }
            Self::LostStarts { named, more } => format!(
                "sans jours fermés, démarrage prévu le {}{}",
                days(named, FR),
                more_of(*more, FR)
            ),
            Self::ClosedDay { day, reason } => format!(
                "{day} est un jour fermé ({}) : rien ne démarre",
                why(*reason, FR)
            ),
            Self::Held { hold, state, zone } => format!(
                "{} le maintient {} jusqu'au {} : {}",
                hold.by,
                up_or_down(*state, FR),
                local(hold.until, *zone, FR),
                hold.reason
            ),
            Self::NeededBy {
                by,
                hold,
                state,
                zone,
            } => format!(
                "{by} en a besoin, que {} maintient {} jusqu'au {} : {}",
                hold.by,
                up_or_down(*state, FR),
                local(hold.until, *zone, FR),
                hold.reason
            ),
            Self::WokenOnce => {
                "Nightcap l'a arrêté avant qu'il soit protégé : réveillé une fois, puis laissé tel quel"
                    .to_owned()
            }
            Self::Maintenance { state, at, zone } => format!(
                "{} pour sa fenêtre de maintenance autour du {}",
                up_or_down(*state, FR),
                local(*at, *zone, FR)
            ),
            Self::NoSnapshots(name) => format!(
                "{name} prend des instantanés à l'arrêt, mais AWS n'en prend pas pour ce type ; Aurora sauvegarde son stockage en continu"
            ),
            Self::Observed(word) => format!("AWS dit : {}", observed_in(word, FR)),
            Self::Capacity { now, machines } => {
                format!("sa capacité est {now} avec {machines} machines")
            }
            Self::Carried { to, at, phase } => {
                let order = match to {
                    State::Running => "démarrage",
                    State::Stopped => "arrêt",
                };
                let phase = phase_in(*phase, FR);
                format!(
                    "le registre dit : {order} de {} {phase}",
                    at.format("%Y-%m-%dT%H:%M:%SZ")
                )
            }
            Self::Decided { decision, fr, .. } => {
                format!("donc : {} ({fr})", decision_in(decision, FR))
            }
            Self::ToMendIt(fault) | Self::ToMendThat(fault) => {
                format!("pour y remédier : {}", fault.remedy(FR))
            }
            Self::Besides(fault) => format!("en outre : {}", fault.message(FR)),
        }
    }
}

/// The word for a decision, as a person reads it.
pub fn decision_in(word: &str, language: Language) -> &str {
    match (word, language) {
        ("start", Language::Fr) => "démarrer",
        ("stop", Language::Fr) => "arrêter",
        ("wait", Language::Fr) => "attendre",
        ("leave", Language::Fr) => "laisser",
        ("problem", Language::Fr) => "problème",
        _ => word,
    }
}

/// The word for what a resource is, as a person reads it; AWS's own words stay.
pub fn observed_in(word: &str, language: Language) -> &str {
    match (word, language) {
        ("running", Language::Fr) => "en marche",
        ("stopped", Language::Fr) => "à l'arrêt",
        ("starting", Language::Fr) => "démarre",
        ("stopping", Language::Fr) => "s'arrête",
        ("fixed", Language::Fr) => "fixe",
        ("unread", Language::Fr) => "illisible",
        ("unmanaged", Language::Fr) => "non géré",
        _ => word,
    }
}

fn phase_in(phase: Phase, language: Language) -> &'static str {
    match (phase, language) {
        (Phase::Ordered, Language::En) => "ordered",
        (Phase::Reached, Language::En) => "completed",
        (Phase::Changed, Language::En) => "completed, then changed by hand",
        (Phase::Woken, Language::En) => "completed, then AWS started it by itself",
        (Phase::Ordered, Language::Fr) => "ordonné",
        (Phase::Reached, Language::Fr) => "achevé",
        (Phase::Changed, Language::Fr) => "achevé, puis changé à la main",
        (Phase::Woken, Language::Fr) => "achevé, puis AWS l'a redémarré de lui-même",
    }
}

fn up_or_down(state: State, language: Language) -> &'static str {
    match (state, language) {
        (State::Running, Language::En) => "up",
        (State::Stopped, Language::En) => "down",
        (State::Running, Language::Fr) => "en marche",
        (State::Stopped, Language::Fr) => "à l'arrêt",
    }
}

fn why(reason: Reason, language: Language) -> &'static str {
    match (reason, language) {
        (Reason::Holiday(holiday), Language::En) => holiday.en,
        (Reason::Holiday(holiday), Language::Fr) => holiday.fr,
        (Reason::Listed, Language::En) => "closed by calendar",
        (Reason::Listed, Language::Fr) => "fermé par le calendrier",
    }
}

fn days(named: &[(NaiveDate, Reason)], language: Language) -> String {
    let days: Vec<String> = named
        .iter()
        .map(|(date, reason)| format!("{date} ({})", why(*reason, language)))
        .collect();
    days.join(", ")
}

fn more_of(more: usize, language: Language) -> String {
    match (more, language) {
        (0, _) => String::new(),
        (more, Language::En) => format!(" and {more} more"),
        (more, Language::Fr) => format!(" et {more} autres"),
    }
}
