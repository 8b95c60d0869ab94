import type { CloudServer } from "./cloudServers";
import type { Declared } from "./declared";
import type { StackFacts } from "./stackFacts";

export interface ReverseNameFacts {
  readonly declared: Pick<Declared, "plan">;
  readonly state: Pick<StackFacts, "servers">;
  /** Absent if Hetzner's API did not answer. */
  readonly servers?: readonly CloudServer[];
}

/**
 * Addresses whose reverse DNS is not the name of their host. A server that is not declared, or has lost its labels, has a
 * difference of its own. Pure.
 */
export function reverseNameDifferences({ declared, state, servers }: ReverseNameFacts): string[] {
  const { webHost, bridges, recorders } = declared.plan;
  return [webHost, ...bridges, ...recorders].flatMap(({ name, hostname }) => {
    const known = state.servers.find((one) => one.name === name && !one.isLeaving);
    const server = servers?.find(({ id, isLabelled }) => isLabelled && id === known?.id);
    if (server === undefined) return [];
    return server.reverseNames
      .filter((one) => one.name?.toLowerCase() !== hostname)
      .map(
        ({ address, name: is }) =>
          `the reverse DNS of ${name}'s address ${address} is ${is ?? "empty"}, but should be ${hostname}: pulumi refresh, then pulumi up`,
      );
  });
}
