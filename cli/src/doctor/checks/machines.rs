//! Machines: what keeps groups, instances, services and node groups from sleeping or waking.

use chrono::DateTime;
use nightcap_aws::error::AwsError;
use nightcap_aws::probe::{Question, Service, tree};
use serde_json::{Value, json};

use super::fleet::Governed;
use super::functions::number;
use crate::doctor::{Doctor, Machines, Place};

const CHECK: &str = "machines";

/// How many activities are looked at: the last launch is among them.
const ACTIVITIES: &str = "20";

/// How long a machine may wait in a lifecycle hook: what has to be done there is done by then.
const HOOK_MINUTES: i64 = 15;

/// What AWS says of a launch or start that failed, in the words that tell why.
pub(crate) const FAILURES: [&str; 19] = [
    "Client.InternalError",
    "Client.VolumeLimitExceeded",
    "Client.InvalidSnapshot.NotFound",
    "Server.InternalError",
    "Server.InsufficientInstanceCapacity",
    "InsufficientInstanceCapacity",
    "InsufficientHostCapacity",
    "InsufficientFreeAddressesInSubnet",
    "do not have sufficient",
    "MaxSpotInstanceCountExceeded",
    "InstanceLimitExceeded",
    "VcpuLimitExceeded",
    "InvalidKMSKey",
    "Lifecycle hook",
    "Lifecycle Action",
    "UnauthorizedOperation",
    "unable to place a task",
    "unable to consistently start",
    "Capacity is unavailable",
];

