#!/usr/bin/env bash
# Runs the NAT instance's user data (infra/modules/network/templates/nat.sh) for real, in network namespaces of its own:
#
#   private 10.0.10.5 -- VPC router -- nat (primary 10.0.1.20, lasting 10.0.1.30) -- VPC router -- internet 198.51.100.10
#
# The router sends what comes from the private subnet to the lasting interface, as the route table does, and drops what
# would reach the Internet from any other address than the primary's, as an Internet gateway does. The AWS CLI, the
# metadata service, dnf and systemctl are stand-ins in nat/bin; /etc, /usr/sbin, /usr/local/sbin and /var/lib are overlays
# that vanish.
#
# systemd-networkd runs on the instance, as on Amazon Linux 2023, with what amazon-ec2-net-utils does there: one file for
# every interface (80-ec2.network, DHCP), and for an interface that is attached later a file of its own in
# /run/systemd/network and `networkctl reload` (its lib/lib.sh, create_interface_config and maybe_reload_networkd), again
# and again by a timer (refresh-policy-routes@). At a reload networkd drops what it did not set itself.
#
# Needs root and Debian's iproute2, iptables, systemd, dbus, curl, util-linux and procps.
# Usage: [NETWORKD_LOG=file] run.sh REPOSITORY PRIMARY_NAME LASTING_NAME
set -euo pipefail

repository=$1 primary=$2 lasting=$3
here=$repository/tests/infra/nat
id=nat$$
work=$(mktemp -d)
router=$id-r nat=$id-n private=$id-p internet=$id-i
server='' networkd='' holder=''

finish() {
  for process in $server $networkd $holder; do kill "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  for space in "$router" "$nat" "$private" "$internet"; do ip netns del "$space" 2>/dev/null || true; done
  if [ -n "${NETWORKD_LOG:-}" ]; then cp "$work/networkd.log" "$NETWORKD_LOG"; fi
  # The last of them may still write while it ends.
  rm -rf "$work" 2>/dev/null || { sleep 1 && rm -rf "$work"; }
}
trap finish EXIT

for space in "$router" "$nat" "$private" "$internet"; do
  ip netns add "$space"
  ip -n "$space" link set lo up
done

