/** Each fault by the command line and by HTTP, with its effect. */
export const faultTable: readonly (readonly [command: string, http: string, effect: string])[] = [
  [
    "`fail 'POST /servers' resource_unavailable --times 2`",
    '`POST /_simulator/faults {"kind":"fail","route","code","message","times"}`',
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
  ["`list`, `clear [id]`", "`GET`, `DELETE /_simulator/faults[/:id]`", "what is in force; end it"],
  [
    "`host NAME kill`, `freeze`, `thaw`, `cut`, `mend`, `fill`, `free`, `expire`, `renew`, `no-address`, `large-packets`, `address`",
    "`POST /_simulator/hosts/:id/:operation`",
    "a host dies, stops, loses its network, has its disk full, has root's password expired, has a private interface without an address or with packets that are too large; and the way back",
  ],
  [
    "`service apt stop`, `service dns start`",
    "`POST /_simulator/services/:name/:verb`",
    "the package mirrors or the name server",
  ],
  [
    "`up --latency hetzner --rate-limit off --limit servers=10`",
    '`PUT /_simulator/settings {"latency","callsPerHour","limits":{"servers"}}`',
    "settings, kept over restarts",
  ],
  ["`status --calls`", "`GET /_simulator/status`", "calls by route, what is not simulated"],
];
