"""What Terraform asks of AWS and moto does not answer. Only additions for `infra/`; each says why it is here."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from dataclasses import dataclass, field
from typing import Any

from moto.autoscaling import models as scaling_models
from moto.awslambda.models import LambdaFunction
from moto.budgets.responses import BudgetsResponse
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models import amis, instances, launch_templates, security_groups
from moto.ec2.responses.instances import InstanceResponse
from moto.elasticache import models as elasticache_models
from moto.elasticache.responses import ElastiCacheResponse
from moto.iam import models as iam_models
from moto.rds import models as rds_models
from moto.rds.responses import RDSResponse
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.secretsmanager import models as secretsmanager_models
from moto.secretsmanager import secretsmanager_backends
from moto.sqs import models as sqs_models
from moto.ssm import models as ssm_models

from .world import World, corrects


def install(world: World) -> None:
    """Puts every extension of this file in place."""
    managed_policies()
    ubuntu_image()
    machine_images()
    spot_requests()
    # Before the next, which hides what a cache is made of.
    cache_members()
    cache_nodes()
    cache_deletion()
    managed_rotation()
    database_ids()
    database_parameters()
    rule_descriptions()
    template_tags()
    scaling_policies()
    function_settings()
    queue_policies()
    budget_subscribers()
    replicated_backups()
    noncurrent_versions()


def managed_policies() -> None:
    """moto has AWS's managed policies only on request (an environment variable); instances get one of them
    attached (AmazonSSMManagedInstanceCore), which fails with 404 otherwise. Just that one, not all thousand.
    """
    wanted = "AmazonSSMManagedInstanceCore"

    @corrects(iam_models.IAMBackend)
    def _init_aws_policies(self: Any) -> list[Any]:
        known = json.loads(iam_models.aws_managed_policies_data)
        return [iam_models.AWSManagedPolicy.from_data(wanted, self.account_id, self.region_name, known[wanted])]


class Secret(CloudFormationModel):
    """`AWS::SecretsManager::Secret`, which moto's CloudFormation does not know. The platform lets Secrets
    Manager make its secrets (GenerateSecretString) so that no value passes through Terraform.
    """

    def __init__(self, arn: str, name: str) -> None:
        self.physical_resource_id = arn
        self.name = name

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::SecretsManager::Secret"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Id"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **kwargs: Any
    ) -> Secret:
        backend = secretsmanager_backends[account_id][region_name]
        properties = cloudformation_json["Properties"]
        rule = properties["GenerateSecretString"]
        generated = backend.get_random_password(
            password_length=int(rule.get("PasswordLength", 32)),
            exclude_characters=rule.get("ExcludeCharacters", ""),
            exclude_numbers=False,
            exclude_punctuation=str(rule.get("ExcludePunctuation", False)).lower() == "true",
            exclude_uppercase=False,
            exclude_lowercase=False,
            include_space=False,
            require_each_included_type=True,
        )
        text = json.loads(generated)["RandomPassword"]
        if "GenerateStringKey" in rule:
            template = re.sub(
                r"\{\{resolve:secretsmanager:(.+?)\}\}",
                lambda reference: backend.get_secret_value(reference[1], "", "")["SecretString"],
                rule["SecretStringTemplate"],
            )
            text = json.dumps({**json.loads(template), rule["GenerateStringKey"]: text})
        made = backend.create_secret(
            name=properties["Name"],
            secret_string=text,
            secret_binary=None,
            description=properties.get("Description"),
            tags=[],
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=properties.get("ReplicaRegions", []),
            force_overwrite=False,
        )
        return cls(json.loads(made)["ARN"], properties["Name"])

    @classmethod
    def delete_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str
    ) -> None:
        backend = secretsmanager_backends[account_id][region_name]
        backend.delete_secret(
            secret_id=cloudformation_json["Properties"]["Name"],
            recovery_window_in_days=None,
            force_delete_without_recovery=True,
        )


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


def cache_nodes() -> None:
    """moto's cache clusters have no nodes, and so no address, and tell neither parameter group nor security
    groups; Terraform hands the address to the application.
    """
    original = elasticache_models.CacheCluster.__init__

    @corrects(elasticache_models.CacheCluster)
    def __init__(self: Any, *positional: Any, **settings: Any) -> None:
        original(self, *positional, **settings)
        region, name = self.arn.split(":")[3], self.cache_cluster_id
        zone = self.preferred_availability_zone or f"{region}a"
        self.preferred_availability_zone = zone
        # AWS: a cluster made as 7.1 answers with its full version, and a window in its own words.
        self.engine_version = {"7.1": "7.1.0"}.get(self.engine_version, self.engine_version)
        self.cache_parameter_group = {"CacheParameterGroupName": self.cache_parameter_group_name}
        self.security_groups = [{"SecurityGroupId": group, "Status": "active"} for group in self.security_group_ids]
        self.cache_nodes = [
            {
                "CacheNodeId": f"{number:04}",
                "CacheNodeStatus": "available",
                "CustomerAvailabilityZone": zone,
                "Endpoint": {"Address": f"{name}.fake.{number:04}.{region}.cache.amazonaws.com", "Port": self.port},
            }
            for number in range(1, self.num_cache_nodes + 1)
        ]


def cache_members() -> None:
    """A replication group's nodes are caches of their own, which moto names but does not have; Terraform reads one."""
    backend, wanted = elasticache_models.ElastiCacheBackend, inspect.signature(elasticache_models.CacheCluster).parameters
    original = backend.create_replication_group

    @corrects(backend)
    def create_replication_group(self: Any, **settings: Any) -> Any:
        # moto counts the replicas and passes over the caches that were asked for; where they are, it has in America.
        settings["replicas_per_node_group"] = settings["replicas_per_node_group"] or (settings["num_cache_clusters"] or 1) - 1
        settings["preferred_cache_cluster_azs"] = settings["preferred_cache_cluster_azs"] or [f"{self.region_name}a", f"{self.region_name}b"]
        group = original(self, **settings)
        common = {**{name: settings.get(name) for name in wanted}, "account_id": self.account_id, "region_name": self.region_name}
        for name in group.member_clusters:
            member = elasticache_models.CacheCluster(**{**common, "cache_cluster_id": name})
            member.at_rest_encryption_enabled = group.at_rest_encryption_enabled
            self.cache_clusters[name] = member
        return group


