import type { AcmeRequest, Answer } from "../../../src/acme/answer";
import { CountedFaults } from "../../../src/countedFaults";
import type { AcmeFaults } from "../../../src/acme/faults";
import { kindOf, newOrderPath } from "../../../src/acme/requests";
import { Validations } from "../../../src/acme/validations";

const origin = "https://acme.test";
const badNonce = {
  status: 400,
  headers: { "content-type": "application/problem+json", "replay-nonce": "next" },
};

describe("a new order with an authorization that pebble has used before", () => {
  const setUp = () => {
    const faults: AcmeFaults = new CountedFaults();
    const validations = new Validations(faults, () => Promise.resolve(undefined));
    const request = (path: string, fields: object, headers = {}, payload?: object) =>
      validations.answer(
        {
          ...{ directory: "production", kind: kindOf(path), method: "POST", path },
          ...{ headers: {}, body: Buffer.alloc(0), payload },
        } satisfies AcmeRequest,
        answerWith(fields, headers),
      );
    let orders = 0;
    const order = (authorization: string): Promise<Answer> => {
      orders += 1;
      return request(
        newOrderPath,
        { status: "pending", authorizations: [`${origin}/authZ/${authorization}`] },
        { location: `${origin}/my-order/${orders.toString()}`, "replay-nonce": "next" },
      );
    };
    const refuse = async (authorization: string): Promise<void> => {
      faults.add({ kind: "refuse", type: "caa", times: 1 });
      const challenge = { url: `${origin}/chalZ/${authorization}`, type: "http-01" };
      await request(`/authZ/${authorization}`, {
        identifier: { value: "meet.example.test" },
        challenges: [challenge],
      });
      await request(`/chalZ/${authorization}`, challenge, {}, {});
    };
    return { order, refuse };
  };

  it("is answered so that the client orders again, once in succession", async () => {
    const { order } = setUp();
    expect((await order("a")).status).toBe(201);
    expect(await order("a")).toMatchObject(badNonce);
    expect((await order("b")).status).toBe(201);
    expect(await order("a")).toMatchObject(badNonce);
    expect((await order("a")).status).toBe(201);
  });

  it("is never accepted where the authorization was refused", async () => {
    const { order, refuse } = setUp();
    expect((await order("a")).status).toBe(201);
    await refuse("a");
    expect(await order("a")).toMatchObject(badNonce);
    expect(await order("a")).toMatchObject(badNonce);
    const next = await order("b");
    expect([next.status, JSON.parse(next.body.toString())]).toMatchObject([
      201,
      { status: "pending" },
    ]);
  });
});

function answerWith(fields: object, headers: Answer["headers"]): Answer {
  return { status: 201, headers, body: Buffer.from(JSON.stringify(fields)) };
}
