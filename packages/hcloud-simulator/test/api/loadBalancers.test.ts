import { actionCommands, at, idOf, Simulator } from "./support/simulator";

describe("load balancers", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.close());

  const order = { name: "lb", load_balancer_type: "lb11", location: "fsn1" };
  const make = async (fields: object = {}) =>
    (await sim.done("POST", "/load_balancers", { ...order, ...fields })).load_balancer ?? {};
  const get = async (id: number) => (await sim.get(`/load_balancers/${id}`)).body.load_balancer;
  const error = async (answer: ReturnType<Simulator["post"]>) => (await answer).body.error?.code;
  const change = (id: number, name: string, body: object) =>
    sim.done("POST", `/load_balancers/${id}/actions/${name}`, body);

  it("are created with addresses, but without services, targets and networks", async () => {
    const answer = await sim.post("/load_balancers", { ...order, labels: { a: "b" } });
    expect(answer).toMatchObject({
      status: 201,
      body: { action: { command: "create_load_balancer", resources: [{ type: "load_balancer" }] } },
    });
    expect(answer.body.load_balancer).toEqual({
      id: expect.any(Number) as number,
      name: "lb",
      public_net: {
        enabled: true,
        ipv4: { ip: "198.18.24.16", dns_ptr: "static.16.24.18.198.clients.your-server.de" },
        ipv6: { ip: "fd5a:6a68:3:10::1", dns_ptr: null },
      },
      private_net: [],
      location: expect.objectContaining({ name: "fsn1" }) as object,
      load_balancer_type: expect.objectContaining({ name: "lb11" }) as object,
      protection: { delete: false },
      labels: { a: "b" },
      created: expect.any(String) as string,
      services: [],
      targets: [],
      algorithm: { type: "round_robin" },
      included_traffic: 20 * 1024 ** 4,
      outgoing_traffic: 0,
      ingoing_traffic: 0,
    });
    expect(sim.api.unhandled).toEqual([]);
  });

  it("have reverse DNS that can be set and reset, and resolves", async () => {
    const id = idOf(await make());
    const set = (ip: string, name: string | null) =>
      change(id, "change_dns_ptr", { ip, dns_ptr: name });
    const reverse = async () => {
      const net = at((await get(id)) ?? {}, "public_net");
      return [at(net, "ipv4", "dns_ptr"), at(net, "ipv6", "dns_ptr")];
    };
    const ptr = () => sim.api.dns.recordsAt("16.24.18.198.in-addr.arpa").map(({ data }) => data);
    await set("198.18.24.16", "four.example.org");
    await set("fd5a:6a68:3:10:0::1", "six.example.org");
    expect(await reverse()).toEqual(["four.example.org", "six.example.org"]);
    expect(ptr()).toEqual(["four.example.org."]);
    await set("198.18.24.16", null);
    await set("fd5a:6a68:3:10::1", null);
    expect(await reverse()).toEqual(["static.16.24.18.198.clients.your-server.de", null]);
    const path = `/load_balancers/${id}/actions/change_dns_ptr`;
    for (const ip of ["198.18.24.99", "fd5a:6a68:3:10::2", "nonsense"])
      expect(await error(sim.post(path, { ip, dns_ptr: "x.test" }))).toBe("invalid_input");
  });

  it("are renamed, resized, protected and deleted", async () => {
    const id = idOf(await make({ algorithm: { type: "least_connections" } }));
    const { body } = await sim.put(`/load_balancers/${id}`, { name: "b", labels: { c: "d" } });
    expect(body.load_balancer).toMatchObject({
      name: "b",
      labels: { c: "d" },
      algorithm: { type: "least_connections" },
    });
    await change(id, "change_algorithm", { type: "round_robin" });
    await change(id, "change_type", { load_balancer_type: "lb21" });
    expect(await get(id)).toMatchObject({
      algorithm: { type: "round_robin" },
      load_balancer_type: { name: "lb21" },
    });
    await change(id, "change_protection", { delete: true });
    expect(await error(sim.delete(`/load_balancers/${id}`))).toBe("protected");
    await change(id, "change_protection", { delete: false });
    const actions = await sim.get(`/load_balancers/${id}/actions`);
    expect(actionCommands(at(actions.body, "actions"))).toEqual([
      "create_load_balancer",
      "change_algorithm",
      "change_load_balancer_type",
      "change_protection",
      "change_protection",
    ]);
    expect((await sim.delete(`/load_balancers/${id}`)).status).toBe(204);
    expect((await sim.get("/load_balancers?name=b")).body.load_balancers).toEqual([]);
  });

  it("can be created in a network zone", async () => {
    const zone = { location: undefined, network_zone: "us-west" };
    expect(await make(zone)).toMatchObject({ location: { name: "hil" } });
  });

  it.each([
    ["no name", { name: undefined }, "invalid_input"],
    ["a type that does not exist", { load_balancer_type: "lb99" }, "not_found"],
    ["neither a location nor a zone", { location: undefined }, "invalid_input"],
    ["both a location and a zone", { network_zone: "eu-central" }, "invalid_input"],
    ["a location that does not exist", { location: "moon1" }, "invalid_input"],
    ["another algorithm", { algorithm: { type: "random" } }, "invalid_input"],
  ])("refuse %s", async (_what, fields, code) => {
    expect(await error(sim.post("/load_balancers", { ...order, ...fields }))).toBe(code);
    expect(sim.api.unhandled).toEqual([]);
  });

  it("refuse a name that is in use", async () => {
    await make();
    expect(await error(sim.post("/load_balancers", order))).toBe("uniqueness_error");
  });

  it.each([
    { services: [{ protocol: "tcp", listen_port: 80, destination_port: 80 }] },
    { targets: [{ type: "ip", ip: { ip: "198.18.24.99" } }] },
    { network: 1 },
    { public_interface: false },
  ])("answer 'not simulated' for %j, and record it", async (fields) => {
    const answer = await sim.post("/load_balancers", { ...order, ...fields });
    expect([answer.status, answer.body.error?.code]).toEqual([422, "unsupported_error"]);
    expect(sim.api.unhandled).toEqual(["POST /v1/load_balancers"]);
    expect((await sim.get("/load_balancers")).body.load_balancers).toEqual([]);
  });

  it("have three types, found by id and by name, with a `deprecation` and no `deprecated`", async () => {
    const { body } = await sim.get("/load_balancer_types");
    const types = body.load_balancer_types as unknown as { name: string }[];
    expect(types.map(({ name }) => name)).toEqual(["lb11", "lb21", "lb31"]);
    expect((await sim.get("/load_balancer_types?name=lb21")).body.load_balancer_types).toHaveLength(
      1,
    );
    const one = (await sim.get("/load_balancer_types/1")).body.load_balancer_type;
    expect(one).toMatchObject({
      id: 1,
      name: "lb11",
      description: "LB11",
      max_connections: 10_000,
      max_services: 5,
      max_targets: 25,
      max_assigned_certificates: 10,
      deprecation: null,
    });
    expect(one).not.toHaveProperty("deprecated");
    expect((await sim.get("/load_balancer_types/9")).status).toBe(404);
    const prices = (await sim.get("/pricing")).body.pricing?.load_balancer_types;
    expect(prices).toMatchObject(types.map(({ name }) => ({ name })));
  });
});
