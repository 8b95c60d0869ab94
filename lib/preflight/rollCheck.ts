import { images, limits, type Role } from "../constants";
import type { PlannedHost } from "../plan/plannedHosts";
import { none, problem, type Findings } from "./findings";

/** What new servers get. */
export interface WantedServer {
  /** Server types to order, by role. */
  readonly types: Readonly<Record<Role, string>>;
  readonly image: string;
  readonly location: string;
}

/** A host whose server differs from a new one, in what the API says. */
interface Different {
  readonly host: PlannedHost;
  /** What it is, and what a new one would be: `cpx42, not ccx33`. */
  readonly how: string;
}

/** Hosts that differ in settings that are for new servers only. Pure. */
export function differingHosts(
  hosts: readonly PlannedHost[],
  { types, image, location }: WantedServer,
): Different[] {
  return hosts.flatMap((host) => {
    const { server, role } = host;
    if (server === undefined) return [];
    const pairs = [
      [server.server_type.name, types[role]],
      // An image that Hetzner has removed has no name any more.
      [server.image?.name ?? image, image],
      [server.location?.name ?? location, location],
    ];
    const how = pairs.filter(([is, wanted]) => is !== wanted).map((pair) => pair.join(", not "));
    return how.length === 0 ? [] : [{ host, how: how.join("; ") }];
  });
}

/** Sentences about hosts that differ, and about what it takes to replace them. */
export function rollNotes(hosts: readonly PlannedHost[], wanted: WantedServer): string[] {
  const different = differingHosts(hosts, wanted);
  const rolled = different.filter(({ host }) => isRolled(host));
  const all = different.filter(({ host }) => !isRolled(host));
  const ofImage = (one: Different): boolean => differsByImage(one, wanted.image);
  const kept = all.filter((one) => !ofImage(one));
  const list = (some: readonly Different[]): string =>
    some.map(({ host, how }) => `${host.name} (${how})`).join(", ");
  const notes = imageNotes(all.filter(ofImage), wanted.image);
  if (kept.length > 0) {
    const bridges = kept.some(({ host }) => host.role === "jvb");
    const way = bridges ? "; `npm run roll` replaces bridges one by one" : "";
    notes.push(`Different from a new server, and kept as they are: ${list(kept)}${way}`);
  }
  if (rolled.length > 0) {
    const peak = hosts.length + rolled.length;
    notes.push(
      `rollBridges replaces ${list(rolled)}, one after the other; old servers are deleted at the end, so up to ${peak} servers exist at once, ${rolled.length} more than the cluster has: your project's limit must allow them (\`npm run roll\` needs only one more)`,
    );
  }
  return notes;
}

/** Whether a host differs from a new one only by its image, and that image is supported. */
function differsByImage({ host, how }: Different, wanted: string): boolean {
  const image = host.server?.image?.name ?? "";
  return (images as readonly string[]).includes(image) && how === `${image}, not ${wanted}`;
}

/** Sentences about such hosts, one for each image. There are such hosts after a change of the default image. */
function imageNotes(different: readonly Different[], wanted: string): string[] {
  return images.flatMap((image) => {
    const hosts = different.filter(({ host }) => host.server?.image?.name === image);
    if (hosts.length === 0) return [];
    const names = hosts.map(({ host }) => host.name).join(", ");
    const way = hosts.some(({ host }) => host.role === "jvb")
      ? "; `npm run roll` replaces bridges one by one"
      : "";
    return [
      `No server is replaced because of its image: ${names} keep ${image}, new servers get ${wanted}. To order ${image} for new servers too: pulumi config set image ${image}${way}`,
    ];
  });
}

/** An `up` deletes old servers at its end. Until then they are in the placement group, beside the new ones. */
export function checkRoll(hosts: readonly PlannedHost[], wanted: WantedServer): Findings {
  const servers = new Map<number, number>();
  const add = (host: PlannedHost): void => {
    if (host.role !== "jvb") return;
    servers.set(host.placementGroup, (servers.get(host.placementGroup) ?? 0) + 1);
  };
  hosts.forEach(add);
  const rolled = differingHosts(hosts, wanted).filter(({ host }) => isRolled(host));
  rolled.forEach(({ host }) => {
    add(host);
  });
  const most = Math.max(0, ...servers.values());
  if (rolled.length === 0 || most <= limits.serversInPlacementGroup) return none;
  return problem(
    "rollBridges",
    `replaces ${rolled.length} bridges in one run, which puts ${most} servers into one placement group until its end; Hetzner allows ${limits.serversInPlacementGroup}`,
    "npm run roll  # one bridge in each run; or name fewer: pulumi config set --path 'rollBridges[0]' 0",
  );
}

const isRolled = (host: PlannedHost): boolean => host.role === "jvb" && host.rolled;
