import { join } from "node:path";

import { buildRegistry } from "../../src/resource";
import { resources } from "../../src/resources";

import { GoTests, goTestNames, goTimeoutMs } from "./support/goTests";
import { Simulator } from "./support/simulator";

const folder = join(__dirname, "hcloudgo");

describe("hcloud-go", () => {
  let sim: Simulator;
  let result: GoTests;

  beforeAll(async () => {
    sim = await Simulator.start();
    result = await GoTests.run(folder, sim.endpoint);
  }, goTimeoutMs + 10_000);
  afterAll(() => sim.close());

  it.each(goTestNames(folder))("passes %s", (name) => {
    expect(result.ended(name)).toEqual({ how: "pass", said: "" });
  });

  it("sends only simulated requests, except those that a test expects to be refused", () => {
    const asked = sim.api.unhandled.map((request) => request.replace(/\?.*|\d+$/g, ""));
    expect(asked.map((request) => request.replace(/\d+/g, "ID")).sort()).toEqual([
      "GET /vID/volumes",
      "POST /vID/load_balancers/ID/actions/add_target",
    ]);
  });

  it("calls every operation that changes something", () => {
    const { calls } = sim.api.status();
    const changing = buildRegistry(resources)
      .routes.filter(({ method, notSimulated }) => method !== "GET" && !notSimulated)
      .map(({ method, path }) => `${method} ${path}`);
    expect(changing.length).toBeGreaterThan(50);
    expect(changing.filter((name) => !calls[name])).toEqual([]);
  });

  it("leaves no resource behind", () => {
    expect(sim.api.status().servers).toBe(0);
  });
});
