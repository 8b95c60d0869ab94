#!/bin/bash
# Makes a golden image: installs packages of Debian over a base file system, as a host does it. Only what is new or changed
# comes into upper/.
#
# Arguments: FOLDER        where upper/, work/ and root/ are made
#            BASE          root file system that is below
#            PROXY         address of the package mirrors
#            ASKED         packages that the host asks for (words)
#            DEPENDENCIES  packages on which others depend (words)
#            NOT           packages of which only the dependencies are installed (words)
#
# Runs in its own mount and process namespaces (unshare), so its mounts and processes end with it.
set -euo pipefail

folder=$1 base=$2 proxy=$3
read -ra asked <<<"$4"
read -ra dependencies <<<"$5"
read -ra not <<<"$6"
root=$folder/root

in_root() {
  env -i LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    chroot "$root" "$@"
}

apt_get() {
  in_root apt-get -q -y -o Acquire::Languages=none -o Acquire::Retries=3 -o "Acquire::http::Proxy=$proxy" \
    -o Dpkg::Options::=--force-unsafe-io "$@"
}

mkdir -p "$folder"/{upper,work,root}
chmod 0755 "$folder/upper"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"

# No service may start here (Debian Policy 9.3.3). On the host, they start at its boot.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"

# Each daemon-reload runs all generators. These make nothing in a container.
mkdir -p "$root/etc/systemd/system-generators"
for name in debug fstab gpt-auto hibernate-resume rc-local run system-update tpm2; do
  ln -s /dev/null "$root/etc/systemd/system-generators/systemd-$name-generator"
done

apt_get -o APT::Update::Error-Mode=any update
# shellcheck disable=SC2016 # fields of dpkg-query
in_root dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort >"$folder/before"
apt_get install --no-install-recommends "${asked[@]}"
if ((${#not[@]} > 0)); then
  planned=$(apt_get -s install --no-install-recommends "${not[@]}" | sed -n 's/^Inst \([^ ]*\).*/\1/p')
  while read -r name; do
    [[ " ${not[*]} " == *" $name "* ]] || dependencies+=("$name")
  done <<<"$planned"
fi
apt_get install --no-install-recommends "${dependencies[@]}"
# Only what is new: the base has some of them because the cloud image has them.
printf '%s\n' "${dependencies[@]}" | sort | comm -23 - "$folder/before" | in_root xargs --no-run-if-empty apt-mark auto

rm -rf "$root"/usr/sbin/policy-rc.d "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/log/apt/* \
  "$root"/var/log/{dpkg,alternatives}.log "$folder/before"
