import type { RrsetFact, ZoneFact } from "../hcloud/cloudFacts";
import { relativeName } from "../plan/dnsPlan";
import { resourceTypes } from "../resourceTypes";
import type { EngineState } from "./engineState";
import { problem, together, warning, type Findings } from "./findings";

/**
 * Records that are not this stack's are never overwritten. The API refuses to create a record that exists; this check says
 * so before anything is created. The stack's own records have its labels. A record of the state whose labels were removed
 * at Hetzner is its own too: without it, the name of a running host would lead nowhere.
 *
 * @param hostnames of the cluster
 * @throws what reading the state throws
 */
export async function checkRecords(
  hostnames: readonly string[],
  dnsZone: string,
  { rrsets }: Pick<ZoneFact, "rrsets">,
  ownLabels: Readonly<Record<string, string>>,
  state: Pick<EngineState, "resources">,
): Promise<Findings> {
  const names = new Map(hostnames.map((hostname) => [relativeName(hostname, dnsZone), hostname]));
  const hasLabels = ({ labels }: RrsetFact): boolean =>
    ["project", "stack"].every((key) => labels[key] === ownLabels[key]);
  const isAnothers = ({ labels }: RrsetFact): boolean =>
    labels.stack !== undefined && labels.stack !== ownLabels.stack;
  const suspects = rrsets.filter((rrset) => names.has(rrset.name) && !hasLabels(rrset));
  if (suspects.length === 0) return together([]);
  const known = await recordsOf(state);
  return together(
    suspects.map((rrset) => {
      const { name, type, records } = rrset;
      if (!isAnothers(rrset) && known.has(keyOf({ zone: dnsZone, name, type })))
        return warning(
          `the record ${type} ${name} in ${dnsZone} has lost this stack's labels: pulumi refresh; then: pulumi up`,
        );
      const values = records.map(({ value }) => value).join(", ");
      return problem(
        "dnsZone",
        `${dnsZone} has a record for ${names.get(name) ?? name} that is not this stack's: ${type} ${values}`,
        `hcloud zone rrset delete ${dnsZone} ${name} ${type}  # if it is not needed any more; or use another name`,
      );
    }),
  );
}

const keyOf = ({ zone, name, type }: Readonly<Record<string, unknown>>): string =>
  [zone, name, type].map(String).join("/");

/** The records of a state, as `zone/name/type`. */
async function recordsOf(state: Pick<EngineState, "resources">): Promise<ReadonlySet<string>> {
  const resources = await state.resources();
  const records = resources.filter(({ type }) => type === resourceTypes.rrset);
  return new Set(records.map(({ outputs }) => keyOf(outputs)));
}
