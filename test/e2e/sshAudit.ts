import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { cacheDir } from "../../packages/toolchain/src/cacheDir";
import { must, runProgram, type Outcome } from "./harness";

/** The audit that the world holds SSH servers to. Pinned: a newer one may find more. */
const version = "3.9.0";

/** What ssh-audit finds wrong at an address, its grade `fail` alone. Installs the tool into the cache once. */
export async function sshAudit(address: string): Promise<Outcome> {
  const folder = cacheDir("ssh-audit", version);
  if (!existsSync(folder)) {
    // Beside its final place, so that a broken installation is not taken for one. No virtual environment: it would name its folder.
    const building = `${folder}.${process.pid.toString()}`;
    await mkdir(dirname(folder), { recursive: true });
    const pip = ["-m", "pip", "install", "--quiet", "--target", building, `ssh-audit==${version}`];
    must("pip install ssh-audit", await runProgram("python3", pip));
    await rename(building, folder).catch(() => rm(building, { recursive: true, force: true }));
  }
  return runProgram("python3", ["-m", "ssh_audit", "--level=fail", "--no-colors", address], {
    env: { ...process.env, PYTHONPATH: folder },
    timeoutMs: 60_000,
  });
}
