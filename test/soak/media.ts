import { setTimeout as sleep } from "node:timers/promises";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { jitsiVariable } from "../../packages/sandbox/src/jitsi/choice";
import { roomFor, thisMachine } from "../../packages/sandbox/src/media/capacity";
import { joinWithMedia, leaveWithMedia, listMedia } from "../../packages/sandbox/src/media/client";
import type { MediaReport } from "../../packages/sandbox/src/media/timeline";
import { must, TestCluster, type Outcome } from "../e2e/harness";
import { testedKind, testsStandIns } from "../e2e/kind";
import { untilClusterIs } from "../e2e/wholeCluster";
import { breakMoving, mendMoving } from "./peopleParts";

/**
 * The longest time without media that each change of docs/scale.md costs a participant, measured with real participants
 * (docs/scale.md, "Measure the time without media"). It needs Jitsi's own packages. `make soak-media`.
 */

const room = "board";

/** Seconds after a change in which a gap still belongs to it: media that are lost late, or come back late. */
const settleSeconds = 40;

interface Change {
  readonly name: string;
  /** Before the participants join. */
  readonly prepare?: (cluster: TestCluster) => Promise<void>;
  /** @param bridge number of the bridge on which the first participant is */
  readonly act: (cluster: TestCluster, bridge: string) => Promise<Outcome>;
  /** After the participants have left. */
  readonly restore?: (cluster: TestCluster) => Promise<void>;
}

const changes: readonly Change[] = [
  {
    name: "2 -> 3 bridges",
    act: (cluster) => withSettings(cluster, { jvbCount: "3" }),
  },
  {
    name: "drain of a bridge (`drainingBridges`)",
    act: (cluster, bridge) => withSettings(cluster, { drainingBridges: bridge }),
    restore: async (cluster) => {
      await cluster.mustPulumi("config", "rm", "drainingBridges");
      await cluster.mustUp();
    },
  },
  {
    name: "rolling restart: `bridgeHeapMb`",
    act: (cluster) => withSettings(cluster, { bridgeHeapMb: "2000" }),
  },
  {
    name: "rolling restart: `jvbSecretVersion`",
    act: (cluster) => withSettings(cluster, { jvbSecretVersion: "2" }),
  },
  {
    name: "`npm run roll`: another server type",
    prepare: (cluster) => cluster.configure({ jvbServerType: "ccx33" }),
    act: (cluster) => cluster.tool("roll", "--yes"),
  },
  {
    name: "bridge killed (SIGKILL)",
    act: (cluster, bridge) =>
      cluster.onHost(
        `jvb-${bridge}`,
        "systemctl kill --kill-who=main --signal=KILL jitsi-videobridge2",
      ),
    restore: async (cluster) => {
      await untilClusterIs(cluster, 3);
    },
  },
  {
    // The last one, because a bridge is gone after it.
    name: "forced cut: removal with `forceDrain`, no participant can be moved",
    prepare: async (cluster) => {
      await cluster.configure({ forceDrain: "true" });
      await breakMoving(cluster);
    },
    act: async (cluster, bridge) => {
      await cluster.mustPulumi("config", "set", "--path", "removedBridges[0]", bridge);
      return withSettings(cluster, { jvbCount: "2" });
    },
    restore: async (cluster) => {
      await mendMoving(cluster);
    },
  },
];

async function withSettings(
  cluster: TestCluster,
  settings: Record<string, string>,
): Promise<Outcome> {
  await cluster.configure(settings);
  return cluster.up();
}

async function main(): Promise<void> {
  if (testsStandIns()) {
    for (const { name } of changes) {
      console.log(`SKIPPED with ${testedKind()}, because there is no media to have: ${name}`);
    }
    console.log(`${changes.length.toString()} skipped; run it with ${jitsiVariable}=upstream`);
    return;
  }
  const cluster = await TestCluster.start("media");
  try {
    await cluster.configure({ ...demoConfig, drainTimeout: "20s" });
    await cluster.mustUp();
    console.log(
      "| change | participants | longest gap | moved | cut | not known better than | took |",
    );
    console.log(
      "| ------ | ------------ | ----------- | ----- | --- | --------------------- | ---- |",
    );
    for (const change of changes) await measure(cluster, change);
  } finally {
    await cluster.remove();
  }
}

/** Each change has participants of its own, so that a gap belongs to one change. */
async function measure(
  cluster: TestCluster,
  { name, prepare, act, restore }: Change,
): Promise<void> {
  await prepare?.(cluster);
  const participants = roomFor(thisMachine(), 0);
  if (participants < 2) throw new Error("this machine cannot take two participants with media");
  const { domain } = demoConfig;
  const [first] = await joinWithMedia(cluster.sandbox, { room, participants, domain });
  const [, bridge] = /jvb-(\d+)/.exec(first?.bridge ?? "") ?? [];
  if (bridge === undefined) throw new Error(`no bridge is known: ${JSON.stringify(first)}`);
  const outcome = must(name, await act(cluster, bridge));
  await sleep(settleSeconds * 1000);
  const reports = await listMedia(cluster.sandbox.identity.dir);
  console.log(row(name, reports, outcome.seconds));
  await leaveWithMedia(cluster.sandbox, room);
  await restore?.(cluster);
}

function row(name: string, reports: readonly MediaReport[], seconds: number): string {
  const most = (of: (report: MediaReport) => number): number => Math.max(...reports.map(of));
  const sum = (of: (report: MediaReport) => number): number =>
    reports.reduce((all, report) => all + of(report), 0);
  const columns = [
    name,
    reports.length,
    `${most((report) => report.longestGap).toFixed(1)} s`,
    sum(({ moved }) => moved),
    sum(({ cut }) => cut),
    `${most(({ resolution }) => resolution).toFixed(1)} s`,
    `${seconds.toFixed(0)} s`,
  ];
  return `| ${columns.join(" | ")} |`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
