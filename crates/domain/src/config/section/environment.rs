//! `environments:`, what sleeps and wakes together.

use std::collections::BTreeMap;

use super::{
    super::{
        aws,
        decoder::{Decoder, Field, one_of},
        defaults,
        kinds::{KindName, Kinds},
        ladder::NON_PRODUCTION,
        model::{EnvironmentConfig, ManualChanges},
        node::quote,
    },
    Defined, each_once, named, or_default, reference,
};
use crate::{
    capacity::Capacity,
    names::{EnvironmentName, Region, RoleArn, ScheduleName},
};

pub(super) const KEYS: &[&str] = &[
    "schedule",
    "protected",
    "regions",
    "roles",
    "manual_changes",
    "capacity",
    "kinds",
    "snapshot_on_stop",
    "keep_snapshots",
    "wake_for_maintenance",
];

pub(super) const CAPACITY_KEYS: &[&str] = &["min", "desired", "max"];

const MANUAL_CHANGES: &[(&str, ManualChanges)] = &[
    ("respect", ManualChanges::Respect),
    ("revert", ManualChanges::Revert),
];

/// What a resource tagged so is: never acted on, whatever a configuration says.
const PRODUCTION: [&str; 3] = ["prod", "production", "live"];

pub(super) fn read<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    defined: &Defined<'n>,
) -> Option<BTreeMap<EnvironmentName, EnvironmentConfig>> {
    let all: BTreeMap<EnvironmentName, EnvironmentConfig> = named(d, field, |d, name, field| {
        environment(d, name, field, defined)
    })?;
    if all.is_empty() && field.node.entries().is_empty() {
        d.report(
            field
                .error_at_name("no environment")
                .expecting("at least one, such as preprod: { schedule: office-hours }"),
        );
        return None;
    }
    Some(all)
}

fn environment<'n>(
    d: &mut Decoder,
    name: &str,
    field: &Field<'n>,
    defined: &Defined<'n>,
) -> Option<EnvironmentConfig> {
    let mut fields = d.mapping(field, KEYS)?;
    let schedule_field = fields.optional("schedule");
    let protected_field = fields.optional("protected");
    let protected = or_default(protected_field.clone(), |f| d.boolean(f));
    let fits = name_fits(d, name, field, protected_field.as_ref(), protected)
        && schedule_fits(d, field, schedule_field.as_ref(), protected);
    let schedule = or_default(schedule_field, |f| {
        reference(d, f, "schedule", &defined.schedules).map(|name| Some(ScheduleName::from(name)))
    });
    let regions = or_default(fields.optional("regions"), |f| each_once(d, f, region));
    let roles = or_default(fields.optional("roles"), |f| each_once(d, f, role));
    let manual_changes = or_default(fields.optional("manual_changes"), |f| {
        d.choice(f, MANUAL_CHANGES)
    });
    let capacity = or_default(fields.optional("capacity"), |f| capacity(d, f).map(Some));
    let kinds = or_default(fields.optional("kinds"), |f| kinds(d, f));
    let snapshot_on_stop = or_default(fields.optional("snapshot_on_stop"), |f| d.boolean(f));
    let keep_snapshots = match fields.optional("keep_snapshots") {
        Some(field) => d.count(&field, 1),
        None => Some(defaults::keep_snapshots()),
    };
    let wake_for_maintenance =
        or_default(fields.optional("wake_for_maintenance"), |f| d.boolean(f));
    fits.then_some(())?;
    Some(EnvironmentConfig {
        schedule: schedule?,
        protected: protected?,
        regions: regions?,
        roles: roles?,
        manual_changes: manual_changes?,
        capacity: capacity?,
        kinds: kinds?,
        snapshot_on_stop: snapshot_on_stop?,
        keep_snapshots: keep_snapshots?,
        wake_for_maintenance: wake_for_maintenance?,
    })
}

