from __future__ import annotations

import json

from .case import EmbeddedAwsTest

DB = "greenleaf-preprod-db"
SOURCE = "greenleaf-preprod-reports"
REPLICA = "greenleaf-preprod-reports-replica"
CLUSTER = "greenleaf-preprod-search"
MEMBER = "greenleaf-preprod-search-1"
DAY = 24 * 3600


class Instances(EmbeddedAwsTest):
    def test_stopping_takes_five_minutes_of_the_virtual_clock(self) -> None:
        answer = self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual(answer["DBInstance"]["DBInstanceStatus"], "stopping")
        self.aws.advance(299)
        self.assertEqual(self.instance_status(DB), "stopping")
        self.aws.advance(1)
        self.assertEqual(self.instance_status(DB), "stopped")

    def test_starting_takes_seven_minutes_of_the_virtual_clock(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.advance(300)
        answer = self.rds.start_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual(answer["DBInstance"]["DBInstanceStatus"], "starting")
        self.aws.advance(419)
        self.assertEqual(self.instance_status(DB), "starting")
        self.aws.advance(1)
        self.assertEqual(self.instance_status(DB), "available")

    def test_describing_does_not_move_a_status(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.assertEqual([self.instance_status(DB) for _ in range(5)], ["stopping"] * 5)

    def test_a_wrong_state_is_refused(self) -> None:
        with self.refused("InvalidDBInstanceState", "is not stopped"):
            self.rds.start_db_instance(DBInstanceIdentifier=DB)
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        with self.refused("InvalidDBInstanceState", "is not in available state"):
            self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        with self.refused("InvalidDBInstanceState"):
            self.rds.start_db_instance(DBInstanceIdentifier=DB)

    def test_an_unknown_database_is_not_found(self) -> None:
        with self.refused("DBInstanceNotFound"):
            self.rds.stop_db_instance(DBInstanceIdentifier="nobody")

    def test_a_replica_is_refused(self) -> None:
        for call in (self.rds.stop_db_instance, self.rds.start_db_instance):
            with self.refused("InvalidDBInstanceState", "Read-Replica"):
                call(DBInstanceIdentifier=REPLICA)

    def test_the_source_of_a_replica_is_refused_until_the_replica_is_gone(self) -> None:
        with self.refused("InvalidDBInstanceState", "source of a read replica"):
            self.rds.stop_db_instance(DBInstanceIdentifier=SOURCE)
        self.rds.delete_db_instance(DBInstanceIdentifier=REPLICA, SkipFinalSnapshot=True)
        self.rds.stop_db_instance(DBInstanceIdentifier=SOURCE)
        self.assertEqual(self.instance_status(SOURCE), "stopping")

    def test_a_member_of_a_cluster_is_refused(self) -> None:
        with self.refused("InvalidParameterCombination", "not eligible for stopping and starting"):
            self.rds.stop_db_instance(DBInstanceIdentifier=MEMBER)

    def test_a_mirrored_sql_server_is_refused_and_a_single_one_is_not(self) -> None:
        for name, mirrored in (("mirrored", True), ("single", False)):
            self.rds.create_db_instance(
                DBInstanceIdentifier=name,
                Engine="sqlserver-se",
                DBInstanceClass="db.m5.large",
                AllocatedStorage=200,
                MasterUsername="admin",
                MasterUserPassword="not-a-secret-here",
                MultiAZ=mirrored,
            )
        with self.refused("InvalidDBInstanceState", "Multi-AZ"):
            self.rds.stop_db_instance(DBInstanceIdentifier="mirrored")
        self.rds.stop_db_instance(DBInstanceIdentifier="single")

    def test_a_multi_az_postgres_may_stop(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier="greenleaf-prod-db")
        self.assertEqual(self.instance_status("greenleaf-prod-db"), "stopping")

    def test_a_snapshot_can_be_taken_while_stopping(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB, DBSnapshotIdentifier="before-the-night")
        found = self.rds.describe_db_snapshots(DBSnapshotIdentifier="before-the-night")["DBSnapshots"]
        self.assertEqual([snapshot["DBInstanceIdentifier"] for snapshot in found], [DB])

    def test_a_replica_has_its_own_tags(self) -> None:
        self.rds.add_tags_to_resource(
            ResourceName=self.instance(REPLICA)["DBInstanceArn"], Tags=[{"Key": "only", "Value": "here"}]
        )
        self.assertNotIn("only", [tag["Key"] for tag in self.instance(SOURCE)["TagList"]])

    def test_deleting_while_stopping_leaves_nothing_due_that_fails(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.rds.delete_db_instance(DBInstanceIdentifier=DB, SkipFinalSnapshot=True)
        self.aws.advance(30 * DAY)
        self.assertNotIn("stopped", [change["to"] for change in self.aws.get("changes")])


class SevenDays(EmbeddedAwsTest):
    def test_aws_restarts_a_stopped_database_after_seven_days(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.advance(300 + 7 * DAY - 1)
        self.assertEqual(self.instance_status(DB), "stopped")
        self.aws.advance(1)
        self.assertEqual(self.instance_status(DB), "starting")
        self.aws.advance(420)
        self.assertEqual(self.instance_status(DB), "available")
        restarts = [change for change in self.aws.get("changes") if "RDS-EVENT-0154" in change["message"]]
        self.assertEqual([change["resource"] for change in restarts], [DB])
        events = self.rds.describe_events(SourceIdentifier=DB, SourceType="db-instance")["Events"]
        self.assertIn("exceeding the maximum allowed time being stopped", events[-1]["Message"])

    def test_a_database_started_meanwhile_is_not_restarted(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.advance(3 * DAY)
        self.rds.start_db_instance(DBInstanceIdentifier=DB)
        self.aws.advance(30 * DAY)
        self.assertFalse([change for change in self.aws.get("changes") if "RDS-EVENT" in change["message"]])

    def test_the_seven_days_begin_anew_with_each_stop(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.advance(300 + 7 * DAY + 420)
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.advance(300 + 7 * DAY - 1)
        self.assertEqual(self.instance_status(DB), "stopped")

    def test_aws_restarts_a_cluster_with_its_member(self) -> None:
        self.rds.stop_db_cluster(DBClusterIdentifier=CLUSTER)
        self.aws.advance(300 + 7 * DAY + 420)
        self.assertEqual((self.cluster_status(CLUSTER), self.instance_status(MEMBER)), ("available", "available"))
        messages = [change["message"] for change in self.aws.get("changes") if change["resource"] == CLUSTER]
        self.assertTrue(any("RDS-EVENT-0153" in message for message in messages))


class Clusters(EmbeddedAwsTest):
    def test_a_cluster_takes_its_members_through_stopping_and_starting(self) -> None:
        seen = []
        for call, seconds in ((self.rds.stop_db_cluster, 300), (self.rds.start_db_cluster, 420)):
            call(DBClusterIdentifier=CLUSTER)
            seen.append((self.cluster_status(CLUSTER), self.instance_status(MEMBER)))
            self.aws.advance(seconds)
            seen.append((self.cluster_status(CLUSTER), self.instance_status(MEMBER)))
        self.assertEqual(seen, [(status, status) for status in ("stopping", "stopped", "starting", "available")])

    def test_a_wrong_state_is_refused(self) -> None:
        with self.refused("InvalidDBClusterStateFault", "expected it to be one of stopped"):
            self.rds.start_db_cluster(DBClusterIdentifier=CLUSTER)
        self.rds.stop_db_cluster(DBClusterIdentifier=CLUSTER)
        with self.refused("InvalidDBClusterStateFault", "is in stopping state"):
            self.rds.stop_db_cluster(DBClusterIdentifier=CLUSTER)

    def test_an_unknown_cluster_is_not_found(self) -> None:
        with self.refused("DBClusterNotFoundFault"):
            self.rds.stop_db_cluster(DBClusterIdentifier="nobody")

    def test_serverless_v1_is_refused(self) -> None:
        self.rds.create_db_cluster(
            DBClusterIdentifier="pausing",
            Engine="aurora-mysql",
            EngineMode="serverless",
            MasterUsername="admin",
            MasterUserPassword="not-a-secret-here",
        )
        with self.refused("InvalidDBClusterStateFault", "Serverless v1"):
            self.rds.stop_db_cluster(DBClusterIdentifier="pausing")


class Pages(EmbeddedAwsTest):
    def test_clusters_come_in_pages_that_can_be_followed(self) -> None:
        for number in range(24):
            self.rds.create_db_cluster(
                DBClusterIdentifier=f"many-{number}",
                Engine="aurora-postgresql",
                MasterUsername="greenleaf",
                MasterUserPassword="not-a-secret-here",
            )
        first = self.rds.describe_db_clusters(MaxRecords=20)
        self.assertEqual(len(first["DBClusters"]), 20)
        second = self.rds.describe_db_clusters(MaxRecords=20, Marker=first["Marker"])
        self.assertEqual(len(second["DBClusters"]), 5)
        self.assertNotIn("Marker", second)

    def test_a_cap_on_pages_holds_whatever_is_asked_for(self) -> None:
        self.aws.post("pages", {"limit": 2})
        paginator = self.rds.get_paginator("describe_db_instances")
        pages = [len(page["DBInstances"]) for page in paginator.paginate(PaginationConfig={"PageSize": 100})]
        self.assertEqual(pages, [2, 2, 2])
        self.aws.post("pages", {"limit": None})
        self.assertEqual(len(self.rds.describe_db_instances()["DBInstances"]), 6)

    def test_a_page_size_out_of_range_and_a_foreign_marker_are_refused(self) -> None:
        with self.refused("InvalidParameterValue", "between 20 and 100"):
            self.rds.describe_db_clusters(MaxRecords=5)
        with self.refused("InvalidParameterValue"):
            self.rds.describe_db_clusters(Marker="nonsense")


class Forcing(EmbeddedAwsTest):
    def test_any_status_can_be_set_and_what_was_under_way_is_forgotten(self) -> None:
        self.rds.stop_db_instance(DBInstanceIdentifier=DB)
        self.aws.post("rds", {"db_instance": DB, "status": "storage-optimization"})
        self.aws.advance(30 * DAY)
        self.assertEqual(self.instance_status(DB), "storage-optimization")

    def test_an_attribute_can_be_emptied(self) -> None:
        self.aws.post("rds", {"db_instance": DB, "attributes": {"preferred_maintenance_window": ""}})
        self.assertEqual(self.instance(DB)["PreferredMaintenanceWindow"], "")

    def test_an_unknown_name_or_attribute_is_an_error(self) -> None:
        for sent in ({"db_instance": "nobody"}, {"db_instance": DB, "attributes": {"colour": "red"}}, {}):
            with self.assertRaises(ValueError, msg=json.dumps(sent)):
                self.aws.post("rds", sent)


class MembersOfClusters(EmbeddedAwsTest):
    CLUSTER = "greenleaf-preprod-search"

    def member(self) -> str:
        cluster = self.rds.describe_db_clusters(DBClusterIdentifier=self.CLUSTER)["DBClusters"][0]
        return str(cluster["DBClusterMembers"][0]["DBInstanceIdentifier"])

    def test_a_cluster_is_available_before_its_members_and_takes_no_stop_until_they_are(self) -> None:
        self.rds.stop_db_cluster(DBClusterIdentifier=self.CLUSTER)
        self.aws.advance(5 * 60)
        self.rds.start_db_cluster(DBClusterIdentifier=self.CLUSTER)
        self.aws.advance(5 * 60)
        self.assertEqual(self.cluster_status(self.CLUSTER), "available")
        self.assertEqual(self.instance_status(self.member()), "starting")
        with self.refused("InvalidDBInstanceState"):
            self.rds.stop_db_cluster(DBClusterIdentifier=self.CLUSTER)
        self.aws.advance(2 * 60)
        self.assertEqual(self.instance_status(self.member()), "available")
        self.rds.stop_db_cluster(DBClusterIdentifier=self.CLUSTER)
