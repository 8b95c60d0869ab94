import { HcloudApi } from "../../../../lib/hcloud/hcloudApi";
import { listCloudServers } from "../../../../tools/status/cloudServers";

const server = (id: number, public_net?: object) => ({ id, name: `server-${id}`, public_net });

/** An API with a server that carries the stack's labels, and one that has lost them. */
function answer(url: URL): Response {
  if (url.pathname === "/v1/servers") return Response.json({ servers: [server(10)] });
  if (url.pathname === "/v1/servers/11") return Response.json({ server: server(11) });
  return Response.json({ error: { code: "not_found", message: "not found" } }, { status: 404 });
}

describe("listCloudServers", () => {
  it("looks up what the state knows and the labels do not find, and leaves out what is gone", async () => {
    const fetched = jest
      .spyOn(globalThis, "fetch")
      .mockImplementation((input) =>
        Promise.resolve(answer(new URL(input instanceof Request ? input.url : input))),
      );
    const api = new HcloudApi({ endpoint: "http://127.0.0.1:1/v1", token: "t" });
    const found = await listCloudServers(api, "production", ["10", "11", "12"]);
    expect(found.map(({ id, isLabelled }) => [id, isLabelled])).toEqual([
      ["10", true],
      ["11", false],
    ]);
    expect(fetched.mock.calls).toHaveLength(3);
  });

  it.each<[string, object | undefined, object[]]>([
    [
      "both addresses, that of its own in the network",
      {
        ipv4: { ip: "192.0.2.1", dns_ptr: "a.test" },
        ipv6: {
          ip: "2001:db8::/64",
          dns_ptr: [
            { ip: "2001:db8::2", dns_ptr: "b.test" },
            { ip: "2001:0db8:0:0::1", dns_ptr: "a.test" },
          ],
        },
      },
      [
        { address: "192.0.2.1", name: "a.test" },
        { address: "2001:db8::1", name: "a.test" },
      ],
    ],
    [
      "addresses without a name",
      { ipv4: { ip: "192.0.2.1", dns_ptr: null }, ipv6: { ip: "2001:db8::/64", dns_ptr: [] } },
      [
        { address: "192.0.2.1", name: null },
        { address: "2001:db8::1", name: null },
      ],
    ],
    [
      "nothing where the API does not say it",
      { ipv4: { ip: "192.0.2.1" }, ipv6: { ip: "2001:db8::/64" } },
      [],
    ],
    ["nothing of a server without a public network", undefined, []],
  ])("reads of the reverse DNS %s", async (_, publicNet, reverseNames) => {
    jest
      .spyOn(globalThis, "fetch")
      .mockImplementation(() =>
        Promise.resolve(Response.json({ servers: [server(10, publicNet)] })),
      );
    const api = new HcloudApi({ endpoint: "http://127.0.0.1:1/v1", token: "t" });
    expect(await listCloudServers(api, "production", ["10"])).toMatchObject([{ reverseNames }]);
  });
});
