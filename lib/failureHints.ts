import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./config/settings";

/** An operation that failed, in the words of its provider. */
export interface Failure {
  /** Full type token: `hcloud:index/server:Server`. */
  readonly type: string;
  readonly error: string;
}

/** What of the settings a hint is about. */
export type HintSettings = Pick<Settings, "adminCidrs" | "sshProxy" | "location">;

interface Hint {
  readonly pattern: RegExp;
  /** @param match of the pattern */
  readonly text: (match: RegExpExecArray, settings: HintSettings) => string;
}

/**
 * By Hetzner's error codes, in brackets at the end of the provider's text, the request's or action's id beside them.
 * Source: https://docs.hetzner.cloud/#errors
 */
const apiHints: readonly Hint[] = [
  {
    pattern: /\(resource_limit_exceeded[,)]/,
    text: () =>
      "your project may have no more of these: raise its limit (Hetzner's console: Limits), or ask for less (pulumi config set jvbCount N); then: pulumi up",
  },
  {
    pattern: /\((resource_unavailable|placement_error)[,)]/,
    text: (_, { location }) =>
      `there is none left in ${location}, which was not so at the check before: pulumi up  # checks again, and lists what would do`,
  },
  {
    pattern: /\(not_found[,)]/,
    text: () =>
      "Hetzner does not have this any more: it was deleted outside of this program, and the state still has it. Take it out of the state: pulumi refresh; then: pulumi up",
  },
  {
    pattern: /\((unauthorized|forbidden|token_readonly)[,)]/,
    text: () =>
      "Hetzner no longer takes the token: pulumi config set --secret hcloud:token  # or: export HCLOUD_TOKEN=...; then: pulumi up",
  },
  {
    pattern: /\(rate_limit_exceeded[,)]/,
    text: () =>
      "the project's calls are used up (3600 an hour, one comes back each second): wait some minutes, then: pulumi up",
  },
  {
    pattern: /\(uniqueness_error[,)]/,
    text: () =>
      "something of this name is there and was not made by this stack, or by a run that was killed: npm run doctor",
  },
  {
    pattern: /\(\w+, (\d+)\)/,
    text: ([, action = ""]) =>
      `Hetzner began this (action ${action}) and did not finish it; what is there is used, not made twice: pulumi up`,
  },
  {
    pattern:
      /\((server_error|bad_gateway|timeout|service_error|unavailable|maintenance|locked|conflict)[,)]/,
    text: () =>
      "Hetzner's API has trouble (https://status.hetzner.com); what was made is kept, and not made twice: pulumi up",
  },
];

/** By what Go's SSH client says. A script on the host that fails says itself what to do. */
const sshHints: readonly Hint[] = [
  {
    pattern: /dial tcp (\S+):\d+: (i\/o timeout|connect: (no route to host|connection timed out))/,
    text: ([, address = ""], { adminCidrs, sshProxy }) => {
      const who =
        sshProxy === undefined ? "the machine that runs this" : `the bastion ${sshProxy.host}`;
      return `nothing answers at port 22 of ${address}, which is open to ${adminCidrs.join(", ")} (adminCidrs). Is ${who} in it? If so the host is off or hangs: look at its console at Hetzner. Then: pulumi up. Where its server is gone (hcloud server list), first: pulumi refresh`;
    },
  },
  {
    pattern: /dial tcp (\S+):\d+: connect: connection refused/,
    text: ([, address = ""]) =>
      `${address} is there, but has no SSH server: look at its console at Hetzner. Then: pulumi up`,
  },
  {
    pattern: /dial tcp (\S+):\d+: connect: network is unreachable/,
    text: ([, address = ""]) =>
      `this machine has no way to ${address}: look at its network (ip route get ${address}). Where the server is gone (hcloud server list): pulumi refresh; then: pulumi up`,
  },
  {
    pattern: /dial unix (\S+): /,
    text: ([, path = ""]) =>
      `SSH_AUTH_SOCK is ${path}, and no SSH agent answers there: unset SSH_AUTH_SOCK  # or start the agent; then: pulumi up`,
  },
  {
    pattern: /host key mismatch/,
    text: () =>
      "another host answers at the address; nothing was sent to it. Find out what it is before you go on",
  },
  {
    pattern: /no common algorithm for host key/,
    text: () =>
      "the host had its first contact already, and the state has forgotten it: docs/restore.md#replace-the-web-host",
  },
  {
    pattern: /unable to authenticate/,
    text: () =>
      "the host does not take the stack's deployment key: docs/restore.md#restore-the-deployment-key",
  },
  {
    // PAM's words, in Linux-PAM's and OpenSSH's: it refuses each command, whatever key opened the connection.
    pattern: /password has expired|Password change required/,
    text: () =>
      "root's password on that host has expired, and PAM refuses every command until it is changed: in Hetzner's console, reset the root password (hcloud server reset-password NAME), log in on the server's console and choose a new one, or run there: chage -d -1 root; then: pulumi up",
  },
  {
    pattern: /status 12[67]\b|command not found/,
    text: () =>
      "the host's program or python3 is missing there; on the host: apt-get install -y python3; then: npm run repair -- HOST  # web, or a bridge's number",
  },
  {
    pattern: /without exit status|connection reset by peer|broken pipe|\bEOF\b/,
    text: () =>
      "the connection broke in the middle of the step; did the host reboot? It is waited for: pulumi up",
  },
];

/** What a person can do about a failure, where the provider's own words do not say it. Pure. */
export function hintFor({ type, error }: Failure, settings: HintSettings): string | undefined {
  const hints = type.startsWith("hcloud:")
    ? apiHints
    : type.startsWith("command:remote")
      ? sshHints
      : [];
  for (const { pattern, text } of hints) {
    const match = pattern.exec(error);
    if (match !== null) return text(match, settings);
  }
  return undefined;
}

/**
 * Has the engine call back when a resource below a component fails, so that the hint stands beside the provider's
 * error. For an update only: a preview makes nothing that could fail so.
 */
export function hintsOnFailure(settings: HintSettings): pulumi.ResourceTransformation {
  const hook = new pulumi.ErrorHook("what-to-do", async ({ type, name, errors }) => {
    // The newest error stands first.
    const hint = hintFor({ type, error: errors[0] ?? "" }, settings);
    // Not a message of the resource itself: that one waits for the URN, which comes when this has ended.
    if (hint !== undefined) await pulumi.log.info(`${name}: ${hint}`);
    return false;
  });
  return ({ type, props, opts }) =>
    /^(hcloud|command):/.test(type)
      ? { props, opts: { ...opts, hooks: { onError: [hook] } } }
      : undefined;
}
