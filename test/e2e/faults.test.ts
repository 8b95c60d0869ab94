import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { callAdmin, listServers } from "../../sandbox/client";
import { TestCluster, type Outcome } from "./harness";

/**
 * A bridge that is broken before its first acceptance: `up` fails and says which and why; once the
 * cause is gone, the next `up` is green. Each case adds one bridge to a healthy cluster.
 */
describe("a bridge broken before its first acceptance", () => {
  let cluster: TestCluster;
  let bridges = 1;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("faults", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  /** Adds a bridge while a fault is in place, then again without it. */
  async function growThrough(fault: {
    add: () => Promise<void>;
    remove: () => Promise<void>;
  }): Promise<{
    bridge: string;
    failed: Outcome;
    healed: Outcome;
  }> {
    const bridge = `jvb-${bridges.toString()}`;
    bridges += 1;
    await cluster.configure({ jvbCount: bridges.toString() });
    await fault.add();
    const failed = await cluster.up();
    await fault.remove();
    const healed = await cluster.up();
    return { bridge, failed, healed };
  }

  function expectNamedThenHealed(
    { bridge, failed, healed }: Awaited<ReturnType<typeof growThrough>>,
    cause: RegExp,
  ): void {
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain(bridge);
    expect(failed.text).toMatch(cause);
    // The end of the bridge's own log stands in the error.
    expect(failed.text).toContain("/var/log/jitsi/jvb.log");
    expect(healed.text).not.toContain("error:");
    expect(healed.code).toBe(0);
  }

  it("is named when port 5222 is blocked, and joins once it is open", async () => {
    const result = await growThrough({
      add: async () => {
        await cluster.mustOnHost(
          "web",
          "nft 'add table inet fault; add chain inet fault in { type filter hook input priority -10; }; " +
            "add rule inet fault in iifname enp7s0 tcp dport 5222 ct state new drop'",
        );
      },
      remove: async () => {
        await cluster.mustOnHost("web", "nft delete table inet fault");
      },
    });
    expectNamedThenHealed(result, /5222/);
  }, 600_000);

  it("is named when the web host has another XMPP password, and joins once it is right", async () => {
    const secret = await cluster.mustOnHost(
      "jvb-0",
      "sed -n 's/^.*shard.PASSWORD=//p' /etc/jitsi/videobridge/sip-communicator.properties",
    );
    const setPassword = async (password: string): Promise<void> => {
      await cluster.mustOnHost(
        "web",
        `printf '%s\\n%s\\n' '${password}' '${password}' | prosodyctl passwd jvb@auth.meet.example.test`,
      );
    };
    const result = await growThrough({
      add: () => setPassword("another"),
      remove: () => setPassword(secret),
    });
    expectNamedThenHealed(result, /password|secret/i);
  }, 600_000);

  it("is named when its service dies, and joins once it lives", async () => {
    const name = `jvb-${bridges.toString()}`;
    const dropIn = "/etc/systemd/system/jitsi-videobridge2.service.d";
    const result = await growThrough({
      add: () => {
        // As soon as the new host is there, before its packages are.
        void untilServer(cluster, name).then(() =>
          cluster.mustOnHost(
            name,
            `mkdir -p ${dropIn} && printf '[Service]\\nExecStart=\\nExecStart=/bin/false\\n' > ${dropIn}/broken.conf && systemctl daemon-reload`,
          ),
        );
        return Promise.resolve();
      },
      remove: async () => {
        await cluster.mustOnHost(name, `rm -r ${dropIn} && systemctl daemon-reload`);
      },
    });
    expect(result.failed.code).not.toBe(0);
    expect(result.failed.text).toContain(name);
    expect(result.failed.text).toMatch(/jitsi-videobridge2/);
    expect(result.healed.code).toBe(0);
  }, 600_000);

  it("refuses a web host with another XMPP certificate, and says so", async () => {
    const certificate = "/var/lib/prosody/auth.meet.example.test.crt";
    const key = "/var/lib/prosody/auth.meet.example.test.key";
    const restart = "systemctl restart prosody";
    const result = await growThrough({
      add: async () => {
        await cluster.mustOnHost(
          "web",
          `cp -pL ${certificate} /root/crt; cp -pL ${key} /root/key; ` +
            "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=auth.meet.example.test " +
            "-addext subjectAltName=DNS:auth.meet.example.test -keyout /root/k2 -out /root/c2 2>/dev/null; " +
            `cat /root/c2 > ${certificate}; cat /root/k2 > ${key}; ${restart}`,
        );
      },
      remove: async () => {
        await cluster.mustOnHost(
          "web",
          `cat /root/crt > ${certificate}; cat /root/key > ${key}; ${restart}`,
        );
      },
    });
    expectNamedThenHealed(result, /certificate/i);
  }, 600_000);

  it("refuses an expired XMPP certificate, on the web host and on a bridge, and says so", async () => {
    const domain = "auth.meet.example.test";
    const certificate = `/var/lib/prosody/${domain}.crt`;
    const known = `/usr/local/share/ca-certificates/${domain}.crt`;
    const restartBridge =
      "update-ca-certificates --fresh >/dev/null; systemctl restart jitsi-videobridge2";
    // The same name and key with another end, as time would make it.
    const expired = await cluster.mustOnHost(
      "web",
      `cp -pL ${certificate} /root/valid; ` +
        `openssl x509 -in /root/valid -signkey /var/lib/prosody/${domain}.key -days -1 >/root/expired 2>/dev/null; ` +
        `cat /root/expired >${certificate}; systemctl restart prosody; cat /root/expired`,
    );
    const refused = await cluster.up("--replace", "**jitsi-web-configure");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/the certificate of auth\.meet\.example\.test, .* has expired/);

    const said = await cluster.mustOnHost(
      "jvb-0",
      `cp ${known} /root/valid; printf '%s\\n' '${expired}' >${known}; : >/var/log/jitsi/jvb.log; ${restartBridge}; ` +
        "for i in {1..60}; do grep -m1 'certificate has expired' /var/log/jitsi/jvb.log && break; sleep 0.5; done; " +
        "curl -fsS -H 'Accept: text/plain' http://127.0.0.1:8080/metrics | grep '^jitsi_jvb_mucs_joined '",
    );
    expect(said).toMatch(/certificate has expired/);
    expect(said).toMatch(/mucs_joined 0/);

    await cluster.mustOnHost("jvb-0", `cat /root/valid >${known}; ${restartBridge}`);
    await cluster.mustOnHost("web", `cat /root/valid >${certificate}; systemctl restart prosody`);
    const healed = await cluster.up();
    expect(healed.text).not.toContain("error:");
    expect(healed.code).toBe(0);
  }, 600_000);

  it("refuses two hosts swapped behind their addresses (wrong SSH host key), and says so", async () => {
    const undo = await cluster.swapAddresses("web", "jvb-0");
    const refused = await cluster.up("--replace", "**jitsi-jvb-0-files");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toMatch(/host key/i);
    await undo();
    expect((await cluster.up()).code).toBe(0);
  }, 600_000);
});

