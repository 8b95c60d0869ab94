import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { danglingReferences, everything } from "./support/consistency";
import { chance, newPromises, RandomOperations, type Promises } from "./support/randomOperations";
import { idOf, serverFields, Simulator } from "./support/simulator";

/** Number of kills, and of operations in total. Set smaller values for a quick check. */
const rounds = Number(process.env.KILL_ROUNDS ?? 20);
const operations = Number(process.env.KILL_OPERATIONS ?? 1000);
const clients = 8;
const root = join(__dirname, "../../../..");

let dir: string;
let storePath: string;
let opened: Simulator[] = [];

async function open(): Promise<Simulator> {
  const sim = await Simulator.start({ storePath });
  opened.push(sim);
  return sim;
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "api-durable-"));
  storePath = join(dir, "new-folder/state.mdb");
});
afterEach(async () => {
  // Also after a failure, because an open simulator keeps the test runner from ending.
  await Promise.all(opened.map((sim) => sim.close()));
  opened = [];
  rmSync(dir, { recursive: true, force: true });
});

async function startProcess(actionMs = 0) {
  const script = join(__dirname, "fixtures/writer.ts");
  const args = ["--import", "tsx", script, storePath, actionMs.toString()];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, gone, endpoint: line.toString().trim() };
}

/** Sends random operations from several clients and kills the simulator meanwhile. */
async function workUntilKilled(round: number, promises: Promises): Promise<void> {
  // In every second round some actions are still running at the kill.
  const { child, gone, endpoint } = await startProcess(round % 2 === 0 ? 0 : 5);
  const random = chance(round + 1);
  const end = promises.operations + Math.ceil(operations * (0.5 + random() / 2));
  const work = async (client: number) => {
    const prefix = `r${round}-c${client}`;
    const source = new RandomOperations(endpoint, random, promises, prefix);
    for (;;) {
      await source.step();
      if (promises.operations >= end) child.kill("SIGKILL");
    }
  };
  // Each client ends when the kill breaks its connection.
  const results = await Promise.allSettled(Array.from({ length: clients }, (_, i) => work(i)));
  // Also where the clients ended by an error: the process would keep the test runner from ending.
  child.kill("SIGKILL");
  await gone;
  for (const result of results)
    if (result.status === "rejected" && !/fetch failed|terminated/.test(String(result.reason)))
      throw result.reason;
}

async function expectPromisesKept(sim: Simulator, { alive, dead }: Promises): Promise<void> {
  const paths = [...new Set([...alive.values()].map(({ path }) => path))];
  const there = new Set<string>();
  for (const path of paths)
    for (const row of await everything(sim, path)) there.add(`${path}/${idOf(row)}`);
  // An image could also be missing because its creation failed, but nothing fails here.
  expect([...alive.keys()].filter((key) => !there.has(key))).toEqual([]);
  expect([...dead].filter((key) => there.has(key))).toEqual([]);
}

describe("the state", () => {
  it("is consistent after each kill -9 during random operations", async () => {
    const promises = newPromises();
    for (let round = 0; round < rounds; round++) {
      await workUntilKilled(round, promises);
      const sim = await open();
      await sim.api.idle();
      expect([round, await danglingReferences(sim)]).toEqual([round, []]);
      expect((await sim.get("/actions?status=running")).body.actions).toEqual([]);
      await expectPromisesKept(sim, promises);
      await sim.close();
      opened = [];
    }
    expect(promises.operations).toBeGreaterThanOrEqual((rounds * operations) / 2);
  }, 600_000);

  it("can be open in one process only, until that process is killed", async () => {
    const { child, gone } = await startProcess();
    await expect(Simulator.start({ storePath })).rejects.toThrow(
      `the state ${storePath} is open in another process; end that process first, or use another state`,
    );
    child.kill("SIGKILL");
    await gone;
    await (await Simulator.start({ storePath })).close();
  }, 30_000);

  it("can be open only once in a process, until it is closed", async () => {
    const first = await Simulator.start({ storePath });
    await expect(Simulator.start({ storePath })).rejects.toThrow("open in another process");
    await first.close();
    await (await Simulator.start({ storePath })).close();
  });

  it("keeps changed settings", async () => {
    const first = await Simulator.start({ storePath });
    await first.admin("PUT", "/settings", { latency: "hetzner", callsPerHour: 5 });
    await first.close();
    const second = await Simulator.start({ storePath });
    expect(second.api.status().settings).toMatchObject({
      callsPerHour: 5,
      latency: { requestMs: 150 },
    });
    await second.close();
  });
});

describe("100 clients at the same time", () => {
  it("lose no update and never get the same name or address", async () => {
    const sim = await open();
    const each = <T>(work: (i: number) => Promise<T>) =>
      Promise.all(Array.from({ length: 100 }, (_, i) => work(i)));
    // All use the same name, so only one succeeds.
    const same = await each(() => sim.post("/servers", serverFields));
    expect(same.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(99).fill(409)]);
    // Each uses its own name, so all succeed.
    const own = await each((i) => sim.post("/servers", { ...serverFields, name: `s-${i}` }));
    expect(own.every(({ status }) => status === 201)).toBe(true);
    await sim.api.idle();
    const addresses = (await everything(sim, "primary_ips")).map(({ ip }) => ip);
    expect(new Set(addresses).size).toBe(202);
    // Each adds its own record to the same record set, and none is lost (50 are allowed).
    const { zone } = await sim.done("POST", "/zones", { name: "a.test", mode: "primary" });
    const added = await each((i) =>
      sim.post(`/zones/${idOf(zone)}/rrsets/www/A/actions/add_records`, {
        records: [{ value: `192.0.2.${i}` }],
      }),
    );
    const good = added.filter(({ status }) => status === 201);
    const { body } = await sim.get(`/zones/${idOf(zone)}/rrsets/www/A`);
    expect(body.rrset?.records).toHaveLength(good.length);
    expect(good).toHaveLength(50);
    // Each applies its own firewall to the same server; five are allowed.
    const target = idOf(own[0]?.body.server);
    const firewalls = await each(async (i) => {
      const made = await sim.post("/firewalls", { name: `fw-${i}` });
      if (made.status !== 201) return made.status;
      const apply_to = [{ type: "server", server: { id: target } }];
      const path = `/firewalls/${idOf(made.body.firewall)}/actions/apply_to_resources`;
      return (await sim.post(path, { apply_to })).status;
    });
    expect(firewalls.filter((status) => status === 201)).toHaveLength(5);
    expect(await danglingReferences(sim)).toEqual([]);
  }, 60_000);
});
