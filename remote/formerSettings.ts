import { createHash } from "node:crypto";
import { ports } from "../lib/constants";
import type { BridgeSettingsArgs } from "./bridgeSettings";

/**
 * The hash of these settings in older versions, which included comments. Hosts that an older version deployed have this
 * hash on disk. If it matches, their bridges run with their settings, so the new definition of the hash restarts none of
 * them. The texts are those of the older version, byte for byte, with its shutting-down-delay of 5 seconds. The longer
 * delay of today takes effect at the next restart and must not cause one.
 *
 * Remove this file when no cluster was last deployed by that version.
 */
export function formerSettingsHash(
  args: BridgeSettingsArgs & { readonly restHost: string; readonly region: string },
): string {
  const hash = createHash("sha256");
  for (const part of [
    formerProperties(args),
    formerJvbConf(args),
    args.xmppCertificate,
    args.settings.bridgeHeapMb.toString(),
    args.version,
  ]) {
    hash.update(part).update("\0");
  }
  return hash.digest("hex");
}

function formerProperties({
  domain,
  nickname,
  username,
  jvbSecret,
  webPrivateIp,
}: BridgeSettingsArgs): string {
  // None of these has a character that the older version escaped.
  const shard = "org.jitsi.videobridge.xmpp.user.shard";
  return `# Managed by pulumi: changes here are lost. All of these are needed: with one missing the bridge ignores the
# rest and falls back to localhost. A complete shard here wins over every other client configuration.
# The certificate is checked for DOMAIN, so HOSTNAME may be an address.
${shard}.HOSTNAME=${webPrivateIp}
${shard}.DOMAIN=auth.${domain}
${shard}.USERNAME=${username}
${shard}.PASSWORD=${jvbSecret}
${shard}.MUC_JIDS=jvbbrewery@internal.auth.${domain}
${shard}.MUC_NICKNAME=${nickname}
`;
}

function formerJvbConf({
  nickname,
  region,
  restHost,
}: {
  readonly nickname: string;
  readonly region: string;
  readonly restHost: string;
}): string {
  return `# Managed by pulumi: changes here are lost. The XMPP login is in sip-communicator.properties; there is no client
# here, so that none to localhost (as the package writes it) stays beside it.
videobridge {
  apis.rest.enabled = true
  rest.shutdown.enabled = true
  # Between empty and ended. By default a minute, in which jicofo may move people: here it has done so before.
  shutdown.shutting-down-delay = 5 seconds
  # The web host drains bridges from outside; the host's filter lets in its private address alone.
  http-servers.private {
    host = ${JSON.stringify(restHost)}
    port = ${ports.jvbRest}
  }
  # The relay id follows from the server: two bridges of one number live side by side during a replacement.
  relay {
    enabled = true
    region = ${JSON.stringify(region)}
    relay-id = ${JSON.stringify(nickname)}
  }
  ice {
    udp.port = ${ports.jvbMedia}
    # The host has a private network interface that no participant can reach.
    advertise-private-candidates = false
  }
}
# The host has a public address of its own: nobody has to be asked for it, neither a third party's STUN server nor
# the metadata service of another cloud.
ice4j.harvest.mapping {
  aws.enabled = false
  stun.addresses = []
}
`;
}
