import { errorCodes } from "./errors";
import { hetznerLatency } from "./latency";
import { hetznerCallsPerHour } from "./rateLimit";
import { buildRegistry, type Route } from "./resource";
import { resources } from "./resources";
import { missingAreas, missingOperations } from "./resources/notSimulated";

/** What differs from the real API although it is answered, with the reason. */
const differences: readonly (readonly [what: string, reason: string])[] = [
  [
    "A snapshot holds no disk: a server made from one starts with the system image beneath it.",
    "Hosts share one base file system; what is deployed here is made by cloud-init, not by images.",
  ],
  [
    "Of the system images real hosts have one: all servers boot the sandbox's Debian 12.",
    "It is the system that this project deploys on.",
  ],
  ["Metrics are series without values.", "Nothing is measured; traffic counters stay at zero."],
  [
    "Alias IPs, routes of networks, `expose_routes_to_vswitch` and backups are data only.",
    "Hosts get what a cluster uses: public addresses, firewalls, one address in each network.",
  ],
  [
    "Secondary zones are data: nothing is transferred from their primary.",
    "There is no outside world to transfer from.",
  ],
  [
    "A zone is taken when its name has two labels, or three under a suffix like `co.uk`.",
    "The public suffix list is not part of the simulator.",
  ],
  [
    "`delegated` nameservers are always the assigned ones, and the delegation is always valid.",
    "There is no registry to look at.",
  ],
  [
    "The action of a shutdown ends when the host is off; Hetzner's ends when the signal was sent.",
    "A host that ignores the signal is an action in error here, which tests can see.",
  ],
  [
    "Actions stay for ever; Hetzner's are gone after a while.",
    "A sandbox does not live that long.",
  ],
  [
    "Limits of an account (servers, primary IPs) are not enforced; those of a resource are.",
    "They differ from account to account. `fault fail 'POST /servers' resource_limit_exceeded` gives the error.",
  ],
  [
    "Any token of 64 characters is taken when none is set; there are no read-only tokens.",
    "One project, one operator.",
  ],
  [
    "Prices and stock are those of mid-2026, an example; `fault sold-out` takes a type away.",
    "The real catalogue changes by the week and needs an account.",
  ],
  [
    "The text of an error may differ; its code, HTTP status and `details` do not, as far as they are public.",
    "The texts are not documented.",
  ],
  [
    "Addresses are out of 198.18.0.0/15 and fd5a:6a68::/32.",
    "Ranges that no real machine has, so nothing here can be mistaken for the internet.",
  ],
];

/** docs/simulator.md: generated, so that it cannot say anything else than the route table. */
export function simulatorPage(): string {
  const { routes, commands } = buildRegistry(resources);
  const simulated = routes.filter((route) => !route.notSimulated);
  return `# The API simulator

<!-- Generated from the route table by \`npx tsx sandbox/api/writeReference.ts\`; do not edit. -->

A Hetzner Cloud API on loopback. Alone, without hosts and without root:

\`\`\`
npm run -s sandbox -- up --api-only
eval "$(npm run -s sandbox -- env)"
hcloud server create --name web --type cx23 --image debian-12
npm run -s sandbox -- down
\`\`\`

Point any client at it by \`HCLOUD_ENDPOINT\` and \`HCLOUD_TOKEN\`. Its state survives \`kill -9\`, and one
process at a time can have it open.

## What is simulated

${table(["route", "body"], [...simulated].sort(byPath).map(routeRow))}

Lists take \`page\`, \`per_page\` (25, at most 50), \`sort\`, \`name\`, \`label_selector\` and the filters of their
resource. Commands of actions: ${[...commands.keys()]
    .sort()
    .map((name) => `\`${name}\``)
    .join(", ")}.

## What is not simulated

Each of these answers 422 \`unsupported_error\` ("not simulated"), and is listed by
\`npm run -s sandbox -- status --calls\`. A route that the real API does not have answers 404.

${table(
  ["route", "reason"],
  [
    ...missingAreas.map(({ path, reason }) => [`everything below \`/${path}\``, reason]),
    ...missingOperations.map(({ method, path, reason }) => [`\`${method} ${path}\``, reason]),
  ],
)}

## What differs

${table(
  ["difference", "reason"],
  differences.map((row) => [...row]),
)}

## Time

\`up --latency hetzner\` makes requests and actions take about as long as at Hetzner (sources in
\`sandbox/api/latency.ts\`); the default is no longer than the real work. Actions run from \`running\` with
progress to \`success\` or \`error\`; while one runs, its server answers \`locked\`, and its network \`conflict\`.

${table(
  ["what", "milliseconds"],
  [
    ["each request", hetznerLatency.requestMs.toString()],
    ...Object.entries(hetznerLatency.commandMs).map(([name, ms]) => [`\`${name}\``, ms.toString()]),
    ["any other action", hetznerLatency.actionMs.toString()],
  ],
)}

## Rate limit

${hetznerCallsPerHour} requests an hour, one back each second, with \`RateLimit-*\` headers and 429 \`rate_limit_exceeded\`.
\`up --rate-limit off\` refuses none; \`status --calls\` counts in any case.

## Faults

\`npm run -s sandbox -- fault ...\`; the same by HTTP below \`/_sandbox\`, on loopback, with the API's token.
Faults of the API end with the simulator's process, those of hosts with the host's next start.

${table(
  ["command", "by HTTP", "effect"],
  faults.map((row) => [...row]),
)}

Codes for \`fail\`: ${errorCodes.map((code) => `\`${code}\``).join(", ")}.
`;
}

const faults: readonly (readonly [command: string, http: string, effect: string])[] = [
  [
    "`fail 'POST /servers' resource_unavailable --times 2`",
    '`POST /_sandbox/faults {"kind":"fail","route","code","message","times"}`',
    "requests of a route fail with a code",
  ],
  [
    "`slow 'GET /actions' 5000`",
    '`{"kind":"slow","route","ms","times"}`',
    "requests of a route are held up",
  ],
  [
    "`drop 'POST /servers' --after`",
    '`{"kind":"drop","route","when":"before"/"after","times"}`',
    "the connection breaks, before the work or after it",
  ],
  [
    "`action create_server --times 1`",
    '`{"kind":"action","command","code","message","times"}`',
    "actions of a command end in error",
  ],
  [
    "`sold-out cx23 fsn1`",
    '`{"kind":"soldOut","serverType","location"}`',
    "a type cannot be had in a location, and the catalogue says so",
  ],
  ["`list`, `clear [id]`", "`GET`, `DELETE /_sandbox/faults[/:id]`", "what is in force; end it"],
  [
    "`host NAME kill`, `freeze`, `thaw`, `cut`, `mend`, `fill`, `free`",
    "`POST /_sandbox/hosts/:id/:fault`",
    "a host dies, stops, loses its network, has its disk full; and the way back",
  ],
  [
    "`service apt stop`, `service dns start`",
    "`POST /_sandbox/services/:name/:verb`",
    "the package mirrors or the name server",
  ],
  [
    "`up --latency hetzner --rate-limit off`",
    '`PUT /_sandbox/settings {"latency","callsPerHour"}`',
    "settings, kept over restarts",
  ],
  ["`status --calls`", "`GET /_sandbox/status`", "calls by route, what is not simulated"],
];

function routeRow({ method, path, fields }: Route): string[] {
  const names = Object.entries(fields ?? {}).map(
    ([name, field]) => `\`${name}\`${field.required === true ? "" : "?"}`,
  );
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
