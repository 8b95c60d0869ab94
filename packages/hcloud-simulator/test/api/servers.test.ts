import { at, idOf, serverFields, Simulator } from "./support/simulator";

const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwyOyRMcxqP2JOcYl5LhVYTgZYZMVCIhjXAxQUUWEkc someone";

describe("servers", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const status = async (id: number) => (await sim.get(`/servers/${id}`)).body.server?.status;

  it("are initializing at first, and run when their actions have ended", async () => {
    const { status: code, body } = await sim.post("/servers", serverFields);
    expect(code).toBe(201);
    expect(body.server).toMatchObject({
      name: "web-1",
      status: "initializing",
      locked: true,
      location: { name: "fsn1", network_zone: "eu-central" },
      server_type: { name: "cx23", cores: 2 },
      image: { name: "debian-12", architecture: "x86" },
      primary_disk_size: 40,
    });
    expect(body.server).not.toHaveProperty("datacenter");
    expect(body.action).toMatchObject({ command: "create_server", status: "running" });
    expect(body.next_actions).toMatchObject([{ command: "start_server", status: "running" }]);
    expect(body.root_password).toEqual(expect.any(String));
    await sim.api.idle();
    const { body: after } = await sim.get(`/servers/${idOf(body.server)}`);
    expect(after.server).toMatchObject({ status: "running", locked: false });
    const ids = `id=${idOf(body.action)}&id=${idOf(at(body, "next_actions", 0))}`;
    const { body: list } = await sim.get(`/actions?${ids}&page=1&sort=status&sort=id`);
    expect(list.actions).toMatchObject([
      { command: "create_server", status: "success", progress: 100, error: null },
      { command: "start_server", status: "success", progress: 100, error: null },
    ]);
  });

  it("get IPv4 addresses in ascending order, and a /64 each", async () => {
    const nets = [];
    for (const name of ["a", "b"]) {
      const id = await sim.server({ name });
      nets.push((await sim.get(`/servers/${id}`)).body.server?.public_net);
    }
    expect(nets).toMatchObject([
      {
        ipv4: { ip: "198.18.24.16", dns_ptr: "static.16.24.18.198.clients.your-server.de" },
        ipv6: { ip: "fd5a:6a68:3:10::/64", dns_ptr: [] },
      },
      { ipv4: { ip: "198.18.24.17" }, ipv6: { ip: "fd5a:6a68:3:11::/64" } },
    ]);
  });

  it("do not get an address that was just released", async () => {
    const first = await sim.server({ name: "a" });
    await sim.done("DELETE", `/servers/${first}`);
    const second = await sim.server({ name: "b" });
    const { body } = await sim.get(`/servers/${second}`);
    expect(body.server?.public_net?.ipv4?.ip).toBe("198.18.24.17");
  });

  it("give the driver everything that the host needs", async () => {
    const key = await sim.done("POST", "/ssh_keys", { name: "k", public_key: publicKey });
    const net = await sim.done("POST", "/networks", {
      name: "n",
      ip_range: "10.0.0.0/16",
      subnets: [{ type: "cloud", ip_range: "10.0.1.0/24", network_zone: "eu-central" }],
    });
    const id = await sim.server({
      ssh_keys: [idOf(key.ssh_key)],
      user_data: "#cloud-config\n",
      networks: [idOf(net.network)],
    });
    expect(sim.driver.specs.get(id)).toEqual({
      id,
      name: "web-1",
      image: "debian-12",
      userData: "#cloud-config\n",
      sshKeys: [publicKey],
      publicIpv4: "198.18.24.16",
      publicIpv6: "fd5a:6a68:3:10::1",
      networks: [
        {
          networkId: idOf(net.network),
          networkCidr: "10.0.0.0/16",
          ip: "10.0.1.1",
          gateway: "10.0.0.1",
          mac: "86:00:00:10:00:00",
        },
      ],
      firewall: null,
    });
  });

  it("have no root password when created with an SSH key", async () => {
    await sim.done("POST", "/ssh_keys", { name: "k", public_key: publicKey });
    const { body } = await sim.post("/servers", { ...serverFields, ssh_keys: ["k"] });
    expect(body.root_password).toBeNull();
  });

  it("end their start in error when the driver cannot create the host, and can be started again", async () => {
    sim.driver.failures.set("create", "no space left on device");
    const id = await sim.server();
    expect(await sim.lastAction(`/servers/${id}`)).toMatchObject({
      command: "start_server",
      status: "error",
      error: { code: "action_failed", message: "no space left on device" },
    });
    expect(await status(id)).toBe("off");
    sim.driver.failures.clear();
    await sim.done("POST", `/servers/${id}/actions/poweron`);
    expect(await status(id)).toBe("running");
    expect(sim.driver.callsOf(id)).toEqual(["delete", "create", "delete", "create"]);
  });

  it("stay off with start_after_create false, and get their host at the first start", async () => {
    const id = await sim.server({ start_after_create: false });
    expect(await status(id)).toBe("off");
    expect(sim.driver.callsOf(id)).toEqual([]);
    await sim.done("POST", `/servers/${id}/actions/poweron`);
    expect(sim.driver.callsOf(id)).toEqual(["delete", "create"]);
  });

  it.each([
    ["poweroff", "stop_server", "off", ["powerOff"]],
    ["shutdown", "shutdown_server", "off", ["shutdown"]],
    ["reboot", "reboot_server", "running", ["reboot"]],
    ["reset", "reset_server", "running", ["powerOff", "powerOn"]],
    ["poweron", "start_server", "running", ["powerOn"]],
  ])("answer %s", async (name, command, after, calls) => {
    const id = await sim.server();
    const before = sim.driver.callsOf(id).length;
    const { action } = await sim.done("POST", `/servers/${id}/actions/${name}`);
    expect(action).toMatchObject({
      command,
      status: "running",
      resources: [{ id, type: "server" }],
    });
    expect(sim.driver.callsOf(id).slice(before)).toEqual(calls);
    expect(await status(id)).toBe(after);
  });

  it("show when a host powers off or starts by itself", async () => {
    const id = await sim.server();
    sim.driver.changeState(id, false);
    expect(await status(id)).toBe("off");
    sim.driver.changeState(id, true);
    expect(await status(id)).toBe("running");
  });

  it("are locked while an action runs", async () => {
    let open: () => void = () => undefined;
    sim.driver.gate = new Promise((resolve) => (open = resolve));
    const { body } = await sim.post("/servers", serverFields);
    const id = idOf(body.server);
    const answer = await sim.post(`/servers/${id}/actions/poweroff`);
    expect(answer).toMatchObject({ status: 423, body: { error: { code: "locked" } } });
    expect((await sim.delete(`/servers/${id}`)).status).toBe(423);
    const ip = "198.18.24.16";
    for (const [name, fields] of [
      ["change_dns_ptr", { ip, dns_ptr: "a.test" }],
      ["change_protection", { delete: true, rebuild: true }],
    ] as const)
      expect([name, (await sim.post(`/servers/${id}/actions/${name}`, fields)).status]).toEqual([
        name,
        423,
      ]);
    open();
    await sim.api.idle();
    expect((await sim.delete(`/servers/${id}`)).status).toBe(200);
  });

  it("are deleted with their auto_delete addresses, and their action stays", async () => {
    const id = await sim.server();
    const { action } = await sim.done("DELETE", `/servers/${id}`);
    expect(action).toMatchObject({ command: "delete_server", status: "running" });
    expect((await sim.get(`/servers/${id}`)).status).toBe(404);
    expect((await sim.delete(`/servers/${id}`)).status).toBe(404);
    expect((await sim.get("/primary_ips")).body.primary_ips).toEqual([]);
    expect((await sim.get(`/actions/${idOf(action)}`)).body.action?.status).toBe("success");
    expect(sim.driver.callsOf(id)).toEqual(["delete", "create", "delete"]);
  });

  it("stay when the driver cannot delete the host", async () => {
    const id = await sim.server();
    sim.driver.failures.set("delete", "device is busy");
    await sim.done("DELETE", `/servers/${id}`);
    expect(await status(id)).toBe("running");
    expect((await sim.lastAction(`/servers/${id}`)).error).toMatchObject({
      message: "device is busy",
    });
  });

  it("can be renamed and labelled, but not to a name that is in use", async () => {
    const id = await sim.server();
    await sim.server({ name: "web-2" });
    const body = { name: "web-9", labels: { role: "web" } };
    expect((await sim.put(`/servers/${id}`, body)).body.server).toMatchObject(body);
    expect(await sim.put(`/servers/${id}`, { name: "web-2" })).toEqual({
      status: 409,
      body: {
        error: {
          code: "uniqueness_error",
          message: "server name is already used",
          details: { fields: [{ name: "name" }] },
        },
      },
    });
    expect((await sim.get("/servers?label_selector=role=web")).body.servers).toHaveLength(1);
    expect((await sim.get("/servers?status=off")).body.servers).toEqual([]);
  });

  it.each([
    ["a name that is not a host name", { name: "web_1" }, 422, "invalid_input"],
    ["an unknown type", { server_type: "cx21" }, 404, "not_found"],
    ["a type that is retired at the place", { server_type: "cpx31" }, 422, "invalid_input"],
    ["a type that is retired everywhere", { server_type: "cx22" }, 422, "invalid_input"],
    ["a type not sold at the place", { location: "ash" }, 422, "invalid_input"],
    ["an unknown place", { location: "moon1" }, 404, "not_found"],
    ["an unknown image", { image: "debian-10" }, 404, "not_found"],
    ["an image of another architecture", { image: 114690389 }, 422, "invalid_input"],
    ["an unknown key", { ssh_keys: [7] }, 404, "not_found"],
    ["an unknown network", { networks: [7] }, 404, "not_found"],
    ["an unknown firewall", { firewalls: [{ firewall: 7 }] }, 404, "not_found"],
    ["an unknown group", { placement_group: 7 }, 404, "not_found"],
    ["too much user data", { user_data: "x".repeat(32769) }, 422, "invalid_input"],
    ["a reserved label", { labels: { "hetzner.cloud/x": "1" } }, 422, "invalid_input"],
    [
      "no way to reach it",
      { public_net: { enable_ipv4: false, enable_ipv6: false } },
      422,
      "invalid_input",
    ],
  ])("refuse %s and create nothing", async (_what, fields, code, error) => {
    const answer = await sim.post("/servers", { ...serverFields, ...fields });
    expect(answer).toMatchObject({ status: code, body: { error: { code: error } } });
    expect((await sim.get("/servers")).body.servers).toEqual([]);
    expect((await sim.get("/primary_ips")).body.primary_ips).toEqual([]);
  });

  it("can be cpx31 overseas, and arm types with the arm image of the same name", async () => {
    await sim.server({ name: "a", server_type: "cpx31", location: "ash" });
    const id = await sim.server({ name: "b", server_type: "cax11" });
    const { body } = await sim.get(`/servers/${id}`);
    expect(body.server?.image).toMatchObject({ name: "debian-12", architecture: "arm" });
  });

  it("change their type only when off, can keep the disk, and start again", async () => {
    const id = await sim.server();
    const change = { server_type: "cx33", upgrade_disk: false };
    const path = `/servers/${id}/actions/change_type`;
    expect((await sim.post(path, change)).body.error?.code).toBe("server_not_stopped");
    await sim.done("POST", `/servers/${id}/actions/poweroff`);
    await sim.done("POST", path, change);
    const { body } = await sim.get(`/servers/${id}`);
    expect(body.server).toMatchObject({
      status: "running",
      server_type: { name: "cx33" },
      primary_disk_size: 40,
    });
    await sim.done("POST", `/servers/${id}/actions/poweroff`);
    for (const wrong of ["cx33", "cax21", "cx32", "cpx31"]) {
      const answer = await sim.post(path, { server_type: wrong, upgrade_disk: true });
      expect(answer.body.error?.code).toBe("invalid_server_type");
    }
  });

  it("are recreated by a rebuild, with the same addresses", async () => {
    const id = await sim.server();
    const spec = sim.driver.specs.get(id);
    await sim.done("POST", `/servers/${id}/actions/rebuild`, { image: "debian-13" });
    expect(sim.driver.specs.get(id)).toEqual({ ...spec, image: "debian-13" });
    expect(await status(id)).toBe("running");
  });

  it("cannot be deleted or rebuilt while protected", async () => {
    const id = await sim.server();
    const path = `/servers/${id}/actions/change_protection`;
    expect((await sim.post(path, { delete: true })).status).toBe(422);
    await sim.done("POST", path, { delete: true, rebuild: true });
    expect((await sim.delete(`/servers/${id}`)).body.error?.code).toBe("protected");
    const rebuild = await sim.post(`/servers/${id}/actions/rebuild`, { image: "debian-12" });
    expect(rebuild.status).toBe(423);
    await sim.done("POST", path, { delete: false, rebuild: false });
    expect((await sim.delete(`/servers/${id}`)).status).toBe(200);
  });
});
