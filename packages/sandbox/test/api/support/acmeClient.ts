import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Fields of ACME's objects (RFC 8555) that tests read. An answer has those of its own kind. */
export interface AcmeFields {
  readonly newAccount: string;
  readonly newOrder: string;
  readonly newNonce: string;
  readonly meta: {
    readonly caaIdentities: readonly string[];
    readonly profiles: Readonly<Record<string, string>>;
  };
  readonly status: string;
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate: string;
  readonly challenges: readonly {
    readonly type: string;
    readonly url: string;
    readonly token: string;
    readonly error?: Problem;
  }[];
  readonly type: string;
  readonly detail: string;
}

/** An error of ACME (RFC 7807). */
export interface Problem {
  readonly type: string;
  readonly detail: string;
}

/** An answer, with its JSON if it has any. */
export interface ClientAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: AcmeFields;
}

export interface AcmeClientOptions {
  /** Where the server listens. Names in its URLs are not resolved. */
  readonly address: string;
  readonly port: number;
  /** Name of the server. */
  readonly host: string;
  /** PEM that verifies the server. */
  readonly ca: string;
}

/** A small ACME client (RFC 8555) for HTTP-01. Like certbot, it does not hide any answer. */
export class AcmeClient {
  private readonly key: KeyObject;
  private readonly jwk: { kty: string; crv: string; x: string; y: string };
  private account: string | undefined;
  private nonce: string | undefined;
  private known: AcmeFields | undefined;

  constructor(private readonly options: AcmeClientOptions) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.key = createPrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }));
    const { kty = "", crv = "", x = "", y = "" } = privateKey.export({ format: "jwk" });
    this.jwk = { kty, crv, x, y };
  }

  async get(path: string): Promise<ClientAnswer> {
    return this.send("GET", path);
  }

  /** Like `get`, for an answer whose JSON is not valid. */
  async getText(path: string): Promise<{ status: number; text: string }> {
    return this.send("GET", path, undefined, false);
  }

  async open(): Promise<void> {
    this.known = (await this.get("/directory")).json;
  }

  get directory(): AcmeFields {
    if (this.known === undefined) throw new Error("open() reads the directory first");
    return this.known;
  }

  async register(): Promise<ClientAnswer> {
    const answer = await this.post(this.directory.newAccount, { termsOfServiceAgreed: true });
    this.account = answer.headers.location as string;
    return answer;
  }

  /** Orders again when the nonce is refused, as clients must (RFC 8555, 6.5); certbot does so once. */
  async order(names: readonly string[], profile?: string): Promise<ClientAnswer> {
    const answer = await this.orderOnce(names, profile);
    const isBadNonce = answer.json.type === "urn:ietf:params:acme:error:badNonce";
    return isBadNonce ? this.orderOnce(names, profile) : answer;
  }

  /** One request for an order, whatever the answer is. */
  orderOnce(names: readonly string[], profile?: string): Promise<ClientAnswer> {
    const identifiers = names.map((value) => ({ type: "dns", value }));
    return this.post(this.directory.newOrder, { identifiers, profile });
  }

  /** The content of the file for a token (RFC 8555, 8.1). */
  keyAuthorization(token: string): string {
    const { crv, kty, x, y } = this.jwk;
    const thumbprint = createHash("sha256").update(JSON.stringify({ crv, kty, x, y }));
    return `${token}.${thumbprint.digest("base64url")}`;
  }

  /** A signed request. Without a payload it is POST-as-GET. */
  async post(url: string, payload?: unknown): Promise<ClientAnswer> {
    this.nonce ??= (await this.send("HEAD", this.directory.newNonce)).headers[
      "replay-nonce"
    ] as string;
    const identity = this.account === undefined ? { jwk: this.jwk } : { kid: this.account };
    const head = encode({ alg: "ES256", nonce: this.nonce, url, ...identity });
    const body = payload === undefined ? "" : encode(payload);
    const signature = sign("sha256", Buffer.from(`${head}.${body}`), {
      key: this.key,
      dsaEncoding: "ieee-p1363",
    }).toString("base64url");
    const message = JSON.stringify({ protected: head, payload: body, signature });
    const answer = await this.send("POST", url, message);
    this.nonce = answer.headers["replay-nonce"] as string | undefined;
    return answer;
  }

  /** Asks until the state of an order or an authorization is final. */
  async settled(url: string): Promise<ClientAnswer> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const answer = await this.post(url);
      if (!["pending", "processing"].includes(answer.json.status)) return answer;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${url} is not settled`);
  }

  private send(method: string, target: string, body?: string, parse = true): Promise<ClientAnswer> {
    const { address, port, host, ca } = this.options;
    const path = target.startsWith("/") ? target : new URL(target).pathname;
    const headers = {
      host,
      "user-agent": "sandbox-test",
      ...(body !== undefined && {
        "content-type": "application/jose+json",
        "content-length": Buffer.byteLength(body),
      }),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        { host: address, port, path, method, headers, ca, servername: host, agent: false },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (part: string) => (text += part));
          answer.on("error", reject);
          answer.on("end", () => {
            const isJson = parse && (answer.headers["content-type"] ?? "").includes("json");
            const json = (isJson && text !== "" ? JSON.parse(text) : {}) as AcmeFields;
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  }
}

/** A certificate request for names, as ACME sends it: DER in base64url. */
export async function certificateRequest(names: readonly string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "acme-csr-"));
  try {
    const [key, out] = [join(dir, "key"), join(dir, "csr")];
    await writeFile(key, "");
    await execute("openssl", [
      ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
      ...["-keyout", key, "-out", out, "-outform", "DER", "-subj", "/"],
      ...["-addext", `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`],
    ]);
    return (await readFile(out)).toString("base64url");
  } finally {
    await rm(dir, { recursive: true });
  }
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
