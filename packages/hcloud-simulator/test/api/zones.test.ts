import { at, idOf, Simulator } from "./support/simulator";

describe("zones", () => {
  let sim: Simulator;
  let id: number;

  beforeEach(async () => {
    sim = await Simulator.start();
    const made = await sim.done("POST", "/zones", { name: "example.test", mode: "primary" });
    id = idOf(made.zone);
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const rrsets = "/zones/example.test/rrsets";
  const make = (fields: object) =>
    sim.post(rrsets, { name: "www", type: "A", records: [{ value: "198.18.0.1" }], ...fields });
  const data = (name: string, type: string) =>
    sim.api.dns
      .recordsAt(name)
      .filter((record) => record.type === type)
      .map((record) => record.data);

  it("are found by id and by name, and have SOA and NS from the start", async () => {
    const { body } = await sim.get("/zones/example.test");
    expect(body.zone).toMatchObject({
      id,
      name: "example.test",
      mode: "primary",
      ttl: 3600,
      status: "ok",
      record_count: 4,
      labels: {},
      protection: { delete: false },
      primary_nameservers: [],
      authoritative_nameservers: {
        assigned: ["hydrogen.ns.hetzner.com.", "oxygen.ns.hetzner.com.", "helium.ns.hetzner.de."],
      },
    });
    expect((await sim.get(`/zones/${id}`)).body).toEqual(body);
    expect((await sim.get("/zones?name=example.test")).body.zones).toHaveLength(1);
    expect((await sim.get(`${rrsets}/@/NS`)).body.rrset?.records).toHaveLength(3);
    expect((await sim.get("/zones/other.test")).status).toBe(404);
  });

  it.each(["web.example.test", "test", "Example.test", "-x.test", "a b.test"])(
    "refuse the name %s",
    async (name) => {
      expect((await sim.post("/zones", { name, mode: "primary" })).status).toBe(422);
    },
  );

  it("accept names below a suffix of two labels, but no name twice", async () => {
    expect((await sim.post("/zones", { name: "example.co.uk", mode: "primary" })).status).toBe(201);
    expect((await sim.post("/zones", { name: "example.test", mode: "primary" })).status).toBe(409);
  });

  it("are deleted with their record sets", async () => {
    await make({});
    const answer = await sim.delete(`/zones/${id}`);
    expect(answer).toMatchObject({ status: 201, body: { action: { command: "delete_zone" } } });
    expect((await sim.get("/zones/example.test")).status).toBe(404);
    expect(sim.api.dns.recordsAt("www.example.test")).toEqual([]);
    expect(sim.api.dns.zones()).toEqual(["in-addr.arpa", "ip6.arpa"]);
  });

  it("change TTL, labels and protection", async () => {
    await sim.done("POST", `/zones/${id}/actions/change_ttl`, { ttl: 120 });
    await sim.done("PUT", `/zones/${id}`, { labels: { a: "b" } });
    await sim.done("POST", `/zones/${id}/actions/change_protection`, { delete: true });
    expect((await sim.get(`/zones/${id}`)).body.zone).toMatchObject({
      ttl: 120,
      labels: { a: "b" },
      protection: { delete: true },
    });
    expect((await sim.delete(`/zones/${id}`)).body.error?.code).toBe("protected");
    expect((await sim.post(`/zones/${id}/actions/change_ttl`, { ttl: 59 })).status).toBe(422);
  });

  it("in mode secondary have primary nameservers and no records of their own", async () => {
    const body = { name: "second.test", mode: "secondary" };
    expect((await sim.post("/zones", body)).status).toBe(422);
    const nameservers = [{ address: "203.0.113.1" }];
    await sim.done("POST", "/zones", { ...body, primary_nameservers: nameservers });
    const answer = await sim.post("/zones/second.test/rrsets", {
      name: "www",
      type: "A",
      records: [{ value: "198.18.0.1" }],
    });
    expect(answer.body.error?.code).toBe("incorrect_zone_mode");
  });

  it("have record sets that can be created, changed and deleted", async () => {
    const made = await make({ ttl: 300, labels: { a: "b" } });
    expect(made.status).toBe(201);
    expect(made.body.action).toMatchObject({ command: "create_rrset" });
    expect(made.body.rrset).toEqual({
      id: "www/A",
      name: "www",
      type: "A",
      ttl: 300,
      labels: { a: "b" },
      protection: { change: false },
      records: [{ value: "198.18.0.1", comment: "" }],
      zone: id,
    });
    const path = `${rrsets}/www/A`;
    await sim.done("POST", `${path}/actions/set_records`, { records: [{ value: "198.18.0.2" }] });
    expect(data("www.example.test", "A")).toEqual(["198.18.0.2"]);
    await sim.done("POST", `${path}/actions/add_records`, { records: [{ value: "198.18.0.3" }] });
    expect(data("WWW.example.test", "A")).toEqual(["198.18.0.2", "198.18.0.3"]);
    await sim.done("POST", `${path}/actions/update_records`, {
      records: [{ value: "198.18.0.3", comment: "spare" }],
    });
    await sim.done("POST", `${path}/actions/remove_records`, {
      records: [{ value: "198.18.0.2" }],
    });
    await sim.done("POST", `${path}/actions/change_ttl`, { ttl: null });
    expect((await sim.get(path)).body.rrset).toMatchObject({
      ttl: null,
      records: [{ value: "198.18.0.3", comment: "spare" }],
    });
    expect((await sim.delete(path)).status).toBe(201);
    expect((await sim.get(path)).status).toBe(404);
  });

  it("create a record set with its first record and remove it with its last", async () => {
    const path = `${rrsets}/new/TXT`;
    const records = [{ value: '"hello"' }];
    await sim.done("POST", `${path}/actions/add_records`, { records, ttl: 60 });
    expect((await sim.get(path)).body.rrset).toMatchObject({ ttl: 60 });
    await sim.done("POST", `${path}/actions/remove_records`, { records });
    expect((await sim.get(path)).status).toBe(404);
  });

  it("accept raw @ and * in the path, and long names", async () => {
    await make({ name: "@" });
    await make({ name: "*" });
    expect((await sim.get(`${rrsets}/@/A`)).body.rrset?.id).toBe("@/A");
    expect((await sim.get(`${rrsets}/*/A`)).body.rrset?.id).toBe("*/A");
    const long = Array.from({ length: 4 }, () => "x".repeat(50)).join(".");
    await make({ name: long });
    expect((await sim.get(`${rrsets}/${long}/A`)).status).toBe(200);
  });

  it.each([
    ["A", "::1"],
    ["AAAA", "198.18.0.1"],
    ["TXT", "unquoted"],
    ["MX", "mail"],
    ["SRV", "1 2 host"],
    ["CAA", "letsencrypt.org"],
    ["SOA", "x"],
    ["BOGUS", "x"],
  ])("refuse a %s record %j", async (type, value) => {
    expect((await make({ type, records: [{ value }] })).status).toBe(422);
  });

  it("refuse names in capitals, a TTL below 60, duplicates, and a CNAME beside others", async () => {
    expect((await make({ name: "WWW" })).status).toBe(422);
    expect((await make({ ttl: 59 })).status).toBe(422);
    const twice = [{ value: "198.18.0.1" }, { value: "198.18.0.1" }];
    expect((await make({ records: twice })).status).toBe(422);
    expect((await make({})).status).toBe(201);
    expect((await make({})).status).toBe(409);
    expect((await make({ type: "CNAME", records: [{ value: "other" }] })).status).toBe(422);
  });

  it("refuse changes of a protected record set", async () => {
    await make({});
    await sim.done("POST", `${rrsets}/www/A/actions/change_protection`, { change: true });
    expect((await sim.delete(`${rrsets}/www/A`)).status).toBe(423);
  });

  it("answer DNS queries: relative targets, TTL of the zone, empty non-terminals", async () => {
    await make({ name: "_sip._udp.voice", type: "SRV", records: [{ value: "1 2 5060 web" }] });
    await make({ name: "alias", type: "CNAME", records: [{ value: "www" }] });
    await make({ name: "out", type: "CNAME", records: [{ value: "other.org." }] });
    expect(data("_sip._udp.voice.example.test", "SRV")).toEqual(["1 2 5060 web.example.test."]);
    expect(sim.api.dns.recordsAt("alias.example.test")).toEqual([
      { name: "alias.example.test", type: "CNAME", ttl: 3600, data: "www.example.test." },
    ]);
    expect(data("out.example.test", "CNAME")).toEqual(["other.org."]);
    expect(sim.api.dns.exists("_udp.voice.example.test")).toBe(true);
    expect(sim.api.dns.exists("nothing.example.test")).toBe(false);
    expect(data("example.test", "NS")).toHaveLength(3);
  });

  it("answer reverse DNS queries with the default name until another is set", async () => {
    const server = await sim.server();
    const name = "16.24.18.198.in-addr.arpa";
    expect(data(name, "PTR")).toEqual(["static.16.24.18.198.clients.your-server.de."]);
    const body = { ip: "198.18.24.16", dns_ptr: "web.example.test" };
    await sim.done("POST", `/servers/${server}/actions/change_dns_ptr`, body);
    expect(data(name, "PTR")).toEqual(["web.example.test."]);
    expect(sim.api.dns.exists("24.18.198.in-addr.arpa")).toBe(true);
    expect(sim.api.dns.exists("99.24.18.198.in-addr.arpa")).toBe(false);
    expect(at((await sim.get("/primary_ips")).body, "primary_ips", 0, "dns_ptr", 0)).toEqual(body);
  });
});
