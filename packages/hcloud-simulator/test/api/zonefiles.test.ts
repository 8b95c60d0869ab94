import { at, idOf, Simulator, textOf, type Json } from "./support/simulator";

const ns = `@ IN NS hydrogen.ns.hetzner.com.
@ IN NS oxygen.ns.hetzner.com.
@ IN NS helium.ns.hetzner.de.
`;
const soa = "@ IN SOA hydrogen.ns.hetzner.com. dns.hetzner.com. 1 86400 10800 3600000 3600\n";
const good = `$ORIGIN example.test.\n$TTL 600\n${soa}${ns}`;

describe("a zone file", () => {
  let sim: Simulator;
  let id: number;

  beforeEach(async () => {
    sim = await Simulator.start();
    const made = await sim.done("POST", "/zones", { name: "example.test", mode: "primary" });
    id = idOf(made.zone);
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const rrsets = "/zones/example.test/rrsets";
  const path = "/zones/example.test/actions/import_zonefile";
  const read = (zonefile: string) => sim.post(path, { zonefile });
  const sets = async (): Promise<Json> =>
    at((await sim.get(`${rrsets}?per_page=50`)).body, "rrsets");
  const put = (fields: object) =>
    sim.done("POST", rrsets, {
      name: "www",
      type: "A",
      records: [{ value: "192.0.2.1" }],
      ...fields,
    });
  const serial = async () =>
    Number(
      textOf((await sim.get(`${rrsets}/@/SOA`)).body.rrset?.records?.[0]?.value).split(" ")[2],
    );

  it("replaces all record sets, and the zone's TTL", async () => {
    await put({ name: "old" });
    const answer = await read(`${good}www 300 IN A 192.0.2.7 ; the web\nwww 300 IN A 192.0.2.8\n`);
    expect(answer).toMatchObject({
      status: 201,
      body: {
        action: { command: "import_zonefile", resources: [{ id, type: "zone" }] },
      },
    });
    await sim.api.idle();
    expect((await sim.get(`${rrsets}/old/A`)).status).toBe(404);
    expect((await sim.get(`${rrsets}/www/A`)).body.rrset).toMatchObject({
      ttl: 300,
      records: [
        { value: "192.0.2.7", comment: "the web" },
        { value: "192.0.2.8", comment: "" },
      ],
    });
    expect((await sim.get(`/zones/${id}`)).body.zone).toMatchObject({ ttl: 600, record_count: 6 });
    expect(sim.api.dns.recordsAt("www.example.test").map(({ data }) => data)).toEqual([
      "192.0.2.7",
      "192.0.2.8",
    ]);
  });

  it("can be exported and imported without a difference", async () => {
    await put({ records: [{ value: "192.0.2.1", comment: "it's here" }], ttl: 120 });
    await put({ name: "*.a", type: "TXT", records: [{ value: '"x;(y" "\\"z"' }] });
    await put({ name: "_sip._udp", type: "SRV", records: [{ value: "1 2 5060 www" }] });
    const withoutSerial = async () =>
      JSON.stringify(await sets()).replace(/(dns\.hetzner\.com\. )\d+/, "$1");
    const before = await withoutSerial();
    const { body } = await sim.get("/zones/example.test/zonefile");
    expect((await read(textOf(body.zonefile))).status).toBe(201);
    expect(await withoutSerial()).toBe(before);
  });

  it("replaces the SOA except its serial, which continues to count up", async () => {
    const before = await serial();
    await read(good.replace("dns.hetzner.com. 1 86400", "me.example.test. 1 1d"));
    expect(await serial()).toBe(before + 1);
    await read(good.replace(" 1 86400", " 4000000000 86400"));
    expect(await serial()).toBe(before + 2);
    await read(good.replace("dns.hetzner.com. 1 86400", "me.example.test. 1 1d"));
    const { body } = await sim.get(`${rrsets}/@/SOA`);
    expect(body.rrset?.records).toEqual([
      {
        value: `hydrogen.ns.hetzner.com. me.example.test. ${before + 3} 86400 10800 3600000 3600`,
        comment: "",
      },
    ]);
  });

  it.each([
    ["nothing", "", "must have a SOA record"],
    ["no zone file", "hello", "line 1: has no type and no value"],
    ["no SOA", ns, "must have a SOA record"],
    ["two SOAs", good + soa, "line 3: there must be exactly one SOA, at the apex of the zone"],
    ["a SOA with too little in it", `@ SOA a. b. 1 2 3\n${ns}`, "line 1: the SOA must have"],
    ["no NS", soa, "must have NS records of hydrogen"],
    ["an NS too few", good.replace(/.*helium.*\n/, ""), "must have NS records of helium"],
    ["another origin", good.replace("ORIGIN example", "ORIGIN other"), "line 1: $ORIGIN must be"],
    ["an include", `${good}$INCLUDE /etc/passwd\n`, "line 7: '$INCLUDE' is not supported"],
    ["a wrong value", `${good}www A ::1\n`, "line 7: www A: "],
    ["a record twice", `${good}www A 192.0.2.1\nwww A 192.0.2.1\n`, "is a duplicate"],
    [
      "two TTLs in a set",
      `${good}www 60 A 192.0.2.1\nwww 70 A 192.0.2.2\n`,
      "line 8: www A has two",
    ],
    ["a CNAME beside others", `${good}w CNAME a\nw TXT b\n`, "line 8: w has a CNAME"],
    [
      "51 records in a set",
      good + [...Array(51).keys()].map((i) => `a A 192.0.2.${i}\n`).join(""),
      "at most 50",
    ],
  ])("is refused with %s, and the zone stays as it was", async (_what, text, message) => {
    await put({});
    const before = await sets();
    const { status, body } = await read(text);
    expect([status, body.error?.code]).toEqual([422, "invalid_input"]);
    expect(body.error?.details?.fields).toMatchObject([{ name: "zonefile" }]);
    expect(body.error?.message).toContain(message);
    expect(await sets()).toEqual(before);
  });

  it("is refused for a secondary zone, a zone with a protected record set, and an unknown zone", async () => {
    const nameservers = [{ address: "203.0.113.1" }];
    await sim.done("POST", "/zones", {
      name: "second.test",
      mode: "secondary",
      primary_nameservers: nameservers,
    });
    const second = await sim.post("/zones/second.test/actions/import_zonefile", { zonefile: good });
    expect(second.body.error?.code).toBe("incorrect_zone_mode");
    await put({});
    await sim.done("POST", `${rrsets}/www/A/actions/change_protection`, { change: true });
    expect((await read(good)).body.error?.code).toBe("protected");
    expect((await sim.post("/zones/7/actions/import_zonefile", { zonefile: good })).status).toBe(
      404,
    );
    expect((await sim.post(path, {})).status).toBe(422);
  });

  it("can be given when a zone is created", async () => {
    const zonefile = `${good.replace("example.test", "new.test")}www A 192.0.2.9\n`;
    const body = { name: "new.test", mode: "primary" };
    expect((await sim.post("/zones", { ...body, zonefile: "x" })).status).toBe(422);
    expect((await sim.post("/zones", { ...body, zonefile, rrsets: [] })).status).toBe(422);
    expect((await sim.get("/zones/new.test")).status).toBe(404);
    const made = await sim.done("POST", "/zones", { ...body, zonefile });
    expect(made.zone).toMatchObject({ ttl: 600, record_count: 5 });
    expect(made.action).toMatchObject({ command: "create_zone" });
  });

  it("of 10,000 records does not block other requests", async () => {
    const lines = [...Array(10_000).keys()].map((i) => `h${i} IN A 192.0.2.1`);
    const began = Date.now();
    expect((await read(`${good}${lines.join("\n")}\n`)).status).toBe(201);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect((await sim.get(`/zones/${id}`)).body.zone?.record_count).toBe(10_004);
  });
});
