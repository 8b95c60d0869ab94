/** Address and port of a bridge, as a participant sees it. */
export interface Remote {
  readonly address: string;
  readonly port: number;
}

/** What a participant's page reports. `at` is the time in milliseconds. */
export type PageEvent = { readonly at: number } & (
  | { readonly kind: "joined" }
  /** Packets received since the page was loaded. `remote` is known only while packets come. */
  | { readonly kind: "sample"; readonly received: number; readonly remote?: Remote }
  /** The media connection (ICE) is interrupted. */
  | { readonly kind: "interrupted" }
  /** The meeting or its connection failed. For some errors, the web application reloads the page. */
  | { readonly kind: "failed"; readonly error: string; readonly reloads: boolean }
);

/** What the sandbox itself knows: whether any other participant sends media in the room. */
export type SandboxEvent = {
  readonly at: number;
  readonly kind: "company";
  readonly others: boolean;
};

/** What happened to a participant so far. Times are in milliseconds. */
export interface Timeline {
  /** When it began to join. */
  readonly since: number;
  readonly joinedAt?: number;
  readonly firstMediaAt?: number;
  /** The latest sample with new packets. Undefined while no other participant sends media. */
  readonly lastMediaAt?: number;
  readonly lastSampleAt?: number;
  readonly received: number;
  readonly others: boolean;
  /** When the first other participant came. */
  readonly companyAt?: number;
  /** The longest time without a packet from any other participant. */
  readonly longestGap: number;
  /** The longest time between two samples. A gap is not known better than this. */
  readonly longestPause: number;
  readonly bridge?: string;
  /** Changes to another bridge without an interruption that the client noticed. */
  readonly moved: number;
  /** Changes to another bridge after an interruption, and reloads. */
  readonly cut: number;
  /** Something has happened since the last packet that makes the next change of bridge no move. */
  readonly trouble?: "interrupted" | "reloaded";
  readonly error?: string;
}

export const beginTimeline = (since: number): Timeline => ({
  since,
  received: 0,
  others: false,
  longestGap: 0,
  longestPause: 0,
  moved: 0,
  cut: 0,
});

/**
 * The timeline after an event.
 *
 * @param bridgeOf name of the bridge at an address; IPv4 and IPv6 of a bridge have one name
 */
export function observe(
  timeline: Timeline,
  event: PageEvent | SandboxEvent,
  bridgeOf: (remote: Remote) => string,
): Timeline {
  switch (event.kind) {
    case "joined":
      return { ...timeline, joinedAt: timeline.joinedAt ?? event.at };
    case "company":
      return event.others
        ? { ...timeline, others: true, companyAt: timeline.companyAt ?? event.at }
        : { ...endGap(timeline, event.at), others: false, lastMediaAt: undefined };
    case "interrupted":
      return { ...timeline, trouble: timeline.trouble ?? "interrupted" };
    case "failed":
      return event.reloads
        ? { ...timeline, error: event.error, cut: timeline.cut + 1, trouble: "reloaded" }
        : { ...timeline, error: event.error };
    case "sample":
      return afterSample(timeline, event, bridgeOf);
    default:
      return unknownEvent(event);
  }
}

/** A gap that has not ended counts until `at`. */
export const endGap = (timeline: Timeline, at: number): Timeline => ({
  ...timeline,
  longestGap: Math.max(timeline.longestGap, at - (timeline.lastMediaAt ?? at)),
});

function afterSample(
  timeline: Timeline,
  { at, received, remote }: PageEvent & { kind: "sample" },
  bridgeOf: (remote: Remote) => string,
): Timeline {
  const { lastSampleAt = at, longestPause } = timeline;
  const seen = {
    ...timeline,
    lastSampleAt: at,
    // A page that loads again takes no samples meanwhile.
    longestPause:
      timeline.trouble === "reloaded" ? longestPause : Math.max(longestPause, at - lastSampleAt),
    received,
  };
  // A page that was loaded again counts from 0.
  const before = received < timeline.received ? 0 : timeline.received;
  if (received === before) return seen;
  return {
    ...endGap(seen, at),
    ...(remote === undefined ? {} : changeOfBridge(timeline, bridgeOf(remote))),
    firstMediaAt: timeline.firstMediaAt ?? firstWithCompany(timeline, at),
    lastMediaAt: timeline.others ? at : undefined,
  };
}

/** The page may have taken the sample a moment before the sandbox knew of the other participant. */
const firstWithCompany = ({ others, companyAt = 0 }: Timeline, at: number): number | undefined =>
  others ? Math.max(at, companyAt) : undefined;

function changeOfBridge(
  { bridge, moved, cut, trouble }: Timeline,
  now: string,
): Pick<Timeline, "bridge" | "moved" | "cut" | "trouble"> {
  const next = { bridge: now, moved, cut, trouble: undefined };
  // A reload has been counted when it began.
  if (bridge === undefined || bridge === now || trouble === "reloaded") return next;
  return trouble === "interrupted" ? { ...next, cut: cut + 1 } : { ...next, moved: moved + 1 };
}

const unknownEvent = (event: never): never => {
  throw new Error(`unknown event: ${JSON.stringify(event)}`);
};

/** The report of a participant. */
export interface MediaReport {
  readonly participant: string;
  readonly room: string;
  readonly state: "joining" | "in the meeting" | "reloading" | "left" | "failed";
  readonly bridge?: string;
  /** Seconds from the command to the meeting. */
  readonly joinedAfter?: number;
  /** Seconds from the command, or from the first other participant, to the first packet. */
  readonly mediaAfter?: number;
  /** The longest time without a packet from any other participant, in seconds. */
  readonly longestGap: number;
  /** Seconds since the last packet; shown when another participant sends media. */
  readonly gapNow?: number;
  /** No gap is known better than this, in seconds. */
  readonly resolution: number;
  readonly moved: number;
  readonly cut: number;
  readonly error?: string;
}

const inSeconds = (ms: number): number => Math.round(ms / 10) / 100;

/** @param now in milliseconds; a gap that has not ended counts until then */
export function mediaReport(
  name: Pick<MediaReport, "participant" | "room">,
  timeline: Timeline,
  now: number,
  left: boolean,
): MediaReport {
  const { since, joinedAt, companyAt, firstMediaAt, lastMediaAt } = timeline;
  const { bridge, moved, cut, error } = timeline;
  const { lastSampleAt = now, longestPause } = timeline;
  const isSampled = !left && timeline.trouble !== "reloaded";
  const between = (from: number, to?: number): number | undefined =>
    to === undefined ? undefined : inSeconds(to - from);
  const gap = lastMediaAt === undefined ? 0 : now - lastMediaAt;
  return {
    ...name,
    state: left ? "left" : stateOf(timeline),
    bridge,
    joinedAfter: between(since, joinedAt),
    mediaAfter: between(Math.max(since, companyAt ?? since), firstMediaAt),
    longestGap: inSeconds(endGap(timeline, now).longestGap),
    gapNow: lastMediaAt === undefined || left ? undefined : inSeconds(gap),
    resolution: inSeconds(Math.max(longestPause, isSampled ? now - lastSampleAt : 0)),
    moved,
    cut,
    error,
  };
}

function stateOf({ joinedAt, trouble, error }: Timeline): MediaReport["state"] {
  if (trouble === "reloaded") return "reloading";
  if (joinedAt !== undefined) return "in the meeting";
  return error === undefined ? "joining" : "failed";
}
