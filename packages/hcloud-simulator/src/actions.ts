import { setMaxListeners } from "node:events";

import { ApiError, apiError } from "./errors";
import type { Context } from "./context";
import type { Settings } from "./settings";
import type { Kind, Row, Store } from "./store";

export interface ResourceReference {
  readonly id: number;
  readonly type: string;
}

export interface ActionRow extends Row {
  readonly command: string;
  readonly status: "running" | "success" | "error";
  readonly started: string;
  readonly finished: string | null;
  readonly resources: readonly ResourceReference[];
  readonly error: { readonly code: string; readonly message: string } | null;
  /** What the work needs to know; not shown. */
  readonly input: Readonly<Record<string, unknown>>;
  /** An action that has to succeed first. */
  readonly after?: number;
}

/**
 * What a command does. An action is a durable job: one that was running when the process died is
 * run again at the next start, so `run` has to be safe to repeat.
 */
export interface ActionDefinition {
  /** While it runs, other requests about its resources answer `locked`. */
  readonly locks?: boolean;
  /** The real work, outside of any transaction. Its failure is the action's failure. */
  run?(ctx: Context, action: ActionRow): Promise<void>;
  /** Writes that become visible together with the success. */
  done?(ctx: Context, action: ActionRow): void;
  /** Writes that become visible together with the failure. */
  failed?(ctx: Context, action: ActionRow): void;
}

export interface StartOptions {
  readonly input?: Readonly<Record<string, unknown>>;
  readonly after?: ActionRow;
}

export const actionKind: Kind<ActionRow> = { name: "action", sequence: "action" };

/** Starts actions, brings them to their end, and answers what is locked by one. */
export class Actions {
  private readonly running = new Set<number>();
  private readonly work = new Set<Promise<void>>();
  private readonly closing = new AbortController();

  constructor(
    private readonly store: Store,
    private readonly definitions: ReadonlyMap<string, ActionDefinition>,
    private readonly settings: Settings,
    private readonly context: () => Context,
  ) {
    // One listener for each action that waits: many are no leak.
    setMaxListeners(0, this.closing.signal);
  }

  /**
   * Makes a running action; its work begins when the surrounding transaction is committed.
   *
   * @param command one that a resource has declared under `commands`
   */
  start(
    command: string,
    resources: readonly ResourceReference[],
    options: StartOptions = {},
  ): ActionRow {
    if (!this.definitions.has(command)) throw new Error(`no resource declares ${command}`);
    return this.store.transaction(() => {
      const action = this.store.table(actionKind).insert({
        command,
        status: "running",
        started: new Date().toISOString(),
        finished: null,
        resources,
        error: null,
        input: options.input ?? {},
        ...(options.after && { after: options.after.id }),
      });
      this.running.add(action.id);
      this.store.onUndo(() => this.running.delete(action.id));
      this.store.onCommit(() => {
        if (!this.isWaiting(action)) this.begin(action);
      });
      return action;
    });
  }

  /** Whether a resource declares this command. */
  knows(command: string): boolean {
    return this.definitions.has(command);
  }

  /** @throws ApiError locked */
  requireUnlocked(type: string, id: number): void {
    if (this.isLocked(type, id)) throw apiError("locked", `${type} is locked`);
  }

  isLocked(type: string, id: number): boolean {
    return this.runningRows().some(
      (row) =>
        this.definitions.get(row.command)?.locks === true &&
        row.resources.some((resource) => resource.type === type && resource.id === id),
    );
  }

  /** Takes up again what was running when the process ended. */
  resume(): void {
    const rows = this.store.table(actionKind).all();
    const interrupted = rows.filter((row) => row.status === "running");
    for (const row of interrupted) this.running.add(row.id);
    for (const row of interrupted) if (!this.isWaiting(row)) this.begin(row);
  }

  /** Resolves when no action is running. */
  async idle(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work);
  }

  /** Begins nothing more and waits for the work under way; unfinished actions stay `running`. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.idle();
  }

  /** The action as it goes over the wire. */
  toWire(row: ActionRow) {
    const { id, command, status, started, finished, resources, error } = row;
    return {
      id,
      command,
      status,
      progress: this.progress(row),
      started,
      finished,
      resources,
      error,
    };
  }

  private progress(row: ActionRow): number {
    if (row.status !== "running") return 100;
    const expected = this.settings.commandMs(row.command);
    if (expected === 0) return 0;
    const elapsed = Date.now() - Date.parse(row.started);
    return Math.min(95, Math.floor((elapsed / expected) * 100));
  }

  private runningRows(): ActionRow[] {
    const table = this.store.table(actionKind);
    return [...this.running].flatMap((id) => table.get(id) ?? []);
  }

  private isWaiting(row: ActionRow): boolean {
    return row.after !== undefined && this.running.has(row.after);
  }

  private begin(row: ActionRow): void {
    const work = this.perform(row).finally(() => {
      this.work.delete(work);
    });
    this.work.add(work);
  }

  private async perform(row: ActionRow): Promise<void> {
    const definition = this.definitions.get(row.command) ?? {};
    const ctx = this.context();
    try {
      this.requirePredecessor(row);
      await this.wait(this.settings.commandMs(row.command));
      if (this.isClosing()) return;
      const fault = ctx.faults.actionError(row.command);
      if (fault) throw new FaultError(fault.code, fault.message);
      await definition.run?.(ctx, row);
      if (this.isClosing()) return;
      this.finish(row, null, () => definition.done?.(ctx, row));
    } catch (error) {
      if (this.isClosing()) return;
      this.fail(row, error, () => definition.failed?.(ctx, row));
    }
  }

  /** An action always ends, also when what should follow a failure fails itself. */
  private fail(row: ActionRow, error: unknown, effect: () => void): void {
    try {
      this.finish(row, actionError(error), effect);
    } catch (second) {
      const [first, then] = [actionError(error), actionError(second)];
      const message = `${first.message}; then ${then.message}`;
      this.finish(row, { code: first.code, message }, () => undefined);
    }
  }

  private isClosing(): boolean {
    return this.closing.signal.aborted;
  }

  private requirePredecessor(row: ActionRow): void {
    const before =
      row.after === undefined ? undefined : this.store.table(actionKind).get(row.after);
    if (before?.status === "error")
      throw new Error(`${before.command} failed: ${before.error?.message ?? "no reason given"}`);
  }

  private finish(row: ActionRow, error: ActionRow["error"], effect: () => void): void {
    this.store.transaction(() => {
      effect();
      this.store.table(actionKind).update(row.id, {
        status: error ? "error" : "success",
        finished: new Date().toISOString(),
        error,
      });
    });
    this.running.delete(row.id);
    for (const next of this.runningRows()) if (next.after === row.id) this.begin(next);
  }

  /** Ends early when the simulator closes; also with 0 the answer to the request goes out first. */
  private async wait(ms: number): Promise<void> {
    if (this.isClosing()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms);
      const signal = this.closing.signal;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      }
      signal.addEventListener("abort", done);
    });
  }
}

/** An end in error that was asked for; actions have codes that requests do not. */
class FaultError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function actionError(error: unknown): { code: string; message: string } {
  if (error instanceof ApiError || error instanceof FaultError)
    return { code: error.code, message: error.message };
  return { code: "action_failed", message: error instanceof Error ? error.message : String(error) };
}
