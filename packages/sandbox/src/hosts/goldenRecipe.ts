import { createHash } from "node:crypto";
import { parse } from "yaml";
import { defaultSuite, suiteOf } from "./releases";

/**
 * The contents of the golden images: the base of the default release, with the packages of Debian
 * that a host of a role installs anyway. Everything here is part of the cache key.
 */

/** Roles of the deployed program's hosts that have a golden image. */
export const goldenRoles = ["web", "jvb", "jibri"] as const;

export type GoldenRole = (typeof goldenRoles)[number];

/** What a golden image of a role has in addition to the base. */
interface GoldenPackages {
  /** Packages of Debian that the installer of these hosts asks for. */
  readonly asked: readonly string[];
  /** Packages on which the stand-ins depend. */
  readonly dependencies: readonly string[];
  /** Packages that are not in the image, but their dependencies are. */
  readonly onlyDependenciesOf: readonly string[];
}

const tools = ["curl", "gpg", "jq", "nftables", "openssl", "tzdata", "unattended-upgrades"];
const everywhere = ["procps", "ruby-hocon"];

/**
 * The packages of each role. A host that needs more installs the rest itself. A package that no host
 * installs must not be here: a test asks apt.
 */
export const goldenPackages: Readonly<Record<GoldenRole, GoldenPackages>> = {
  web: {
    asked: [...tools, "bind9-dnsutils", "certbot", "nginx", "prosody"],
    dependencies: [
      ...everywhere,
      ...["lua-basexx", "lua-cjson", "lua-inspect", "lua-luaossl", "lua-sec"],
    ],
    // It would serve everyone until it is configured.
    onlyDependenciesOf: ["coturn"],
  },
  jvb: {
    asked: tools,
    dependencies: [...everywhere, "uuid-runtime"],
    onlyDependenciesOf: [],
  },
  jibri: {
    asked: [
      ...tools,
      ...["chromium", "chromium-common", "chromium-driver", "chromium-sandbox"],
      ...["fonts-liberation", "fonts-noto-cjk", "fonts-noto-color-emoji", "fonts-noto-core"],
      ...["rclone", "sudo"],
    ],
    dependencies: [...everywhere, ...["alsa-utils", "ffmpeg", "icewm", "xserver-xorg-video-dummy"]],
    onlyDependenciesOf: [],
  },
};

/**
 * The golden image that a host gets, by the role in its user data. Undefined for hosts without a
 * role, and for hosts of another release: they boot the stock image.
 */
export function goldenRoleOf(host: {
  readonly image: string;
  readonly userData: string;
}): GoldenRole | undefined {
  if (suiteOf(host.image) !== defaultSuite) return undefined;
  const role = /^ROLE='?(\w+)'?$/m.exec(hostConf(host.userData))?.[1];
  return goldenRoles.find((known) => known === role);
}

/** The file of the deployed program that names the role; empty in other user data. */
function hostConf(userData: string): string {
  if (!userData.startsWith("#cloud-config")) return "";
  const { write_files: files = [] } = parse(userData) as CloudConfig;
  return files.find(({ path }) => path === "/etc/jitsi-hetzner/host.conf")?.content ?? "";
}

interface CloudConfig {
  readonly write_files?: readonly { readonly path: string; readonly content?: string }[];
}

/**
 * Name of a golden image in the cache, a hash of everything in it.
 *
 * @param script text of the script that makes it
 */
export function goldenKey(base: string, role: GoldenRole, script: string): string {
  const recipe = JSON.stringify([base, goldenPackages[role], script]);
  return createHash("sha256").update(recipe).digest("hex").slice(0, 16);
}
