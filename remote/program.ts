import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as tar from "tar";
import { hostFiles } from "./hostFile";
import { crc32 } from "./program/crc32";
import { pythonFiles, pythonVerbs, type TypedVerb } from "./program/verbs";
import { fileValuesOf, type ScriptName } from "./script";
import { scriptFiles, scriptNames } from "./scriptFiles";

/** What a verb is made of, by paths in the archive. `verbs.json` has it on the host. */
interface Verb {
  /** Over the names and texts of all of its files. */
  readonly digest: string;
  /** CRC-32 of each file: by it the host finds a file that has changed since. */
  readonly files: Readonly<Record<string, number>>;
  /** Of a verb in shell, its files in their order; absent for one in Python. */
  readonly script?: readonly string[];
  /** Of a verb in shell, values that are files, by the variable. */
  readonly values?: Readonly<Record<string, string>>;
}

/** A verb in shell, or a typed one. */
export type VerbName = ScriptName | TypedVerb;

/** The program that hosts carry: one archive with all that their verbs are made of. */
export interface HostProgram {
  /** Over all files, 16 hexadecimal digits. */
  readonly digest: string;
  /** Path of the archive on this machine. */
  readonly archive: string;
  /** SHA-256 of the archive, hexadecimal. */
  readonly sha256: string;
  /** By the verb: another one where one of its files is another. */
  readonly verbDigests: Readonly<Record<VerbName, string>>;
}

/** Digits of a digest: 64 bits, against accidents. */
const digits = 16;
const root = join(__dirname, "..");
const cache = join(root, "node_modules", ".cache", "jitsi-hetzner");
/** All that runs a verb. */
const runner = "jitsi-hetzner";
/** Installs the program on a host, out of the archive. */
const installer = "install.sh";

/** The texts of the archive, by their paths in it. Pure, but for reading the files. */
export function programFiles(readFile: Reader = readSource): ReadonlyMap<string, string> {
  const verbs = describeVerbs(readFile);
  const names = Object.values(verbs).flatMap(({ files }) => Object.keys(files));
  const texts = [...new Set([...names, ...pythonFiles(), runner, installer])]
    .sort()
    .map((name): [string, string] => [name, readFile(name)]);
  return new Map([...texts, ["verbs.json", `${JSON.stringify(verbs, null, 1)}\n`]]);
}

/** Where the host has the archive. */
export const archiveOnHost = ({ digest }: Pick<HostProgram, "digest">): string =>
  `/var/lib/jitsi-hetzner/program-${digest}.tar`;

/** Where a user who is not root gets it, below the home directory. */
export const archiveOfUser = ({ digest }: Pick<HostProgram, "digest">): string =>
  `${userFolder}/program-${digest}.tar`;

/** In the home directory of a user who is not root. */
export const userFolder = ".jitsi-hetzner";

/**
 * The command with which a host checks the archive that was copied to it, installs the program and runs a verb of it, with
 * the verb's stdin. The checksum is compared before anything of the archive runs.
 *
 * @param archive on the host
 */
export function installCommand(
  { sha256 }: Pick<HostProgram, "sha256">,
  archive: string,
  verb: ScriptName,
): string {
  const problem = `${verb} failed on $HOSTNAME: $a is missing or damaged\\n  What to do: repair it on the host, then: pulumi up`;
  return [
    `a=${archive}`,
    `echo "${sha256}  $a" | sha256sum --quiet --strict -c - >&2 || { echo -e "${problem}" >&2; exit 1; }`,
    `exec bash -c "$(tar -xOf "$a" ${installer})" ${installer} "$a" ${verb}`,
  ].join("; ");
}

let made: HostProgram | undefined;

/** Makes the archive, once in a process. The same sources give the same bytes on each machine. */
export function hostProgram(): HostProgram {
  made ??= makeProgram();
  return made;
}

/**
 * @param folder where the archive is kept
 * @param readFile by a path in the archive; by default these sources
 */
export function makeProgram(folder = cache, readFile: Reader = readSource): HostProgram {
  const files = programFiles(readFile);
  const hash = createHash("sha256");
  for (const [name, text] of files) hash.update(`${name}\0${text}\0`);
  const digest = hash.digest("hex").slice(0, digits);
  const archive = join(folder, `program-${digest}.tar`);
  writeArchive(archive, files);
  return {
    digest,
    archive,
    sha256: createHash("sha256").update(readFileSync(archive)).digest("hex"),
    verbDigests: Object.fromEntries(
      Object.entries(describeVerbs(readFile)).map(([name, verb]) => [name, verb.digest]),
    ) as Record<VerbName, string>,
  };
}

/** Not compressed: compressors differ between versions of Node.js. Beside its place first: two runs may make it at once. */
function writeArchive(archive: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(dirname(archive), { recursive: true });
  const work = mkdtempSync(`${archive}.`);
  try {
    const folder = join(work, "files");
    for (const [name, text] of files) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      // Not by the write: the umask of who runs this would take from it.
      chmodSync(path, name === runner ? 0o755 : 0o644);
    }
    const made = join(work, "tar");
    tar.create(
      // Neither owner nor time of this machine.
      { sync: true, file: made, cwd: folder, portable: true, mtime: new Date(0) },
      [...files.keys()],
    );
    renameSync(made, archive);
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** Reads a file by its path in the archive. */
export type Reader = (path: string) => string;

/** What each verb is made of. Pure, but for `readFile`. */
export function describeVerbs(readFile: Reader = readSource): Readonly<Record<string, Verb>> {
  const shell = scriptNames.map((name) => [name, shellVerb(name, readFile)] as const);
  const python = Object.entries(pythonVerbs(readFile)).map(
    ([name, files]) => [name, describe(files, readFile)] as const,
  );
  return Object.fromEntries([...shell, ...python]);
}

function shellVerb(name: ScriptName, readFile: Reader): Verb {
  const script = scriptFiles(name).map((file) => `remote/${file}`);
  const values = Object.fromEntries(fileValuesOf(name).map((key) => [key, hostFiles[key]]));
  // Another variable for the same file is another verb.
  const keys = Object.entries(values).flat();
  return { ...describe([...script, ...Object.values(values)], readFile, keys), script, values };
}

function describe(files: readonly string[], readFile: Reader, more: readonly string[] = []): Verb {
  const hash = createHash("sha256").update(more.join("\0"));
  const sums = files.map((file) => {
    const text = readFile(file);
    hash.update(`${file}\0${text}\0`);
    return [file, crc32(text)] as const;
  });
  return { digest: hash.digest("hex").slice(0, digits), files: Object.fromEntries(sums) };
}

/** The program's own files stand at the top of the archive; all others at their paths in the repository. */
export function readSource(name: string): string {
  const folder = /^(remote|cloud-init)\//.test(name) ? root : join(__dirname, "program");
  return readFileSync(join(folder, name), "utf8");
}
