import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clusterArgs, deployCluster } from "./support/cluster";
import type { Registered } from "./support/mockEngine";

/**
 * The remote steps of a cluster as the program registered them whose steps carried whole scripts. The engine finds a
 * resource again by its URN, which has the types of its parents in it; it replaces a step where its triggers differ.
 */
interface FormerStep {
  readonly urn: string;
  /** Whether the step does something when it goes: a drain, or the end of an account. */
  readonly hasDelete: boolean;
  readonly triggers: readonly string[];
}

const former = JSON.parse(
  readFileSync(join(__dirname, "support/formerSteps.json"), "utf8"),
) as Readonly<Record<string, readonly FormerStep[]>>;

describe.each(["0", "2"])(
  "a cluster with %s bridge hosts whose steps carried their scripts",
  (jvbCount) => {
    let now: Map<string, Registered>;
    beforeAll(async () => {
      const settings = { domain: "meet.example.org", dnsZone: "example.org", jvbCount };
      const { resources } = await deployCluster(clusterArgs(settings));
      now = new Map(resources.map((one) => [one.urn.replace(/^.*?::.*?::/, ""), one]));
    });

    it("loses no step that would drain a bridge or remove an account when it goes", () => {
      const lost = former[jvbCount]?.filter(({ urn, hasDelete }) => hasDelete && !now.has(urn));
      expect(lost).toEqual([]);
    });

    it("has every step updated, not replaced", () => {
      const replaced = former[jvbCount]?.filter(({ urn, triggers }) => {
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
      const before = former[jvbCount]?.filter(({ hasDelete }) => hasDelete) ?? [];
      expect(withDelete.map(([urn]) => urn).sort()).toEqual(before.map(({ urn }) => urn).sort());
      expect(before.length).toBeGreaterThan(1);
    });
  },
);
