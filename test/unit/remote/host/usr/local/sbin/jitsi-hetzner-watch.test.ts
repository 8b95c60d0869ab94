import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostFile } from "../../../../../../../remote/hostFile";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

interface Host {
  /** Units that run, with the seconds since their start. */
  readonly running?: Readonly<Record<string, number>>;
  /** Addresses that answer. */
  readonly answering?: readonly string[];
  /** Who waits for a connection of nginx or prosody; by default one that came first and is never accepted. */
  readonly waiting?: readonly string[];
  /** File descriptors that nginx and prosody use, of 1,024. */
  readonly descriptors?: number;
  /** How many bridges jicofo knows; 2 by default. */
  readonly bridges?: number;
  /** What keeps jicofo from its work, by its verb. */
  readonly problem?: string;
  /** How often the bridge is connected to prosody, and in how many rooms it is; once, and in one, by default. */
  readonly connected?: string;
  readonly joined?: string;
}

/** Runs the watch once on a host that is played by functions; gives what it says and whom it kills. */
function watch({ running = {}, answering = [], ...host }: Host): string {
  const { waiting = ["127.0.0.1:40000"], descriptors = 100, bridges = 2, problem = "" } = host;
  const { connected = "1.0", joined = "1.0" } = host;
  const metrics = `jitsi_jvb_muc_clients_connected ${connected}\njitsi_jvb_mucs_joined ${joined}`;
  const since = Object.entries(running)
    .map(([unit, seconds]) => `${unit}.service) echo $(( (\${up%.*} - ${seconds}) * 1000000 )) ;;`)
    .join(" ");
  const world = `
    read -r up _ </proc/uptime
    systemctl() {
      case "$*" in
        *ActiveState*) case "\${!#}" in ${Object.keys(running)
          .map((unit) => `${unit}.service) echo active ;;`)
          .join(" ")} *) echo inactive ;; esac ;;
        *Timestamp*) case "\${!#}" in ${since} esac ;;
        *) printf 'systemctl %s\\n' "$*" ;;
      esac
    }
    timeout() { shift; "$@"; }
    jitsi-hetzner() { [[ $* == jicofo ]] && echo "${problem}"; return 1; }
    curl() { case "\${!#}" in */stats) echo '{"bridge_selector":{"bridge_count":${bridges}}}' ;;
      */metrics) echo '${metrics}' ;; ${answering.map((url) => `${url}) return 0 ;;`).join(" ")} *) return 28 ;; esac; }
    waiting_at() { printf '%s' '${waiting.join(" ")}'; }
    descriptors() { echo ${descriptors} 1024; }
    is_listening() { true; }
    answers_by_greeting() { ${answering.includes("22") ? "true" : "false"}; }
  `;
  const text = hostFile("WATCH")
    .replace("/run/jitsi-hetzner-watch", dir)
    .replace("/var/lib/jitsi-hetzner", dir);
  const script = `${text.replace(/\nmain\n$/, "\n")}${world}\nmain\n`;
  const { stdout, stderr, status } = spawnSync("bash", ["-s"], { input: script, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

const jicofo = "http://127.0.0.1:8888/about/version";
const kill = "systemctl kill --kill-who=main --signal=KILL jicofo.service";

/** What the watch has written down, without the times. */
const record = (): string[] => {
  const file = join(dir, "watch.log");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /);
  return lines.map((line) => line.slice(line.indexOf(" ") + 1));
};

describe("who waits for a connection", () => {
  it("is whom the kernel holds for the service, not whom it is done with", () => {
    const sockets = [
      "LISTEN 1 511 0.0.0.0:443 0.0.0.0:* ino:0 sk:1",
      "ESTAB 0 0 127.0.0.1:443 127.0.0.1:40000 ino:0 sk:2",
      "CLOSE-WAIT 1 0 127.0.0.1:443 127.0.0.1:40001 ino:0 sk:3",
      "ESTAB 0 0 10.0.0.2:443 203.0.113.1:999 ino:7 sk:4",
      "TIME-WAIT 0 0 127.0.0.1:443 127.0.0.1:40002 timer:(timewait,5sec,0) ino:0 sk:5",
      "FIN-WAIT-2 0 0 127.0.0.1:443 127.0.0.1:40003 timer:(timewait,5sec,0) ino:0 sk:6",
    ];
    const program = hostFile("WATCH").replace(/\nmain\n$/, "\n");
    const script = `${program}ss() { printf '%s\\n' ${sockets.map((one) => `'${one}'`).join(" ")}; }\nwaiting_at 443\n`;
    const { stdout } = spawnSync("bash", ["-s"], { input: script, encoding: "utf8" });
    expect(stdout).toBe("127.0.0.1:40000 127.0.0.1:40001");
  });
});

describe("jitsi-hetzner-watch", () => {
  it("says nothing where everything answers", () => {
    const running = { jicofo: 600, ssh: 600 };
    expect(watch({ running, answering: [jicofo, "22"] })).toBe("");
  });

  it("kills what has not answered three times in a row, and says so", () => {
    const hung = { running: { jicofo: 600 } };
    expect(watch(hung)).toBe(`<4>jicofo does not answer on ${jicofo} (1 of 3)\n`);
    expect(watch(hung)).toBe(`<4>jicofo does not answer on ${jicofo} (2 of 3)\n`);
    expect(watch(hung)).toBe(
      `<3>jicofo did not answer on ${jicofo} 3 times: it is killed, and systemd starts it again\n${kill}\n`,
    );
    expect(watch(hung)).toContain("(1 of 3)");
  });

  it("forgets a silence that was followed by an answer", () => {
    const running = { jicofo: 600 };
    watch({ running });
    watch({ running });
    watch({ running, answering: [jicofo] });
    expect(watch({ running })).toContain("(1 of 3)");
  });

  it("gives what has just started time", () => {
    expect(watch({ running: { jicofo: 30 } })).toBe("");
  });

  it("lets what is stopped be stopped", () => {
    expect(watch({})).toBe("");
  });

  it.each(["nginx", "prosody", "jicofo", "jitsi-videobridge2", "ssh"])("watches %s", (unit) => {
    const hung = { running: { [unit]: 61 } };
    watch(hung);
    watch(hung);
    expect(watch(hung)).toContain(`--signal=KILL ${unit}.service\n`);
  });

  describe("of a jicofo that answers", () => {
    const problem =
      "jicofo is logged in to prosody, but not in the bridges' room, so it knows no bridge";
    const outside = { running: { jicofo: 600 }, answering: [jicofo], bridges: 0, problem };

    it("kills one that has been outside of the bridges' room four times in a row, and says so", () => {
      for (const strike of [1, 2, 3]) {
        expect(watch(outside)).toBe(`<4>jicofo is outside of the bridges' room (${strike} of 4)\n`);
      }
      const what =
        "was outside of the bridges' room 4 times: it is killed, and systemd starts it again";
      expect(watch(outside)).toBe(`<3>jicofo ${what}\n${kill}\n`);
      expect(record()).toEqual([`jicofo ${what}`]);
      expect(watch(outside)).toContain("(1 of 4)");
    });

    it("forgets it when jicofo is back in the room", () => {
      for (let check = 0; check < 3; check++) watch(outside);
      expect(watch({ ...outside, problem: "" })).toBe("");
      expect(watch(outside)).toContain("(1 of 4)");
    });

    it.each([
      ["has just started", { running: { jicofo: 30 } }],
      ["knows bridges", { bridges: 1 }],
      ["is logged out, which a restart does not cure", { problem: "jicofo is not logged in" }],
    ])("lets one be that %s", (_, host) => {
      expect(watch({ ...outside, ...host })).toBe("");
    });
  });

  describe("of a bridge that answers", () => {
    const running = { "jitsi-videobridge2": 600 };
    const outside = { running, answering: ["http://127.0.0.1:8080/about/version"], joined: "0.0" };

    it("kills one that has been in no room four times in a row, and says so", () => {
      for (let check = 0; check < 3; check++) watch(outside);
      expect(watch(outside)).toMatch(
        /^<3>jitsi-videobridge2 was outside .* starts it again\nsystemctl kill .* jitsi-videobridge2\.service\n$/,
      );
    });

    it.each([
      ["is in its room", { joined: "1.0" }],
      ["is not connected to prosody, which a restart does not cure", { connected: "0.0" }],
      ["does not say", { joined: "-" }],
    ])("lets one be that %s", (_, host) => {
      expect(watch({ ...outside, ...host })).toBe("");
    });
  });

  it("writes down what it killed", () => {
    const hung = { running: { jicofo: 600 } };
    for (let check = 0; check < 3; check++) watch(hung);
    expect(record()).toEqual([
      `jicofo did not answer on ${jicofo} 3 times: it is killed, and systemd starts it again`,
    ]);
  });

  it("keeps the newest 50 of what it did", () => {
    writeFileSync(join(dir, "watch.log"), "2026-11-29T00:00:00Z ssh old\n".repeat(50));
    for (let check = 0; check < 3; check++) watch({ running: { jicofo: 600 } });
    expect(record()).toHaveLength(50);
    expect(record().at(-1)).toContain("jicofo did not answer");
  });

  describe.each(["nginx", "prosody"])("of %s", (unit) => {
    const running = { [unit]: 600 };
    const fourChecks = (host: (check: number) => Host): string =>
      [0, 1, 2, 3].map((check) => watch({ running, ...host(check) })).join("");

    it("kills no service that is out of file descriptors, and says so once", () => {
      const said = fourChecks(() => ({ descriptors: 1_020 }));
      expect(said).toBe(
        `<3>${unit} is full (1020 of 1024 file descriptors), so it is not killed\n`,
      );
      expect(record()).toEqual([
        `${unit} is full (1020 of 1024 file descriptors), so it is not killed`,
      ]);
    });

    it("says so again after it has answered between", () => {
      watch({ running, descriptors: 1_020 });
      watch({ running, answering: ["https://127.0.0.1/", "http://127.0.0.1:5280/"] });
      watch({ running, descriptors: 1_020 });
      expect(record()).toHaveLength(2);
    });

    it("kills no service that takes connections and answers late", () => {
      expect(fourChecks(() => ({ waiting: [] }))).toMatch(
        /^<3>\w+ is slow \(it takes connections, .*\), so it is not killed\n$/,
      );
    });

    it("kills no service that lets those in who waited, however many wait by then", () => {
      const said = fourChecks((check) => ({
        waiting: [`127.0.0.1:${40_000 + check}`, `203.0.113.${check}:999`],
      }));
      expect(said).toContain("is slow (those who waited before have their connections now)");
      expect(said).not.toContain("is killed");
    });

    it("takes a visitor who gave up for no progress", () => {
      const said = fourChecks((check) => ({
        waiting: ["127.0.0.1:40000", `203.0.113.${check}:999`],
      }));
      expect(said).toContain(`--signal=KILL ${unit}.service`);
    });

    it("kills one whose queue is so full that only visitors wait in it, always the same", () => {
      const said = fourChecks(() => ({ waiting: ["203.0.113.1:999", "203.0.113.2:999"] }));
      expect(said).toContain(`--signal=KILL ${unit}.service`);
    });
  });
});
