//! Instances, services and node groups: made, changed by a person, and looked at.

use nightcap_tests::EmbeddedAws;
use serde_json::{Value, json};

use crate::e2e::world::group;

pub(crate) const TAG: &str = "nightcap:environment";
/// Every kind, for an environment that has all of them.
pub(crate) const KINDS: &str =
    "[rds-instance, aurora-cluster, auto-scaling-group, ec2-instance, ecs-service, eks-node-group]";
/// What stands for a tag that is not there.
pub(crate) const NOTHING: &str = "nothing";

pub(crate) fn create_instance(aws: &EmbeddedAws, environment: &str, name: &str) -> String {
    let sent = [
        ("ImageId", "ami-12c6146b"),
        ("InstanceType", "t3.small"),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("TagSpecification.1.ResourceType", "instance"),
        ("TagSpecification.1.Tag.1.Key", TAG),
        ("TagSpecification.1.Tag.1.Value", environment),
        ("TagSpecification.1.Tag.2.Key", "Name"),
        ("TagSpecification.1.Tag.2.Value", name),
    ];
    let made = aws.query("ec2", "RunInstances", &sent);
    made.text("instanceId").to_owned()
}

pub(crate) fn instance(aws: &EmbeddedAws, id: &str) -> String {
    let told = aws.query("ec2", "DescribeInstances", &[("InstanceId.1", id)]);
    let (_, state) = told.body.split_once("<instanceState>").unwrap();
    let (_, name) = state.split_once("<name>").unwrap();
    name.split_once('<').unwrap().0.to_owned()
}

pub(crate) fn ecs(aws: &EmbeddedAws, action: &str, sent: &Value) -> Value {
    let target = format!("AmazonEC2ContainerServiceV20141113.{action}");
    aws.json("ecs", &target, sent)
}

pub(crate) fn create_service(aws: &EmbeddedAws, name: &str, count: u32, environment: &str) {
    ecs(aws, "CreateCluster", &json!({ "clusterName": "shop" }));
    let tags = json!([{ "key": TAG, "value": environment }]);
    let made =
        json!({ "cluster": "shop", "serviceName": name, "desiredCount": count, "tags": tags });
    ecs(aws, "CreateService", &made);
}

pub(crate) fn set_service(aws: &EmbeddedAws, name: &str, count: u32) {
    let sent = json!({ "cluster": "shop", "service": name, "desiredCount": count });
    ecs(aws, "UpdateService", &sent);
}

/// Tasks asked for, tasks running, and what the service remembers.
pub(crate) fn service(aws: &EmbeddedAws, name: &str) -> (u64, u64, String) {
    let asked = json!({ "cluster": "shop", "services": [name], "include": ["TAGS"] });
    let told = ecs(aws, "DescribeServices", &asked);
    let found = &told["services"][0];
    let tags = found["tags"].as_array().unwrap();
    let memory = tags.iter().find(|tag| tag["key"] == "nightcap:capacity");
    (
        found["desiredCount"].as_u64().unwrap(),
        found["runningCount"].as_u64().unwrap(),
        memory
            .map_or(NOTHING, |tag| tag["value"].as_str().unwrap())
            .to_owned(),
    )
}

pub(crate) fn create_node_group(aws: &EmbeddedAws, name: &str, size: [u32; 3], environment: &str) {
    let cluster = json!({ "name": "shop", "roleArn": "arn:aws:iam::123456789012:role/eks", "resourcesVpcConfig": {} });
    if aws.rest_get("eks", "/clusters")["clusters"] == json!([]) {
        aws.rest("eks", "/clusters", &cluster);
    }
    let made = json!({
        "nodegroupName": name,
        "nodeRole": "arn:aws:iam::123456789012:role/node",
        "subnets": ["subnet-1"],
        "scalingConfig": sizes(size),
        "tags": { TAG: environment },
    });
    aws.rest("eks", "/clusters/shop/node-groups", &made);
}

fn sizes([min, desired, max]: [u32; 3]) -> Value {
    json!({ "minSize": min, "desiredSize": desired, "maxSize": max })
}

pub(crate) fn set_node_group(aws: &EmbeddedAws, name: &str, size: [u32; 3]) {
    let path = format!("/clusters/shop/node-groups/{name}/update-config");
    aws.rest("eks", &path, &json!({ "scalingConfig": sizes(size) }));
}

/// The size of a node group, its machines in service, and what it remembers.
pub(crate) fn node_group(aws: &EmbeddedAws, name: &str) -> (String, usize, String) {
    let told = aws.rest_get("eks", &format!("/clusters/shop/node-groups/{name}"));
    let found = &told["nodegroup"];
    let size =
        ["minSize", "desiredSize", "maxSize"].map(|key| found["scalingConfig"][key].to_string());
    let machines = machines_of(aws, name);
    let memory = found["tags"]["nightcap:capacity"].as_str();
    (
        size.join("/"),
        group(aws, &machines).1,
        memory.unwrap_or(NOTHING).to_owned(),
    )
}

/// The Auto Scaling group that EKS keeps for a node group.
pub(crate) fn machines_of(aws: &EmbeddedAws, name: &str) -> String {
    let told = aws.rest_get("eks", &format!("/clusters/shop/node-groups/{name}"));
    let group = &told["nodegroup"]["resources"]["autoScalingGroups"][0];
    group["name"].as_str().unwrap().to_owned()
}

/// A machine, a service of three tasks and a node group of 2/3/4 in preprod, and the same in
/// production, which nobody may touch.
pub(crate) struct Compute {
    pub(crate) dev_box: String,
    prod_box: String,
}

impl Compute {
    pub(crate) fn create(aws: &EmbeddedAws) -> Self {
        let made = Self {
            dev_box: create_instance(aws, "preprod", "dev-box"),
            prod_box: create_instance(aws, "prod", "prod-box"),
        };
        create_service(aws, "web", 3, "preprod");
        create_service(aws, "prod-web", 2, "prod");
        create_node_group(aws, "workers", [2, 3, 4], "preprod");
        create_node_group(aws, "prod-workers", [1, 1, 2], "prod");
        made
    }

    /// Fails unless all of preprod sleeps and remembers, and production is as it was.
    pub(crate) fn verify_asleep(&self, aws: &EmbeddedAws) {
        assert_eq!(instance(aws, &self.dev_box), "stopped");
        assert_eq!(service(aws, "web"), (0, 0, "3/3/3".to_owned()));
        let workers = ("0/0/4".to_owned(), 0, "2/3/4".to_owned());
        assert_eq!(node_group(aws, "workers"), workers);
        self.verify_production(aws);
    }

    /// Fails unless all of preprod is up at its size, and production is as it was.
    pub(crate) fn verify_awake(&self, aws: &EmbeddedAws) {
        assert_eq!(instance(aws, &self.dev_box), "running");
        let (asked, running, _) = service(aws, "web");
        assert_eq!((asked, running), (3, 3));
        let (size, machines, _) = node_group(aws, "workers");
        assert_eq!((size.as_str(), machines), ("2/3/4", 3));
        self.verify_production(aws);
    }

    fn verify_production(&self, aws: &EmbeddedAws) {
        assert_eq!(instance(aws, &self.prod_box), "running");
        assert_eq!(service(aws, "prod-web"), (2, 2, NOTHING.to_owned()));
        let workers = ("1/1/2".to_owned(), 1, NOTHING.to_owned());
        assert_eq!(node_group(aws, "prod-workers"), workers);
    }
}
