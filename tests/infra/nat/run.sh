#!/usr/bin/env bash
# Runs the NAT instance's user data (infra/modules/network/templates/nat.sh) for real, in network namespaces of its own:
#
#   private 10.0.10.5 -- VPC router -- nat (primary 10.0.1.20, lasting 10.0.1.30) -- VPC router -- internet 198.51.100.10
#
# The router sends what comes from the private subnet to the lasting interface, as the route table does, and drops what
# would reach the Internet from any other address than the primary's, as an Internet gateway does. The AWS CLI, the
# metadata service, dnf and systemctl are stand-ins in nat/bin; /etc and /usr/local/sbin are overlays that vanish.
# Needs root, ip and iptables. Usage: run.sh REPOSITORY PRIMARY_NAME LASTING_NAME
set -euo pipefail

repository=$1 primary=$2 lasting=$3
here=$repository/tests/infra/nat
id=nat$$
work=$(mktemp -d)
router=$id-r nat=$id-n private=$id-p internet=$id-i
server=

finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  for space in "$router" "$nat" "$private" "$internet"; do ip netns del "$space" 2>/dev/null || true; done
  rm -rf "$work"
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

# What an instance has of its own: folders that a reboot keeps, interfaces and rules that it does not.
mkdir -p "$work"/{etc,etc-work,sbin,sbin-work,log}
cat >"$work/instance" <<'EOF'
#!/bin/bash
# Runs a command as the instance would: its own /etc, /usr/local/sbin and /var/log, the stand-ins first on the PATH.
set -euo pipefail
mount -t tmpfs tmpfs /mnt
mkdir -p /mnt/{etc,sbin}
mount --bind "$WORK/log" /var/log
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$WORK/etc,workdir=$WORK/etc-work" /mnt/etc
mount -t overlay overlay -o "lowerdir=/usr/local/sbin,upperdir=$WORK/sbin,workdir=$WORK/sbin-work" /mnt/sbin
mount --bind /mnt/etc /etc
mount --bind /mnt/sbin /usr/local/sbin
exec "$@"
EOF
chmod +x "$work/instance"
export WORK=$work NAT_NAMESPACE=$nat NAT_ROUTER=$router NAT_PRIMARY=$primary NAT_LASTING=$lasting
# sysctl of the machine itself is another namespace's: only this one's forwarding changes.
as_instance() { ip netns exec "$nat" env PATH="$here/bin:$PATH" unshare -m "$work/instance" "$@"; }

as_instance bash "$work/user-data"
seen=$(ask)
[ "$seen" = 10.0.1.20 ] || { echo "first boot: the Internet saw '$seen', not the primary address"; exit 1; }

# A second run of the unit changes nothing.
as_instance /usr/local/sbin/nat-up
rules=$(ip netns exec "$nat" iptables -t nat -S POSTROUTING | grep -c MASQUERADE)
[ "$rules" = 1 ] || { echo "$rules masquerading rules after a second run"; exit 1; }

# A reboot: rules, forwarding and the lasting interface's address are gone; the enabled unit brings them back.
ip netns exec "$nat" iptables -t nat -F
ip netns exec "$nat" sysctl -qw net.ipv4.ip_forward=0
ip -n "$nat" addr flush dev "$lasting"
ip -n "$nat" link set "$lasting" down
if ip netns exec "$private" curl -s --noproxy '*' --max-time 2 http://198.51.100.10/ >/dev/null; then
  echo "after the 'reboot' traffic still flowed: this test proves nothing"
  exit 1
fi
grep -q enabled "$work/log/unit" || { echo "the unit was not enabled"; exit 1; }
as_instance /usr/local/sbin/nat-up
seen=$(ask)
[ "$seen" = 10.0.1.20 ] || { echo "after a reboot: the Internet saw '$seen'"; exit 1; }
echo "nat: $primary out, $lasting in, again after a reboot"
