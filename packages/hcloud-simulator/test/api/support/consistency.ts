import { at, idOf, type Json, type Simulator, textOf } from "./simulator";

/** All rows of a list, read page by page. */
export async function everything(sim: Simulator, path: string): Promise<Json[]> {
  const [name = ""] = path.split("/").slice(-1);
  const rows: Json[] = [];
  for (let page = 1; page < 1000; page++) {
    const { body } = await sim.get(`/${path}?per_page=50&page=${page}`);
    rows.push(...(body[name] as unknown as Json[]));
    if (Number(at(body, "meta", "pagination", "last_page")) <= page) return rows;
  }
  throw new Error(`${path} has more pages than expected`);
}

const list = (json: Json | undefined) => (json ?? []) as unknown as readonly Json[];
const ids = (rows: readonly Json[]) => new Set(rows.map(idOf));

/**
 * Describes every reference between two resources that does not hold from both sides. Empty when
 * the state is consistent.
 */
export async function danglingReferences(sim: Simulator): Promise<string[]> {
  const [servers = [], networks = [], ips = [], groups = [], firewalls = [], images = []] =
    await Promise.all(
      ["servers", "networks", "primary_ips", "placement_groups", "firewalls", "images"].map(
        (path) => everything(sim, path),
      ),
    );
  const problems: string[] = [];
  const check = (good: boolean, what: string) => {
    if (!good) problems.push(what);
  };
  const serverIds = ids(servers);
  const known = { network: ids(networks), group: ids(groups), ip: ids(ips), image: ids(images) };
  for (const server of servers) {
    const of = `server ${idOf(server)}`;
    for (const net of list(server.private_net))
      check(known.network.has(Number(net.network)), `${of} is in a network that does not exist`);
    if (server.placement_group)
      check(
        known.group.has(idOf(server.placement_group)),
        `${of} is in a group that does not exist`,
      );
    for (const ip of [server.public_net?.ipv4, server.public_net?.ipv6].filter(Boolean)) {
      const row = ips.find((candidate) => idOf(candidate) === idOf(ip));
      check(Number(row?.assignee_id) === idOf(server), `${of} has an address that is not its own`);
    }
    const { image } = server;
    const shown = image && (known.image.has(idOf(image)) || Boolean(image.deleted));
    check(shown === true, `${of} was created from an image that does not exist`);
  }
  for (const ip of ips.filter((row) => row.assignee_id as unknown)) {
    const server = servers.find((row) => idOf(row) === Number(ip.assignee_id));
    const own = [server?.public_net?.ipv4, server?.public_net?.ipv6].filter(Boolean);
    check(
      own.some((net) => idOf(net) === idOf(ip)),
      `address ${idOf(ip)} is of no server`,
    );
  }
  for (const row of [...networks, ...groups])
    for (const id of list(row.servers))
      check(serverIds.has(Number(id)), `${textOf(row.name)} has a server that does not exist`);
  for (const row of firewalls)
    for (const target of list(row.applied_to)) {
      const direct = target.server ? [target] : [];
      for (const one of [...direct, ...list(target.applied_to_resources)])
        check(
          serverIds.has(idOf(one.server)),
          `firewall ${idOf(row)} is on a server that does not exist`,
        );
    }
  for (const image of images.filter((row) => row.bound_to as unknown))
    check(serverIds.has(Number(image.bound_to)), `backup ${idOf(image)} is of no server`);
  for (const rows of [servers, networks, ips, groups, firewalls]) {
    const names = rows.map((row) => textOf(row.name));
    check(new Set(names).size === names.length, `names twice: ${names.sort().join(" ")}`);
  }
  const addresses = ips.map((row) => textOf(row.ip));
  check(new Set(addresses).size === addresses.length, "an address is there twice");
  return problems;
}
