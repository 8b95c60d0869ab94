import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { withGnupg } from "../standIns/signingKey";
import { run } from "../standIns/run";
import { UnusableRepository } from "./packageList";

/** Files of a repository below its address, as under https://download.jitsi.org. */
export const keyFile = "jitsi-key.gpg.key";
export const listFolder = "stable";

/** The key that signs a repository. */
export interface SigningKey {
  /** 40 hexadecimal digits in upper case. */
  readonly fingerprint: string;
  /** Name and address of its owner, as the key says. */
  readonly owner: string;
}

/**
 * The key in a file. A file with several keys is refused, because apt would trust all of them.
 *
 * @throws UnusableRepository that says what the file is
 */
export async function readKey(path: string): Promise<SigningKey> {
  const show = ["--batch", "--show-keys", "--with-colons", path];
  const shown = await withGnupg((env) => run("gpg", show, { env })).catch(() => "");
  const records = shown.split("\n").map((line) => line.split(":"));
  const primaries = records.filter(([kind]) => kind === "pub").length;
  if (primaries !== 1) {
    const what = primaries === 0 ? "is no OpenPGP key" : `has ${primaries.toString()} keys`;
    throw new UnusableRepository(`its file ${keyFile} ${what}`);
  }
  const field = (kind: string): string => records.find(([name]) => name === kind)?.[9] ?? "";
  return { fingerprint: field("fpr"), owner: field("uid") };
}

/**
 * The text of the signed list in a folder: `InRelease`, or `Release` with `Release.gpg`.
 *
 * @throws UnusableRepository when the key beside it did not sign the list
 */
export async function readSignedList(dir: string, key: SigningKey): Promise<string> {
  const list = join(dir, listFolder);
  return withGnupg(async (env) => {
    const keyring = join(env.GNUPGHOME ?? "", "keyring.gpg");
    await run("gpg", ["--batch", "--dearmor", "-o", keyring, join(dir, keyFile)], { env });
    const verify = (...files: readonly string[]): Promise<string> =>
      run("gpgv", ["--keyring", keyring, ...files], { env }).catch((error: unknown) => {
        const reason = String(error instanceof Error ? error.message : error);
        throw new UnusableRepository(
          `its list is not signed by its key ${key.fingerprint}: ${reason.split("\n").at(-1) ?? ""}`,
          { cause: error },
        );
      });
    if (existsSync(join(list, "InRelease"))) {
      return verify("--output", "-", join(list, "InRelease"));
    }
    await verify(join(list, "Release.gpg"), join(list, "Release"));
    return readFile(join(list, "Release"), "utf8");
  });
}
