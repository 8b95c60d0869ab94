/**
 * Every error code that the simulator answers, with its HTTP status; the only place that knows both.
 * From the API's error reference and from answers seen in public issue threads.
 */
const statusOf = {
  json_error: 400,
  unauthorized: 401,
  forbidden: 403,
  maintenance: 403,
  resource_limit_exceeded: 403,
  not_found: 404,
  uniqueness_error: 409,
  conflict: 409,
  deprecated_api_endpoint: 410,
  resource_unavailable: 412,
  primary_ip_version_mismatch: 412,
  primary_ip_datacenter_mismatch: 412,
  invalid_input: 422,
  service_error: 422,
  unsupported_error: 422,
  placement_error: 422,
  primary_ip_assigned: 422,
  primary_ip_already_assigned: 422,
  must_be_unassigned: 422,
  server_has_ipv4: 422,
  server_has_ipv6: 422,
  server_already_attached: 422,
  server_not_stopped: 422,
  invalid_server_type: 422,
  ip_not_available: 422,
  no_subnet_available: 422,
  networks_overlap: 422,
  resource_in_use: 422,
  firewall_already_applied: 422,
  firewall_resource_not_found: 422,
  firewall_managed_by_label_selector: 422,
  private_net_only_server: 422,
  incorrect_zone_mode: 422,
  locked: 423,
  protected: 423,
  rate_limit_exceeded: 429,
  server_error: 500,
  bad_gateway: 502,
  unavailable: 503,
  timeout: 504,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof statusOf;

export const errorCodes = Object.keys(statusOf);

export interface FieldProblem {
  readonly name: string;
  readonly messages?: readonly string[];
}

export interface ErrorDetails {
  readonly fields?: readonly FieldProblem[];
  readonly limits?: readonly { readonly name: string }[];
  readonly announcement?: string;
}

/** An error of the API's own form; anything else that a handler throws is a bug and answers 500. */
export class ApiError extends Error {
  readonly status: number;
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
    this.status = statusOf[code];
  }

  /** The body as it goes over the wire. */
  envelope(): { error: { code: string; message: string; details: ErrorDetails } } {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

export function apiError(code: ErrorCode, message: string, details?: ErrorDetails): ApiError {
  return new ApiError(code, message, details);
}

/**
 * 422 with `details.fields`. The details are never left out: the provider's older half reads them
 * without a check and panics.
 */
export function invalidInput(problems: readonly Required<FieldProblem>[]): ApiError {
  const first = problems[0];
  const message =
    problems.length === 1 && first
      ? `invalid input in field '${first.name}': ${first.messages.join(", ")}`
      : `invalid input in fields ${problems.map((p) => `'${p.name}'`).join(", ")}`;
  return new ApiError("invalid_input", message, { fields: problems });
}

/** 422 about one field. */
export function invalidField(name: string, reason: string): ApiError {
  return invalidInput([{ name, messages: [reason] }]);
}

/** 422 about what the real API does and this one does not. */
export function notSimulated(what: string): ApiError {
  return new ApiError("unsupported_error", `not simulated: ${what}; see docs/simulator.md`);
}

/** Whether an error came from {@link notSimulated}. */
export function isNotSimulated(error: unknown): boolean {
  return error instanceof ApiError && error.code === "unsupported_error";
}

/** 404 about something that a request names by id, or by name. */
export function notFound(what: string, idOrName: string | number): ApiError {
  const by = /^\d+$/.test(String(idOrName)) ? "ID" : "name";
  return new ApiError("not_found", `${what} with ${by} '${String(idOrName)}' not found`);
}
