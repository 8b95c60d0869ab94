import { Socket } from "node:net";
import { TestCluster } from "./harness";

/** The demo's path on a fresh sandbox: what comes up, that it stays, and that it goes. */
describe("a cluster with two bridges", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("cluster", 2);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  it("stands in the API as it was declared", async () => {
    const list = await cluster.hcloud(
      "server",
      "list",
      "-o",
      "noheader",
      "-o",
      "columns=type,status",
    );
    expect(list.stdout.trim().split("\n").sort()).toHaveLength(3);
    expect(list.stdout.match(/cx23/g)).toHaveLength(1);
    expect(list.stdout.match(/cpx42/g)).toHaveLength(2);
    const firewalls = await cluster.hcloud("firewall", "list", "-o", "noheader");
    expect(firewalls.stdout.trim().split("\n")).toHaveLength(2);
  });

  it("has both bridges operational in jicofo's view", async () => {
    const stats = JSON.parse(
      await cluster.mustOnHost("web", "curl -fsS http://127.0.0.1:8888/stats"),
    ) as { bridge_selector: { operational_bridge_count: number } };
    expect(stats.bridge_selector.operational_bridge_count).toBe(2);
  });

  it("answers browsers over https under its name", async () => {
    const page = await cluster.command(
      "curl",
      "-ksS",
      "-w",
      "%{http_code}",
      "https://meet.example.test/",
    );
    expect(page.stdout).toMatch(/200$/);
  });

  it("keeps a bridge's settings from everybody but the bridge", async () => {
    const file = "/etc/jitsi/videobridge/sip-communicator.properties";
    expect(await cluster.mustOnHost("jvb-0", `stat -c '%a %U:%G' ${file}`)).toBe("640 jvb:jitsi");
  });

  it("gives each bridge the generated secret, and no user data holds it", async () => {
    const read =
      "sed -n 's/^.*shard.PASSWORD=//p' /etc/jitsi/videobridge/sip-communicator.properties";
    const secret = await cluster.mustOnHost("jvb-0", read);
    expect(secret).toMatch(/^[0-9A-Za-z]{16,}$/);
    expect(await cluster.mustOnHost("jvb-1", read)).toBe(secret);
    for (const host of ["web", "jvb-0", "jvb-1"]) {
      const userData = await cluster.mustOnHost(host, "cat /var/lib/cloud/seed/nocloud/user-data");
      expect(userData).not.toContain(secret);
    }
  });

  it("opens to the world only what each role serves", async () => {
    const servers = JSON.parse((await cluster.hcloud("server", "list", "-o", "json")).stdout) as {
      name: string;
      public_net: { ipv4: { ip: string } };
    }[];
    const open: Record<string, number[]> = {};
    for (const server of servers) {
      const role = server.name.includes("web") ? "web" : "jvb";
      open[role] = await openPorts(
        server.public_net.ipv4.ip,
        [22, 80, 443, 5222, 5269, 5280, 8080, 8888],
      );
    }
    expect(open).toEqual({ web: [22, 80, 443], jvb: [22] });
  }, 60_000);

  it("lets the web host alone reach a bridge's REST API", async () => {
    const address = await cluster.mustOnHost(
      "jvb-0",
      "ip -o -4 addr show dev enp7s0 | awk '{print $4}' | cut -d/ -f1",
    );
    const get = `curl -fsS -m 3 -o /dev/null http://${address}:8080/about/health`;
    expect((await cluster.onHost("web", get)).code).toBe(0);
    expect((await cluster.onHost("jvb-1", get)).code).not.toBe(0);
  });

  it("changes nothing at a second up, and opens no SSH session for it", async () => {
    const count = "journalctl -u ssh --no-pager | grep -c 'Accepted publickey' || true";
    const before = await cluster.mustOnHost("web", count);
    const second = await cluster.pulumi("up", "--yes", "--expect-no-changes");
    expect(second.text).toMatch(/unchanged/);
    expect(second.code).toBe(0);
    expect(await cluster.mustOnHost("web", count)).toBe(before);
    console.log(`a second pulumi up: ${second.seconds.toFixed(1)} s`);
  }, 120_000);
});

describe("destroying a cluster", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("destroy", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  it("leaves nothing in the API but the operator's zone", async () => {
    const destroyed = await cluster.pulumi("destroy", "--yes");
    expect(destroyed.text).toMatch(/Resources:/);
    expect(destroyed.code).toBe(0);
    for (const kind of [
      "server",
      "firewall",
      "network",
      "placement-group",
      "primary-ip",
      "ssh-key",
    ]) {
      expect([kind, (await cluster.hcloud(kind, "list", "-o", "noheader")).stdout]).toEqual([
        kind,
        "",
      ]);
    }
  }, 300_000);
});

/** The TCP ports of `candidates` that accept a connection from outside. */
async function openPorts(address: string, candidates: readonly number[]): Promise<number[]> {
  const answers = await Promise.all(
    candidates.map(async (port) => ((await accepts(address, port)) ? [port] : [])),
  );
  return answers.flat();
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new Socket();
    const end = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.setTimeout(2_000, end(false)).on("connect", end(true)).on("error", end(false));
    socket.connect(port, host);
  });
}
