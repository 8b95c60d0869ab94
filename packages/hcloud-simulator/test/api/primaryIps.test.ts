import { at, idOf, serverFields, Simulator, textOf, type Json } from "./support/simulator";

describe("primary IPs", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const make = async (fields: object) =>
    sim.done("POST", "/primary_ips", { location: "fsn1", ...fields });
  const get = async (id: number) => (await sim.get(`/primary_ips/${id}`)).body.primary_ip;

  it("are created for a location, as IPv4 and IPv6", async () => {
    const v4 = await make({ name: "four", type: "ipv4", labels: { a: "b" } });
    const v6 = await make({ name: "six", type: "ipv6" });
    expect(v4.action).toMatchObject({ command: "create_primary_ip" });
    expect(v4.primary_ip).toEqual({
      id: expect.any(Number) as number,
      name: "four",
      type: "ipv4",
      ip: "198.18.24.16",
      labels: { a: "b" },
      location: expect.objectContaining({ name: "fsn1" }) as object,
      assignee_id: null,
      assignee_type: "unassigned",
      auto_delete: false,
      blocked: false,
      created: expect.any(String) as string,
      dns_ptr: [{ ip: "198.18.24.16", dns_ptr: "static.16.24.18.198.clients.your-server.de" }],
      protection: { delete: false },
    });
    expect(v6.primary_ip).toMatchObject({ ip: "fd5a:6a68:3:10::/64", dns_ptr: [] });
    expect((await sim.get("/primary_ips?ip=198.18.24.16")).body.primary_ips).toHaveLength(1);
  });

  it("are assigned to a new server, and without auto_delete still exist after it", async () => {
    const id = idOf((await make({ name: "four", type: "ipv4" })).primary_ip);
    const server = await sim.server({ public_net: { ipv4: id, enable_ipv6: false } });
    expect(sim.driver.specs.get(server)).toMatchObject({ publicIpv4: "198.18.24.16" });
    expect(sim.driver.specs.get(server)).not.toHaveProperty("publicIpv6");
    expect(await get(id)).toMatchObject({ assignee_id: server, assignee_type: "server" });
    expect((await sim.delete(`/primary_ips/${id}`)).body.error?.code).toBe("must_be_unassigned");
    await sim.done("DELETE", `/servers/${server}`);
    expect(await get(id)).toMatchObject({ assignee_id: null, assignee_type: "unassigned" });
    expect((await sim.delete(`/primary_ips/${id}`)).status).toBe(204);
  });

  it("cannot be assigned to a new server when in use, in another location, or of the other version", async () => {
    const taken = idOf((await make({ name: "taken", type: "ipv4" })).primary_ip);
    await sim.server({ public_net: { ipv4: taken } });
    const far = idOf((await make({ name: "far", type: "ipv4", location: "hel1" })).primary_ip);
    const six = idOf((await make({ name: "six", type: "ipv6" })).primary_ip);
    const code = async (ipv4: number) => {
      const body = { ...serverFields, name: "other", public_net: { ipv4 } };
      return (await sim.post("/servers", body)).body.error?.code;
    };
    expect(await code(taken)).toBe("primary_ip_assigned");
    expect(await code(far)).toBe("primary_ip_datacenter_mismatch");
    expect(await code(six)).toBe("primary_ip_version_mismatch");
  });

  it("move between servers that are off, and the driver gets the new address", async () => {
    const server = await sim.server();
    const auto = idOf(
      at((await sim.get(`/servers/${server}`)).body, "server", "public_net", "ipv4"),
    );
    const id = idOf((await make({ name: "four", type: "ipv4" })).primary_ip);
    const assign = () =>
      sim.post(`/primary_ips/${id}/actions/assign`, {
        assignee_id: server,
        assignee_type: "server",
      });
    expect((await assign()).body.error?.code).toBe("server_not_stopped");
    await sim.done("POST", `/servers/${server}/actions/poweroff`);
    expect((await assign()).body.error?.code).toBe("server_has_ipv4");
    await sim.done("POST", `/primary_ips/${auto}/actions/unassign`);
    expect((await sim.get(`/servers/${server}`)).body.server?.public_net?.ipv4).toBeNull();
    expect((await assign()).body.action).toMatchObject({ command: "assign_primary_ip" });
    await sim.api.idle();
    expect(sim.driver.calls.at(-1)).toEqual([
      "setPublicAddresses",
      server,
      { publicIpv4: "198.18.24.17", publicIpv6: "fd5a:6a68:3:10::1" },
    ]);
    expect((await assign()).body.error?.code).toBe("primary_ip_already_assigned");
  });

  it("can be created for a server that is off, as the provider does", async () => {
    const server = await sim.server({
      start_after_create: false,
      public_net: { enable_ipv4: false },
    });
    const body = { name: "x", type: "ipv4", assignee_id: server, assignee_type: "server" };
    const answer = await sim.done("POST", "/primary_ips", body);
    expect(answer.action).toMatchObject({ command: "assign_primary_ip" });
    expect(answer.primary_ip).toMatchObject({ assignee_id: server, location: { name: "fsn1" } });
  });

  it("have reverse DNS that can be set and reset, directly and through the server", async () => {
    const server = await sim.server();
    const { body } = await sim.get(`/servers/${server}`);
    const net = at(body, "server", "public_net");
    const v4 = idOf(net.ipv4);
    const set = (path: string, ip: string, ptr: string | null) =>
      sim.post(`${path}/actions/change_dns_ptr`, { ip, dns_ptr: ptr });
    await set(`/primary_ips/${v4}`, "198.18.24.16", "web.example.org");
    expect((await get(v4))?.dns_ptr).toEqual([{ ip: "198.18.24.16", dns_ptr: "web.example.org" }]);
    await set(`/servers/${server}`, "198.18.24.16", null);
    expect((await get(v4))?.dns_ptr).toMatchObject([
      { dns_ptr: "static.16.24.18.198.clients.your-server.de" },
    ]);
    await set(`/servers/${server}`, "fd5a:6a68:3:10:0::1", "six.example.org");
    expect((await get(idOf(net.ipv6)))?.dns_ptr).toEqual([
      { ip: "fd5a:6a68:3:10::1", dns_ptr: "six.example.org" },
    ]);
    expect((await set(`/servers/${server}`, "198.18.24.99", "x.example.org")).status).toBe(422);
    expect((await set(`/primary_ips/${v4}`, "nonsense", "x.example.org")).status).toBe(422);
    expect((await set(`/servers/${server}`, "::zz", "x.example.org")).status).toBe(422);
  });

  it("can be renamed and protected", async () => {
    const id = idOf((await make({ name: "four", type: "ipv4" })).primary_ip);
    const changed = await sim.put(`/primary_ips/${id}`, { name: "vier", auto_delete: true });
    expect(changed.body.primary_ip).toMatchObject({ name: "vier", auto_delete: true });
    await sim.done("POST", `/primary_ips/${id}/actions/change_protection`, { delete: true });
    expect((await sim.delete(`/primary_ips/${id}`)).body.error?.code).toBe("protected");
  });

  it("need an existing location", async () => {
    const code = async (fields: object) =>
      (await sim.post("/primary_ips", { name: "x", type: "ipv4", ...fields })).body.error;
    expect((await code({}))?.details?.fields?.[0]?.name).toBe("location");
    expect((await code({ location: "moon1" }))?.code).toBe("invalid_input");
  });

  it("are found by their address; IPv6 by its first address without the prefix length", async () => {
    const { primary_ip: made } = await sim.done("POST", "/primary_ips", {
      name: "six",
      type: "ipv6",
      location: "fsn1",
    });
    expect(made).toMatchObject({ assignee_type: "unassigned", assignee_id: null });
    const ip = textOf(made?.ip);
    expect(ip).toMatch(/::\/64$/);
    const ids = async (address: string) =>
      ((await sim.get(`/primary_ips?ip=${address}`)).body.primary_ips as unknown as Json[]).map(
        idOf,
      );
    expect(await ids(ip.replace("/64", ""))).toEqual([idOf(made)]);
    expect(await ids(encodeURIComponent(ip))).toEqual([]);
  });
});
