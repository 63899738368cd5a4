# What a server says of itself. It is asked and nothing else: nothing is written, installed or left behind.
# $1: a word that nobody on the server can guess, around every answer. $2: the connection, as sshd names it.
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
word=$1 connection=$2

# NAME COMMAND...: the answer and how it ended, within a time.
ask() {
  local name=$1
  shift
  printf '\n%s begin %s\n' "$word" "$name"
  timeout 20 "$@" </dev/null 2>/dev/null
  printf '\n%s end %s\n' "$word" "$?"
}
# The same of a line of bash.
line() { local name=$1 text=$2; shift 2; ask "$name" bash -c "$text" "$@"; }

ask connection printf '%s' "$connection"
ask user id -u
ask sockets ss -H -O -tulnpe
# Where there is no ss the kernel says it itself, and whose a socket is takes a search.
line kernel-sockets 'ss -H -tln >/dev/null && exit
  for file in tcp tcp6 udp udp6; do while read -r line; do echo "$file $line"; done <"/proc/net/$file"; done
  find /proc/[0-9]*/fd -lname "socket:*" -printf "fd %p %l\n"
  for file in /proc/[0-9]*/comm; do echo "comm $file $(cat "$file")"; done; true'
line release '. /etc/os-release && printf "%s" "$PRETTY_NAME"'
ask kernel uname -r
ask uptime cat /proc/uptime
line reboot 'test -e /run/reboot-required || exit 0; echo pending; sort -u /run/reboot-required.pkgs; true'
ask addresses ip -o address show
# Rules without the elements of sets, of which there may be very many.
line nft 'command -v nft >/dev/null || exit 0; nft --terse list ruleset'
# Only where nft does not know it, and of the older kind only what is there: asking for a table makes it.
line iptables 'code=0; there() { grep -qs nat "/proc/net/$1"; }; save() { "$@" -t nat || code=$?; }
  if there ip_tables_names || there ip6_tables_names; then
    if there ip_tables_names; then save iptables-legacy-save; fi
    if there ip6_tables_names; then save ip6tables-legacy-save; fi
  elif command -v iptables-save >/dev/null && { ! command -v nft >/dev/null || nft --terse list ruleset | grep -q "xt target \"\(DNAT\|REDIRECT\)\""; }; then
    save iptables-save
    # Where IPv6 is off there is no such table.
    if [ -e /proc/net/if_inet6 ]; then save ip6tables-save; fi
  fi; exit "$code"'
ask architecture dpkg --print-architecture
ask packages dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Architecture}\t${Version}\t${Pre-Depends}, ${Depends}, ${Recommends}\t${Provides}\n'
line automatic 'test -e /var/lib/apt/extended_states || exit 0
  awk "/^Package:/ { name = \$2 } /^Auto-Installed: 1/ { print name }" /var/lib/apt/extended_states'
line installed "$installed"
line baseline 'test -e /etc/lostops/baseline || exit 0; echo kept; cat /etc/lostops/baseline'
ask people cat /etc/passwd
ask passwords awk -F: '$2 ~ /^[$_a-zA-Z0-9.\/]/ { print $1 }' /etc/shadow
# That it fails is not that there is nothing to say.
line sshd 'said=$(sshd -T) || exit 3; printf "%s\n" "$said" | grep -E "^(authorizedkeysfile|authorizedkeyscommand|passwordauthentication) "'
line keys 'while IFS=: read -r name _ _ _ _ home _; do for file in "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"; do
    if [ -s "$file" ]; then while IFS= read -r key || [ -n "$key" ]; do printf "%s\t%s\t%s\n" "$name" "$file" "$key"; done <"$file"; fi; done; done </etc/passwd; true'
# Nothing of their environment, which holds secrets.
line containers 'command -v docker >/dev/null || exit 0; echo docker; ids=$(docker ps --all --quiet --no-trunc) || exit; [ -z "$ids" ] || docker inspect --format "$0" $ids' \
  '{"name":{{json .Name}},"image":{{json .Config.Image}},"status":{{json .State.Status}},"exit_code":{{json .State.ExitCode}},"health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}""{{end}},"project":{{json (index .Config.Labels "com.docker.compose.project")}},"network":{{json .HostConfig.NetworkMode}},"networks":{{json .NetworkSettings.Networks}}}'
# Once more: who listens for a moment only is seen twice or not at all.
ask sockets-again ss -H -O -tulnpe
printf '\n%s done\n' "$word"
