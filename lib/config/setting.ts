import type * as pulumi from "@pulumi/pulumi";
import type { Problem } from "../problem";

/**
 * The declaration of a setting. It is the only place that knows its key. The typed settings, Pulumi.yaml, the pages about
 * settings and their tests follow from it.
 */
export interface Setting {
  /** The key in the stack's configuration. */
  readonly name: string;
  /** The form in which Pulumi keeps the value. */
  readonly kind: Kind;
  /** As in Pulumi.yaml. Every key has a default, because the engine stops at a missing one before the program runs. */
  readonly default: Default;
  /** Whether the program refuses the default, because only the operator knows the value. */
  readonly required?: true;
  /** What the value must be, for the error message ("but must be ...") and the page. */
  readonly allowed: string;
  /**
   * Reads the text that Pulumi hands over: the operator's, or the default. Absent for a secret and for a `partOf`.
   * @param texts the texts of all keys, for a key that is read together with another one
   */
  readonly parse?: (text: string, texts: Texts) => Parsed<unknown>;
  /** Name in `Settings`, if the value has another unit than the text. By default the key. */
  readonly property?: string;
  /** The key whose parser reads this one too. The value is a part of that key's value. */
  readonly partOf?: string;
  /** One line for Pulumi.yaml and the head of the key's section in docs/configuration.md. */
  readonly description: string;
  /** What `pulumi new` asks. Absent for a key that it does not ask for. */
  readonly prompt?: string;
  /** More paragraphs for docs/configuration.md, in Markdown. */
  readonly details?: readonly string[];
  /** A valid value that is not the default. */
  readonly example: string;
  /** Other keys that `example` and `wrong` need. */
  readonly beside?: Texts;
  /** Invalid values for docs/wrong-settings.md, as people write them. */
  readonly wrong: readonly WrongValue[];
  /** What a change does to a running cluster, for docs/what-changes.md. */
  readonly effect: Effect;
}

/** `text` is every plain value: words, numbers, true and false. */
export type Kind = "text" | "number list" | "text list" | "object list" | "map" | "secret";

export type Default = string | readonly string[] | Readonly<Record<string, string>>;

/** Key to text, as Pulumi hands it over: lists and objects are JSON. */
export type Texts = Readonly<Record<string, string>>;

/** An invalid value, and the other keys that make it invalid. */
export type WrongValue = string | { readonly value: string; readonly beside: Texts };

/** A row of docs/what-changes.md. */
export interface Effect {
  /** What `pulumi up` touches. */
  readonly touches: string;
  readonly hosts: string;
  readonly services: string;
}

/**
 * A problem as a parser reports it. By default the key is the setting's own, the reason is that the text is not `allowed`,
 * and the fix is to go back to the default.
 */
export type Complaint = Partial<Problem>;

/** What a parser makes of a text: the value, or everything that is wrong. */
export type Parsed<T> = { readonly value: T } | { readonly complaints: readonly Complaint[] };

export const valid = <T>(value: T): Parsed<T> => ({ value });

/** Without a complaint: the text is not `allowed`. */
export const invalid = (...complaints: readonly Complaint[]): Parsed<never> => ({
  complaints: complaints.length === 0 ? [{}] : complaints,
});

/** The end of a sentence that begins with the key: the value as given, and what is allowed. */
export const mustBe = (text: string, allowed: string): string =>
  `is "${text}", but must be ${allowed}`;

/** Declares a setting, with the types of its name and value. */
export const setting = <const S extends Setting>(declaration: S): S => declaration;

type ValueOf<S> = S extends { readonly kind: "secret" }
  ? pulumi.Output<string> | undefined
  : S extends { readonly parse: (...args: never) => infer Result }
    ? Extract<Result, { readonly value: unknown }>["value"]
    : never;

type PropertyOf<S extends Setting> = S extends { readonly partOf: string }
  ? never
  : S extends { readonly property: infer Name extends string }
    ? Name
    : S["name"];

type OptionalPropertyOf<S extends Setting> = undefined extends ValueOf<S> ? PropertyOf<S> : never;

/** The values of some settings, by property. `S` is the union of their declarations. */
export type ValuesOf<S extends Setting> = {
  readonly [X in S as Exclude<PropertyOf<X>, OptionalPropertyOf<X>>]: ValueOf<X>;
} & { readonly [X in S as OptionalPropertyOf<X>]?: ValueOf<X> };

/** The name under which `Settings` has the value. */
export const propertyOf = ({ name, property }: Setting): string => property ?? name;

/** The values of some settings, out of more. */
export function pickValues<S extends Setting>(
  declarations: readonly S[],
  values: ValuesOf<S>,
): ValuesOf<S> {
  const all = values as Readonly<Record<string, unknown>>;
  const names = declarations.map(propertyOf);
  return Object.fromEntries(names.map((name) => [name, all[name]])) as ValuesOf<S>;
}

/** The text that stands for a key that is not set. */
export const defaultText = ({ default: value }: Setting): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** A check of several settings together. `V` is what it reads of the values. */
export interface Rule<V> {
  /** The values that it reads. It runs only if each of them is valid by itself, so that no mistake is reported twice. */
  readonly reads: readonly (keyof V & string)[];
  /** @returns problems, each with its key */
  readonly check: (values: V) => readonly Problem[];
}
