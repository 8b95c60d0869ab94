"use strict";

/* global jest, secondsForATest */
jest.setTimeout(secondsForATest * 1_000);
