import * as pulumi from "@pulumi/pulumi";
import { componentPackage } from "../lib/constants";

/** The type token of a component class; a part of every URN below it, so it never changes. */
export function typeToken(className: string): string {
  return `${componentPackage}:index:${className}`;
}

/**
 * The base of all components. The engine is given none of a component's arguments: it would hold the
 * component, and with it all children, until the last argument is known. A bridge's server would wait
 * for the web host's certificate.
 */
export abstract class Component extends pulumi.ComponentResource {
  /** @param className exported name of the component's class */
  protected constructor(
    className: string,
    name: string,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(typeToken(className), name, {}, opts);
  }
}
