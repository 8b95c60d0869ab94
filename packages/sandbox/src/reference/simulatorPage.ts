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
import { lenient } from "../../../hcloud-simulator/src/reference/lenient";
import {
  commandsNotRun,
  hcloudNotes,
  hcloudVersion,
} from "../../../hcloud-simulator/src/reference/hcloudCommands";
import {
  cliCommandsTested,
  commonTests,
  testCount,
  goModulesWith,
} from "../../../hcloud-simulator/src/reference/tests";

/**
 * The text of docs/simulator.md. It is generated from the route table and the tests, so it always matches them.
 *
 * @throws Error when a route belongs to no area, or an area names a test that does not exist
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
    `Lists accept \`page\`, \`per_page\` (default 25, at most 50), \`sort\`, \`name\`, \`label_selector\` and the filters of
their resource. Action commands: ${[...commands.keys()].sort().map(code).join(", ")}.`,
    ...areas.map((area) => section(area, simulated)),
    `## Differences of all resources\n\n${differenceTable(commonDifferences)}`,
    `## Where the simulator is more lenient than Hetzner's API

A program that works here can fail at Hetzner for one of these reasons. The list contains only what is known:

${lenient.map((line) => `- ${line}`).join("\n")}`,
    `## What is not simulated

These routes answer 422 \`unsupported_error\` ("not simulated"). \`npm run -s sandbox -- status --calls\` lists such
requests. A route that the real API does not have answers 404.

${notSimulatedTable()}`,
    clients(),
    time(),
    `## Rate limit

The limit is ${hetznerCallsPerHour} requests an hour, as at Hetzner. One request becomes available again each second. Answers have
\`RateLimit-*\` headers; a request over the limit answers 429 \`rate_limit_exceeded\`. \`up --rate-limit 100\` sets another
limit, \`up --rate-limit off\` removes it. \`status --calls\` counts requests in any case.`,
    limits(),
    `## Faults

Run \`npm run -s sandbox -- fault ...\`, or send the HTTP request below \`/_simulator\`, on loopback, with the API's token.
Faults of the API end when the simulator's process ends. Faults of a host end when the host starts again, except those
of its private interfaces.

${table(["command", "HTTP request", "effect"], faultTable)}

Codes for \`fail\`: ${errorCodes.map(code).join(", ")}.`,
    `## Throughput and memory

See [measurements.md](measurements.md#throughput-and-memory-of-the-api-simulator).`,
  ]
    .join("\n\n")
    .concat("\n");
}

const start = `# The API simulator

<!-- Generated from the route table and the tests by \`make reference\`; do not edit. -->

A Hetzner Cloud API on loopback. For a test of another program, or as one command without this project:
[packages/hcloud-simulator](../packages/hcloud-simulator/README.md). It also runs alone, without hosts and without root, in a clone of
this project (Node.js 20 or newer):

\`\`\`
npm ci && npm ci --prefix packages
npm run -s sandbox -- up --api-only
eval "$(npm run -s sandbox -- env)"
hcloud server create --name web --type cx23 --image debian-12
npm run -s sandbox -- down
\`\`\`

\`env\` sets \`HCLOUD_ENDPOINT\` (with \`/v1\`) and \`HCLOUD_TOKEN\` (64 characters). For \`pulumi\` it also needs the toolchain:
run \`npm run -s toolchain\` once. Clients:

- \`hcloud\`, the Pulumi provider and the Terraform provider read both variables.
- hcloud-go: pass \`hcloud.WithEndpoint(os.Getenv("HCLOUD_ENDPOINT"))\`.
- Any other client: \`curl -H "Authorization: Bearer $HCLOUD_TOKEN" "$HCLOUD_ENDPOINT/servers"\`

The state survives \`kill -9\`. One process at a time can open it, and \`down\` removes it. \`--dir FOLDER\`, before the
command, selects another sandbox, which can run at the same time. Options for tests, each with its section below:

- \`up --rate-limit off\` removes the rate limit.
- \`up --latency hetzner\` makes requests and actions as slow as at Hetzner.
- \`up --limit servers=10\` limits the number of servers.
- \`fault ...\` makes requests, actions and hosts fail.
- \`status --calls\` counts the requests.

The contract tests check that the simulator still agrees with Hetzner. To run them against the real API (read-only):

\`\`\`
CONTRACT_ENDPOINT=https://api.hetzner.cloud/v1 CONTRACT_TOKEN=... \\
  npx jest packages/hcloud-simulator/test/api/contract --selectProjects api
\`\`\`

With \`CONTRACT_WRITE=yes\` they also create and delete a network, a firewall and a placement group, which are free.`;

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

The number after a test file is its number of tests. Many tests run with several values. Tests of all resources:

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

Debian's \`hcloud\` is version ${hcloudVersion}, of 2022. It does not know zones. The tests run all of its commands except these:

${table(["command", "reason"], rows)}

${hcloudNotes.map((note) => `- ${note}`).join("\n")}

The tests do not run Terraform itself, because it needs a separate download under a license that is not free. They run
its provider for Hetzner instead, unchanged, over Terraform's plugin protocol. Each resource is planned, applied,
refreshed, planned again without a difference, changed, imported and deleted (\`test/api/terraform\`). Terraform's language
and its state file are not tested.`;
}

function time(): string {
  const row = (what: string, ms: number, key: string) => [what, ms.toString(), latencySource(key)];
  const rows = [
    row("each request", hetznerLatency.requestMs, "request"),
    ...Object.entries(hetznerLatency.commandMs).map(([name, ms]) => row(code(name), ms, name)),
    row("any other action", hetznerLatency.actionMs, "action"),
  ];
  return `## Time

By default, requests and actions take only as long as their real work. With \`up --latency hetzner\` they take about as
long as at Hetzner. An action is \`running\`, with its progress, until it ends in \`success\` or \`error\`. While it runs, its
server answers \`locked\` and its network answers \`conflict\`. Hosts boot as fast as they can; the time of the action is added.

${table(["what", "milliseconds", "source"], rows)}`;
}

function limits(): string {
  const rows = Object.entries(defaultLimits).map(([name, limit]) => [
    code(name),
    limit?.toString() ?? "off",
  ]);
  return `## Limits

\`up --limit servers=10 primary_ips=20\` sets how many resources the account may have. One more answers 403
\`resource_limit_exceeded\`, with the name of the limit in \`details.limits\`. \`off\` instead of a number removes the limit.

- You can change limits while the sandbox runs. They survive restarts.
- A limit can be lower than the current number of resources. Existing resources stay.
- Limits within one resource (subnets of a network, firewalls of a server) are those of Hetzner.

${table(["limit", "default"], rows)}`;
}

function notSimulatedTable(): string {
  return table(
    ["route", "reason"],
    [
      ...missingResources.map(({ path, reason }) => [`all below \`/${path}\``, reason]),
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

const testWithCount = (file: string) => `\`test/api/${file}\` (${testCount(file)})`;

const code = (name: string) => `\`${name}\``;

/** The anchor that GitHub creates for a heading. */
const anchor = (title: string) =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, "")
    .replaceAll(" ", "-");

function routeRow({ method, path, fields }: Route): string[] {
  const current = Object.entries(fields ?? {}).filter(([, field]) => field.removed !== true);
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
