import type { Problem } from "../problem";
import { AnswerError, answerErrorFix } from "./answer";
import { ApiError, UnreachableError } from "./hcloudApi";

/** What fixes a missing token or one that the API refuses. */
export const tokenFix = "pulumi config set --secret hcloud:token  # or: export HCLOUD_TOKEN=...";

/** What a failed call means for the operator; `undefined` for an error that is not the API's. */
export function apiProblem(error: unknown, endpoint: string): Problem | undefined {
  if (error instanceof UnreachableError) {
    return { reason: error.message, fix: "check the network, then: pulumi up" };
  }
  if (error instanceof AnswerError) return { reason: sentence(error.message), fix: answerErrorFix };
  if (!(error instanceof ApiError)) return undefined;
  const { status, code, message } = error;
  return status === 401
    ? { reason: `${endpoint} refuses the token: ${message}`, fix: tokenFix }
    : { reason: `${endpoint} answers ${status} ${code}: ${message}`, fix: "pulumi up  # again" };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
