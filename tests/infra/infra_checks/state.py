"""dev, deployed as the guide says: the bootstrap, its lock refusing a second plan at once, `scripts/deploy`; in the end
a state bucket that is hard to destroy.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .aws import Aws
from .root import OVERRIDE, Root, fresh
from .step import Failed, run
from .terraform import binary, environment, init, plugins

REPOSITORY = Path(__file__).resolve().parents[3]
# Long, for a machine that does much besides: an apply that is asked to end first finishes what it is at.
LOCK_SECONDS = 300
REFUSED = "Error acquiring the state lock"
UNPROTECTED = 'resource "{kind}" "{name}" {{\n  lifecycle {{\n    prevent_destroy = false\n  }}\n}}\n'


@dataclass
class Dev(Root):
    """dev as the guide deploys it, and the bootstrap that keeps its state."""

    bootstrap: Root
    aws: Aws


def deployed(root: Path, aws: Aws) -> Dev:
    """docs/deployment.md, steps 2, 6 and 8, by its own commands: the bootstrap, its backend.hcl, scripts/deploy."""
    bootstrap = bootstrapped(root, aws)
    outputs = bootstrap.outputs()
    bucket = str(outputs["state_bucket"])
    bucket_is_safe(bucket, aws)
    allow_plain_http(bucket, aws)
    table = aws.client("dynamodb").describe_table(TableName=outputs["lock_table"])["Table"]
    if table["TableName"] != "greenleaf-tf-lock" or [key["AttributeName"] for key in table["KeySchema"]] != ["LockID"]:
        raise Failed(f"the lock table is {table}")
    folder = fresh(root, "dev", "platform")
    # What the bootstrap said to write, and the address of an AWS that is not Amazon's.
    (folder / "backend.hcl").write_text(f'{outputs["backend_hcl"]}use_path_style = true\nendpoints = {{ s3 = "{aws.endpoint}" }}\n')
    (folder / "zz_override.tf").write_text(OVERRIDE)
    dev = Dev("dev", folder, bootstrap.env, ["-var-file", "envs/dev.tfvars"], bootstrap, aws)
    init(folder, dev.env, backend=True, more=["-backend-config=backend.hcl"])
    run([binary(), "workspace", "new", "-no-color", "dev"], folder, dev.env)
    second_plan_fails(dev, bucket)
    script = folder.parent.parent / "scripts" / "deploy"
    script.parent.mkdir()
    shutil.copy(REPOSITORY / "scripts" / "deploy", script)
    env = {**dev.env, "TERRAFORM": binary(), **({"TF_CLI_ARGS_init": f"-plugin-dir={place}"} if (place := plugins(folder)) else {})}
    run([script, "dev"], folder, {**env, "AUTO_APPROVE": "1"})
    again = run([script, "dev"], folder, {**env, "PLAN_ONLY": "1"})
    if "Plan for dev: 0 changes" not in again.stderr:
        raise Failed(f"scripts/deploy would change something again:\n{again.stderr[-3000:]}")
    return dev


def bootstrapped(root: Path, aws: Aws) -> Root:
    folder = fresh(root, "bootstrap", "bootstrap")
    (folder / "zz_override.tf").write_text(OVERRIDE)
    env = environment(AWS_REGION="eu-west-3", **aws.environment())
    init(folder, env)
    bootstrap = Root("bootstrap", folder, env, [])
    bootstrap.apply()
    bootstrap.nothing_to_do("right after apply")
    return bootstrap


def bucket_is_safe(name: str, aws: Aws) -> None:
    s3 = aws.client("s3")
    versioning = s3.get_bucket_versioning(Bucket=name)["Status"]
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    private = all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    if versioning != "Enabled" or not rules or not private or name != "greenleaf-tfstate-p2026-paris":
        raise Failed(f"{name}: versioning {versioning}, encryption {rules}, private: {private}")


def second_plan_fails(dev: Dev, bucket: str) -> None:
    """One `apply` waits for its yes and holds the lock; a `plan` beside it must fail at once, and say why."""
    plan = ["-no-color", *dev.arguments]
    holder = subprocess.Popen(
        [binary(), "apply", *plan], cwd=dev.folder, env=dev.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_lock(bucket, dev.aws)
        second = run([binary(), "plan", "-input=false", *plan], dev.folder, dev.env, codes=(1,))
    finally:
        # Asked to end, Terraform gives the lock back.
        holder.terminate()
        holder.wait(LOCK_SECONDS)
    if REFUSED not in second.stdout + second.stderr:
        raise Failed(f"a second plan is not refused for the lock:\n{second.stdout}{second.stderr}")


def allow_plain_http(name: str, aws: Aws) -> None:
    """The bucket refuses what comes without TLS, and the embedded AWS has none: seen, then lifted for the rest."""
    s3 = aws.client("s3")
    (statement,) = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    if statement["Effect"] != "Deny" or statement["Condition"] != {"Bool": {"aws:SecureTransport": "false"}}:
        raise Failed(f"{name} may be read without TLS: {statement}")
    s3.delete_bucket_policy(Bucket=name)


def wait_for_lock(bucket: str, aws: Aws) -> None:
    until = time.monotonic() + LOCK_SECONDS
    while time.monotonic() < until:
        if any(name.endswith(".tflock") for name in names(bucket, aws)):
            return
        time.sleep(0.1)
    raise Failed(f"no lock in {bucket} after {LOCK_SECONDS} s: {names(bucket, aws)}")


def names(bucket: str, aws: Aws) -> list[str]:
    return [str(found["Key"]) for found in aws.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])]


def unmade(bootstrap: Root, aws: Aws) -> None:
    """Not by accident; by somebody who takes the protection away and empties the bucket, yes."""
    refused = run([binary(), "destroy", "-no-color", "-auto-approve"], bootstrap.folder, bootstrap.env, codes=(1,))
    if "prevent_destroy" not in refused.stdout + refused.stderr:
        raise Failed(f"the state bucket is not protected: {refused.stdout}{refused.stderr}")
    blocks = [("aws_s3_bucket", "state"), ("aws_dynamodb_table", "lock")]
    (bootstrap.folder / "zz_unprotected_override.tf").write_text("".join(UNPROTECTED.format(kind=kind, name=name) for kind, name in blocks))
    s3, bucket = aws.client("s3"), str(bootstrap.outputs()["state_bucket"])
    versions: dict[str, Any] = s3.list_object_versions(Bucket=bucket)
    for version in [*versions.get("Versions", []), *versions.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    bootstrap.destroy()
    if bootstrap.resources():
        raise Failed("bootstrap: something is left in the state after destroy")
