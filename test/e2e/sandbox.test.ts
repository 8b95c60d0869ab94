import { Resolver } from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { callAdmin, callApi, listServers } from "../../packages/sandbox/src/client";
import { acmeStatus } from "../../packages/sandbox/src/commands/acme";
import { ensureZone } from "../../packages/sandbox/src/commands/demo";
import { down } from "../../packages/sandbox/src/commands/down";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { listProcesses } from "../../packages/sandbox/src/hosts/processes";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { serverPid } from "../../packages/sandbox/src/serverProcess";
import type { RunningSandbox } from "../../packages/sandbox/src/client";
import { initStart, makeServer, must, runProgram, startSandbox, type Outcome } from "./harness";

const folder = (name: string): string => join(projectDir, ".test", name);
const quiet = (): void => undefined;
const start = (name: string): Promise<RunningSandbox> => startSandbox(folder(name));
const cli = ["--import", "tsx", "packages/sandbox/src/cli.ts"];

/** What `down` must leave as it found it. Counters and the order of lines are no part of it. */
async function machine(): Promise<Record<string, string>> {
  const commands = {
    links: "ip -o link | sed 's/@.*//; s/^[0-9]*: //' | sort",
    routes: "{ ip route; ip -6 route; } | sort",
    namespaces: "ip netns | sort",
    firewall: "nft list ruleset",
    forwarding: "sysctl -n net.ipv4.ip_forward net.ipv6.conf.all.forwarding",
    mounts: "grep -v /run/netns /proc/self/mounts | sort",
    locks: "ls /run/lock | grep jitsi-hetzner || true",
  };
  const facts: Record<string, string> = {};
  for (const [name, command] of Object.entries(commands)) {
    facts[name] = (await runProgram("bash", ["-c", command])).stdout;
  }
  return facts;
}

