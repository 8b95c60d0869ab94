import { setTimeout as sleep } from "node:timers/promises";
import { listServers } from "../../packages/sandbox/src/client";
import type { ParticipantsReport } from "../../packages/sandbox/src/participants";
import type { Outcome, TestCluster } from "../e2e/harness";

/** What was seen while something ran. */
interface Watched {
  /** Fewest people that had a bridge at any one time; undefined where jicofo never answered. */
  readonly fewest?: number;
  /** Most servers at any one time. */
  readonly mostServers: number;
}

/** The head of the table whose rows `measure` makes. */
export const tableHead = [
  "| what | participants before | fewest during | after | moved | cut off | most servers | took |",
  "| ---- | ------------------- | ------------- | ----- | ----- | ------- | ------------ | ---- |",
].join("\n");

/**
 * Does something while people talk, looks at them twice a second meanwhile, and prints a row of the table.
 *
 * @param what the row's name
 * @param act by default `pulumi up`
 * @returns what `act` said
 */
export async function measure(
  cluster: TestCluster,
  what: string,
  act: () => Promise<Outcome> = () => cluster.up(),
): Promise<Outcome> {
  const before = await cluster.people.list();
  const { outcome, fewest, mostServers } = await watch(cluster, act);
  const after = await answering(cluster);
  const { participants, moved, cut } = after.totals;
  const columns = [
    what,
    before.totals.participants,
    fewest ?? "-",
    participants,
    moved - before.totals.moved,
    cut - before.totals.cut,
    mostServers,
    `${outcome.code === 0 ? "" : "fails after "}${outcome.seconds.toFixed(0)} s`,
  ];
  console.log(`| ${columns.join(" | ")} |`);
  return outcome;
}

async function watch(
  cluster: TestCluster,
  act: () => Promise<Outcome>,
): Promise<Watched & { outcome: Outcome }> {
  const seen: number[] = [];
  let mostServers = 0;
  let isOver = false;
  const look = async (): Promise<void> => {
    while (!isOver) {
      const [people, servers] = await Promise.all([
        // jicofo may be down, or its host.
        cluster.people.list().catch(() => undefined),
        listServers(cluster.sandbox),
      ]);
      if (people !== undefined) seen.push(withBridge(people));
      mostServers = Math.max(mostServers, servers.length);
      await sleep(500);
    }
  };
  const looking = look();
  const outcome = await act().finally(() => (isOver = true));
  await looking;
  return { outcome, mostServers, fewest: seen.length === 0 ? undefined : Math.min(...seen) };
}

const withBridge = ({ rooms, totals }: ParticipantsReport): number =>
  totals.participants - rooms.reduce((sum, { waiting }) => sum + waiting, 0);

/** Where people are, once jicofo and its host are there again. */
export async function answering(cluster: TestCluster): Promise<ParticipantsReport> {
  for (let attempt = 0; attempt < 60; attempt++) {
    const report = await cluster.people.list().catch(() => undefined);
    if (report !== undefined) return report;
    await sleep(1000);
  }
  return cluster.people.list();
}

/** Wants a failure that says this. @throws where it did not fail, or said something else */
export function mustFail(what: string, { code, text }: Outcome, words: RegExp): void {
  if (code !== 0 && words.test(text)) return;
  throw new Error(`${what}: ended with ${code}, without ${String(words)}:\n${text}`);
}
