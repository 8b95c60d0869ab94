import { idOf, Simulator, textOf } from "./support/simulator";

const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBwyOyRMcxqP2JOcYl5LhVYTgZYZMVCIhjXAxQUUWEkc someone";

describe("SSH keys", () => {
  let sim: Simulator;

  beforeEach(async () => {
    sim = await Simulator.start();
  });
  afterEach(() => sim.close());

  it("are created, found by name and fingerprint, changed and deleted", async () => {
    const { status, body } = await sim.post("/ssh_keys", { name: "k", public_key: publicKey });
    expect(status).toBe(201);
    expect(body.ssh_key).toEqual({
      id: expect.any(Number) as number,
      name: "k",
      fingerprint: expect.stringMatching(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/) as string,
      public_key: publicKey,
      labels: {},
      created: expect.any(String) as string,
    });
    const path = `/ssh_keys/${idOf(body.ssh_key)}`;
    const fingerprint = textOf(body.ssh_key?.fingerprint);
    expect((await sim.get("/ssh_keys?name=k")).body.ssh_keys).toHaveLength(1);
    expect((await sim.get(`/ssh_keys?fingerprint=${fingerprint}`)).body.ssh_keys).toHaveLength(1);
    expect((await sim.get("/ssh_keys?fingerprint=00")).body.ssh_keys).toEqual([]);
    const changed = await sim.put(path, { name: "l", labels: { a: "b" } });
    expect(changed.body.ssh_key).toMatchObject({ name: "l", labels: { a: "b" } });
    expect((await sim.delete(path)).status).toBe(204);
    expect((await sim.get(path)).status).toBe(404);
  });

  it("are unique by key and by name", async () => {
    await sim.post("/ssh_keys", { name: "k", public_key: publicKey });
    const again = await sim.post("/ssh_keys", { name: "l", public_key: publicKey });
    expect(again).toMatchObject({
      status: 409,
      body: { error: { code: "uniqueness_error", details: { fields: [{ name: "public_key" }] } } },
    });
  });

  it.each(["", "ssh-ed25519", "ssh-ed25519 AAAA", publicKey.replace("ssh-ed25519", "ssh-rsa")])(
    "refuse %j",
    async (text) => {
      const answer = await sim.post("/ssh_keys", { name: "k", public_key: text });
      expect(answer.status).toBe(422);
      expect(answer.body.error?.details?.fields?.[0]?.name).toBe("public_key");
    },
  );
});
