import { setTimeout as sleep } from "node:timers/promises";
import { problemAnswer, type AcmeRequest, type Answer } from "./answer";
import { takeFault, type AcmeFaults, type BadAnswer } from "./faults";
import { badNonce, problem, rateLimitProblem, refusalProblem, refusals } from "./problems";
import { newAccountPath, newOrderPath, orderRequest } from "./requests";

/**
 * What a fault does to a request instead of the ACME server: an answer, or a broken connection.
 * Undefined when the ACME server answers.
 *
 * @param nonce fetches a nonce for the answer
 */
export async function faultAnswer(
  faults: AcmeFaults,
  request: AcmeRequest,
  nonce: () => Promise<string | undefined>,
): Promise<Answer | "drop" | undefined> {
  const slow = takeFault(faults, "slow", request);
  if (slow) await sleep(slow.ms);
  if (takeFault(faults, "down", request)) return "drop";
  const unavailable = takeFault(faults, "unavailable", request);
  if (unavailable) {
    const busy = problem("rateLimited", "Service busy; retry later.", 503);
    return problemAnswer(busy, undefined, unavailable.retryAfter);
  }
  const bad = takeFault(faults, "bad-answer", request);
  if (bad) return badAnswer(bad.form);
  return signedAnswer(faults, request, nonce);
}

async function signedAnswer(
  faults: AcmeFaults,
  request: AcmeRequest,
  nonce: () => Promise<string | undefined>,
): Promise<Answer | undefined> {
  if (request.method !== "POST") return undefined;
  if (takeFault(faults, "bad-nonce", request)) {
    return problemAnswer(badNonce, await nonce());
  }
  const { path } = request;
  if (path !== newOrderPath && path !== newAccountPath) return undefined;
  const { names } = orderRequest(request.payload);
  const limited = takeFault(
    faults,
    "rate-limit",
    request,
    ({ limit }) => (limit === "registrations") === (path === newAccountPath),
  );
  if (limited) {
    const end = new Date(Date.now() + limited.retryAfter * 1000);
    const told = rateLimitProblem(limited.limit, names, end);
    return problemAnswer(told, await nonce(), limited.retryAfter);
  }
  if (path !== newOrderPath) return undefined;
  const refused = takeFault(faults, "refuse", request, ({ type }) => refusals[type].at === "order");
  return refused && problemAnswer(refusalProblem(refused.type, names[0] ?? ""), await nonce());
}

/** Answers that are not ACME, as from a broken proxy. */
function badAnswer(form: BadAnswer): Answer {
  switch (form) {
    case "html":
      return {
        status: 502,
        headers: { "content-type": "text/html" },
        body: Buffer.from("<html><body><h1>502 Bad Gateway</h1></body></html>\n"),
      };
    case "json":
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: Buffer.from('{"status": "val'),
      };
    case "empty":
      return { status: 200, headers: {}, body: Buffer.alloc(0) };
  }
}
