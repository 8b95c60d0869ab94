import type { RawConfig } from "../../../../lib/config/keys";
import { ConfigError, parseSettings } from "../../../../lib/config/settings";

export const ed25519 =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOpKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs a@b";

export const valid: RawConfig = { domain: "meet.example.org" };

/** The error message for settings that are valid except for these values. */
export function messageFor(raw: RawConfig): string {
  try {
    parseSettings({ ...valid, ...raw });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error(`the program accepts ${JSON.stringify(raw)}`);
}
