import { adminPath } from "../../../src/adminPath";
import { createApi, type Api, type ApiOptions } from "../../../src/server";

import { RecordingDriver } from "./recordingDriver";

export const token = "t".repeat(64);
export const publicRanges = {
  ipv4Cidr: "198.18.24.0/21",
  firstHostIpv4: "198.18.24.16",
  ipv6Cidr: "fd5a:6a68:3::/48",
};

/** JSON of any form. Tests read the fields that they need. */
export interface Json {
  readonly [name: string]: Json;
  readonly [index: number]: Json;
}

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** A simulator on a loopback port, with an HTTP client. */
export class Simulator {
  private constructor(
    readonly api: Api,
    readonly driver: RecordingDriver,
    readonly endpoint: string,
  ) {}

  static async start(options: Partial<ApiOptions> & { driver?: RecordingDriver } = {}) {
    const driver = options.driver ?? new RecordingDriver();
    const api = await createApi({ publicRanges, token, callsPerHour: null, ...options, driver });
    return new Simulator(api, driver, await api.listen(0, "127.0.0.1"));
  }

  async request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { authorization: `Bearer ${token}` },
  ): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(this.endpoint + path, {
      method,
      headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
      ...(body !== undefined && { body: text }),
    });
    const answer = await response.text();
    return { status: response.status, body: (answer ? JSON.parse(answer) : {}) as Json };
  }

  get(path: string): Promise<Answer> {
    return this.request("GET", path);
  }

  post(path: string, body: unknown = {}): Promise<Answer> {
    return this.request("POST", path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.request("PUT", path, body);
  }

  delete(path: string): Promise<Answer> {
    return this.request("DELETE", path);
  }

  /** A request to the admin interface. */
  async admin(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.endpoint.replace("/v1", adminPath + path), {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await response.text();
    return { status: response.status, body: (answer ? JSON.parse(answer) : {}) as Json };
  }

  /** Adds a fault and returns its id. */
  async fault(spec: object): Promise<number> {
    const { status, body } = await this.admin("POST", "/faults", spec);
    if (status !== 201) throw new Error(`fault refused: ${JSON.stringify(body)}`);
    return idOf(body.fault);
  }

  /** Sends a request that must succeed, and waits until all its actions have ended. */
  async done(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.request(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    await this.api.idle();
    return answer.body;
  }

  /** Creates a running server and returns its id. */
  async server(fields: Record<string, unknown> = {}): Promise<number> {
    const body = await this.done("POST", "/servers", { ...serverFields, ...fields });
    return idOf(body.server);
  }

  /** The current state of the last action of a resource. */
  async lastAction(path: string): Promise<Json> {
    const { body } = await this.get(`${path}/actions?sort=id:desc&per_page=1`);
    return at(body, "actions", 0);
  }

  close(): Promise<void> {
    return this.api.close();
  }

  /** The same, but fails if a request was not simulated. */
  async closeWithoutUnhandled(): Promise<void> {
    await this.close();
    if (this.api.unhandled.length > 0)
      throw new Error(`not simulated: ${this.api.unhandled.join(", ")}`);
  }
}

export const serverFields = {
  name: "web-1",
  server_type: "cx23",
  image: "debian-12",
  location: "fsn1",
};

export function idOf(thing: Json | undefined): number {
  return Number(thing?.id);
}

/** The text of a JSON value. */
export function textOf(value: Json | undefined): string {
  if (typeof value !== "string") throw new Error(`${JSON.stringify(value)} is not a text`);
  return value;
}

/** A field deep inside an answer. A missing field fails with its path. */
export function at(json: Json, ...path: (string | number)[]): Json {
  return path.reduce((value: Json, step) => {
    const next = (value as Record<string | number, Json | undefined>)[step];
    if (next === undefined) throw new Error(`no ${path.join(".")} in ${JSON.stringify(json)}`);
    return next;
  }, json);
}

/** The commands of a list of actions. */
export function actionCommands(actions: Json): string[] {
  return (actions as unknown as readonly { command: string }[]).map(({ command }) => command);
}
