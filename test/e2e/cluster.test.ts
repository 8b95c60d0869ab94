import { readFileSync } from "node:fs";
import { join } from "node:path";
import { withPartsUnpacked } from "../../lib/packedText";
import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { waitUntil } from "../../packages/sandbox/src/hosts/exec";
import type { ParticipantsReport } from "../../packages/sandbox/src/participants";
import type { Status } from "../../tools/status/status";
import { browserCases } from "./browserCases";
import { guestCases } from "./guestCases";
import { hardeningCases } from "./hardeningCases";
import { TestCluster, type Outcome } from "./harness";
import { scanCluster } from "./portScan";
import { ProcessWatch } from "./processWatch";
import { secretCases } from "./secretCases";
import { turnCases } from "./turnCases";

/** The demo's path on a fresh sandbox: what comes up, that it stays, and that it goes. */
describe("a cluster with two bridges", () => {
  let cluster: TestCluster;
  let firstUp: Outcome;
  /** Arguments and environments of all processes that lived during the first `up`. */
  let processes: string[];

  beforeAll(async () => {
    cluster = await TestCluster.start("cluster");
    await cluster.configure({ ...demoConfig, jvbCount: "2" });
    const watched = await ProcessWatch.during(() => cluster.mustUp());
    [firstUp, processes] = [watched.result, watched.seen];
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

  it.each([
    ["jvb-0", "jitsi-videobridge2"],
    ["web", "jicofo"],
  ])(
    "starts the program again whose heap is full, without a heap in memory: %s",
    async (host, unit) => {
      const pid = () => cluster.mustOnHost(host, `systemctl show -p MainPID --value ${unit}`);
      const before = await pid();
      await cluster.mustOnHost(host, `systemctl kill --kill-who=main --signal=USR1 ${unit}`);
      await waitUntil(
        `${unit} runs again`,
        async () => !["0", before].includes(await pid()),
        30_000,
        1000,
      );
      expect(await cluster.mustOnHost(host, "ls /tmp | grep -c hprof || true")).toBe("0");
      await untilOperational(cluster, 2);
    },
    120_000,
  );

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
      expect(withPartsUnpacked(userData)).not.toContain(secret);
    }
  });

  it("sets every host's time zone, and lets apt upgrade nothing of Jitsi by itself", async () => {
    for (const host of ["web", "jvb-0"]) {
      expect(await cluster.mustOnHost(host, "date +%Z; cat /etc/timezone")).toBe("UTC\nUTC");
      const held = await cluster.mustOnHost(host, "apt-mark showhold");
      expect(held).toContain(host === "web" ? "jicofo" : "jitsi-videobridge2");
      expect(held).not.toMatch(/^(nginx|prosody)$/m);
      const conf = await cluster.mustOnHost(host, "apt-config dump APT::Periodic");
      expect(conf).toContain('Unattended-Upgrade "1"');
    }
  });

  it("gives jicofo and the bridges heaps that suit their hosts", async () => {
    const heap = "ps ax -o args | grep -o '[j]icofo.py -Xmx[0-9]*m\\|[j]vb.py -Xmx[0-9]*m'";
    expect(await cluster.mustOnHost("web", heap)).toBe("jicofo.py -Xmx1024m");
    expect(await cluster.mustOnHost("jvb-0", heap)).toBe("jvb.py -Xmx3072m");
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

  it("runs every step of the web host and of a bridge again, and no participant notices", async () => {
    const room = async () =>
      (await cluster.people.list()).rooms.find(({ room }) => room === "calm");
    await cluster.people.join("calm", 6);
    const before = await room();
    for (const host of ["web", "0"]) {
      const { code, text } = await cluster.tool("repair", host, "--yes");
      expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
    }
    const after = await room();
    await cluster.people.leave("calm");
    expect(after).toMatchObject({ bridges: before?.bridges, moved: 0, cut: 0 });
  }, 180_000);

  it.each(["web", "jvb-0", "jvb-1"])("takes SSH keys and no passwords: %s", async (host) => {
    const settings = await cluster.mustOnHost(host, "sshd -T");
    expect(settings.split("\n")).toEqual(
      expect.arrayContaining([
        "passwordauthentication no",
        "kbdinteractiveauthentication no",
        "permitemptypasswords no",
        "hostbasedauthentication no",
        "gssapiauthentication no",
        "permitrootlogin without-password",
      ]),
    );
    // What a client is offered, not only what a file says.
    const offer =
      "ssh -o BatchMode=yes -o StrictHostKeyChecking=no -o PreferredAuthentications=none";
    const refused = await cluster.onHost(host, `${offer} root@127.0.0.1 2>&1`);
    expect(refused.stdout).toMatch(/Permission denied \(publickey\)/);
  });

  it.each(["web", "jvb-0"])("keeps the metadata service to root: %s", async (host) => {
    const address = "169.254.169.254";
    // Not port 80, which nginx has; the rule names none.
    const get = `curl -sS -m 3 -o /dev/null -w '%{http_code}' http://${address}:8799/`;
    const as = (user: string): string => `setpriv --reuid ${user} --clear-groups ${get} || true`;
    const seen = await cluster.mustOnHost(
      host,
      `ip addr add ${address}/32 dev lo
       systemd-run -q --unit metadata-test python3 -m http.server --bind ${address} 8799 --directory /run
       for i in {1..300}; do ${get} >/dev/null 2>&1 && break; sleep 0.1; done
       ${as("root")}; ${as("nobody")}; ${as("www-data")}
       systemctl stop metadata-test; ip addr del ${address}/32 dev lo`,
    );
    expect(seen).toBe("200000000");
  });

  const status = async (): Promise<{ code: number; status: Status }> => {
    const { code, stdout } = await cluster.tool("status", "--json");
    return { code, status: JSON.parse(stdout) as Status };
  };

  it("is as declared, in all that `npm run status` asks", async () => {
    await cluster.people.join("board", 12);
    const { code, status: found } = await status();
    await cluster.people.leave("board");
    expect([code, found.verdict, found.differences, found.unknown]).toEqual([0, "equal", [], []]);
    expect(found.counts).toEqual({ declared: 2, joined: 2, operational: 2, draining: 0 });
    expect(found.hosts.map(({ name, status }) => [name, status])).toEqual([
      ["web", "running"],
      ["jvb-0", "running"],
      ["jvb-1", "running"],
    ]);
    expect(found.bridges.map(({ participants }) => participants).sort()).toEqual([0, 12]);
    expect(found.bridges.map(({ conferences }) => conferences).sort()).toEqual([0, 1]);
    expect(found.versions).toHaveProperty("jicofo");
  }, 60_000);

  it("is not as declared with another firewall, a changed rule, or a setting that is not deployed", async () => {
    const { firewalls, hosts } = (await status()).status;
    const own = firewalls.find(({ role }) => role === "web")?.name ?? "";
    const server = hosts.find(({ name }) => name === "jvb-0")?.server ?? "";
    const rule = ["--direction", "in", "--protocol", "tcp", "--port", "8080"];
    const changeRule = (verb: string) =>
      cluster.hcloud("firewall", verb, ...rule, "--source-ips", "192.0.2.0/24", own);
    const office = ["--type", "server", "--server", server, "office"];
    await changeRule("add-rule");
    await cluster.hcloud("firewall", "create", "--name", "office");
    await cluster.hcloud("firewall", "apply-to-resource", ...office);
    await cluster.mustPulumi("config", "set", "timezone", "Europe/Berlin");
    const changed = await status();
    await cluster.mustPulumi("config", "rm", "timezone");
    await cluster.hcloud("firewall", "remove-from-resource", ...office);
    await changeRule("delete-rule");
    expect(changed).toMatchObject({
      code: 1,
      status: {
        differences: [
          "timezone is changed, but not deployed (deployed: UTC, now: Europe/Berlin): pulumi up",
          `the firewall ${own} differs, in force, but not declared: in tcp 8080 from 192.0.2.0/24: pulumi refresh, then pulumi up`,
          expect.stringContaining("the firewall office, which is not this stack's") as string,
        ],
      },
    });
    expect(await status()).toMatchObject({ code: 0 });
  }, 120_000);

  it("ends with 2 for settings that `up` would refuse, with the command that repairs them", async () => {
    await cluster.mustPulumi("config", "set", "location", "Falkenstein");
    const refused = await cluster.tool("status", "--json");
    await cluster.mustPulumi("config", "rm", "location");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.text).toContain("pulumi config set location fsn1");
  }, 60_000);

  it("ends within four checks of the watch what runs but answers nobody, and has it back", async () => {
    const stop = (unit: string) => `systemctl kill --kill-who=all --signal=STOP ${unit}`;
    const units = { web: ["nginx", "prosody", "jicofo"], "jvb-0": ["jitsi-videobridge2"] };
    // One that has just started is given a minute. The cases before this one take as long.
    expect(await failures(units, hasRunForAMinute)).toEqual([]);
    expect(await failures(units, (unit) => anotherByWatch(unit, stop(unit), 4))).toEqual([]);
    await untilOperational(cluster, 2);
  }, 360_000);

  it("restarts a jicofo that stays outside of the bridges' room, which the verb `jicofo` names", async () => {
    const leave = "curl -fsS -X POST http://127.0.0.1:8888/sandbox/outside";
    const seen =
      "until [[ $(jitsi-hetzner jicofo) == *'not in the bridges'* ]]; do sleep 0.5; done";
    expect(await failures({ web: ["jicofo"] }, hasRunForAMinute)).toEqual([]);
    const units = { web: ["jicofo"] };
    expect(
      await failures(units, (unit) => another(unit, `${leave}; timeout 15 bash -c "${seen}"`, 100)),
    ).toEqual([]);
    await untilOperational(cluster, 2);
    expect(await cluster.mustOnHost("web", "jitsi-hetzner jicofo")).toBe("");
  }, 300_000);

  it("has every service back within 20 s after SIGKILL", async () => {
    const kill = (unit: string) => `systemctl kill --kill-who=main --signal=KILL ${unit}`;
    const units = {
      web: ["nginx", "prosody", "jicofo", "ssh"],
      "jvb-0": ["jitsi-videobridge2", "ssh"],
    };
    expect(await failures(units, (unit) => another(unit, kill(unit), 20))).toEqual([]);
    await untilOperational(cluster, 2);
  }, 180_000);

  it("restarts a bridge that stays outside of jicofo's room, and no participant is on it", async () => {
    const leave = "curl -fsS -X POST http://127.0.0.1:8080/sandbox/outside";
    const units = { "jvb-0": ["jitsi-videobridge2"] };
    expect(await failures(units, hasRunForAMinute)).toEqual([]);
    expect(await failures(units, (unit) => another(unit, leave, 100))).toEqual([]);
    await untilOperational(cluster, 2);
  }, 300_000);

  it("removes what prosody keeps of sessions that broke days ago", async () => {
    const folder = "/var/lib/prosody/meet%2eexample%2etest/smacks_h";
    const seen = await cluster.mustOnHost(
      "web",
      `install -d -o prosody ${folder} && touch -d '2 days ago' ${folder}/gone.dat && touch ${folder}/here.dat
       systemctl is-active systemd-tmpfiles-clean.timer && systemctl start systemd-tmpfiles-clean.service
       ls ${folder} | grep -E 'gone|here'; rm ${folder}/here.dat`,
    );
    expect(seen).toBe("active\nhere.dat");
  }, 60_000);

  it("lets nginx and prosody have more connections than 1,024 file descriptors", async () => {
    expect(await cluster.mustOnHost("web", holdWebsockets("meet.example.test", 1_100))).toBe(
      "1100",
    );
  }, 240_000);

  it("kills no prosody that is out of file descriptors, and says that it is full", async () => {
    const { stdout } = await cluster.onHost("web", watchFullProsody);
    await untilOperational(cluster, 2);
    expect(stdout).toMatch(/prosody is full \(\d+ of 64 file descriptors\), so it is not killed/);
  }, 240_000);

  it("gives up an nginx that refuses its configuration, and has it back with the right one", async () => {
    const seen = await cluster.mustOnHost(
      "web",
      `echo broken >/etc/nginx/conf.d/broken.conf
       systemctl kill --kill-who=main --signal=KILL nginx
       for ((i = 0; i < 120; i++)); do systemctl is-failed -q nginx && break; sleep 0.5; done
       systemctl is-failed nginx
       rm /etc/nginx/conf.d/broken.conf
       systemctl reset-failed nginx && systemctl start nginx && systemctl is-active nginx`,
    );
    expect(seen).toBe("failed\nactive");
  }, 90_000);

  /** Runs a script for each unit of each host, all side by side; what those say that fail. */
  async function failures(
    units: Readonly<Record<string, readonly string[]>>,
    script: (unit: string) => string,
  ): Promise<string[]> {
    const runs = Object.entries(units).flatMap(([host, list]) =>
      list.map((unit) => cluster.onHost(host, script(unit))),
    );
    return (await Promise.all(runs)).filter(({ code }) => code !== 0).map(({ text }) => text);
  }

  it("is not as declared while a bridge is stopped, whose people are invited to the other", async () => {
    const club = ({ rooms }: ParticipantsReport) => rooms.find(({ room }) => room === "club");
    const [nickname = ""] = Object.keys(club(await cluster.people.join("club", 5))?.bridges ?? {});
    const bridge = (await status()).status.bridges.find((one) => one.nickname === nickname);
    const name = bridge?.name ?? "";
    await cluster.mustOnHost(name, "systemctl stop jitsi-videobridge2");
    const invited = async () => club(await cluster.people.list())?.bridges[nickname] === undefined;
    await waitUntil("the other bridge has them", invited, 30_000, 200);
    const stopped = await status();
    await cluster.mustOnHost(name, "systemctl start jitsi-videobridge2");
    expect(club(await cluster.people.leave("club", 1))).toMatchObject({
      cut: 5,
      moved: 0,
      left: 1,
    });
    expect(stopped).toMatchObject({
      code: 1,
      status: {
        differences: [expect.stringContaining(`${name} (${nickname}) is not in jicofo's`)],
      },
    });
    await waitUntil("all is as declared", async () => (await status()).code === 0, 60_000, 1_000);
  }, 120_000);

  describe("its TURN server", () => {
    turnCases(() => cluster);
  });

  it("has no port open but those of docs/ports.md, from nowhere, with a TURN server", async () => {
    const { found, expected } = await scanCluster(cluster);
    // Each of 3 hosts from outside (IPv4, IPv6) and from its two neighbours.
    expect(found).toHaveLength(12);
    expect(found).toEqual(expected);
  }, 180_000);

  describe("its secrets", () => {
    secretCases(() => ({ cluster, firstUp, processes }));
  });

  describe("in a browser", () => {
    browserCases(() => cluster);
  });

  describe("its guests", () => {
    guestCases(() => cluster);
  });

  describe("its hardening", () => {
    hardeningCases(() => ({ cluster, firstUp }));
  });
});

