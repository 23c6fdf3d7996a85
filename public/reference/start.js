// The reference from our own files: no font, agent or telemetry of another host.
Scalar.createApiReference("#reference", {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  persistAuth: false,
  authentication: { preferredSecurityScheme: "bearer" },
  // The section that an address names takes the focus; it is no control, so it needs no ring.
  customCss: ".section:focus { outline: none }",
});
