import { actionCommands, at, idOf, serverFields, Simulator, textOf } from "./support/simulator";

describe("actions", () => {
  let sim: Simulator;

  afterEach(() => sim.close());

  it("show progress while they run, for as long as the latency says", async () => {
    sim = await Simulator.start({ latency: { commandMs: { create_server: 400 } } });
    const { body } = await sim.post("/servers", serverFields);
    const path = `/actions/${idOf(body.action)}`;
    expect(body.action).toMatchObject({ status: "running", finished: null });
    const seen: number[] = [];
    for (let i = 0; i < 1000; i++) {
      const { action } = (await sim.get(path)).body;
      seen.push(Number(action?.progress));
      if (textOf(action?.status) === "success") break;
    }
    expect(seen.at(-1)).toBe(100);
    expect(seen.some((progress) => progress > 0 && progress < 100)).toBe(true);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const { action } = (await sim.get(path)).body;
    const took = Date.parse(textOf(action?.finished)) - Date.parse(textOf(action?.started));
    expect(took).toBeGreaterThanOrEqual(395);
    await sim.api.idle();
  });

  it("end in error with the driver's message, and leave earlier actions unchanged", async () => {
    sim = await Simulator.start();
    sim.driver.failures.set("delete", "device is busy");
    const server = await sim.server();
    const { body } = await sim.get(`/servers/${server}/actions?sort=id`);
    expect(body.actions).toMatchObject([
      { command: "create_server", status: "success", error: null },
      {
        command: "start_server",
        status: "error",
        progress: 100,
        error: { code: "action_failed", message: "device is busy" },
      },
    ]);
  });

  it("are listed for all resources, for one type and for one resource", async () => {
    sim = await Simulator.start();
    const server = await sim.server();
    const other = await sim.server({ name: "other" });
    await sim.done("POST", "/networks", { name: "n", ip_range: "10.0.0.0/16" });
    const commands = async (path: string) =>
      actionCommands(at((await sim.get(path)).body, "actions"));
    const both = ["create_server", "start_server"];
    expect(await commands("/actions")).toEqual([...both, ...both]);
    expect(await commands("/servers/actions?command=x&status=success")).toEqual([...both, ...both]);
    expect(await commands(`/servers/${server}/actions`)).toEqual(both);
    expect(await commands("/networks/actions")).toEqual([]);
    const { body } = await sim.get(`/servers/${server}/actions?sort=id:desc`);
    const id = idOf(at(body, "actions", 0));
    for (const path of [
      `/actions/${id}`,
      `/servers/actions/${id}`,
      `/servers/${server}/actions/${id}`,
    ])
      expect((await sim.get(path)).body.action).toMatchObject({ id, command: "start_server" });
    expect((await sim.get(`/servers/${other}/actions/${id}`)).status).toBe(404);
    expect((await sim.get(`/networks/actions/${id}`)).status).toBe(404);
    expect((await sim.get("/servers/4711/actions")).status).toBe(404);
  });

  it("answer not_found when a requested id does not exist", async () => {
    sim = await Simulator.start();
    await sim.server();
    const answer = await sim.get("/actions?id=1001&id=4711");
    expect(answer.status).toBe(404);
    expect(answer.body.error?.message).toBe("action with ID '4711' not found");
  });

  it("run overlapping driver calls for one host in order", async () => {
    sim = await Simulator.start();
    const server = await sim.server();
    let open: () => void = () => undefined;
    sim.driver.gate = new Promise((resolve) => (open = resolve));
    const before = sim.driver.calls.length;
    const target = [{ type: "server", server: { id: server } }];
    await sim.post("/firewalls", { name: "fw", rules: [], apply_to: target });
    const { body } = await sim.get("/firewalls");
    const path = `/firewalls/${idOf(at(body, "firewalls", 0))}/actions/set_rules`;
    const rules = [{ direction: "in", protocol: "icmp", source_ips: ["::/0"] }];
    await sim.post(path, { rules });
    // The second call waits for the first, which has not ended.
    expect(sim.driver.calls.length).toBe(before + 1);
    open();
    await sim.api.idle();
    expect(sim.driver.calls.slice(before).map(([name]) => name)).toEqual([
      "setFirewall",
      "setFirewall",
    ]);
    expect(sim.driver.firewalls.get(server)).toHaveLength(1);
  });
});
