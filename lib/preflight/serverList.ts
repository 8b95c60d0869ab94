import type { PlannedHost } from "../plan/plannedHosts";

/** How many names a line shows. The rest are counted. */
const mostNames = 10;

/** What Hetzner's list of servers shows, in one line. Without it, an `up` without changes says nothing about the hosts. Pure. */
export function describeServers(hosts: readonly PlannedHost[]): string {
  const missing = hosts.filter(({ server }) => server === undefined);
  const statuses = [...new Set(hosts.map(({ server }) => server?.status))].filter(
    (status) => status !== undefined && status !== "running",
  );
  const groups = [
    { what: "missing", of: missing },
    ...statuses.map((status) => ({
      what: status ?? "",
      of: hosts.filter(({ server }) => server?.status === status),
    })),
  ].filter(({ of }) => of.length > 0);
  const listed = `Hetzner lists ${hosts.length - missing.length} of the ${hosts.length} declared servers`;
  const details = groups.map(({ what, of }) => `${what}: ${names(of)}`);
  return [listed, ...(details.length === 0 ? ["all of them are running"] : details)].join("; ");
}

function names(hosts: readonly PlannedHost[]): string {
  const shown = hosts.slice(0, mostNames).map(({ name }) => name);
  const more = hosts.length - shown.length;
  return shown.join(", ") + (more === 0 ? "" : ` and ${more} more`);
}
