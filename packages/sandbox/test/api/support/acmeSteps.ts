import { X509Certificate } from "node:crypto";
import { certificateRequest, type AcmeClient } from "./acmeClient";
import type { AcmeTestServer } from "./acmeServer";

/** Validates all names of an order by HTTP-01. Returns the states of its authorizations. */
export async function validate(
  server: AcmeTestServer,
  client: AcmeClient,
  authorizations: readonly string[],
): Promise<string[]> {
  const states: string[] = [];
  for (const url of authorizations) {
    const { challenges } = (await client.post(url)).json;
    const challenge = challenges.find(({ type }) => type === "http-01");
    if (challenge === undefined) throw new Error("no http-01 challenge");
    server.tokens.set(challenge.token, client.keyAuthorization(challenge.token));
    await client.post(challenge.url, {});
    states.push((await client.settled(url)).json.status);
  }
  return states;
}

/** Orders a certificate and returns its chain, the leaf first. */
export async function issue(
  server: AcmeTestServer,
  client: AcmeClient,
  names: readonly string[],
  profile?: string,
): Promise<X509Certificate[]> {
  const order = await client.order(names, profile);
  await validate(server, client, order.json.authorizations);
  await client.post(order.json.finalize, { csr: await certificateRequest(names) });
  const done = await client.settled(order.headers.location as string);
  const { text } = await client.post(done.json.certificate);
  const blocks = text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** A client with an account. */
export async function registered(
  server: AcmeTestServer,
  directory?: "internal",
): Promise<AcmeClient> {
  const client = server.client(directory);
  await client.open();
  await client.register();
  return client;
}
