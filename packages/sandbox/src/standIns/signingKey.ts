import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run";

/** User id of the key, as `gpg --show-keys` shows it on hosts. */
const userId = "Jitsi sandbox repository <sandbox@localhost>";

/**
 * Provides a private GnuPG home, which is removed with its agent when `work` ends. It is in /tmp
 * because socket paths must be short.
 */
export async function withGnupg<T>(work: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), "jh-gpg-"));
  const env = { ...process.env, GNUPGHOME: home };
  try {
    return await work(env);
  } finally {
    await run("gpgconf", ["--kill", "all"], { env });
    await rm(home, { recursive: true, force: true });
  }
}

/**
 * The secret key that signs the repository, ASCII armoured. It is created once and kept in `dir`
 * (0600), so that hosts that trust it also trust a repository that was built later.
 *
 * The caller must hold the lock of the cache.
 */
export async function ensureSigningKey(dir: string): Promise<string> {
  const path = join(dir, "signing-key.asc");
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const key = await withGnupg(async (env) => {
    const batch = ["--batch", "--pinentry-mode", "loopback", "--passphrase", ""];
    await run("gpg", [...batch, "--quick-generate-key", userId, "ed25519", "sign", "never"], {
      env,
    });
    return run("gpg", [...batch, "--armor", "--export-secret-keys"], { env });
  });
  await mkdir(dir, { recursive: true });
  await writeFile(`${path}.new`, key, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return key;
}

/** Fingerprint of the primary key in a file, in gpg's form: 40 hexadecimal digits in upper case. */
export async function keyFingerprint(publicKey: string): Promise<string> {
  const show = ["--batch", "--show-keys", "--with-colons", publicKey];
  const lines = (await withGnupg((env) => run("gpg", show, { env }))).split("\n");
  const fingerprint = lines.find((line) => line.startsWith("fpr:"))?.split(":")[9];
  if (fingerprint === undefined) throw new Error(`${publicKey} does not contain an OpenPGP key`);
  return fingerprint;
}

/** Signs `<dir>/Release` as InRelease and Release.gpg, and writes the public key to `publicKey`. */
export async function signRelease(key: string, dir: string, publicKey: string): Promise<void> {
  await withGnupg(async (env) => {
    const file = join(env.GNUPGHOME ?? "", "key.asc");
    await writeFile(file, key, { mode: 0o600 });
    await run("gpg", ["--batch", "--import", file], { env });
    const sign = ["--batch", "--yes", "--armor", "--digest-algo", "SHA512"];
    const release = join(dir, "Release");
    await run("gpg", [...sign, "--clearsign", "-o", join(dir, "InRelease"), release], { env });
    await run("gpg", [...sign, "--detach-sign", "-o", `${release}.gpg`, release], { env });
    await writeFile(publicKey, await run("gpg", ["--batch", "--armor", "--export"], { env }));
  });
}
