import { listServers } from "../../packages/sandbox/src/client";
import { must, type TestCluster } from "../e2e/harness";
import { interruptUp } from "../e2e/interruption";
import { untilClusterIs } from "../e2e/wholeCluster";
import { measure, mustFail } from "./measure";

/** Some changes that follow each other on one cluster. */
export interface Part {
  /** Of the cluster that it begins with. */
  readonly settings: Readonly<Record<string, string>>;
  readonly run: (cluster: TestCluster) => Promise<void>;
}

export const parts: Readonly<Record<string, Part>> = {
  count: { settings: { jvbCount: "2" }, run: count },
  failures: { settings: { jvbCount: "2" }, run: failures },
  webHost: { settings: { jvbCount: "2" }, run: webHost },
  roll: { settings: { jvbCount: "3" }, run: roll },
  turns: { settings: { jvbCount: "3" }, run: turns },
  local: { settings: { jvbCount: "0" }, run: local },
  many: { settings: { jvbCount: "4" }, run: many },
};

/** Rooms enough for people on every one of four bridges. */
async function fillRooms(cluster: TestCluster): Promise<void> {
  for (const room of ["a", "b", "c", "d", "e", "f"]) await cluster.people.join(room, 5);
}

const scale = (cluster: TestCluster, jvbCount: number): Promise<void> =>
  cluster.configure({ jvbCount: jvbCount.toString() });

async function nickname(cluster: TestCluster, name: string): Promise<string> {
  return `jvb-${(await cluster.server(name)).id.toString()}`;
}

async function count(cluster: TestCluster): Promise<void> {
  await cluster.people.join("board", 12);
  await scale(cluster, 4);
  must("2 -> 4", await measure(cluster, "2 -> 4"));
  await fillRooms(cluster);
  await scale(cluster, 2);
  must("4 -> 2", await measure(cluster, "4 -> 2, participants on both leaving bridges"));
  await untilClusterIs(cluster, 2);
  await scale(cluster, 3);
  must("2 -> 3", await measure(cluster, "2 -> 3"));
  const dead = await nickname(cluster, "jvb-2");
  // Whoever is on it is cut by its death, not by what comes after.
  for (const { room, bridges } of (await cluster.people.list()).rooms) {
    if (dead in bridges) await cluster.people.leave(room);
  }
  await cluster.command("fault", "host", "jvb-2", "freeze");
  await scale(cluster, 2);
  must("3 -> 2", await measure(cluster, "3 -> 2, the leaving host frozen"));
  await untilClusterIs(cluster, 2);
}

async function failures(cluster: TestCluster): Promise<void> {
  await fillRooms(cluster);
  await scale(cluster, 1);
  await cluster.mustOnHost("web", "systemctl stop jicofo");
  const down = await cluster.up();
  mustFail("jicofo down", down, /it is unknown where participants are, so nothing is removed/);
  console.log(`jicofo down, 2 -> 1: up fails after ${down.seconds.toFixed(0)} s`);
  await cluster.mustOnHost("web", "systemctl start jicofo");
  await untilClusterIs(cluster, 2);
  await fillRooms(cluster);
  await breakMoving(cluster);
  const late = await measure(
    cluster,
    "2 -> 1, no participant can be moved, `drainTimeout` (20s) ends",
  );
  mustFail(
    "drainTimeout",
    late,
    /participants on jvb-1 after 20 s: \d+; it goes back into service/,
  );
  await untilClusterIs(cluster, 2);
  await mendMoving(cluster);
  await comesBack(cluster);
  for (const room of ["g", "h", "i"]) await cluster.people.join(room, 5);
  await breakMoving(cluster);
  await cluster.configure({ forceDrain: "true" });
  await scale(cluster, 1);
  must("forceDrain", await measure(cluster, "2 -> 1, the same with `forceDrain`"));
  await untilClusterIs(cluster, 1);
}

/** jicofo's own moving fails as by a wrong path, so that people stay where they are. */
export async function breakMoving(cluster: TestCluster): Promise<void> {
  await replaceProgram(cluster, "curl", [
    '[[ "$*" != */move-endpoints/* ]] || { echo "curl: (22) error: 404" >&2; exit 22; }',
  ]);
}

export const mendMoving = (cluster: TestCluster): Promise<string> =>
  cluster.mustOnHost("web", "rm /usr/local/bin/curl");

/** Ctrl-C in a drain whose bridge is empty: the drain ends, nothing after it begins, and the bridge is kept after all. */
async function comesBack(cluster: TestCluster): Promise<void> {
  const { inFlight } = await interruptUp(cluster, "SIGINT", /jvb-1 shuts down/);
  await scale(cluster, 2);
  const what = "2 -> 1, interrupted when the bridge was empty (" + inFlight + "), and back to 2";
  const { text } = must("back to 2", await measure(cluster, what));
  console.log(text.split("\n").filter((line) => /putting it right|starting it/.test(line)));
  await untilClusterIs(cluster, 2);
}

