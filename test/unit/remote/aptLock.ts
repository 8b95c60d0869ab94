import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Holds the lock of the package lists, as apt does, for so many seconds. */
const holder = `
import fcntl, sys, time
lock = open(sys.argv[1], "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(float(sys.argv[2]))
`;

/**
 * Calls `refresh_lists` of a script with the real apt-get of this machine, on lists and sources of its own, which another
 * program has locked for a time.
 *
 * @param script without its last line, which calls it
 */
export function refreshLocked(
  script: string,
  seconds: number,
): { status: number | null; stderr: string } {
  const dir = mkdtempSync(join(tmpdir(), "lists-"));
  try {
    for (const folder of ["lists/partial", "repository"]) {
      mkdirSync(join(dir, folder), { recursive: true });
    }
    const files = {
      "repository/Packages": "",
      sources: `deb [trusted=yes] file:${dir}/repository ./\n`,
      "apt.conf": `Dir::State::lists "${dir}/lists";\nDir::Etc::sourcelist "${dir}/sources";\nDir::Etc::sourceparts "/dev/null";\n`,
      "holder.py": holder,
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
    const code = `
      trap - ERR
      sleep() { command sleep 0.5; }
      exec 3< <(exec python3 ${dir}/holder.py ${dir}/lists/lock ${seconds})
      read -r _ <&3
      refresh_lists`;
    const { status, stderr } = spawnSync("bash", ["-c", `${script}\n${code}`], {
      encoding: "utf8",
      env: { ...process.env, APT_CONFIG: join(dir, "apt.conf") },
      timeout: 60_000,
    });
    return { status, stderr };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
