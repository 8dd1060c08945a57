//! Entries of the ledger as items of its table.
//!
//! | `pk` | `sk` | what | |
//! |---|---|---|---|
//! | `state` | `carried#REGION#ACCOUNT#ARN` | the last transition on a resource | read by every tick that is about that place |
//! | `state` | `hold#ID` | a hold | read by every tick |
//! | `state` | `told#KEY @ TARGET` | a problem told by mail; with `over` instead of `at`, one that is over | read by every tick |
//! | `state` | `mail#INSTANT ID` | a mail that is claimed and not known to have been sent: the outbox | read by every tick |
//! | `state` | `life#guard` | the budget guard's sign of life | read by every tick |
//! | `held` | `MADE ID` | a hold, kept when it is over | read by reports |
//! | `history#ARN` or `history#ENVIRONMENT` | `INSTANT ACTION TICK` | what was done | read by people |
//!
//! Every item has `expires`, in seconds since 1970, by which DynamoDB removes it, and `format`,
//! the number of the form it has. An item without one is of version 0.1.0, whose form is 1. A
//! higher one is not read: what the item is about is left alone. That version ignores `format`
//! and every attribute that it does not know, so what is added here must not change what its
//! attributes mean.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use nightcap_domain::hold::{Hold, Scope};
use nightcap_domain::ledger::{
    Carried, History, Ledger, Mark, Order, Outgoing, Phase, Unread, Unreadable, Write,
};
use nightcap_domain::names::ResourceArn;
use nightcap_domain::text::clean;
use nightcap_domain::time::State;
use serde::Serialize;

use nightcap_reconcile::ledger::Home;

use super::beat;

/// What DynamoDB keeps: a row of a table.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The partition that every tick reads.
pub(super) const STATE: &str = "state";

/// The partition of all holds there ever were.
pub(super) const HELD: &str = "held";

const CARRIED: &str = "carried#";
/// Everything but what was carried out sorts from here on.
pub(super) const HOLD: &str = "hold#";
const MAIL: &str = "mail#";
const TOLD: &str = "told#";

/// The form of the items that this version writes, and the highest that it reads.
const FORMAT: u64 = 1;

/// How long history is kept; what nothing has touched for so long is forgotten, too.
const KEPT: TimeDelta = TimeDelta::days(400);

/// Longer texts than this are no reason and no name: an older version may have kept one.
const LONGEST_TEXT: usize = 200;

/// How long a hold that has ended stays: a tick knows by it that what the schedule asks for
/// now is expected.
const HOLD_KEPT: TimeDelta = TimeDelta::days(1);

/// How long the ledger remembers that something is over.
const OVER_KEPT: TimeDelta = TimeDelta::days(1);

/// How long a mail that cannot be sent stays in the outbox: older news is none.
const MAIL_KEPT: TimeDelta = TimeDelta::days(7);

/// An item has at most 400 KB: a longer mail is cut in the outbox.
const LONGEST_BODY: usize = 200_000;

/// The item of an entry, and who wrote it.
pub(super) fn carried(write: &Write, nonce: &str) -> Item {
    let Write {
        resource,
        carried,
        mark,
        ..
    } = write;
    let mut item = keys(STATE, carried_key(resource), after(mark.at, KEPT));
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
    let (region, account) = resource
        .parts()
        .map_or(("", ""), |arn| (arn.region, arn.account));
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
    let mut item = keys(
        STATE,
        format!("{HOLD}{}", hold.id),
        after(hold.until, HOLD_KEPT),
    );
    // On its own for the condition; RFC 3339 in whole seconds of UTC sorts as time does.
    put(&mut item, "until", instant(hold.until));
    put(&mut item, "hold", json(hold));
    item
}

/// The item of a hold that stays when the hold is over.
pub(super) fn held(hold: &Hold) -> Item {
    // One that is asked for again when it is over has its id and is another.
    let sk = format!("{} {}", instant(hold.made_at), hold.id);
    let mut item = keys(HELD, sk, after(hold.until, KEPT));
    put(&mut item, "hold", json(hold));
    item
}

