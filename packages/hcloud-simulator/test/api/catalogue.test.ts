import { serverFields, Simulator, textOf, type Json } from "./support/simulator";

describe("the catalogue", () => {
  let sim: Simulator;

  beforeAll(async () => {
    sim = await Simulator.start();
  });
  afterAll(() => sim.close());

  const rows = async (path: string, key: string) =>
    (await sim.get(path)).body[key] as unknown as readonly Json[];

  it("lists the locations with their network zones", async () => {
    const locations = await rows("/locations?page=1&per_page=50", "locations");
    expect(locations.map(({ name, network_zone: zone }) => [name, zone])).toEqual([
      ["fsn1", "eu-central"],
      ["nbg1", "eu-central"],
      ["hel1", "eu-central"],
      ["ash", "us-east"],
      ["hil", "us-west"],
      ["sin", "ap-southeast"],
    ]);
    expect((await sim.get("/locations/1")).body.location?.name).toBe("fsn1");
    expect((await sim.get("/locations/99")).status).toBe(404);
  });

  it("answers that data centers were removed", async () => {
    expect(await sim.get("/datacenters")).toMatchObject({
      status: 410,
      body: { error: { code: "deprecated_api_endpoint" } },
    });
  });

  it("has cx23 in Europe, and no cx21 at all", async () => {
    const [cx23] = await rows("/server_types?name=cx23", "server_types");
    expect(cx23).toMatchObject({ cores: 2, memory: 4, disk: 40, deprecation: null });
    expect(cx23?.locations).toMatchObject([
      { name: "fsn1", available: true, recommended: true, deprecation: null },
      { name: "nbg1" },
      { name: "hel1" },
    ]);
    expect(cx23?.prices?.[0]).toMatchObject({
      location: "fsn1",
      price_monthly: { net: "5.4900000000" },
    });
    expect(await rows("/server_types?name=cx21", "server_types")).toEqual([]);
  });

  it("shows cpx41 as retired in Europe and sold overseas", async () => {
    const [cpx41] = await rows("/server_types?name=cpx41", "server_types");
    const places = cpx41?.locations as unknown as readonly Json[];
    const gone = { announced: "2025-10-16T06:00:00Z", unavailable_after: "2026-01-01T00:00:00Z" };
    expect(places.find(({ name }) => textOf(name) === "fsn1")).toMatchObject({
      available: false,
      deprecation: gone,
    });
    expect(places.find(({ name }) => textOf(name) === "ash")).toMatchObject({
      available: true,
      deprecation: null,
    });
  });

  it("has one image of each name for each architecture", async () => {
    const path = "/images?architecture=x86&include_deprecated=true&name=debian-12";
    expect(await rows(path, "images")).toMatchObject([
      { name: "debian-12", architecture: "x86", os_flavor: "debian", status: "available" },
    ]);
    expect(await rows("/images?name=debian-12", "images")).toHaveLength(2);
    expect(await rows("/images?name=debian-10&include_deprecated=true", "images")).toEqual([]);
    expect((await sim.get("/images/114690387")).body.image?.name).toBe("debian-12");
  });

  it("shows deprecated images only on request", async () => {
    expect(await rows("/images?name=debian-11", "images")).toEqual([]);
    expect(await rows("/images?name=debian-11&include_deprecated=true", "images")).toHaveLength(2);
  });

  it("has no field `deprecated` anywhere; `deprecation` has the dates", async () => {
    const images = await rows("/images?include_deprecated=true&per_page=50", "images");
    const types = await rows("/server_types?per_page=50", "server_types");
    for (const row of [...images, ...types]) {
      expect(row).not.toHaveProperty("deprecated");
      expect(row).toHaveProperty("deprecation");
    }
    const [debian11] = await rows("/images?name=debian-11&include_deprecated=true", "images");
    expect(debian11?.deprecation).toEqual({
      announced: "2026-08-31T00:00:00Z",
      unavailable_after: "2026-11-30T00:00:00Z",
    });
  });

  it.each([
    ["2026-11-29T12:00:00Z", 201],
    ["2026-11-30T12:00:00Z", 422],
  ])("sells debian-11 only until its retirement: at %s %d", async (now, status) => {
    const clock = jest.spyOn(Date, "now").mockReturnValue(Date.parse(now));
    try {
      const order = { ...serverFields, name: `old-${status}`, image: "debian-11" };
      const answer = await sim.post("/servers", order);
      expect([answer.status, answer.body.error?.message]).toEqual([
        status,
        status === 201 ? undefined : "invalid input in field 'image': can no longer be ordered",
      ]);
    } finally {
      clock.mockRestore();
    }
    await sim.api.idle();
  });

  it("has a price for every server type in each of its locations", async () => {
    const { body } = await sim.get("/pricing");
    const priced = body.pricing?.server_types as unknown as readonly Json[];
    expect(priced).toHaveLength((await rows("/server_types?per_page=50", "server_types")).length);
    expect(body.pricing).toMatchObject({
      currency: "EUR",
      primary_ips: [{ type: "ipv4" }, { type: "ipv6" }],
    });
  });
});
