import type { Problem } from "../problem";
import { defaults } from "../constants";
import { set, unset, type RawConfig } from "./problem";

/** Where Jitsi's packages come from, and which. */
export interface Software {
  /** Address of the apt repository, without a slash at the end. */
  readonly jitsiAptRepository: string;
  /** Fingerprint of its signing key, 40 hexadecimal digits in upper case. */
  readonly jitsiAptKeyFingerprint: string;
  /** Version of the metapackage jitsi-meet; absent for the newest at the web host's first `up`. */
  readonly jitsiVersion?: string;
}

/** Reads the keys about packages. */
export function parseSoftware(raw: RawConfig): Software {
  return {
    jitsiAptRepository: (raw.jitsiAptRepository ?? defaults.jitsiAptRepository).replace(/\/+$/, ""),
    jitsiAptKeyFingerprint: (raw.jitsiAptKeyFingerprint ?? defaults.jitsiAptKeyFingerprint)
      .replace(/\s/g, "")
      .toUpperCase(),
    jitsiVersion: raw.jitsiVersion === "" ? undefined : raw.jitsiVersion,
  };
}

/** What is wrong with the keys about packages. */
export function softwareProblems(raw: RawConfig): Problem[] {
  const { jitsiAptRepository, jitsiAptKeyFingerprint, jitsiVersion } = parseSoftware(raw);
  const problems: Problem[] = [];
  if (!isRepository(jitsiAptRepository)) {
    problems.push({
      key: "jitsiAptRepository",
      reason: `is "${jitsiAptRepository}"; an https address without user, query and fragment is needed`,
      fix: set("jitsiAptRepository", defaults.jitsiAptRepository),
    });
  }
  if (!/^[0-9A-F]{40}$/.test(jitsiAptKeyFingerprint)) {
    problems.push({
      key: "jitsiAptKeyFingerprint",
      reason: `is "${jitsiAptKeyFingerprint}"; the 40 hexadecimal digits of an OpenPGP fingerprint are needed, spaces allowed`,
      fix: unset("jitsiAptKeyFingerprint"),
    });
  }
  if (jitsiVersion !== undefined && !/^\d+\.\d+\.\d+(-\d+)?$/.test(jitsiVersion)) {
    problems.push({
      key: "jitsiVersion",
      reason: `is "${jitsiVersion}"; a version of the package jitsi-meet is needed, such as 2.0.11146-1, or none`,
      fix: unset("jitsiVersion"),
    });
  }
  return problems;
}

function isRepository(text: string): boolean {
  if (!URL.canParse(text) || /[\s'"]/.test(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return protocol === "https:" && `${username}${password}${search}${hash}` === "";
}
