//! ECS services, on Fargate or on EC2.
//!
//! A service sleeps at a desired count of zero and remembers its capacity in its own tag
//! `nightcap:capacity`, as a group of machines does (`capacity_tag.rs`).
//!
//! A service has one number, so its capacity is `2/2/2`. One under Application Auto Scaling
//! has bounds besides, `0/2/6`, which are left as they are: it sleeps at `0/0/6`, and its
//! policies may wake it.
//!
//! Which of them can sleep: `UpdateService` changes the desired count whatever the deployment
//! controller is (ECS, `CODE_DEPLOY`, `EXTERNAL`), but not that of the DAEMON strategy
//! (Amazon ECS API Reference, `UpdateService`, read in November 2026).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aws_sdk_applicationautoscaling::types::{ScalableDimension, ServiceNamespace};
use aws_sdk_ecs::types::{DeploymentConfiguration, SchedulingStrategy, Service, ServiceField, Tag};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, stream};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{
    CAPACITY_TAG, Facts, Kind, Memory, Observed, Resource, Size, Tags, Text, Tier,
};
use nightcap_domain::names::ResourceArn;

use crate::capacity_tag::{self, Scaled, memory};
use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::kind::{ResourceKind, Stop};
use crate::look::{Companies, Listing, Look};
use crate::tagged::{NOT_DESCRIBED, Tagged};
use crate::{arn, found, pages, tagged};

mod conflicts;

/// The most services that one `DescribeServices` takes.
const SERVICES: usize = 10;

/// The most resources that one `DescribeScalableTargets` takes.
const SCALED: usize = 50;

/// Calls at once while reading.
const AT_ONCE: usize = 8;

/// The ECS services of one account and region.
#[derive(Debug)]
pub struct EcsServices {
    clients: Arc<Clients>,
}

/// The bounds that Application Auto Scaling keeps a service in.
type Bounds = HashMap<String, (u32, u32)>;

impl EcsServices {
    /// What these resources are.
    pub const KIND: Kind = Kind {
        name: "ecs-service",
        tier: Tier::COMPUTE,
    };

    /// The services that these clients reach.
    pub fn new(clients: Arc<Clients>) -> Self {
        Self { clients }
    }

    async fn all(&self, look: &Look) -> Result<Listing, AwsError> {
        // A service of the old form, without its cluster in its ARN, cannot be tagged.
        let tagged = tagged::all(&self.clients, "ecs:service").await?;
        let tagged = tagged.into_iter().filter(|one| place(&one.arn).is_some());
        let (ours, others): (Vec<Tagged>, Vec<Tagged>) =
            tagged.partition(|one| look.describes(Self::KIND, &one.tags));
        let mut clusters: BTreeMap<&str, Vec<&Tagged>> = BTreeMap::new();
        for one in &ours {
            if let Some((cluster, _)) = place(&one.arn) {
                clusters.entry(cluster).or_default().push(one);
            }
        }
        let described = clusters.iter().flat_map(|(cluster, ours)| {
            ours.chunks(SERVICES)
                .map(move |some| self.describe_or_miss(cluster, some))
        });
        let read: Vec<found::Read<'_, Service>> = stream::iter(described.collect::<Vec<_>>())
            .buffered(AT_ONCE)
            .collect::<Vec<_>>()
            .await
            .into_iter()
            .collect::<Result<Vec<_>, AwsError>>()?
            .concat();
        let services = found::of(&read)?;
        let names: Vec<String> = services.iter().filter_map(|one| scaled_name(one)).collect();
        let bounds = self.bounds(&names).await?;
        let services = services.into_iter();
        Ok(found::listing(
            services.filter_map(|service| resource(service, &bounds)),
            found::missed(Self::KIND, &read, name),
            others
                .iter()
                .map(|other| other.undescribed(Self::KIND, name(&other.arn), NOT_DESCRIBED)),
        ))
    }

