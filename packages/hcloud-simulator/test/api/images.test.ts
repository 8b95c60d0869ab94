import { idOf, serverFields, Simulator } from "./support/simulator";

describe("images", () => {
  let sim: Simulator;
  let server: number;

  beforeEach(async () => {
    sim = await Simulator.start();
    server = await sim.server();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const snapshot = async (body: object = {}) =>
    (await sim.done("POST", `/servers/${server}/actions/create_image`, body)).image;
  const image = async (id: number) => (await sim.get(`/images/${id}`)).body.image;

  it("are created from a server, and available when the action has ended", async () => {
    const made = await snapshot({ description: "before", labels: { a: "b" } });
    expect(made).toMatchObject({ status: "creating", image_size: null, type: "snapshot" });
    expect(made).not.toHaveProperty("system_image");
    expect(await image(idOf(made))).toMatchObject({
      status: "available",
      image_size: 2.3,
      disk_size: 40,
      created_from: { id: server, name: "web-1" },
      bound_to: null,
      os_flavor: "debian",
      architecture: "x86",
      labels: { a: "b" },
    });
    const { body } = await sim.get("/images?type=snapshot&label_selector=a");
    expect(body.images).toHaveLength(1);
  });

  it("are removed when their creation fails", async () => {
    await sim.fault({ kind: "action", command: "create_image", code: "action_failed" });
    const made = await snapshot();
    expect((await sim.get(`/images/${idOf(made)}`)).status).toBe(404);
  });

  it("create servers whose host boots the system image below", async () => {
    const id = idOf(await snapshot());
    const copy = await sim.server({ name: "copy", image: id });
    expect(sim.driver.specs.get(copy)?.image).toBe("debian-12");
    const again = idOf((await sim.done("POST", `/servers/${copy}/actions/create_image`)).image);
    await sim.done("POST", `/servers/${server}/actions/rebuild`, { image: again });
    expect(sim.driver.specs.get(server)?.image).toBe("debian-12");
  });

  it("stay visible in servers that use them after their deletion, but cannot be used again", async () => {
    const id = idOf(await snapshot());
    const copy = await sim.server({ name: "copy", image: id });
    await sim.done("DELETE", `/images/${id}`);
    expect((await sim.get(`/images/${id}`)).status).toBe(404);
    expect((await sim.get(`/servers/${copy}`)).body.server?.image).toMatchObject({
      id,
      deleted: expect.any(String) as string,
    });
    const order = await sim.post("/servers", { ...serverFields, name: "late", image: id });
    expect(order.status).toBe(404);
  });

  it("do not fit on a smaller disk", async () => {
    const big = await sim.server({ name: "big", server_type: "cx33" });
    const { image: made } = await sim.done("POST", `/servers/${big}/actions/create_image`);
    const order = { ...serverFields, name: "small", image: idOf(made) };
    const answer = await sim.post("/servers", order);
    expect(answer.body.error?.message).toContain("disk of the server type is too small");
  });

  it("are backups when these are enabled, and are deleted with their server", async () => {
    const backup = () => sim.post(`/servers/${server}/actions/create_image`, { type: "backup" });
    expect((await backup()).body.error?.code).toBe("service_error");
    await sim.done("POST", `/servers/${server}/actions/enable_backup`);
    expect((await sim.get(`/servers/${server}`)).body.server?.backup_window).toBe("22-02");
    const { body } = await backup();
    await sim.api.idle();
    const kept = idOf(
      (await sim.done("POST", `/servers/${server}/actions/create_image`, { type: "backup" })).image,
    );
    expect((await sim.put(`/images/${kept}`, { type: "snapshot" })).body.image).toMatchObject({
      type: "snapshot",
      bound_to: null,
    });
    await sim.done("DELETE", `/servers/${server}`);
    expect((await sim.get(`/images/${idOf(body.image)}`)).status).toBe(404);
    expect((await sim.get(`/images/${kept}`)).status).toBe(200);
  });

  it("can be protected, described and labelled, except system images", async () => {
    const id = idOf(await snapshot());
    await sim.done("POST", `/images/${id}/actions/change_protection`, { delete: true });
    expect((await sim.delete(`/images/${id}`)).body.error?.code).toBe("protected");
    expect((await sim.put(`/images/${id}`, { description: "new" })).body.image).toMatchObject({
      description: "new",
    });
    expect((await sim.get(`/images/${id}/actions`)).body.actions).toHaveLength(2);
    const system = 114690387;
    expect((await sim.put(`/images/${system}`, { description: "mine" })).status).toBe(422);
    expect((await sim.delete(`/images/${system}`)).status).toBe(422);
  });
});

describe("metrics", () => {
  it("are series without values", async () => {
    const sim = await Simulator.start();
    const id = await sim.server();
    const span = "start=2026-11-01T00:00:00Z&end=2026-11-01T01:00:00Z";
    expect((await sim.get(`/servers/${id}/metrics?type=cpu&type=network&${span}`)).body).toEqual({
      metrics: {
        start: "2026-11-01T00:00:00Z",
        end: "2026-11-01T01:00:00Z",
        step: 18,
        time_series: {
          cpu: { values: [] },
          "network.0.pps.in": { values: [] },
          "network.0.pps.out": { values: [] },
          "network.0.bandwidth.in": { values: [] },
          "network.0.bandwidth.out": { values: [] },
        },
      },
    });
    for (const query of ["", `type=cpu`, `type=x&${span}`, `type=cpu&start=1&end=2`])
      expect((await sim.get(`/servers/${id}/metrics?${query}`)).status).toBe(422);
    await sim.close();
  });
});

describe("what is not simulated", () => {
  it.each([
    ["GET", "/volumes"],
    ["POST", "/load_balancers/1/actions/add_target"],
    ["GET", "/load_balancers/1/metrics"],
    ["PUT", "/certificates/1"],
    ["POST", "/storage_boxes"],
  ])("answers %s %s with 'not simulated' and records it", async (method, path) => {
    const sim = await Simulator.start();
    const { status, body } = await sim.request(method, path);
    expect([status, body.error?.code]).toEqual([422, "unsupported_error"]);
    expect(body.error?.message).toMatch(/^not simulated: .*; see docs\/simulator.md$/);
    expect(sim.api.unhandled).toEqual([`${method} /v1${path}`]);
    await sim.close();
  });
});
