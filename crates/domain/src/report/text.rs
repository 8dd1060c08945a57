//! The report for people.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::{HoldLine, Origin, Report, SavedLine};
use crate::config::Language;
use crate::hold::Scope;
use crate::message::doubted;
use crate::money::Usd;
use crate::money::gate::Doubt;
use crate::money::plan::CostClass;
use crate::money::table::{Align, Table};
use crate::time::State;

impl Report {
    /// The report as text, in the language of the configuration.
    pub fn text(&self) -> String {
        let mut text = self.head();
        self.section(
            &mut text,
            "By environment, USD",
            "Par environnement, USD",
            &self.by_environment(),
        );
        if self.classes.is_some() {
            let (en, fr) = (
                "By class, as planned, USD",
                "Par classe, selon le plan, USD",
            );
            self.section(&mut text, en, fr, &self.by_class());
        }
        let (en, fr) = (
            "Planned to be saved by sleeping, beside what was spent",
            "Économie prévue par le sommeil, à côté du dépensé",
        );
        self.section(&mut text, en, fr, &self.savings());
        self.section(&mut text, "Told", "Annoncé", &self.told());
        self.section(&mut text, "Holds", "Exceptions", &self.held());
        let notes = self.notes();
        if !notes.is_empty() {
            self.section(&mut text, "Notes", "Remarques", &notes);
        }
        text
    }

    fn say<'t>(&self, english: &'t str, french: &'t str) -> &'t str {
        match self.language {
            Language::En => english,
            Language::Fr => french,
        }
    }

    fn section(&self, text: &mut String, english: &str, french: &str, body: &str) {
        let _ = write!(text, "\n{}\n{body}", self.say(english, french));
    }

    fn number(&self, digits: &str) -> String {
        match self.language {
            Language::En => digits.to_owned(),
            Language::Fr => digits.replace('.', ","),
        }
    }

    fn usd(&self, amount: Usd) -> String {
        self.number(&amount.to_string())
    }

    fn decimal(&self, number: Decimal) -> String {
        self.number(&number.normalize().to_string())
    }

    fn head(&self) -> String {
        let (month, as_of) = (self.month, self.as_of);
        let title = match self.language {
            Language::En => format!("{month}, days before {as_of}"),
            Language::Fr => format!("{month}, jours avant le {as_of}"),
        };
        let mut rows = vec![
            (
                self.say("Budget", "Budget"),
                format!("{} USD ({})", self.usd(self.budget.limit), self.budget.name),
            ),
            (self.say("Spent", "Dépensé"), self.spent()),
        ];
        rows.extend(self.outlook());
        if !self.budget.credits.is_zero() {
            let label = self.say("Credits", "Avoirs");
            let apart = self.say("not subtracted", "non déduits");
            rows.push((
                label,
                format!("{} USD, {apart}", self.usd(self.budget.credits)),
            ));
        }
        rows.push((self.say("Data", "Données"), self.data()));
        rows.iter()
            .fold(format!("{title}\n\n"), |text, (label, value)| {
                text + &format!("{label:<12} {value}\n")
            })
    }

    fn spent(&self) -> String {
        let (usd, percent) = (
            self.usd(self.budget.spent),
            self.decimal(self.budget.percent),
        );
        let days = self.budget.days;
        match self.language {
            Language::En => format!("{usd} USD on {days} days, {percent} % of the budget"),
            Language::Fr => format!("{usd} USD en {days} jours, {percent} % du budget"),
        }
    }

    fn outlook(&self) -> Vec<(&'static str, String)> {
        let fr = self.language == Language::Fr;
        let Some(forecast) = &self.forecast else {
            let label = if fr { "Attendu" } else { "Expected" };
            let value = self.say("nothing: no forecast is made", "rien : aucune prévision");
            let over = self.say("the month is over", "le mois est terminé");
            let ended = self.month.next().first_day() <= self.as_of;
            return vec![(label, if ended { over } else { value }.to_owned())];
        };
        let (low, high) = (self.usd(forecast.low), self.usd(forecast.high));
        let expected = self.usd(forecast.expected);
        let risk = self.risk(forecast.probability_over);
        let on = forecast.used_up_on.map(|day| day.to_string());
        if fr {
            let never = || "pas ce mois-ci".to_owned();
            return vec![
                (
                    "Attendu",
                    format!("{expected} USD, 4 fois sur 5 entre {low} et {high}"),
                ),
                ("Risque", risk),
                ("Épuisé le", on.unwrap_or_else(never)),
            ];
        }
        let never = || "not this month".to_owned();
        vec![
            (
                "Expected",
                format!("{expected} USD, 4 times in 5 between {low} and {high}"),
            ),
            ("Risk", risk),
            ("Used up on", on.unwrap_or_else(never)),
        ]
    }

