//! Tags: environments nobody knows, keys in another case, production under a schedule.

use std::collections::BTreeMap;

use nightcap_aws::error::{AwsError, Cause};
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_domain::fleet::{
    CAPACITY_TAG, ENVIRONMENT_TAG, Resource, TIER_TAG, looks_like_production,
};
use serde_json::{Value, json};

use super::fleet::Governed;
use crate::doctor::finding::Place as Where;
use crate::doctor::{Doctor, Place, Resources};

const CHECK: &str = "tags";

impl Doctor<'_> {
    /// Looks at the tags in a target.
    pub(super) async fn tags(&mut self, place: &Place, fleet: &[Resource], governed: &[Governed]) {
        let before = self.rows.len();
        for one in governed {
            self.production(one);
        }
        match self.tagged(place, ENVIRONMENT_TAG).await {
            Ok(tagged) => self.strays(place, fleet, &tagged).await,
            Err(error) => self.unread(CHECK, place.name(), &error),
        }
        match self.other_case(place).await {
            Ok(keys) => {
                for (key, resources) in keys {
                    self.row(CHECK, place.name(), Resources::TagCase { key, resources });
                }
            }
            Err(error) => self.unread(CHECK, place.name(), &error),
        }
        if self.rows.len() == before {
            self.row(
                CHECK,
                place.name(),
                Resources::TagsCorrect { count: fleet.len() },
            );
        }
    }

    /// What looks like production and is stopped all the same.
    fn production(&mut self, one: &Governed) {
        let resource = &one.resource;
        let tag = |key: &'static str| resource.tags.get(key).map(|value| (key, value));
        let tags = [
            "Environment",
            "environment",
            "Env",
            "env",
            "ENV",
            "Stage",
            "stage",
        ];
        let places = tags
            .into_iter()
            .filter_map(tag)
            .map(|(key, value)| (Where::Tag(key.to_owned()), value))
            .chain([(Where::Name, resource.name.as_str())]);
        for (place, text) in places {
            let config = self.config.config();
            let released = config.not_production.iter().any(|known| known.is(text));
            if looks_like_production(text) && !released {
                let finding = Resources::LooksLikeProduction {
                    place,
                    is: text.to_owned(),
                };
                self.row(CHECK, &resource.name, finding);
                return;
            }
        }
    }

    /// Everything in the target that carries a key, with its tags; what was deleted as well, for
    /// hours.
    async fn tagged(&self, place: &Place, key: &str) -> Result<Vec<Value>, AwsError> {
        let wanted = json!({ "TagFilters": [{ "Key": key }], "ResourcesPerPage": 100 });
        let asked = Question::json(Service::Tagging, "GetResources", wanted);
        let pages = place
            .probe
            .ask_all(asked, "PaginationToken", "PaginationToken")
            .await?;
        let listed = pages
            .iter()
            .flat_map(|page| tree::items(page, "ResourceTagMappingList"));
        Ok(listed.cloned().collect())
    }

    /// What carries our tag and is no business of any environment that is looked for here.
    async fn strays(&mut self, place: &Place, fleet: &[Resource], tagged: &[Value]) {
        let known: BTreeMap<&str, &Resource> = fleet
            .iter()
            .map(|resource| (resource.arn.as_str(), resource))
            .collect();
        for resource in tagged {
            let arn = tree::text(resource, "ResourceARN");
            let Some(kind) = kind(arn) else { continue };
            let tags = tree::items(resource, "Tags");
            let tag = tags
                .iter()
                .find(|tag| tree::text(tag, "Key") == ENVIRONMENT_TAG);
            let environment = tag.map_or("", |tag| tree::text(tag, "Value")).to_owned();
            let seen = known.get(arn);
            let finding = match self.config.environment(&environment) {
                // A tick reports it by itself.
                None if seen.is_some() => continue,
                None => Resources::EnvironmentUnknown { environment },
                Some((_, configured)) if configured.protected || configured.kinds.include(kind) => {
                    continue;
                }
                // Other machines of a group or a cluster bear its tag as well.
                Some(_) if is_part(&tags) => continue,
                // It is read because another environment lists its kind. Who protects it does
                // not count on its sleep.
                Some(_) if seen.is_some_and(|one| self.is_protected(one)) => continue,
                Some(_) => Resources::KindUnlisted {
                    environment,
                    kind: kind.to_owned(),
                },
            };
            // The tagging API goes on listing what was deleted: only what is there is a problem.
            match exists(place, arn, kind).await {
                Ok(true) => self.row(CHECK, arn, finding),
                Ok(false) => {}
                Err(error) => self.unread(CHECK, arn, &error),
            }
        }
    }

    fn is_protected(&self, resource: &Resource) -> bool {
        let config = self.config.config();
        config.protected_by(&resource.tags).is_some()
    }

    /// Keys that are ours but for the case of their letters, with the number of resources.
    async fn other_case(&self, place: &Place) -> Result<Vec<(String, usize)>, AwsError> {
        let asked = Question::json(Service::Tagging, "GetTagKeys", json!({}));
        let pages = place
            .probe
            .ask_all(asked, "PaginationToken", "PaginationToken")
            .await?;
        let ours = [ENVIRONMENT_TAG, CAPACITY_TAG, TIER_TAG];
        let mut found = vec![];
        for key in pages.iter().flat_map(|page| tree::items(page, "TagKeys")) {
            let key = key.as_str().unwrap_or_default();
            let alike = ours
                .iter()
                .any(|own| key.trim().eq_ignore_ascii_case(own) && key != *own);
            if alike {
                let mut living = 0;
                for resource in self.tagged(place, key).await? {
                    let arn = tree::text(&resource, "ResourceARN");
                    let there = match kind(arn) {
                        Some(kind) => exists(place, arn, kind).await?,
                        None => false,
                    };
                    living += usize::from(there);
                }
                if living > 0 {
                    found.push((key.to_owned(), living));
                }
            }
        }
        Ok(found)
    }
}

