import { OperatorError } from "../../lib/errors";

/** The part of the output of `pulumi preview --json` that is read here. */
export interface Preview {
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** Number of resources by what happens to them. */
  readonly changeSummary: Readonly<Record<string, number>>;
}

export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: State;
  readonly newState?: State;
  readonly replaceReasons?: readonly string[];
  readonly diffReasons?: readonly string[];
}

export interface State {
  readonly type: string;
  readonly custom?: boolean;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

export interface Diagnostic {
  readonly message: string;
  readonly severity: string;
}

/** A text that is not a preview. */
export class UnreadablePreview extends OperatorError {}

/**
 * Reads the text of a preview. It may come from a pull request of an unknown author, so nothing in it is trusted.
 *
 * @throws UnreadablePreview with what is wrong and how to create a preview
 */
export function parsePreview(text: string): Preview {
  const howTo = "create one with: pulumi preview --json > preview.json";
  if (text.trim() === "") throw new UnreadablePreview(`the preview is empty; ${howTo}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UnreadablePreview(`the preview is not JSON; ${howTo}`);
  }
  if (!isRecord(value) || !("steps" in value || "diagnostics" in value)) {
    throw new UnreadablePreview(`the JSON is not a preview: it has no steps; ${howTo}`);
  }
  return {
    steps: list(value.steps).filter(isStep),
    diagnostics: list(value.diagnostics).filter(isDiagnostic),
    changeSummary: Object.fromEntries(
      Object.entries(isRecord(value.changeSummary) ? value.changeSummary : {}).filter(
        (entry): entry is [string, number] => Number.isSafeInteger(entry[1]),
      ),
    ),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isState = (value: unknown): boolean =>
  value === undefined ||
  (isRecord(value) &&
    typeof value.type === "string" &&
    (value.inputs === undefined || isRecord(value.inputs)));

const areReasons = (value: unknown): boolean =>
  value === undefined || value === null || list(value).every((item) => typeof item === "string");

const isStep = (value: unknown): value is Step =>
  isRecord(value) &&
  typeof value.op === "string" &&
  typeof value.urn === "string" &&
  isState(value.oldState) &&
  isState(value.newState) &&
  areReasons(value.replaceReasons) &&
  areReasons(value.diffReasons);

const isDiagnostic = (value: unknown): value is Diagnostic =>
  isRecord(value) && typeof value.message === "string" && typeof value.severity === "string";
