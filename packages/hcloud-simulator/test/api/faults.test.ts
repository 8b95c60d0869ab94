import { ServiceCallError } from "../../src/admin";
import { adminPath } from "../../src/adminPath";
import { hostFaultOperations } from "../../src/driver";
import { RecordingDriver } from "./support/recordingDriver";
import { at, idOf, serverFields, Simulator, token } from "./support/simulator";

describe("faults on demand", () => {
  let sim: Simulator;
  const stopped: string[] = [];
  const service = (name: string) => ({
    stop: () => Promise.resolve(void stopped.push(name)),
    start: () => Promise.resolve(void stopped.splice(stopped.indexOf(name), 1)),
  });

  beforeEach(async () => {
    const call = (verb: string, body: unknown): Promise<unknown> => {
      if (verb === "refuse") throw new ServiceCallError("allowed: nothing");
      return Promise.resolve(verb === "echo" ? { echo: body } : undefined);
    };
    const dns = { ...service("dns"), call };
    sim = await Simulator.start({ services: { apt: service("apt"), dns } });
  });
  afterEach(() => sim.close());

  it("fail only the next requests of the route", async () => {
    await sim.fault({
      kind: "fail",
      route: "POST /servers",
      code: "resource_unavailable",
      times: 2,
    });
    for (let i = 0; i < 2; i++)
      expect(await sim.post("/servers", serverFields)).toMatchObject({
        status: 412,
        body: { error: { code: "resource_unavailable", message: "fault on demand" } },
      });
    expect((await sim.get("/servers")).body.servers).toEqual([]);
    expect((await sim.post("/servers", serverFields)).status).toBe(201);
  });

  it("have the details that clients read without a check", async () => {
    await sim.fault({ kind: "fail", route: "*", code: "invalid_input", times: 1 });
    const { body } = await sim.get("/servers");
    expect(body.error?.details?.fields?.[0]?.messages).toEqual(["on demand"]);
  });

  it("make a type sold out in one location, also in the catalogue", async () => {
    await sim.fault({ kind: "soldOut", serverType: "cx23", location: "fsn1" });
    expect((await sim.post("/servers", serverFields)).body.error).toMatchObject({
      code: "resource_unavailable",
      message: "error during placement",
    });
    const { body } = await sim.get("/server_types?name=cx23");
    expect(at(body, "server_types", 0, "locations")).toMatchObject([
      { name: "fsn1", available: false },
      { name: "nbg1", available: true },
      { name: "hel1", available: true },
    ]);
    expect((await sim.post("/servers", { ...serverFields, location: "hel1" })).status).toBe(201);
    await sim.admin("DELETE", "/faults");
    expect((await sim.post("/servers", { ...serverFields, name: "b" })).status).toBe(201);
  });

  it("end actions in error, which undoes their change", async () => {
    await sim.fault({ kind: "action", command: "start_server", code: "timeout", times: 1 });
    const id = await sim.server();
    expect(await sim.lastAction(`/servers/${id}`)).toMatchObject({
      status: "error",
      error: { code: "timeout", message: "fault on demand" },
    });
    expect((await sim.get(`/servers/${id}`)).body.server?.status).toBe("off");
    expect(sim.driver.callsOf(id)).toEqual([]);
  });

  it("break connections before or after the request is processed", async () => {
    await sim.fault({ kind: "drop", route: "POST /servers", when: "before", times: 1 });
    await expect(sim.post("/servers", serverFields)).rejects.toThrow("fetch failed");
    expect((await sim.get("/servers")).body.servers).toHaveLength(0);
    await sim.fault({ kind: "drop", route: "POST /servers", when: "after", times: 1 });
    await expect(sim.post("/servers", serverFields)).rejects.toThrow("fetch failed");
    expect((await sim.get("/servers")).body.servers).toHaveLength(1);
  });

  it("delay requests", async () => {
    await sim.fault({ kind: "slow", route: "GET /locations", ms: 80, times: 1 });
    const before = Date.now();
    await sim.get("/locations");
    expect(Date.now() - before).toBeGreaterThanOrEqual(75);
  });

  it("are passed to the driver, and answered when there is no host", async () => {
    const id = await sim.server();
    for (const fault of hostFaultOperations)
      expect((await sim.admin("POST", `/hosts/${id}/${fault}`)).status).toBe(204);
    const faults = sim.driver.calls.filter(([name]) => name === "runFaultOperation");
    expect(faults.map((call) => call[2])).toEqual(hostFaultOperations);
    expect((await sim.admin("POST", `/hosts/${id}/melt`)).body.error?.message).toBe(
      "invalid input in field 'fault': 'melt' is not a host fault; allowed: kill, freeze, thaw, cut, mend, fill, free, expire, renew, no-address, large-packets, address, refuse-sound, allow-sound, hang-reboot, end-hang",
    );
    expect((await sim.admin("POST", "/hosts/1/kill")).status).toBe(404);
    const off = await sim.server({ name: "off", start_after_create: false });
    expect((await sim.admin("POST", `/hosts/${off}/kill`)).status).toBe(422);
  });

  it("stop services and start them again", async () => {
    expect((await sim.admin("POST", "/services/apt/stop")).status).toBe(204);
    expect(stopped).toEqual(["apt"]);
    await sim.admin("POST", "/services/apt/start");
    expect(stopped).toEqual([]);
    expect((await sim.admin("POST", "/services/web/stop")).body.error?.message).toBe(
      "invalid input in field 'service': 'web' is not a service; services: apt, dns",
    );
  });

  it("pass other verbs to services that know them", async () => {
    const called = await sim.admin("POST", "/services/dns/echo", { text: "a" });
    expect(called).toMatchObject({ status: 200, body: { echo: { text: "a" } } });
    expect((await sim.admin("POST", "/services/dns/refuse")).body.error?.message).toBe(
      "invalid input in field 'refuse': allowed: nothing",
    );
    for (const name of ["dns", "apt"]) {
      expect((await sim.admin("POST", `/services/${name}/melt`)).body.error?.message).toBe(
        "invalid input in field 'verb': 'melt' is not allowed; allowed: stop, start",
      );
    }
  });

  it("are listed and cleared one by one", async () => {
    await sim.fault({ kind: "fail", route: "POST /servers", code: "conflict" });
    const second = await sim.fault({ kind: "slow", route: "*", ms: 1 });
    expect(sim.api.status().faults).toHaveLength(2);
    expect((await sim.admin("DELETE", `/faults/${second}`)).status).toBe(204);
    expect((await sim.admin("DELETE", `/faults/${second}`)).status).toBe(404);
    expect((await sim.admin("GET", "/faults")).body.faults).toMatchObject([{ kind: "fail" }]);
  });

  it.each([
    [{ kind: "melt" }, "kind"],
    [{ kind: "fail", route: "POST /x", code: "conflict" }, "route"],
    [{ kind: "fail", route: "*", code: "nonsense" }, "code"],
    [{ kind: "fail", route: "*", code: "conflict", times: 0 }, "times"],
    [{ kind: "action", command: "dance", code: "x" }, "command"],
    [{ kind: "soldOut", serverType: "cx23", location: "ash" }, "serverType"],
    [{ kind: "slow", route: "*" }, "ms"],
  ])("are refused when invalid: %j", async (spec, field) => {
    const { status, body } = await sim.admin("POST", "/faults", spec);
    expect([status, body.error?.details?.fields?.[0]?.name]).toEqual([422, field]);
  });

  it("require the API's token", async () => {
    const url = sim.endpoint.replace("/v1", `${adminPath}/faults`);
    expect((await fetch(url)).status).toBe(401);
    const headers = { authorization: `Bearer ${"x".repeat(64)}` };
    expect((await fetch(url, { method: "DELETE", headers })).status).toBe(401);
  });
});