    /// Services of one cluster. A call fails as a whole where one of them, or the cluster, is not
    /// to be read; then each is asked for alone, so that it costs itself.
    ///
    /// # Errors
    /// What has nothing to do with one service or cluster, so that asking each would not help.
    async fn describe_or_miss<'t>(
        &self,
        cluster: &str,
        some: &[&'t Tagged],
    ) -> Result<Vec<found::Read<'t, Service>>, AwsError> {
        let error = match self.describe(cluster, some).await {
            Ok(services) => return Ok(services.into_iter().map(found::Read::Whole).collect()),
            Err(error) => error,
        };
        match some {
            // The index of tags goes on naming what is deleted, a cluster and all its services
            // too: nothing is left to put to bed.
            _ if error.cause == Cause::Gone => Ok(vec![]),
            _ if !error.is_about_one() => Err(error),
            [one] => Ok(vec![found::Read::Missed(one, error)]),
            _ => {
                let mut read = vec![];
                for one in some {
                    let alone = Box::pin(self.describe_or_miss(cluster, std::slice::from_ref(one)));
                    read.extend(alone.await?);
                }
                Ok(read)
            }
        }
    }

    async fn describe(&self, cluster: &str, some: &[&Tagged]) -> Result<Vec<Service>, AwsError> {
        let arns = some.iter().map(|one| one.arn.clone()).collect();
        let answer = self
            .clients
            .ecs()
            .describe_services()
            .cluster(cluster)
            .set_services(Some(arns))
            .include(ServiceField::Tags)
            .send()
            .await
            .map_err(|error| AwsError::from_sdk("ecs", "DescribeServices", &error))?;
        // What is missing has been deleted since it was tagged: nothing is left to put to bed.
        Ok(answer.services.unwrap_or_default())
    }

    async fn bounds(&self, names: &[String]) -> Result<Bounds, AwsError> {
        let mut bounds = Bounds::new();
        for some in names.chunks(SCALED) {
            let targets = self
                .clients
                .applicationautoscaling()
                .describe_scalable_targets()
                .service_namespace(ServiceNamespace::Ecs)
                .scalable_dimension(ScalableDimension::EcsServiceDesiredCount)
                .set_resource_ids(Some(some.to_vec()))
                .into_paginator()
                .send();
            let call = ("application-autoscaling", "DescribeScalableTargets");
            let pages = pages::of(call, targets, aws_sdk_applicationautoscaling::operation::describe_scalable_targets::DescribeScalableTargetsOutput::next_token).await?;
            let targets = pages.into_iter().filter_map(|page| page.scalable_targets);
            for target in targets.flatten() {
                let count = |number: i32| u32::try_from(number).unwrap_or_default();
                let within = (count(target.min_capacity), count(target.max_capacity));
                bounds.insert(target.resource_id, within);
            }
        }
        Ok(bounds)
    }
}

impl Scaled for EcsServices {
    const SET: (&'static str, &'static str) = ("ecs", "UpdateService");

    fn asleep(now: Capacity) -> Capacity {
        capacity_tag::with_room(now)
    }

    fn set<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let (cluster, service) = placed(resource)?;
            self.clients
                .ecs()
                .update_service()
                .cluster(cluster)
                .service(service)
                .desired_count(tagged::number("ecs", "UpdateService", capacity.desired())?)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("ecs", "UpdateService", &error))
        })
    }

    fn remember<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let tag = Tag::builder().key(CAPACITY_TAG).value(capacity.to_string());
            self.clients
                .ecs()
                .tag_resource()
                .resource_arn(resource.arn.as_str())
                .tags(tag.build())
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("ecs", "TagResource", &error))
        })
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            self.clients
                .ecs()
                .untag_resource()
                .resource_arn(resource.arn.as_str())
                .tag_keys(CAPACITY_TAG)
                .send()
                .await
                .map(drop)
                .map_err(|error| AwsError::from_sdk("ecs", "UntagResource", &error))
        })
    }
}

impl ResourceKind for EcsServices {
    fn kind(&self) -> Kind {
        Self::KIND
    }

    fn list<'a>(&'a self, look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.all(look))
    }

    /// The cluster: who tags it as production means the services that run in it.
    fn members<'a>(&'a self, resources: &'a [&'a Resource]) -> Companies<'a> {
        Box::pin(tagged::clusters(&self.clients, resources, cluster_arn))
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(capacity_tag::start(self, resource, capacity))
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move { capacity_tag::stop(self, resource, &how).await })
    }

    fn conflicts<'a>(
        &'a self,
        resources: &'a [&'a Resource],
    ) -> BoxFuture<'a, Result<Vec<(String, Text)>, AwsError>> {
        Box::pin(conflicts::scheduled(&self.clients, resources))
    }

    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>> {
        Scaled::forget(self, resource)
    }
}

/// The cluster and the name in a service's ARN.
fn place(arn: &str) -> Option<(&str, &str)> {
    match tagged::path(arn, "service").as_slice() {
        [cluster, service] => Some((cluster, service)),
        _ => None,
    }
}

/// What people call the service of this ARN: a name is one service in each cluster.
fn name(arn: &str) -> String {
    place(arn).map_or_else(
        || arn.to_owned(),
        |(cluster, service)| format!("{cluster}/{service}"),
    )
}

