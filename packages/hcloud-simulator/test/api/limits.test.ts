import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { limitNames, type LimitName } from "../../src/limits";

import { publicKey } from "./support/populate";
import { serverFields, Simulator } from "./support/simulator";

/** A request that creates one of each limited resource. */
const orders: Readonly<Record<LimitName, (name: string) => object>> = {
  servers: (name) => ({ ...serverFields, name }),
  primary_ips: (name) => ({ name, type: "ipv4", location: "fsn1" }),
  floating_ips: (name) => ({ name, type: "ipv4", home_location: "fsn1" }),
  load_balancers: (name) => ({ name, load_balancer_type: "lb11", location: "fsn1" }),
  networks: (name) => ({ name, ip_range: "10.0.0.0/16" }),
  firewalls: (name) => ({ name }),
  placement_groups: (name) => ({ name, type: "spread" }),
  ssh_keys: (name) => ({ name, public_key: publicKey }),
  zones: (name) => ({ name: `${name}.test`, mode: "primary" }),
};

describe("limits of an account", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const setLimits = async (limits: object) => sim.admin("PUT", "/settings", { limits });

  it.each(limitNames)(
    "refuse one more of %s, and allow it after the limit was removed",
    async (name) => {
      await setLimits({ [name]: 1 });
      const order = (text: string) => sim.post(`/${name}`, orders[name](text));
      expect((await order("a")).status).toBe(201);
      const refused = await order("b");
      expect(refused).toMatchObject({
        status: 403,
        body: {
          error: {
            code: "resource_limit_exceeded",
            details: { limits: [{ name: `${name.slice(0, -1)}_limit` }] },
          },
        },
      });
      expect((await sim.get(`/${name}`)).body[name]).toHaveLength(1);
      await setLimits({ [name]: null });
      // The key exists already, so the error is another one than that of the limit.
      expect((await order("b")).status).toBe(name === "ssh_keys" ? 409 : 201);
    },
  );

  it("allow one more after each deletion", async () => {
    await setLimits({ servers: 1 });
    const id = await sim.server();
    expect((await sim.post("/servers", { ...serverFields, name: "b" })).status).toBe(403);
    await sim.done("DELETE", `/servers/${id}`);
    expect((await sim.post("/servers", { ...serverFields, name: "b" })).status).toBe(201);
  });

  it("count the addresses that come with a server, and leave no part of a refused server", async () => {
    await setLimits({ primary_ips: 3 });
    await sim.server();
    const refused = await sim.post("/servers", { ...serverFields, name: "b" });
    expect(refused.body.error?.details?.limits).toEqual([{ name: "primary_ip_limit" }]);
    expect((await sim.get("/servers")).body.servers).toHaveLength(1);
    expect((await sim.get("/primary_ips")).body.primary_ips).toHaveLength(2);
  });

  it("may be lower than the current number of resources, which all stay", async () => {
    const id = await sim.server();
    await setLimits({ servers: 0 });
    expect((await sim.get(`/servers/${id}`)).status).toBe(200);
    expect((await sim.put(`/servers/${id}`, { name: "c" })).status).toBe(200);
  });

  it("can be changed one by one; Hetzner's limits are the default", async () => {
    const { body } = await setLimits({ servers: 10 });
    expect(body.settings?.limits).toEqual({
      servers: 10,
      primary_ips: null,
      floating_ips: null,
      load_balancers: null,
      networks: null,
      firewalls: 50,
      placement_groups: 50,
      ssh_keys: null,
      zones: null,
    });
    await setLimits({ firewalls: 2 });
    expect(sim.api.status().settings.limits).toMatchObject({ servers: 10, firewalls: 2 });
    await sim.admin("PUT", "/settings", { callsPerHour: null });
    expect(sim.api.status().settings.limits).toMatchObject({ servers: 10, firewalls: 2 });
  });

  it.each([{ servers: -1 }, { servers: "10" }, { servers: 1.5 }])("refuse %j", async (limits) => {
    expect((await setLimits(limits)).body.error?.details?.fields).toMatchObject([
      { name: "limits.servers" },
    ]);
  });

  it("survive a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "limits-"));
    const storePath = join(folder, "state");
    try {
      const first = await Simulator.start({ storePath });
      await first.admin("PUT", "/settings", { limits: { servers: 0 } });
      await first.close();
      const second = await Simulator.start({ storePath });
      expect((await second.post("/servers", serverFields)).status).toBe(403);
      await second.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
