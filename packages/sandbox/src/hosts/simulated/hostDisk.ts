import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { HostKey } from "./hostKeys";
import type { SettingsHashes } from "./restarts";

/** What a simulated host keeps over a restart. */
export interface HostDiskContent {
  /** The key that it made itself; absent before the first contact. */
  readonly ownKey?: HostKey;
  /** Whether the key of the user data is removed. */
  readonly bootstrapKeyRemoved: boolean;
  /** When its packages are installed, in milliseconds since 1970; absent before it has answered once. */
  readonly installedAt?: number;
  /** Whether its program is installed. */
  readonly hasProgram: boolean;
  /** Paths of files that were copied to it. */
  readonly files: readonly string[];
  /** The settings of the last rolling restart. */
  readonly settings: SettingsHashes;
  /** The steps that have run there, each with its verb and arguments. */
  readonly steps: readonly string[];
}

const empty: HostDiskContent = {
  bootstrapKeyRemoved: false,
  hasProgram: false,
  files: [],
  settings: {},
  steps: [],
};

/** The disk of a simulated host: one small file. */
export class HostDisk {
  private current: HostDiskContent;

  constructor(private readonly file: string) {
    this.current = { ...empty, ...readIfThere(file) };
  }

  get content(): HostDiskContent {
    return this.current;
  }

  change(patch: Partial<HostDiskContent>): void {
    this.current = { ...this.current, ...patch };
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    // By a rename, so that the file is never half written. Not flushed: a host that a crash of the machine takes back is
    // made anew, and a flush for each step of ninety hosts would hold up all of them.
    const temporary = `${this.file}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(this.current)}\n`, { mode: 0o600 });
    renameSync(temporary, this.file);
  }

  remove(): void {
    rmSync(this.file, { force: true });
  }
}

function readIfThere(file: string): Partial<HostDiskContent> | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<HostDiskContent>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
