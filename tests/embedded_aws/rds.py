"""RDS and Aurora: states that take time, refusals, the seven-day restart, pages.

moto stops and starts a database at once, starts a cluster to "started", stops a replica's source and a
cluster's member, and gives all clusters on one page. AWS:
- statuses: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html
- limits of stopping: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_StopInstance.html
- the same for clusters: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-cluster-stop-start.html
- a cluster is `available` before its members are: https://github.com/aws/aws-sdk/issues/826

Not imitated: the short statuses that may follow `starting` (`configuring-enhanced-monitoring`, `backing-up`…).
A test sets those with `POST /nightcap/rds`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.rds import utils
from moto.rds.exceptions import DBClusterNotFoundError, InvalidParameterValue
from moto.rds.models import DBCluster, DBInstance, Event, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

from .clock import Alarm
from .paging import BadToken
from .rds_refusals import refuse_cluster_start, refuse_cluster_stop, refuse_instance_start, refuse_instance_stop
from .world import World, corrects

# AWS promises no durations. These are of the order seen for small databases; what matters is that they are not zero.
STOPPING_TAKES = timedelta(minutes=5)
STARTING_TAKES = timedelta(minutes=7)
# So much earlier a cluster is called `available` than its members.
MEMBERS_LATER_BY = timedelta(minutes=2)
# "If you don't manually start your DB instance after seven consecutive days, RDS automatically starts it."
LONGEST_SLEEP = timedelta(days=7)

# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
RESTARTED_BY_AWS = {
    "db-instance": "RDS-EVENT-0154: DB instance is being started due to it exceeding the maximum allowed time being stopped.",
    "db-cluster": "RDS-EVENT-0153: DB cluster is being started due to it exceeding the maximum allowed time being stopped.",
}

Database = DBInstance | DBCluster


class Lifecycle:
    """Takes databases through `stopping` and `starting`, each change at its own instant."""

    def __init__(self, world: World) -> None:
        self._world = world
        # By ARN: what is due to happen to each database. Kept here because moto copies its models deeply.
        self._due: dict[str, Alarm] = {}

    def stop(self, leader: Database, members: Iterable[DBInstance] = ()) -> None:
        everybody = [leader, *members]
        self._all_become(everybody, "stopping")

        def stopped() -> None:
            self._all_become(everybody, "stopped")
            self._plan(leader, LONGEST_SLEEP, lambda: self._restarted_by_aws(leader, everybody[1:]))

        self._plan(leader, STOPPING_TAKES, stopped)

    def start(self, leader: Database, members: Iterable[DBInstance] = (), message: str = "") -> None:
        followers = list(members)
        self._all_become([leader, *followers], "starting", message)
        if not followers:
            self._plan(leader, STARTING_TAKES, lambda: self._become(leader, "available"))
            return

        def leader_first() -> None:
            self._become(leader, "available")
            self._plan(leader, MEMBERS_LATER_BY, lambda: self._all_become(followers, "available"))

        self._plan(leader, STARTING_TAKES - MEMBERS_LATER_BY, leader_first)

    def forget(self) -> None:
        self._due.clear()

    def force(self, database: Database, status: str) -> None:
        """Sets a status from outside; what was under way no longer happens."""
        if alarm := self._due.pop(database.arn, None):
            alarm.cancel()
        self._become(database, status, "set by a test")

    def _restarted_by_aws(self, leader: Database, members: list[DBInstance]) -> None:
        kind = _kind(leader)
        event = f"NIGHTCAP_{kind.upper()}_RESTARTED"
        Event.EVENT_MAP[event] = {"Categories": ["notification"], "Message": RESTARTED_BY_AWS[kind].split(": ", 1)[1]}
        leader.backend.add_event(event, leader)
        self.start(leader, members, RESTARTED_BY_AWS[kind])

    def _plan(self, leader: Database, delay: timedelta, action: Any) -> None:
        if alarm := self._due.pop(leader.arn, None):
            alarm.cancel()

        def unless_deleted() -> None:
            if leader in _databases(leader.backend):
                action()

        self._due[leader.arn] = self._world.clock.after(delay, unless_deleted)

    def _all_become(self, databases: Iterable[Database], status: str, message: str = "") -> None:
        for database in databases:
            self._become(database, status, message)

    def _become(self, database: Database, status: str, message: str = "") -> None:
        self._world.journal.change(_kind(database), database.resource_id, database.status, status, message)
        database.status = status


def install(world: World) -> Lifecycle:
    lifecycle = Lifecycle(world)
    # moto notes no events of clusters, and so names no source type for them.
    DBCluster.event_source_type = "db-cluster"
    _correct_instances(lifecycle)
    _correct_clusters(lifecycle)
    _correct_replicas()
    _correct_windows()
    _correct_pages(world)
    return lifecycle


def _correct_instances(lifecycle: Lifecycle) -> None:
    @corrects(RDSBackend)
    def stop_db_instance(
        self: RDSBackend, db_instance_identifier: str, db_snapshot_identifier: str | None = None
    ) -> DBInstance:
        self._validate_db_identifier(db_instance_identifier)
        database = self.describe_db_instances(db_instance_identifier)[0]
        refuse_instance_stop(database)
        if db_snapshot_identifier:
            self.create_db_snapshot(db_instance_identifier, db_snapshot_identifier)
        lifecycle.stop(database)
        return database

    @corrects(RDSBackend)
    def start_db_instance(self: RDSBackend, db_instance_identifier: str) -> DBInstance:
        self._validate_db_identifier(db_instance_identifier)
        database = self.describe_db_instances(db_instance_identifier)[0]
        refuse_instance_start(database)
        lifecycle.start(database)
        return database


def _correct_clusters(lifecycle: Lifecycle) -> None:
    def find(backend: RDSBackend, identifier: str) -> DBCluster:
        if identifier not in backend.clusters:
            raise DBClusterNotFoundError(identifier)
        return backend.clusters[identifier]

    # A cluster's members show the cluster's status; moto leaves them "available" for ever.
    @corrects(RDSBackend)
    def stop_db_cluster(self: RDSBackend, cluster_identifier: str) -> DBCluster:
        cluster = find(self, cluster_identifier)
        refuse_cluster_stop(cluster)
        lifecycle.stop(cluster, cluster.members)
        return cluster

    @corrects(RDSBackend)
    def start_db_cluster(self: RDSBackend, cluster_identifier: str) -> DBCluster:
        cluster = find(self, cluster_identifier)
        refuse_cluster_start(cluster)
        lifecycle.start(cluster, cluster.members)
        return cluster


def _correct_replicas() -> None:
    original = RDSBackend.create_db_instance_read_replica

    # moto's replica is a shallow copy of its source: it carries, and even shares, the source's tags.
    # AWS gives a replica the tags it is created with and no others.
    @corrects(RDSBackend)
    def create_db_instance_read_replica(self: RDSBackend, db_kwargs: dict[str, Any]) -> DBInstance:
        replica = original(self, db_kwargs)
        replica.tags = list(db_kwargs.get("tags") or [])
        return replica


def _correct_windows() -> None:
    original = utils.get_overlap_between_two_date_ranges

    # moto takes a backup window that ends when maintenance begins (03:00-04:00, mon:04:00-mon:05:00, as
    # GreenLeaf has them) for an overlap of zero seconds, and refuses it. AWS accepts windows that touch.
    @corrects(utils)
    def get_overlap_between_two_date_ranges(*ranges: Any) -> int:
        return original(*ranges) or -1


def _correct_pages(world: World) -> None:
    def paged(response: RDSResponse, key: str, items: list[Any]) -> ActionResult:
        asked = response.params.get("MaxRecords", 100)
        if not 20 <= asked <= 100:
            raise InvalidParameterValue(f"Invalid value {asked} for MaxRecords. Must be between 20 and 100")
        try:
            page, marker = world.pages.cut(items, asked, response.params.get("Marker"))
        except BadToken as error:
            raise InvalidParameterValue("The specified marker is invalid.") from error
        return ActionResult({key: page, "Marker": marker})

    def filters(response: RDSResponse) -> dict[str, list[str]]:
        return {item["Name"]: item["Values"] for item in response.params.get("Filters", [])}

    @corrects(RDSResponse)
    def describe_db_clusters(self: RDSResponse) -> ActionResult:
        identifier = self.params.get("DBClusterIdentifier")
        return paged(self, "DBClusters", self.backend.describe_db_clusters(identifier, filters(self)))

    @corrects(RDSResponse)
    def describe_db_instances(self: RDSResponse) -> ActionResult:
        identifier = self.params.get("DBInstanceIdentifier")
        return paged(self, "DBInstances", self.backend.describe_db_instances(identifier, filters(self)))


def find_database(name: str, *, cluster: bool) -> Database:
    """The database of this name in whatever account and region it stands."""
    for account in rds_backends.values():
        for backend in account.values():
            found = (backend.clusters if cluster else backend.databases).get(name)
            if found is not None:
                return found
    raise LookupError(f"no {'cluster' if cluster else 'database'} named {name}")


def _databases(backend: RDSBackend) -> list[Database]:
    return [*backend.databases.values(), *backend.clusters.values()]


def _kind(database: Database) -> str:
    return "db-cluster" if isinstance(database, DBCluster) else "db-instance"
