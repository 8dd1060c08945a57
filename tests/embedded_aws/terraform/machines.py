"""EC2 and Auto Scaling: what moto does not answer Terraform. Each says why it is here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from moto.autoscaling import models as scaling_models
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.ec2.models import amis, instances, launch_templates, security_groups
from moto.ec2.responses.instances import InstanceResponse
from moto.ec2.utils import parse_user_data
from moto.ssm import models as ssm_models

from ..world import corrects


def ubuntu_image() -> None:
    """Canonical's public parameter, for the Ubuntu variant; moto has Amazon's own images only."""
    wanted = "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"
    original = ssm_models.SimpleSystemManagerBackend.get_parameter

    @corrects(ssm_models.SimpleSystemManagerBackend)
    def get_parameter(self: Any, name: str) -> Any:
        if name != wanted:
            return original(self, name)
        return ssm_models.Parameter(
            account_id="aws",
            name=name,
            value="ami-0ubuntu2204000000",
            parameter_type="String",
            description="",
            allowed_pattern=None,
            keyid=None,
            last_modified_date=0.0,
            version=1,
            data_type="aws:ec2:image",
        )


def machine_images() -> None:
    """The images that AWS's public parameters name. moto answers the parameter, but knows no such image (the
    embedded AWS leaves its megabytes of images out), and Terraform reads the image of every instance it makes.
    """
    original = amis.AmiBackend.describe_images

    @corrects(amis.AmiBackend)
    def describe_images(self: Any, ami_ids: list[str] | None = None, *rest: Any, **more: Any) -> list[Any]:
        for ami_id in ami_ids or []:
            if ami_id.startswith("ami-") and ami_id not in self.amis:
                root = "/dev/sda1" if "ubuntu" in ami_id else "/dev/xvda"
                image = {"name": ami_id, "architecture": "x86_64", "virtualization_type": "hvm", "owner_alias": "amazon"}
                self.amis[ami_id] = amis.Ami(
                    self, ami_id, **image, root_device_type="ebs", root_device_name=root, region_name=f"{self.region_name}a"
                )
        return original(self, ami_ids, *rest, **more)


@dataclass
class SpotRequest:
    """What DescribeSpotInstanceRequests says of an instance that was asked for as Spot."""

    id: str
    instance_id: str
    type: str
    spot_price: str
    instance_interruption_behavior: str
    valid_until: None = None
    state: str = "active"
    status: dict[str, str] = field(default_factory=lambda: {"Code": "fulfilled"})
    tags: list[dict[str, str]] = field(default_factory=list)

    @property
    def spot_instance_request_id(self) -> str:
        return self.id

    def get_filter_value(self, name: str, method: str | None = None) -> str:
        """What moto's own request answers to the filters of DescribeSpotInstanceRequests that the function asks with."""
        return {"spot-instance-request-id": self.id, "state": self.state}[name]


def spot_requests() -> None:
    """moto marks an instance run with InstanceMarketOptions as Spot but makes no request for it, from which
    Terraform reads its price and behaviour: the next plan would replace dev's instance.
    """
    asked: dict[str, Any] = {}
    answer = InstanceResponse.run_instances
    original = instances.InstanceBackend.run_instances

    # moto hands the market's name on and drops the rest; calls are answered one at a time.
    @corrects(InstanceResponse)
    def run_instances(self: Any) -> Any:
        asked.clear()
        asked.update(self._get_param("InstanceMarketOptions", {}) or {})
        return answer(self)

    def with_request(self: Any, *positional: Any, **settings: Any) -> Any:
        reservation = original(self, *positional, **settings)
        for instance in reservation.instances:
            # Groups given for the interface, as Terraform does with a public address, are the instance's too.
            if not instance.security_groups and 0 in instance.nics:
                instance.security_groups = list(instance.nics[0].group_set)
        options = asked.get("SpotOptions", {})
        for instance in reservation.instances if asked else []:
            request = SpotRequest(
                id=f"sir-{instance.id[2:10]}",
                instance_id=instance.id,
                type=options.get("SpotInstanceType", "one-time"),
                # AWS answers with six decimals.
                spot_price=f"{float(options.get('MaxPrice', 0)):.6f}",
                instance_interruption_behavior=options.get("InstanceInterruptionBehavior", "terminate"),
            )
            self.spot_instance_requests[request.id] = request
            instance.spot_instance_request_id = request.id
        asked.clear()
        return reservation

    instances.InstanceBackend.run_instances = with_request


def rule_descriptions() -> None:
    """moto gives the description of a rule back for address ranges only, not for referenced groups."""
    rule = security_groups.SecurityGroupRule
    rule.description = property(lambda self: self.ip_range.get("Description") or self.source_group.get("Description"))


def template_versions() -> None:
    """moto puts a launch template's own tags among those the template gives to instances, and starts no instance from a
    later version than the first, whose user data alone it reads.
    """
    original = launch_templates.LaunchTemplateVersion.__init__

    @corrects(launch_templates.LaunchTemplateVersion)
    def __init__(self: Any, template: Any, number: int, data: dict[str, Any], *rest: Any, **more: Any) -> None:
        if "TagSpecifications" in data:
            kept = [given for given in data["TagSpecifications"] if given["ResourceType"] != "launch-template"]
            data = {**data, "TagSpecifications": kept}
        if data.get("UserData") is not None:
            data = {**data, "UserData": parse_user_data(str(data["UserData"]))}
        original(self, template, number, data, *rest, **more)


def scaling_policies() -> None:
    """moto answers without `Enabled`, which reads as off, and with an empty predictive configuration."""
    original = scaling_models.FakeScalingPolicy.__init__

    @corrects(scaling_models.FakeScalingPolicy)
    def __init__(self: Any, *positional: Any, **settings: Any) -> None:
        original(self, *positional, **settings)
        self.enabled = True
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None


def instance_refreshes() -> None:
    """moto has no instance refresh, which Terraform starts when a group's launch template changes. AWS rolls slowly;
    here every machine is replaced at once.
    """

    def start_instance_refresh(self: Any) -> ActionResult:
        backend, name = self.autoscaling_backend, self._get_param("AutoScalingGroupName")
        for group in backend.describe_auto_scaling_groups([name]):
            for machine in [state.instance.id for state in group.instance_states]:
                backend.terminate_instance(machine, should_decrement=False)
        return ActionResult({"InstanceRefreshId": str(uuid4())})

    AutoScalingResponse.start_instance_refresh = start_instance_refresh


def lifecycle_hooks() -> None:
    """moto answers every lifecycle hook with a role and a queue that nobody gave, which Terraform would take away at each
    apply. A hook has them only if it notifies somebody:
    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html
    """
    original = scaling_models.LifecycleHook.__init__

    @corrects(scaling_models.LifecycleHook)
    def __init__(self: Any, *positional: Any, **settings: Any) -> None:
        original(self, *positional, **settings)
        self.role_arn = None
        self.notification_target_arn = None
