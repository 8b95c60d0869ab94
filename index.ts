import * as pulumi from "@pulumi/pulumi";
import { JitsiCluster } from "./components/jitsiCluster";
import { leaveOutCallStacks } from "./lib/callStacks";
import { hostChanges } from "./lib/changes/hostChanges";
import { hostsLine } from "./lib/changes/hostsLine";
import { orderAgain } from "./lib/changes/orderAgain";
import { removalIn } from "./lib/changes/removal";
import { sshNarrowed } from "./lib/changes/sshNarrowed";
import { watchPreview, type PreviewWatch } from "./lib/changes/watchPreview";
import { loadSettings } from "./lib/config/loadSettings";
import type { Settings } from "./lib/config/settings";
import { readAuthority } from "./lib/acmeAuthority";
import { hintsOnFailure } from "./lib/failureHints";
import { apiOf } from "./lib/hcloud/access";
import { cloudAccess, providerForPreview } from "./lib/hcloud/programAccess";
import { powerOn } from "./lib/hcloud/powerOn";
import {
  bridgeOutputs,
  capacityEstimate,
  knownHosts,
  monthlyCostOutput,
  recorderOutputs,
  recordLines,
  recordsToCreate,
  sshCommands,
  stackReadme,
  webHostOutput,
} from "./lib/outputs";
import { planCluster } from "./lib/plan/clusterPlan";
import { engineState } from "./lib/preflight/engineState";
import { checkFormerWebHost } from "./lib/preflight/formerWebHost";
import { preflight, refuseProblems } from "./lib/preflight/preflight";

/** The whole program. It is a function, because it asks the cloud before it creates anything. */
async function deploy() {
  leaveOutCallStacks();
  const settings = loadSettings();
  const access = await cloudAccess();
  const dryRun = pulumi.runtime.isDryRun();
  const plan = planCluster(settings);
  const api = apiOf(access);
  const checked = await preflight({ settings, plan, stack: pulumi.getStack(), api, dryRun });
  if (api !== undefined) await powerOn(checked.serversOff, api, dryRun);
  const { webServerType, jvbServerType, jibriServerType, memoryGb } = checked;
  const acmeAuthority = readAuthority(settings.acmeCaFile);
  const watch = dryRun ? watchPreview(engineState) : undefined;
  const cluster = new JitsiCluster(
    "jitsi",
    {
      ...settings,
      plan,
      webServerType,
      jvbServerType,
      jibriServerType,
      memoryGb,
      acmeAuthority,
    },
    {
      provider: providerForPreview(access, dryRun),
      transformations: [watch?.transformation ?? hintsOnFailure(settings)],
    },
  );
  const records = settings.dnsZone === undefined ? recordsToCreate(cluster, settings) : [];
  // Before anything waits for them. A preview does not know the addresses of a new web host.
  if (records.length > 0 && !dryRun)
    recordLines(records).apply((text) => void pulumi.log.info(text));
  if (watch !== undefined) await tellChanges(watch, { ...settings, bridges: plan.bridges.length });
  return {
    /** Where participants meet. */
    url: `https://${settings.domain}`,
    webHost: webHostOutput(cluster),
    bridges: bridgeOutputs(cluster),
    recorders: recorderOutputs(cluster),
    sshCommands: sshCommands(cluster, settings.sshProxy),
    /** For ssh: `pulumi stack output knownHosts >> ~/.ssh/known_hosts`. */
    knownHosts: knownHosts(cluster, settings.sshProxy),
    /** The version of Jitsi on all hosts. */
    jitsiVersion: cluster.webHost.jitsiVersion,
    /** Empty if the zone is managed. */
    dnsRecordsToCreate: records,
    /** At the prices of the API. */
    monthlyCost: monthlyCostOutput(checked.monthlyCost),
    /** How many participants fit: an estimate, with its source. */
    capacity: capacityEstimate(plan),
    readme: stackReadme(plan),
    /** Public half of the stack's own SSH key, for existing machines (existingNodes). */
    deploymentPublicKey: cluster.deploymentKey.publicKey,
    /** Private half of the stack's own SSH key: `pulumi stack output deploymentKey --show-secrets`. */
    deploymentKey: cluster.deploymentKey.privateKey,
  };
}

/**
 * What a preview does to hosts, to the certificate, and to the access to hosts.
 * @throws PreflightError for what the `up` cannot do
 */
async function tellChanges(
  watch: PreviewWatch,
  wanted: Settings & Parameters<typeof orderAgain>[1],
): Promise<void> {
  const seen = await watch.seen();
  const { steps } = seen;
  await pulumi.log.info(`This ${hostsLine(hostChanges(steps))}`);
  for (const warning of [orderAgain(steps, wanted), sshNarrowed(steps, wanted)]) {
    if (warning !== undefined) await pulumi.log.warn(warning);
  }
  refuseProblems(checkFormerWebHost(removalIn(seen), wanted));
}

export = deploy;
