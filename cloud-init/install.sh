#!/bin/bash
# Installs a role's packages; written and run by cloud-init, and run again by host/ready where it failed.
# Safe to repeat. Input: /etc/jitsi-hetzner/host.conf with ROLE (web or jvb), DOMAIN, REPOSITORY, REPOSITORY_KEY.
set -Eeuo pipefail
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

readonly keyring=/usr/share/keyrings/jitsi-keyring.gpg
readonly source_list=/etc/apt/sources.list.d/jitsi-stable.list
readonly state_dir=/var/lib/jitsi-hetzner
readonly tools=(curl jq nftables openssl tzdata unattended-upgrades)

info() {
  printf 'jitsi-hetzner-install: %s\n' "$*"
}

fatal() {
  trap - ERR
  info "FAILED: $1"
  exit 1
}

trap 'fatal "line $LINENO ended with code $?; see the lines above"' ERR

main() {
  local conf=/etc/jitsi-hetzner/host.conf
  [[ -r $conf ]] || fatal "$conf is missing"
  # shellcheck source=/dev/null
  . "$conf"
  : "${ROLE:?}" "${DOMAIN:?}" "${REPOSITORY:?}" "${REPOSITORY_KEY:?}"
  rm -f "$state_dir/installed"
  add_repository
  retry 5 "reading the package lists" apt_get -o APT::Update::Error-Mode=any update
  preseed
  local packages
  mapfile -t packages < <(role_packages)
  retry 3 "installing ${packages[*]}" apt_get install -y --no-install-recommends "${packages[@]}" "${tools[@]}"
  # All bridges and the web host stay on one version: only a deliberate upgrade changes it.
  apt-mark hold "${packages[@]}" >/dev/null
  install -d -m 0755 "$state_dir"
  touch "$state_dir/installed"
  info "done"
}

# The metapackage jitsi-meet pre-depends on a bridge, so the web host installs the parts by name.
role_packages() {
  case $ROLE in
    web) printf '%s\n' jicofo jitsi-meet-prosody jitsi-meet-web jitsi-meet-web-config nginx prosody ;;
    jvb) printf '%s\n' jitsi-videobridge2 ;;
    *) fatal "unknown role $ROLE" ;;
  esac
}

# Waits for a lock that another apt holds; keeps configuration files that were changed.
apt_get() {
  timeout 400 apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Acquire::http::Timeout=30 -o Acquire::Languages=none \
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

add_repository() {
  local key
  if ! command -v curl gpg >/dev/null; then
    retry 5 "reading the package lists" apt_get update
    retry 3 "installing curl and gnupg" apt_get install -y --no-install-recommends ca-certificates curl gnupg
  fi
  key=$(mktemp)
  retry 5 "fetching $REPOSITORY_KEY" curl -fsSL --proto '=https' --max-time 60 -o "$key" "$REPOSITORY_KEY"
  gpg --batch --yes --dearmor -o "$keyring" "$key" || fatal "$REPOSITORY_KEY is no OpenPGP key"
  chmod 0644 "$keyring"
  rm -f "$key"
  install -d -m 0755 "${source_list%/*}"
  printf 'deb [signed-by=%s] %s\n' "$keyring" "$REPOSITORY" >"$source_list"
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
