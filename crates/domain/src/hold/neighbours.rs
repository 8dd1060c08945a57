//! What a hold means for the resources beside those that it is about.

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::{Hold, Scope, cost::is_out_of_reach, in_force};
use crate::config::{Compiled, Language};
use crate::ledger::Ledger;
use crate::plan::{Place, Plan, Step};
use crate::time::State;

/// What whoever asks for a hold should know before trusting in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HoldWarning {
    /// It stops what these need while they run.
    StopsUnder {
        /// Their names.
        users: Vec<String>,
    },
    /// These stay up all the same, each held by a hold of its own, and so does what they need.
    KeptUp {
        /// Their names.
        resources: Vec<String>,
    },
    /// It keeps up what needs these, and each of them is held down by a hold of its own.
    NeedsHeldDown {
        /// Their names.
        resources: Vec<String>,
    },
    /// The price book that is named cannot be read: the one within the program was used.
    PricesUnread {
        /// Why.
        why: String,
    },
}

impl HoldWarning {
    /// A stable word for machines.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StopsUnder { .. } => "stops-under",
            Self::KeptUp { .. } => "kept-up",
            Self::NeedsHeldDown { .. } => "needs-held-down",
            Self::PricesUnread { .. } => "prices",
        }
    }

    /// The warning as a sentence.
    pub fn text(&self, language: Language) -> String {
        match (self, language) {
            (Self::StopsUnder { users }, Language::En) => format!(
                "it stops what {} need while they run: hold the environment down to stop them first",
                users.join(", ")
            ),
            (Self::StopsUnder { users }, Language::Fr) => format!(
                "ceci arrête ce dont {} ont besoin pendant qu'ils tournent : maintenez l'environnement arrêté pour les arrêter d'abord",
                users.join(", ")
            ),
            (Self::KeptUp { resources }, Language::En) => format!(
                "a hold of its own keeps up {}, and what that needs: release it to stop them, too",
                resources.join(", ")
            ),
            (Self::KeptUp { resources }, Language::Fr) => format!(
                "un maintien propre garde en marche {}, avec ce qui leur est nécessaire : libérez-le pour les arrêter aussi",
                resources.join(", ")
            ),
            (Self::NeedsHeldDown { resources }, Language::En) => format!(
                "what it keeps up needs {}, which a hold of its own keeps down: release that to wake it",
                resources.join(", ")
            ),
            (Self::NeedsHeldDown { resources }, Language::Fr) => format!(
                "ce qui reste en marche a besoin de {}, qu'un maintien propre garde à l'arrêt : libérez-le pour le réveiller",
                resources.join(", ")
            ),
            (Self::PricesUnread { why }, Language::En) => format!(
                "it is priced by the prices that come with the program, because those that NIGHTCAP_PRICES names cannot be read: {why}"
            ),
            (Self::PricesUnread { why }, Language::Fr) => format!(
                "le coût est celui des prix livrés avec le programme, car ceux que nomme NIGHTCAP_PRICES ne peuvent être lus : {why}"
            ),
        }
    }
}

impl Serialize for HoldWarning {
    /// As problems are: a code and a sentence.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("HoldWarning", 2)?;
        map.serialize_field("code", self.code())?;
        map.serialize_field("message", &self.text(Language::En))?;
        map.end()
    }
}

/// What a hold keeps up besides, because what it is about needs it: as the plan does.
pub(super) fn needed<'p>(plan: &'p Plan, ledger: &Ledger, hold: &Hold) -> Vec<&'p Step> {
    let (Some(held), State::Running) = (held(plan, hold), hold.state) else {
        return vec![];
    };
    below(plan, held)
        .filter(|step| own(ledger, step, hold) != Some(State::Stopped))
        .collect()
}

