#!/bin/bash
# All that this host does with apt; written and run by cloud-init, and by later steps. Safe to repeat. Verbs:
#   all (by default)          the repository, and the role's packages
#   repository                the repository, where it is another one than before
#   parts VERSION             prints NAME=VERSION of all packages that belong to a version of jitsi-meet
#   exactly NAME=VERSION...   installs these versions and holds them
#   packages NAME...          installs packages of Debian, where they are not installed
#   recorder                  installs the packages of a recorder, where they are not installed, and holds them
#   newest NAME...            installs the newest version of these together, and holds them
#   check VERSION             fails where this system cannot run that version of jitsi-meet; changes nothing
#   services                  upgrades prosody, nginx and coturn, which ends meetings: they are never upgraded unasked
# Input: /etc/jitsi-hetzner/host.conf with ROLE (web, jvb or jibri), DOMAIN, REPOSITORY, FINGERPRINT, VERSION (or empty), and TOOLS
# (other packages; those of a new host if it is not there).
set -Eeuo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

readonly keyring=/usr/share/keyrings/jitsi-keyring.gpg
readonly source_list=/etc/apt/sources.list.d/jitsi-stable.list
readonly state_dir=/var/lib/jitsi-hetzner
readonly dpkg_updates=/var/lib/dpkg/updates
readonly os_release=/etc/os-release
# Builds of jitsi-meet (the 10888 in 2.0.10888-1). From the first on, its packages take Java 21, the only one in Debian 13.
# Those from the first to before the second need prosody 13, as they load prosody.util.queue, which prosody 0.12 of
# Debian 12 has under another name (jitsi-meet#17303; fixed by #17535 on 23 June 2026). 11146 is the first known to run
# on 0.12.3.
readonly java_21_since=10888 prosody_12_again=11146
# Debian's browser and driver depend on each other's exact version. jibri depends on neither, nor on sudo and jq.
readonly browser=(chromium chromium-common chromium-driver chromium-sandbox)
# Chat and names in any script: what no font has is a box in the recording.
readonly fonts=(fonts-liberation fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core)
readonly recorder=(jibri "${browser[@]}" "${fonts[@]}" jq rclone sudo)

info() {
  printf 'jitsi-hetzner-install: %s\n' "$*" >&2
}

fatal() {
  trap - ERR
  info "FAILED: $1"
  exit 1
}

trap 'fatal "line $LINENO ended with code $?; see the lines above"' ERR

main() {
  read_conf
  case ${1:-all} in
    all) install_all ;;
    repository) add_repository ;;
    parts) parts "${2:?a version of jitsi-meet}" ;;
    exactly) exactly "${@:2}" ;;
    packages) packages "${@:2}" ;;
    recorder) packages "${recorder[@]}" && hold_packages jibri "${browser[@]}" ;;
    newest) packages "${@:2}" && hold_packages "${@:2}" ;;
    check) check_release "${2:?a version of jitsi-meet}" ;;
    services) services ;;
    *) fatal "unknown verb $1: all, repository, parts, exactly, packages, recorder, newest, check or services" ;;
  esac
}

read_conf() {
  local conf=/etc/jitsi-hetzner/host.conf
  [[ -r $conf ]] || fatal "$conf is missing"
  # shellcheck source=/dev/null
  . "$conf"
  : "${ROLE:?}" "${DOMAIN:?}" "${REPOSITORY:?}" "${FINGERPRINT:?}" "${VERSION?}"
  read -ra tools <<<"${TOOLS:-curl jq nftables openssl tzdata unattended-upgrades}"
}

install_all() {
  rm -f "$state_dir/installed" "$state_dir/repository"
  add_repository
  preseed
  local version packages
  version=${VERSION:-$(newest)}
  check_release "$version"
  packages=$(role_packages "$version")
  # shellcheck disable=SC2086 # a list of words
  install_packages $packages "${tools[@]}"
  # shellcheck disable=SC2046 # a list of words
  hold_packages $(jitsi_packages "$packages")
  touch "$state_dir/installed"
  info "done: version $version"
}

