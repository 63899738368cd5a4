# What is installed on a server, a line each. The play keeps the first answer, before it installs anything, as the server's
# baseline in /etc/lostops/baseline; verification asks again and compares.
LC_ALL=C dpkg-query --show --showformat '${db:Status-Status} ${Package} ${Architecture}\n' |
  awk -v own="$(dpkg --print-architecture)" '$1 != "not-installed" && $1 != "config-files" {
    print "package " $2 ($3 == own || $3 == "all" ? "" : ":" $3) }' | sort -u
{
  find /var/lib/snapd/snaps -maxdepth 1 -name '*.snap' -printf 'snap %f\0' | sed -z 's/_[^_]*\.snap$//'
  find /usr/local/lib/python3*/dist-packages /usr/local/lib/python3*/site-packages /root/.local/lib/python3*/site-packages \
    /home/*/.local/lib/python3*/site-packages -maxdepth 1 \( -name '*.dist-info' -o -name '*.egg-info' \) \
    -printf 'python %f\0' | sed -z 's/-.*$//'
  find /usr/local/lib/node_modules /usr/lib/node_modules -mindepth 2 -maxdepth 3 -name package.json -printf 'node %P\0' |
    sed -z 's|/package.json$||; \|/node_modules|d'
  # Not what belongs to one of those above. Two thousand are more than anybody reads.
  find /usr/local /opt -xdev -type f -perm /111 ! -path '*/node_modules/*' ! -path '*/dist-packages/*' \
    ! -path '*/site-packages/*' -printf 'program %p\0' | head -z -n 2000
} 2>/dev/null | tr '\n\0' '?\n' | sort -u
true
