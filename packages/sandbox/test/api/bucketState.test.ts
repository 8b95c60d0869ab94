import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine, toolchainMs } from "../../../hcloud-simulator/test/api/support/engine";
import {
  type ObjectStorage,
  ensureS3Server,
  startObjectStorage,
} from "../../src/storage/objectStorage";
import { bucketName } from "../../src/storage/settings";
import { makePrivateCertificate } from "../../src/web/authority";

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// The storage refuses checksums behind the body, as storages do that are not AWS. Versions 3.245 to 3.256 of Pulumi's CLI
// send them: https://github.com/pulumi/pulumi/issues/23764
describe("a state in a bucket of the object storage", () => {
  const secrets = { accessKey: "AKTEST", secretKey: "secret-of-the-test", password: "" };
  let dir: string;
  let storage: ObjectStorage;
  let engine: Engine;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "bucket-"));
    const program = join(dir, "program");
    mkdirSync(program);
    writeFileSync(join(program, "Pulumi.yaml"), "name: empty\nruntime: yaml\nresources: {}\n");
    const { path, problem } = await ensureS3Server(() => undefined);
    if (path === undefined) throw new Error(problem);
    const tls = await makePrivateCertificate("localhost");
    const port = await freePort();
    const listen = [`127.0.0.1:${port}`];
    storage = await startObjectStorage({ program: path, dir, listen, tls, secrets });
    engine = await Engine.start("http://127.0.0.1:9/v1", program);
    const endpoint = `https://localhost:${port}`;
    env = {
      // As docs/pull-requests.md says.
      PULUMI_BACKEND_URL: `s3://${bucketName}?endpoint=${endpoint}&region=fsn1&s3ForcePathStyle=true`,
      AWS_ACCESS_KEY_ID: secrets.accessKey,
      AWS_SECRET_ACCESS_KEY: secrets.secretKey,
      AWS_CA_BUNDLE: join(dir, "tls.crt"),
      AWS_REQUEST_CHECKSUM_CALCULATION: undefined,
    };
  }, toolchainMs);
  afterAll(async () => {
    engine.remove();
    await storage.close();
    rmSync(dir, { recursive: true });
  });

  const paths = async (): Promise<string[]> => (await storage.list()).map(({ path }) => path);

  it("is written there, and read from there as JSON without the SDK's warnings", async () => {
    await engine.must(["stack", "init", "production"], { env });
    expect(await paths()).toContainEqual(
      expect.stringMatching(/\.pulumi\/stacks\/empty\/production\.json/),
    );
    const listed = await engine.must(["stack", "ls", "--json"], { env });
    expect(JSON.parse(listed)).toMatchObject([{ name: "production" }]);
    const state = await engine.must(["stack", "export"], { env });
    expect(JSON.parse(state)).toMatchObject({ version: expect.any(Number) as number });
  });

  it("is not written with a checksum behind the body", async () => {
    const asBefore = { ...env, AWS_REQUEST_CHECKSUM_CALCULATION: "when_supported" };
    const { code, text } = await engine.run(["stack", "init", "staging"], { env: asBefore });
    expect(code).not.toBe(0);
    expect(text).toContain("XAmzContentSHA256Mismatch");
    expect(await paths()).not.toContainEqual(expect.stringContaining("staging"));
  });
});
