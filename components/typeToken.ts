import { componentPackage } from "../constants";

/** The type token of a component class; a part of every URN below it, so it never changes. */
export function typeToken(className: string): string {
  return `${componentPackage}:index:${className}`;
}
