/** Where the admin interface begins, beside /v1. */
export const adminPath = "/_simulator";