/** Opens websockets to prosody through nginx on the web host and prints how many stay open. */
function holdWebsockets(domain: string, count: number): string {
  const program = readFileSync(join(__dirname, "programs/websockets.py"), "utf8");
  return `python3 - ${domain} ${count} <<'END'\n${program}END`;
}

/**
 * A prosody with 64 file descriptors and more clients than that, judged by the watch as if it had run for long. After an
 * accept without a descriptor prosody leaves that port alone for ten seconds, so a descriptor that comes free meanwhile
 * would be the watch's: clients wait in front of it at its port too. The timer's own watch would say it first once prosody
 * has run for a minute, and it is said once.
 */
const watchFullProsody = `
  systemctl stop jitsi-hetzner-watch.timer; trap 'systemctl start jitsi-hetzner-watch.timer' EXIT
  dir=/run/systemd/system/prosody.service.d
  mkdir -p $dir && printf '[Service]\\nLimitNOFILE=64\\n' >$dir/90-test.conf
  systemctl daemon-reload && systemctl restart prosody
  for ((i = 0; i < 30; i++)); do curl -s -o /dev/null http://127.0.0.1:5280/ && break; sleep 1; done
  python3 -c 'import socket, time
all = [socket.create_connection(("127.0.0.1", port)) for port in (5222, 5280) for _ in range(80)]
time.sleep(600)' &
  clients=$!
  for ((i = 0; i < 100; i++)); do
    used=$(ls "/proc/$(systemctl show -p MainPID --value prosody)/fd" | wc -l)
    if ((used == 64)); then break; fi; sleep 0.2
  done
  echo "file descriptors in use: $used"
  sed 's/^readonly seconds_to_start=60/readonly seconds_to_start=0/' /usr/local/sbin/jitsi-hetzner-watch >/root/watch
  for check in 1 2 3 4; do bash /root/watch; done
  kill $clients; rm -r $dir; systemctl daemon-reload; systemctl restart prosody`;

