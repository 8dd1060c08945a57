//! The budget guard: from what the month cost so far to what people are told, and to what the
//! scheduler is asked for.
//!
//! Deciding is pure. The guard stops nothing: at most it asks for a [`crate::hold::Hold`].

mod answer;
mod close;
mod decide;
mod ladder;
mod memory;
mod news;
mod observation;
mod overdue;
mod saving;
mod sight;
mod standing;
mod step;

pub use answer::{
    AwsView, BudgetView, EnvironmentView, GuardAnswer, GuardCost, LadderView, NewsView,
    ProblemView, Subscriptions,
};
pub use decide::{Decision, decide};
pub use ladder::{LadderStep, Refusal, StepState, evaluate};
pub use memory::{Entry, EntryKey, GuardMemory};
pub use news::{News, NewsKind};
pub use observation::Observation;
pub use overdue::{Overdue, overdue};
pub use saving::{Holding, saving};
pub use sight::{AwsBudget, BudgetPeriod, Inventoried, OtherBudget, Sight, Spent};
