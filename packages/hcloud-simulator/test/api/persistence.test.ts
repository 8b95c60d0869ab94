import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { RecordingDriver } from "./support/recordingDriver";
import { at, idOf, serverFields, Simulator, textOf, token, type Json } from "./support/simulator";

const killRounds = 3;
const root = join(__dirname, "../../../..");

describe("the store", () => {
  let dir: string;
  let storePath: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "api-store-"));
    storePath = join(dir, "state.mdb");
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it("restores everything after a restart, and continues the ids", async () => {
    const first = await Simulator.start({ storePath });
    const server = await first.server({ labels: { a: "b" } });
    await first.done("POST", "/zones", { name: "example.test", mode: "primary" });
    const before = await Promise.all(
      ["/servers", "/primary_ips", "/zones", "/actions"].map((path) => first.get(path)),
    );
    await first.close();

    const second = await Simulator.start({ storePath });
    const after = await Promise.all(
      ["/servers", "/primary_ips", "/zones", "/actions"].map((path) => second.get(path)),
    );
    expect(after).toEqual(before);
    expect(second.driver.adopted).toMatchObject([
      { id: server, name: "web-1", shouldRun: true, publicIpv4: "198.18.24.16" },
    ]);
    expect((await second.post("/servers", serverFields)).status).toBe(409);
    expect(await second.server({ name: "web-2" })).toBeGreaterThan(server);
    await second.close();
  });

  it("tells the driver which hosts were off, and shows the power state that the driver reports", async () => {
    const first = await Simulator.start({ storePath });
    const off = await first.server({ name: "off" });
    await first.done("POST", `/servers/${off}/actions/poweroff`);
    const lost = await first.server({ name: "lost" });
    await first.close();

    const driver = new RecordingDriver();
    driver.adopt = (specs) => {
      driver.adopted = specs;
      return Promise.resolve();
    };
    const second = await Simulator.start({ storePath, driver });
    expect(driver.adopted).toMatchObject([
      { id: off, shouldRun: false },
      { id: lost, shouldRun: true },
    ]);
    expect((await second.get(`/servers/${lost}`)).body.server?.status).toBe("off");
    await second.close();
  });

  it("opens even if the driver cannot adopt its hosts, and shows them as off", async () => {
    const first = await Simulator.start({ storePath });
    const server = await first.server();
    await first.close();
    const driver = new RecordingDriver();
    driver.adopt = () => Promise.reject(new Error("no such namespace"));
    const complaint = jest.spyOn(process.stderr, "write").mockReturnValue(true);
    const second = await Simulator.start({ storePath, driver });
    expect(complaint).toHaveBeenCalledWith("adopting the hosts: no such namespace\n");
    complaint.mockRestore();
    expect((await second.get(`/servers/${server}`)).body.server?.status).toBe("off");
    await second.close();
  });

  it("runs the actions again that were running", async () => {
    const first = await Simulator.start({ storePath, latency: { actionMs: 60_000 } });
    const { body } = await first.post("/servers", serverFields);
    await first.close();

    const second = await Simulator.start({ storePath });
    await second.api.idle();
    const id = idOf(body.server);
    expect((await second.get(`/servers/${id}`)).body.server?.status).toBe("running");
    expect(await second.lastAction(`/servers/${id}`)).toMatchObject({ status: "success" });
    expect(second.driver.callsOf(id)).toEqual(["delete", "create"]);
    await second.close();
  });

  it("contains all answered changes, and no partial ones, after kill -9 during writes", async () => {
    const answered = new Map<string, number>();
    for (let round = 0; round < killRounds; round++) {
      await writeUntilKilled(storePath, round, answered);
      const sim = await Simulator.start({ storePath });
      await sim.api.idle();
      await expectConsistent(sim, answered);
      await sim.close();
    }
    expect(answered.size).toBeGreaterThan(0);
  }, 60_000);
});

/** Creates servers in a simulator of another process and kills it between two answers. */
async function writeUntilKilled(storePath: string, round: number, answered: Map<string, number>) {
  const script = join(__dirname, "fixtures/writer.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, storePath], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const endpoint = line.toString().trim();
  const wanted = answered.size + 20 + round * 7;
  const order = async (worker: number) => {
    for (let i = 0; ; i++) {
      const name = `r${round}-w${worker}-${i}`;
      const response = await fetch(`${endpoint}/servers`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ ...serverFields, name }),
      });
      answered.set(name, idOf(((await response.json()) as Json).server));
      if (answered.size === wanted) child.kill("SIGKILL");
    }
  };
  // Each worker ends when the kill breaks its connection.
  const results = await Promise.allSettled([0, 1, 2, 3].map(order));
  expect(results.every(({ status }) => status === "rejected")).toBe(true);
  await gone;
}

async function all(sim: Simulator, path: string): Promise<Json[]> {
  const rows: Json[] = [];
  for (let page = 1; page < 100; page++) {
    const { body } = await sim.get(`/${path}?per_page=50&page=${page}`);
    rows.push(...(body[path] as unknown as Json[]));
    if ((at(body, "meta", "pagination", "last_page") as unknown) === page) return rows;
  }
  throw new Error(`${path} has more pages than expected`);
}

async function expectConsistent(sim: Simulator, answered: Map<string, number>) {
  const servers = await all(sim, "servers");
  const ips = await all(sim, "primary_ips");
  const ids = new Map(servers.map((server) => [textOf(server.name), idOf(server)]));
  for (const [name, id] of answered) expect([name, ids.get(name)]).toEqual([name, id]);
  // Each server has both addresses, and every address has a server.
  expect(ips).toHaveLength(servers.length * 2);
  expect(new Set(ips.map((ip) => textOf(ip.ip))).size).toBe(ips.length);
  const known = new Set(servers.map(idOf));
  expect(ips.every((ip) => known.has(Number(ip.assignee_id)))).toBe(true);
  expect(servers.every((server) => textOf(server.status) === "running")).toBe(true);
}
