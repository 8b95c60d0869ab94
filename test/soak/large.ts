import { callAdmin, listServers } from "../../packages/sandbox/src/client";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { table } from "../../packages/sandbox/src/cliSupport";
import { hostNamespace } from "../../packages/sandbox/src/hosts/names";
import { must, TestCluster } from "../e2e/harness";
import { untilClusterIs } from "../e2e/wholeCluster";
import { withManyHosts } from "../manyHosts";
import { useDuring, type Use } from "./processes";
import { sshdDuring, type SshdPeaks } from "./sshd";

/**
 * Measures what a cluster of twenty bridges takes, beside one of two: time, calls to the API, memory of the engine,
 * connections to the web host; and what two bridges more take, beside one more. Ends with code 1 when a cluster does
 * not come up whole, or when an sshd turned connections away. Takes a quarter of an hour; `make soak-large`.
 *
 * Arguments choose parts: preview, growth, or numbers of bridges; by default all of docs/measurements.md.
 */

const parts = process.argv.slice(2);
const wanted = parts.length > 0 ? parts : ["preview", "2", "20", "growth"];
const previews = 3;
/** Bridges of the largest part, for the check of the memory. */
const largest = Math.max(2, ...wanted.map(Number).filter(Number.isInteger));

type Calls = Readonly<Record<string, number>>;

async function main(): Promise<void> {
  const calls = new Map<number, Calls>();
  for (const part of wanted) {
    if (part === "preview") await onCluster(preview);
    else if (part === "growth") await onCluster(growth);
    else {
      const bridges = Number(part);
      calls.set(bridges, await onCluster((cluster) => upAndDown(cluster, bridges)));
    }
  }
  const [few, many] = [...calls].sort(([a], [b]) => a - b);
  if (few !== undefined && many !== undefined) tellPerBridge(few, many);
}

async function onCluster<T>(work: (cluster: TestCluster) => Promise<T>): Promise<T> {
  const cluster = await TestCluster.start("large", {
    hosts: "nspawn",
    javaPrograms: 1 + largest,
  });
  try {
    return await work(cluster);
  } finally {
    await cluster.remove();
  }
}

/** A preview of a new stack, as an operator's first one. */
async function preview(cluster: TestCluster): Promise<void> {
  await cluster.configure(demoConfig);
  for (let run = 0; run < previews; run++) {
    const { result, use } = await useDuring(() => cluster.mustPulumi("preview"));
    console.log(`preview of a new stack: ${result.seconds.toFixed(1)} s`);
    tellUse("preview", use);
  }
}

/** One cluster, from nothing and back to nothing. @returns the calls that making it took, by route */
async function upAndDown(cluster: TestCluster, bridges: number): Promise<Calls> {
  const what = `${bridges.toString()} bridges`;
  const { identity } = cluster.sandbox;
  await cluster.configure({ ...demoConfig, jvbCount: bridges.toString() });
  const before = await callsSoFar(cluster);
  const isHost = (namespace: string): boolean => namespace.startsWith(`${identity.name}-`);
  const { result, use } = await useDuring(() => sshdDuring(isHost, () => cluster.mustUp()));
  const calls = difference(before, await callsSoFar(cluster));
  console.log(`${what}: up ${result.result.seconds.toFixed(0)} s, ${sum(calls).toString()} calls`);
  await untilClusterIs(cluster, bridges);
  tellUse(what, use);
  console.log(table(Object.entries(calls).map(([route, count]) => [route, count.toString()])));
  await tellSshd(cluster, result.sshd);
  const end = must("pulumi destroy", await cluster.pulumi("destroy", "--yes", "--skip-preview"));
  console.log(`${what}: destroy ${end.seconds.toFixed(0)} s`);
  return calls;
}

function tellUse(what: string, { parts, mbTogether }: Use): void {
  const rows = [...parts].map(([name, { mb, cpuSeconds }]) => [
    name,
    mb.toString(),
    cpuSeconds.toFixed(1),
  ]);
  console.log(`${what}: together at most ${mbTogether.toString()} MB`);
  console.log(table([["PART", "MB AT MOST", "CPU SECONDS"], ...rows]));
}

/** @throws when the web host's sshd has turned connections away */
async function tellSshd(cluster: TestCluster, sshd: ReadonlyMap<string, SshdPeaks>): Promise<void> {
  const web = await cluster.server("web");
  const peaks = sshd.get(hostNamespace(cluster.sandbox.identity, web.id));
  const limits = await cluster.mustOnHost("web", "sshd -T | grep -E '^max(startups|sessions)'");
  const logins = await cluster.mustOnHost(
    "web",
    "journalctl -u ssh | grep -c 'Accepted publickey'",
  );
  console.log(
    `web's sshd (${limits.replace("\n", ", ")}): ${logins} logins; at one moment at most ${String(peaks?.connections)} connections, ${String(peaks?.startups)} of them not logged in yet`,
  );
  for (const { name } of await listServers(cluster.sandbox)) {
    const log = "journalctl -u ssh --no-pager | grep -E 'MaxStartups|drop connection' || true";
    const complaints = await cluster.mustOnHost(name, log);
    if (complaints !== "")
      throw new Error(`sshd of ${name} turned connections away:\n${complaints}`);
  }
}

/** Two bridges more, and one more, each to a running cluster of two. */
async function growth(cluster: TestCluster): Promise<void> {
  await cluster.configure(demoConfig);
  await cluster.mustUp();
  for (const bridges of [3, 2, 4]) {
    await cluster.configure({ jvbCount: bridges.toString() });
    const { seconds } = await cluster.mustUp();
    await untilClusterIs(cluster, bridges);
    console.log(`to ${bridges.toString()} bridges: up ${seconds.toFixed(1)} s`);
  }
}

async function callsSoFar({ sandbox }: TestCluster): Promise<Calls> {
  return ((await callAdmin(sandbox, "GET", "/status")) as { calls: Calls }).calls;
}

function difference(before: Calls, after: Calls): Calls {
  const changed = Object.entries(after).map(
    ([route, count]) => [route, count - (before[route] ?? 0)] as const,
  );
  return Object.fromEntries(changed.filter(([, count]) => count > 0));
}

const sum = (calls: Calls): number => Object.values(calls).reduce((all, count) => all + count, 0);

/** What one bridge more takes, by route, from two clusters. */
function tellPerBridge([few, less]: [number, Calls], [many, more]: [number, Calls]): void {
  const perBridge = (a: number, b: number): string => ((b - a) / (many - few)).toFixed(1);
  const rows = Object.entries(more).map(([route, count]) => [
    route,
    perBridge(less[route] ?? 0, count),
  ]);
  console.log(table([["CALLS A BRIDGE", perBridge(sum(less), sum(more))], ...rows]));
}

withManyHosts(main).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
