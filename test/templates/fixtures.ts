import { hostFile } from "../../remote/hostFile";
import { scriptValues } from "../../remote/script";
import { hostConf, nodeHostConf, type UserDataArgs } from "../../cloud-init/userData";
import { parseSettings } from "../../lib/config/settings";
import type { TemplateName, TemplateVariables } from "../../remote/render";
import type { ScriptName, ScriptValues } from "../../remote/script";

/** The smallest and the fullest input of each file. All values are fixed and fake. */
interface Fixture<T> {
  readonly smallest: T;
  readonly fullest: T;
}

/** Stands for every generated password. Looked for where no secret may be. */
export const fakeSecret = "FakeSecret0123456789abcdefghijkl";

const longDomain = `meet.${"a-quite-long-label".repeat(3)}.example.test`;

export const templateFixtures: { [N in TemplateName]: Fixture<TemplateVariables[N]> } = {
  "jvb/etc/jitsi/videobridge/sip-communicator.properties": {
    smallest: {
      authDomain: "auth.a.test",
      breweryJid: "jvbbrewery@internal.auth.a.test",
      nickname: "jvb-1",
      username: "jvb",
      jvbSecret: "s",
      webPrivateIp: "10.0.0.2",
    },
    fullest: {
      authDomain: `auth.${longDomain}`,
      breweryJid: `jvbbrewery@internal.auth.${longDomain}`,
      nickname: "jvb-2147483647",
      username: "jvb-9999",
      jvbSecret: fakeSecret,
      webPrivateIp: "10.255.255.254",
    },
  },
  "jvb/etc/jitsi/videobridge/jvb.conf": {
    smallest: {
      nickname: "jvb-1",
      region: "r",
      restHost: "0.0.0.0",
      restPort: 8080,
      mediaPort: 10000,
    },
    fullest: {
      nickname: "jvb-2147483647",
      region: 'a "quoted" \\ region, # ${with} everything',
      restHost: "127.0.0.1",
      restPort: 65535,
      mediaPort: 65535,
    },
  },
  "host/etc/nftables.d/jitsi-hetzner.nft": {
    smallest: {
      privateRange: "10.0.0.0/8",
      metadataAddress: "169.254.169.254",
      services: [],
      relayPorts: "",
      mediaPort: 10000,
      unroutedRanges: "10.0.0.0/8",
    },
    fullest: {
      privateRange: "10.255.0.0/16",
      metadataAddress: "169.254.169.254",
      services: [
        { port: 8080, source: "10.255.255.254/32" },
        { port: 65535, source: "10.255.1.0/24" },
      ],
      relayPorts: "61000-65535",
      mediaPort: 65535,
      unroutedRanges: "10.0.0.0/8, 192.168.0.0/16",
    },
  },
  "node/etc/jitsi-hetzner/filter.nft": {
    smallest: { sshPort: 22, mediaPorts: [] },
    fullest: { sshPort: 65535, mediaPorts: [10000, 65535] },
  },
  "jvb/etc/systemd/system/jitsi-hetzner-start.socket": {
    smallest: { startHost: "0.0.0.0", startPort: 1 },
    fullest: { startHost: "127.0.0.1", startPort: 65535 },
  },
};

const bootstrapKey = {
  privateKey: `-----BEGIN EC PRIVATE KEY-----\n${"FakeKey0".repeat(24)}\n-----END EC PRIVATE KEY-----\n`,
  publicKey: `ecdsa-sha2-nistp256 ${"FakeKey0".repeat(18)}=`,
};

const software = parseSettings({ domain: "meet.example.org" });
const pinned = parseSettings({
  domain: "meet.example.org",
  jitsiAptRepository: "https://mirror.example.test/a/quite/long/path/to/jitsi",
  jitsiVersion: "2.0.10888-1",
});

export const userDataFixtures: Readonly<Record<UserDataArgs["role"], Fixture<UserDataArgs>>> = {
  web: {
    smallest: { role: "web", hostname: "w", domain: "a.test", software, bootstrapKey },
    fullest: {
      role: "web",
      hostname: longDomain,
      domain: longDomain,
      software: pinned,
      bootstrapKey,
    },
  },
  jvb: {
    smallest: { role: "jvb", hostname: "b", domain: "a.test", software, bootstrapKey },
    fullest: {
      role: "jvb",
      hostname: "meet-jvb-89",
      domain: longDomain,
      software: pinned,
      bootstrapKey,
    },
  },
  jibri: {
    smallest: { role: "jibri", hostname: "r", domain: "a.test", software, bootstrapKey },
    fullest: {
      role: "jibri",
      hostname: "meet-jibri-97",
      domain: longDomain,
      software: pinned,
      bootstrapKey,
    },
  },
};

const certificate = "-----BEGIN CERTIFICATE-----\nRmFrZQ==\n-----END CERTIFICATE-----";

