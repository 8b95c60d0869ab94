import { readFileSync } from "node:fs";
import { join } from "node:path";

import { GoTests, goTestNames, goTimeoutMs } from "./support/goTests";
import { Simulator } from "./support/simulator";

const folder = join(__dirname, "terraform");

/** Runs Hetzner's provider over Terraform's plugin protocol: see test/api/terraform. */
describe("the Terraform provider", () => {
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
    const asked = sim.api.unhandled.map((request) => request.replace(/\?.*/, ""));
    expect(asked.sort()).toEqual(["GET /v1/certificates", "GET /v1/volumes"]);
  });

  it("leaves no resource behind", () => {
    expect(sim.api.status().servers).toBe(0);
  });

  it("has the version that the Pulumi provider bridges", () => {
    const version = (file: string) =>
      /terraform-provider-hcloud (v\S+)/.exec(readFileSync(file, "utf8"))?.[1];
    const bridged = version(join(__dirname, "../../../toolchain/providers/go.mod"));
    expect(bridged).toMatch(/^v\d/);
    expect(version(join(folder, "go.mod"))).toBe(bridged);
  });
});
