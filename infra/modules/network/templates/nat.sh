# User data of a NAT instance. Terraform puts the first line (#!/bin/bash) and two
# exports in front: NAT_INTERFACE_ID, the lasting interface the private route
# names, and VPC_CIDR.
# shellcheck shell=bash
#
# Traffic from the private subnets arrives on the lasting interface and leaves,
# masqueraded, by the primary one. Whatever goes back to the VPC leaves by the
# lasting interface too: its source/destination check is off, the primary's is on.
# Everything is done by one script under systemd, so that a reboot does it again, and
# a second one looks every half minute whether it still stands.
set -euo pipefail
exec > >(tee -a /var/log/user-data.log) 2>&1

: "${NAT_INTERFACE_ID:?}" "${VPC_CIDR:?}"

install -d -m 0755 /usr/local/sbin /etc/systemd/network
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

# iptables is not part of Amazon Linux 2023. A t3.nano has 512 MB: next to the agent of Systems
# Manager dnf is known to be killed for want of memory, so it gets a swap file and one
# repository to read. A mirror may be away for long: tried until it is there, for without it
# nothing here is of use.
swap_on() {
  if grep -q /var/lib/nat-swap /proc/swaps; then return 0; fi
  if [ ! -f /var/lib/nat-swap ]; then
    dd if=/dev/zero of=/var/lib/nat-swap bs=1M count=768 status=none
    chmod 0600 /var/lib/nat-swap
    mkswap /var/lib/nat-swap >/dev/null
  fi
  swapon /var/lib/nat-swap
}
pause=5
until command -v iptables >/dev/null; do
  swap_on || echo "no swap"
  dnf install -y --disablerepo='*' --enablerepo=amazonlinux --setopt=install_weak_deps=False iptables-nft && continue
  echo "dnf: failed, again in $pause s"
  sleep "$pause"
  pause=$((pause < 150 ? pause * 2 : 300))
done

