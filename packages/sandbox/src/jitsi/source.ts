import type { JitsiKind, JitsiRequest } from "./choice";

/** Where the packages of Jitsi in a sandbox come from. A part of its state. */
export interface JitsiSource {
  readonly kind: JitsiKind;
  /** Address of the repository; undefined for stand-ins. */
  readonly url?: string;
  /** Fingerprint of the key that signs the repository. */
  readonly fingerprint: string;
  /** Version of jitsi-meet that hosts install; undefined for stand-ins. */
  readonly version?: string;
}

/** The source as options of the command line. */
const asOption = ({ kind, url }: Pick<JitsiRequest, "kind" | "url">): string =>
  `--jitsi ${kind === "url" ? (url ?? "") : kind}`;

/** The source in one line, for `status`. */
export function describeSource({ kind, url, version }: JitsiSource): string {
  if (kind === "stand-in") return "stand-ins";
  return `version ${version ?? "?"} of ${url ?? "?"} (${kind === "url" ? "--jitsi URL" : "upstream"})`;
}

/**
 * How a request differs from the source of a sandbox that exists, as two options; undefined if it
 * does not differ. A default differs from nothing.
 */
export function difference(
  source: JitsiSource,
  request: JitsiRequest,
): { readonly has: string; readonly wanted: string } | undefined {
  if (request.kind === "auto" || request.from === "CI=true") return undefined;
  const [has, wanted] = [asOption(source), asOption(request)];
  return has === wanted ? undefined : { has, wanted };
}