# Cable: make NAME_A in SPACE_A and NAME_B in SPACE_B, two ends of one wire.
wire() { ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"; }
wire "$private" eth0 "$router" priv
wire "$nat" "$primary" "$router" pub0
# The lasting interface stands aside until the instance attaches it.
wire "$router" late "$router" pub1
wire "$internet" eth0 "$router" inet

ip -n "$router" link add public type bridge
for port in pub0 pub1; do ip -n "$router" link set "$port" master public up; done
ip -n "$router" addr add 10.0.1.1/24 dev public
ip -n "$router" addr add 10.0.10.1/24 dev priv
ip -n "$router" addr add 198.51.100.1/24 dev inet
for device in public priv inet; do ip -n "$router" link set "$device" up; done
ip netns exec "$router" sysctl -qw net.ipv4.ip_forward=1
# The private route table: everything outside the VPC goes to the lasting interface.
ip -n "$router" rule add iif priv lookup 100
ip -n "$router" route add 10.0.0.0/16 dev public table 100 scope link 2>/dev/null || true
ip -n "$router" route add default via 10.0.1.30 dev public table 100
# The Internet gateway knows one address only.
ip netns exec "$router" iptables -A FORWARD -o inet ! -s 10.0.1.20 -j DROP
# Source and destination check of the primary interface: what leaves it bears its own address.
mac=$(ip -n "$nat" -j link show "$primary" | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["address"])')
ip netns exec "$router" iptables -t raw -A PREROUTING -m mac --mac-source "$mac" ! -s 10.0.1.20 -j DROP

ip -n "$private" addr add 10.0.10.5/24 dev eth0
ip -n "$private" link set eth0 up
ip -n "$private" route add default via 10.0.10.1
ip -n "$internet" addr add 198.51.100.10/24 dev eth0
ip -n "$internet" link set eth0 up
ip -n "$internet" route add 10.0.1.0/24 via 198.51.100.1
ip -n "$nat" addr add 10.0.1.20/24 dev "$primary"
ip -n "$nat" link set "$primary" up
ip -n "$nat" route add default via 10.0.1.1

cat >"$work/peer.py" <<'EOF'
"""Answers with the caller's address."""
from http.server import BaseHTTPRequestHandler, HTTPServer


class Peer(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.client_address[0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


HTTPServer(("198.51.100.10", 80), Peer).serve_forever()
EOF
ip netns exec "$internet" python3 "$work/peer.py" &
server=$!

ask() { ip netns exec "$private" curl -s --noproxy '*' --max-time 3 --retry 10 --retry-delay 1 --retry-connrefused http://198.51.100.10/; }
if ip netns exec "$private" curl -s --noproxy '*' --max-time 2 http://198.51.100.10/ >/dev/null; then
  echo "the private subnet reaches the Internet without a NAT: this test proves nothing"
  exit 1
fi

{
  echo '#!/bin/bash'
  echo "export NAT_INTERFACE_ID='eni-lasting' VPC_CIDR='10.0.0.0/16'"
  cat "$repository/infra/modules/network/templates/nat.sh"
} >"$work/user-data"

# What an instance has of its own: folders that a reboot keeps, interfaces, rules and /run that it does not.
mkdir -p "$work"/{log,run} "$work"/{etc,local,sbin,lib}{,-work}
cat >"$work/instance" <<'EOF'
#!/bin/bash
# Runs a command as the instance would: its own /etc, /run and so on, the stand-ins first on the PATH.
set -euo pipefail
mkdir -p "$WORK/run/netns"
mount --rbind /run/netns "$WORK/run/netns"
mount --rbind "$WORK/run" /run
mount -o remount,bind,ro /sys
mount -t tmpfs tmpfs /mnt
mount --bind "$WORK/log" /var/log
over() {
  mkdir -p "/mnt/$2"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$WORK/$2,workdir=$WORK/$2-work" "/mnt/$2"
  mount --bind "/mnt/$2" "$1"
}
over /etc etc
over /usr/local/sbin local
over /usr/sbin sbin
over /var/lib lib
exec "$@"
EOF
chmod +x "$work/instance"
chmod 0755 "$work" "$work"/{etc,run}
export WORK=$work NAT_NAMESPACE=$nat NAT_ROUTER=$router NAT_PRIMARY=$primary NAT_LASTING=$lasting
# One mount namespace for all of them, held open by a process that sleeps. sysctl of the machine itself is another
# namespace's: only this one's forwarding changes.
ip netns exec "$nat" unshare -m "$work/instance" bash -c "touch '$work/ready'; exec sleep infinity" &
holder=$!
until [ -e "$work/ready" ]; do sleep 0.1; done
as_instance() { nsenter -t "$holder" -m -n env PATH="$here/bin:$PATH" DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket "$@"; }

# systemd-networkd and its bus, with Amazon's one file for every interface. The primary has its address by hand here.
networkd_runs() {
  mkdir -p "$work"/run/{dbus,udev,systemd/network,systemd/netif/{links,leases,lldp}}
  chmod -R a+rwX "$work"/run/systemd/netif
  cat >"$work/run/systemd/network/80-ec2.network" <<EOF
[Match]
Name=$lasting

[Network]
DHCP=yes
IPv6AcceptRA=no
LinkLocalAddressing=no
EOF
  # shellcheck disable=SC2016
  as_instance bash -c '
    dbus-daemon --system --nofork --nopidfile &
    bus=$!
    until [ -S /run/dbus/system_bus_socket ]; do sleep 0.1; done
    for place in /usr/lib/systemd /lib/systemd; do [ ! -x "$place/systemd-networkd" ] || program=$place/systemd-networkd; done
    SYSTEMD_LOG_LEVEL=debug "$program" &
    trap "kill $! $bus; wait" EXIT TERM
    wait' >"$work/networkd.log" 2>&1 &
  networkd=$!
  for _ in $(seq 1 50); do
    if as_instance networkctl list >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  echo "systemd-networkd does not run: $(tail -n 5 "$work/networkd.log")"
  exit 1
}

# What amazon-ec2-net-utils does with an interface that was attached, and again at each look of its timer.
net_utils() {
  as_instance bash -c "
    ln -sf /run/systemd/network/80-ec2.network /run/systemd/network/70-$lasting.network
    mkdir -p /run/systemd/network/70-$lasting.network.d
    printf '[Match]\nMACAddress=%s\n\n[Network]\nDHCP=yes\n\n[DHCPv4]\nRouteMetric=613\nUseRoutes=true\n# %s\n' \"\$(cat /sys/class/net/$lasting/address)\" \"\$RANDOM\" >/run/systemd/network/70-$lasting.network.d/eni.conf
    networkctl reload"
  sleep 2
}

networkd_runs
# The image has no iptables: the user data has to bring it.
as_instance rm -f /usr/sbin/iptables
as_instance bash "$work/user-data"
[ "$(cat "$work/dnf")" = 2 ] || { echo "the package was not tried again after the first failure"; exit 1; }
seen=$(ask)
[ "$seen" = 10.0.1.20 ] || { echo "first boot: the Internet saw '$seen', not the primary address"; exit 1; }

for round in 1 2; do
  net_utils
  seen=$(ask)
  [ "$seen" = 10.0.1.20 ] || { echo "after reload $round by amazon-ec2-net-utils: the Internet saw '$seen'"; exit 1; }
done

# The look: all is well, so nothing is done.
as_instance /usr/local/sbin/nat-check
[ ! -e "$work/log/asked" ] || { echo "a NAT that forwards was touched: $(cat "$work/log/asked")"; exit 1; }
# What was taken away is set up again, by systemd; what cannot be is switched off.
ip netns exec "$nat" iptables -t nat -F
for _ in 1 2 3; do as_instance /usr/local/sbin/nat-check; done
[ "$(paste -sd' ' "$work/log/asked")" = "restart --no-block nat-up.service restart --no-block nat-up.service poweroff" ] ||
  { echo "a NAT that does not forward: $(cat "$work/log/asked")"; exit 1; }

# A second run of the unit changes nothing.
as_instance /usr/local/sbin/nat-up
rules=$(ip netns exec "$nat" iptables -t nat -S POSTROUTING | grep -c MASQUERADE)
[ "$rules" = 1 ] || { echo "$rules masquerading rules after a second run"; exit 1; }

# A reboot: rules, forwarding, /run and the lasting interface's address are gone; the enabled unit brings them back.
kill "$networkd"
wait "$networkd" 2>/dev/null || true
networkd=''
as_instance bash -c 'rm -rf /run/dbus /run/systemd /run/udev /run/nat-*'
ip netns exec "$nat" iptables -t nat -F
ip netns exec "$nat" sysctl -qw net.ipv4.ip_forward=0
ip -n "$nat" addr flush dev "$lasting"
ip -n "$nat" link set "$lasting" down
if ip netns exec "$private" curl -s --noproxy '*' --max-time 2 http://198.51.100.10/ >/dev/null; then
  echo "after the 'reboot' traffic still flowed: this test proves nothing"
  exit 1
fi
grep -q "enabled .*nat-up.service" "$work/log/unit" || { echo "the unit was not enabled"; exit 1; }
networkd_runs
as_instance /usr/local/sbin/nat-up
net_utils
seen=$(ask)
[ "$seen" = 10.0.1.20 ] || { echo "after a reboot: the Internet saw '$seen'"; exit 1; }

# Where no systemd-networkd answers, the interface is set up by hand.
kill "$networkd"
wait "$networkd" 2>/dev/null || true
networkd=''
ip -n "$nat" addr flush dev "$lasting"
as_instance /usr/local/sbin/nat-up
seen=$(ask)
[ "$seen" = 10.0.1.20 ] || { echo "without systemd-networkd: the Internet saw '$seen'"; exit 1; }
echo "nat: $primary out, $lasting in, after reloads of systemd-networkd, again after a reboot"
