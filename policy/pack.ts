import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";

new PolicyPack("jitsi-hetzner", { policies: [...rules] });
