import { limits } from "../constants";
import type { PlannedHost } from "../plan/plannedHosts";
import { serverSizes } from "../plan/serverTypes";
import { none, warning, type Findings } from "./findings";

/** The size of a server type, with what counts here. */
interface NamedSize {
  readonly name: string;
  readonly cores: number;
  /** GB. */
  readonly memory: number;
}

/**
 * Warns of a web host that is too small for its bridges. With more than a few bridges it needs the handbook's size, because
 * the signalling of every participant goes through it. Only a warning, because with few participants it works anyway.
 *
 * @param typeToOrder for a new web host
 * @param types of the cloud; a type that neither the cloud nor the program knows is not checked
 */
export function checkWebSize(
  hosts: readonly PlannedHost[],
  typeToOrder: string,
  types: readonly NamedSize[],
): Findings {
  const { bridgesOfSmallWebHost: few, webCores, webMemoryGb } = limits;
  const bridges = hosts.filter(({ role }) => role === "jvb").length;
  const server = hosts.find(({ role }) => role === "web")?.server;
  const name = server?.server_type.name ?? typeToOrder;
  const size = types.find((type) => type.name === name) ?? serverSizes[name];
  if (bridges <= few || size === undefined) return none;
  if (size.cores >= webCores && size.memory >= webMemoryGb) return none;
  const what = `the web host (${name}) has ${size.cores} vCPU and ${size.memory} GB of memory, and ${bridges} bridges; with more than ${few} it needs ${webCores} vCPU and ${webMemoryGb} GB, because the signalling of all participants goes through it`;
  return warning(
    server === undefined
      ? `${what}: pulumi config set webServerType cx33`
      : `${what}: docs/scale.md#size-of-the-web-host`,
  );
}
