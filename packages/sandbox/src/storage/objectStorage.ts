import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { startBoundProcess } from "../boundProcess";
import { waitUntil } from "../hosts/exec";
import type { Log } from "../cliSupport";
import { ensureGoProgram, type GoProgram } from "../goProgram";
import { bucketName, type StorageSecrets } from "./settings";
import type { StoredFile } from "./storedFile";

/** The Go module of the S3 server. */
const s3Program: GoProgram = {
  name: "s3",
  title: "S3 server",
  moduleDir: join(__dirname, "../../s3"),
  goPackage: ".",
  files: ["go.mod", "go.sum", "main.go"],
};

/**
 * The path of the S3 server. It is built if it does not exist yet. Without Go there is none, because
 * only clusters with recordings need it.
 */
export async function ensureS3Server(
  log: Log,
): Promise<{ path: string; problem: null } | { path: undefined; problem: string }> {
  try {
    return { path: await ensureGoProgram(s3Program, log), problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    log(`the sandbox has no object storage: ${problem}`);
    return { path: undefined, problem };
  }
}

/** Faults of the object storage. */
export const objectStorageFaults = {
  down: "break all connections",
  unavailable: "answer 503 SlowDown",
  full: "refuse to store anything: QuotaExceeded",
  credentials: "do not know the access key: InvalidAccessKeyId",
  "no-bucket": "do not have the bucket: NoSuchBucket",
} as const;

export type ObjectStorageFault = keyof typeof objectStorageFaults;

export interface ObjectStorageOptions {
  /** Path of the program. */
  readonly program: string;
  /** Folder for its files. */
  readonly dir: string;
  /** Addresses with port. */
  readonly listen: readonly string[];
  /** PEM. */
  readonly tls: { readonly cert: string; readonly key: string };
  readonly secrets: StorageSecrets;
}

/** An S3 server that runs. */
export interface ObjectStorage {
  setFaults(faults: ReadonlySet<string>): Promise<void>;
  list(): Promise<readonly StoredFile[]>;
  /** @throws Error when there is no such object */
  get(path: string): Promise<Buffer>;
  close(): Promise<void>;
}

const startTimeoutMs = 60_000;

/**
 * Starts the S3 server and waits until it answers. It ends together with this process. Objects are
 * in its memory.
 *
 * @throws Error when it ends at once, with the end of its log
 */
export async function startObjectStorage(options: ObjectStorageOptions): Promise<ObjectStorage> {
  const { program, dir, listen, tls, secrets } = options;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = (name: string): string => join(dir, name);
  writeFileSync(path("tls.crt"), tls.cert);
  writeFileSync(path("tls.key"), tls.key, { mode: 0o600 });
  const admin = path("admin.sock");
  const { accessKey, secretKey } = secrets;
  const config = {
    ...{ listen, cert: path("tls.crt"), key: path("tls.key"), admin, bucket: bucketName },
    ...{ accessKey, secretKey },
  };
  writeFileSync(path("config.json"), JSON.stringify(config), { mode: 0o600 });
  const { expectRunning, close } = startBoundProcess({
    title: "the S3 server",
    command: [program, path("config.json")],
    logFile: path("s3.log"),
  });
  const answers = async (): Promise<boolean> => {
    expectRunning();
    return ask(admin, "GET", "/objects").then(
      () => true,
      () => false, // It does not listen yet.
    );
  };
  try {
    await waitUntil("the S3 server answers", answers, startTimeoutMs, 20);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    setFaults: async (faults) => {
      const flags = [...faults].map((name) => [name === "no-bucket" ? "noBucket" : name, true]);
      await ask(admin, "PUT", "/faults", JSON.stringify(Object.fromEntries(flags)));
    },
    list: async () => JSON.parse((await ask(admin, "GET", "/objects")).toString()) as StoredFile[],
    get: (object) => ask(admin, "GET", `/object?path=${encodeURIComponent(object)}`),
    close,
  };
}

/** Asks the admin interface. @throws Error with its answer when that is no success */
function ask(socketPath: string, method: string, path: string, body = ""): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, method, path, timeout: 10_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const answer = Buffer.concat(parts);
        if ((response.statusCode ?? 500) < 300) resolve(answer);
        else reject(new Error(`the S3 server: ${answer.toString().trim()}`));
      });
    });
    asked.on("timeout", () => asked.destroy(new Error("the S3 server did not answer in 10 s")));
    asked.on("error", reject);
    asked.end(body);
  });
}
