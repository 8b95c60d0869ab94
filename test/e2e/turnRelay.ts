import { join } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { must, runProgram, type TestCluster } from "./harness";
import { holdByProgram } from "./heldProgram";

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

const request = (secret: string, options: Relay): object => ({
  ...{ secret, realm: "-", permissions: [], echo: null, seconds: 2 },
  ...options,
});

/** Asks the TURN server as a browser does. */
export async function relay(secret: string, options: Relay): Promise<Relayed> {
  const ran = await runProgram("python3", [turnClient, JSON.stringify(request(secret, options))]);
  return JSON.parse(must("turn_client.py", ran).stdout) as Relayed;
}

/** A relay over which datagrams go until it is ended, and at least for its seconds. */
export interface HeldRelay {
  end(): Promise<Relayed>;
}

/** As `relay`, until it is ended. The first datagram has come back. */
export async function holdRelay(secret: string, options: Relay): Promise<HeldRelay> {
  const all = JSON.stringify({ ...request(secret, options), held: true });
  const program = await holdByProgram([turnClient, all]);
  return { end: async () => JSON.parse(await program.end()) as Relayed };
}

/** How many servers prosody offers to browsers. */
export const offered = `prosodyctl shell '> return "servers: " .. #prosody.hosts["${demoConfig.domain}"].modules.external_services.get_services()' | grep -o 'servers: .*'`;

/** Sends every datagram back. It is waited for: what comes before it listens is lost. */
const answer = (port: number): string => `systemd-run -q --unit turn-test python3 -c '
import socket
server = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
server.bind(("::", ${port.toString()}))
while True:
    data, peer = server.recvfrom(65536)
    server.sendto(data, peer)' && timeout 30 bash -c 'until ss -Hnul | grep -q ":${port.toString()} "; do sleep 0.1; done'`;

/** Sends every datagram for the bridge's media back: the bridge itself only answers browsers that it invited. */
export const echoServer = `${answer(17_777)} && nft -f - <<'END'
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

/**
 * Renews the certificate with certbot itself. A rehearsal of the host's own service may be at work, and of two certbots the
 * second one gives up, so this waits for the service's lock.
 */
export const renewByHand =
  "flock /run/lock/jitsi-hetzner-certificate certbot renew --force-renewal --no-random-sleep-on-renew --quiet";
