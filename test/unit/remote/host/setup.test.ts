import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { scriptFixtures } from "../../../templates/fixtures";
import { bashInScript } from "../bash";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** What host/setup does until it takes cloud-init for ended: asks it, or waits a second. The result is there after two. */
function untilEnded(status: string): string[] {
  const calls = join(dir, "calls");
  const code = `
    timeout() { shift; "$@"; }
    cloud-init() { echo ask >>${calls}; echo "status: ${status}"; return 1; }
    sleep() {
      echo wait >>${calls}
      if [[ $(grep -c wait ${calls}) == 2 ]]; then echo {} >${dir}/result.json; fi
    }
    wait_for_cloud_init
  `;
  const values = scriptFixtures["host/setup"];
  const { status: exitCode, stderr } = bashInScript("host/setup", values, code, {
    "/run/cloud-init": dir,
  });
  expect([exitCode, exitCode === 0 ? "" : stderr]).toEqual([0, ""]);
  return existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [];
}

describe("host/setup, its wait for the packages", () => {
  it("waits while cloud-init says error, because a stage failed and a later one still installs packages", () => {
    expect(untilEnded("error")).toEqual(["ask", "wait", "wait"]);
  });

  it("asks cloud-init once, however long it takes", () => {
    expect(untilEnded("running")).toEqual(["ask", "wait", "wait"]);
  });

  it("goes on when cloud-init has written its result, whatever it was", () => {
    writeFileSync(join(dir, "result.json"), "{}");
    expect(untilEnded("error")).toEqual([]);
  });

  it("goes on when cloud-init is disabled", () => {
    expect(untilEnded("disabled")).toEqual(["ask"]);
  });
});

describe("host/setup", () => {
  const parts = [
    "remove_bootstrap_key",
    "set_authorized_keys",
    "expect_private_network",
    "install_packages",
    "set_up_system",
    "harden",
  ];
  const run = (failing = ""): string[] => {
    const code = parts.map(
      (name) => `${name}() { echo ${name} >&3; [[ ${name} != ${failing || "none"} ]]; }`,
    );
    const values = scriptFixtures["host/setup"];
    return bashInScript("host/setup", values, [...code, "main"].join("\n"))
      .stdout.trim()
      .split("\n");
  };

  it("closes the way in that is no secret first, and has what can fail soon before the long wait", () => {
    expect(run()).toEqual(parts);
  });

  it("stops where a part fails", () => {
    expect(run("expect_private_network").filter((line) => parts.includes(line))).toEqual(
      parts.slice(0, 3),
    );
  });

  it.each([
    ["ssh-ed25519 AAAA", "line 1 of sshAuthorizedKeys is no public key"],
    ["", ""],
  ])("refuses a line of sshAuthorizedKeys that is no key, and takes none: %j", (KEYS, problem) => {
    const values = { ...scriptFixtures["host/setup"], KEYS };
    const code = `sshd() { echo "authorizedkeysfile .ssh/authorized_keys /etc/ssh/authorized_keys.d/%u"; }
      write_file() { echo "wrote $1" >&3; }
      set_authorized_keys`;
    const { status, stdout, stderr } = bashInScript("host/setup", values, code);
    expect([status, stdout]).toEqual(
      problem === "" ? [0, "wrote /etc/ssh/authorized_keys.d/root\n"] : [1, ""],
    );
    expect(stderr).toContain(problem);
  });
});
