import { at, idOf, Simulator } from "./support/simulator";

const subnet = { type: "cloud", ip_range: "10.0.1.0/24", network_zone: "eu-central" };

describe("networks", () => {
  let sim: Simulator;
  let id: number;
  let path: string;

  beforeEach(async () => {
    sim = await Simulator.start();
    const body = { name: "net", ip_range: "10.0.0.0/16", labels: { a: "b" } };
    id = idOf((await sim.done("POST", "/networks", body)).network);
    path = `/networks/${id}`;
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const addSubnet = (fields = {}) =>
    sim.post(`${path}/actions/add_subnet`, { ...subnet, ...fields });
  const attach = (server: number, fields = {}) =>
    sim.post(`/servers/${server}/actions/attach_to_network`, { network: id, ...fields });
  const privateNet = async (server: number) =>
    (await sim.get(`/servers/${server}`)).body.server?.private_net;

  it("have subnets whose gateway is the first address of the network", async () => {
    expect((await addSubnet()).body.action).toMatchObject({ command: "add_subnet" });
    expect((await sim.get(path)).body.network).toEqual({
      id,
      name: "net",
      created: expect.any(String) as string,
      ip_range: "10.0.0.0/16",
      subnets: [{ ...subnet, gateway: "10.0.0.1", vswitch_id: null }],
      routes: [],
      servers: [],
      load_balancers: [],
      protection: { delete: false },
      labels: { a: "b" },
      expose_routes_to_vswitch: false,
    });
    await sim.done("POST", `${path}/actions/delete_subnet`, { ip_range: "10.0.1.0/24" });
    expect((await sim.get(path)).body.network?.subnets).toEqual([]);
  });

  it.each([
    ["outside of the network", { ip_range: "10.1.0.0/24" }, "ip_range"],
    ["that overlaps", { ip_range: "10.0.1.128/25" }, "ip_range"],
    ["that is not a CIDR", { ip_range: "10.0.2.1/24" }, "ip_range"],
    ["in another zone", { ip_range: "10.0.2.0/24", network_zone: "us-east" }, "network_zone"],
    ["in no zone", { network_zone: "mars" }, "network_zone"],
  ])("refuse a subnet %s", async (_what, fields, field) => {
    await addSubnet();
    // While the first subnet is being added, a second request would answer `conflict`.
    await sim.api.idle();
    const answer = await addSubnet(fields);
    expect(answer.status).toBe(422);
    expect(answer.body.error?.details?.fields?.[0]?.name).toBe(field);
  });

  it.each(["8.8.8.0/24", "10.0.0.0/25", "10.0.0.1/16", "fd00::/48", "x"])(
    "refuse the range %s",
    async (range) => {
      const answer = await sim.post("/networks", { name: "other", ip_range: range });
      expect(answer.body.error?.details?.fields?.[0]?.name).toBe("ip_range");
    },
  );

  it("choose a free range for a subnet without one", async () => {
    await addSubnet({ ip_range: "10.0.0.0/24" });
    await sim.api.idle();
    await addSubnet({ ip_range: undefined });
    expect((await sim.get(path)).body.network?.subnets).toMatchObject([
      { ip_range: "10.0.0.0/24" },
      { ip_range: "10.0.1.0/24" },
    ]);
  });

  it("give servers addresses and attach their hosts", async () => {
    await addSubnet({ ip_range: "10.0.0.0/24" });
    const server = await sim.server();
    const answer = await attach(server);
    expect(answer.body.action).toMatchObject({ command: "attach_to_network" });
    await sim.api.idle();
    // .1 is the gateway.
    const expected = {
      network: id,
      ip: "10.0.0.2",
      alias_ips: [],
      mac_address: "86:00:00:10:00:00",
    };
    expect(await privateNet(server)).toEqual([expected]);
    expect((await sim.get(path)).body.network?.servers).toEqual([server]);
    expect(sim.driver.calls.at(-1)).toEqual([
      "attachNetwork",
      server,
      {
        networkId: id,
        networkCidr: "10.0.0.0/16",
        ip: "10.0.0.2",
        gateway: "10.0.0.1",
        mac: "86:00:00:10:00:00",
      },
    ]);
    await sim.done("POST", `/servers/${server}/actions/detach_from_network`, { network: id });
    expect(await privateNet(server)).toEqual([]);
    expect(sim.driver.calls.at(-1)).toEqual(["detachNetwork", server, id]);
  });

  it("refuse addresses that are in use, reserved or outside, and a second attachment", async () => {
    await addSubnet({ ip_range: "10.0.0.0/24" });
    const first = await sim.server({ name: "a" });
    const second = await sim.server({ name: "b" });
    await attach(first, { ip: "10.0.0.7", alias_ips: ["10.0.0.8"] });
    await sim.api.idle();
    const code = async (fields: object) => (await attach(second, fields)).body.error?.code;
    expect(await code({ ip: "10.0.0.7" })).toBe("ip_not_available");
    expect(await code({ ip: "10.0.0.8" })).toBe("ip_not_available");
    expect(await code({ ip: "10.0.0.1" })).toBe("ip_not_available");
    expect(await code({ ip: "10.0.9.9" })).toBe("no_subnet_available");
    expect(await code({ ip: "10.0.0.0" })).toBe("no_subnet_available");
    expect(await code({ ip: "web" })).toBe("invalid_input");
    expect((await attach(first)).body.error?.code).toBe("server_already_attached");
    expect(await privateNet(second)).toEqual([]);
  });

  it("have no address for a server of another network zone, or without a subnet", async () => {
    const near = await sim.server({ name: "a" });
    expect((await attach(near)).body.error?.code).toBe("no_subnet_available");
    await addSubnet();
    const far = await sim.server({ name: "b", server_type: "cpx31", location: "ash" });
    expect((await attach(far)).body.error?.code).toBe("no_subnet_available");
  });

  it("do not show an attachment that failed in the driver", async () => {
    await addSubnet();
    const server = await sim.server();
    sim.driver.failures.set("attachNetwork", "no such link");
    await attach(server);
    await sim.api.idle();
    expect((await sim.lastAction(`/servers/${server}`)).error?.message).toBe("no such link");
    expect(await privateNet(server)).toEqual([]);
  });

  it("refuse to delete a subnet with servers, with the text on which the provider retries", async () => {
    await addSubnet();
    const server = await sim.server({ networks: [id] });
    const answer = await sim.post(`${path}/actions/delete_subnet`, { ip_range: "10.0.1.0/24" });
    expect(answer.body.error?.code).toBe("service_error");
    expect(answer.body.error?.message).toContain("servers are attached");
    expect((await sim.delete(path)).status).toBe(204);
    expect(await privateNet(server)).toEqual([]);
  });

  it("change alias IPs, routes, range and protection", async () => {
    await addSubnet();
    const server = await sim.server({ networks: [id] });
    const aliases = { network: id, alias_ips: ["10.0.1.50"] };
    await sim.done("POST", `/servers/${server}/actions/change_alias_ips`, aliases);
    expect(at((await privateNet(server)) ?? {}, 0).alias_ips).toEqual(["10.0.1.50"]);
    const route = { destination: "10.100.1.0/24", gateway: "10.0.1.1" };
    await sim.done("POST", `${path}/actions/add_route`, route);
    expect((await sim.get(path)).body.network?.routes).toEqual([route]);
    await sim.done("POST", `${path}/actions/delete_route`, route);
    await sim.done("POST", `${path}/actions/change_ip_range`, { ip_range: "10.0.0.0/12" });
    expect(
      (await sim.post(`${path}/actions/change_ip_range`, { ip_range: "10.0.0.0/16" })).status,
    ).toBe(422);
    await sim.done("POST", `${path}/actions/change_protection`, { delete: true });
    expect((await sim.get(path)).body.network).toMatchObject({
      ip_range: "10.0.0.0/12",
      routes: [],
      protection: { delete: true },
    });
    expect((await sim.delete(path)).body.error?.code).toBe("protected");
  });
});

describe("placement groups", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.close());

  it("hold at most ten servers, and lose deleted ones", async () => {
    const made = await sim.done("POST", "/placement_groups", { name: "pg", type: "spread" });
    const group = idOf(made.placement_group);
    for (let i = 0; i < 10; i++) await sim.server({ name: `s${i}`, placement_group: group });
    const fields = { name: "s10", server_type: "cx23", image: "debian-12", placement_group: group };
    expect((await sim.post("/servers", fields)).body.error?.code).toBe("placement_error");
    const { body } = await sim.get(`/placement_groups/${group}`);
    const servers = body.placement_group?.servers as unknown as number[];
    expect(servers).toHaveLength(10);
    expect((await sim.delete(`/placement_groups/${group}`)).body.error?.code).toBe(
      "resource_in_use",
    );
    await sim.done("DELETE", `/servers/${servers[0]}`);
    expect((await sim.post("/servers", fields)).status).toBe(201);
  });

  it("can add and remove servers that are off", async () => {
    const made = await sim.done("POST", "/placement_groups", { name: "pg", type: "spread" });
    const group = { placement_group: idOf(made.placement_group) };
    const server = await sim.server();
    const path = `/servers/${server}/actions`;
    const answer = await sim.post(`${path}/add_to_placement_group`, group);
    expect(answer.body.error?.code).toBe("server_not_stopped");
    await sim.done("POST", `${path}/poweroff`);
    await sim.done("POST", `${path}/add_to_placement_group`, group);
    const shown = async () => (await sim.get(`/servers/${server}`)).body.server?.placement_group;
    expect(await shown()).toMatchObject({ name: "pg", servers: [server] });
    await sim.done("POST", `${path}/remove_from_placement_group`);
    expect(await shown()).toBeNull();
    expect((await sim.delete(`/placement_groups/${group.placement_group}`)).status).toBe(204);
  });

  it("have only the type spread", async () => {
    const answer = await sim.post("/placement_groups", { name: "pg", type: "pack" });
    expect(answer.body.error?.message).toBe("invalid input in field 'type': must be one of spread");
  });

  it("list their members with address and subnet", async () => {
    const { network } = await sim.done("POST", "/networks", {
      name: "with-members",
      ip_range: "10.9.0.0/16",
      subnets: [{ type: "cloud", network_zone: "eu-central", ip_range: "10.9.1.0/24" }],
    });
    const server = await sim.server({ name: "member", networks: [idOf(network)] });
    const { body } = await sim.get(`/networks/${idOf(network)}/members?type=server`);
    expect(body).toMatchObject({
      members: [
        { id: server, type: "server", ip: "10.9.1.1", subnet: "10.9.1.0/24", status: "attached" },
      ],
      meta: { pagination: { total_entries: 1 } },
    });
    const others = await sim.get(`/networks/${idOf(network)}/members?type=load_balancer`);
    expect(others.body.members).toEqual([]);
  });
});
