import type { SandboxIdentity } from "../identity";
import { run } from "./exec";
import { firewallTable, routerNamespace, scanSet } from "./names";

/** A datagram to an address that leads nowhere. */
export interface Scan {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

interface Listed {
  readonly nftables: readonly {
    readonly set?: {
      readonly elem?: readonly { readonly concat: readonly [string, string, number] }[];
    };
  }[];
}

/**
 * What hosts have sent to private addresses over their public interfaces, each once. Hetzner drops such packets too, and locks
 * a server that sends to many of them (netscan).
 */
export async function scansOf(identity: SandboxIdentity): Promise<readonly Scan[]> {
  const list = ["nft", "--json", "list", "set", "inet", firewallTable, scanSet];
  return readScans(await run("ip", ["netns", "exec", routerNamespace(identity), ...list]));
}

/** The answer of `nft --json list set`, in a fixed order. Pure. */
export function readScans(text: string): readonly Scan[] {
  const elements = (JSON.parse(text) as Listed).nftables.flatMap(({ set }) => set?.elem ?? []);
  return elements
    .map(({ concat: [from, to, port] }) => ({ from, to, port }))
    .sort((one, other) => `${one.from} ${one.to}`.localeCompare(`${other.from} ${other.to}`));
}