/// The ARN of the cluster of the service of this ARN.
fn cluster_arn(arn: &str) -> Option<String> {
    let (cluster, _) = place(arn)?;
    let (before, _) = arn.split_once(":service/")?;
    Some(format!("{before}:cluster/{cluster}"))
}

fn placed(resource: &Resource) -> Result<(&str, &str), AwsError> {
    place(resource.arn.as_str()).ok_or_else(|| AwsError {
        service: "ecs",
        operation: "UpdateService",
        cause: Cause::Other,
        message: format!("{} names no cluster", resource.arn),
    })
}

/// How Application Auto Scaling calls a service: `service/shop/web`.
fn scaled_name(service: &Service) -> Option<String> {
    let (cluster, service) = place(service.service_arn()?)?;
    Some(format!("service/{cluster}/{service}"))
}

/// The service that AWS describes, unless it is gone.
fn resource(service: &Service, bounds: &Bounds) -> Option<Resource> {
    // AWS goes on describing a deleted service for a while.
    if service.status() == Some("INACTIVE") {
        return None;
    }
    let arn = service.service_arn()?;
    place(arn)?;
    let tags: Tags = service
        .tags()
        .iter()
        .filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
        .collect();
    let bounds = scaled_name(service).and_then(|name| bounds.get(&name).copied());
    let size = size(service, bounds, memory(&tags));
    let observed = not_stoppable(service, bounds).map_or_else(
        || observed(service, &size, bounds.is_some()),
        Observed::Fixed,
    );
    Some(Resource {
        arn: ResourceArn::new(arn),
        kind: EcsServices::KIND,
        name: name(arn),
        region: arn::region(arn),
        tags,
        observed,
        size: Some(size),
        maintenance: None,
        restarted_by_aws: false,
        facts: Facts::default(),
    })
}

fn size(service: &Service, bounds: Option<(u32, u32)>, memory: Memory) -> Size {
    let count = |number: i32| u32::try_from(number).unwrap_or_default();
    let desired = count(service.desired_count());
    let (min, max) = bounds.unwrap_or((desired, desired));
    // The bounds are its policies': a person may set a count outside of them.
    let now = Capacity::new(min.min(desired), desired, max.max(desired)).unwrap_or(Capacity::ZERO);
    Size {
        now,
        machines: count(service.running_count()).saturating_add(count(service.pending_count())),
        memory,
    }
}

/// Why this service cannot sleep, if it cannot.
fn not_stoppable(service: &Service, bounds: Option<(u32, u32)>) -> Option<Text> {
    if service.status() == Some("DRAINING") {
        return Some(Text::fixed(
            "it is being deleted",
            "en cours de suppression",
        ));
    }
    if service.scheduling_strategy() == Some(&SchedulingStrategy::Daemon) {
        return Some(Text::fixed(
            "a DAEMON service runs a task on every machine of its cluster: it sleeps with them",
            "un service DAEMON a une tâche sur chaque machine de son cluster : il dort avec elles",
        ));
    }
    match bounds {
        Some((min, _)) if min > 0 => Some(Text::made(
            format!(
                "Application Auto Scaling keeps at least {min} of its tasks: set that minimum to 0 to let it sleep"
            ),
            format!(
                "Application Auto Scaling lui garde au moins {min} tâche(s) : mettez ce minimum à 0 pour qu'il dorme"
            ),
        )),
        _ => None,
    }
}

/// What a service of this size is doing.
///
/// One that asks for no task is asleep, unless its own scaling has brought it there: it is
/// under Application Auto Scaling, and remembers nothing.
fn observed(service: &Service, size: &Size, scales_itself: bool) -> Observed {
    if size.now.desired() == 0 {
        return match (scales_itself && size.memory == Memory::None, size.machines) {
            (true, _) => Observed::Running,
            (false, 0) => Observed::Stopped,
            (false, _) => Observed::Stopping,
        };
    }
    let running = u32::try_from(service.running_count()).unwrap_or_default();
    if running >= enough(service, size.now.desired()) {
        Observed::Running
    } else {
        Observed::Starting
    }
}

/// How many of its tasks its owner calls enough: the least that ECS itself keeps up while it
/// deploys, and at least one.
fn enough(service: &Service, desired: u32) -> u32 {
    let percent = service
        .deployment_configuration()
        .and_then(DeploymentConfiguration::minimum_healthy_percent)
        .and_then(|percent| u32::try_from(percent).ok())
        .unwrap_or(100)
        .min(100);
    desired.saturating_mul(percent).div_ceil(100).max(1)
}

#[cfg(test)]
mod tests;
