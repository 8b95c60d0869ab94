import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { renderUserData } from "../../../cloud-init/userData";
import { firewallRules } from "../../../lib/plan/firewallRules";
import { labels } from "../../../lib/plan/labels";
import { packText } from "../../../lib/packedText";
import { ecdsaKeyPair } from "../../../lib/sshKeyPair";
import { resourceTypes as types } from "../../../lib/resourceTypes";
import { parseSettings } from "../../../lib/config/settings";
import { rules } from "../../../policy/rules";
import { judge, type Seen } from "./judge";

const bootstrapKey = ecdsaKeyPair(Buffer.alloc(40, 7).toString("base64"));
const userData = renderUserData({
  role: "web",
  hostname: "meet.example.org",
  domain: "meet.example.org",
  software: parseSettings({ domain: "meet.example.org" }),
  bootstrapKey,
});
const world = ["0.0.0.0/0", "::/0"];

/** As the program makes them. */
const server = (props: Record<string, unknown> = {}): Seen => ({
  type: types.server,
  props: {
    serverType: "cpx42",
    location: "fsn1",
    userData,
    labels: labels({ stack: "dev", role: "web" }),
    firewallIds: [1],
    ...props,
  },
});
const firewall = (...more: object[]): Seen => ({
  type: types.firewall,
  props: {
    rules: [...firewallRules("web", { turn: true }).filter(({ port }) => port !== "22"), ...more],
  },
});
const open = (port: string, protocol = "tcp", sourceIps = world) => ({
  direction: "in",
  protocol,
  port,
  sourceIps,
});
const stackOutputs = (props: Record<string, unknown>): Seen => ({ type: types.stack, props });
const password: Seen = { type: types.randomPassword, props: { result: "correcthorsebattery" } };

interface Case {
  readonly passes: readonly (readonly Seen[])[];
  readonly fails: readonly (readonly [readonly Seen[], RegExp])[];
  readonly stack?: string;
  readonly config?: object;
}

