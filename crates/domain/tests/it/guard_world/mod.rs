//! A budget, a bill and a memory, for tests of the guard.

use chrono::{DateTime, Days, NaiveDate, Utc};
use nightcap_domain::config::Compiled;
use nightcap_domain::guard::{Decision, GuardMemory, Inventoried, Overdue, Sight, Spent, decide};
use nightcap_domain::hold::Hold;
use nightcap_domain::money::Usd;
use nightcap_domain::money::plan::{Choices, Inventory};
use nightcap_domain::money::price::PriceBook;

/// The default configuration's shape, with a language and a ladder.
pub(crate) fn config(language: &str, ladder: &[&str]) -> Compiled {
    let ladder = ladder.iter().fold(String::new(), |text, rule| {
        text + &format!("\n    - \"{rule}\"")
    });
    let ladder = if ladder.is_empty() {
        " []".to_owned()
    } else {
        ladder
    };
    Compiled::parse(&format!(
        "timezone: Europe/Paris\nlanguage: {language}\nschedules:\n  office:\n    windows:\n      - {{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }}\nenvironments:\n  dev: {{ schedule: office }}\n  preprod: {{ schedule: office }}\n  prod: {{ protected: true }}\nbudget:\n  name: greenleaf-monthly\n  limit: 500\n  alerts: ['actual > 80%', 'forecast > 100%']\n  ladder:{ladder}\n"
    ))
    .unwrap()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn noon(text: &str) -> DateTime<Utc> {
    format!("{text}T12:00:00Z").parse().unwrap()
}

/// The platform's iso preprod, whose sleep saves something.
pub(crate) fn greenleaf() -> Inventoried {
    let choices: Choices = [("dev", "spot"), ("preprod", "iso"), ("nat", "instance")]
        .into_iter()
        .map(|(setting, value)| (setting.to_owned(), value.to_owned()))
        .collect();
    Inventoried {
        inventory: Inventory::greenleaf().unwrap().choose(&choices).unwrap(),
        book: PriceBook::embedded().unwrap(),
        region: "eu-west-3".into(),
    }
}

/// What every environment costs a day, from one day up to, not including, another.
pub(crate) fn add_days(spent: &mut Spent, from: &str, to: &str, cents: [i64; 3]) {
    for on in day(from).iter_days().take_while(|on| *on < day(to)) {
        for (name, cents) in ["dev", "preprod", "prod"].into_iter().zip(cents) {
            // Not quite the same every day, as bills are.
            let wave = on.signed_duration_since(day("2026-01-01")).num_days() % 5 - 2;
            spent.add(on, name.into(), Usd::from_cents(cents + wave));
        }
    }
}

/// A calm summer, and a November at another pace.
pub(crate) fn bill(november: [i64; 3], as_of: &str) -> Spent {
    let mut spent = Spent::default();
    add_days(&mut spent, "2026-06-01", "2026-11-01", [40, 380, 800]);
    add_days(&mut spent, "2026-11-01", as_of, november);
    spent
}

/// A world at one moment.
pub(crate) struct World {
    pub(crate) config: Compiled,
    pub(crate) spent: Spent,
    pub(crate) inventoried: Option<Inventoried>,
    pub(crate) memory: GuardMemory,
    pub(crate) holds: Vec<Hold>,
    pub(crate) no_budget: bool,
    pub(crate) overdue: Option<Overdue>,
}

impl World {
    pub(crate) fn new(config: Compiled, spent: Spent) -> Self {
        Self {
            config,
            spent,
            inventoried: None,
            memory: GuardMemory::default(),
            holds: vec![],
            no_budget: false,
            overdue: None,
        }
    }

    /// One look.
    pub(crate) fn look(&self, on: &str) -> Decision {
        decide(&Sight {
            config: &self.config,
            budget: self.config.config().budget.as_ref().unwrap(),
            now: noon(on),
            spent: &self.spent,
            inventoried: self.inventoried.as_ref(),
            aws: None,
            no_budget: self.no_budget,
            overdue: self.overdue.as_ref(),
            second_opinion: None,
            memory: &self.memory,
            holds: &self.holds,
            reference: "run-1",
        })
    }

    /// One look with everything it asks for carried out.
    pub(crate) fn run(&mut self, on: &str) -> Decision {
        let decision = self.look(on);
        for news in &decision.news {
            self.memory.record(news.key.clone(), &news.entry);
            for hold in &news.holds {
                self.holds.retain(|known| known.id != hold.id);
                self.holds.push(hold.clone());
            }
        }
        if let Some(seen) = decision.observation.clone() {
            self.memory.observe(seen);
        }
        decision
    }
}

pub(crate) fn next(on: &str) -> String {
    day(on).checked_add_days(Days::new(1)).unwrap().to_string()
}
