import { actionCommands, idOf, serverFields, Simulator } from "./support/simulator";

describe("placement groups", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const group = async (name = "group"): Promise<number> => {
    const { body } = await sim.post("/placement_groups", { name, type: "spread" });
    return idOf(body.placement_group);
  };
  const error = async (answer: Promise<Awaited<ReturnType<Simulator["post"]>>>) => {
    const { status, body } = await answer;
    return [status, body.error?.code];
  };

  it("are created without an action, renamed, found by name, and deleted", async () => {
    const made = await sim.post("/placement_groups", { name: "a", type: "spread" });
    expect(made).toMatchObject({
      status: 201,
      body: { action: null, placement_group: { name: "a", type: "spread", servers: [] } },
    });
    const path = `/placement_groups/${idOf(made.body.placement_group)}`;
    await sim.put(path, { name: "b", labels: { c: "d" } });
    expect((await sim.get("/placement_groups?name=b&type=spread")).body.placement_groups).toEqual([
      expect.objectContaining({ name: "b", labels: { c: "d" } }),
    ]);
    expect((await sim.delete(path)).status).toBe(204);
    expect((await sim.get(path)).status).toBe(404);
  });

  it.each([
    ["no type", { name: "a" }],
    ["another type", { name: "a", type: "pack" }],
    ["no name", { type: "spread" }],
  ])("refuse %s", async (_what, body) => {
    expect(await error(sim.post("/placement_groups", body))).toEqual([422, "invalid_input"]);
  });

  it("have unique names", async () => {
    await group();
    const again = sim.post("/placement_groups", { name: "group", type: "spread" });
    expect(await error(again)).toEqual([409, "uniqueness_error"]);
  });

  it("are limited to fifty", async () => {
    for (let i = 0; i < 50; i++) await group(`g${i}`);
    const more = sim.post("/placement_groups", { name: "more", type: "spread" });
    expect(await error(more)).toEqual([403, "resource_limit_exceeded"]);
  });

  it("hold ten servers, and are not deleted while they hold one", async () => {
    const id = await group();
    for (let i = 0; i < 10; i++) await sim.server({ name: `s${i}`, placement_group: id });
    const eleventh = sim.post("/servers", { ...serverFields, placement_group: id });
    expect(await error(eleventh)).toEqual([422, "placement_error"]);
    const { body } = await sim.get(`/placement_groups/${id}`);
    expect(body.placement_group?.servers).toHaveLength(10);
    expect(await error(sim.delete(`/placement_groups/${id}`))).toEqual([422, "resource_in_use"]);
  });

  it("add a server only while it is off, and also remove a running one", async () => {
    const id = await group();
    const server = `/servers/${await sim.server()}`;
    const add = () => sim.post(`${server}/actions/add_to_placement_group`, { placement_group: id });
    expect(await error(add())).toEqual([422, "server_not_stopped"]);
    await sim.done("POST", `${server}/actions/poweroff`);
    expect((await add()).status).toBe(201);
    await sim.api.idle();
    expect((await sim.get(server)).body.server?.placement_group).toMatchObject({ id });
    await sim.done("POST", `${server}/actions/poweron`);
    await sim.done("POST", `${server}/actions/remove_from_placement_group`);
    expect((await sim.get(server)).body.server?.placement_group).toBeNull();
    const { body } = await sim.get(`${server}/actions?sort=id:desc`);
    expect(actionCommands(body.actions ?? {})[0]).toBe("remove_from_placement_group");
  });
});
