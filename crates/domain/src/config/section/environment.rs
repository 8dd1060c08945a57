//! `environments:`, what sleeps and wakes together.

use std::collections::BTreeMap;

use super::{
    super::{
        aws,
        decoder::{Decoder, Field, one_of},
        defaults,
        kinds::{KindName, Kinds},
        ladder::NON_PRODUCTION,
        model::{EnvironmentConfig, ManualChanges, NotProduction},
        node::quote,
    },
    Defined, each_once, named, or_default, reference,
};
use crate::{
    capacity::Capacity,
    fleet::{looks_like_production, protected_name},
    names::{EnvironmentName, Region, RoleArn, ScheduleName},
};

pub(super) const KEYS: &[&str] = &[
    "schedule",
    "protected",
    "regions",
    "roles",
    "external_id",
    "manual_changes",
    "capacity",
    "kinds",
    "snapshot_on_stop",
    "keep_snapshots",
    "wake_for_maintenance",
    "max_capacity",
];

pub(super) const CAPACITY_KEYS: &[&str] = &["min", "desired", "max"];

const MANUAL_CHANGES: &[(&str, ManualChanges)] = &[
    ("respect", ManualChanges::Respect),
    ("revert", ManualChanges::Revert),
];

pub(super) fn read<'n>(
    d: &mut Decoder,
    field: &Field<'n>,
    defined: &Defined<'n>,
    released: &[NotProduction],
) -> Option<BTreeMap<EnvironmentName, EnvironmentConfig>> {
    let all: BTreeMap<EnvironmentName, EnvironmentConfig> = named(d, field, |d, name, field| {
        let environment = environment(d, name, field, defined)?;
        Some(protected_by_name(name, environment, released))
    })?;
    if all.is_empty() && field.node.entries().is_empty() {
        d.report(
            field
                .error_at_name("no environment")
                .expecting("at least one, such as preprod: { schedule: office-hours }"),
        );
        return None;
    }
    one_external_id_a_role(d, field, &all).then_some(all)
}

/// A name that looks like production protects its environment, unless it is released: the
/// schedule stays readable and is not carried out.
fn protected_by_name(
    name: &str,
    environment: EnvironmentConfig,
    released: &[NotProduction],
) -> EnvironmentConfig {
    let looks_like_production = !environment.protected
        && looks_like_production(name)
        && !released.iter().any(|release| release.is(name));
    EnvironmentConfig {
        protected: environment.protected || looks_like_production,
        looks_like_production,
        ..environment
    }
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
    let external_id = or_default(fields.optional("external_id"), |f| {
        external_id(d, f, roles.as_ref()).map(Some)
    });
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
    let max_capacity = or_default(fields.optional("max_capacity"), |f| d.count(f, 1).map(Some));
    fits.then_some(())?;
    Some(EnvironmentConfig {
        schedule: schedule?,
        protected: protected?,
        regions: regions?,
        roles: roles?,
        external_id: external_id?,
        manual_changes: manual_changes?,
        capacity: capacity?,
        kinds: kinds?,
        snapshot_on_stop: snapshot_on_stop?,
        keep_snapshots: keep_snapshots?,
        wake_for_maintenance: wake_for_maintenance?,
        max_capacity: max_capacity?,
        looks_like_production: false,
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
    if protected_name(name) && protected == Some(false) {
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

/// `ExternalId` of `AssumeRole` (AWS Security Token Service API Reference).
fn external_id(d: &mut Decoder, field: &Field<'_>, roles: Option<&Vec<RoleArn>>) -> Option<String> {
    const FORM: &str = "2 to 1224 letters, digits and _+=,.@:/-";
    let text = d.text(field, FORM)?;
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
    if !(2..=1224).contains(&text.len()) || !text.chars().all(is_allowed) {
        d.report(
            field
                .error(format!("{} is no external id", quote(text)))
                .expecting(FORM),
        );
        return None;
    }
    if roles.is_some_and(Vec::is_empty) {
        d.report(
            field
                .error("without roles, there is nobody to send an external id to")
                .expecting("roles beside it"),
        );
        return None;
    }
    Some(text.to_owned())
}

/// A role is assumed once for all environments that name it.
fn one_external_id_a_role(
    d: &mut Decoder,
    field: &Field<'_>,
    all: &BTreeMap<EnvironmentName, EnvironmentConfig>,
) -> bool {
    let mut known: BTreeMap<&RoleArn, (&EnvironmentName, Option<&String>)> = BTreeMap::new();
    for (name, environment) in all.iter().filter(|(_, e)| !e.protected) {
        let id = environment.external_id.as_ref();
        for role in &environment.roles {
            match known.insert(role, (name, id)) {
                Some((other, before)) if before != id => {
                    let both = format!(
                        "{other} and {name} name the role {role} with different external ids"
                    );
                    d.report(
                        field
                            .error_at_name(both)
                            .expecting("the same external_id in both"),
                    );
                    return false;
                }
                _ => {}
            }
        }
    }
    true
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
