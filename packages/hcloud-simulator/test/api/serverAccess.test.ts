import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Simulator, textOf } from "./support/simulator";

const actions = (id: number) => `/servers/${id}/actions`;

describe("the root password of a server", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  it("is new in the answer of each reset", async () => {
    const id = await sim.server();
    const passwords = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const body = await sim.done("POST", `${actions(id)}/reset_password`);
      expect(body.action).toMatchObject({
        command: "reset_password",
        status: "running",
        resources: [{ id, type: "server" }],
      });
      passwords.add(textOf(body.root_password));
    }
    expect(passwords.size).toBe(3);
    expect(await sim.lastAction(`/servers/${id}`)).toMatchObject({ status: "success" });
  });

  it("can be reset only while the server runs", async () => {
    const id = await sim.server({ start_after_create: false });
    const refused = await sim.post(`${actions(id)}/reset_password`);
    expect([refused.status, refused.body.error?.code]).toEqual([422, "service_error"]);
    await sim.done("POST", `${actions(id)}/poweron`);
    expect((await sim.post(`${actions(id)}/reset_password`)).status).toBe(201);
  });

  it("is reset by an action that locks the server", async () => {
    await sim.close();
    sim = await Simulator.start({ latency: { commandMs: { reset_password: 60_000 } } });
    const id = await sim.server();
    expect((await sim.post(`${actions(id)}/reset_password`)).status).toBe(201);
    expect(await sim.lastAction(`/servers/${id}`)).toMatchObject({ status: "running" });
    expect((await sim.post(`${actions(id)}/poweroff`)).status).toBe(423);
  });
});

describe("passwords and console tokens", () => {
  it("are neither in the state nor in an action", async () => {
    const folder = mkdtempSync(join(tmpdir(), "state-"));
    try {
      const sim = await Simulator.start({ storePath: join(folder, "state") });
      const made = await sim.done("POST", "/servers", {
        name: "web-1",
        server_type: "cx23",
        image: "debian-12",
      });
      const id = Number(made.server?.id);
      const reset = await sim.done("POST", `${actions(id)}/reset_password`);
      const console = await sim.done("POST", `${actions(id)}/request_console`);
      const secrets = [
        textOf(made.root_password),
        textOf(reset.root_password),
        textOf(console.password),
        new URL(textOf(console.wss_url)).searchParams.get("token") ?? "",
      ];
      const shown = JSON.stringify((await sim.get("/actions")).body);
      await sim.close();
      const kept = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
        .join();
      // Stored values would be found by this search.
      expect(kept).toContain("reset_password");
      for (const secret of secrets) {
        expect(secret.length).toBeGreaterThan(19);
        expect([shown.includes(secret), kept.includes(secret)]).toEqual([false, false]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the console of a server", () => {
  it("has an address with a token, a password, and no real machine behind it", async () => {
    const sim = await Simulator.start();
    const id = await sim.server();
    const body = await sim.done("POST", `${actions(id)}/request_console`);
    expect(body.action).toMatchObject({ command: "request_console", status: "running" });
    const url = new URL(textOf(body.wss_url));
    expect([url.protocol, url.searchParams.get("server_id")]).toEqual(["wss:", id.toString()]);
    expect(url.searchParams.get("token")).toMatch(/^[0-9a-f-]{36}$/);
    expect(url.hostname).toMatch(/\.invalid$/);
    expect(textOf(body.password)).toHaveLength(32);
    expect(await sim.lastAction(`/servers/${id}`)).toMatchObject({ status: "success" });
    await sim.closeWithoutUnhandled();
  });
});
