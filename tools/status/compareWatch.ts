import { bridgeNumber } from "../../lib/bridgeNames";
import type { WebFacts } from "../../remote/program/contract";
import { nicknameOf, type StackFacts } from "./stackFacts";

/** What a web host tells of the watch on the hosts. That of an older program does not tell all of it. */
export type WatchFacts = Partial<Pick<WebFacts, "watchFault" | "watchFaults" | "recorders">>;

const timer = "jitsi-hetzner-watch.timer";

/** Hosts on which the timer of the watch is stopped, or will not run after the next boot. Pure. */
export function watchDifferences(
  web: WatchFacts,
  { servers }: Pick<StackFacts, "servers">,
): string[] {
  const { watchFault, watchFaults = {}, recorders = [] } = web;
  return [
    ...difference("the web host", watchFault, "web"),
    ...servers.flatMap((server) => {
      const number = bridgeNumber(server.name);
      const fault = number === undefined ? undefined : watchFaults[nicknameOf(server)];
      return difference(server.name, fault, String(number));
    }),
    ...recorders.flatMap(({ name, watchFault: fault }: Partial<WebFacts["recorders"][number]>) =>
      difference(name ?? "", fault, name ?? ""),
    ),
  ];
}

function difference(where: string, fault: string | undefined, repair: string): string[] {
  if (fault === undefined || fault === "") return [];
  const when = fault === "stopped" ? "" : " after the next boot";
  return [
    `${timer} is ${fault} on ${where}, so nobody ends what hangs there${when}: npm run repair -- ${repair}`,
  ];
}