export const scriptFixtures: { [N in ScriptName]: ScriptValues[N] } = {
  "host/hostKey": {},
  "host/setup": scriptValues("host/setup", {
    HOST_CONF: hostConf(userDataFixtures.web.fullest),
    PRIVATE_IP: "10.80.0.2",
    PRIVATE_GATEWAY: "10.80.0.1",
    KEYS: "ssh-ed25519 AAAA it's mine\nssh-ed25519 BBBB $(other)",
    TIMEZONE: "Europe/Berlin",
    NFT_RULES: "table inet a {}\n",
  }),
  "web/configure": {
    DOMAIN: longDomain,
    WEB_PRIVATE_IP: "10.0.0.2",
    LOGIN_MODULE: "-- Lua\n",
    BRIDGES_MODULE: "-- Lua\n",
    TMPFILES_CONF: "# tmpfiles.d\n",
  },
  "web/account": { DOMAIN: longDomain, USERNAME: "jvb-2", JVB_SECRET: fakeSecret },
  "web/version": { JITSI_VERSION: "2.0.10888-1" },
  "web/jicofo": {
    DOMAIN: longDomain,
    XMPP_CERTIFICATE: certificate,
    HEAP_MB: "1024",
    JICOFO_SERVICE: hostFile("JICOFO_SERVICE"),
    JITSI_VERSION: "2.0.10888-1",
  },
  "web/certificate": { DOMAIN: longDomain },
  "web/localBridge": { DOMAIN: longDomain, NICKNAME: "jvb-local-1" },
  "jvb/files": scriptValues("jvb/files", {
    NAME: "meet-jvb-0",
    AUTH_DOMAIN: `auth.${longDomain}`,
    WEB_PRIVATE_IP: "10.0.0.2",
    XMPP_CERTIFICATE: certificate,
    PROPERTIES: "a=b\n",
    JVB_CONF: "a = b\n",
    HEAP_MB: "3072",
    START_SOCKET: "[Socket]\n",
    BRIDGE_VERSION: "2.3-307-g5a9c1e7f-1",
    SETTINGS_HASH: "0".repeat(64),
    FORMER_HASH: "1".repeat(64),
  }),
  "web/recorderAccount": {
    DOMAIN: longDomain,
    PLACE: "recorder",
    USERNAME: "jibria",
    SECRET: fakeSecret,
  },
  "web/recording": { DOMAIN: longDomain },
  "jibri/kernel": scriptValues("jibri/kernel", { NAME: "jibri-0" }),
  "jibri/remove": { NAME: "local-recorder" },
  "jibri/files": scriptValues("jibri/files", {
    NAME: "jibri-0",
    NICKNAME: "jibri-1014",
    DOMAIN: longDomain,
    WEB_PRIVATE_IP: "10.0.0.2",
    XMPP_CERTIFICATE: certificate,
    CONTROL_USERNAME: "jibri-2",
    CONTROL_PASSWORD: fakeSecret,
    CALL_USERNAME: "jibria",
    CALL_PASSWORD: fakeSecret,
    CONTROL_HOST: "0.0.0.0",
    JITSI_VERSION: "2.0.10888-1",
    RECORDINGS: "s3",
    RETENTION_DAYS: "0",
    TARGET: `{"endpoint":"https://s3.example.test","bucket":"b","path":"","accessKey":"k","secretKey":"${fakeSecret}"}`,
  }),
  "web/access": {
    NAME: "berlin",
    NICKNAME: "node-berlin-0a1b2c",
    ADDRESS: "203.0.113.7",
    ROLE: "jvb",
    RECORDER_PORT: "8083",
  },
  "web/forward": scriptValues("web/forward", {
    NAME: "berlin",
    NICKNAME: "node-berlin-0a1b2c",
    LOCAL_ADDRESS: "127.80.1.2",
    PORTS: "8080 8081",
    ADDRESS: "203.0.113.7",
    SSH_PORT: "2222",
    HOST_KEY: "ssh-ed25519 AAAA",
    PRIVATE_KEY: `${fakeSecret}\n`,
  }),
  "web/forwardRemoval": { NAME: "berlin", NICKNAME: "node-berlin-0a1b2c" },
  "web/deployKey": { PUBLIC_KEY: "ssh-ed25519 AAAA" },
  "node/check": {
    NAME: "berlin",
    ROLE: "jvb",
    ADDRESS: "203.0.113.7",
    DOMAIN: longDomain,
    WEB_ADDRESS: "192.0.2.1",
    ADOPT: "no",
    FORWARD_PORTS: "8080 8081",
  },
  "node/setup": scriptValues("node/setup", {
    NAME: "berlin",
    DOMAIN: longDomain,
    HOST_CONF: nodeHostConf(userDataFixtures.jvb.fullest),
    VERSION: "2.0.10888-1",
    NFT_RULES: "table inet a {}\n",
    FORWARD_KEY: "ssh-ed25519 AAAA",
    FORWARD_PORTS: "8080 8081",
  }),
  "node/filter": { NAME: "berlin", NFT_RULES: "table inet a {}\n" },
  "node/leave": {},
  "jvb/apply": {
    NAME: "meet-jvb-0",
    BRIDGE_VERSION: "2.3-307-g5a9c1e7f-1",
    SETTINGS_HASH: "0".repeat(64),
  },
};