/** Does something to a unit, then waits until another process of it runs; fails after `seconds`. */
function another(unit: string, deed: string, seconds: number): string {
  const pid = `systemctl show -p MainPID --value ${unit}`;
  return `old=$(${pid}); ${deed}; for ((i = 0; i < ${seconds * 2}; i++)); do
    new=$(${pid}); if [[ $new != 0 && $new != "$old" ]] && systemctl is-active -q ${unit}; then exit 0; fi; sleep 0.5
  done; echo "${unit}: still process $new"; journalctl -u jitsi-hetzner-watch -n 20 --no-pager; exit 1`;
}

/**
 * As `another`, for what the watch has to do, after so many of its checks at most: 20 s from one to the next, and more on a
 * busy machine.
 */
function anotherByWatch(unit: string, deed: string, checks: number): string {
  const check = "systemctl show -p InvocationID --value jitsi-hetzner-watch.service";
  const count = `checks=0; last=$(${check})
    while sleep 0.5; do now=$(${check}); [[ $now == "$last" ]] || echo $((++checks)) >"$file"; last=$now; done`;
  return `file=$(mktemp); echo 0 >"$file"; { ${count}; } & counting=$!
    trap 'kill $counting; rm "$file"' EXIT
    (${another(unit, deed, 180)}) || exit 1
    checks=$(<"$file"); ((checks <= ${checks})) || { echo "${unit}: $checks checks"; exit 1; }`;
}

/** Waits until a unit has been active for a minute. */
function hasRunForAMinute(unit: string): string {
  return `for ((i = 0; i < 60; i++)); do
    since=$(systemctl show -p ActiveEnterTimestampMonotonic --value ${unit}); read -r now _ </proc/uptime
    if systemctl is-active -q ${unit} && ((\${now%.*} - since / 1000000 >= 60)); then exit 0; fi; sleep 1
  done; echo "${unit}: not active for a minute"; exit 1`;
}

/**
 * Waits until jicofo finds so many bridges ready for conferences. After a health check that fails it does without a bridge
 * for a minute.
 */
async function untilOperational(cluster: TestCluster, count: number): Promise<void> {
  await cluster.mustOnHost(
    "web",
    `for ((i = 0; i < 120; i++)); do
      n=$(curl -fsS -m 2 http://127.0.0.1:8888/stats | jq .bridge_selector.operational_bridge_count) || n=none
      if [[ $n == ${count} ]]; then exit 0; fi; sleep 1
    done; echo "operational bridges: $n"; exit 1`,
  );
}
