/** The package part of every component's type token. It is part of every URN and never changes. */
export const componentPackage = "jitsi-hetzner";

/** What a host is for. A closed set: a switch over it ends in `never`. */
export type Role = "web" | "jvb" | "jibri";

/** Names of the labels that the program sets itself. */
export const ownLabelKeys: readonly string[] = [
  "managed-by",
  "project",
  "stack",
  "domain",
  "role",
  "index",
];

/** Ports by what listens on them. Source: Jitsi's handbook and the packages' own defaults. */
export const ports = {
  ssh: 22,
  http: 80,
  https: 443,
  /** Prosody, client to server; bridges reach it over the private network only. */
  xmppClient: 5222,
  /** STUN and TURN of the web host. UDP. */
  turn: 3478,
  /** TURN over TLS. Browsers use 443, which nginx shares by the name that they ask for. */
  turnTls: 5349,
  /** The bridge's media: the only port of a bridge that is open to the world, besides ssh. UDP. */
  jvbMedia: 10000,
  /** The bridge's REST API: drain, statistics. */
  jvbRest: 8080,
  /** On a bridge's host: a connection starts the bridge's program. Only the web host may connect. */
  jvbStart: 8081,
  /** On a bridge's host: keeps copies of the web host's certificates. Only the web host may connect. */
  jvbCopy: 8082,
  /** On a recorder's host: tells about the recorder, starts it and ends it. Only the web host may connect. */
  jibriControl: 8083,
  /** jicofo's REST API, on loopback. */
  jicofoRest: 8888,
} as const;

/**
 * UDP ports of relays on the web host, one for each participant that the TURN server relays. They are above those that
 * Linux gives to connections, so that the host's filter knows relayed packets by them.
 */
export const relayPorts = { from: 61_000, to: 65_535 } as const;

/** The address by which a host reaches itself, and no other host does. */
export const loopback = "127.0.0.1";

/** Limits of Hetzner Cloud and of this program, each with its source or reason. */
export const limits = {
  /**
   * Servers planned for one spread placement group. Hetzner allows ten. The tenth place is for a replacement, which
   * exists beside the server that it replaces.
   */
  serversPerPlacementGroup: 9,
  /** Source: https://docs.hetzner.com/cloud/placement-groups/overview/ */
  serversInPlacementGroup: 10,
  /**
   * Failed connections (refused, no answer) after which the first step on a new host fails. With pauses of up to 5 s
   * this takes 3 minutes if the port is refused, and 10 if nothing answers. A host boots in one minute. With a wrong
   * `adminCidrs`, a host looks like one that does not boot.
   */
  firstDialErrors: 40,
  /**
   * The same for later steps, on a host that was reached before. It is enough for a reboot (one minute). A wrong host
   * key is reported soon, although the provider repeats it like any other error.
   */
  dialErrors: 20,
  /** Seconds for one TCP connect. */
  dialTimeoutSeconds: 10,
  /** The largest heap of the bridge and of jicofo if none is set. Source: jvb.sh and jicofo.sh. */
  upstreamHeapMb: 3_072,
  /**
   * Size of a web host with more bridges than `bridgesOfSmallWebHost`, as Jitsi's handbook recommends. The smaller
   * default is enough for the 240 participants that jicofo puts on three bridges.
   */
  webCores: 4,
  webMemoryGb: 8,
  bridgesOfSmallWebHost: 3,
  /** Servers in one network. Hetzner does not raise this limit. Source: https://docs.hetzner.com/cloud/networks/faq/ */
  serversInNetwork: 100,
  /** The smallest host of a recorder: Chromium renders the meeting and ffmpeg encodes it, at 720p. Source: Jitsi's handbook. */
  recorderCores: 4,
  recorderMemoryGb: 8,
  /** A web host with a recorder of its own: what the handbook asks of a web host, and of a recorder. */
  localRecorderCores: 8,
  localRecorderMemoryGb: 16,
  /** Participants of one web host: Jitsi's own service alerts at 5,000 to 6,000. Prosody uses one core. */
  participantsOfWebHost: 5_000,
  /** Memory of each host that no Java heap may take: for the system, and for Java beside its heaps. */
  systemMemoryMb: 1_024,
} as const;

/** The private network of a cluster. Private networks at Hetzner are IPv4 only. */
export const privateNetwork = {
  range: "10.80.0.0/16",
  /** The first address of the range. */
  gateway: "10.80.0.1",
  /** For the web host, whose address is fixed. It has its own subnet, so that no bridge can get its address first. */
  webSubnet: "10.80.0.0/24",
  webAddress: "10.80.0.2",
  /**
   * For the bridges and the recorders. The cloud chooses their addresses, because a replacement exists beside the server
   * that it replaces.
   */
  bridgeSubnet: "10.80.1.0/24",
} as const;

/**
 * IPv4 addresses of networks at home and of phones, to which the internet has no way. Hetzner takes a server that sends to many
 * of them for one that scans. Source: https://docs.hetzner.com/robot/dedicated-server/troubleshooting/guideline-in-case-of-server-locking/
 */
export const unroutedRanges = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
] as const;

/** The address at which a host gets its user data from Hetzner. Source: https://docs.hetzner.cloud/#server-metadata */
export const metadataAddress = "169.254.169.254";

/**
 * Hetzner's locations and the network zone of each; the subnets of a network share one zone.
 * Source: https://docs.hetzner.com/cloud/general/locations/
 */
export const networkZones = {
  fsn1: "eu-central",
  nbg1: "eu-central",
  hel1: "eu-central",
  ash: "us-east",
  hil: "us-west",
  sin: "ap-southeast",
} as const;

export type Location = keyof typeof networkZones;

/** System images that the hosts' set-up supports. Names, not ids, because an id depends on the architecture. */
export const images = ["debian-13", "debian-12"] as const;