def cache_deletion() -> None:
    """Deleted caches stay `deleting` in moto for ever, and their subnet groups cannot be deleted at all; Terraform
    waits until they are gone.
    """
    backend = elasticache_models.ElastiCacheBackend
    delete_cluster, delete_group = backend.delete_cache_cluster, backend.delete_replication_group

    @corrects(backend)
    def delete_cache_cluster(self: Any, cache_cluster_id: str) -> Any:
        deleted = delete_cluster(self, cache_cluster_id)
        del self.cache_clusters[cache_cluster_id]
        return deleted

    @corrects(backend)
    def delete_replication_group(self: Any, replication_group_id: str, retain_primary_cluster: bool | None) -> Any:
        deleted = delete_group(self, replication_group_id, retain_primary_cluster)
        del self.replication_groups[replication_group_id]
        for name in deleted.member_clusters:
            self.cache_clusters.pop(name, None)
        return deleted

    def delete_cache_subnet_group(self: Any) -> Any:
        name = self._get_param("CacheSubnetGroupName")
        if self.elasticache_backend.cache_subnet_groups.pop(name, None) is None:
            raise elasticache_models.CacheSubnetGroupNotFound(name)
        return EmptyResult()

    ElastiCacheResponse.delete_cache_subnet_group = delete_cache_subnet_group


def managed_rotation() -> None:
    """moto refuses to cancel the rotation of a secret that RDS manages, for having no function of its own. AWS does
    cancel it (hashicorp/terraform-provider-aws, pull request 49659), as Terraform does on destroy.
    """
    backend = secretsmanager_models.SecretsManagerBackend
    original = backend.cancel_rotate_secret

    @corrects(backend)
    def cancel_rotate_secret(self: Any, secret_id: str) -> str:
        secret = self.secrets.get(secret_id)
        if secret is None or not secret.name.startswith("rds!"):
            return original(self, secret_id)
        secret.rotation_enabled = False
        return secret.to_short_dict()


