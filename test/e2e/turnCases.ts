import { join } from "node:path";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { must, runProgram, type Outcome, type TestCluster } from "./harness";
import { holdByProgram, type HeldProgram } from "./heldProgram";
import {
  echoServer,
  endEchoServer,
  holdRelay,
  offered,
  publicAddresses,
  relay as askRelay,
  renewByHand,
  turnClient as program,
  turnName,
  turnSecret,
  type Relay,
  type Relayed,
} from "./turnRelay";

const { domain } = demoConfig;

/** Where no relay may lead: the web host, its services, private networks, the metadata service, strangers. */
const forbidden = [
  "127.0.0.1",
  "10.80.0.2",
  "10.80.1.1",
  "169.254.169.254",
  "192.168.0.1",
  "100.64.0.1",
  "0.0.0.0",
  "224.0.0.1",
  "8.8.8.8",
];

/** The TURN server of a cluster with two bridges. It stays on. */
export function turnCases(given: () => TestCluster): void {
  let web: { ipv4: string; ipv6: string };
  let bridges: { ipv4: string; ipv6: string }[];
  let secret: string;

  const addresses = (host: string) => publicAddresses(given(), host);
  const onWeb = (script: string): Promise<string> => given().mustOnHost("web", script);
  const relay = (options: Relay): Promise<Relayed> => askRelay(secret, options);
  const hold = (seconds: number) => holdRelay(secret, through443(seconds));
  const through443 = (seconds = 2, bridge = 0): Relay => ({
    server: web.ipv4,
    port: 443,
    name: turnName,
    echo: [bridges[bridge]?.ipv4 ?? "", 10_000],
    seconds,
  });
  /** The main processes of what carries meetings, and coturn's. A reload and an upgrade keep jicofo's and prosody's. */
  const processes = (): Promise<string> =>
    onWeb("for unit in prosody jicofo coturn; do systemctl show -p MainPID --value $unit; done");

  beforeAll(async () => {
    web = await addresses("web");
    bridges = [await addresses("jvb-0"), await addresses("jvb-1")];
    secret = await turnSecret(given());
    for (const host of ["jvb-0", "jvb-1"]) await given().mustOnHost(host, echoServer);
  }, 120_000);

  afterAll(async () => {
    for (const host of ["jvb-0", "jvb-1"]) await given().mustOnHost(host, endEchoServer);
  }, 60_000);

  it("is on as soon as the cluster has a certificate that browsers trust", async () => {
    expect(await onWeb(offered)).toBe("servers: 3");
    const { certificate, allocate } = await relay(through443(1));
    expect(allocate).toBe(0);
    const site = await onWeb(
      `openssl x509 -in /etc/jitsi/meet/${domain}.crt -outform DER | sha256sum | cut -d' ' -f1`,
    );
    expect(certificate).toBe(site);
  }, 60_000);

  it.each([
    ["TLS 443", 443, turnName],
    ["TLS 5349", 5349, turnName],
    ["UDP 3478", 3478, null],
  ])("reaches the media of a bridge over %s, from IPv4 and IPv6", async (_, port, name) => {
    const echo = [bridges[0]?.ipv4 ?? "", 10_000] as const;
    for (const server of [web.ipv4, web.ipv6]) {
      const { echo: found } = await relay({ server, port, name, echo });
      expect([found?.refused, found?.back]).toEqual([0, found?.sent]);
    }
    const ipv6 = [bridges[1]?.ipv6 ?? "", 10_000] as const;
    const { echo: found } = await relay({ server: web.ipv6, port, name, family: 6, echo: ipv6 });
    expect([found?.refused, found?.back]).toEqual([0, found?.sent]);
  });

  it("is the only way for a client whose network lets only TCP 443 out", async () => {
    const from = async (name: string | null, port: number): Promise<Outcome> => {
      const asked = { ...through443(), name, port, secret, realm: "-", permissions: [] };
      return given().command("from", "closed", "--", "python3", program, JSON.stringify(asked));
    };
    const { echo } = JSON.parse(must("from closed", await from(turnName, 443)).stdout) as Relayed;
    expect([echo?.refused, echo?.back]).toEqual([0, echo?.sent]);
    const { code, text } = await from(null, 3478);
    expect([code, text]).toEqual([1, expect.stringContaining("TimeoutError")]);
  });

  it("relays to the bridges alone, and to their media alone", async () => {
    const permissions = [web.ipv4, ...forbidden];
    const refused = await relay({ ...through443(), permissions });
    expect(Object.values(refused.permissions)).toEqual(permissions.map(() => 403));
    const ipv6 = [web.ipv6, "::1", "fe80::1", "2001:db8::1"];
    const refused6 = await relay({
      ...through443(),
      family: 6,
      permissions: ipv6,
      echo: undefined,
    });
    expect(Object.values(refused6.permissions)).toEqual(ipv6.map(() => 403));
    const { echo } = await relay({ ...through443(), echo: [bridges[0]?.ipv4 ?? "", 10_001] });
    expect(echo).toMatchObject({ refused: 0, back: 0 });
  });

  it("gives no relay without a password of prosody's", async () => {
    const wrong = { ...through443(), secret: "wrong", echo: undefined };
    expect(await relay(wrong)).toMatchObject({ allocate: 401 });
  });

  it("leaves every other name to the site, which logs the client's own address", async () => {
    const page = async (name: string, address: string): Promise<string> => {
      const options = ["-gksS", "-o", "/dev/null", "-w", "%{http_code}"];
      const resolve = `${name}:443:${address.includes(":") ? `[${address}]` : address}`;
      return (await runProgram("curl", [...options, "--resolve", resolve, `https://${name}/seen`]))
        .stdout;
    };
    expect(await page(domain, web.ipv4)).toBe("200");
    expect(await page(domain, web.ipv6)).toBe("200");
    expect(await page("other.example.test", web.ipv4)).toBe("200");
    const seen = await onWeb("grep -h /seen /var/log/nginx/access.log | cut -d' ' -f1 | sort -u");
    expect(seen.split("\n")).toHaveLength(2);
    expect(seen).not.toMatch(/^127\.|^::1$/m);
    // From outside nobody reaches the port that believes in addresses.
    const direct = await runProgram("curl", ["-sS", "-m", "3", `https://${web.ipv4}:4443/`]);
    expect(direct.code).not.toBe(0);
  });

  it("survives a reload and an upgrade of nginx on the whole way of 443", async () => {
    const websocket = await holdWebsocket(web.ipv4, 60);
    const held = await hold(60);
    const before = await processes();
    await onWeb("systemctl reload nginx");
    // As dpkg does it at an upgrade: the new program takes over the sockets of the old one.
    await onWeb(
      "DEBIAN_FRONTEND=noninteractive apt-get install -y -q --reinstall nginx libnginx-mod-stream 2>&1",
    );
    const { echo: fresh } = await relay(through443(3));
    expect(fresh?.back).toBe(fresh?.sent);
    const { echo } = await held.end();
    expect(echo?.back).toBe(echo?.sent);
    expect(await websocket.end()).toBe("held\n");
    expect(await processes()).toBe(before);
    expect(await onWeb("ss -Htln 'sport = :4443' | wc -l")).not.toBe("0");
  }, 180_000);

  it("takes a renewed certificate without a restart; held relays live on", async () => {
    const held = await hold(60);
    const before = await processes();
    await onWeb(`${renewByHand}; jitsi-hetzner certificate --tend 2>&1`);
    const next = await relay(through443(1));
    const { certificate, echo } = await held.end();
    expect(echo?.back).toBe(echo?.sent);
    expect(next.certificate).not.toBe(certificate);
    expect(await processes()).toBe(before);
  }, 180_000);

  it("keeps held relays while a bridge comes and goes, and relays to no bridge that has gone", async () => {
    const held = await hold(60);
    const before = await processes();
    await given().configure({ jvbCount: "3" });
    await given().mustUp();
    const third = (await addresses("jvb-2")).ipv4;
    expect((await relay({ ...through443(), permissions: [third] })).permissions[third]).toBe(0);
    await given().configure({ jvbCount: "2" });
    await given().mustUp();
    // coturn reads its database every five seconds.
    await onWeb("sleep 6");
    expect((await relay({ ...through443(), permissions: [third] })).permissions[third]).toBe(403);
    const { echo } = await held.end();
    expect(echo?.back).toBe(echo?.sent);
    expect(await processes()).toBe(before);
  }, 400_000);

  it("goes off and on again by the setting, and cuts no relay and no meeting", async () => {
    const held = await hold(60);
    const websocket = await holdWebsocket(web.ipv4, 60);
    await given().people.join("turn", 6);
    const before = await processes();
    await given().configure({ turn: "false" });
    const off = await given().mustUp();
    expect(off.text).toContain("participants still use the TURN server");
    expect(
      await onWeb(`${offered}; grep -c 'listen 443 .*ssl' /etc/nginx/sites-enabled/${domain}.conf`),
    ).toBe("servers: 0\n1");
    await given().configure({ turn: "true" });
    expect((await given().mustUp()).text).not.toContain("turn-server: WARNING");
    const { echo } = await held.end();
    expect(echo?.back).toBe(echo?.sent);
    expect(await onWeb(offered)).toBe("servers: 3");
    expect(await websocket.end()).toBe("held\n");
    expect(await processes()).toBe(before);
    const room = (await given().people.list()).rooms.find((one) => one.room === "turn");
    await given().people.leave("turn");
    expect(room).toMatchObject({ moved: 0, cut: 0 });
  }, 240_000);
}

/** Opens a websocket to prosody. Its end prints "held" if nobody has closed it for so many seconds, and until then. */
function holdWebsocket(address: string, seconds: number): Promise<HeldProgram> {
  const program = join(__dirname, "programs/hold_websocket.py");
  return holdByProgram([program, address, domain, seconds.toString()]);
}
