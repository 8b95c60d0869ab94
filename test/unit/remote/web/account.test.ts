import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashInScript } from "../bash";

/** What jitsi-meet-prosody writes, as far as the bridges' account is concerned. */
const packaged = `unlimited_jids = {
    "focus@auth.a.test",
    "jvb@auth.a.test"
}

Component "internal.auth.a.test" "muc"
    admins = { "focus@auth.a.test", "jvb@auth.a.test" }
`;
const withSecond = packaged.replaceAll(
  '"jvb@auth.a.test"',
  '"jvb@auth.a.test", "jvb-2@auth.a.test"',
);

const edited = (verb: "listed" | "unlisted", username: string, text: string): string => {
  const dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  try {
    writeFileSync(join(dir, "file"), text);
    const values = { DOMAIN: "a.test", USERNAME: username, JVB_SECRET: "x" };
    return bashInScript("web/account", values, `${verb} ${dir}/file >&3`).stdout;
  } finally {
    rmSync(dir, { recursive: true });
  }
};

describe("listed", () => {
  it("puts an account beside the packages' own in every list", () => {
    expect(edited("listed", "jvb-2", packaged)).toBe(withSecond);
  });

  it("does it once", () => {
    expect(edited("listed", "jvb-2", withSecond)).toBe(withSecond);
  });

  it("leaves the packages' own lists to them", () => {
    expect(edited("listed", "jvb", packaged)).toBe(packaged);
  });

  it("tells jvb-2 from jvb-22", () => {
    const both = edited("listed", "jvb-22", withSecond);
    expect(both.match(/"jvb-22@auth\.a\.test"/g)).toHaveLength(2);
    expect(both.match(/"jvb-2@auth\.a\.test"/g)).toHaveLength(2);
    expect(edited("unlisted", "jvb-22", both)).toBe(withSecond);
  });

  it("stays Lua", () => {
    const { status } = spawnSync("luac5.4", ["-p", "-"], {
      input: edited("listed", "jvb-2", packaged.replace(/Component .*\n/, "")),
    });
    expect(status).toBe(0);
  });
});

describe("unlisted", () => {
  it("is the way back", () => {
    expect(edited("unlisted", "jvb-2", withSecond)).toBe(packaged);
  });
});

/** Runs a verb on a host where prosodyctl does this; what debconf is told goes to stdout. */
const run = (verb: "set" | "remove", username: string, prosodyctl: string) =>
  bashInScript(
    "web/account",
    { DOMAIN: "a.test", USERNAME: username, JVB_SECRET: "theSecret" },
    `prosodyctl() { ${prosodyctl}; }
     debconf-set-selections() { cat >&3; }
     list_account() { :; }
     unlist_account() { :; }
     main ${verb}`,
  );

describe("what the package registers its account with when it is configured again", () => {
  const answer = /^jitsi-meet-prosody jitsi-videobridge\/jvbsecret password (\S+)\n$/;

  it("is the deployment's password, because beside prosody 13 it does so each time", () => {
    expect(answer.exec(run("set", "jvb", "true").stdout)?.[1]).toBe("theSecret");
  });

  it("is a random one once the account is removed: its old password may be known to others", () => {
    const random = (): string | undefined => answer.exec(run("remove", "jvb", "true").stdout)?.[1];
    const [first, second] = [random(), random()];
    expect(first).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(second).not.toBe(first);
  });

  it("is left alone by other accounts", () => {
    expect(run("set", "jvb-2", "true").stdout).toBe("");
    expect(run("remove", "jvb-2", "true").stdout).toBe("");
  });
});

describe("remove", () => {
  const remove = (prosodyctl: string) => run("remove", "jvb", prosodyctl);

  it.each([
    ["prosody 0.12", "The given user does not exist on the server"],
    ["prosody 13", "Error: No such user"],
  ])("is content with an account that is gone already, in the words of %s", (_, words) => {
    expect(remove(`echo '${words}'; return 1`).status).toBe(0);
  });

  it("fails, and says what prosody said, where the account stays", () => {
    const { status, stderr } = remove("echo 'no access to the data'; return 1");
    expect(status).toBe(1);
    expect(stderr).toContain("no access to the data");
    expect(stderr).toContain("prosodyctl cannot remove jvb@auth.a.test");
  });
});

describe("the password of the account", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  /** The verbs of prosodyctl that ran, where its shell does this. */
  const verbs = (shell: string): string[] => {
    const program = `#!/bin/bash
echo "$1" >>"${dir}/verbs"
cat >/dev/null
[[ $1 != shell ]] || { ${shell}; }
`;
    writeFileSync(join(dir, "prosodyctl"), program, { mode: 0o755 });
    const values = { DOMAIN: "a.test", USERNAME: "jvb-2", JVB_SECRET: "theSecret" };
    bashInScript("web/account", values, `PATH="${dir}:$PATH"; list_account() { :; }; main set`);
    return readFileSync(join(dir, "verbs"), "utf8").trim().split("\n");
  };

  it.each([
    ["prosody 0.12", "prosody> | Result: true"],
    ["prosody 13", "prosody> | Result: true\nprosody> "],
  ])("is not set again where %s has it: that would end the sessions of all bridges", (_, words) => {
    expect(verbs(`echo $'Welcome\n${words}'`)).toEqual(["shell"]);
  });

  it.each([
    ["has another one", "echo '! Error: Auth failed. Invalid username, password'"],
    ["says no", "echo '| Result: false'"],
    ["does not run", "echo 'unable to connect'; exit 1"],
    ["says nothing", "true"],
  ])("is set where prosody %s", (_, shell) => {
    expect(verbs(shell)).toEqual(["shell", "passwd"]);
  });

  it("goes to programs over stdin alone: arguments and environment are shown to others on the host", () => {
    const program = `#!/bin/bash
{ tr '\\0' '\\n' </proc/$$/cmdline; env; } >>"${dir}/shown"
cat >>"${dir}/stdin"
[[ $1 != deluser ]] || echo "No such user"
[[ $1 != shell ]] || echo "| Result: false"
`;
    for (const name of ["prosodyctl", "debconf-set-selections"]) {
      writeFileSync(join(dir, name), program, { mode: 0o755 });
    }
    const values = { DOMAIN: "a.test", USERNAME: "jvb", JVB_SECRET: "theSecret" };
    const code = `PATH="${dir}:$PATH"; list_account() { :; }; unlist_account() { :; }; main set; main remove`;
    const { status, stdout, stderr } = bashInScript("web/account", values, code);
    expect([status, stdout, stderr]).toEqual([0, "", expect.not.stringContaining("theSecret")]);
    const text = (name: string): string => readFileSync(join(dir, name), "utf8");
    expect(text("stdin")).toContain("[[theSecret]]");
    expect(text("stdin")).toContain("theSecret\ntheSecret\n");
    expect(text("stdin")).toContain("jvbsecret password theSecret\n");
    expect(text("shown")).toMatch(/passwd\njvb@auth\.a\.test\n[^]*deluser\njvb@auth\.a\.test\n/);
    expect(text("shown")).not.toContain("theSecret");
  });
});
