/** Each fault as a command and as an HTTP request, with its effect. */
export const faultTable: readonly (readonly [command: string, http: string, effect: string])[] = [
  [
    "`fail 'POST /servers' resource_unavailable --times 2`",
    '`POST /_simulator/faults {"kind":"fail","route","code","message","times"}`',
    "Requests of the route fail with this error code.",
  ],
  [
    "`slow 'GET /actions' 5000`",
    '`{"kind":"slow","route","ms","times"}`',
    "Requests of the route are delayed.",
  ],
  [
    "`drop 'POST /servers' --after`",
    '`{"kind":"drop","route","when":"before"/"after","times"}`',
    "The connection breaks, before the request is processed or after it.",
  ],
  [
    "`action create_server --times 1`",
    '`{"kind":"action","command","code","message","times"}`',
    "Actions of this command end in error.",
  ],
  [
    "`sold-out cx23 fsn1`",
    '`{"kind":"soldOut","serverType","location"}`',
    "The server type cannot be ordered in the location. The catalogue shows it as not available.",
  ],
  [
    "`list`, `clear [id]`",
    "`GET`, `DELETE /_simulator/faults[/:id]`",
    "Shows the active faults, or ends them.",
  ],
  [
    "`host NAME kill`",
    "`POST /_simulator/hosts/:id/:operation`",
    "The host ends at once, like in a power cut. `hcloud server poweron NAME` starts it again.",
  ],
  ["`host NAME freeze`, `thaw`", "same", "All processes of the host stop, or continue."],
  ["`host NAME cut`, `mend`", "same", "The host loses all its networks, or gets them back."],
  ["`host NAME fill`, `free`", "same", "The host's disk is full, or has space again."],
  [
    "`host NAME expire`, `renew`",
    "same",
    "The password of root on the host is expired, or valid again.",
  ],
  [
    "`host NAME no-address`, `large-packets`, `address`",
    "same",
    "The private interfaces have no address; or they send packets that are too large for the network; or they are correct again.",
  ],
  [
    "`host NAME refuse-sound`, `allow-sound`",
    "same",
    "The kernel refuses the module snd_aloop, or accepts it. A module that is loaded stays.",
  ],
  ["`host NAME hang-reboot`, `end-hang`", "same", "The host hangs at its next reboot, or boots."],
  [
    "`service apt stop`, `service dns start`",
    "`POST /_simulator/services/:name/:verb`",
    "Stops or starts the package mirrors (`apt`), the name server (`dns`), the ACME server (`acme`) or the storages (`storage`).",
  ],
  [
    "`acme down`, `unavailable`, `slow 5000`, `bad-answer html`",
    '`POST /_simulator/services/acme/fault {"kind","request","directory","times","ms","form","retryAfter"}`',
    "The ACME server breaks connections, answers 503, answers late, or answers something else.",
  ],
  [
    "`acme bad-nonce`",
    '`{"kind":"bad-nonce","directory","times"}`',
    "The ACME server refuses the nonces of signed requests.",
  ],
  [
    "`acme refuse caa --times 1`",
    '`{"kind":"refuse","type","directory","times"}`',
    "The ACME server refuses a name: unauthorized, caa, dns or connection fail the validation; rejectedIdentifier or serverInternal refuse the order.",
  ],
  [
    "`acme rate-limit duplicates --retry-after 7200`",
    '`{"kind":"rate-limit","limit","retryAfter","directory","times"}`',
    "The ACME server refuses orders by a rate limit, in the words of Let's Encrypt: duplicates, domain, orders, failures; or accounts: registrations.",
  ],
  [
    "`acme list`, `acme clear [id]`",
    '`POST /_simulator/services/acme/faults`, `clear {"id"}`',
    "Shows the active faults of the ACME server, or ends them.",
  ],
  [
    "`dns missing NAME --type AAAA`, `dns wrong NAME A 192.0.2.1`",
    '`POST /_simulator/services/dns/fault {"kind","name","type","values","at"}`',
    "Records are missing or wrong, at the hosts' resolver, at the authoritative servers, or at both.",
  ],
  [
    "`dns slow 3000 NAME`, `servfail`, `refused`, `silent`",
    '`{"kind","name","type","ms","at","times"}`',
    "The name servers answer late, with an error, or not at all.",
  ],
  [
    "`dns list`, `dns clear [id]`",
    '`POST /_simulator/services/dns/faults`, `clear {"id"}`',
    "Shows the active faults of the name servers, or ends them.",
  ],
  [
    "`storage s3 down`, `unavailable`, `full`, `credentials`, `no-bucket`",
    '`POST /_simulator/services/storage/fault {"place":"s3","kind"}`',
    "The object storage breaks connections, answers 503, refuses to store, does not know the key, or does not have the bucket.",
  ],
  [
    "`storage sftp down`, `full`, `credentials`, `read-only`, `host-key`",
    '`{"place":"sftp","kind"}`',
    "The storage box refuses connections, has no space, refuses logins or new files, or has another host key.",
  ],
  [
    "`storage clear [place]`",
    '`POST /_simulator/services/storage/clear {"place"}`',
    "Ends the faults of the storages.",
  ],
  [
    "`up --latency hetzner --rate-limit off --limit servers=10`",
    '`PUT /_simulator/settings {"latency","callsPerHour","limits":{"servers"}}`',
    "Changes settings. They survive a restart.",
  ],
  [
    "`status --calls`",
    "`GET /_simulator/status`",
    "Shows the number of requests by route, and the requests that are not simulated.",
  ],
];
