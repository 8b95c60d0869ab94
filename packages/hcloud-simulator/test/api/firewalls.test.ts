import { actionCommands, idOf, Simulator } from "./support/simulator";

const ssh = {
  direction: "in",
  protocol: "tcp",
  port: "22",
  source_ips: ["0.0.0.0/0", "::/0"],
  description: "SSH",
};
const ping = { direction: "in", protocol: "icmp", source_ips: ["10.0.0.0/8"] };

const driverSsh = {
  direction: "in",
  protocol: "tcp",
  port: "22",
  sourceIps: ["0.0.0.0/0", "::/0"],
  destinationIps: [],
};
const driverPing = {
  direction: "in",
  protocol: "icmp",
  sourceIps: ["10.0.0.0/8"],
  destinationIps: [],
};

describe("firewalls", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.closeWithoutUnhandled());

  const make = async (name: string, rules: object[], fields = {}) =>
    idOf((await sim.done("POST", "/firewalls", { name, rules, ...fields })).firewall);
  const target = (id: number) => ({ type: "server", server: { id } });
  const selector = (text: string) => ({
    type: "label_selector",
    label_selector: { selector: text },
  });

  it("filter a server from its first boot when it was created with them", async () => {
    const id = await make("fw", [ssh]);
    const server = await sim.server({ firewalls: [{ firewall: id }] });
    expect(sim.driver.specs.get(server)?.firewall).toEqual([driverSsh]);
    const { body } = await sim.get(`/firewalls/${id}`);
    expect(body.firewall).toMatchObject({
      name: "fw",
      rules: [{ ...ssh, destination_ips: [] }],
      applied_to: [target(server)],
    });
    const { body: shown } = await sim.get(`/servers/${server}`);
    expect(shown.server?.public_net?.firewalls).toEqual([{ id, status: "applied" }]);
  });

  it("add up on a server, which is unfiltered after the last one was removed", async () => {
    const first = await make("one", [ssh]);
    const second = await make("two", [ping]);
    const server = await sim.server();
    expect(sim.driver.firewalls.get(server)).toBeNull();
    const apply = async (id: number, verb: string, list: string) => {
      const path = `/firewalls/${id}/actions/${verb}`;
      return sim.done("POST", path, { [list]: [target(server)] });
    };
    const { actions } = await apply(first, "apply_to_resources", "apply_to");
    expect(actions).toMatchObject([
      {
        command: "apply_firewall",
        resources: [
          { id: first, type: "firewall" },
          { id: server, type: "server" },
        ],
      },
    ]);
    await apply(second, "apply_to_resources", "apply_to");
    expect(sim.driver.firewalls.get(server)).toEqual([driverSsh, driverPing]);
    await apply(first, "remove_from_resources", "remove_from");
    expect(sim.driver.firewalls.get(server)).toEqual([driverPing]);
    await apply(second, "remove_from_resources", "remove_from");
    expect(sim.driver.firewalls.get(server)).toBeNull();
  });

  it("change the rules of all their servers", async () => {
    const server = await sim.server();
    const id = await make("fw", [ssh], { apply_to: [target(server)] });
    const path = `/firewalls/${id}/actions/set_rules`;
    const { actions } = await sim.done("POST", path, { rules: [ping] });
    expect(actionCommands(actions ?? {})).toEqual(["set_firewall_rules", "apply_firewall"]);
    expect(sim.driver.firewalls.get(server)).toEqual([driverPing]);
    await sim.done("POST", path, { rules: [] });
    expect(sim.driver.firewalls.get(server)).toEqual([]);
  });

  it("follow label selectors when the labels of a server change", async () => {
    const id = await make("fw", [ssh], { apply_to: [selector("role=web")] });
    const server = await sim.server({ labels: { role: "web" } });
    expect(sim.driver.specs.get(server)?.firewall).toEqual([driverSsh]);
    await sim.done("PUT", `/servers/${server}`, { labels: { role: "worker" } });
    expect(sim.driver.firewalls.get(server)).toBeNull();
    expect(await sim.lastAction(`/servers/${server}`)).toMatchObject({
      command: "remove_firewall",
      status: "success",
    });
    await sim.done("PUT", `/servers/${server}`, { labels: { role: "web", x: "y" } });
    expect(sim.driver.firewalls.get(server)).toEqual([driverSsh]);
    expect((await sim.get(`/firewalls/${id}`)).body.firewall?.applied_to).toEqual([
      { ...selector("role=web"), applied_to_resources: [target(server)] },
    ]);
    const answer = await sim.post(`/firewalls/${id}/actions/remove_from_resources`, {
      remove_from: [target(server)],
    });
    expect(answer.body.error?.code).toBe("firewall_managed_by_label_selector");
  });

  it("cannot be applied twice, to no server, or to a server without a public interface", async () => {
    const server = await sim.server();
    const hidden = await sim.server({
      name: "hidden",
      start_after_create: false,
      public_net: { enable_ipv4: false, enable_ipv6: false },
    });
    const id = await make("fw", [ssh], { apply_to: [target(server)] });
    const code = async (targets: object[]) => {
      const path = `/firewalls/${id}/actions/apply_to_resources`;
      return (await sim.post(path, { apply_to: targets })).body.error?.code;
    };
    expect(await code([target(server)])).toBe("firewall_already_applied");
    expect(await code([target(4711)])).toBe("firewall_resource_not_found");
    expect(await code([target(hidden)])).toBe("private_net_only_server");
    expect(await code([{ type: "server" }])).toBe("invalid_input");
    expect(await code([selector("a b")])).toBe("invalid_input");
  });

  it("are deleted only when unused; deleting a server also removes it from them", async () => {
    const server = await sim.server();
    const id = await make("fw", [ssh], { apply_to: [target(server)] });
    expect((await sim.delete(`/firewalls/${id}`)).body.error?.code).toBe("resource_in_use");
    await sim.done("DELETE", `/servers/${server}`);
    expect((await sim.delete(`/firewalls/${id}`)).status).toBe(204);
  });

  it("end an action in error when the driver cannot set the rules", async () => {
    const server = await sim.server();
    sim.driver.failures.set("setFirewall", "nft is not installed");
    await make("fw", [ssh], { apply_to: [target(server)] });
    expect(await sim.lastAction(`/servers/${server}`)).toMatchObject({
      command: "apply_firewall",
      status: "error",
      error: { message: "nft is not installed" },
    });
  });

  it.each([
    ["a port for icmp", { ...ping, port: "1" }, "rules.0.port"],
    ["tcp without a port", { ...ssh, port: undefined }, "rules.0.port"],
    ["a port above 65535", { ...ssh, port: "65536" }, "rules.0.port"],
    ["a range that runs backwards", { ...ssh, port: "20-10" }, "rules.0.port"],
    ["no source", { ...ssh, source_ips: [] }, "rules.0.source_ips"],
    ["an address without a prefix", { ...ssh, source_ips: ["1.2.3.4"] }, "rules.0.source_ips.0"],
    ["host bits", { ...ssh, source_ips: ["10.0.0.1/8"] }, "rules.0.source_ips.0"],
    ["IPv6 host bits", { ...ssh, source_ips: ["fd00::1/64"] }, "rules.0.source_ips.0"],
    ["destinations inwards", { ...ssh, destination_ips: ["::/0"] }, "rules.0.destination_ips"],
    ["an unknown protocol", { ...ssh, protocol: "sctp" }, "rules.0.protocol"],
  ])("refuse a rule with %s", async (_what, rule, field) => {
    const answer = await sim.post("/firewalls", { name: "fw", rules: [rule] });
    expect(answer.status).toBe(422);
    expect(answer.body.error?.details?.fields?.[0]?.name).toBe(field);
    expect((await sim.get("/firewalls")).body.firewalls).toEqual([]);
  });
});
