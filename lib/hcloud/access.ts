import { HcloudApi, publicEndpoint } from "./hcloudApi";

export interface Access {
  /** With `/v1`, without a trailing slash. */
  readonly endpoint: string;
  /** Absent if none is set. */
  readonly token?: string;
}

/** What a stack's configuration says about the API. */
interface Configured {
  readonly token: string | undefined;
  readonly endpoint: string | undefined;
}

/** Endpoint and token as the provider finds them: from the stack's configuration, else from the environment. */
export function accessFrom({ token, endpoint }: Configured, env: NodeJS.ProcessEnv): Access {
  return {
    endpoint: withoutSlash(notEmpty(endpoint ?? env.HCLOUD_ENDPOINT) ?? publicEndpoint),
    token: notEmpty(token ?? env.HCLOUD_TOKEN),
  };
}

/** The API; `undefined` without a token. */
export function apiOf({ endpoint, token }: Access): HcloudApi | undefined {
  return token === undefined ? undefined : new HcloudApi({ endpoint, token });
}

const notEmpty = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

const withoutSlash = (url: string): string => url.replace(/\/+$/, "");
