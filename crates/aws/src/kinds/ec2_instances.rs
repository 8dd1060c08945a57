//! EC2 instances that stand alone: the development machine, the odd server.
//!
//! They are stopped, not terminated: disks are kept, and go on being billed.
//!
//! Which of them AWS can stop: "Stop and start Amazon EC2 instances", "Behavior of Spot
//! Instance interruptions" and "Stop a Spot Instance" (Amazon EC2 User Guide, read in
//! November 2026). Stop protection (`DisableApiStop`) is not among what `DescribeInstances`
//! tells: AWS itself refuses the order, and that is a reported problem.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{
    ENVIRONMENT_TAG, Facts, Kind, Observed, Resource, StartFailure, Tags, Text, Tier,
};
use nightcap_domain::names::{Region, ResourceArn};

use crate::clients::Clients;
use crate::ec2::{Instance, SpotRequest};
use crate::error::{AwsError, Cause};
use crate::kind::{ResourceKind, Stop};
use crate::look::{Listing, Look};
use crate::pages::Followed;

/// The most Spot requests that are asked about at once.
const REQUESTS: usize = 100;

/// By its tag an instance says what else governs it: `(key, what that is)` in both languages.
const GOVERNED: [(&str, &str, &str); 4] = [
    (
        "aws:autoscaling:groupName",
        "Auto Scaling group",
        "groupe Auto Scaling",
    ),
    ("aws:ec2:fleet-id", "EC2 Fleet", "flotte EC2"),
    ("aws:ec2spot:fleet-request-id", "Spot Fleet", "flotte Spot"),
    (
        "aws:elasticmapreduce:job-flow-id",
        "EMR cluster",
        "cluster EMR",
    ),
];

/// The EC2 instances of one account and region.
#[derive(Debug)]
pub struct Ec2Instances {
    clients: Arc<Clients>,
}

/// Spot requests by their names.
type Requests = HashMap<String, SpotRequest>;

impl Ec2Instances {
    /// What these resources are.
    pub const KIND: Kind = Kind {
        name: "ec2-instance",
        tier: Tier::COMPUTE,
    };

    /// The instances that these clients reach.
    pub fn new(clients: Arc<Clients>) -> Self {
        Self { clients }
    }

    async fn all(&self) -> Result<Listing, AwsError> {
        let ec2 = self.clients.ec2();
        let mut instances = vec![];
        let mut followed = Followed::new("ec2", "DescribeInstances");
        let mut after = None;
        loop {
            let page = ec2
                .describe_instances(ENVIRONMENT_TAG, after.as_deref())
                .await?;
            instances.extend(page.instances);
            after = followed.next(page.next.as_deref())?;
            if after.is_none() {
                break;
            }
        }
        let requests = self.requests(&instances).await;
        let region = Region::new(self.clients.region().unwrap_or_default());
        let resources = instances
            .iter()
            .map(|instance| resource(instance, &requests, &region));
        let resources: Vec<Resource> = resources.collect();
        let unread = match &requests {
            Ok(_) => vec![],
            Err(error) => resources
                .iter()
                .filter(|resource| resource.observed == Observed::Unread)
                .map(|resource| (resource.arn.clone(), error.clone()))
                .collect(),
        };
        Ok(Listing { resources, unread })
    }

    /// What the Spot instances among these were asked for with.
    ///
    /// AWS forgets a request some time after it has ended, while its instance may run on: what
    /// is not known is left alone.
    async fn requests(&self, instances: &[Instance]) -> Result<Requests, AwsError> {
        let ids: Vec<&str> = instances
            .iter()
            .filter(|instance| governed(instance).is_none())
            .map(|instance| instance.spot_request.as_str())
            .filter(|id| !id.is_empty())
            .collect();
        let mut requests = Requests::new();
        for some in ids.chunks(REQUESTS) {
            let found = self.clients.ec2().describe_spot_requests(some).await?;
            requests.extend(
                found
                    .into_iter()
                    .map(|request| (request.id.clone(), request)),
            );
        }
        Ok(requests)
    }
}

impl ResourceKind for Ec2Instances {
    fn kind(&self) -> Kind {
        Self::KIND
    }

    fn list<'a>(&'a self, _look: &'a Look) -> BoxFuture<'a, Result<Listing, AwsError>> {
        Box::pin(self.all())
    }

    fn start<'a>(
        &'a self,
        resource: &'a Resource,
        _capacity: Option<Capacity>,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let id = id(resource, "StartInstances")?;
            self.clients.ec2().start_instance(id).await
        })
    }

    fn stop<'a>(
        &'a self,
        resource: &'a Resource,
        _how: Stop,
    ) -> BoxFuture<'a, Result<(), AwsError>> {
        Box::pin(async move {
            let id = id(resource, "StopInstances")?;
            self.clients.ec2().stop_instance(id).await
        })
    }
}

/// What people call it is not what AWS takes orders for.
fn id<'a>(resource: &'a Resource, operation: &'static str) -> Result<&'a str, AwsError> {
    let id = resource.arn.as_str().rsplit_once('/').map(|(_, id)| id);
    id.ok_or_else(|| AwsError {
        service: "ec2",
        operation,
        cause: Cause::Other,
        message: format!("{} names no instance", resource.arn),
    })
}