    /// The risk, beside the budget that it is about: a number alone reads as an overrun.
    fn risk(&self, probability: f64) -> String {
        let limit = self.usd(self.budget.limit);
        if probability >= 1.0 {
            return match self.language {
                Language::En => format!("{limit} USD are passed"),
                Language::Fr => format!("{limit} USD sont dépassés"),
            };
        }
        let percent = self.number(&format!("{:.1}", probability * 100.0));
        match self.language {
            Language::En => format!("{percent} % of passing {limit} USD"),
            Language::Fr => format!("{percent} % de dépasser {limit} USD"),
        }
    }

    fn data(&self) -> String {
        let until = self
            .data_date
            .map_or_else(|| "-".to_owned(), |day| day.to_string());
        let source = match self.source {
            Origin::File => self.say("from a file", "d'un fichier"),
            Origin::CostExplorer => self.say("from Cost Explorer", "de Cost Explorer"),
        };
        let mut text = match self.language {
            Language::En => format!("up to {until}, {source}"),
            Language::Fr => format!("jusqu'au {until}, {source}"),
        };
        // Days above what the inventory could cost have one cause: the first stands for all.
        let above = |doubt: &&Doubt| matches!(doubt, Doubt::AboveFlatOut { .. });
        let first = self.data.doubts.iter().find(above);
        let more = self
            .data
            .doubts
            .iter()
            .filter(above)
            .count()
            .saturating_sub(1);
        let others = self.data.doubts.iter().filter(|doubt| !above(doubt));
        for doubt in first.into_iter().chain(others) {
            let doubtful = self.say("; DOUBTFUL:", " ; DOUTEUX :");
            let _ = write!(text, "{doubtful} {}", doubted(doubt, self.language));
            if above(&doubt) && more > 0 {
                let _ = match self.language {
                    Language::En => write!(
                        text,
                        " (and {more} days more: is this the inventory of this account?)"
                    ),
                    Language::Fr => write!(
                        text,
                        " (et {more} jours de plus : est-ce l'inventaire de ce compte ?)"
                    ),
                };
            }
        }
        text
    }

    fn by_environment(&self) -> String {
        let planned = self.classes.is_some();
        let mut table = Table::new(&[
            ("", Align::Left),
            (self.say("spent", "dépensé"), Align::Right),
        ]);
        if planned {
            table.column(self.say("planned so far", "prévu à ce jour"), Align::Right);
            table.column(self.say("planned", "prévu"), Align::Right);
        }
        let cell = |amount: Option<Usd>| amount.map(|amount| self.usd(amount));
        for line in &self.environments {
            let mut row = vec![format!("  {}", line.name), self.usd(line.spent)];
            row.extend(
                [line.planned_so_far, line.planned]
                    .into_iter()
                    .filter_map(cell),
            );
            table.row(row);
        }
        let sum = |part: fn(&super::EnvironmentLine) -> Option<Usd>| -> Usd {
            self.environments.iter().filter_map(part).sum()
        };
        let mut all = vec![
            format!("  {}", self.say("all", "total")),
            self.usd(self.budget.spent),
        ];
        if planned {
            all.push(self.usd(sum(|line| line.planned_so_far)));
            all.push(self.usd(sum(|line| line.planned)));
        }
        table.row(all);
        table.to_string()
    }

    fn by_class(&self) -> String {
        let mut table = Table::new(&[
            ("", Align::Left),
            (self.say("so far", "à ce jour"), Align::Right),
            (self.say("month", "mois"), Align::Right),
        ]);
        for line in self.classes.iter().flatten() {
            let name = format!("  {}", self.say(line.class.name(), french(line.class)));
            table.row(vec![
                name,
                self.usd(line.planned_so_far),
                self.usd(line.planned),
            ]);
        }
        table.to_string()
    }

