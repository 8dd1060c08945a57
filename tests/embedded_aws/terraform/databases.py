"""RDS: what moto does not answer Terraform. Each says why it is here."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.core.responses import ActionResult
from moto.rds import models as rds_models
from moto.rds.responses import RDSResponse

from ..world import corrects


def database_ids() -> None:
    """Every database of moto's has the same DbiResourceId, and a replica its source's, by which Terraform looks its
    databases up: with two of them it finds neither. A replica has more of its source's than AWS gives it.
    """
    original = rds_models.DBInstance.__init__
    replicate = rds_models.RDSBackend.create_db_instance_read_replica

    def own_id(database: Any) -> None:
        digest = hashlib.sha256(database.arn.encode()).hexdigest().upper()
        database.dbi_resource_id = f"db-{digest[:26]}"

    @corrects(rds_models.DBInstance)
    def __init__(self: Any, *positional: Any, **settings: Any) -> None:
        original(self, *positional, **settings)
        own_id(self)

    @corrects(rds_models.RDSBackend)
    def create_db_instance_read_replica(self: Any, db_kwargs: dict[str, Any]) -> Any:
        # Its region first: what else is given, such as the subnet group, is looked for there.
        replica = replicate(self, {"backend": self, **db_kwargs})
        own_id(replica)
        # moto copies the source whole. AWS gives a replica neither backups nor exported logs unless they are asked for.
        replica.backup_retention_period = db_kwargs.get("backup_retention_period") or 0
        replica.enabled_cloudwatch_logs_exports = list(db_kwargs.get("enable_cloudwatch_logs_exports") or [])
        return replica


# Parameters whose own value in a family is the one that somebody may ask for again. rds.force_ssl is 1 from PostgreSQL 15
# on: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
OWN_VALUES = {("postgres15", "rds.force_ssl"): "1", ("postgres16", "rds.force_ssl"): "1", ("postgres17", "rds.force_ssl"): "1"}


def database_parameters() -> None:
    """AWS marks what somebody set with `Source: user`, which Terraform looks for; moto has no sources.

    A parameter that is set to what it is anyway is not taken for a change: AWS answers it as its own, with the method
    `pending-reboot`, whatever was asked (hashicorp/terraform-provider-aws, issues 39252, 44280 and 18035).
    """
    original = rds_models.DBParameterGroup.update_parameters

    def kept(family: str, parameter: dict[str, Any]) -> dict[str, Any]:
        if OWN_VALUES.get((family, parameter["ParameterName"])) == str(parameter.get("ParameterValue")):
            return {**parameter, "Source": "system", "ApplyMethod": "pending-reboot"}
        return {**parameter, "Source": "user"}

    @corrects(rds_models.DBParameterGroup)
    def update_parameters(self: Any, new_parameters: Any) -> None:
        original(self, [kept(self.family, parameter) for parameter in new_parameters])


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


def restored_backups() -> None:
    """moto restores a database of the same region only, by its name; a fail-over restores the copy of a backup, by
    its ARN, of a database that is elsewhere.
    """
    original = RDSResponse.restore_db_instance_to_point_in_time

    @corrects(RDSResponse)
    def restore_db_instance_to_point_in_time(self: Any) -> ActionResult:
        params = self.params
        arn = params.get("source_db_instance_automated_backups_arn")
        if arn is None:
            return original(self)
        (backup,) = [one for one in copies(self) if one["DBInstanceAutomatedBackupsArn"] == arn]
        source = rds_models.rds_backends[self.current_account][backup["Region"]].databases[backup["DBInstanceIdentifier"]]
        # "Most of the original configuration" (RestoreDBInstanceToPointInTime), under the key that the copy was made with.
        kept = ("engine", "engine_version", "db_name", "allocated_storage", "storage_type", "master_username", "port")
        kept += ("backup_retention_period", "preferred_backup_window", "preferred_maintenance_window")
        wanted = {**{name: getattr(source, name) for name in kept}, **{key: value for key, value in params.items() if value is not None}}
        wanted |= {"db_instance_identifier": params["target_db_instance_identifier"], "storage_encrypted": True, "kms_key_id": backup["KmsKeyId"]}
        # The source's password comes with its data; moto asks for one, and does not tell the source's.
        if not params.get("manage_master_user_password"):
            wanted["master_user_password"] = "as-in-the-backup"
        return ActionResult({"DBInstance": self.backend.create_db_instance(wanted)})

    def copies(response: Any) -> list[dict[str, Any]]:
        return list(response.describe_db_instance_automated_backups().result["DBInstanceAutomatedBackups"])


def promoted_replicas() -> None:
    """moto's promoted replica still names its source, and the source it; of another region it cannot forget one at all."""
    promote = rds_models.RDSBackend.promote_read_replica

    @corrects(rds_models.DBInstance)
    def remove_replica(self: Any, replica: Any) -> None:
        self.replicas = [name for name in self.replicas if name not in (replica.db_instance_identifier, replica.db_instance_arn)]

    @corrects(rds_models.RDSBackend)
    def promote_read_replica(self: Any, db_kwargs: dict[str, Any]) -> Any:
        replica = self.databases[db_kwargs["db_instance_identifier"]]
        if replica.is_replica:
            self.find_db_from_id(replica.source_db_instance_identifier).remove_replica(replica)
        promoted = promote(self, db_kwargs)
        promoted.source_db_instance_identifier = None
        return promoted
