//! Entries of the ledger as items of its table.
//!
//! | `pk` | `sk` | what | |
//! |---|---|---|---|
//! | `state` | `carried#REGION#ACCOUNT#ARN` | the last transition on a resource | read by every tick that is about that place |
//! | `state` | `hold#ID` | a hold | read by every tick |
//! | `state` | `told#KEY @ TARGET` | a problem told by mail | read by every tick |
//! | `state` | `life#guard` | the budget guard's sign of life | read by every tick |
//! | `held` | `MADE ID` | a hold, kept when it is over | read by reports |
//! | `history#ARN` or `history#ENVIRONMENT` | `INSTANT ACTION TICK` | what was done | read by people |
//!
//! Every item has `expires`, in seconds since 1970, by which DynamoDB removes it.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use nightcap_domain::hold::Hold;
use nightcap_domain::ledger::{Carried, History, Ledger, Mark, Phase, Write};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::time::State;
use serde::Serialize;

use super::{Home, beat};

/// What DynamoDB keeps: a row of a table.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The partition that every tick reads.
pub(super) const STATE: &str = "state";

/// The partition of all holds there ever were.
pub(super) const HELD: &str = "held";

const CARRIED: &str = "carried#";
/// Everything but what was carried out sorts from here on.
pub(super) const HOLD: &str = "hold#";
const TOLD: &str = "told#";

/// How long history is kept; what nothing has touched for so long is forgotten, too.
const KEPT: TimeDelta = TimeDelta::days(400);

/// How long a hold that has ended stays: a tick knows by it that what the schedule asks for
/// now is expected.
const HOLD_KEPT: TimeDelta = TimeDelta::days(1);

/// The item of an entry, and who wrote it.
pub(super) fn carried(write: &Write, nonce: &str) -> Item {
    let Write {
        resource,
        carried,
        mark,
        ..
    } = write;
    let mut item = keys(STATE, carried_key(resource), mark.at + KEPT);
    item.insert(
        "version".to_owned(),
        AttributeValue::N(mark.version.to_string()),
    );
    put(&mut item, "transition", instant(carried.transition));
    put(&mut item, "to", carried.to.to_string());
    put(&mut item, "phase", word(carried.phase));
    put(&mut item, "at", instant(mark.at));
    put(&mut item, "nonce", nonce.to_owned());
    if let Some(lease) = mark.lease {
        put(&mut item, "lease", instant(lease));
    }
    if let Some(order) = &mark.order {
        put(&mut item, "order", json(order));
    }
    item
}

/// Region and account come first, so that a tick of one target among many reads its own alone.
fn carried_key(resource: &ResourceArn) -> String {
    let mut parts = resource.as_str().split(':').skip(3);
    let region = parts.next().unwrap_or_default();
    let account = parts.next().unwrap_or_default();
    format!("{CARRIED}{region}#{account}#{resource}")
}

/// How the keys begin of what was carried out there.
pub(super) fn carried_in(home: &Home) -> String {
    let Home { region, account } = home;
    match account {
        Some(account) => format!("{CARRIED}{region}#{account}#"),
        None => format!("{CARRIED}{region}#"),
    }
}

/// The item of a hold.
pub(super) fn hold(hold: &Hold) -> Item {
    let mut item = keys(STATE, format!("{HOLD}{}", hold.id), hold.until + HOLD_KEPT);
    // On its own for the condition; RFC 3339 in whole seconds of UTC sorts as time does.
    put(&mut item, "until", instant(hold.until));
    put(&mut item, "hold", json(hold));
    item
}

/// The item of a hold that stays when the hold is over.
pub(super) fn held(hold: &Hold) -> Item {
    // One that is asked for again when it is over has its id and is another.
    let sk = format!("{} {}", instant(hold.made_at), hold.id);
    let mut item = keys(HELD, sk, hold.until + KEPT);
    put(&mut item, "hold", json(hold));
    item
}

/// The item of a problem told.
pub(super) fn told(key: &str, now: DateTime<Utc>) -> Item {
    let mut item = told_key(key);
    put(&mut item, "at", instant(now));
    item.insert("expires".to_owned(), seconds(now + KEPT));
    item
}

/// The key of that item.
pub(super) fn told_key(key: &str) -> Item {
    let mut item = Item::new();
    put(&mut item, "pk", STATE.to_owned());
    put(&mut item, "sk", format!("{TOLD}{key}"));
    item
}

