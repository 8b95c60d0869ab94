import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installCommand, makeProgram, type HostProgram } from "../../../../remote/program";

let work: string;
let folder: string;
let program: HostProgram;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "install-"));
  program = makeProgram(join(work, "cache"));
});
beforeEach(() => {
  folder = mkdtempSync(join(work, "host-"));
});
afterAll(() => {
  rmSync(work, { recursive: true });
});

const archiveOf = ({ digest }: { digest: string }): string => join(folder, `program-${digest}.tar`);
const command = (): string => join(folder, "command");
const env = (): NodeJS.ProcessEnv => ({ ...process.env, PROGRAM_COMMAND: command() });

/** As sshd runs a command. The verb refuses its input, which is cut off, and so says that it is reached. */
const args = (digest = program.digest, sha256 = program.sha256): string[] => [
  "-c",
  installCommand({ sha256 }, archiveOf({ digest }), "host/setup"),
];
/** The exit code of a verb that refuses its input. */
const reached = 65;

/** Copies the archive under a digest, as CopyToRemote does, and installs it. */
function install(
  digest = program.digest,
  sha256 = program.sha256,
): { status: number | null; stderr: string } {
  cpSync(program.archive, archiveOf({ digest }));
  const { status, stderr } = spawnSync("bash", args(digest, sha256), {
    input: "{",
    env: env(),
    encoding: "utf8",
  });
  return { status, stderr };
}

const kept = (): string[] =>
  readdirSync(folder)
    .filter((name) => /^program-/.test(name))
    .sort();

describe("the command of the step setup", () => {
  it("installs the program, which then answers by its name", () => {
    const { status: code, stderr } = install();
    expect([code, stderr]).toEqual([
      reached,
      expect.stringContaining(
        `host/setup: program-${program.digest} is installed\nhost/setup failed`,
      ),
    ]);
    expect(stderr).toContain("the JSON on stdin: it is cut off after 1 characters");
    const { status, stdout } = spawnSync(command(), ["--help"], { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, expect.stringContaining("web/account")]);
  });

  it("switches to another program, and keeps the one before for verbs that run", () => {
    for (const digest of ["1", "2", "3"]) expect(install(digest).status).toBe(reached);
    expect(kept()).toEqual(["program-2", "program-3", "program-3.tar"]);
    expect(readlinkSync(join(folder, "program"))).toBe("program-3");
  });

  it("goes back to the program before", () => {
    for (const digest of ["1", "2", "1"]) expect(install(digest).status).toBe(reached);
    expect(readlinkSync(join(folder, "program"))).toBe("program-1");
    expect(kept()).toEqual(["program-1", "program-1.tar", "program-2"]);
  });

  it("leaves a program alone that is there already: verbs of another run may be running in it", () => {
    install();
    const inode = (): number => statSync(join(folder, `program-${program.digest}`)).ino;
    const before = inode();
    expect([install().status, inode()]).toEqual([reached, before]);
    expect(kept()).toEqual([`program-${program.digest}`, `program-${program.digest}.tar`]);
  });

  it("puts a damaged program right", () => {
    install();
    writeFileSync(join(folder, `program-${program.digest}`, "verbs.json"), "");
    expect(install().status).toBe(reached);
    expect(spawnSync(command(), ["--help"]).status).toBe(0);
  });

  it.each<[string, () => void]>([
    [
      "is cut off",
      () => {
        writeFileSync(archiveOf(program), "cut");
      },
    ],
    [
      "is not there",
      () => {
        rmSync(archiveOf(program), { force: true });
      },
    ],
  ])("refuses an archive that %s, and leaves the program as it was", (_, damage) => {
    install("1");
    cpSync(program.archive, archiveOf(program));
    damage();
    const { status, stderr } = spawnSync("bash", args(), { env: env(), encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^host\/setup failed on \S+: \S+\.tar is missing or damaged\n {2}What to do: .*pulumi up/m,
    );
    expect(readlinkSync(join(folder, "program"))).toBe("program-1");
  });

  it("switches nothing where the disk is full, and leaves nothing half made", () => {
    install("1");
    const small = join(folder, "small");
    mkdirSync(small);
    // A file system of its own, smaller than the program unpacked, in a mount namespace of its own.
    const text = `mount -t tmpfs -o size=${Math.ceil(statSync(program.archive).size / 1024) + 64}k none ${small} && cp ${program.archive} ${small}/program-2.tar && bash -c "$COMMAND"; code=$?; ls ${small}; exit $code`;
    const { status, stdout, stderr } = spawnSync("unshare", ["-rm", "bash", "-c", text], {
      env: {
        ...env(),
        COMMAND: installCommand(program, join(small, "program-2.tar"), "host/setup"),
      },
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([1, "program-2.tar\nprogram.lock\n"]);
    expect(stderr).toMatch(/cannot be unpacked; df -h/);
    expect(readlinkSync(join(folder, "program"))).toBe("program-1");
  });

  it("says what to do where python3 was removed, after the program is installed", () => {
    cpSync(program.archive, archiveOf(program));
    const { status, stderr } = spawnSync("bash", args(), {
      env: { ...env(), JITSI_HETZNER_PYTHON: "/nowhere/python3" },
      encoding: "utf8",
    });
    expect(status).toBe(78);
    expect(stderr).toContain("host/setup failed on");
    expect(stderr).toContain("install --reinstall python3-minimal");
    expect(readlinkSync(join(folder, "program"))).toBe(`program-${program.digest}`);
  });

  it("lets two runs install one after the other", async () => {
    cpSync(program.archive, archiveOf(program));
    const runs = [1, 2, 3, 4].map(
      () =>
        new Promise<number | null>((resolve) => {
          const child = spawn("bash", args(), {
            env: env(),
            stdio: ["pipe", "ignore", "ignore"],
          });
          child.stdin.end("{");
          child.on("close", resolve);
        }),
    );
    expect(await Promise.all(runs)).toEqual([reached, reached, reached, reached]);
    expect(existsSync(join(folder, "program", "verbs.json"))).toBe(true);
    expect(kept()).toEqual([`program-${program.digest}`, `program-${program.digest}.tar`]);
  });
});
