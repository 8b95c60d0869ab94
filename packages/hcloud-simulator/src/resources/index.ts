import type { Resource } from "../resource";

import { actions } from "./actions";
import { firewalls } from "./firewalls";
import { floatingIps } from "./floatingIps";
import { images } from "./images";
import { loadBalancers } from "./loadBalancers";
import { loadBalancerTypes } from "./loadBalancerTypes";
import { locations } from "./locations";
import { networkMembers } from "./networkMembers";
import { networks } from "./networks";
import { notSimulatedAreas } from "./notSimulated";
import { placementGroups } from "./placementGroups";
import { pricing } from "./pricing";
import { primaryIps } from "./primaryIps";
import { serverAccess } from "./serverAccess";
import { serverImages } from "./serverImages";
import { serverMedia } from "./serverMedia";
import { serverMetrics } from "./serverMetrics";
import { serverNetworks } from "./serverNetworks";
import { serverPower } from "./serverPower";
import { serverSettings } from "./serverSettings";
import { serverTypes } from "./serverTypes";
import { servers } from "./servers";
import { sshKeys } from "./sshKeys";
import { zonefile } from "./zonefile";
import { zoneRrsets } from "./zoneRrsets";
import { zones } from "./zones";

/** Everything that the simulator answers. What is not in here is not found, and recorded. */
export const resources: readonly Resource[] = [
  actions,
  firewalls,
  floatingIps,
  images,
  loadBalancers,
  loadBalancerTypes,
  locations,
  networkMembers,
  networks,
  notSimulatedAreas,
  placementGroups,
  pricing,
  primaryIps,
  serverAccess,
  serverImages,
  serverMedia,
  serverMetrics,
  serverNetworks,
  serverPower,
  serverSettings,
  serverTypes,
  servers,
  sshKeys,
  zonefile,
  zoneRrsets,
  zones,
];