def database_ids() -> None:
    """Every database of moto's has the same DbiResourceId, by which Terraform looks its databases up: with two of
    them it finds neither.
    """
    original = rds_models.DBInstance.__init__

    @corrects(rds_models.DBInstance)
    def __init__(self: Any, *positional: Any, **settings: Any) -> None:
        original(self, *positional, **settings)
        digest = hashlib.sha256(self.arn.encode()).hexdigest().upper()
        self.dbi_resource_id = f"db-{digest[:26]}"


def database_parameters() -> None:
    """AWS marks what somebody set with `Source: user`, which Terraform looks for; moto has no sources."""
    original = rds_models.DBParameterGroup.update_parameters

    @corrects(rds_models.DBParameterGroup)
    def update_parameters(self: Any, new_parameters: Any) -> None:
        original(self, [{**parameter, "Source": "user"} for parameter in new_parameters])


def rule_descriptions() -> None:
    """moto gives the description of a rule back for address ranges only, not for referenced groups."""
    rule = security_groups.SecurityGroupRule
    rule.description = property(lambda self: self.ip_range.get("Description") or self.source_group.get("Description"))


def template_tags() -> None:
    """moto puts a launch template's own tags among those the template gives to instances."""
    original = launch_templates.LaunchTemplateVersion.__init__

    @corrects(launch_templates.LaunchTemplateVersion)
    def __init__(self: Any, template: Any, number: int, data: dict[str, Any], *rest: Any, **more: Any) -> None:
        if "TagSpecifications" in data:
            kept = [given for given in data["TagSpecifications"] if given["ResourceType"] != "launch-template"]
            data = {**data, "TagSpecifications": kept}
        original(self, template, number, data, *rest, **more)


def scaling_policies() -> None:
    """moto answers without `Enabled`, which reads as off, and with an empty predictive configuration."""
    original = scaling_models.FakeScalingPolicy.__init__

    @corrects(scaling_models.FakeScalingPolicy)
    def __init__(self: Any, *positional: Any, **settings: Any) -> None:
        original(self, *positional, **settings)
        self.enabled = True
        self.predictive_scaling_configuration = self.predictive_scaling_configuration or None


def function_settings() -> None:
    """moto forgets a function's dead-letter queue and log settings, which the next plan would add again."""
    kept = ("DeadLetterConfig", "LoggingConfig")
    made = LambdaFunction.__init__
    configuration, update = LambdaFunction.get_configuration, LambdaFunction.update_configuration

    @corrects(LambdaFunction)
    def __init__(self: Any, account_id: str, spec: dict[str, Any], *rest: Any, **more: Any) -> None:
        made(self, account_id, spec, *rest, **more)
        self.terraform_settings = {key: spec[key] for key in kept if key in spec}

    @corrects(LambdaFunction)
    def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
        return {**configuration(self, on_create), **self.terraform_settings}

    @corrects(LambdaFunction)
    def update_configuration(self: Any, config_updates: dict[str, Any]) -> dict[str, Any]:
        self.terraform_settings.update({key: config_updates[key] for key in kept if key in config_updates})
        return update(self, config_updates)


def queue_policies() -> None:
    """AWS gives a redrive policy back without blanks, moto with: a difference to Terraform."""
    original = sqs_models.Queue.attributes.fget

    def attributes(self: Any) -> dict[str, Any]:
        found = original(self)
        if text := found.get("RedrivePolicy"):
            found["RedrivePolicy"] = json.dumps(json.loads(text), separators=(",", ":"))
        return found

    sqs_models.Queue.attributes = property(attributes)