/** Each `up` fails for one cause; the next cause is there when it is gone. In the end all is as it should be, once. */
describe("a stack that fails again and again", () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.withBridges("failures", 1);
  }, 600_000);

  afterAll(async () => {
    await cluster.remove();
  }, 120_000);

  const refusals = [
    ["resource_limit_exceeded", "server limit reached"],
    ["resource_unavailable", "error during placement"],
    ["unauthorized", "the token you have provided is invalid"],
    ["server_error", "internal"],
  ] as const;

  it("is finished by the last up, with no server twice", async () => {
    await cluster.configure({ jvbCount: "2" });
    const fault = (spec: object) => callAdmin(cluster.sandbox, "POST", "/faults", spec);
    for (const [code, message] of refusals) {
      await fault({ kind: "fail", route: "POST /servers", code, message, times: 1 });
      const failed = await cluster.up();
      expect([code, failed.code]).not.toEqual([code, 0]);
      expect(failed.text).toContain("hcloud:index:Server (jitsi-jvb-1)");
      expect(failed.text).toContain(`${message} (${code})`);
    }
    await killDuringCreate(cluster, "jitsi-jvb-1");
    const locked = await cluster.up();
    expect(locked.text).toContain("currently locked");
    const found = await cluster.tool("doctor");
    expect(found.text).toMatch(/server +\d+ +jitsi-jvb-1-\w+ +an interrupted run has made it/);
    expect(found.code).toBe(1);
    expect((await cluster.tool("doctor", "--repair", "--yes")).code).toBe(0);
    // An action in error leaves a server that is there and off.
    await fault({ kind: "action", command: "start_server", code: "action_failed", times: 1 });
    const halfMade = await cluster.up();
    expect(halfMade.text).toMatch(/fault on demand \(action_failed, \d+\)/);
    const healed = await cluster.up();
    expect(healed.text).toMatch(/server jitsi-jvb-1-\w+ was off: powered on/);
    expect(healed.code).toBe(0);
    expect(await listServers(cluster.sandbox)).toHaveLength(3);
    expect((await cluster.tool("doctor")).code).toBe(0);
  }, 900_000);

  it("has a bridge in disorder put right by a repair, and a healthy one left alone", async () => {
    const pid = () =>
      cluster.mustOnHost("jvb-0", "systemctl show -p MainPID --value jitsi-videobridge2");
    const before = await pid();
    expect((await cluster.tool("repair", "0", "--yes")).code).toBe(0);
    expect(await pid()).toBe(before);
    const settings = "/etc/jitsi/videobridge/jvb.conf";
    const original = await cluster.mustOnHost("jvb-0", `sha256sum < ${settings}`);
    await cluster.mustOnHost("jvb-0", `echo x > ${settings}; systemctl stop jitsi-videobridge2`);
    expect((await cluster.tool("repair", "jvb-0", "--yes")).code).toBe(0);
    expect(await cluster.mustOnHost("jvb-0", `sha256sum < ${settings}`)).toBe(original);
    const after = await cluster.pulumi("up", "--yes", "--expect-no-changes");
    expect(after.code).toBe(0);
  }, 300_000);

  it("gets a new web host at the old addresses when the old one is dead, and its bridges back", async () => {
    const { public_net: addresses, id } = await cluster.server("web");
    await cluster.command("fault", "host", "web", "kill");
    const state = (await cluster.mustPulumi("stack", "export")).stdout;
    const [urn = ""] = /urn:pulumi:[^"]*server:Server::jitsi-web(?=")/.exec(state) ?? [];
    const replaced = await cluster.up("--replace", urn);
    expect(replaced.text).toContain("jicofo finds every declared bridge: jvb-0");
    expect(replaced.code).toBe(0);
    const web = await cluster.server("web");
    expect(web.id).not.toBe(id);
    expect(web.public_net).toMatchObject({
      ipv4: { ip: addresses.ipv4?.ip },
      ipv6: { ip: addresses.ipv6?.ip },
    });
  }, 600_000);
});

/** An `up` that is killed while Hetzner makes a server, which it then never hears of. */
async function killDuringCreate(cluster: TestCluster, name: string): Promise<void> {
  // A server takes seconds then, as at Hetzner.
  await callAdmin(cluster.sandbox, "PUT", "/settings", { latency: "hetzner" });
  const args = ["up", "--yes", "--skip-preview", "--non-interactive", "--stack", cluster.stack];
  const run = spawn("pulumi", args, { env: cluster.env, stdio: "ignore" });
  const ended = new Promise((resolve) => run.on("exit", resolve));
  const isThere = async (): Promise<boolean> =>
    (await listServers(cluster.sandbox)).some((server) => server.name.startsWith(`${name}-`));
  for (let attempt = 0; attempt < 600 && !(await isThere()); attempt++) await sleep(100);
  run.kill("SIGKILL");
  await ended;
  await callAdmin(cluster.sandbox, "PUT", "/settings", { latency: "none" });
}

/** Waits until the API has a running server whose name contains `name`. */
async function untilServer(cluster: TestCluster, name: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const servers = await listServers(cluster.sandbox);
    if (servers.some((s) => s.name.includes(name) && s.status === "running")) return;
    await sleep(200);
  }
  throw new Error(`no server ${name} came up`);
}
