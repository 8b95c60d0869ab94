import type { Registered } from "./mockEngine";

/** Names of the resources of a type, in the order of their registration. */
export function namesOf(resources: readonly Registered[], type: string): string[] {
  return resources.filter((resource) => resource.type === type).map(({ name }) => name);
}

/** The resource of this type and name. @throws Error if there is none */
export function find(resources: readonly Registered[], type: string, name: string): Registered {
  const found = resources.find((resource) => resource.type === type && resource.name === name);
  if (found === undefined) throw new Error(`${type} ${name} is not there`);
  return found;
}

/** The remote step of this name. @throws Error if there is none */
export function command(resources: readonly Registered[], name: string): Registered {
  return find(resources, "command:remote:Command", name);
}
