import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomically } from "../files";

/** Names as Hetzner has them. The sandbox's name servers answer for them. */
export const objectStorageName = "fsn1.your-objectstorage.com";
export const storageBoxUser = "u123456";
export const storageBoxName = `${storageBoxUser}.your-storagebox.de`;

/** The only bucket. Requests for other names fail like at S3. */
export const bucketName = "recordings";

/** SFTP alone, and SFTP with commands for checksums, like on a storage box. */
export const storageBoxPorts = { sftp: 22, shell: 23 } as const;

/** Credentials of both storages. They stay the same while the sandbox exists. */
export interface StorageSecrets {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Password of the storage box's user. */
  readonly password: string;
}

export const storageFolder = (dir: string): string => join(dir, "storage");

/** The credentials, which are created at the first call. */
export function storageSecrets(dir: string): StorageSecrets {
  const folder = storageFolder(dir);
  const file = join(folder, "secrets.json");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const secrets: StorageSecrets = {
      accessKey: randomBytes(10).toString("hex").toUpperCase(),
      secretKey: randomBytes(20).toString("hex"),
      password: randomBytes(8).toString("hex"),
    };
    writeFileAtomically(file, JSON.stringify(secrets), 0o600);
  }
  return JSON.parse(readFileSync(file, "utf8")) as StorageSecrets;
}
