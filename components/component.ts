import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { typeToken } from "../lib/resourceTypes";

/**
 * The base of all components. The engine gets none of a component's arguments: it would hold back the component, and
 * with it all children, until the last argument is known. A bridge's server would then wait for the web host's
 * certificate.
 */
export abstract class Component extends pulumi.ComponentResource {
  /** @param className exported name of the component's class */
  protected constructor(
    className: string,
    private readonly componentName: string,
    opts: pulumi.ComponentResourceOptions | undefined,
  ) {
    super(typeToken(className), componentName, {}, opts);
  }

  /**
   * Random letters and digits, generated once. Secret.
   *
   * Not a RandomBytes: the id of that resource is its value, and ids are in plain text in the state, in its history and
   * in detailed previews. A RandomPassword has no such id.
   *
   * @param parent by default this component
   */
  protected randomText(
    name: string,
    length: number,
    parent: pulumi.Resource = this,
  ): pulumi.Output<string> {
    // No special characters: properties files, HOCON and shell escape them differently.
    const { result } = new random.RandomPassword(name, { length, special: false }, { parent });
    return pulumi.secret(result);
  }

  /** @param reason the rest of a sentence that starts with the argument: what it is, and what is allowed */
  protected argumentError(propertyPath: string, reason: string): pulumi.InputPropertyError {
    const text = `${this.componentName}: the argument ${propertyPath} ${reason}`;
    return new pulumi.InputPropertyError({ propertyPath, reason: text });
  }
}