/// What should be known of a hold.
pub(super) fn warnings(
    config: &Compiled,
    plan: &Plan,
    ledger: &Ledger,
    hold: &Hold,
) -> Vec<HoldWarning> {
    let mut found = vec![];
    let mut add = |steps: Vec<&Step>, warning: fn(Vec<String>) -> HoldWarning| {
        let names: Vec<String> = steps
            .iter()
            .map(|step| step.resource.name.clone())
            .collect();
        if !names.is_empty() {
            found.push(warning(names));
        }
    };
    match (&hold.scope, hold.state) {
        (Scope::Resource(_), State::Stopped) => {
            let users = held(plan, hold)
                .into_iter()
                .flat_map(|held| above(plan, held));
            let users = users.filter(|step| is_used(config, ledger, step, hold));
            add(users.collect(), |users| HoldWarning::StopsUnder { users });
        }
        (Scope::Environment(name), State::Stopped) => {
            let kept = reachable(plan).filter(|step| {
                step.environment.as_ref() == Some(name)
                    && own(ledger, step, hold) == Some(State::Running)
            });
            add(kept.collect(), |resources| HoldWarning::KeptUp {
                resources,
            });
        }
        (Scope::Resource(_), State::Running) => {
            let down = held(plan, hold)
                .into_iter()
                .flat_map(|held| below(plan, held));
            let down = down.filter(|step| own(ledger, step, hold) == Some(State::Stopped));
            add(down.collect(), |resources| HoldWarning::NeedsHeldDown {
                resources,
            });
        }
        (Scope::Environment(name), State::Running) => {
            let down = reachable(plan).filter(|step| {
                step.environment.as_ref() == Some(name)
                    && own(ledger, step, hold) == Some(State::Stopped)
                    && above(plan, step).next().is_some()
            });
            add(down.collect(), |resources| HoldWarning::NeedsHeldDown {
                resources,
            });
        }
    }
    found
}

/// Whether it runs now, or will by the schedule before the hold is over.
fn is_used(config: &Compiled, ledger: &Ledger, step: &Step, hold: &Hold) -> bool {
    match own(ledger, step, hold) {
        Some(state) => return state == State::Running,
        None if step.desired.state() == Some(State::Running) => return true,
        None => {}
    }
    let environment = step.environment.as_ref();
    environment
        .and_then(|name| config.environment(name.as_str()))
        .and_then(|(_, environment)| config.schedule_of(environment))
        .is_some_and(|(_, schedule)| {
            let running = schedule.running_time(hold.from, hold.until);
            running > chrono::TimeDelta::zero()
        })
}

/// The step of the one resource that a hold is about.
fn held<'p>(plan: &'p Plan, hold: &Hold) -> Option<&'p Step> {
    match &hold.scope {
        Scope::Resource(arn) => reachable(plan).find(|step| step.resource.arn == *arn),
        Scope::Environment(_) => None,
    }
}

/// The state in which a hold of its own keeps a resource, other than the one asked for.
fn own(ledger: &Ledger, step: &Step, hold: &Hold) -> Option<State> {
    let environment = step.environment.as_ref()?;
    let arn = Some(&step.resource.arn);
    in_force(&ledger.holds, environment, arn, hold.made_at)
        .filter(|other| other.id != hold.id && matches!(other.scope, Scope::Resource(_)))
        .map(|other| other.state)
}

fn reachable(plan: &Plan) -> impl Iterator<Item = &Step> {
    plan.steps.iter().filter(|step| !is_out_of_reach(step))
}

/// What stands below it in the order, where it is.
fn below<'p>(plan: &'p Plan, of: &'p Step) -> impl Iterator<Item = &'p Step> {
    beside(plan, of).filter(move |step| step.resource.tier() < of.resource.tier())
}

/// What stands above it.
fn above<'p>(plan: &'p Plan, of: &'p Step) -> impl Iterator<Item = &'p Step> {
    beside(plan, of).filter(move |step| step.resource.tier() > of.resource.tier())
}

fn beside<'p>(plan: &'p Plan, of: &'p Step) -> impl Iterator<Item = &'p Step> {
    let place = |step: &Step| {
        let environment = step.environment.as_ref()?;
        Some(Place::of(environment, &step.resource))
    };
    let here = place(of);
    reachable(plan)
        .filter(move |step| step.resource.tier().is_ok() && here.is_some() && place(step) == here)
}
