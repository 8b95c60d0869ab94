import { parseFields } from "../../../hcloud-simulator/src/fields";
import { CountedFaults, type Counted } from "../countedFaults";
import { directoryNames } from "./directories";
import { rateLimitNames, refusals, type RateLimitName, type Refusal } from "./problems";
import { requestKinds, type RequestKind } from "./requests";

/** Forms of an answer that is not ACME. */
export const badAnswers = ["html", "json", "empty"] as const;
export type BadAnswer = (typeof badAnswers)[number];

/** A fault that can apply to some requests only. */
interface OfRequests {
  /** Default: all requests. */
  readonly request?: RequestKind;
}

/** A fault of the ACME server. */
export type AcmeFault = Counted & {
  /** The short name of the directory that it applies to. Default: all. */
  readonly directory?: string;
} & (
    | ({ readonly kind: "down" } & OfRequests)
    | ({ readonly kind: "slow"; readonly ms: number } & OfRequests)
    | ({ readonly kind: "bad-answer"; readonly form: BadAnswer } & OfRequests)
    /** retryAfter in seconds. */
    | ({ readonly kind: "unavailable"; readonly retryAfter: number } & OfRequests)
    | { readonly kind: "bad-nonce" }
    | { readonly kind: "refuse"; readonly type: Refusal }
    | { readonly kind: "rate-limit"; readonly limit: RateLimitName; readonly retryAfter: number }
  );

export type AcmeFaultKind = AcmeFault["kind"];

export type AcmeFaults = CountedFaults<AcmeFault>;

/** In seconds. The windows of Let's Encrypt's rate limits are hours or days. */
const defaultRetryAfter: Readonly<Partial<Record<string, number>>> = {
  unavailable: 60,
  "rate-limit": 3600,
};

const times = { type: "integer", min: 1 } as const;
const directory = { type: "string", oneOf: directoryNames } as const;
const request = { type: "string", oneOf: requestKinds } as const;
const seconds = { type: "integer", min: 1, max: 31_536_000 } as const;
const text = { type: "string", required: true } as const;
const fields = {
  down: { times, directory, request },
  unavailable: { times, directory, request, retryAfter: seconds },
  slow: {
    times,
    directory,
    request,
    ms: { type: "integer", min: 1, max: 600_000, required: true },
  },
  "bad-answer": { times, directory, request, form: { ...text, oneOf: badAnswers } },
  "bad-nonce": { times, directory },
  refuse: { times, directory, type: { ...text, oneOf: Object.keys(refusals) } },
  "rate-limit": {
    ...{ times, directory, limit: { ...text, oneOf: rateLimitNames } },
    retryAfter: seconds,
  },
} as const;

/**
 * A fault from the body of a request.
 *
 * @throws ApiError invalid_input that names the field and the allowed values
 */
export function readAcmeFault(body: unknown): AcmeFault {
  const kinds = Object.keys(fields) as AcmeFaultKind[];
  const { kind } = parseFields({ kind: { ...text, oneOf: kinds } }, body);
  const table = fields[kind as AcmeFaultKind];
  const parsed: object = parseFields(table, body);
  const retryAfter = defaultRetryAfter[kind];
  // The table of its kind has checked all fields.
  return { kind, ...(retryAfter !== undefined && { retryAfter }), ...parsed } as AcmeFault;
}

type OfKind<K extends AcmeFaultKind> = Extract<AcmeFault, { kind: K }>;

/** Takes the oldest fault of a kind for a request. */
export function takeFault<K extends AcmeFaultKind>(
  faults: AcmeFaults,
  kind: K,
  about: { readonly directory: string; readonly kind: RequestKind },
  also: (fault: OfKind<K>) => boolean = () => true,
): OfKind<K> | undefined {
  return faults.take((fault): fault is OfKind<K> => {
    if (fault.kind !== kind) return false;
    if (fault.directory !== undefined && fault.directory !== about.directory) return false;
    if ("request" in fault && fault.request !== undefined && fault.request !== about.kind)
      return false;
    return also(fault as OfKind<K>);
  });
}
