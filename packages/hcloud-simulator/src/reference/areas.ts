import { addressAreas } from "./addressAreas";
import type { Area, Difference } from "./area";

/** Differences that all resources have. */
export const commonDifferences: readonly Difference[] = [
  {
    what: "The text of an error message can differ. Its code, HTTP status and `details` are the same, as far as they are public.",
    reason: "Hetzner does not document the texts.",
  },
  {
    what: "Any token of 64 characters is valid when no token is set. There are no read-only tokens and no second project.",
    reason: "A simulator has one project and one operator.",
  },
  {
    what: "An account may have any number of servers, primary IPs, networks, keys and zones, unless you set a limit (see Limits).",
    reason: "Hetzner's limits differ between accounts and are visible to the owner only.",
  },
  {
    what: "Unknown fields of a body are ignored. `datacenter` is one of them: a server that names one is created in the default location.",
    reason:
      "Hetzner does not document what the API does with a field that it has removed. `POST /primary_ips` then lacks the location, and its error message says so.",
  },
  {
    what: "Ids of created resources begin at 1001 and are small.",
    reason: "They are easier to read. Clients must not derive anything from them.",
  },
];

export const areas: readonly Area[] = [
  {
    title: "Servers",
    paths: ["servers"],
    tests: ["servers.test.ts", "serverAccess.test.ts"],
    goTests: ["TestServer", "TestServerNetwork", "TestRdns"],
    commands: ["server"],
    differences: [
      {
        what: "Hosts of the sandbox boot Debian 12 or 13 for images of that name, and Debian 13 for any other image.",
        reason: "The sandbox has root file systems of these two releases only.",
      },
      {
        what: "Metrics are series without values. Traffic counters stay at zero.",
        reason: "Nothing is measured.",
      },
      {
        what: "The action of a shutdown ends when the host is off. At Hetzner it ends when the signal was sent.",
        reason:
          "This way the action of a host that ignores the signal ends in error, which tests can check.",
      },
      {
        what: "A server without a location in the request is created in fsn1.",
        reason: "Hetzner chooses by rules that are not public.",
      },
      {
        what: "The `root_password` of a creation or of `reset_password` is random, and no host accepts it.",
        reason:
          "Hosts accept SSH keys only. The simulator stores no password, so a password would be lost with a restart.",
      },
      {
        what: "`reset_password` of a server that does not run answers 422 `service_error`.",
        reason: "Hetzner requires a running server too, but does not document the error code.",
      },
      {
        what: "`request_console` returns an address below `.invalid`, without a console behind it.",
        reason: "Hosts have no screen. `npm run -s sandbox -- ssh NAME` opens a root shell.",
      },
      {
        what: "The disk of a host is as large as the disk of the machine, whatever the server type says.",
        reason:
          "Hosts are layers on one file system. `fault host NAME fill` simulates a full disk.",
      },
      {
        what: "Only `create_image` creates backups. None is created by schedule.",
        reason: "A simulator does not run long enough.",
      },
    ],
  },
  {
    title: "Images and ISOs",
    paths: ["images", "isos"],
    tests: ["images.test.ts"],
    goTests: ["TestImage", "TestSnapshot"],
    commands: ["image", "iso"],
    differences: [
      {
        what: "A snapshot contains no disk: a server created from one starts with the system image below it.",
        reason: "Software is installed by cloud-init here, not by images.",
      },
      {
        what: "There are system images, snapshots and backups, but no apps.",
        reason: "Apps are system images with additional software, which hosts could not boot.",
      },
      {
        what: "There are two ISOs. An attached ISO and an enabled rescue system are stored only: the host boots its own system.",
        reason: "Hosts are containers without a drive.",
      },
    ],
  },
  {
    title: "Server types, locations, prices",
    paths: ["server_types", "locations", "datacenters", "pricing"],
    tests: ["catalogue.test.ts"],
    goTests: ["TestCatalogue", "TestDataSources", "TestRefusals"],
    commands: ["server-type", "location", "datacenter"],
    differences: [
      {
        what: "Types, prices and stock are an example, as of mid-2026. `fault sold-out` makes a type unavailable.",
        reason: "The real catalogue changes every week, and reading it needs an account.",
      },
    ],
  },
  {
    title: "SSH keys",
    paths: ["ssh_keys"],
    tests: ["sshKeys.test.ts"],
    goTests: ["TestSSHKey", "TestSshKey"],
    commands: ["ssh-key"],
    differences: [],
  },
  {
    title: "Networks",
    paths: ["networks"],
    tests: ["networks.test.ts"],
    goTests: ["TestNetwork", "TestNetworkSubnet", "TestNetworkRoute", "TestServerNetwork"],
    commands: ["network"],
    differences: [
      {
        what: "Alias IPs, routes and `expose_routes_to_vswitch` are stored only.",
        reason: "Hosts get one address in each network.",
      },
      {
        what: "The fields of `GET /networks/{id}/members` are a guess.",
        reason: "The operation is new, and the vendor's clients do not have it yet.",
      },
      {
        what: "A vSwitch subnet ignores `vswitch_id`.",
        reason: "A vSwitch belongs to dedicated servers, which are another product.",
      },
    ],
  },
  {
    title: "Firewalls",
    paths: ["firewalls"],
    tests: ["firewalls.test.ts"],
    goTests: ["TestFirewall", "TestFirewallAttachment"],
    commands: ["firewall"],
    differences: [
      {
        what: "A server's firewalls are `applied` at once, never `pending`.",
        reason: "The driver sets the rules within the action.",
      },
    ],
  },
  {
    title: "Placement groups",
    paths: ["placement_groups"],
    tests: ["placementGroups.test.ts"],
    goTests: ["TestPlacementGroup"],
    commands: ["placement-group"],
    differences: [
      {
        what: "The servers of a group share one machine.",
        reason: "There is only one machine. The limit of ten servers is enforced.",
      },
    ],
  },
  ...addressAreas,
  {
    title: "DNS zones and record sets",
    paths: ["zones"],
    tests: ["zones.test.ts", "zonefiles.test.ts"],
    goTests: ["TestZone", "TestZoneRrset", "TestZoneRecord"],
    commands: [],
    differences: [
      {
        what: "Secondary zones are stored only: nothing is transferred from their primary nameservers.",
        reason: "The sandbox has no connection to other nameservers.",
      },
      {
        what: "`set_records` and `change_ttl` change everything in the SOA of a zone except its serial.",
        reason: "Hetzner counts the serial itself; the provider sends 0.",
      },
      {
        what: "A zone name must have two labels, or three labels below a suffix like `co.uk`.",
        reason: "The simulator does not include the public suffix list.",
      },
      {
        what: "From the SOA of an imported zone file, everything except the serial is used. The serial continues to count up.",
        reason:
          "Hetzner counts the serial itself. What it does with the other values is not documented.",
      },
      {
        what: "A zone file may contain only `$ORIGIN`, one `$TTL` and records. Otherwise the whole file is refused, and the error names the line.",
        reason: "It is not documented which other directives of BIND the real API accepts.",
      },
      {
        what: "`delegated` nameservers are always the assigned ones, and the delegation is always valid.",
        reason: "There is no registry to ask.",
      },
    ],
  },
  {
    title: "Actions",
    paths: ["actions"],
    tests: ["actions.test.ts"],
    goTests: [],
    commands: [],
    differences: [
      {
        what: "Actions are stored forever. Hetzner removes them after some time.",
        reason: "A simulator does not run long enough.",
      },
      {
        what: "`GET /actions` without `id` lists all actions. Hetzner now requires `id`.",
        reason: "The full list is useful for tests. Clients that send ids get only those.",
      },
    ],
  },
];
