import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A remote step of a state, as an older program registered it. The engine finds a resource again by its URN, which
 * contains the types of its parents. It replaces a step whose triggers differ.
 */
interface FormerStep {
  readonly urn: string;
  /** Whether the step does something when it is deleted: a drain, or the end of an account. */
  readonly hasDelete: boolean;
  readonly triggers: readonly string[];
  /** What runs then, and its stdin. Absent where the step carried its script. */
  readonly delete?: string;
  readonly stdin?: string;
}

interface FormerState {
  /** What the steps carried: whole scripts, or the names of verbs in shell. */
  readonly age: string;
  readonly jvbCount: string;
  readonly steps: readonly FormerStep[];
}

const recorded = JSON.parse(readFileSync(join(__dirname, "formerSteps.json"), "utf8")) as Readonly<
  Record<string, Readonly<Record<string, readonly FormerStep[]>>>
>;

/** The steps of the states that today's program can find, recorded with the mocked engine. */
export const formerStates: readonly FormerState[] = Object.entries(recorded).flatMap(
  ([age, byCount]) =>
    Object.entries(byCount).map(([jvbCount, steps]) => ({ age, jvbCount, steps })),
);
