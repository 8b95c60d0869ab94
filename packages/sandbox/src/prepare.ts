import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import type { HostSpec } from "../../hcloud-simulator/src/driver";
import { ensurePebble, type PebbleBinary } from "./acme/pebbleBinary";
import { UserError } from "./cliSupport";
import { ensureBase } from "./hosts/base";
import { ensureGolden } from "./hosts/golden";
import { goldenRoleOf, goldenRoles } from "./hosts/goldenRecipe";
import { defaultSuite, imageOf, suiteOf, type Suite } from "./hosts/releases";
import { ensureS3Server } from "./storage/objectStorage";
import { ensureRepository } from "./standIns/repository";
import type { HostImage } from "./state";
import { systemPackages } from "./systemPackages";
import { ensureAuthority } from "./web/authority";

const run = promisify(execFile);

/**
 * Builds everything that hosts need and that does not exist yet: Debian packages of the machine,
 * the certificate authority, the base file systems (about a minute each at the first time), the
 * package repository of the stand-ins.
 *
 * @param bases releases whose base is built now. The base of another release is built when its
 *   first host boots.
 * @throws Error when apt-get or a build fails, with its output
 */
export async function prepareHosts(
  log: (line: string) => void,
  bases: readonly Suite[] = [defaultSuite],
): Promise<void> {
  await ensureSystemPackages(log);
  const { certPath } = await ensureAuthority();
  await Promise.all([
    ensureRepository(),
    pebbleOf(log),
    ensureS3Server(log),
    ...bases.map((suite) => ensureBase({ suite, caCertificate: certPath })),
  ]);
}

/** The ACME server. It is built or installed if it does not exist yet. */
export function pebbleOf(log: (line: string) => void): Promise<PebbleBinary> {
  return ensurePebble(log, (name) => ensureSystemPackages(log, [name]));
}

/** The root file system of hosts with this system image. It is built if it does not exist yet. */
export async function baseOf(image: string): Promise<string> {
  const { certPath } = await ensureAuthority();
  return ensureBase({ suite: suiteOf(image), caCertificate: certPath });
}

/** Builds the golden images that do not exist yet: a minute at the first time. */
export async function prepareGoldenImages(log: (line: string) => void): Promise<void> {
  const base = await baseOf(imageOf[defaultSuite]);
  await Promise.all(goldenRoles.map((role) => ensureGolden(base, role, log)));
}

/**
 * What each host boots: the stock image of its release, or the golden image of its role. It is built
 * if it does not exist yet.
 */
export function layersOf(
  image: HostImage = "stock",
): (host: Pick<HostSpec, "image" | "userData">) => Promise<readonly string[]> {
  return async (host) => {
    const base = await baseOf(host.image);
    const role = image === "golden" ? goldenRoleOf(host) : undefined;
    return role === undefined ? [base] : [await ensureGolden(base, role, console.log), base];
  };
}

/**
 * Installs the Debian packages that are missing on this machine. Needs root only if some are
 * missing.
 */
export async function ensureSystemPackages(
  log: (line: string) => void,
  packages: readonly string[] = systemPackages,
): Promise<void> {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  const command = `apt-get install ${missing.join(" ")}`;
  if (process.getuid?.() !== 0) {
    throw new UserError(
      `Debian packages are missing and only root can install them: sudo ${command}`,
    );
  }
  log(`installing ${missing.join(" ")} (apt-get)`);
  const apt = ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", "--no-install-recommends"];
  await aptGet(["-q", "update"]);
  await aptGet([...apt, "install", ...missing]);
}

async function missingPackages(packages: readonly string[]): Promise<string[]> {
  if (!existsSync("/usr/bin/dpkg-query")) {
    throw new UserError(
      "the sandbox's hosts need Debian or a derivative: dpkg-query is missing here",
    );
  }
  const { stdout } = await run("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n"], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

function aptGet(args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("apt-get", args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    let output = "";
    const collect = (chunk: Buffer) => (output += chunk.toString());
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`apt-get ${args.join(" ")} failed:\n${output.slice(-2000)}`));
    });
  });
}
