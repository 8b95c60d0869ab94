/** Where the cloud's API is, and by which token. */
export interface ApiAccess {
  /** With `/v1`, without a trailing slash. */
  readonly endpoint: string;
  readonly token: string;
}

/** Where the API is unless `hcloud:endpoint` or HCLOUD_ENDPOINT says otherwise. */
export const publicEndpoint = "https://api.hetzner.cloud/v1";

/** The API answered, with an error. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** Of Hetzner's error envelope: `unauthorized`, `not_found`. */
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
  /** Pauses before a call is repeated after 429, 5xx or no answer. */
  retryAfterMs: [500, 1_500],
  /** Pages of one list; with 50 rows a page more than any project has. */
  pages: 40,
} as const;

/**
 * The few calls that the program and its tools make themselves, beside the provider's. The provider's own data sources do not
 * do: they have no price list, are no use without a token, and each is a round trip through the engine.
 */
export class HcloudApi {
  constructor(
    private readonly access: ApiAccess,
    private readonly pause: (ms: number) => Promise<void> = (ms) =>
      new Promise((resolve) => setTimeout(resolve, ms)),
  ) {}

  /** @throws ApiError, UnreachableError */
  get(path: string): Promise<unknown> {
    return this.call(path);
  }

  /**
   * All rows of a list, page by page.
   * @param path with its filters: `/servers?label_selector=...`
   * @param key the answer's field that holds the rows
   * @throws ApiError, UnreachableError
   */
  async list<T>(path: string, key: string): Promise<T[]> {
    const rows: T[] = [];
    const separator = path.includes("?") ? "&" : "?";
    let page: number | null | undefined = 1;
    for (let count = 0; page && count < limitsOfRequest.pages; count++) {
      const answer = (await this.get(`${path}${separator}per_page=50&page=${page}`)) as Record<
        string,
        unknown
      >;
      rows.push(...((answer[key] ?? []) as T[]));
      page = (answer.meta as { pagination?: { next_page: number | null } } | undefined)?.pagination
        ?.next_page;
    }
    return rows;
  }

  /**
   * A call that changes something. Made once: whether one without an answer was worked on, nobody knows.
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
      error?.message ?? `${method} ${path} was answered with ${response.status}`,
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

/** Worth another try: the same call may be answered a second later. */
function isPassing(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}
