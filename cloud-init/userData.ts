import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "../lib/constants";
import type { Software } from "../lib/config/keys/software";
import { packText } from "../lib/packedText";
import { renderFile } from "../remote/render";

export interface UserDataArgs {
  readonly role: Role;
  /** The host's own name: an RFC 1123 name, without or with domain. */
  readonly hostname: string;
  /** The meeting domain: meet.example.org. */
  readonly domain: string;
  /** Where Jitsi's packages come from, and which. */
  readonly software: Software;
  /**
   * The ECDSA host key of the first contact: private half as OpenSSH or PEM text, public half as an
   * authorized_keys line. Worthless after the first contact, the only secret in user data.
   */
  readonly bootstrapKey: { readonly privateKey: string; readonly publicKey: string };
}

/** Bytes; Hetzner refuses more. Source: https://docs.hetzner.cloud/#servers-create-a-server (user_data). */
const maximumLength = 32 * 1024;

interface HostFile {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
  /** As cloud-init names it; absent for plain text. */
  readonly encoding?: "gz+b64";
}

/**
 * The user data of a host: only what is true for its whole life. Pure; the same arguments give the same
 * text, because a change would replace the server.
 *
 * @throws when it is longer than Hetzner takes.
 */
export function renderUserData(args: UserDataArgs): string {
  const userData = renderFile(join(__dirname, "host.yaml.hbs"), {
    ...args,
    files: hostFiles(args),
  });
  const length = Buffer.byteLength(userData);
  if (length >= maximumLength) {
    throw new Error(
      `The user data of ${args.hostname} has ${length} bytes; Hetzner takes fewer than ${maximumLength}: ` +
        "shorten cloud-init/install.sh, or move steps to a remote script",
    );
  }
  return userData;
}

/** What the installer has to know of its host; later steps bring it up to date, together with the installer. */
export function hostConf({
  role,
  domain,
  software,
}: Pick<UserDataArgs, "role" | "domain" | "software">): string {
  return renderFile(join(__dirname, "etc/jitsi-hetzner/host.conf.hbs"), {
    role,
    domain,
    repository: software.jitsiAptRepository,
    fingerprint: software.jitsiAptKeyFingerprint,
    version: software.jitsiVersion ?? "",
  });
}

/**
 * The same for an existing machine. Its own step adds the version, which is that of the web host. Tools that are no part of
 * Jitsi are left out: the machine has its own time zone, and its owner decides on upgrades.
 */
export function nodeHostConf(args: Pick<UserDataArgs, "role" | "domain" | "software">): string {
  const software = { ...args.software, jitsiVersion: undefined };
  return `${hostConf({ ...args, software })}TOOLS='curl jq nftables openssl'\n`;
}

/** The script that does all that a host does with apt. */
export function installer(): string {
  return readFileSync(join(__dirname, "install.sh"), "utf8");
}

/**
 * The installer as the first boot runs it: without lines of comment only. `host/setup` writes it whole. Pulumi's state has
 * the user data of each host, encrypted, and its engine keeps many copies of that in memory.
 */
export function installerOfFirstBoot(): string {
  return installer().replace(/^[ ]*#(?!!).*\n/gm, "");
}

function hostFiles(args: UserDataArgs): HostFile[] {
  return [
    { path: "/etc/jitsi-hetzner/host.conf", permissions: "0644", content: hostConf(args) },
    plainFile("/etc/ssh/sshd_config.d/10-jitsi-hetzner.conf"),
    plainFile("/etc/ssh/sshd_config.d/50-cloud-init.conf"),
    plainFile("/etc/apt/apt.conf.d/52jitsi-hetzner"),
    {
      path: "/usr/local/sbin/jitsi-hetzner-install",
      permissions: "0755",
      encoding: "gz+b64",
      content: packText(installerOfFirstBoot()),
    },
  ];
}

/** A file that is the same on each host, kept at its path below this folder. */
function plainFile(path: string): HostFile {
  return { path, permissions: "0644", content: readFileSync(join(__dirname, path), "utf8") };
}
