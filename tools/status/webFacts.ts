import type { BridgeAddress, StatusInput, WebFacts } from "../../remote/program/contract";
import { verbStdin } from "../../remote/program/verbs";
import { shQuote } from "../../remote/quote";
import { runOverSsh, type SshTarget } from "../sshRun";

/** Connection, and a verb that takes 15 s where everything is silent. */
const timeoutMs = 60_000;

/** @throws OperatorError if the web host does not answer */
export async function readWebFacts(
  target: SshTarget,
  bridges: readonly BridgeAddress[],
): Promise<WebFacts> {
  return JSON.parse(await runOverSsh(target, statusScript(bridges), timeoutMs)) as WebFacts;
}

/** For the web host's bash: it has a program of its own since the last `pulumi up`, whatever version that is. Pure. */
export function statusScript(bridges: readonly BridgeAddress[]): string {
  const input: StatusInput = { bridges };
  return [
    "if ! command -v jitsi-hetzner >/dev/null; then",
    "  echo 'it has no program of its own yet: pulumi up' >&2",
    "  exit 1",
    "fi",
    `exec jitsi-hetzner status --stdin <<<${shQuote(verbStdin(input))}`,
    "",
  ].join("\n");
}
