import type { CloudObject } from "../../../../tools/doctor/cloudObjects";
import { diagnose, isHealthy, type DiagnosisFacts } from "../../../../tools/doctor/diagnosis";
import { isRepairable } from "../../../../tools/doctor/repair";
import type { StackState } from "../../../../tools/stackState";

const serverUrn = "urn:pulumi:x::jitsi-hetzner::c$hcloud:index/server:Server::jitsi-jvb-1";
const state: StackState = {
  stack: "x",
  resources: [
    { urn: serverUrn, type: "hcloud:index/server:Server", id: "1" },
    { urn: "urn::n", type: "hcloud:index/network:Network", id: "1" },
    { urn: "urn::c", type: "jitsi-hetzner:index:Bridge" },
  ],
  pending: [],
  rrsets: ["example.org/meet/A"],
};

function object(fields: Partial<CloudObject> & Pick<CloudObject, "kind" | "id">): CloudObject {
  const base = { name: "n", path: "/p", isProtected: false, usedBy: [], isConnected: false };
  return { ...base, ...fields };
}

const ours = [
  object({ kind: "server", id: "1", isConnected: true }),
  object({ kind: "network", id: "1", usedBy: [1] }),
  object({ kind: "record", id: "example.org/meet/A", usedBy: [1] }),
];
const facts: DiagnosisFacts = { state, objects: ours, connected: false };

/** What is found beside what belongs to the stack. */
function orphans(strangers: CloudObject[], changed: Partial<DiagnosisFacts> = {}) {
  return diagnose({ ...facts, ...changed, objects: [...ours, ...strangers] }).orphans;
}

describe("diagnose", () => {
  it("finds nothing where state and cloud agree", () => {
    const diagnosis = diagnose(facts);
    expect(diagnosis).toEqual({ stack: "x", pending: [], orphans: [], missing: [] });
    expect(isHealthy(diagnosis)).toBe(true);
    expect(isRepairable(diagnosis)).toBe(false);
  });

  it("tells ids of one kind from those of another", () => {
    expect(orphans([object({ kind: "firewall", id: "1" })])).toMatchObject([
      { object: { kind: "firewall" } },
    ]);
  });

  it("deletes a server that never came into the private network", () => {
    const stranger = object({ kind: "server", id: "2" });
    expect(orphans([stranger])).toEqual([
      { object: stranger, reason: "the state does not contain it", kept: undefined },
    ]);
  });

  it("says which server an interrupted run was making", () => {
    const pending = [{ operation: "creating", urn: serverUrn, cloudName: "jitsi-jvb-1-abc" }];
    const strangers = [
      object({ kind: "server", id: "2", name: "jitsi-jvb-1-abc" }),
      object({ kind: "server", id: "3", name: "jitsi-jvb-1-def" }),
    ];
    const found = orphans(strangers, { state: { ...state, pending } });
    expect(found.map(({ reason }) => reason)).toEqual([
      "an interrupted run created it",
      "the state does not contain it",
    ]);
  });

  it("never deletes a server in the private network unless told so", () => {
    const stranger = object({ kind: "server", id: "2", isConnected: true });
    expect(orphans([stranger])[0]?.kept).toMatch(/may carry calls: --connected/);
    expect(orphans([stranger], { connected: true })[0]?.kept).toBeUndefined();
  });

  it("keeps what a server uses that stays, and deletes what only a deleted one uses", () => {
    const found = orphans([
      object({ kind: "server", id: "2" }),
      object({ kind: "firewall", id: "5", usedBy: [1, 2] }),
      object({ kind: "firewall", id: "6", usedBy: [2] }),
    ]);
    expect(found.map(({ kept }) => kept)).toEqual([undefined, "server 1 uses it", undefined]);
  });

  it("deletes a record that an interrupted run made for a server of the state, as it keeps `up` from making it", () => {
    const made = object({ kind: "record", id: "example.org/turn.meet/A", usedBy: [1] });
    expect(orphans([made])[0]?.kept).toBeUndefined();
    const kept = object({ kind: "server", id: "2", isConnected: true });
    const found = orphans([kept, { ...made, usedBy: [2] }]);
    expect(found.at(-1)?.kept).toBe("server 2 uses it");
  });

  it("keeps all of a cluster whose state was lost", () => {
    const found = diagnose({ ...facts, state: { ...state, resources: [], rrsets: [] } }).orphans;
    expect(found).toHaveLength(3);
    expect(found.filter(({ kept }) => kept === undefined)).toEqual([]);
    const unused = object({ kind: "SSH key", id: "9" });
    const lost = { ...state, resources: [], rrsets: [] };
    expect(orphans([unused], { state: lost }).at(-1)?.kept).toMatch(/may belong to the servers/);
  });

  it("finds what somebody deleted by hand", () => {
    const { missing } = diagnose({ ...facts, objects: ours.slice(1) });
    expect(missing).toEqual([{ urn: serverUrn, kind: "server", id: "1" }]);
  });

  it("finds a record that somebody deleted by hand, by its zone, name and type", () => {
    const type = "hcloud:index/zoneRrset:ZoneRrset";
    const records = ["A", "AAAA"].map((kind) => ({
      urn: `urn::${kind}`,
      type,
      id: `meet/${kind}`,
    }));
    const rrsets = ["example.org/meet/A", "example.org/meet/AAAA"];
    const known = { ...state, resources: [...state.resources, ...records], rrsets };
    const { missing, orphans: none } = diagnose({ ...facts, state: known });
    expect(missing).toEqual([{ urn: "urn::AAAA", kind: "record", id: "example.org/meet/AAAA" }]);
    expect(none).toEqual([]);
  });

  it.each(["alive", "unknown"] as const)(
    "repairs nothing while a run may be at work: %s",
    (process) => {
      const lock = { holder: "root@vm (pid 1)", process };
      const objects = [...ours, object({ kind: "server", id: "2" })];
      expect(isRepairable(diagnose({ ...facts, objects, lock }))).toBe(false);
      expect(isRepairable(diagnose({ ...facts, objects }))).toBe(true);
    },
  );
});
