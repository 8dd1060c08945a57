"""The state's own life: the bootstrap applied, its lock refusing a second plan at once, and its bucket hard to destroy."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

from .aws import Aws
from .root import OVERRIDE, Root, fresh
from .step import Failed, run
from .terraform import binary, environment, init

LOCK_SECONDS = 60
REFUSED = "Error acquiring the state lock"
UNPROTECTED = 'resource "{kind}" "{name}" {{\n  lifecycle {{\n    prevent_destroy = false\n  }}\n}}\n'


def life(root: Path, aws: Aws) -> int:
    folder = fresh(root, "bootstrap", "bootstrap")
    (folder / "zz_override.tf").write_text(OVERRIDE)
    env = environment(AWS_REGION="eu-west-3", **aws.environment())
    init(folder, env)
    bootstrap = Root("bootstrap", folder, env, [])
    bootstrap.apply()
    bootstrap.nothing_to_do("right after apply")
    count = len(bootstrap.resources())
    outputs = bootstrap.outputs()
    bucket_is_safe(str(outputs["state_bucket"]), aws)
    table = aws.client("dynamodb").describe_table(TableName=outputs["lock_table"])["Table"]
    if table["TableName"] != "greenleaf-tf-lock" or [key["AttributeName"] for key in table["KeySchema"]] != ["LockID"]:
        raise Failed(f"the lock table is {table}")
    second_plan_fails(root, str(outputs["backend_hcl"]), str(outputs["state_bucket"]), env, aws)
    unmade(bootstrap, aws)
    return count


def bucket_is_safe(name: str, aws: Aws) -> None:
    s3 = aws.client("s3")
    versioning = s3.get_bucket_versioning(Bucket=name)["Status"]
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    private = all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    if versioning != "Enabled" or not rules or not private or name != "greenleaf-tfstate-p2026-paris":
        raise Failed(f"{name}: versioning {versioning}, encryption {rules}, private: {private}")


def second_plan_fails(root: Path, backend: str, bucket: str, env: dict[str, str], aws: Aws) -> None:
    """One `apply` waits for its yes and holds the lock; a `plan` beside it must fail at once, and say why."""
    folder = fresh(root, "locked", "platform")
    # What the bootstrap said to write, and the addresses of an AWS that is not Amazon's.
    (folder / "backend.hcl").write_text(f'{backend}use_path_style = true\nendpoints = {{ s3 = "{aws.endpoint}" }}\n')
    init(folder, env, backend=True, more=["-backend-config=backend.hcl"])
    run([binary(), "workspace", "new", "-no-color", "dev"], folder, env)
    plan = ["-no-color", "-var-file=envs/dev.tfvars"]
    (folder / "zz_override.tf").write_text(OVERRIDE)
    holder = subprocess.Popen(
        [binary(), "apply", *plan], cwd=folder, env=env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_lock(bucket, aws)
        second = run([binary(), "plan", "-input=false", *plan], folder, env, codes=(1,))
    finally:
        holder.terminate()
        holder.wait(60)
    if REFUSED not in second.stdout + second.stderr:
        raise Failed(f"a second plan is not refused for the lock:\n{second.stdout}{second.stderr}")


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
