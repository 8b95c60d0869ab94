import { HcloudApi } from "../../lib/hcloud/hcloudApi";
import { labels } from "../../lib/plan/labels";
import { listObjects, type CloudObject } from "../../tools/doctor/cloudObjects";
import { deleteObject } from "../../tools/doctor/deletion";
import { idOf, Simulator, token } from "../../packages/hcloud-simulator/test/api/support/simulator";

const own = labels({ stack: "x" });
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGkVPrHhfBSUWmvVdLyEIPhBtFAHM6kTIYxnXrHvHoCI";

describe("the doctor at the API", () => {
  let sim: Simulator;
  let api: HcloudApi;

  beforeEach(async () => {
    sim = await Simulator.start();
    api = new HcloudApi({ endpoint: sim.endpoint, token });
  });
  afterEach(() => sim.closeWithoutUnhandled());

  /** One of each kind, of stack x, the server in all that it can be in. */
  async function populate(): Promise<void> {
    const { network } = await sim.done("POST", "/networks", {
      name: "n",
      labels: own,
      ip_range: "10.0.0.0/16",
      subnets: [{ type: "cloud", network_zone: "eu-central", ip_range: "10.0.0.0/24" }],
    });
    const { firewall } = await sim.done("POST", "/firewalls", { name: "f", labels: own });
    const { placement_group: group } = await sim.done("POST", "/placement_groups", {
      name: "g",
      type: "spread",
      labels: own,
    });
    const { primary_ip: address } = await sim.done("POST", "/primary_ips", {
      name: "a",
      type: "ipv4",
      location: "fsn1",
      assignee_type: "server",
      labels: own,
    });
    await sim.done("POST", "/ssh_keys", { name: "k", public_key: key, labels: own });
    await sim.server({
      labels: own,
      networks: [idOf(network)],
      firewalls: [{ firewall: idOf(firewall) }],
      placement_group: idOf(group),
      public_net: { enable_ipv4: true, enable_ipv6: true, ipv4: idOf(address) },
    });
    await sim.done("POST", "/zones", { name: "example.test", mode: "primary" });
    await sim.done("POST", "/zones/example.test/rrsets", {
      name: "@",
      type: "A",
      labels: own,
      records: [{ value: "198.18.24.16" }],
    });
  }

  it("finds one of each kind by the stack's labels, and what each serves", async () => {
    await populate();
    await sim.server({ name: "of-another", labels: labels({ stack: "y" }) });
    const found = await listObjects(api, "x");
    const [server] = found.filter(({ kind }) => kind === "server");
    const id = Number(server?.id);
    expect(server).toMatchObject({ name: "web-1", isConnected: true, usedBy: [] });
    expect(found.map(({ kind, name, usedBy }) => [kind, name, usedBy])).toEqual([
      ["record", "example.test/@/A", [id]],
      ["server", "web-1", []],
      ["firewall", "f", [id]],
      ["network", "n", [id]],
      ["placement group", "g", [id]],
      ["primary IP", "a", [id]],
      ["SSH key", "k", []],
    ]);
  });

  it("deletes one of each kind, in its order, protected or not", async () => {
    await populate();
    const before = await listObjects(api, "x");
    for (const { kind, path } of before) {
      const field = kind === "record" ? { change: true } : { delete: true };
      const both = kind === "server" ? { delete: true, rebuild: true } : field;
      if (["record", "server", "network", "primary IP"].includes(kind))
        await sim.done("POST", `${path}/actions/change_protection`, both);
    }
    const objects = await listObjects(api, "x");
    expect(objects.filter(({ isProtected }) => isProtected)).toHaveLength(4);
    for (const object of objects) await deleteObject(api, object, () => sim.api.idle());
    expect(await listObjects(api, "x")).toEqual([]);
  });

  it("takes what is gone already for deleted", async () => {
    await sim.server({ labels: own });
    const [server] = (await listObjects(api, "x")) as [CloudObject];
    await sim.done("DELETE", server.path);
    await expect(deleteObject(api, server)).resolves.toBeUndefined();
  });

  it("waits for a lock, and tells an error of an action", async () => {
    await sim.server({ labels: own });
    const [server] = (await listObjects(api, "x")) as [CloudObject];
    const route = "DELETE /servers/:id";
    await sim.fault({ kind: "fail", route, code: "locked", times: 2 });
    await sim.fault({ kind: "action", command: "delete_server", code: "timeout", times: 1 });
    await expect(deleteObject(api, server, () => sim.api.idle())).rejects.toThrow(
      /action \d+ ended in error: timeout/,
    );
    await sim.fault({ kind: "fail", route, code: "forbidden", times: 1 });
    await expect(deleteObject(api, server)).rejects.toThrow(
      "server web-1 cannot be deleted: forbidden: fault on demand",
    );
  });
});
