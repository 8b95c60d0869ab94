import type { Resource } from "../resource";

import { actions } from "./actions";
import { firewalls } from "./firewalls";
import { floatingIps } from "./floatingIps";
import { images } from "./images";
import { isos } from "./isos";
import { loadBalancers } from "./loadBalancers";
import { loadBalancerTypes } from "./loadBalancerTypes";
import { locations } from "./locations";
import { networks } from "./networks/networks";
import { notSimulatedResources } from "./notSimulated";
import { placementGroups } from "./placementGroups";
import { pricing } from "./pricing";
import { primaryIps } from "./primaryIps";
import { serverTypes } from "./serverTypes";
import { servers } from "./servers/servers";
import { sshKeys } from "./sshKeys";
import { zones } from "./zones/zones";

/**
 * All resources of the simulator. Routes that are not in this list answer not_found and are
 * recorded.
 */
export const resources: readonly Resource[] = [
  actions,
  firewalls,
  floatingIps,
  images,
  isos,
  loadBalancers,
  loadBalancerTypes,
  locations,
  networks,
  placementGroups,
  pricing,
  primaryIps,
  serverTypes,
  servers,
  sshKeys,
  zones,
  ...notSimulatedResources,
];