imds=http://169.254.169.254/latest
token=$(curl -sf --retry 5 --retry-connrefused -X PUT "$imds/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')
metadata() { curl -sf --retry 5 -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/$1"; }

instance_id=$(metadata instance-id)
region=$(metadata placement/region)
describe() {
  aws ec2 describe-network-interfaces --region "$region" --network-interface-ids "$NAT_INTERFACE_ID" \
    --query "NetworkInterfaces[0].$1" --output text
}

inside_mac=$(describe MacAddress)
inside_ip=$(describe PrivateIpAddress)
primary_mac=$(metadata mac)
# Both are in one subnet: the NAT runs in the public subnet that its interface is in.
subnet_cidr=$(metadata "network/interfaces/macs/$primary_mac/subnet-ipv4-cidr-block")
# The VPC's router is the first address of every subnet.
network=${subnet_cidr%/*}
gateway=${network%.*}.$((${network##*.} + 1))

# systemd-networkd owns the interface, by a file that comes before those of
# amazon-ec2-net-utils (70-*.network, 80-ec2.network): these would ask DHCP for it, and at each of
# their reloads the route back to the VPC would be dropped as foreign. In place before the
# interface is attached, so that no other file is ever used for it.
settings=/etc/systemd/network/10-nat-inside.network
cat >"$settings.new" <<END
[Match]
MACAddress=$inside_mac

[Link]
RequiredForOnline=no

[Network]
DHCP=no
IPv6AcceptRA=no
LinkLocalAddressing=no

[Address]
Address=$inside_ip/${subnet_cidr#*/}
AddPrefixRoute=no

[Route]
Destination=$VPC_CIDR
Gateway=$gateway
GatewayOnLink=yes
END
chmod 0644 "$settings.new"
if cmp -s "$settings.new" "$settings"; then
  rm "$settings.new"
else
  mv "$settings.new" "$settings"
  networkctl reload || echo "systemd-networkd does not answer"
fi

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

for attempt in $(seq 1 30); do
  inside=$(device_of "$inside_mac") && break
  echo "waiting for the interface to appear (attempt $attempt)"
  sleep 1
done
: "${inside:?the attached interface did not appear}"

# The primary interface by its MAC, never by name: eth0, ens5 and enX0 all occur.
outside=$(device_of "$primary_mac")

sysctl -q --load /etc/sysctl.d/90-nat.conf
sysctl -q -w "net.ipv4.conf.$inside.rp_filter=2" "net.ipv4.conf.$outside.rp_filter=2"

has_route() { [ -n "$(ip -4 route show "$VPC_CIDR" dev "$inside" 2>/dev/null)" ]; }
for attempt in $(seq 1 15); do
  if has_route; then break; fi
  sleep 1
done
if ! has_route; then
  echo "systemd-networkd has not set $inside up: by hand"
  ip link set "$inside" up
  ip address replace "$inside_ip/${subnet_cidr#*/}" dev "$inside" noprefixroute
  ip route replace "$VPC_CIDR" via "$gateway" dev "$inside" onlink
fi

rule=(POSTROUTING -o "$outside" ! -d "$VPC_CIDR" -j MASQUERADE)
iptables -w -t nat -C "${rule[@]}" 2>/dev/null || iptables -w -t nat -A "${rule[@]}"
printf "inside='%s'\noutside='%s'\n" "$inside" "$outside" >/run/nat-up.done
echo "nat: $VPC_CIDR in on $inside, out on $outside"
EOF
chmod 0755 /usr/local/sbin/nat-up

# EC2's status checks know nothing of forwarding: an instance that answers them may still be a
# hole in which the private subnets' traffic vanishes. What does not stand is set up again; what
# cannot be is switched off, and the group of one puts another instance in its place.
cat >/usr/local/sbin/nat-check <<'EOF'
#!/bin/bash
set -uo pipefail
# shellcheck source=/dev/null
. /etc/nat-up.conf

forwards() {
  [ -f /run/nat-up.done ] || return 1
  # shellcheck source=/dev/null
  . /run/nat-up.done
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] &&
    [ -n "$(ip -4 route show "$VPC_CIDR" dev "$inside" 2>/dev/null)" ] &&
    iptables -w -t nat -C POSTROUTING -o "$outside" ! -d "$VPC_CIDR" -j MASQUERADE 2>/dev/null
}

if forwards; then
  rm -f /run/nat-check.failed
  exit 0
fi
failed=$(($(cat /run/nat-check.failed 2>/dev/null || echo 0) + 1))
echo "$failed" >/run/nat-check.failed
# The first set-up may wait for a mirror: a quarter of an hour. One that stood once: a minute and a half.
most=30
if [ -f /run/nat-up.done ]; then most=3; fi
echo "nat: does not forward ($failed of $most)"
if [ "$failed" -ge "$most" ]; then
  systemctl poweroff
elif [ "$(systemctl is-active nat-up.service)" != activating ]; then
  systemctl restart --no-block nat-up.service
fi
EOF
chmod 0755 /usr/local/sbin/nat-check

cat >/etc/systemd/system/nat-up.service <<'EOF'
[Unit]
Description=Take the NAT interface, forward and masquerade
Wants=network-online.target
After=network-online.target
# Tried again for ever.
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/nat-up
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
EOF

cat >/etc/systemd/system/nat-check.service <<'EOF'
[Unit]
Description=Whether this instance still forwards

[Service]
Type=oneshot
ExecStart=/usr/local/sbin/nat-check
EOF

cat >/etc/systemd/system/nat-check.timer <<'EOF'
[Unit]
Description=Looks whether this instance still forwards

[Timer]
OnActiveSec=30s
OnUnitActiveSec=30s
AccuracySec=1s

[Install]
WantedBy=timers.target
EOF

systemctl daemon-reload
systemctl enable nat-up.service nat-check.timer
systemctl start nat-check.timer
systemctl start nat-up.service
