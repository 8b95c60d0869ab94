import { isCovered } from "../config/cidr";
import type { Settings } from "../config/settings";
import { ports } from "../constants";
import { resourceTypes } from "../resourceTypes";
import { typeOf, type ChangedState, type ChangeStep } from "./changeStep";

/**
 * A warning where the firewalls close port 22 of running hosts to addresses that reach it now. The address of the operator
 * is not known here, and the firewalls are changed without a look at a host: nothing else would say that they are shut out.
 * `undefined` where nobody loses the access. Pure.
 *
 * @param steps of the whole preview
 */
export function sshNarrowed(
  steps: readonly ChangeStep[],
  { sshProxy }: Pick<Settings, "sshProxy">,
): string | undefined {
  const firewalls = steps.filter(
    (step) => step.op === "update" && typeOf(step) === resourceTypes.firewall,
  );
  const narrowed = firewalls.find(({ oldState, newState }) => {
    const wanted = sshSources(newState);
    return sshSources(oldState).some((range) => !isCovered(range, wanted));
  });
  if (narrowed === undefined) return undefined;
  const open = sshSources(narrowed.newState).join(", ");
  const who = sshProxy === undefined ? "this machine" : `the bastion ${sshProxy.host}`;
  return `Port 22 of the hosts will be open only to ${open} (adminCidrs). Is ${who} in it? Otherwise no later \`pulumi up\` reaches a host, and no bridge can be drained. To open the port again, change adminCidrs and run pulumi up: Hetzner's API changes the firewalls, and no host has to be reached for that`;
}

/** The ranges that reach port 22. */
function sshSources(state: ChangedState | undefined): string[] {
  const rules = state?.inputs?.rules;
  if (!Array.isArray(rules)) return [];
  return (rules as readonly Partial<Record<string, unknown>>[])
    .filter(({ port }) => port === ports.ssh.toString())
    .flatMap(({ sourceIps }) => (Array.isArray(sourceIps) ? sourceIps.map(String) : []));
}
