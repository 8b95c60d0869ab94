/** The command that sets a key. */
export const set = (key: string, value: string | number): string =>
  `pulumi config set ${key} ${value}`;

/** The command that sets a list or an object as a whole. */
export const setJson = (key: string, value: object): string =>
  `pulumi config set ${key} '${JSON.stringify(value)}'`;

/** The command that sets one item of a list, or one value of an object. */
export const setPath = (path: string, value: string | number): string =>
  `pulumi config set --path '${path}' ${value}`;

/** The command that removes a key, so that its default applies. */
export const unset = (key: string): string => `pulumi config rm ${key}`;

/** The command that sets a secret, from a file. */
export const setSecret = (key: string): string => `pulumi config set --secret ${key} < FILE`;
