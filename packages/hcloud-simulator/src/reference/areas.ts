import { addressAreas } from "./addressAreas";
import type { Area, Difference } from "./area";

/** Of every resource. */
export const commonDifferences: readonly Difference[] = [
  {
    what: "The text of an error may differ; its code, HTTP status and `details` do not, as far as they are public.",
    reason: "The texts are not documented.",
  },
  {
    what: "Any token of 64 characters is taken when none is set; there are no read-only tokens, and no second project.",
    reason: "One project, one operator.",
  },
  {
    what: "An account may have any number of servers, primary IPs, networks, keys and zones, until it is limited (see Limits).",
    reason: "Hetzner's numbers differ from account to account and are shown to its owner only.",
  },
  {
    what: "Unknown fields of a body are ignored, `datacenter` among them: a server that names one is made in the default location.",
    reason:
      "What the real API says about a field that it has removed is not documented. `POST /primary_ips`, which then has no location, says so in its error.",
  },
  {
    what: "Ids begin at 1001 for what is made, and are small.",
    reason: "They are easier to read; clients must not read anything into them.",
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
        what: "Real hosts boot Debian 12 or 13 by their image, and Debian 13 for any other image.",
        reason: "These are the systems that this project deploys on.",
      },
      {
        what: "Metrics are series without values; traffic counters stay at zero.",
        reason: "Nothing is measured.",
      },
      {
        what: "The action of a shutdown ends when the host is off; Hetzner's ends when the signal was sent.",
        reason: "A host that ignores the signal is an action in error here, which tests can see.",
      },
      {
        what: "A server that names no location is made in fsn1.",
        reason: "Hetzner chooses by rules that are not public.",
      },
      {
        what: "`root_password`, of a creation and of `reset_password`, is made up and set nowhere.",
        reason:
          "Hosts take keys only; and nothing here keeps a password, so that it could not be set once a restart had come between.",
      },
      {
        what: "`reset_password` of a server that does not run answers 422 `service_error`.",
        reason: "Hetzner asks for a running server as well; its error for that is not documented.",
      },
      {
        what: "`request_console` gives an address below `.invalid`, with nothing behind it.",
        reason: "Hosts have no screen; `npm run -s sandbox -- ssh NAME` gives a root shell.",
      },
      {
        what: "The disk of a host is the machine's, whatever the server type says.",
        reason: "Hosts are layers on one file system; `fault host NAME fill` fills one.",
      },
      {
        what: "Backups are made by `create_image` only, none by the clock.",
        reason: "A sandbox does not live that long.",
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
        what: "A snapshot holds no disk: a server made from one starts with the system image beneath it.",
        reason: "What is deployed here is made by cloud-init, not by images.",
      },
      {
        what: "There are system images, snapshots and backups; no apps.",
        reason: "Apps are system images with more in them, which hosts could not boot.",
      },
      {
        what: "There are two ISOs. An attached one, and an enabled rescue system, are data: the host boots its own system.",
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
        what: "Types, prices and stock are those of mid-2026, an example; `fault sold-out` takes a type away.",
        reason: "The real catalogue changes by the week and needs an account.",
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
        what: "Alias IPs, routes and `expose_routes_to_vswitch` are data only.",
        reason: "Hosts get what a cluster uses: one address in each network.",
      },
      {
        what: "The fields of `GET /networks/{id}/members` are a guess.",
        reason: "The operation is new; the vendor's clients do not have it yet.",
      },
      {
        what: "A vSwitch subnet takes no `vswitch_id`.",
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
        what: "A server's firewalls are `applied` as soon as they are set, never `pending`.",
        reason: "The driver sets the rules within the action; there is no fleet to wait for.",
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
        what: "Its servers share one machine.",
        reason: "There is only one. The limit of ten is kept.",
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
        what: "Secondary zones are data: nothing is transferred from their primary.",
        reason: "There is no outside world to transfer from.",
      },
      {
        what: "Of the SOA that the API makes, `set_records` and `change_ttl` change all but the serial.",
        reason: "Hetzner counts the serial by itself; the provider sends 0.",
      },
      {
        what: "A zone is taken when its name has two labels, or three under a suffix like `co.uk`.",
        reason: "The public suffix list is not part of the simulator.",
      },
      {
        what: "Of the SOA of an imported zone file all is taken but the serial, which goes on counting.",
        reason:
          "Hetzner counts the serial by itself; what it does with the rest is not documented.",
      },
      {
        what: "A zone file is refused as a whole when it has anything but `$ORIGIN`, one `$TTL` and records in it; the error names the line.",
        reason: "Which other directives of BIND the real API takes is not documented.",
      },
      {
        what: "`delegated` nameservers are always the assigned ones, and the delegation is always valid.",
        reason: "There is no registry to look at.",
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
        what: "Actions stay for ever; Hetzner's are gone after a while.",
        reason: "A sandbox does not live that long.",
      },
      {
        what: "`GET /actions` lists all of them; Hetzner's asks for `id` by now.",
        reason:
          "A list of all is what one wants to see in a sandbox; clients that send ids get those.",
      },
    ],
  },
];
