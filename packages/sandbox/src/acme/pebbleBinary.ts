import { join } from "node:path";
import { goCommand } from "../../../toolchain/src/go";
import type { Log } from "../cliSupport";
import { ensureGoProgram, type GoProgram } from "../goProgram";

/** An ACME server that can be started. */
export interface PebbleBinary {
  readonly path: string;
  /**
   * Whether it knows certificate profiles. They came with version 2.7. Debian 12 has 2.4, Debian 13
   * has 2.6.
   */
  readonly hasProfiles: boolean;
  /** Where it comes from, for messages. */
  readonly source: string;
}

/** The Go module that pins pebble. */
const program: GoProgram = {
  name: "pebble",
  title: "ACME server",
  moduleDir: join(__dirname, "../../pebble"),
  goPackage: "github.com/letsencrypt/pebble/v2/cmd/pebble",
  files: ["go.mod", "go.sum"],
};

/** Debian's package, and its program. */
export const debianPackage = "pebble";
const debianPath = "/usr/bin/pebble";

/**
 * Pebble, Let's Encrypt's ACME server for tests. It is built by Go once and kept in the cache,
 * because Debian's versions have no certificate profiles. Without Go it is Debian's package.
 *
 * @param installPackage installs the Debian package; called only if Go is missing
 * @throws Error when the build or the installation fails
 */
export async function ensurePebble(
  log: Log,
  installPackage: (name: string) => Promise<void>,
): Promise<PebbleBinary> {
  try {
    await goCommand();
  } catch (error) {
    log(`the ACME server is Debian's pebble, without certificate profiles: ${messageOf(error)}`);
    await installPackage(debianPackage);
    return { path: debianPath, hasProfiles: false, source: "Debian package" };
  }
  return { path: await ensureGoProgram(program, log), hasProfiles: true, source: "Go module" };
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
