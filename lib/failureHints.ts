import * as pulumi from "@pulumi/pulumi";
import { localBridgeName } from "./bridgeNames";
import { set } from "./config/command";
import type { Settings } from "./config/settings";
import { nodeName } from "./nodeNames";
import { partsOf } from "./resourceNames";

/** An operation that failed, with the error message of its provider. */
export interface Failure {
  /** Full type token: `hcloud:index/server:Server`. */
  readonly type: string;
  /** Of the resource: jitsi-jibri-0-files. */
  readonly name?: string;
  readonly error: string;
}

/** The settings that hints name. */
export type HintSettings = Pick<Settings, "adminCidrs" | "sshProxy" | "location">;

interface Hint {
  readonly pattern: RegExp;
  /**
   * @param match of the pattern
   * @param machine name of the existing machine whose step failed; empty for a step of another host
   */
  readonly text: (match: RegExpExecArray, settings: HintSettings, machine: string) => string;
}

/**
 * By Hetzner's error code. It is in brackets at the end of the provider's message, beside the id of the request or action.
 * Source: https://docs.hetzner.cloud/#errors
 */
const apiHints: readonly Hint[] = [
  {
    pattern: /\(resource_limit_exceeded[,)]/,
    text: () =>
      "your project has reached its limit for this: raise its limit (Hetzner's console: Limits), or declare fewer bridges (pulumi config set jvbCount N); then: pulumi up",
  },
  {
    pattern: /\((resource_unavailable|placement_error)[,)]/,
    text: (_, { location }) =>
      `there is none in ${location} any more since the check: pulumi up  # checks again, and lists alternatives`,
  },
  {
    // The provider looks for the key itself, and its message has no code.
    pattern: /\(not_found[,)]|SSH key not found: /,
    text: () =>
      "this does not exist at Hetzner any more: it was deleted outside of this program, and the state still contains it. Remove it from the state: pulumi refresh; then: pulumi up",
  },
  {
    pattern: /\((unauthorized|forbidden|token_readonly)[,)]/,
    text: () =>
      "Hetzner refuses the token now: pulumi config set --secret hcloud:token  # or: export HCLOUD_TOKEN=...; then: pulumi up",
  },
  {
    pattern: /\(rate_limit_exceeded[,)]/,
    text: () =>
      "the project has used up its API calls (3600 per hour; each second gives one back): wait some minutes, then: pulumi up",
  },
  {
    pattern: /\(uniqueness_error[,)]/,
    text: () =>
      "an object with this name exists already; it is not this stack's, or a killed run created it: npm run doctor",
  },
  {
    pattern: /\(\w+, (\d+)\)/,
    text: ([, action = ""]) =>
      `Hetzner started this (action ${action}) and did not finish it; the next run uses what exists, and creates nothing twice: pulumi up`,
  },
  {
    pattern:
      /\((server_error|bad_gateway|timeout|service_error|unavailable|maintenance|locked|conflict)[,)]/,
    text: () =>
      "Hetzner's API has a problem (https://status.hetzner.com); the next run uses what exists, and creates nothing twice: pulumi up",
  },
];

