import { once } from "node:events";
import { connect } from "node:net";
import { none, problem, type Findings } from "./findings";

/** SSH_AGENTC_REQUEST_IDENTITIES, length first. Source: RFC draft-ietf-sshm-ssh-agent, 3.2. */
const requestIdentities = Buffer.from([0, 0, 0, 1, 11]);

/** An agent answers within milliseconds; a forwarded one, within a round trip. */
const answerMs = 5_000;

/**
 * The provider offers the keys of the agent that SSH_AUTH_SOCK names, beside the deployment key. If no agent answers there,
 * each step fails. This happens in an old tmux session, or in a shell whose forwarding has ended.
 */
export async function checkSshAgent(
  env: NodeJS.ProcessEnv = process.env,
  timeoutMs = answerMs,
): Promise<Findings> {
  const path = env.SSH_AUTH_SOCK;
  if (path === undefined || path === "") return none;
  const silence = await agentProblem(path, timeoutMs);
  return silence === undefined
    ? none
    : problem(
        undefined,
        `SSH_AUTH_SOCK is "${path}", and no SSH agent answers there (${silence}): every step on a host would fail`,
        'unset SSH_AUTH_SOCK  # or, if you need the keys of an agent: eval "$(ssh-agent)" && ssh-add',
      );
}

/** Why an agent does not answer; `undefined` if it does. */
async function agentProblem(path: string, timeoutMs: number): Promise<string | undefined> {
  const socket = connect({ path });
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    socket.write(requestIdentities);
    const ended = once(socket, "end", { signal: timeout }).then(() => "it closes the connection");
    const answered = once(socket, "data", { signal: timeout }).then(() => undefined);
    return await Promise.race([answered, ended]);
  } catch (error) {
    if (timeout.aborted) return `no answer for ${timeoutMs / 1000} s`;
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}
