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
import { makeProgram, type HostProgram } from "../../../../remote/program";
import { installScript } from "../../../../remote/script";

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
const env = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PROGRAM_FOLDER: folder,
  PROGRAM_COMMAND: command(),
});

/** Copies the archive under a digest, as CopyToRemote does, and installs it. */
function install(
  digest = program.digest,
  sha256 = program.sha256,
): { status: number | null; stderr: string } {
  cpSync(program.archive, archiveOf({ digest }));
  const { status, stderr } = spawnSync("bash", ["-s", "--"], {
    input: installScript({ digest, sha256 }),
    env: env(),
    encoding: "utf8",
  });
  return { status, stderr };
}

const kept = (): string[] =>
  readdirSync(folder)
    .filter((name) => /^program-/.test(name))
    .sort();

describe("host/program", () => {
  it("installs the program, which then answers by its name", () => {
    expect(install()).toEqual({ status: 0, stderr: `program ${program.digest} is installed\n` });
    const { status, stdout } = spawnSync(command(), ["--help"], { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, expect.stringContaining("web/account")]);
  });

  it("switches to another program, and keeps the one before for verbs that run", () => {
    for (const digest of ["1", "2", "3"]) expect(install(digest).status).toBe(0);
    expect(kept()).toEqual(["program-2", "program-3", "program-3.tar"]);
    expect(readlinkSync(join(folder, "program"))).toBe("program-3");
  });

  it("goes back to the program before", () => {
    for (const digest of ["1", "2", "1"]) expect(install(digest).status).toBe(0);
    expect(readlinkSync(join(folder, "program"))).toBe("program-1");
    expect(kept()).toEqual(["program-1", "program-1.tar", "program-2"]);
  });

  it("puts a damaged program right", () => {
    install();
    writeFileSync(join(folder, `program-${program.digest}`, "verbs.json"), "");
    expect(install().status).toBe(0);
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
    const { status, stderr } = spawnSync("bash", ["-s", "--"], {
      input: installScript(program),
      env: env(),
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/is missing or damaged\n {2}What to do: .*pulumi up/);
    expect(readlinkSync(join(folder, "program"))).toBe("program-1");
  });

  it("switches nothing where the disk is full, and leaves nothing half made", () => {
    install("1");
    const small = join(folder, "small");
    mkdirSync(small);
    // A file system of its own, smaller than the program unpacked, in a mount namespace of its own.
    const text = `mount -t tmpfs -o size=${Math.ceil(statSync(program.archive).size / 1024) + 64}k none ${small} && cp ${program.archive} ${small}/program-2.tar && PROGRAM_FOLDER=${small} bash -s --; code=$?; ls ${small}; exit $code`;
    const { status, stdout, stderr } = spawnSync("unshare", ["-rm", "bash", "-c", text], {
      input: installScript({ digest: "2", sha256: program.sha256 }),
      env: env(),
      encoding: "utf8",
    });
    expect([status, stdout]).toEqual([1, "program-2.tar\nprogram.lock\n"]);
    expect(stderr).toMatch(/cannot be unpacked; df -h/);
    expect(readlinkSync(join(folder, "program"))).toBe("program-1");
  });

  it("lets two runs install one after the other", async () => {
    cpSync(program.archive, archiveOf(program));
    const runs = [1, 2, 3, 4].map(
      () =>
        new Promise<number | null>((resolve) => {
          const child = spawn("bash", ["-s", "--"], {
            env: env(),
            stdio: ["pipe", "ignore", "ignore"],
          });
          child.stdin.end(installScript(program));
          child.on("close", resolve);
        }),
    );
    expect(await Promise.all(runs)).toEqual([0, 0, 0, 0]);
    expect(existsSync(join(folder, "program", "verbs.json"))).toBe(true);
    expect(kept()).toEqual([`program-${program.digest}`, `program-${program.digest}.tar`]);
  });
});
