"""ElastiCache: what moto does not answer Terraform. Each says why it is here."""

from __future__ import annotations

import inspect
from typing import Any

from moto.core.responses import EmptyResult
from moto.ec2.models import security_groups
from moto.elasticache import models as elasticache_models
from moto.elasticache.responses import ElastiCacheResponse

from ..world import corrects


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