impl Doctor<'_> {
    /// Looks at the governed machines of a target.
    pub(super) async fn machines(&mut self, place: &Place, governed: &[Governed]) {
        let of = |kind: &str| -> Vec<&Governed> {
            governed
                .iter()
                .filter(|one| one.resource.kind.name == kind)
                .collect()
        };
        let (groups, instances) = (of("auto-scaling-group"), of("ec2-instance"));
        let (services, nodes) = (of("ecs-service"), of("eks-node-group"));
        let count = groups.len() + instances.len() + services.len() + nodes.len();
        if count == 0 {
            return;
        }
        let before = self.rows.len();
        let looked = [
            self.groups(place, &groups).await,
            self.instances(place, &instances).await,
            self.services(place, &services).await,
            self.node_groups(place, &nodes).await,
        ];
        for error in looked.into_iter().filter_map(Result::err) {
            self.unread(CHECK, place.name(), &error);
        }
        if self.rows.len() == before {
            self.row(CHECK, place.name(), Machines::Correct { count });
        }
    }

    async fn groups(&mut self, place: &Place, groups: &[&Governed]) -> Result<(), AwsError> {
        if groups.is_empty() {
            return Ok(());
        }
        let asked = Question::form(Service::AutoScaling, "DescribeAutoScalingGroups", &[]);
        let pages = place.probe.ask_all(asked, "NextToken", "NextToken").await?;
        let described = pages
            .iter()
            .flat_map(|page| tree::items(page, "AutoScalingGroups"));
        for group in described {
            let arn = tree::text(group, "AutoScalingGroupARN");
            if let Some(one) = groups.iter().find(|one| one.resource.arn.as_str() == arn) {
                self.group(&one.resource.name, group);
            }
        }
        let wanted = [("PolicyTypes.member.1", "PredictiveScaling")];
        let asked = Question::form(Service::AutoScaling, "DescribePolicies", &wanted);
        let pages = place.probe.ask_all(asked, "NextToken", "NextToken").await?;
        for policy in pages
            .iter()
            .flat_map(|page| tree::items(page, "ScalingPolicies"))
        {
            let name = tree::text(policy, "AutoScalingGroupName");
            let path = [
                "PredictiveScalingConfiguration",
                "MaxCapacityBreachBehavior",
            ];
            let raises = tree::at(policy, &path) == "IncreaseMaxCapacity";
            if raises && groups.iter().any(|one| one.resource.name == name) {
                let policy = tree::text(policy, "PolicyName").to_owned();
                self.row(
                    CHECK,
                    name,
                    Machines::PredictiveScalingRaisesMaximum { policy },
                );
            }
        }
        for one in groups {
            self.activities(place, &one.resource.name).await?;
        }
        Ok(())
    }

    fn group(&mut self, name: &str, group: &Value) {
        let spread = group
            .get("MixedInstancesPolicy")
            .and_then(|policy| policy.get("InstancesDistribution"));
        if let Some(spread) = spread.filter(|spread| spread.is_object()) {
            let base = number(spread, "OnDemandBaseCapacity");
            // Left out it is 100 (Auto Scaling, InstancesDistribution).
            let share =
                tree::number(spread, "OnDemandPercentageAboveBaseCapacity").unwrap_or(100.0);
            if base == 0 && share <= 0.0 {
                self.row(CHECK, name, Machines::AllSpot);
            }
        }
    }

    /// What became of the last launch: it failed, or waits in a lifecycle hook.
    async fn activities(&mut self, place: &Place, name: &str) -> Result<(), AwsError> {
        let wanted = [("AutoScalingGroupName", name), ("MaxRecords", ACTIVITIES)];
        let asked = Question::form(Service::AutoScaling, "DescribeScalingActivities", &wanted);
        let answer = place.probe.ask(asked).await?;
        // The newest comes first; that something was terminated since says nothing of launches.
        let activities = tree::items(&answer, "Activities").into_iter();
        let launches =
            activities.filter(|one| tree::text(one, "Description").contains("Launching"));
        for launch in launches {
            let said = reason(tree::text(launch, "StatusMessage"));
            let failed = match tree::text(launch, "StatusCode") {
                "Failed" => Some(said.unwrap_or("Failed")),
                // So is one that a new size overtook: only a cause makes it a failure.
                "Cancelled" => said,
                "MidLifecycleAction" => {
                    let since = DateTime::parse_from_rfc3339(tree::text(launch, "StartTime"));
                    let minutes =
                        since.map_or(0, |since| (self.now - since.to_utc()).num_minutes());
                    if minutes >= HOOK_MINUTES {
                        self.row(CHECK, name, Machines::LaunchHookWaits { minutes });
                        return Ok(());
                    }
                    continue;
                }
                "Successful" => None,
                _ => continue,
            };
            if let Some(reason) = failed {
                let reason = reason.to_owned();
                self.row(CHECK, name, Machines::LaunchFailed { reason });
            }
            return Ok(());
        }
        Ok(())
    }

    async fn instances(&mut self, place: &Place, instances: &[&Governed]) -> Result<(), AwsError> {
        if instances.is_empty() {
            return Ok(());
        }
        let mut volumes: Vec<(String, String)> = vec![];
        let tagged = [
            ("Filter.1.Name", "tag-key"),
            ("Filter.1.Value.1", "nightcap:environment"),
        ];
        let asked = Question::form(Service::Ec2, "DescribeInstances", &tagged);
        let pages = place.probe.ask_all(asked, "nextToken", "NextToken").await?;
        for reservation in pages
            .iter()
            .flat_map(|page| tree::items(page, "reservationSet"))
        {
            for instance in tree::items(reservation, "instancesSet") {
                let id = tree::text(instance, "instanceId");
                let Some(one) = instances
                    .iter()
                    .find(|one| one.resource.arn.as_str().ends_with(&format!("/{id}")))
                else {
                    continue;
                };
                let name = one.resource.name.clone();
                let state = tree::at(instance, &["instanceState", "name"]);
                let code = tree::at(instance, &["stateReason", "code"]);
                if state == "stopped"
                    && let Some(reason) = reason(code)
                {
                    self.row(
                        CHECK,
                        &name,
                        Machines::StartFailed {
                            reason: reason.to_owned(),
                        },
                    );
                }
                for device in tree::items(instance, "blockDeviceMapping") {
                    let volume = tree::at(device, &["ebs", "volumeId"]);
                    volumes.push((volume.to_owned(), name.clone()));
                }
            }
        }
        self.volume_keys(place, &volumes).await
    }

    /// The keys of volumes: AWS takes a start for which the caller may not use the key, and the
    /// machine stops again.
    async fn volume_keys(
        &mut self,
        place: &Place,
        volumes: &[(String, String)],
    ) -> Result<(), AwsError> {
        let mut keys: Vec<(String, String)> = vec![];
        for (volume, name) in volumes.iter().filter(|(volume, _)| !volume.is_empty()) {
            let asked = Question::form(Service::Ec2, "DescribeVolumes", &[("VolumeId.1", volume)]);
            let answer = place.probe.ask(asked).await?;
            for volume in tree::items(&answer, "volumeSet") {
                let key = tree::text(volume, "kmsKeyId").to_owned();
                if tree::flag(volume, "encrypted")
                    && !key.is_empty()
                    && !keys.iter().any(|(known, _)| *known == key)
                {
                    keys.push((key, name.clone()));
                }
            }
        }
        for (key, name) in keys {
            let asked = Question::json(Service::Kms, "DescribeKey", json!({ "KeyId": key }));
            let described = place.probe.ask(asked).await?;
            let described = described.get("KeyMetadata").cloned().unwrap_or_default();
            let state = tree::text(&described, "KeyState");
            if state != "Enabled" {
                let state = state.to_owned();
                self.row(CHECK, &name, Machines::VolumeKeyUnusable { key, state });
            } else if tree::text(&described, "KeyManager") == "CUSTOMER"
                && self.may_use(place, &key).await == Some(false)
            {
                self.row(CHECK, &name, Machines::VolumeKeyNotAllowed { key });
            }
        }
        Ok(())
    }

    async fn services(&mut self, place: &Place, services: &[&Governed]) -> Result<(), AwsError> {
        for one in services {
            let arn = one.resource.arn.as_str();
            // `service/CLUSTER/NAME`; the old form without a cluster stands in the default one.
            let path = arn.rsplit(':').next().unwrap_or_default();
            let cluster = path
                .split('/')
                .nth(1)
                .filter(|_| path.split('/').count() == 3);
            let wanted = json!({ "cluster": cluster.unwrap_or("default"), "services": [arn] });
            let asked = Question::json(Service::Ecs, "DescribeServices", wanted);
            let answer = place.probe.ask(asked).await?;
            for service in tree::items(&answer, "services") {
                let failed = tree::items(service, "deployments")
                    .into_iter()
                    .any(|deployment| tree::text(deployment, "rolloutState") == "FAILED");
                let last = tree::items(service, "events").into_iter().next();
                let said = last.and_then(|event| reason(tree::text(event, "message")));
                let wants = number(service, "desiredCount") > number(service, "runningCount");
                let found = match said {
                    Some(said) if wants => Some(said),
                    _ if failed => Some("rolloutState FAILED"),
                    _ => None,
                };
                if let Some(reason) = found {
                    let reason = reason.to_owned();
                    self.row(
                        CHECK,
                        &one.resource.name,
                        Machines::TasksNotStarting { reason },
                    );
                }
            }
        }
        Ok(())
    }

    async fn node_groups(&mut self, place: &Place, nodes: &[&Governed]) -> Result<(), AwsError> {
        for one in nodes {
            // arn:…:nodegroup/CLUSTER/NAME/ID
            let path: Vec<&str> = one.resource.arn.as_str().split('/').collect();
            let [_, cluster, name, ..] = path.as_slice() else {
                continue;
            };
            let path = format!("/clusters/{cluster}/node-groups/{name}");
            let asked = Question::path(Service::Eks, "DescribeNodegroup", path);
            let answer = place.probe.ask(asked).await?;
            let health = answer
                .get("nodegroup")
                .and_then(|group| group.get("health"));
            let codes: Vec<String> = health
                .map(|health| tree::items(health, "issues"))
                .unwrap_or_default()
                .into_iter()
                .map(|issue| tree::text(issue, "code").to_owned())
                .collect();
            if !codes.is_empty() {
                self.row(
                    CHECK,
                    &one.resource.name,
                    Machines::NodeGroupUnhealthy { codes },
                );
            }
        }
        Ok(())
    }
}

/// The words of a failure that tell why.
fn reason(said: &str) -> Option<&'static str> {
    FAILURES.into_iter().find(|failure| said.contains(failure))
}
