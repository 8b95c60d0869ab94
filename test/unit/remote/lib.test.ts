import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bashInScript } from "./bash";

const owner = `${String(process.getuid?.())}:${String(process.getgid?.())}`;
const account = { DOMAIN: "a.test", USERNAME: "jvb", JVB_SECRET: "FakeSecret" };
const inLib = (code: string) => bashInScript("web/account", account, code);

describe("lib.sh", () => {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  describe("write_file", () => {
    const write = (content: string, mode = "0640") =>
      inLib(`write_file ${dir}/sub/file ${mode} ${owner} '${content}'; result "$FILE_CHANGED"`);

    it("writes a new file with its mode, in a folder that it makes", () => {
      expect(write("text").stdout).toBe("yes\n");
      expect(readFileSync(join(dir, "sub/file"), "utf8")).toBe("text");
      expect(statSync(join(dir, "sub/file")).mode & 0o777).toBe(0o640);
      expect(readdirSync(join(dir, "sub"))).toEqual(["file"]);
    });

    it("leaves the mode of a folder that is there", () => {
      mkdirSync(join(dir, "sub"), { mode: 0o750 });
      write("text");
      expect(statSync(join(dir, "sub")).mode & 0o777).toBe(0o750);
    });

    it("leaves a file with the same content alone, and says so", () => {
      write("text");
      const before = statSync(join(dir, "sub/file"));
      expect(write("text").stdout).toBe("no\n");
      expect(statSync(join(dir, "sub/file")).ino).toBe(before.ino);
    });

    it("repairs the mode of a file with the same content", () => {
      write("text", "0644");
      expect(write("text").stdout).toBe("no\n");
      expect(statSync(join(dir, "sub/file")).mode & 0o777).toBe(0o640);
    });

    it("sees a difference in the last line's end", () => {
      write("text");
      expect(write("text\n").stdout).toBe("yes\n");
      expect(readFileSync(join(dir, "sub/file"), "utf8")).toBe("text\n");
    });
  });

  describe("wait_for", () => {
    it("answers as soon as the command is true", () => {
      const outcome = inLib("wait_for 5 it test -d / && result yes");
      expect(outcome).toEqual({ status: 0, stdout: "yes\n", stderr: "" });
    });

    it("gives up when the time is over", () => {
      const outcome = inLib('wait_for 1 it false || result "gave up"');
      expect(outcome.stdout).toBe("gave up\n");
    });

    const stub = "sleep() { SECONDS=$((SECONDS + $1)); }; ";

    it("says at once, and in each line, how to end a wait of more than 60 s, and of no shorter one", () => {
      const said = (seconds: number): string[] =>
        inLib(`${stub} wait_for ${seconds.toString()} it false || true`).stderr.split("\n");
      const line = (second: number): unknown =>
        expect.stringMatching(
          new RegExp(
            `^web/account: kill \\d+ on \\S+ ends this step; still waiting for it \\(${second.toString()} of 61 s\\)$`,
          ),
        );
      expect(said(61)).toEqual([...[0, 15, 30, 45, 60].map(line), ""]);
      expect(said(60).filter((text) => text.includes("kill"))).toEqual([]);
      expect(said(60)).toHaveLength(4);
    });

    it("fails loudly when it is ended so, also where the condition's output goes nowhere", () => {
      const condition = `asked() { kill $$; false; }`;
      const { status, stderr } = inLib(
        `trap 'info "goes back"' EXIT; ${condition}; wait_for 600 it asked`,
      );
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /failed on \S+: a signal ended this step on the host\n {2}What to do: pulumi up\n.*goes back\n$/,
      );
    });
  });

  describe("restart_if_changed", () => {
    const lua = 'modules = {\n  "a"; --[[ ours ]]\n}\n-- a comment\n';
    const unit = "[Service]\n# a comment\nExecStart=/bin/true \\\n  --option\n";
    const files = () => `${dir}/x.cfg.lua ${dir}/x.service`;
    const write = (luaText: string, unitText: string) => {
      writeFileSync(join(dir, "x.cfg.lua"), luaText);
      writeFileSync(join(dir, "x.service"), unitText);
    };
    const inDir = (code: string) =>
      bashInScript("web/account", account, `systemctl() { result "$*"; }\n${code}`, {
        "/var/lib/jitsi-hetzner": dir,
      }).stdout;
    const restart = () => inDir(`restart_if_changed x ${files()}`);

    beforeEach(() => {
      write(lua, unit);
    });

    it("restarts for what is new, and not again", () => {
      expect(restart()).toBe("restart x\n");
      expect(restart()).toBe("");
    });

    it("restarts nothing where only comments and blank lines have changed", () => {
      restart();
      write(`-- other\n\n${lua.replace("ours", "others")}`, `# other\n\n${unit}`);
      expect(restart()).toBe("");
    });

    it.each([
      ["a module", lua.replace('"a"', '"b"'), unit],
      ["a module less", lua.replace('  "a"; ', ""), unit],
      ["an option", lua, unit.replace("--option", "--other")],
      ["a line in the other file", `${lua}x`, unit],
    ])("restarts where a setting has changed: %s", (_, luaText, unitText) => {
      restart();
      write(luaText, unitText);
      expect(restart()).toBe("restart x\n");
    });

    it("takes the sum of the program before, which was over comments too, for what it is", () => {
      inDir(`remember restarted-x "$(cat -- ${files()} | sha256sum)"`);
      expect(restart()).toBe("");
      write(`-- other\n${lua}`, unit);
      expect(restart()).toBe("");
    });
  });

  it("says what to do after a failure, and on a host that is going off, that", () => {
    expect(inLib("fatal broken 'repair it'").stderr).toMatch(
      /: broken\n {2}What to do: repair it\n$/,
    );
    expect(inLib("systemctl() { echo stopping; }; fatal broken 'repair it'").stderr).toMatch(
      /: broken\n {2}What to do: the host is shutting down or rebooting.*: pulumi up\n$/,
    );
  });

  it("shows the end of a log, and that there is none", () => {
    writeFileSync(join(dir, "log"), "one\ntwo\nthree\n");
    expect(inLib(`last_lines ${dir}/log 2`).stderr).toBe(
      `--- last lines of ${dir}/log\ntwo\nthree\n---\n`,
    );
    expect(inLib(`last_lines ${dir}/none`).stderr).toContain("(no such file)");
  });

  it("shows a line of a log once that comes again and again", () => {
    writeFileSync(join(dir, "log"), `begin\n${"waiting\n".repeat(50)}end`);
    expect(inLib(`last_lines ${dir}/log 3`).stderr).toContain("begin\nwaiting\nend\n---");
  });
});

