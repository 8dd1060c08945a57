"""What RDS refuses to stop or start, with AWS's own error codes.

Messages marked (seen) are AWS's, read in public bug reports; the others are worded here because AWS
publishes none. No caller may depend on a message.
"""

from __future__ import annotations

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBCluster, DBInstance, DBInstanceClustered


def refuse_instance_stop(database: DBInstance) -> None:
    _refuse_what_never_stops(database)
    if database.read_replica_db_instance_identifiers:
        raise _state(f"Cannot stop {database.resource_id}: it is the source of a read replica.")
    if database.multi_az and database.engine.startswith("sqlserver"):
        raise _state(f"Cannot stop {database.resource_id}: SQL Server in a Multi-AZ configuration cannot be stopped.")
    if database.status != "available":
        raise _state(f"Instance {database.resource_id} is not in available state.")  # (seen)


def refuse_instance_start(database: DBInstance) -> None:
    _refuse_what_never_stops(database)
    if database.status != "stopped":
        raise _state(f"Instance {database.resource_id} is not stopped, it cannot be started.")


def refuse_cluster_stop(cluster: DBCluster) -> None:
    if cluster.global_cluster_identifier:
        raise _cluster_state(f"DbCluster {cluster.resource_id} belongs to a global database and cannot be stopped.")
    if cluster.replication_source_identifier or cluster.read_replica_identifiers:
        raise _cluster_state(f"DbCluster {cluster.resource_id} is replicated and cannot be stopped.")
    if cluster.engine_mode == "serverless":
        raise _cluster_state(f"DbCluster {cluster.resource_id} is Aurora Serverless v1 and cannot be stopped.")
    _expect(cluster, "available")
    # InvalidDBInstanceState is among the errors of StopDBCluster:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_StopDBCluster.html
    for member in cluster.members:
        if member.status != "available":
            raise _state(f"Instance {member.resource_id} is not in available state.")


def refuse_cluster_start(cluster: DBCluster) -> None:
    _expect(cluster, "stopped", "inaccessible-encryption-credentials-recoverable")


def _refuse_what_never_stops(database: DBInstance) -> None:
    if isinstance(database, DBInstanceClustered):
        raise RDSClientError(
            "InvalidParameterCombination",
            f"{database.engine} DB instances are not eligible for stopping and starting.",  # (seen)
        )
    if database.is_replica:
        raise _state("Cannot stop or start a Read-Replica instance")  # (seen)


def _expect(cluster: DBCluster, *statuses: str) -> None:
    # Reading `status` moves a cluster that moto is creating on to "available": read it once.
    status = cluster.status
    if status not in statuses:
        raise _cluster_state(
            f"DbCluster {cluster.resource_id} is in {status} state "
            f"but expected it to be one of {','.join(statuses)}."  # (seen)
        )


# The code on the wire is not the name of the shape (InvalidDBInstanceStateFault), and for clusters it is.
def _state(message: str) -> RDSClientError:
    return RDSClientError("InvalidDBInstanceState", message)


def _cluster_state(message: str) -> RDSClientError:
    return RDSClientError("InvalidDBClusterStateFault", message)
