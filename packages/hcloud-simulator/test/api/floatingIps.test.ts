import {
  actionCommands,
  at,
  idOf,
  publicRanges,
  serverFields,
  Simulator,
  textOf,
} from "./support/simulator";

describe("floating IPs", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const make = async (fields: object = {}) =>
    (await sim.done("POST", "/floating_ips", { type: "ipv4", home_location: "fsn1", ...fields }))
      .floating_ip ?? {};
  const get = async (id: number) => (await sim.get(`/floating_ips/${id}`)).body.floating_ip;
  const error = async (answer: ReturnType<Simulator["post"]>) => (await answer).body.error?.code;
  const act = (id: number, name: string, body: object = {}) =>
    sim.post(`/floating_ips/${id}/actions/${name}`, body);

  it("are created for a location, as IPv4 and IPv6, without an action", async () => {
    const four = await sim.post("/floating_ips", {
      type: "ipv4",
      home_location: "fsn1",
      name: "four",
      description: "of the web host",
      labels: { a: "b" },
    });
    expect(four).toEqual({
      status: 201,
      body: {
        action: null,
        floating_ip: {
          id: expect.any(Number) as number,
          name: "four",
          description: "of the web host",
          type: "ipv4",
          ip: "198.18.24.16",
          server: null,
          home_location: expect.objectContaining({ name: "fsn1" }) as object,
          blocked: false,
          created: expect.any(String) as string,
          dns_ptr: [{ ip: "198.18.24.16", dns_ptr: "static.16.24.18.198.clients.your-server.de" }],
          labels: { a: "b" },
          protection: { delete: false },
        },
      },
    });
    expect(await make({ type: "ipv6" })).toMatchObject({
      description: null,
      ip: "fd5a:6a68:3:10::/64",
      dns_ptr: [],
    });
  });

  it("never share an address with a primary IP or a load balancer", async () => {
    const body = { name: "x", type: "ipv4", location: "fsn1" };
    const primary = (await sim.done("POST", "/primary_ips", body)).primary_ip;
    const order = { name: "lb", load_balancer_type: "lb11", location: "fsn1" };
    const balancer = (await sim.done("POST", "/load_balancers", order)).load_balancer ?? {};
    const ips = [primary?.ip, at(balancer, "public_net", "ipv4", "ip"), (await make()).ip];
    expect(ips).toEqual(["198.18.24.16", "198.18.24.17", "198.18.24.18"]);
    const six = await make({ type: "ipv6" });
    expect([at(balancer, "public_net", "ipv6", "ip"), six.ip]).toEqual([
      "fd5a:6a68:3:10::1",
      "fd5a:6a68:3:11::/64",
    ]);
  });

  it("keep their address when all others of the range are in use", async () => {
    await sim.close();
    sim = await Simulator.start({ publicRanges: { ...publicRanges, ipv4Cidr: "198.18.24.0/27" } });
    const floating = await make();
    const primary = (name: string) =>
      sim.post("/primary_ips", { name, type: "ipv4", location: "fsn1" });
    const rest: string[] = [];
    for (let i = 0; i < 14; i++) rest.push(textOf((await primary(`p${i}`)).body.primary_ip?.ip));
    expect(rest).toEqual(expect.not.arrayContaining([textOf(floating.ip)]));
    expect(await error(primary("more"))).toBe("resource_unavailable");
  });

  it("are listed by name and label, sorted, in pages", async () => {
    for (const name of ["a", "b", "c"]) await make({ name, labels: { odd: `${name !== "b"}` } });
    const names = async (query: string) => {
      const { body } = await sim.get(`/floating_ips?${query}`);
      return (body.floating_ips as unknown as { name: string }[]).map(({ name }) => name);
    };
    expect(await names("name=b")).toEqual(["b"]);
    expect(await names("label_selector=odd=true&sort=id:desc")).toEqual(["c", "a"]);
    expect(await names("per_page=2&page=2")).toEqual(["c"]);
  });

  it("are assigned on creation, moved, and unassigned; the server lists them", async () => {
    const [first, second] = [await sim.server(), await sim.server({ name: "web-2" })];
    const answer = await sim.done("POST", "/floating_ips", { type: "ipv4", server: first });
    expect(answer).toMatchObject({
      action: {
        command: "assign_floating_ip",
        resources: [{ type: "floating_ip" }, { id: first, type: "server" }],
      },
      floating_ip: { server: first, home_location: { name: "fsn1" } },
    });
    const id = idOf(answer.floating_ip);
    const floating = async (server: number) =>
      at((await sim.get(`/servers/${server}`)).body, "server", "public_net", "floating_ips");
    expect(await floating(first)).toEqual([id]);
    await sim.done("POST", `/floating_ips/${id}/actions/assign`, { server: second });
    expect([await floating(first), await floating(second)]).toEqual([[], [id]]);
    await sim.done("POST", `/floating_ips/${id}/actions/unassign`);
    expect(await get(id)).toMatchObject({ server: null });
    expect(await error(act(id, "unassign"))).toBe("service_error");
    const { body } = await sim.get(`/floating_ips/${id}/actions`);
    expect(actionCommands(at(body, "actions"))).toEqual([
      "assign_floating_ip",
      "assign_floating_ip",
      "unassign_floating_ip",
    ]);
  });

  it("are not deleted while they are assigned or protected", async () => {
    const id = idOf(await make({ server: await sim.server() }));
    expect(await error(sim.delete(`/floating_ips/${id}`))).toBe("must_be_unassigned");
    await sim.done("POST", `/floating_ips/${id}/actions/unassign`);
    await sim.done("POST", `/floating_ips/${id}/actions/change_protection`, { delete: true });
    expect(await error(sim.delete(`/floating_ips/${id}`))).toBe("protected");
    await sim.done("POST", `/floating_ips/${id}/actions/change_protection`, { delete: false });
    expect((await sim.delete(`/floating_ips/${id}`)).status).toBe(204);
    expect((await sim.get(`/floating_ips/${id}`)).status).toBe(404);
  });

  it("still exist when their server is deleted", async () => {
    const server = await sim.server();
    const id = idOf(await make({ server }));
    await sim.done("DELETE", `/servers/${server}`);
    expect(await get(id)).toMatchObject({ server: null });
  });

  it("have reverse DNS that can be set and reset, and resolves", async () => {
    const [four, six] = [await make(), await make({ type: "ipv6" })];
    const set = (thing: typeof four, ip: string, name: string | null) =>
      act(idOf(thing), "change_dns_ptr", { ip, dns_ptr: name });
    const ptr = () => sim.api.dns.recordsAt("16.24.18.198.in-addr.arpa").map(({ data }) => data);
    await set(four, "198.18.24.16", "four.example.org");
    expect(ptr()).toEqual(["four.example.org."]);
    await set(four, "198.18.24.16", null);
    expect(ptr()).toEqual(["static.16.24.18.198.clients.your-server.de."]);
    await set(six, "fd5a:6a68:3:10:0::7", "six.example.org");
    expect((await get(idOf(six)))?.dns_ptr).toEqual([
      { ip: "fd5a:6a68:3:10::7", dns_ptr: "six.example.org" },
    ]);
    for (const ip of ["198.18.24.99", "fd5a:6a68:3:11::7", "nonsense"])
      expect(await error(set(ip.includes(":") ? six : four, ip, "x.test"))).toBe("invalid_input");
  });

  it("are renamed, described and labelled", async () => {
    const id = idOf(await make());
    const { body } = await sim.put(`/floating_ips/${id}`, {
      name: "b",
      description: "c",
      labels: { d: "e" },
    });
    expect(body.floating_ip).toMatchObject({ name: "b", description: "c", labels: { d: "e" } });
  });

  it.each([
    ["no type", { home_location: "fsn1" }, "invalid_input"],
    ["neither a location nor a server", { type: "ipv4" }, "invalid_input"],
    ["a location that does not exist", { type: "ipv4", home_location: "moon1" }, "invalid_input"],
    ["a server that does not exist", { type: "ipv4", server: 99 }, "not_found"],
  ])("refuse %s", async (_what, body, code) => {
    expect(await error(sim.post("/floating_ips", body))).toBe(code);
  });

  it("refuse a name that is in use, and a server in another network zone", async () => {
    const id = idOf(await make({ name: "a" }));
    const again = { type: "ipv4", home_location: "fsn1", name: "a" };
    expect(await error(sim.post("/floating_ips", again))).toBe("uniqueness_error");
    const far = { ...serverFields, server_type: "cpx11", location: "ash" };
    const server = idOf((await sim.done("POST", "/servers", far)).server);
    expect(await error(act(id, "assign", { server }))).toBe("service_error");
    const order = { type: "ipv4", home_location: "fsn1", server };
    expect(await error(sim.post("/floating_ips", order))).toBe("service_error");
  });
});
