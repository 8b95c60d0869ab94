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
  /** Data that `run` needs. Not part of the API's answer. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Id of an action that must succeed before this one runs. */
  readonly after?: number;
}

/**
 * The work of an action command. Actions are durable: an action that was running when the process
 * died runs again at the next start. `run` must therefore be safe to repeat.
 */
export interface ActionDefinition {
  /** While the action runs, other requests about its resources answer `locked`. */
  readonly locks?: boolean;
  /** The work itself, outside of any transaction. If it fails, the action fails. */
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

/** Starts actions, finishes them, and knows which resources they lock. */
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
    // Each waiting action adds one listener. Many listeners are expected here and not a leak.
    setMaxListeners(0, this.closing.signal);
  }

  /**
   * Creates a running action. Its work begins when the surrounding transaction is committed.
   *
   * @param command one that a resource declares under `commands`
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

  /** Runs the actions again that were running when the process ended. */
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

  /** Starts no more work and waits for the current work. Unfinished actions stay `running`. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.idle();
  }

  /** The action in the form of the API. */
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

  /** Always finishes the action, even if the effect of the failure fails too. */
  private fail(row: ActionRow, error: unknown, effect: () => void): void {
    try {
      this.finish(row, actionError(error), effect);
    } catch (second) {
      const [first, then] = [actionError(error), actionError(second)];
      const message = `${first.message}; afterwards: ${then.message}`;
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

  /**
   * Waits, but not longer than until `close`. Waits one tick even for 0, so that the request is
   * answered before the action ends.
   */
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

/**
 * A failure that a fault on demand asked for. Actions have error codes that requests do not have.
 */
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