/// The item of a problem told.
pub(super) fn told(key: &str, now: DateTime<Utc>) -> Item {
    let mut item = keys(STATE, format!("{TOLD}{key}"), after(now, KEPT));
    put(&mut item, "at", instant(now));
    item
}

/// The item of a problem that is over. It has no `at`: to every version it is not told.
pub(super) fn over(key: &str, now: DateTime<Utc>) -> Item {
    let mut item = keys(STATE, format!("{TOLD}{key}"), after(now, OVER_KEPT));
    put(&mut item, "over", instant(now));
    item
}

/// The item of a mail in the outbox.
pub(super) fn mail(mail: &Outgoing, nonce: &str) -> Item {
    let mut item = mail_key(&mail.id);
    item.insert("expires".to_owned(), seconds(after(mail.at, MAIL_KEPT)));
    item.insert("format".to_owned(), format_number());
    put(&mut item, "at", instant(mail.at));
    put(&mut item, "lease", instant(mail.lease));
    put(&mut item, "nonce", nonce.to_owned());
    put(&mut item, "subject", mail.subject.clone());
    let mut body = mail.body.as_str();
    while body.len() > LONGEST_BODY {
        body = body.split_at(body.floor_char_boundary(LONGEST_BODY)).0;
    }
    put(&mut item, "body", body.to_owned());
    item
}

/// The key of that item.
pub(super) fn mail_key(id: &str) -> Item {
    let mut item = Item::new();
    put(&mut item, "pk", STATE.to_owned());
    put(&mut item, "sk", format!("{MAIL}{id}"));
    item
}

fn take_mail(ledger: &mut Ledger, id: &str, item: &Item) -> Option<()> {
    ledger.outbox.push(Outgoing {
        id: id.to_owned(),
        at: parsed(item, "at")?,
        lease: parsed(item, "lease")?,
        subject: text(item, "subject")?.to_owned(),
        body: text(item, "body")?.to_owned(),
    });
    Some(())
}

