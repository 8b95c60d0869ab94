import { storageStatus } from "../../packages/sandbox/src/commands/storage";
import type { TestCluster } from "./harness";
import { documentedSecrets, ownSecret, searchHost, secretsOf, tableRow } from "./secretSearch";

/** Secrets of a cluster with existing machines, as rows of the table in docs/security.md. */
export interface MachineSecrets {
  readonly bridge: readonly string[];
  readonly recorder: readonly string[];
  /** Where the web host has the keys of its forwards, without the machine's own part of the path. */
  readonly forwardKeys: readonly string[];
}

/** Where the secrets are: on a machine that is a bridge, on one that is a recorder, and the keys of forwards on the web host. */
export async function findMachineSecrets(
  cluster: TestCluster,
  bridge: string,
  recorder: string,
): Promise<MachineSecrets> {
  const { s3 } = await storageStatus(cluster.sandbox);
  const forwardKey = await cluster.mustOnHost(
    "web",
    `cat /etc/jitsi-hetzner/forward/node-${recorder}-*/key`,
  );
  const keyOfForward = ownSecret("key of a forward", forwardKey);
  const secrets = [
    ...(await secretsOf(cluster)),
    ownSecret("key of the recordings' target", s3.secretKey),
    keyOfForward,
  ];
  const [onBridge, onRecorder, onWeb] = await Promise.all([
    searchHost(cluster, bridge, secrets),
    searchHost(cluster, recorder, secrets),
    searchHost(cluster, "web", [keyOfForward]),
  ]);
  return {
    bridge: rows(onBridge.map((finding) => tableRow(finding, "bridge"))),
    recorder: rows(onRecorder.map((finding) => tableRow(finding, "recorder"))),
    forwardKeys: rows(
      onWeb.map(({ place, readers }) => `${place.replace(/node-[^/]+/, "NICKNAME")} ${readers}`),
    ),
  };
}

/** What docs/security.md says. A machine has no first contact, and so no bootstrap key. */
export const documentedOnMachines: MachineSecrets = {
  bridge: withoutBootstrap("bridge"),
  recorder: withoutBootstrap("recorder"),
  forwardKeys: ["/etc/jitsi-hetzner/forward/NICKNAME/key 600 root:root"],
};

function withoutBootstrap(role: string): string[] {
  return documentedSecrets([role]).filter((row) => !row.startsWith("| bootstrap host key"));
}

const rows = (found: readonly string[]): string[] => [...new Set(found)].sort();
