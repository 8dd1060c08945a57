//! What all mails about money share: five lines that answer, then why, where, and on what basis.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::config::Language;
use crate::money::forecast::Forecast;
use crate::money::{BillingMonth, Usd};
use crate::names::EnvironmentName;

use super::layout::Body;
use super::when::{day, month};
use super::{Mail, ascii_subject, local};

/// Columns of the labels at the top.
const LABEL: usize = 12;

/// What there is to tell about a budget.
#[derive(Clone, Debug)]
pub struct MoneyFacts<'a> {
    /// The name of the budget.
    pub budget: &'a str,
    /// Its limit.
    pub limit: Usd,
    /// The month.
    pub period: BillingMonth,
    /// What was spent, in whole cents.
    pub actual: Usd,
    /// The forecast, if there is one.
    pub forecast: Option<&'a Forecast>,
    /// What the expected total is made of, in whole cents; without a forecast, what was spent.
    pub why: Vec<(Part, Usd)>,
    /// What each environment has cost, in whole cents; together what was spent.
    pub environments: Vec<(EnvironmentName, Usd)>,
    /// Credits and refunds of the month, zero or below.
    pub credits: Usd,
    /// What Cost Explorer expects of the month.
    pub second_opinion: Option<Usd>,
    /// What AWS Budgets says was spent.
    pub aws_actual: Option<Usd>,
    /// The newest day that the figures know.
    pub data_date: Option<NaiveDate>,
    /// How many days of history there are.
    pub history_days: usize,
    /// Whether the plan was known.
    pub planned: bool,
    /// The environments that nothing may stop.
    pub protected: Vec<EnvironmentName>,
    /// When this was looked at.
    pub now: DateTime<Utc>,
    /// Where the readers live.
    pub zone: Tz,
    /// What the readers speak.
    pub language: Language,
    /// The correlation id.
    pub reference: &'a str,
}

/// A part of what a month costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Days that are over.
    Spent {
        /// How many were reported.
        days: usize,
    },
    /// The plan for the days to come.
    Planned,
    /// Known single amounts to come.
    Lumps,
    /// What the days to come are expected to cost beyond the plan.
    Beyond,
    /// The days to come, where there is no plan.
    ToCome,
}

/// The five lines at the top.
pub(super) struct Head {
    pub(super) how_much: String,
    pub(super) against: String,
    pub(super) by_when: String,
    pub(super) how_sure: String,
    pub(super) next: String,
}

