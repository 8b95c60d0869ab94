import { unpackText } from "../../../../lib/packedText";
import type { VerbStdin } from "../../../../remote/program/contract";
import type { TypedVerb } from "../../../../remote/program/verbs";
import type { Registered } from "./mockEngine";

/** The values that a step brings its verb over stdin. */
export function stepValues({ inputs }: Registered): Readonly<Record<string, string>> {
  const { version, values, packed } = JSON.parse(inputs.stdin as string) as {
    version: number;
    values?: Record<string, string>;
    packed?: string;
  };
  if (version !== 1) throw new Error(`the input has version ${version}`);
  return values ?? (JSON.parse(unpackText(packed ?? "")) as Record<string, string>);
}

/** A command as a host runs it, with the digest of its verb's code as DIGEST. */
export const withoutDigest = (text: unknown): string | undefined =>
  typeof text === "string" ? text.replace(/(?<= --code )[0-9a-f]{16}(?= )/, "DIGEST") : undefined;

/** What a step brings this verb over stdin. */
export function stepInput<V extends TypedVerb>({ inputs }: Registered, verb: V): VerbStdin[V] {
  const texts = [inputs.create, inputs.update, inputs.delete];
  if (!texts.some((text) => typeof text === "string" && text.startsWith(`jitsi-hetzner ${verb} `)))
    throw new Error(`the step does not run ${verb}`);
  const { version, ...input } = JSON.parse(inputs.stdin as string) as VerbStdin[V] & {
    version: number;
  };
  if (version !== 1) throw new Error(`the input has version ${version}`);
  return input as unknown as VerbStdin[V];
}
