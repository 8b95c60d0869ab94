/** A command line of the program's steps. */
export interface HostCommand {
  /** The verb with its arguments, without the digest of its code: `web/account set`. */
  readonly key: string;
  readonly verb: string;
  /** The name of the step, which the comment of the command line gives: `meet-jvb-0-drain`. */
  readonly step: string;
  /** Whether it runs the program that the host carries; otherwise it brings its script or its program. */
  readonly needsProgram: boolean;
}

/** `jitsi-hetzner web/account --code 0123456789abcdef set # meet-web-account-v1` */
const verbLine = /^jitsi-hetzner (\S+)((?: (?!#)\S+)*) # (\S+)(?: settings .*)?$/;
/** `bash -s -- # host/hostKey (meet-web-host-key)` */
const scriptLine = /^bash -s -- # (\S+) \((\S+)\)$/;
/** `a=/var/lib/...; ...; exec bash -c "$(tar -xOf "$a" install.sh)" install.sh "$a" host/setup # meet-web-setup` */
const setupLine = /^a=\/var\/lib\/.* install\.sh "\$a" (\S+) # (\S+)$/;

/** Reads a command line of a step; undefined for any other one. */
export function parseCommandLine(line: string): HostCommand | undefined {
  const script = scriptLine.exec(line) ?? setupLine.exec(line);
  if (script !== null) {
    const [, verb = "", step = ""] = script;
    return { key: verb, verb, step, needsProgram: false };
  }
  const found = verbLine.exec(line);
  if (found === null) return undefined;
  const [, verb = "", rest = "", step = ""] = found;
  const key = `${verb}${rest.replace(/ --code \S+/, "")}`;
  return { key, verb, step, needsProgram: true };
}
