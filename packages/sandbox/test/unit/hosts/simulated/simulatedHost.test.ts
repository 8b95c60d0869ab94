import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { HostSpec } from "../../../../../hcloud-simulator/src/driver";
import { HostDisk } from "../../../../src/hosts/simulated/hostDisk";
import { SimulatedHost } from "../../../../src/hosts/simulated/simulatedHost";
import type { VerbTimes } from "../../../../src/hosts/simulated/verbTimes";
import { ecdsaPair, SshClient } from "./sshClient";

const times: VerbTimes = {
  bootSeconds: 0.3,
  installSeconds: { web: 0.8, jvb: 0 },
  verbs: {
    "host/hostKey": { seconds: 0, stdout: "recorded from another host" },
    "host/setup": { seconds: 0 },
    "jvb/files": { seconds: 0 },
    "jvb/files again": { seconds: 0.4 },
    restart: { seconds: 0 },
    "restart one": { seconds: 0.3 },
    "web/version": { seconds: 0, stdout: '{"version":"2.0"}\n' },
  },
};
const bootstrapKey = ecdsaPair();
const deploymentKey = ecdsaPair();
const [ecdsa, ed25519] = ["ecdsa-sha2-nistp256", "ssh-ed25519"];
const hostKeyStep = "bash -s -- # host/hostKey (meet-web-host-key)";
const setupStep =
  'a=/var/lib/jitsi-hetzner/program-0123.tar; exec bash -c "" install.sh "$a" host/setup # meet-web-setup';
const verb = (name: string): string => `jitsi-hetzner ${name} --code 0123456789abcdef # meet-web-x`;

const bare = (publicKey: string): string => publicKey.split(" ").slice(0, 2).join(" ");

