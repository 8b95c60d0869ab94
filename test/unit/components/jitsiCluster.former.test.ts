import { clusterArgs, deployCluster } from "./support/cluster";
import { formerStates } from "./support/formerStates";
import type { Registered } from "./support/mockEngine";

/** Steps of older programs that are no more. None of them has a delete, so nothing runs when they go. */
const vanished =
  /^jitsi-(web|jvb-\d+|local)-(program|ready|authorized-keys|system|harden|out|apply|in)$/;

describe.each(formerStates)(
  "a cluster with $jvbCount bridge hosts whose steps carried $age",
  ({ jvbCount, steps }) => {
    let now: Map<string, Registered>;
    beforeAll(async () => {
      const settings = { domain: "meet.example.org", dnsZone: "example.org", jvbCount };
      const { resources } = await deployCluster(clusterArgs(settings));
      now = new Map(resources.map((one) => [one.urn.replace(/^.*?::.*?::/, ""), one]));
    });

    it("loses no step that would drain a bridge or remove an account when it goes", () => {
      const lost = steps.filter(({ urn, hasDelete }) => hasDelete && !now.has(urn));
      expect(lost).toEqual([]);
    });

    it("loses only steps that are listed, and whose end runs nothing", () => {
      const lost = steps.filter(({ urn }) => !now.has(urn));
      const unlisted = lost.filter(({ urn }) => !vanished.test(urn.split("::").at(-1) ?? ""));
      expect(unlisted).toEqual([]);
      expect(lost.filter(({ hasDelete }) => hasDelete)).toEqual([]);
      expect(lost.length).toBeGreaterThan(5);
    });

    it("has every step updated, not replaced", () => {
      const replaced = steps.filter(({ urn, triggers }) => {
        const step = now.get(urn);
        return (
          step !== undefined &&
          JSON.stringify(step.inputs.triggers ?? []) !== JSON.stringify(triggers)
        );
      });
      expect(replaced).toEqual([]);
    });

    it("has the same deletes afterwards: a removed bridge is drained as before", () => {
      const withDelete = [...now].filter(([, { inputs }]) => inputs.delete !== undefined);
      const before = steps.filter(({ hasDelete }) => hasDelete);
      expect(withDelete.map(([urn]) => urn).sort()).toEqual(before.map(({ urn }) => urn).sort());
      expect(before.length).toBeGreaterThan(1);
    });
  },
);