describe("a failure on a host", () => {
  it.each([
    ["its output is thrown away", "broken >/dev/null 2>&1"],
    ["its output is taken as a value", 'answer=$(broken 2>&1); result "$answer"'],
    ["it is waited for", "wait_for 1 it broken"],
    ["it happens in the background", "broken >/dev/null & wait $!"],
  ])("is shown where %s", (_, code) => {
    const { status, stdout, stderr } = inLib(
      `broken() { fatal "it is broken" "mend it"; }; ${code}`,
    );
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/failed on .*: it is broken\n {2}What to do: mend it\n/);
  });

  it("is shown with the messages of what is undone at the end", () => {
    const { stderr } = inLib(
      "trap 'info \"back in service\"' EXIT; broken() { false; }; broken >/dev/null 2>&1",
    );
    expect(stderr).toMatch(/"false" ended with code 1"?\n/);
    expect(stderr).toContain("back in service");
  });

  it("is shown where a note cannot be written", () => {
    const paths = { "/var/lib/jitsi-hetzner": "/proc/nowhere" };
    const { status, stderr } = bashInScript(
      "web/account",
      account,
      'write_quietly "$state_dir/notes/x" 0644 root:root text',
      paths,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/mkdir: cannot create directory/);
    expect(stderr).toMatch(/failed on .*: "mkdir -p/);
  });
});
