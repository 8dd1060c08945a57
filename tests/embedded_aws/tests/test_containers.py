from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from .case import EmbeddedAwsTest

TAGS = {"nightcap:environment": "preprod"}


class Containers(EmbeddedAwsTest):
    seeded = False

    def setUp(self) -> None:
        super().setUp()
        self.ecs, self.eks = self.aws.client("ecs"), self.aws.client("eks")
        self.tagging = self.aws.client("resourcegroupstaggingapi")
        self.ecs.create_cluster(clusterName="shop")
        self.ecs.create_service(
            cluster="shop", serviceName="web", desiredCount=2, tags=[{"key": k, "value": v} for k, v in TAGS.items()]
        )
        self.eks.create_cluster(name="shop", roleArn="arn:aws:iam::123456789012:role/eks", resourcesVpcConfig={})
        self.group = self.node_group(1, 2, 4)

    def node_group(self, low: int, wanted: int, high: int, name: str = "workers") -> dict[str, Any]:
        made = self.eks.create_nodegroup(
            clusterName="shop",
            nodegroupName=name,
            nodeRole="arn:aws:iam::123456789012:role/node",
            subnets=["subnet-1"],
            scalingConfig={"minSize": low, "desiredSize": wanted, "maxSize": high},
            tags=TAGS,
        )
        return dict(made["nodegroup"])

    def running(self) -> int:
        return int(self.ecs.describe_services(cluster="shop", services=["web"])["services"][0]["runningCount"])

    def nodes(self) -> list[str]:
        name = self.group["resources"]["autoScalingGroups"][0]["name"]
        found = self.aws.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return [instance["LifecycleState"] for instance in found["AutoScalingGroups"][0]["Instances"]]

    def tags(self) -> dict[str, str]:
        return dict(self.eks.describe_nodegroup(clusterName="shop", nodegroupName="workers")["nodegroup"]["tags"])

    def test_tasks_take_a_minute(self) -> None:
        self.assertEqual(self.running(), 0)
        self.aws.advance(60)
        self.assertEqual(self.running(), 2)
        self.ecs.update_service(cluster="shop", service="web", desiredCount=0)
        self.assertEqual(self.running(), 2)
        self.aws.advance(60)
        self.assertEqual(self.running(), 0)

    def test_nodes_are_those_of_a_group_that_follows(self) -> None:
        self.assertEqual(self.nodes(), ["Pending", "Pending"])
        self.aws.advance(120)
        asleep = {"minSize": 0, "desiredSize": 0, "maxSize": 4}
        self.eks.update_nodegroup_config(clusterName="shop", nodegroupName="workers", scalingConfig=asleep)
        self.assertEqual(self.nodes(), ["Terminating", "Terminating"])
        self.aws.advance(120)
        self.assertEqual(self.nodes(), [])

    def test_an_update_takes_a_minute_and_suffers_no_other(self) -> None:
        asked = {"clusterName": "shop", "nodegroupName": "workers", "clientRequestToken": "one"}
        asleep = {"minSize": 0, "desiredSize": 0, "maxSize": 4}
        first = self.eks.update_nodegroup_config(**asked, scalingConfig=asleep)
        again = self.eks.update_nodegroup_config(**asked, scalingConfig=asleep)
        self.assertEqual(again["update"]["id"], first["update"]["id"])
        asked["clientRequestToken"] = "two"
        with self.refused("ResourceInUseException"):
            self.eks.update_nodegroup_config(**asked, scalingConfig=asleep)
        self.aws.advance(60)
        self.eks.update_nodegroup_config(**asked, scalingConfig=asleep)

    def test_sizes_out_of_order_are_refused(self) -> None:
        with self.assertRaises(ClientError) as refused:
            wrong = {"minSize": 2, "desiredSize": 1, "maxSize": 4}
            self.eks.update_nodegroup_config(clusterName="shop", nodegroupName="workers", scalingConfig=wrong)
        self.assertEqual(refused.exception.response["Error"]["Code"], "InvalidParameterException")

    def test_a_node_group_is_tagged_and_untagged(self) -> None:
        arn = self.group["nodegroupArn"]
        self.eks.tag_resource(resourceArn=arn, tags={"nightcap:capacity": "1/2/4"})
        self.assertEqual(self.tags(), {**TAGS, "nightcap:capacity": "1/2/4"})
        self.eks.untag_resource(resourceArn=arn, tagKeys=["nightcap:capacity"])
        self.assertEqual(self.tags(), TAGS)

    def test_both_are_found_by_tag_page_by_page(self) -> None:
        self.node_group(0, 0, 1, "spare")
        self.aws.post("pages", {"limit": 1})
        for kind, count in (("eks:nodegroup", 2), ("ecs:service", 1)):
            pages = self.tagging.get_paginator("get_resources").paginate(
                ResourceTypeFilters=[kind], TagFilters=[{"Key": "nightcap:environment"}]
            )
            sizes = [len(page["ResourceTagMappingList"]) for page in pages]
            self.assertEqual(sum(sizes), count)
            self.assertLessEqual(max(sizes), 1)
        strangers = self.tagging.get_resources(
            ResourceTypeFilters=["eks:nodegroup"], TagFilters=[{"Key": "nightcap:environment", "Values": ["prod"]}]
        )
        self.assertEqual(strangers["ResourceTagMappingList"], [])

    def found(self, kind: str) -> list[str]:
        found = self.tagging.get_resources(ResourceTypeFilters=[kind], TagFilters=[{"Key": "nightcap:environment"}])
        return [resource["ResourceARN"] for resource in found["ResourceTagMappingList"]]

    def test_what_is_deleted_is_found_by_tag_for_hours(self) -> None:
        self.ecs.delete_service(cluster="shop", service="web", force=True)
        self.eks.delete_nodegroup(clusterName="shop", nodegroupName="workers")
        for kind in ("ecs:service", "eks:nodegroup"):
            self.assertEqual(len(self.found(kind)), 1, kind)
        self.aws.advance(4 * 3600)
        for kind in ("ecs:service", "eks:nodegroup"):
            self.assertEqual(self.found(kind), [], kind)

    def test_services_of_a_deleted_cluster_are_refused_as_a_whole(self) -> None:
        self.ecs.delete_service(cluster="shop", service="web", force=True)
        self.ecs.delete_cluster(cluster="shop")
        with self.refused("ClusterNotFoundException"):
            self.ecs.describe_services(cluster="shop", services=["web"])

    def test_clusters_are_found_by_their_names_with_their_tags(self) -> None:
        arn = self.eks.describe_cluster(name="shop")["cluster"]["arn"]
        self.assertEqual(self.tagging.get_resources(ResourceARNList=[arn])["ResourceTagMappingList"], [])
        self.eks.tag_resource(resourceArn=arn, tags={"Environment": "prod"})
        found = self.tagging.get_resources(ResourceARNList=[arn])["ResourceTagMappingList"]
        self.assertEqual([(one["ResourceARN"], one["Tags"]) for one in found], [(arn, [{"Key": "Environment", "Value": "prod"}])])
