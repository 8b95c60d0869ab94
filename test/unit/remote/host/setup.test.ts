import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

/** Whether cloud-init is taken for ended where `cloud-init status` says this. */
function ended(status: string): boolean {
  const code = `
    timeout() { shift; "$@"; }
    cloud-init() { echo "status: ${status}"; return 1; }
    if cloud_init_ended; then result yes; else result no; fi
  `;
  const values = scriptFixtures["host/setup"];
  const { stdout } = bashInScript("host/setup", values, code, { "/run/cloud-init": dir });
  return stdout === "yes\n";
}

describe("host/setup, its wait for the packages", () => {
  it("waits while cloud-init says error, because a stage failed and a later one still installs packages", () => {
    expect(ended("error")).toBe(false);
    expect(ended("running")).toBe(false);
  });

  it("goes on when cloud-init has written its result, whatever it was", () => {
    writeFileSync(join(dir, "result.json"), "{}");
    expect([ended("error"), ended("done")]).toEqual([true, true]);
  });

  it("goes on when cloud-init is disabled", () => {
    expect(ended("disabled")).toBe(true);
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
