import { connect } from "node:net";
import { callApi } from "../../packages/sandbox/src/client";
import { randomKeyPair } from "../randomKeyPair";
import { makeServer, type TestCluster } from "./harness";

/** The host's key, once nothing changes it any more. */
const hostKey =
  "timeout 60 cloud-init status --wait >&2; cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub";

/** Makes a host of the operator's own; the cluster, which is not up yet, is then reached through it alone. */
export async function reachThroughBastion(cluster: TestCluster): Promise<void> {
  const key = randomKeyPair();
  const { ssh_key: registered } = await callApi<{ ssh_key: { id: number } }>(
    cluster.sandbox,
    "POST",
    "/ssh_keys",
    { name: "operator", public_key: key.publicKey },
  );
  const address = await makeServer(cluster.sandbox, "bastion", { ssh_keys: [registered.id] });
  await cluster.configure({
    sshProxy: `root@${address}`,
    sshProxyHostKey: await cluster.mustOnHost("bastion", hostKey),
  });
  await cluster.mustPulumi("config", "set", "--path", "adminCidrs[0]", `${address}/32`);
  // As `config set` it would take the key for an option.
  await cluster.mustPulumi("config", "set-all", "--secret", `sshProxyPrivateKey=${key.privateKey}`);
}

/** Whether this machine itself gets a connection to a host's port 22 within two seconds. */
export function isReachedDirectly(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 2_000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", end(true)).on("timeout", end(false)).on("error", end(false));
  });
}
