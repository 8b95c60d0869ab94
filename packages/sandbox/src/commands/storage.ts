import { writeFileSync } from "node:fs";
import { Argument, Command } from "commander";
import { table, type Log } from "../cliSupport";
import { callAdmin, type RunningSandbox } from "../client";
import {
  storageFaults,
  type StoragePlace,
  storagePlaces,
  type StorageStatus,
} from "../storage/service";
import type { StoredFile } from "../storage/storedFile";

interface Options {
  readonly json: boolean;
}

const placeArgument = (): Argument =>
  new Argument("<place>", "s3 is the object storage, sftp the storage box").choices(storagePlaces);

/** `sandbox storage ...`: shows the storages for recordings, and their files. */
export function storageCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const storage = new Command("storage").description(
    "show the object storage (s3) and the storage box (sftp), and their files",
  );
  storage
    .command("status")
    .option("--json", "print it as JSON", false)
    .description("show addresses, credentials and active faults")
    .action(async ({ json }: Options) => {
      const status = await storageStatus(sandbox());
      console.log(json ? JSON.stringify(status, null, 2) : statusText(status));
    });
  storage
    .command("list")
    .option("--json", "print the files as JSON", false)
    .description("list the files with their checksums")
    .action(async ({ json }: Options) => {
      const files = await storedFiles(sandbox());
      console.log(json ? JSON.stringify(files, null, 2) : filesTable(files));
    });
  storage
    .command("get")
    .addArgument(placeArgument())
    .argument("<path>", "path of the file, as in the list")
    .argument("<file>", "file to write to")
    .description("copy a file from a storage")
    .action(async (place: StoragePlace, path: string, file: string) => {
      const body = { place, path };
      const answer = await callAdmin(sandbox(), "POST", "/services/storage/get", body);
      writeFileSync(file, Buffer.from((answer as { content: string }).content, "base64"));
      log(`${path}: written to ${file}`);
    });
  return storage;
}

/** `sandbox fault storage ...`: starts and ends faults of the storages. */
export function storageFaultCommand(sandbox: () => RunningSandbox, log: Log): Command {
  const fault = new Command("storage").description(
    "start and end faults of the storages; `storage status` shows the active ones",
  );
  for (const place of storagePlaces) {
    const faults = storageFaults[place];
    const effects = Object.entries(faults).map(([name, effect]) => `${effect} (${name})`);
    fault
      .command(place)
      .addArgument(new Argument("<fault>").choices(Object.keys(faults)))
      .description(effects.join("; "))
      .action(async (kind: string) => {
        await callAdmin(sandbox(), "POST", "/services/storage/fault", { place, kind });
        log(`${place}: ${kind}; to end it: \`fault storage clear ${place}\``);
      });
  }
  fault
    .command("clear")
    .addArgument(placeArgument().argOptional())
    .description("end the faults of a place; without it, of both")
    .action(async (place: StoragePlace | undefined) => {
      await callAdmin(sandbox(), "POST", "/services/storage/clear", { place });
    });
  return fault;
}

/** @throws UserError when the sandbox has no storages */
export async function storageStatus(sandbox: RunningSandbox): Promise<StorageStatus> {
  return (await callAdmin(sandbox, "POST", "/services/storage/status")) as StorageStatus;
}

type StoredFiles = Readonly<Record<StoragePlace, readonly StoredFile[]>>;

/** The files of both places. @throws UserError when the sandbox has no storages */
export async function storedFiles(sandbox: RunningSandbox): Promise<StoredFiles> {
  return (await callAdmin(sandbox, "POST", "/services/storage/list")) as StoredFiles;
}

function statusText({ s3, sftp }: StorageStatus): string {
  const faults = (names: readonly string[]): string => names.join(", ") || "-";
  const { host, ports, user, password, hostKeys } = sftp;
  return table([
    ["PLACE", "ADDRESS", "LOGIN", "FAULTS"],
    [
      ...["s3", `${s3.endpoint}/${s3.bucket}`, `${s3.accessKey} ${s3.secretKey}`],
      s3.problem ?? faults(s3.faults),
    ],
    [
      ...["sftp", `${user}@${host} port ${ports.sftp.toString()} or ${ports.shell.toString()}`],
      ...[password, faults(sftp.faults)],
    ],
    ...Object.values(hostKeys).map((key) => ["", `host key: ${key}`, "", ""]),
  ]);
}

function filesTable(files: StoredFiles): string {
  const rows = storagePlaces.flatMap((place) =>
    files[place].map(({ path, size, sha256 }) => [place, size.toString(), sha256, path]),
  );
  return table([["PLACE", "BYTES", "SHA-256", "PATH"], ...rows]);
}
