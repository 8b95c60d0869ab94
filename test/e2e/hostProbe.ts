import { execFile } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { connect, isIPv6, type Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HostSpec } from "../../packages/hcloud-simulator/src/driver";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { removeAll } from "../../packages/sandbox/src/hosts/cleanup";
import { sandboxIdentity, type SandboxIdentity } from "../../packages/sandbox/src/identity";
import { projectDir } from "../../packages/sandbox/src/projectDir";
import { takeSlot } from "../../packages/sandbox/src/slots";

const runFile = promisify(execFile);

/**
 * How long a packet that is dropped is waited for, in milliseconds. A lost one is sent again after a second, and on a busy
 * machine a program that answers may have to wait for its turn.
 */
const silenceMs = 2_500;

/** Echoes TCP on 8080 and 9090 and UDP on 10000 and 10001, IPv4 and IPv6. */
const echoServer = `
import asyncio, socket
async def tcp(reader, writer):
    while data := await reader.read(1024):
        writer.write(data)
class Udp(asyncio.DatagramProtocol):
    def connection_made(self, transport): self.transport = transport
    def datagram_received(self, data, address): self.transport.sendto(data, address)
async def main():
    loop = asyncio.get_running_loop()
    for port in (8080, 9090): await asyncio.start_server(tcp, None, port)
    for port in (10000, 10001):
        for family, any in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            s = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            s.bind((any, port)); s.setblocking(False)
            await loop.create_datagram_endpoint(Udp, sock=s)
    await asyncio.Event().wait()
asyncio.run(main())
`;

const echoUnit = `[Service]
ExecStart=python3 /usr/local/lib/echo.py
[Install]
WantedBy=multi-user.target
`;

/** User data that leaves a trace of each run and starts the echo server at every boot. */
export const userData = `#cloud-config
${JSON.stringify({
  write_files: [
    { path: "/usr/local/lib/echo.py", content: echoServer },
    { path: "/etc/systemd/system/echo.service", content: echoUnit },
  ],
  runcmd: [
    ["sh", "-c", "echo ran >> /root/user-data-runs"],
    ["systemctl", "enable", "--now", "echo.service"],
  ],
})}
`;

/** A sandbox of a test's own, without a server: its folder, empty, and its place among the machine's sandboxes. */
export async function claimSandbox(name: string): Promise<SandboxIdentity> {
  const dir = join(projectDir, ".test", name);
  const clean = (slot: number, owner: string): Promise<void> =>
    removeAll(sandboxIdentity(owner, slot));
  const identity = sandboxIdentity(dir, await takeSlot(dir, clean));
  // What an interrupted run left.
  await removeAll(identity);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  return identity;
}

/** A key pair for SSH, in a folder of the sandbox's. */
export class Login {
  private constructor(readonly keyPath: string) {}

  static async make(dir: string): Promise<Login> {
    const keyPath = join(dir, "key");
    mkdirSync(dir, { recursive: true });
    rmSync(keyPath, { force: true });
    await runFile("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", keyPath]);
    return new Login(keyPath);
  }

  get publicKey(): string {
    return readFileSync(`${this.keyPath}.pub`, "utf8").trim();
  }

  /** Runs a shell command as root over SSH. */
  async ssh(address: string, command: string): Promise<string> {
    // A new host at an old address has another key; these hosts are our own, one hop away.
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR"];
    const args = [...options, "ConnectTimeout=2", "BatchMode=yes"].flatMap((o) => ["-o", o]);
    const { stdout } = await runFile("ssh", [
      ...args,
      "-i",
      this.keyPath,
      `root@${address}`,
      command,
    ]);
    return stdout.trim();
  }

  /** Waits until the host answers, its cloud-init is done and the echo server listens. */
  async waitReady(address: string): Promise<void> {
    const ready = "cloud-init status --wait > /dev/null; systemctl is-active echo.service";
    const answers = async (): Promise<boolean> => {
      try {
        return (await this.ssh(address, ready)) === "active";
      } catch {
        // Not up yet.
        return false;
      }
    };
    await waitUntil(`${address} is ready`, answers, 120_000, 200);
    await waitUntil(`${address} echoes`, async () => (await tcp(address, 9090)) === "open", 20_000);
  }
}