describe("hosts of a driver without faults", () => {
  it("answer that host faults are not possible", async () => {
    const driver = new RecordingDriver();
    Object.assign(driver, { runFaultOperation: undefined });
    const sim = await Simulator.start({ driver });
    const id = await sim.server();
    expect((await sim.admin("POST", `/hosts/${id}/kill`)).body.error?.code).toBe(
      "unsupported_error",
    );
    await sim.close();
  });
});

describe("time and limits", () => {
  it("allows as many requests as the limit, reports the rest in headers, and refuses more", async () => {
    const sim = await Simulator.start({ callsPerHour: 3 });
    const headers = { authorization: `Bearer ${token}` };
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await fetch(`${sim.endpoint}/locations`, { headers }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map((answer) => answer.headers.get("ratelimit-remaining"))).toEqual(
      ["2", "1", "0", "0"], // one header per answer
    );
    expect(answers[0]?.headers.get("ratelimit-limit")).toBe("3");
    const reset = Number(answers[3]?.headers.get("ratelimit-reset")) - Date.now() / 1000;
    expect(reset).toBeGreaterThan(3500);
    expect(reset).toBeLessThanOrEqual(3601);
    expect(await answers[3]?.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
    // Requests are counted in any case. The limit can be removed while the simulator runs.
    expect(sim.api.status().calls).toEqual({ "GET /locations": 4 });
    await sim.admin("PUT", "/settings", { callsPerHour: null });
    expect((await sim.get("/locations")).status).toBe(200);
    await sim.close();
  });

  it("allows 3600 requests an hour by default", async () => {
    const sim = await Simulator.start({ callsPerHour: undefined });
    expect(sim.api.status().settings.callsPerHour).toBe(3600);
    await sim.close();
  });

  it("runs actions for the time of a preset, with progress and a lock", async () => {
    const sim = await Simulator.start();
    const answer = await sim.admin("PUT", "/settings", { latency: "hetzner" });
    expect(answer.body.settings?.latency?.commandMs?.create_server).toBe(4700);
    expect((await sim.admin("PUT", "/settings", { latency: "slow" })).status).toBe(422);
    const { body } = await sim.post("/servers", serverFields);
    const id = idOf(body.server);
    expect(body.action).toMatchObject({ status: "running", progress: 0 });
    expect((await sim.post(`/servers/${id}/actions/poweroff`)).status).toBe(423);
    const { body: later } = await sim.get(`/actions/${idOf(body.action)}`);
    expect(Number(later.action?.progress)).toBeGreaterThan(0);
    await sim.close();
  });

  it("answers conflict to two changes of a network at the same time", async () => {
    const sim = await Simulator.start({ latency: { actionMs: 60_000 } });
    const { body } = await sim.post("/networks", { name: "n", ip_range: "10.0.0.0/16" });
    const subnet = { type: "cloud", network_zone: "eu-central" };
    const add = () => sim.post(`/networks/${idOf(body.network)}/actions/add_subnet`, subnet);
    expect((await add()).status).toBe(201);
    expect((await add()).body.error?.code).toBe("conflict");
    await sim.close();
  });
});