def budget_subscribers() -> None:
    """moto keeps a notification's subscribers and a budget's tags nowhere they can be read; Terraform reads both
    on every refresh.
    """
    tags: dict[str, list[dict[str, str]]] = {}
    original = BudgetsResponse.create_budget

    @corrects(BudgetsResponse)
    def create_budget(self: Any) -> str:
        answer = original(self)
        arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{self._get_param('Budget')['BudgetName']}"
        tags[arn] = self._get_param("ResourceTags") or []
        return answer

    def list_tags_for_resource(self: Any) -> str:
        return json.dumps({"ResourceTags": tags.get(self._get_param("ResourceARN"), [])})

    def describe_subscribers_for_notification(self: Any) -> str:
        budget = self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]
        wanted = {key: value for key, value in self._get_param("Notification").items() if key != "NotificationState"}
        for notification in budget.notifications:
            if all(notification.details.get(key) == value for key, value in wanted.items()):
                return json.dumps({"Subscribers": notification.subscribers})
        return json.dumps({"Subscribers": []})

    for added in (list_tags_for_resource, describe_subscribers_for_notification):
        setattr(BudgetsResponse, added.__name__, added)


def replicated_backups() -> None:
    """moto cannot keep copies of a database's backups in another region, which is how the standby keeps its data."""
    kept: dict[str, dict[str, Any]] = {}
    original = RDSResponse.describe_db_instance_automated_backups

    def start_db_instance_automated_backups_replication(self: Any) -> ActionResult:
        source = self.params["source_db_instance_arn"]
        digest = hashlib.sha256(f"{self.region} {source}".encode()).hexdigest()[:26]
        arn = f"arn:aws:rds:{self.region}:{self.current_account}:auto-backup:ab-{digest}"
        kept[arn] = {
            "DBInstanceAutomatedBackupsArn": arn,
            "DBInstanceArn": source,
            "DBInstanceIdentifier": source.rpartition(":")[2],
            "Region": source.split(":")[3],
            "Status": "replicating",
            "BackupRetentionPeriod": self.params.get("backup_retention_period", 7),
            "KmsKeyId": self.params.get("kms_key_id"),
            "Encrypted": True,
        }
        return ActionResult({"DBInstanceAutomatedBackup": kept[arn]})

    def stop_db_instance_automated_backups_replication(self: Any) -> ActionResult:
        source = self.params["source_db_instance_arn"]
        (arn,) = [arn for arn, backup in kept.items() if backup["DBInstanceArn"] == source and f":{self.region}:" in arn]
        return ActionResult({"DBInstanceAutomatedBackup": kept.pop(arn)})

    def describe_db_instance_automated_backups(self: Any) -> ActionResult:
        wanted = self.params.get("db_instance_automated_backups_arn")
        found = [backup for arn, backup in kept.items() if f":{self.region}:" in arn and wanted in (None, arn)]
        return ActionResult({"DBInstanceAutomatedBackups": found}) if found or wanted else original(self)

    for added in (
        start_db_instance_automated_backups_replication,
        stop_db_instance_automated_backups_replication,
        describe_db_instance_automated_backups,
    ):
        setattr(RDSResponse, added.__name__, added)


def noncurrent_versions() -> None:
    """moto forgets how many old versions a life cycle keeps whatever their age; Terraform waits until S3 says it."""
    rule, kept = "NoncurrentVersionExpiration", "NewerNoncurrentVersions"
    put, get = FakeBucket.set_lifecycle, S3Response.get_bucket_lifecycle

    @corrects(FakeBucket)
    def set_lifecycle(self: Any, rules: list[dict[str, Any]]) -> None:
        put(self, rules)
        self.kept_versions = [given[rule].get(kept) for given in rules if rule in given]

    @corrects(S3Response)
    def get_bucket_lifecycle(self: Any) -> Any:
        status, headers, body = get(self)
        counts = iter(self.backend.get_bucket(self.bucket_name).kept_versions)
        fill = (f"<{kept}>{count}</{kept}>" if count else "" for count in counts)
        return status, headers, re.sub(f"<{rule}>", lambda tag: tag[0] + next(fill), body)
