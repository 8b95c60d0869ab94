import type { ExistingNode } from "../../../../lib/config/existingNode";
import type { ServerFact } from "../../../../lib/hcloud/cloudFacts";
import { checkNodes } from "../../../../lib/preflight/nodeCheck";

const node = (host: string): ExistingNode => ({
  name: "berlin",
  host,
  role: "jvb",
  user: "root",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
  adopt: false,
  draining: false,
});

const server = (ip: string): ServerFact => ({
  id: 1,
  name: "jitsi-jvb-0-a1b2c3",
  status: "running",
  labels: { role: "jvb" },
  server_type: { name: "cpx42", prices: [] },
  public_net: { ipv4: { ip } },
});

describe("checkNodes", () => {
  it("refuses a machine that is one of the cluster's own servers, with key, value and fix", () => {
    const { problems } = checkNodes(
      [node("203.0.113.7"), node("203.0.113.8")],
      [server("203.0.113.8")],
    );
    expect(problems).toEqual([
      {
        key: "existingNodes[1].host",
        reason:
          'is "203.0.113.8", the address of jitsi-jvb-0-a1b2c3 (jvb), which is this cluster\'s own server; it must be a machine that this program did not make',
        fix: "pulumi config set --path 'existingNodes[1].host' ADDRESS  # or remove the entry; for more bridges at Hetzner: jvbCount",
      },
    ]);
  });

  it("finds nothing wrong with machines of others", () => {
    const withoutAddress = { ...server("203.0.113.7"), public_net: undefined };
    expect(checkNodes([node("203.0.113.7")], [server("203.0.113.9"), withoutAddress])).toEqual({
      problems: [],
      warnings: [],
    });
  });
});