describe("SimulatedHost", () => {
  let folder: string;
  let port: number;
  let host: SimulatedHost;
  let lines: string[];
  const clients: SshClient[] = [];

  const makeHost = (name = "meet-web-0a1b2c3"): SimulatedHost => {
    const spec: HostSpec = {
      id: 1,
      name,
      image: "debian-12",
      userData: `#cloud-config\n${stringify({ ssh_keys: { ecdsa_private: bootstrapKey.private } })}`,
      sshKeys: [deploymentKey.public],
      networks: [],
      firewall: null,
      publicIpv4: "127.0.0.1",
    };
    const log = (line: string): void => void lines.push(line);
    return new SimulatedHost(spec, new HostDisk(join(folder, "1.json")), { times, port, log });
  };
  const login = async (kind: string, key = deploymentKey.private, user?: string) => {
    const client = await SshClient.connect(port, key, kind, user);
    clients.push(client);
    return client;
  };
  const boot = async (): Promise<void> => {
    host.powerOn();
    while (!(await answers(port))) await sleep(20);
  };
  /** The host as it is after the first contact, with its program. */
  const withProgram = async (): Promise<SshClient> => {
    await boot();
    const client = await login(ecdsa);
    await client.run(hostKeyStep);
    await client.copy("an archive", "/var/lib/jitsi-hetzner", "program-0123.tar");
    await client.run(setupStep);
    return client;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "simulated-host-"));
    port = await freePort();
    lines = [];
    host = makeHost();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
    host.powerOff();
    rmSync(folder, { recursive: true });
  });

  it("refuses connections until its boot time has passed", async () => {
    const begin = performance.now();
    await boot();
    expect(performance.now() - begin).toBeGreaterThanOrEqual(290);
    host.powerOff();
    expect(await answers(port)).toBe(false);
  });

  it("shows the key of its user data at the first contact, and has no other", async () => {
    await boot();
    const client = await login(ecdsa);
    expect(client.hostKey).toBe(bare(bootstrapKey.public));
    await expect(login(ed25519)).rejects.toThrow(/no matching host key format/);
  });

  it("prints a key of its own, shows it, and loses the first one when it is set up", async () => {
    await boot();
    const first = await login(ecdsa);
    const { stdout } = await first.run(hostKeyStep);
    expect(stdout).toMatch(/^ssh-ed25519 [\w+/=]+\n$/);
    const second = await login(ed25519);
    expect(second.hostKey).toBe(stdout.trim());
    await login(ecdsa);
    await second.copy("an archive", "/var/lib/jitsi-hetzner", "program-0123.tar");
    expect((await second.run(setupStep)).code).toBe(0);
    await expect(login(ecdsa)).rejects.toThrow(/no matching host key format/);
  });

  it("lets in root with the key of the server only", async () => {
    await boot();
    await expect(login(ecdsa, ecdsaPair().private)).rejects.toThrow(/authentication methods/);
    await expect(login(ecdsa, deploymentKey.private, "admin")).rejects.toThrow(
      /authentication methods/,
    );
    expect(lines.filter((line) => line.endsWith(": login"))).toEqual([]);
    await login(ecdsa);
    expect(lines.filter((line) => line.endsWith(": login"))).toHaveLength(1);
  });

  it("prints what was recorded, and ends with 0", async () => {
    const client = await withProgram();
    expect(await client.run(verb("web/version"), '{"version":1,"values":{}}')).toEqual({
      code: 0,
      stdout: '{"version":"2.0"}\n',
      stderr: "",
    });
  });

  it("takes the recorded time, another one for a step that has run there before", async () => {
    const client = await withProgram();
    const seconds = async (step: string): Promise<number> => {
      const begin = performance.now();
      await client.run(`jitsi-hetzner jvb/files # ${step}`);
      return (performance.now() - begin) / 1000;
    };
    const [first, again] = [await seconds("a"), await seconds("a")];
    expect(again).toBeGreaterThanOrEqual(0.39);
    expect(first).toBeLessThan(again);
  });

  it("takes as long for a rolling restart as there are bridges with other settings than before", async () => {
    const client = await withProgram();
    const seconds = async (...hashes: string[]): Promise<number> => {
      const bridges = hashes.map((settingsHash, i) => ({ nickname: `jvb-${i}`, settingsHash }));
      const begin = performance.now();
      await client.run(
        "jitsi-hetzner restart # meet-restart",
        JSON.stringify({ version: 1, bridges }),
      );
      return (performance.now() - begin) / 1000;
    };
    const [created, grown, changed] = [
      await seconds("a"),
      await seconds("a", "a", "a"),
      await seconds("b", "a", "b"),
    ];
    expect(Math.max(created, grown)).toBeLessThan(0.3);
    expect(changed).toBeGreaterThanOrEqual(0.59);
  });

  it("is set up when its packages are installed, and from then on at once", async () => {
    await boot();
    const answered = performance.now();
    const client = await withProgram();
    expect(performance.now() - answered).toBeGreaterThanOrEqual(700);
    const again = performance.now();
    await client.run(setupStep);
    expect(performance.now() - again).toBeLessThan(500);
  });

  it("knows no verb before its program is there, and takes no program without its archive", async () => {
    await boot();
    const client = await login(ecdsa);
    expect(await client.run(verb("web/version"))).toMatchObject({
      code: 127,
      stderr: expect.stringContaining("jitsi-hetzner: command not found") as string,
    });
    expect(await client.run(setupStep)).toMatchObject({ code: 1 });
  });

  it.each([
    ["uptime", /run the program's steps only, not: uptime/],
    [verb("web/unknown"), /verbTimes\.json has no time for web\/unknown/],
  ])("fails for the unknown command %s", async (line, problem) => {
    const client = await withProgram();
    const { code, stdout, stderr } = await client.run(line);
    expect([code, stdout]).toEqual([127, ""]);
    expect(stderr).toMatch(problem);
    expect(lines.at(-1)).toContain("exit code 127");
  });

  it("keeps its key and its program over a restart, and loses them when it is deleted", async () => {
    const { hostKey } = await withProgram().then(() => login(ed25519));
    host.powerOff();
    host = makeHost();
    await boot();
    const client = await login(ed25519);
    expect(client.hostKey).toBe(hostKey);
    expect((await client.run(verb("web/version"))).code).toBe(0);
    host.delete();
    host = makeHost();
    await boot();
    await expect(login(ed25519)).rejects.toThrow(/no matching host key format/);
  });
});

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
