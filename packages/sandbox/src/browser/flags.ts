/** What a browser is started for. */
export interface BrowserChoice {
  /** A camera and a microphone that make a picture and a tone, without a question to the user. */
  readonly fakeMedia: boolean;
  /** Without a window, and controlled over file descriptors 3 and 4. */
  readonly headless: boolean;
}

/** Frames a second of the fake camera. Few, because software encodes them. */
const fakeFrameRate = 5;

/**
 * The command line options of Chromium. No option weakens the checks of certificates, and none
 * switches Chromium's own sandbox off.
 *
 * @param profile folder of the profile, as the browser sees it
 */
export function browserFlags(profile: string, { fakeMedia, headless }: BrowserChoice): string[] {
  return [
    `--user-data-dir=${profile}`,
    "--no-first-run",
    "--no-default-browser-check",
    // Nothing outside of the sandbox answers, so these would only wait.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // A keyring of the desktop would ask for a password.
    "--password-store=basic",
    ...(fakeMedia
      ? [
          `--use-fake-device-for-media-stream=fps=${fakeFrameRate.toString()}`,
          "--use-fake-ui-for-media-stream",
        ]
      : []),
    ...(headless
      ? [
          "--headless",
          "--remote-debugging-pipe",
          "--hide-scrollbars",
          "--mute-audio",
          // /dev/shm is small in containers.
          "--disable-dev-shm-usage",
          "--disable-gpu",
          // The clocks of pages that are not in front would run slowly.
          "--disable-background-timer-throttling",
          "--disable-backgrounding-occluded-windows",
          "--disable-renderer-backgrounding",
        ]
      : []),
  ];
}