newest() {
  apt-cache show --no-all-versions jitsi-meet 2>/dev/null | sed -n 's/^Version: //p'
}

# parts VERSION: NAME=VERSION of each package that this version of the metapackage names exactly, one a line.
parts() {
  local found
  found=$(apt-cache show "jitsi-meet=$1" 2>/dev/null | sed -nE '/^(Pre-)?Depends:/p' |
    grep -oE '(jicofo|jitsi-[a-z0-9-]+) \(= [^)]+\)' | sed -E 's/ \(= (.*)\)/=\1/' | sort -u) || true
  [[ $found == *jicofo=* && $found == *jitsi-videobridge2=* ]] ||
    fatal "$REPOSITORY has no version \"$1\" of jitsi-meet; it has: $(versions) (pulumi config set jitsiVersion VERSION)"
  printf '%s\n' "$found"
}

# check_release VERSION: what a host may run is decided by its own system, not by the setting `image`, which running hosts
# ignore. The packages' dependencies say nothing of prosody 13.
check_release() {
  local build release
  build=$(cut -d . -f 3 <<<"${1%%-*}")
  # shellcheck source=/dev/null
  release=$(. "$os_release" && printf '%s' "${VERSION_ID:-}")
  if [[ ! $build =~ ^[0-9]+$ || ! $release =~ ^[0-9]+$ ]]; then
    return
  fi
  if ((release >= 13 && build < java_21_since)); then
    fatal "version $1 of Jitsi does not run on Debian $release: it needs Java 17, and Debian $release has Java 21. Choose \
2.0.$java_21_since or newer: pulumi config set jitsiVersion VERSION"
  fi
  if [[ $ROLE == web ]] && ((release < 13 && build >= java_21_since && build < prosody_12_again)); then
    fatal "version $1 of Jitsi does not run on a web host with Debian $release: it needs prosody 13, and Debian $release has \
prosody 0.12. Choose 2.0.$prosody_12_again or newer: pulumi config set jitsiVersion VERSION"
  fi
}

# check_bridge VERSION of jitsi-videobridge2: by the metapackage that names it, where the lists know one.
check_bridge() {
  local meta
  meta=$(apt-cache show jitsi-meet 2>/dev/null | awk -v RS= -v pin="jitsi-videobridge2 (= $1)" '
    index($0, pin) && match($0, /(^|\n)Version: [^\n]+/) { text = substr($0, RSTART, RLENGTH); sub(/.*Version: /, "", text); print text; exit }')
  if [[ -n $meta ]]; then
    check_release "$meta"
  fi
}

versions() {
  apt-cache madison jitsi-meet | awk '{ print $3 }' | head -n 12 | paste -sd ' '
}

# role_packages VERSION. The metapackage pre-depends on a bridge, so the web host installs the parts by name.
role_packages() {
  local all
  all=$(parts "$1")
  case $ROLE in
    web) printf 'nginx prosody certbot bind9-dnsutils ' && grep -v '^jitsi-videobridge2=' <<<"$all" | tr '\n' ' ' ;;
    jvb) grep '^jitsi-videobridge2=' <<<"$all" ;;
    # No metapackage names a version of jibri.
    jibri) printf '%s ' "${recorder[@]}" ;;
    *) fatal "unknown role $ROLE" ;;
  esac
}

# exactly NAME=VERSION...: these and no others, older ones too.
exactly() {
  refresh_lists
  local part
  for part in "$@"; do
    if [[ $part == jitsi-videobridge2=* ]]; then
      check_bridge "${part#*=}"
    fi
  done
  install_packages "$@"
  hold_packages "${@%%=*}"
}

packages() {
  refresh_lists
  install_packages "$@"
}

install_packages() {
  retry 3 "installing $*" install_now --allow-downgrades --allow-change-held-packages "$@"
}