/// The item of a row of history.
pub(super) fn history(row: &History) -> Item {
    let at = instant(row.at);
    let mut item = keys(
        &format!("history#{}", row.about),
        format!("{at} {} {}", row.action, row.tick),
        row.at + KEPT,
    );
    put(&mut item, "at", at);
    put(&mut item, "action", row.action.clone());
    put(
        &mut item,
        "result",
        row.result.chars().take(1_000).collect(),
    );
    put(&mut item, "tick", row.tick.clone());
    put(&mut item, "by", row.by.clone());
    put(&mut item, "why", row.why.clone());
    if let Some(ordered_at) = row.ordered_at {
        put(&mut item, "ordered_at", instant(ordered_at));
    }
    if let Some(hold) = &row.hold {
        put(&mut item, "hold", hold.clone());
    }
    item
}

/// Takes an item of the state into the ledger.
///
/// One that cannot be read is left out with a warning: the next tick that acts writes it anew.
pub(super) fn take(ledger: &mut Ledger, item: &Item, now: DateTime<Utc>) {
    let key = text(item, "sk").unwrap_or_default();
    let taken = if let Some(place) = key.strip_prefix(CARRIED) {
        let arn = place.splitn(3, '#').nth(2).map(ResourceArn::new);
        arn.and_then(|arn| take_carried(ledger, arn, item))
    } else if key.starts_with(HOLD) {
        take_hold(ledger, item, now)
    } else if key == beat::BEAT {
        beat::read(item).map(|beat| ledger.guard = Some(beat))
    } else if let Some(problem) = key.strip_prefix(TOLD) {
        parsed(item, "at").map(|at| {
            ledger.told.insert(problem.to_owned(), at);
        })
    } else {
        None
    };
    if taken.is_none() {
        tracing::warn!(
            key,
            "an item of the ledger could not be read and is left out"
        );
    }
}

fn take_carried(ledger: &mut Ledger, arn: ResourceArn, item: &Item) -> Option<()> {
    let version = item.get("version")?.as_n().ok()?.parse().ok()?;
    let at = parsed(item, "at").unwrap_or_default();
    let order = text(item, "order").and_then(|order| serde_json::from_str(order).ok());
    let mark = Mark {
        version,
        at,
        lease: parsed(item, "lease"),
        order,
    };
    // Even where the rest cannot be read: a write replaces what has this version.
    ledger.marks.insert(arn.clone(), mark);
    let carried = Carried {
        transition: parsed(item, "transition")?,
        to: state(text(item, "to")?)?,
        phase: phase(text(item, "phase")?)?,
    };
    ledger.carried.insert(arn, carried);
    Some(())
}

fn take_hold(ledger: &mut Ledger, item: &Item, now: DateTime<Utc>) -> Option<()> {
    let hold = read_hold(item)?;
    if now < hold.until + HOLD_KEPT {
        ledger.holds.push(hold);
    }
    Some(())
}

pub(super) fn read_hold(item: &Item) -> Option<Hold> {
    serde_json::from_str(text(item, "hold")?).ok()
}

/// An instant as the table has it.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn keys(pk: &str, sk: String, expires: DateTime<Utc>) -> Item {
    let mut item = Item::new();
    put(&mut item, "pk", pk.to_owned());
    put(&mut item, "sk", sk);
    item.insert("expires".to_owned(), seconds(expires));
    item
}

pub(super) fn put(item: &mut Item, name: &str, value: String) {
    item.insert(name.to_owned(), AttributeValue::S(value));
}

pub(super) fn seconds(at: DateTime<Utc>) -> AttributeValue {
    AttributeValue::N(at.timestamp().to_string())
}

pub(super) fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub(super) fn parsed(item: &Item, name: &str) -> Option<DateTime<Utc>> {
    text(item, name)?.parse().ok()
}

fn state(word: &str) -> Option<State> {
    [State::Running, State::Stopped]
        .into_iter()
        .find(|state| state.to_string() == word)
}

const PHASES: [(Phase, &str); 4] = [
    (Phase::Ordered, "ordered"),
    (Phase::Reached, "reached"),
    (Phase::Changed, "changed"),
    (Phase::Woken, "woken"),
];

fn phase(word: &str) -> Option<Phase> {
    PHASES
        .into_iter()
        .find(|(_, known)| *known == word)
        .map(|(phase, _)| phase)
}

fn word(phase: Phase) -> String {
    PHASES
        .into_iter()
        .find(|(known, _)| *known == phase)
        .map(|(_, word)| word.to_owned())
        .unwrap_or_default()
}

/// Nothing that is written here can fail to be JSON; an empty text would be left out on reading.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
