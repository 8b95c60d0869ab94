import { errorCodes } from "../../../hcloud-simulator/src/errors";
import { hetznerLatency, latencySource } from "../../../hcloud-simulator/src/latency";
import { defaultLimits } from "../../../hcloud-simulator/src/limits";
import { hetznerCallsPerHour } from "../../../hcloud-simulator/src/rateLimit";
import { buildRegistry, type Route } from "../../../hcloud-simulator/src/resource";
import { resources } from "../../../hcloud-simulator/src/resources";
import {
  missingResources,
  missingOperations,
} from "../../../hcloud-simulator/src/resources/notSimulated";

import type { Area, Difference } from "../../../hcloud-simulator/src/reference/area";
import { areas, commonDifferences } from "../../../hcloud-simulator/src/reference/areas";
import { faultTable } from "./faultTable";
import { kinder } from "../../../hcloud-simulator/src/reference/kinder";
import {
  commandsNotRun,
  hcloudNotes,
  hcloudVersion,
} from "../../../hcloud-simulator/src/reference/hcloudCommands";
import { measured } from "../../../hcloud-simulator/src/reference/measured";
import {
  cliCommandsTested,
  commonTests,
  factsIn,
  goModulesWith,
} from "../../../hcloud-simulator/src/reference/tests";

/**
 * docs/simulator.md: generated from the route table and the tests, so that it cannot say anything else.
 *
 * @throws Error when a route belongs to no area, or an area names a test that is not there
 */
export function simulatorPage(): string {
  const { routes, commands } = buildRegistry(resources);
  const simulated = routes.filter((route) => !route.notSimulated).sort(byPath);
  const stray = simulated.find((route) => !areas.some((area) => belongs(route, area)));
  if (stray) throw new Error(`${stray.path} belongs to no area of reference/areas.ts`);
  return [
    start,
    "## What is simulated",
    overview(simulated),
    `Lists take \`page\`, \`per_page\` (25, at most 50), \`sort\`, \`name\`, \`label_selector\` and the filters of their
resource. Commands of actions: ${[...commands.keys()].sort().map(code).join(", ")}.`,
    ...areas.map((area) => section(area, simulated)),
    `## What differs everywhere\n\n${differenceTable(commonDifferences)}`,
    `## Where the simulator is kinder than Hetzner's API

As far as we know; what works here can fail there for one of these reasons:

${kinder.map((line) => `- ${line}`).join("\n")}`,
    `## What is not simulated

Each of these answers 422 \`unsupported_error\` ("not simulated"), and is listed by
\`npm run -s sandbox -- status --calls\`. A route that the real API does not have answers 404.

${notSimulatedTable()}`,
    clients(),
    time(),
    `## Rate limit

${hetznerCallsPerHour} requests an hour, one back each second, with \`RateLimit-*\` headers and 429 \`rate_limit_exceeded\`.
\`up --rate-limit off\` refuses none, \`up --rate-limit 100\` more than that; \`status --calls\` counts in any case.`,
    limits(),
    `## Faults

\`npm run -s sandbox -- fault ...\`; the same by HTTP below \`/_simulator\`, on loopback, with the API's token.
Faults of the API end with the simulator's process, those of hosts with the host's next start.

${table(["command", "by HTTP", "effect"], faultTable)}

Codes for \`fail\`: ${errorCodes.map(code).join(", ")}.`,
    measured,
  ]
    .join("\n\n")
    .concat("\n");
}

const start = `# The API simulator

<!-- Generated from the route table and the tests by \`npx tsx packages/sandbox/src/reference/write.ts\`; do not edit. -->

A Hetzner Cloud API on loopback. Alone, without hosts and without root, in a clone of this project (Node.js 20 or newer):

\`\`\`
npm ci
npm run -s sandbox -- up --api-only
eval "$(npm run -s sandbox -- env)"
hcloud server create --name web --type cx23 --image debian-12
npm run -s sandbox -- down
\`\`\`

\`env\` sets \`HCLOUD_ENDPOINT\` (with \`/v1\`) and \`HCLOUD_TOKEN\` (64 characters); for \`pulumi\` too it wants the toolchain, which
\`npm run -s toolchain\` makes once. \`hcloud\`, the Pulumi and the Terraform
provider read both by themselves; hcloud-go takes \`hcloud.WithEndpoint(os.Getenv("HCLOUD_ENDPOINT"))\`; anything else:

\`\`\`
curl -H "Authorization: Bearer $HCLOUD_TOKEN" "$HCLOUD_ENDPOINT/servers"
\`\`\`

Its state survives \`kill -9\`, and one process at a time can have it open; \`down\` removes it. \`--dir FOLDER\`, before the
command, names another one beside it. For tests: \`--rate-limit off\` refuses no request, \`--latency hetzner\` takes its time,
\`--limit servers=10\` says how much there may be, \`fault ...\` lets things go wrong, \`status --calls\` says what was asked
for; each has its section below.

Whether the simulator still agrees with Hetzner, its contract says: the same tests against the real API, reading only.

\`\`\`
CONTRACT_ENDPOINT=https://api.hetzner.cloud/v1 CONTRACT_TOKEN=... npx jest test/api/contract --selectProjects api
\`\`\`

With \`CONTRACT_WRITE=yes\` it also makes and deletes a network, a firewall and a placement group, which cost nothing.`;

