# User data of an application instance. Terraform puts the first line, its exports
# (OPERATING_SYSTEM, REPOSITORY_URL, REPOSITORY_REF, BOOT_GROUP, BOOT_HOOK,
# AWS_DEFAULT_REGION) and /etc/greenleaf/app.conf in front. What follows installs Ansible and Git, clones the repository and hands over
# to infra/app/bin/boot: playbook, .env from Secrets Manager, `docker compose up -d`.
# shellcheck shell=bash
set -euo pipefail
exec > >(tee -a /var/log/user-data.log) 2>&1

: "${OPERATING_SYSTEM:?}" "${REPOSITORY_URL:?}" "${REPOSITORY_REF:?}"
checkout=/opt/nightcap

# A NAT that is just being replaced, or a mirror, may be away for a minute, and user
# data is not run a second time.
retry() {
  local attempt
  for attempt in $(seq 1 12); do
    if "$@"; then return 0; fi
    echo "user data: attempt $attempt failed: $*"
    sleep 10
  done
  echo "user data: gave up: $*"
  return 1
}

install_packages() {
  if [ "$OPERATING_SYSTEM" = ubuntu_22_04 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update && apt-get install -y ansible-core git
  else
    dnf install -y ansible-core git
  fi
}

# By fetch, not `clone --branch`: the reference may be a commit.
clone_repository() {
  git init -q "$checkout" &&
    { git -C "$checkout" remote set-url origin "$REPOSITORY_URL" 2>/dev/null ||
      git -C "$checkout" remote add origin "$REPOSITORY_URL"; } &&
    git -C "$checkout" fetch -q --depth 1 origin "$REPOSITORY_REF" &&
    git -C "$checkout" checkout -q --force FETCH_HEAD
}

retry install_packages
retry clone_repository
retry "$checkout/infra/app/bin/boot"

# The group holds a new instance back until the shop answers on it; dev's instance has no group.
serves() { curl -fs -o /dev/null --max-time 5 http://localhost/health; }
imds() { curl -fs -H "X-aws-ec2-metadata-token: $token" "http://169.254.169.254/latest/meta-data/$1"; }
say_ready() {
  token=$(curl -fs -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
  aws autoscaling complete-lifecycle-action --lifecycle-hook-name "$BOOT_HOOK" --auto-scaling-group-name "$BOOT_GROUP" \
    --lifecycle-action-result CONTINUE --instance-id "$(imds instance-id)"
}
if [ -n "${BOOT_GROUP:-}" ]; then
  for attempt in $(seq 1 60); do
    if serves; then break; fi
    sleep 5
  done
  # A group that was made before the hook has nothing to end: no reason to fail.
  say_ready || echo "user data: nobody waited for this instance"
fi