impl MoneyFacts<'_> {
    /// One text or the other.
    pub(super) fn say<'t>(&self, english: &'t str, french: &'t str) -> &'t str {
        match self.language {
            Language::En => english,
            Language::Fr => french,
        }
    }

    /// An amount as its readers write it.
    pub(super) fn usd(&self, amount: Usd) -> String {
        usd(amount, self.language)
    }

    fn number(&self, digits: &str) -> String {
        match self.language {
            Language::En => digits.to_owned(),
            Language::Fr => digits.replace('.', ","),
        }
    }

    /// A share of the limit: `82 %`.
    pub(super) fn of_limit(&self, amount: Usd) -> String {
        let share = amount.share_of(self.limit).unwrap_or_default();
        per_cent(share)
    }

    pub(super) fn day(&self, date: NaiveDate) -> String {
        day(date, self.language)
    }

    pub(super) fn month(&self) -> String {
        month(self.period, self.language)
    }

    pub(super) fn instant(&self, at: DateTime<Utc>) -> String {
        local(at, self.zone, self.language)
    }

    /// The expected total, or what was spent where nothing is forecast.
    pub(super) fn expected(&self) -> Usd {
        self.forecast
            .map_or(self.actual, |forecast| forecast.expected.cents())
    }

    /// The five lines as they are unless a mail knows better.
    pub(super) fn head(&self, next: String) -> Head {
        let spent = self.usd(self.actual);
        let share = self.of_limit(self.actual);
        Head {
            how_much: match self.language {
                Language::En => format!("{spent} spent, {share} of the budget"),
                Language::Fr => format!("{spent} dépensés, {share} du budget"),
            },
            against: self.against(),
            by_when: self.by_when(),
            how_sure: self.how_sure(),
            next,
        }
    }

    pub(super) fn against(&self) -> String {
        let (limit, month, budget) = (self.usd(self.limit), self.month(), self.budget);
        match self.language {
            Language::En => format!("{limit} for {month} (budget {budget})"),
            Language::Fr => format!("{limit} pour {month} (budget {budget})"),
        }
    }

    fn by_when(&self) -> String {
        let last = self.day(self.period.last_day());
        let Some(forecast) = self.forecast else {
            return self
                .say(
                    "not known: there is no forecast",
                    "inconnu : pas de prévision",
                )
                .to_owned();
        };
        let expected = self.usd(forecast.expected);
        match (forecast.used_up_on.map(|on| self.day(on)), self.language) {
            (Some(on), Language::En) => {
                format!("used up on {on}; {expected} expected by {last}")
            }
            (Some(on), Language::Fr) => {
                format!("épuisé le {on} ; {expected} attendus au {last}")
            }
            (None, Language::En) => format!("lasts the month; {expected} expected by {last}"),
            (None, Language::Fr) => {
                format!("tient le mois ; {expected} attendus au {last}")
            }
        }
    }

    fn how_sure(&self) -> String {
        let Some(forecast) = self.forecast else {
            return self
                .say(
                    "what is spent is known, nothing more",
                    "seul le dépensé est connu",
                )
                .to_owned();
        };
        let (low, high) = (
            self.number(&forecast.low.to_string()),
            self.usd(forecast.high),
        );
        let over = probability(forecast.probability_over);
        match self.language {
            Language::En => {
                format!("{over} likely to pass the budget; 4 times in 5 between {low} and {high}")
            }
            Language::Fr => {
                format!("{over} de risque de dépassement ; 4 fois sur 5 entre {low} et {high}")
            }
        }
    }

    /// The mail: the five lines, why, by environment, what was done, and the basis.
    pub(super) fn mail(
        &self,
        subject: &str,
        head: &Head,
        lead: &[String],
        done: &[String],
    ) -> Mail {
        let mut body = Body::default();
        let say = |english, french| self.say(english, french);
        body.field(say("How much", "Combien"), LABEL, &head.how_much);
        body.field(say("Against", "Sur"), LABEL, &head.against);
        body.field(say("By when", "Quand"), LABEL, &head.by_when);
        body.field(say("How sure", "Certitude"), LABEL, &head.how_sure);
        body.field(say("Next", "Ensuite"), LABEL, &head.next);
        if !lead.is_empty() {
            body.heading(say("What happened", "Ce qui s'est passé"));
            for line in lead {
                body.item(line);
            }
        }
        self.why(&mut body);
        self.by_environment(&mut body);
        self.done(&mut body, done);
        self.basis(&mut body);
        Mail {
            subject: ascii_subject(subject),
            body: body.finish(),
        }
    }

    fn why(&self, body: &mut Body) {
        body.heading(self.say("Why, in money", "Pourquoi, en argent"));
        for (part, amount) in &self.why {
            body.row(&self.part(*part), &self.usd(*amount));
        }
        let total = if self.forecast.is_some() {
            self.say("expected for the month", "attendu pour le mois")
        } else {
            self.say("spent in the month", "dépensé dans le mois")
        };
        body.row(total, &self.usd(self.expected()));
        let over = self.expected() - self.limit;
        let label = if over > Usd::ZERO {
            self.say("above the budget", "au-dessus du budget")
        } else {
            self.say("left of the budget", "reste du budget")
        };
        let distance = if over > Usd::ZERO { over } else { -over };
        body.row(label, &self.usd(distance.cents()));
        if !self.credits.is_zero() {
            body.row(
                self.say(
                    "credits and refunds, not subtracted",
                    "avoirs et remboursements, non déduits",
                ),
                &self.usd(self.credits),
            );
        }
    }

    fn part(&self, part: Part) -> String {
        match (part, self.language) {
            (Part::Spent { days }, Language::En) => format!("spent on {days} days"),
            (Part::Spent { days }, Language::Fr) => format!("dépensé sur {days} jours"),
            (Part::Planned, Language::En) => "planned for the days to come".to_owned(),
            (Part::Planned, Language::Fr) => "prévu pour les jours à venir".to_owned(),
            (Part::Lumps, Language::En) => "known single amounts to come".to_owned(),
            (Part::Lumps, Language::Fr) => "montants isolés connus à venir".to_owned(),
            (Part::Beyond, Language::En) => "beyond the plan, as it has been".to_owned(),
            (Part::Beyond, Language::Fr) => "hors prévu, au rythme constaté".to_owned(),
            (Part::ToCome, Language::En) => "days to come, at the pace so far".to_owned(),
            (Part::ToCome, Language::Fr) => "jours à venir, au rythme constaté".to_owned(),
        }
    }

    fn by_environment(&self, body: &mut Body) {
        if self.environments.is_empty() {
            return;
        }
        body.heading(self.say("By environment, spent", "Par environnement, dépensé"));
        for (name, amount) in &self.environments {
            let label = match name.as_str() {
                "untagged" => self.say("without a tag", "sans étiquette"),
                "tax" => self.say("tax", "taxes"),
                "support" => "support",
                other => other,
            };
            body.row(label, &self.usd(*amount));
        }
        body.row(self.say("all", "total"), &self.usd(self.actual));
    }

    fn done(&self, body: &mut Body, done: &[String]) {
        body.heading(self.say(
            "What was done, and what never is",
            "Ce qui a été fait, et ce qui ne l'est jamais",
        ));
        if done.is_empty() {
            body.item(self.say(
                "Nothing was stopped: this is a message and nothing else.",
                "Rien n'a été arrêté : ceci est un message et rien d'autre.",
            ));
        }
        for line in done {
            body.item(line);
        }
        let names: Vec<&str> = self.protected.iter().map(EnvironmentName::as_str).collect();
        let names = if names.is_empty() {
            self.say("Production", "La production").to_owned()
        } else {
            names.join(", ")
        };
        body.item(&match self.language {
            Language::En => format!("{names}: never stopped by anything here, whatever it costs."),
            Language::Fr => {
                format!(
                    "{names} : jamais arrêté par quoi que ce soit ici, quel qu'en soit le coût."
                )
            }
        });
    }

    fn basis(&self, body: &mut Body) {
        body.heading(self.say("Basis", "Base"));
        let newest = self.data_date.map_or_else(
            || self.say("none", "aucun").to_owned(),
            |date| self.day(date),
        );
        let days = self.history_days;
        let plan = if self.planned {
            self.say("plan plus what came on top", "prévu et ce qui s'y ajoute")
        } else {
            self.say("no plan, history alone", "pas de prévu, historique seul")
        };
        body.item(&match self.language {
            Language::En => format!(
                "AWS figures up to {newest}, the last day still provisional; {days} days of history; {plan}."
            ),
            Language::Fr => format!(
                "Chiffres AWS jusqu'au {newest}, le dernier jour encore provisoire ; {days} jours d'historique ; {plan}."
            ),
        });
        if self.forecast.is_some_and(|forecast| !forecast.calibrated) {
            body.item(self.say(
                "The range is assumed: there are too few days to have measured it.",
                "La fourchette est supposée : trop peu de jours pour l'avoir mesurée.",
            ));
        }
        self.others(body);
        let stamp = self.now.format("%Y-%m-%dT%H:%M:%SZ");
        let label = self.say("Reference", "Référence");
        body.item(&format!("{label} {stamp} {}", self.reference));
    }

    /// What AWS itself says, for comparison.
    fn others(&self, body: &mut Body) {
        if let Some(actual) = self.aws_actual {
            let amount = self.usd(actual);
            body.item(&match self.language {
                Language::En => format!("AWS Budgets says {amount} was spent."),
                Language::Fr => format!("AWS Budgets indique {amount} dépensés."),
            });
        }
        if let Some(expected) = self.second_opinion {
            let amount = self.usd(expected);
            body.item(&match self.language {
                Language::En => format!("Cost Explorer's own forecast of the month: {amount}."),
                Language::Fr => format!("Prévision de Cost Explorer pour le mois : {amount}."),
            });
        }
    }
}

/// An amount as readers of a language write it.
pub(crate) fn usd(amount: Usd, language: Language) -> String {
    match language {
        Language::En => format!("{amount} USD"),
        Language::Fr => format!("{amount} USD").replace('.', ","),
    }
}

/// A share as whole per cent, rounded down: a level is not passed by rounding.
pub(super) fn per_cent(share: Decimal) -> String {
    let whole = share.checked_mul(Decimal::ONE_HUNDRED);
    format!("{} %", whole.unwrap_or(Decimal::MAX).floor().normalize())
}

/// A probability as whole per cent; never 0 or 100 unless it is.
pub(super) fn probability(probability: Decimal) -> String {
    let whole = (probability * Decimal::ONE_HUNDRED).round();
    let shown = if probability > Decimal::ZERO && probability < Decimal::ONE {
        whole.clamp(Decimal::ONE, Decimal::from(99))
    } else {
        whole
    };
    format!("{} %", shown.normalize())
}
