"""IAM, Secrets Manager and CloudFormation: what moto does not answer Terraform. Each says why it is here."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.ec2.models import instances
from moto.iam import models as iam_models
from moto.secretsmanager import models as secretsmanager_models
from moto.secretsmanager import secretsmanager_backends

from ..world import corrects


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
