"""ECS, EKS and the tagging API: tasks and nodes that come and go in time, node groups that are found by tag, pages.

moto runs no task of a new service, and starts or stops the others at once; it keeps no Auto Scaling group for a
node group, accepts any size of it, and neither takes tags for a node group nor lists one by tag. AWS:
- the group that EKS keeps: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
- sizes, the maximum at least one: https://docs.aws.amazon.com/eks/latest/APIReference/API_NodegroupScalingConfig.html
- what is found by tag: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
- what is deleted is found for hours: https://github.com/boto/boto3/issues/3341
- `DescribeServices` in a cluster that is deleted: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html

An update of a node group takes a minute, in which EKS takes no other; the same request again is the same update:
https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html

Not imitated: placement, deployments.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ec2.responses.instances import InstanceResponse
from moto.ecs.exceptions import ClusterNotFoundException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, Service
from moto.eks.exceptions import InvalidParameterException, ResourceInUseException
from moto.eks.models import EKSBackend, Nodegroup, eks_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from .world import World, corrects

# What matters is that it is not at once.
TASK_TAKES = timedelta(minutes=1)
UPDATE_TAKES = timedelta(minutes=1)
# "16 -> 13 -> 11 -> 9, hours later" (boto3#3341): AWS promises nothing.
INDEX_KEEPS = timedelta(hours=4)

EKS_TAGS = "eks:cluster-name", "eks:nodegroup-name"


def install(world: World) -> None:
    _correct_tasks(world)
    _correct_node_groups(world)
    _correct_node_group_tags()
    index = _correct_tagging(world)
    _correct_deletions(world, index)
    _correct_instance_pages(world)


def _correct_tasks(world: World) -> None:
    original_create = EC2ContainerServiceBackend.create_service
    original_update = EC2ContainerServiceBackend.update_service

    def settle(service: Service, running: int) -> None:
        """So many tasks run now; those asked for do a minute later."""
        service.running_count = running
        service.pending_count = max(service.desired_count - running, 0)
        world.clock.after(TASK_TAKES, lambda: arrive(service))

    def arrive(service: Service) -> None:
        if service.running_count != service.desired_count:
            before, service.running_count = str(service.running_count), service.desired_count
            world.journal.change("ecs-tasks", f"{service.cluster_name}/{service.name}", before, str(service.desired_count))
        service.pending_count = 0

    @corrects(EC2ContainerServiceBackend)
    def create_service(self: EC2ContainerServiceBackend, *given: Any, **named: Any) -> Service:
        service = original_create(self, *given, **named)
        settle(service, 0)
        return service

    @corrects(EC2ContainerServiceBackend)
    def update_service(self: EC2ContainerServiceBackend, service_properties: dict[str, Any]) -> Service:
        cluster, name = service_properties.get("cluster", "default"), service_properties["service"].split("/")[-1]
        running = self._get_service(cluster, name).running_count
        service = original_update(self, service_properties)
        settle(service, running)
        return service


def _correct_node_groups(world: World) -> None:
    original_create = EKSBackend.create_nodegroup
    original_update = EKSBackend.update_nodegroup_config

    @corrects(EKSBackend)
    def create_nodegroup(self: EKSBackend, *given: Any, **named: Any) -> Nodegroup:
        _refuse_sizes(named.get("scaling_config") or {})
        group = original_create(self, *given, **named)
        name, sizes = _machines_of(group), group.scaling_config
        launched = {"ImageId": "ami-12c6146b", "InstanceType": group.instance_types[0]}
        ec2_backends[self.account_id][self.region_name].create_launch_template(name, "", launched, {})
        autoscaling_backends[self.account_id][self.region_name].create_auto_scaling_group(
            name=name,
            availability_zones=[f"{self.region_name}a"],
            desired_capacity=sizes["desiredSize"],
            max_size=sizes["maxSize"],
            min_size=sizes["minSize"],
            launch_config_name="",
            launch_template={"LaunchTemplateName": name},
            vpc_zone_identifier=None,
            default_cooldown=None,
            health_check_period=None,
            health_check_type=None,
            load_balancers=[],
            target_group_arns=[],
            placement_group=None,
            termination_policies=[],
            tags=[
                {"Key": key, "Value": value, "ResourceId": name, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": "true"}
                for key, value in zip(EKS_TAGS, (group.cluster_name, group.nodegroup_name), strict=True)
            ],
        )
        return group

    @corrects(EKSBackend)
    def update_nodegroup_config(
        self: EKSBackend, cluster_name: str, nodegroup_name: str, **settings: Any
    ) -> dict[str, Any]:
        group = self.describe_nodegroup(cluster_name, nodegroup_name)
        token = settings.get("client_request_token")
        known = getattr(group, "last_update", None)
        if known and token and known[0] == token:
            return dict(known[1])
        if group.status == "UPDATING":
            raise ResourceInUseException(message=f"Nodegroup {nodegroup_name} has an update in progress")
        _refuse_sizes({**group.scaling_config, **(settings.get("scaling_config") or {})})
        update = original_update(self, cluster_name, nodegroup_name, **settings)
        update["params"] = [one for param in update["params"] for one in _sized(param, settings)]
        sizes = group.scaling_config
        machines = autoscaling_backends[self.account_id][self.region_name].autoscaling_groups[_machines_of(group)]
        machines.min_size, machines.max_size = sizes["minSize"], sizes["maxSize"]
        machines.set_desired_capacity(sizes["desiredSize"])
        group.last_update = token, update
        become(group, "UPDATING")
        world.clock.after(UPDATE_TAKES, lambda: become(group, "ACTIVE"))
        return update

    def become(group: Nodegroup, status: str) -> None:
        before, group.status = group.status, status
        world.journal.change("eks-node-group", f"{group.cluster_name}/{group.nodegroup_name}", before, status)


def _sized(param: dict[str, str], settings: dict[str, Any]) -> list[dict[str, str]]:
    """moto tells the sizes as one parameter `ScalingConfig`, which EKS's model does not have: it has one for each
    (https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateParam.html).
    """
    if param["type"] != "ScalingConfig":
        return [param]
    return [{"type": name[0].upper() + name[1:], "value": str(size)} for name, size in settings["scaling_config"].items()]


def _correct_node_group_tags() -> None:
    original_tag = EKSBackend.tag_resource
    original_untag = EKSBackend.untag_resource

    # moto tags clusters only, and knows no node group by its ARN.
    @corrects(EKSBackend)
    def tag_resource(self: EKSBackend, resource_arn: str, tags: dict[str, str]) -> None:
        group = _node_group(self, resource_arn)
        if group is None:
            original_tag(self, resource_arn, tags)
        else:
            group.tags.update(tags)

    @corrects(EKSBackend)
    def untag_resource(self: EKSBackend, resource_arn: str, tag_keys: list[str] | str) -> None:
        group = _node_group(self, resource_arn)
        if group is None:
            original_untag(self, resource_arn, tag_keys)
            return
        for key in tag_keys if isinstance(tag_keys, list) else [tag_keys]:
            group.tags.pop(key, None)


def _node_group(backend: EKSBackend, arn: str) -> Nodegroup | None:
    groups = (group for cluster in backend.clusters.values() for group in cluster.nodegroups.values())
    return next((group for group in groups if group.arn == arn), None)


def _machines_of(group: Nodegroup) -> str:
    return str(group.resources["autoScalingGroups"][0]["name"])


def _refuse_sizes(sizes: dict[str, int]) -> None:
    low, wanted, high = sizes.get("minSize", 0), sizes.get("desiredSize", 0), sizes.get("maxSize", 1)
    if high < 1:
        raise InvalidParameterException(message=f"Maximum capacity {high} must be at least 1")
    if not 0 <= low <= wanted <= high:
        raise InvalidParameterException(message=f"desired capacity {wanted} must be between {low} and {high}")


class Index:
    """What the tagging API goes on finding although it is deleted, and until when."""

    def __init__(self, world: World) -> None:
        self._clock = world.clock
        self._deleted: dict[str, tuple[TaggedResource, Any]] = world.deleted

    def keep(self, resource: TaggedResource) -> None:
        self._deleted[resource.arn] = resource, self._clock.now + INDEX_KEEPS

    def of(self, account: str, region: str, known: set[str]) -> Iterator[TaggedResource]:
        for arn, (resource, until) in self._deleted.items():
            if arn.split(":")[3:5] == [region, account] and arn not in known and self._clock.now < until:
                yield resource

    def has_forgotten(self, arn: str) -> bool:
        return arn in self._deleted and self._clock.now >= self._deleted[arn][1]


def _correct_deletions(world: World, index: Index) -> None:
    original_service = EC2ContainerServiceBackend.delete_service
    original_describe = EC2ContainerServiceBackend.describe_services
    original_nodes = EKSBackend.delete_nodegroup

    def tags(of: Service | Cluster) -> dict[str, str]:
        return {tag["key"]: tag["value"] for tag in of.tags or []}

    @corrects(EC2ContainerServiceBackend)
    def delete_service(self: EC2ContainerServiceBackend, *given: Any, **named: Any) -> Service:
        service = original_service(self, *given, **named)
        index.keep(TaggedResource(arn=service.physical_resource_id, tags=tags(service), resource_type="ecs:service"))
        return service

    # moto keeps a deleted cluster for ever, and describes the services in it.
    @corrects(EC2ContainerServiceBackend)
    def describe_services(
        self: EC2ContainerServiceBackend, cluster_str: str, service_names_or_arns: list[str]
    ) -> tuple[list[Service], list[dict[str, str]]]:
        if self._get_cluster(cluster_str).status == "INACTIVE":
            raise ClusterNotFoundException
        return original_describe(self, cluster_str, service_names_or_arns)

    @corrects(EKSBackend)
    def delete_nodegroup(self: EKSBackend, cluster_name: str, nodegroup_name: str) -> Nodegroup:
        group = original_nodes(self, cluster_name, nodegroup_name)
        index.keep(TaggedResource(arn=group.arn, tags=dict(group.tags), resource_type="eks:nodegroup"))
        return group


def _correct_tagging(world: World) -> Index:
    index = Index(world)
    original_find = ResourceGroupsTaggingAPIBackend._get_resources_generator
    original_page = ResourceGroupsTaggingAPIBackend.get_resources

    @corrects(ResourceGroupsTaggingAPIBackend)
    def _get_resources_generator(
        self: ResourceGroupsTaggingAPIBackend,
        tag_filters: list[dict[str, Any]] | None = None,
        resource_type_filters: list[str] | None = None,
        resource_arn_list: list[str] | None = None,
    ) -> Iterator[TaggedResource]:
        known = set()
        for found in original_find(self, tag_filters, resource_type_filters, resource_arn_list):
            known.add(found.arn)
            if not index.has_forgotten(found.arn):
                yield found
        # moto knows no tags of EKS here.
        others = [*_of_eks(self.account_id, self.region_name), *index.of(self.account_id, self.region_name, known)]
        for other in others:
            if (
                other.arn not in known
                and other.resource_type in (resource_type_filters or [other.resource_type])
                and other.arn in (resource_arn_list or [other.arn])
                and all(_fits(other.tags, wanted) for wanted in tag_filters or [])
            ):
                known.add(other.arn)
                yield other

    @corrects(ResourceGroupsTaggingAPIBackend)
    def get_resources(self: ResourceGroupsTaggingAPIBackend, **asked: Any) -> tuple[str | None, list[TaggedResource]]:
        if world.pages.limit:
            asked["resources_per_page"] = min(asked["resources_per_page"], world.pages.limit)
        return original_page(self, **asked)

    return index


def _of_eks(account: str, region: str) -> Iterator[TaggedResource]:
    for cluster in eks_backends[account][region].clusters.values():
        if cluster.tags:
            yield TaggedResource(arn=cluster.arn, tags=cluster.tags, resource_type="eks:cluster")
        for group in cluster.nodegroups.values():
            yield TaggedResource(arn=group.arn, tags=group.tags, resource_type="eks:nodegroup")


def _fits(tags: dict[str, str], wanted: dict[str, Any]) -> bool:
    values = wanted.get("Values") or wanted.get("values") or []
    key = wanted.get("Key") or wanted.get("key")
    return key in tags and (not values or tags[key] in values)


def _correct_instance_pages(world: World) -> None:
    original = InstanceResponse.describe_instances

    # moto's pages are of reservations, of which each test instance has its own.
    @corrects(InstanceResponse)
    def describe_instances(self: InstanceResponse) -> ActionResult:
        if world.pages.limit and "MaxResults" in self.data:
            self.data["MaxResults"] = [str(world.pages.limit)]
        return original(self)
