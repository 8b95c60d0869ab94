import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packText } from "../../../lib/packedText";
import {
  describeVerbs,
  makeProgram,
  programFiles,
  type HostProgram,
} from "../../../remote/program";
import { crc32 } from "../../../remote/program/crc32";
import { scriptFiles, scriptNames } from "../../../remote/scriptFiles";

let work: string;
let program: HostProgram;
/** The program as a host has it. */
let installed: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "program-"));
  program = makeProgram(join(work, "cache"));
});
beforeEach(() => {
  installed = mkdtempSync(join(work, "installed-"));
  spawnSync("tar", ["-C", installed, "-xf", program.archive]);
});
afterAll(() => {
  rmSync(work, { recursive: true });
});

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], input: string): Ran {
  const { status, stdout, stderr } = spawnSync(join(installed, "jitsi-hetzner"), args, {
    input,
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout, stderr };
}

/** A verb that only says what it got: in place of a real one, with a digest that fits. */
function pretend(script: string): void {
  const path = join(installed, "verbs.json");
  const verbs = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(join(installed, "pretended.sh"), script);
  verbs["web/account"] = {
    digest: "0",
    files: { "pretended.sh": crc32(script) },
    script: ["pretended.sh"],
  };
  writeFileSync(path, JSON.stringify(verbs));
}

const packedInput = (text: string): string =>
  JSON.stringify({ version: 1, packed: packText(text) });
const input = (values: Record<string, unknown>, version = 1): string =>
  JSON.stringify({ version, values });

describe("the archive of the host's program", () => {
  it("is the same, byte for byte, whenever and by whomever it is made", () => {
    const umask = process.umask(0o077);
    try {
      const again = makeProgram(join(work, "elsewhere"));
      expect([again.digest, again.sha256]).toEqual([program.digest, program.sha256]);
    } finally {
      process.umask(umask);
    }
  });

  it("holds every script and library, the package in Python, and no value", () => {
    expect([...programFiles().keys()]).toEqual(
      expect.arrayContaining(scriptNames.flatMap(scriptFiles).map((file) => `remote/${file}`)),
    );
    expect([...programFiles().keys()]).toEqual(
      expect.arrayContaining(["jitsi-hetzner", "start.py", "jitsi_hetzner/verbs/drain.py"]),
    );
  });
});

describe("the digest of a verb", () => {
  const changed = (path: string): string[] => {
    const before = describeVerbs();
    const files = programFiles();
    const after = describeVerbs((name) => {
      const text = files.get(name) ?? "";
      return name === path ? `${text}# changed\n` : text;
    });
    return scriptNames.filter((name) => before[name]?.digest !== after[name]?.digest).sort();
  };

  it("is another one where one of its own files changed, and for no other verb", () => {
    expect(changed("remote/web/account.sh")).toEqual(["web/account"]);
    expect(changed("remote/host/etc/issue")).toEqual(["host/setup"]);
    expect(changed("remote/jvb/join.sh")).toEqual(["jvb/apply", "jvb/files"]);
    expect(changed("remote/lib.sh")).toEqual(
      scriptNames.filter((name) => name !== "host/hostKey").sort(),
    );
  });
});

describe("the host's program", () => {
  it("gives a verb its values, its name and its arguments, whatever is in them", () => {
    pretend('printf "%s|%s|%s|%s" "$STEP" "$NAME" "$1" "$2"\n');
    const nasty = 'a\'b\n$(id) "c" \\ ü';
    expect(run(["web/account", "drain", "x y"], input({ NAME: nasty }))).toEqual({
      status: 0,
      stdout: `web/account|${nasty}|drain|x y`,
      stderr: "",
    });
  });

  it.each([{ NAME: 'a\n"b" ü' }, { NAME: "long ".repeat(50_000) }])(
    "reads values that are packed",
    (values) => {
      pretend('printf %s "$NAME"\n');
      const text = packedInput(JSON.stringify(values));
      expect(run(["web/account"], text).stdout).toBe(values.NAME);
    },
  );

  it("shows no value to child processes, nor in the arguments of a process, nor on disk", () => {
    pretend("env; tr '\\0' ' ' </proc/$$/cmdline; ls -l /proc/$$/fd/0\n");
    const { status, stdout } = run(["web/account"], input({ JVB_SECRET: "FakeSecret" }));
    expect(status).toBe(0);
    expect(stdout).not.toContain("FakeSecret");
    expect(stdout).toContain("memfd:");
  });

  it("ends with the code of the verb, and is gone when that runs: signals reach the verb", () => {
    pretend('trap "echo ended; exit 7" TERM; kill -TERM $$; sleep 5\n');
    expect(run(["web/account"], input({}))).toEqual({ status: 7, stdout: "ended\n", stderr: "" });
  });

  it("has the digests that the steps ask for", () => {
    for (const name of scriptNames) {
      const { status, stderr } = run([name, "--code", program.verbDigests[name]], "");
      // The input is looked at after the code.
      expect([name, status, stderr]).toEqual([name, 65, expect.stringContaining("stdin")]);
    }
  });

  it("runs its newest code for a step that names none", () => {
    pretend("echo newest\n");
    expect(run(["web/account", "drain"], input({})).stdout).toBe("newest\n");
  });

  it.each<[string, readonly string[], string, string]>([
    ["a verb that it does not know", ["web/nothing"], input({}), "it has no verb 'web/nothing'"],
    [
      "other code",
      ["web/account", "--code", "0123456789abcdef"],
      input({}),
      "made with 0123456789abcdef",
    ],
    [
      "an input that is newer than it",
      ["web/account"],
      input({}, 2),
      "has version 2, and this program knows 1",
    ],
  ])("refuses %s with 78, runs nothing and names the repair", (_, args, text, problem) => {
    const { status, stdout, stderr } = run(args, text);
    expect([status, stdout]).toEqual([78, ""]);
    expect(stderr).toContain(problem);
    expect(stderr).toContain("What to do: npm run repair -- ");
  });

  it.each<[string, () => void]>([
    [
      "has a changed file",
      () => {
        writeFileSync(join(installed, "remote/lib.sh"), "x");
      },
    ],
    [
      "lacks a file",
      () => {
        rmSync(join(installed, "remote/web/account.sh"));
      },
    ],
    [
      "lacks its list",
      () => {
        rmSync(join(installed, "verbs.json"));
      },
    ],
    [
      "has half of its list",
      () => {
        writeFileSync(join(installed, "verbs.json"), '{"web/');
      },
    ],
  ])("refuses to run where it %s", (_, damage) => {
    damage();
    const { status, stdout, stderr } = run(["web/account", "drain"], input({}));
    expect([status, stdout]).toEqual([78, ""]);
    expect(stderr).toMatch(/is damaged.*\n.*npm run repair/);
  });

  it.each([
    ["nothing", ""],
    ["a text that is cut off", input({ JVB_SECRET: "FakeSecret" }).slice(0, -4)],
    ["no values", '{"version":1}'],
    ["a list", "[]"],
    ["a value that is no text", input({ JVB_SECRET: ["FakeSecret"] })],
    ["a name that is no variable's", input({ "a b": "FakeSecret" })],
    ["a NUL character", input({ JVB_SECRET: "FakeSecret\0" })],
    ["packed values that are cut off", packedInput("{}").replace(/.{8}"/, '"')],
    ["packed values that are no base64", '{"version":1,"packed":"FakeSecret!"}'],
    ["packed values that are no gzip", '{"version":1,"packed":"FakeSecret=="}'],
    ["packed values that are no text", '{"version":1,"packed":["FakeSecret"]}'],
    ["packed values that are no object", packedInput('["FakeSecret"]')],
    ["packed values that are no JSON", packedInput("FakeSecret")],
    ["a packed value that is no text", packedInput('{"JVB_SECRET":["FakeSecret"]}')],
    ["more than a megabyte", input({ JVB_SECRET: "FakeSecret".repeat(110_000) })],
  ])("refuses %s on stdin with 65, and shows no value", (_, text) => {
    const { status, stdout, stderr } = run(["web/account", "drain"], text);
    expect([status, stdout]).toEqual([65, ""]);
    expect(stderr).toMatch(
      /^web\/account failed on \S+: the JSON on stdin: .*Nothing was done\n {2}What to do: pulumi up\n$/,
    );
    expect(stderr).not.toContain("FakeSecret");
    expect(stderr).not.toContain("Traceback");
  });

  it.each([
    ["no values", "{}"],
    ["a field that no verb has", '{"values":{},"other":"FakeSecret"}'],
  ])("refuses %s beside the version with 65", (_, fields) => {
    const { status, stderr } = run(
      ["web/account"],
      `{"version":1,${fields.slice(1)}`.replace(",}", "}"),
    );
    expect(status).toBe(65);
    expect(stderr).not.toContain("FakeSecret");
  });

  it("leaves a verb the signals as it found them: a pipe whose reader is gone ends its writer", () => {
    pretend("set +o pipefail; yes | head -n 1; echo ${PIPESTATUS[0]}\n");
    expect(run(["web/account"], input({})).stdout).toBe("y\n141\n");
  });

  it("ends with 64 without a verb, and lists them", () => {
    const { status, stdout } = run([], "");
    expect([status, stdout]).toEqual([64, expect.stringContaining("web/account")]);
  });

  it("runs a verb in Python by the same command", () => {
    const { status, stderr } = run(
      ["policy", "--code", program.verbDigests.policy],
      '{"version":1,"bridges":',
    );
    expect(status).toBe(65);
    expect(stderr).toMatch(/^policy failed on .*: the JSON on stdin: it is cut off after/);
  });

  it("refuses a verb in Python with other code", () => {
    const { status, stderr } = run(["policy", "--code", "0123456789abcdef"], '{"version":1}');
    expect(status).toBe(78);
    expect(stderr).toContain("made with 0123456789abcdef. Nothing was done");
  });

  it("lists its verbs", () => {
    const { status, stdout } = run(["--help"], "");
    expect(status).toBe(0);
    for (const name of scriptNames) expect(stdout).toContain(name);
  });
});