/// A name that says production asks for protection; a word of the ladder is no name.
fn name_fits(
    d: &mut Decoder,
    name: &str,
    field: &Field<'_>,
    protected_field: Option<&Field<'_>>,
    protected: Option<bool>,
) -> bool {
    let says_production = PRODUCTION
        .iter()
        .any(|production| production.eq_ignore_ascii_case(name));
    if says_production && protected == Some(false) {
        d.report(
            protected_field
                .map_or_else(|| field.error_at_name(""), |field| field.error(""))
                .saying(format!("what is called {} is never acted on", quote(name)))
                .expecting("protected: true"),
        );
        return false;
    }
    if name == NON_PRODUCTION {
        d.report(
            field
                .error_at_name(format!(
                    "{} cannot be the name of an environment",
                    quote(name)
                ))
                .expecting("another name: in the ladder it means every unprotected environment"),
        );
        return false;
    }
    true
}

/// Scheduled or protected: one of them, never both.
fn schedule_fits(
    d: &mut Decoder,
    field: &Field<'_>,
    schedule: Option<&Field<'_>>,
    protected: Option<bool>,
) -> bool {
    let error = match (schedule, protected) {
        (Some(schedule), Some(true)) => schedule
            .error("a protected environment has no schedule")
            .expecting("schedule or protected: true, not both"),
        (None, Some(false)) => field
            .error_at_name("neither scheduled nor protected")
            .expecting("schedule: <name>, or protected: true"),
        _ => return true,
    };
    d.report(error);
    false
}

fn region(d: &mut Decoder, field: &Field<'_>) -> Option<Region> {
    let text = d.text(field, "a region such as eu-west-3")?;
    if aws::is_plausible_region(text) {
        return Some(Region::from(text));
    }
    let error = field
        .error(format!("{} is no region", quote(text)))
        .expecting("a region such as eu-west-3")
        .meaning(d.nearest(text, aws::REGIONS.iter().copied()));
    d.report(error);
    None
}

fn role(d: &mut Decoder, field: &Field<'_>) -> Option<RoleArn> {
    const FORM: &str = "arn:aws:iam::<12 digits>:role/<name>";
    let text = d.text(field, FORM)?;
    match aws::check_role_arn(text) {
        Ok(()) => Some(RoleArn::from(text)),
        Err((offset, message)) => {
            d.report(field.error_at(offset, message).expecting(FORM));
            None
        }
    }
}

fn kinds(d: &mut Decoder, field: &Field<'_>) -> Option<Kinds> {
    let kinds = each_once(d, field, kind)?;
    if kinds.is_empty() {
        d.report(
            field
                .error("no kind of resource, so that nothing would ever be done")
                .expecting("at least one, such as ec2-instance; left out, it is the usual three"),
        );
        return None;
    }
    Some(Kinds::new(kinds))
}

/// A kind by its name; the service's name alone is answered with the kind of it.
fn kind(d: &mut Decoder, field: &Field<'_>) -> Option<KindName> {
    const SHORT: &[(&str, &str)] = &[
        ("asg", "auto-scaling-group"),
        ("aurora", "aurora-cluster"),
        ("autoscaling", "auto-scaling-group"),
        ("ec2", "ec2-instance"),
        ("ecs", "ecs-service"),
        ("eks", "eks-node-group"),
        ("rds", "rds-instance"),
    ];
    let written = field.node.as_text().map(str::to_ascii_lowercase);
    let meant = SHORT
        .iter()
        .find(|(short, _)| Some(*short) == written.as_deref());
    let Some((_, name)) = meant else {
        return d.choice(field, &KindName::ALL);
    };
    let names: Vec<&str> = KindName::ALL.iter().map(|(name, _)| *name).collect();
    d.report(
        field
            .error(format!("found {}", field.node.described()))
            .expecting(one_of(&names))
            .meaning(Some((*name).to_owned())),
    );
    None
}

fn capacity(d: &mut Decoder, field: &Field<'_>) -> Option<Capacity> {
    let mut fields = d.mapping(field, CAPACITY_KEYS)?;
    let [min, desired, max] = ["min", "desired", "max"]
        .map(|key| fields.required(d, key).and_then(|field| d.count(&field, 0)));
    Capacity::remembered(min?, desired?, max?)
        .map_err(|error| d.report(field.error(error.to_string())))
        .ok()
}
