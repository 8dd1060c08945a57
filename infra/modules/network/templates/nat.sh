# User data of a NAT instance. Terraform puts the first line (#!/bin/bash) and two
# exports in front: NAT_INTERFACE_ID, the lasting interface the private route
# names, and VPC_CIDR.
# shellcheck shell=bash
#
# Traffic from the private subnets arrives on the lasting interface and leaves,
# masqueraded, by the primary one. Whatever goes back to the VPC leaves by the
# lasting interface too: its source/destination check is off, the primary's is on.
# Everything is done by one script under systemd, so that a reboot does it again.
set -euo pipefail
exec > >(tee -a /var/log/user-data.log) 2>&1

: "${NAT_INTERFACE_ID:?}" "${VPC_CIDR:?}"

# Not part of Amazon Linux 2023. A mirror may be slow to answer right after boot.
for attempt in 1 2 3 4 5; do
  dnf install -y iptables-nft && break
  echo "dnf: attempt $attempt failed"
  sleep 3
done

install -d -m 0755 /usr/local/sbin
cat >/etc/nat-up.conf <<EOF
NAT_INTERFACE_ID='$NAT_INTERFACE_ID'
VPC_CIDR='$VPC_CIDR'
EOF

cat >/etc/sysctl.d/90-nat.conf <<'EOF'
net.ipv4.ip_forward = 1
# A packet for the Internet comes in on one interface and its answer on the
# other: loose reverse-path filtering accepts both.
net.ipv4.conf.all.rp_filter = 2
net.ipv4.conf.default.rp_filter = 2
EOF

cat >/usr/local/sbin/nat-up <<'EOF'
#!/bin/bash
set -euo pipefail
# shellcheck source=/dev/null
. /etc/nat-up.conf

imds=http://169.254.169.254/latest
token=$(curl -sf --retry 5 --retry-connrefused -X PUT "$imds/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')
metadata() { curl -sf --retry 5 -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/$1"; }

instance_id=$(metadata instance-id)
region=$(metadata placement/region)
describe() {
  aws ec2 describe-network-interfaces --region "$region" --network-interface-ids "$NAT_INTERFACE_ID" \
    --query "NetworkInterfaces[0].$1" --output text
}

# The predecessor may still hold the interface: it is dead, or this instance would
# not have been started. Tries for about two minutes, then systemd tries again.
attach() {
  local holder attachment attempt
  for attempt in $(seq 1 40); do
    holder=$(describe Attachment.InstanceId)
    if [ "$holder" = "$instance_id" ]; then return 0; fi
    if [ "$holder" != None ]; then
      attachment=$(describe Attachment.AttachmentId)
      aws ec2 detach-network-interface --region "$region" --attachment-id "$attachment" --force || true
    elif aws ec2 attach-network-interface --region "$region" --network-interface-id "$NAT_INTERFACE_ID" \
      --instance-id "$instance_id" --device-index 1; then
      return 0
    fi
    echo "interface not free yet (attempt $attempt)"
    sleep 3
  done
  return 1
}
attach

device_of() {
  local path
  for path in /sys/class/net/*; do
    if [ "$(cat "$path/address")" = "$1" ]; then
      basename "$path"
      return 0
    fi
  done
  return 1
}

inside_mac=$(describe MacAddress)
for attempt in $(seq 1 30); do
  inside=$(device_of "$inside_mac") && break
  echo "waiting for the interface to appear (attempt $attempt)"
  sleep 1
done
: "${inside:?the attached interface did not appear}"

# The primary interface by its MAC, never by name: eth0, ens5 and enX0 all occur.
outside=$(device_of "$(metadata mac)")
subnet_cidr=$(metadata "network/interfaces/macs/$inside_mac/subnet-ipv4-cidr-block")
inside_ip=$(describe PrivateIpAddress)

# The VPC's router is the first address of every subnet.
network=${subnet_cidr%/*}
gateway=${network%.*}.$((${network##*.} + 1))

sysctl -q --load /etc/sysctl.d/90-nat.conf
sysctl -q -w "net.ipv4.conf.$inside.rp_filter=2" "net.ipv4.conf.$outside.rp_filter=2"

ip link set "$inside" up
ip address replace "$inside_ip/${subnet_cidr#*/}" dev "$inside" noprefixroute
ip route replace "$VPC_CIDR" via "$gateway" dev "$inside" onlink

rule=(POSTROUTING -o "$outside" ! -d "$VPC_CIDR" -j MASQUERADE)
iptables -t nat -C "${rule[@]}" 2>/dev/null || iptables -t nat -A "${rule[@]}"
echo "nat: $VPC_CIDR in on $inside, out on $outside"
EOF
chmod 0755 /usr/local/sbin/nat-up

cat >/etc/systemd/system/nat-up.service <<'EOF'
[Unit]
Description=Take the NAT interface, forward and masquerade
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/nat-up
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
EOF

systemctl daemon-reload
systemctl enable nat-up.service
systemctl start nat-up.service
