"""What Terraform asks of AWS and moto does not answer. Only additions for `infra/`; each says why it is here."""

from __future__ import annotations

from ..world import World
from . import caches, databases, identity, machines, services


def install(world: World) -> None:
    """Puts every extension of this folder in place."""
    identity.managed_policies()
    identity.managed_rotation()
    machines.ubuntu_image()
    machines.machine_images()
    machines.spot_requests()
    machines.rule_descriptions()
    machines.template_versions()
    machines.scaling_policies()
    machines.instance_refreshes()
    machines.lifecycle_hooks()
    # Before the next, which hides what a cache is made of.
    caches.cache_members()
    caches.cache_nodes()
    caches.cache_deletion()
    databases.database_ids()
    databases.database_parameters()
    databases.replicated_backups()
    databases.restored_backups()
    databases.promoted_replicas()
    services.function_settings()
    services.queue_policies()
    services.budget_subscribers()
    services.noncurrent_versions()
