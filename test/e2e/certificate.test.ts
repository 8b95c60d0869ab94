import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { callAdmin, callApi } from "../../packages/sandbox/src/client";
import { acmeStatus } from "../../packages/sandbox/src/commands/acme";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import { itWithBrowser } from "../../packages/sandbox/test/e2e/support/machineBrowser";
import { certificateFaults } from "./certificateFaults";
import { goldenHosts, must, runProgram, TestCluster, type Outcome } from "./harness";
import { publicAddresses } from "./turnRelay";
import { untilClusterIs } from "./wholeCluster";

const domain = demoConfig.domain;
const [alias, late] = ["talk.example.test", "late.example.test"];
const unit = "jitsi-hetzner-certificate";
const day = 24 * 3600;
/**
 * Lifetime of the certificates that are renewed, in seconds. Browsers must still accept one after it was installed and
 * copied to the bridges, and a busy machine takes its time for that.
 */
const shortLife = 45;

/** The life of a certificate, in fast motion, with the sandbox's ACME server. `make soak-certificates` has more faults. */
describe("the certificate for browsers", () => {
  let cluster: TestCluster;
  let web: { ipv4: string; ipv6: string };

  beforeAll(async () => {
    cluster = await TestCluster.start("certificate", goldenHosts);
    await cluster.configure({ ...demoConfig, aliases: `${alias},${late}`, dnsTimeout: "5s" });
    must("fault", await cluster.command("fault", "dns", "missing", late));
  }, 300_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const orders = async (): Promise<string[]> =>
    (await acmeStatus(cluster.sandbox)).orders
      .filter(({ directory, status }) => directory === "production" && status === "valid")
      .map(({ names }) => [...names].sort().join(" "));
  /** curl, which trusts what browsers of the sandbox trust. */
  const get = (name: string, port: 80 | 443, ...options: string[]): Promise<Outcome> => {
    const trust = ["--cacert", cluster.env.SANDBOX_CA_FILE ?? ""];
    const where = ["--resolve", `${name}:${port.toString()}:${web.ipv4}`];
    const url = `${port === 80 ? "http" : "https"}://${name}/room?a=b`;
    return runProgram("curl", [
      "-sS",
      "-m20",
      "-D-",
      "-o/dev/null",
      ...trust,
      ...where,
      ...options,
      url,
    ]);
  };
  const mustServe = async (name: string): Promise<void> => {
    must(`the page of ${name}`, await get(name, 443, "-f"));
  };
  const serial = (): Promise<string> =>
    cluster.mustOnHost(
      "web",
      `openssl s_client -connect 127.0.0.1:443 -servername ${domain} </dev/null 2>/dev/null | openssl x509 -noout -serial`,
    );
  const tend = (): Promise<Outcome> =>
    cluster.onHost("web", "jitsi-hetzner certificate --tend --now 2>&1");
  /** As `pulumi up` runs it, with the settings of the last one. */
  const step = (): Promise<Outcome> =>
    cluster.onHost("web", "jitsi-hetzner certificate </etc/jitsi-hetzner/certificate.json 2>&1");
  const state = async (): Promise<Record<string, unknown>> =>
    JSON.parse(
      await cluster.mustOnHost("web", "cat /var/lib/jitsi-hetzner/certificate.json"),
    ) as Record<string, unknown>;
  /** Until the certificate is to be renewed, at one half of its lifetime. */
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
      120_000,
      300,
    );
  };
  /** @param lifetime of the certificates that it issues, in seconds */
  const restartAcme = async (lifetime: number): Promise<void> => {
    const { profiles } = await acmeStatus(cluster.sandbox);
    const [name = ""] = Object.keys(profiles);
    await callAdmin(cluster.sandbox, "POST", "/services/acme/restart", {
      profiles: { [name]: lifetime },
    });
  };
  /** All names, at another provider than Hetzner. */
  const point = async (type: "A" | "AAAA", address: string): Promise<void> => {
    for (const name of [domain, `turn.${domain}`, alias, late]) {
      const record = { name, type, values: [address] };
      await callAdmin(cluster.sandbox, "POST", "/services/dns/set", record);
    }
  };

  it("is there after the first `up`, and browsers accept it for the domain and an alias", async () => {
    const { text } = must("pulumi up", await cluster.up());
    web = await publicAddresses(cluster, "web");
    expect(text).toContain(`A ${late} is missing (answers NXDOMAIN)`);
    expect(await orders()).toEqual([`${domain} ${alias} turn.${domain}`]);
    await mustServe(domain);
    const redirect = must("the alias", await get(alias, 443));
    expect(redirect.stdout).toMatch(/^HTTP\S+ 301/);
    expect(redirect.stdout).toContain(`location: https://${domain}/room?a=b`);
    const plain = must("port 80", await get(alias, 80));
    expect(plain.stdout.toLowerCase()).toContain(`location: https://${domain}/room`);
  }, 600_000);

  itWithBrowser(
    "is accepted by a browser, for the domain and an alias",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "jitsi-hetzner-picture-"));
      try {
        for (const name of [domain, alias]) {
          const args = ["--screenshot", join(folder, "page.png"), "--wait", "0", "--domain", name];
          const { code, text } = await cluster.command("browser", ...args);
          expect([code, text]).toEqual([0, expect.stringContaining(`https://${name}/ is in`)]);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    120_000,
  );

  it("makes browsers insist on https, now that they trust it", async () => {
    const { stdout } = await get(domain, 443);
    expect(stdout.toLowerCase()).toContain("strict-transport-security: max-age=63072000");
  });

  describe("with a name that is not in it yet", () => {
    // The look of the timer would order the name between two faults.
    const dropIn = `/run/systemd/system/${unit}.service.d`;

    beforeAll(async () => {
      await cluster.mustOnHost(
        "web",
        `mkdir -p ${dropIn}; printf '[Unit]\\nConditionPathExists=/nowhere\\n' >${dropIn}/off.conf
         systemctl daemon-reload; systemctl stop ${unit}.service`,
      );
      must("fault", await cluster.command("fault", "dns", "clear"));
    }, 60_000);

    afterAll(async () => {
      await cluster.mustOnHost("web", `rm -r ${dropIn}; systemctl daemon-reload`);
    }, 60_000);

    it.each(certificateFaults.filter(({ isInShort }) => isInShort === true))(
      "stays, and a step succeeds with a warning, where $name",
      async (one) => {
        await one.begin(cluster, late);
        const { code, text } = await step();
        await one.end(cluster);
        expect([code, text]).toEqual([0, expect.stringMatching(one.told(late))]);
        await mustServe(domain);
      },
      120_000,
    );

    it("stays until the end of a rate limit, and is extended by the name then", async () => {
      const limit = ["rate-limit", "orders", "--retry-after", "45"];
      must("fault", await cluster.command("fault", "acme", ...limit));
      const { code, text } = await step();
      const told =
        /the ACME server refuses more orders until .* UTC \(rate limit\): too many new orders/;
      expect([code, text]).toEqual([0, expect.stringMatching(told)]);
      must("fault", await cluster.command("fault", "acme", "clear"));
      const early = await tend();
      expect([early.code, early.text]).toEqual([1, expect.stringMatching(told)]);
      expect(await orders()).toHaveLength(1);

      const { limitedUntil } = await state();
      await sleep(Number(limitedUntil) * 1000 + 1000 - Date.now());
      must("after the limit", await tend());
      const names = [domain, late, alias, `turn.${domain}`].sort().join(" ");
      expect((await orders()).slice(1)).toEqual([names]);
      await mustServe(late);
      must("rehearsal", await tend());
      expect(await state()).toMatchObject({ rehearsalProblem: null, problems: [], orders: 2 });
    }, 180_000);
  });

  it("is shown by the status, with the days left", async () => {
    const { code, text } = await cluster.tool("status");
    expect(text).toMatch(new RegExp(`^${domain} +89 `, "m"));
    expect(text).toMatch(new RegExp(`^auth\\.${domain} +36\\d\\d `, "m"));
    expect(code).toBe(0);
  }, 60_000);

  it("is not ordered again by an `up` that changes bridges, which rehearses the renewal", async () => {
    const before = await state();
    await cluster.configure({ bridgeHeapMb: "400" });
    must("pulumi up", await cluster.up());
    const isRehearsed = async (): Promise<boolean> =>
      Number((await state()).rehearsed) > Number(before.rehearsed);
    await waitUntil("the renewal is rehearsed", isRehearsed, 120_000, 1_000);
    expect(await state()).toMatchObject({ rehearsalProblem: null, problems: [], orders: 2 });
    expect(await orders()).toHaveLength(2);
  }, 400_000);

  it("is renewed three times at one half of a short life; a websocket is held over it", async () => {
    const program = readFileSync(join(__dirname, "programs/held_websocket.py"), "utf8");
    const stdin = Buffer.from(program).toString("base64");
    // Over the certificate of before, which does not end while a busy machine comes to it.
    await cluster.mustOnHost(
      "web",
      `mkdir -p /root/held; base64 -d <<<${stdin} >/root/held/program.py
       systemd-run --quiet --unit held python3 /root/held/program.py ${domain} /root/held
       for i in $(seq 40); do [[ -e /root/held/open ]] && exit; sleep 0.5; done; exit 1`,
    );
    await restartAcme(shortLife);
    const copy = "/var/lib/jitsi-hetzner-copy/certificates";
    for (const bridge of ["jvb-0", "jvb-1"]) await cluster.mustOnHost(bridge, `rm ${copy}`);
    // A look of the timer at these files would find half of them.
    await cluster.mustOnHost(
      "web",
      `exec 9>/run/lock/jitsi-hetzner-certificate; flock 9
       cd /etc/letsencrypt && rm -rf live archive renewal; rm /etc/jitsi/meet/${domain}.crt
       cd /etc/jitsi/meet && openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=${domain} \
         -addext subjectAltName=DNS:${domain} -keyout ${domain}.key -out ${domain}.crt
       exec 9>&-; jitsi-hetzner certificate --tend --now`,
    );
    const seen = new Set([await serial()]);
    for (const lifetime of [shortLife, shortLife, 90 * day]) {
      await restartAcme(lifetime);
      await untilDue();
      must("tend", await tend());
      seen.add(await serial());
    }
    expect(seen.size).toBe(4);
    const end = `touch /root/held/stop
       for i in $(seq 40); do [[ -s /root/held/end ]] && break; sleep 0.5; done; cat /root/held/end`;
    expect(await cluster.mustOnHost("web", end)).toBe("alive");
  }, 400_000);

  it("is taken from a bridge by a web host that is replaced, twice", async () => {
    const [before, shown] = [(await orders()).length, await serial()];
    for (let replacement = 0; replacement < 2; replacement++) {
      const { stdout } = await cluster.mustPulumi("stack", "--show-urns");
      const urn = /URN: (\S+Server::jitsi-web)$/m.exec(stdout)?.[1] ?? "";
      must("pulumi up --replace", await cluster.up("--replace", urn));
      expect([(await orders()).length, await serial()]).toEqual([before, shown]);
    }
  }, 900_000);

  it("stays while the domain's DNS moves to another provider and back", async () => {
    const [before, shown] = [(await orders()).length, await serial()];
    await point("A", "198.51.100.9");
    const lost = await tend();
    expect(lost.code).toBe(1);
    expect(lost.text).toContain(`A ${domain} is 198.51.100.9, but must be ${web.ipv4} alone`);
    expect(lost.text).toContain("the certificate has it, but cannot be renewed for it");
    await point("A", web.ipv4);
    await point("AAAA", web.ipv6);
    must("at another provider", await tend());
    await callAdmin(cluster.sandbox, "POST", "/services/dns/unset", {});
    must("back", await tend());
    expect([(await orders()).length, await serial()]).toEqual([before, shown]);
  }, 120_000);

  it("stays, and is looked after, when all hosts are rebooted", async () => {
    const [before, shown] = [(await orders()).length, await serial()];
    await Promise.all(["web", "jvb-0", "jvb-1"].map(reboot));
    await untilClusterIs(cluster, 2);
    expect(await cluster.mustOnHost("web", `systemctl is-active ${unit}.timer`)).toBe("active");
    must("after the reboot", await tend());
    expect([(await orders()).length, await serial()]).toEqual([before, shown]);
    await mustServe(domain);
  }, 300_000);

  it("stays, with a warning, where a name leads elsewhere, and a bridge can be removed meanwhile", async () => {
    const action = "/zones/example.test/rrsets/talk/CNAME/actions/set_records";
    const records = [{ value: "nowhere.example.test." }];
    await callApi(cluster.sandbox, "POST", action, { records });
    const aliases = `${alias},${late},else.example.test`;
    await cluster.configure({ aliases, dnsTimeout: "0", jvbCount: "1" });
    const outcome = must("pulumi up", await cluster.up());
    expect(outcome.text).toContain(`A ${alias} is missing`);
    await untilClusterIs(cluster, 1);
    expect((await cluster.tool("status")).code).toBe(1);
  }, 400_000);
});
