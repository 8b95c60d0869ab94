import { setTimeout as sleep } from "node:timers/promises";
import { callApi, listServers, type RunningSandbox } from "../../packages/sandbox/src/client";
import type { TestCluster } from "./harness";

/**
 * Waits until API, DNS and jicofo have what a cluster of so many bridges has, and nothing else.
 * @returns what was waited for last; empty when it was so at once
 */
export async function untilClusterIs(cluster: TestCluster, bridges: number): Promise<string> {
  let difference = "";
  // An occupant of jicofo's room goes when prosody gives its connection up.
  // An overloaded machine fails a health check of jicofo's, which then does without that bridge for a minute.
  for (let attempt = 0; attempt < 120; attempt++) {
    // jicofo may just be starting.
    const now = await differenceTo(cluster, bridges).catch(String);
    if (now === "") return difference;
    difference = now;
    await sleep(1000);
  }
  throw new Error(`the cluster is not as declared: ${difference}`);
}

async function differenceTo(cluster: TestCluster, bridges: number): Promise<string> {
  const actual = await inventory(cluster);
  const wanted = {
    servers: bridges + 1,
    // Two lasting ones of the web host; those of the bridges are their own.
    addresses: 2 * (bridges + 1),
    // Those of the TURN server too.
    records: 2 * (bridges + 2),
    attached: bridges + 1,
    ready: bridges,
    others: "",
  };
  return Object.entries(wanted)
    .filter(([name, value]) => actual[name as keyof typeof wanted] !== value)
    .map(([name, value]) => `${name} ${actual[name as keyof typeof wanted]}, not ${value || "any"}`)
    .join("; ");
}

/** A bridge in jicofo's own report, which the stand-in has too. */
interface Bridge {
  readonly nickname: string;
  readonly operational: boolean;
  readonly draining: boolean;
}

/** The bridges in jicofo's report. @throws while jicofo does not answer */
export async function jicofoBridges(cluster: TestCluster): Promise<readonly Bridge[]> {
  const text = await cluster.mustOnHost("web", "curl -fsS -m 5 http://127.0.0.1:8888/debug");
  const { bridge = {} } = (JSON.parse(text) as JicofoDebug).bridge_selector;
  return Object.entries(bridge).map(([jid, { operational, drain }]) => ({
    nickname: jid.split("/").at(-1) ?? "",
    operational,
    draining: drain,
  }));
}

interface JicofoDebug {
  readonly bridge_selector: {
    /** By JID; missing without a bridge. */
    readonly bridge?: Readonly<Record<string, { operational: boolean; drain: boolean }>>;
  };
}

/** Hetzner's public addresses of a sandbox, and the rrsets of the tests' zone. */
export async function addressesAndRecords(sandbox: RunningSandbox): Promise<{
  readonly addresses: readonly unknown[];
  readonly rrsets: readonly { readonly type: string }[];
}> {
  const { primary_ips: addresses } = await callApi<{ primary_ips: unknown[] }>(
    sandbox,
    "GET",
    "/primary_ips?per_page=50",
  );
  const { rrsets } = await callApi<{ rrsets: { type: string }[] }>(
    sandbox,
    "GET",
    "/zones/example.test/rrsets?per_page=50",
  );
  return { addresses, rrsets };
}

async function inventory(cluster: TestCluster) {
  const { sandbox } = cluster;
  const servers = await listServers(sandbox);
  const { addresses, rrsets } = await addressesAndRecords(sandbox);
  const { networks } = await callApi<{ networks: { servers: number[] }[] }>(
    sandbox,
    "GET",
    "/networks",
  );
  const known = servers.map(({ id }) => `jvb-${id.toString()}`);
  const seen = await jicofoBridges(cluster);
  const isReady = ({ nickname, operational, draining }: Bridge): boolean =>
    known.includes(nickname) && operational && !draining;
  const others = seen.filter((bridge) => !isReady(bridge));
  return {
    servers: servers.length,
    addresses: addresses.length,
    records: rrsets.filter(({ type }) => type === "A" || type === "AAAA").length,
    attached: networks.flatMap((network) => network.servers).length,
    ready: seen.length - others.length,
    others: others
      .map((bridge) => `${bridge.nickname} ${bridge.draining ? "draining" : "not operational"}`)
      .join(" and "),
  };
}
