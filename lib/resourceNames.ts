import { bridgeNumber, localBridgeName } from "./bridgeNames";
import { nodePart } from "./nodeNames";
import { localRecorderName, recorderNumber } from "./recorderNames";

/** The name of a resource, the last part of its URN: jitsi-jvb-0. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

/**
 * The parts of a resource's name after the name of the cluster: `jitsi-jvb-0-drain` is the part `drain` of `jvb-0`,
 * `jitsi-web` the whole of `web`, `jitsi-policy` the part `policy` of no host. `local` is the bridge on the web host,
 * `local-recorder` the recorder on it, `node-berlin` the existing machine berlin.
 */
export function partsOf(name: string): { readonly host?: string; readonly part: string } {
  const [, first = "", second = "", ...rest] = name.split("-");
  const node = nodePart(name.split("-").slice(1).join("-"));
  if (node !== undefined) return node;
  const host = `${first}-${second}`;
  const isNumbered = bridgeNumber(host) !== undefined || recorderNumber(host) !== undefined;
  if (isNumbered || host === localRecorderName) return { host, part: rest.join("-") };
  const others = second === "" ? rest : [second, ...rest];
  if (first === "web" || first === localBridgeName) return { host: first, part: others.join("-") };
  return { part: [first, ...others].join("-") };
}