/** By the error message of Go's SSH client. A script that fails on the host says itself what to do. */
const sshHints: readonly Hint[] = [
  {
    pattern: /dial tcp (\S+):\d+: (i\/o timeout|connect: (no route to host|connection timed out))/,
    text: ([, address = ""], { adminCidrs, sshProxy }) => {
      const who = sshProxy === undefined ? "this machine" : `the bastion ${sshProxy.host}`;
      return `port 22 of ${address} does not answer. It is open to ${adminCidrs.join(", ")} (adminCidrs). Is ${who} in it? If so, the host is off or hangs: look at its console at Hetzner, then: pulumi up. If its server is gone (hcloud server list), first: pulumi refresh`;
    },
  },
  {
    pattern: /dial tcp (\S+):\d+: connect: connection refused/,
    text: ([, address = ""]) =>
      `${address} answers, but has no SSH server: look at its console at Hetzner, then: pulumi up`,
  },
  {
    pattern: /dial tcp (\S+):\d+: connect: network is unreachable/,
    text: ([, address = ""]) =>
      `this machine has no route to ${address}: look at its network (ip route get ${address}). If the server is gone (hcloud server list): pulumi refresh; then: pulumi up`,
  },
  {
    pattern: /dial unix (\S+): /,
    text: ([, path = ""]) =>
      `SSH_AUTH_SOCK is ${path}, and no SSH agent answers there: unset SSH_AUTH_SOCK  # or start the agent; then: pulumi up`,
  },
  {
    pattern: /host key mismatch/,
    text: () =>
      "another host answers at the address; nothing was sent to it. Find out what it is before you continue",
  },
  {
    // After the first contact, a host has a key of its own of type ed25519. User data contain an ecdsa key.
    pattern: /we offered: \["ssh-ed25519"\], peer offered: \["ecdsa-sha2-nistp256"\]/,
    text: () =>
      "the host shows the key of its first boot again, so its server was rebuilt at Hetzner and its disk is new. A repair cannot help; create the server again: docs/restore.md#replace-a-bridge  # of the web host: docs/restore.md#replace-the-web-host",
  },
  {
    pattern: /no common algorithm for host key/,
    text: () =>
      "the first contact with this host is done, but the state has lost the host's key: docs/restore.md#replace-the-web-host",
  },
  {
    pattern: /unable to authenticate/,
    text: () =>
      "the host refuses the stack's deployment key: docs/restore.md#restore-the-deployment-key",
  },
  {
    // The messages of Linux-PAM and OpenSSH. PAM refuses each command, whatever key opened the connection.
    pattern: /password has expired|Password change required/,
    text: () =>
      "root's password on that host has expired, and PAM refuses every command until it is changed: reset the root password (hcloud server reset-password NAME), log in on the server's console at Hetzner and choose a new one, or run there: chage -d -1 root; then: pulumi up",
  },
  {
    pattern: /status 12[67]\b|command not found/,
    text: () =>
      "the host's program or python3 is missing there; on the host: apt-get install -y python3; then: npm run repair -- HOST  # web, or a bridge's number",
  },
  {
    pattern: /without exit status|connection reset by peer|broken pipe|\bEOF\b/,
    text: () =>
      "the connection broke during the step; did the host reboot? The next run waits for it: pulumi up",
  },
];

/** The same for an existing machine, which is not at Hetzner. */
const machineHints: readonly Hint[] = [
  {
    pattern:
      /dial tcp (\S+):(\d+): (i\/o timeout|connect: (no route to host|connection timed out))/,
    text: ([, address = "", port = ""], _, machine) =>
      `port ${port} of ${address} does not answer. Is the machine on, and is this the port of its SSH server (existingNodes)? Does a firewall of its provider let this machine in? Then: pulumi up. If the machine does not exist any more: npm run drain:skip -- ${machine}, and remove its entry`,
  },
  {
    pattern: /dial tcp (\S+):(\d+): connect: connection refused/,
    text: ([, address = "", port = ""]) =>
      `${address} answers, but not at port ${port}: set the port of its SSH server (existingNodes), then: pulumi up`,
  },
  {
    pattern: /host key mismatch|no common algorithm for host key/,
    text: () =>
      "the machine shows another host key than hostKey in existingNodes; nothing was sent to it. If its owner has changed the key, read it on the machine's console (cat /etc/ssh/ssh_host_ed25519_key.pub), set hostKey, then: pulumi up. Otherwise another machine answers at this address",
  },
  {
    pattern: /unable to authenticate/,
    text: () =>
      "the machine refuses the stack's deployment key for this user: add the line of `pulumi stack output deploymentPublicKey` to ~/.ssh/authorized_keys of the user in existingNodes, on the machine; then: pulumi up",
  },
  {
    pattern: /sudo: .*(password is required|command not found|not allowed)/,
    text: () =>
      "the user in existingNodes cannot become root without a password: docs/existing-machines.md#prepare-a-machine",
  },
];

