import { set } from "../command";
import { touches } from "../effects";
import { publicKeyProblem } from "../publicKey";
import { invalid, setting, valid, type Parsed } from "../setting";
import { readProxy, type SshProxy } from "../sshProxy";

/** The bastion. */

const effect = {
  ...touches(
    "runs every step except the first contact again, through the new bastion; the steps are safe to repeat",
  ),
  services: "no bridge restarts",
};

const exampleKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

const sshProxy = setting({
  name: "sshProxy",
  kind: "text",
  default: "",
  allowed: "[user@]host[:port]",
  description:
    "Bastion for SSH connections to the hosts, as [user@]host[:port]. Empty for direct connections.",
  details: [
    "The default user is root, the default port 22. Write an IPv6 address in brackets. `adminCidrs` must contain the address of the bastion.",
  ],
  example: "admin@bastion.example.org",
  beside: { sshProxyHostKey: exampleKey },
  wrong: ["ssh://bastion.example.org"],
  effect,
  parse: (text, { sshProxyHostKey = "" }): Parsed<SshProxy | undefined> => {
    if (text === "") return valid(undefined);
    const proxy = readProxy(text);
    if (proxy === undefined) {
      return invalid({ fix: set("sshProxy", "admin@bastion.example.org:22") });
    }
    const hostKey = sshProxyHostKey.trim();
    const reason =
      hostKey === ""
        ? "is not set, but is required with sshProxy; without it, another machine could take the place of the bastion"
        : publicKeyProblem(hostKey);
    if (reason === undefined) return valid(Object.freeze({ ...proxy, hostKey }));
    const scan = `ssh-keyscan -t ed25519 -p ${proxy.port} ${proxy.host} | cut -d' ' -f2-`;
    const fix = `${set("sshProxyHostKey", `"$(${scan})"`)}  # then compare it with the key on the bastion`;
    return invalid({ key: "sshProxyHostKey", reason, fix });
  },
});

const sshProxyHostKey = setting({
  name: "sshProxyHostKey",
  kind: "text",
  partOf: "sshProxy",
  default: "",
  allowed: 'one line of the form "<type> <key> [comment]"',
  description: "Public host key of the bastion, an authorized_keys line. Required with sshProxy.",
  example: exampleKey,
  beside: { sshProxy: "bastion.example.org" },
  wrong: ["", "bastion.example.org ssh-ed25519 AAAA"],
  effect,
});

const sshProxyPrivateKey = setting({
  name: "sshProxyPrivateKey",
  kind: "secret",
  default: "",
  allowed: "a private key in a format of OpenSSH, as a secret",
  description: "Private key for the bastion, set with --secret. Empty if an SSH agent has the key.",
  example: "-----BEGIN OPENSSH PRIVATE KEY-----",
  wrong: ["-----BEGIN OPENSSH PRIVATE KEY-----"],
  effect,
});

export const sshProxyKeys = [sshProxy, sshProxyHostKey, sshProxyPrivateKey] as const;