/** A host with a public IPv4 and IPv6 address and a place in network 1; `number` tells hosts apart. */
export function hostSpec(identity: SandboxIdentity, number: number, publicKey: string): HostSpec {
  const third = identity.network.firstHostIpv4.split(".").slice(0, 3).join(".");
  return {
    id: number,
    name: `host-${number}`,
    image: "debian-13",
    userData,
    sshKeys: [publicKey],
    publicIpv4: `${third}.${15 + number}`,
    publicIpv6: identity.network.ipv6Cidr.replace("::/48", `:${number}::1`),
    networks: [attachment(1, number)],
    firewall: null,
  };
}

/** A place in a private network: 10.<network>.0.0/16. */
export const attachment = (networkId: number, number: number) => ({
  networkId,
  networkCidr: `10.${networkId}.0.0/16`,
  ip: `10.${networkId}.0.${number + 1}`,
  gateway: `10.${networkId}.0.1`,
  mac: `86:00:00:00:0${networkId}:0${number}`,
});

/** What a TCP client sees: a connection, a refusal, or nothing at all. */
export async function tcp(address: string, port: number): Promise<"open" | "refused" | "silent"> {
  try {
    (await openTcp(address, port)).destroy();
    return "open";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ECONNREFUSED" ? "refused" : "silent";
  }
}

export function openTcp(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const timer = setTimeout(() => {
      socket.destroy(new Error("no answer"));
    }, silenceMs);
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** Sends a line on an open connection and waits for its echo. */
export async function echoes(socket: Socket, line: string): Promise<boolean> {
  socket.write(line);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
    }, silenceMs);
    socket.once("data", (data) => {
      clearTimeout(timer);
      resolve(data.toString() === line);
    });
  });
}

/** Whether a UDP packet is echoed. */
export async function udpEchoes(address: string, port: number): Promise<boolean> {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        resolve(false);
      }, silenceMs);
      socket.once("error", reject);
      socket.once("message", () => {
        clearTimeout(timer);
        resolve(true);
      });
      socket.send("hello", port, address);
    });
  } finally {
    socket.close();
  }
}

/** All that a sandbox can leave on the machine, as text; empty when there is nothing. */
export async function traces(identity: SandboxIdentity): Promise<string[]> {
  const { name, linkPrefix, network, dir } = identity;
  const sources: [string, string[], string[]][] = [
    ["ip", ["-o", "link"], [` ${linkPrefix}-`, name]],
    ["ip", ["netns", "list"], [name]],
    ["ip", ["route"], [network.ipv4Cidr]],
    ["ip", ["-6", "route"], [network.ipv6Cidr]],
    ["cat", ["/proc/mounts"], [dir, name]],
    ["nft", ["list", "ruleset"], [name, "sandbox"]],
    ["ps", ["-eo", "args"], [`${dir}/hosts`, `--machine=${name}`]],
    ["find", ["/sys/fs/cgroup", "-maxdepth", "2", "-name", `${name}*`], [name]],
  ];
  const found = await Promise.all(
    sources.map(async ([command, args, marks]) => {
      const { stdout } = await runFile(command, args);
      return stdout.split("\n").filter((line) => marks.some((mark) => line.includes(mark)));
    }),
  );
  return found.flat();
}

/** Kernel settings of the machine that a router would need changed, if it were not a namespace of its own. */
export const globalSettings = (): string[] =>
  ["ipv4/ip_forward", "ipv6/conf/all/forwarding", "ipv6/conf/default/accept_dad"].map((path) =>
    readFileSync(`/proc/sys/net/${path}`, "utf8").trim(),
  );
