import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashInScript } from "../bash";

const values = {
  NAME: "jvb-1",
  BRIDGE_VERSION: "2.3-312",
  SETTINGS_HASH: "today",
  FORMER_HASH: "former",
  TURN: "7",
};

/** The bridge has joined, by its own word, and its package is of the right version. */
const joined = [
  "installed_version() { printf 2.3-312; }",
  "bridge_has_joined() { :; }",
  "participants() { printf 0; }",
  'restart_and_join() { info "restarts"; }',
].join("\n");

describe("jvb/apply", () => {
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
  const apply = (change: Partial<typeof values> = {}) =>
    bashInScript("jvb/apply", { ...values, ...change }, `${joined}\nmain`, {
      "/var/lib/jitsi-hetzner": dir,
    });

  it("restarts no bridge that the program before started with the same settings, and notes today's hash", () => {
    runningWith("former");
    expect(apply().stderr).toContain("jvb-1 runs with its settings");
    expect(running()).toBe("today");
  });

  it("restarts a bridge for a turn that asks for it, though it says itself that it has joined; and once", () => {
    runningWith("today");
    const turn = { TURN: "7-restart" };
    expect(apply(turn).stderr).toContain("restarts");
    expect(apply(turn).stderr).toContain("jvb-1 runs with its settings");
    expect(apply({ TURN: "8-restart" }).stderr).toContain("restarts");
    expect(apply({ TURN: "9" }).stderr).toContain("jvb-1 runs with its settings");
  });

  it("restarts a bridge that runs with other settings", () => {
    runningWith("other");
    expect(apply().stderr).toContain("restarts");
    expect(running()).toBe("other");
  });
});
