import { UserError } from "../cliSupport";

/** Where the hosts' packages of Jitsi come from. It is fixed when a sandbox starts. */
export type JitsiKind = "stand-in" | "upstream" | "url";

/** Address of Jitsi's own repository. In the sandbox, the chosen repository answers there. */
export const upstreamAddress = "https://download.jitsi.org";

/** Fingerprint of Jitsi's signing key. A test compares it with the default of `jitsiAptKeyFingerprint`. */
export const upstreamFingerprint = "FFD65A0DA2BEBDEB73D44C8BB4D2D216F1FD7806";

/** Names of the options, and of the variables with the same meaning. */
export const jitsiOption = "--jitsi";
export const jitsiVariable = "JITSI_HETZNER_JITSI";
export const keyOption = "--jitsi-key";
export const keyVariable = "JITSI_HETZNER_JITSI_KEY";

/** What the caller asks for. */
export interface JitsiRequest {
  readonly kind: "auto" | JitsiKind;
  /** Address of the repository, without a trailing slash: with `upstream` and `url`. */
  readonly url?: string;
  /** Fingerprint of the key that the caller trusts for the repository. */
  readonly key?: string;
  /** Who asks: an option, a variable, CI=true, or undefined for the default. */
  readonly from?: string;
}

interface Given {
  /** Value of `--jitsi`. */
  readonly jitsi?: string;
  /** Value of `--jitsi-key`. */
  readonly jitsiKey?: string;
}

/**
 * The request of a command line: its options, then the variables, then the default. The default is
 * `auto`, and `stand-in` with CI=true, because a result there must not depend on the network.
 *
 * @throws UserError for a value that is not allowed, with a value that is
 */
export function jitsiRequest(given: Given, env: NodeJS.ProcessEnv = process.env): JitsiRequest {
  const value = firstOf([jitsiOption, given.jitsi], [jitsiVariable, env[jitsiVariable]]);
  const keyValue = firstOf([keyOption, given.jitsiKey], [keyVariable, env[keyVariable]]);
  const key = keyValue === undefined ? undefined : parseFingerprint(...keyValue);
  if (value !== undefined) return { ...parseJitsi(...value), key, from: value[0] };
  return env.CI === "true" ? { kind: "stand-in", key, from: "CI=true" } : { kind: "auto", key };
}

function firstOf(
  ...values: readonly (readonly [name: string, value?: string])[]
): [name: string, value: string] | undefined {
  const [name, value] = values.find(([, text]) => text !== undefined && text !== "") ?? [];
  return name === undefined || value === undefined ? undefined : [name, value];
}

/** @throws UserError that says what is wrong with the value */
function parseJitsi(name: string, value: string): Pick<JitsiRequest, "kind" | "url"> {
  switch (value) {
    case "auto":
    case "stand-in":
      return { kind: value };
    case "upstream":
      return { kind: value, url: upstreamAddress };
    default:
      return parseAddress(name, value);
  }
}

function parseAddress(name: string, value: string): Pick<JitsiRequest, "kind" | "url"> {
  const refuse = (reason: string): UserError => new UserError(`${name} is "${value}", ${reason}`);
  if (/^(\.|\/|~|file:)/.test(value)) {
    throw refuse(
      `a path. Hosts get packages over https only: serve the folder, then use its address, such as https://localhost:8443`,
    );
  }
  if (/^http:/i.test(value)) {
    throw refuse(
      `an address without TLS. Only https is allowed, as for hosts in production: ${value.replace(/^http:/i, "https:")}`,
    );
  }
  if (!URL.canParse(value) || !/^https:\/\//i.test(value)) {
    throw refuse(
      "but must be auto, upstream, stand-in, or the https address of a repository, such as https://mirror.example.org",
    );
  }
  const { username, password, search, hash } = new URL(value);
  if (`${username}${password}${search}${hash}` !== "" || /[\s'"]/.test(value)) {
    throw refuse("but the address must have no user, query or fragment");
  }
  const url = value.replace(/\/+$/, "");
  if (url.endsWith("/stable")) {
    throw refuse(`the folder of the list. Use the address above it: ${url.slice(0, -7)}`);
  }
  return url === upstreamAddress ? { kind: "upstream", url } : { kind: "url", url };
}

function parseFingerprint(name: string, value: string): string {
  const fingerprint = value.replace(/\s/g, "").toUpperCase();
  if (/^[0-9A-F]{40}$/.test(fingerprint)) return fingerprint;
  throw new UserError(
    `${name} is "${value}", but must be the 40 hexadecimal digits of an OpenPGP fingerprint, with or without spaces`,
  );
}
