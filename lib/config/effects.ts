import type { Effect } from "./setting";

/** Effects that several settings share. */

const noService = "none restarts";

/** Nothing on a running host changes. */
export const touches = (what: string): Effect => ({
  touches: what,
  hosts: "untouched",
  services: noService,
});

/** A step over SSH changes running hosts and restarts nothing. */
export const updates = (what: string): Effect => ({
  touches: what,
  hosts: "updated over SSH",
  services: noService,
});

export const newHostsOnly = touches("nothing: these settings are for new hosts only");

/** A rolling restart of all bridges. */
export const rollingRestart = (what: string): Effect => ({
  touches: what,
  hosts: "updated over SSH",
  services: "each bridge restarts when it is empty, one after the other",
});
