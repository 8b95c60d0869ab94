import * as pulumi from "@pulumi/pulumi";
import type { MockResourceArgs } from "@pulumi/pulumi/runtime";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly parent: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the inputs that are secret. */
  readonly secretInputs: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** The engine's own protection: it plans no delete. */
  readonly protect: boolean;
  /** Name of the resource; empty for none. */
  readonly deletedWith: string;
  /** `type-token name` of each dependency, through inputs or dependsOn. */
  readonly dependencies: readonly string[];
}

/** What the engine sends for a resource; the SDK publishes no types of it. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getIgnorechangesList(): string[];
  getReplaceonchangesList(): string[];
  getDeletebeforereplace(): boolean;
  getProtect(): boolean;
  getDeletedwith(): string;
  getDependenciesList(): string[];
}
type Callback = (error: unknown, response?: { getUrn(): string }) => void;
interface Monitor {
  registerResource(request: RegisterRequest, callback: Callback): Promise<void>;
  registerErrorHook(request: unknown, callback: Callback): void;
}

/** How Pulumi marks a secret on the wire. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

const isSecret = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  (value as Record<string, unknown>)[signatureKey] === secretSignature;

/** What the cloud and the hosts would answer, by type token: outputs beside the inputs, and the id. */
export type Answers = Readonly<
  Record<string, (args: MockResourceArgs) => { id: string; state: Record<string, unknown> }>
>;

/**
 * Runs a program against a mocked engine. A resource or call that nobody declared an answer for fails it.
 *
 * @returns all resources, in the order of their registration, and what the program returned
 */
export async function runProgram<T>(
  answers: Answers,
  program: () => T | Promise<T>,
): Promise<{ resources: Registered[]; result: T }> {
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        if (!args.custom) {
          return { id: undefined, state: {} };
        }
        const answer = answers[args.type];
        if (answer === undefined) {
          throw new Error(`no answer is declared for a resource of type ${args.type}`);
        }
        return answer(args);
      },
      call: ({ token }) => {
        // The state of a stack that was never deployed.
        if (/^pulumi:pulumi:readStack(Resource)?Outputs$/.test(token)) return { outputs: {} };
        throw new Error(`no answer is declared for a call of ${token}`);
      },
    },
    "jitsi-hetzner",
    "test",
    false,
    "acme",
  );
  const resources: Registered[] = [];
  record(pulumi.runtime.getMonitor() as unknown as Monitor, resources);
  const result = await withShortStacks(async () => {
    const made = await program();
    await pulumi.runtime.disconnect();
    return made;
  });
  return { resources, result };
}

/**
 * The SDK keeps the text of a stack for each promise, to name one that leaks. Of jest's hundred frames each, which jest maps
 * to the sources, that is most of the time.
 */
async function withShortStacks<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is put back, not called
  const { prepareStackTrace } = Error;
  Error.stackTraceLimit = 3;
  Error.prepareStackTrace = (error, frames) => [error, ...frames].map(String).join("\n    at ");
  try {
    return await work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function record(monitor: Monitor, into: Registered[]): void {
  // The SDK's mocks say that they know these hooks, and do not have the call.
  monitor.registerErrorHook = (_request, callback) => {
    callback(null);
  };
  const original = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    original(request, (error, response) => {
      if (response !== undefined) {
        into.push(registered(request, response.getUrn()));
      }
      callback(error, response);
    });
}

function registered(request: RegisterRequest, urn: string): Registered {
  const object = request.getObject().toJavaScript();
  return {
    type: request.getType(),
    name: request.getName(),
    urn,
    parent: request.getParent(),
    inputs: Object.fromEntries(Object.entries(object).map(([key, value]) => [key, plain(value)])),
    secretInputs: Object.keys(object).filter((key) => isSecret(object[key])),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    protect: request.getProtect(),
    deletedWith: request.getDeletedwith().split("::").at(-1) ?? "",
    dependencies: request
      .getDependenciesList()
      .map((dependency) => typeAndName(dependency))
      .sort(),
  };
}

/** Without the wrapping of secrets, at any depth. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (isSecret(value)) {
    return plain((value as { value: unknown }).value);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** `hcloud:index/server:Server jitsi-web` of a URN. */
export function typeAndName(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1) ?? ""} ${name}`;
}

/** A value with all outputs in it replaced by their values. */
export function valuesOf<T>(value: T): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(value).apply(resolve));
}
