//! Databases: maintenance inside a sleep, members that are not up, parameters that wait.

use chrono::{DateTime, TimeDelta, Utc};
use nightcap_aws::error::AwsError;
use nightcap_aws::probe::{Question, Service, tree};
use nightcap_domain::config::EnvironmentConfig;
use nightcap_domain::plan::MaintenanceWindow;
use nightcap_domain::time::Schedule;
use serde_json::Value;

use super::fleet::Governed;
use crate::doctor::{Databases, Doctor, Place};

const CHECK: &str = "databases";

/// How far ahead windows are compared with the schedule.
const WEEKS: i64 = 5;

impl Doctor<'_> {
    /// Looks at the governed databases of a target.
    pub(super) async fn databases(&mut self, place: &Place, governed: &[Governed]) {
        let databases: Vec<&Governed> = governed
            .iter()
            .filter(|one| matches!(one.resource.kind.name, "rds-instance" | "aurora-cluster"))
            .collect();
        if databases.is_empty() {
            return;
        }
        let (instances, clusters) = match self.described(place).await {
            Ok(described) => described,
            Err(error) => return self.unread(CHECK, place.name(), &error),
        };
        let before = self.rows.len();
        for one in &databases {
            let name = &one.resource.name;
            let Some((_, environment)) = self.config.environment(one.environment.as_str()) else {
                continue;
            };
            let environment = environment.clone();
            if let Some(cluster) = clusters
                .iter()
                .find(|c| tree::text(c, "DBClusterArn") == one.resource.arn.as_str())
            {
                self.members(name, cluster, &instances);
                let members = tree::items(cluster, "DBClusterMembers");
                let waits = |one: &&Value| {
                    tree::text(one, "DBClusterParameterGroupStatus") == "pending-reboot"
                };
                if members.iter().any(waits) {
                    let group = tree::text(cluster, "DBClusterParameterGroup").to_owned();
                    self.row(CHECK, name, Databases::ParametersPending { group });
                }
                self.maintenance(name, cluster, &environment);
            }
            if let Some(instance) = instances
                .iter()
                .find(|i| tree::text(i, "DBInstanceArn") == one.resource.arn.as_str())
            {
                self.maintenance(name, instance, &environment);
                self.parameters(name, instance);
            }
        }
        self.deployments(place, &databases).await;
        if self.rows.len() == before {
            self.row(
                CHECK,
                place.name(),
                Databases::Correct {
                    count: databases.len(),
                },
            );
        }
    }

    async fn described(&self, place: &Place) -> Result<(Vec<Value>, Vec<Value>), AwsError> {
        let asked = Question::form(Service::Rds, "DescribeDBInstances", &[]);
        let instances = place.probe.ask_all(asked, "Marker", "Marker").await?;
        let asked = Question::form(Service::Rds, "DescribeDBClusters", &[]);
        let clusters = place.probe.ask_all(asked, "Marker", "Marker").await?;
        let all = |pages: &[Value], key| {
            pages
                .iter()
                .flat_map(|page| tree::items(page, key))
                .cloned()
                .collect()
        };
        Ok((all(&instances, "DBInstances"), all(&clusters, "DBClusters")))
    }

    fn maintenance(&mut self, name: &str, database: &Value, environment: &EnvironmentConfig) {
        let window = tree::text(database, "PreferredMaintenanceWindow");
        if environment.wake_for_maintenance {
            return;
        }
        let Some((_, schedule)) = self.config.schedule_of(environment) else {
            return;
        };
        let Some(spans) = weekly(window, self.now) else {
            return;
        };
        if !any_runs(schedule, &spans) {
            self.row(
                CHECK,
                name,
                Databases::MaintenanceInSleep {
                    window: window.to_owned(),
                },
            );
        }
    }

    /// A cluster is `available` before its instances are.
    fn members(&mut self, name: &str, cluster: &Value, instances: &[Value]) {
        if tree::text(cluster, "Status") != "available" {
            return;
        }
        let id = tree::text(cluster, "DBClusterIdentifier");
        let down = |instance: &&Value| {
            let status = tree::text(instance, "DBInstanceStatus");
            tree::text(instance, "DBClusterIdentifier") == id
                && (matches!(
                    status,
                    "starting" | "creating" | "stopped" | "stopping" | "rebooting" | "failed"
                ) || status.starts_with("incompatible"))
        };
        let members: Vec<String> = instances
            .iter()
            .filter(down)
            .map(|instance| {
                let (id, status) = (
                    tree::text(instance, "DBInstanceIdentifier"),
                    tree::text(instance, "DBInstanceStatus"),
                );
                format!("{id} ({status})")
            })
            .collect();
        if !members.is_empty() {
            self.row(CHECK, name, Databases::MembersNotUp { members });
        }
    }

    fn parameters(&mut self, name: &str, instance: &Value) {
        let pending = tree::items(instance, "DBParameterGroups")
            .into_iter()
            .find(|group| tree::text(group, "ParameterApplyStatus") == "pending-reboot");
        if let Some(group) = pending {
            let group = tree::text(group, "DBParameterGroupName").to_owned();
            self.row(CHECK, name, Databases::ParametersPending { group });
        }
    }

    /// Blue/green deployments, of which a database's own description says nothing.
    async fn deployments(&mut self, place: &Place, databases: &[&Governed]) {
        let asked = Question::form(Service::Rds, "DescribeBlueGreenDeployments", &[]);
        match place.probe.ask_all(asked, "Marker", "Marker").await {
            Ok(pages) => {
                let deployments = pages
                    .iter()
                    .flat_map(|page| tree::items(page, "BlueGreenDeployments"));
                for deployment in deployments {
                    let (source, target) = (
                        tree::text(deployment, "Source"),
                        tree::text(deployment, "Target"),
                    );
                    // What was switched over or is being deleted binds nobody.
                    if matches!(
                        tree::text(deployment, "Status"),
                        "SWITCHOVER_COMPLETED" | "DELETING"
                    ) {
                        continue;
                    }
                    for one in databases {
                        if [source, target].contains(&one.resource.arn.as_str()) {
                            let deployment =
                                tree::text(deployment, "BlueGreenDeploymentName").to_owned();
                            self.row(
                                CHECK,
                                &one.resource.name,
                                Databases::BlueGreen { deployment },
                            );
                        }
                    }
                }
            }
            Err(error) => self.unread(CHECK, place.name(), &error),
        }
    }
}

type Span = (DateTime<Utc>, DateTime<Utc>);

/// Whether the schedule runs through at least one of these spans, or a part of it.
fn any_runs(schedule: &Schedule, spans: &[Span]) -> bool {
    spans
        .iter()
        .any(|(from, to)| schedule.running_time(*from, *to) > TimeDelta::zero())
}

/// `mon:04:00-mon:05:00`, in every week to come; none if it cannot be read.
fn weekly(window: &str, now: DateTime<Utc>) -> Option<Vec<Span>> {
    /// [`MaintenanceWindow::around`] begins half an hour before the window does.
    const LEAD: TimeDelta = TimeDelta::minutes(30);
    let parsed = MaintenanceWindow::parse(window).ok()?;
    let mut spans: Vec<Span> = vec![];
    // Windows last half an hour at least, and are looked for with half an hour before them.
    for step in 0..WEEKS * 7 * 48 {
        if let Some((from, to)) = parsed.around(now + TimeDelta::minutes(30 * step))
            && spans.last().is_none_or(|(last, _)| *last != from + LEAD)
        {
            spans.push((from + LEAD, to));
        }
    }
    Some(spans)
}
