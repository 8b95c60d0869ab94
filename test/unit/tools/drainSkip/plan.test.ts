import { planSkip, type BridgeId } from "../../../../tools/drainSkip/plan";
import type { ExportedResource } from "../../../../tools/stackExport";

const urnOf = (name: string) => `urn:pulumi:prod::p::a$command:remote:Command::${name}`;

const step = (name: string, more: Partial<ExportedResource> = {}): ExportedResource => ({
  urn: urnOf(name),
  type: "command:remote:Command",
  custom: true,
  ...more,
});

const drain = (number: number, more: Partial<ExportedResource> = {}): ExportedResource =>
  step(`jitsi-jvb-${number}-drain`, { inputs: { create: "in", delete: "drain" }, ...more });

const after = (...names: string[]): Partial<ExportedResource> => ({
  dependencies: names.map(urnOf),
});

const plan = (bridge: BridgeId, ...resources: ExportedResource[]) =>
  planSkip({ resources, pending: [] }, bridge);

describe("skipping a drain", () => {
  it("takes the drain of this bridge, and no other's with it", () => {
    expect(plan(1, drain(1), drain(10), drain(0))).toEqual({
      drain: urnOf("jitsi-jvb-1-drain"),
      checks: [],
    });
  });

  it("takes that of the web host's own bridge, which has no number", () => {
    const local = step("jitsi-local-drain", { inputs: { create: "in", delete: "drain" } });
    expect(plan("local", drain(0), local).drain).toBe(urnOf("jitsi-local-drain"));
    expect(() => plan(1, local, drain(0))).toThrow("bridges that have one: 0, local");
  });

  it("takes that of a recorder by its name, and tells recorders from bridges", () => {
    const recorder = (name: string) =>
      step(`jitsi-${name}-drain`, { inputs: { delete: "recorder-drain" } });
    const all = [drain(0), recorder("jibri-0"), recorder("local-recorder")];
    expect(plan("jibri-0", ...all).drain).toBe(urnOf("jitsi-jibri-0-drain"));
    expect(plan("local-recorder", ...all).drain).toBe(urnOf("jitsi-local-recorder-drain"));
    expect(() => plan("jibri-4", ...all)).toThrow(
      "recorder jibri-4 has no drain in this stack's state; recorders that have one: jibri-0, local-recorder",
    );
  });

  it("knows the bridge's server, which can go without the web host's help", () => {
    const type = "hcloud:index/server:Server";
    const server = (name: string) => ({ ...step(name), type });
    const found = plan(1, server("jitsi-jvb-1"), server("jitsi-jvb-10"), drain(1), drain(10));
    expect(found.server).toBe(urnOf("jitsi-jvb-1"));
  });

  it("takes the acceptance along, whose end runs nothing", () => {
    const both = after("jitsi-jvb-0-drain", "jitsi-jvb-1-drain");
    const component = {
      urn: "urn::prod::p::Acceptance::jitsi-acceptance",
      type: "p:index:Acceptance",
    };
    const acceptance = step("jitsi-acceptance", { ...both, parent: component.urn });
    const parts = [{ ...component, ...both, custom: false }, acceptance];
    expect(plan(1, drain(0), drain(1), ...parts).checks).toEqual(["jitsi-acceptance"]);
  });

  it("takes the certificate along, with the key of its copies, which the next up makes again", () => {
    const component = {
      urn: "urn::prod::p::Certificate::jitsi-certificate",
      type: "p:Certificate",
    };
    const key = {
      ...step("jitsi-certificate-copy-key", { parent: component.urn }),
      type: "random:index/randomPassword:RandomPassword",
    };
    const parts = [{ ...component, ...after("jitsi-jvb-1-drain"), custom: false }, key];
    expect(plan(1, drain(0), drain(1), ...parts).checks).toEqual([
      "jitsi-certificate",
      "jitsi-certificate-copy-key",
    ]);
  });

  it("leaves alone what comes after another bridge's drain only", () => {
    expect(plan(1, drain(0), drain(1), step("other", after("jitsi-jvb-0-drain"))).checks).toEqual(
      [],
    );
  });

  it("refuses where another drain comes after it: that one would go unrun too", () => {
    const next = drain(2, after("jitsi-jvb-1-x"));
    const between = step("jitsi-jvb-1-x", after("jitsi-jvb-1-drain"));
    expect(() => plan(1, drain(1), between, next)).toThrow(
      "the drain of bridge 1 cannot be removed: jitsi-jvb-2-drain must come after it",
    );
  });

  it("refuses where a component comes after it that holds a drain", () => {
    const bridge = { urn: "urn::prod::p::Bridge::b", type: "p:index:Bridge", custom: false };
    const inside = drain(2, { parent: bridge.urn });
    expect(() => plan(1, drain(1), { ...bridge, ...after("jitsi-jvb-1-drain") }, inside)).toThrow(
      "jitsi-jvb-2-drain must come after it",
    );
  });

  it("refuses where a server comes after it", () => {
    const server = { ...step("jitsi-jvb-2", after("jitsi-jvb-1-drain")), type: "hcloud:Server" };
    expect(() => plan(1, drain(1), server)).toThrow("jitsi-jvb-2 must come after it");
  });

  it("names the bridges that have a drain where this one has none", () => {
    expect(() => plan(3, drain(1), drain(0))).toThrow(
      "bridge 3 has no drain in this stack's state; bridges that have one: 0, 1",
    );
    expect(() => plan(3)).toThrow("bridges that have one: none");
  });
});
