/** The package part of every component's type token. It is part of every URN and never changes. */
export const componentPackage = "jitsi-hetzner";

/** What a host is for. A closed set: a switch over it ends in `never`. */
export type Role = "web" | "jvb";

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
  /** The bridge's media, the only port of a bridge that the world reaches. UDP. */
  jvbMedia: 10000,
  /** The bridge's REST API: drain, statistics. */
  jvbRest: 8080,
  /** Of a bridge's host: whoever connects has the bridge's program started. The web host alone may. */
  jvbStart: 8081,
  /** jicofo's REST API, on loopback. */
  jicofoRest: 8888,
} as const;

/** Where a host reaches itself only. */
export const loopback = "127.0.0.1";

/** Limits of Hetzner Cloud and of this program, each with its source or reason. */
export const limits = {
  /**
   * Servers planned into one spread placement group. Hetzner allows ten; the tenth place is for the
   * replacement that lives beside the server it replaces.
   */
  serversPerPlacementGroup: 9,
  /** Source: https://docs.hetzner.com/cloud/placement-groups/overview/ */
  serversInPlacementGroup: 10,
  /**
   * Failed connections (refused, no answer) before the first step on a new host gives up. With the pauses
   * of up to 5 s that is 3 minutes where the port is refused, 10 where nothing answers: a host boots in one, and
   * a wrong `adminCidrs` looks like one that does not.
   */
  firstDialErrors: 40,
  /**
   * The same for later steps, whose host was reached before: a reboot is waited for (a minute), while a
   * wrong host key, which the provider tries again like any other error, is soon told.
   */
  dialErrors: 20,
  /** Seconds for one TCP connect. */
  dialTimeoutSeconds: 10,
  /** What the bridge and jicofo take where nobody says anything. Source: jvb.sh and jicofo.sh. */
  upstreamHeapMb: 3_072,
  /**
   * Size of a web host that has more bridges than `bridgesOfSmallWebHost`: Jitsi's handbook names this size for it. The
   * smaller one of the default carries the 240 participants that jicofo puts on three bridges.
   */
  webCores: 4,
  webMemoryGb: 8,
  bridgesOfSmallWebHost: 3,
  /** Participants of one web host: Jitsi's own fleet has an alert at 5,000 to 6,000. Its prosody uses one core. */
  peopleOfWebHost: 5_000,
  /** Kept free of Java heaps on each host: the system, and the Java programs' own memory beside their heaps. */
  systemMemoryMb: 1_024,
} as const;

/** The private network of a cluster. Private networks at Hetzner are IPv4 only. */
export const privateNetwork = {
  range: "10.80.0.0/16",
  /** The first address of the range. */
  gateway: "10.80.0.1",
  /** For the web host, whose address is fixed: in a subnet of its own no bridge can be given it first. */
  webSubnet: "10.80.0.0/24",
  webAddress: "10.80.0.2",
  /** For the bridges, whose addresses the cloud chooses: two of one number live side by side in a replacement. */
  bridgeSubnet: "10.80.1.0/24",
} as const;

/** Where a host asks Hetzner for its user data. Source: https://docs.hetzner.cloud/#server-metadata */
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

/** System images the hosts' set-up is written for. Names, not ids: an id differs by architecture. */
export const images = ["debian-13", "debian-12"] as const;
