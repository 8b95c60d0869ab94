import { bashInScript, type Outcome } from "../bash";

const values = {
  NAME: "meet-jvb-1",
  NICKNAME: "jvb-7",
  REST_ADDRESS: "10.0.0.3",
  DRAINING: "false",
};

/** A clock that only `sleep` moves: unset, SECONDS is an ordinary variable. Nothing here waits. */
const clock = "unset SECONDS; SECONDS=0; sleep() { SECONDS=$((SECONDS + $1)); }";
/** The bridge at the address is the one that is meant. */
const own = "is_own_bridge() { :; }";
const loggedIn = "jicofo_problem() { :; }";

/** Runs code with the functions of web/drain, for the bridge jvb-7, beside a jicofo that is logged in. */
export const inDrain = (...code: string[]): Outcome =>
  bashInScript("web/drain", values, [clock, own, loggedIn, ...code].join("\n"));

/** jicofo's list with one bridge, as its /debug answers. */
export const jicofo = (nickname: string, bridge: object): string =>
  JSON.stringify({
    bridge_selector: { bridge: { [`jvbbrewery@internal.auth.a.test/${nickname}`]: bridge } },
  });

/** A jicofo that answers every request with this. */
export const curl = (body: string): string => `curl() { printf '%s' '${body}'; }`;

/** A jicofo that does not answer. */
export const noCurl = "curl() { return 7; }";