/** Steps of an existing machine that run on the web host. */
const machinePartsOnWeb: readonly string[] = [
  "access",
  "forward",
  "forward-removal",
  "serve",
  "drain",
];

/** The existing machine of a step; `undefined` for a step of another host. */
const machineOf = (resource = ""): string | undefined => nodeName(partsOf(resource).host ?? "");

/** Whether a step runs on an existing machine. */
function isOnMachine(resource = ""): boolean {
  return machineOf(resource) !== undefined && !machinePartsOnWeb.includes(partsOf(resource).part);
}

/** The step of a recorder that waits for a reboot into another kernel. */
const rebooted = /-(jibri-\d+|node-.+)-files$/;

const kernelMenu =
  "choose the cloud kernel in GRUB's menu if the standard one does not boot; then: pulumi up";

/** A recorder that does not come back from the reboot that its step `kernel` has started. */
function rebootHint({ name = "", error }: Failure): string | undefined {
  const [, recorder] = rebooted.exec(name) ?? [];
  const [, address] = /dial tcp (\S+):\d+: /.exec(error) ?? [];
  if (recorder === undefined || address === undefined) return undefined;
  const machine = nodeName(recorder);
  if (machine !== undefined) {
    return (
      `${machine} (${address}) does not answer. A recorder may have rebooted into the standard kernel for its sound card, ` +
      `and has not come back. Look at the machine's console: if it hangs, reset it, and ${kernelMenu}. If the machine does ` +
      `not exist any more: npm run drain:skip -- ${machine}, and remove its entry`
    );
  }
  return (
    `${recorder} (${address}) may have rebooted into the standard kernel for its sound card, and has not come back. ` +
    "Look at its console at Hetzner (hcloud server request-console NAME): if it hangs, hcloud server reset NAME, and " +
    kernelMenu
  );
}

/** Steps on the web host that run only when something is removed. */
const removals: readonly string[] = ["drain", "removal"];

/** An `up` that makes a new web host updates the connection of what is declared, and of nothing that it removes. */
function formerWebHostHint({ name = "", error }: Failure): string | undefined {
  const { host = "", part } = partsOf(name);
  if (!removals.includes(part) || !/host key mismatch/.test(error)) return undefined;
  const declare = host === localBridgeName ? set("localBridge", "always") : "put its setting back";
  return (
    "another host answers at the address of the web host; nothing was sent to it. Find out what it is before you " +
    `continue. If it is a new web host: this step, which removes ${host}, knows only the former one. Declare ${host} again ` +
    `(${declare}), then: pulumi up; then remove it again`
  );
}

/** What the operator can do about a failure; `undefined` if the error message says it already. Pure. */
export function hintFor(failure: Failure, settings: HintSettings): string | undefined {
  const { type, error, name } = failure;
  const special = rebootHint(failure) ?? formerWebHostHint(failure);
  if (special !== undefined) return special;
  const hints = type.startsWith("hcloud:")
    ? apiHints
    : type.startsWith("command:remote")
      ? [...(isOnMachine(name) ? machineHints : []), ...sshHints]
      : [];
  for (const { pattern, text } of hints) {
    const match = pattern.exec(error);
    if (match !== null) return text(match, settings, machineOf(name) ?? "");
  }
  return undefined;
}

/**
 * Makes the engine call back when a resource of a component fails. The hint then appears beside the provider's error. For
 * an update only: a preview creates nothing that could fail like this.
 */
export function hintsOnFailure(settings: HintSettings): pulumi.ResourceTransformation {
  const hook = new pulumi.ErrorHook("what-to-do", async ({ type, name, errors }) => {
    // The newest error stands first.
    const hint = hintFor({ type, name, error: errors[0] ?? "" }, settings);
    // Not a message of the resource: that would wait for the URN, which is known only after this has ended.
    if (hint !== undefined) await pulumi.log.info(`${name}: ${hint}`);
    return false;
  });
  return ({ type, props, opts }) =>
    /^(hcloud|command):/.test(type)
      ? { props, opts: { ...opts, hooks: { onError: [hook] } } }
      : undefined;
}
