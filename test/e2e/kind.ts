import {
  jitsiRequest,
  jitsiVariable,
  type JitsiRequest,
} from "../../packages/sandbox/src/jitsi/choice";

/**
 * Where the packages of Jitsi come from in tests, as `--jitsi` takes it: JITSI_HETZNER_JITSI, by
 * default the stand-ins.
 *
 * @throws Error for `auto`, because a result must not depend on the network
 */
export function testedKind(env: NodeJS.ProcessEnv = process.env): string {
  const kind = env[jitsiVariable] ?? "";
  if (kind === "auto") {
    throw new Error(
      `${jitsiVariable} is auto, but tests need a kind that does not depend on the network: stand-in, upstream or an address`,
    );
  }
  return kind === "" ? "stand-in" : kind;
}

/** The same as a request. */
export const testedJitsi = (env: NodeJS.ProcessEnv = process.env): JitsiRequest =>
  jitsiRequest({ jitsi: testedKind(env) }, env);

export const testsStandIns = (): boolean => testedJitsi().kind === "stand-in";
