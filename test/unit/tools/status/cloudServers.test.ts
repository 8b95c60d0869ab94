import { HcloudApi } from "../../../../lib/hcloud/hcloudApi";
import { listCloudServers } from "../../../../tools/status/cloudServers";

const server = (id: number) => ({ id, name: `server-${id}` });

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
});
