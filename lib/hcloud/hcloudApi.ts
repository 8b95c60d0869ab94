import { list, nullable, number, object, optional, requestOf, type Read } from "./answer";

/** The endpoint of the API, and the token. */
export interface ApiAccess {
  /** With `/v1`, without a trailing slash. */
  readonly endpoint: string;
  readonly token: string;
}

/** The endpoint if neither `hcloud:endpoint` nor HCLOUD_ENDPOINT is set. */
export const publicEndpoint = "https://api.hetzner.cloud/v1";

/** The API answered, with an error. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** Hetzner's error code: `unauthorized`, `not_found`. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** No answer: no network, a wrong endpoint, or too slow. */
export class UnreachableError extends Error {}

const limitsOfRequest = {
  timeoutMs: 5_000,
  /** Pauses before a call is repeated, after 429, 5xx or no answer. */
  retryAfterMs: [500, 1_500],
  /** Pages of one list: more than any project has. */
  pages: 40,
  rowsInPage: 50,
} as const;

interface Page<T> {
  readonly rows: readonly T[];
  readonly isLast: boolean;
}

const nextPage: Read<number | null | undefined> = (value, place) =>
  value === undefined ? undefined : nullable(number)(value, place);
const paging = object({
  meta: optional(object({ pagination: optional(object({ next_page: nextPage })) })),
});

/** One page of a list. If the answer has no paging data, a page that is not full is the last one. */
function pageOf<T>(key: string, read: Read<T[]>): Read<Page<T>> {
  const all = object({ [key]: list((row) => row) });
  const wanted = object({ [key]: read });
  return (value, place) => {
    const isFull = all(value, place)[key]?.length === limitsOfRequest.rowsInPage;
    const next = paging(value, place).meta?.pagination?.next_page;
    return {
      rows: wanted(value, place)[key] ?? [],
      isLast: next === undefined ? !isFull : next === null,
    };
  };
}

/**
 * The few API calls that the program and its commands make themselves. The data sources of the provider cannot replace
 * them: they have no price list, do not work without a token, and each is a round trip through the engine.
 */
export class HcloudApi {
  constructor(
    private readonly access: ApiAccess,
    private readonly pause: (ms: number) => Promise<void> = (ms) =>
      new Promise((resolve) => setTimeout(resolve, ms)),
  ) {}

  /** With `/v1`, without a trailing slash. */
  get endpoint(): string {
    return this.access.endpoint;
  }

  /** @throws AnswerError, ApiError, UnreachableError */
  async get<T>(path: string, read: Read<T>): Promise<T> {
    return read(await this.call(path), { request: requestOf("GET", path), path: "" });
  }

  /**
   * All rows of a list, page by page.
   * @param path with its filters: `/servers?label_selector=...`
   * @param key the answer's field that holds the rows
   * @param read reads the rows of one page
   * @throws AnswerError, ApiError, UnreachableError
   */
  async list<T>(path: string, key: string, read: Read<T[]>): Promise<T[]> {
    const rows: T[] = [];
    const query = `${path.includes("?") ? "&" : "?"}per_page=${limitsOfRequest.rowsInPage}`;
    for (let number = 1; number <= limitsOfRequest.pages; number++) {
      const page = await this.get(`${path}${query}&page=${number}`, pageOf(key, read));
      rows.push(...page.rows);
      if (page.isLast) break;
    }
    return rows;
  }

  /**
   * A call that changes something. It is made once: without an answer, it is not known whether it took effect.
   * @throws ApiError, UnreachableError
   */
  change(method: "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    return this.callOnce(method, path, body);
  }

  private async call(path: string): Promise<unknown> {
    for (const pauseMs of limitsOfRequest.retryAfterMs) {
      try {
        return await this.callOnce("GET", path);
      } catch (error) {
        if (!isPassing(error)) throw error;
        await this.pause(pauseMs);
      }
    }
    return this.callOnce("GET", path);
  }

  private async callOnce(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.send(method, path, body);
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer;
    const { error } = (answer ?? {}) as { error?: { code?: string; message?: string } };
    throw new ApiError(
      response.status,
      error?.code ?? "unknown",
      error?.message ?? `${method} ${path} got the answer ${response.status}`,
    );
  }

  private async send(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(`${this.access.endpoint}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.access.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(limitsOfRequest.timeoutMs),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnreachableError(`${this.access.endpoint} does not answer: ${reason}`);
    }
  }
}

/** Whether the same call may succeed a second later. */
function isPassing(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}
