import { demoConfig } from "../../packages/sandbox/src/commands/demo";
import { changeSettings } from "../../packages/sandbox/src/commands/settings";
import { makeServer, TestCluster } from "../e2e/harness";

/**
 * Compares `pulumi up` with the steps of the Hetzner tutorial, typed one after the other without a pause, on real hosts
 * and with an API as slow as Hetzner's: a web host and two bridges. Nothing else should run on the machine. Takes some
 * minutes.
 */

const bridges = [0, 1];
const zone = demoConfig.dnsZone;

async function main(): Promise<void> {
  const byHand = await onCluster(tutorial);
  console.log(`the tutorial's steps, with a self-signed certificate: ${byHand.toFixed(1)} s`);
  for (const tls of ["self-signed", "letsencrypt"]) {
    const byProgram = await onCluster(async (cluster) => {
      await cluster.configure({ ...demoConfig, tls });
      return (await cluster.mustUp()).seconds;
    });
    const ratio = (byProgram / byHand).toFixed(2);
    console.log(`pulumi up with tls ${tls}: ${byProgram.toFixed(1)} s, ${ratio} of them`);
  }
}

async function onCluster(work: (cluster: TestCluster) => Promise<number>): Promise<number> {
  const cluster = await TestCluster.start("tutorial");
  try {
    await changeSettings(cluster.sandbox, { latency: "hetzner" });
    // The program's own, which fits these latencies.
    await cluster.mustPulumi("config", "rm", "hcloud:pollInterval");
    return await work(cluster);
  } finally {
    await cluster.remove();
  }
}

/** @returns how long it took, in seconds */
async function tutorial(cluster: TestCluster): Promise<number> {
  const begin = performance.now();
  const web = await install(cluster, "tutorial-web", "jitsi-meet", [
    `jitsi-meet-web-config jitsi-videobridge/jvb-hostname string ${demoConfig.domain}`,
    "jitsi-meet-web-config jitsi-meet/cert-choice select Generate a new self-signed certificate",
    "jitsi-meet-web-config jitsi-meet/jaas-choice boolean false",
  ]);
  for (const index of bridges) {
    const name = `tutorial-jvb-${index}`;
    await install(cluster, name, "jitsi-videobridge2", [
      `jitsi-videobridge2 jitsi-videobridge/jvb-hostname string ${demoConfig.domain}`,
    ]);
    await cluster.mustOnHost(name, configured(web, name));
  }
  return (performance.now() - begin) / 1000;
}

/** A server with a package of Jitsi. @returns its address */
async function install(
  cluster: TestCluster,
  name: string,
  packageName: string,
  answers: readonly string[],
): Promise<string> {
  const more = { image: "debian-13" };
  const address = await makeServer(cluster.sandbox, name, more);
  await cluster.mustOnHost(
    name,
    `set -eu
export DEBIAN_FRONTEND=noninteractive
timeout 120 cloud-init status --wait >/dev/null || true
hostnamectl set-hostname ${name}.${zone}
apt-get -qq update
apt-get -qq install gnupg >/dev/null
curl -fsS https://download.jitsi.org/jitsi-key.gpg.key | gpg --dearmor >/usr/share/keyrings/jitsi-keyring.gpg
echo 'deb [signed-by=/usr/share/keyrings/jitsi-keyring.gpg] https://download.jitsi.org stable/' >/etc/apt/sources.list.d/jitsi-stable.list
apt-get -qq update
debconf-set-selections <<'END'
${answers.join("\n")}
END
apt-get -qq install ${packageName} >/dev/null`,
  );
  return address;
}

/** The last step of the tutorial on a bridge: its settings, and a restart. */
function configured(web: string, nickname: string): string {
  const shard = "org.jitsi.videobridge.xmpp.user.shard";
  return `set -eu
cat >/etc/jitsi/videobridge/sip-communicator.properties <<'END'
${shard}.HOSTNAME=${web}
${shard}.DOMAIN=auth.${demoConfig.domain}
${shard}.USERNAME=jvb
${shard}.PASSWORD=unknown
${shard}.MUC_JIDS=JvbBrewery@internal.auth.${demoConfig.domain}
${shard}.MUC_NICKNAME=${nickname}
END
systemctl restart jitsi-videobridge2`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