const cases: Readonly<Record<string, Case>> = {
  "no-secret-in-user-data": {
    passes: [
      [server()],
      [server({ userData: undefined })],
      [server({ userData: "content: H4sIdoesNotUnpackdoesNotUnpackdoesNotUnpack" })],
    ],
    fails: [
      [[server({ userData: `${userData}\n${bootstrapKey.privateKey}` })], /a private key/],
      [[server({ userData: "runcmd:\n - JVB_SECRET=abcdefgh1234 run" })], /password, secret/],
      [
        [server({ userData: `content: ${packText("JVB_SECRET=abcdefgh1234 run")}` })],
        /password, secret/,
      ],
      [[server({ userData: "write: hcloud " + "a1".repeat(32) })], /API token/],
    ],
  },
  "internal-ports-closed": {
    passes: [
      [firewall()],
      [firewall(open("5222", "tcp", ["10.0.0.0/8"]))],
      [firewall({ direction: "in", protocol: "icmp", sourceIps: world })],
    ],
    fails: [
      [[firewall(open("5222"))], /^tcp 5222 is open to the world and reaches 5222/],
      [
        [firewall(open("8000-9100", "tcp", ["::/0"]))],
        /8000-9100 .* 8080, 8081, 8082, 8083, 8888, 9090, 9100/,
      ],
      [[firewall(open("any", "udp"))], /^udp any is open/],
    ],
  },
  "ssh-closed": {
    passes: [[firewall(open("22", "tcp", ["192.0.2.1/32"]))]],
    fails: [[[firewall(open("22"))], /^SSH is open to the world/]],
  },
  "ssh-kept-to-admins": {
    passes: [
      [firewall(open("22", "tcp", ["192.0.2.0/24"])), firewall()],
      [firewall(open("22")), firewall(open("22"))],
    ],
    fails: [
      [
        [firewall(open("22", "tcp", ["192.0.2.0/24"])), firewall(open("20-30"))],
        /^the firewall it opens SSH to the world; keep it to adminCidrs$/,
      ],
    ],
  },
  "canonical-ranges": {
    passes: [
      [firewall()],
      [firewall(open("22", "tcp", ["192.0.2.1/32", "2001:db8::/32"]))],
      [firewall({ direction: "out", protocol: "icmp", destinationIps: world })],
    ],
    fails: [
      [
        [firewall(open("22", "tcp", ["10.0.0.1/8"]))],
        /^the range "10.0.0.1\/8" must be 10.0.0.0\/8/,
      ],
      [[firewall(open("22", "tcp", ["2001:DB8:0::/32"]))], /must be 2001:db8::\/32/],
      [[firewall(open("22", "tcp", ["192.0.2.1"]))], /must be 192.0.2.1\/32/],
      [[firewall(open("22", "tcp", ["home"]))], /"home" must be a range such as/],
      [
        [firewall({ direction: "out", protocol: "icmp", destinationIps: ["::0/0"] })],
        /"::0\/0" must be ::\/0/,
      ],
    ],
  },
  "servers-labelled": {
    passes: [[server()]],
    fails: [
      [[server({ labels: { role: "web" } })], /^it has no label managed-by, project, stack$/],
      [[server({ labels: undefined })], /role/],
    ],
  },
  "servers-in-firewall": {
    passes: [[server()]],
    fails: [
      [[server({ firewallIds: [] })], /^it is in no firewall/],
      [[server({ firewallIds: undefined })], /^it is in no firewall/],
    ],
  },
  "delete-protection": {
    stack: "production-eu",
    passes: [
      [server({ deleteProtection: true })],
      [{ type: types.primaryIp, props: { deleteProtection: true } }],
      [server({ labels: labels({ stack: "production", role: "jvb" }) })],
    ],
    fails: [
      [[server()], /pulumi config set protect true$/],
      [[{ type: types.primaryIp, props: { deleteProtection: false } }], /not protected/],
    ],
  },
  "server-types-sold": {
    passes: [[server()], [server({ serverType: "cpx41", location: "ash" })]],
    fails: [[[server({ serverType: "cx21" })], /^cx21 .* no longer sold in fsn1; using cx23/]],
  },
  "server-count": {
    config: { maximum: 2 },
    passes: [[server(), server()]],
    fails: [[[server(), server(), server()], /^3 servers, and the limit is 2;/]],
  },
  "monthly-cost": {
    config: { maximum: 100, prices: { cx99: 60 } },
    passes: [[server(), server({ serverType: "cx23" })]],
    fails: [
      [[server(), server()], /^the servers cost 138.98 EUR a month, and the limit is 100 EUR$/],
      [[server({ serverType: "cx99" }), server({ serverType: "cx99" })], /cost 120.00 EUR/],
      [[server({ serverType: "cx1" })], /^no price of cx1 is known/],
    ],
  },
  "no-plain-secret-in-outputs": {
    passes: [
      [password, stackOutputs({ url: "https://meet.example.org" })],
      [stackOutputs({ deploymentKey: bootstrapKey.privateKey })],
    ],
    fails: [
      [[password, stackOutputs({ all: { jvb: "correcthorsebattery" } })], /^the output all holds/],
      [[stackOutputs({ key: bootstrapKey.privateKey })], /^the output key holds a secret/],
    ],
  },
};

const ruleNamed = (name: string): ResourceValidationPolicy | StackValidationPolicy => {
  const found = rules.find((rule) => rule.name === name);
  if (found === undefined) throw new Error(`no rule ${name}`);
  return found;
};

describe("the policy pack", () => {
  it("has a case for each rule, and each file in its list", () => {
    expect(rules.map(({ name }) => name).sort()).toEqual(Object.keys(cases).sort());
    const files = readdirSync(join(__dirname, "../../../policy/rules"));
    expect(files.filter((file) => file !== "index.ts")).toHaveLength(rules.length);
  });

  describe.each(Object.entries(cases))("%s", (name, { passes, fails, config, stack }) => {
    it("has nothing to say about what it allows", async () => {
      for (const resources of passes) {
        expect(await judge(ruleNamed(name), resources, config, stack)).toEqual([]);
      }
    });

    it("tells what breaks it", async () => {
      for (const [resources, message] of fails) {
        expect(await judge(ruleNamed(name), resources, config, stack)).toEqual([
          expect.stringMatching(message),
        ]);
      }
    });
  });

  it("keeps SSH to the operators' addresses in any case where that is asked for", async () => {
    const rule = ruleNamed("ssh-kept-to-admins");
    expect(await judge(rule, [firewall(open("22"))], { always: true })).toHaveLength(1);
  });

  it("does not ask for delete protection in other stacks", async () => {
    expect(await judge(ruleNamed("delete-protection"), [server()], {}, "dev")).toEqual([]);
  });
});