fn resource(
    instance: &Instance,
    requests: &Result<Requests, AwsError>,
    region: &Region,
) -> Resource {
    let tags: Tags = instance.tags.iter().map(|(k, v)| (k, v)).collect();
    let name = tags.get("Name").map_or("", str::trim);
    let name = if name.is_empty() { &instance.id } else { name };
    // Eligibility first: nothing that its state says changes that it cannot be stopped.
    let observed = not_stoppable(instance, requests).unwrap_or_else(|| observed(&instance.state));
    Resource {
        arn: arn(instance, region),
        kind: Ec2Instances::KIND,
        name: name.to_owned(),
        region: region.clone(),
        observed,
        size: None,
        maintenance: None,
        restarted_by_aws: false,
        facts: Facts {
            start_failure: start_failure(instance),
            ..Facts::default()
        },
        tags,
    }
}

/// EC2 does not tell the ARN of an instance.
fn arn(instance: &Instance, region: &Region) -> ResourceArn {
    let partition = match region.as_str() {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        r if r.starts_with("us-isob-") => "aws-iso-b",
        r if r.starts_with("us-isof-") => "aws-iso-f",
        r if r.starts_with("us-iso-") => "aws-iso",
        r if r.starts_with("eu-isoe-") => "aws-iso-e",
        r if r.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    };
    ResourceArn::new(format!(
        "arn:{partition}:ec2:{region}:{}:instance/{}",
        instance.owner, instance.id
    ))
}

fn observed(state: &str) -> Observed {
    match state {
        "running" => Observed::Running,
        "stopped" => Observed::Stopped,
        "pending" => Observed::Starting,
        "stopping" => Observed::Stopping,
        // Those on their way out are not asked for; one may have gone there meanwhile.
        _ => Observed::Fixed(Text::fixed(
            "it is being terminated",
            "en cours de résiliation",
        )),
    }
}

/// Why this instance is not for Nightcap to stop, if it is not.
fn not_stoppable(instance: &Instance, requests: &Result<Requests, AwsError>) -> Option<Observed> {
    let fixed = fixed(instance).map(Observed::Fixed);
    match requests {
        _ if fixed.is_some() => fixed,
        Ok(requests) => spot(instance, requests).map(Observed::Fixed),
        // Only those that came from a request need it.
        Err(_) => (instance.lifecycle == "spot").then_some(Observed::Unread),
    }
}

/// Why this instance, Spot or not, is not for Nightcap to stop.
fn fixed(instance: &Instance) -> Option<Text> {
    governed(instance)
        .or_else(|| {
            (instance.root_device == "instance-store").then(|| {
                Text::fixed(
                    "its root disk is an instance store, lost when it stops: AWS can only terminate it",
                    "son disque racine est un instance store, perdu à l'arrêt : AWS ne sait que la résilier",
                )
            })
        })
}

/// Why AWS stopped this instance again after a start that it had accepted, if it did: AWS takes
/// the order and says so only in `stateReason` (`StateReason`, Amazon EC2 API Reference).
fn start_failure(instance: &Instance) -> Option<(StartFailure, String)> {
    if instance.state != "stopped" {
        return None;
    }
    let (code, said) = &instance.state_reason;
    let why = match code.as_str() {
        // As a rule a KMS key: <https://repost.aws/knowledge-center/kms-iam-ec2-permission>.
        "Client.InternalError" => StartFailure::Key,
        "Client.VolumeLimitExceeded" => StartFailure::DiskQuota,
        "Client.InvalidSnapshot.NotFound" => StartFailure::Snapshot,
        "Server.InsufficientInstanceCapacity" => StartFailure::Capacity,
        "Server.InternalError" => StartFailure::Internal,
        _ => return None,
    };
    let said = if said.is_empty() { code } else { said };
    Some((why, said.clone()))
}

/// What else decides whether this instance runs.
fn governed(instance: &Instance) -> Option<Text> {
    if let Some(operator) = &instance.operator {
        return Some(Text::made(
            format!("only {operator} may change it"),
            format!("seul {operator} peut la modifier"),
        ));
    }
    let value = |key: &str| instance.tags.iter().find(|(k, _)| k == key);
    GOVERNED.iter().find_map(|(key, en, fr)| {
        let (_, name) = value(key)?;
        Some(Text::made(
            format!("a machine of {en} {name}: that is what sleeps, or does not"),
            format!("machine du {fr} {name} : c'est lui qui dort, ou non"),
        ))
    })
}

/// Why AWS cannot stop and start this Spot instance as one of the usual kind, if it cannot.
fn spot(instance: &Instance, requests: &Requests) -> Option<Text> {
    if instance.lifecycle != "spot" {
        return None;
    }
    let Some(request) = requests.get(&instance.spot_request) else {
        return Some(Text::fixed(
            "a Spot instance whose request AWS no longer knows: it cannot be stopped",
            "instance Spot dont AWS ne connaît plus la demande : on ne sait pas l'arrêter",
        ));
    };
    if request.kind != "persistent" {
        return Some(Text::fixed(
            "a Spot instance of a one-time request: AWS can only terminate it",
            "instance Spot d'une demande unique : AWS ne sait que la résilier",
        ));
    }
    if !matches!(request.state.as_str(), "active" | "disabled" | "open") {
        let state = &request.state;
        return Some(Text::made(
            format!("a Spot instance whose request is {state}: AWS can only terminate it"),
            format!("instance Spot dont la demande est {state} : AWS ne sait que la résilier"),
        ));
    }
    if let Some(group) = &request.group {
        return Some(Text::made(
            format!("a Spot instance of group {group}: AWS does not stop one of a group"),
            format!("instance Spot du groupe {group} : AWS n'en arrête pas une seule"),
        ));
    }
    (request.interruption != "stop").then(|| {
        let says = &request.interruption;
        Text::made(
            format!("a Spot instance that interruptions {says}: ask for `stop` to let it sleep"),
            format!(
                "instance Spot à l'interruption « {says} » : demandez `stop` pour qu'elle dorme"
            ),
        )
    })
}

#[cfg(test)]
mod tests;
