import { table } from "../cliSupport";
import type { MediaReport } from "./timeline";

const shown = (seconds?: number): string => (seconds === undefined ? "-" : seconds.toFixed(2));

/** A gap is doubtful when the page could not look for longer than this, in seconds. */
const doubtful = 0.5;

/** The participants with media as a table. */
export function mediaTable(reports: readonly MediaReport[]): string {
  const rows = reports.map((r) => [
    r.participant,
    r.state,
    r.bridge ?? "-",
    shown(r.joinedAfter),
    shown(r.mediaAfter),
    shown(r.longestGap),
    shown(r.gapNow),
    r.moved.toString(),
    r.cut.toString(),
    r.error ?? "",
  ]);
  const heading =
    "WITH MEDIA,STATE,BRIDGE,JOINED s,MEDIA s,LONGEST GAP s,GAP NOW s,MOVED,CUT,LAST ERROR";
  const worst = Math.max(0, ...reports.map(({ resolution }) => resolution));
  const warning =
    worst > doubtful
      ? [
          `The machine was too busy: for ${worst.toFixed(1)} s, a page did not look at its media. Shorter gaps are not certain.`,
        ]
      : [];
  return [table([heading.split(","), ...rows]), ...warning].join("\n");
}
