//! What the resources of a hold run on, and what an hour of that costs.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::capacity::Capacity;
use crate::config::Compiled;
use crate::fleet::{Memory, Part, Resource};
use crate::ledger::Ledger;
use crate::money::Usd;
use crate::money::price::{PriceBook, PriceUnit};
use crate::plan::{Plan, Step};

/// A resource of a hold without a price. It counts for nothing in the sum, and that is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unpriced {
    /// Its name.
    pub resource: String,
    /// Why there is no price.
    pub why: String,
}

/// What the resources of a hold cost together.
#[derive(Debug, Default)]
pub(super) struct Bill {
    /// How many of each make: `t3.small`, `db.t3.medium`.
    pub(super) makes: BTreeMap<String, u32>,
    /// An hour of all that has a price; `None` if nothing has.
    pub(super) hour: Option<Usd>,
    /// What has none.
    pub(super) unpriced: Vec<Unpriced>,
}

impl Bill {
    /// The bill of these steps, by this price book.
    pub(super) fn of(
        config: &Compiled,
        plan: &Plan,
        ledger: &Ledger,
        held: &[&Step],
        book: &PriceBook,
    ) -> Self {
        let mut bill = Self::default();
        for step in held {
            let resource = &step.resource;
            let parts = parts(config, plan, ledger, step);
            if parts.is_empty() {
                bill.without(resource, "nobody knows what it runs on while it sleeps");
                continue;
            }
            match hour(book, resource, &parts) {
                Ok(hour) => {
                    bill.hour = Some(bill.hour.unwrap_or_default() + hour);
                    for part in parts.into_iter().filter(|part| part.count > 0) {
                        *bill.makes.entry(part.make).or_default() += part.count;
                    }
                }
                Err(gap) => bill.without(resource, gap),
            }
        }
        bill.unpriced.sort_by(|a, b| a.resource.cmp(&b.resource));
        bill
    }

    /// What a length of time costs.
    pub(super) fn over(&self, time: TimeDelta) -> Option<Usd> {
        let hours = Decimal::from(time.num_minutes()) / Decimal::from(60);
        Some(self.hour?.times(hours).cents())
    }

    fn without(&mut self, resource: &Resource, why: impl Into<String>) {
        self.unpriced.push(Unpriced {
            resource: resource.name.clone(),
            why: why.into(),
        });
    }
}

/// An hour of all these parts, or what is missing in the book.
fn hour(book: &PriceBook, resource: &Resource, parts: &[Part]) -> Result<Usd, String> {
    let mut sum = Usd::ZERO;
    for part in parts {
        let price = book
            .price(&part.price, &resource.region)
            .map_err(|gap| gap.to_string())?;
        if price.unit != PriceUnit::Hour {
            return Err(format!(
                "the price of {} is not one for an hour",
                part.price
            ));
        }
        sum += price.amount.times(Decimal::from(part.count));
    }
    Ok(sum)
}

/// What a resource runs on when it is up.
fn parts(config: &Compiled, plan: &Plan, ledger: &Ledger, step: &Step) -> Vec<Part> {
    let resource = &step.resource;
    let mut parts = resource.facts.runs_on.clone();
    if parts.is_empty() {
        // Asleep, a group has no machines: what it ran on stands with the order to sleep.
        let order = ledger
            .marks
            .get(&resource.arn)
            .and_then(|m| m.order.as_ref());
        parts = order.map_or_else(Vec::new, |order| order.ran_on.clone());
    }
    if parts.is_empty() {
        // A cluster runs on its members, as far as these carry the tag.
        let members = plan.steps.iter().map(|step| &step.resource);
        parts = members
            .filter(|member| {
                member.region == resource.region
                    && member.facts.member_of.as_deref() == Some(resource.name.as_str())
            })
            .flat_map(|member| member.facts.runs_on.clone())
            .collect();
    }
    // Of several makes nobody knows which it will get: as many as there were.
    if let ([only], Some(machines)) = (parts.as_mut_slice(), machines(config, step)) {
        only.count = machines;
    }
    parts
}

/// How many machines a group has when it is up.
fn machines(config: &Compiled, step: &Step) -> Option<u32> {
    let size = step.resource.size.as_ref()?;
    if !size.now.is_zero() {
        return Some(size.now.desired());
    }
    if let Memory::Of(capacity) = &size.memory {
        return Some(capacity.desired());
    }
    let (_, environment) = config.environment(step.environment.as_ref()?.as_str())?;
    environment.capacity.map(Capacity::desired)
}