# What a reboot or a full disk cut in the middle is completed first: apt installs nothing before that. If another apt
# works just now, dpkg refuses, and apt_get waits for it.
install_now() {
  if [[ -n $(dpkg --audit) || -n $(find "$dpkg_updates" -type f -name '[0-9]*') ]]; then
    info "an installation was cut in the middle; completing it"
    timeout 400 dpkg --force-confdef --force-confold --configure -a || info "dpkg could not complete it; the lines above say why"
  fi
  apt_get install -y --no-install-recommends "$@"
}

# All of them restart, whether or not a package was new: a library that they use may have been.
services() {
  local names
  refresh_lists
  names=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -nE 's/^installed (prosody|coturn|nginx|nginx-.*|libnginx-mod-.*)$/\1/p')
  # shellcheck disable=SC2086 # a list of words
  retry 3 "upgrading prosody and nginx" install_now --only-upgrade $names
  nginx -t
  systemctl restart prosody nginx jicofo
  systemctl try-restart coturn
  info "done: prosody, nginx and jicofo run with what is installed"
}

# jitsi_packages NAMES: those of them whose versions only this program changes, without versions: Jitsi's, and the browser.
jitsi_packages() {
  tr ' ' '\n' <<<"$1" | sed 's/=.*//' | grep -E '^(jicofo|jitsi-.*|jibri|chromium.*)$'
}

# All hosts stay on one version: only a deliberate upgrade changes it, which cuts calls. The others get security upgrades.
# apt-mark does not wait for the lock, which an unattended upgrade may have taken since.
hold_packages() {
  retry 12 "holding $*" mark_held "$@"
}

mark_held() {
  apt-mark hold "$@" >/dev/null
}

