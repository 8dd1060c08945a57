"""The real life of every environment: apply, an empty plan, sleep, an empty plan, waking, an empty plan, destroy.

The three environments, dev as the guide deploys it, a fourth with every other choice, the nightcap module's example
and the standby run side by side against one embedded AWS. Overrides are written into copies; infra/ knows nothing of tests.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from . import fit, living, package, standby, state
from .aws import Aws, embedded_aws
from .root import LOCAL_BACKEND, OVERRIDE, Root, fresh
from .step import Failed, run
from .terraform import binary, copied, environment, init

EVERY = "preprod,prod,dev,variants,nightcap,standby,standby-replica"
# The documents' other choices, all at once, in an account of their own: names are those of preprod.
VARIANTS = {
    "nat_mode": "gateway",
    "engine": "mysql",
    "profile": "slim",
    "cache_mode": "replicated",
    "media": "s3",
    "operating_system": "ubuntu_22_04",
    "scaling_policy": "step",
    "sticky_sessions": "true",
    "ingress": "cloudflare",
    "detailed_monitoring": "true",
    "root_volume_size": "50",
    "health_check": '{ path = "/health.php", unhealthy = 3, timeout = 5 }',
    "password_mode": "write_only",
    "read_replica": "true",
    "private_subnet_cidrs": '["10.0.11.0/24", "10.0.12.0/24"]',
}


def check(repository: Path) -> str:
    binary()
    with copied(repository) as root, embedded_aws(repository, root) as aws:
        package.real(repository, root)
        # INFRA_APPLY=dev,nightcap takes some of them, while one is being worked on.
        wanted = os.environ.get("INFRA_APPLY", EVERY).split(",")
        # Most of the time is the provider's own pauses: one thread each.
        with ThreadPoolExecutor(8) as pool:
            # In a region of its own, and so of no concern to the proof.
            others = [pool.submit(standby.life, root, name, aws) for name in wanted if name in standby.NAMES]
            roots = list(pool.map(lambda name: made(root, name, aws), [name for name in wanted if name not in standby.NAMES]))
            named = {one.name: one for one in roots}
            fitted = {"preprod", "prod"} <= set(named)
            if fitted:
                prove(root, named, aws)
            counts = [*pool.map(lambda one: unmade(one, aws), roots), *(other.result() for other in others)]
    slept = "; dev and preprod slept and woke by the deployed function, planned empty after each" if fitted else ""
    return f"{len(counts)} configurations applied, planned empty, destroyed{slept}; {sum(counts)} resources"


def platform(root: Path, name: str, aws: Aws) -> Root:
    folder = fresh(root, name, "platform")
    (folder / "zz_override.tf").write_text(LOCAL_BACKEND + OVERRIDE)
    variants = name == "variants"
    env = environment(AWS_REGION="eu-west-3", **(aws.other_account() if variants else aws.environment()))
    init(folder, env, backend=True)
    workspace = "preprod" if variants else name
    run([binary(), "workspace", "new", "-no-color", workspace], folder, env)
    arguments = ["-var-file", f"envs/{workspace}.tfvars"]
    if variants:
        arguments += [word for key, value in VARIANTS.items() for word in ("-var", f"{key}={value}")]
    if name == "prod":
        arguments += ["-var", f"nightcap_architecture={package.architecture()}"]
    return Root(name, folder, env, arguments)


def nightcap_example(root: Path, aws: Aws) -> Root:
    folder = fresh(root, "nightcap", "modules/nightcap/examples/complete")
    (folder / "zz_override.tf").write_text(OVERRIDE)
    # Another region: names are unique within one, and prod makes Nightcap in Paris.
    env = environment(AWS_REGION="eu-west-1", **aws.environment())
    init(folder, env)
    zips = {name: package.place(root, name) for name in package.FUNCTIONS}
    arguments = ["-var", f"scheduler_zip={zips['scheduler']}", "-var", f"budget_guard_zip={zips['budget-guard']}"]
    return Root("nightcap", folder, env, arguments)


def made(root: Path, name: str, aws: Aws) -> Root:
    """One configuration, applied and as it should be."""
    if name == "dev":
        one: Root = state.deployed(root, aws)
    else:
        one = nightcap_example(root, aws) if name == "nightcap" else platform(root, name, aws)
        if name == "prod":
            # Step 4 of the guide: the registry first, for the images.
            one.terraform("apply", "-auto-approve", "-target=module.registry")
        one.apply()
    one.nothing_to_do("right after apply")
    living.checks(one.name, one.outputs(), aws)
    if name == "variants":
        living.read_replica(aws.client("rds", account=one.env))
    return one


def prove(root: Path, named: dict[str, Root], aws: Aws) -> list[fit.Look]:
    environments = [named[name] for name in ("preprod", "prod", "dev") if name in named]

    def plans(when: str) -> None:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda one: one.nothing_to_do(when), environments))

    nightcap = cast(dict[str, object], named["prod"].outputs()["nightcap"])
    return fit.together(named["preprod"].outputs(), nightcap, package.place(root, "scheduler"), root / "run", aws, plans)


def unmade(root: Root, aws: Aws) -> int:
    count = len(root.resources())
    if root.name == "prod":
        living.lift_protection(root.outputs(), aws)
    root.destroy()
    living.left_behind(root.name, aws)
    if root.resources():
        raise Failed(f"{root.name}: something is left in the state after destroy")
    if isinstance(root, state.Dev):
        count += len(root.bootstrap.resources())
        state.unmade(root.bootstrap, aws)
    return count
