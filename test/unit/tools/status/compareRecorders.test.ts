import type { RecorderFacts } from "../../../../remote/program/contract";
import type { ExistingNode } from "../../../../lib/config/existingNode";
import { parseSettings } from "../../../../lib/config/settings";
import { planCluster } from "../../../../lib/plan/clusterPlan";
import { compare } from "../../../../tools/status/compare";
import { compareRecorders } from "../../../../tools/status/compareRecorders";
import { report } from "../../../../tools/status/report";
import { healthy, jicofo, web } from "./support";

const settings = { domain: "meet.example.test", jibriCount: "2" };
const plan = planCluster(parseSettings(settings));
const seen = (index: number, facts: Partial<RecorderFacts> = {}): RecorderFacts => ({
  name: `jibri-${index}`,
  nickname: `jibri-20${index}`,
  goal: "serving",
  listed: true,
  busy: "idle",
  version: "8.0-1",
  diskFreeBytes: 50_000_000_000,
  diskLow: false,
  uploadsWaiting: 0,
  lastError: "",
  localFiles: 0,
  problem: "",
  watchFault: "",
  ...facts,
});
const differences = (
  facts: readonly RecorderFacts[] | undefined,
  down: readonly string[] = [],
  hasUndeployed = false,
): readonly string[] => compareRecorders({ plan }, facts, new Set(down), hasUndeployed).differences;

describe("the recorders of a cluster", () => {
  it("are as declared, busy or idle", () => {
    expect(differences([seen(0, { busy: "busy" }), seen(1)])).toEqual([]);
  });

  it.each([
    [{ problem: "jibri does not answer" }, "jibri does not answer: npm run repair -- jibri-0"],
    [
      { problem: "its disk is nearly full", diskLow: true },
      "its disk is nearly full: make room there: jitsi-hetzner upload-recordings --now, or",
    ],
    [{ listed: false }, "not in jicofo's room of recorders: npm run repair -- jibri-0"],
    [{ goal: "drained" }, "is out of service (drained): npm run repair -- jibri-0"],
    [{ lastError: "403" }, "cannot upload (403); it tries again, and its files stay"],
  ])("differ with what to do: %j", (facts, words) => {
    expect(differences([seen(0, facts), seen(1)])).toEqual([
      expect.stringContaining(words) as string,
    ]);
  });

  it("may be missing, left over, or strangers", () => {
    expect(differences([seen(0), seen(5), seen(7, { name: null })])).toEqual([
      "jibri-5 (jibri-205) is not declared, but the web host still knows it: pulumi up; if it stays, on the web host: jitsi-hetzner forget jibri-205",
      "jibri-207 is in jicofo's room of recorders, and not of this stack: find out where it runs",
      "jibri-1 is declared, but the web host does not know it: npm run repair -- jibri-1",
    ]);
  });

  it("need `pulumi up` alone while there are settings to deploy", () => {
    expect(differences([seen(0, { goal: "drained" })], [], true)).toEqual([
      "jibri-0 (jibri-200) is out of service (drained): pulumi up",
      "jibri-1 is declared, but the web host does not know it: pulumi up",
    ]);
  });

  it("may run on existing machines", () => {
    const node = { name: "berlin", role: "jibri", draining: false } as ExistingNode;
    const berlin = seen(0, { name: "berlin", nickname: "node-berlin-0a1b2c" });
    const { differences: none } = compareRecorders(
      { plan: planCluster(parseSettings({ domain: "meet.example.test" })), nodes: [node] },
      [berlin],
      new Set(),
      false,
    );
    expect(none).toEqual([]);
  });

  it("are not reported where their server is missing, which is reported itself", () => {
    expect(differences([seen(0)], ["jibri-1"])).toEqual([]);
  });

  it("are unknown, and nothing differs, where the web host does not tell", () => {
    const { recorders } = compareRecorders({ plan }, undefined, new Set(), false);
    expect(recorders.map(({ name, busy }) => [name, busy])).toEqual([
      ["jibri-0", "unknown"],
      ["jibri-1", "unknown"],
    ]);
    expect(differences(undefined)).toEqual([]);
  });

  it("stand in the status with their state, disk and uploads", () => {
    const facts = { recorders: [seen(0, { busy: "busy", uploadsWaiting: 2 }), seen(1)] };
    const status = compare({
      ...healthy,
      declared: { ...healthy.declared, plan },
      web: web(jicofo({ "jvb-11": {}, "jvb-12": {} }), undefined, facts),
    });
    expect(report(status)).toMatch(
      /jibri-0 +jibri-200 +in service +in service +busy +50\.0 GB +2 +8\.0-1 +-\n/,
    );
    expect(status.differences).toEqual([
      "jibri-0 is declared, but has no server: pulumi up",
      "jibri-1 is declared, but has no server: pulumi up",
    ]);
  });
});
