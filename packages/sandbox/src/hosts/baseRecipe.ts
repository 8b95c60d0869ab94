import { createHash } from "node:crypto";
import cloudImage from "./cloudImagePackages.json";
import type { Suite } from "./releases";

/**
 * What a base file system of the hosts is made of: Debian's cloud image, from which Hetzner's is derived. Its packages
 * are the image's own list, not what scripts happen to need: a program that the image lacks, such as gpg, has to be
 * installed by the program. Everything here is part of the cache key.
 */

/** Packages of the image that a container has no use for, each with its reason. */
export const leftOutPackages: Readonly<Record<string, string>> = {
  "linux-image-cloud-amd64": "hosts run on the machine's kernel",
  "grub-cloud-amd64": "no boot loader starts a container",
  dosfstools: "there is no EFI partition",
  "cloud-initramfs-growroot": "there is no initramfs and no partition to grow",
};

/** Packages beside the image's own list, each with its reason. */
export const addedPackages: Readonly<Record<string, string>> = {
  udev: "the image has it by the packages that are left out; cloud-init's netplan renderer calls udevadm",
  "python3-slixmpp": "runs the stand-ins for Jitsi's packages; each host boots seconds faster",
  "python3-aiohttp": "as python3-slixmpp",
};

/** Debian packages of a release's base, in alphabetical order. */
export function basePackages(suite: Suite): readonly string[] {
  const listed = Object.values(cloudImage[suite])
    .flat()
    .filter((name) => !(name in leftOutPackages));
  return [...new Set([...listed, ...Object.keys(addedPackages)])].sort();
}

/** Where the sandbox's certificate authority is put, so that update-ca-certificates trusts it. */
export const authorityPath = "/usr/local/share/ca-certificates/jitsi-hetzner-sandbox.crt";

/** Where the base gets its /etc/resolv.conf from: systemd-resolved's own, as in the image. */
export const resolvConf = "../run/systemd/resolve/stub-resolv.conf";

const aptKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Files of the base by path; the certificate authority is added by the builder. */
export function baseFiles(suite: Suite): Readonly<Record<string, string>> {
  return {
    // The image's form (deb822). It also has backports and sources, whose lists only take time.
    "/etc/apt/sources.list.d/debian.sources": `Types: deb
URIs: http://deb.debian.org/debian
Suites: ${suite} ${suite}-updates
Components: main
Signed-By: ${aptKeyring}

Types: deb
URIs: http://security.debian.org/debian-security
Suites: ${suite}-security
Components: main
Signed-By: ${aptKeyring}
`,
    "/etc/apt/sources.list": "# See /etc/apt/sources.list.d/debian.sources\n",
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
}

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
export function recipeKey(suite: Suite, certificate: string, aptSettings: string): string {
  const parts = [basePackages(suite), baseFiles(suite), removedPaths, emptyFolders, resolvConf];
  const recipe = JSON.stringify([suite, ...parts, certificate, aptSettings]);
  return createHash("sha256").update(recipe).digest("hex").slice(0, 16);
}
