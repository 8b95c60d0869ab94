import { readStackState, typeOf } from "../../../tools/stackState";

const urn = (type: string, name: string): string =>
  `urn:pulumi:x::jitsi-hetzner::jitsi-hetzner:index:JitsiCluster$${type}::${name}`;
const server = "hcloud:index/server:Server";
const rrset = "hcloud:index/zoneRrset:ZoneRrset";

function exported(deployment: object): string {
  return JSON.stringify({ version: 3, deployment });
}

describe("readStackState", () => {
  it("keeps what identifies a resource, and none of its values", () => {
    const resource = {
      urn: urn(server, "jitsi-web"),
      type: server,
      id: "42",
      parent: urn("x", "jitsi"),
      inputs: { userData: "secret" },
      outputs: { userData: "secret" },
    };
    const state = readStackState(exported({ resources: [resource] }), "x");
    const { type, id, parent } = resource;
    expect(state.resources).toEqual([{ urn: resource.urn, type, id, parent }]);
    expect(JSON.stringify(state)).not.toContain("secret");
  });

  it("knows a record set by its zone, name and type", () => {
    const outputs = { zone: "example.org", name: "meet", type: "A" };
    const resource = { urn: urn(rrset, "r"), type: rrset, id: "meet/A", outputs };
    const state = readStackState(exported({ resources: [resource] }), "x");
    expect(state.rrsets).toEqual(["example.org/meet/A"]);
  });

  it("tells by which name an interrupted create made its object", () => {
    const pending = [
      {
        type: "creating",
        resource: { urn: urn(server, "b"), type: server, inputs: { name: "b-1f2e3d4" } },
      },
      {
        type: "creating",
        resource: {
          urn: urn(rrset, "r"),
          type: rrset,
          inputs: { zone: "example.org", name: "b", type: "AAAA" },
        },
      },
    ];
    const state = readStackState(exported({ pending_operations: pending }), "x");
    expect(state.pending.map(({ cloudName }) => cloudName)).toEqual([
      "b-1f2e3d4",
      "example.org/b/AAAA",
    ]);
  });

  it("takes a stack that was never deployed", () => {
    expect(readStackState(JSON.stringify({ version: 3 }), "x")).toEqual({
      stack: "x",
      resources: [],
      pending: [],
      rrsets: [],
    });
  });
});

describe("a URN", () => {
  it("has a type, after those of its parents", () => {
    expect(typeOf(urn(server, "jitsi-web"))).toBe(server);
  });
});
