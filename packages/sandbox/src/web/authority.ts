import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { run } from "../standIns/run";

/** The certificate authority that the sandbox's hosts trust, as files. */
export interface Authority {
  /** PEM; goes into the hosts' trust store. */
  readonly certPath: string;
  /** PEM, readable by the owner alone; never leaves this machine. */
  readonly keyPath: string;
}

/** Ten years: the base file system holds it, and a cache may live long. */
const authorityDays = 3650;

/** Certificates are issued anew at each start of a sandbox. Apple's limit for TLS, to be ordinary. */
const certificateDays = 825;

/**
 * The sandbox's certificate authority, made once for each cache. It signs what would come from a
 * public one in production: the package mirrors' HTTPS. Safe when two processes call it at once.
 *
 * @throws if openssl is missing or fails
 */
export async function ensureAuthority(): Promise<Authority> {
  const dir = cacheDir("ca");
  const authority = { certPath: join(dir, "ca.crt"), keyPath: join(dir, "ca.key") };
  if (existsSync(dir)) return authority;
  await mkdir(cacheDir(), { recursive: true });
  const release = await lock(dir, {
    realpath: false, // the folder comes only with its whole content
    stale: 30_000,
    retries: { retries: 120, minTimeout: 500, maxTimeout: 500 },
  });
  try {
    if (!existsSync(dir)) await make(dir);
    return authority;
  } finally {
    await release();
  }
}

async function make(dir: string): Promise<void> {
  const temporary = await mkdtemp(`${dir}.new-`);
  try {
    const keyPath = join(temporary, "ca.key");
    await newKey(keyPath);
    const subject = ["-subj", "/O=jitsi-hetzner sandbox/CN=jitsi-hetzner sandbox authority"];
    const extensions = [
      "basicConstraints=critical,CA:TRUE",
      "keyUsage=critical,keyCertSign,cRLSign",
    ].flatMap((extension) => ["-addext", extension]);
    const days = ["-days", String(authorityDays)];
    const out = ["-out", join(temporary, "ca.crt")];
    await run("openssl", [
      ...["req", "-x509", "-new", "-key", keyPath],
      ...[...subject, ...extensions, ...days, ...out],
    ]);
    await rename(temporary, dir);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** ECDSA P-256: made in milliseconds, and every TLS client knows it. openssl makes the file 0600. */
async function newKey(path: string): Promise<void> {
  await run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path]);
}

/**
 * A certificate for DNS names (the first is also the common name), signed by the authority.
 *
 * @returns PEM of the certificate and of its new key
 */
export async function issueCertificate(
  names: readonly string[],
): Promise<{ cert: string; key: string }> {
  const [commonName] = names;
  if (commonName === undefined) throw new Error("issueCertificate needs at least one name");
  const { certPath, keyPath } = await ensureAuthority();
  const work = await mkdtemp(join(tmpdir(), "jh-cert-"));
  try {
    const key = join(work, "key.pem");
    const request = join(work, "request.pem");
    const extensions = join(work, "extensions");
    await newKey(key);
    await run("openssl", [
      "req",
      "-new",
      "-key",
      key,
      "-subj",
      `/CN=${commonName}`,
      "-out",
      request,
    ]);
    await writeFile(
      extensions,
      `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}\nextendedKeyUsage=serverAuth\n`,
    );
    const cert = await run("openssl", [
      ...["x509", "-req", "-in", request, "-CA", certPath, "-CAkey", keyPath],
      ...["-days", String(certificateDays), "-extfile", extensions],
    ]);
    return { cert, key: await readFile(key, "utf8") };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
