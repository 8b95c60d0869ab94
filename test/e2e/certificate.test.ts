import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AcmeStatus } from "../../packages/sandbox/src/acme/service";
import { callApi } from "../../packages/sandbox/src/client";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { certificateFaults } from "./certificateFaults";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { must, TestCluster, type Outcome } from "./harness";
import { publicAddresses } from "./turnRelay";
import { untilClusterIs } from "./wholeCluster";

const domain = demoConfig.domain;
const [alias, late] = ["talk.example.test", "late.example.test"];

/** The life of a certificate, in fast motion, with the sandbox's ACME server. */
describe("the certificate for browsers", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.start("certificate");
    await cluster.configure({ ...demoConfig, aliases: `${alias},${late}`, dnsTimeout: "5s" });
    must("fault", await cluster.command("fault", "dns", "missing", late));
  }, 300_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const orders = async (): Promise<string[]> => {
    const { stdout } = must("acme status", await cluster.command("acme", "status", "--json"));
    return (JSON.parse(stdout) as AcmeStatus).orders
      .filter(({ directory, status }) => directory === "production" && status === "valid")
      .map(({ names }) => [...names].sort().join(" "));
  };
  /** curl, which trusts what browsers of the sandbox trust. */
  const get = (url: string, ...options: string[]): Promise<Outcome> =>
    cluster.command("curl", "-sS", "--max-time", "20", "--cacert", rootFile(), ...options, url);
  const rootFile = (): string => cluster.env.SANDBOX_CA_FILE ?? "";
  const serial = (port = 443): Promise<string> =>
    cluster.mustOnHost(
      "web",
      `openssl s_client -connect 127.0.0.1:${port.toString()} -servername ${domain} </dev/null 2>/dev/null | openssl x509 -noout -serial`,
    );
  const tend = (...options: string[]): Promise<Outcome> =>
    cluster.onHost("web", `jitsi-hetzner certificate --tend ${options.join(" ")} 2>&1`);
  /** As `pulumi up` runs it, with the settings of the last one. */
  const step = (): Promise<Outcome> =>
    cluster.onHost("web", "jitsi-hetzner certificate </etc/jitsi-hetzner/certificate.json 2>&1");
  /** Until the certificate with this serial number is to be renewed, at one half of its lifetime. */
  const untilDue = async (): Promise<void> => {
    const dates = await cluster.mustOnHost(
      "web",
      `openssl x509 -in /etc/jitsi/meet/${domain}.crt -noout -dates`,
    );
    const [starts = 0, ends = 0] = [...dates.matchAll(/=(.+)/g)].map(([, text = ""]) =>
      Date.parse(text),
    );
    await sleep((starts + ends) / 2 + 1000 - Date.now());
  };
  const reboot = async (host: string): Promise<void> => {
    const started = "systemctl show -p UserspaceTimestampMonotonic --value";
    const before = await cluster.mustOnHost(host, started);
    await cluster.onHost(host, "systemctl reboot");
    await waitUntil(
      `${host} reboots`,
      async () => {
        const { code, stdout } = await cluster.onHost(host, started);
        return code === 0 && stdout.trim() !== before;
      },
      60_000,
    );
  };
  const restartAcme = async (lifetime: string): Promise<void> => {
    must("acme restart", await cluster.command("acme", "restart", "--lifetime", lifetime));
  };

  it("is there after the first `up`, and browsers accept it for the domain and an alias", async () => {
    const { text } = must("pulumi up", await cluster.up());
    expect(text).toContain(`A ${late} is missing (answers NXDOMAIN)`);
    expect(await orders()).toEqual([`${domain} ${alias} turn.${domain}`]);
    must("the page", await get(`https://${domain}/`, "-f"));
    const redirect = must(
      "the alias",
      await get(`https://${alias}/room?a=b`, "-D-", "-o/dev/null"),
    );
    expect(redirect.stdout).toMatch(/^HTTP\S+ 301/);
    expect(redirect.stdout).toContain(`location: https://${domain}/room?a=b`);
    const plain = must("port 80", await get(`http://${alias}/room`, "-D-", "-o/dev/null"));
    expect(plain.stdout.toLowerCase()).toContain(`location: https://${domain}/room`);
  }, 600_000);

  it("makes browsers insist on https, now that they trust it", async () => {
    const { stdout } = await get(`https://${domain}/`, "-D-", "-o/dev/null");
    expect(stdout.toLowerCase()).toContain("strict-transport-security: max-age=63072000");
  });

  // Each in turn, because the name that is missing is ordered in the end.
  it.each(certificateFaults.filter(({ isLong }) => isLong !== true))(
    "stays, and a step succeeds with a warning, where $name",
    async (one) => {
      must("fault", await cluster.command("fault", "dns", "clear"));
      await one.begin(cluster, late);
      const { code, text } = await step();
      await one.end(cluster);
      expect([code, text]).toEqual([0, expect.stringMatching(one.told(late))]);
      must("the page", await get(`https://${domain}/`, "-f"));
    },
  );

  it("is extended by the name that was missing, once nothing is in the way", async () => {
    for (let attempt = 0; (await tend("--now")).code !== 0 && attempt < 10; attempt++) {
      await sleep(1000);
    }
    const names = [domain, late, alias, `turn.${domain}`].sort().join(" ");
    // With a full disk, one was issued that could not be stored.
    expect([...new Set((await orders()).slice(1))]).toEqual([names]);
    must("the page", await get(`https://${late}/`, "-f"));
    must("rehearsal", await tend("--now"));
    const state = await cluster.mustOnHost("web", "cat /var/lib/jitsi-hetzner/certificate.json");
    expect(JSON.parse(state)).toMatchObject({ rehearsalProblem: null, problems: [], orders: 2 });
  });

  it("is shown by the status, with the days left", async () => {
    const { code, text } = await cluster.tool("status");
    expect(text).toMatch(new RegExp(`^${domain} +89 `, "m"));
    expect(text).toMatch(new RegExp(`^auth\\.${domain} +36\\d\\d `, "m"));
    expect(code).toBe(0);
  }, 60_000);

  it("is renewed three times at one half of a short life; a websocket is held over it", async () => {
    await restartAcme("30s");
    const copy = "/var/lib/jitsi-hetzner-copy/certificates";
    for (const bridge of ["jvb-0", "jvb-1"]) await cluster.mustOnHost(bridge, `rm ${copy}`);
    await cluster.mustOnHost(
      "web",
      `cd /etc/letsencrypt && rm -rf live archive renewal; rm /etc/jitsi/meet/${domain}.crt
       cd /etc/jitsi/meet && openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=${domain} \
         -addext subjectAltName=DNS:${domain} -keyout ${domain}.key -out ${domain}.crt
       jitsi-hetzner certificate --tend --now`,
    );
    const program = readFileSync(join(__dirname, "programs/held_websocket.py"), "utf8");
    const stdin = Buffer.from(program).toString("base64");
    await cluster.mustOnHost(
      "web",
      `mkdir -p /root/held; base64 -d <<<${stdin} >/root/held/program.py
       systemd-run --quiet --unit held python3 /root/held/program.py ${domain} /root/held
       for i in $(seq 20); do [[ -e /root/held/open ]] && exit; sleep 0.5; done; exit 1`,
    );
    const seen = new Set([await serial()]);
    for (let renewal = 0; renewal < 3; renewal++) {
      await untilDue();
      must("tend", await tend("--now"));
      seen.add(await serial());
    }
    expect(seen.size).toBe(4);
    await cluster.mustOnHost("web", "touch /root/held/stop; sleep 2");
    expect(await cluster.mustOnHost("web", "cat /root/held/end")).toBe("alive");
  }, 400_000);

  it("is taken from a bridge by a web host that is replaced, twice", async () => {
    await restartAcme("90d");
    await untilDue();
    must("an order of the usual lifetime", await tend("--now"));
    const [before, shown] = [(await orders()).length, await serial()];
    for (let replacement = 0; replacement < 2; replacement++) {
      const { stdout } = await cluster.mustPulumi("stack", "--show-urns");
      const urn = /URN: (\S+Server::jitsi-web)$/m.exec(stdout)?.[1] ?? "";
      must("pulumi up --replace", await cluster.up("--replace", urn));
      expect(await serial()).toBe(shown);
    }
    expect(await orders()).toHaveLength(before);
  }, 900_000);

  it("stays while the domain's DNS moves to another provider and back, and with all hosts rebooted", async () => {
    const [before, shown] = [(await orders()).length, await serial()];
    const { ipv4, ipv6 } = await publicAddresses(cluster, "web");
    const names = [domain, `turn.${domain}`, alias, late];
    const point = async (type: string, address: string): Promise<void> => {
      for (const name of names) {
        must("dns set", await cluster.command("dns", "set", name, type, address));
      }
    };
    await point("A", "198.51.100.9");
    const lost = await tend("--now");
    expect(lost.code).toBe(1);
    expect(lost.text).toContain(`A ${domain} is 198.51.100.9, but must be ${ipv4} alone`);
    expect(lost.text).toContain("the certificate has it, but cannot be renewed for it");
    await point("A", ipv4);
    await point("AAAA", ipv6);
    must("at another provider", await tend("--now"));
    must("dns unset", await cluster.command("dns", "unset"));
    must("back", await tend("--now"));
    await Promise.all(["web", "jvb-0", "jvb-1"].map(reboot));
    await untilClusterIs(cluster, 2);
    expect(
      await cluster.mustOnHost("web", "systemctl is-active jitsi-hetzner-certificate.timer"),
    ).toBe("active");
    must("after the reboot", await tend());
    expect([(await orders()).length, await serial()]).toEqual([before, shown]);
    must("the page", await get(`https://${domain}/`, "-f"));
  }, 180_000);

  it("stays, with a warning, where the names lead elsewhere, and a bridge can be removed meanwhile", async () => {
    await cluster.configure({ aliases: `${alias},${late},else.example.test`, dnsTimeout: "0" });
    const action = "/zones/example.test/rrsets/talk/CNAME/actions/set_records";
    const records = [{ value: "nowhere.example.test." }];
    await callApi(cluster.sandbox, "POST", action, { records });
    await cluster.configure({ jvbCount: "1" });
    const outcome = must("pulumi up", await cluster.up());
    expect(outcome.text).toContain(`A ${alias} is missing`);
    expect((await cluster.tool("status")).code).toBe(1);
  }, 400_000);
});