function overview(simulated: readonly Route[]): string {
  const rows = areas.map((area) => [
    `[${area.title}](#${anchor(area.title)})`,
    simulated.filter((route) => belongs(route, area)).length.toString(),
    area.tests.map(testWithCount).join(", "),
    area.goTests.flatMap((name) => goModulesWith(name)).length.toString(),
    commandsOf(area).length.toString(),
    area.differences.length.toString(),
  ]);
  const head = [
    "resource",
    "operations",
    "own tests",
    "Go tests",
    "`hcloud` commands",
    "differences",
  ];
  const common = Object.entries(commonTests).map(([file, what]) => [testWithCount(file), what]);
  return `${table(head, rows)}

The number behind a test file is that of the facts in it; many are tried with several values. Tests of all resources:

${table(["tests", "what they show"], common)}`;
}

function section(area: Area, simulated: readonly Route[]): string {
  const own = simulated.filter((route) => belongs(route, area));
  const go = area.goTests.flatMap((name) => {
    const modules = goModulesWith(name);
    if (modules.length === 0) throw new Error(`no Go module has the test ${name}`);
    return modules.map((module) => `\`${module}\` ${name}`);
  });
  const facts = [
    `Tests: ${[...area.tests.map(testWithCount), ...go].join(", ")}.`,
    ...(commandsOf(area).length > 0
      ? [`By \`hcloud\`: ${commandsOf(area).map(code).join(", ")}.`]
      : []),
  ].join("\n");
  const differences =
    area.differences.length > 0 ? differenceTable(area.differences) : "No difference is known.";
  return [
    `### ${area.title}`,
    table(["route", "body"], own.map(routeRow)),
    facts,
    differences,
  ].join("\n\n");
}

function clients(): string {
  const rows = commandsNotRun.map(({ command, reason }) => [`\`hcloud ${command}\``, reason]);
  return `## Clients

Debian's \`hcloud\` is ${hcloudVersion}, of 2022; it knows no zones. Tests run each of its commands but these:

${table(["command", "why not"], rows)}

${hcloudNotes.map((note) => `- ${note}`).join("\n")}

Terraform itself is not run: it is a download of its own, under a license that is not a free one, and the tests need
nothing but packages. Its provider for Hetzner is run instead, as it is, over the protocol that Terraform speaks with it: each resource is planned,
applied, refreshed, planned again without a difference, changed, imported and deleted (\`test/api/terraform\`). What is left
untested is Terraform's own language and state file.`;
}

function time(): string {
  const row = (what: string, ms: number, key: string) => [what, ms.toString(), latencySource(key)];
  const rows = [
    row("each request", hetznerLatency.requestMs, "request"),
    ...Object.entries(hetznerLatency.commandMs).map(([name, ms]) => row(code(name), ms, name)),
    row("any other action", hetznerLatency.actionMs, "action"),
  ];
  return `## Time

\`up --latency hetzner\` makes requests and actions take about as long as at Hetzner; the default is no longer than the
real work. Actions run from \`running\` with progress to \`success\` or \`error\`; while one runs, its server answers \`locked\`,
and its network \`conflict\`. Hosts boot as long as they boot; the time of an action comes on top.

${table(["what", "milliseconds", "source"], rows)}`;
}

function limits(): string {
  const rows = Object.entries(defaultLimits).map(([name, limit]) => [
    code(name),
    limit?.toString() ?? "off",
  ]);
  return `## Limits

\`up --limit servers=10 primary_ips=20\` lets the account have so many; one more answers 403 \`resource_limit_exceeded\`, with
the limit's name in \`details.limits\`. \`off\` instead of a number takes the limit away. Limits may be changed while the sandbox
runs, are kept over restarts, and may be lower than what is there, which then stays. What a single thing may hold (subnets of a
network, firewalls of a server) is limited as at Hetzner.

${table(["limit", "at first"], rows)}`;
}

function notSimulatedTable(): string {
  return table(
    ["route", "reason"],
    [
      ...missingResources.map(({ path, reason }) => [`everything below \`/${path}\``, reason]),
      ...missingOperations.map(({ method, path, reason }) => [code(`${method} /${path}`), reason]),
    ],
  );
}

function differenceTable(differences: readonly Difference[]): string {
  return table(
    ["difference", "reason"],
    differences.map(({ what, reason }) => [what, reason]),
  );
}

const belongs = (route: Route, area: Area) => area.paths.includes(route.path.split("/")[1] ?? "");

const commandsOf = (area: Area) =>
  [...cliCommandsTested()]
    .filter((name) => area.commands.includes(name.split(" ")[0] ?? ""))
    .sort();

const testWithCount = (file: string) => `\`test/api/${file}\` (${factsIn(file)})`;

const code = (name: string) => `\`${name}\``;

/** As GitHub makes it of a heading. */
const anchor = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");

function routeRow({ method, path, fields }: Route): string[] {
  const current = Object.entries(fields ?? {}).filter(([, field]) => field.gone !== true);
  const names = current.map(([name, field]) => `\`${name}\`${field.required === true ? "" : "?"}`);
  return [`\`${method} ${path}\``, names.join(", ")];
}

function byPath(a: Route, b: Route): number {
  const [left, right] = [`${a.path} ${a.method}`, `${b.path} ${b.method}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
