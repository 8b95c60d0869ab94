import { flag } from "../kinds";

/** The way to the bridges through networks that let only TCP 443 out. */

const turn = flag({
  name: "turn",
  default: "true",
  description:
    "Whether the web host runs a TURN server, for participants whose network lets only TCP 443 out. It needs a certificate that browsers trust.",
  details: [
    "Without such a certificate for `turn.DOMAIN` there is no TURN server, and browsers learn of none. As soon as there is one, the host switches the TURN server on by itself. See [turn.md](turn.md).",
  ],
  wrong: ["yes", "udp"],
  effect: {
    touches: "the firewall of the web host, and the step `turn` there",
    hosts: "updated over SSH",
    services: "nginx and prosody reload; meetings continue",
  },
});

export const turnKeys = [turn] as const;
