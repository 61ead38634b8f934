// Mounts Scalar on our OpenAPI document. Nothing leaves this server: what could is switched off here, and the
// Content-Security-Policy of /docs forbids it once more. Loaded before Scalar's bundle, mounts it after.

// Else the bundle's Zod tries on loading whether it may eval, which the policy blocks and reports.
globalThis.__zod_globalConfig = { jitless: true };

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("reference");
  place.replaceChildren(); // what is inside would be taken for a page rendered on the server

  Scalar.createApiReference(place, {
    url: place.dataset.document,

    // No proxyUrl: "try it" calls this server directly, as `servers` in the document says.
    withDefaultFonts: false, // would load them from fonts.scalar.com
    telemetry: false,
    agent: { disabled: true }, // a chat through scalar.com, on by itself on localhost
    mcp: { disabled: true }, // likewise on by itself on localhost
    showDeveloperTools: "never", // likewise; offers to upload the document
    hideClientButton: true, // opens client.scalar.com

    authentication: { preferredSecurityScheme: "bearer" }, // its name in components.securitySchemes
    persistAuth: false, // a token stays in the open page, never in the browser's storage
    documentDownloadType: "direct", // a link to the document as it is served
  });
});
