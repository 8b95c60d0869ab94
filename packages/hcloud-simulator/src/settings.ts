import { commandLatency, type Latency } from "./latency";
import type { AccountLimits } from "./limits";
import { RateLimit } from "./rateLimit";
import type { Kind, Row, Store } from "./store";

/** What may be changed while the simulator runs. */
export interface SettingsValues {
  readonly latency: Latency;
  /** Requests an hour; null counts without refusing any. */
  readonly callsPerHour: number | null;
  readonly limits: AccountLimits;
}

interface SettingsRow extends Row, SettingsValues {}

const settingsKind: Kind<SettingsRow> = { name: "settings", sequence: "settings" };

/** The settings in force. What was changed at run time outlives a restart, like the rest of the state. */
export class Settings {
  private values: SettingsValues;
  private bucket: RateLimit | undefined;

  constructor(
    private readonly store: Store,
    defaults: SettingsValues,
  ) {
    const [kept] = store.table(settingsKind).all();
    this.values = valuesOf({
      ...defaults,
      ...kept,
      limits: { ...defaults.limits, ...kept?.limits },
    });
    this.bucket = bucketFor(this.values.callsPerHour);
  }

  get current(): SettingsValues {
    return this.values;
  }

  get requestMs(): number {
    return this.values.latency.requestMs;
  }

  /** undefined when requests are not limited */
  get rateLimit(): RateLimit | undefined {
    return this.bucket;
  }

  commandMs(command: string): number {
    return commandLatency(this.values.latency, command);
  }

  /** What is not given stays, of the limits each by itself. */
  change(
    patch: Partial<Omit<SettingsValues, "limits">> & { readonly limits?: Partial<AccountLimits> },
  ): void {
    const limits = { ...this.values.limits, ...patch.limits };
    const values = { ...this.values, ...patch, limits };
    this.store.transaction(() => {
      const table = this.store.table(settingsKind);
      const [kept] = table.all();
      if (kept) table.update(kept.id, values);
      else table.insert(values);
    });
    this.values = values;
    if (patch.callsPerHour !== undefined) this.bucket = bucketFor(patch.callsPerHour);
  }
}

/** The settings of a row, without what makes it one. */
function valuesOf({ latency, callsPerHour, limits }: SettingsValues): SettingsValues {
  return { latency, callsPerHour, limits };
}

function bucketFor(callsPerHour: number | null): RateLimit | undefined {
  return callsPerHour === null ? undefined : new RateLimit(callsPerHour);
}