    fn savings(&self) -> String {
        let Some(saved) = &self.saved else {
            let none = self.say(
                "not known: there is no inventory (--inventory)",
                "inconnu : pas d'inventaire (--inventory)",
            );
            return format!("  {none}\n");
        };
        let mut table = Table::new(&[
            ("", Align::Left),
            (self.say("hours", "heures"), Align::Right),
            ("%", Align::Right),
            ("USD", Align::Right),
            (self.say("spent", "dépensé"), Align::Right),
        ]);
        let mut row = |name: &str, line: &SavedLine, spent: Option<Usd>| {
            let percent = line
                .hours_percent
                .map_or_else(|| "-".to_owned(), |p| self.decimal(p));
            table.row(vec![
                format!("  {name}"),
                self.decimal(line.hours),
                percent,
                self.usd(line.usd),
                spent.map_or_else(|| "-".to_owned(), |spent| self.usd(spent)),
            ]);
        };
        for line in &saved.environments {
            let bill = self
                .environments
                .iter()
                .find(|known| known.name == line.name);
            row(line.name.as_str(), &line.saved, bill.map(|bill| bill.spent));
        }
        let so_far = self.say("so far", "à ce jour");
        row(so_far, &saved.so_far, Some(self.budget.spent));
        row(self.say("month", "mois"), &saved.month, None);
        let facts = self.say(
            "  Hours committed by a Savings Plan or a reservation cost the same asleep; free allowances are not counted.",
            "  Les heures engagées par un Savings Plan ou une réservation coûtent autant à l'arrêt ; les franchises ne sont pas comptées.",
        );
        format!("{table}{facts}\n")
    }

    fn told(&self) -> String {
        let Some(alerts) = &self.alerts else {
            return self.no_ledger();
        };
        if alerts.is_empty() {
            return format!("  {}\n", self.say("nothing", "rien"));
        }
        let mut table = Table::new(&[]);
        for _ in 0..2 {
            table.column("", Align::Left);
        }
        let noted = self.say(" (noted, no mail)", " (noté, sans mail)");
        for line in alerts {
            let text = line.text.clone();
            let text = if line.mail { text } else { text + noted };
            table.row(vec![format!("  {}", stamp(line.at)), text]);
        }
        body(&table)
    }

    fn held(&self) -> String {
        let Some(holds) = &self.holds else {
            return self.no_ledger();
        };
        if holds.is_empty() {
            return format!("  {}\n", self.say("none", "aucune"));
        }
        holds.iter().map(|line| self.hold(line)).collect()
    }

    fn hold(&self, line: &HoldLine) -> String {
        let hold = &line.hold;
        let on = match &hold.on {
            Scope::Environment(name) => name.to_string(),
            Scope::Resource(arn) => arn.to_string(),
        };
        let state = match hold.state {
            State::Running => self.say("up", "en marche"),
            State::Stopped => self.say("down", "à l'arrêt"),
        };
        let (from, until) = (stamp(hold.from), stamp(hold.until));
        let (by, reason) = (&hold.by, &hold.reason);
        let cost = match (line.hours, line.usd) {
            (Some(hours), Some(usd)) => format!("{} h, {} USD", self.decimal(hours), self.usd(usd)),
            _ => self.say("cost not known", "coût inconnu").to_owned(),
        };
        format!("  {on} {state} {from} - {until}, {by}: {reason}; {cost}\n")
    }

    fn no_ledger(&self) -> String {
        let none = self.say(
            "not known: there is no ledger (NIGHTCAP_TABLE)",
            "inconnu : pas de registre (NIGHTCAP_TABLE)",
        );
        format!("  {none}\n")
    }

    fn notes(&self) -> String {
        let mut text = String::new();
        for gap in &self.gaps {
            let (item, region) = (&gap.item, &gap.region);
            let _ = match self.language {
                Language::En => writeln!(text, "  {gap}; the sums lack it"),
                Language::Fr => writeln!(
                    text,
                    "  pas de prix pour {item} en {region} : absent des sommes"
                ),
            };
        }
        for assumption in &self.assumptions {
            let _ = writeln!(text, "  {}", assumption.text(self.language));
        }
        if self.cost.pages > 0 {
            let (pages, usd) = (self.cost.pages, self.usd(self.cost.usd));
            let _ = match self.language {
                Language::En => writeln!(
                    text,
                    "  this report asked Cost Explorer for {pages} pages: {usd} USD"
                ),
                Language::Fr => writeln!(
                    text,
                    "  ce rapport a demandé {pages} pages à Cost Explorer : {usd} USD"
                ),
            };
        }
        text
    }
}

/// A class in French.
const fn french(class: CostClass) -> &'static str {
    match class {
        CostClass::Compute => "calcul",
        CostClass::AlwaysOn => "permanent",
        CostClass::Storage => "stockage",
        CostClass::Usage => "usage",
        CostClass::Lump => "ponctuel",
        CostClass::Tax => "taxes",
        CostClass::Support => "support",
        CostClass::Credit => "avoirs",
    }
}

/// A table without its head.
fn body(table: &Table) -> String {
    let text = table.to_string();
    let lines = text.lines().skip(1);
    lines.map(|line| format!("{line}\n")).collect()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%MZ").to_string()
}