/// Whether a resource is a machine of something that sleeps as a whole.
fn is_part(tags: &[&Value]) -> bool {
    tags.iter()
        .any(|tag| tree::text(tag, "Key").starts_with("aws:"))
}

/// The kind of resource that an ARN names, as `kinds` has it.
fn kind(arn: &str) -> Option<&'static str> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let (service, resource) = (parts.next()?, parts.nth(2)?);
    let of = resource.split([':', '/']).next()?;
    match (service, of) {
        ("rds", "db") => Some("rds-instance"),
        ("rds", "cluster") => Some("aurora-cluster"),
        ("ec2", "instance") => Some("ec2-instance"),
        ("ecs", "service") => Some("ecs-service"),
        ("eks", "nodegroup") => Some("eks-node-group"),
        ("autoscaling", "autoScalingGroup") => Some("auto-scaling-group"),
        _ => None,
    }
}

/// Whether a resource is there, as its own service says.
pub(super) async fn exists(place: &Place, arn: &str, kind: &str) -> Result<bool, AwsError> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let name = resource.split_once([':', '/']).map_or("", |(_, name)| name);
    let asked = match kind {
        "rds-instance" => Question::form(
            Service::Rds,
            "DescribeDBInstances",
            &[("DBInstanceIdentifier", arn)],
        ),
        "aurora-cluster" => Question::form(
            Service::Rds,
            "DescribeDBClusters",
            &[("DBClusterIdentifier", arn)],
        ),
        "ec2-instance" => Question::form(
            Service::Ec2,
            "DescribeInstances",
            &[("Filter.1.Name", "instance-id"), ("Filter.1.Value.1", name)],
        ),
        "ecs-service" => {
            let cluster = name
                .split_once('/')
                .map_or("default", |(cluster, _)| cluster);
            let wanted = json!({ "cluster": cluster, "services": [arn] });
            Question::json(Service::Ecs, "DescribeServices", wanted)
        }
        "eks-node-group" => {
            let mut parts = name.split('/');
            let (cluster, group) = (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            );
            let path = format!("/clusters/{cluster}/node-groups/{group}");
            Question::path(Service::Eks, "DescribeNodegroup", path)
        }
        _ => {
            let name = name.rsplit('/').next().unwrap_or_default();
            let wanted = [("AutoScalingGroupNames.member.1", name)];
            Question::form(Service::AutoScaling, "DescribeAutoScalingGroups", &wanted)
        }
    };
    let answer = match place.probe.ask(asked).await {
        Ok(answer) => answer,
        Err(error) if error.cause == Cause::Gone => return Ok(false),
        Err(error) => return Err(error),
    };
    Ok(match kind {
        "rds-instance" => !tree::items(&answer, "DBInstances").is_empty(),
        "aurora-cluster" => !tree::items(&answer, "DBClusters").is_empty(),
        "ec2-instance" => tree::items(&answer, "reservationSet")
            .into_iter()
            .flat_map(|reservation| tree::items(reservation, "instancesSet"))
            .any(|instance| tree::at(instance, &["instanceState", "name"]) != "terminated"),
        "ecs-service" => tree::items(&answer, "services")
            .into_iter()
            .any(|service| tree::text(service, "status") != "INACTIVE"),
        "eks-node-group" => answer.get("nodegroup").is_some(),
        _ => !tree::items(&answer, "AutoScalingGroups").is_empty(),
    })
}
