import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostFile } from "../../../remote/hostFile";

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
}

/** Runs the watch once on a host that is played by functions; gives what it says and whom it kills. */
function watch({ running = {}, answering = [] }: Host): string {
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
    curl() { case "\${!#}" in ${answering.map((url) => `${url}) return 0 ;;`).join(" ")} *) return 28 ;; esac; }
    answers_by_greeting() { ${answering.includes("22") ? "true" : "false"}; }
  `;
  const text = hostFile("WATCH").replace("/run/jitsi-hetzner-watch", dir);
  const script = `${text.replace(/\nmain\n$/, "\n")}${world}\nmain\n`;
  const { stdout, stderr, status } = spawnSync("bash", ["-s"], { input: script, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

const jicofo = "http://127.0.0.1:8888/about/version";
const kill = "systemctl kill --kill-who=main --signal=KILL jicofo.service";

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
});
