import {
  jsonOf,
  problemAnswer,
  textField,
  withJson,
  type AcmeRequest,
  type Answer,
} from "./answer";
import { takeFault, type AcmeFaults } from "./faults";
import { newOrderPath, orderPathOf } from "./requests";
import { badNonce, refusalProblem, refusals, type Problem } from "./problems";

/** Asks for a reason not to issue for a name, such as its CAA records. */
export type IssuanceCheck = (name: string) => Promise<Problem | undefined>;

/**
 * Makes validations fail on demand, and those whose names must not be issued for. Pebble validates
 * meanwhile; its answers about these authorizations are replaced.
 */
export class Validations {
  /** Name by the path of its authorization. */
  private readonly names = new Map<string, string>();
  /** Path of the authorization by the path of a challenge. */
  private readonly challenges = new Map<string, string>();
  /** Paths of authorizations by the path of their order. */
  private readonly orders = new Map<string, readonly string[]>();
  private readonly refused = new Map<string, Problem>();
  /** Whether the last new order was answered so that the client orders again. */
  private hasAskedAgain = false;

  constructor(
    private readonly faults: AcmeFaults,
    private readonly check: IssuanceCheck,
  ) {}

  /** Called with each answer. Returns the answer for the client. */
  async answer(request: AcmeRequest, answer: Answer): Promise<Answer> {
    if (answer.status >= 400) return answer;
    switch (request.kind) {
      case "order":
      case "finalize":
        return this.orderAnswer(request, answer);
      case "authorization":
        return this.authorizationAnswer(request, answer);
      case "challenge":
        return this.challengeAnswer(request, answer);
      default:
        return answer;
    }
  }

  private orderAnswer({ path }: AcmeRequest, answer: Answer): Answer {
    const order = orderPathOf(path, answer.headers.location);
    const fields = jsonOf(answer) as { authorizations?: readonly string[]; status?: string };
    if (fields.authorizations === undefined || order === undefined) return answer;
    const authorizations = fields.authorizations.map(pathOf);
    if (path === newOrderPath && this.mustAskAgain(authorizations)) {
      return problemAnswer(badNonce, textField(answer.headers, "replay-nonce"));
    }
    this.orders.set(order, authorizations);
    const problem = authorizations.map((at) => this.refused.get(at)).find(Boolean);
    if (problem === undefined) return answer;
    return withJson(answer, {
      ...fields,
      status: "invalid",
      error: problem,
      certificate: undefined,
    });
  }

  /**
   * Pebble gives one new order in a hundred an authorization that is valid already, also when
   * PEBBLE_AUTHZREUSE is 0 (its wfe.go compares a number from 0 to 99 with `>`). It may be one that
   * was refused here. So the client is made to order again, and the names are validated. Certbot
   * does so once, so a second one in succession is let through, unless it was refused.
   */
  private mustAskAgain(authorizations: readonly string[]): boolean {
    const known = [...this.orders.values()].flat();
    const isReused = authorizations.some((at) => known.includes(at));
    const isRefused = authorizations.some((at) => this.refused.has(at));
    this.hasAskedAgain = isReused && (isRefused || !this.hasAskedAgain);
    return this.hasAskedAgain;
  }

  private authorizationAnswer({ path }: AcmeRequest, answer: Answer): Answer {
    const fields = jsonOf(answer) as {
      identifier?: { value: string };
      challenges?: readonly { url: string; type: string }[];
    };
    if (fields.identifier !== undefined) this.names.set(path, fields.identifier.value);
    for (const { url } of fields.challenges ?? []) this.challenges.set(pathOf(url), path);
    const error = this.refused.get(path);
    if (error === undefined) return answer;
    const challenges = (fields.challenges ?? [])
      .filter(({ type }) => type === "http-01")
      .map((challenge) => ({ ...challenge, status: "invalid", error }));
    return withJson(answer, { ...fields, status: "invalid", challenges });
  }

  private async challengeAnswer(request: AcmeRequest, answer: Answer): Promise<Answer> {
    const authorization = this.challenges.get(request.path);
    const name = this.names.get(authorization ?? "");
    if (authorization === undefined || name === undefined) return answer;
    // A payload says that the client is ready.
    if (request.payload !== undefined && !this.refused.has(authorization)) {
      const problem = this.fault(request, name) ?? (await this.check(name));
      if (problem !== undefined) this.refused.set(authorization, problem);
    }
    const error = this.refused.get(authorization);
    if (error === undefined) return answer;
    return withJson(answer, { ...jsonOf(answer), status: "invalid", error });
  }

  private fault(request: AcmeRequest, name: string): Problem | undefined {
    const refuses = takeFault(
      this.faults,
      "refuse",
      request,
      ({ type }) => refusals[type].at === "validation",
    );
    return refuses && refusalProblem(refuses.type, name);
  }

  /** Whether an order must not get a certificate. */
  refusesFinalize(finalizePath: string): boolean {
    const order = orderPathOf(finalizePath, undefined) ?? "";
    return (this.orders.get(order) ?? []).some((path) => this.refused.has(path));
  }
}

const pathOf = (url: string): string => new URL(url).pathname;
