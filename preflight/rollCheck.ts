import { placementGroupOf } from "../components/placementPlan";
import type { Settings } from "../config";
import { limits } from "../constants";
import type { DeclaredHost } from "./declared";
import { none, obstacle, type Findings } from "./findings";

/** What new servers get. */
export interface WantedServer {
  /** Server types to order, by role. */
  readonly types: Readonly<Record<DeclaredHost["role"], string>>;
  readonly image: string;
  readonly location: string;
}

/** A host whose server is not what a new one would be, as far as the API tells. */
interface Different {
  readonly host: DeclaredHost;
  /** What it is and what a new one would be: `cpx42, not ccx33`. */
  readonly how: string;
}

/** Settings that are for new servers only, and who has not got them. Pure. */
export function differingHosts(
  hosts: readonly DeclaredHost[],
  { types, image, location }: WantedServer,
): Different[] {
  return hosts.flatMap((host) => {
    const { server, role } = host;
    if (server === undefined) return [];
    const pairs = [
      [server.server_type.name, types[role]],
      // An image that Hetzner has taken away has no name any more.
      [server.image?.name ?? image, image],
      [server.location?.name ?? location, location],
    ];
    const how = pairs.filter(([is, wanted]) => is !== wanted).map((pair) => pair.join(", not "));
    return how.length === 0 ? [] : [{ host, how: how.join("; ") }];
  });
}

/** Lines for people: who differs, and what replacing them takes. */
export function rollNotes(
  hosts: readonly DeclaredHost[],
  wanted: WantedServer,
  rollBridges: Settings["rollBridges"],
): string[] {
  const different = differingHosts(hosts, wanted);
  const rolled = different.filter(({ host }) => isRolled(host, rollBridges));
  const kept = different.filter(({ host }) => !isRolled(host, rollBridges));
  const list = (some: readonly Different[]): string =>
    some.map(({ host, how }) => `${host.name} (${how})`).join(", ");
  const notes: string[] = [];
  if (kept.length > 0) {
    const bridges = kept.some(({ host }) => host.role === "jvb");
    const way = bridges ? "; `npm run roll` replaces bridges one by one" : "";
    notes.push(`Not as a new server would be, and left as they are: ${list(kept)}${way}`);
  }
  if (rolled.length > 0) {
    const peak = hosts.length + rolled.length;
    notes.push(
      `rollBridges replaces ${list(rolled)}, one after the other; old servers go at the end, so up to ${peak} servers are there at once, ${rolled.length} more than the cluster has: your project's limit must allow them (\`npm run roll\` needs one more only)`,
    );
  }
  return notes;
}

/** Old servers go at the end of an `up`, and until then stand in the placement group beside the new ones. */
export function checkRoll(
  hosts: readonly DeclaredHost[],
  wanted: WantedServer,
  rollBridges: Settings["rollBridges"],
): Findings {
  const servers = new Map<number, number>();
  const add = ({ index = 0 }: DeclaredHost): void => {
    const group = placementGroupOf(index);
    servers.set(group, (servers.get(group) ?? 0) + 1);
  };
  hosts.filter(({ role }) => role === "jvb").forEach(add);
  const rolled = differingHosts(hosts, wanted).filter(({ host }) => isRolled(host, rollBridges));
  rolled.forEach(({ host }) => {
    add(host);
  });
  const most = Math.max(0, ...servers.values());
  if (rolled.length === 0 || most <= limits.serversInPlacementGroup) return none;
  return obstacle(
    "rollBridges",
    `replaces ${rolled.length} bridges in one run, with ${most} servers in one placement group until its end; Hetzner allows ${limits.serversInPlacementGroup}`,
    "npm run roll  # one bridge a run; or name fewer: pulumi config set --path 'rollBridges[0]' 0",
  );
}

const isRolled = ({ role, index }: DeclaredHost, rollBridges: Settings["rollBridges"]): boolean =>
  role === "jvb" && (rollBridges === "all" || (index !== undefined && rollBridges.includes(index)));
