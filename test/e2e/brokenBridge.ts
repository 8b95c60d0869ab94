import { setTimeout as sleep } from "node:timers/promises";
import { listServers } from "../../packages/sandbox/src/client";
import type { Outcome, TestCluster } from "./harness";

export interface Fault {
  readonly add: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** A cluster that grew while something was wrong, and then again without it. */
export interface Growth {
  readonly failed: Outcome;
  readonly healed: Outcome;
}

/** Raises the number of bridges while a fault is in place, then takes the fault away and goes on. */
export async function growThrough(
  cluster: TestCluster,
  jvbCount: number,
  fault: Fault,
): Promise<Growth> {
  await cluster.configure({ jvbCount: jvbCount.toString() });
  await fault.add();
  const failed = await cluster.up();
  await fault.remove();
  return { failed, healed: await cluster.up() };
}

/** The bridge's name, the cause and the end of the bridge's own log stand in the error; the next `up` is green. */
export function expectNamedThenHealed(
  { failed, healed }: Growth,
  bridge: string,
  cause: RegExp,
): void {
  expect(failed.code).not.toBe(0);
  expect(failed.text).toContain(bridge);
  expect(failed.text).toMatch(cause);
  expect(failed.text).toContain("/var/log/jitsi/jvb.log");
  expect(healed.text).not.toContain("error:");
  expect(healed.code).toBe(0);
}

/** Waits until the API has a running server whose name contains `name`. */
export async function untilServer(cluster: TestCluster, name: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const servers = await listServers(cluster.sandbox);
    if (servers.some((s) => s.name.includes(name) && s.status === "running")) return;
    await sleep(200);
  }
  throw new Error(`no server ${name} came up`);
}
