import { join } from "node:path";
import { ServiceCallError, type Service } from "../../../hcloud-simulator/src/admin";
import { parseFields } from "../../../hcloud-simulator/src/fields";
import type { Log } from "../cliSupport";
import type { SandboxIdentity } from "../identity";
import { RestartableService } from "../restartable";
import { issueCertificate } from "../web/authority";
import {
  type ObjectStorage,
  ensureS3Server,
  objectStorageFaults,
  startObjectStorage,
} from "./objectStorage";
import {
  bucketName,
  objectStorageName,
  storageBoxName,
  storageBoxPorts,
  storageBoxUser,
  storageFolder,
  storageSecrets,
} from "./settings";
import { type HostKeys, type StorageBox, startStorageBox, storageBoxFaults } from "./storageBox";
import type { StoredFile } from "./storedFile";

/** Where recordings can go: Hetzner's object storage, or a storage box. */
export const storagePlaces = ["s3", "sftp"] as const;

export type StoragePlace = (typeof storagePlaces)[number];

/** The faults of each place, with their effects. */
export const storageFaults = {
  s3: objectStorageFaults,
  sftp: storageBoxFaults,
} as const satisfies Record<StoragePlace, Readonly<Record<string, string>>>;

/** What `status` shows. Only sandboxes have these secrets. */
export interface StorageStatus {
  readonly s3: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly accessKey: string;
    readonly secretKey: string;
    /** Why it does not run; null if it does. */
    readonly problem: string | null;
    readonly faults: readonly string[];
  };
  readonly sftp: {
    readonly host: string;
    readonly ports: typeof storageBoxPorts;
    readonly user: string;
    readonly password: string;
    readonly privateKey: string;
    readonly hostKeys: HostKeys;
    readonly faults: readonly string[];
  };
}

interface Running {
  readonly s3: ObjectStorage | undefined;
  readonly sftp: StorageBox;
  close(): Promise<void>;
}

/** The storages of the sandbox, which the admin interface can stop, start, ask and disturb. */
export class StorageService extends RestartableService<Running> implements Service {
  private current: Running | undefined;
  private problem: string | null = null;
  private faults: Readonly<Record<StoragePlace, ReadonlySet<string>>> = {
    s3: new Set(),
    sftp: new Set(),
  };

  /** @param base root file system of a host, for the storage box */
  constructor(
    private readonly identity: SandboxIdentity,
    private readonly base: () => Promise<string>,
    private readonly log: Log,
  ) {
    super();
  }

  /**
   * `status` returns {@link StorageStatus}. `list` returns the files of each place, and `get` one of
   * them in base64. `fault` starts a fault of a place, and `clear` ends those of one place or of both.
   */
  async call(verb: string, body: unknown): Promise<unknown> {
    switch (verb) {
      case "status":
        return this.status();
      case "list":
        return this.list();
      case "get":
        return this.get(body);
      case "fault":
        return this.fault(body);
      case "clear":
        return this.clear(body);
      default:
        return undefined;
    }
  }

  private status(): StorageStatus {
    const { accessKey, secretKey, password } = storageSecrets(this.identity.dir);
    const { sftp } = this.required();
    return {
      s3: {
        ...{ endpoint: `https://${objectStorageName}`, bucket: bucketName, accessKey, secretKey },
        ...{ problem: this.problem, faults: [...this.faults.s3] },
      },
      sftp: {
        ...{ host: storageBoxName, ports: storageBoxPorts, user: storageBoxUser, password },
        ...{ privateKey: sftp.privateKey, hostKeys: sftp.hostKeys, faults: [...this.faults.sftp] },
      },
    };
  }

  private async list(): Promise<Readonly<Record<StoragePlace, readonly StoredFile[]>>> {
    const { s3, sftp } = this.required();
    return { s3: (await s3?.list()) ?? [], sftp: await sftp.list() };
  }

  private async get(body: unknown): Promise<{ content: string }> {
    const { place, path } = parseFields({ place: placeField, path: textField }, body);
    const storage = this.storage(place);
    try {
      return { content: (await storage.get(path)).toString("base64") };
    } catch (error) {
      throw new ServiceCallError(error instanceof Error ? error.message : String(error));
    }
  }

  private async fault(body: unknown): Promise<{ faults: readonly string[] }> {
    const fields = parseFields({ place: placeField, kind: textField }, body);
    const place = fields.place as StoragePlace;
    const known = Object.keys(storageFaults[place]);
    if (!known.includes(fields.kind)) {
      throw new ServiceCallError(
        `'${fields.kind}' is not a fault of ${place}; allowed: ${known.join(", ")}`,
      );
    }
    await this.setFaults(place, new Set([...this.faults[place], fields.kind]));
    return { faults: [...this.faults[place]] };
  }

  private async clear(body: unknown): Promise<{ cleared: number }> {
    const { place } = parseFields({ place: { ...placeField, required: false } }, body);
    const places = place === undefined ? storagePlaces : [place as StoragePlace];
    let cleared = 0;
    for (const one of places) {
      cleared += this.faults[one].size;
      if (this.faults[one].size > 0) await this.setFaults(one, new Set());
    }
    return { cleared };
  }

  private async setFaults(place: StoragePlace, faults: ReadonlySet<string>): Promise<void> {
    await this.storage(place).setFaults(faults);
    this.faults = { ...this.faults, [place]: faults };
  }

  private storage(place: StoragePlace): ObjectStorage | StorageBox {
    const found = this.required()[place];
    if (found === undefined) throw new ServiceCallError(this.problem ?? `${place} does not run`);
    return found;
  }

  private required(): Running {
    if (this.current === undefined)
      throw new ServiceCallError(
        "the storages are stopped; start them: fault service storage start",
      );
    return this.current;
  }

  protected async begin(): Promise<Running> {
    const { identity } = this;
    const { storageBox } = identity.network.reserved;
    const [s3, sftp] = await Promise.all([
      this.beginObjectStorage(),
      startStorageBox({
        dir: join(storageFolder(identity.dir), "box"),
        base: await this.base(),
        addresses: [storageBox.ipv4, storageBox.ipv6],
        password: storageSecrets(identity.dir).password,
      }),
    ]);
    const close = async (): Promise<void> => {
      this.current = undefined;
      this.faults = { s3: new Set(), sftp: new Set() };
      await Promise.all([s3?.close(), sftp.close()]);
    };
    this.current = { s3, sftp, close };
    return this.current;
  }

  /** Undefined without Go, because only tests with recordings need it. */
  private async beginObjectStorage(): Promise<ObjectStorage | undefined> {
    const { identity } = this;
    const { objectStorage } = identity.network.reserved;
    const { path, problem } = await ensureS3Server(this.log);
    this.problem = problem;
    if (path === undefined) return undefined;
    return startObjectStorage({
      program: path,
      dir: join(storageFolder(identity.dir), "s3"),
      listen: [`${objectStorage.ipv4}:443`, `[${objectStorage.ipv6}]:443`],
      tls: await issueCertificate([objectStorageName]),
      secrets: storageSecrets(identity.dir),
    });
  }
}

const textField = { type: "string", min: 1, required: true } as const;
const placeField = { ...textField, oneOf: storagePlaces } as const;
