import { JitsiCluster } from "./components/jitsiCluster";
import {
  bridgeOutputs,
  recordsToCreate,
  sshCommands as sshCommandsOf,
  webHostOutput,
} from "./components/outputs";
import { loadSettings } from "./config";

const settings = loadSettings();
const cluster = new JitsiCluster("jitsi", settings);

/** Where people meet. */
export const url = `https://${settings.domain}`;
export const webHost = webHostOutput(cluster);
export const bridges = bridgeOutputs(cluster);
export const sshCommands = sshCommandsOf(cluster);
/** Empty where the zone is managed. */
export const dnsRecordsToCreate =
  settings.dnsZone === undefined ? recordsToCreate(cluster, settings.domain) : [];
/** Private half of the stack's own SSH key: `pulumi stack output deploymentKey --show-secrets`. */
export const deploymentKey = cluster.deploymentKey.privateKey;
