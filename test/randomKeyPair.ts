import { randomBytes } from "node:crypto";
import { ed25519KeyPair, type Ed25519KeyPair } from "../lib/sshKeyPair";

/** A new ed25519 pair. ssh2's own generator is not used: 3 of 1,000 of its private keys are unreadable. */
export const randomKeyPair = (): Ed25519KeyPair =>
  ed25519KeyPair(randomBytes(32).toString("base64"));
