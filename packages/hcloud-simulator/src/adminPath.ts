/** Path of the admin interface, next to /v1. */
export const adminPath = "/_simulator";
