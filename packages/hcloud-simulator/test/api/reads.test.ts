import { buildRegistry } from "../../src/resource";
import { resources } from "../../src/resources";

import { populate, type Populated } from "./support/populate";
import { at, idOf, Simulator } from "./support/simulator";

/** Routes that the real API has removed. */
const removed = ["/datacenters", "/datacenters/:id"];

const reads = buildRegistry(resources).routes.filter(
  ({ method, path, notSimulated }) => method === "GET" && !notSimulated && !removed.includes(path),
);

/** The value of `:id` for each first segment of a path. */
const ids: Readonly<Record<string, (made: Populated) => number>> = {
  servers: ({ server }) => server,
  images: ({ image }) => image,
  networks: ({ network }) => network,
  firewalls: ({ firewall }) => firewall,
  placement_groups: ({ group }) => group,
  primary_ips: ({ primaryIp }) => primaryIp,
  floating_ips: ({ floatingIp }) => floatingIp,
  load_balancers: ({ loadBalancer }) => loadBalancer,
  load_balancer_types: () => 1,
  ssh_keys: ({ key }) => key,
  zones: ({ zone }) => zone,
  locations: () => 1,
  isos: () => 120001,
};

const metrics = "?type=cpu&start=2026-11-21T00:00:00Z&end=2026-11-21T01:00:00Z";

describe("each read", () => {
  let sim: Simulator;
  let made: Populated;

  beforeAll(async () => {
    sim = await Simulator.start();
    made = await populate(sim);
    // Gives each of them an action of its own.
    for (const path of [`/images/${made.image}`, `/networks/${made.network}`])
      await sim.done("POST", `${path}/actions/change_protection`, { delete: false });
  });
  afterAll(() => sim.closeWithoutUnhandled());

  /** The id of an action that this route can read. */
  const actionOf = async (path: string): Promise<string> => {
    const { body } = await sim.get(path.slice(0, path.lastIndexOf("/")));
    return JSON.stringify(at(body, "actions", 0, "id"));
  };

  it.each(reads.map(({ path }) => [path]))("GET %s answers", async (route) => {
    const area = route.split("/")[1] ?? "";
    const type = await sim.get("/server_types?name=cx23");
    const id = area === "server_types" ? idOf(at(type.body, "server_types", 0)) : ids[area]?.(made);
    const path = route
      .replace(":id", String(id))
      .replace(":name/:type", "@/A")
      .concat(route.endsWith("/metrics") ? metrics : "");
    const isNoAction = area === "placement_groups" && route.endsWith(":action_id");
    const url = path.includes(":action_id")
      ? path.replace(":action_id", isNoAction ? "1" : await actionOf(path))
      : path;
    const { status } = await sim.get(url);
    // A placement group is created without an action, so it never has one.
    expect([url, status]).toEqual([url, isNoAction ? 404 : 200]);
  });
});
