import { createHash } from "node:crypto";
import cloudImage from "./cloudImagePackages.json";
import type { Suite } from "./releases";

/**
 * The contents of a host's base file system. It reproduces Debian's cloud image, from which
 * Hetzner's image is derived. It has the packages of that image, not those that scripts need: if
 * the image lacks a program, such as gpg, the deployed program must install it. Everything here is
 * part of the cache key.
 */

/** Packages of the image that a container does not need, with the reason. */
export const excludedPackages: Readonly<Record<string, string>> = {
  "linux-image-cloud-amd64": "hosts run on the machine's kernel; a stand-in shows another one",
  "grub-cloud-amd64": "no boot loader starts a container; a stand-in has its settings and its menu",
  dosfstools: "there is no EFI partition",
  "cloud-initramfs-growroot": "there is no initramfs and no partition to grow",
};

/** Packages in addition to the image's, with the reason. */
export const addedPackages: Readonly<Record<string, string>> = {
  udev: "the image has it by the packages that are left out; cloud-init's netplan renderer calls udevadm",
  "linux-base": "the image has it by the kernel",
  "python3-slixmpp": "runs the stand-ins for Jitsi's packages; each host boots seconds faster",
  "python3-aiohttp": "as python3-slixmpp",
};

/** Debian packages of a release's base, in alphabetical order. */
export function basePackages(suite: Suite): readonly string[] {
  const listed = Object.values(cloudImage[suite])
    .flat()
    .filter((name) => !(name in excludedPackages));
  return [...new Set([...listed, ...Object.keys(addedPackages)])].sort();
}

/** Path of the sandbox's certificate authority, where update-ca-certificates finds it. */
export const authorityPath = "/usr/local/share/ca-certificates/jitsi-hetzner-sandbox.crt";

/** Target of /etc/resolv.conf: the file of systemd-resolved, like in the image. */
export const resolvConf = "../run/systemd/resolve/stub-resolv.conf";

/** Folder of the stand-ins for Debian packages, an apt source of hosts. */
export const standInsFolder = "/usr/share/sandbox-packages";

const aptKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Files of the base by path. The builder adds the certificate authority. */
export function baseFiles(suite: Suite): Readonly<Record<string, string>> {
  return {
    // The image's form (deb822). The image also lists backports and sources, which would only cost
    // time here.
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
    "/etc/apt/sources.list.d/sandbox.sources": `Types: deb
URIs: file:${standInsFolder}
Suites: ./
Trusted: yes
Languages: none
`,
    "/etc/apt/sources.list": "# See /etc/apt/sources.list.d/debian.sources\n",
    // Like in Hetzner's image: root logs in with the project's keys, there is no other user, and
    // cloud-init manages /etc/hosts. The locale step fails without the package locales. The steps
    // for the boot loader and for keys on the console do nothing in a container and take a third of
    // a second each.
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

/**
 * Paths that hosts must not share, or that belong to the machine that built the base. And the switch by which each
 * installation rebuilds the index of the manual pages: nobody reads them there, and it takes 0.8 s of CPU.
 */
export const removedPaths: readonly string[] = [
  "/var/lib/man-db/auto-update",
  "/etc/hostname",
  "/etc/resolv.conf",
  "/etc/apt/apt.conf.d/99mmdebstrap",
  "/var/lib/dbus/machine-id",
];

/** Folders that are not empty after the build, but are empty in a fresh Debian. */
export const emptyFolders: readonly string[] = ["/etc/apt/sources.list.d"];

/** What a base depends on beside the files of this recipe. */
export interface BaseInputs {
  readonly certificate: string;
  /** Settings of this machine's apt, in the syntax of apt.conf. */
  readonly aptSettings: string;
  /** The sources of the stand-ins for Debian packages. */
  readonly standIns: readonly string[];
}

/** Name of the base in the cache, a hash of everything in it. */
export function recipeKey(suite: Suite, inputs: BaseInputs): string {
  const parts = [basePackages(suite), baseFiles(suite), removedPaths, emptyFolders, resolvConf];
  const { certificate, aptSettings, standIns } = inputs;
  const recipe = JSON.stringify([suite, ...parts, certificate, aptSettings, standIns]);
  return createHash("sha256").update(recipe).digest("hex").slice(0, 16);
}
