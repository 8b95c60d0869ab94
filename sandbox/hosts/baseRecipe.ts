import { createHash } from "node:crypto";

/**
 * What the hosts' base file system is made of: Debian 12 as Hetzner's image has it, as far as the
 * program can tell. Everything here is part of the cache key.
 */

/** Debian packages of the base, each group with its reason. */
export const basePackages: readonly string[] = [
  // A host that boots and can be reached.
  ...["systemd", "systemd-sysv", "libpam-systemd", "dbus", "udev", "cloud-init", "openssh-server"],
  ...["iproute2", "ifupdown", "netbase", "iputils-ping", "procps", "sudo"],
  // Debian's own priority for it is "important": it is on every server.
  "nftables",
  // Tools of Hetzner's image that scripts rely on.
  ...["ca-certificates", "curl", "wget", "gnupg", "less", "nano", "python3", "apt-utils"],
  ...["tzdata", "unattended-upgrades"],
  // Runtime of the stand-ins for Jitsi's packages: installed here, each host boots seconds faster.
  ...["python3-slixmpp", "python3-aiohttp"],
];

/** Where the sandbox's certificate authority is put, so that update-ca-certificates trusts it. */
export const authorityPath = "/usr/local/share/ca-certificates/jitsi-hetzner-sandbox.crt";

/** Files of the base by path; the certificate authority is added by the builder. */
export const baseFiles: Readonly<Record<string, string>> = {
  "/etc/apt/sources.list": `deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-updates main
deb http://security.debian.org/debian-security bookworm-security main
`,
  // As Hetzner's image: root logs in with the project's keys, there is no other user, and
  // cloud-init keeps /etc/hosts. The locale step fails without the package locales; the steps for
  // the boot loader and for keys on the console have nothing to do here and take a third of a second each.
  "/etc/cloud/cloud.cfg.d/90_hetzner.cfg": `disable_root: false
users: []
manage_etc_hosts: true
locale: false
grub_dpkg:
  enabled: false
ssh:
  emit_keys_to_console: false
apt:
  preserve_sources_list: true
datasource_list: [NoCloud, None]
`,
};

/** Paths that must not be shared by hosts, or that belong to the machine that built the base. */
export const removedPaths: readonly string[] = [
  "/etc/hostname",
  "/etc/resolv.conf",
  "/etc/apt/apt.conf.d/99mmdebstrap",
  "/var/lib/dbus/machine-id",
];

/** Folders that the build leaves with something in them and a fresh Debian has empty. */
export const emptyFolders: readonly string[] = ["/etc/apt/sources.list.d"];

/** Name of the base that follows from all that goes into it. */
export function recipeKey(certificate: string, aptSettings: string): string {
  const recipe = [basePackages, baseFiles, removedPaths, emptyFolders, certificate, aptSettings];
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 16);
}