/// The item of a row of history.
pub(super) fn history(row: &History) -> Item {
    let at = instant(row.at);
    let mut item = keys(
        &format!("history#{}", row.about),
        format!("{at} {} {}", row.action, row.tick),
        after(row.at, KEPT),
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
/// One that cannot be read costs what it is about, and nothing else: what a hold or a later
/// version may have meant is left alone, and an entry that is damaged is replaced by the next
/// tick that acts.
pub(super) fn take(ledger: &mut Ledger, item: &Item, now: DateTime<Utc>) {
    let key = text(item, "sk").unwrap_or_default();
    let newer = newer(item);
    let taken = if let Some(place) = key.strip_prefix(CARRIED) {
        let arn = place.splitn(3, '#').nth(2).map(ResourceArn::new);
        match (arn, newer) {
            (Some(arn), Some(format)) => {
                let scope = Some(Scope::Resource(arn));
                leave_alone(ledger, key, scope, Unreadable::Newer { format });
                None
            }
            (arn, _) => arn.and_then(|arn| take_carried(ledger, arn, item)),
        }
    } else if key.starts_with(HOLD) {
        take_hold(ledger, key, item, newer, now)
    } else if key == beat::BEAT {
        beat::read(item).map(|beat| ledger.guard = Some(beat))
    } else if let Some(id) = key.strip_prefix(MAIL) {
        take_mail(ledger, id, item)
    } else if let Some(problem) = key.strip_prefix(TOLD) {
        if !item.contains_key("over") {
            // It was told, whenever that was.
            let at = parsed(item, "at").unwrap_or(DateTime::UNIX_EPOCH);
            if item.contains_key("at") {
                ledger.told.insert(problem.to_owned(), at);
            }
        }
        Some(())
    } else {
        None
    };
    if taken.is_none() {
        tracing::warn!(key, "an item of the ledger could not be read");
    }
}

/// The format of an item of a later version.
fn newer(item: &Item) -> Option<String> {
    match item.get("format")? {
        AttributeValue::N(number) => match number.parse::<u64>() {
            Ok(format) if format <= FORMAT => None,
            _ => Some(number.chars().take(40).collect()),
        },
        _ => Some("unknown".to_owned()),
    }
}

fn leave_alone(ledger: &mut Ledger, key: &str, scope: Option<Scope>, why: Unreadable) {
    ledger.unread.push(Unread {
        key: clean(key, 300),
        scope,
        why,
    });
}

fn take_carried(ledger: &mut Ledger, arn: ResourceArn, item: &Item) -> Option<()> {
    let (version, odd_version) = version(item.get("version")?);
    let at = parsed(item, "at").unwrap_or_default();
    let order = text(item, "order")
        .and_then(|order| serde_json::from_str(order).ok())
        .filter(|order: &Order| in_calendar(order.at) && order.first.is_none_or(in_calendar));
    let odd = odd_version.is_some();
    let mark = Mark {
        version,
        odd_version,
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
    (!odd).then_some(())
}

/// A version, or zero and what stands there instead.
fn version(value: &AttributeValue) -> (u64, Option<String>) {
    let odd = match value {
        AttributeValue::N(number) => match number.parse() {
            // One that cannot be counted up is none.
            Ok(version) if version < u64::MAX => return (version, None),
            _ => format!("{NUMBER}{number}"),
        },
        AttributeValue::S(text) => format!("{TEXT}{text}"),
        AttributeValue::B(_) => "B".to_owned(),
        AttributeValue::Bool(_) => "BOOL".to_owned(),
        AttributeValue::Null(_) => "NULL".to_owned(),
        AttributeValue::M(_) => "M".to_owned(),
        AttributeValue::L(_) => "L".to_owned(),
        AttributeValue::Ss(_) => "SS".to_owned(),
        AttributeValue::Ns(_) => "NS".to_owned(),
        _ => "BS".to_owned(),
    };
    (0, Some(odd))
}

const NUMBER: &str = "N:";
const TEXT: &str = "S:";

/// The value that [`version`] told of; `None` where it told the type alone.
pub(super) fn odd_value(odd: &str) -> Option<AttributeValue> {
    if let Some(number) = odd.strip_prefix(NUMBER) {
        return Some(AttributeValue::N(number.to_owned()));
    }
    let text = odd.strip_prefix(TEXT)?;
    Some(AttributeValue::S(text.to_owned()))
}

fn take_hold(
    ledger: &mut Ledger,
    key: &str,
    item: &Item,
    newer: Option<String>,
    now: DateTime<Utc>,
) -> Option<()> {
    let why = match (newer, read_hold(item)) {
        (Some(format), _) => Unreadable::Newer { format },
        (None, None) => Unreadable::Damaged,
        (None, Some(hold)) => {
            if now < after(hold.until, HOLD_KEPT) {
                ledger.holds.push(hold);
            }
            return Some(());
        }
    };
    // Its end stands beside it, too. One that has none holds until somebody removes it.
    if parsed(item, "until").is_some_and(|until| until <= now) {
        return None;
    }
    leave_alone(ledger, key, scope_of(item), why);
    None
}

/// What a hold is about, read from what is left of it.
fn scope_of(item: &Item) -> Option<Scope> {
    let hold: serde_json::Value = serde_json::from_str(text(item, "hold")?).ok()?;
    serde_json::from_value(hold.get("scope")?.clone()).ok()
}

pub(super) fn read_hold(item: &Item) -> Option<Hold> {
    let hold: Hold = serde_json::from_str(text(item, "hold")?).ok()?;
    let dates = [hold.from, hold.until, hold.made_at];
    dates.into_iter().all(in_calendar).then(|| Hold {
        by: clean(&hold.by, LONGEST_TEXT),
        reason: clean(&hold.reason, LONGEST_TEXT),
        ..hold
    })
}

/// Whether an instant is one that can be counted with: far from both ends of what chrono has.
fn in_calendar(at: DateTime<Utc>) -> bool {
    (1970..=9999).contains(&at.year())
}

/// So long after an instant, as far as there is a calendar.
fn after(at: DateTime<Utc>, time: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(time).unwrap_or(at)
}

fn format_number() -> AttributeValue {
    AttributeValue::N(FORMAT.to_string())
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
    item.insert("format".to_owned(), format_number());
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
    let at = text(item, name)?.parse().ok()?;
    in_calendar(at).then_some(at)
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
