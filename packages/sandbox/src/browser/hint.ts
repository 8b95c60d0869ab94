import type { Display } from "./display";

/** What the hint needs to know about the demo. */
export interface BrowserHint {
  readonly display: Display;
  readonly domain: string;
  /** Public IPv4 address of the web host. */
  readonly webAddress: string;
  /** The addresses to which this machine has a route, such as `198.18.0.0/20`. */
  readonly routes: string;
  /** File of the certificate authority (PEM). */
  readonly authority: string;
}

const command = (words: string): string => `npm run -s sandbox -- browser${words}`;

/** How to look at the demo in a browser on this machine. */
export function browserHint(hint: BrowserHint): string {
  return hint.display.usable ? withDisplay(hint) : withoutDisplay(hint.display.why);
}

const withDisplay = ({ domain, webAddress, routes, authority }: BrowserHint): string =>
  `In a browser with a profile of its own, which knows the names and the certificate authority:
  ${command("")}
  ${command(" board --fake-media")}   in a room, with a camera that makes a picture
In your own browser on this machine:
  names       add this line to /etc/hosts: ${webAddress} ${domain}
  routes      this machine has them: ${routes}
  authority   import ${authority} in the settings of the browser
  page        https://${domain}/`;

const withoutDisplay = (why: string): string =>
  `Only a picture of the page is possible here, because ${why}:
  ${command(" --screenshot meet.png")}
A browser on another machine does not reach the demo: only the sandbox's name server knows .test
names, and the media are UDP, which an SSH tunnel does not carry.`;