describe("a sandbox", () => {
  let before: Record<string, string>;

  beforeAll(async () => {
    for (const name of ["one", "two"]) await down(folder(name), quiet);
    before = await machine();
  }, 120_000);

  afterEach(async () => {
    for (const name of ["one", "two"]) await down(folder(name), quiet);
  }, 120_000);

  it("lives beside another one, and both leave the machine as it was", async () => {
    const [one, two] = [await start("one"), await start("two")];
    const addresses = await Promise.all([makeServer(one, "web"), makeServer(two, "web")]);
    expect(addresses[0]).not.toBe(addresses[1]);
    expect((await listServers(one)).map((s) => s.name)).toEqual(["web"]);
    await down(folder("one"), quiet);
    expect((await listServers(two)).map((s) => s.status)).toEqual(["running"]);
    await down(folder("two"), quiet);
    expect(await machine()).toEqual(before);
    expect(existsSync(folder("one"))).toBe(false);
  }, 120_000);

  it("goes on after its server was killed, with its hosts where they were", async () => {
    const one = await start("one");
    await makeServer(one, "web");
    const inHost = [...cli, "--dir", folder("one"), "ssh", "web"];
    const bootedAt = (await runProgram(process.execPath, [...inHost, initStart])).stdout;
    const pid = serverPid(folder("one"));
    process.kill(pid ?? 0, "SIGKILL");
    const again = await start("one");
    expect(serverPid(folder("one"))).not.toBe(pid);
    expect((await listServers(again)).map((s) => [s.name, s.status])).toEqual([["web", "running"]]);
    const still = await runProgram(process.execPath, [...inHost, initStart]);
    expect(still.stdout).toBe(bootedAt);
    expect(bootedAt).toMatch(/^\d+/);
  }, 120_000);

  it("is removed whole after its server was killed", async () => {
    const one = await start("one");
    await makeServer(one, "web");
    const acmeServers = (): number =>
      listProcesses().filter(({ argv }) => argv.join(" ").includes(`${folder("one")}/acme/`))
        .length;
    expect(acmeServers()).toBe(1);
    process.kill(serverPid(folder("one")) ?? 0, "SIGKILL");
    await waitUntil("the ACME server has ended too", () => acmeServers() === 0, 30_000);
    await down(folder("one"), quiet);
    expect(await machine()).toEqual(before);
  }, 120_000);

  it("finds itself running at a second up", async () => {
    await start("one");
    const pid = serverPid(folder("one"));
    await start("one");
    expect(serverPid(folder("one"))).toBe(pid);
  }, 60_000);

  it("gives hosts certificates that they trust, also after the ACME server has started again", async () => {
    const one = await start("one");
    const address = await makeServer(one, "web");
    await ensureZone(one, "example.test");
    await callApi(one, "POST", "/zones/example.test/rrsets", {
      ...{ name: "meet", type: "A", records: [{ value: address }] },
    });
    const inHost = (line: string): Promise<Outcome> =>
      runProgram(process.execPath, [...cli, "--dir", folder("one"), "ssh", "web", line]);
    must(
      "the installation of certbot",
      await inHost("cloud-init status --wait; apt-get -qq update; apt-get -qq install -y certbot"),
    );
    const order =
      "certbot certonly -n --standalone --agree-tos --register-unsafely-without-email -d meet.example.test";
    must("an order", await inHost(order));
    const live = "/etc/letsencrypt/live/meet.example.test";
    const verify = `openssl verify -untrusted ${live}/chain.pem ${live}/cert.pem`;
    expect((await inHost(verify)).stdout).toContain("cert.pem: OK");
    const restart = [...cli, "--dir", folder("one"), "acme", "restart", "--lifetime", "2h"];
    must("the restart", await runProgram(process.execPath, restart));
    expect((await inHost(verify)).stdout).toContain("cert.pem: OK");
    must("another order, with a new account", await inHost(`rm -r /etc/letsencrypt; ${order}`));
    expect((await inHost(verify)).stdout).toContain("cert.pem: OK");
    expect((await inHost(`openssl x509 -checkend 7300 -in ${live}/cert.pem`)).code).toBe(1);
    const { counts } = await acmeStatus(one);
    expect(counts.production).toMatchObject({ accounts: 2, orders: 2, certificates: 2 });
  }, 240_000);

  it("has name servers at Hetzner and elsewhere, and a resolver that can be wrong", async () => {
    const one = await start("one");
    await ensureZone(one, "example.test");
    await callApi(one, "POST", "/zones/example.test/rrsets", {
      ...{ name: "meet", type: "A", records: [{ value: "192.0.2.1" }] },
    });
    const { serviceIpv4, reserved } = one.identity.network;
    const ask = (server: string, name: string): Promise<string[] | string> => {
      const resolver = new Resolver({ timeout: 5_000, tries: 1 });
      resolver.setServers([server]);
      return resolver.resolve4(name).catch((error: unknown) => (error as { code: string }).code);
    };
    const answers = (name: string) =>
      Promise.all(
        [
          serviceIpv4,
          reserved.acmeDns.ipv4,
          reserved.hetznerDns.ipv4,
          reserved.elsewhereDns.ipv4,
        ].map((server) => ask(server, name)),
      );
    const at = ["192.0.2.1"];
    expect(await answers("meet.example.test")).toEqual([at, at, at, "EREFUSED"]);
    expect(await ask(serviceIpv4, "hydrogen.ns.hetzner.com")).toEqual([reserved.hetznerDns.ipv4]);
    const service = (verb: string, body: object) =>
      callAdmin(one, "POST", `/services/dns/${verb}`, body);
    await service("fault", { kind: "servfail", at: "resolver" });
    expect(await answers("meet.example.test")).toEqual(["ESERVFAIL", at, at, "EREFUSED"]);
    await service("clear", {});
    await service("set", { name: "meet.example.test", type: "A", values: ["192.0.2.2"] });
    const moved = ["192.0.2.2"];
    expect(await answers("meet.example.test")).toEqual([moved, moved, at, moved]);
    await expect(service("set", { name: "a.test", type: "A", values: ["x"] })).rejects.toThrow(
      "the A record of a.test does not contain a valid address: x",
    );
  }, 60_000);

  it("runs programs where only TCP 443 goes out, and where UDP is blocked", async () => {
    const one = await start("one");
    const address = await makeServer(one, "web");
    const command = (...args: string[]): Promise<Outcome> =>
      runProgram(process.execPath, [...cli, "--dir", folder("one"), ...args]);
    // One process that answers on TCP 80, on TCP 443 and on UDP 9999.
    const echo = [
      "import asyncio",
      "class Udp(asyncio.DatagramProtocol):",
      "    def connection_made(self, transport): self.transport = transport",
      "    def datagram_received(self, data, peer): self.transport.sendto(data, peer)",
      "async def tcp(reader, writer): writer.write(await reader.read(1)); writer.close()",
      "async def main():",
      "    for port in 80, 443: await asyncio.start_server(tcp, '0.0.0.0', port)",
      "    await asyncio.get_running_loop().create_datagram_endpoint(Udp, ('0.0.0.0', 9999))",
      "    await asyncio.Event().wait()",
      "asyncio.run(main())",
    ].join("\n");
    must(
      "the echo",
      await command(
        "ssh",
        "web",
        `cloud-init status --wait >/dev/null
        echo ${Buffer.from(echo).toString("base64")} | base64 -d >/root/echo.py
        systemd-run -q python3 /root/echo.py
        timeout 20 bash -c 'until ss -Hnul | grep -q :9999; do sleep 0.1; done'`,
      ),
    );
    const probe = [
      "import socket, sys",
      "def ask(kind, port):",
      "    s = socket.socket(socket.AF_INET, kind); s.settimeout(3)",
      `    s.connect(('${address}', port)); s.send(b'x'); return s.recv(1)`,
      "for kind, port in (1, 443), (1, 80), (2, 9999):",
      "    try: print(ask(kind, port).decode(), end=' ')",
      "    except TimeoutError: print('-', end=' ')",
    ].join("\n");
    const from = async (place: string): Promise<string> =>
      must(place, await command("from", place, "--", "python3", "-c", probe)).stdout.trim();
    expect(await from("internet")).toBe("x x x");
    expect(await from("closed")).toBe("x - -");
    expect(await from("no-udp")).toBe("x x -");
    const refused = await command("from", "closed", "--", "sh", "-c", "exit 7");
    expect(refused.code).toBe(7);
    await down(folder("one"), quiet);
    expect(await machine()).toEqual(before);
  }, 120_000);

  it("keeps its token from other users of the machine", async () => {
    const { state } = await start("one");
    const file = join(folder("one"), "sandbox.json");
    expect(readFileSync(file, "utf8")).toContain(state.token);
    expect((await runProgram("stat", ["-c", "%a", file])).stdout.trim()).toBe("600");
  }, 60_000);
});

describe("the sandbox's command line", () => {
  const sandbox = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    runProgram(process.execPath, [...cli, "--dir", folder("none"), ...args], {
      env: { ...process.env, ...env },
    });

  it("refuses an endpoint that is not on loopback", async () => {
    const outcome = await sandbox(["up"], { HCLOUD_ENDPOINT: "https://api.hetzner.cloud/v1" });
    expect(outcome.stderr.trim()).toBe(
      "sandbox: the endpoint https://api.hetzner.cloud/v1 is not on loopback; the sandbox works on its own API only: unset HCLOUD_ENDPOINT",
    );
    expect(outcome.code).toBe(1);
    expect(existsSync(folder("none"))).toBe(false);
  }, 30_000);

  it.each(["status", "env", "shell"])(
    "says how to start one when %s finds none",
    async (command) => {
      const outcome = await sandbox([command]);
      expect(outcome.stderr.trim()).toBe(
        `sandbox: no sandbox runs in ${folder("none")}; start one: make demo, or npm run -s sandbox -- up`,
      );
      expect(outcome.code).toBe(1);
    },
    30_000,
  );
});
