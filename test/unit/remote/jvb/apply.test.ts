import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import { bashInScript, type Outcome } from "../bash";

const values = { NAME: "jvb-1", BRIDGE_VERSION: "2.3-312", SETTINGS_HASH: "today" };

/** The bridge has joined, by its own word, and its package is of the right version. */
const joined = [
  "installed_version() { printf 2.3-312; }",
  "bridge_has_joined() { :; }",
  "participants() { printf 0; }",
  'restart_and_join() { info "restarts"; }',
].join("\n");

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  writeFileSync(join(dir, "joined"), "yes\n");
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const runningWith = (hash: string) => {
  writeFileSync(join(dir, "running-settings"), `${hash}\n`);
};
const running = () => readFileSync(join(dir, "running-settings"), "utf8").trim();

describe("jvb/apply", () => {
  const apply = (argument = "", more = ""): Outcome =>
    bashInScript("jvb/apply", values, `${joined}\n${more}\nmain ${argument}`, {
      "/var/lib/jitsi-hetzner": dir,
    });

  it("leaves a bridge alone that runs with its settings", () => {
    runningWith("today");
    expect(apply().stderr).toContain("jvb-1 runs with its settings");
  });

  it("restarts a bridge that runs with other settings", () => {
    runningWith("other");
    expect(apply().stderr).toContain("restarts");
    expect(running()).toBe("other");
  });

  it("restarts a bridge that runs with its settings where that is asked for, though it says itself that it has joined", () => {
    runningWith("today");
    expect(apply("restart").stderr).toContain("restarts");
  });

  it("restarts no bridge that takes participants, whoever asks", () => {
    runningWith("other");
    const busy = "participants() { printf 3; }\nbridge_is_draining() { false; }";
    const { status, stderr } = apply("restart", busy);
    expect(status).toBe(1);
    expect(stderr).toContain("its restart would disconnect participants: 3");
    expect(stderr).not.toContain("restarts");
  });
});

describe("jvb/files", () => {
  it.each([
    ["lets a boot start the bridge once it has joined with its settings, and not before", 1],
    ["enables no bridge that the package has enabled, because that leaves links of its own", 0],
  ])("%s", (_name, isEnabled) => {
    rmSync(join(dir, "joined"));
    const steps = [
      ...["adopt_former_hash", "write_socket", "trust_web_host", "write_file", "write_heap"],
      ...["write_hash", "write_apply_values", "install_version"],
    ].map((step) => `${step}() { :; }`);
    const code = [
      "id() { :; }; restart_and_join() { result joined; }; systemctl() {",
      `  [[ $1 != is-enabled ]] || return ${isEnabled}; result "$*"; }`,
      ...steps,
      "main",
    ].join("\n");
    const { stdout } = bashInScript("jvb/files", scriptFixtures["jvb/files"], code, {
      "/var/lib/jitsi-hetzner": dir,
    });
    const enabled = isEnabled === 0 ? "" : "enable --quiet jitsi-videobridge2\n";
    expect(stdout).toBe(`joined\n${enabled}`);
  });

  const adopt = (hash: string): string => {
    runningWith(hash);
    const all = { ...scriptFixtures["jvb/files"], SETTINGS_HASH: "today", FORMER_HASH: "former" };
    const { status } = bashInScript("jvb/files", all, "adopt_former_hash", {
      "/var/lib/jitsi-hetzner": dir,
    });
    expect(status).toBe(0);
    return running();
  };

  it("notes today's hash for a bridge that an older program started with the same settings, and no other", () => {
    expect([adopt("former"), adopt("today"), adopt("other")]).toEqual(["today", "today", "other"]);
  });

  it("writes the values of jvb/apply, which travel no more", () => {
    const all = { ...scriptFixtures["jvb/files"], NAME: "jvb-1" };
    const code = "chown() { :; }\nwrite_apply_values";
    bashInScript("jvb/files", all, code, { "/var/lib/jitsi-hetzner": dir });
    expect(JSON.parse(readFileSync(join(dir, "apply.json"), "utf8"))).toEqual({
      version: 1,
      values: {
        NAME: "jvb-1",
        BRIDGE_VERSION: all.BRIDGE_VERSION,
        SETTINGS_HASH: all.SETTINGS_HASH,
      },
    });
  });
});