/** The web host hangs, then it is cut off; bridge 1 is to go all the same. */
async function webHost(cluster: TestCluster): Promise<void> {
  await fillRooms(cluster);
  await scale(cluster, 1);
  await cluster.command("fault", "host", "web", "freeze");
  const hung = await cluster.up();
  mustFail("web host frozen", hung, /The web host .* hangs: .*\n.*hcloud server reset/);
  console.log(`web host hangs, 2 -> 1: up fails after ${hung.seconds.toFixed(0)} s`);
  await cluster.command("fault", "host", "web", "thaw");
  await cluster.command("fault", "host", "web", "cut");
  const cut = await cluster.up();
  mustFail("web host cut off", cut, /jitsi-policy/);
  console.log(`web host cut off, 2 -> 1: up fails after ${cut.seconds.toFixed(0)} s`);
  if ((await listServers(cluster.sandbox)).length !== 3) throw new Error("a server is gone");
  const skipped = must("drain:skip", await cluster.tool("drain:skip", "1", "--yes"));
  const [, server = ""] = /--target '(\S+)'/.exec(skipped.text) ?? [];
  const destroy = ["destroy", "--yes", "--skip-preview", "--target", server, "--target-dependents"];
  const { seconds } = await cluster.mustPulumi(...destroy);
  console.log(`after drain:skip its server goes without the web host: ${seconds.toFixed(0)} s`);
  if ((await listServers(cluster.sandbox)).length !== 2) throw new Error("bridge 1 is still there");
  await cluster.command("fault", "host", "web", "mend");
  const back = await measure(cluster, "the web host is back: `pulumi up` makes the cluster whole");
  // Prosody keeps the bridge that went without a good-bye for some minutes more: no untilClusterIs.
  must("the web host is back", back);
}

async function roll(cluster: TestCluster): Promise<void> {
  await fillRooms(cluster);
  await cluster.configure({ jvbServerType: "ccx33" });
  const tool = () => cluster.tool("roll", "--yes");
  must("roll", await measure(cluster, "`npm run roll` of 3 bridges: another server type", tool));
  await untilClusterIs(cluster, 3);
}

async function turns(cluster: TestCluster): Promise<void> {
  await fillRooms(cluster);
  await cluster.configure({ drainingBridges: "1" });
  must("draining", await measure(cluster, "`drainingBridges: [1]` of 3"));
  await cluster.mustPulumi("config", "rm", "drainingBridges");
  must("back", await measure(cluster, "bridge 1 back into service"));
  await cluster.configure({ bridgeHeapMb: "2000" });
  must("heap", await measure(cluster, "`bridgeHeapMb` on 3 bridges"));
  await cluster.configure({ jvbSecretVersion: "2" });
  must("secret", await measure(cluster, "`jvbSecretVersion` on 3 bridges"));
  await untilClusterIs(cluster, 3);
}

async function local(cluster: TestCluster): Promise<void> {
  await fillRooms(cluster);
  await scale(cluster, 1);
  must("0 -> 1", await measure(cluster, "0 -> 1, from the web host's own bridge"));
  await scale(cluster, 0);
  must("1 -> 0", await measure(cluster, "1 -> 0, back to it"));
  await breakPurge(cluster);
  await scale(cluster, 1);
  const half = await measure(cluster, "0 -> 1, the package's removal fails half way");
  mustFail("purge", half, /jitsi-videobridge2 cannot be removed/);
  await cluster.mustOnHost("web", "rm /usr/local/bin/apt-get");
  await scale(cluster, 0);
  must("back to 0", await measure(cluster, "and back to 0"));
  await cluster.configure({ jvbCount: "1", localBridge: "always" });
  must("always", await measure(cluster, "`localBridge: always` with one bridge server"));
  await cluster.people.join("late", 8);
  await cluster.configure({ localBridge: "never" });
  const refused = await measure(cluster, "`always` to `never` in one step");
  mustFail("never", refused, /localBridge is never, and the web host still has its own bridge/);
  await cluster.configure({ localBridge: "auto" });
  must("auto", await measure(cluster, "`always` to `auto`"));
  await cluster.configure({ localBridge: "never" });
  must("never", await measure(cluster, "`auto` to `never`"));
}

/** Over the border of a placement group; eleven hosts. */
async function many(cluster: TestCluster): Promise<void> {
  await fillRooms(cluster);
  await scale(cluster, 9);
  must("4 -> 9", await measure(cluster, "4 -> 9"));
  await scale(cluster, 10);
  must("9 -> 10", await measure(cluster, "9 -> 10, the first of a second placement group"));
  const groups = await cluster.hcloud("placement-group", "list", "-o", "noheader");
  console.log(must("placement groups", groups).stdout);
  await fillRooms(cluster);
  await scale(cluster, 4);
  must("10 -> 4", await measure(cluster, "10 -> 4"));
  await untilClusterIs(cluster, 4);
}

/** Packages are purged, and the purge says that it failed. */
async function breakPurge(cluster: TestCluster): Promise<void> {
  await replaceProgram(cluster, "apt-get", [
    'if [[ " $* " == *" purge "* && " $* " != *" -s "* ]]; then',
    '/usr/bin/apt-get "$@"',
    "exit 100",
    "fi",
  ]);
}

/** Puts a script before a program of the web host, which runs where the script does not end before. */
async function replaceProgram(
  cluster: TestCluster,
  name: string,
  lines: readonly string[],
): Promise<void> {
  const script = ["#!/bin/bash", ...lines, `exec /usr/bin/${name} "$@"`];
  const quoted = script.map((line) => `'${line}'`).join(" ");
  const file = `/usr/local/bin/${name}`;
  await cluster.mustOnHost("web", `printf '%s\\n' ${quoted} >${file}; chmod +x ${file}`);
}
