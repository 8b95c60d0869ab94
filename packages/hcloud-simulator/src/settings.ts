import { commandLatency, type Latency } from "./latency";
import type { AccountLimits } from "./limits";
import { RateLimit } from "./rateLimit";
import type { Kind, Row, Store } from "./store";

/** Settings that can change while the simulator runs. */
export interface SettingsValues {
  readonly latency: Latency;
  /** Requests an hour. null counts requests without a limit. */
  readonly callsPerHour: number | null;
  readonly limits: AccountLimits;
}

interface SettingsRow extends Row, SettingsValues {}

const settingsKind: Kind<SettingsRow> = { name: "settings", sequence: "settings" };

/** The current settings. A change at run time survives a restart, like the rest of the state. */
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

  /** Values that are not given stay as they are; this holds for each limit too. */
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

/** The settings of a row without the row's own fields. */
function valuesOf({ latency, callsPerHour, limits }: SettingsValues): SettingsValues {
  return { latency, callsPerHour, limits };
}

function bucketFor(callsPerHour: number | null): RateLimit | undefined {
  return callsPerHour === null ? undefined : new RateLimit(callsPerHour);
}
