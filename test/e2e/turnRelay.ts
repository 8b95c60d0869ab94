import { join } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { must, runProgram, type TestCluster } from "./harness";

/** A program that does what a browser does with a TURN server. `turnutils_uclient` names no server in TLS, so nginx cannot know it. */
export const turnClient = join(__dirname, "programs/turn_client.py");

/** The name that leads to the TURN server on port 443. */
export const turnName = `turn.${demoConfig.domain}`;

/** What a client of the TURN server found. */
export interface Relayed {
  readonly allocate: number;
  readonly certificate: string | null;
  readonly permissions: Readonly<Record<string, number>>;
  readonly echo?: { refused: number; sent: number; back: number; gap: number };
}

/** What a client asks of it. */
export interface Relay {
  server: string;
  port: number;
  /** Of TLS; null for UDP. */
  name: string | null;
  /** 6: the relay's own address is IPv6. */
  family?: 4 | 6;
  permissions?: readonly string[];
  echo?: readonly [address: string, port: number];
  seconds?: number;
}

/** Addresses of a host, as the API tells them. */
export async function publicAddresses(
  cluster: TestCluster,
  host: string,
): Promise<{ ipv4: string; ipv6: string }> {
  const { public_net: net } = await cluster.server(host);
  return { ipv4: net.ipv4?.ip ?? "", ipv6: net.ipv6?.ip.replace("::/64", "::1") ?? "" };
}

/** From which prosody makes passwords for browsers. */
export async function turnSecret(cluster: TestCluster): Promise<string> {
  const text = await cluster.mustOnHost("web", "cat /etc/jitsi-hetzner/turn-server.json");
  return (JSON.parse(text) as { secret: string }).secret;
}

/** Asks the TURN server as a browser does. */
export async function relay(secret: string, options: Relay): Promise<Relayed> {
  const all = { secret, realm: "-", permissions: [], echo: null, seconds: 2, ...options };
  const ran = await runProgram("python3", [turnClient, JSON.stringify(all)]);
  return JSON.parse(must("turn_client.py", ran).stdout) as Relayed;
}

/** How many servers prosody offers to browsers. */
export const offered = `prosodyctl shell '> return "servers: " .. #prosody.hosts["${demoConfig.domain}"].modules.external_services.get_services()' | grep -o 'servers: .*'`;

/** Sends every datagram back. */
const answer = (port: number): string => `systemd-run -q --unit turn-test python3 -c '
import socket
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
server.bind(("::", ${port.toString()}))
while True:
    data, peer = server.recvfrom(65536)
    server.sendto(data, peer)'`;

/** Sends every datagram for the bridge's media back: the bridge itself only answers browsers that it invited. */
export const echoServer = `nft -f - <<'END' && ${answer(17_777)}
table inet turn_test {
  chain prerouting { type nat hook prerouting priority dstnat; udp dport 10000 redirect to :17777; }
}
END`;

/** Ends it. */
export const endEchoServer = "nft delete table inet turn_test; systemctl stop turn-test";

/** As `echoServer`, in the place of a bridge on the web host itself. No packet is redirected within a host. */
export const echoInPlace = `systemctl stop jitsi-videobridge2 && ${answer(10_000)}`;

/** Ends it. The bridge is back. */
export const endEchoInPlace = "systemctl stop turn-test && systemctl start jitsi-videobridge2";
