import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sourcesDir } from "../../../src/standIns/build";

const upstream = "-XX:+HeapDumpOnOutOfMemoryError";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "jitsi-hetzner-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

/** A program that was started like Java with these options, and whose heap is full then. */
function filled(options: string | undefined): { code: number | null; said: string; dumps: number } {
  const code = `
import os
from jitsi_stand_in.config import JavaOptions
from jitsi_stand_in.memory import SIGNAL, fill_on_signal
fill_on_signal(JavaOptions.of_process())
os.kill(os.getpid(), SIGNAL)
print("goes on")
`;
  const environment = options === undefined ? {} : { _JAVA_OPTIONS: options };
  const { status, stdout } = spawnSync(
    "python3",
    ["-B", "-c", code, "-Xmx3072m", upstream, `-XX:HeapDumpPath=${dir}`],
    {
      env: { PATH: process.env.PATH, PYTHONPATH: join(sourcesDir, "common"), ...environment },
      encoding: "utf8",
    },
  );
  return { code: status, said: stdout, dumps: readdirSync(dir).length };
}

describe("a full heap", () => {
  it("is written to a file, and the program goes on, with the options of the start scripts", () => {
    expect(filled(undefined)).toEqual({
      code: 0,
      said: "java.lang.OutOfMemoryError: Java heap space\ngoes on\n",
      dumps: 1,
    });
  });

  it("ends the program with 3 and without a file, if the options of the environment say so", () => {
    const options = "-XX:+ExitOnOutOfMemoryError -XX:-HeapDumpOnOutOfMemoryError";
    const { code, said, dumps } = filled(options);
    expect([code, dumps]).toEqual([3, 0]);
    expect(said).toContain(`Picked up _JAVA_OPTIONS: ${options}\n`);
    expect(said).not.toContain("goes on");
  });
});
