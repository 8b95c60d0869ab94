/**
 * Every error code of the simulator with its HTTP status. No other place knows both. Sources: the
 * API's error reference, and answers quoted in public issue threads.
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

/** An error in the API's own form. Anything else that a handler throws is a bug and answers 500. */
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

  /** The body in the form of the API. */
  envelope(): { error: { code: string; message: string; details: ErrorDetails } } {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

export function apiError(code: ErrorCode, message: string, details?: ErrorDetails): ApiError {
  return new ApiError(code, message, details);
}

/**
 * 422 with `details.fields`. Never leave the details out: the SDKv2 half of the Terraform provider
 * reads them without a check and panics.
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

/** 422 for a feature that the real API has and the simulator does not. */
export function notSimulated(what: string): ApiError {
  return new ApiError("unsupported_error", `not simulated: ${what}; see docs/simulator.md`);
}

/** Whether an error was made by {@link notSimulated}. */
export function isNotSimulated(error: unknown): boolean {
  return error instanceof ApiError && error.code === "unsupported_error";
}

/** 404 for a resource that a request names by id or by name. */
export function notFound(what: string, idOrName: string | number): ApiError {
  const by = /^\d+$/.test(String(idOrName)) ? "ID" : "name";
  return new ApiError("not_found", `${what} with ${by} '${String(idOrName)}' not found`);
}
