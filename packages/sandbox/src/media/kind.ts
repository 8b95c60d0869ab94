import { UserError } from "../cliSupport";
import type { SandboxState } from "../state";

/**
 * Whether the bridges of a sandbox carry media. Jitsi's own packages do, the stand-ins do not. A
 * repository of the caller's own is taken for one with Jitsi's own packages.
 */
export const carriesMedia = ({ jitsi }: SandboxState): boolean =>
  jitsi !== undefined && jitsi.kind !== "stand-in";

/** @throws UserError when there is no media to have */
export function requireMedia(state: SandboxState): void {
  if (carriesMedia(state)) return;
  throw new UserError(
    "there is no media to have: this sandbox has stand-ins for Jitsi's programs, which carry no audio or video; without --media, simulated participants join (`up --help` describes --jitsi)",
  );
}