# Waits for a lock that another apt holds, two minutes in each of three attempts: its end is seen by host/setup, which
# waits ten minutes. Keeps configuration files that were changed.
apt_get() {
  timeout 400 apt-get -q -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 -o Acquire::Languages=none \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# retry TIMES WHAT COMMAND...: ten seconds apart.
retry() {
  local times=$1 what=$2 attempt
  shift 2
  for ((attempt = 1; attempt <= times; attempt++)); do
    if "$@"; then
      return
    fi
    info "$what failed (attempt $attempt of $times)"
    sleep 10
  done
  fatal "$what"
}

# The repository with its key, and the package lists; nothing where it is there already. A step that fails leaves the
# repository of before: with a broken one, apt would get no security upgrades either.
add_repository() {
  local record=$state_dir/repository wanted="$REPOSITORY $FINGERPRINT"
  if [[ -f $record && $(<"$record") == "$wanted" ]]; then
    return
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  need_programs
  fetch_key
  install -d -m 0755 "${source_list%/*}" "$state_dir"
  keep_copies
  trap 'put_back; rm -rf "$work"' EXIT
  put "$work/keyring" "$keyring"
  # A flat repository: the trailing slash is a part of the suite's name.
  printf 'deb [signed-by=%s] %s stable/\n' "$keyring" "$REPOSITORY" >"$work/list"
  put "$work/list" "$source_list"
  refresh_lists
  printf '%s\n' "$wanted" >"$record"
  trap - EXIT
  rm -rf "$work"
}

# One test for each program: `command -v curl gpg` succeeds when only one is there. Debian's cloud images have curl but no
# gpg. The package gpg has the program without the agents of gnupg.
need_programs() {
  local program missing=()
  for program in curl gpg; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  if ((${#missing[@]} > 0)); then
    refresh_lists
    retry 3 "installing ${missing[*]}" install_now ca-certificates "${missing[@]}"
  fi
}

# put FILE PATH: whole or not at all; readable by apt's own user.
put() {
  install -m 0644 "$1" "$2.new"
  mv -f "$2.new" "$2"
}

keep_copies() {
  local path
  for path in "$keyring" "$source_list"; do
    if [[ -e $path ]]; then
      cp -p "$path" "$work/before-${path##*/}"
    fi
  done
}

put_back() {
  local path
  for path in "$keyring" "$source_list"; do
    if [[ -e $work/before-${path##*/} ]]; then
      put "$work/before-${path##*/}" "$path"
    else
      rm -f "$path"
    fi
  done
}

refresh_lists() {
  retry 5 "reading the package lists" update_lists
}

# apt-get waits for dpkg's lock, but not for that of the package lists, which another `apt-get update` holds, such as that of
# apt-daily.service. A minute for it here.
update_lists() {
  local errors code second
  errors=$(mktemp)
  for ((second = 0; second < 60; second += 5)); do
    code=0
    apt_get -o APT::Update::Error-Mode=any update 2>"$errors" || code=$?
    cat "$errors" >&2
    if ((code == 0)) || ! grep -q 'Could not get lock .*/lists/lock' "$errors"; then
      break
    fi
    info "another apt reads the package lists; waiting for it"
    sleep 5
  done
  rm -f "$errors"
  return "$code"
}

# The key that is trusted for the repository's packages: this one and no other. gpg reads armoured and binary keys alike.
fetch_key() {
  local url=$REPOSITORY/jitsi-key.gpg.key found
  local -x GNUPGHOME=$work
  retry 5 "fetching $url" curl -fsSL --proto '=https' --max-time 60 --max-filesize 1000000 -o "$work/key" "$url"
  found=$(gpg --batch --show-keys --with-colons "$work/key" 2>"$work/errors" |
    awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }' | paste -sd ' ') || true
  if [[ -z $found ]]; then
    cat "$work/errors" >&2
    fatal "the file at $url is no OpenPGP key: $(describe "$work/key"). gpg: $(tail -n 1 "$work/errors"). Check the address: \
pulumi config set jitsiAptRepository ADDRESS"
  fi
  [[ $found != *' '* ]] ||
    fatal "the file at $url has more than one key ($found), and apt would trust all of them. Only $FINGERPRINT is allowed"
  [[ $found == "$FINGERPRINT" ]] || fatal "the key at $url has the fingerprint $found, but $FINGERPRINT is expected. Ask the \
operator of the repository; if it is right: pulumi config set jitsiAptKeyFingerprint $found"
  # Not --import: it wants gpg-agent, which only the package gnupg brings.
  gpg --batch --yes --output "$work/keyring" --dearmor "$work/key"
  [[ -s $work/keyring ]] || fatal "gpg wrote no key; see the lines above"
}

# describe FILE: what was sent in the place of a key.
describe() {
  if [[ ! -s $1 ]]; then
    printf 'it is empty'
  elif grep -aqiE '<(!doctype|html|head|body)' "$1"; then
    printf 'it is a web page'
  else
    printf 'it has %s bytes and begins with "%s"' "$(wc -c <"$1")" "$(head -c 40 "$1" | tr -dc '[:print:]')"
  fi
}

# Without a preseed the account of the bridges would get the password "ok". The random one is replaced by the
# deployment's; it goes through a pipe, never an argument.
preseed() {
  local secret
  secret=$(random_text 32)
  [[ ${#secret} -eq 32 ]] || fatal "no random text"
  case $ROLE in
    web)
      debconf-set-selections <<END
jitsi-meet-web-config jitsi-videobridge/jvb-hostname string $DOMAIN
jitsi-meet-web-config jitsi-meet/cert-choice select Generate a new self-signed certificate
jitsi-meet-web-config jitsi-meet/jaas-choice boolean false
jitsi-meet-prosody jitsi-videobridge/jvbsecret password $secret
END
      ;;
    jvb)
      debconf-set-selections <<END
jitsi-videobridge2 jitsi-videobridge/jvb-hostname string $DOMAIN
jitsi-videobridge2 jitsi-videobridge/jvbsecret password $secret
END
      ;;
  esac
}

random_text() {
  local text
  text=$(head -c 1024 /dev/urandom | tr -dc 'A-Za-z0-9')
  printf '%s' "${text:0:$1}"
}

main "$@"
