import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lock } from "proper-lockfile";
import { cacheDir } from "../../../toolchain/src/cacheDir";
import { run } from "../standIns/run";

/** The certificate authority that the sandbox's hosts trust, as files. */
export interface Authority {
  /** PEM; part of the hosts' trust store. */
  readonly certPath: string;
  /** PEM, readable by the owner only. It never leaves this machine. */
  readonly keyPath: string;
}

/** Path of the authority's certificate. The set-up makes it. */
export const authorityFile = (): string => cacheDir("ca", "ca.crt");

/** Ten years, because the base file system contains it and a cache can be old. */
const authorityDays = 3650;

/**
 * Each start of a sandbox issues a new certificate. 825 days is Apple's limit for TLS certificates.
 */
const certificateDays = 825;

/**
 * The sandbox's certificate authority, created once for each cache. It signs certificates that a
 * public authority signs in production: those of the package mirrors. Safe to call from two
 * processes at once.
 *
 * @throws Error if openssl is missing or fails
 */
export async function ensureAuthority(): Promise<Authority> {
  const dir = cacheDir("ca");
  const authority = { certPath: authorityFile(), keyPath: join(dir, "ca.key") };
  if (existsSync(dir)) return authority;
  await mkdir(cacheDir(), { recursive: true });
  const release = await lock(dir, {
    realpath: false, // the folder does not exist before it is complete
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

/**
 * ECDSA P-256: fast to create, and known to every TLS client. openssl creates the file with mode
 * 0600.
 */
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

/**
 * A self-signed certificate that no trust store contains, as an authority inside a company has.
 *
 * @returns PEM of the certificate, which verifies itself, and of its key
 */
export async function makePrivateCertificate(name: string): Promise<{ cert: string; key: string }> {
  const work = await mkdtemp(join(tmpdir(), "jh-cert-"));
  try {
    const key = join(work, "key.pem");
    await newKey(key);
    const cert = await run("openssl", [
      ...["req", "-x509", "-new", "-key", key, "-subj", `/CN=${name}`],
      ...["-addext", `subjectAltName=DNS:${name}`, "-days", String(certificateDays)],
    ]);
    return { cert, key: await readFile(key, "utf8") };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
